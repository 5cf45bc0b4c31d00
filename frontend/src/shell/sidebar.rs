//! The sidebar: the tabs with their keys, and the Diagnostics card at its foot on every load.
//!
//! Narrow screens make it a rail, telephones a bar at the bottom; that is CSS alone.

use aicmo_shared::api::{GetDiagnostics, NoQuery};
use aicmo_shared::diagnostics::Diagnostics;
use aicmo_shared::status::ServiceState;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::api::{self, Load};
use crate::app::ShellState;
use crate::boot;
use crate::components::icon::TabIcon;
use crate::format;
use crate::tab::Tab;

/// Under which key it is kept that the Diagnostics card is open.
const CARD: &str = "diagnostics-card";

/// The sidebar.
#[component]
pub fn Sidebar() -> impl IntoView {
    let path = use_location().pathname;
    let current = Memo::new(move |_| path.with(|path| Tab::from_path(path)));
    let links: Vec<_> = Tab::ALL
        .iter()
        .copied()
        .filter(|tab| tab.is_in_sidebar())
        .map(|tab| {
            let foot = tab == Tab::Diagnostics;
            view! {
                <li class="nav__item" class:nav__item--foot=foot>
                    <a
                        class="nav__link"
                        href=tab.path()
                        aria-current=move || (current.get() == Some(tab)).then_some("page")
                        title=format!("{} (g {})", tab.title(), tab.key())
                    >
                        <TabIcon tab />
                        <span class="nav__word">{tab.title()}</span>
                        <kbd class="nav__key" aria-hidden="true">"g "{tab.key()}</kbd>
                    </a>
                </li>
            }
        })
        .collect();
    view! {
        <div class="side">
            <nav class="nav" aria-label="Tabs">
                <ul class="nav__list">{links}</ul>
            </nav>
            <DiagnosticsCard />
        </div>
    }
}

/// What is running, in short; the whole stands on the Diagnostics tab.
#[component]
fn DiagnosticsCard() -> impl IntoView {
    let shell = ShellState::expect();
    // Kept like a draft: opening it may make the whole console take over.
    let open = RwSignal::new(boot::draft(CARD).is_some());
    Effect::new(move || boot::keep_draft(CARD, if open.get() { "open" } else { "" }));
    let services = move || {
        shell.status.with(|status| {
            let Some(status) = status else {
                return "not known yet".to_owned();
            };
            let not_up: Vec<String> = status
                .services
                .iter()
                .filter(|health| health.state != ServiceState::Up)
                .map(|health| format!("{} {}", health.name.label(), health.state))
                .collect();
            if not_up.is_empty() {
                format!("all {} up", status.services.len())
            } else {
                not_up.join(", ")
            }
        })
    };
    let up_since = move || {
        shell.status.with(|status| {
            status
                .as_ref()
                .map(|status| format::duration(shell.now().since(status.started_at)))
        })
    };
    view! {
        <section class="diagcard" aria-label="Diagnostics in short">
            <p class="diagcard__build">
                <span class="diagcard__name">"Build"</span>
                <code data-build-marker="">{boot::build().to_string()}</code>
            </p>
            <dl class="diagcard__facts">
                <dt>"Services"</dt>
                <dd>{services}</dd>
                <dt>"Up for"</dt>
                <dd>{move || up_since().unwrap_or_else(|| "not known yet".to_owned())}</dd>
            </dl>
            <button
                class="diagcard__more"
                type="button"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {move || if open.get() { "Less" } else { "More" }}
                <span class="unseen">" about this process"</span>
            </button>
            <Show when=move || open.get()>
                <Facts />
            </Show>
        </section>
    }
}

/// The report is heavy, so this size of the console does not have its type: the whole one takes over.
#[cfg(not(feature = "whole"))]
#[component]
fn Facts() -> impl IntoView {
    boot::grow();
    view! { <p class="diagcard__failed">"Asking the server"</p> }
}

/// The facts that need the report; asked for when the operator opens the card.
#[cfg(feature = "whole")]
#[component]
fn Facts() -> impl IntoView {
    let report = Load::new(|| api::read::<GetDiagnostics>(&[], &NoQuery {}));
    move || match report.with(facts) {
        Some(facts) => {
            let rows: Vec<_> = facts
                .into_iter()
                .map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> })
                .collect();
            view! { <dl class="diagcard__facts diagcard__facts--long">{rows}</dl> }.into_any()
        }
        None => match report.error() {
            Some(error) => view! { <p class="diagcard__failed">{error.line()}</p> }.into_any(),
            None => view! { <p class="diagcard__failed">"Asking the server"</p> }.into_any(),
        },
    }
}

#[cfg(feature = "whole")]
fn facts(report: &Diagnostics) -> Vec<(&'static str, String)> {
    let setting = |key: &str| {
        report
            .settings
            .iter()
            .find(|setting| setting.key == key)
            .map_or_else(
                || "not known".to_owned(),
                |setting| match (&setting.value, setting.set) {
                    (Some(value), _) if key != "DATABASE_URL" => value.clone(),
                    (_, true) => "set".to_owned(),
                    (_, false) => "not set".to_owned(),
                },
            )
    };
    vec![
        ("Server", report.build.to_string()),
        ("Binary", report.binary_path.clone()),
        ("Directory", report.working_directory.clone()),
        (
            "Database",
            format!(
                "{} {}",
                report.database.kind,
                if report.database.reachable { "up" } else { "down" }
            ),
        ),
        ("DATABASE_URL", setting("DATABASE_URL")),
        ("E2E mode", setting("AICMO_E2E_MODE")),
        ("Backend", setting("AICMO_BACKEND_URL")),
    ]
}
