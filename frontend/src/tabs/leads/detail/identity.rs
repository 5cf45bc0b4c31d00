//! Who the lead is, in one glance.

use aicmo_shared::lead::Lead;
use leptos::prelude::*;

use super::super::rows::consent_mark;
use crate::api::Reading;
use crate::components::figure::{Figure, Quantity};
use crate::components::pill::{Pill, Tone};

/// Title, company, address, grade, score and consent.
#[component]
pub fn Identity(
    /// The lead.
    reading: Reading<Lead>,
) -> impl IntoView {
    let job = move || {
        reading.with(|lead| match (&lead.row.title, &lead.row.company) {
            (Some(title), Some(company)) => format!("{title} at {company}"),
            (Some(only), None) | (None, Some(only)) => only.clone(),
            (None, None) => "No job and no company known".to_owned(),
        })
    };
    let ways = move || {
        reading.with(|lead| {
            [lead.row.email.clone(), lead.row.phone.clone()]
                .into_iter()
                .flatten()
                .map(|way| view! { <span class="identity__way">{way}</span> })
                .collect::<Vec<_>>()
        })
    };
    let grade = move || {
        reading.with(|lead| match lead.row.grade {
            Some(grade) => view! { <Pill tone=Tone::of_grade(grade) word=grade.as_str() /> }.into_any(),
            None => view! { <span class="nothing">"not graded"</span> }.into_any(),
        })
    };
    let score = reading.figure(|lead| Quantity::score(lead.row.lead_score));
    view! {
        <div class="identity">
            <p class="identity__job">{job}</p>
            <p class="identity__ways">{ways}</p>
            <dl class="identity__marks">
                <div><dt>"Grade"</dt><dd>{grade}</dd></div>
                <div><dt>"Score"</dt><dd><Figure value=score /></dd></div>
                <div>
                    <dt>"Consent"</dt>
                    <dd>{move || reading.with(|lead| consent_mark(lead.row.consent_status))}</dd>
                </div>
            </dl>
        </div>
    }
}
