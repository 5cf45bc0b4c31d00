//! One repository per noun: the queries, and nothing that decides.
//!
//! Reads take any `Session`, writes take the `WriteTx`. Lists answer bad rows beside good ones.

pub mod activity;
pub mod campaigns;
pub mod control;
pub mod counters;
pub mod identities;
pub mod imports;
pub mod integrity;
pub mod lead_history;
pub mod leads;
pub mod metrics;
pub mod tasks;
pub mod timeline;
pub mod touches;

/// Rows of one multi-row statement: one constant, so that the statement cache hits, and small
/// enough for the number of values that either database takes.
pub(crate) const CHUNK: usize = 500;
