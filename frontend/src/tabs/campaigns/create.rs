//! The New campaign dialog.

use aicmo_shared::api::CreateCampaign;
use aicmo_shared::campaign::{Campaign, CampaignObjective};
use aicmo_shared::problem::FieldProblem;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::draft::NewCampaign;
use crate::api::command;
use crate::app::ShellState;
use crate::boot;
use crate::components::button::{Button, ButtonKind};
use crate::components::dialog::Dialog;
use crate::components::doing::{Doing, DoingFailed};
use crate::components::dom;
use crate::components::field::{FieldKind, SelectField, TextField};

/// Under which key the draft is kept.
const DRAFT: &str = "campaign-new";

/// The dialog.
#[component]
pub fn NewCampaignDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <Dialog open title="New campaign" wide=true>
            <NewCampaignForm open />
        </Dialog>
    }
}

#[component]
fn NewCampaignForm(open: RwSignal<bool>) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let navigate = use_navigate();
    dom::focus_soon("aicmo-campaign-name");
    let start: NewCampaign = boot::draft(DRAFT)
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    let name = RwSignal::new(start.name);
    let client = RwSignal::new(start.client);
    let objective = RwSignal::new(start.objective);
    let description = RwSignal::new(start.description);
    let time_zone = RwSignal::new(start.time_zone);
    let start_on = RwSignal::new(start.start_on);
    let end_on = RwSignal::new(start.end_on);
    let form = Memo::new(move |_| NewCampaign {
        name: name.get(),
        client: client.get(),
        objective: objective.get(),
        description: description.get(),
        time_zone: time_zone.get(),
        start_on: start_on.get(),
        end_on: end_on.get(),
    });
    Effect::new(move || {
        let text =
            form.with(|form| (!form.is_blank()).then(|| serde_json::to_string(form).unwrap_or_default()));
        boot::keep_draft(DRAFT, &text.unwrap_or_default());
    });
    let objections = RwSignal::new(Vec::<FieldProblem>::new());
    let wrong = move |pointer: &'static str| {
        let server = doing.field(pointer);
        Signal::derive(move || {
            let mine = objections.with(|found| {
                found
                    .iter()
                    .find(|problem| problem.pointer.trim_start_matches('/') == pointer)
                    .map(|problem| problem.message.clone())
            });
            mine.or_else(|| server.get())
        })
    };
    let options: Vec<(String, String)> = CampaignObjective::ALL
        .iter()
        .map(|objective| (objective.as_str().to_owned(), objective.label().to_owned()))
        .collect();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let draft = match form.with_untracked(NewCampaign::draft) {
            Ok(draft) => draft,
            Err(found) => {
                objections.set(found);
                return;
            }
        };
        objections.set(Vec::new());
        let navigate = navigate.clone();
        doing.run(
            command::<CreateCampaign>(&[], &draft, None),
            move |campaign: Campaign| {
                boot::drop_draft(DRAFT);
                open.set(false);
                shell.toasts.done(format!(
                    "{} is created, planned and in simulation. Activate it when it is ready.",
                    campaign.name
                ));
                shell.changed();
                navigate(&format!("/campaigns/{}", campaign.id), NavigateOptions::default());
            },
        );
    };
    view! {
        <form class="form form--two" novalidate on:submit=submit>
            <p class="form__consequence form__whole">
                "A new campaign is PLANNED and in SIMULATION: it sends nothing until it is activated and taken live."
            </p>
            <TextField
                id="aicmo-campaign-name"
                label="Name"
                value=name
                error=wrong("name")
                required=true
                max=120_u32
            />
            <TextField id="aicmo-campaign-client" label="Client" value=client error=wrong("client") />
            <SelectField
                id="aicmo-campaign-objective"
                label="Objective"
                value=objective
                options=Signal::stored(options)
                error=wrong("objective")
                required=true
            />
            <TextField
                id="aicmo-campaign-time-zone"
                label="Time zone"
                value=time_zone
                help="Such as Europe/Berlin; UTC when empty."
                error=wrong("time_zone")
            />
            <TextField
                id="aicmo-campaign-start"
                label="Starts"
                value=start_on
                kind=FieldKind::Date
                error=wrong("start_on")
            />
            <TextField
                id="aicmo-campaign-end"
                label="Ends"
                value=end_on
                kind=FieldKind::Date
                error=wrong("end_on")
            />
            <div class="form__whole">
                <TextField
                    id="aicmo-campaign-description"
                    label="Description"
                    value=description
                    kind=FieldKind::Area
                    error=wrong("description")
                />
            </div>
            <div class="form__whole"><DoingFailed doing /></div>
            <div class="form__actions form__whole">
                <Button
                    kind=ButtonKind::Primary
                    id="aicmo-campaign-submit"
                    submit=true
                    busy=doing.busy()
                    blocked=super::write_block()
                >
                    "Create campaign"
                </Button>
                <Button on_press=move |()| open.set(false)>"Close"</Button>
                <span class="edit__state">
                    {move || if form.with(NewCampaign::is_blank) { "" } else { "The draft is kept in this browser" }}
                </span>
            </div>
        </form>
    }
}
