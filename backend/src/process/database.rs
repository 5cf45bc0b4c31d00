//! Opening the database: connect, refuse what is newer, migrate what is older.
//!
//! Only a database that does not answer is worth another attempt. Everything else (not a database,
//! no permission, no space, a newer schema) is said at once in one sentence, and nothing is touched.

use std::path::Path;
use std::time::{Duration, Instant};

use aicmo_operations::drafts;
use aicmo_shared::diagnostics::DatabaseKind;
use aicmo_store::{Rehearsal, Store, StoreError, StoreSettings, TransferError, rehearse_migration};
use tokio::time::{MissedTickBehavior, interval};

use super::{Exit, Stop};

/// How long to wait between two attempts while the process starts.
const PAUSE: Duration = Duration::from_millis(250);

/// Connects and brings the schema up to date.
///
/// # Errors
/// `SchemaTooNew` before anything is touched, and whatever the store refuses.
pub async fn open_ready(settings: &StoreSettings) -> Result<Store, StoreError> {
    let store = Store::open(settings).await?;
    match bring_up_to_date(&store).await {
        Ok(()) => Ok(store),
        Err(error) => {
            store.close().await;
            Err(error)
        }
    }
}

async fn bring_up_to_date(store: &Store) -> Result<(), StoreError> {
    let schema = store.schema().await?;
    if schema.is_newer {
        return Err(StoreError::SchemaTooNew {
            found: schema.applied.unwrap_or_default(),
            expected: schema.expected,
        });
    }
    if schema.pending > 0 {
        // PostgreSQL takes all steps in one transaction, so none can be left half done there.
        if schema.applied.is_some() && store.kind() == DatabaseKind::Sqlite {
            rehearsed(store).await?;
        }
        tracing::info!(pending = schema.pending, to = %schema.expected, "bringing the schema up to date");
        store.migrate().await?;
    }
    Ok(())
}

/// Steps that would fail on the data that is there fail on a copy of it.
async fn rehearsed(store: &Store) -> Result<(), StoreError> {
    let address = store.address().to_owned();
    match rehearse(store, &address).await {
        Ok(tried) => {
            tracing::info!(
                steps = tried.steps,
                took_ms = tried.took.as_millis(),
                "the pending steps went well on a copy of the database"
            );
            Ok(())
        }
        Err(stop) => Err(StoreError::Rehearsal(stop.sentence.into())),
    }
}

/// Tries the pending steps beside the database; the copy is gone afterwards.
///
/// # Errors
/// What a step met, in one sentence.
pub async fn rehearse(store: &Store, address: &str) -> Result<Rehearsal, Stop> {
    let folder = directory_of(Path::new(address));
    let folder = if folder.is_dir() {
        folder.to_owned()
    } else {
        std::env::temp_dir()
    };
    let copy = drafts::make_in(&folder).map_err(|cause| super::data_dir::unusable(&folder, &cause))?;
    rehearse_migration(store, copy.path()).await.map_err(|error| match error {
        TransferError::Store(error @ StoreError::SchemaTooNew { .. }) => explain(&error, address),
        TransferError::Store(error) => Stop::configuration(format!(
            "The schema of {address} could not be brought up to date: {}. That was on a copy; the database was \
             not touched: keep using the program that made it, and report this.",
            chain(&error)
        )),
        other => Stop::configuration(format!("{other} That was on a copy; the database was not touched.")),
    })
}

/// As `open_ready`, again and again for as long as `window` while the database does not answer.
///
/// # Errors
/// What the last attempt met.
pub async fn open_within(settings: &StoreSettings, window: Duration) -> Result<Store, StoreError> {
    let deadline = Instant::now() + window;
    let mut pause = interval(PAUSE);
    pause.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = false;
    loop {
        pause.tick().await;
        match open_ready(settings).await {
            Err(error) if is_passing(&error) && Instant::now() < deadline => {
                if !told {
                    told = true;
                    tracing::warn!(
                        database = settings.target.redacted(),
                        cause = chain(&error),
                        "the database does not answer; trying for {} more seconds",
                        window.as_secs()
                    );
                }
            }
            other => return other,
        }
    }
}

/// Whether the same attempt may succeed later.
pub const fn is_passing(error: &StoreError) -> bool {
    matches!(error, StoreError::Unavailable(_))
}

/// The sentence and the exit code for a database that cannot be used.
pub fn explain(error: &StoreError, address: &str) -> Stop {
    match error {
        StoreError::Unavailable(_) => Stop::new(
            Exit::DatabaseAbsent,
            format!("The database {address} does not answer; start it, or correct DATABASE_URL."),
        ),
        StoreError::NotADatabase(_) => Stop::configuration(format!(
            "{address} is not a SQLite database, or it is damaged; nothing was changed: bring it back from a \
             backup, or name another place with AICMO_DATA_DIR or DATABASE_URL."
        )),
        StoreError::Foreign { table } => Stop::configuration(format!(
            "{address} is the database of another program (it has a table {table}); nothing was changed: name \
             another place with AICMO_DATA_DIR or DATABASE_URL."
        )),
        StoreError::ReadOnly(_) => Stop::configuration(format!(
            "The database {address} cannot be written; give the permission, or name another one with \
             AICMO_DATA_DIR or DATABASE_URL."
        )),
        StoreError::DiskFull(_) => Stop::fatal(format!(
            "There is no space left for the database {address}; make room and start again."
        )),
        StoreError::SchemaTooNew { found, expected } => Stop::configuration(format!(
            "The database {address} has schema {found}, which is newer than {expected}, the newest that this \
             program knows; nothing was changed: start a newer aicmo."
        )),
        StoreError::Rehearsal(sentence) => Stop::configuration(sentence.to_string()),
        other => Stop::fatal(format!("The database {address} could not be opened: {other}.")),
    }
}

/// An error with everything that caused it, for the log.
pub fn chain(error: &StoreError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause {
        text.push_str(": ");
        text.push_str(&deeper.to_string());
        cause = deeper.source();
    }
    text
}

/// The directory of a SQLite file; the current one for a bare name.
pub fn directory_of(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
