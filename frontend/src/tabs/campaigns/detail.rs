//! One campaign beside the list: what it is, the steps that are legal, and its funnel.

use aicmo_shared::activity::SubjectType;
use aicmo_shared::api::{GetCampaign, NoQuery};
use aicmo_shared::campaign::{Campaign, CampaignStatus};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::address;
use super::list::mode_pill;
use super::step_dialog::Steps;
use crate::api::{self, Load, Reading};
use crate::components::bars::{Bar, Bars};
use crate::components::button::{Button, ButtonKind};
use crate::components::figure::{Figure, FigureSize, Quantity};
use crate::components::panel::Panel;
use crate::components::pill::{Pill, Tone};
use crate::format;
use crate::tabs::diagnostics::HistoryLink;
use crate::tabs::leads::leads_of_campaign;

/// The pane of the open campaign.
#[component]
pub fn CampaignPane(
    /// The campaign's id, as the address has it.
    open: Memo<Option<String>>,
    /// The list's filter, to go back to.
    asked: Memo<Result<Option<CampaignStatus>, String>>,
) -> impl IntoView {
    let id = move || open.get().unwrap_or_default();
    let campaign = Load::keyed(id, |id: String| api::read::<GetCampaign>(&[&id], &NoQuery {}));
    let title = Signal::derive(move || {
        campaign
            .with(|campaign| campaign.name.clone())
            .unwrap_or_else(|| "Campaign".to_owned())
    });
    let navigate = use_navigate();
    let close = Callback::new(move |()| {
        let search = address::search(asked.get_untracked().ok().flatten());
        navigate(&format!("/campaigns{search}"), NavigateOptions::default());
    });
    view! {
        <aside class="leads__pane" aria-label="Campaign">
            <Panel
                name="campaign-detail"
                title
                data=campaign
                skeleton=10
                aside=move || view! {
                    <HistoryLink of=SubjectType::Campaign id=Signal::derive(id) />
                    <Button kind=ButtonKind::Quiet on_press=close label="Close the campaign">"Close"</Button>
                }
                let:reading
            >
                <Body reading />
            </Panel>
        </aside>
    }
}

#[component]
fn Body(reading: Reading<Campaign>) -> impl IntoView {
    let status = Memo::new(move |_| reading.with(|campaign| campaign.status));
    let reason = move || reading.with(|campaign| campaign.status_reason.clone());
    let killed = Memo::new(move |_| reading.with(|campaign| campaign.kill_switch));
    let description = move || reading.with(|campaign| campaign.description.clone());
    let bars = Signal::derive(move || reading.with(funnel));
    let leads_href = untrack(|| reading.with(|campaign| leads_of_campaign(campaign.id, None)));
    let leads = reading.figure(|campaign| Quantity::Count(campaign.leads));
    view! {
        <section class="steps" aria-label="Status">
            <p class="steps__now">
                <Pill
                    tone=Signal::derive(move || Tone::of_campaign(status.get()))
                    word=Signal::derive(move || status.get().as_str().to_owned())
                />
                {move || reading.with(|campaign| mode_pill(campaign.mode))}
                <Show when=move || killed.get()>
                    <Pill tone=Tone::Bad word="KILL SWITCH ON" />
                </Show>
            </p>
            {move || reason().map(|reason| view! { <p class="steps__why">{format!("Reason: {reason}")}</p> })}
            <Steps reading />
        </section>
        {move || description().map(|text| view! { <p class="lead-detail__notes">{text}</p> })}
        <section class="facts-group" aria-label="Funnel">
            <h3 class="facts-group__title">"Leads by status"</h3>
            <p class="campaign__leads">
                <Figure value=leads size=FigureSize::Big href=leads_href label="leads of this campaign" />
                <span class="nothing">"leads in all"</span>
            </p>
            <Bars
                title="Leads by status"
                word_title="Status"
                count_title="Leads"
                bars
                mock=Signal::derive(move || reading.mock_reason().is_some())
            />
        </section>
        <section class="facts-group" aria-label="About">
            <h3 class="facts-group__title">"About"</h3>
            {move || reading.with(about)}
        </section>
    }
}

/// All eight statuses, each with the list behind it.
fn funnel(campaign: &Campaign) -> Vec<Bar> {
    campaign
        .leads_by_status
        .iter()
        .map(|entry| Bar {
            word: entry.status.as_str().to_owned(),
            meaning: entry.status.meaning().to_owned(),
            count: entry.count,
            tone: Tone::of_lead(entry.status),
            href: Some(leads_of_campaign(campaign.id, Some(entry.status))),
        })
        .collect()
}

fn about(campaign: &Campaign) -> impl IntoView + use<> {
    let rows: Vec<_> = [
        ("Client", campaign.client.clone()),
        ("Objective", Some(campaign.objective.label().to_owned())),
        ("Time zone", Some(campaign.time_zone.clone())),
        ("Starts", campaign.start_on.as_ref().map(ToString::to_string)),
        ("Ends", campaign.end_on.as_ref().map(ToString::to_string)),
        ("Created", Some(format::moment(campaign.created_at))),
        (
            "Changed",
            Some(format!(
                "{} (version {})",
                format::moment(campaign.updated_at),
                campaign.version
            )),
        ),
    ]
    .into_iter()
    .map(|(label, value)| {
        let value = match value {
            Some(value) => view! { <dd>{value}</dd> }.into_any(),
            None => view! { <dd class="nothing">"none"</dd> }.into_any(),
        };
        view! {
            <dt>{label}</dt>
            {value}
        }
    })
    .collect();
    view! { <dl class="facts">{rows}</dl> }
}
