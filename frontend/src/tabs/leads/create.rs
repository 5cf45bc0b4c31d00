//! The New lead dialog: one form, and an answer that says created or merged.

use aicmo_shared::api::CreateLead;
use aicmo_shared::campaign::Campaign;
use aicmo_shared::lead::{LeadCreated, LeadOutcome};
use aicmo_shared::problem::FieldProblem;
use leptos::prelude::*;

use super::create_form::{NewField, NewLead, outcome_in_words};
use super::detail::campaign_options;
use crate::api::{Load, command};
use crate::app::ShellState;
use crate::boot;
use crate::components::button::{Button, ButtonKind};
use crate::components::dialog::Dialog;
use crate::components::doing::{Doing, DoingFailed};
use crate::components::dom;
use crate::components::field::{FieldKind, SelectField, TextField};

/// Under which key the draft is kept.
const DRAFT: &str = "lead-new";

/// The dialog.
#[component]
pub fn NewLeadDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// The campaigns to choose from.
    campaigns: Load<Vec<Campaign>>,
) -> impl IntoView {
    view! {
        <Dialog open title="New lead" wide=true>
            <NewLeadForm open campaigns />
        </Dialog>
    }
}

#[component]
fn NewLeadForm(open: RwSignal<bool>, campaigns: Load<Vec<Campaign>>) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    dom::focus_soon(NewField::Email.id());
    let kept = boot::draft(DRAFT).and_then(|text| serde_json::from_str::<NewLead>(&text).ok());
    let start = kept.unwrap_or_default();
    let campaign = RwSignal::new(start.campaign.clone());
    let texts: Vec<(NewField, RwSignal<String>)> = NewField::ALL
        .iter()
        .map(|field| (*field, RwSignal::new(start.get(*field).to_owned())))
        .collect();
    let texts = StoredValue::new(texts);
    let form = Memo::new(move |_| {
        texts.with_value(|texts| {
            NewLead::of(
                campaign.get(),
                texts.iter().map(|(field, text)| (*field, text.get())),
            )
        })
    });
    Effect::new(move || {
        let text =
            form.with(|form| (!form.is_blank()).then(|| serde_json::to_string(form).unwrap_or_default()));
        boot::keep_draft(DRAFT, &text.unwrap_or_default());
    });
    let objections = RwSignal::new(Vec::<FieldProblem>::new());
    let created = RwSignal::new(None::<LeadCreated>);
    let clear = move || {
        boot::drop_draft(DRAFT);
        campaign.set(String::new());
        texts.with_value(|texts| texts.iter().for_each(|(_, text)| text.set(String::new())));
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let form = form.get_untracked();
        let found = form.objections();
        objections.set(found.clone());
        if !found.is_empty() {
            return;
        }
        doing.run(
            command::<CreateLead>(&[], &form.draft(), None),
            move |answer: LeadCreated| {
                shell.toasts.done(outcome_in_words(&answer));
                clear();
                created.set(Some(answer));
                shell.changed();
            },
        );
    };
    let fields = move || {
        texts.with_value(|texts| {
            texts
                .iter()
                .map(|(field, text)| input(*field, *text, objections, doing))
                .collect::<Vec<_>>()
        })
    };
    view! {
        <Show
            when=move || created.with(Option::is_none)
            fallback=move || view! { <Outcome created open /> }
        >
            <form class="form form--two" novalidate on:submit=submit>
                <p class="form__consequence form__whole">
                    "A person who is known already is merged: empty fields are filled, nothing is overwritten."
                </p>
                {fields}
                <SelectField
                    id="aicmo-lead-campaign"
                    label="Campaign"
                    value=campaign
                    options=campaign_options(campaigns, campaign)
                    error=doing.field("campaign")
                />
                <div class="form__whole"><DoingFailed doing /></div>
                <div class="form__actions form__whole">
                    <Button
                        kind=ButtonKind::Primary
                        id="aicmo-lead-submit"
                        submit=true
                        busy=doing.busy()
                        blocked=super::write_block()
                    >
                        "Create lead"
                    </Button>
                    <Button on_press=move |()| open.set(false)>"Close"</Button>
                    <span class="edit__state">
                        {move || if form.with(NewLead::is_blank) { "" } else { "The draft is kept in this browser" }}
                    </span>
                </div>
            </form>
        </Show>
    }
}

/// What became of the draft, with the way to the lead.
#[component]
fn Outcome(created: RwSignal<Option<LeadCreated>>, open: RwSignal<bool>) -> impl IntoView {
    let body = move || {
        created.get().map(|answer| {
            let id = answer.lead.row.id;
            let word = match answer.outcome {
                LeadOutcome::New => "Created",
                LeadOutcome::Merged => "Merged",
                LeadOutcome::Unchanged => "Known already",
                LeadOutcome::Suppressed => "Do not contact",
            };
            let warnings: Vec<_> = answer
                .warnings
                .iter()
                .map(|warning| view! { <li>{warning.clone()}</li> })
                .collect();
            view! {
                <p class="outcome__word">{word}</p>
                <p class="outcome__text">{outcome_in_words(&answer)}</p>
                {(!warnings.is_empty()).then(|| view! { <ul class="outcome__warnings">{warnings}</ul> })}
                <div class="form__actions">
                    <a
                        class=ButtonKind::Primary.class()
                        href=format!("/leads/{id}")
                        on:click=move |_| open.set(false)
                    >
                        "Open the lead"
                    </a>
                    <Button on_press=move |()| created.set(None)>"Add another"</Button>
                    <Button kind=ButtonKind::Quiet on_press=move |()| open.set(false)>"Close"</Button>
                </div>
            }
        })
    };
    view! { <div class="outcome" role="status">{body}</div> }
}

fn input(
    field: NewField,
    value: RwSignal<String>,
    objections: RwSignal<Vec<FieldProblem>>,
    doing: Doing,
) -> AnyView {
    let pointer = field.pointer().trim_start_matches('/');
    let server = doing.field(pointer);
    let error = Signal::derive(move || {
        let mine = objections.with(|found| {
            found
                .iter()
                .find(|problem| problem.pointer == field.pointer())
                .map(|problem| problem.message.clone())
        });
        mine.or_else(|| server.get())
    });
    let kind = match field {
        NewField::Email => FieldKind::Email,
        NewField::Phone => FieldKind::Phone,
        NewField::Website | NewField::LinkedinUrl => FieldKind::Url,
        NewField::Notes => FieldKind::Area,
        _ => FieldKind::Text,
    };
    let view = if field.help().is_empty() {
        view! { <TextField id=field.id() label=field.label() value kind error /> }.into_any()
    } else {
        view! { <TextField id=field.id() label=field.label() value kind error help=field.help() /> }
            .into_any()
    };
    if field == NewField::Notes {
        view! { <div class="form__whole">{view}</div> }.into_any()
    } else {
        view
    }
}
