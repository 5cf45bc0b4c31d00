//! The legal steps as buttons, and the dialog that says the consequence and asks for the reason.

use aicmo_shared::api::{ActivateCampaign, CompleteCampaign, PauseCampaign, ResumeCampaign, StopCampaign};
use aicmo_shared::campaign::{Campaign, CampaignStep};
use leptos::prelude::*;

use super::draft::reason_objection;
use super::step::Step;
use crate::api::{Call, Reading, command};
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::dialog::Dialog;
use crate::components::doing::{Doing, DoingFailed};
use crate::components::dom;
use crate::components::field::{FieldKind, TextField};

fn call(step: Step, id: &str, body: &CampaignStep) -> Call<Campaign> {
    match step {
        Step::Activate => command::<ActivateCampaign>(&[id], body, None),
        Step::Pause => command::<PauseCampaign>(&[id], body, None),
        Step::Resume => command::<ResumeCampaign>(&[id], body, None),
        Step::Complete => command::<CompleteCampaign>(&[id], body, None),
        Step::Stop => command::<StopCampaign>(&[id], body, None),
    }
}

/// The buttons and their dialog.
#[component]
pub fn Steps(
    /// The campaign.
    reading: Reading<Campaign>,
) -> impl IntoView {
    let shell = ShellState::expect();
    let blocked = super::write_block();
    let open = RwSignal::new(false);
    let chosen = RwSignal::new(Step::Pause);
    let doing = Doing::default();
    let legal = Memo::new(move |_| reading.with(Step::legal));
    let allowed = Memo::new(move |_| {
        let legal = legal.get();
        legal
            .into_iter()
            .filter(|step| shell.session.shows(step.needs()))
            .collect::<Vec<_>>()
    });
    let buttons = move || {
        allowed
            .get()
            .into_iter()
            .map(|step| {
                // Stopping is always allowed: no feature switch stands in its way, only mock data.
                let why = Signal::derive(move || {
                    if step.only_stops() {
                        shell.mock_reason().map(|reason| reason.sentence().to_owned())
                    } else {
                        blocked.get()
                    }
                });
                let kind = match step {
                    Step::Activate | Step::Resume => ButtonKind::Primary,
                    Step::Stop => ButtonKind::Danger,
                    Step::Pause | Step::Complete => ButtonKind::Secondary,
                };
                view! {
                    <Button
                        kind
                        blocked=why
                        on_press=move |()| {
                            doing.forget();
                            chosen.set(step);
                            open.set(true);
                        }
                    >
                        {format!("{}…", step.verb())}
                    </Button>
                }
            })
            .collect::<Vec<_>>()
    };
    let title = Signal::derive(move || {
        format!(
            "{} {}?",
            chosen.get().verb(),
            reading.with(|campaign| campaign.name.clone())
        )
    });
    view! {
        <Show when=move || allowed.with(|allowed| !allowed.is_empty())>
            <div class="steps__buttons" role="group" aria-label="Legal next steps">{buttons}</div>
            {move || blocked.get().map(|why| view! { <p class="blocked">{why}</p> })}
        </Show>
        <Show when=move || legal.with(Vec::is_empty)>
            <p class="nothing">"This campaign has ended. No step is legal from here."</p>
        </Show>
        <Dialog open title>
            <StepForm reading open step=chosen.get_untracked() doing />
        </Dialog>
    }
}

#[component]
fn StepForm(reading: Reading<Campaign>, open: RwSignal<bool>, step: Step, doing: Doing) -> impl IntoView {
    let shell = ShellState::expect();
    let reason = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<String>);
    if step.needs_reason() {
        dom::focus_soon("aicmo-campaign-reason");
    }
    let server = doing.field("reason");
    let error = Signal::derive(move || wrong.get().or_else(|| server.get()));
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let text = reason.get_untracked().trim().to_owned();
        let objection = if step.needs_reason() {
            reason_objection(&text)
        } else {
            None
        };
        wrong.set(objection.map(str::to_owned));
        if objection.is_some() {
            return;
        }
        let id = untrack(|| reading.with(|campaign| campaign.id.to_string()));
        let body = CampaignStep {
            reason: (!text.is_empty()).then_some(text),
        };
        doing.run_or(
            call(step, &id, &body),
            move |campaign: Campaign| {
                open.set(false);
                shell.toasts.done(format!("{} {}.", campaign.name, step.done()));
                shell.changed();
            },
            move |error| {
                shell.changed();
                Some(error)
            },
        );
    };
    let kind = if step.is_final() {
        ButtonKind::Danger
    } else {
        ButtonKind::Primary
    };
    view! {
        <form class="form" novalidate on:submit=submit>
            <p class="form__consequence">{step.consequence()}</p>
            {step.needs_reason().then(|| view! {
                <TextField
                    id="aicmo-campaign-reason"
                    label="Reason"
                    value=reason
                    kind=FieldKind::Area
                    help="3 to 500 characters; kept in the record with your name."
                    error
                    required=true
                    max=500_u32
                />
            })}
            <DoingFailed doing />
            <div class="form__actions">
                <Button kind submit=true busy=doing.busy()>{format!("{} campaign", step.verb())}</Button>
                <Button on_press=move |()| open.set(false)>{step.keep()}</Button>
            </div>
        </form>
    }
}
