//! The first start: the link that the server printed makes the first administrator.

use aicmo_shared::account::SetUpRequest;
use aicmo_shared::api::SetUp;
use aicmo_shared::session::{CurrentSession, SecretText};
use leptos::prelude::*;

use super::link::token;
use super::new_password::{Chosen, NewPassword};
use super::refused::{Refused, Wait};
use crate::api::command;
use crate::components::button::{Button, ButtonKind};
use crate::components::doing::Doing;
use crate::components::dom;
use crate::components::field::{FieldKind, TextField};
use crate::components::own_name::OwnNameField;

/// The page; without a link it says where one is.
#[component]
pub fn SetUpPage() -> impl IntoView {
    match token() {
        Some(token) => view! { <Form token /> }.into_any(),
        None => view! { <WhereTheLinkIs /> }.into_any(),
    }
}

#[component]
fn WhereTheLinkIs() -> impl IntoView {
    view! {
        <p class="door__note">
            "This workspace has no administrator yet. The server printed a link for that when it started; it works once. Open it in this browser."
        </p>
        <p class="door__note">
            "On the machine itself "<code>"aicmo user add"</code>" makes an administrator too, and a restart of the server prints a new link."
        </p>
    }
}

#[component]
fn Form(token: SecretText) -> impl IntoView {
    dom::focus_soon("set-up-email");
    let doing = Doing::default();
    let wait = Wait::of(doing);
    let enter = super::enter();
    let email = RwSignal::new(String::new());
    let name = RwSignal::new(String::new());
    let chosen = Chosen::of(doing, "password");
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some(password) = chosen.take() else {
            return;
        };
        let request = SetUpRequest {
            token: token.clone(),
            email: email.get_untracked().trim().to_owned(),
            display_name: name.get_untracked().trim().to_owned(),
            password,
        };
        doing.run(
            command::<SetUp>(&[], &request, None),
            move |session: CurrentSession| {
                enter.run(session);
            },
        );
    };
    view! {
        <p class="door__note">"You become the first administrator, and can invite everybody else."</p>
        <form class="form" novalidate aria-label="Set up the workspace" on:submit=submit>
            <TextField
                id="set-up-email"
                label="E-mail address"
                value=email
                kind=FieldKind::Email
                autocomplete="username"
                error=doing.field("email")
                required=true
            />
            <OwnNameField id="set-up-name" name doing />
            <NewPassword
                id="set-up-password"
                chosen
            />
            <Refused doing wait />
            <div class="form__actions">
                <Button kind=ButtonKind::Primary submit=true busy=doing.busy() blocked=wait.blocked()>
                    "Create the administrator"
                </Button>
            </div>
        </form>
    }
}
