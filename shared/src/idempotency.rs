//! Idempotency keys: the words of their table and the names of their headers.
//!
//! Read only by server and client: no screen shows a key.

use crate::closed_enum;

/// The request header: a word of the caller's own, new for every new request.
pub const KEY_HEADER: &str = "Idempotency-Key";

/// The answer header: `true` when an earlier request with the same key got this very answer.
pub const REPLAYED_HEADER: &str = "Idempotency-Replayed";

/// The longest key, in characters.
pub const KEY_MAX: usize = 255;

closed_enum! {
    /// How far the request of a key has come. A committed one has changed data and has no answer
    /// yet; it is never run again.
    pub enum KeyState { Running = "running", Committed = "committed", Done = "done" }
}
