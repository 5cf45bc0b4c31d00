//! The checklist of a new workspace; gone once each step has been done.
//!
//! It is no panel: it repeats what two lists say, and without their answer it says nothing. Nor does
//! it to whoever may not take the steps.

use aicmo_shared::access::Capability;
use aicmo_shared::api::{ListCampaigns, ListLeads};
use leptos::prelude::*;

use crate::api::{self, Load};
use crate::session::Allowed;

/// The checklist, for whoever may take its steps.
#[component]
pub fn GettingStarted() -> impl IntoView {
    view! {
        <Allowed needs=Capability::EditCampaigns>
            <Allowed needs=Capability::RunImports>
                <Steps />
            </Allowed>
        </Allowed>
    }
}

#[component]
fn Steps() -> impl IntoView {
    let campaigns = Load::new(api::read_one_row::<ListCampaigns>);
    let leads = Load::new(api::read_one_row::<ListLeads>);
    let steps = Memo::new(move |_| {
        let has_campaign = campaigns.with(|rows| !rows.is_empty())?;
        let has_leads = leads.with(|rows| !rows.is_empty())?;
        (!has_campaign || !has_leads).then_some([
            (
                has_campaign,
                "Create a campaign",
                "It holds the leads, the rules and the figures.",
                "/campaigns",
            ),
            (
                has_leads,
                "Import leads",
                "A CSV file; a dry run shows every row first.",
                "/leads?show=imports",
            ),
        ])
    });
    move || {
        steps.get().map(|steps| {
            let lines: Vec<_> = steps
                .into_iter()
                .map(|(done, title, why, href)| {
                    view! {
                        <li class="start__step" class:start__step--done=done>
                            <span class="start__mark" aria-hidden="true"></span>
                            <div>
                                {if done {
                                    view! { <span class="start__title">{title}</span> }.into_any()
                                } else {
                                    view! { <a class="start__title" href=href>{title}</a> }.into_any()
                                }}
                                <p class="start__why">{if done { "Done" } else { why }}</p>
                            </div>
                        </li>
                    }
                })
                .collect();
            view! {
                <section class="panel start" aria-labelledby="start-title">
                    <header class="panel__head">
                        <h2 class="panel__title" id="start-title">"Getting started"</h2>
                    </header>
                    <ol class="panel__body">{lines}</ol>
                </section>
            }
        })
    }
}
