//! What handlers are given: the request, taken apart and checked.
//!
//! Each extractor refuses in the words of a problem document and names the field at fault. A
//! handler that has its arguments needs to check nothing about the request again.

mod body;
mod body_error;
mod if_match;
mod last_event_id;
mod operator;
mod path_id;
mod query;
mod request_id;
mod watch;

pub use body::Body;
pub use if_match::IfMatch;
pub use last_event_id::LastEventId;
pub use operator::{Caller, Guest};
pub use path_id::Id;
pub use query::Query;
pub use request_id::RequestId;
pub use watch::Watch;
