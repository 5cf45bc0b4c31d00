//! A command under way: one at a time, its failure in words, its success handed on.

use std::future::Future;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::ClientError;

/// A command that a control starts. Starting it again while it runs does nothing.
#[derive(Clone, Copy)]
pub struct Doing {
    busy: RwSignal<bool>,
    error: RwSignal<Option<ClientError>>,
}

impl Default for Doing {
    fn default() -> Self {
        Self {
            busy: RwSignal::new(false),
            error: RwSignal::new(None),
        }
    }
}

impl Doing {
    /// Sends `call`; hands what it answers to `done`.
    pub fn run<T: 'static>(
        self,
        call: impl Future<Output = Result<T, ClientError>> + 'static,
        done: impl FnOnce(T) + 'static,
    ) {
        self.run_or(call, done, Some);
    }

    /// As `run`; a failure first goes to `failed`, which gives back what is still to be shown.
    pub fn run_or<T: 'static>(
        self,
        call: impl Future<Output = Result<T, ClientError>> + 'static,
        done: impl FnOnce(T) + 'static,
        failed: impl FnOnce(ClientError) -> Option<ClientError> + 'static,
    ) {
        if self.busy.try_get_untracked() != Some(false) {
            return;
        }
        self.busy.set(true);
        self.error.set(None);
        spawn_local(async move {
            let outcome = call.await;
            // Whoever started it may have left the screen.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match outcome {
                Ok(answer) => done(answer),
                Err(error) if error.is_cancelled() => {}
                Err(error) => {
                    let shown = failed(error);
                    let _ = self.error.try_set(shown);
                }
            }
        });
    }

    /// Whether it is under way.
    pub fn busy(self) -> Signal<bool> {
        self.busy.into()
    }

    /// The last failure.
    pub fn error(self) -> Signal<Option<ClientError>> {
        self.error.into()
    }

    /// Forgets the last failure.
    pub fn forget(self) {
        let _ = self.error.try_set(None);
    }

    /// What the server says of one field, by its pointer without the leading slash.
    pub fn field(self, pointer: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.error.with(|error| {
                error
                    .as_ref()
                    .and_then(|error| error.field(pointer))
                    .map(str::to_owned)
            })
        })
    }
}

/// The failure of a command, beside the control that started it.
#[component]
pub fn DoingFailed(
    /// The command.
    doing: Doing,
    /// Lists what is wrong with each field; for where the fields cannot say it themselves.
    #[prop(optional)]
    lists_fields: bool,
) -> impl IntoView {
    move || {
        doing.error.get().map(|error| {
            let request = error.request_id().map(str::to_owned);
            let detail = error.detail();
            let lines: Vec<_> = error
                .problem()
                .map(|problem| {
                    problem
                        .errors
                        .iter()
                        .filter(|field| field.message != detail)
                        .map(|field| view! { <li>{field.message.clone()}</li> })
                        .collect()
                })
                .unwrap_or_default();
            view! {
                <div class="failure failure--inline" role="alert">
                    <p class="failure__title">{error.title()}</p>
                    <p class="failure__detail">{detail}</p>
                    {(lists_fields && !lines.is_empty()).then(|| view! { <ul class="failure__fields">{lines}</ul> })}
                    <p class="failure__hint">{error.hint()}</p>
                    <p class="failure__ids">
                        <code>{error.code()}</code>
                        {request.map(|id| view! { <span>" · request "<code>{id}</code></span> })}
                    </p>
                </div>
            }
        })
    }
}
