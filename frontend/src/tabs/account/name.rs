//! The own name, as others see it beside what one does.

use aicmo_shared::api::ChangeOwnName;
use aicmo_shared::session::{CurrentSession, OwnNameChange};
use leptos::prelude::*;

use crate::api::command;
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::doing::Doing;
use crate::components::own_name::OwnNameField;
use crate::door::{Refused, Wait};

/// The form. It shows the name of now until somebody writes into it.
#[component]
pub fn ChangeNameForm() -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let wait = Wait::of(doing);
    let present = untrack(move || shell.session.person()).map_or_else(String::new, |person| person.name);
    let name = RwSignal::new(present);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let change = OwnNameChange {
            display_name: name.get_untracked().trim().to_owned(),
        };
        doing.run(
            command::<ChangeOwnName>(&[], &change, None),
            move |session: CurrentSession| {
                if let Some(person) = &session.user {
                    name.set(person.display_name.clone());
                }
                shell.session.take(&session);
                shell.toasts.done("Your name is changed.");
                shell.changed();
            },
        );
    };
    view! {
        <section class="panel" aria-labelledby="name-title">
            <header class="panel__head"><h2 class="panel__title" id="name-title">"Name"</h2></header>
            <form class="form panel__body" novalidate aria-label="Change your name" on:submit=submit>
                <OwnNameField id="account-name" name doing />
                <Refused doing wait />
                <div class="form__actions">
                    <Button kind=ButtonKind::Primary submit=true busy=doing.busy() blocked=wait.blocked()>
                        "Change the name"
                    </Button>
                </div>
            </form>
        </section>
    }
}
