//! The vocabulary that server, console, command line and tests compile together.
//!
//! Owns: closed enums and their transition tables, the wire types, provenance (`Sourced`), the
//! problem document and its codes, and the endpoint table. Does not own: any IO, any clock, any
//! rule that needs a database. It compiles to `wasm32-unknown-unknown`, so its dependencies stay
//! few. Start reading at `api` for what the server offers, or at `lead` for what it is about.

pub mod closed_enum;

pub mod access;
pub mod account;
pub mod action;
pub mod activity;
pub mod api;
pub mod api_key;
pub mod approval;
pub mod audit;
pub mod backup;
pub mod build_marker;
pub mod campaign;
pub mod control;
pub mod diagnostics;
pub mod event;
pub mod fault;
pub mod id;
pub mod idempotency;
pub mod import;
pub mod inventory;
pub mod job;
pub mod lead;
pub mod metrics;
pub mod outreach;
pub mod passkey;
pub mod patch;
pub mod problem;
pub mod session;
pub mod sourced;
pub mod status;
pub mod task;
pub mod time;
pub mod webhook;

pub use closed_enum::{ClosedEnum, IllegalTransition, Transition, UnknownValue};
pub use id::{
    ActionId, ApiKeyId, ApprovalId, AttemptId, CampaignId, DeliveryId, ImportId, InvitationId, JobId, LeadId,
    PasskeyId, SessionId, TaskId, TouchId, UserId, WebhookId,
};
pub use problem::{ErrorCode, FieldProblem, Problem};
pub use sourced::{MockReason, PageInfo, Source, Sourced};
pub use time::{DateText, Timestamp};
