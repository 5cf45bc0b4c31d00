//! The only place that talks HTTP: calls typed by the markers of the shared endpoint table.
//!
//! A read yields `Sourced<Answer>`, a command its `Answer`; every failure is a `ClientError`, also
//! a body that is not what was promised. Reads that nobody waits for any more are aborted.

mod address;
mod call;
mod error;
mod load;
mod presence;
mod progress;
mod signed;

pub use address::escape;
pub use call::{Call, command, download, order, read, read_one_row};
#[cfg(test)]
pub use error::Cause;
pub use error::ClientError;
pub use load::{Load, Reading};
pub use presence::watch as watch_presence;
pub use progress::upload_with_progress;
pub use signed::{SessionNews, on_session_news, use_token};
