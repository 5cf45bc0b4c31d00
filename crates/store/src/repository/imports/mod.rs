//! Imports: uploaded files, the verdicts of their rows, and what an undo makes of them.

mod batches;
mod rows;
mod undo;

pub use batches::{
    ImportRecord, count, find_committed_by_sha256, get, in_state, insert, list, replace, shown, under_way,
};
pub use rows::{ImportRowRecord, RowFilter, clear_rows, put_rows, rows, settle_rows, uncommitted_rows};
pub use undo::{UndoneRow, count_undoable, forget_leads, mark_undone, rows_of_leads, rows_to_undo};
