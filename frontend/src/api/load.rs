//! What a panel holds of the server: the last good value, the last failure, whether a request is
//! under way.
//!
//! A new request ends the one before it, an answer that comes late is thrown away, and a failure
//! never removes the last good value: whether to show it, greyed, is the panel's decision.

use aicmo_shared::{MockReason, PageInfo, Sourced, Timestamp};
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::AbortController;

use super::call::Call;
use super::error::ClientError;
use crate::app::ShellState;
use crate::components::figure::{Measured, Provenance, Quantity};

/// A read that follows what it depends on.
pub struct Load<T: Send + Sync + 'static> {
    value: RwSignal<Option<ArcRwSignal<Sourced<T>>>>,
    error: RwSignal<Option<ClientError>>,
    busy: RwSignal<bool>,
    nudge: RwSignal<u64>,
}

impl<T: Send + Sync + 'static> Clone for Load<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Load<T> {}

impl<T: Clone + Send + Sync + 'static> Load<T> {
    /// Calls `fetch` now, when a signal that it reads changes, and when the server's data moved.
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
            error: RwSignal::new(None),
            busy: RwSignal::new(true),
            nudge: RwSignal::new(0),
        };
        let shell = use_context::<ShellState>();
        let generation = StoredValue::new(0_u64);
        let in_flight = StoredValue::new_local(None::<AbortController>);
        let supersede = move || {
            let _ = generation.try_update_value(|number| *number += 1);
            if let Some(Some(controller)) = in_flight.try_update_value(Option::take) {
                controller.abort();
            }
            generation.try_get_value().unwrap_or_default()
        };
        Effect::new(move |before: Option<K>| {
            load.nudge.track();
            if let Some(shell) = shell {
                shell.data_version.track();
            }
            let key = key();
            let number = supersede();
            if before.is_some_and(|before| before != key) {
                load.value.set(None);
                load.error.set(None);
            }
            let call = fetch(key.clone());
            in_flight.set_value(call.controller());
            load.busy.set(true);
            spawn_local(async move {
                let outcome = call.await;
                if generation.try_get_value() == Some(number) {
                    let _ = in_flight.try_update_value(Option::take);
                    load.settle(outcome);
                }
            });
            key
        });
        on_cleanup(move || {
            supersede();
        });
        load
    }

    fn settle(self, outcome: Result<Sourced<T>, ClientError>) {
        let _ = self.busy.try_set(false);
        match outcome {
            Ok(arrived) => {
                match self.value.try_get_untracked().flatten() {
                    Some(shown) => shown.set(arrived),
                    None => {
                        let _ = self.value.try_set(Some(ArcRwSignal::new(arrived)));
                    }
                }
                let _ = self.error.try_set(None);
            }
            Err(error) if error.is_cancelled() => {}
            Err(error) => {
                let _ = self.error.try_set(Some(error));
            }
        }
    }

    /// Asks again.
    pub fn refetch(self) {
        let _ = self.nudge.try_update(|number| *number += 1);
    }

    /// Whether a request is under way.
    pub fn is_busy(self) -> bool {
        self.busy.get()
    }

    /// The last failure; `None` after a success.
    pub fn error(self) -> Option<ClientError> {
        self.error.get()
    }

    /// Looks at the last good value; `None` before there is one.
    pub fn with<R>(self, look: impl FnOnce(&T) -> R) -> Option<R> {
        self.value
            .get()
            .map(|shown| shown.with(|sourced| look(sourced.data())))
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

    /// A part of this value, with the same provenance.
    pub fn part<U: Clone + Send + Sync + 'static>(
        self,
        pick: impl Fn(&T) -> U + Send + Sync + 'static,
    ) -> Reading<U> {
        Reading {
            sourced: Signal::derive(move || {
                self.sourced
                    .with(|sourced| sourced.clone().map(|whole| pick(&whole)))
            }),
        }
    }
}
