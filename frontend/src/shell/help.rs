//! The list of keys, and the keys of the shell itself.

use std::cell::Cell;

use aicmo_shared::Timestamp;
use aicmo_shared::access::Capability;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::app::ShellState;
use crate::boot;
use crate::components::dialog::Dialog;
use crate::keys;
use crate::tab::Tab;

/// How long after `g` its letter is waited for, in milliseconds.
const PREFIX_LASTS: i64 = 1_500;

/// Listens for `g` with a letter and for `?`.
pub fn shell_keys(help: RwSignal<bool>) {
    let navigate = use_navigate();
    let prefix: Cell<Option<Timestamp>> = Cell::new(None);
    keys::listen(move |key| {
        let after_g = prefix
            .take()
            .is_some_and(|at| boot::now().since(at) < PREFIX_LASTS);
        if after_g {
            if let Some(tab) = Tab::from_key(key) {
                navigate(tab.path(), NavigateOptions::default());
            }
            return true;
        }
        match key {
            "g" => {
                prefix.set(Some(boot::now()));
                true
            }
            "?" => {
                help.set(true);
                true
            }
            _ => false,
        }
    });
}

/// A key, what it does, and what a person needs for it.
type Key = (&'static str, &'static str, Capability);

/// The keys of a tab beside those of the shell.
const fn keys_of(tab: Tab) -> &'static [Key] {
    use Capability::{EditCampaigns, EditLeads, ManageWebhooks, Read, ReadAudit};
    match tab {
        Tab::Command => &[
            ("1", "Review queue", Read),
            ("2", "Focus approvals", Read),
            ("3", "Focus execution health", Read),
            ("4", "Focus my work today", Read),
            ("f", "Focus the activity feed", Read),
        ],
        Tab::Leads => &[
            ("j k", "Next and previous row", Read),
            ("Enter", "Open the row", Read),
            ("x", "Select the row", Read),
            ("Shift x", "Select up to the row", Read),
            ("n", "New lead", EditLeads),
            ("Shift d", "Do not contact the open lead", EditLeads),
            ("i", "Imports", Read),
            ("/", "Focus the search", Read),
            ("Esc", "Drop the selection, close the lead", Read),
        ],
        Tab::Campaigns => &[
            ("n", "New campaign", EditCampaigns),
            ("j k", "Next and previous row", Read),
            ("Enter", "Open the row", Read),
            ("Esc", "Close the campaign", Read),
        ],
        Tab::Diagnostics => &[
            ("r", "Run checks", Read),
            ("c", "Copy as JSON", Read),
            ("/", "Focus the filter of the audit trail", ReadAudit),
            ("n", "New webhook", ManageWebhooks),
            ("j k", "Next and previous row", ReadAudit),
            ("Esc", "Close what is open", ReadAudit),
        ],
        Tab::Account => &[],
    }
}

/// The help.
#[component]
pub fn Help(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let session = ShellState::expect().session;
    let group = |title: &'static str, keys: Vec<(String, &'static str)>| {
        let rows: Vec<_> = keys
            .into_iter()
            .map(|(key, does)| view! { <dt><kbd>{key}</kbd></dt><dd>{does}</dd> })
            .collect();
        view! {
            <section class="help__group">
                <h3>{title}</h3>
                <dl class="help__keys">{rows}</dl>
            </section>
        }
    };
    view! {
        <Dialog open title="Keyboard shortcuts" wide=true light=true>
            <div class="help">
                {group(
                    "Everywhere",
                    Tab::ALL
                        .iter()
                        .map(|tab| (format!("g {}", tab.key()), tab.title()))
                        .chain([
                            (".".to_owned(), "Show the rows that wait above a list"),
                            ("?".to_owned(), "This list"),
                            ("Esc".to_owned(), "Close a dialog")])
                        .collect(),
                )}
                {Tab::ALL
                    .iter()
                    .filter(|tab| !keys_of(**tab).is_empty())
                    .map(|tab| {
                        let keys = keys_of(*tab)
                            .iter()
                            .filter(|(_, _, needs)| untrack(|| session.shows(*needs)))
                            .map(|(key, does, _)| ((*key).to_owned(), *does))
                            .collect();
                        group(tab.title(), keys)
                    })
                    .collect::<Vec<_>>()}
                <p>
                    "Tools use the API that this console uses: "
                    <a href="/api/docs" rel="external">"what it takes and answers"</a>
                    "."
                </p>
            </div>
        </Dialog>
    }
}
