//! The bulk changes so far, newest first.

use aicmo_shared::api::{ListJobs, PageQuery};
use aicmo_shared::job::Job;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::super::place::Place;
use super::tone_of_state;
use crate::api::{self, Load, Reading};
use crate::app::ShellState;
use crate::components::dom;
use crate::components::figure::{Figure, Provenance, Quantity};
use crate::components::pager::{PageStack, Pager};
use crate::components::panel::Panel;
use crate::components::pill::Pill;
use crate::components::table::{CELL_NUMBER, CELL_WIDE, Column, Table};
use crate::format;

/// Rows of a page.
const PAGE: u32 = 20;

/// The panel of the bulk changes.
#[component]
pub fn JobList() -> impl IntoView {
    let pages = RwSignal::new(PageStack::default());
    let jobs = Load::new(move || {
        let cursor = pages.with(|pages| pages.cursor(""));
        api::read::<ListJobs>(
            &[],
            &PageQuery {
                cursor,
                limit: Some(PAGE),
            },
        )
    });
    view! {
        <Panel
            name="job-list"
            title="Bulk changes so far"
            data=jobs
            skeleton=5
            flush=true
            empty=|| view! {
                <p class="empty__title">"No bulk change yet"</p>
                <p class="empty__why">
                    "Select leads in the list, by their boxes or with x, and choose what to change."
                </p>
                <div class="empty__actions"><a href=Place::People.address()>"To the list of people"</a></div>
            }
            let:reading
        >
            <Jobs reading />
            <Pager
                pages
                of=Signal::stored(String::new())
                page=Signal::derive(move || reading.page())
                rows=Signal::derive(move || reading.with(Vec::len))
                one="bulk change"
                many="bulk changes"
            />
        </Panel>
    }
}

#[component]
fn Jobs(reading: Reading<Vec<Job>>) -> impl IntoView {
    let columns = vec![
        Column::text("Change"),
        Column::text("State"),
        Column::number("Leads"),
        Column::number("Changed").wide(),
        Column::number("Refused").wide(),
        Column::text("By").wide(),
        Column::text("When"),
    ];
    view! {
        <Table caption="Bulk changes, newest first" columns>
            <For
                each=move || reading.get()
                key=|job| (job.id, job.version)
                children=move |job| row(&job, reading.provenance())
            />
        </Table>
    }
}

fn row(job: &Job, provenance: Provenance) -> impl IntoView + use<> {
    let shell = ShellState::expect();
    let address = Place::Change(job.id).address();
    let navigate = use_navigate();
    let target = address.clone();
    let press = move |event: web_sys::MouseEvent| {
        if !dom::is_on_control(&event) {
            navigate(&target, NavigateOptions::default());
        }
    };
    let number = move |count| view! { <Figure value=provenance.figure(Quantity::Count(count)) /> };
    let at = job.created_at;
    let by_filter = if job.filter.is_some() {
        "all that matched a filter"
    } else {
        "chosen one by one"
    };
    view! {
        <tr class="lead" on:click=press>
            <th scope="row" class="table__cell">
                <a class="lead__name" href=address>{job.change.describe()}</a>
                <span class="lead__line">{by_filter}</span>
            </th>
            <td class="table__cell">
                <Pill
                    tone=tone_of_state(job.state)
                    word=job.state.as_str()
                    title=job.state.label().to_owned()
                />
            </td>
            <td class=format!("table__cell {CELL_NUMBER}")>{number(job.total)}</td>
            <td class=format!("table__cell {CELL_NUMBER} {CELL_WIDE}")>{number(job.changed)}</td>
            <td class=format!("table__cell {CELL_NUMBER} {CELL_WIDE}")>{number(job.refused)}</td>
            <td class=format!("table__cell {CELL_WIDE}")>{job.started_by.clone()}</td>
            <td class="table__cell">
                <time datetime=format::machine(at) title=format::moment(at)>
                    {move || format::age(at, shell.now())}
                </time>
            </td>
        </tr>
    }
}
