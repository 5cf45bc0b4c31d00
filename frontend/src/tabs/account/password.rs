//! The own password, changed with the old one.

use aicmo_shared::api::ChangePassword;
use aicmo_shared::session::{CurrentSession, PasswordChange, SecretText};
use leptos::prelude::*;

use crate::api::command;
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::doing::Doing;
use crate::components::password::{PasswordField, PasswordKind};
use crate::door::{Chosen, NewPassword, Refused, Wait};

/// The form.
#[component]
pub fn ChangePasswordForm() -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let wait = Wait::of(doing);
    let old = RwSignal::new(String::new());
    let new = Chosen::of(doing, "new_password");
    let missing = RwSignal::new(None::<String>);
    let old_refused = doing.field("current_password");
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let without_old = old.with_untracked(String::is_empty);
        missing.set(without_old.then(|| "Give the password that you have now.".to_owned()));
        let chosen = new.take();
        let Some(new_password) = chosen.filter(|_| !without_old) else {
            return;
        };
        let change = PasswordChange {
            current_password: SecretText::new(old.get_untracked()),
            new_password,
        };
        doing.run(
            command::<ChangePassword>(&[], &change, None),
            move |session: CurrentSession| {
                shell.session.take(&session);
                old.set(String::new());
                new.clear();
                shell
                    .toasts
                    .done("Your password is changed. Your sessions in other browsers have ended.");
                shell.changed();
            },
        );
    };
    let email = move || shell.session.person().map(|person| person.email);
    view! {
        <section class="panel" aria-labelledby="password-title">
            <header class="panel__head"><h2 class="panel__title" id="password-title">"Password"</h2></header>
            <form class="form panel__body" novalidate aria-label="Change your password" on:submit=submit>
                <p class="form__consequence">"Your sessions in other browsers end with the change."</p>
                <input class="unseen" type="text" autocomplete="username" tabindex="-1" aria-hidden="true" readonly=true prop:value=email />
                <PasswordField
                    id="account-password-old"
                    label="Present password"
                    value=old
                    kind=PasswordKind::Current
                    error=Signal::derive(move || missing.get().or_else(|| old_refused.get()))
                />
                <NewPassword
                    id="account-password-new"
                    label="New password"
                    chosen=new
                />
                <Refused doing wait />
                <div class="form__actions">
                    <Button kind=ButtonKind::Primary submit=true busy=doing.busy() blocked=wait.blocked()>
                        "Change the password"
                    </Button>
                </div>
            </form>
        </section>
    }
}
