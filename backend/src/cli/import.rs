//! `aicmo import leads`: brings a file of leads in through the API of a running server.
//!
//! The same steps as in the console: upload, mapping, dry run, commit. What is told on the way goes to
//! standard error, and only to a terminal; the counts go to standard output.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use aicmo_client::{Client, ClientError};
use aicmo_shared::api::{CommitImport, GetFailedRows, GetImport, MapImport, NoQuery, PreviewImport};
use aicmo_shared::import::{Import, ImportColumn, ImportMapping, ImportState, RowVerdict, VerdictCounts};
use aicmo_shared::{CampaignId, ClosedEnum};

use super::args::ImportLeads;
use super::output::{print_json, print_text};
use super::remote::{client, refusal, save};
use super::{block_on, table};
use crate::process::{Exit, Stop};
use crate::settings::Settings;

/// How often a running commit is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

pub(super) fn leads(settings: &Settings, asked: &ImportLeads) -> Result<Exit, Stop> {
    let client = client(settings)?;
    block_on(run(settings, &client, asked))?
}

async fn run(settings: &Settings, client: &Client, asked: &ImportLeads) -> Result<Exit, Stop> {
    let refused = |error: ClientError| refusal(settings, error);
    let size = std::fs::metadata(&asked.file)
        .ok()
        .filter(std::fs::Metadata::is_file)
        .map(|file| file.len())
        .ok_or_else(|| Stop::new(Exit::Usage, format!("{} is no file.", asked.file.display())))?;
    let sent = move |bytes: u64| {
        show(&format!(
            "uploading, {} of {} KB",
            bytes / 1024,
            size.div_ceil(1024)
        ));
    };
    let campaign: Option<CampaignId> = asked.campaign;
    let uploaded = client
        .upload_import_file_watched(&asked.file, campaign, sent)
        .await;
    clear();
    let import = uploaded.map_err(refused)?;
    let id = import.id.to_string();
    let mapping = ImportMapping {
        columns: mapped(&import, &asked.map)?,
        campaign,
        accepts_without_identity: asked.accept_without_identity,
    };
    client
        .command::<MapImport>(&[&id], &mapping, None)
        .await
        .map_err(refused)?;
    show("dry run");
    let previewed = client.command::<PreviewImport>(&[&id], &(), None).await;
    clear();
    let mut import = previewed.map_err(refused)?;
    if let Some(path) = &asked.failed_rows {
        let rows = client.file::<GetFailedRows>(&[&id], &()).await.map_err(refused)?;
        save(rows, Some(path)).await.map_err(refused)??;
    }
    if !asked.dry_run {
        if import.counts.total == import.counts.invalid {
            return Err(Stop::new(
                Exit::Failed,
                format!("No row of {} can be used. Nothing was written.", import.file_name),
            ));
        }
        client
            .command::<CommitImport>(&[&id], &(), None)
            .await
            .map_err(refused)?;
        import = follow(client, &id).await.map_err(refused)?;
    }
    if asked.json {
        print_json(&import)?;
    } else {
        print_text(&summary(&import))?;
    }
    ended(&import)
}

/// The suggested mapping, with what `HEADER=COLUMN` says otherwise.
fn mapped(import: &Import, changes: &[String]) -> Result<Vec<ImportColumn>, Stop> {
    let headers = import
        .reading
        .as_ref()
        .map_or(&[][..], |reading| &reading.headers);
    let mut columns = import.mapping.clone();
    for change in changes {
        let (header, column) = change.rsplit_once('=').ok_or_else(|| {
            Stop::new(
                Exit::Usage,
                "--map must be followed by HEADER=COLUMN, such as \"Mail=email\".",
            )
        })?;
        let column = ImportColumn::parse(column).map_err(|_| {
            let known: Vec<&str> = ImportColumn::ALL.iter().map(|column| column.as_str()).collect();
            Stop::new(
                Exit::Usage,
                format!("{column} is no column. There are: {}.", known.join(", ")),
            )
        })?;
        let place = headers
            .iter()
            .position(|known| known == header)
            .or_else(|| {
                headers
                    .iter()
                    .position(|known| known.eq_ignore_ascii_case(header))
            })
            .ok_or_else(|| {
                Stop::new(
                    Exit::Usage,
                    format!("The file has no header {header}. It has: {}.", headers.join(", ")),
                )
            })?;
        if let Some(slot) = columns.get_mut(place) {
            *slot = column;
        }
    }
    Ok(columns)
}

/// Waits until the commit stands still, and tells how far it is.
async fn follow(client: &Client, id: &str) -> Result<Import, ClientError> {
    let begun = Instant::now();
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    loop {
        ticks.tick().await;
        let import = client.read::<GetImport>(&[id], &NoQuery {}).await?.into_data();
        if import.state != ImportState::Committing {
            clear();
            return Ok(import);
        }
        show(&progress(import.committed, import.counts.total, begun.elapsed()));
    }
}

/// `500 of 2000 rows, 1000 per second, about 2 s left`.
fn progress(done: u64, total: u64, since: Duration) -> String {
    let mut text = format!("{done} of {total} rows");
    let millis = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    let rate = (done * 1_000).checked_div(millis).unwrap_or_default();
    if let Some(left) = total.saturating_sub(done).checked_div(rate) {
        let _ = write!(text, ", {rate} per second, about {left} s left");
    }
    text
}

fn summary(import: &Import) -> String {
    let rows: Vec<Vec<String>> = RowVerdict::ALL
        .iter()
        .map(|verdict| {
            vec![
                verdict.to_string(),
                count(&import.counts, *verdict).to_string(),
                verdict.meaning().to_owned(),
            ]
        })
        .collect();
    let standing = match import.state {
        ImportState::Previewed => "dry run; nothing was written".to_owned(),
        ImportState::Committed => format!("{} rows are settled", import.committed),
        state => format!(
            "{state} after {} of {} rows",
            import.committed, import.counts.total
        ),
    };
    format!(
        "file     {}\nimport   {}\nstate    {standing}\n\n{}",
        import.file_name,
        import.id,
        table::draw(&["verdict", "rows", "means"], &rows)
    )
}

const fn count(counts: &VerdictCounts, verdict: RowVerdict) -> u64 {
    match verdict {
        RowVerdict::New => counts.new,
        RowVerdict::Merged => counts.merged,
        RowVerdict::Unchanged => counts.unchanged,
        RowVerdict::Suppressed => counts.suppressed,
        RowVerdict::Invalid => counts.invalid,
    }
}

fn ended(import: &Import) -> Result<Exit, Stop> {
    match import.state {
        ImportState::Previewed | ImportState::Committed => Ok(Exit::Fine),
        state => Err(Stop::new(
            Exit::Failed,
            import.error.clone().unwrap_or_else(|| {
                format!("The import stands still: {state}. What was written stays written.")
            }),
        )),
    }
}

/// Writes over the last line of a terminal; says nothing where nobody watches.
fn show(text: &str) {
    if std::io::stderr().is_terminal() {
        eprint!("\r\u{1b}[2K{text}");
    }
}

fn clear() {
    show("");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_says_the_pace_once_there_is_one() {
        assert_eq!(progress(0, 10, Duration::ZERO), "0 of 10 rows");
        assert_eq!(
            progress(500, 2_000, Duration::from_millis(500)),
            "500 of 2000 rows, 1000 per second, about 1 s left"
        );
    }
}
