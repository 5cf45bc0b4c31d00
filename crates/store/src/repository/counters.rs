//! The maintained counters: applied at commit, read by figures, compared with the rows they count.

use std::collections::BTreeMap;

use aicmo_shared::Timestamp;
use aicmo_shared::diagnostics::{CounterCheck, CounterMismatch, DatabaseKind};
use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::leads::views;
use super::{CHUNK, ask};
use crate::counter_keys::Deltas;
use crate::entity::counter;
use crate::error::StoreError;
use crate::session::sealed::Executor;
use crate::session::{Session, WriteTx};

/// Adds what a unit of work did, in key order.
pub(crate) async fn apply(connection: &impl ConnectionTrait, deltas: Deltas) -> Result<(), StoreError> {
    let moved: Vec<(String, i64)> = deltas.into_iter().filter(|(_, by)| *by != 0).collect();
    for chunk in moved.chunks(CHUNK) {
        let mut upsert = Query::insert();
        upsert.into_table("counters").columns(["key", "value"]);
        for (key, by) in chunk {
            upsert.values_panic([key.as_str().into(), (*by).into()]);
        }
        upsert.on_conflict(
            OnConflict::column("key")
                .value("value", Expr::cust("counters.value + excluded.value"))
                .to_owned(),
        );
        connection
            .execute(&upsert)
            .await
            .map_err(StoreError::of("count what a change did"))?;
    }
    Ok(())
}

/// The counters with these keys; a counter that never moved is not among them.
pub(crate) async fn read(
    session: &impl Session,
    keys: Vec<String>,
) -> Result<BTreeMap<String, i64>, StoreError> {
    let mut found = BTreeMap::new();
    for chunk in keys.chunks(CHUNK) {
        let rows = counter::Entity::find()
            .filter(counter::Column::Key.is_in(chunk.iter().map(String::as_str)))
            .all(session.connection())
            .await
            .map_err(StoreError::of("read the counters"))?;
        found.extend(rows.into_iter().map(|row| (row.key, row.value)));
    }
    Ok(found)
}

/// Counts the rows and compares every counter with them, in one statement and so in one snapshot.
pub async fn compare(session: &impl Session, now: Timestamp) -> Result<CounterCheck, StoreError> {
    const WHAT: &str = "compare the counters with their rows";
    let facts = facts(session.database());
    let sql = format!(
        "SELECT k, CAST(SUM(counted) AS BIGINT) AS counted, CAST(SUM(found) AS BIGINT) AS found FROM (
         SELECT key AS k, value AS counted, 0 AS found FROM counters
         UNION ALL SELECT k, 0, n FROM ({facts}) AS facts
         ) AS both_sides GROUP BY k"
    );
    let rows = ask(session, WHAT, sql, vec![]).await?;
    let mut check = CounterCheck {
        checked_at: now,
        compared: u64::try_from(rows.len()).unwrap_or(u64::MAX),
        mismatches: Vec::new(),
    };
    for row in rows {
        let side = |column| row.try_get::<i64>("", column).map_err(StoreError::of(WHAT));
        let (counted, found) = (side("counted")?, side("found")?);
        if counted != found {
            check.mismatches.push(CounterMismatch {
                counter: row.try_get("", "k").map_err(StoreError::of(WHAT))?,
                counted,
                rows: found,
            });
        }
    }
    check.mismatches.sort_by(|a, b| a.counter.cmp(&b.counter));
    Ok(check)
}

/// Writes every counter anew from the rows.
pub async fn rebuild(tx: &WriteTx) -> Result<(), StoreError> {
    let fill = format!("INSERT INTO counters (key, value) {}", facts(tx.database()));
    let steps: &[&str] = match tx.database() {
        // Nobody may write a lead between the counting and the commit.
        DatabaseKind::Postgres => &["LOCK TABLE leads IN SHARE MODE", "DELETE FROM counters", &fill],
        DatabaseKind::Sqlite => &["DELETE FROM counters", &fill],
    };
    for step in steps {
        tx.connection()
            .execute_unprepared(step)
            .await
            .map_err(StoreError::of("count the rows anew"))?;
    }
    Ok(())
}

/// What the counters should be: `k` and `n`, by the keys of `counter_keys`.
fn facts(database: DatabaseKind) -> String {
    let campaign = match database {
        DatabaseKind::Sqlite => "lower(hex(campaign_id))",
        DatabaseKind::Postgres => "replace(campaign_id::text, '-', '')",
    };
    let (triage, intent) = (views::TRIAGE, views::INTENT);
    format!(
        "SELECT 'leads' AS k, COUNT(*) AS n FROM leads
         UNION ALL SELECT 'leads.status=' || status, COUNT(*) FROM leads GROUP BY status
         UNION ALL SELECT 'leads.grade=' || COALESCE(grade, 'ungraded'), COUNT(*) FROM leads GROUP BY grade
         UNION ALL SELECT 'leads.source=' || source, COUNT(*) FROM leads GROUP BY source
         UNION ALL SELECT 'leads.consent=' || consent_status, COUNT(*) FROM leads GROUP BY consent_status
         UNION ALL SELECT CASE WHEN requires_human_review THEN 'leads.review=true' ELSE 'leads.review=false' END,
           COUNT(*) FROM leads GROUP BY requires_human_review
         UNION ALL SELECT 'leads.view=triage', COUNT(*) FROM leads WHERE {triage}
         UNION ALL SELECT 'leads.view=intent', COUNT(*) FROM leads WHERE {intent}
         UNION ALL SELECT 'leads.campaign=' || {campaign} || '.status=' || status, COUNT(*) FROM leads
           WHERE campaign_id IS NOT NULL GROUP BY campaign_id, status"
    )
}
