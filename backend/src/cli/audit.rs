//! `aicmo audit`: the trail verified and exported without a server, and an exported file verified
//! without a database.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use aicmo_operations::audit::{self, AuditDownload};
use aicmo_operations::{Clock as _, OperationError, Operator, SystemClock};
use aicmo_shared::audit::{AuditChainReport, AuditExport, AuditFilter, AuditFormat};
use aicmo_store::verify_audit_file;

use super::args::AuditCommand;
use super::output::{print_json, print_text};
use super::{block_on, local};
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
    Stop::fatal(format!("The audit trail could not be read: {error}."))
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

async fn export(mut download: AuditDownload, file: &PathBuf) -> Result<Exit, Stop> {
    if file.as_os_str() == "-" {
        write_all(&mut download, &mut io::stdout().lock(), file).await?;
        return Ok(Exit::Fine);
    }
    // Never over another one: an older export may be the only witness.
    let mut out = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .map_err(|cause| data_dir::unusable(file, &cause))?;
    write_all(&mut download, &mut out, file).await?;
    out.sync_all().map_err(|cause| data_dir::unusable(file, &cause))?;
    let told = match download.format {
        AuditFormat::Ndjson => format!("`aicmo audit verify --file {}` verifies it", file.display()),
        AuditFormat::Csv => "a table cannot be verified; export ndjson for that".to_owned(),
    };
    print_text(&format!("The audit trail is in {}; {told}.\n", file.display()))
}

async fn write_all(download: &mut AuditDownload, out: &mut impl Write, file: &Path) -> Result<(), Stop> {
    while let Some(piece) = download.next().await.map_err(|error| failed(&error))? {
        out.write_all(piece.as_bytes())
            .map_err(|cause| data_dir::unusable(file, &cause))?;
    }
    out.flush().map_err(|cause| data_dir::unusable(file, &cause))
}
