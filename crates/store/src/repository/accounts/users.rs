//! Accounts: people who sign in, and service accounts that own keys.

use std::collections::HashMap;

use aicmo_shared::access::Role;
use aicmo_shared::account::{AccountKind, User, UserRef};
use aicmo_shared::diagnostics::CorruptRow;
use aicmo_shared::session::{SecondFactor, SecretText};
use aicmo_shared::{Timestamp, UserId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, FromQueryResult, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use super::sessions;
use crate::column::Row;
use crate::entity::user;
use crate::error::{StoreError, Subject};
use crate::repository::{CHUNK, fetch};
use crate::repository::{IdPage, IdPosition};
use crate::session::sealed::Executor;
use crate::session::{Session, WriteTx};
use crate::text::norm;

const TABLE: &str = "users";

/// An account as it is kept. The hash of a password and a sealed secret print as `***`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRecord {
    pub id: UserId,
    pub version: i64,
    pub kind: AccountKind,
    /// There exactly for people.
    pub email: Option<String>,
    pub display_name: String,
    pub role: Role,
    pub active: bool,
    /// Argon2id in PHC form; `None` when a password has never been set.
    pub password_hash: Option<SecretText>,
    pub second_factor: SecondFactor,
    /// The secret of the authenticator app, sealed.
    pub totp_secret: Option<SecretText>,
    /// The last time step of which a code was accepted.
    pub totp_step: Option<i64>,
    pub last_sign_in_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// Whether there is any account.
pub async fn any(session: &impl Session) -> Result<bool, StoreError> {
    let found = user::Entity::find()
        .select_only()
        .column(user::Column::Id)
        .limit(1)
        .into_tuple::<Uuid>()
        .one(session.connection())
        .await
        .map_err(StoreError::of("look for accounts"))?;
    Ok(found.is_some())
}

/// A page of at most `limit` accounts behind `after`, newest first. `live` says which sessions count.
pub async fn list(
    session: &impl Session,
    after: Option<&IdPosition>,
    limit: u32,
    live: sessions::Live,
) -> Result<IdPage<User>, StoreError> {
    let mut select = user::Entity::find();
    if let Some(position) = after {
        select = select.filter(user::Column::Id.lt(position.id));
    }
    let query = select
        .order_by_desc(user::Column::Id)
        .limit(u64::from(limit) + 1)
        .into_query();
    let rows = fetch::<user::Model>(session, "list the accounts", TABLE, &query).await?;
    let page = IdPage::of(rows, limit, |model: &user::Model| model.id, record_of);
    let ids: Vec<UserId> = page.rows.iter().map(|record| record.id).collect();
    let counts = sessions::counts(session, &ids, live).await?;
    Ok(page.with_rows(|record| {
        let sessions = counts.get(&record.id).copied().unwrap_or_default();
        record.into_user(sessions)
    }))
}

/// How many accounts there are.
pub async fn count(session: &impl Session) -> Result<u64, StoreError> {
    user::Entity::find()
        .count(session.connection())
        .await
        .map_err(StoreError::of("count the accounts"))
}

/// An account with its sessions counted.
///
/// # Errors
/// `NotFound` or `Corrupt`.
pub async fn get(session: &impl Session, id: UserId, live: sessions::Live) -> Result<User, StoreError> {
    let record = record(session, id).await?;
    let counts = sessions::counts(session, &[id], live).await?;
    Ok(record.into_user(counts.get(&id).copied().unwrap_or_default()))
}

/// An account as it is kept.
///
/// # Errors
/// `NotFound` or `Corrupt`.
pub async fn record(session: &impl Session, id: UserId) -> Result<UserRecord, StoreError> {
    let query = user::Entity::find_by_id(id.get()).into_query();
    fetch::<user::Model>(session, "read an account", TABLE, &query)
        .await?
        .pop()
        .ok_or_else(|| StoreError::NotFound(Subject::new(UserId::NOUN, id)))?
        .and_then(record_of)
        .map_err(StoreError::Corrupt)
}

/// The account with this address, without regard to case.
pub async fn find_by_email(session: &impl Session, email: &str) -> Result<Option<UserRecord>, StoreError> {
    let query = user::Entity::find()
        .filter(user::Column::EmailNorm.eq(norm(email)))
        .into_query();
    fetch::<user::Model>(session, "find an account by its address", TABLE, &query)
        .await?
        .pop()
        .map(|row| row.and_then(record_of))
        .transpose()
        .map_err(StoreError::Corrupt)
}

/// How many active people are administrators. Their rows stay as they are until the transaction
/// ends, so two administrators cannot demote each other at once.
pub async fn lock_active_admins(tx: &WriteTx) -> Result<u64, StoreError> {
    let admins = user::Entity::find()
        .filter(user::Column::Kind.eq(AccountKind::Person.as_str()))
        .filter(user::Column::Role.eq(Role::Admin.as_str()))
        .filter(user::Column::Active.eq(true))
        .lock_exclusive()
        .select_only()
        .column(user::Column::Id)
        .into_tuple::<Uuid>()
        .all(tx.connection())
        .await
        .map_err(StoreError::of("count the administrators"))?;
    Ok(admins.len() as u64)
}

/// Adds an account.
///
/// # Errors
/// `Duplicate` when the address, or the name of a service account, is taken.
pub async fn insert(tx: &WriteTx, record: &UserRecord) -> Result<(), StoreError> {
    user::Entity::insert(model_of(record).into_active_model().reset_all())
        .exec_without_returning(tx.connection())
        .await
        .map_err(StoreError::unique("add an account", "address or name"))?;
    Ok(())
}

/// Writes name, role and activity of `after` if the row still is as `before`; answers the new version.
///
/// # Errors
/// `Stale` when someone else was faster; `Duplicate` when the name of a service account is taken.
pub async fn update(tx: &WriteTx, before: &UserRecord, after: &UserRecord) -> Result<i64, StoreError> {
    let version = before.version + 1;
    let written = user::Entity::update_many()
        .col_expr(
            user::Column::DisplayName,
            Expr::value(after.display_name.as_str()),
        )
        .col_expr(user::Column::NameNorm, Expr::value(name_norm(after)))
        .col_expr(user::Column::Role, Expr::value(after.role.as_str()))
        .col_expr(user::Column::Active, Expr::value(after.active))
        .col_expr(user::Column::UpdatedAt, Expr::value(after.updated_at.as_millis()))
        .col_expr(user::Column::Version, Expr::value(version))
        .filter(user::Column::Id.eq(before.id.get()))
        .filter(user::Column::Version.eq(before.version))
        .exec(tx.connection())
        .await
        .map_err(StoreError::unique("change an account", "address or name"))?;
    if written.rows_affected == 1 {
        Ok(version)
    } else {
        Err(StoreError::Stale(Subject::new(UserId::NOUN, before.id)))
    }
}

/// Sets the hash of the password.
pub async fn set_password(
    tx: &WriteTx,
    id: UserId,
    hash: &SecretText,
    at: Timestamp,
) -> Result<(), StoreError> {
    write(
        tx,
        id,
        at,
        "set a password",
        &[(user::Column::PasswordHash, Expr::value(hash.expose()))],
    )
    .await
}

/// Sets the second factor: its state, the sealed secret, and the last step that was accepted.
pub async fn set_second_factor(
    tx: &WriteTx,
    id: UserId,
    state: SecondFactor,
    secret: Option<&SecretText>,
    step: Option<i64>,
    at: Timestamp,
) -> Result<(), StoreError> {
    write(
        tx,
        id,
        at,
        "set a second factor",
        &[
            (user::Column::SecondFactor, Expr::value(state.as_str())),
            (
                user::Column::TotpSecret,
                Expr::value(secret.map(|secret| secret.expose().to_owned())),
            ),
            (user::Column::TotpStep, Expr::value(step)),
        ],
    )
    .await
}

/// Takes a time step of the second factor; false when it, or a later one, was taken already.
pub async fn take_totp_step(tx: &WriteTx, id: UserId, step: i64) -> Result<bool, StoreError> {
    let written = user::Entity::update_many()
        .col_expr(user::Column::TotpStep, Expr::value(step))
        .filter(user::Column::Id.eq(id.get()))
        .filter(
            user::Column::TotpStep
                .is_null()
                .or(user::Column::TotpStep.lt(step)),
        )
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("take a step of a second factor"))?;
    Ok(written.rows_affected == 1)
}

/// Notes a sign-in. The version stays: nothing that an administrator edits has changed.
pub async fn set_signed_in(tx: &WriteTx, id: UserId, at: Timestamp) -> Result<(), StoreError> {
    user::Entity::update_many()
        .col_expr(user::Column::LastSignInAt, Expr::value(at.as_millis()))
        .filter(user::Column::Id.eq(id.get()))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("note a sign-in"))?;
    Ok(())
}

/// Accounts as other rows name them.
pub(crate) async fn names(
    session: &impl Session,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, UserRef>, StoreError> {
    #[derive(FromQueryResult)]
    struct Named {
        id: Uuid,
        display_name: String,
    }
    let mut ids: Vec<Uuid> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    let mut named = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(CHUNK) {
        let rows = user::Entity::find()
            .select_only()
            .columns([user::Column::Id, user::Column::DisplayName])
            .filter(user::Column::Id.is_in(chunk.iter().copied()))
            .into_model::<Named>()
            .all(session.connection())
            .await
            .map_err(StoreError::of("read the names of accounts"))?;
        named.extend(rows.into_iter().map(|row| {
            let name = UserRef {
                id: UserId::new(row.id),
                display_name: row.display_name,
            };
            (row.id, name)
        }));
    }
    Ok(named)
}

async fn write(
    tx: &WriteTx,
    id: UserId,
    at: Timestamp,
    what: &'static str,
    values: &[(user::Column, Expr)],
) -> Result<(), StoreError> {
    let mut update = user::Entity::update_many()
        .col_expr(user::Column::UpdatedAt, Expr::value(at.as_millis()))
        .col_expr(user::Column::Version, Expr::col(user::Column::Version).add(1));
    for (column, value) in values {
        update = update.col_expr(*column, value.clone());
    }
    let written = update
        .filter(user::Column::Id.eq(id.get()))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of(what))?;
    if written.rows_affected == 1 {
        Ok(())
    } else {
        Err(StoreError::NotFound(Subject::new(UserId::NOUN, id)))
    }
}

impl UserRecord {
    fn into_user(self, sessions: u32) -> User {
        User {
            id: self.id,
            version: self.version,
            kind: self.kind,
            email: self.email,
            display_name: self.display_name,
            role: self.role,
            active: self.active,
            second_factor: self.second_factor,
            sessions,
            last_sign_in_at: self.last_sign_in_at,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// Only service accounts must differ in name.
fn name_norm(record: &UserRecord) -> Option<String> {
    match record.kind {
        AccountKind::Person => None,
        AccountKind::Service => Some(norm(&record.display_name)),
    }
}

pub(super) fn record_of(model: user::Model) -> Result<UserRecord, CorruptRow> {
    let row = Row::new(TABLE, model.id);
    Ok(UserRecord {
        id: UserId::new(model.id),
        version: model.version,
        kind: row.closed("kind", &model.kind)?,
        role: row.closed("role", &model.role)?,
        second_factor: row.closed("second_factor", &model.second_factor)?,
        email: model.email,
        display_name: model.display_name,
        active: model.active,
        password_hash: model.password_hash.map(SecretText::new),
        totp_secret: model.totp_secret.map(SecretText::new),
        totp_step: model.totp_step,
        last_sign_in_at: model.last_sign_in_at.map(Timestamp::from_millis),
        created_at: Timestamp::from_millis(model.created_at),
        updated_at: Timestamp::from_millis(model.updated_at),
    })
}

fn model_of(record: &UserRecord) -> user::Model {
    let secret = |text: &Option<SecretText>| text.as_ref().map(|text| text.expose().to_owned());
    user::Model {
        id: record.id.get(),
        version: record.version,
        kind: record.kind.to_string(),
        email: record.email.clone(),
        email_norm: record.email.as_deref().map(norm),
        display_name: record.display_name.clone(),
        name_norm: name_norm(record),
        role: record.role.to_string(),
        active: record.active,
        password_hash: secret(&record.password_hash),
        second_factor: record.second_factor.to_string(),
        totp_secret: secret(&record.totp_secret),
        totp_step: record.totp_step,
        last_sign_in_at: record.last_sign_in_at.map(Timestamp::as_millis),
        created_at: record.created_at.as_millis(),
        updated_at: record.updated_at.as_millis(),
    }
}
