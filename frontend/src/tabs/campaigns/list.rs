//! The list of campaigns with where their leads stand.

use aicmo_shared::access::Capability;
use aicmo_shared::api::ListCampaigns;
use aicmo_shared::campaign::{Campaign, CampaignMode, CampaignStatus, StatusCount};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::address;
use crate::api::{self, Load, Reading};
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::dom;
use crate::components::figure::{Figure, Provenance, Quantity};
use crate::components::pager::{PageStack, Pager};
use crate::components::panel::Panel;
use crate::components::pill::{Pill, Tone};
use crate::components::still::{Still, StillRows};
use crate::components::table::{CELL_NUMBER, CELL_WIDE, Column, Table};
use crate::format;
use crate::keys;
use crate::session::Allowed;

/// Rows of a page.
const PAGE: u32 = 50;

/// What the address asks for: a status, none, or a word that no status has.
type Asked = Result<Option<CampaignStatus>, String>;

/// The list under the address.
#[component]
pub fn CampaignList(
    /// The filter.
    asked: Memo<Asked>,
    /// The campaign that is open beside the list.
    open: Memo<Option<String>>,
    /// Opens the form for a new campaign.
    on_new: Callback<()>,
) -> impl IntoView {
    let status = move || asked.get().ok().flatten();
    let pages = RwSignal::new(PageStack::default());
    let of = Memo::new(move |_| address::search(status()));
    let campaigns = Load::new(move || {
        let cursor = of.with(|of| pages.with(|pages| pages.cursor(of)));
        api::read::<ListCampaigns>(&[], &address::query(status(), cursor, PAGE))
    });
    let navigate = use_navigate();
    let go = Callback::new(move |status: Option<CampaignStatus>| {
        let path = open
            .get_untracked()
            .map_or_else(|| "/campaigns".to_owned(), |id| format!("/campaigns/{id}"));
        navigate(
            &format!("{path}{}", address::search(status)),
            NavigateOptions::default(),
        );
    });
    view! {
        <Panel
            name="campaign-list"
            title="All campaigns"
            data=campaigns
            skeleton=6
            flush=true
            toolbar=move || view! { <StatusChips asked go /> }
            empty=move || view! { <NoCampaigns asked go on_new /> }
            let:reading
        >
            <Rows reading of pages open />
            <Pager
                pages
                of
                page=Signal::derive(move || reading.page())
                rows=Signal::derive(move || reading.with(Vec::len))
                one="campaign"
                many="campaigns"
            />
        </Panel>
    }
}

#[component]
fn StatusChips(asked: Memo<Asked>, go: Callback<Option<CampaignStatus>>) -> impl IntoView {
    let chips: Vec<_> = std::iter::once(None)
        .chain(CampaignStatus::ALL.iter().copied().map(Some))
        .map(|choice| {
            view! {
                <button
                    type="button"
                    class="chip"
                    aria-pressed=move || (asked.get() == Ok(choice)).to_string()
                    on:click=move |_| go.run(choice)
                >
                    {choice.map_or("All", CampaignStatus::label)}
                </button>
            }
        })
        .collect();
    view! {
        <div class="chips" role="group" aria-label="Campaigns by status">{chips}</div>
        {move || asked.get().err().map(|word| view! {
            <p class="notice notice--warn" role="status">
                {format!("The address asks for status {word}, which no campaign can have. It was left out.")}
            </p>
        })}
    }
}

#[component]
fn NoCampaigns(
    asked: Memo<Asked>,
    go: Callback<Option<CampaignStatus>>,
    on_new: Callback<()>,
) -> impl IntoView {
    let blocked = super::write_block();
    move || match asked.get() {
        Ok(Some(status)) => view! {
            <p class="empty__title">{format!("No campaign is {}", status.label().to_lowercase())}</p>
            <Button kind=ButtonKind::Primary on_press=move |()| go.run(None)>"Show all campaigns"</Button>
        }
        .into_any(),
        _ => view! {
            <p class="empty__title">"No campaign yet"</p>
            <p class="empty__why">"A campaign holds leads together and says what may be sent to them."</p>
            <Allowed needs=Capability::EditCampaigns>
                <Button kind=ButtonKind::Primary on_press=on_new blocked=blocked>"New campaign"</Button>
            </Allowed>
        }
        .into_any(),
    }
}

#[component]
fn Rows(
    reading: Reading<Vec<Campaign>>,
    of: Memo<String>,
    pages: RwSignal<PageStack>,
    open: Memo<Option<String>>,
) -> impl IntoView {
    let place = move || (of.get(), of.with(|of| pages.with(|pages| pages.cursor(of))));
    let still = Still::new(reading, |row: &Campaign| row.id, place, Signal::stored(false));
    let step = move |down: bool| {
        let ids: Vec<String> = still
            .rows
            .with_untracked(|rows| rows.iter().map(|row| row.id.to_string()).collect());
        let place = ids.iter().position(|id| dom::has_focus(&row_id(id)));
        let target = match (place, down) {
            (None, _) => 0,
            (Some(place), true) => (place + 1).min(ids.len().saturating_sub(1)),
            (Some(place), false) => place.saturating_sub(1),
        };
        ids.get(target).map(|id| dom::focus(&row_id(id))).is_some()
    };
    let navigate = use_navigate();
    keys::listen(move |key| match key {
        "j" | "ArrowDown" => step(true),
        "k" | "ArrowUp" => step(false),
        "Escape" if open.with_untracked(Option::is_some) => {
            navigate(
                &format!("/campaigns{}", of.get_untracked()),
                NavigateOptions::default(),
            );
            true
        }
        _ => false,
    });
    let columns = vec![
        Column::text("Name"),
        Column::text("Status"),
        Column::text("Mode").wide(),
        Column::number("Leads"),
        Column::text("Where they stand").wide(),
        Column::text("Created").wide(),
    ];
    view! {
        <StillRows holding=still.holding>
            <Table caption="Campaigns, newest first" columns>
                <For
                    each=move || still.rows.get()
                    key=|campaign| (campaign.id, campaign.version, campaign.leads, campaign.updated_at)
                    children=move |campaign| row(&campaign, reading.provenance(), of, open)
                />
            </Table>
        </StillRows>
    }
}

/// The id of a row's link, by which the keyboard moves.
fn row_id(campaign: &str) -> String {
    format!("campaign-row-{campaign}")
}

fn row(
    campaign: &Campaign,
    provenance: Provenance,
    of: Memo<String>,
    open: Memo<Option<String>>,
) -> impl IntoView + use<> {
    let shell = ShellState::expect();
    let id = campaign.id.to_string();
    let navigate = use_navigate();
    let href = {
        let id = id.clone();
        move || of.with(|of| format!("/campaigns/{id}{of}"))
    };
    let is_open = move || open.with(|open| open.as_deref() == Some(id.as_str()));
    let target = href.clone();
    let press = move |event: web_sys::MouseEvent| {
        if !dom::is_on_control(&event) {
            navigate(&untrack(&target), NavigateOptions::default());
        }
    };
    let at = campaign.created_at;
    let leads = provenance.figure(Quantity::Count(campaign.leads));
    view! {
        <tr class="lead" class:lead--open=is_open on:click=press>
            <th scope="row" class="table__cell">
                <a class="lead__name" id=row_id(&campaign.id.to_string()) href=href>{campaign.name.clone()}</a>
                <span class="lead__line">
                    {campaign.client.clone().unwrap_or_else(|| "no client".to_owned())}
                </span>
            </th>
            <td class="table__cell">
                <Pill
                    tone=Tone::of_campaign(campaign.status)
                    word=campaign.status.as_str()
                    title=campaign.status_reason.clone().unwrap_or_default()
                />
            </td>
            <td class=format!("table__cell {CELL_WIDE}")>{mode_pill(campaign.mode)}</td>
            <td class=format!("table__cell {CELL_NUMBER}")><Figure value=leads /></td>
            <td class=format!("table__cell {CELL_WIDE}")>{stacked(&campaign.leads_by_status, campaign.leads)}</td>
            <td class=format!("table__cell {CELL_WIDE}")>
                <time datetime=format::machine(at) title=format::moment(at)>
                    {move || format::age(at, shell.now())}
                </time>
            </td>
        </tr>
    }
}

/// The mode: a word in a tone.
pub fn mode_pill(mode: CampaignMode) -> impl IntoView {
    let (tone, title) = match mode {
        CampaignMode::Simulation => (Tone::Neutral, "Nothing is sent for real"),
        CampaignMode::Live => (Tone::Warn, "May send for real"),
    };
    view! { <Pill tone word=mode.as_str() title=title.to_owned() /> }
}

/// The eight statuses side by side in one bar; the words are in its title.
fn stacked(counts: &[StatusCount], leads: u64) -> impl IntoView + use<> {
    if leads == 0 {
        return view! { <span class="nothing">"no leads"</span> }.into_any();
    }
    let words: Vec<String> = counts
        .iter()
        .filter(|entry| entry.count > 0)
        .map(|entry| format!("{} {}", format::count(entry.count), entry.status))
        .collect();
    let words = words.join(", ");
    let parts: Vec<_> = spans(counts, leads)
        .into_iter()
        .map(|(status, from, width)| {
            let class = Tone::of_lead(status).class().replace("pill", "stack__part");
            view! {
                <rect class=class x=from.to_string() y="0" width=width.to_string() height="10" />
            }
        })
        .collect();
    view! {
        <svg class="stack" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label=words>
            {parts}
        </svg>
    }
    .into_any()
}

/// Where each status begins in a bar of 100 and how wide it is.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn spans(counts: &[StatusCount], leads: u64) -> Vec<(aicmo_shared::lead::LeadStatus, f64, f64)> {
    let mut before = 0_u64;
    counts
        .iter()
        .filter(|entry| entry.count > 0)
        .map(|entry| {
            let from = 100.0 * before as f64 / leads as f64;
            before = before.saturating_add(entry.count);
            (entry.status, from, 100.0 * entry.count as f64 / leads as f64)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use aicmo_shared::lead::LeadStatus;

    use super::*;

    #[test]
    fn the_parts_of_the_bar_touch_and_fill_it() {
        let counts = [
            (LeadStatus::New, 1),
            (LeadStatus::Enriched, 0),
            (LeadStatus::Lost, 3),
        ]
        .map(|(status, count)| StatusCount { status, count });
        let spans = spans(&counts, 4);
        assert_eq!(
            spans,
            [(LeadStatus::New, 0.0, 25.0), (LeadStatus::Lost, 25.0, 75.0)]
        );
    }
}
