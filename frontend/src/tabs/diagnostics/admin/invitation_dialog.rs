//! A new invitation, and its link, shown once.

use aicmo_shared::access::Role;
use aicmo_shared::account::{InvitationCreated, InvitationDraft};
use aicmo_shared::api::CreateInvitation;
use leptos::prelude::*;

use super::{RolePurpose, role_options};
use crate::api::command;
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::dialog::Dialog;
use crate::components::doing::{Doing, DoingFailed};
use crate::components::dom;
use crate::components::field::{FieldKind, SelectField, TextField};
use crate::components::once::Once;
use crate::format;

/// The dialog.
#[component]
pub fn InvitationDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <Dialog open title="Invite a person">
            <Steps open />
        </Dialog>
    }
}

#[component]
fn Steps(open: RwSignal<bool>) -> impl IntoView {
    let made = RwSignal::new(None::<InvitationCreated>);
    move || match made.get() {
        None => view! { <Form open made /> }.into_any(),
        Some(created) => view! {
            <div class="form">
                <p class="form__consequence">
                    {format!(
                        "Send this link to {}. Whoever opens it first becomes {} under that address.",
                        created.invitation.email,
                        created.invitation.role.label()
                    )}
                </p>
                <Once
                    id="invitation-link"
                    label="Invitation link"
                    secret=created.link
                    note=format!("It works once, until {}.", format::moment(created.invitation.expires_at))
                />
                <div class="form__actions">
                    <Button kind=ButtonKind::Primary on_press=move |()| open.set(false)>"Done"</Button>
                </div>
            </div>
        }
        .into_any(),
    }
}

#[component]
fn Form(open: RwSignal<bool>, made: RwSignal<Option<InvitationCreated>>) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let email = RwSignal::new(String::new());
    let role = RwSignal::new(Role::Operator.as_str().to_owned());
    dom::focus_soon("invite-email");
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let draft = InvitationDraft {
            email: email.get_untracked().trim().to_owned(),
            role: role.get_untracked().parse().unwrap_or(Role::Viewer),
        };
        doing.run(
            command::<CreateInvitation>(&[], &draft, None),
            move |created: InvitationCreated| {
                made.set(Some(created));
                shell.changed();
            },
        );
    };
    view! {
        <form class="form" novalidate aria-label="Invite a person" on:submit=submit>
            <TextField
                id="invite-email"
                label="E-mail address"
                value=email
                kind=FieldKind::Email
                help="They sign in with it. An older invitation to the same address stops working."
                error=doing.field("email")
                required=true
            />
            <SelectField id="invite-role" label="Role" value=role options=role_options() error=doing.field("role") />
            <RolePurpose role />
            <DoingFailed doing />
            <div class="form__actions">
                <Button kind=ButtonKind::Primary submit=true busy=doing.busy()>"Make the invitation"</Button>
                <Button on_press=move |()| open.set(false)>"Leave it"</Button>
            </div>
        </form>
    }
}
