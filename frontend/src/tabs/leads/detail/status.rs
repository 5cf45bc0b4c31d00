//! Where the lead stands and the steps that are legal from here, each a button.

use aicmo_shared::access::Capability;
use aicmo_shared::api::ChangeLeadStatus;
use aicmo_shared::lead::{ConsentStatus, Lead, LeadStatus, LeadStatusChange, LostReason};
use leptos::prelude::*;

use crate::api::{Reading, command};
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::dialog::Dialog;
use crate::components::doing::{Doing, DoingFailed};
use crate::components::dom;
use crate::components::field::{FieldKind, SelectField, TextField};
use crate::components::pill::{Pill, Tone};
use crate::format;
use crate::session::Allowed;

/// What a step asks before it is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asks {
    Nothing,
    /// Why it is lost, from the closed list.
    ReasonCode,
    /// Why it is reopened, in words.
    Reason,
}

fn asks(from: LeadStatus, to: LeadStatus) -> Asks {
    match (from, to) {
        (LeadStatus::Lost, LeadStatus::New) => Asks::Reason,
        (_, LeadStatus::Lost) => Asks::ReasonCode,
        _ => Asks::Nothing,
    }
}

fn verb(from: LeadStatus, to: LeadStatus) -> String {
    match asks(from, to) {
        Asks::Nothing => format!("Move to {to}"),
        Asks::ReasonCode => format!("Mark as {to}…"),
        Asks::Reason => format!("Reopen as {to}…"),
    }
}

/// The status and the legal next ones.
#[component]
pub fn StatusSteps(
    /// The lead.
    reading: Reading<Lead>,
) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let blocked = super::super::write_block();
    let asked = RwSignal::new(None::<Asks>);
    let status = Memo::new(move |_| reading.with(|lead| lead.row.status));
    let send = Callback::new(move |change: LeadStatusChange| {
        let (id, version, name) = untrack(|| {
            reading.with(|lead| (lead.row.id.to_string(), lead.row.version, lead.row.name.clone()))
        });
        let to = change.to;
        let call = command::<ChangeLeadStatus>(&[&id], &change, Some(version));
        doing.run_or(
            call,
            move |lead: Lead| {
                asked.set(None);
                let next = match lead.legal_targets.first() {
                    Some(_) => format!("It is now {}.", lead.row.status.meaning()),
                    None => "No further step is legal.".to_owned(),
                };
                shell.toasts.done(format!("{name} moved to {to}. {next}"));
                shell.changed();
            },
            move |error| {
                shell.changed();
                Some(error)
            },
        );
    });
    let targets = Memo::new(move |_| reading.with(|lead| lead.legal_targets.clone()));
    let is_dnc = move || reading.with(|lead| lead.row.consent_status == ConsentStatus::Dnc);
    let buttons = move || {
        let from = status.get();
        targets
            .get()
            .into_iter()
            .map(|to| {
                let asking = asks(from, to);
                let why = Signal::derive(move || {
                    blocked.get().or_else(|| {
                        (asking == Asks::Reason && is_dnc())
                            .then(|| "a do-not-contact lead is not reopened".to_owned())
                    })
                });
                let press = move |()| {
                    if asking == Asks::Nothing {
                        send.run(LeadStatusChange {
                            to,
                            reason_code: None,
                            reason: None,
                        });
                    } else {
                        doing.forget();
                        asked.set(Some(asking));
                    }
                };
                view! { <Button on_press=press blocked=why busy=doing.busy()>{verb(from, to)}</Button> }
            })
            .collect::<Vec<_>>()
    };
    view! {
        <section class="steps" aria-label="Status">
            <p class="steps__now">
                <Pill
                    tone=Signal::derive(move || Tone::of_lead(status.get()))
                    word=Signal::derive(move || status.get().as_str().to_owned())
                />
                <span class="steps__meaning">{move || status.get().meaning()}</span>
            </p>
            {move || reading.with(|lead| lead.lost_reason).map(|reason| view! {
                <p class="steps__why">{format!("Lost because: {}", format::spaced(reason.as_str()))}</p>
            })}
            <Allowed needs=Capability::EditLeads>
                <div class="steps__buttons" role="group" aria-label="Legal next steps">{buttons}</div>
                <Show when=move || targets.with(Vec::is_empty)>
                    <p class="nothing">"No step is legal from here."</p>
                </Show>
            </Allowed>
            <Show when=move || asked.get().is_none()>
                <DoingFailed doing />
            </Show>
            <LostDialog asked send doing reading />
            <ReopenDialog asked send doing reading />
        </section>
    }
}

/// A dialog's switch that follows what is asked.
fn open_for(asked: RwSignal<Option<Asks>>, what: Asks, first_field: &'static str) -> RwSignal<bool> {
    let open = RwSignal::new(false);
    Effect::new(move || {
        let is_asked = asked.get() == Some(what);
        open.set(is_asked);
        if is_asked {
            dom::focus_soon(first_field);
        }
    });
    Effect::new(move |before: Option<bool>| {
        let now = open.get();
        if before == Some(true) && !now && asked.get_untracked() == Some(what) {
            asked.set(None);
        }
        now
    });
    open
}

#[component]
fn LostDialog(
    asked: RwSignal<Option<Asks>>,
    send: Callback<LeadStatusChange>,
    doing: Doing,
    reading: Reading<Lead>,
) -> impl IntoView {
    let open = open_for(asked, Asks::ReasonCode, "lead-lost-code");
    let code = RwSignal::new(String::new());
    let note = RwSignal::new(String::new());
    let missing = RwSignal::new(None::<String>);
    let options: Vec<(String, String)> = std::iter::once((String::new(), "Choose a reason".to_owned()))
        .chain(
            LostReason::ALL
                .iter()
                .map(|r| (r.as_str().to_owned(), format::spaced(r.as_str()))),
        )
        .collect();
    let options = Signal::stored(options);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Ok(reason_code) = code.get_untracked().parse::<LostReason>() else {
            missing.set(Some("Choose why the lead is lost.".to_owned()));
            return;
        };
        missing.set(None);
        let note = note.get_untracked().trim().to_owned();
        send.run(LeadStatusChange {
            to: LeadStatus::Lost,
            reason_code: Some(reason_code),
            reason: (!note.is_empty()).then_some(note),
        });
    };
    let title = Signal::derive(move || reading.with(|lead| format!("Mark {} as lost?", lead.row.name)));
    view! {
        <Dialog open title>
            <form class="form" novalidate on:submit=submit>
                <p class="form__consequence">
                    "The lead leaves the open work. It can be reopened later with a reason, unless it must not be contacted."
                </p>
                <SelectField id="lead-lost-code" label="Reason" value=code options error=missing required=true />
                <TextField
                    id="lead-lost-note"
                    label="Note"
                    value=note
                    kind=FieldKind::Area
                    help="Kept in the timeline."
                    max=500_u32
                    error=doing.field("reason")
                />
                <DoingFailed doing />
                <div class="form__actions">
                    <Button kind=ButtonKind::Danger submit=true busy=doing.busy()>"Mark as LOST"</Button>
                    <Button on_press=move |()| open.set(false)>"Keep it open"</Button>
                </div>
            </form>
        </Dialog>
    }
}

#[component]
fn ReopenDialog(
    asked: RwSignal<Option<Asks>>,
    send: Callback<LeadStatusChange>,
    doing: Doing,
    reading: Reading<Lead>,
) -> impl IntoView {
    let open = open_for(asked, Asks::Reason, "lead-reopen-reason");
    let reason = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<String>);
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let text = reason.get_untracked().trim().to_owned();
        let objection = crate::tabs::campaigns::reason_objection(&text);
        wrong.set(objection.map(str::to_owned));
        if objection.is_none() {
            send.run(LeadStatusChange {
                to: LeadStatus::New,
                reason_code: None,
                reason: Some(text),
            });
        }
    };
    let title = Signal::derive(move || reading.with(|lead| format!("Reopen {}?", lead.row.name)));
    view! {
        <Dialog open title>
            <form class="form" novalidate on:submit=submit>
                <p class="form__consequence">
                    "The lead becomes NEW and waits for a person again. The reason is kept in its timeline."
                </p>
                <TextField
                    id="lead-reopen-reason"
                    label="Reason"
                    value=reason
                    kind=FieldKind::Area
                    error=wrong
                    required=true
                    max=500_u32
                />
                <DoingFailed doing />
                <div class="form__actions">
                    <Button kind=ButtonKind::Primary submit=true busy=doing.busy()>"Reopen as NEW"</Button>
                    <Button on_press=move |()| open.set(false)>"Keep it lost"</Button>
                </div>
            </form>
        </Dialog>
    }
}

#[cfg(test)]
mod tests {
    use aicmo_shared::closed_enum::Lifecycle;

    use super::*;

    #[test]
    fn losing_asks_for_a_code_and_reopening_for_words() {
        for from in LeadStatus::ALL.iter().copied() {
            for to in from.successors().iter().copied() {
                let expected = match (from, to) {
                    (LeadStatus::Lost, _) => Asks::Reason,
                    (_, LeadStatus::Lost) => Asks::ReasonCode,
                    _ => Asks::Nothing,
                };
                assert_eq!(asks(from, to), expected, "{from} to {to}");
                assert!(verb(from, to).contains(to.as_str()));
            }
        }
    }
}
