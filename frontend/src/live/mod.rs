//! What the server tells by itself: that something moved.
//!
//! Owns who hears of it. The stream itself is read by `live.js`, once for all pages of a browser;
//! which read an event concerns is `concerns`; what a panel does about it is `api::Load`. Nobody
//! hears anything while the page is hidden: what moved meanwhile is told when it is seen again.

mod concerns;

pub use concerns::{Interest, Moved, concerns};

use std::rc::Rc;

use aicmo_shared::event::{EventKind, Topic};
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use crate::boot;

/// So many moves are kept for a hidden page; beyond them everything counts as moved.
const KEPT_WHILE_HIDDEN: usize = 64;

type Listener = Rc<dyn Fn(&Moved)>;

/// Who hears what moved, and whether the stream stands.
#[derive(Clone, Copy)]
pub struct Live {
    is_up: RwSignal<bool>,
    /// How many times the stream has come up: between two equal numbers nothing was missed.
    times_up: StoredValue<u32>,
    listeners: StoredValue<Vec<(u64, Listener)>, LocalStorage>,
    next: StoredValue<u64>,
    missed: StoredValue<Vec<Moved>, LocalStorage>,
}

impl Live {
    /// Nobody hears yet, and there is no stream.
    pub fn new() -> Self {
        Self {
            is_up: RwSignal::new(false),
            times_up: StoredValue::new(0),
            listeners: StoredValue::new_local(Vec::new()),
            next: StoredValue::new(0),
            missed: StoredValue::new_local(Vec::new()),
        }
    }

    /// Takes up the stream until the component that calls this is gone. `status` is asked when the
    /// shell itself has to look again: the stream came up, or flags and modes moved.
    pub fn follow(self, status: impl Fn() + Copy + 'static) {
        let hear = move |what: String, kind: JsValue, subject: JsValue| match what.as_str() {
            "up" => {
                let _ = self
                    .times_up
                    .try_update_value(|times| *times = times.wrapping_add(1));
                let _ = self.is_up.try_set(true);
                status();
            }
            "down" => {
                let _ = self.is_up.try_set(false);
                status();
            }
            "event" => {
                let moved = Moved::told(
                    &kind.as_string().unwrap_or_default(),
                    subject.as_string().filter(|subject| !subject.is_empty()),
                );
                if moved.kind().is_none_or(is_of_the_shell) {
                    status();
                }
                self.tell(moved);
            }
            _ => {
                status();
                self.tell(Moved::Everything);
            }
        };
        let hear = StoredValue::new_local(Closure::<dyn Fn(String, JsValue, JsValue)>::new(hear));
        hear.with_value(|hear| boot::follow_stream(hear.as_ref()));
        let seen = window_event_listener_untyped("visibilitychange", move |_| {
            if !is_hidden() {
                status();
                self.catch_up();
            }
        });
        on_cleanup(move || {
            seen.remove();
            boot::leave_stream();
            let _ = self.is_up.try_set(false);
        });
    }

    /// Whether the stream stands.
    pub fn is_up(self) -> Signal<bool> {
        self.is_up.into()
    }

    /// Names a time without a gap: as long as this is the same and not `None`, nothing was missed.
    pub fn unbroken(self) -> Option<u32> {
        let is_up = self.is_up.try_get_untracked().unwrap_or(false);
        is_up.then(|| self.times_up.try_get_value()).flatten()
    }

    /// Lets `listener` hear what moves, until the component that calls this is gone.
    pub fn on_move(self, listener: impl Fn(&Moved) + 'static) {
        let number = self.next.get_value();
        self.next.set_value(number + 1);
        self.listeners
            .update_value(|listeners| listeners.push((number, Rc::new(listener))));
        on_cleanup(move || {
            let _ = self
                .listeners
                .try_update_value(|listeners| listeners.retain(|(known, _)| *known != number));
        });
    }

    /// Tells everybody on screen; while the page is hidden it is kept.
    pub fn tell(self, moved: Moved) {
        if is_hidden() {
            let _ = self.missed.try_update_value(|missed| {
                if missed.len() >= KEPT_WHILE_HIDDEN {
                    missed.clear();
                    missed.push(Moved::Everything);
                } else if !missed.contains(&moved) && !missed.contains(&Moved::Everything) {
                    missed.push(moved);
                }
            });
        } else {
            self.pass_on(&moved);
        }
    }

    fn catch_up(self) {
        for moved in self.missed.try_update_value(std::mem::take).unwrap_or_default() {
            self.pass_on(&moved);
        }
    }

    fn pass_on(self, moved: &Moved) {
        let listeners: Vec<Listener> = self
            .listeners
            .try_with_value(|listeners| listeners.iter().map(|(_, listener)| listener.clone()).collect())
            .unwrap_or_default();
        for listener in listeners {
            listener(moved);
        }
    }
}

/// Whether the shell shows what such an event moves: flags, modes, who may do what.
fn is_of_the_shell(kind: EventKind) -> bool {
    kind.topic() == Topic::Control
}

/// Whether nobody sees this page.
pub fn is_hidden() -> bool {
    document().hidden()
}
