//! The only crate that speaks SQL.
//!
//! Owns the connections, the schema's migrations at start, the unit of work with its audit row and
//! its counters, and one repository per noun. Does not own any rule: what may happen to a lead is
//! decided by its caller. Entities are private; callers see `Store`, `Reader`, `WriteTx`, plain
//! records, and types of the shared vocabulary.
//!
//! Reads go through `store.reader()` or an open `WriteTx`; both are a `Session`. Writes need a
//! `WriteTx`, and the only way to keep them is `WriteTx::commit` with an `AuditEntry`, so a change
//! without its audit row cannot be written.

mod audit;
mod claim;
mod closed_columns;
mod column;
mod connect;
mod counter_keys;
mod entity;
mod error;
mod health;
mod ids;
mod listed;
mod raised;
mod repository;
mod schema;
mod session;
mod settings;
mod store;
mod text;
mod transfer;
mod watch;

pub use audit::{
    Actor, AuditChain, AuditEntry, AuditFileEnd, AuditFileWriter, AuditLine, AuditRecord, audit_head,
    audit_lines, audit_rows, chain_without_a_database, verify_audit_chain, verify_audit_file,
};
pub use claim::Claim;
pub use closed_columns::{ClosedTable, closed_tables};
pub use error::{BoxError, StoreError, Subject};
pub use ids::new_id;
pub use listed::Listed;
pub use raised::NewEvent;
pub use repository::{
    IdPage, IdPosition, accounts, activity, audit_trail, campaigns, consent_history, control, counters,
    events, idempotency, identities, imports, integrity, jobs, lead_history, leads, metrics, tasks, timeline,
    touches, webhooks,
};
pub use schema::SchemaState;
pub use session::{NotesTx, Reader, Session, WriteTx};
pub use settings::{DatabaseTarget, StoreSettings};
pub use store::{PoolUse, Store};
pub use transfer::{
    BackupManifest, BackupSource, Load, LoadPlan, Progress, Rehearsal, TableSum, TransferError, back_up,
    check_backup, load_into_postgres, plan_load, read_manifest, rehearse_migration, set_aside, unpack,
};
pub use watch::Watcher;
