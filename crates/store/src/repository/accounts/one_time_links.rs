//! Links that work once: the first administrator, invitations, new passwords.

use aicmo_shared::access::Role;
use aicmo_shared::account::{Invitation, InvitationState, LinkKind, UserRef};
use aicmo_shared::diagnostics::CorruptRow;
use aicmo_shared::{InvitationId, Timestamp, UserId};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, UpdateMany,
};
use uuid::Uuid;

use super::{SecretHash, users};
use crate::column::Row;
use crate::entity::one_time_link as link;
use crate::error::{StoreError, Subject};
use crate::repository::fetch;
use crate::repository::{IdPage, IdPosition};
use crate::session::sealed::Executor;
use crate::session::{NotesTx, Session, WriteTx};
use crate::text::norm;

const TABLE: &str = "one_time_links";

/// A link as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkRecord {
    pub id: Uuid,
    pub kind: LinkKind,
    /// Whose password it sets.
    pub user: Option<UserId>,
    /// Who is invited, and as what.
    pub email: Option<String>,
    pub role: Option<Role>,
    pub created_by: Option<UserId>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

impl LinkRecord {
    /// Whether it still works.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.used_at.is_none() && self.revoked_at.is_none() && self.expires_at > now
    }
}

/// Adds a link.
pub async fn insert(tx: &WriteTx, record: &LinkRecord, token: &SecretHash) -> Result<(), StoreError> {
    add(tx, record, token).await
}

/// Notes the hash of a new set-up link, and forgets the expired ones.
pub async fn note_set_up(notes: &NotesTx, record: &LinkRecord, token: &SecretHash) -> Result<(), StoreError> {
    link::Entity::delete_many()
        .filter(link::Column::Kind.eq(LinkKind::SetUp.as_str()))
        .filter(link::Column::ExpiresAt.lte(record.created_at.as_millis()))
        .exec(notes.connection())
        .await
        .map_err(StoreError::of("forget expired set-up links"))?;
    add(notes, record, token).await
}

/// The link of this kind with this token, whether it still works or not.
pub async fn find(
    session: &impl Session,
    kind: LinkKind,
    token: &SecretHash,
) -> Result<Option<LinkRecord>, StoreError> {
    let query = link::Entity::find()
        .filter(link::Column::TokenHash.eq(token.text()))
        .filter(link::Column::Kind.eq(kind.as_str()))
        .into_query();
    fetch::<link::Model>(session, "find a link", TABLE, &query)
        .await?
        .pop()
        .map(|row| row.and_then(record_of))
        .transpose()
        .map_err(StoreError::Corrupt)
}

/// Uses a link up; false when somebody was faster.
pub async fn use_up(tx: &WriteTx, id: Uuid, at: Timestamp) -> Result<bool, StoreError> {
    let written = open_links()
        .col_expr(link::Column::UsedAt, Expr::value(at.as_millis()))
        .filter(link::Column::Id.eq(id))
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("use a link"))?;
    Ok(written.rows_affected == 1)
}

/// Takes back every open set-up link.
pub async fn revoke_set_up(tx: &WriteTx, at: Timestamp) -> Result<(), StoreError> {
    revoke(tx, at, link::Column::Kind.eq(LinkKind::SetUp.as_str()))
        .await
        .map(drop)
}

/// Takes back every open invitation of this address.
pub async fn revoke_invitations_of(tx: &WriteTx, email: &str, at: Timestamp) -> Result<(), StoreError> {
    revoke(tx, at, link::Column::EmailNorm.eq(norm(email)))
        .await
        .map(drop)
}

/// Takes back every open link to a new password of this account.
pub async fn revoke_resets_of(tx: &WriteTx, user: UserId, at: Timestamp) -> Result<(), StoreError> {
    revoke(tx, at, link::Column::UserId.eq(user.get()))
        .await
        .map(drop)
}

/// Takes back every open link that this account made for somebody.
pub async fn revoke_made_by(tx: &WriteTx, user: UserId, at: Timestamp) -> Result<(), StoreError> {
    revoke(tx, at, link::Column::CreatedBy.eq(user.get()))
        .await
        .map(drop)
}

/// Takes an invitation back; false when it was used or taken back before.
pub async fn revoke_invitation(tx: &WriteTx, id: InvitationId, at: Timestamp) -> Result<bool, StoreError> {
    Ok(revoke(tx, at, link::Column::Id.eq(id.get())).await? == 1)
}

/// A page of at most `limit` invitations behind `after`, newest first.
pub async fn list_invitations(
    session: &impl Session,
    after: Option<&IdPosition>,
    limit: u32,
    now: Timestamp,
) -> Result<IdPage<Invitation>, StoreError> {
    let mut select = link::Entity::find().filter(link::Column::Kind.eq(LinkKind::Invitation.as_str()));
    if let Some(position) = after {
        select = select.filter(link::Column::Id.lt(position.id));
    }
    let query = select
        .order_by_desc(link::Column::Id)
        .limit(u64::from(limit) + 1)
        .into_query();
    let rows = fetch::<link::Model>(session, "list the invitations", TABLE, &query).await?;
    let page = IdPage::of(rows, limit, |model: &link::Model| model.id, record_of);
    let inviters = page.rows.iter().filter_map(|record| record.created_by);
    let names = users::names(session, inviters.map(UserId::get)).await?;
    Ok(page.with_rows(|record| {
        let by = record.created_by.and_then(|id| names.get(&id.get()).cloned());
        record.into_invitation(by, now)
    }))
}

/// How many invitations there are.
pub async fn count_invitations(session: &impl Session) -> Result<u64, StoreError> {
    link::Entity::find()
        .filter(link::Column::Kind.eq(LinkKind::Invitation.as_str()))
        .count(session.connection())
        .await
        .map_err(StoreError::of("count the invitations"))
}

/// An invitation.
///
/// # Errors
/// `NotFound` or `Corrupt`.
pub async fn get_invitation(
    session: &impl Session,
    id: InvitationId,
    now: Timestamp,
) -> Result<Invitation, StoreError> {
    let query = link::Entity::find_by_id(id.get())
        .filter(link::Column::Kind.eq(LinkKind::Invitation.as_str()))
        .into_query();
    let record = fetch::<link::Model>(session, "read an invitation", TABLE, &query)
        .await?
        .pop()
        .ok_or_else(|| StoreError::NotFound(Subject::new(InvitationId::NOUN, id)))?
        .and_then(record_of)
        .map_err(StoreError::Corrupt)?;
    let names = users::names(session, record.created_by.map(UserId::get)).await?;
    let by = record.created_by.and_then(|id| names.get(&id.get()).cloned());
    Ok(record.into_invitation(by, now))
}

impl LinkRecord {
    fn into_invitation(self, invited_by: Option<UserRef>, now: Timestamp) -> Invitation {
        let state = if self.used_at.is_some() {
            InvitationState::Accepted
        } else if self.revoked_at.is_some() {
            InvitationState::Revoked
        } else if self.expires_at <= now {
            InvitationState::Expired
        } else {
            InvitationState::Open
        };
        Invitation {
            id: InvitationId::new(self.id),
            email: self.email.unwrap_or_default(),
            role: self.role.unwrap_or(Role::Viewer),
            state,
            invited_by,
            created_at: self.created_at,
            expires_at: self.expires_at,
        }
    }
}

async fn add(session: &impl Session, record: &LinkRecord, token: &SecretHash) -> Result<(), StoreError> {
    let model = link::Model {
        id: record.id,
        kind: record.kind.to_string(),
        token_hash: token.text(),
        user_id: record.user.map(UserId::get),
        email: record.email.clone(),
        email_norm: record.email.as_deref().map(norm),
        role: record.role.map(|role| role.to_string()),
        created_by: record.created_by.map(UserId::get),
        created_at: record.created_at.as_millis(),
        expires_at: record.expires_at.as_millis(),
        used_at: None,
        revoked_at: None,
    };
    link::Entity::insert(model.into_active_model().reset_all())
        .exec_without_returning(session.connection())
        .await
        .map_err(StoreError::of("add a link"))?;
    Ok(())
}

async fn revoke(tx: &WriteTx, at: Timestamp, which: Expr) -> Result<u64, StoreError> {
    let written = open_links()
        .col_expr(link::Column::RevokedAt, Expr::value(at.as_millis()))
        .filter(which)
        .exec(tx.connection())
        .await
        .map_err(StoreError::of("take links back"))?;
    Ok(written.rows_affected)
}

fn open_links() -> UpdateMany<link::Entity> {
    link::Entity::update_many()
        .filter(link::Column::UsedAt.is_null())
        .filter(link::Column::RevokedAt.is_null())
}

fn record_of(model: link::Model) -> Result<LinkRecord, CorruptRow> {
    let row = Row::new(TABLE, model.id);
    Ok(LinkRecord {
        id: model.id,
        kind: row.closed("kind", &model.kind)?,
        role: row.closed_opt("role", model.role.as_deref())?,
        user: model.user_id.map(UserId::new),
        email: model.email,
        created_by: model.created_by.map(UserId::new),
        created_at: Timestamp::from_millis(model.created_at),
        expires_at: Timestamp::from_millis(model.expires_at),
        used_at: model.used_at.map(Timestamp::from_millis),
        revoked_at: model.revoked_at.map(Timestamp::from_millis),
    })
}
