//! Audit rows as lines of the feed: campaigns, imports, leads and the process itself.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;

use aicmo_shared::activity::{ActivityEvent, ActivityKind, SubjectType};
use aicmo_shared::audit::AuditAction;
use aicmo_shared::campaign::CampaignStatus;
use aicmo_shared::diagnostics::CorruptRow;
use aicmo_shared::lead::{CampaignRef, LeadStatus};
use aicmo_shared::{CampaignId, ClosedEnum, JobId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect, QueryTrait};
use serde_json::Value;
use uuid::Uuid;

use super::{ActivityPosition, Line, Stream, WHAT, event, newest};
use crate::column::Row;
use crate::entity::{audit_log, import_batch};
use crate::error::StoreError;
use crate::repository::accounts::actors::ActorNames;
use crate::repository::jobs::{self, JobRecord};
use crate::repository::{CHUNK, campaigns, fetch, leads};
use crate::session::Session;

/// The names that the lines of a page speak of.
struct Names {
    campaigns: HashMap<CampaignId, CampaignRef>,
    imports: HashMap<Uuid, ImportName>,
    leads: HashMap<Uuid, String>,
    actors: ActorNames,
    jobs: HashMap<Uuid, JobName>,
}

/// What the feed says of a bulk change.
struct JobName {
    words: String,
    record: JobRecord,
}

#[derive(FromQueryResult)]
struct ImportName {
    id: Uuid,
    file_name: String,
    rows_new: i64,
    rows_merged: i64,
    rows_unchanged: i64,
    rows_suppressed: i64,
    rows_invalid: i64,
    error: Option<String>,
}

pub(super) async fn lines(
    session: &impl Session,
    kind: Option<ActivityKind>,
    after: Option<&ActivityPosition>,
    limit: u32,
) -> Result<Vec<Line>, StoreError> {
    let told = audit_log::Entity::find().filter(match kind {
        Some(kind) => audit_log::Column::ActivityKind.eq(kind.as_str()),
        // Word for word the predicate of the index.
        None => Expr::cust("activity_kind IS NOT NULL"),
    });
    let columns = (audit_log::Column::At, audit_log::Column::Id);
    let query = newest(told, Stream::Trail, columns, after, limit)?.into_query();
    let rows: Vec<_> = fetch::<audit_log::Model>(session, WHAT, "audit_log", &query)
        .await?
        .into_iter()
        .filter_map(Result::ok)
        .collect();
    let names = names(session, &rows).await?;
    Ok(rows
        .into_iter()
        .map(|row| Line {
            at: row.at,
            id: Stream::Trail.event_id(row.id),
            event: line_of(&row, &names),
        })
        .collect())
}

async fn names(session: &impl Session, rows: &[audit_log::Model]) -> Result<Names, StoreError> {
    let about = |subject: SubjectType| {
        rows.iter()
            .filter(move |row| row.subject_type == subject.as_str())
            .filter_map(|row| row.subject_id.as_deref()?.parse::<Uuid>().ok())
    };
    Ok(Names {
        campaigns: campaigns::names(session, about(SubjectType::Campaign).map(CampaignId::new)).await?,
        leads: leads::names(session, about(SubjectType::Lead)).await?,
        actors: ActorNames::read(session, rows.iter().map(|row| row.actor_id.as_str())).await?,
        imports: import_names(session, about(SubjectType::Import).collect()).await?,
        jobs: job_names(session, about(SubjectType::Job).collect()).await?,
    })
}

async fn import_names(
    session: &impl Session,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, ImportName>, StoreError> {
    use import_batch::Column;
    let mut named = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let rows = import_batch::Entity::find()
            .select_only()
            .columns([
                Column::Id,
                Column::FileName,
                Column::RowsNew,
                Column::RowsMerged,
                Column::RowsUnchanged,
                Column::RowsSuppressed,
                Column::RowsInvalid,
                Column::Error,
            ])
            .filter(Column::Id.is_in(chunk.iter().copied()))
            .into_model::<ImportName>()
            .all(session.connection())
            .await
            .map_err(StoreError::of(WHAT))?;
        named.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    Ok(named)
}

async fn job_names(session: &impl Session, ids: HashSet<Uuid>) -> Result<HashMap<Uuid, JobName>, StoreError> {
    let mut named = HashMap::with_capacity(ids.len());
    for id in ids {
        match jobs::get(session, JobId::new(id)).await {
            Ok(record) => {
                let words = record.change.describe().to_lowercase();
                named.insert(id, JobName { words, record });
            }
            // The integrity check names it; its line says less.
            Err(StoreError::NotFound(_) | StoreError::Corrupt(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(named)
}

fn line_of(row: &audit_log::Model, names: &Names) -> Result<ActivityEvent, CorruptRow> {
    let report = Row::new("audit_log", row.id);
    let action: AuditAction = report.closed("action", &row.action)?;
    let kind = report
        .closed_opt("activity_kind", row.activity_kind.as_deref())?
        .unwrap_or(ActivityKind::System);
    let subject_type: SubjectType = report.closed("subject_type", &row.subject_type)?;
    let id = row.subject_id.as_deref().and_then(|id| id.parse::<Uuid>().ok());
    let import = id.and_then(|id| names.imports.get(&id));
    let file = import.map_or("A file", |import| import.file_name.as_str());
    let campaign = id
        .and_then(|id| names.campaigns.get(&CampaignId::new(id)))
        .map_or("A campaign", |campaign| campaign.name.as_str());
    let lead = id
        .and_then(|id| names.leads.get(&id))
        .map_or("A lead", String::as_str);
    let job = id.and_then(|id| names.jobs.get(&id));
    let (title, detail) = match action {
        AuditAction::CampaignCreated => (format!("{campaign} was planned"), row.reason.clone()),
        AuditAction::CampaignStatusChanged => (
            campaign_step(campaign, status_in(&report, "after", row.after.as_deref())?),
            row.reason.clone(),
        ),
        AuditAction::LeadStatusChanged => {
            let from: Option<LeadStatus> = status_in(&report, "before", row.before.as_deref())?;
            let to: Option<LeadStatus> = status_in(&report, "after", row.after.as_deref())?;
            (lead_step(lead, from, to), row.reason.clone())
        }
        AuditAction::ImportCommitted => (format!("{file} was imported"), import.map(ImportName::counts)),
        AuditAction::ImportCancelled => (format!("The import of {file} was cancelled"), row.reason.clone()),
        AuditAction::ImportUndone => (format!("The import of {file} was undone"), row.reason.clone()),
        AuditAction::ImportFailed => (
            format!("The import of {file} failed"),
            import
                .and_then(|import| import.error.clone())
                .or_else(|| row.reason.clone()),
        ),
        AuditAction::JobCompleted => job_line("Leads were changed", job, JobName::counts),
        AuditAction::JobCancelled => job_line("A bulk change was stopped", job, JobName::counts),
        AuditAction::JobFailed => job_line("A bulk change failed", job, JobName::counts),
        AuditAction::JobUndone => job_line("A bulk change was undone", job, JobName::counts_of_undo),
        AuditAction::WentLive => (
            "The server turned from mock to live".to_owned(),
            row.reason.clone(),
        ),
        AuditAction::WorkspaceSetUp => ("The workspace was set up".to_owned(), row.reason.clone()),
        AuditAction::WebhookDisabled => ("A webhook was switched off".to_owned(), row.reason.clone()),
        AuditAction::BackupMade => ("A backup was made".to_owned(), row.reason.clone()),
        AuditAction::DataMoved => ("The data was moved here".to_owned(), row.reason.clone()),
        AuditAction::UserInvited
        | AuditAction::InvitationRevoked
        | AuditAction::UserCreated
        | AuditAction::UserEdited
        | AuditAction::UserPasswordChanged
        | AuditAction::UserSecondFactorChanged
        | AuditAction::UserPasskeyChanged
        | AuditAction::SessionStarted
        | AuditAction::SessionEnded
        | AuditAction::ApiKeyCreated
        | AuditAction::ApiKeyRevoked
        | AuditAction::WebhookCreated
        | AuditAction::WebhookEdited
        | AuditAction::WebhookSecretRotated
        | AuditAction::WebhookDeleted
        | AuditAction::WebhookTested
        | AuditAction::WebhookReplayed
        | AuditAction::AuditExported
        | AuditAction::LeadsExported
        | AuditAction::LeadCreated
        | AuditAction::LeadMerged
        | AuditAction::LeadTouched
        | AuditAction::LeadEdited
        | AuditAction::ImportUploaded
        | AuditAction::ImportMapped
        | AuditAction::ImportPreviewed
        | AuditAction::ImportCommitStarted
        | AuditAction::ImportChunkCommitted
        | AuditAction::ImportPaused
        | AuditAction::ImportResumed
        | AuditAction::ImportUndoStarted
        | AuditAction::ImportChunkUndone
        | AuditAction::JobStarted
        | AuditAction::JobChunkWritten
        | AuditAction::JobUndoStarted
        | AuditAction::JobChunkUndone
        | AuditAction::CountersRebuilt => (action.to_string(), row.reason.clone()),
    };
    let about = (subject_type, row.subject_id.clone());
    Ok(ActivityEvent {
        detail,
        actor: names.actors.of(row.actor_id.clone()),
        ..event(Stream::Trail.event_id(row.id), row.at, kind, title, about)
    })
}

fn job_line(what: &str, job: Option<&JobName>, detail: fn(&JobName) -> String) -> (String, Option<String>) {
    match job {
        Some(job) => (format!("{what}: {}", job.words), Some(detail(job))),
        None => (what.to_owned(), None),
    }
}

fn campaign_step(campaign: &str, to: Option<CampaignStatus>) -> String {
    match to {
        Some(CampaignStatus::Planned) => format!("{campaign} was planned"),
        Some(CampaignStatus::Active) => format!("{campaign} is active"),
        Some(CampaignStatus::Paused) => format!("{campaign} was paused"),
        Some(CampaignStatus::Completed) => format!("{campaign} was completed"),
        Some(CampaignStatus::Stopped) => format!("{campaign} was stopped"),
        None => format!("{campaign} changed its status"),
    }
}

fn lead_step(lead: &str, from: Option<LeadStatus>, to: Option<LeadStatus>) -> String {
    match (from, to) {
        (Some(from), Some(to)) => format!("{lead} went from {} to {}", from.label(), to.label()),
        (None, Some(to)) => format!("{lead} became {}", to.label()),
        _ => format!("{lead} changed its status"),
    }
}

/// The field `status` of what a change wrote down about itself, when it has one.
fn status_in<E: ClosedEnum>(report: &Row, column: &str, text: Option<&str>) -> Result<Option<E>, CorruptRow> {
    let fields: Option<Value> = report.json_opt(column, text)?;
    fields
        .as_ref()
        .and_then(|fields| fields.get("status"))
        .and_then(Value::as_str)
        .map(|status| report.closed(column, status))
        .transpose()
}

impl ImportName {
    fn counts(&self) -> String {
        counted([
            (self.rows_new, "new"),
            (self.rows_merged, "merged"),
            (self.rows_unchanged, "unchanged"),
            (self.rows_suppressed, "suppressed"),
            (self.rows_invalid, "invalid"),
        ])
    }
}

impl JobName {
    fn counts(&self) -> String {
        let job = &self.record;
        counted([
            (job.changed, "changed"),
            (job.unchanged, "unchanged"),
            (job.refused, "refused"),
        ])
    }

    fn counts_of_undo(&self) -> String {
        counted([(self.record.taken_back, "taken back"), (self.record.kept, "kept")])
    }
}

fn counted<N: Copy + Default + PartialOrd + Display>(
    counts: impl IntoIterator<Item = (N, &'static str)>,
) -> String {
    counts
        .into_iter()
        .filter(|(n, _)| *n > N::default())
        .map(|(n, word)| format!("{n} {word}"))
        .collect::<Vec<_>>()
        .join(", ")
}
