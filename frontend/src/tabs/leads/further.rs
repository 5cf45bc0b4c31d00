//! The conditions that are written or picked instead of chosen: the search, and those behind
//! "More filters". What is written stands in the address and nowhere else.

use aicmo_shared::DateText;
use leptos::prelude::*;

use super::address::{LeadAddress, score_of};
use crate::format;

/// A condition in words of its own.
pub struct Written {
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    kind: &'static str,
    look: fn(&LeadAddress) -> Option<String>,
    change: fn(&mut LeadAddress, Option<String>),
}

/// The search, which `/` leads to.
pub const SEARCH: Written = Written {
    id: "aicmo-lead-search",
    label: "Search",
    hint: "name, company, title, e-mail, notes",
    kind: "search",
    look: |address| address.filter.text.clone(),
    change: |address, text| address.filter.text = text,
};

const FURTHER: &[Written] = &[
    Written {
        id: "aicmo-lead-email-is",
        label: "E-mail is",
        hint: "whole address",
        kind: "search",
        look: |address| address.filter.email.clone(),
        change: |address, text| address.filter.email = text,
    },
    Written {
        id: "aicmo-lead-tag-is",
        label: "Tag",
        hint: "whole tag",
        kind: "search",
        look: |address| address.filter.tag.clone(),
        change: |address, text| address.filter.tag = text,
    },
    Written {
        id: "aicmo-lead-owner-is",
        label: "Owner",
        hint: "whole name",
        kind: "search",
        look: |address| address.filter.owner.clone(),
        change: |address, text| address.filter.owner = text,
    },
    Written {
        id: "aicmo-lead-score-from",
        label: "Score from",
        hint: "0 to 1",
        kind: "number",
        look: |address| address.filter.score_from.map(format::score),
        change: |address, text| address.filter.score_from = text.and_then(|text| score_of(&text)),
    },
    Written {
        id: "aicmo-lead-score-to",
        label: "Score up to",
        hint: "0 to 1",
        kind: "number",
        look: |address| address.filter.score_to.map(format::score),
        change: |address, text| address.filter.score_to = text.and_then(|text| score_of(&text)),
    },
    Written {
        id: "aicmo-lead-created-from",
        label: "Known from",
        hint: "",
        kind: "date",
        look: |address| address.days.created_from.as_ref().map(ToString::to_string),
        change: |address, text| address.days.created_from = text.and_then(|text| DateText::parse(&text)),
    },
    Written {
        id: "aicmo-lead-created-to",
        label: "Known up to",
        hint: "",
        kind: "date",
        look: |address| address.days.created_to.as_ref().map(ToString::to_string),
        change: |address, text| address.days.created_to = text.and_then(|text| DateText::parse(&text)),
    },
    Written {
        id: "aicmo-lead-touched-from",
        label: "Touched from",
        hint: "",
        kind: "date",
        look: |address| address.days.touched_from.as_ref().map(ToString::to_string),
        change: |address, text| address.days.touched_from = text.and_then(|text| DateText::parse(&text)),
    },
    Written {
        id: "aicmo-lead-touched-to",
        label: "Touched up to",
        hint: "",
        kind: "date",
        look: |address| address.days.touched_to.as_ref().map(ToString::to_string),
        change: |address, text| address.days.touched_to = text.and_then(|text| DateText::parse(&text)),
    },
];

/// The conditions that few searches need, folded away until one of them is set.
#[component]
pub fn FurtherFilters(
    /// Filter and order.
    address: Memo<LeadAddress>,
    /// Goes to another filter.
    go: Callback<LeadAddress>,
) -> impl IntoView {
    let fields: Vec<_> = FURTHER
        .iter()
        .map(|condition| view! { <WrittenCondition condition address go /> })
        .collect();
    // Once only: what a person has folded stays so.
    let is_open = address.with_untracked(LeadAddress::is_narrowed_further);
    view! {
        <details class="filters__further" open=is_open>
            <summary class="filters__summary">"More filters"</summary>
            <div class="filters">{fields}</div>
        </details>
    }
}

/// One condition with its label above it. It holds when Enter is pressed or the field is left.
#[component]
pub fn WrittenCondition(
    /// Which.
    condition: &'static Written,
    /// Filter and order.
    address: Memo<LeadAddress>,
    /// Goes to another filter.
    go: Callback<LeadAddress>,
) -> impl IntoView {
    let value = move || address.with(condition.look).unwrap_or_default();
    let take = move |event| {
        let text = event_target_value(&event).trim().to_owned();
        let mut to = address.get_untracked();
        (condition.change)(&mut to, (!text.is_empty()).then_some(text));
        to.ignored.clear();
        if to != address.get_untracked() {
            go.run(to);
        }
    };
    let is_number = condition.kind == "number";
    view! {
        <label
            class="filter filter--wide"
            class:filter--search=condition.id == SEARCH.id
            class:filter--set=move || !value().is_empty()
        >
            <span class="filter__label">{condition.label}</span>
            <input
                class="field__input"
                id=condition.id
                type=condition.kind
                min=is_number.then_some("0")
                max=is_number.then_some("1")
                step=is_number.then_some("0.01")
                placeholder=condition.hint
                autocomplete="off"
                spellcheck="false"
                prop:value=value
                on:change=take
            />
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_condition_is_read_back_as_it_was_written() {
        for condition in std::iter::once(&SEARCH).chain(FURTHER) {
            let written = match condition.kind {
                "number" => "0.75",
                "date" => "2026-11-25",
                _ => "ada",
            };
            let mut address = LeadAddress::default();
            (condition.change)(&mut address, Some(written.to_owned()));
            assert_eq!(
                (condition.look)(&address).as_deref(),
                Some(written),
                "{}",
                condition.label
            );
            (condition.change)(&mut address, None);
            assert_eq!(address, LeadAddress::default(), "{}", condition.label);
        }
    }
}
