//! The tables as SeaORM sees them. Closed values are text here: `column` turns them into enums, so
//! that one unknown word fails one row and not the list it stands in. The derive is the plain one: the
//! richer one brings nested writes, which begin transactions of their own.

pub(crate) mod api_key;
pub(crate) mod approval;
pub(crate) mod audit_head;
pub(crate) mod audit_log;
pub(crate) mod campaign;
pub(crate) mod consent_event;
pub(crate) mod control_flags;
pub(crate) mod counter;
pub(crate) mod event;
pub(crate) mod event_head;
pub(crate) mod idempotency_key;
pub(crate) mod import_batch;
pub(crate) mod import_row;
pub(crate) mod job;
pub(crate) mod job_item;
pub(crate) mod lead;
pub(crate) mod lead_identity;
pub(crate) mod lead_status_step;
pub(crate) mod lead_text;
pub(crate) mod lead_touch;
pub(crate) mod one_time_link;
pub(crate) mod operator_task;
pub(crate) mod outbound_attempt;
pub(crate) mod passkey;
pub(crate) mod passkey_answer;
pub(crate) mod recovery_code;
pub(crate) mod session;
pub(crate) mod user;
pub(crate) mod webhook;
pub(crate) mod webhook_cursor;
pub(crate) mod webhook_delivery;
