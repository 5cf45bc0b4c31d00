//! What an operator can do: use-cases, rules, metrics and diagnostics.
//!
//! One async function per endpoint, in the module of its noun, named like the endpoint's marker.
//! This crate knows neither HTTP nor SQL: handlers call it, and it calls the repositories of
//! `aicmo_store`. Start at `context` for what every operation is given, at `provider` for how live
//! and mock data are kept apart, and at `error` for what can go wrong.

mod consent;
mod cursor;
mod health;
mod ids;
mod provider;
mod sheet;
#[cfg(test)]
mod testing;
mod text;
mod work;

pub mod accounts;
pub mod activity;
pub mod audit;
pub mod backups;
pub mod bulk;
pub mod campaigns;
pub mod client_errors;
pub mod clock;
pub mod context;
pub mod diagnostics;
pub mod drafts;
pub mod error;
pub mod facts;
pub mod gauges;
pub mod idempotency;
pub mod identity;
pub mod import;
pub mod inventory;
pub mod leads;
pub mod matching;
pub mod merge;
pub mod metrics;
pub mod secrets;
pub mod status;
pub mod stream;
pub mod tasks;
pub mod webhooks;

pub use aicmo_store::{Actor, Subject};
pub use clock::{Clock, FixedClock, SystemClock};
pub use context::{Mode, Operations, OperationsSettings, Operator};
pub use cursor::Cursors;
pub use error::{Dependency, OperationError};
pub use facts::ProcessFacts;
pub use provider::{LiveData, MockData, ReadPort};
pub use secrets::Secrets;
