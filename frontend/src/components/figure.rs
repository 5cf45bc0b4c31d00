//! The one component that draws a number. Without provenance there is no number.
//!
//! A mock number carries a hatch and the word MOCK; a missing one says why, and zero is a number.

use aicmo_shared::metrics::NoData;
use aicmo_shared::{MockReason, Sourced, Timestamp};
use leptos::prelude::*;

use crate::format;

/// Where a number comes from and of when it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Provenance {
    mock: Option<MockReason>,
    at: Timestamp,
}

impl Provenance {
    /// The provenance of an answer.
    pub fn of<T>(sourced: &Sourced<T>) -> Self {
        Self {
            mock: sourced.mock_reason(),
            at: sourced.generated_at(),
        }
    }

    /// A number with this provenance, ready for a `Figure`: for rows of a list.
    pub fn figure(self, quantity: Quantity) -> Measured {
        Measured::new(Signal::stored((quantity, self)))
    }
}

/// A number with its kind, or the reason why there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Quantity {
    /// How many.
    Count(u64),
    /// A percentage.
    Percent(f64),
    /// Between 0 and 1.
    Score(f64),
    /// Bytes.
    Bytes(u64),
    /// Milliseconds with one decimal.
    Millis(f64),
    /// A difference of clocks, in milliseconds.
    Skew(i64),
    /// No data, and why.
    Missing(NoData),
}

impl Quantity {
    /// Number and unit as text; the unit is empty for counts.
    pub fn text(self) -> (String, &'static str) {
        match self {
            Self::Count(number) => (format::count(number), ""),
            Self::Percent(value) => (format::percent(value), "%"),
            Self::Score(value) => (format::score(value), ""),
            Self::Bytes(size) => (format::bytes(size), ""),
            Self::Millis(value) => (format::decimals(value, 1), "ms"),
            Self::Skew(millis) => (format::skew(millis), ""),
            Self::Missing(_) => ("No data".to_owned(), ""),
        }
    }

    /// A score, or not graded.
    pub fn score(value: Option<f64>) -> Self {
        value.map_or(Self::Missing(NoData::NotGraded), Self::Score)
    }
}

/// A number with its provenance; made by `Reading::figure` or `Provenance::figure` only.
#[derive(Clone, Copy)]
pub struct Measured(Signal<(Quantity, Provenance)>);

impl Measured {
    pub(crate) const fn new(signal: Signal<(Quantity, Provenance)>) -> Self {
        Self(signal)
    }
}

/// How loud a number is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FigureSize {
    /// The loudest thing of a panel.
    Big,
    /// Between words and in tables.
    #[default]
    Inline,
}

/// Draws a number.
#[component]
pub fn Figure(
    /// The number with its provenance.
    value: Measured,
    /// How loud it is.
    #[prop(optional)]
    size: FigureSize,
    /// The list of exactly the rows that it counts.
    #[prop(optional, into)]
    href: Option<String>,
    /// What it counts, for the link's accessible name.
    #[prop(optional, into)]
    label: Option<String>,
) -> impl IntoView {
    let class = match size {
        FigureSize::Big => "figure figure--big",
        FigureSize::Inline => "figure",
    };
    let is_mock = move || value.0.with(|(_, of)| of.mock.is_some());
    let is_missing = move || {
        value
            .0
            .with(|(quantity, _)| matches!(quantity, Quantity::Missing(_)))
    };
    let number = move || value.0.with(|(quantity, _)| quantity.text());
    let why = move || {
        value.0.with(|(quantity, _)| match quantity {
            Quantity::Missing(reason) => Some(reason.label()),
            _ => None,
        })
    };
    let body = view! {
        <span class="figure__number">{move || number().0}</span>
        {move || {
            let unit = number().1;
            (!unit.is_empty()).then(|| view! { <span class="figure__unit">" "{unit}</span> })
        }}
        {move || why().map(|reason| view! { <span class="figure__why">": "{reason}</span> })}
    };
    let badge = move || is_mock().then(|| view! { <span class="figure__mock">"MOCK"</span> });
    let inner = match href {
        Some(href) => {
            let spoken = move || {
                label.clone().map(|label| match number() {
                    (number, "") => format!("{number} {label}: open the list"),
                    (number, unit) => format!("{number} {unit} {label}: open the list"),
                })
            };
            view! { <a class="figure__link" href=href aria-label=spoken>{body}</a> }.into_any()
        }
        None => body.into_any(),
    };
    view! {
        <span class=class class:figure--mock=is_mock class:figure--missing=is_missing>
            {inner}
            {badge}
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_a_number_and_nothing_is_not() {
        assert_eq!(Quantity::Count(0).text().0, "0");
        assert_eq!(Quantity::Percent(0.0).text(), ("0.0".to_owned(), "%"));
        assert_eq!(Quantity::score(None), Quantity::Missing(NoData::NotGraded));
        assert_eq!(Quantity::Missing(NoData::NoAttempts).text().0, "No data");
    }
}
