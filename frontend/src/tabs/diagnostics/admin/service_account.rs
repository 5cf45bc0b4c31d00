//! A new service account: it owns keys and never signs in.

use aicmo_shared::access::Role;
use aicmo_shared::account::{ServiceAccountDraft, User};
use aicmo_shared::api::CreateServiceAccount;
use leptos::prelude::*;

use super::{RolePurpose, role_options};
use crate::api::command;
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::dialog::Dialog;
use crate::components::doing::{Doing, DoingFailed};
use crate::components::dom;
use crate::components::field::{SelectField, TextField};

/// The dialog.
#[component]
pub fn ServiceAccountDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Moves when an account is made.
    made: RwSignal<u32>,
) -> impl IntoView {
    view! {
        <Dialog open title="New service account">
            <Form open made />
        </Dialog>
    }
}

#[component]
fn Form(open: RwSignal<bool>, made: RwSignal<u32>) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let name = RwSignal::new(String::new());
    let role = RwSignal::new(Role::Viewer.as_str().to_owned());
    dom::focus_soon("service-name");
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let draft = ServiceAccountDraft {
            display_name: name.get_untracked().trim().to_owned(),
            role: role.get_untracked().parse().unwrap_or(Role::Viewer),
        };
        doing.run(
            command::<CreateServiceAccount>(&[], &draft, None),
            move |user: User| {
                open.set(false);
                made.update(|number| *number = number.wrapping_add(1));
                shell
                    .toasts
                    .done(format!("{} is there. Give it a key below.", user.display_name));
                shell.changed();
            },
        );
    };
    view! {
        <form class="form" novalidate aria-label="New service account" on:submit=submit>
            <p class="form__consequence">
                "A tool works under a service account, so that its keys do not end when a person leaves. Its keys can do no more than its role."
            </p>
            <TextField
                id="service-name"
                label="Name"
                value=name
                error=doing.field("display_name")
                required=true
                max=80_u32
            />
            <SelectField id="service-role" label="Role" value=role options=role_options() error=doing.field("role") />
            <RolePurpose role />
            <DoingFailed doing />
            <div class="form__actions">
                <Button kind=ButtonKind::Primary submit=true busy=doing.busy()>"Create the account"</Button>
                <Button on_press=move |()| open.set(false)>"Leave it"</Button>
            </div>
        </form>
    }
}
