//! The process: build, place, age, and how console and server stand to each other.

use aicmo_shared::diagnostics::Diagnostics;
use leptos::prelude::*;

use super::{mark, report};
use crate::api::Reading;
use crate::app::ShellState;
use crate::boot;
use crate::components::figure::{Figure, Quantity};
use crate::components::panel::Panel;
use crate::components::pill::{Pill, Tone};
use crate::format;

/// The panel.
#[component]
pub fn Process() -> impl IntoView {
    view! {
        <Panel name="process" title="Process" data=report() skeleton=10 let:reading>
            <Builds reading />
            <Place reading />
        </Panel>
    }
}

/// Builds and clocks: what could disagree.
#[component]
fn Builds(reading: Reading<Diagnostics>) -> impl IntoView {
    let shell = ShellState::expect();
    move || {
        let report = reading.get();
        let of = reading.provenance();
        let console = boot::build();
        let same = if console.as_str() == "dev" {
            view! { <Pill tone=Tone::Neutral word="not stamped" /> }.into_any()
        } else {
            mark(console == report.build, "same as server", "differs from server").into_any()
        };
        let embedded = match (report.console.embedded, report.console.build.clone()) {
            (true, Some(build)) => view! {
                <code>{build.to_string()}</code> " "
                {mark(report.console.matches_server, "same as server", "differs from server")} " "
                <Figure value=of.figure(Quantity::Count(report.console.files)) /> " files"
            }
            .into_any(),
            (true, None) => "embedded, without a marker".into_any(),
            (false, _) => "none: this binary was built without a console".into_any(),
        };
        let skew = move || {
            shell.connection.with(|connection| {
                let alarming = connection.alarming_skew().is_some();
                view! {
                    <Figure value=of.figure(Quantity::Skew(connection.offset())) /> " "
                    {mark(!alarming, "in step", "differs")}
                }
            })
        };
        view! {
            <dl class="facts">
                <dt>"Server build"</dt>
                <dd><code>{report.build.to_string()}</code></dd>
                <dt>"Console build"</dt>
                <dd><code>{console.to_string()}</code> " " {same}</dd>
                <dt>"Embedded console"</dt>
                <dd>{embedded}</dd>
                <dt>"Version"</dt>
                <dd>{report.version} ", commit " <code>{report.git_commit}</code></dd>
                <dt>"Clock, server against browser"</dt>
                <dd>{skew}</dd>
            </dl>
        }
    }
}

/// Where it runs, since when, and what it has seen.
#[component]
fn Place(reading: Reading<Diagnostics>) -> impl IntoView {
    let shell = ShellState::expect();
    move || {
        let report = reading.get();
        let of = reading.provenance();
        let started = report.started_at;
        let mode = report
            .mock_reason
            .map_or("live", aicmo_shared::MockReason::as_str);
        view! {
            <dl class="facts">
                <dt>"Binary"</dt>
                <dd><code>{report.binary_path}</code></dd>
                <dt>"Working directory"</dt>
                <dd><code>{report.working_directory}</code></dd>
                <dt>"Data directory"</dt>
                <dd><code>{report.data_directory}</code></dd>
                <dt>"Process"</dt>
                <dd>"pid " <code>{report.pid}</code> ", role " {report.role}</dd>
                <dt>"Started"</dt>
                <dd>
                    {format::moment(started)} ", up for "
                    {move || format::duration(shell.now().since(started))}
                </dd>
                <dt>"Data"</dt>
                <dd>{format::spaced(mode)}</dd>
                <dt>"Console crashes heard of"</dt>
                <dd><Figure value=of.figure(Quantity::Count(report.client_errors)) /></dd>
                <dt>"Last fatal error"</dt>
                <dd>
                    {match report.last_fatal_error {
                        Some(fatal) => view! {
                            <Pill tone=Tone::Bad word=format::moment(fatal.at) /> " "
                            {fatal.message} " (" <code>{fatal.build}</code> ")"
                        }
                        .into_any(),
                        None => "none known".into_any(),
                    }}
                </dd>
            </dl>
        }
    }
}
