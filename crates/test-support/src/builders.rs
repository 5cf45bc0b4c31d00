//! Builders of leads and campaigns: a test spells only what it is about.
//!
//! They go through the store, so counters and audit chain stay whole; their audit rows carry a
//! request id of their own and an action that no feed shows.

use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::{ActorType, AuditAction};
use aicmo_shared::campaign::{CampaignMode, CampaignObjective, CampaignStatus};
use aicmo_shared::lead::{ConsentStatus, LeadGrade, LeadSource, LeadStatus};
use aicmo_shared::{CampaignId, LeadId, Timestamp};
use aicmo_store::campaigns::CampaignRecord;
use aicmo_store::leads::LeadRecord;
use aicmo_store::{Actor, AuditEntry, campaigns, leads, new_id};

use crate::database::TestDatabase;

/// 2026-01-15T12:00:00Z, when builders make what they make.
pub const NOON: Timestamp = Timestamp::from_millis(1_768_478_400_000);

/// The request id of audit rows that builders leave.
pub(crate) const BUILDER: &str = "test-builder";

pub(crate) fn entry() -> AuditEntry {
    AuditEntry {
        actor: Actor {
            kind: ActorType::System,
            id: BUILDER.to_owned(),
        },
        action: AuditAction::CountersRebuilt,
        subject_type: SubjectType::System,
        subject_id: None,
        campaign: None,
        before: None,
        after: None,
        reason: None,
        request_id: BUILDER.to_owned(),
        at: NOON,
    }
}

/// A lead called Ada Lovelace, entered by hand at noon, of whom nothing else is known.
pub fn a_lead() -> LeadBuilder {
    let id = LeadId::new(new_id(NOON));
    LeadBuilder {
        record: LeadRecord::new(id, "Ada Lovelace", LeadSource::Manual, NOON),
    }
}

/// A lead to be.
#[derive(Clone, Debug)]
#[must_use]
pub struct LeadBuilder {
    record: LeadRecord,
}

impl LeadBuilder {
    pub fn named(self, name: &str) -> Self {
        self.with(|lead| name.clone_into(&mut lead.name))
    }

    pub fn with_email(self, email: &str) -> Self {
        self.with(|lead| lead.email = Some(email.to_owned()))
    }

    pub fn with_status(self, status: LeadStatus) -> Self {
        self.with(|lead| lead.status = status)
    }

    pub fn with_grade(self, grade: LeadGrade) -> Self {
        self.with(|lead| lead.grade = Some(grade))
    }

    pub fn with_consent(self, consent: ConsentStatus) -> Self {
        self.with(|lead| lead.consent_status = consent)
    }

    pub fn from(self, source: LeadSource) -> Self {
        self.with(|lead| lead.source = source)
    }

    pub fn flagged(self) -> Self {
        self.with(|lead| lead.requires_human_review = true)
    }

    pub fn in_campaign(self, campaign: CampaignId) -> Self {
        self.with(|lead| lead.campaign = Some(campaign))
    }

    pub fn created_at(self, at: Timestamp) -> Self {
        self.with(|lead| {
            lead.created_at = at;
            lead.updated_at = at;
            lead.first_touch_at = at;
            lead.last_touch_at = at;
        })
    }

    /// Changes anything else.
    pub fn with(mut self, change: impl FnOnce(&mut LeadRecord)) -> Self {
        change(&mut self.record);
        self
    }

    /// The record, not written anywhere.
    pub fn build(self) -> LeadRecord {
        self.record
    }

    /// Writes it.
    pub async fn insert(self, db: &TestDatabase) -> LeadRecord {
        let tx = db.store().begin_write().await.expect("a transaction");
        leads::insert(&tx, std::slice::from_ref(&self.record))
            .await
            .expect("insert a lead");
        tx.commit(entry()).await.expect("commit a lead");
        self.record
    }
}

/// A planned campaign in simulation with a name of its own.
pub fn a_campaign() -> CampaignBuilder {
    let id = CampaignId::new(new_id(NOON));
    CampaignBuilder {
        record: CampaignRecord {
            id,
            version: 1,
            name: format!("Campaign {}", id.get().simple()),
            client: None,
            objective: CampaignObjective::LeadGeneration,
            description: None,
            status: CampaignStatus::Planned,
            status_reason: None,
            mode: CampaignMode::Simulation,
            kill_switch: false,
            time_zone: "UTC".to_owned(),
            start_on: None,
            end_on: None,
            created_at: NOON,
            updated_at: NOON,
        },
    }
}

/// A campaign to be.
#[derive(Clone, Debug)]
#[must_use]
pub struct CampaignBuilder {
    record: CampaignRecord,
}

impl CampaignBuilder {
    pub fn named(self, name: &str) -> Self {
        self.with(|campaign| name.clone_into(&mut campaign.name))
    }

    pub fn with_status(self, status: CampaignStatus) -> Self {
        self.with(|campaign| campaign.status = status)
    }

    /// Changes anything else.
    pub fn with(mut self, change: impl FnOnce(&mut CampaignRecord)) -> Self {
        change(&mut self.record);
        self
    }

    /// The record, not written anywhere.
    pub fn build(self) -> CampaignRecord {
        self.record
    }

    /// Writes it.
    pub async fn insert(self, db: &TestDatabase) -> CampaignRecord {
        let tx = db.store().begin_write().await.expect("a transaction");
        campaigns::insert(&tx, &self.record)
            .await
            .expect("insert a campaign");
        tx.commit(entry()).await.expect("commit a campaign");
        self.record
    }
}
