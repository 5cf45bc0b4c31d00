//! Log lines: to stderr, as text or JSON. stdout belongs to the ready line and to answers.

use std::io::IsTerminal as _;

use tracing::Metadata;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt};

use crate::settings::LogFormat;

/// What `info` means: our own lines, and of the libraries only what is wrong.
const INFO: &str = "info,actix_server=warn,sea_orm_migration=warn";

/// Sets the logger of this process; a second call changes nothing.
pub fn start(filter: &str, format: LogFormat) {
    let filter = if filter == "info" { INFO } else { filter };
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new(INFO));
    let quiet = tracing_subscriber::registry()
        .with(filter)
        .with(filter_fn(|metadata| !carries_secrets(metadata)));
    let lines = fmt::layer().with_writer(std::io::stderr);
    let _ = match format {
        LogFormat::Text => quiet
            .with(lines.with_ansi(std::io::stderr().is_terminal()))
            .try_init(),
        LogFormat::Json => quiet.with(lines.json().flatten_event(true)).try_init(),
    };
}

/// What no setting can bring into a log: the spans of the database library hold the URL with its
/// password, and statements with the data of persons; its reader of URLs repeats what it does not
/// understand.
fn carries_secrets(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    (metadata.is_span() && target.starts_with("sea_orm")) || target.starts_with("sqlx_postgres::options")
}
