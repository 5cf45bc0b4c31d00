//! Identifiers: UUIDv7 as lower-case hyphenated text on the wire, one type per noun.
//!
//! The server makes them; nothing in this crate or in the console can.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($( $(#[$meta:meta])* $name:ident = $noun:literal; )+) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The noun as messages spell it.
            pub const NOUN: &'static str = $noun;

            /// Wraps an identifier that the server made or a caller sent.
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The identifier as the database keeps it.
            pub const fn get(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
                    .into()
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(stringify!($name))
            }
        }
    )+ };
}

ids! {
    /// A lead.
    LeadId = "lead";
    /// A contact of a lead with the workspace.
    TouchId = "touch";
    /// A campaign.
    CampaignId = "campaign";
    /// A row of the outbound ledger.
    AttemptId = "attempt";
    /// A queued unit of work.
    ActionId = "action";
    /// A decision on one content hash.
    ApprovalId = "approval";
    /// An uploaded file of leads and what became of it.
    ImportId = "import";
    /// A bulk change of leads.
    JobId = "job";
    /// A manual work item.
    TaskId = "task";
    /// An account: a person or a service.
    UserId = "user";
    /// A stay of a person in one browser.
    SessionId = "session";
    /// What a person signs in with instead of the password.
    PasskeyId = "passkey";
    /// A key of a tool.
    ApiKeyId = "API key";
    /// An invitation of a person.
    InvitationId = "invitation";
    /// Somebody outside who is told of events.
    WebhookId = "webhook";
    /// One event on its way to one webhook.
    DeliveryId = "delivery";
}
