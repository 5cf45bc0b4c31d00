//! The workspace's control flags and the epoch that fences writes made under older ones.

use aicmo_shared::Timestamp;
use aicmo_shared::control::{ControlFlag, ControlFlags};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::entity::control_flags;
use crate::error::StoreError;
use crate::session::sealed::Executor;
use crate::session::{Session, WriteTx};

const WHAT: &str = "read the control flags";

/// The flags as they are.
pub async fn flags(session: &impl Session) -> Result<ControlFlags, StoreError> {
    let row = row(session).await?;
    let flag = |on, by, reason, at: Option<i64>| ControlFlag {
        on,
        by,
        reason,
        at: at.map(Timestamp::from_millis),
    };
    Ok(ControlFlags {
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
    })
}

/// Raises the epoch and answers it before and after; for a check that rolls its transaction back.
pub async fn epoch_probe(tx: &WriteTx) -> Result<(i64, i64), StoreError> {
    let before = row(tx).await?.epoch;
    control_flags::Entity::update_many()
        .col_expr(
            control_flags::Column::Epoch,
            Expr::col(control_flags::Column::Epoch).add(1),
        )
        .filter(control_flags::Column::Id.eq(1))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("raise the control epoch"))?;
    Ok((before, row(tx).await?.epoch))
}

async fn row(session: &impl Session) -> Result<control_flags::Model, StoreError> {
    control_flags::Entity::find_by_id(1)
        .one(session.connection())
        .await
        .map_err(StoreError::of(WHAT))?
        .ok_or_else(|| StoreError::defect(WHAT, "the one row is missing"))
}
