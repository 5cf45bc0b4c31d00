//! `aicmo audit`: the trail verified and exported without a server, and an exported file verified
//! without a database.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Write};
use std::path::Path;
use std::time::Instant;

use aicmo_operations::audit::{self, AuditDownload};
use aicmo_operations::{Clock as _, OperationError, Operator, SystemClock};
use aicmo_shared::ErrorCode;
use aicmo_shared::audit::{AuditChainReport, AuditExport, AuditFilter, AuditFormat};
use aicmo_store::verify_audit_file;

use super::args::AuditCommand;
use super::output::{print_json, print_text};
use super::{block_on, local};
use crate::process::database::directory_of;
use crate::process::{Exit, Stop, data_dir};
use crate::settings::Settings;

pub(super) fn run(settings: &Settings, command: &AuditCommand) -> Result<Exit, Stop> {
    match command {
        AuditCommand::Verify {
            file: Some(file),
            json,
        } => tell(&verify_file(file)?, *json),
        AuditCommand::Verify { file: None, json } => {
            let report = block_on(local::with_database(settings, async |ops| {
                audit::verify_audit(ops).await.map_err(|error| failed(&error))
            }))??;
            tell(&report, *json)
        }
        AuditCommand::Export { file, format } => block_on(local::with_database(settings, async |ops| {
            // Never over another one: an older export may be the only witness.
            if file.exists() {
                return Err(data_dir::unusable(file, &ErrorKind::AlreadyExists.into()));
            }
            let asked = AuditExport {
                format: *format,
                filter: AuditFilter::default(),
            };
            let begun = audit::export_audit(ops, &Operator::process(), asked).await;
            export(begun.map_err(|error| failed(&error))?, file).await
        }))?,
    }
}

fn failed(error: &OperationError) -> Stop {
    let exit = match error.code() {
        ErrorCode::DatabaseUnavailable => Exit::DatabaseAbsent,
        _ => Exit::Fatal,
    };
    Stop::new(exit, format!("The audit trail could not be read: {error}."))
}

fn verify_file(path: &Path) -> Result<AuditChainReport, Stop> {
    let begun = Instant::now();
    let unreadable =
        |cause: io::Error| Stop::configuration(format!("{} cannot be read: {cause}.", path.display()));
    let file = File::open(path).map_err(unreadable)?;
    let (chain, _) = verify_audit_file(BufReader::with_capacity(1 << 18, file)).map_err(unreadable)?;
    Ok(audit::report_of(chain, SystemClock.now(), begun))
}

fn tell(report: &AuditChainReport, json: bool) -> Result<Exit, Stop> {
    if json {
        print_json(report)?;
    } else {
        print_text(&sentence(report))?;
    }
    Ok(if report.is_intact {
        Exit::Fine
    } else {
        Exit::Failed
    })
}

fn sentence(report: &AuditChainReport) -> String {
    let seconds = format!("{}.{:03}", report.took_ms / 1_000, report.took_ms % 1_000);
    match &report.broken {
        None => format!(
            "The audit trail is intact: {} rows, head {} at row {}, {seconds} s.\n",
            report.rows,
            if report.head_hash.is_empty() {
                "none"
            } else {
                &report.head_hash
            },
            report.head_seq,
        ),
        Some(broken) => format!(
            "The audit trail is broken: row {} {}. {} rows looked at, {seconds} s.\n",
            broken.seq,
            broken.fault.meaning(),
            report.rows,
        ),
    }
}

async fn export(mut download: AuditDownload, file: &Path) -> Result<Exit, Stop> {
    if file.as_os_str() == "-" {
        return match write_all(&mut download, &mut io::stdout().lock()).await {
            // A reader that has gone away (`aicmo audit export - | head`) is no failure.
            Err(Broken::Writing(cause)) if cause.kind() == ErrorKind::BrokenPipe => Ok(Exit::Fine),
            Err(broken) => Err(broken.stop(file)),
            Ok(()) => Ok(Exit::Fine),
        };
    }
    keep(file, async |draft| write_all(&mut download, draft).await).await?;
    let told = match download.format {
        AuditFormat::Ndjson => format!("`aicmo audit verify --file {}` verifies it", file.display()),
        AuditFormat::Csv => "a table cannot be verified; export ndjson for that".to_owned(),
    };
    print_text(&format!("The audit trail is in {}; {told}.\n", file.display()))
}

/// Makes `file` of what `write` writes; under another name until it is whole, because a part of a
/// trail must not pass for one.
async fn keep(file: &Path, write: impl AsyncFnOnce(&mut File) -> Result<(), Broken>) -> Result<(), Stop> {
    let unusable = |cause: io::Error| data_dir::unusable(file, &cause);
    let mut draft = tempfile::Builder::new()
        .prefix(".aicmo-audit-")
        .tempfile_in(directory_of(file))
        .map_err(unusable)?;
    write(draft.as_file_mut())
        .await
        .map_err(|broken| broken.stop(file))?;
    draft.as_file().sync_all().map_err(unusable)?;
    draft
        .persist_noclobber(file)
        .map_err(|refused| unusable(refused.error))?;
    Ok(())
}

/// Which side of an export broke.
enum Broken {
    Reading(OperationError),
    Writing(io::Error),
}

impl Broken {
    fn stop(&self, file: &Path) -> Stop {
        match self {
            Self::Reading(error) => failed(error),
            Self::Writing(cause) => data_dir::unusable(file, cause),
        }
    }
}

async fn write_all(download: &mut AuditDownload, out: &mut impl Write) -> Result<(), Broken> {
    while let Some(piece) = download.next().await.map_err(Broken::Reading)? {
        out.write_all(piece.as_bytes()).map_err(Broken::Writing)?;
    }
    out.flush().map_err(Broken::Writing)
}

#[cfg(test)]
mod tests {
    use aicmo_operations::Dependency;

    use super::*;

    fn gone() -> OperationError {
        OperationError::Unavailable(Dependency::Database, "the connection was reset".into())
    }

    #[test]
    fn a_database_that_went_away_is_absent_and_no_fatal_error() {
        assert_eq!(failed(&gone()).exit, Exit::DatabaseAbsent);
        let broken = OperationError::Internal("the audit trail", "a row without a hash".into());
        assert_eq!(failed(&broken).exit, Exit::Fatal);
    }

    #[tokio::test]
    async fn an_export_that_fails_leaves_nothing_and_the_next_one_is_not_refused() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("trail.ndjson");
        let failed = keep(&file, async |draft| {
            draft.write_all(b"half a tr").map_err(Broken::Writing)?;
            Err(Broken::Reading(gone()))
        });
        assert_eq!(failed.await.expect_err("it broke").exit, Exit::DatabaseAbsent);
        let left = std::fs::read_dir(dir.path()).expect("a directory").count();
        assert_eq!(left, 0, "neither a part nor a draft");
        let whole = async |draft: &mut File| draft.write_all(b"a trail").map_err(Broken::Writing);
        keep(&file, whole).await.expect("written");
        assert_eq!(std::fs::read(&file).expect("the file"), b"a trail");
        let again = keep(&file, whole).await.expect_err("never over another file");
        assert_eq!(again.exit, Exit::Configuration);
    }
}
