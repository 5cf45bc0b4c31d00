//! The banners above every screen: which, in which order, in which words. Pure but for the drawing.

use aicmo_shared::MockReason;
use aicmo_shared::control::ControlFlag;
use aicmo_shared::status::{ServiceName, ServiceState, Status};
use leptos::prelude::*;

use super::connection::Connection;
use crate::app::ShellState;
use crate::boot;
use crate::format;

/// What a banner is about; the order is the order on screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BannerKind {
    /// Everything has been stopped.
    Killed,
    /// Outreach has been paused.
    Paused,
    /// The database does not answer.
    Database,
    /// Figures are invented.
    Mock,
    /// Console and server are of different builds.
    OlderPage,
    /// The clocks of browser and server differ.
    Skew,
}

/// A banner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Banner {
    kind: BannerKind,
    title: String,
    text: String,
}

impl BannerKind {
    const fn class(self) -> &'static str {
        match self {
            Self::Killed | Self::Database => "banner banner--bad",
            Self::Paused | Self::Skew => "banner banner--warn",
            Self::Mock => "banner banner--mock",
            Self::OlderPage => "banner banner--accent",
        }
    }
}

/// The banners that apply, most urgent first.
pub fn banners(
    status: Option<&Status>,
    connection: &Connection,
    server_build: Option<&str>,
    console_build: &str,
) -> Vec<Banner> {
    let mut found = Vec::new();
    let mut add = |kind, title: &str, text: String| {
        found.push(Banner {
            kind,
            title: title.to_owned(),
            text,
        });
    };
    if let Some(status) = status {
        if let Some(control) = &status.control {
            if control.killed.on {
                add(
                    BannerKind::Killed,
                    "Stopped",
                    told(&control.killed, "Nothing is sent until it is lifted."),
                );
            }
            if control.paused.on {
                add(
                    BannerKind::Paused,
                    "Paused",
                    told(&control.paused, "Queued work waits until it is resumed."),
                );
            }
        }
        let database = status
            .services
            .iter()
            .find(|health| health.name == ServiceName::Database);
        if let Some(down) =
            database.filter(|health| health.state == ServiceState::Down && status.mock_reason.is_none())
        {
            let why = down
                .why
                .clone()
                .unwrap_or_else(|| "no reason is known.".to_owned());
            add(
                BannerKind::Database,
                "The database does not answer",
                format!("{why} What is on screen may be old; nothing can be changed until it is back."),
            );
        }
        if let Some(reason) = status.mock_reason {
            add(BannerKind::Mock, "Mock data", reason.sentence().to_owned());
        } else {
            let served: Vec<&str> = status
                .services
                .iter()
                .filter(|health| health.is_mock)
                .map(|health| health.name.label())
                .collect();
            if !served.is_empty() {
                add(
                    BannerKind::Mock,
                    "Mock data",
                    format!(
                        "{}: {}",
                        served.join(", "),
                        MockReason::ServiceDisabled.sentence()
                    ),
                );
            }
        }
    }
    if let Some(server) = server_build.filter(|server| *server != console_build && console_build != "dev") {
        add(
            BannerKind::OlderPage,
            "This page is older than the server",
            format!("The page is {console_build}, the server {server}. Reload to use the current one."),
        );
    }
    if let Some(skew) = connection.alarming_skew() {
        add(
            BannerKind::Skew,
            "The clocks differ",
            format!(
                "The server's clock is {} against this browser's. Times on screen are the server's.",
                format::skew(skew)
            ),
        );
    }
    found.sort_by_key(|banner| banner.kind);
    found
}

fn told(flag: &ControlFlag, consequence: &str) -> String {
    let by = flag
        .by
        .as_ref()
        .map(|by| format!("by {by}. "))
        .unwrap_or_default();
    let reason = flag
        .reason
        .as_ref()
        .map(|reason| format!("Reason: {reason}. "))
        .unwrap_or_default();
    format!("{by}{reason}{consequence}")
}

/// Draws the banners.
#[component]
pub fn Banners() -> impl IntoView {
    let shell = ShellState::expect();
    let console_build = boot::build();
    let shown = Memo::new(move |_| {
        shell.status.with(|status| {
            shell.connection.with(|connection| {
                shell.server_build.with(|server| {
                    banners(
                        status.as_ref(),
                        connection,
                        server.as_deref(),
                        console_build.as_str(),
                    )
                })
            })
        })
    });
    view! {
        <div class="banners" role="region" aria-label="Notices" aria-live="polite">
            <For
                each=move || shown.get()
                key=|banner| (banner.kind, banner.text.clone())
                children=|banner| {
                    let is_mock = (banner.kind == BannerKind::Mock).then_some("true");
                    let reloads = banner.kind == BannerKind::OlderPage;
                    view! {
                        <div class=banner.kind.class() data-mock-banner=is_mock>
                            <span class="banner__shape" aria-hidden="true"></span>
                            <p class="banner__text">
                                <strong class="banner__title">{banner.title}</strong>
                                " "
                                {banner.text}
                            </p>
                            {reloads.then(|| view! {
                                <button
                                    class="button button--secondary"
                                    type="button"
                                    on:click=|_| {
                                        let _ = window().location().reload();
                                    }
                                >
                                    "Reload"
                                </button>
                            })}
                        </div>
                    }
                }
            />
        </div>
    }
}

#[cfg(test)]
mod tests {
    use aicmo_shared::Timestamp;
    use aicmo_shared::build_marker::BuildMarker;
    use aicmo_shared::control::ControlFlags;
    use aicmo_shared::status::ServiceHealth;

    use super::*;

    fn flag(on: bool) -> ControlFlag {
        ControlFlag {
            on,
            by: Some("Dana".to_owned()),
            reason: Some("bounce rate".to_owned()),
            at: None,
        }
    }

    fn status(killed: bool, paused: bool, mock_reason: Option<MockReason>) -> Status {
        Status {
            build: BuildMarker::new("AICMO_DASH_V3_2026_01_15_abcdef0"),
            mock_reason,
            e2e: false,
            started_at: Timestamp::from_millis(0),
            server_time: Timestamp::from_millis(0),
            change_seq: 0,
            control: Some(ControlFlags {
                paused: flag(paused),
                killed: flag(killed),
                proof_mode: flag(true),
                live_enabled: flag(false),
                epoch: 1,
            }),
            services: Vec::new(),
        }
    }

    fn kinds(banners: &[Banner]) -> Vec<BannerKind> {
        banners.iter().map(|banner| banner.kind).collect()
    }

    #[test]
    fn they_stand_in_the_order_of_urgency_and_proof_mode_is_no_alarm() {
        let status = status(true, true, Some(MockReason::ForcedBySetting));
        let found = banners(Some(&status), &Connection::default(), Some("B"), "A");
        assert_eq!(
            kinds(&found),
            [
                BannerKind::Killed,
                BannerKind::Paused,
                BannerKind::Mock,
                BannerKind::OlderPage
            ]
        );
    }

    #[test]
    fn a_disabled_service_is_named() {
        let mut status = status(false, false, None);
        status.services.push(ServiceHealth {
            name: ServiceName::Campaigns,
            state: ServiceState::Up,
            why: None,
            since: Timestamp::from_millis(0),
            is_mock: true,
        });
        let found = banners(Some(&status), &Connection::default(), None, "A");
        assert_eq!(kinds(&found), [BannerKind::Mock]);
        assert!(found.iter().all(|banner| banner.text.starts_with("Campaigns: ")));
    }

    #[test]
    fn an_unstamped_console_has_no_opinion_on_builds() {
        assert!(banners(None, &Connection::default(), Some("B"), "dev").is_empty());
        assert!(banners(None, &Connection::default(), Some("A"), "A").is_empty());
    }
}
