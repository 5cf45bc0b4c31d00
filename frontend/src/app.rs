//! The root: what every screen shares, which screen it is, and the routes.
//!
//! `ShellState` is the one context. Tabs read it; only the shell writes status and connection, only
//! the session itself who is signed in. Until that is known neither console nor door is drawn.

use aicmo_shared::status::{ServiceName, ServiceState, Status};
use aicmo_shared::{MockReason, Timestamp};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::hooks::{use_location, use_navigate};
use leptos_router::path;

use crate::boot;
use crate::components::settled::settled;
use crate::components::toast::Toasts;
#[cfg(feature = "whole")]
use crate::door::Door;
use crate::live::{Live, Moved};
use crate::session::{DoorPage, Screen, SessionEnded, SessionState};
use crate::shell::connection::{self, Connection};
use crate::shell::{Shell, Waiting};
use crate::tab::Tab;
use crate::tabs::{NoSuchPage, TabScreen};

/// What every screen shares.
#[derive(Clone, Copy)]
pub struct ShellState {
    /// Who is signed in.
    pub session: SessionState,
    /// The last status the server gave.
    pub status: RwSignal<Option<Status>>,
    /// Whether the server still answers.
    pub connection: RwSignal<Connection>,
    /// What the server tells by itself; every `Load` hears it.
    pub live: Live,
    /// The build marker of the server, as its last answer carried it.
    pub server_build: RwSignal<Option<String>>,
    /// Moves once a second; ages on screen follow it.
    pub tick: RwSignal<u32>,
    /// Short messages about what was just done.
    pub toasts: Toasts,
    /// The tabs that crashed; they are not drawn until the operator asks for them.
    pub crashed: RwSignal<Vec<boot::Crash>>,
}

impl ShellState {
    fn new() -> Self {
        Self {
            session: SessionState::new(),
            status: RwSignal::new(None),
            connection: RwSignal::new(Connection::default()),
            live: Live::new(),
            server_build: RwSignal::new(None),
            tick: RwSignal::new(0),
            toasts: Toasts::new(),
            crashed: RwSignal::new(boot::crashes()),
        }
    }

    /// The state that `App` provides; a detached one outside of it.
    pub fn expect() -> Self {
        use_context().unwrap_or_else(Self::new)
    }

    /// Says that this console changed something: everything on screen is read again.
    pub fn changed(self) {
        self.live.tell(Moved::Everything);
    }

    /// The server's clock as we know it; moves with `tick`.
    pub fn now(self) -> Timestamp {
        self.tick.track();
        self.connection
            .with(|connection| connection.server_now(boot::now()))
    }

    /// Why the whole process is mock; `None` when it is live or not known yet.
    pub fn mock_reason(self) -> Option<MockReason> {
        self.status
            .with(|status| status.as_ref().and_then(|status| status.mock_reason))
    }

    /// Whether faults can be injected.
    pub fn is_e2e(self) -> bool {
        self.status
            .with(|status| status.as_ref().is_some_and(|status| status.e2e))
    }

    /// Why nothing can be written to `service` now; `None` when it can. For tooltips of controls.
    pub fn write_block(self, service: ServiceName) -> Option<String> {
        self.status.with(|status| {
            let status = status.as_ref()?;
            if let Some(reason) = status.mock_reason {
                return Some(reason.sentence().to_owned());
            }
            let health = status.services.iter().find(|health| health.name == service)?;
            if health.is_mock {
                return Some(MockReason::ServiceDisabled.sentence().to_owned());
            }
            (health.state == ServiceState::Off).then(|| {
                health
                    .why
                    .clone()
                    .unwrap_or_else(|| format!("{} is switched off.", service.label()))
            })
        })
    }
}

/// The page.
#[component]
pub fn App() -> impl IntoView {
    let shell = ShellState::new();
    provide_context(shell);
    shell.session.follow();
    connection::tick(shell);
    view! { <Router><Screens /></Router> }
}

/// The screen that address and session give.
#[component]
fn Screens() -> impl IntoView {
    let shell = ShellState::expect();
    let path = use_location().pathname;
    let now = move || path.with(|path| shell.session.here().with(|here| Screen::of(path, here.as_ref())));
    let screen = settled(now);
    let navigate = use_navigate();
    Effect::new(move || {
        let has_arrived = matches!(now(), Screen::Console(_));
        if has_arrived && path.with(|path| path == DoorPage::SIGN_IN_PATH) {
            let replace = NavigateOptions {
                replace: true,
                ..NavigateOptions::default()
            };
            navigate(Tab::Command.path(), replace);
        }
    });
    move || match screen.get() {
        Screen::Waiting => view! { <Waiting /> }.into_any(),
        #[cfg(feature = "whole")]
        Screen::Door(page) => view! { <Door page /> }.into_any(),
        #[cfg(not(feature = "whole"))]
        Screen::Door(_) => {
            boot::grow();
            ().into_any()
        }
        Screen::Console(_) => view! { <Console /> }.into_any(),
    }
}

/// The console of whoever is signed in.
#[component]
fn Console() -> impl IntoView {
    connection::follow(ShellState::expect());
    view! {
        <Shell>
            <Routes fallback=NoSuchPage>
                <Route path=path!("/") view=|| view! { <TabScreen tab=Tab::Command /> }.into_any() />
                <Route path=path!("/command") view=|| view! { <TabScreen tab=Tab::Command /> }.into_any() />
                <Route path=path!("/leads/:id?") view=|| view! { <TabScreen tab=Tab::Leads /> }.into_any() />
                <Route
                    path=path!("/campaigns/:id?")
                    view=|| view! { <TabScreen tab=Tab::Campaigns /> }.into_any()
                />
                <Route
                    path=path!("/diagnostics/:part?/:id?")
                    view=|| view! { <TabScreen tab=Tab::Diagnostics /> }.into_any()
                />
                <Route path=path!("/account") view=|| view! { <TabScreen tab=Tab::Account /> }.into_any() />
            </Routes>
        </Shell>
        <SessionEnded />
    }
}
