//! A lead's way into its table and out of it.

use aicmo_shared::diagnostics::CorruptRow;
use aicmo_shared::{CampaignId, LeadId, Timestamp};

use super::LeadRecord;
use crate::column::Row;
use crate::counter_keys::urgency;
use crate::entity::lead;
use crate::text::norm;

/// The record in a row, or what is wrong with the row.
pub(crate) fn record_of(model: lead::Model) -> Result<LeadRecord, CorruptRow> {
    let row = Row::new("leads", model.id);
    let at = |millis: Option<i64>| millis.map(Timestamp::from_millis);
    Ok(LeadRecord {
        id: LeadId::new(model.id),
        version: model.version,
        campaign: model.campaign_id.map(CampaignId::new),
        company_size: row.closed_opt("company_size", model.company_size.as_deref())?,
        source: row.closed("source", &model.source)?,
        status: row.closed("status", &model.status)?,
        lost_reason: row.closed_opt("lost_reason", model.lost_reason.as_deref())?,
        review_type: row.closed_opt("review_type", model.review_type.as_deref())?,
        consent_status: row.closed("consent_status", &model.consent_status)?,
        consent_origin: row.closed_opt("consent_origin", model.consent_origin.as_deref())?,
        tier: row.closed_opt("tier", model.tier.as_deref())?,
        grade: row.closed_opt("grade", model.grade.as_deref())?,
        tags: row.json("tags", &model.tags)?,
        name: model.name,
        name_derived: model.name_derived,
        first_name: model.first_name,
        last_name: model.last_name,
        company: model.company,
        title: model.title,
        email: model.email,
        phone: model.phone,
        phone_e164: model.phone_e164,
        linkedin_url: model.linkedin_url,
        website: model.website,
        industry: model.industry,
        location: model.location,
        source_channel: model.source_channel,
        source_ref: model.source_ref,
        requires_human_review: model.requires_human_review,
        review_reason: model.review_reason,
        consent_at: at(model.consent_at),
        lead_score: model.lead_score,
        score_coverage: model.score_coverage,
        intent_score: model.intent_score,
        grade_reason: model.grade_reason,
        conversion_probability: model.conversion_probability,
        owner: model.owner,
        notes: model.notes,
        first_touch_at: Timestamp::from_millis(model.first_touch_at),
        last_touch_at: Timestamp::from_millis(model.last_touch_at),
        last_contacted_at: at(model.last_contacted_at),
        last_replied_at: at(model.last_replied_at),
        next_action_at: at(model.next_action_at),
        created_at: Timestamp::from_millis(model.created_at),
        updated_at: Timestamp::from_millis(model.updated_at),
    })
}

/// The row of a record, with what follows from it: search texts and urgency.
pub(crate) fn model_of(lead: &LeadRecord) -> lead::Model {
    let at = |time: Option<Timestamp>| time.map(Timestamp::as_millis);
    lead::Model {
        id: lead.id.get(),
        version: lead.version,
        campaign_id: lead.campaign.map(CampaignId::get),
        name: lead.name.clone(),
        name_norm: norm(&lead.name),
        name_derived: lead.name_derived,
        first_name: lead.first_name.clone(),
        last_name: lead.last_name.clone(),
        company: lead.company.clone(),
        title: lead.title.clone(),
        email: lead.email.clone(),
        email_norm: lead.email.as_deref().map(norm),
        phone: lead.phone.clone(),
        phone_e164: lead.phone_e164.clone(),
        linkedin_url: lead.linkedin_url.clone(),
        website: lead.website.clone(),
        company_size: lead.company_size.map(|value| value.to_string()),
        industry: lead.industry.clone(),
        location: lead.location.clone(),
        source: lead.source.to_string(),
        source_channel: lead.source_channel.clone(),
        source_ref: lead.source_ref.clone(),
        status: lead.status.to_string(),
        lost_reason: lead.lost_reason.map(|value| value.to_string()),
        requires_human_review: lead.requires_human_review,
        review_type: lead.review_type.map(|value| value.to_string()),
        review_reason: lead.review_reason.clone(),
        consent_status: lead.consent_status.to_string(),
        consent_at: at(lead.consent_at),
        consent_origin: lead.consent_origin.map(|value| value.to_string()),
        lead_score: lead.lead_score,
        score_coverage: lead.score_coverage,
        tier: lead.tier.map(|value| value.to_string()),
        intent_score: lead.intent_score,
        grade: lead.grade.map(|value| value.to_string()),
        grade_reason: lead.grade_reason.clone(),
        conversion_probability: lead.conversion_probability,
        urgency: urgency(lead),
        tags: serde_json::json!(lead.tags).to_string(),
        owner: lead.owner.clone(),
        notes: lead.notes.clone(),
        first_touch_at: lead.first_touch_at.as_millis(),
        last_touch_at: lead.last_touch_at.as_millis(),
        last_contacted_at: at(lead.last_contacted_at),
        last_replied_at: at(lead.last_replied_at),
        next_action_at: at(lead.next_action_at),
        created_at: lead.created_at.as_millis(),
        updated_at: lead.updated_at.as_millis(),
    }
}
