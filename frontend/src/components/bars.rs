//! A bar chart of counts with words beside every bar, and the same data as a table one key away.
//!
//! The widths are SVG attributes, because the page allows no style attribute.

use leptos::prelude::*;

use super::pill::Tone;
use crate::format;

/// One bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// The word beside it; the wire word of a status or verdict.
    pub word: String,
    /// What the word means, in one line.
    pub meaning: String,
    /// How many.
    pub count: u64,
    /// The colour that repeats the word.
    pub tone: Tone,
    /// The list of exactly the rows that it counts.
    pub href: Option<String>,
}

/// A width of 0 to 100 for each count; the largest is 100, and what is there is never invisible.
pub fn widths(counts: &[u64]) -> Vec<f64> {
    let most = counts.iter().copied().max().unwrap_or(0);
    counts
        .iter()
        .map(|count| {
            if *count == 0 {
                0.0
            } else {
                share(*count, most).max(0.8)
            }
        })
        .collect()
}

/// `count` of `whole` in percent, as it is written beside a bar; a dash without a whole.
pub fn share_text(count: u64, whole: u64) -> String {
    aicmo_shared::metrics::percentage(count, whole).map_or_else(
        || "–".to_owned(),
        |percent| format!("{} %", format::percent(percent)),
    )
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn share(count: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        100.0 * count as f64 / whole as f64
    }
}

/// The chart. Its table twin replaces it on demand.
#[component]
pub fn Bars(
    /// What is counted, for the accessible name and the table's caption.
    #[prop(into)]
    title: String,
    /// The heading of the words, in the table.
    word_title: &'static str,
    /// The heading of the counts, in the table.
    count_title: &'static str,
    /// The bars.
    #[prop(into)]
    bars: Signal<Vec<Bar>>,
    /// Whether the numbers are invented.
    #[prop(optional, into)]
    mock: Signal<bool>,
) -> impl IntoView {
    let as_table = RwSignal::new(false);
    let total = move || bars.with(|bars| bars.iter().map(|bar| bar.count).sum::<u64>());
    let chart_name = title.clone();
    let chart = move || {
        let whole = total();
        let name = chart_name.clone();
        let rows = bars.with(|bars| {
            let wide = widths(&bars.iter().map(|bar| bar.count).collect::<Vec<_>>());
            bars.iter()
                .zip(wide)
                .map(|(bar, width)| chart_row(bar, width, whole))
                .collect::<Vec<_>>()
        });
        view! { <ul class="bars__chart" class:bars__chart--mock=move || mock.get() aria-label=name>{rows}</ul> }
    };
    let table = move || {
        let whole = total();
        let rows = bars.with(|bars| bars.iter().map(|bar| table_row(bar, whole)).collect::<Vec<_>>());
        view! {
            <table class="bars__table">
                <caption class="unseen">{title.clone()}</caption>
                <thead>
                    <tr>
                        <th scope="col">{word_title}</th>
                        <th scope="col" class="bars__meaning">"Meaning"</th>
                        <th scope="col" class="bars__number">{count_title}</th>
                        <th scope="col" class="bars__number">"Share"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
    };
    view! {
        <div class="bars">
            <Show when=move || as_table.get() fallback=chart.clone()>
                {table.clone()}
            </Show>
            <button
                type="button"
                class="button button--quiet bars__switch"
                aria-pressed=move || as_table.get().to_string()
                on:click=move |_| as_table.update(|on| *on = !*on)
            >
                {move || if as_table.get() { "Show as chart" } else { "Show as table" }}
            </button>
        </div>
    }
}

fn chart_row(bar: &Bar, width: f64, whole: u64) -> impl IntoView + use<> {
    let number = format::count(bar.count);
    let word = match bar.href.clone() {
        Some(href) if bar.count > 0 => {
            let label = format!("{number} {}: open the list", bar.word);
            view! { <a class="bars__word" href=href aria-label=label title=bar.meaning.clone()>{bar.word.clone()}</a> }
                .into_any()
        }
        _ => {
            view! { <span class="bars__word" title=bar.meaning.clone()>{bar.word.clone()}</span> }.into_any()
        }
    };
    view! {
        <li class=format!("bars__row {}", bar.tone.class().replace("pill", "bars__row"))>
            {word}
            <svg class="bars__bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                <rect class="bars__ground" x="0" y="0" width="100" height="10" />
                <rect class="bars__fill" x="0" y="0" width=width.to_string() height="10" />
            </svg>
            <span class="bars__number">{number}</span>
            <span class="bars__share">{share_text(bar.count, whole)}</span>
        </li>
    }
}

fn table_row(bar: &Bar, whole: u64) -> impl IntoView + use<> {
    view! {
        <tr>
            <th scope="row">{bar.word.clone()}</th>
            <td class="bars__meaning">{bar.meaning.clone()}</td>
            <td class="bars__number">{format::count(bar.count)}</td>
            <td class="bars__number">{share_text(bar.count, whole)}</td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_bar_is_full_and_a_single_row_is_still_visible() {
        let wide = widths(&[1_000_000, 1, 0]);
        assert!(
            wide.first()
                .is_some_and(|width| (width - 100.0).abs() < f64::EPSILON)
        );
        assert!(wide.get(1).is_some_and(|width| *width > 0.5));
        assert!(wide.get(2).is_some_and(|width| width.abs() < f64::EPSILON));
        assert!(widths(&[0, 0]).iter().all(|width| width.abs() < f64::EPSILON));
    }

    #[test]
    fn a_share_of_nothing_is_no_number() {
        assert_eq!(share_text(0, 0), "–");
        assert_eq!(share_text(1, 10_000), "0.1 %");
    }
}
