//! One bulk change: how far it is, what became of its leads, and the way on, out or back.

use aicmo_shared::JobId;
use aicmo_shared::access::Capability;
use aicmo_shared::api::{CancelJob, CommandEndpoint, Endpoint, GetJob, NoQuery, RetryJob, UndoJob};
use aicmo_shared::job::{Job, JobState};
use leptos::prelude::*;

use super::super::address::{LeadAddress, conditions_in_words};
use super::super::import::progress::Progress;
use super::items::JobItems;
use super::tone_of_state;
use crate::api::{self, Load, Reading, command};
use crate::app::ShellState;
use crate::components::bars::{Bar, Bars};
use crate::components::button::{Button, ButtonKind};
use crate::components::doing::{Doing, DoingFailed};
use crate::components::panel::Panel;
use crate::components::pill::{Pill, Tone};
use crate::format;
use crate::session::Allowed;

/// The panels of one bulk change.
#[component]
pub fn JobDetail(
    /// Which.
    id: JobId,
) -> impl IntoView {
    let key = id.to_string();
    let job = Load::new(move || api::read::<GetJob>(&[&key], &NoQuery {}));
    let title = Signal::derive(move || {
        job.with(|job| job.change.describe())
            .unwrap_or_else(|| "Bulk change".to_owned())
    });
    view! {
        <Panel
            name="job-detail"
            title
            data=job
            skeleton=6
            aside=move || view! {
                {move || job.with(|job| job.state).map(|state| view! {
                    <Pill tone=tone_of_state(state) word=state.as_str() title=state.label().to_owned() />
                })}
            }
            let:reading
        >
            <Body reading job />
        </Panel>
        <JobItems id job />
    }
}

#[component]
fn Body(reading: Reading<Job>, job: Load<Job>) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let blocked = super::super::write_block();
    let state = Memo::new(move |_| reading.with(|job| job.state));
    let error = Memo::new(move |_| reading.with(|job| job.error.clone()));
    let runs = Memo::new(move |_| reading.with(|job| job.state.is_under_way() && job.error.is_none()));
    let settled = Memo::new(move |_| reading.with(|job| (job.done(), job.all())));
    let until = Memo::new(move |_| reading.with(|job| job.undo_until));
    let can_undo = Memo::new(move |_| until.get().is_some_and(|until| shell.now() <= until));
    let left = move || {
        until.get().map(|until| {
            let left = until.as_millis().saturating_sub(shell.now().as_millis());
            format!("{} left", format::duration(left.max(0)))
        })
    };
    let noun = ("lead", "leads");
    let cancel = turn::<CancelJob>(reading, doing);
    let retry = turn::<RetryJob>(reading, doing);
    let undo = turn::<UndoJob>(reading, doing);
    let is_back = Memo::new(move |_| matches!(state.get(), JobState::Undoing | JobState::Undone));
    let bars = Signal::derive(move || reading.with(bars_of));
    view! {
        <div class="commit">
            {move || if is_back.get() {
                view! {
                    <Progress
                        settled runs look=move |()| job.refetch() what="Leads taken back" done="gone through" noun
                    />
                }.into_any()
            } else {
                view! {
                    <Progress settled runs look=move |()| job.refetch() what="Leads changed" done="gone through" noun />
                }.into_any()
            }}
            {move || error.get().map(|why| view! {
                <div class="failure failure--inline" role="alert">
                    <p class="failure__title">"It stands still"</p>
                    <p class="failure__detail">{why}</p>
                </div>
            })}
            <Show when=move || runs.get()>
                <p class="drop__text">"It goes on when you leave this page, and after a restart of the server."</p>
            </Show>
            <Allowed needs=Capability::EditLeads>
                <div class="form__actions">
                    <Show when=move || state.get() == JobState::Running>
                        <Button on_press=cancel busy=doing.busy()>"Stop"</Button>
                    </Show>
                    <Show when=move || error.with(Option::is_some)>
                        <Button
                            kind=ButtonKind::Primary
                            on_press=retry
                            busy=doing.busy()
                            blocked
                        >
                            "Go on"
                        </Button>
                    </Show>
                    <Show when=move || can_undo.get()>
                        <Button on_press=undo busy=doing.busy() blocked>"Undo"</Button>
                        <span class="drop__text">{left}</span>
                    </Show>
                </div>
            </Allowed>
            <DoingFailed doing />
        </div>
        <Bars
            title="Leads by what became of them"
            word_title="Outcome"
            count_title="Leads"
            bars
            mock=Signal::derive(move || reading.mock_reason().is_some())
        />
        <p class="outcome__text">{move || reading.with(told)}</p>
    }
}

/// A step of the job that is shown.
fn turn<E>(reading: Reading<Job>, doing: Doing) -> Callback<()>
where
    E: CommandEndpoint + Endpoint<Query = NoQuery, Body = (), Answer = Job> + 'static,
{
    let shell = ShellState::expect();
    Callback::new(move |()| {
        let id = untrack(|| reading.with(|job| job.id.to_string()));
        doing.run_or(
            command::<E>(&[&id], &(), None),
            move |_: Job| shell.changed(),
            move |error| {
                shell.changed();
                Some(error)
            },
        );
    })
}

fn bars_of(job: &Job) -> Vec<Bar> {
    let bar = |word: &str, meaning: &str, count, tone| Bar {
        word: word.to_owned(),
        meaning: meaning.to_owned(),
        count,
        tone,
        href: None,
    };
    let mut bars = vec![
        bar("changed", "They have the new value", job.changed, Tone::Good),
        bar("unchanged", "They had it already", job.unchanged, Tone::Neutral),
        bar(
            "refused",
            "They could not take it; the reason stands at each",
            job.refused,
            Tone::Warn,
        ),
    ];
    if matches!(job.state, JobState::Undoing | JobState::Undone) {
        bars.push(bar(
            "taken back",
            "They have their former value again",
            job.taken_back,
            Tone::Accent,
        ));
        bars.push(bar(
            "kept",
            "Somebody changed them since, so the undo left them",
            job.kept,
            Tone::Warn,
        ));
    }
    bars
}

/// Who asked for it, for which leads and why.
fn told(job: &Job) -> String {
    let chosen = job.filter.as_ref().map_or_else(
        || "for leads chosen one by one".to_owned(),
        |filter| {
            let words = conditions_in_words(&LeadAddress::default().with_filter(filter.clone()));
            if words.is_empty() {
                "for every lead that matched".to_owned()
            } else {
                format!("for every lead with {}", words.join(", "))
            }
        },
    );
    let reason = job
        .reason
        .as_ref()
        .map(|reason| format!(" Reason: {reason}"))
        .unwrap_or_default();
    format!(
        "Started by {} on {}, {chosen}.{reason}",
        job.started_by,
        format::moment(job.created_at)
    )
}
