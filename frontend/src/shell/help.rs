//! The list of keys, and the keys of the shell itself.

use std::cell::Cell;

use aicmo_shared::Timestamp;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

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

/// The keys of a tab beside those of the shell.
const fn keys_of(tab: Tab) -> &'static [(&'static str, &'static str)] {
    match tab {
        Tab::Command => &[
            ("1", "Review queue"),
            ("2", "Focus approvals"),
            ("3", "Focus execution health"),
            ("4", "Focus my work today"),
            ("f", "Focus the activity feed"),
        ],
        Tab::Leads => &[
            ("j k", "Next and previous row"),
            ("Enter", "Open the row"),
            ("x", "Select the row"),
            ("Shift x", "Select up to the row"),
            ("n", "New lead"),
            ("i", "Import leads"),
            ("/", "Focus the search"),
            ("Esc", "Drop the selection, close the lead"),
        ],
        Tab::Campaigns => &[
            ("n", "New campaign"),
            ("j k", "Next and previous row"),
            ("Enter", "Open the row"),
            ("Esc", "Close the campaign"),
        ],
        Tab::Diagnostics => &[("r", "Run checks"), ("c", "Copy as JSON")],
    }
}

/// The help.
#[component]
pub fn Help(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
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
                        .chain([("?".to_owned(), "This list"), ("Esc".to_owned(), "Close a dialog")])
                        .collect(),
                )}
                {Tab::ALL
                    .iter()
                    .map(|tab| {
                        group(tab.title(), keys_of(*tab).iter().map(|(key, does)| ((*key).to_owned(), *does)).collect())
                    })
                    .collect::<Vec<_>>()}
            </div>
        </Dialog>
    }
}
