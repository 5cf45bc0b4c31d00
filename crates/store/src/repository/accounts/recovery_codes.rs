//! Recovery codes: each works once in place of a code of the authenticator app.

use aicmo_shared::{Timestamp, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};

use super::SecretHash;
use crate::entity::recovery_code;
use crate::error::StoreError;
use crate::ids::new_id;
use crate::session::sealed::Executor;
use crate::session::{Session, WriteTx};

/// Puts `codes` in the place of all that the account had.
pub async fn replace(
    tx: &WriteTx,
    user: UserId,
    codes: &[SecretHash],
    at: Timestamp,
) -> Result<(), StoreError> {
    recovery_code::Entity::delete_many()
        .filter(recovery_code::Column::UserId.eq(user.get()))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("remove recovery codes"))?;
    if codes.is_empty() {
        return Ok(());
    }
    let models = codes.iter().map(|code| {
        recovery_code::Model {
            id: new_id(at),
            user_id: user.get(),
            code_hash: code.text(),
            used_at: None,
        }
        .into_active_model()
        .reset_all()
    });
    recovery_code::Entity::insert_many(models)
        .exec_without_returning(tx.connection())
        .await
        .map_err(StoreError::of("add recovery codes"))?;
    Ok(())
}

/// Uses a code up; false when the account has no such code, or it was used before.
pub async fn use_up(
    tx: &WriteTx,
    user: UserId,
    code: &SecretHash,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let written = recovery_code::Entity::update_many()
        .col_expr(recovery_code::Column::UsedAt, Expr::value(at.as_millis()))
        .filter(recovery_code::Column::UserId.eq(user.get()))
        .filter(recovery_code::Column::CodeHash.eq(code.text()))
        .filter(recovery_code::Column::UsedAt.is_null())
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("use a recovery code"))?;
    Ok(written.rows_affected == 1)
}

/// How many codes an account has left.
pub async fn left(session: &impl Session, user: UserId) -> Result<u32, StoreError> {
    let left = recovery_code::Entity::find()
        .filter(recovery_code::Column::UserId.eq(user.get()))
        .filter(recovery_code::Column::UsedAt.is_null())
        .count(session.connection())
        .await
        .map_err(StoreError::of("count recovery codes"))?;
    Ok(u32::try_from(left).unwrap_or(u32::MAX))
}
