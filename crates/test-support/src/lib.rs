//! What tests need and the product must not have: databases of both kinds that live for one test,
//! builders that spell only what matters, a clock that stands still, an authenticator in software, and
//! a way to wait for a level.
//!
//! Owns no assertion and no rule. Every item panics when it fails, because a test that cannot be
//! set up must not pass. A dev-dependency only.

mod authenticator;
mod builders;
mod clock;
mod database;
mod fault;
mod ledger;
mod postgres;
mod sqlite;
mod wait;

pub use authenticator::Authenticator;
pub use builders::{CampaignBuilder, LeadBuilder, NOON, a_campaign, a_lead};
pub use clock::FrozenClock;
pub use database::{TestDatabase, run};
pub use ledger::{ApprovalBuilder, AttemptBuilder, TaskBuilder, a_task, an_approval, an_attempt};
pub use sqlite::assert_sound;
pub use wait::wait_until;

pub use aicmo_shared::diagnostics::DatabaseKind;

/// One body, two tests: `name::sqlite` and `name::postgres`, each with a database of its own.
///
/// ```text
/// on_both_databases! {
///     async fn a_lead_is_found_again(db: TestDatabase) { … }
/// }
/// ```
#[macro_export]
macro_rules! on_both_databases {
    ($( $(#[$meta:meta])* async fn $name:ident($db:ident: $database:ty) $body:block )+) => { $(
        mod $name {
            #[allow(unused_imports, reason = "a body may need nothing from around it")]
            use super::*;
            #[allow(unused_imports, reason = "a file may import the type itself")]
            use $crate::TestDatabase;

            $(#[$meta])*
            async fn body($db: $database) $body

            #[test]
            fn sqlite() {
                $crate::run($crate::DatabaseKind::Sqlite, body);
            }

            #[test]
            fn postgres() {
                $crate::run($crate::DatabaseKind::Postgres, body);
            }
        }
    )+ };
}
