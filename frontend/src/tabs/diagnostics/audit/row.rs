//! One row of the trail, and what opens below it: the change field by field, and its place in the
//! chain.

use aicmo_shared::audit::AuditRow;
use leptos::prelude::*;

use super::super::super::subject::subject_href;
use super::address::history_of;
use super::diff::{self, Line as Changed};
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::dom;
use crate::components::pill::Pill;
use crate::components::table::{CELL_NUMBER, CELL_WIDE};
use crate::format;

/// The id of a row's button, by which the keyboard moves.
pub fn row_id(seq: u64) -> String {
    format!("audit-row-{seq}")
}

/// The row; pressing it opens or closes what is below.
#[component]
pub fn Line(
    /// The row.
    row: AuditRow,
    /// The row that is open.
    open: RwSignal<Option<u64>>,
) -> impl IntoView {
    let shell = ShellState::expect();
    let (seq, at) = (row.seq, row.at);
    let is_open = Memo::new(move |_| open.get() == Some(seq));
    let toggle = move || open.update(|open| *open = if *open == Some(seq) { None } else { Some(seq) });
    let press = move |event: web_sys::MouseEvent| {
        if !dom::is_on_control(&event) {
            toggle();
        }
    };
    let who = row.actor_name.clone().unwrap_or_else(|| row.actor_id.clone());
    let about = match &row.subject_id {
        Some(id) => format!("{} {}", format::spaced(row.subject_type.as_str()), short(id)),
        None => format::spaced(row.subject_type.as_str()),
    };
    let why = row.reason.clone();
    let title = format!("{} by {who}", row.action);
    let action = row.action.as_str();
    let actor_type = format::spaced(row.actor_type.as_str());
    let held = StoredValue::new(row);
    view! {
        <tr class="lead" class:lead--open=move || is_open.get() on:click=press>
            <td class="table__cell">
                <time datetime=format::machine(at) title=format::moment(at)>
                    {move || format::hour_or_day(at, shell.now())}
                </time>
            </td>
            <th scope="row" class="table__cell">
                <button
                    class="audit__open"
                    type="button"
                    id=row_id(seq)
                    aria-expanded=move || is_open.get().to_string()
                    title=title
                    on:click=move |_| toggle()
                >
                    <code>{action}</code>
                </button>
            </th>
            <td class="table__cell">
                {who} <span class="lead__line">{actor_type}</span>
            </td>
            <td class="table__cell">{about}</td>
            <td class=format!("table__cell {CELL_WIDE} audit__why")>
                {match why {
                    Some(why) => why.into_any(),
                    None => view! { <span class="nothing">"no reason given"</span> }.into_any(),
                }}
            </td>
            <td class=format!("table__cell {CELL_NUMBER} {CELL_WIDE}")>{format::count(seq)}</td>
        </tr>
        <Show when=move || is_open.get()>
            <tr class="audit__detail" data-audit-detail=seq.to_string()>
                <td class="table__cell" colspan="6">{held.with_value(detail)}</td>
            </tr>
        </Show>
    }
}

/// The beginning of an id, enough to tell two apart.
fn short(id: &str) -> String {
    if id.chars().count() > 13 {
        format!(
            "…{}",
            id.chars().skip(id.chars().count() - 12).collect::<String>()
        )
    } else {
        id.to_owned()
    }
}

fn detail(row: &AuditRow) -> impl IntoView + use<> {
    let lines = diff::lines(row.before.as_ref(), row.after.as_ref());
    let campaign = row
        .campaign
        .as_ref()
        .map(|campaign| (format!("/campaigns/{}", campaign.id), campaign.name.clone()));
    let subject = row.subject_id.clone().map(|id| {
        let href = subject_href(row.subject_type, Some(&id));
        let history = history_of(row.subject_type, &id);
        view! {
            <dt>"About"</dt>
            <dd class="audit__line">
                <code>{format!("{} {id}", row.subject_type)}</code>
                {href.map(|href| view! { <a href=href>"Open it"</a> })}
                <a href=history>"All of its history"</a>
            </dd>
        }
    });
    let request = (!row.request_id.is_empty())
        .then(|| row.request_id.clone())
        .map(|id| {
            let copied = id.clone();
            let shell = ShellState::expect();
            let copy = move |()| {
                dom::copy(&copied, move |is_there| {
                    if is_there {
                        shell.toasts.done("The request id is on the clipboard.");
                    } else {
                        shell.toasts.failed(dom::NOT_COPIED);
                    }
                });
            };
            view! {
                <dt>"Request"</dt>
                <dd class="audit__line">
                    <code>{id}</code>
                    <Button kind=ButtonKind::Quiet label="Copy the request id" on_press=copy>
                        "Copy"
                    </Button>
                </dd>
            }
        });
    view! {
        <div class="audit__parts">
            {changes(lines)}
            <dl class="facts">
                <dt>"When"</dt>
                <dd>{format::moment(row.at)} " (" <code>{format::machine(row.at)}</code> ")"</dd>
                <dt>"Who"</dt>
                <dd>
                    {row.actor_name.clone().map(|name| format!("{name}, "))}
                    <code>{format!("{} {}", row.actor_type, row.actor_id)}</code>
                </dd>
                <dt>"Why"</dt>
                <dd>{row.reason.clone().unwrap_or_else(|| "no reason given".to_owned())}</dd>
                {subject}
                {campaign.map(|(href, name)| view! { <dt>"Campaign"</dt><dd><a href=href>{name}</a></dd> })}
                {request}
                <dt>"Row"</dt>
                <dd>{format::count(row.seq)}</dd>
                <dt>"Hash"</dt>
                <dd><code class="audit__hash">{row.hash.clone()}</code></dd>
                <dt>"Hash of the row before"</dt>
                <dd>
                    {if row.prev_hash.is_empty() {
                        "none: this is the first".into_any()
                    } else {
                        view! { <code class="audit__hash">{row.prev_hash.clone()}</code> }.into_any()
                    }}
                </dd>
            </dl>
        </div>
    }
}

/// The change, side by side.
fn changes(lines: Vec<Changed>) -> AnyView {
    if lines.is_empty() {
        return view! { <p class="nothing">"The row tells no fields."</p> }.into_any();
    }
    let side = |text: Option<String>, absent: &'static str| match text {
        Some(text) => view! { <code>{text}</code> }.into_any(),
        None => view! { <span class="nothing">{absent}</span> }.into_any(),
    };
    let rows: Vec<_> = lines
        .into_iter()
        .map(|line| {
            let same = line.is_same();
            view! {
                <tr class:audit__same=same>
                    <th scope="row" class="table__cell">{format::spaced(&line.field)}</th>
                    <td class="table__cell audit__before">{side(line.before, "not there")}</td>
                    <td class="table__cell audit__after">
                        {side(line.after, "not there")}
                        {same.then(|| view! { " " <Pill word="unchanged" /> })}
                    </td>
                </tr>
            }
        })
        .collect();
    view! {
        <table class="table audit__diff">
            <caption class="unseen">"What changed, field by field"</caption>
            <thead>
                <tr>
                    <th scope="col" class="table__cell">"Field"</th>
                    <th scope="col" class="table__cell">"Before"</th>
                    <th scope="col" class="table__cell">"After"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
