//! A value that changes one turn later than its source.
//!
//! What is taken off the screen takes its signals along. An effect inside of it that the very same
//! change woke, and that still waits for its turn, would find them gone, and that ends the console.
//! So whatever is swapped because of a value that is also read inside is swapped by a settled one.

use std::time::Duration;

use leptos::prelude::*;

/// Follows `source`, once every effect that its change woke has run.
pub fn settled<T>(source: impl Fn() -> T + 'static) -> Signal<T>
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let value = RwSignal::new(untrack(&source));
    Effect::new(move || {
        let now = source();
        if value.with_untracked(|value| *value != now) {
            set_timeout(
                move || {
                    let _ = value.try_set(now);
                },
                Duration::ZERO,
            );
        }
    });
    value.into()
}
