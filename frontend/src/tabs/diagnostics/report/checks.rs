//! The checks of the last run.

use aicmo_shared::diagnostics::{Check, CheckOutcome};
use leptos::prelude::*;

use super::report;
use crate::components::panel::Panel;
use crate::components::pill::{Pill, Tone};

/// The panel.
#[component]
pub fn Checks() -> impl IntoView {
    view! {
        <Panel name="checks" title="Checks" data=report() skeleton=6 let:reading>
            <Show when=move || reading.with(|report| report.checks.is_empty())>
                <p class="card__note">
                    "The checks have not been run since this process started. "
                    "They compare counters with rows and look for damaged rows."
                </p>
            </Show>
            <ul class="checks">
                <For
                    each=move || reading.with(|report| report.checks.clone())
                    key=|check| (check.name.clone(), check.outcome, check.finding.clone())
                    let:check
                >
                    <CheckLine check />
                </For>
            </ul>
        </Panel>
    }
}

#[component]
fn CheckLine(check: Check) -> impl IntoView {
    let tone = match check.outcome {
        CheckOutcome::Pass => Tone::Good,
        CheckOutcome::Fail => Tone::Bad,
    };
    view! {
        <li class="checks__line">
            <Pill tone word=check.outcome.as_str() />
            <div>
                <p class="checks__name">{check.name}</p>
                <p class="checks__finding">{check.finding}</p>
                {check.advice.map(|advice| view! { <p class="checks__advice">{advice}</p> })}
            </div>
        </li>
    }
}
