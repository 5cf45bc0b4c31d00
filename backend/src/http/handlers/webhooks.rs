//! Webhooks over HTTP.

use actix_web::http::header::HeaderValue;
use aicmo_operations::webhooks;
use aicmo_shared::WebhookId;
use aicmo_shared::api::{DeliveryQuery, NoQuery};
use aicmo_shared::webhook::{
    Webhook, WebhookDelivery, WebhookDraft, WebhookPatch, WebhookReplay, WebhookReplayed, WebhookWithSecret,
};

use super::Ops;
use crate::http::answer::{CommandResult, Done, Read, ReadResult, version_and_figures_etag, version_etag};
use crate::http::extract::{Body, Caller, Id, IfMatch, Query};

/// How its deliveries go moves without its version.
fn etag(webhook: &Webhook) -> HeaderValue {
    let moves = (
        webhook.failed_in_a_row,
        webhook.last_success_at,
        webhook.last_failure_at,
        webhook.old_secret_until,
    );
    version_and_figures_etag(webhook.version, moves)
}

/// `ListWebhooks`
pub async fn list_webhooks(ops: Ops, _: Query<NoQuery>) -> ReadResult<Vec<Webhook>> {
    Ok(webhooks::list_webhooks(&ops).await?.into())
}

/// `CreateWebhook`
pub async fn create_webhook(
    ops: Ops,
    caller: Caller,
    _: Query<NoQuery>,
    body: Body<WebhookDraft>,
) -> CommandResult<WebhookWithSecret> {
    let created = webhooks::create_webhook(&ops, &caller.0, body.0).await?;
    Ok(Done::from(created).with_etag(|created| etag(&created.webhook)))
}

/// `GetWebhook`
pub async fn get_webhook(ops: Ops, id: Id<WebhookId>, _: Query<NoQuery>) -> ReadResult<Webhook> {
    Ok(Read::from(webhooks::get_webhook(&ops, id.0).await?).with_etag(etag))
}

/// `PatchWebhook`
pub async fn patch_webhook(
    ops: Ops,
    caller: Caller,
    id: Id<WebhookId>,
    _: Query<NoQuery>,
    version: IfMatch,
    body: Body<WebhookPatch>,
) -> CommandResult<Webhook> {
    let webhook = webhooks::patch_webhook(&ops, &caller.0, id.0, version.0, body.0).await?;
    Ok(Done::from(webhook).with_etag(etag))
}

/// `DeleteWebhook`
pub async fn delete_webhook(
    ops: Ops,
    caller: Caller,
    id: Id<WebhookId>,
    _: Query<NoQuery>,
    version: IfMatch,
) -> CommandResult<Webhook> {
    let was = webhooks::delete_webhook(&ops, &caller.0, id.0, version.0).await?;
    Ok(Done::from(was).with_etag(|was| version_etag(was.version)))
}

/// `RotateWebhookSecret`
pub async fn rotate_webhook_secret(
    ops: Ops,
    caller: Caller,
    id: Id<WebhookId>,
    _: Query<NoQuery>,
) -> CommandResult<WebhookWithSecret> {
    let rotated = webhooks::rotate_webhook_secret(&ops, &caller.0, id.0).await?;
    Ok(Done::from(rotated).with_etag(|rotated| etag(&rotated.webhook)))
}

/// `TestWebhook`
pub async fn test_webhook(
    ops: Ops,
    caller: Caller,
    id: Id<WebhookId>,
    _: Query<NoQuery>,
) -> CommandResult<WebhookDelivery> {
    Ok(webhooks::test_webhook(&ops, &caller.0, id.0).await?.into())
}

/// `ListWebhookDeliveries`
pub async fn list_webhook_deliveries(
    ops: Ops,
    id: Id<WebhookId>,
    query: Query<DeliveryQuery>,
) -> ReadResult<Vec<WebhookDelivery>> {
    Ok(webhooks::list_webhook_deliveries(&ops, id.0, &query.0)
        .await?
        .into())
}

/// `ReplayWebhook`
pub async fn replay_webhook(
    ops: Ops,
    caller: Caller,
    id: Id<WebhookId>,
    _: Query<NoQuery>,
    body: Body<WebhookReplay>,
) -> CommandResult<WebhookReplayed> {
    Ok(webhooks::replay_webhook(&ops, &caller.0, id.0, body.0)
        .await?
        .into())
}
