//! Builders of what this surface only reads: attempts, approvals and tasks. They write past the
//! store, which has no way to.

use aicmo_shared::approval::{ApprovalState, ApprovalSubject};
use aicmo_shared::outreach::{AttemptStatus, Channel, DeliveryMode, FailureReason};
use aicmo_shared::task::{TaskStatus, TaskType};
use aicmo_shared::{ApprovalId, AttemptId, CampaignId, LeadId, TaskId, Timestamp};
use aicmo_store::new_id;
use sea_orm::Value;

use crate::builders::{NOON, a_campaign, a_lead};
use crate::database::TestDatabase;

/// A pending live e-mail, scheduled at noon, to a lead and in a campaign of its own.
pub fn an_attempt() -> AttemptBuilder {
    AttemptBuilder {
        id: AttemptId::new(new_id(NOON)),
        lead: None,
        campaign: None,
        channel: Channel::Email,
        mode: DeliveryMode::Live,
        status: AttemptStatus::Pending,
        failure: None,
        finished_at: None,
    }
}

/// An attempt to be.
#[derive(Clone, Debug)]
#[must_use]
pub struct AttemptBuilder {
    id: AttemptId,
    lead: Option<LeadId>,
    campaign: Option<CampaignId>,
    channel: Channel,
    mode: DeliveryMode,
    status: AttemptStatus,
    failure: Option<FailureReason>,
    finished_at: Option<Timestamp>,
}

impl AttemptBuilder {
    pub fn to(mut self, lead: LeadId) -> Self {
        self.lead = Some(lead);
        self
    }

    pub fn in_campaign(mut self, campaign: CampaignId) -> Self {
        self.campaign = Some(campaign);
        self
    }

    pub fn by(mut self, channel: Channel) -> Self {
        self.channel = channel;
        self
    }

    pub fn rehearsed(mut self) -> Self {
        self.mode = DeliveryMode::DryRun;
        self
    }

    /// Ends it in `status` at `at`.
    pub fn finished(mut self, status: AttemptStatus, at: Timestamp) -> Self {
        self.status = status;
        self.finished_at = Some(at);
        self
    }

    pub fn because(mut self, failure: FailureReason) -> Self {
        self.failure = Some(failure);
        self
    }

    /// Writes it, with its lead and campaign when it has none.
    pub async fn insert(self, db: &TestDatabase) -> AttemptId {
        let lead = match self.lead {
            Some(lead) => lead,
            None => a_lead().insert(db).await.id,
        };
        let campaign = match self.campaign {
            Some(campaign) => campaign,
            None => a_campaign().insert(db).await.id,
        };
        let message = (self.status == AttemptStatus::Sent).then(|| format!("message-{}", self.id));
        let row: [(&str, Value); 16] = [
            ("id", self.id.get().into()),
            ("version", 1_i64.into()),
            ("lead_id", lead.get().into()),
            ("campaign_id", campaign.get().into()),
            ("step_no", 1_i64.into()),
            ("channel", self.channel.as_str().into()),
            ("delivery_mode", self.mode.as_str().into()),
            ("status", self.status.as_str().into()),
            ("idempotency_key", self.id.to_string().into()),
            ("scheduled_at", NOON.as_millis().into()),
            ("try_count", 0_i64.into()),
            ("max_tries", 3_i64.into()),
            ("provider_message_id", message.into()),
            (
                "failure_reason",
                self.failure.map(|reason| reason.to_string()).into(),
            ),
            ("finished_at", self.finished_at.map(Timestamp::as_millis).into()),
            ("created_at", NOON.as_millis().into()),
        ];
        put(db, "outbound_attempts", row).await;
        self.id
    }
}

/// A pending approval of a message, asked for at noon and to be decided three days later.
pub fn an_approval() -> ApprovalBuilder {
    let id = ApprovalId::new(new_id(NOON));
    ApprovalBuilder {
        id,
        subject: ApprovalSubject::Message,
        title: "Intro to Ada".to_owned(),
        state: ApprovalState::Pending,
        requested_at: NOON,
        decide_by: NOON.plus_millis(3 * 24 * 60 * 60 * 1000),
        closed_at: None,
    }
}

/// An approval to be.
#[derive(Clone, Debug)]
#[must_use]
pub struct ApprovalBuilder {
    id: ApprovalId,
    subject: ApprovalSubject,
    title: String,
    state: ApprovalState,
    requested_at: Timestamp,
    decide_by: Timestamp,
    closed_at: Option<Timestamp>,
}

impl ApprovalBuilder {
    pub fn of(mut self, subject: ApprovalSubject) -> Self {
        self.subject = subject;
        self
    }

    pub fn titled(mut self, title: &str) -> Self {
        title.clone_into(&mut self.title);
        self
    }

    pub fn requested_at(mut self, at: Timestamp) -> Self {
        self.requested_at = at;
        self
    }

    pub fn decide_by(mut self, at: Timestamp) -> Self {
        self.decide_by = at;
        self
    }

    /// Closes it in `state` at `at`.
    pub fn closed(mut self, state: ApprovalState, at: Timestamp) -> Self {
        self.state = state;
        self.closed_at = Some(at);
        self
    }

    /// Writes it.
    pub async fn insert(self, db: &TestDatabase) -> ApprovalId {
        let row: [(&str, Value); 14] = [
            ("id", self.id.get().into()),
            ("version", 1_i64.into()),
            ("subject_type", self.subject.as_str().into()),
            ("subject_id", self.id.to_string().into()),
            ("subject_version", 1_i64.into()),
            ("content_hash", self.id.to_string().into()),
            ("title", self.title.into()),
            ("state", self.state.as_str().into()),
            ("required_count", 1_i64.into()),
            ("requested_by", "operator".into()),
            ("decide_by_at", self.decide_by.as_millis().into()),
            ("closed_at", self.closed_at.map(Timestamp::as_millis).into()),
            ("closed_by", self.closed_at.map(|_| "approver".to_owned()).into()),
            ("created_at", self.requested_at.as_millis().into()),
        ];
        put(db, "approvals", row).await;
        self.id
    }
}

/// A pending manual task that is due at noon.
pub fn a_task() -> TaskBuilder {
    TaskBuilder {
        id: TaskId::new(new_id(NOON)),
        campaign: None,
        task_type: TaskType::Manual,
        title: "Call Ada".to_owned(),
        status: TaskStatus::Pending,
        due_at: NOON,
    }
}

/// A task to be.
#[derive(Clone, Debug)]
#[must_use]
pub struct TaskBuilder {
    id: TaskId,
    campaign: Option<CampaignId>,
    task_type: TaskType,
    title: String,
    status: TaskStatus,
    due_at: Timestamp,
}

impl TaskBuilder {
    pub fn titled(mut self, title: &str) -> Self {
        title.clone_into(&mut self.title);
        self
    }

    pub fn in_campaign(mut self, campaign: CampaignId) -> Self {
        self.campaign = Some(campaign);
        self
    }

    pub fn of(mut self, task_type: TaskType) -> Self {
        self.task_type = task_type;
        self
    }

    pub fn with_status(mut self, status: TaskStatus) -> Self {
        self.status = status;
        self
    }

    pub fn due_at(mut self, at: Timestamp) -> Self {
        self.due_at = at;
        self
    }

    /// Writes it.
    pub async fn insert(self, db: &TestDatabase) -> TaskId {
        let row: [(&str, Value); 8] = [
            ("id", self.id.get().into()),
            ("version", 1_i64.into()),
            ("campaign_id", self.campaign.map(CampaignId::get).into()),
            ("task_type", self.task_type.as_str().into()),
            ("due_at", self.due_at.as_millis().into()),
            ("title", self.title.into()),
            ("status", self.status.as_str().into()),
            ("created_at", NOON.as_millis().into()),
        ];
        put(db, "operator_tasks", row).await;
        self.id
    }
}

/// Writes one row; `updated_at` is noon.
async fn put<const N: usize>(db: &TestDatabase, table: &str, row: [(&str, Value); N]) {
    let columns: Vec<&str> = row.iter().map(|(column, _)| *column).collect();
    let places: Vec<String> = (1..=row.len()).map(|place| format!("${place}")).collect();
    let sql = format!(
        "INSERT INTO {table} ({}, updated_at) VALUES ({}, {})",
        columns.join(", "),
        places.join(", "),
        NOON.as_millis()
    );
    let values = row.into_iter().map(|(_, value)| value).collect();
    db.execute(&sql, values).await;
}
