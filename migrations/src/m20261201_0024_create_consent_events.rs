//! The history of consent, and its first lines for the leads whose consent is known already.

use sea_orm_migration::prelude::*;

use crate::columns::{
    Values, at, closed, closed_null, corrupt_index, create, drop_tables, id, index, reference, text,
    text_null,
};

const TABLE: &str = "consent_events";
const STATUSES: Values = &["UNKNOWN", "CONSENTED", "DNC"];
const ORIGINS: Values = &["import", "form", "reply", "operator", "provider", "erasure"];
const ACTORS: Values = &["user", "api_key", "service", "system"];

/// Before this step the row of the lead was all that was kept: what it says becomes the first line.
/// A lead has one such line at most, so its id serves as the line's.
const BEGIN: &str = "INSERT INTO consent_events (id, lead_id, identity_hash, from_status, to_status, given_at, \
     origin, evidence, reason, actor_type, actor_id, at) \
     SELECT id, id, (SELECT i.value_hash FROM lead_identities AS i WHERE i.lead_id = leads.id AND i.is_key LIMIT 1), \
     'UNKNOWN', consent_status, COALESCE(consent_at, updated_at), consent_origin, NULL, NULL, 'system', 'aicmo', \
     COALESCE(consent_at, updated_at) FROM leads WHERE consent_status IN ('CONSENTED', 'DNC')";

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table(TABLE)
            .col(id())
            // No foreign key: what somebody said about contact outlives the lead.
            .col(reference("lead_id"))
            .col(text_null("identity_hash"))
            .col(closed("from_status", STATUSES))
            .col(closed("to_status", STATUSES))
            .col(at("given_at"))
            .col(closed_null("origin", ORIGINS))
            .col(text_null("evidence"))
            .col(text_null("reason"))
            .col(closed("actor_type", ACTORS))
            .col(text("actor_id"))
            .col(at("at"))
            .take();
        let indexes = vec![
            index(TABLE, &["lead_id", "at", "id"]),
            index(TABLE, &["identity_hash"]),
            corrupt_index(
                TABLE,
                &["id"],
                &[
                    ("from_status", STATUSES),
                    ("to_status", STATUSES),
                    ("origin", ORIGINS),
                    ("actor_type", ACTORS),
                ],
            ),
        ];
        create(manager, table, indexes).await?;
        manager.get_connection().execute_unprepared(BEGIN).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &[TABLE]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
