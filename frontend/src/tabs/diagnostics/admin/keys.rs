//! The keys of tools: whose they are, what they may do, when they were used; each can be revoked.

use aicmo_shared::api::{ListApiKeys, RevokeApiKey};
use aicmo_shared::api_key::{ApiKey, ApiKeyState};
use leptos::prelude::*;

use super::key_dialog::KeyDialog;
use super::revoke_dialog::{Revocation, RevokeDialog};
use super::{paged, still};
use crate::api::{Reading, command};
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::pager::{PageStack, Pager};
use crate::components::panel::Panel;
use crate::components::pill::{Pill, Tone};
use crate::components::still::StillRows;
use crate::components::table::{CELL_ACT, CELL_WIDE, Column, Table};
use crate::format;

const fn tone(state: ApiKeyState) -> Tone {
    match state {
        ApiKeyState::Active => Tone::Good,
        ApiKeyState::Expired | ApiKeyState::Revoked => Tone::Neutral,
        ApiKeyState::OwnerInactive => Tone::Warn,
    }
}

/// The panel.
#[component]
pub fn Keys() -> impl IntoView {
    let pages = RwSignal::new(PageStack::default());
    let keys = paged::<ListApiKeys>(pages);
    let creating = RwSignal::new(false);
    let revoking = RwSignal::new(None::<ApiKey>);
    view! {
        <Panel
            name="api-keys"
            title="API keys"
            data=keys
            flush=true
            aside=move || view! {
                <Button kind=ButtonKind::Primary on_press=move |()| creating.set(true)>"New key…"</Button>
            }
            empty=|| view! {
                <p class="empty__title">"No tool has a key"</p>
                <p class="empty__why">"A key lets a script or another program call the API, within its scopes and its owner's role."</p>
            }
            let:reading
        >
            <Rows reading pages revoking />
            <Pager
                pages
                of=Signal::stored(String::new())
                page=Signal::derive(move || reading.page())
                rows=Signal::derive(move || reading.with(Vec::len))
                one="key"
                many="keys"
            />
        </Panel>
        <KeyDialog open=creating />
        <RevokeDialog revoking how=&REVOCATION />
    }
}

#[component]
fn Rows(
    reading: Reading<Vec<ApiKey>>,
    pages: RwSignal<PageStack>,
    revoking: RwSignal<Option<ApiKey>>,
) -> impl IntoView {
    let still = still(reading, |key: &ApiKey| key.id, pages);
    let columns = vec![
        Column::text("Key"),
        Column::text("Owner").wide(),
        Column::text("Scopes").wide(),
        Column::text("State"),
        Column::text("Last used"),
        Column::text("Ends").wide(),
        Column::acts(),
    ];
    view! {
        <StillRows holding=still.holding>
            <Table caption="Keys, newest first" columns>
                <For
                    each=move || still.rows.get()
                    key=|key| (key.id, key.state, key.last_used_at)
                    children=move |key| row(key, revoking)
                />
            </Table>
        </StillRows>
    }
}

fn row(key: ApiKey, revoking: RwSignal<Option<ApiKey>>) -> impl IntoView {
    let shell = ShellState::expect();
    let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.as_str()).collect();
    let scopes = scopes.join(", ");
    let used = match key.last_used_at {
        Some(at) => view! {
            <time datetime=format::machine(at) title=format::moment(at)>{move || format::age(at, shell.now())}</time>
        }
        .into_any(),
        None => view! { <span class="nothing">"never"</span> }.into_any(),
    };
    let ends = key.expires_at.map_or_else(|| "never".to_owned(), format::day);
    let button = format!("key-revoke-{}", key.id);
    let label = format!("Revoke the key {}", key.name);
    let subject = key.clone();
    view! {
        <tr>
            <th scope="row" class="table__cell">
                {key.name}
                <span class="lead__line"><code>{key.prefix} "…"</code></span>
            </th>
            <td class=format!("table__cell {CELL_WIDE}")>{key.owner.display_name}</td>
            <td class=format!("table__cell {CELL_WIDE}")><code>{scopes}</code></td>
            <td class="table__cell"><Pill tone=tone(key.state) word=key.state.label() /></td>
            <td class="table__cell">{used}</td>
            <td class=format!("table__cell {CELL_WIDE}")>{ends}</td>
            <td class=format!("table__cell {CELL_ACT}")>
                {(key.state != ApiKeyState::Revoked).then(|| view! {
                    <Button id=button on_press=move |()| revoking.set(Some(subject.clone())) label>"Revoke…"</Button>
                })}
            </td>
        </tr>
    }
}

const REVOCATION: Revocation<ApiKey> = Revocation {
    title: |key| format!("Revoke the key {}?", key.name),
    consequence: "Whatever uses it is refused at once, and nothing brings it back: its owner needs a new key.",
    press: "Revoke the key",
    call: |key| command::<RevokeApiKey>(&[&key.id.to_string()], &(), None),
    done: |gone| format!("The key {} is refused from now on.", gone.name),
};
