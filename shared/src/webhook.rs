//! Webhooks out: who wants to hear of which events, and how telling them went.
//!
//! Messages follow Standard Webhooks: `webhook-id`, `webhook-timestamp` and `webhook-signature`
//! around a body of `type`, `timestamp` and `data`, where `data` is an `Event`. A secret is shown
//! once, when it is made.

use serde::{Deserialize, Serialize};

use crate::closed_enum;
use crate::event::{Event, EventKind, Topic};
use crate::id::{DeliveryId, WebhookId};
use crate::patch::Patch;
use crate::session::SecretText;
use crate::time::Timestamp;

/// How many webhooks a workspace may have.
pub const MAX_WEBHOOKS: usize = 50;

/// How long to wait before each further attempt, in seconds; then the delivery has failed.
pub const RETRY_SECONDS: [i64; 6] = [5, 300, 1_800, 7_200, 18_000, 36_000];

/// So many deliveries in a row that failed for good disable a webhook.
pub const FAILURES_TO_DISABLE: u32 = 5;

/// A webhook is disabled when nothing arrived for so long while attempts failed, in hours.
pub const FAILING_HOURS: i64 = 24;

/// A webhook is disabled when more deliveries than this wait for it.
pub const PENDING_TO_DISABLE: u64 = 100_000;

/// How long the old secret signs beside the new one, in hours.
pub const OVERLAP_HOURS: i64 = 24;

/// How many failed deliveries one call replays at most.
pub const REPLAYED_AT_ONCE: u64 = 10_000;

/// How much of a receiver's answer is kept, in bytes.
pub const KEPT_ANSWER: usize = 1_024;

closed_enum! {
    /// Whether a webhook is told anything.
    pub enum WebhookState {
        Active = "active",
        /// Switched off by a person.
        Paused = "paused",
        /// Switched off by us, because its receiver failed; a person can switch it on again.
        Disabled = "disabled",
    }
}

impl WebhookState {
    /// The word for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Paused => "Paused",
            Self::Disabled => "Disabled",
        }
    }
}

closed_enum! {
    /// Why we disabled a webhook.
    pub enum DisabledReason {
        /// Too many deliveries in a row failed for good, nothing arrived for a day, or too many wait.
        Failing = "failing",
        /// The receiver answered 410 Gone.
        Gone = "gone",
        /// The key of this installation was changed, so the secret cannot be made again.
        SecretLost = "secret_lost",
    }
}

impl DisabledReason {
    /// What happened and what helps, for a person.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Failing => {
                "The receiver takes too little of what it is sent. Mend it, switch the webhook on again and replay."
            }
            Self::Gone => "The receiver says that it is gone for good (410).",
            Self::SecretLost => {
                "The identity key of this server was changed, so the secret is lost. Rotate it and tell the receiver."
            }
        }
    }
}

closed_enum! {
    /// How a delivery stands.
    pub enum DeliveryState {
        /// Waits for its first or its next attempt.
        Pending = "pending",
        Delivered = "delivered",
        /// Every attempt failed.
        Failed = "failed",
    }
}

impl DeliveryState {
    /// The word for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Delivered => "Delivered",
            Self::Failed => "Failed",
        }
    }
}

closed_enum! {
    /// Why an attempt failed.
    pub enum AttemptFault {
        /// The receiver answered with another status than 2xx.
        Status = "status",
        /// The receiver answered with a redirect, which is never followed.
        Redirect = "redirect",
        /// There was no answer in time.
        Timeout = "timeout",
        /// There was no connection, or it broke.
        Unreachable = "unreachable",
        /// The name has no address.
        NameUnknown = "name_unknown",
        /// The name leads to an address inside a network, which is never called.
        AddressRefused = "address_refused",
        /// The address of the webhook is not one that may be called.
        UrlRefused = "url_refused",
        /// The secret cannot be made, because the key of this installation was changed.
        SecretLost = "secret_lost",
        /// We failed, not the receiver.
        Crashed = "crashed",
    }
}

impl AttemptFault {
    /// What happened, for a person.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Status => "The receiver answered with a status that is not 2xx.",
            Self::Redirect => "The receiver answered with a redirect; redirects are not followed.",
            Self::Timeout => "The receiver did not answer in time.",
            Self::Unreachable => "No connection to the receiver, or it broke.",
            Self::NameUnknown => "The name of the receiver has no address.",
            Self::AddressRefused => "The name of the receiver leads into a private network.",
            Self::UrlRefused => "The address of the webhook may not be called.",
            Self::SecretLost => "The secret is lost; rotate it.",
            Self::Crashed => "The attempt failed on our side.",
        }
    }
}

/// Which events a webhook is told of; with neither topics nor kinds, of all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EventFilter {
    /// Every event of these topics.
    #[serde(default)]
    pub topics: Vec<Topic>,
    /// These events, whatever their topic.
    #[serde(default)]
    pub kinds: Vec<EventKind>,
}

impl EventFilter {
    /// Whether an event of `kind` is told.
    pub fn takes(&self, kind: EventKind) -> bool {
        kind.is_for_webhooks()
            && ((self.topics.is_empty() && self.kinds.is_empty())
                || self.topics.contains(&kind.topic())
                || self.kinds.contains(&kind))
    }
}

/// A webhook without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Webhook {
    pub id: WebhookId,
    pub version: i64,
    pub url: String,
    pub description: Option<String>,
    pub filter: EventFilter,
    pub state: WebhookState,
    pub disabled_reason: Option<DisabledReason>,
    pub disabled_at: Option<Timestamp>,
    /// Until when the secret before the last rotation signs too; null when only one signs.
    pub old_secret_until: Option<Timestamp>,
    /// Deliveries that failed for good since the last one that arrived.
    pub failed_in_a_row: u32,
    pub last_success_at: Option<Timestamp>,
    pub last_failure_at: Option<Timestamp>,
    pub created_by: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A webhook with the secret that was just made. It is shown this once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookWithSecret {
    pub webhook: Webhook,
    /// `whsec_` and base64, as the libraries of Standard Webhooks take it.
    pub secret: SecretText,
}

/// A webhook to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WebhookDraft {
    /// `https://…`; an address inside a private network is refused.
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default)]
    pub filter: EventFilter,
}

/// A change of a webhook; an absent field is unchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WebhookPatch {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "Patch::is_absent")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub description: Patch<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<EventFilter>,
    /// True switches it on, also after we disabled it; false pauses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

/// One event on its way to one webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookDelivery {
    /// Also the `webhook-id` of every attempt, so a receiver knows a repetition.
    pub id: DeliveryId,
    pub webhook: WebhookId,
    /// The place of the event; null for a test.
    pub event_seq: Option<u64>,
    pub kind: EventKind,
    pub state: DeliveryState,
    pub attempts: u32,
    /// When it is tried next; null when it is not.
    pub next_attempt_at: Option<Timestamp>,
    pub last_attempt_at: Option<Timestamp>,
    /// How long the last attempt took, in milliseconds.
    pub last_duration_ms: Option<u64>,
    /// The status that the receiver answered last.
    pub last_status: Option<u16>,
    pub last_fault: Option<AttemptFault>,
    /// The beginning of what the receiver answered last.
    pub last_answer: Option<String>,
    pub created_at: Timestamp,
}

/// What is to be delivered again: one delivery, or every failed one since a time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WebhookReplay {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliveryId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed_since: Option<Timestamp>,
}

/// How many deliveries were put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookReplayed {
    pub n_deliveries: u64,
    /// More of what failed in that time is left; replay once more for it.
    #[serde(default)]
    pub has_more: bool,
}

/// The body of a message, as Standard Webhooks has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookMessage {
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// When it happened, not when it is sent.
    pub timestamp: Timestamp,
    pub data: Event,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_takes_by_topic_or_by_kind_and_an_empty_one_takes_all_that_is_for_webhooks() {
        let all = EventFilter::default();
        assert!(all.takes(EventKind::LeadCreated) && !all.takes(EventKind::ActivityAdded));
        let some = EventFilter {
            topics: vec![Topic::Imports],
            kinds: vec![EventKind::LeadCreated],
        };
        assert!(some.takes(EventKind::ImportFailed) && some.takes(EventKind::LeadCreated));
        assert!(!some.takes(EventKind::LeadChanged));
        let loops = EventFilter {
            topics: vec![Topic::Gateways],
            kinds: vec![EventKind::WebhookAttempted],
        };
        assert!(!loops.takes(EventKind::WebhookAttempted), "it would feed itself");
    }
}
