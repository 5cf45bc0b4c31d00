//! Keys of tools: made, listed and revoked by an administrator.

use aicmo_shared::access::Scope;
use aicmo_shared::activity::SubjectType;
use aicmo_shared::api::PageQuery;
use aicmo_shared::api_key::{ApiKey, ApiKeyCreated, ApiKeyDraft, ApiKeyState};
use aicmo_shared::audit::AuditAction;
use aicmo_shared::{ApiKeyId, Sourced};
use aicmo_store::StoreError;
use aicmo_store::accounts::api_keys::ApiKeyRecord;
use aicmo_store::accounts::{api_keys, users};
use serde_json::json;

use super::invitations::acting_user;
use super::{NAME, secret, trail};
use crate::context::{Operations, Operator};
use crate::error::OperationError;
use crate::text::Faults;

/// A page of keys, newest first.
///
/// # Errors
/// `InvalidCursor`; `Unavailable` when the database does not answer.
pub async fn list_api_keys(
    ops: &Operations,
    query: &PageQuery,
) -> Result<Sourced<Vec<ApiKey>>, OperationError> {
    ops.reads(None)?.api_keys(query).await
}

/// Creates a key; its secret is in the answer and nowhere else.
///
/// # Errors
/// `Validation` with every field at fault.
pub async fn create_api_key(
    ops: &Operations,
    operator: &Operator,
    draft: ApiKeyDraft,
) -> Result<ApiKeyCreated, OperationError> {
    let store = ops.live(None)?;
    let now = ops.now();
    let mut faults = Faults::default();
    let name = faults.required_line("/name", draft.name, NAME);
    let scopes: Vec<Scope> = Scope::ALL
        .iter()
        .copied()
        .filter(|scope| draft.scopes.contains(scope))
        .collect();
    if scopes.is_empty() {
        faults.add("/scopes", "required", "Choose at least one scope.");
    }
    if draft.expires_at.is_some_and(|at| at <= now) {
        faults.add("/expires_at", "in_the_past", "Choose a time in the future.");
    }
    let owner = draft.owner.or_else(|| acting_user(operator));
    if owner.is_none() {
        faults.add("/owner", "required", "Name the account that the key belongs to.");
    }
    faults.finish()?;
    let Some(owner) = owner else {
        return Err(OperationError::Internal(
            "making a key",
            "an owner was checked".into(),
        ));
    };
    let (secret, prefix) = secret::key()?;
    let record = ApiKeyRecord {
        id: ApiKeyId::new(ops.new_id(now)),
        name,
        prefix,
        scopes,
        owner,
        created_by: acting_user(operator),
        created_at: now,
        expires_at: draft.expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    let tx = store.begin_write().await?;
    match users::record(&tx, owner).await {
        Ok(user) if user.active => {}
        Ok(_) | Err(StoreError::NotFound(_)) => {
            return Err(OperationError::field(
                "/owner",
                "no_such_account",
                "There is no active account with that id.",
            ));
        }
        Err(error) => return Err(error.into()),
    }
    api_keys::insert(&tx, &record, &secret::hash_of(secret.expose())).await?;
    tx.commit(trail::entry(
        operator,
        AuditAction::ApiKeyCreated,
        (SubjectType::ApiKey, &record.id),
        (
            None,
            Some(json!({
                "name": record.name,
                "prefix": record.prefix,
                "scopes": record.scopes,
                "owner": record.owner,
                "expires_at": record.expires_at,
            })),
        ),
        now,
    ))
    .await?;
    Ok(ApiKeyCreated {
        key: api_keys::get(&store.reader(), record.id, now).await?,
        secret,
    })
}

/// Revokes a key for good; what is under way with it ends, and nothing new begins.
///
/// # Errors
/// `NotFound`; `WrongAction` when it was revoked before.
pub async fn revoke_api_key(
    ops: &Operations,
    operator: &Operator,
    id: ApiKeyId,
) -> Result<ApiKey, OperationError> {
    let store = ops.live(None)?;
    let now = ops.now();
    let tx = store.begin_write().await?;
    let before = api_keys::get(&tx, id, now).await?;
    if !api_keys::revoke(&tx, id, now).await? {
        return Err(OperationError::WrongAction {
            sentence: "this key was revoked before".to_owned(),
            current: ApiKeyState::Revoked.as_str(),
            legal: Vec::new(),
        });
    }
    tx.commit(trail::entry(
        operator,
        AuditAction::ApiKeyRevoked,
        (SubjectType::ApiKey, &id),
        (
            Some(json!({ "state": before.state })),
            Some(json!({ "state": ApiKeyState::Revoked })),
        ),
        now,
    ))
    .await?;
    ops.accounts.cache.forget();
    Ok(api_keys::get(&store.reader(), id, now).await?)
}
