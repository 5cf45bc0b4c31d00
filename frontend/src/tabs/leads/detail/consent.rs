//! Do not contact: said before it is done, because nothing lifts it again; and the history of
//! consent, with what each step rests on.

use aicmo_shared::api::ChangeLeadConsent;
use aicmo_shared::lead::{ConsentChange, ConsentEvent, ConsentStatus, Lead};
use leptos::prelude::*;

use crate::api::{Reading, command};
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::dialog::Dialog;
use crate::components::doing::{Doing, DoingFailed};
use crate::components::dom;
use crate::components::field::{FieldKind, TextField};
use crate::format;
use crate::keys;

/// The button and its dialog; a fact where it has been done.
#[component]
pub fn DoNotContact(
    /// The lead.
    reading: Reading<Lead>,
) -> impl IntoView {
    let doing = Doing::default();
    let open = RwSignal::new(false);
    let objection = RwSignal::new(None::<String>);
    let blocked = super::super::write_block();
    let is_dnc = Memo::new(move |_| reading.with(|lead| lead.row.consent_status == ConsentStatus::Dnc));
    keys::listen(|key| key == "D" && dom::press_first("#aicmo-lead-dnc-toggle"));
    view! {
        <Show
            when=move || !is_dnc.get()
            fallback=|| view! { <p class="nothing">"Do not contact: this is final."</p> }
        >
            <Button
                kind=ButtonKind::Danger
                id="aicmo-lead-dnc-toggle"
                blocked=blocked
                on_press=move |()| {
                    doing.forget();
                    objection.set(None);
                    open.set(true);
                    dom::focus_soon("lead-dnc-reason");
                }
            >
                "Do not contact…"
            </Button>
        </Show>
        <DoNotContactDialog reading open objection doing />
    }
}

/// Whom it is about, what it means, and why.
#[component]
fn DoNotContactDialog(
    reading: Reading<Lead>,
    open: RwSignal<bool>,
    /// What is wrong with the reason.
    objection: RwSignal<Option<String>>,
    doing: Doing,
) -> impl IntoView {
    let shell = ShellState::expect();
    let name = Memo::new(move |_| reading.with(|lead| lead.row.name.clone()));
    let whom = move || {
        let address = reading.with(|lead| lead.row.email.clone().or_else(|| lead.row.phone.clone()));
        address.map_or_else(|| name.get(), |address| format!("{} ({address})", name.get()))
    };
    let reason = RwSignal::new(String::new());
    let evidence = RwSignal::new(String::new());
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let why = reason.get_untracked().trim().to_owned();
        let wrong = crate::tabs::campaigns::reason_objection(&why);
        objection.set(wrong.map(str::to_owned));
        if wrong.is_some() {
            return;
        }
        let proof = evidence.get_untracked().trim().to_owned();
        let id = untrack(|| reading.with(|lead| lead.row.id.to_string()));
        let change = ConsentChange {
            to: ConsentStatus::Dnc,
            reason: Some(why),
            given_at: None,
            origin: None,
            evidence: (!proof.is_empty()).then_some(proof),
        };
        let told = move |lead: Lead| {
            open.set(false);
            let name = lead.row.name;
            shell
                .toasts
                .done(format!("{name} will not be contacted. Nothing can lift this."));
            shell.changed();
        };
        doing.run_or(
            command::<ChangeLeadConsent>(&[&id], &change, None),
            told,
            move |error| {
                shell.changed();
                Some(error)
            },
        );
    };
    let title = Signal::derive(move || format!("Stop all contact with {}?", name.get()));
    let reason_fault = doing.field("reason");
    let reason_error = Signal::derive(move || objection.get().or_else(|| reason_fault.get()));
    view! {
        <Dialog open title>
            <form class="form" novalidate on:submit=submit>
                <p id="aicmo-lead-picker">{whom}</p>
                <p class="form__consequence">
                    "This is irreversible. Consent becomes DNC, and nobody can lift it again: no edit, no import, no merge. The lead stays in the list with its history and is never sent anything."
                </p>
                <TextField
                    id="lead-dnc-reason"
                    label="Reason"
                    value=reason
                    kind=FieldKind::Area
                    error=reason_error
                    required=true
                    max=500_u32
                />
                <TextField
                    id="lead-dnc-evidence"
                    label="Evidence"
                    value=evidence
                    help="Where it was said: a mail, a call, a letter."
                    max=1_000_u32
                    error=doing.field("evidence")
                />
                <DoingFailed doing />
                <div class="form__actions">
                    <Button kind=ButtonKind::Danger id="aicmo-lead-dnc-save" submit=true busy=doing.busy()>
                        "Do not contact"
                    </Button>
                    <Button on_press=move |()| open.set(false)>"Keep contact allowed"</Button>
                </div>
            </form>
        </Dialog>
    }
}

/// Every step of consent, the newest first.
#[component]
pub fn ConsentHistory(
    /// The steps.
    reading: Reading<Vec<ConsentEvent>>,
) -> impl IntoView {
    let shell = ShellState::expect();
    let lines = move || {
        reading.with(|events| {
            events
                .iter()
                .map(|event| {
                    let at = event.at;
                    let details = details(event, &format::moment(event.given_at));
                    view! {
                        <li class="timeline__event">
                            <span class="timeline__kind">"Consent"</span>
                            <div class="timeline__text">
                                <span class="timeline__title">{title(event)}</span>
                                {details
                                    .into_iter()
                                    .map(|line| view! { <span class="timeline__detail">{line}</span> })
                                    .collect::<Vec<_>>()}
                                <span class="timeline__when">
                                    <time datetime=format::machine(at) title=format::moment(at)>
                                        {move || format::age(at, shell.now())}
                                    </time>
                                    {format!(" · {}", event.actor)}
                                </span>
                            </div>
                        </li>
                    }
                })
                .collect::<Vec<_>>()
        })
    };
    view! { <ol class="timeline">{lines}</ol> }
}

fn title(event: &ConsentEvent) -> String {
    format!("{} became {}", event.from_status.label(), event.to_status.label())
}

/// What the step rests on, a line each; `given_at` in words.
fn details(event: &ConsentEvent, given_at: &str) -> Vec<String> {
    let origin = event.origin.map_or("unknown", |origin| origin.as_str());
    let mut lines = vec![format!("Said {given_at}, origin {origin}")];
    lines.extend(
        event
            .evidence
            .as_ref()
            .map(|evidence| format!("Evidence: {evidence}")),
    );
    lines.extend(event.reason.as_ref().map(|reason| format!("Reason: {reason}")));
    lines
}

#[cfg(test)]
mod tests {
    use aicmo_shared::Timestamp;
    use aicmo_shared::lead::ConsentOrigin;

    use super::*;

    #[test]
    fn a_step_tells_what_it_rests_on_and_nothing_that_is_not_known() {
        let mut event = ConsentEvent {
            at: Timestamp::from_millis(0),
            from_status: ConsentStatus::Unknown,
            to_status: ConsentStatus::Dnc,
            given_at: Timestamp::from_millis(0),
            origin: Some(ConsentOrigin::Import),
            evidence: Some("row 3".to_owned()),
            reason: Some("asked".to_owned()),
            actor: "Ada".to_owned(),
        };
        assert_eq!(title(&event), "Unknown became Do not contact");
        assert_eq!(
            details(&event, "today"),
            ["Said today, origin import", "Evidence: row 3", "Reason: asked"]
        );
        event.origin = None;
        event.evidence = None;
        event.reason = None;
        assert_eq!(details(&event, "today"), ["Said today, origin unknown"]);
    }
}
