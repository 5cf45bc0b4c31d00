//! `aicmo backup`, `aicmo restore` and `aicmo move-to`: whole databases, without a server.
//!
//! A backup may be made while a server works; the other two take the lock of the database first. The
//! keys of an installation go into a backup only when asked for: who has them and the file can find
//! identities again.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use aicmo_operations::{Clock as _, OperationError, Operator, SystemClock, backups, drafts};
use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::AuditAction;
use aicmo_store::{
    AuditEntry, DatabaseTarget, Progress, Store, StoreError, StoreSettings, TransferError,
    load_into_postgres, plan_load, read_manifest, set_aside, unpack,
};
use serde_json::json;

use super::output::print_text;
use super::{block_on, local};
use crate::process::database::explain;
use crate::process::lock::InstanceLock;
use crate::process::{Exit, Stop, data_dir};
use crate::settings::{DatabaseAddress, Settings};

/// The keys that a backup may carry.
const KEYS: [&str; 2] = ["identity.key", "session.key"];

pub(super) fn backup(settings: &Settings, file: Option<&Path>, with_keys: bool) -> Result<Exit, Stop> {
    let path = file.map_or_else(
        || PathBuf::from(backups::name_of(SystemClock.now())),
        Path::to_path_buf,
    );
    let keys = if with_keys {
        read_keys(settings)?
    } else {
        Vec::new()
    };
    let told = match (with_keys, keys.len()) {
        (false, _) => {
            "Keys are not in it: keep keys/ of the data directory beside it, or make it --with-keys."
                .to_owned()
        }
        (true, 0) => "No key lies in the data directory: those of the settings are not in it.".to_owned(),
        (true, n) => format!("{n} keys are in it: keep it as safe as them."),
    };
    let backup = block_on(local::with_database(settings, async |ops| {
        backups::make(ops, &Operator::process(), &path, keys)
            .await
            .map_err(|error| stop_of(&error, &path))
    }))??;
    print_text(&format!(
        "{} holds {} rows in {} bytes and was found whole by restoring it. {told} Uploaded files of leads are not \
         in it.\n",
        path.display(),
        backup.rows,
        backup.bytes,
    ))
}

fn stop_of(error: &OperationError, path: &Path) -> Stop {
    let cause = std::error::Error::source(error)
        .map(|cause| format!(": {cause}"))
        .unwrap_or_default();
    match error {
        OperationError::Validation(_) => Stop::configuration(format!(
            "{} is there already and was not touched; name another file.",
            path.display()
        )),
        OperationError::Unavailable(..) => Stop::fatal(format!(
            "The backup {} could not be made: {error}{cause}.",
            path.display()
        )),
        _ => Stop::fatal(format!("The backup was not made: {error}{cause}.")),
    }
}

fn read_keys(settings: &Settings) -> Result<Vec<(String, Vec<u8>)>, Stop> {
    let folder = settings.data_dir.join("keys");
    let mut keys = Vec::new();
    for name in KEYS {
        let path = folder.join(name);
        match std::fs::read(&path) {
            Ok(bytes) => keys.push((name.to_owned(), bytes)),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
            Err(cause) => return Err(data_dir::unusable(&path, &cause)),
        }
    }
    Ok(keys)
}

/// Where a restored database goes.
enum Destination {
    /// A SQLite file, with the directory for keys.
    File { database: PathBuf, keys: PathBuf },
    /// An empty PostgreSQL database.
    Server(StoreSettings),
}

impl Destination {
    fn of(settings: &Settings, into: Option<&str>) -> Result<Self, Stop> {
        let wanted = settings.store_settings();
        Ok(match into {
            Some(text) if text.contains("://") => Self::Server(server(text, &wanted)?),
            Some(folder) => Self::File {
                database: Path::new(folder).join("aicmo.db"),
                keys: Path::new(folder).join("keys"),
            },
            None => match settings.database() {
                DatabaseAddress::Sqlite(database) => Self::File {
                    database,
                    keys: settings.data_dir.join("keys"),
                },
                DatabaseAddress::Postgres { .. } => Self::Server(wanted),
            },
        })
    }
}

fn server(text: &str, like: &StoreSettings) -> Result<StoreSettings, Stop> {
    match DatabaseAddress::read(text) {
        Ok(DatabaseAddress::Postgres { url, .. }) => Ok(StoreSettings {
            target: DatabaseTarget::Postgres {
                url: url.expose().clone(),
            },
            ..like.clone()
        }),
        _ => Err(Stop::new(
            Exit::Usage,
            "The target must be postgres://user:password@host:port/database, with special characters in user and \
             password percent-encoded.",
        )),
    }
}

pub(super) fn restore(
    settings: &Settings,
    file: &Path,
    into: Option<&str>,
    replace: bool,
) -> Result<Exit, Stop> {
    let destination = Destination::of(settings, into)?;
    block_on(async {
        let manifest = read_manifest(file)
            .await
            .map_err(|error| transfer_stop(&error, file))?;
        let told = match &destination {
            Destination::File { database, keys } => into_file(file, database, keys, replace).await?,
            Destination::Server(server) => into_server(file, server, replace).await?,
        };
        print_text(&format!(
            "The backup of {0} with {1} rows is restored: every row, reference and the audit trail were found as \
             they were. {told}\nEverybody is signed out and open links are taken back. Accounts and keys are as of \
             {0}: revoke again what was revoked since.\n",
            manifest.made_at,
            manifest.rows()
        ))
    })?
}

async fn into_file(file: &Path, database: &Path, keys: &Path, replace: bool) -> Result<String, Stop> {
    let folder = crate::process::database::directory_of(database);
    data_dir::prepare(folder)?;
    let _lock = InstanceLock::take(database)?;
    if database.exists() && !replace {
        return Err(Stop::configuration(format!(
            "{} is there already and was not touched; --replace puts it aside.",
            database.display()
        )));
    }
    let unusable = |cause: io::Error| data_dir::unusable(database, &cause);
    let draft = drafts::make_in(folder).map_err(unusable)?;
    std::fs::copy(file, draft.path()).map_err(unusable)?;
    let files = unpack(draft.path())
        .await
        .map_err(|error| transfer_stop(&error, file))?;
    note_restored(draft.path(), file)
        .await
        .map_err(|error| transfer_stop(&error, file))?;
    let aside = put_aside(database).map_err(unusable)?;
    draft
        .persist_noclobber(database)
        .map_err(|error| unusable(error.error))?;
    std::fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(unusable)?;
    let mut told = format!("It is in {}.", database.display());
    if let Some(aside) = aside {
        let _ = write!(told, " What was there is {}.", aside.display());
    }
    told.push(' ');
    told.push_str(&write_keys(keys, &files)?);
    Ok(told)
}

/// Gives the old database, with its log, a dated name.
fn put_aside(database: &Path) -> io::Result<Option<PathBuf>> {
    if !database.exists() {
        return Ok(None);
    }
    let with = |ending: &str| {
        let mut name = database.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let stamp: String = SystemClock
        .now()
        .to_string()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let aside = with(&format!(".before-{stamp}"));
    for log in ["-wal", "-shm"] {
        if with(log).exists() {
            std::fs::rename(with(log), with(&format!(".before-{stamp}{log}")))?;
        }
    }
    std::fs::rename(database, &aside)?;
    Ok(Some(aside))
}

/// Keys that are there stay: a key in use is never replaced by an old one unseen.
fn write_keys(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<String, Stop> {
    if files.is_empty() {
        return Ok(
            "No keys were in the backup: bring back keys/, or known leads are not found again.".to_owned(),
        );
    }
    data_dir::prepare(folder)?;
    let mut told = Vec::new();
    for (name, bytes) in files.iter().filter(|(name, _)| KEYS.contains(&name.as_str())) {
        let path = folder.join(name);
        let unusable = |cause: io::Error| data_dir::unusable(&path, &cause);
        if std::fs::read(&path).is_ok_and(|there| there == *bytes) {
            continue;
        }
        if path.exists() {
            told.push(format!(
                "{} is another key than that of the backup and was not touched.",
                path.display()
            ));
            continue;
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(unusable)?;
        file.write_all(bytes)
            .and_then(|()| file.sync_all())
            .map_err(unusable)?;
        told.push(format!("{} was written.", path.display()));
    }
    Ok(told.join(" "))
}

/// The trail of the restored database says where its data came from.
async fn note_restored(database: &Path, from: &Path) -> Result<(), TransferError> {
    let store = Store::open(&StoreSettings::new(DatabaseTarget::Sqlite {
        path: database.to_owned(),
    }))
    .await?;
    let committed = async {
        let tx = store.begin_write().await?;
        tx.commit(restored(from)).await
    };
    let committed = committed.await;
    store.close().await;
    Ok(committed?)
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// The row of a restore, which also ends what let people in.
fn restored(from: &Path) -> AuditEntry {
    AuditEntry {
        after: Some(json!({
            "from": format!("the backup {}", file_name(from)),
            "ended": ["sessions", "open_links", "idempotency_keys"],
        })),
        ..moved("")
    }
}

fn moved(from: &str) -> AuditEntry {
    AuditEntry {
        actor: Operator::process().actor,
        action: AuditAction::DataMoved,
        subject_type: SubjectType::System,
        subject_id: None,
        campaign: None,
        before: None,
        after: Some(json!({ "from": from })),
        reason: None,
        request_id: String::new(),
        at: SystemClock.now(),
    }
}

async fn into_server(file: &Path, server: &StoreSettings, replace: bool) -> Result<String, Stop> {
    let address = server.target.redacted();
    let stop = |error: &TransferError| transfer_stop(error, Path::new(&address));
    let scratch = std::env::temp_dir();
    let draft = drafts::make_in(&scratch).map_err(|cause| data_dir::unusable(&scratch, &cause))?;
    std::fs::copy(file, draft.path()).map_err(|cause| data_dir::unusable(draft.path(), &cause))?;
    unpack(draft.path())
        .await
        .map_err(|error| transfer_stop(&error, file))?;
    let source = Store::open(&StoreSettings::new(DatabaseTarget::Sqlite {
        path: draft.path().to_owned(),
    }))
    .await
    .map_err(|error| stop(&error.into()))?;
    let aside = if replace {
        set_aside(server, SystemClock.now())
            .await
            .map_err(|error| stop(&error))?
    } else {
        None
    };
    let mut line = ProgressLine::new();
    let loaded = load_into_postgres(&source, server, restored(file), &mut |progress| {
        line.show(&progress);
    })
    .await;
    source.close().await;
    loaded.map_err(|error| {
        let mut stop = stop(&error);
        if let Some(aside) = &aside {
            stop.sentence.push_str(&way_back(aside));
        }
        stop
    })?;
    let aside = aside
        .map(|aside| format!(" What was there is in the schema {aside}."))
        .unwrap_or_default();
    Ok(format!(
        "It is in {address}.{aside} Give every server the keys of that installation with AICMO_IDENTITY_KEY and \
         AICMO_SESSION_KEY."
    ))
}

/// Where the data is that was put aside for one that did not arrive, and how it comes back.
fn way_back(aside: &str) -> String {
    let schema = aside.rsplit_once("_before_").map_or(aside, |(schema, _)| schema);
    format!(
        " What was there is in the schema {aside}. To have it back: \
         DROP SCHEMA \"{schema}\" CASCADE; ALTER SCHEMA \"{aside}\" RENAME TO \"{schema}\";"
    )
}

pub(super) fn move_to(settings: &Settings, url: &str, dry_run: bool) -> Result<Exit, Stop> {
    let DatabaseAddress::Sqlite(path) = settings.database() else {
        return Err(Stop::configuration(
            "The data is on PostgreSQL already; `aicmo backup` and `aicmo restore --into` carry it elsewhere.",
        ));
    };
    let target = server(url, &settings.store_settings())?;
    let address = target.target.redacted();
    // A server that holds the file would go on writing into it.
    let _lock = path.exists().then(|| InstanceLock::take(&path)).transpose()?;
    block_on(local::with_database(settings, async |ops| {
        let source = ops
            .live(None)
            .map_err(|error| Stop::fatal(format!("The database cannot be read: {error}.")))?;
        let failed = |error: TransferError| transfer_stop(&error, Path::new(&address));
        if dry_run {
            let plan = plan_load(&source, &target).await.map_err(failed)?;
            let rows: u64 = plan.tables.iter().map(|(_, rows)| rows).sum();
            let tables: Vec<String> = plan
                .tables
                .iter()
                .map(|(table, rows)| format!("{rows:>12}  {table}\n"))
                .collect();
            return print_text(&format!(
                "{}{rows:>12}  rows would be carried to {address}{}. Nothing was changed.\n",
                tables.concat(),
                if plan.resumes {
                    ", going on where an earlier run ended"
                } else {
                    ""
                },
            ));
        }
        let begun = Instant::now();
        let mut line = ProgressLine::new();
        let entry = moved(source.address());
        let load = load_into_postgres(&source, &target, entry, &mut |progress| line.show(&progress))
            .await
            .map_err(failed)?;
        let rows: u64 = load.tables.iter().map(|table| table.rows).sum();
        print_text(&format!(
            "{rows} rows of {} tables are in {address}, the same on both sides by count and checksum, after {:.1} s.\n\
             Next: set DATABASE_URL to that address, and AICMO_IDENTITY_KEY and AICMO_SESSION_KEY to the keys in \
             {}, and start `aicmo serve`. The file {} is left as it was.\n",
            load.tables.len(),
            begun.elapsed().as_secs_f64(),
            settings.data_dir.join("keys").display(),
            path.display(),
        ))
    }))?
}

fn transfer_stop(error: &TransferError, place: &Path) -> Stop {
    match error {
        TransferError::Store(error @ StoreError::Query { .. }) => Stop::fatal(format!(
            "{} could not be used: {}.",
            place.display(),
            crate::process::database::chain(error)
        )),
        TransferError::Store(error) => explain(error, &place.display().to_string()),
        TransferError::Refused(sentence) => Stop::configuration(sentence.clone()),
        TransferError::InUse(sentence) => Stop::new(Exit::AnotherInstance, sentence.clone()),
        TransferError::Differs(sentence) => Stop::new(Exit::Failed, sentence.clone()),
    }
}

/// Progress on stderr: at most one line a second, and one for every step.
struct ProgressLine {
    begun: Instant,
    told: Instant,
    step: String,
}

impl ProgressLine {
    fn new() -> Self {
        let now = Instant::now();
        Self {
            begun: now,
            told: now,
            step: String::new(),
        }
    }

    fn show(&mut self, progress: &Progress) {
        if self.step == progress.step && self.told.elapsed().as_secs() < 1 {
            return;
        }
        self.told = Instant::now();
        self.step.clone_from(&progress.step);
        let seconds = self.begun.elapsed().as_secs_f64().max(0.001);
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a figure for a person"
        )]
        let (rate, left) = {
            let rate = progress.rows as f64 / seconds;
            (
                rate as u64,
                (progress.of.saturating_sub(progress.rows) as f64 / rate.max(1.0)) as u64,
            )
        };
        let _ = writeln!(
            io::stderr(),
            "{}: {} of {} rows, {rate} rows/s, {left} s left to copy",
            progress.step,
            progress.rows,
            progress.of
        );
    }
}
