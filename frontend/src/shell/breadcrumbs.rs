//! Marks for whoever drives the console by a program: that it is there, and how far it came.
//!
//! Invisible and inert. Each mark says what is true of its stage, so that a driver which waits in
//! vain can read at which stage the console stands.

use aicmo_shared::status::{ServiceName, ServiceState, Status};
use leptos::prelude::*;

use crate::app::ShellState;
use crate::boot;
use crate::session::Here;

/// Says of a stage where it stands.
type Say = fn(&Status) -> String;

/// The stages that the server speaks of, in their order; session and console follow.
const STAGES: [(&str, Say); 3] = [
    ("config", |status| format!("started {}", status.started_at)),
    ("services", services),
    ("database", database),
];

/// The marks.
#[component]
pub fn Breadcrumbs() -> impl IntoView {
    let shell = ShellState::expect();
    let stages = STAGES
        .iter()
        .enumerate()
        .map(|(index, (stage, say))| {
            let id = format!("e2e-breadcrumb-{:02}", index + 1);
            let state = move || {
                shell
                    .status
                    .with(|status| status.as_ref().map_or_else(|| "waiting".to_owned(), say))
            };
            view! {
                <div id=id.clone() data-testid=id hidden>
                    {*stage} ": " {state}
                </div>
            }
        })
        .collect_view();
    view! {
        <div id="e2e-app-loaded" data-testid="e2e-app-loaded" hidden>
            "YES"
        </div>
        {stages}
        <div id="e2e-breadcrumb-04" data-testid="e2e-breadcrumb-04" hidden>
            "session: " {move || shell.session.here().with(|here| session(here.as_ref()))}
        </div>
        <div id="e2e-breadcrumb-05" data-testid="e2e-breadcrumb-05" hidden>
            "console: " {boot::build().to_string()}
        </div>
    }
}

/// What the caller is to the server, and as what.
fn session(here: Option<&Here>) -> String {
    here.map_or_else(
        || "waiting".to_owned(),
        |here| match &here.person {
            Some(person) => format!("{}, {}", here.standing, person.role),
            None => here.standing.to_string(),
        },
    )
}

/// How many of the services answer.
fn services(status: &Status) -> String {
    let up = status
        .services
        .iter()
        .filter(|service| service.state == ServiceState::Up);
    format!("{} of {} up", up.count(), status.services.len())
}

/// The state of the database, or why none is asked.
fn database(status: &Status) -> String {
    let found = status
        .services
        .iter()
        .find(|service| service.name == ServiceName::Database);
    match (status.mock_reason, found) {
        (Some(reason), _) => format!("mock, {reason}"),
        (None, Some(service)) => service.state.to_string(),
        (None, None) => "not known".to_owned(),
    }
}
