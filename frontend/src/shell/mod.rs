//! What stands around every tab: sidebar, header, banners, messages, keys.

mod banner;
mod breadcrumbs;
pub mod connection;
mod header;
mod help;
mod sidebar;
mod theme;
mod waiting;

pub use banner::Banners;
pub use breadcrumbs::Breadcrumbs;
pub use header::Brand;
pub use theme::ThemeSwitch;
pub use waiting::Waiting;

use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use self::header::Header;
use self::help::Help;
use self::sidebar::Sidebar;
use crate::app::ShellState;
use crate::boot;
use crate::components::toast::ToastRegion;
use crate::tab::Tab;

/// The frame of the console.
#[component]
pub fn Shell(
    /// The routes.
    children: Children,
) -> impl IntoView {
    let shell = ShellState::expect();
    let help = RwSignal::new(false);
    help::shell_keys(help);
    let main = NodeRef::<html::Main>::new();
    let spoken = follow_the_tab(main);
    view! {
        <a class="skip" href="#main">"Skip to the content"</a>
        <div class="shell">
            <Header help />
            <Sidebar />
            <div class="shell__column">
                <Banners />
                <main class="main" id="main" tabindex="-1" node_ref=main>
                    {children()}
                </main>
            </div>
        </div>
        <ToastRegion toasts=shell.toasts />
        <Help open=help />
        <div class="unseen" aria-live="polite">{move || spoken.get()}</div>
        <Breadcrumbs />
    }
}

/// On each change of tab: the title of the page, the focus, a word for screen readers.
fn follow_the_tab(main: NodeRef<html::Main>) -> RwSignal<String> {
    let spoken = RwSignal::new(String::new());
    let path = use_location().pathname;
    let tab = Memo::new(move |_| path.with(|path| Tab::from_path(path)));
    Effect::new(move |before: Option<Option<Tab>>| {
        let now = tab.get();
        let title = now.map_or("No such page", Tab::title);
        document().set_title(&format!("{title} · AICMO Operator"));
        if before.map_or_else(boot::is_restart, |before| before != now) {
            spoken.set(title.to_owned());
            if let Some(main) = main.get_untracked() {
                let _ = main.focus();
            }
        }
        now
    });
    spoken
}
