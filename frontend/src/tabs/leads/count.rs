//! How many leads the list has. What a counter knows comes with the page; what has to be counted is
//! asked for apart, so that the page never waits for it.

use aicmo_shared::api::{LeadQuery, ListLeads, PageCount};
use aicmo_shared::lead::LeadRow;
use leptos::prelude::*;

use super::address::LeadAddress;
use crate::api::{self, Load};
use crate::format;

/// The number beside the title.
#[component]
pub fn LeadCount(
    /// The page that is shown.
    leads: Load<Vec<LeadRow>>,
    /// Filter and order.
    address: Memo<LeadAddress>,
) -> impl IntoView {
    let known = Memo::new(move |_| {
        leads
            .with_sourced(|sourced| sourced.page().map(|page| page.total))
            .flatten()
    });
    view! {
        <span class="leads__count">
            {move || match known.get() {
                None => ().into_any(),
                Some(Some(total)) => view! { <Exact total /> }.into_any(),
                Some(None) => view! { <Counted address /> }.into_any(),
            }}
        </span>
    }
}

/// A number that is asked for, with what it says meanwhile.
#[component]
fn Counted(address: Memo<LeadAddress>) -> impl IntoView {
    let counted = Load::keyed(
        move || address.with(LeadAddress::search),
        move |_| {
            let query = LeadQuery {
                count: Some(PageCount::Exact),
                ..address.with_untracked(|address| address.query(format::day_begins, None, 1))
            };
            api::read::<ListLeads>(&[], &query)
        },
    );
    move || {
        let total = counted
            .with_sourced(|sourced| sourced.page().and_then(|page| page.total))
            .flatten();
        match (total, counted.error()) {
            (Some(total), _) => view! { <Exact total /> }.into_any(),
            (None, None) => view! { <span class="pager__exact">"counting…"</span> }.into_any(),
            (None, Some(_)) => view! { <span class="pager__exact">"could not be counted"</span> }.into_any(),
        }
    }
}

#[component]
fn Exact(total: u64) -> impl IntoView {
    view! {
        <span class="leads__total">{format::count(total)}</span>
        <span class="pager__exact">"exact"</span>
    }
}
