//! The conditions above the trail. What is chosen stands in the address and nowhere else.

use aicmo_shared::DateText;
use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::{ActorType, AuditAction};
use leptos::prelude::*;
use web_sys::SubmitEvent;

use super::address::AuditAddress;
use crate::components::button::{Button, ButtonKind};
use crate::format;

type Change = fn(&mut AuditAddress, Option<String>);
type Look = fn(&AuditAddress) -> Option<String>;

/// A condition in words of its own.
struct Written {
    id: &'static str,
    label: &'static str,
    hint: &'static str,
    kind: &'static str,
    look: Look,
    change: Change,
}

const WRITTEN: &[Written] = &[
    Written {
        id: "aicmo-audit-search",
        label: "Text in the reason",
        hint: "then Enter",
        kind: "search",
        look: |address| address.text.clone(),
        change: |address, text| address.text = text,
    },
    Written {
        id: "aicmo-audit-actor",
        label: "Actor",
        hint: "whole id",
        kind: "search",
        look: |address| address.actor.clone(),
        change: |address, text| address.actor = text,
    },
    Written {
        id: "aicmo-audit-subject",
        label: "Subject",
        hint: "whole id, and About",
        kind: "search",
        look: |address| address.subject.clone(),
        change: |address, text| address.subject = text,
    },
    Written {
        id: "aicmo-audit-request",
        label: "Request",
        hint: "whole id",
        kind: "search",
        look: |address| address.request.clone(),
        change: |address, text| address.request = text,
    },
    Written {
        id: "aicmo-audit-from",
        label: "From",
        hint: "",
        kind: "date",
        look: |address| address.from.as_ref().map(ToString::to_string),
        change: |address, text| address.from = text.and_then(|text| DateText::parse(&text)),
    },
    Written {
        id: "aicmo-audit-to",
        label: "To",
        hint: "",
        kind: "date",
        look: |address| address.to.as_ref().map(ToString::to_string),
        change: |address, text| address.to = text.and_then(|text| DateText::parse(&text)),
    },
];

/// A condition with a closed list of words.
struct Chosen {
    id: &'static str,
    label: &'static str,
    words: fn() -> Vec<&'static str>,
    look: fn(&AuditAddress) -> Option<&'static str>,
    change: Change,
}

const CHOSEN: &[Chosen] = &[
    Chosen {
        id: "aicmo-audit-action",
        label: "Action",
        words: || AuditAction::ALL.iter().map(|action| action.as_str()).collect(),
        look: |address| address.action.map(AuditAction::as_str),
        change: |address, word| address.action = word.and_then(|word| word.parse().ok()),
    },
    Chosen {
        id: "aicmo-audit-subject-type",
        label: "About",
        words: || SubjectType::ALL.iter().map(|subject| subject.as_str()).collect(),
        look: |address| address.subject_type.map(SubjectType::as_str),
        change: |address, word| address.subject_type = word.and_then(|word| word.parse().ok()),
    },
    Chosen {
        id: "aicmo-audit-actor-type",
        label: "By",
        words: || ActorType::ALL.iter().map(|actor| actor.as_str()).collect(),
        look: |address| address.actor_type.map(ActorType::as_str),
        change: |address, word| address.actor_type = word.and_then(|word| word.parse().ok()),
    },
];

/// The conditions.
#[component]
pub fn AuditFilters(
    /// The filter.
    address: Memo<AuditAddress>,
    /// Goes to another filter.
    go: Callback<AuditAddress>,
) -> impl IntoView {
    let take = move |change: Change, text: &str| {
        let mut to = address.get_untracked();
        let text = text.trim();
        change(&mut to, (!text.is_empty()).then(|| text.to_owned()));
        to.ignored.clear();
        if to != address.get_untracked() {
            go.run(to);
        }
    };
    let mut written = WRITTEN.iter().map(move |condition| {
        let value = move || address.with(condition.look).unwrap_or_default();
        view! {
            <label class="filter filter--wide" class:filter--set=move || !value().is_empty()>
                <span class="filter__label">{condition.label}</span>
                <input
                    class="field__input"
                    id=condition.id
                    type=condition.kind
                    placeholder=condition.hint
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=value
                    on:change=move |event| take(condition.change, &event_target_value(&event))
                />
            </label>
        }
    });
    let text = written.next();
    let others: Vec<_> = written.collect();
    let chosen: Vec<_> = CHOSEN
        .iter()
        .map(|condition| {
            let value = move || address.with(condition.look).unwrap_or_default();
            let options: Vec<_> = (condition.words)()
                .into_iter()
                .map(|word| {
                    view! { <option value=word selected=move || value() == word>{format::spaced(word)}</option> }
                })
                .collect();
            view! {
                <label class="filter filter--wide" class:filter--set=move || !value().is_empty()>
                    <span class="filter__label">{condition.label}</span>
                    <select
                        class="field__input field__input--select"
                        id=condition.id
                        prop:value=value
                        on:change=move |event| take(condition.change, &event_target_value(&event))
                    >
                        <option value="" selected=move || value().is_empty()>"Any"</option>
                        {options}
                    </select>
                </label>
            }
        })
        .collect();
    view! {
        <form
            class="filters"
            role="search"
            aria-label="Filter the audit trail"
            on:submit=|event: SubmitEvent| event.prevent_default()
        >
            {text}
            {chosen}
            {others}
            <Show when=move || address.with(AuditAddress::is_narrowed)>
                <Button kind=ButtonKind::Quiet on_press=move |()| go.run(AuditAddress::default())>
                    "Clear filters"
                </Button>
            </Show>
        </form>
        {move || {
            let ignored = address.with(|address| address.ignored.join(", "));
            (!ignored.is_empty()).then(|| view! {
                <p class="notice notice--warn" role="status">
                    {format!("The address asks for {ignored}, which no entry can have. It was left out.")}
                </p>
            })
        }}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_a_condition_is_read_back_as_it_was_written() {
        for condition in CHOSEN {
            for word in (condition.words)() {
                let mut address = AuditAddress::default();
                (condition.change)(&mut address, Some(word.to_owned()));
                assert_eq!((condition.look)(&address), Some(word), "{}", condition.label);
                (condition.change)(&mut address, None);
                assert_eq!((condition.look)(&address), None, "{}", condition.label);
            }
        }
        for condition in WRITTEN {
            let mut address = AuditAddress::default();
            (condition.change)(&mut address, Some("2026-11-25".to_owned()));
            assert_eq!(
                (condition.look)(&address).as_deref(),
                Some("2026-11-25"),
                "{}",
                condition.label
            );
        }
    }
}
