//! An invitation taken up: the person chooses name and password and is signed in.

use aicmo_shared::account::InvitationAcceptance;
use aicmo_shared::api::AcceptInvitation;
use aicmo_shared::session::{CurrentSession, SecretText};
use leptos::prelude::*;

use super::link::{CutShort, token};
use super::new_password::{Chosen, NewPassword};
use super::refused::{Refused, Wait};
use crate::api::command;
use crate::components::button::{Button, ButtonKind};
use crate::components::doing::Doing;
use crate::components::dom;
use crate::components::own_name::OwnNameField;

/// The page.
#[component]
pub fn InvitationPage() -> impl IntoView {
    match token() {
        Some(token) => view! { <Form token /> }.into_any(),
        None => view! { <CutShort advice="Copy the whole link that you were sent, or ask for a new one." /> }
            .into_any(),
    }
}

#[component]
fn Form(token: SecretText) -> impl IntoView {
    dom::focus_soon("invitation-name");
    let doing = Doing::default();
    let wait = Wait::of(doing);
    let enter = super::enter();
    let name = RwSignal::new(String::new());
    let chosen = Chosen::of(doing, "password");
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some(password) = chosen.take() else {
            return;
        };
        let request = InvitationAcceptance {
            token: token.clone(),
            display_name: name.get_untracked().trim().to_owned(),
            password,
        };
        doing.run(
            command::<AcceptInvitation>(&[], &request, None),
            move |session: CurrentSession| enter.run(session),
        );
    };
    view! {
        <p class="door__note">
            "Your e-mail address and your role stand in the invitation. You sign in with that address and this password from now on."
        </p>
        <form class="form" novalidate aria-label="Accept the invitation" on:submit=submit>
            <OwnNameField id="invitation-name" name doing />
            <NewPassword
                id="invitation-password"
                chosen
            />
            <Refused doing wait />
            <div class="form__actions">
                <Button kind=ButtonKind::Primary submit=true busy=doing.busy() blocked=wait.blocked()>
                    "Create the account"
                </Button>
            </div>
        </form>
    }
}
