//! The rules of the house, on real databases of both kinds with a clock that stands still.

mod accounts;
mod campaigns;
mod commands;
mod diagnostics;
mod figures;
mod idempotency;
mod import;
mod import_files;
mod import_scale;
mod import_undo;
mod lead_consent;
mod lead_create;
mod lead_edit;
mod lead_list;
mod lead_status;
mod passkeys;
mod provenance;
mod reads;
mod support;
mod webhook_queues;
mod webhooks;
