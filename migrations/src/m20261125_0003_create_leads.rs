//! Leads, with an index for every filter of their list and the views behind the figures.

use sea_orm_migration::prelude::*;

use crate::columns::{
    Values, at, at_null, closed, closed_null, corrupt_index, create, drop_tables, flag, foreign_key, id,
    index, number, partial_index, ratio_null, reference_null, sorted_text, text, text_null,
};

const STATUSES: Values = &[
    "NEW",
    "ENRICHED",
    "CONTACTED",
    "REPLIED",
    "QUALIFIED",
    "ROUTED",
    "MANUAL_REVIEW",
    "LOST",
];
const SOURCES: Values = &["other", "csv", "apollo", "manual"];
const GRADES: Values = &["A", "B", "C", "D"];
const TIERS: Values = &["HOT", "WARM", "COOL", "COLD"];
const LOST_REASONS: Values = &[
    "low_icp_fit",
    "invalid_email",
    "spam_bot",
    "role_account",
    "competitor",
    "free_mail",
    "negative_reply",
    "unsubscribed",
    "bounced",
    "sequence_exhausted",
    "operator_skip",
    "operator_reject",
    "duplicate",
    "other",
];
const COMPANY_SIZES: Values = &["startup", "small", "medium", "enterprise"];
const CONSENTS: Values = &["UNKNOWN", "CONSENTED", "DNC"];
const CONSENT_ORIGINS: Values = &["import", "form", "reply", "operator", "provider", "erasure"];
const REVIEW_TYPES: Values = &["MESSAGE", "PROPOSAL", "PRICING", "IDENTITY", "OTHER"];

/// The lead waits for a person.
const TRIAGE: &str = "status IN ('NEW', 'MANUAL_REVIEW') OR requires_human_review";
/// The lead shows intent to buy.
const INTENT: &str = "status <> 'LOST' AND (grade = 'A' OR intent_score >= 0.5)";
const UNGRADED: &str = "grade IS NULL";

/// Columns that the list is filtered by. Each has an index for each order but that by name: a
/// name stands anywhere in an index, so every further one would cost each new lead a page.
const FILTERS: [&str; 4] = ["status", "source", "consent_status", "requires_human_review"];
/// The same for columns that may be null; rows without a value are left out.
const NULLABLE_FILTERS: [(&str, &str); 2] = [
    ("grade", "grade IS NOT NULL"),
    ("campaign_id", "campaign_id IS NOT NULL"),
];
/// The same for filters that are more than one column.
const VIEWS: [(&str, &str); 3] = [("triage", TRIAGE), ("intent", INTENT), ("ungraded", UNGRADED)];
/// What the list is ordered by behind its filter: urgency, age, last touch.
const ORDERS: [&[&str]; 3] = [&["urgency", "id"], &["id"], &["last_touch_at", "id"]];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, table(manager), indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["leads"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn table(manager: &SchemaManager<'_>) -> TableCreateStatement {
    Table::create()
        .table("leads")
        .col(id())
        .col(number("version"))
        .col(reference_null("campaign_id"))
        .col(text("name"))
        .col(sorted_text(manager, "name_norm"))
        .col(flag("name_derived", false))
        .col(text_null("first_name"))
        .col(text_null("last_name"))
        .col(text_null("company"))
        .col(text_null("title"))
        .col(text_null("email"))
        .col(text_null("email_norm"))
        .col(text_null("phone"))
        .col(text_null("phone_e164"))
        .col(text_null("linkedin_url"))
        .col(text_null("website"))
        .col(closed_null("company_size", COMPANY_SIZES))
        .col(text_null("industry"))
        .col(text_null("location"))
        .col(closed("source", SOURCES))
        .col(text_null("source_channel"))
        .col(text_null("source_ref"))
        .col(closed("status", STATUSES))
        .col(closed_null("lost_reason", LOST_REASONS))
        .col(flag("requires_human_review", false))
        .col(closed_null("review_type", REVIEW_TYPES))
        .col(text_null("review_reason"))
        .col(closed("consent_status", CONSENTS))
        .col(at_null("consent_at"))
        .col(closed_null("consent_origin", CONSENT_ORIGINS))
        .col(ratio_null("lead_score"))
        .col(ratio_null("score_coverage"))
        .col(closed_null("tier", TIERS))
        .col(ratio_null("intent_score"))
        .col(closed_null("grade", GRADES))
        .col(text_null("grade_reason"))
        .col(ratio_null("conversion_probability"))
        // Follows from review flag, grade and conversion probability; higher is more urgent.
        .col(number("urgency"))
        .col(text("tags"))
        .col(text_null("owner"))
        .col(text_null("notes"))
        .col(at("first_touch_at"))
        .col(at("last_touch_at"))
        .col(at_null("last_contacted_at"))
        .col(at_null("last_replied_at"))
        .col(at_null("next_action_at"))
        .col(at("created_at"))
        .col(at("updated_at"))
        .foreign_key(&mut foreign_key("leads", "campaign_id", "campaigns"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    let mut indexes = vec![
        index("leads", &["urgency", "id"]),
        index("leads", &["name_norm", "id"]),
        index("leads", &["last_touch_at", "id"]),
        index("leads", &["email_norm", "urgency", "id"]),
        partial_index("ix_leads_triage_created_at", "leads", &["created_at"], TRIAGE),
        corrupt_index(
            "leads",
            &["id"],
            &[
                ("status", STATUSES),
                ("source", SOURCES),
                ("grade", GRADES),
                ("tier", TIERS),
                ("lost_reason", LOST_REASONS),
                ("company_size", COMPANY_SIZES),
                ("consent_status", CONSENTS),
                ("consent_origin", CONSENT_ORIGINS),
                ("review_type", REVIEW_TYPES),
            ],
        ),
    ];
    for order in ORDERS {
        for column in FILTERS {
            indexes.push(index("leads", &behind(column, order)));
        }
        for (column, predicate) in NULLABLE_FILTERS {
            let columns = behind(column, order);
            let name = format!("ix_leads_{}", columns.join("_"));
            indexes.push(partial_index(&name, "leads", &columns, predicate));
        }
        for (view, predicate) in VIEWS {
            let name = format!("ix_leads_{view}_{}", order.join("_"));
            indexes.push(partial_index(&name, "leads", order, predicate));
        }
    }
    indexes
}

fn behind(column: &'static str, order: &[&'static str]) -> Vec<&'static str> {
    [&[column], order].concat()
}
