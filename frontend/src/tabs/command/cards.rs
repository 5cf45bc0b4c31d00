//! The cards. Each asks for itself, so that one can fail alone.

use aicmo_shared::api::{GetAttention, GetMyWork, NoQuery};
use aicmo_shared::metrics::{Attention, NoData};
use aicmo_shared::task::{MyWork, Task, TaskStatus};
use leptos::prelude::*;

use crate::api::{self, Load, Reading};
use crate::app::ShellState;
use crate::components::button::ButtonKind;
use crate::components::figure::{Figure, FigureSize, Quantity};
use crate::components::panel::Panel;
use crate::components::pill::{Pill, Tone};
use crate::format;

const HOUR: i64 = 60 * 60 * 1000;
/// A lead that has waited this long is worth an alert.
const LONG_WAIT: i64 = 24 * HOUR;
/// A deadline this near is worth an alert.
const NEAR_DEADLINE: i64 = 4 * HOUR;

fn attention() -> Load<Attention> {
    Load::new(|| api::read::<GetAttention>(&[], &NoQuery {}))
}

/// A line below the figure: quiet, or an alert with its shape.
fn line(is_alert: bool, text: String) -> impl IntoView {
    view! {
        <p class=if is_alert { "card__alert" } else { "card__note" }>
            {is_alert.then(|| view! { <span class="card__shape" aria-hidden="true"></span> })}
            {text}
        </p>
    }
}

/// Leads that wait for a person.
#[component]
pub fn Triage() -> impl IntoView {
    let shell = ShellState::expect();
    view! {
        <Panel name="triage" title="Triage needed" data=attention() let:reading>
            <Figure
                size=FigureSize::Big
                value=reading.figure(|attention| Quantity::Count(attention.triage))
                href="/leads?view=triage"
                label="leads to triage"
            />
            <p class="card__note">
                <Figure
                    value=reading.figure(|attention| Quantity::Count(attention.leads))
                    href="/leads"
                    label="leads in total"
                />
                " leads in total, "
                <Figure
                    value=reading.figure(|attention| Quantity::Count(attention.intent_detected))
                    href="/leads?view=intent"
                    label="leads with buying intent"
                />
                " with buying intent, "
                <Figure
                    value=reading.figure(|attention| Quantity::Count(attention.high_intent))
                    href="/leads?status=CONTACTED"
                    label="leads contacted without answer"
                />
                " contacted without answer"
            </p>
            {move || {
                reading.with(|attention| attention.oldest_triage_at).map(|at| {
                    let waited = shell.now().since(at);
                    line(waited > LONG_WAIT, format!("Oldest waits {}", format::duration(waited)))
                })
            }}
            <LeftOut reading />
            <a
                class=move || {
                    let waits = reading.with(|attention| attention.triage > 0);
                    if waits { ButtonKind::Primary } else { ButtonKind::Secondary }.class()
                }
                href="/leads?view=triage"
                data-card-action=""
            >
                "Review queue"
            </a>
        </Panel>
    }
}

/// Rows that no figure counts because one of their values is not known.
#[component]
fn LeftOut(reading: Reading<Attention>) -> impl IntoView {
    let some = Memo::new(move |_| reading.with(|attention| attention.corrupt_rows > 0));
    view! {
        <Show when=move || some.get()>
            <p class="card__alert">
                <span class="card__shape" aria-hidden="true"></span>
                <span>
                    <Figure
                        value=reading.figure(|attention| Quantity::Count(attention.corrupt_rows))
                        href="/diagnostics"
                        label="damaged rows left out"
                    />
                    {move || match reading.with(|attention| attention.corrupt_rows) {
                        1 => " damaged row is left out of the figures",
                        _ => " damaged rows are left out of the figures",
                    }}
                </span>
            </p>
        </Show>
    }
}

/// Decisions that wait.
#[component]
pub fn Approvals() -> impl IntoView {
    let shell = ShellState::expect();
    view! {
        <Panel name="approvals" title="Approvals pending" data=attention() let:reading>
            <Figure
                size=FigureSize::Big
                value=reading.figure(|attention| Quantity::Count(attention.approvals_pending))
            />
            <p class="card__note">
                {move || {
                    let by_subject = reading.with(|attention| attention.approvals_by_subject.clone());
                    if by_subject.is_empty() {
                        return "Nothing waits for a decision".into_any();
                    }
                    let last = by_subject.len().saturating_sub(1);
                    by_subject
                        .into_iter()
                        .enumerate()
                        .map(|(index, waiting)| {
                            let figure = reading.provenance().figure(Quantity::Count(waiting.count));
                            let comma = if index == last { "" } else { ", " };
                            view! { <Figure value=figure /> " " {waiting.subject.label()} {comma} }
                        })
                        .collect::<Vec<_>>()
                        .into_any()
                }}
            </p>
            {move || {
                reading.with(|attention| attention.next_approval_deadline_at).map(|at| {
                    let left = at.since(shell.now());
                    line(left < NEAR_DEADLINE, format!("Next deadline {}", format::until(at, shell.now())))
                })
            }}
        </Panel>
    }
}

/// How well what was sent arrived.
#[component]
pub fn Execution() -> impl IntoView {
    view! {
        <Panel name="execution" title="Execution health" data=attention() let:reading>
            <Figure
                size=FigureSize::Big
                value=reading.figure(|attention| match attention.execution_success {
                    Some(rate) => Quantity::Percent(rate),
                    None => Quantity::Missing(attention.execution_no_data.unwrap_or(NoData::NoAttempts)),
                })
            />
            <Meter reading />
            <p class="card__note">
                <Figure value=reading.figure(|attention| Quantity::Count(attention.execution_sent)) />
                " SENT of SENT + FAILED, last "
                {move || reading.with(|attention| attention.execution_window_days)}
                " days, live only; "
                <Figure value=reading.figure(|attention| Quantity::Count(attention.dry_run)) />
                " rehearsals apart, "
                <Figure value=reading.figure(|attention| Quantity::Count(attention.execution_unconfirmed)) />
                " unconfirmed"
            </p>
            {move || {
                let failed = reading.with(|attention| attention.failed_last_24h);
                (failed > 0).then(|| view! {
                    <p class="card__alert">
                        <span class="card__shape" aria-hidden="true"></span>
                        <span>
                            <Figure value=reading.provenance().figure(Quantity::Count(failed)) />
                            " failed in the last 24 h"
                        </span>
                    </p>
                })
            }}
        </Panel>
    }
}

/// The rate as a bar; the words below say the same.
#[component]
fn Meter(reading: Reading<Attention>) -> impl IntoView {
    move || {
        reading.with(|attention| attention.execution_success).map(|rate| {
            view! {
                <svg class="meter" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                    <rect class="meter__ground" width="100" height="4" rx="2"></rect>
                    <rect class="meter__bar" width=format::percent(rate) height="4" rx="2"></rect>
                </svg>
            }
        })
    }
}

/// Tasks that are due.
#[component]
pub fn Work() -> impl IntoView {
    let work = Load::new(|| api::read::<GetMyWork>(&[], &NoQuery {}));
    view! {
        <Panel
            name="my-work"
            title="My work today"
            data=work
            empty=|| view! { <p>"Nothing is due within the next 24 hours."</p> }
            let:reading
        >
            <Figure size=FigureSize::Big value=reading.figure(|work| Quantity::Count(work.due)) />
            <p class="card__note">
                "tasks due within 24 hours, "
                <Figure value=reading.figure(|work| Quantity::Count(work.overdue)) />
                " of them overdue"
            </p>
            <ol class="tasks">
                <For each=move || reading.with(first_tasks) key=|task| (task.id, task.status) let:task>
                    <TaskLine task />
                </For>
            </ol>
        </Panel>
    }
}

fn first_tasks(work: &MyWork) -> Vec<Task> {
    work.first.iter().take(5).cloned().collect()
}

#[component]
fn TaskLine(task: Task) -> impl IntoView {
    let shell = ShellState::expect();
    let due = task.due_at;
    let tone = match task.status {
        TaskStatus::Overdue | TaskStatus::Missed | TaskStatus::Blocked => Tone::Bad,
        TaskStatus::Due => Tone::Warn,
        TaskStatus::Pending => Tone::Neutral,
        TaskStatus::Done => Tone::Good,
    };
    let title = match task.campaign {
        Some(campaign) => view! { <a href=format!("/campaigns/{campaign}")>{task.title}</a> }.into_any(),
        None => task.title.into_any(),
    };
    view! {
        <li class="tasks__line">
            <span class="tasks__title">{title}</span>
            <Pill tone word=task.status.label().to_owned() title=format::moment(due) />
            <span class="tasks__due">{move || format::until(due, shell.now())}</span>
        </li>
    }
}
