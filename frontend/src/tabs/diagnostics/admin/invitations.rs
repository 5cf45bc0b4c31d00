//! The invitations so far, newest first; an open one can be taken back.

use aicmo_shared::account::{Invitation, InvitationState};
use aicmo_shared::api::{ListInvitations, RevokeInvitation};
use leptos::prelude::*;

use super::invitation_dialog::InvitationDialog;
use super::revoke_dialog::{Revocation, RevokeDialog};
use super::{paged, still};
use crate::api::{Reading, command};
use crate::components::button::{Button, ButtonKind};
use crate::components::pager::{PageStack, Pager};
use crate::components::panel::Panel;
use crate::components::pill::{Pill, Tone};
use crate::components::still::StillRows;
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
    let revoking = RwSignal::new(None::<Invitation>);
    view! {
        <Panel
            name="invitations"
            title="Invitations"
            data=invitations
            flush=true
            aside=move || view! {
                <Button kind=ButtonKind::Primary on_press=move |()| inviting.set(true)>"Invite…"</Button>
            }
            empty=|| view! {
                <p class="empty__title">"Nobody has been invited"</p>
                <p class="empty__why">"Invite a person by their e-mail address. You send the link yourself."</p>
            }
            let:reading
        >
            <Rows reading pages revoking />
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
        <RevokeDialog revoking how=&REVOCATION />
    }
}

#[component]
fn Rows(
    reading: Reading<Vec<Invitation>>,
    pages: RwSignal<PageStack>,
    revoking: RwSignal<Option<Invitation>>,
) -> impl IntoView {
    let still = still(reading, |invitation: &Invitation| invitation.id, pages);
    let columns = vec![
        Column::text("Address"),
        Column::text("Role"),
        Column::text("State"),
        Column::text("By").wide(),
        Column::text("Ends").wide(),
        Column::acts(),
    ];
    view! {
        <StillRows holding=still.holding>
            <Table caption="Invitations, newest first" columns>
                <For
                    each=move || still.rows.get()
                    key=|invitation| (invitation.id, invitation.state)
                    children=move |invitation| row(invitation, revoking)
                />
            </Table>
        </StillRows>
    }
}

fn row(invitation: Invitation, revoking: RwSignal<Option<Invitation>>) -> impl IntoView {
    let button = format!("invitation-revoke-{}", invitation.id);
    let label = format!("Revoke the invitation of {}", invitation.email);
    let subject = invitation.clone();
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
                    <Button id=button on_press=move |()| revoking.set(Some(subject.clone())) label>"Revoke…"</Button>
                })}
            </td>
        </tr>
    }
}

const REVOCATION: Revocation<Invitation> = Revocation {
    title: |invitation| format!("Revoke the invitation of {}?", invitation.email),
    consequence: "The link that was sent stops working at once, and nothing brings it back: whoever is to come in after all needs a new invitation.",
    press: "Revoke the invitation",
    call: |invitation| command::<RevokeInvitation>(&[&invitation.id.to_string()], &(), None),
    done: |gone| format!("The link that {} was sent does not work any more.", gone.email),
};
