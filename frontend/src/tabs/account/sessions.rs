//! The browsers in which the person is signed in; each can be signed out from here.

use aicmo_shared::account::SessionsEnded;
use aicmo_shared::api::{EndSession, ListSessions, NoQuery};
use aicmo_shared::session::SessionInfo;
use leptos::prelude::*;

use crate::api::{self, Load, Reading, command};
use crate::app::ShellState;
use crate::components::button::Button;
use crate::components::doing::{Doing, DoingFailed};
use crate::components::panel::Panel;
use crate::components::pill::{Pill, Tone};
use crate::components::still::{Still, StillRows};
use crate::components::table::{CELL_ACT, CELL_WIDE, Column, Table};
use crate::format;

/// The panel.
#[component]
pub fn Sessions() -> impl IntoView {
    let sessions = Load::new(|| api::read::<ListSessions>(&[], &NoQuery {}));
    let doing = Doing::default();
    view! {
        <Panel
            name="sessions"
            title="Your sessions"
            data=sessions
            flush=true
            toolbar=move || view! {
                <p class="panel__lead">"One that you do not know? End it and change your password."</p>
                <DoingFailed doing />
            }
            let:reading
        >
            <Rows reading doing />
        </Panel>
    }
}

#[component]
fn Rows(reading: Reading<Vec<SessionInfo>>, doing: Doing) -> impl IntoView {
    let still = Still::new(
        reading,
        |session: &SessionInfo| session.id,
        || (),
        Signal::stored(false),
    );
    let columns = vec![
        Column::text("Browser"),
        Column::text("Last seen"),
        Column::text("Signed in").wide(),
        Column::text("Ends").wide(),
        Column::acts(),
    ];
    view! {
        <StillRows holding=still.holding>
            <Table caption="Your sessions, the one seen last first" columns>
                <For
                    each=move || still.rows.get()
                    key=|session| (session.id, session.current, session.last_seen_at)
                    children=move |session| row(session, doing, still)
                />
            </Table>
        </StillRows>
    }
}

fn row(session: SessionInfo, doing: Doing, still: Still<SessionInfo>) -> impl IntoView {
    let shell = ShellState::expect();
    let gone = session.id;
    let id = gone.to_string();
    let button = format!("session-end-{id}");
    let device = session.device.clone();
    let label = format!("End the session of {device}");
    let end = move |()| {
        let device = device.clone();
        doing.run(
            command::<EndSession>(&[&id], &(), None),
            move |_: SessionsEnded| {
                shell.toasts.done(format!("The session of {device} has ended."));
                still.take_away(|session| session.id == gone);
                shell.changed();
            },
        );
    };
    let seen = session.last_seen_at;
    view! {
        <tr>
            <th scope="row" class="table__cell">{session.device}</th>
            <td class="table__cell">
                <time datetime=format::machine(seen) title=format::moment(seen)>
                    {move || format::age(seen, shell.now())}
                </time>
            </td>
            <td class=format!("table__cell {CELL_WIDE}")>{format::moment(session.signed_in_at)}</td>
            <td class=format!("table__cell {CELL_WIDE}")>{format::moment(session.expires_at)}</td>
            <td class=format!("table__cell {CELL_ACT}")>
                {if session.current {
                    view! { <Pill tone=Tone::Accent word="this browser" /> }.into_any()
                } else {
                    view! { <Button id=button on_press=end label busy=doing.busy()>"End"</Button> }.into_any()
                }}
            </td>
        </tr>
    }
}
