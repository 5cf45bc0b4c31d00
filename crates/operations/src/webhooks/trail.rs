//! What the audit trail tells of webhooks: everything but what a receiver keeps secret.

use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::{Timestamp, WebhookId};
use aicmo_store::AuditEntry;
use aicmo_store::webhooks::WebhookRecord;
use serde_json::{Value, json};
use url::{Position, Url};

use crate::context::Operator;

/// What the row of a change tells of a webhook.
pub(super) fn shown(record: &WebhookRecord) -> Value {
    json!({
        "host": host_of(&record.url),
        "description": record.description,
        "filter": record.filter,
        "state": record.state,
        "secret": record.secret.salt,
    })
}

/// The host of an address, with its port where that is not the usual one. Whatever else it has may
/// be a token of the receiver, so it is read as whoever calls it reads it: a host that is cut out of
/// the text is not always the host.
fn host_of(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    Some(url[Position::BeforeHost..Position::AfterPort].to_owned())
}

/// A row about one webhook.
pub(super) fn entry(
    operator: &Operator,
    action: AuditAction,
    id: WebhookId,
    (before, after): (Option<Value>, Option<Value>),
    at: Timestamp,
) -> AuditEntry {
    AuditEntry {
        actor: operator.actor.clone(),
        action,
        subject_type: SubjectType::Webhook,
        subject_id: Some(id.to_string()),
        campaign: None,
        before,
        after,
        reason: None,
        request_id: operator.request_id.clone(),
        at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_token_of_a_receiver_is_told_however_its_address_is_written() {
        for (address, host) in [
            ("https://hooks.example.org/in", Some("hooks.example.org")),
            (
                "https://hooks.example.org?token=SECRET",
                Some("hooks.example.org"),
            ),
            ("https://hooks.example.org#SECRET", Some("hooks.example.org")),
            ("https:/hooks.example.org/SECRET", Some("hooks.example.org")),
            ("https:hooks.example.org/SECRET/in", Some("hooks.example.org")),
            ("https:\\\\hooks.example.org\\SECRET", Some("hooks.example.org")),
            (
                "https://SECRET@hooks.example.org:8443/",
                Some("hooks.example.org:8443"),
            ),
            ("https://[2001:db8::1]/SECRET", Some("[2001:db8::1]")),
            ("SECRET", None),
        ] {
            assert_eq!(host_of(address).as_deref(), host, "{address}");
        }
    }
}
