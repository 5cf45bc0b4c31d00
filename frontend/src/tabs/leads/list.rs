//! The list of leads: filters above, rows, pages below.
//!
//! Owns the panel `lead-list`, its place in the list and its selection. What is shown is decided
//! by the address, so a link, a reload and the back button all give the same rows.

use std::collections::BTreeSet;

use aicmo_shared::LeadId;
use aicmo_shared::access::Capability;
use aicmo_shared::api::ListLeads;
use aicmo_shared::campaign::Campaign;
use aicmo_shared::lead::LeadRow;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::address::{LeadAddress, conditions_in_words};
use super::bulk::BulkBar;
use super::count::LeadCount;
use super::export::ExportLeadsMenu;
use super::filters::{LeadFilters, NamedViews};
use super::place::Place;
use super::rows::LeadTable;
use super::rows_cursor::{RowKey, neighbour, select};
use crate::api::{self, Load, Reading};
use crate::components::button::{Button, ButtonKind};
use crate::components::dom;
use crate::components::pager::{PageStack, Pager};
use crate::components::panel::Panel;
use crate::components::still::{Still, StillRows};
use crate::format;
use crate::keys;
use crate::session::Allowed;

/// Rows of a page.
const PAGE: u32 = 50;

/// The list of leads under the address.
#[component]
pub fn LeadList(
    /// Filter and order.
    address: Memo<LeadAddress>,
    /// The lead that is open beside the list.
    open: Memo<Option<String>>,
    /// The campaigns to choose from.
    campaigns: Load<Vec<Campaign>>,
    /// Opens the form for a new lead.
    on_new: Callback<()>,
) -> impl IntoView {
    let pages = RwSignal::new(PageStack::default());
    let of = Memo::new(move |_| address.with(LeadAddress::search));
    let leads = Load::new(move || {
        let cursor = of.with(|of| pages.with(|pages| pages.cursor(of)));
        api::read::<ListLeads>(
            &[],
            &address.with(|address| address.query(format::day_begins, cursor, PAGE)),
        )
    });
    let compact = dom::remembered_switch("leads-compact");
    let navigate = use_navigate();
    let go = Callback::new(move |to: LeadAddress| {
        let path = open
            .get_untracked()
            .map_or_else(|| "/leads".to_owned(), |id| format!("/leads/{id}"));
        navigate(&format!("{path}{}", to.search()), NavigateOptions::default());
    });
    let state = ListState {
        address,
        open,
        pages,
        of,
        compact,
        campaigns,
    };
    view! {
        <Panel
            name="lead-list"
            title="People"
            data=leads
            skeleton=12
            flush=true
            aside=move || view! { <LeadCount leads address /> }
            toolbar=move || view! {
                <NamedViews address go />
                <LeadFilters address go campaigns />
                <Unknown address go />
            }
            empty=move || view! { <NoLeads address go on_new /> }
            let:reading
        >
            <Rows reading state />
        </Panel>
    }
}

/// What list and rows share.
#[derive(Clone, Copy)]
struct ListState {
    address: Memo<LeadAddress>,
    open: Memo<Option<String>>,
    pages: RwSignal<PageStack>,
    of: Memo<String>,
    compact: RwSignal<bool>,
    campaigns: Load<Vec<Campaign>>,
}

#[component]
fn Rows(reading: Reading<Vec<LeadRow>>, state: ListState) -> impl IntoView {
    let ListState {
        address,
        open,
        pages,
        of,
        compact,
        campaigns,
    } = state;
    let place = move || (of.get(), of.with(|of| pages.with(|pages| pages.cursor(of))));
    let selected = RwSignal::new(BTreeSet::<LeadId>::new());
    let is_selecting = Signal::derive(move || selected.with(|selected| !selected.is_empty()));
    let still = Still::new(reading, |row: &LeadRow| row.id, place, is_selecting);
    let shown = still.rows;
    let cursor = RwSignal::new(None::<LeadId>);
    let anchor = StoredValue::new(None::<LeadId>);
    Effect::new(move |moved_on: Option<u32>| {
        let now = still.moved_on.get();
        if moved_on.is_some_and(|before| before != now) {
            selected.set(BTreeSet::new());
        }
        now
    });

    let ids = move || shown.with_untracked(|rows| rows.iter().map(|row| row.id).collect::<Vec<_>>());
    let toggle = Callback::new(move |(id, key): (LeadId, RowKey)| {
        let before = selected.get_untracked();
        selected.set(select(&ids(), before, anchor.get_value(), id, key));
        anchor.set_value(Some(id));
    });
    let navigate = use_navigate();
    keys::listen(move |pressed| {
        let Some(key) = RowKey::from_key(pressed) else {
            return false;
        };
        match (key, cursor.get_untracked()) {
            (RowKey::Down | RowKey::Up, at) => neighbour(&ids(), at, key)
                .map(|next| dom::focus(&row_id(next)))
                .is_some(),
            (RowKey::Open, Some(id)) if !dom::focus_is_pressable() => {
                navigate(
                    &format!("/leads/{id}{}", of.get_untracked()),
                    NavigateOptions::default(),
                );
                true
            }
            (RowKey::Select | RowKey::SelectRange, Some(id)) => {
                toggle.run((id, key));
                true
            }
            (RowKey::Close, _) if selected.with_untracked(|selected| !selected.is_empty()) => {
                selected.set(BTreeSet::new());
                true
            }
            (RowKey::Close, _) if open.with_untracked(Option::is_some) => {
                navigate(
                    &format!("/leads{}", of.get_untracked()),
                    NavigateOptions::default(),
                );
                true
            }
            _ => false,
        }
    });
    view! {
        <div class="leads__rows" class:leads__rows--compact=move || compact.get()>
            <StillRows holding=still.holding>
                <LeadTable
                    rows=shown
                    provenance=Signal::derive(move || reading.provenance())
                    search=of
                    open
                    selected
                    cursor
                    on_toggle=toggle
                />
            </StillRows>
        </div>
        <div class="leads__bar">
            <Selection selected shown address campaigns />
        </div>
        <div class="leads__foot">
            <Pager
                pages
                of
                page=Signal::derive(move || reading.page())
                rows=Signal::derive(move || shown.with(Vec::len))
                one="lead"
                many="leads"
            />
            <ExportLeadsMenu address />
            <p class="leads__keys" aria-hidden="true">
                <kbd>"j"</kbd><kbd>"k"</kbd>" move "<kbd>"Enter"</kbd>" open "<kbd>"x"</kbd>" select "
                <kbd>"Esc"</kbd>" close"
            </p>
            <label class="switch">
                <input
                    type="checkbox"
                    prop:checked=move || compact.get()
                    on:change=move |event| compact.set(event_target_checked(&event))
                />
                <span>"Compact rows"</span>
            </label>
        </div>
        <p class="unseen">{move || if address.with(LeadAddress::is_narrowed) { "The list is filtered." } else { "" }}</p>
    }
}

/// What can be done with the selected rows.
#[component]
fn Selection(
    selected: RwSignal<BTreeSet<LeadId>>,
    shown: RwSignal<Vec<LeadRow>>,
    address: Memo<LeadAddress>,
    campaigns: Load<Vec<Campaign>>,
) -> impl IntoView {
    let shell = crate::app::ShellState::expect();
    let copy = move |()| {
        let addresses: Vec<String> = shown.with_untracked(|rows| {
            selected.with_untracked(|selected| {
                rows.iter()
                    .filter(|row| selected.contains(&row.id))
                    .filter_map(|row| row.email.clone())
                    .collect()
            })
        });
        if addresses.is_empty() {
            shell
                .toasts
                .tell("None of the selected leads has an e-mail address.");
            return;
        }
        let noun = format::counted(addresses.len() as u64, "address is", "addresses are");
        dom::copy(&addresses.join("\n"), move |is_there| {
            if is_there {
                shell.toasts.tell(format!("{noun} on the clipboard."));
            } else {
                shell.toasts.failed(dom::NOT_COPIED);
            }
        });
    };
    view! {
        <Show when=move || selected.with(|selected| !selected.is_empty())>
            <div class="leads__selection" role="region" aria-label="Selected leads">
                <BulkBar selected address campaigns />
                <Button on_press=copy>"Copy e-mail addresses"</Button>
                <Button kind=ButtonKind::Quiet on_press=move |()| selected.set(BTreeSet::new())>
                    "Clear selection"
                </Button>
            </div>
        </Show>
    }
}

/// Words of the address that narrow nothing, because nobody knows them.
#[component]
fn Unknown(address: Memo<LeadAddress>, go: Callback<LeadAddress>) -> impl IntoView {
    let words = move || address.with(|address| address.ignored.join(", "));
    view! {
        <Show when=move || address.with(|address| !address.ignored.is_empty())>
            <p class="notice notice--warn" role="status">
                {move || format!("The address asks for {}, which no lead can have. It was left out.", words())}
                <Button
                    kind=ButtonKind::Quiet
                    on_press=move |()| {
                        let mut address = address.get_untracked();
                        address.ignored.clear();
                        go.run(address);
                    }
                >
                    "Drop it from the address"
                </Button>
            </p>
        </Show>
    }
}

/// Why there are no rows, and what to do.
#[component]
fn NoLeads(address: Memo<LeadAddress>, go: Callback<LeadAddress>, on_new: Callback<()>) -> impl IntoView {
    let blocked = super::write_block();
    move || {
        if address.with(LeadAddress::is_narrowed) {
            let words = address.with(|address| conditions_in_words(address).join(", "));
            view! {
                <p class="empty__title">"No lead matches these filters"</p>
                <p class="empty__why">{format!("Asked for: {words}.")}</p>
                <Button kind=ButtonKind::Primary on_press=move |()| go.run(LeadAddress::default())>
                    "Clear filters"
                </Button>
            }
            .into_any()
        } else {
            view! {
                <p class="empty__title">"No leads yet"</p>
                <p class="empty__why">"People come in by a file, or one by one by hand."</p>
                <div class="empty__actions">
                    <Allowed needs=Capability::RunImports>
                        <a class=ButtonKind::Primary.class() href=Place::Imports.address()>"Import a file"</a>
                    </Allowed>
                    <Allowed needs=Capability::EditLeads>
                        <Button on_press=on_new blocked=blocked>"New lead"</Button>
                    </Allowed>
                </div>
            }
            .into_any()
        }
    }
}

/// The id of a row's link, by which the keyboard moves.
pub fn row_id(lead: LeadId) -> String {
    format!("lead-row-{lead}")
}
