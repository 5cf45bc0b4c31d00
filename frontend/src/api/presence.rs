//! Whether somebody uses this page: a request that nobody caused keeps no session from ending.
//!
//! What counts is that a pointer or a key was used on it a moment ago, whichever request it is: what
//! an event causes while somebody works is theirs, and what a timer causes in an empty room is not.

use std::cell::Cell;

use aicmo_shared::Timestamp;
use leptos::prelude::window_event_listener_untyped;

use crate::boot;

/// How long after the last sign of a person the page counts as used, in milliseconds.
const USED_MS: i64 = 60_000;

thread_local! {
    static LAST: Cell<Option<Timestamp>> = const { Cell::new(None) };
}

/// Begins to look for signs of a person; that the page was opened is the first.
pub fn watch() {
    let note = || LAST.set(Some(boot::now()));
    note();
    for sign in ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] {
        // As long as the page.
        let _ = window_event_listener_untyped(sign, move |_| note());
    }
}

/// Whether nobody has used the page for a while.
pub(super) fn is_nobody_here() -> bool {
    LAST.get().is_some_and(|last| has_left(last, boot::now()))
}

const fn has_left(last: Timestamp, now: Timestamp) -> bool {
    now.since(last) > USED_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_used_the_page_within_a_minute_is_here() {
        let last = Timestamp::from_millis(1_000_000);
        assert!(!has_left(last, last.plus_millis(USED_MS)));
        assert!(has_left(last, last.plus_millis(USED_MS + 1)));
        assert!(!has_left(last, last.plus_millis(-1)), "a clock that was put back");
    }
}
