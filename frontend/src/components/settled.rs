//! Taking things off the screen while the effects inside of them are awake.
//!
//! What is taken off the screen takes its signals along. An effect inside of it that the very same
//! change woke, and that still waits for its turn, would find them gone, and that ends the console.
//! So whatever is swapped because of a value that is also read inside is swapped by a settled one,
//! which changes one turn later than its source; and what an error boundary holds, which lets go of
//! its effects only in the turn after, is silenced before it goes.

use std::time::Duration;

use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;

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

/// Draws a view whose effects never run once its signals are going.
pub fn silenced<V: IntoView + 'static>(draw: impl FnOnce() -> V) -> OwnedView<AnyView> {
    // Owners are cleaned up in the order of their making: this one goes first.
    let herald = Owner::new();
    let inside = Owner::new();
    herald.with(|| {
        let inside = inside.clone();
        on_cleanup(move || inside.pause());
    });
    StoredValue::new(herald);
    let view = inside.with(draw).into_any();
    OwnedView::new_with_owner(view, inside)
}
