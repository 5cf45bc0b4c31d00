//! Keys of tools over HTTP.

use aicmo_operations::accounts;
use aicmo_shared::ApiKeyId;
use aicmo_shared::api::{NoQuery, PageQuery};
use aicmo_shared::api_key::{ApiKey, ApiKeyCreated, ApiKeyDraft};

use super::Ops;
use crate::http::answer::{CommandResult, ReadResult};
use crate::http::extract::{Body, Caller, Id, Query};

/// `ListApiKeys`
pub async fn list_api_keys(ops: Ops, query: Query<PageQuery>) -> ReadResult<Vec<ApiKey>> {
    Ok(accounts::list_api_keys(&ops, &query.0).await?.into())
}

/// `CreateApiKey`
pub async fn create_api_key(
    ops: Ops,
    caller: Caller,
    _: Query<NoQuery>,
    body: Body<ApiKeyDraft>,
) -> CommandResult<ApiKeyCreated> {
    Ok(accounts::create_api_key(&ops, &caller.0, body.0).await?.into())
}

/// `RevokeApiKey`
pub async fn revoke_api_key(
    ops: Ops,
    caller: Caller,
    id: Id<ApiKeyId>,
    _: Query<NoQuery>,
) -> CommandResult<ApiKey> {
    Ok(accounts::revoke_api_key(&ops, &caller.0, id.0).await?.into())
}
