//! Hashes and verifies passwords with Argon2id, a few at once, away from the threads that answer.
//!
//! The parameters are the first choice of the OWASP password storage sheet: 19 MiB, two passes, one
//! lane. A burst of sign-ins waits in a short queue; behind it callers are asked to come again, so
//! that nobody can fill the memory of the machine.

use std::sync::{Arc, LazyLock};

use aicmo_shared::session::SecretText;
use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher as _, PasswordVerifier as _, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

use super::policy;
use super::refusal::Refusal;
use crate::error::OperationError;

/// Hashes under way at once.
const AT_ONCE: usize = 2;

/// Callers under way and waiting.
const IN_ALL: usize = 32;

/// Hashes and verifies passwords.
pub(super) struct Hasher {
    working: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self {
            working: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Arc::new(Semaphore::new(IN_ALL)),
        }
    }
}

/// What a password is compared with where there is no account, so that both take as long.
static NOBODYS: LazyLock<Option<String>> = LazyLock::new(|| hash(b"nobody has this one").ok());

impl Hasher {
    /// The hash of a new password, in PHC form.
    ///
    /// # Errors
    /// `RateLimited` when too many wait.
    pub(super) async fn hash(&self, password: &SecretText) -> Result<SecretText, OperationError> {
        let password = policy::normal(password);
        self.work(move || hash(password.as_bytes()))
            .await?
            .map(SecretText::new)
            .map_err(|cause| OperationError::Internal("hashing a password", cause.to_string().into()))
    }

    /// Whether `password` is the one behind `hash`; without a hash it takes as long and is false.
    ///
    /// # Errors
    /// `RateLimited` when too many wait.
    pub(super) async fn verify(
        &self,
        password: &SecretText,
        hash: Option<&SecretText>,
    ) -> Result<bool, OperationError> {
        let password = policy::normal(password);
        let known = hash.map(|hash| Zeroizing::new(hash.expose().to_owned()));
        self.work(move || match (&known, NOBODYS.as_ref()) {
            (Some(known), _) => verify(password.as_bytes(), known),
            (None, Some(nobodys)) => {
                verify(password.as_bytes(), nobodys);
                false
            }
            (None, None) => false,
        })
        .await
    }

    async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, OperationError> {
        let _waits = Arc::clone(&self.waiting)
            .try_acquire_owned()
            .map_err(|_| Refusal::RateLimited(1))?;
        let works: OwnedSemaphorePermit = Arc::clone(&self.working)
            .acquire_owned()
            .await
            .map_err(|cause| OperationError::Internal("hashing a password", Box::new(cause)))?;
        tokio::task::spawn_blocking(move || {
            let done = job();
            // Held here and not by the caller: one that goes away does not end the work.
            drop(works);
            done
        })
        .await
        .map_err(|cause| OperationError::Internal("hashing a password", Box::new(cause)))
    }
}

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

fn hash(password: &[u8]) -> Result<String, argon2::password_hash::Error> {
    let hash: PasswordHash = argon2().hash_password(password)?;
    Ok(hash.to_string())
}

fn verify(password: &[u8], hash: &str) -> bool {
    argon2().verify_password(password, hash).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_fits_its_password_alone_and_says_its_parameters() {
        let hasher = Hasher::default();
        let password = SecretText::new("seven turtles walk home");
        let hash = hasher.hash(&password).await.expect("hashed");
        assert!(
            hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "the parameters of the sheet"
        );
        assert!(hasher.verify(&password, Some(&hash)).await.expect("verified"));
        let other = SecretText::new("seven turtles walk away");
        assert!(!hasher.verify(&other, Some(&hash)).await.expect("verified"));
        assert!(!hasher.verify(&password, None).await.expect("nobody"));
        assert!(
            !hasher
                .verify(&password, Some(&SecretText::new("damaged")))
                .await
                .expect("no panic")
        );
    }

    #[tokio::test]
    async fn more_than_the_queue_holds_is_asked_to_come_again() {
        let hasher = Hasher::default();
        let _full = Arc::clone(&hasher.waiting)
            .try_acquire_many_owned(32)
            .expect("the whole queue");
        let refused = hasher.hash(&SecretText::new("x")).await.expect_err("full");
        assert_eq!(refused.code(), aicmo_shared::ErrorCode::RateLimited);
    }
}
