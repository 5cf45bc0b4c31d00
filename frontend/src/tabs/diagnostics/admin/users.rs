//! The accounts: people and service accounts, each with a dialog for what can be done with it.

use aicmo_shared::account::{AccountKind, User};
use aicmo_shared::api::ListUsers;
use aicmo_shared::session::SecondFactor;
use leptos::prelude::*;

use super::service_account::ServiceAccountDialog;
use super::user_dialog::UserDialog;
use super::{paged, still};
use crate::api::Reading;
use crate::app::ShellState;
use crate::components::button::Button;
use crate::components::figure::{Figure, Provenance, Quantity};
use crate::components::pager::{PageStack, Pager};
use crate::components::panel::Panel;
use crate::components::pill::{Pill, Tone};
use crate::components::still::StillRows;
use crate::components::table::{CELL_ACT, CELL_NUMBER, CELL_WIDE, Column, Table};
use crate::format;

/// The panel.
#[component]
pub fn Users() -> impl IntoView {
    let pages = RwSignal::new(PageStack::default());
    let users = paged::<ListUsers>(pages);
    let managed = RwSignal::new(None::<User>);
    let adding = RwSignal::new(false);
    let made = RwSignal::new(0_u32);
    view! {
        <Panel
            name="users"
            title="People and service accounts"
            data=users
            flush=true
            aside=move || view! {
                <Button on_press=move |()| adding.set(true)>"New service account…"</Button>
            }
            empty=|| view! {
                <p class="empty__title">"Nobody has an account"</p>
                <p class="empty__why">"You are here by a key. Invite the first person below."</p>
            }
            let:reading
        >
            <Rows reading pages managed made />
            <Pager
                pages
                of=Signal::stored(String::new())
                page=Signal::derive(move || reading.page())
                rows=Signal::derive(move || reading.with(Vec::len))
                one="account"
                many="accounts"
            />
        </Panel>
        <UserDialog managed />
        <ServiceAccountDialog open=adding made />
    }
}

#[component]
fn Rows(
    reading: Reading<Vec<User>>,
    pages: RwSignal<PageStack>,
    managed: RwSignal<Option<User>>,
    made: RwSignal<u32>,
) -> impl IntoView {
    let still = still(reading, |user: &User| user.id, pages).welcomes(made);
    let columns = vec![
        Column::text("Name"),
        Column::text("Role"),
        Column::text("State"),
        Column::text("Second factor").wide(),
        Column::number("Sessions").wide(),
        Column::text("Last sign-in").wide(),
        Column::acts(),
    ];
    view! {
        <StillRows holding=still.holding>
            <Table caption="Accounts, newest first" columns>
                <For
                    each=move || still.rows.get()
                    key=|user| (user.id, user.version, user.sessions, user.last_sign_in_at)
                    children=move |user| row(user, reading.provenance(), managed)
                />
            </Table>
        </StillRows>
    }
}

fn row(user: User, provenance: Provenance, managed: RwSignal<Option<User>>) -> impl IntoView {
    let shell = ShellState::expect();
    let text = user.id.to_string();
    let button = format!("user-manage-{}", user.id);
    let subject = user.clone();
    let me = move || shell.session.person().is_some_and(|me| me.id == text);
    let label = format!("Manage {}", user.display_name);
    let second = user.email.clone().unwrap_or_else(|| user.kind.label().to_owned());
    let factor = match (user.kind, user.second_factor) {
        (AccountKind::Service, _) => ().into_any(),
        (_, SecondFactor::On) => view! { <Pill tone=Tone::Good word="on" /> }.into_any(),
        (_, SecondFactor::Off | SecondFactor::Pending) => view! { <Pill word="off" /> }.into_any(),
    };
    let last = match (user.kind, user.last_sign_in_at) {
        (AccountKind::Service, _) => ().into_any(),
        (AccountKind::Person, Some(at)) => view! {
            <time datetime=format::machine(at) title=format::moment(at)>{move || format::age(at, shell.now())}</time>
        }
        .into_any(),
        (AccountKind::Person, None) => view! { <span class="nothing">"never"</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row" class="table__cell">
                {user.display_name} {move || me().then_some(" (you)")}
                <span class="lead__line">{second}</span>
            </th>
            <td class="table__cell">{user.role.label()}</td>
            <td class="table__cell">
                {if user.active {
                    view! { <Pill tone=Tone::Good word="active" /> }
                } else {
                    view! { <Pill tone=Tone::Bad word="inactive" /> }
                }}
            </td>
            <td class=format!("table__cell {CELL_WIDE}")>{factor}</td>
            <td class=format!("table__cell {CELL_NUMBER} {CELL_WIDE}")>
                <Figure value=provenance.figure(Quantity::Count(u64::from(user.sessions))) />
            </td>
            <td class=format!("table__cell {CELL_WIDE}")>{last}</td>
            <td class=format!("table__cell {CELL_ACT}")>
                <Button id=button on_press=move |()| managed.set(Some(subject.clone())) label>"Manage…"</Button>
            </td>
        </tr>
    }
}
