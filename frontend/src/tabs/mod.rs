//! The screens behind the routes. Each is made of panels; a panel never fetches for another.

#[cfg(feature = "whole")]
mod account;
#[cfg(feature = "whole")]
mod campaigns;
mod command;
#[cfg(feature = "whole")]
mod diagnostics;
#[cfg(feature = "whole")]
mod leads;
mod subject;

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

use crate::app::ShellState;
use crate::boot;
use crate::components::button::{Button, ButtonKind};
use crate::tab::Tab;

/// A tab on its route. One that crashed is an error card until the operator asks for it again.
#[component]
pub fn TabScreen(
    /// The tab.
    tab: Tab,
) -> impl IntoView {
    let shell = ShellState::expect();
    provoke_on_request(shell, tab);
    let crash = Memo::new(move |_| {
        shell
            .crashed
            .with(|crashes| crashes.iter().find(|crash| crash.tab == tab).cloned())
    });
    view! {
        <div class="tab" data-tab=has(tab).then_some(tab.slug())>
            {move || match crash.get() {
                Some(crash) => view! { <Crashed crash /> }.into_any(),
                None => match tab {
                    Tab::Command => view! { <command::CommandTab /> }.into_any(),
                    #[cfg(feature = "whole")]
                    Tab::Leads => view! { <leads::LeadsTab /> }.into_any(),
                    #[cfg(feature = "whole")]
                    Tab::Campaigns => view! { <campaigns::CampaignsTab /> }.into_any(),
                    #[cfg(feature = "whole")]
                    Tab::Diagnostics => view! { <diagnostics::DiagnosticsTab /> }.into_any(),
                    #[cfg(feature = "whole")]
                    Tab::Account => view! { <account::AccountTab /> }.into_any(),
                    #[cfg(not(feature = "whole"))]
                    Tab::Leads | Tab::Campaigns | Tab::Diagnostics | Tab::Account => view! { <Growing tab /> }.into_any(),
                },
            }}
        </div>
    }
}

/// Whether this size of the console has the tab.
const fn has(tab: Tab) -> bool {
    cfg!(feature = "whole") || matches!(tab, Tab::Command)
}

/// Stands in for a tab that this size of the console does not have, until the whole console, which
/// `boot.js` has been fetching meanwhile, takes over on this route.
#[cfg(not(feature = "whole"))]
#[component]
fn Growing(tab: Tab) -> impl IntoView {
    boot::grow();
    view! {
        <header class="page-head">
            <h1 class="page-head__title">{tab.title()}</h1>
        </header>
        <p role="status" class="page-head__text">"Opening"</p>
    }
}

/// `?__panic=<slug>` makes a tab panic once, while the server runs in test mode.
fn provoke_on_request(shell: ShellState, tab: Tab) {
    let query = use_query_map();
    Effect::new(move || {
        let wanted = query.with(|query| query.get("__panic"));
        if wanted.as_deref() == Some(tab.slug()) && shell.is_e2e() && boot::provoke(tab) {
            provoked_panic(tab);
        }
    });
}

#[expect(
    clippy::panic,
    reason = "the crash that a test asks for, to prove the recovery"
)]
fn provoked_panic(tab: Tab) {
    panic!("a test made the tab {} panic", tab.title());
}

/// What stands in place of a tab that crashed.
#[component]
fn Crashed(crash: boot::Crash) -> impl IntoView {
    let shell = ShellState::expect();
    let tab = crash.tab;
    let retry = Callback::new(move |()| {
        boot::forget_crash(tab);
        shell
            .crashed
            .update(|crashes| crashes.retain(|crash| crash.tab != tab));
    });
    view! {
        <header class="page-head">
            <h1 class="page-head__title">{tab.title()}</h1>
        </header>
        <section class="panel panel--failed" data-crashed-tab=tab.slug() aria-label="What happened">
            <div class="failure" role="alert">
                <p class="failure__title">"This tab crashed and was stopped"</p>
                <p class="failure__detail">
                    "The console started again at once. The other tabs work, and what you were writing is kept. "
                    "The server has been told."
                </p>
                <dl class="facts facts--tight">
                    <dt>"Message"</dt>
                    <dd><code>{crash.message}</code></dd>
                    {crash.location.map(|place| view! { <dt>"Place"</dt><dd><code>{place}</code></dd> })}
                    <dt>"Build"</dt>
                    <dd><code>{boot::build().to_string()}</code></dd>
                </dl>
                <div class="failure__actions">
                    <Button kind=ButtonKind::Primary on_press=retry>"Retry"</Button>
                </div>
            </div>
        </section>
    }
}

/// An address that leads nowhere.
#[component]
pub fn NoSuchPage() -> impl IntoView {
    let path = use_location().pathname;
    view! {
        <div class="tab">
            <header class="page-head">
                <div>
                    <h1 class="page-head__title">"There is no such page"</h1>
                    <p class="page-head__text">"Nothing stands at " <code>{move || path.get()}</code> "."</p>
                </div>
            </header>
            <p><a class=ButtonKind::Primary.class() href=Tab::Command.path()>"Open Command"</a></p>
        </div>
    }
}
