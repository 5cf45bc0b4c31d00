//! The rows of the trail under the filter, newest first.

use aicmo_shared::api::ListAudit;
use aicmo_shared::audit::AuditRow;
use leptos::prelude::*;

use super::address::AuditAddress;
use super::filters::AuditFilters;
use super::row::{Line, row_id};
use crate::api::{self, Load, Reading};
use crate::components::button::{Button, ButtonKind};
use crate::components::dom;
use crate::components::pager::{PageStack, Pager};
use crate::components::panel::Panel;
use crate::components::still::{Still, StillRows};
use crate::components::table::{Column, Table};
use crate::format;
use crate::keys;

/// Rows of a page.
const PAGE: u32 = 50;

/// The panel.
#[component]
pub fn AuditList(
    /// The filter.
    address: Memo<AuditAddress>,
    /// Goes to another filter.
    go: Callback<AuditAddress>,
) -> impl IntoView {
    let pages = RwSignal::new(PageStack::default());
    let of = Memo::new(move |_| address.with(AuditAddress::search));
    let rows = Load::new(move || {
        let cursor = of.with(|of| pages.with(|pages| pages.cursor(of)));
        let query = address.with(|address| address.query(format::day_begins, cursor, PAGE));
        api::read::<ListAudit>(&[], &query)
    });
    view! {
        <Panel
            name="audit-list"
            title="Audit trail"
            data=rows
            skeleton=12
            flush=true
            toolbar=move || view! { <AuditFilters address go /> }
            empty=move || view! { <NoRows address go /> }
            let:reading
        >
            <Rows reading of pages />
            <Pager
                pages
                of
                page=Signal::derive(move || reading.page())
                rows=Signal::derive(move || reading.with(Vec::len))
                one="row"
                many="rows"
            />
        </Panel>
    }
}

#[component]
fn Rows(reading: Reading<Vec<AuditRow>>, of: Memo<String>, pages: RwSignal<PageStack>) -> impl IntoView {
    let place = move || (of.get(), of.with(|of| pages.with(|pages| pages.cursor(of))));
    let still = Still::new(reading, |row: &AuditRow| row.seq, place, Signal::stored(false));
    let open = RwSignal::new(None::<u64>);
    let step = move |down: bool| {
        let places: Vec<u64> = still
            .rows
            .with_untracked(|rows| rows.iter().map(|row| row.seq).collect());
        let at = places.iter().position(|seq| dom::has_focus(&row_id(*seq)));
        let target = match (at, down) {
            (None, _) => 0,
            (Some(at), true) => (at + 1).min(places.len().saturating_sub(1)),
            (Some(at), false) => at.saturating_sub(1),
        };
        places.get(target).map(|seq| dom::focus(&row_id(*seq))).is_some()
    };
    keys::listen(move |key| match key {
        "j" | "ArrowDown" => step(true),
        "k" | "ArrowUp" => step(false),
        "Escape" if open.with_untracked(Option::is_some) => {
            open.set(None);
            true
        }
        _ => false,
    });
    let columns = vec![
        Column::text("When"),
        Column::text("What"),
        Column::text("Who"),
        Column::text("About"),
        Column::text("Why").wide(),
        Column::number("Row").wide(),
    ];
    view! {
        <StillRows holding=still.holding>
            <Table caption="Audit rows, newest first" columns>
                <For each=move || still.rows.get() key=|row| row.seq let:row>
                    <Line row open />
                </For>
            </Table>
        </StillRows>
    }
}

#[component]
fn NoRows(address: Memo<AuditAddress>, go: Callback<AuditAddress>) -> impl IntoView {
    move || {
        if address.with(AuditAddress::is_narrowed) {
            view! {
                <p class="empty__title">"No entry matches"</p>
                <p class="empty__why">"Ids are compared whole; the text is looked for in the reasons."</p>
                <Button kind=ButtonKind::Primary on_press=move |()| go.run(AuditAddress::default())>
                    "Clear filters"
                </Button>
            }
            .into_any()
        } else {
            view! {
                <p class="empty__title">"Nothing has been changed yet"</p>
                <p class="empty__why">"Every change of data writes one row here, with who, what and why."</p>
            }
            .into_any()
        }
    }
}
