//! The attention figures over HTTP.

use aicmo_operations::metrics;
use aicmo_shared::api::NoQuery;
use aicmo_shared::metrics::Attention;

use super::Ops;
use crate::http::answer::ReadResult;
use crate::http::extract::Query;

/// `GetAttention`
pub async fn get_attention(ops: Ops, _: Query<NoQuery>) -> ReadResult<Attention> {
    Ok(metrics::get_attention(&ops).await?.into())
}
