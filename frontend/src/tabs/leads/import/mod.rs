//! Bringing in a file of leads, from the file to the result; and what was brought in before.
//!
//! One import has one address, so a reload or a crash comes back to the same step. Owns the panels
//! `import-list`, `import-detail` and `import-rows`. Pure: `columns`, `pace`, `stage`.

mod columns;
mod commit;
mod detail;
mod drop;
mod dry_run;
mod history;
mod mapping;
mod pace;
pub(super) mod progress;
mod rows;
mod stage;
mod undo;

use aicmo_shared::ImportId;
use aicmo_shared::access::Capability;
use aicmo_shared::campaign::Campaign;
use aicmo_shared::status::ServiceName;
use leptos::prelude::*;

use crate::api::Load;
use crate::app::ShellState;
use crate::session::Allowed;
use detail::ImportDetail;
use drop::DropFile;
use history::ImportList;

/// Why nothing can be imported now.
fn write_block() -> Signal<Option<String>> {
    let shell = ShellState::expect();
    Signal::derive(move || shell.write_block(ServiceName::Imports))
}

/// The place to drop a file, and the history.
#[component]
pub fn ImportsPage() -> impl IntoView {
    view! {
        <div class="imports">
            <Allowed needs=Capability::RunImports><DropFile /></Allowed>
            <ImportList />
        </div>
    }
}

/// One import.
#[component]
pub fn ImportPage(
    /// Which.
    id: ImportId,
    /// The campaigns to choose from.
    campaigns: Load<Vec<Campaign>>,
) -> impl IntoView {
    view! {
        <div class="imports">
            <ImportDetail id campaigns />
        </div>
    }
}
