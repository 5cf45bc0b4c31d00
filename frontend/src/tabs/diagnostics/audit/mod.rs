//! The audit trail: every change, searchable, with what was before and after, and the proof that
//! nobody altered it.
//!
//! The address holds the filter. Owns the panel `audit-list`. Pure: `address`, `diff`.

mod address;
mod chain;
mod diff;
mod filters;
mod list;
mod row;

use aicmo_shared::access::Capability;
use aicmo_shared::activity::SubjectType;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::components::dom;
use crate::keys;
use crate::session::Allowed;
use address::{AuditAddress, history_of};
use chain::Chain;
use list::AuditList;

/// The part.
#[component]
pub fn Audit() -> impl IntoView {
    let query = use_query_map();
    let address = Memo::new(move |_| query.with(|query| AuditAddress::read(|name| query.get(name))));
    let navigate = use_navigate();
    let go = Callback::new(move |to: AuditAddress| {
        navigate(
            &format!("{}{}", AuditAddress::PATH, to.search()),
            NavigateOptions::default(),
        );
    });
    keys::listen(|key| key == "/" && dom::focus_first("#aicmo-audit-search"));
    view! {
        <div class="audit">
            <Chain address />
            <AuditList address go />
        </div>
    }
}

/// The way from a thing to all that was done to it, for who may read the trail.
#[component]
pub fn HistoryLink(
    /// What kind of thing.
    of: SubjectType,
    /// Its id.
    id: Signal<String>,
) -> impl IntoView {
    view! {
        <Allowed needs=Capability::ReadAudit>
            <a class="button button--quiet" href=move || id.with(|id| history_of(of, id))>"History"</a>
        </Allowed>
    }
}
