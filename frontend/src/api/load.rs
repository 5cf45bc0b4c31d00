//! What a panel holds of the server: the last good value, the last failure, whether a request is
//! under way.
//!
//! A new request ends the one before it, an answer that comes late is thrown away, and a failure
//! never removes the last good value: whether to show it, greyed, is the panel's decision. Events of
//! the server that concern what was read have it read again, never twice at a time nor within
//! `REST`. The part that does not depend on the type of the value is compiled once.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use aicmo_shared::{MockReason, PageInfo, Sourced, Timestamp};
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::AbortController;

use super::call::Call;
use super::error::ClientError;
use crate::app::ShellState;
use crate::boot;
use crate::components::figure::{Measured, Provenance, Quantity};
use crate::live::{Interest, concerns, is_hidden};

/// Between two requests that events ask for, in milliseconds.
const REST: i64 = 300;

/// After a request that met no server.
const UNREACHED: Duration = Duration::from_secs(3);

/// A read that follows what it depends on.
pub struct Load<T: Send + Sync + 'static> {
    value: RwSignal<Option<ArcRwSignal<Sourced<T>>>>,
    asking: Asking,
}

impl<T: Send + Sync + 'static> Clone for Load<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Load<T> {}

impl<T: Clone + Send + Sync + 'static> Load<T> {
    /// Calls `fetch` now, when a signal that it reads changes, and when what it reads moved.
    pub fn new(fetch: impl Fn() -> Call<Sourced<T>> + 'static) -> Self {
        Self::keyed(|| (), move |()| fetch())
    }

    /// As `new`, of one subject at a time: when `key` changes, the value of the old subject goes at
    /// once instead of standing there until the new one arrives.
    pub fn keyed<K: PartialEq + Clone + 'static>(
        key: impl Fn() -> K + 'static,
        fetch: impl Fn(K) -> Call<Sourced<T>> + 'static,
    ) -> Self {
        let load = Self {
            value: RwSignal::new(None),
            asking: Asking::new(),
        };
        let before = StoredValue::new_local(None::<K>);
        let ask = move || {
            let key = key();
            let is_other = before.with_value(|before| before.as_ref().is_some_and(|before| *before != key));
            if is_other {
                load.value.set(None);
            }
            before.set_value(Some(key.clone()));
            let call = fetch(key);
            Asked {
                interest: call.interest(),
                controller: call.controller(),
                is_other,
                answer: Box::pin(async move {
                    let outcome = call.await;
                    let keep: Keep = Box::new(move || outcome.map(|arrived| load.keep(arrived)));
                    keep
                }),
            }
        };
        load.asking.follow(Rc::new(ask));
        load
    }

    fn keep(self, arrived: Sourced<T>) {
        match self.value.try_get_untracked().flatten() {
            Some(shown) => shown.set(arrived),
            None => {
                let _ = self.value.try_set(Some(ArcRwSignal::new(arrived)));
            }
        }
    }

    /// Asks again.
    pub fn refetch(self) {
        self.asking.again();
    }

    /// While `leaving` says so nothing is asked: what it reads is about to be no more.
    #[must_use]
    pub fn rests_while(self, leaving: RwSignal<bool>) -> Self {
        let asking = self.asking;
        asking.leaving.set_value(Some(leaving));
        Effect::new(move |before: Option<bool>| {
            let is_leaving = leaving.get();
            match (before, is_leaving) {
                (_, true) => {
                    asking.supersede();
                    asking.busy.set(false);
                }
                (Some(true), false) => asking.again(),
                _ => {}
            }
            is_leaving
        });
        self
    }

    /// Whether a request is under way.
    pub fn busy(self) -> Signal<bool> {
        self.asking.busy.into()
    }

    /// The last failure; `None` after a success.
    pub fn failure(self) -> Signal<Option<ClientError>> {
        self.asking.error.into()
    }

    /// The last failure, now.
    pub fn error(self) -> Option<ClientError> {
        self.asking.error.get()
    }

    /// Looks at the last good value; `None` before there is one.
    pub fn with<R>(self, look: impl FnOnce(&T) -> R) -> Option<R> {
        self.with_sourced(|sourced| look(sourced.data()))
    }

    /// The last good value with its provenance; `None` before there is one.
    pub fn with_sourced<R>(self, look: impl FnOnce(&Sourced<T>) -> R) -> Option<R> {
        self.value.get().map(|shown| shown.with(look))
    }

    /// A reading of the last good value, when there is one.
    pub fn reading(self) -> Option<Reading<T>> {
        let shown = RwSignal::from(self.value.get()?);
        Some(Reading {
            sourced: shown.into(),
        })
    }
}

/// Takes an answer in, or says why there is none.
type Keep = Box<dyn FnOnce() -> Result<(), ClientError>>;

/// A request that was sent.
struct Asked {
    interest: Interest,
    controller: Option<AbortController>,
    /// The subject is another one: its failure, too, is no longer of interest.
    is_other: bool,
    answer: Pin<Box<dyn Future<Output = Keep>>>,
}

/// The part of a `Load` that knows no type.
#[derive(Clone, Copy)]
struct Asking {
    error: RwSignal<Option<ClientError>>,
    busy: RwSignal<bool>,
    nudge: RwSignal<u64>,
    generation: StoredValue<u64>,
    interest: StoredValue<Option<Interest>>,
    began_at: StoredValue<Timestamp>,
    /// Whether what is on its way may be old already, or the next request waits for its time.
    outdated: StoredValue<bool>,
    waits: StoredValue<bool>,
    leaving: StoredValue<Option<RwSignal<bool>>>,
    in_flight: StoredValue<Option<AbortController>, LocalStorage>,
}

impl Asking {
    fn new() -> Self {
        Self {
            error: RwSignal::new(None),
            busy: RwSignal::new(true),
            nudge: RwSignal::new(0),
            generation: StoredValue::new(0),
            interest: StoredValue::new(None),
            began_at: StoredValue::new(Timestamp::from_millis(0)),
            outdated: StoredValue::new(false),
            waits: StoredValue::new(false),
            leaving: StoredValue::new(None),
            in_flight: StoredValue::new_local(None),
        }
    }

    fn follow(self, ask: Rc<dyn Fn() -> Asked>) {
        if let Some(shell) = use_context::<ShellState>() {
            shell.live.on_move(move |moved| {
                let is_concerned = self.interest.try_with_value(|interest| {
                    interest
                        .as_ref()
                        .is_some_and(|interest| concerns(interest, moved))
                });
                if is_concerned == Some(true) {
                    self.look_again();
                }
            });
        }
        Effect::new(move || {
            self.nudge.track();
            let number = self.supersede();
            let asked = ask();
            if asked.is_other {
                self.error.set(None);
            }
            self.in_flight.set_value(asked.controller);
            self.interest.set_value(Some(asked.interest));
            self.began_at.set_value(boot::now());
            self.outdated.set_value(false);
            self.busy.set(true);
            spawn_local(async move {
                let keep = asked.answer.await;
                if self.generation.try_get_value() == Some(number) {
                    self.settle(keep);
                }
            });
        });
        on_cleanup(move || {
            self.supersede();
        });
    }

    /// Ends the request under way; whatever it still answers is of an older generation.
    fn supersede(self) -> u64 {
        let _ = self.generation.try_update_value(|number| *number += 1);
        if let Some(Some(controller)) = self.in_flight.try_update_value(Option::take) {
            controller.abort();
        }
        self.generation.try_get_value().unwrap_or_default()
    }

    fn settle(self, keep: Keep) {
        let _ = self.in_flight.try_update_value(Option::take);
        let _ = self.busy.try_set(false);
        match keep() {
            Ok(()) => {
                let _ = self.error.try_set(None);
            }
            // What stands there stays; it is asked for again once somebody is signed in.
            Err(error) if error.is_cancelled() || error.is_session_end() => {}
            Err(error) => {
                let is_unreached = error.is_unreached();
                let _ = self.error.try_set(Some(error));
                if is_unreached {
                    self.try_later();
                }
            }
        }
        if self.outdated.try_get_value() == Some(true) {
            self.look_again();
        }
    }

    /// A request that met no server is made again in a while: the stream and the status may never have
    /// missed it, and then nothing else would tell that it is there.
    fn try_later(self) {
        let number = self.generation.try_get_value();
        set_timeout(
            move || {
                if number.is_none() || self.generation.try_get_value() != number {
                    // It has been made again already, or the panel is gone.
                } else if is_hidden() {
                    self.try_later();
                } else {
                    self.look_again();
                }
            },
            UNREACHED,
        );
    }

    fn again(self) {
        let _ = self.nudge.try_update(|number| *number += 1);
    }

    /// What was read moved: reads it again, now or as soon as it may.
    fn look_again(self) {
        let leaving = self.leaving.try_get_value().flatten();
        if leaving.and_then(|leaving| leaving.try_get_untracked()) == Some(true) {
            return;
        }
        let is_under_way = self.in_flight.try_with_value(Option::is_some);
        if is_under_way != Some(false) || self.waits.try_get_value() != Some(false) {
            let _ = self.outdated.try_update_value(|outdated| *outdated = true);
            return;
        }
        let rested = self
            .began_at
            .try_get_value()
            .map_or(REST, |began| boot::now().since(began));
        match u64::try_from(REST - rested) {
            Ok(left @ 1..) if rested >= 0 => {
                self.waits.set_value(true);
                set_timeout(
                    move || {
                        let _ = self.waits.try_update_value(|waits| *waits = false);
                        self.look_again();
                    },
                    Duration::from_millis(left),
                );
            }
            _ => self.again(),
        }
    }
}

/// A value on screen with its provenance; the view stands while the value changes under it.
pub struct Reading<T: Send + Sync + 'static> {
    sourced: Signal<Sourced<T>>,
}

impl<T: Send + Sync + 'static> Clone for Reading<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Reading<T> {}

impl<T: Clone + Send + Sync + 'static> Reading<T> {
    /// Looks at the value.
    pub fn with<R>(self, look: impl FnOnce(&T) -> R) -> R {
        self.sourced.with(|sourced| look(sourced.data()))
    }

    /// The value, cloned.
    pub fn get(self) -> T {
        self.with(T::clone)
    }

    /// Where the value comes from and of when it is.
    pub fn provenance(self) -> Provenance {
        self.sourced.with(|sourced| Provenance::of(sourced))
    }

    /// Why it is invented; `None` when it is live.
    pub fn mock_reason(self) -> Option<MockReason> {
        self.sourced.with(Sourced::mock_reason)
    }

    /// The paging of a list.
    pub fn page(self) -> Option<PageInfo> {
        self.sourced.with(|sourced| sourced.page().cloned())
    }

    /// A number of this value, ready for a `Figure`.
    pub fn figure(self, measure: impl Fn(&T) -> Quantity + Send + Sync + 'static) -> Measured {
        Measured::new(Signal::derive(move || {
            self.sourced
                .with(|sourced| (measure(sourced.data()), Provenance::of(sourced)))
        }))
    }
}
