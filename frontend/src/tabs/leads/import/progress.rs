//! How far long work is, how fast it goes and how long it still takes.

use std::time::Duration;

use leptos::prelude::*;

use super::pace::{Pace, percent_settled};
use crate::app::ShellState;
use crate::boot;
use crate::format;

/// How often a running job is looked at while no stream tells of its progress.
const LOOK_EVERY: Duration = Duration::from_millis(700);

/// The bar and the pace; it asks again by itself while the job runs and no stream tells of it.
#[component]
pub fn Progress(
    /// What is through, of how much.
    settled: Memo<(u64, u64)>,
    /// Whether the job runs.
    runs: Memo<bool>,
    /// Asks for it again.
    #[prop(into)]
    look: Callback<()>,
    /// What the bar shows, for who cannot see it.
    what: &'static str,
    /// The word for what is through.
    done: &'static str,
    /// What it goes through: one of it, and many.
    #[prop(default = ("row", "rows"))]
    noun: (&'static str, &'static str),
) -> impl IntoView {
    let shell = ShellState::expect();
    let pace = RwSignal::new(Pace::default());
    Effect::new(move || {
        let (through, _) = settled.get();
        pace.update(|pace| pace.see(milliseconds(), through));
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
            ticking.set_value(set_interval_with_handle(move || look.run(()), LOOK_EVERY).ok());
        }
    });
    on_cleanup(stop);
    let text = move || {
        let (through, total) = settled.get();
        format!(
            "{} of {} {done}",
            format::count(through),
            format::counted(total, noun.0, noun.1)
        )
    };
    let pace_text = move || {
        let (_, total) = settled.get();
        let estimate = pace.with(|pace| pace.estimate(total));
        match (estimate.rows_per_second, estimate.seconds_left) {
            (Some(rate), Some(left)) => format!(
                "{} per second, about {} left",
                format::counted(whole(rate), noun.0, noun.1),
                format::duration(millis_of(left))
            ),
            _ => "The pace is not known yet".to_owned(),
        }
    };
    let share = move || {
        let (through, total) = settled.get();
        percent_settled(through, total)
    };
    view! {
        <p class="commit__text">
            <span class="figure figure--big"><span class="figure__number">
                {move || format::percent(share())}
            </span><span class="figure__unit">" %"</span></span>
            <span>{text}</span>
        </p>
        <progress class="progress" max="100" value=move || share().to_string() aria-label=what></progress>
        <Show when=move || runs.get()>
            <p class="commit__pace">{pace_text}</p>
        </Show>
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
