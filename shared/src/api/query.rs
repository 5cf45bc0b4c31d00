//! Query parameters as types, with their names as data for the unknown-parameter check and OpenAPI.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::activity::{ActivityKind, SubjectType};
use crate::audit::{ActorType, AuditAction, AuditFilter};
use crate::campaign::CampaignStatus;
use crate::event::Topic;
use crate::import::{RowUndo, RowVerdict};
use crate::job::{ItemOutcome, ItemUndo};
use crate::time::Timestamp;
use crate::webhook::DeliveryState;

pub use lead::{LeadQuery, PageCount};

/// Rows of a page when the request does not say.
pub const DEFAULT_LIMIT: u32 = 50;

/// The most rows a page may have.
pub const MAX_LIMIT: u32 = 200;

/// What values a parameter takes.
#[derive(Clone, Copy, Debug)]
pub enum ParamKind {
    /// Any text.
    Text,
    /// A whole number between the two, both included.
    Integer(u32, u32),
    /// `true` or `false`.
    Boolean,
    /// A UUID.
    Id,
    /// An RFC 3339 time.
    Time,
    /// A number from 0 to 1, both included.
    Ratio,
    /// One of a closed set.
    OneOf(fn() -> Vec<&'static str>),
    /// Some of a closed set, separated by commas.
    SomeOf(fn() -> Vec<&'static str>),
}

/// A query parameter as data.
#[derive(Clone, Copy, Debug)]
pub struct ParamSpec {
    /// Its name on the wire.
    pub name: &'static str,
    /// One sentence.
    pub help: &'static str,
    /// What values it takes.
    pub kind: ParamKind,
}

/// The query of an endpoint. A parameter outside `PARAMS` is refused by name.
pub trait QueryParams: Serialize + DeserializeOwned + Default {
    /// Every parameter.
    const PARAMS: &'static [ParamSpec];
}

macro_rules! texts {
    ($enum:ty) => {
        ParamKind::OneOf(|| <$enum>::ALL.iter().map(|value| value.as_str()).collect())
    };
}

// Behind the macro, which it uses.
mod lead;

const LIMIT: ParamSpec = ParamSpec {
    name: "limit",
    help: "Rows of the page; 50 when absent.",
    kind: ParamKind::Integer(1, MAX_LIMIT),
};
const CURSOR: ParamSpec = ParamSpec {
    name: "cursor",
    help: "Where the last page ended; opaque, bound to filter and sort.",
    kind: ParamKind::Text,
};

/// No parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoQuery {}

impl QueryParams for NoQuery {
    const PARAMS: &'static [ParamSpec] = &[];
}

/// The feed's filter and place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ActivityQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<ActivityKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl QueryParams for ActivityQuery {
    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec {
            name: "kind",
            help: "Only events of this kind.",
            kind: texts!(ActivityKind),
        },
        CURSOR,
        ParamSpec {
            name: "limit",
            help: "Lines of the page; 25 when absent.",
            kind: ParamKind::Integer(1, MAX_LIMIT),
        },
    ];
}

/// The campaign list's filter and place; newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CampaignQuery {
    #[serde(rename = "filter[status]", skip_serializing_if = "Option::is_none")]
    pub status: Option<CampaignStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl QueryParams for CampaignQuery {
    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec {
            name: "filter[status]",
            help: "Campaigns in this status.",
            kind: texts!(CampaignStatus),
        },
        CURSOR,
        LIMIT,
    ];
}

/// The import history's place; newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl QueryParams for ImportQuery {
    const PARAMS: &'static [ParamSpec] = &[CURSOR, LIMIT];
}

/// The place in a list of people or of keys; by age, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PageQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl QueryParams for PageQuery {
    const PARAMS: &'static [ParamSpec] = &[CURSOR, LIMIT];
}

/// What a stream tells, and behind which event it begins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StreamQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topics: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_event_id: Option<String>,
}

impl QueryParams for StreamQuery {
    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec {
            name: "topics",
            help: "Only events of these topics, separated by commas; all when absent.",
            kind: ParamKind::SomeOf(|| Topic::ALL.iter().map(|value| value.as_str()).collect()),
        },
        ParamSpec {
            name: "last_event_id",
            help: "The id of the last event that was seen, for who cannot send the header Last-Event-ID.",
            kind: ParamKind::Text,
        },
    ];
}

/// Which deliveries of a webhook, and from where; newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeliveryQuery {
    #[serde(rename = "filter[state]", skip_serializing_if = "Option::is_none")]
    pub state: Option<DeliveryState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl QueryParams for DeliveryQuery {
    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec {
            name: "filter[state]",
            help: "Deliveries that stand like this.",
            kind: texts!(DeliveryState),
        },
        CURSOR,
        LIMIT,
    ];
}

/// Which rows of an import, and from where; in file order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportRowQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<RowVerdict>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo: Option<RowUndo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Which leads of a bulk change, and from where; in the order of the change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobItemQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<ItemOutcome>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo: Option<ItemUndo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl QueryParams for JobItemQuery {
    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec {
            name: "outcome",
            help: "Only leads with this outcome; `refused` lists them with their reasons.",
            kind: texts!(ItemOutcome),
        },
        ParamSpec {
            name: "undo",
            help: "Only leads with which an undo did this; `kept` lists what was changed since.",
            kind: texts!(ItemUndo),
        },
        CURSOR,
        LIMIT,
    ];
}

impl QueryParams for ImportRowQuery {
    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec {
            name: "verdict",
            help: "Only rows with this verdict.",
            kind: texts!(RowVerdict),
        },
        ParamSpec {
            name: "undo",
            help: "Only rows with which an undo did this; `kept` lists what stays, with reasons.",
            kind: texts!(RowUndo),
        },
        CURSOR,
        LIMIT,
    ];
}

/// The audit trail's filter and place; newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditQuery {
    #[serde(rename = "filter[actor_type]", skip_serializing_if = "Option::is_none")]
    pub actor_type: Option<ActorType>,
    #[serde(rename = "filter[actor]", skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    #[serde(rename = "filter[action]", skip_serializing_if = "Option::is_none")]
    pub action: Option<AuditAction>,
    #[serde(rename = "filter[subject_type]", skip_serializing_if = "Option::is_none")]
    pub subject_type: Option<SubjectType>,
    #[serde(rename = "filter[subject]", skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    #[serde(rename = "filter[request]", skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    #[serde(rename = "filter[from]", skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    #[serde(rename = "filter[to]", skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    #[serde(rename = "filter[reason]", skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl AuditQuery {
    /// The conditions alone.
    pub fn filter(&self) -> AuditFilter {
        AuditFilter {
            actor_type: self.actor_type,
            actor: self.actor.clone(),
            action: self.action,
            subject_type: self.subject_type,
            subject: self.subject.clone(),
            request: self.request.clone(),
            from: self.from,
            to: self.to,
            reason: self.reason.clone(),
        }
    }
}

impl QueryParams for AuditQuery {
    const PARAMS: &'static [ParamSpec] = &[
        ParamSpec {
            name: "filter[actor_type]",
            help: "Rows of this kind of actor.",
            kind: texts!(ActorType),
        },
        ParamSpec {
            name: "filter[actor]",
            help: "Rows of the actor with this whole id.",
            kind: ParamKind::Text,
        },
        ParamSpec {
            name: "filter[action]",
            help: "Rows of this action.",
            kind: texts!(AuditAction),
        },
        ParamSpec {
            name: "filter[subject_type]",
            help: "Rows about this kind of thing.",
            kind: texts!(SubjectType),
        },
        ParamSpec {
            name: "filter[subject]",
            help: "Rows about the thing with this whole id.",
            kind: ParamKind::Text,
        },
        ParamSpec {
            name: "filter[request]",
            help: "Rows of the request with this whole id.",
            kind: ParamKind::Text,
        },
        ParamSpec {
            name: "filter[from]",
            help: "Rows not before this instant.",
            kind: ParamKind::Time,
        },
        ParamSpec {
            name: "filter[to]",
            help: "Rows before this instant.",
            kind: ParamKind::Time,
        },
        ParamSpec {
            name: "filter[reason]",
            help: "Rows with this text in their reason, without regard to case.",
            kind: ParamKind::Text,
        },
        CURSOR,
        LIMIT,
    ];
}
