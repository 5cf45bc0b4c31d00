//! The commit while it runs: how far, how fast, how long still; and what came of it.

use std::time::Duration;

use aicmo_shared::access::Capability;
use aicmo_shared::api::CommitImport;
use aicmo_shared::import::{Import, ImportState};
use leptos::prelude::*;

use super::super::place::Place;
use super::dry_run::Verdicts;
use super::pace::{Pace, percent_settled};
use crate::api::{Load, Reading, command};
use crate::app::ShellState;
use crate::boot;
use crate::components::button::{Button, ButtonKind};
use crate::components::doing::{Doing, DoingFailed};
use crate::format;
use crate::session::Allowed;

/// How often a running commit is looked at while no stream tells of its progress.
const LOOK_EVERY: Duration = Duration::from_millis(700);

/// The bar, the pace and the way on where it stands still.
#[component]
pub fn CommitProgress(
    /// The import.
    reading: Reading<Import>,
    /// Asks for it again.
    import: Load<Import>,
) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let pace = RwSignal::new(Pace::default());
    let state = Memo::new(move |_| reading.with(|import| import.state));
    let runs = Memo::new(move |_| state.get() == ImportState::Committing);
    let settled = Memo::new(move |_| reading.with(|import| (import.committed, import.counts.total)));
    Effect::new(move || {
        let (committed, _) = settled.get();
        pace.update(|pace| pace.see(milliseconds(), committed));
    });
    let ticking = StoredValue::new(None::<IntervalHandle>);
    let stop = move || {
        if let Some(Some(handle)) = ticking.try_update_value(Option::take) {
            handle.clear();
        }
    };
    let is_told = shell.live.is_up();
    Effect::new(move || {
        stop();
        if runs.get() && !is_told.get() {
            ticking.set_value(set_interval_with_handle(move || import.refetch(), LOOK_EVERY).ok());
        }
    });
    on_cleanup(stop);
    let text = move || {
        let (committed, total) = settled.get();
        format!(
            "{} of {} settled",
            format::count(committed),
            format::counted(total, "row", "rows")
        )
    };
    let pace_text = move || {
        let (_, total) = settled.get();
        let estimate = pace.with(|pace| pace.estimate(total));
        match (estimate.rows_per_second, estimate.seconds_left) {
            (Some(rate), Some(left)) => format!(
                "{} per second, about {} left",
                format::counted(whole(rate), "row", "rows"),
                format::duration(millis_of(left))
            ),
            _ => "The pace is not known yet".to_owned(),
        }
    };
    let share = move || {
        let (committed, total) = settled.get();
        percent_settled(committed, total)
    };
    let go_on = move |()| {
        let id = untrack(|| reading.with(|import| import.id.to_string()));
        doing.run(command::<CommitImport>(&[&id], &(), None), move |_: Import| {
            shell.changed();
        });
    };
    view! {
        <div class="commit">
            <p class="commit__text">
                <span class="figure figure--big"><span class="figure__number">
                    {move || format::percent(share())}
                </span><span class="figure__unit">" %"</span></span>
                <span>{text}</span>
            </p>
            <progress class="progress" max="100" value=move || share().to_string() aria-label="Rows settled"></progress>
            <Show
                when=move || runs.get()
                fallback=move || view! {
                    <p class="drop__text">"The commit stands still. Rows that were written stay written."</p>
                    <Allowed needs=Capability::RunImports>
                        <Button kind=ButtonKind::Primary on_press=go_on busy=doing.busy() blocked=super::write_block()>
                            "Go on"
                        </Button>
                    </Allowed>
                }
            >
                <p class="commit__pace">{pace_text}</p>
                <p class="drop__text">
                    "It goes on when you leave this page, and after a restart of the server. No row is written twice."
                </p>
            </Show>
            <DoingFailed doing />
        </div>
    }
}

/// What came of it.
#[component]
pub fn CommitResult(
    /// The import.
    reading: Reading<Import>,
) -> impl IntoView {
    let text = move || {
        reading.with(|import| {
            format!(
                "{} of {} are settled.",
                format::count(import.committed),
                format::counted(import.counts.total, "row", "rows")
            )
        })
    };
    view! {
        <p class="outcome__word" role="status">{move || reading.with(|import| import.state.label())}</p>
        <p class="outcome__text">{text}</p>
        <Verdicts reading />
        <div class="form__actions">
            <a class=ButtonKind::Primary.class() href="/leads?source=csv&sort=newest">"See the imported leads"</a>
            <Allowed needs=Capability::RunImports>
                <a class=ButtonKind::Secondary.class() href=Place::Imports.address()>"Import another file"</a>
            </Allowed>
        </div>
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit an f64")]
fn milliseconds() -> f64 {
    boot::now().as_millis() as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast saturates; shown only"
)]
fn whole(value: f64) -> u64 {
    value.round() as u64
}

#[expect(clippy::cast_possible_truncation, reason = "a cast saturates; shown only")]
fn millis_of(seconds: f64) -> i64 {
    (seconds * 1000.0).ceil() as i64
}
