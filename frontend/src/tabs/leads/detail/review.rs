//! The flag that makes a lead wait for a person: why, clearing it, setting it.

use aicmo_shared::access::Capability;
use aicmo_shared::api::PatchLead;
use aicmo_shared::lead::{Lead, LeadPatch, ReviewType};
use aicmo_shared::patch::Patch;
use leptos::prelude::*;

use crate::api::{Reading, command};
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::dialog::Dialog;
use crate::components::doing::{Doing, DoingFailed};
use crate::components::dom;
use crate::components::field::{FieldKind, SelectField, TextField};
use crate::session::Allowed;

/// The notice of a flagged lead; a way to flag one that is not.
#[component]
pub fn Review(
    /// The lead.
    reading: Reading<Lead>,
) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let open = RwSignal::new(false);
    let blocked = super::super::write_block();
    let flagged = Memo::new(move |_| reading.with(|lead| lead.row.requires_human_review));
    let send = Callback::new(move |patch: LeadPatch| {
        let (id, version) = untrack(|| reading.with(|lead| (lead.row.id.to_string(), lead.row.version)));
        let call = command::<PatchLead>(&[&id], &patch, Some(version));
        doing.run_or(
            call,
            move |lead: Lead| {
                open.set(false);
                let what = if lead.row.requires_human_review {
                    "is flagged and waits in Needs review"
                } else {
                    "is reviewed; the flag is gone"
                };
                shell.toasts.done(format!("{} {what}.", lead.row.name));
                shell.changed();
            },
            move |error| {
                shell.changed();
                Some(error)
            },
        );
    });
    let clear = move |()| {
        send.run(LeadPatch {
            requires_human_review: Some(false),
            review_type: Patch::Clear,
            review_reason: Patch::Clear,
            ..LeadPatch::default()
        });
    };
    let flag = move |()| {
        open.set(true);
        dom::focus_soon("lead-review-reason");
    };
    let why = move || {
        reading.with(|lead| {
            let kind = lead
                .review_type
                .map(|kind| format!("{kind}: "))
                .unwrap_or_default();
            let reason = lead
                .row
                .review_reason
                .clone()
                .unwrap_or_else(|| "no reason given".to_owned());
            format!("{kind}{reason}")
        })
    };
    view! {
        <Show
            when=move || flagged.get()
            fallback=move || view! {
                <div class="review review--none">
                    <span class="nothing">"Not flagged for review."</span>
                    <Allowed needs=Capability::EditLeads>
                        <Button kind=ButtonKind::Quiet on_press=flag blocked=blocked>
                            "Flag for review…"
                        </Button>
                    </Allowed>
                </div>
            }
        >
            <div class="review notice notice--warn" role="note">
                <p class="review__why"><strong>"Waits for a person. "</strong>{why}</p>
                <Allowed needs=Capability::EditLeads>
                    <Button on_press=clear blocked=blocked busy=doing.busy()>"Mark as reviewed"</Button>
                </Allowed>
            </div>
        </Show>
        <Show when=move || !open.get()>
            <DoingFailed doing />
        </Show>
        <FlagDialog open send doing />
    }
}

#[component]
fn FlagDialog(open: RwSignal<bool>, send: Callback<LeadPatch>, doing: Doing) -> impl IntoView {
    let kind = RwSignal::new(ReviewType::Other.as_str().to_owned());
    let reason = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<String>);
    let options: Vec<(String, String)> = ReviewType::ALL
        .iter()
        .map(|kind| (kind.as_str().to_owned(), kind.as_str().to_owned()))
        .collect();
    let options = Signal::stored(options);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let text = reason.get_untracked().trim().to_owned();
        let objection = crate::tabs::campaigns::reason_objection(&text);
        wrong.set(objection.map(str::to_owned));
        if objection.is_none() {
            send.run(LeadPatch {
                requires_human_review: Some(true),
                review_type: kind.get_untracked().parse().map_or(Patch::Absent, Patch::Set),
                review_reason: Patch::Set(text),
                ..LeadPatch::default()
            });
        }
    };
    view! {
        <Dialog open title="Flag for review">
            <form class="form" novalidate on:submit=submit>
                <p class="form__consequence">"The lead moves to the top of Needs review until a person clears it."</p>
                <SelectField id="lead-review-type" label="What it waits for" value=kind options />
                <TextField
                    id="lead-review-reason"
                    label="Reason"
                    value=reason
                    kind=FieldKind::Area
                    error=wrong
                    required=true
                    max=500_u32
                />
                <DoingFailed doing />
                <div class="form__actions">
                    <Button kind=ButtonKind::Primary submit=true busy=doing.busy()>"Flag for review"</Button>
                    <Button on_press=move |()| open.set(false)>"Leave it"</Button>
                </div>
            </form>
        </Dialog>
    }
}
