//! The conditions above the list: chips for the named views, a choice per column.
//!
//! Nothing here holds a condition: what is chosen is read from the address, and a choice goes there.

use aicmo_shared::campaign::Campaign;
use aicmo_shared::lead::{ConsentStatus, GradeFilter, LeadFilter, LeadSort, LeadSource, LeadStatus};
use leptos::prelude::*;
use web_sys::SubmitEvent;

use super::address::{LeadAddress, NamedView};
use super::further::{FurtherFilters, SEARCH, WrittenCondition};
use crate::api::Load;
use crate::components::button::{Button, ButtonKind};

/// The named views.
#[component]
pub fn NamedViews(
    /// Filter and order.
    address: Memo<LeadAddress>,
    /// Goes to another filter.
    go: Callback<LeadAddress>,
) -> impl IntoView {
    let chips: Vec<_> = NamedView::ALL
        .iter()
        .map(|view| {
            let view = *view;
            let is_this = move || address.with(LeadAddress::named_view) == Some(view);
            view! {
                <button
                    type="button"
                    class="chip"
                    title=view.meaning()
                    aria-pressed=move || is_this().to_string()
                    on:click=move |_| go.run(address.get_untracked().with_filter(view.filter()))
                >
                    {view.label()}
                </button>
            }
        })
        .collect();
    view! {
        <div class="views">
            <div class="chips" role="group" aria-label="Views">{chips}</div>
            <Show when=move || address.with(LeadAddress::is_narrowed)>
                <Button
                    kind=ButtonKind::Quiet
                    on_press=move |()| go.run(address.get_untracked().with_filter(LeadFilter::default()))
                >
                    "Clear filters"
                </Button>
            </Show>
        </div>
    }
}

/// A condition with a closed list of words.
struct Condition {
    label: &'static str,
    read: fn(&LeadFilter) -> Option<&'static str>,
    write: fn(&mut LeadFilter, &str),
    options: fn() -> Vec<(&'static str, &'static str)>,
}

const CONDITIONS: &[Condition] = &[
    Condition {
        label: "Status",
        read: |filter| filter.status.map(LeadStatus::as_str),
        write: |filter, word| filter.status = word.parse().ok(),
        options: || {
            LeadStatus::ALL
                .iter()
                .map(|status| (status.as_str(), status.as_str()))
                .collect()
        },
    },
    Condition {
        label: "Grade",
        read: |filter| filter.grade.map(GradeFilter::as_str),
        write: |filter, word| filter.grade = word.parse().ok(),
        options: || {
            GradeFilter::ALL
                .iter()
                .map(|grade| (grade.as_str(), grade_label(*grade)))
                .collect()
        },
    },
    Condition {
        label: "Source",
        read: |filter| filter.source.map(LeadSource::as_str),
        write: |filter, word| filter.source = word.parse().ok(),
        options: || {
            LeadSource::ALL
                .iter()
                .map(|source| (source.as_str(), source.label()))
                .collect()
        },
    },
    Condition {
        label: "Consent",
        read: |filter| filter.consent.map(ConsentStatus::as_str),
        write: |filter, word| filter.consent = word.parse().ok(),
        options: || {
            ConsentStatus::ALL
                .iter()
                .map(|consent| (consent.as_str(), consent.label()))
                .collect()
        },
    },
    Condition {
        label: "Review",
        read: |filter| {
            filter
                .review
                .map(|flagged| if flagged { "true" } else { "false" })
        },
        write: |filter, word| filter.review = word.parse().ok(),
        options: || vec![("true", "Flagged"), ("false", "Not flagged")],
    },
];

/// A choice per column, the order, and the way back to everything.
#[component]
pub fn LeadFilters(
    /// Filter and order.
    address: Memo<LeadAddress>,
    /// Goes to another filter or order.
    go: Callback<LeadAddress>,
    /// The campaigns to choose from.
    campaigns: Load<Vec<Campaign>>,
) -> impl IntoView {
    let choices: Vec<_> = CONDITIONS
        .iter()
        .map(|condition| {
            let (read, write) = (condition.read, condition.write);
            view! {
                <Choice
                    label=condition.label
                    any="Any"
                    chosen=Signal::derive(move || {
                        address.with(|address| read(&address.filter).unwrap_or_default().to_owned())
                    })
                    options=fixed((condition.options)())
                    choose=Callback::new(move |word: String| change(address, go, |filter| write(filter, &word)))
                />
            }
        })
        .collect();
    view! {
        <form
            class="filters"
            role="search"
            aria-label="Filter the leads"
            on:submit=|event: SubmitEvent| event.prevent_default()
        >
            <WrittenCondition condition=&SEARCH address go />
            {choices}
            <CampaignChoice address go campaigns />
            <OrderChoice address go />
            <FurtherFilters address go />
        </form>
    }
}

fn change(address: Memo<LeadAddress>, go: Callback<LeadAddress>, edit: impl FnOnce(&mut LeadFilter)) {
    let mut to = address.get_untracked();
    edit(&mut to.filter);
    to.ignored.clear();
    go.run(to);
}

#[component]
fn CampaignChoice(
    address: Memo<LeadAddress>,
    go: Callback<LeadAddress>,
    campaigns: Load<Vec<Campaign>>,
) -> impl IntoView {
    let chosen = Signal::derive(move || {
        address.with(|address| {
            address
                .filter
                .campaign
                .map_or_else(String::new, |id| id.to_string())
        })
    });
    let options = Signal::derive(move || {
        let known = campaigns.with(|campaigns| {
            campaigns
                .iter()
                .map(|campaign| (campaign.id.to_string(), campaign.name.clone()))
                .collect::<Vec<_>>()
        });
        let mut options = known.unwrap_or_default();
        let chosen = chosen.get();
        if !chosen.is_empty() && !options.iter().any(|(id, _)| *id == chosen) {
            options.push((chosen, "The chosen campaign".to_owned()));
        }
        options
    });
    view! {
        <Choice
            label="Campaign"
            any="Any"
            chosen
            options
            choose=Callback::new(move |word: String| change(address, go, |filter| filter.campaign = word.parse().ok()))
        />
    }
}

#[component]
fn OrderChoice(address: Memo<LeadAddress>, go: Callback<LeadAddress>) -> impl IntoView {
    let others = || {
        LeadSort::ALL
            .iter()
            .copied()
            .filter(|sort| *sort != LeadSort::Priority)
    };
    let chosen = Signal::derive(move || {
        address.with(|address| {
            address
                .sort
                .filter(|sort| *sort != LeadSort::Priority)
                .map_or("", LeadSort::as_str)
                .to_owned()
        })
    });
    let choose = move |word: String| {
        let mut address = address.get_untracked();
        address.sort = word.parse().ok();
        address.ignored.clear();
        go.run(address);
    };
    view! {
        <Choice
            label="Order"
            any=LeadSort::Priority.label()
            chosen
            options=fixed(others().map(|sort| (sort.as_str(), sort.label())).collect())
            wide=true
            choose=Callback::new(choose)
        />
    }
}

/// One choice with its label above it.
#[component]
fn Choice(
    /// The label.
    label: &'static str,
    /// The word for no condition.
    any: &'static str,
    /// The chosen value; empty for none.
    chosen: Signal<String>,
    /// Values with the words shown for them.
    options: Signal<Vec<(String, String)>>,
    /// Takes the value that was chosen; empty for none.
    choose: Callback<String>,
    /// Its words are long.
    #[prop(optional)]
    wide: bool,
) -> impl IntoView {
    let list = move || {
        options
            .get()
            .into_iter()
            .map(|(value, word)| {
                let is_chosen = {
                    let value = value.clone();
                    move || chosen.with(|chosen| *chosen == value)
                };
                view! { <option value=value selected=is_chosen>{word}</option> }
            })
            .collect::<Vec<_>>()
    };
    view! {
        <label class="filter" class:filter--wide=wide class:filter--set=move || chosen.with(|chosen| !chosen.is_empty())>
            <span class="filter__label">{label}</span>
            <select
                class="field__input field__input--select"
                prop:value=move || chosen.get()
                on:change=move |event| choose.run(event_target_value(&event))
            >
                <option value="" selected=move || chosen.with(String::is_empty)>{any}</option>
                {list}
            </select>
        </label>
    }
}

fn fixed(options: Vec<(&'static str, &'static str)>) -> Signal<Vec<(String, String)>> {
    Signal::stored(
        options
            .into_iter()
            .map(|(value, word)| (value.to_owned(), word.to_owned()))
            .collect(),
    )
}

const fn grade_label(grade: GradeFilter) -> &'static str {
    match grade {
        GradeFilter::Ungraded => "Not graded",
        graded => graded.as_str(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_a_condition_is_read_back_as_it_was_written() {
        for condition in CONDITIONS {
            for (word, _) in (condition.options)() {
                let mut filter = LeadFilter::default();
                (condition.write)(&mut filter, word);
                assert_eq!((condition.read)(&filter), Some(word), "{}", condition.label);
                (condition.write)(&mut filter, "");
                assert_eq!((condition.read)(&filter), None, "{}", condition.label);
            }
        }
    }
}
