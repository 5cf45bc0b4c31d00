//! The invitations so far, newest first; an open one can be taken back.

use aicmo_shared::account::{Invitation, InvitationState};
use aicmo_shared::api::{ListInvitations, RevokeInvitation};
use leptos::prelude::*;

use super::invitation_dialog::InvitationDialog;
use super::paged;
use crate::api::command;
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::doing::{Doing, DoingFailed};
use crate::components::pager::{PageStack, Pager};
use crate::components::panel::Panel;
use crate::components::pill::{Pill, Tone};
use crate::components::table::{CELL_ACT, CELL_WIDE, Column, Table};
use crate::format;

const fn tone(state: InvitationState) -> Tone {
    match state {
        InvitationState::Open => Tone::Accent,
        InvitationState::Accepted => Tone::Good,
        InvitationState::Revoked | InvitationState::Expired => Tone::Neutral,
    }
}

/// The panel.
#[component]
pub fn Invitations() -> impl IntoView {
    let pages = RwSignal::new(PageStack::default());
    let invitations = paged::<ListInvitations>(pages);
    let inviting = RwSignal::new(false);
    let doing = Doing::default();
    view! {
        <Panel
            name="invitations"
            title="Invitations"
            data=invitations
            flush=true
            aside=move || view! {
                <Button kind=ButtonKind::Primary on_press=move |()| inviting.set(true)>"Invite…"</Button>
            }
            toolbar=move || view! { <DoingFailed doing /> }
            empty=|| view! {
                <p class="empty__title">"Nobody has been invited"</p>
                <p class="empty__why">"Invite a person by their e-mail address. You send the link yourself."</p>
            }
            let:reading
        >
            <Table
                caption="Invitations, newest first"
                columns=vec![
                    Column::text("Address"),
                    Column::text("Role"),
                    Column::text("State"),
                    Column::text("By").wide(),
                    Column::text("Ends").wide(),
                    Column::acts(),
                ]
            >
                <For
                    each=move || reading.get()
                    key=|invitation| (invitation.id, invitation.state)
                    children=move |invitation| row(invitation, doing)
                />
            </Table>
            <Pager
                pages
                of=Signal::stored(String::new())
                page=Signal::derive(move || reading.page())
                rows=Signal::derive(move || reading.with(Vec::len))
                one="invitation"
                many="invitations"
            />
        </Panel>
        <InvitationDialog open=inviting />
    }
}

fn row(invitation: Invitation, doing: Doing) -> impl IntoView {
    let shell = ShellState::expect();
    let id = invitation.id.to_string();
    let label = format!("Revoke the invitation of {}", invitation.email);
    let revoke = move |()| {
        doing.run(
            command::<RevokeInvitation>(&[&id], &(), None),
            move |gone: Invitation| {
                shell.toasts.done(format!(
                    "The link that {} was sent does not work any more.",
                    gone.email
                ));
                shell.changed();
            },
        );
    };
    let by = invitation
        .invited_by
        .map_or_else(|| "the command line".to_owned(), |by| by.display_name);
    view! {
        <tr>
            <th scope="row" class="table__cell">{invitation.email}</th>
            <td class="table__cell">{invitation.role.label()}</td>
            <td class="table__cell">
                <Pill tone=tone(invitation.state) word=invitation.state.label() />
            </td>
            <td class=format!("table__cell {CELL_WIDE}")>{by}</td>
            <td class=format!("table__cell {CELL_WIDE}")>{format::moment(invitation.expires_at)}</td>
            <td class=format!("table__cell {CELL_ACT}")>
                {(invitation.state == InvitationState::Open).then(|| view! {
                    <Button on_press=revoke label busy=doing.busy()>"Revoke"</Button>
                })}
            </td>
        </tr>
    }
}
