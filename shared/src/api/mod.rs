//! The endpoint table: every route of the JSON API, once.
//!
//! A marker type per endpoint says method, path, query, body and answer; `ALL` lists their
//! specifications. Routes, the OpenAPI document, the typed client, the console's calls and the
//! coverage tests are derived from here, so a route outside this table does not exist.

#[macro_use]
mod table;
mod endpoints;
mod query;

pub use endpoints::*;
pub use query::{
    ActivityQuery, AuditQuery, CampaignQuery, DEFAULT_LIMIT, DeliveryQuery, ImportQuery, ImportRowQuery,
    JobItemQuery, LeadQuery, MAX_LIMIT, NoQuery, PageCount, PageQuery, ParamKind, ParamSpec, QueryParams,
    StreamQuery,
};
pub use table::{DescribedEndpoint, Visitor};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::access::Access;
use crate::problem::ErrorCode;

/// The base path of the API.
pub const BASE: &str = "/api/v1";

/// The HTTP method of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Changes nothing.
    Get,
    /// Creates or acts.
    Post,
    /// Replaces.
    Put,
    /// Merge patch; needs If-Match.
    Patch,
    /// Removes or revokes.
    Delete,
}

impl Method {
    /// The method as HTTP spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What an endpoint does to the world, which decides what mock mode, audit and coverage ask of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Answers `Sourced<T>` and changes nothing.
    Read,
    /// Changes data: refused in mock mode, one audit row.
    Command,
    /// Acts on the process and not on data: allowed in mock mode, no audit row.
    Process,
    /// Is about live data and changes none: refused in mock mode, no audit row.
    Inquiry,
    /// Goes on telling until either side ends it; each event is an `Answer`. Changes nothing.
    Stream,
}

impl Kind {
    /// Whether mock mode refuses it: there is nothing to change and nothing to look into.
    pub const fn needs_live_data(self) -> bool {
        matches!(self, Self::Command | Self::Inquiry)
    }
}

/// How the body of a request travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// No body.
    None,
    /// `application/json`.
    Json,
    /// `multipart/form-data` with one part named `file`, and optional text parts.
    File,
}

/// How the answer of a success travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerKind {
    /// `application/json`.
    Json,
    /// `application/json` that shows a secret this once: nothing keeps it for a second time.
    Secret,
    /// A file of rows, streamed: `application/x-ndjson` or `text/csv`.
    Rows,
    /// A table for a spreadsheet, streamed: `text/csv`.
    Table,
    /// `text/event-stream`, without end.
    Events,
}

/// An endpoint as data.
#[derive(Clone, Copy, Debug)]
pub struct EndpointSpec {
    /// The name of the marker, and of operation and handler in snake case.
    pub name: &'static str,
    /// The method.
    pub method: Method,
    /// The whole path with `{placeholders}`.
    pub path: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// What it does to the world.
    pub kind: Kind,
    /// Who it is open to.
    pub access: Access,
    /// How its body travels.
    pub body: BodyKind,
    /// How its answer travels.
    pub answer: AnswerKind,
    /// The service whose switch governs it; `None` when nothing switches it off.
    pub service: Option<crate::status::ServiceName>,
    /// Whether it needs `If-Match`.
    pub needs_version: bool,
    /// The status of its success.
    pub success: u16,
    /// The codes it can answer beside those that every endpoint can.
    pub problems: &'static [ErrorCode],
    /// Its query parameters.
    pub params: &'static [ParamSpec],
}

impl EndpointSpec {
    /// Whether `Idempotency-Key` counts here: wherever data is changed that is not the caller's own
    /// account. A session's cookie is given once and to one browser, so what gives one takes no key.
    pub const fn takes_key(&self) -> bool {
        matches!(self.kind, Kind::Command) && matches!(self.access, Access::Needs(_)) && self.answers_json()
    }

    /// Whether a success is one JSON document.
    pub const fn answers_json(&self) -> bool {
        matches!(self.answer, AnswerKind::Json | AnswerKind::Secret)
    }

    /// The path with its placeholders filled, in order.
    pub fn path_with(&self, values: &[&str]) -> String {
        let mut values = values.iter();
        let mut out = String::with_capacity(self.path.len() + 32);
        for (index, piece) in self.path.split('/').enumerate() {
            if index > 0 {
                out.push('/');
            }
            if piece.starts_with('{') {
                out.push_str(values.next().copied().unwrap_or(piece));
            } else {
                out.push_str(piece);
            }
        }
        out
    }
}

/// An endpoint as a type. `Path` is what fills its placeholders.
pub trait Endpoint {
    /// The query parameters.
    type Query: QueryParams;
    /// The JSON body; `()` when there is none.
    type Body: Serialize + DeserializeOwned;
    /// What stands in `data` of a read, or the whole answer of a command.
    type Answer: Serialize + DeserializeOwned;
    /// The endpoint as data.
    const SPEC: EndpointSpec;
}

/// Marks endpoints that answer `Sourced<Answer>`.
pub trait ReadEndpoint: Endpoint {}

/// Marks endpoints that answer the plain thing.
pub trait CommandEndpoint: Endpoint {}

/// Marks endpoints that answer an endless row of events.
pub trait StreamEndpoint: Endpoint {}
