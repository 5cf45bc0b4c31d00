//! The workspace's control flags and the epoch that fences writes made under older ones.

use aicmo_shared::Timestamp;
use aicmo_shared::control::{ControlFlag, ControlFlags};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, Select};

use crate::entity::control_flags::{self, Entity};
use crate::error::StoreError;
use crate::session::sealed::Executor;
use crate::session::{NotesTx, Session, WriteTx};

const WHAT: &str = "read the control flags";

/// The flags as they are.
pub async fn flags(session: &impl Session) -> Result<ControlFlags, StoreError> {
    Ok(flags_of(found(session, Entity::find_by_id(1)).await?))
}

/// As `flags`, and they stay as they are until `notes` end: whoever switches one waits for what is
/// begun under the old ones.
pub async fn hold_flags(notes: &NotesTx) -> Result<ControlFlags, StoreError> {
    Ok(flags_of(found(notes, Entity::find_by_id(1).lock_shared()).await?))
}

fn flags_of(row: control_flags::Model) -> ControlFlags {
    let flag = |on, by, reason, at: Option<i64>| ControlFlag {
        on,
        by,
        reason,
        at: at.map(Timestamp::from_millis),
    };
    ControlFlags {
        paused: flag(row.paused, row.paused_by, row.paused_reason, row.paused_at),
        killed: flag(row.killed, row.killed_by, row.killed_reason, row.killed_at),
        proof_mode: flag(
            row.proof_mode,
            row.proof_mode_by,
            row.proof_mode_reason,
            row.proof_mode_at,
        ),
        live_enabled: flag(
            row.live_enabled,
            row.live_enabled_by,
            row.live_enabled_reason,
            row.live_enabled_at,
        ),
        epoch: row.epoch,
    }
}

/// Raises the epoch and answers it before and after; for a check that rolls its transaction back.
pub async fn epoch_probe(tx: &WriteTx) -> Result<(i64, i64), StoreError> {
    let before = flags(tx).await?.epoch;
    Entity::update_many()
        .col_expr(
            control_flags::Column::Epoch,
            Expr::col(control_flags::Column::Epoch).add(1),
        )
        .filter(control_flags::Column::Id.eq(1))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("raise the control epoch"))?;
    Ok((before, flags(tx).await?.epoch))
}

async fn found(session: &impl Session, one: Select<Entity>) -> Result<control_flags::Model, StoreError> {
    one.one(session.connection())
        .await
        .map_err(StoreError::of(WHAT))?
        .ok_or_else(|| StoreError::defect(WHAT, "the one row is missing"))
}
