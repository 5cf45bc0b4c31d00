//! Every field of the lead that is not on top, in groups.

use aicmo_shared::Timestamp;
use aicmo_shared::lead::Lead;
use leptos::prelude::*;

use crate::api::Reading;
use crate::components::figure::{Figure, Quantity};
use crate::format;

/// The groups.
#[component]
pub fn Facts(
    /// The lead.
    reading: Reading<Lead>,
) -> impl IntoView {
    let groups = move || {
        reading.with(|lead| {
            GROUPS
                .iter()
                .map(|(title, facts)| {
                    let rows: Vec<_> = facts(lead).into_iter().map(fact).collect();
                    view! {
                        <section class="facts-group" aria-label=*title>
                            <h3 class="facts-group__title">{*title}</h3>
                            <dl class="facts">{rows}</dl>
                        </section>
                    }
                })
                .collect::<Vec<_>>()
        })
    };
    let notes = move || reading.with(|lead| lead.notes.clone());
    view! {
        {groups}
        <section class="facts-group" aria-label="Scores">
            <h3 class="facts-group__title">"Scores"</h3>
            <dl class="facts">
                <dt>"Lead score"</dt>
                <dd><Figure value=reading.figure(|lead| Quantity::score(lead.row.lead_score)) /></dd>
                <dt>"Intent score"</dt>
                <dd><Figure value=reading.figure(|lead| Quantity::score(lead.row.intent_score)) /></dd>
                <dt>"Score coverage"</dt>
                <dd><Figure value=reading.figure(|lead| Quantity::score(lead.score_coverage)) /></dd>
                <dt>"Conversion probability"</dt>
                <dd><Figure value=reading.figure(|lead| Quantity::score(lead.conversion_probability)) /></dd>
            </dl>
        </section>
        {move || notes().map(|notes| view! {
            <section class="facts-group" aria-label="Notes">
                <h3 class="facts-group__title">"Notes"</h3>
                <p class="lead-detail__notes">{notes}</p>
            </section>
        })}
    }
}

type Fact = (&'static str, Option<String>);

/// A group of facts: its title, and how they are read from a lead.
type Group = (&'static str, fn(&Lead) -> Vec<Fact>);

const GROUPS: &[Group] = &[
    ("Contact", contact),
    ("Company", company),
    ("Work", work),
    ("Origin and times", origin),
];

fn fact((label, value): Fact) -> impl IntoView {
    let value = match value.filter(|value| !value.is_empty()) {
        Some(value) => view! { <dd>{value}</dd> }.into_any(),
        None => view! { <dd class="nothing">"none"</dd> }.into_any(),
    };
    view! {
        <dt>{label}</dt>
        {value}
    }
}

fn contact(lead: &Lead) -> Vec<Fact> {
    let identities: Vec<&str> = lead.identities.iter().map(|kind| kind.as_str()).collect();
    vec![
        ("E-mail", lead.row.email.clone()),
        ("Phone", lead.row.phone.clone()),
        ("Phone, international", lead.phone_e164.clone()),
        ("LinkedIn", lead.linkedin_url.clone()),
        ("First name", lead.first_name.clone()),
        ("Last name", lead.last_name.clone()),
        ("Found again by", Some(identities.join(", "))),
        (
            "Consent from",
            lead.consent_origin.map(|origin| origin.as_str().to_owned()),
        ),
        ("Consent since", moment(lead.consent_at)),
    ]
}

fn company(lead: &Lead) -> Vec<Fact> {
    vec![
        ("Company", lead.row.company.clone()),
        ("Job title", lead.row.title.clone()),
        ("Website", lead.website.clone()),
        ("Industry", lead.industry.clone()),
        ("Location", lead.location.clone()),
        (
            "Company size",
            lead.company_size.map(|size| size.as_str().to_owned()),
        ),
    ]
}

fn work(lead: &Lead) -> Vec<Fact> {
    vec![
        (
            "Campaign",
            lead.row.campaign.as_ref().map(|campaign| campaign.name.clone()),
        ),
        ("Owner", lead.row.owner.clone()),
        ("Tags", Some(lead.row.tags.join(", "))),
        ("Tier", lead.row.tier.map(|tier| tier.as_str().to_owned())),
        ("Grade reason", lead.grade_reason.clone()),
        ("Next action", moment(lead.row.next_action_at)),
    ]
}

fn origin(lead: &Lead) -> Vec<Fact> {
    vec![
        ("Source", Some(lead.row.source.label().to_owned())),
        ("Channel", lead.row.source_channel.clone()),
        ("Source reference", lead.source_ref.clone()),
        ("First touch", moment(Some(lead.first_touch_at))),
        ("Last touch", moment(Some(lead.row.last_touch_at))),
        ("Last contacted", moment(lead.last_contacted_at)),
        ("Last replied", moment(lead.last_replied_at)),
        ("Created", moment(Some(lead.row.created_at))),
        (
            "Changed",
            Some(format!(
                "{} (version {})",
                format::moment(lead.updated_at),
                lead.row.version
            )),
        ),
    ]
}

fn moment(at: Option<Timestamp>) -> Option<String> {
    at.map(format::moment)
}
