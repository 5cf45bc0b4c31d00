//! Commands that ask a running server, wherever `AICMO_BACKEND_URL` says it is.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

use aicmo_client::{Client, ClientError};
use aicmo_shared::api::{GetStatus, NoQuery};
use aicmo_shared::status::{ServiceState, Status};

use super::output::{print_json, print_text};
use super::{block_on, table};
use crate::process::{Exit, Stop};
use crate::settings::Settings;

/// How long a server may take to say whether it is ready.
const READY_WITHIN: std::time::Duration = std::time::Duration::from_secs(5);

pub(super) fn healthcheck(settings: &Settings) -> Result<Exit, Stop> {
    let client = client(settings)?;
    let answer = block_on(async { client.get("/readyz").timeout(READY_WITHIN).send().await })?;
    match answer {
        Ok(response) if response.status().is_success() => print_text("ready\n"),
        Ok(response) => Err(Stop::new(
            Exit::Failed,
            format!(
                "The server at {} is not ready (HTTP {}).",
                settings.backend_url,
                response.status().as_u16()
            ),
        )),
        Err(_) => Err(absent(settings)),
    }
}

pub(super) fn status(settings: &Settings, json: bool) -> Result<Exit, Stop> {
    let client = client(settings)?;
    let answer = block_on(async { client.read::<GetStatus>(&[], &NoQuery {}).await })?;
    let answer = answer.map_err(|error| match error {
        ClientError::Transport(_) => absent(settings),
        other => Stop::new(
            Exit::Failed,
            format!("The server at {} refused: {other}", settings.backend_url),
        ),
    })?;
    if json {
        return print_json(&answer);
    }
    let mode = answer.mock_reason().map_or_else(
        || "live".to_owned(),
        |reason| format!("mock. {}", reason.sentence()),
    );
    print_text(&describe(answer.data(), &mode))
}

fn describe(status: &Status, mode: &str) -> String {
    let mut text = format!(
        "build    {}\nmode     {mode}\nstarted  {}\n",
        status.build, status.started_at
    );
    match &status.control {
        Some(control) => {
            for (name, flag) in [("paused", &control.paused), ("killed", &control.killed)] {
                let reason = flag.reason.as_deref().unwrap_or("no reason given");
                let state = if flag.on {
                    format!("yes: {reason}")
                } else {
                    "no".to_owned()
                };
                let _ = writeln!(text, "{name:<9}{state}");
            }
        }
        None => text.push_str("flags    not known: the database does not answer\n"),
    }
    let rows: Vec<Vec<String>> = status
        .services
        .iter()
        .map(|service| {
            let why = match (&service.why, service.state) {
                (Some(why), _) => why.clone(),
                (None, ServiceState::Up) if service.is_mock => "mock data".to_owned(),
                (None, _) => String::new(),
            };
            vec![service.name.label().to_owned(), service.state.to_string(), why]
        })
        .collect();
    text.push('\n');
    text.push_str(&table::draw(&["service", "state", "why"], &rows));
    text
}

pub(super) fn client(settings: &Settings) -> Result<Client, Stop> {
    Client::new(settings.backend_url.as_str())
        .map(|client| match &settings.api_key {
            Some(key) => client.with_key(key.expose()),
            None => client,
        })
        .map_err(|error| Stop::fatal(format!("The HTTP client cannot start: {error}.")))
}

pub(super) fn absent(settings: &Settings) -> Stop {
    Stop::new(
        Exit::Failed,
        format!(
            "No server answers at {}; start one with `aicmo serve`, or correct AICMO_BACKEND_URL.",
            settings.backend_url
        ),
    )
}

/// A refusal in words, with the fields that it is about.
pub(super) fn refusal(settings: &Settings, error: ClientError) -> Stop {
    match error {
        ClientError::Transport(_) => absent(settings),
        ClientError::Problem(problem) => {
            let mut text = problem.detail.clone();
            for fault in &problem.errors {
                if fault.message != problem.detail {
                    let _ = write!(text, " {}: {}", fault.pointer, fault.message);
                }
            }
            Stop::new(Exit::Failed, text)
        }
        other @ ClientError::Unreadable { .. } => Stop::new(
            Exit::Failed,
            format!(
                "The server at {} cannot be understood: {other}.",
                settings.backend_url
            ),
        ),
    }
}

/// Streams an answer that is a file to a new file, or to standard output, so that its size does not
/// become memory. A file that lacks its end does not stay.
///
/// # Errors
/// The outer one is of the server, the inner one of this machine.
pub(super) async fn save(
    mut answer: aicmo_client::reqwest::Response,
    path: Option<&Path>,
) -> Result<Result<(), Stop>, ClientError> {
    let place = path.map_or_else(|| "standard output".to_owned(), |path| path.display().to_string());
    let failed =
        |cause: std::io::Error| Stop::new(Exit::Failed, format!("{place} cannot be written: {cause}."));
    let mut to: Box<dyn Write + Send> = match path.map(std::fs::File::create_new).transpose() {
        Ok(Some(file)) => Box::new(file),
        Ok(None) => Box::new(std::io::stdout()),
        Err(cause) => return Ok(Err(failed(cause))),
    };
    loop {
        match answer.chunk().await {
            Ok(Some(piece)) => {
                if let Err(cause) = to.write_all(&piece) {
                    return Ok(Err(failed(cause)));
                }
            }
            Ok(None) => return Ok(to.flush().map_err(failed)),
            Err(cause) => {
                if let Some(path) = path {
                    // What is left of it says less than the error does.
                    let _ = std::fs::remove_file(path);
                }
                return Err(ClientError::Transport(cause.to_string()));
            }
        }
    }
}
