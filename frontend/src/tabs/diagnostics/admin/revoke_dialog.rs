//! The question before something is revoked for good.

use leptos::prelude::*;

use crate::api::Call;
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::dialog::Dialog;
use crate::components::doing::{Doing, DoingFailed};

/// What the question says of a `T`, and how it is revoked.
pub struct Revocation<T: 'static> {
    /// The heading.
    pub title: fn(&T) -> String,
    /// What it means.
    pub consequence: &'static str,
    /// The words on the button.
    pub press: &'static str,
    /// Sends the command.
    pub call: fn(&T) -> Call<T>,
    /// Said once it is done.
    pub done: fn(&T) -> String,
}

/// The dialog; it opens when something stands in `revoking`.
#[component]
pub fn RevokeDialog<T: Clone + Send + Sync + 'static>(
    /// What is to be revoked.
    revoking: RwSignal<Option<T>>,
    /// How it is asked and done.
    how: &'static Revocation<T>,
) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let open = RwSignal::new(false);
    Effect::new(move || {
        if revoking.with(Option::is_some) {
            doing.forget();
            open.set(true);
        }
    });
    let revoke = move |()| {
        if let Some(call) = revoking.with_untracked(|subject| subject.as_ref().map(how.call)) {
            doing.run(call, move |gone: T| {
                open.set(false);
                shell.toasts.done((how.done)(&gone));
                shell.changed();
            });
        }
    };
    let title =
        Signal::derive(move || revoking.with(|subject| subject.as_ref().map(how.title).unwrap_or_default()));
    view! {
        <Dialog open title>
            <div class="form">
                <p class="form__consequence">{how.consequence}</p>
                <DoingFailed doing />
                <div class="form__actions">
                    <Button kind=ButtonKind::Danger on_press=revoke busy=doing.busy()>{how.press}</Button>
                    <Button on_press=move |()| open.set(false)>"Keep it"</Button>
                </div>
            </div>
        </Dialog>
    }
}
