//! A new password by a reset link; the person signs in with it next.

use aicmo_shared::account::{PasswordResetRequest, PasswordSet};
use aicmo_shared::api::ResetPassword;
use aicmo_shared::session::SecretText;
use leptos::prelude::*;

use super::link::{CutShort, token};
use super::new_password::{Chosen, NewPassword};
use super::refused::{Refused, Wait};
use crate::api::command;
use crate::components::button::{Button, ButtonKind};
use crate::components::doing::Doing;
use crate::components::dom;
use crate::session::DoorPage;

/// The page.
#[component]
pub fn ResetPasswordPage() -> impl IntoView {
    match token() {
        Some(token) => view! { <Form token /> }.into_any(),
        None => view! { <CutShort advice="Copy the whole link that you were sent, or ask for a new one." /> }
            .into_any(),
    }
}

#[component]
fn Form(token: SecretText) -> impl IntoView {
    dom::focus_soon("reset-password");
    let doing = Doing::default();
    let wait = Wait::of(doing);
    let chosen = Chosen::of(doing, "password");
    let set = RwSignal::new(None::<PasswordSet>);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some(password) = chosen.take() else {
            return;
        };
        let request = PasswordResetRequest {
            token: token.clone(),
            password,
        };
        doing.run(
            command::<ResetPassword>(&[], &request, None),
            move |done: PasswordSet| {
                set.set(Some(done));
            },
        );
    };
    let form = StoredValue::new(submit);
    view! {
        <Show
            when=move || set.with(Option::is_none)
            fallback=move || view! { <Done set /> }
        >
            <p class="door__note">"The new password ends every session of the account, also in other browsers."</p>
            <form
                class="form"
                novalidate
                aria-label="Set a new password"
                on:submit=move |event| form.with_value(|submit| submit(event))
            >
                <NewPassword
                    id="reset-password"
                    label="New password"
                    chosen
                />
                <Refused doing wait />
                <div class="form__actions">
                    <Button kind=ButtonKind::Primary submit=true busy=doing.busy() blocked=wait.blocked()>
                        "Set the password"
                    </Button>
                </div>
            </form>
        </Show>
    }
}

#[component]
fn Done(set: RwSignal<Option<PasswordSet>>) -> impl IntoView {
    let email = move || set.with(|set| set.as_ref().map(|set| set.email.clone()).unwrap_or_default());
    view! {
        <p class="door__note" role="status">
            "The password of " <strong>{email}</strong> " is set. Sign in with it."
        </p>
        <p><a class=ButtonKind::Primary.class() href=DoorPage::SIGN_IN_PATH>"Sign in"</a></p>
    }
}
