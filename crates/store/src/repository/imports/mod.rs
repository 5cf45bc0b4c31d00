//! Imports: uploaded files and the verdicts of their rows.

mod batches;
mod rows;

pub use batches::{
    ImportRecord, count, find_committed_by_sha256, get, in_state, insert, list, replace, shown, under_way,
};
pub use rows::{ImportRowRecord, clear_rows, put_rows, rows, settle_rows, uncommitted_rows};
