//! Leads as a file: any view, in its order, as a table or as lines of JSON.
//!
//! It streams: the size of the file does not show in memory, and the first piece leaves before a lead
//! was read. Its audit row is written before that. A lead that changes its place meanwhile may be
//! missing or there twice, as in any list that is walked page by page. The names of the columns are
//! those that the import knows, so a table can come in again.

use aicmo_shared::Timestamp;
use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::lead::{ConsentStatus, LeadExport, LeadFileFormat, LeadFilter, LeadSort};
use aicmo_shared::status::ServiceName;
use aicmo_store::leads::{LeadPosition, LeadRecord};
use aicmo_store::{AuditEntry, Store, campaigns, leads};
use serde_json::{Map, Value, json};

use crate::context::{Operations, Operator};
use crate::error::OperationError;
use crate::leads::with_normal_email;
use crate::sheet;

/// Leads that are read with one statement.
const PAGE: u32 = 1_000;

/// The columns, each with what it takes from a lead and the name of its campaign.
type Take = fn(&LeadRecord, Option<&str>) -> Value;

const COLUMNS: &[(&str, Take)] = &[
    ("name", |lead, _| json!(lead.name)),
    ("email", |lead, _| json!(lead.email)),
    ("phone", |lead, _| json!(lead.phone)),
    ("linkedin_url", |lead, _| json!(lead.linkedin_url)),
    ("company", |lead, _| json!(lead.company)),
    ("title", |lead, _| json!(lead.title)),
    ("website", |lead, _| json!(lead.website)),
    ("industry", |lead, _| json!(lead.industry)),
    ("location", |lead, _| json!(lead.location)),
    ("owner", |lead, _| json!(lead.owner)),
    ("tags", |lead, _| json!(lead.tags)),
    ("notes", |lead, _| json!(lead.notes)),
    ("opt_out", |lead, _| {
        json!(lead.consent_status == ConsentStatus::Dnc)
    }),
    // The import takes the status of another tool for a tag; ours stays where it is.
    ("aicmo_status", |lead, _| json!(lead.status)),
    ("lost_reason", |lead, _| json!(lead.lost_reason)),
    ("grade", |lead, _| json!(lead.grade)),
    ("tier", |lead, _| json!(lead.tier)),
    ("lead_score", |lead, _| json!(lead.lead_score)),
    ("intent_score", |lead, _| json!(lead.intent_score)),
    ("consent_status", |lead, _| json!(lead.consent_status)),
    ("requires_human_review", |lead, _| {
        json!(lead.requires_human_review)
    }),
    ("campaign", |_, campaign| json!(campaign)),
    ("source", |lead, _| json!(lead.source)),
    ("source_channel", |lead, _| json!(lead.source_channel)),
    ("created_at", |lead, _| json!(lead.created_at)),
    ("last_touch_at", |lead, _| json!(lead.last_touch_at)),
    ("next_action_at", |lead, _| json!(lead.next_action_at)),
    ("lead_id", |lead, _| json!(lead.id)),
    // Mock data is never exported; whoever gets the file need not know that.
    ("is_mock", |_, _| json!(false)),
];

/// Begins an export: writes its audit row and answers what then yields the file piece by piece.
///
/// # Errors
/// `MockMode`; `Unavailable`.
pub async fn export_leads(
    ops: &Operations,
    operator: &Operator,
    asked: LeadExport,
) -> Result<LeadDownload, OperationError> {
    let store = ops.live(Some(ServiceName::Leads))?;
    let now = ops.now();
    let sort = asked.sort.unwrap_or(LeadSort::Priority);
    let tx = store.begin_write().await?;
    let committed = tx.commit(AuditEntry {
        actor: operator.actor.clone(),
        action: AuditAction::LeadsExported,
        subject_type: SubjectType::Lead,
        subject_id: None,
        campaign: asked.filter.campaign,
        before: None,
        after: Some(json!({ "format": asked.format, "sort": sort, "filter": conditions(&asked.filter) })),
        reason: None,
        request_id: operator.request_id.clone(),
        at: now,
    });
    let committed = committed.await.map_err(OperationError::from);
    ops.wrote(&committed);
    committed?;
    Ok(LeadDownload {
        name: file_name(now, asked.format),
        format: asked.format,
        filter: with_normal_email(asked.filter),
        sort,
        store,
        stage: Stage::Head,
    })
}

/// The conditions that were set, as the trail may show them: what was searched for may be a person.
pub(crate) fn conditions(filter: &LeadFilter) -> Value {
    let mut conditions = match json!(filter) {
        Value::Object(conditions) => conditions,
        _ => Map::new(),
    };
    conditions.retain(|_, value| !value.is_null());
    for personal in ["email", "text"] {
        if let Some(value) = conditions.get_mut(personal) {
            *value = json!("not kept");
        }
    }
    Value::Object(conditions)
}

fn file_name(now: Timestamp, format: LeadFileFormat) -> String {
    format!("leads-{}.{format}", now.to_string().replace(':', ""))
}

/// An export on its way out.
pub struct LeadDownload {
    /// What a browser shall call the file.
    pub name: String,
    format: LeadFileFormat,
    filter: LeadFilter,
    sort: LeadSort,
    store: Store,
    stage: Stage,
}

enum Stage {
    Head,
    /// Leads behind this place.
    Rows(Option<LeadPosition>),
    Done,
}

impl LeadDownload {
    /// The type of the file.
    pub const fn media_type(&self) -> &'static str {
        match self.format {
            LeadFileFormat::Ndjson => "application/x-ndjson",
            LeadFileFormat::Csv => "text/csv; charset=utf-8; header=present",
        }
    }

    /// The next piece; `None` behind the last.
    ///
    /// # Errors
    /// `Unavailable` when the database goes away meanwhile; the file then lacks its end.
    pub async fn next(&mut self) -> Result<Option<String>, OperationError> {
        match (std::mem::replace(&mut self.stage, Stage::Done), self.format) {
            (Stage::Head, LeadFileFormat::Csv) => {
                // Without the mark a spreadsheet guesses another encoding and spoils every accent.
                let mut text = "\u{feff}".to_owned();
                sheet::push_line(&mut text, COLUMNS.iter().map(|(name, _)| *name));
                self.stage = Stage::Rows(None);
                Ok(Some(text))
            }
            (Stage::Head, LeadFileFormat::Ndjson) => self.rows(None).await,
            (Stage::Rows(after), _) => self.rows(after).await,
            (Stage::Done, _) => Ok(None),
        }
    }

    async fn rows(&mut self, after: Option<LeadPosition>) -> Result<Option<String>, OperationError> {
        let reader = self.store.reader();
        let page = leads::records_in_order(&reader, &self.filter, self.sort, after.as_ref(), PAGE).await?;
        if let Some(corrupt) = page.corrupt.first() {
            tracing::warn!(
                row = corrupt.id,
                n_corrupt = page.corrupt.len(),
                "corrupt rows were left out of an export of leads: see Diagnostics"
            );
        }
        let named = campaigns::names(&reader, page.rows.iter().filter_map(|lead| lead.campaign)).await?;
        let mut text = String::new();
        for lead in &page.rows {
            let campaign = lead.campaign.and_then(|id| named.get(&id));
            let campaign = campaign.map(|campaign| campaign.name.as_str());
            match self.format {
                LeadFileFormat::Csv => push_line(&mut text, lead, campaign),
                LeadFileFormat::Ndjson => push_object(&mut text, lead, campaign),
            }
        }
        if page.next.is_some() {
            self.stage = Stage::Rows(page.next);
        }
        // A page of corrupt rows is empty and not the end.
        Ok((!text.is_empty() || !matches!(self.stage, Stage::Done)).then_some(text))
    }
}

fn push_line(into: &mut String, lead: &LeadRecord, campaign: Option<&str>) {
    let cells: Vec<String> = COLUMNS
        .iter()
        .map(|(_, take)| cell(take(lead, campaign)))
        .collect();
    sheet::push_line(into, cells.iter().map(String::as_str));
}

/// A value as a cell: a list is separated by semicolons, as the import takes tags.
fn cell(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        Value::Array(values) => values.into_iter().map(cell).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

fn push_object(into: &mut String, lead: &LeadRecord, campaign: Option<&str>) {
    let object: Map<String, Value> = COLUMNS
        .iter()
        .map(|(name, take)| ((*name).to_owned(), take(lead, campaign)))
        .collect();
    into.push_str(&Value::Object(object).to_string());
    into.push('\n');
}
