//! Which idempotency key the running task works under.
//!
//! The claim travels with the task and not through every signature: a commit inside `Claim::hold`
//! marks the key in its own transaction, whichever operation makes it, so no operation can forget
//! it. A task that is spawned from inside works under no key: what it commits later is not the
//! request's own doing.

use std::future::Future;

use uuid::Uuid;

tokio::task_local! {
    static CLAIM: Claim;
}

/// The right of one run of a request to write under its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Who holds the key: kind and id of the actor.
    pub actor: String,
    /// The key, as the caller chose it.
    pub key: String,
    /// Tells this run from any other under the same key.
    pub token: Uuid,
}

impl Claim {
    /// Does `work` under this claim.
    pub async fn hold<F: Future>(&self, work: F) -> F::Output {
        CLAIM.scope(self.clone(), work).await
    }
}

/// The claim of the running task.
pub(crate) fn current() -> Option<Claim> {
    CLAIM.try_with(Clone::clone).ok()
}
