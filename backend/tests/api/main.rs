//! The wire: routes, statuses, bodies, headers and faults against a real server on a free port.
//!
//! The walks (`coverage`, `provenance`, `mock_mode`, `broken_database`, `audit_trail`) go over the
//! endpoint table, so a new endpoint is in them by being in the table. A module per noun has what is
//! special to its endpoints. Rules are proved in the operations crate and not again here.

mod harness;
mod passkeys;
mod people;
mod samples;

mod audit_trail;
mod backups;
mod broken_database;
mod coverage;
mod described;
mod mock_mode;
mod openapi_examples;
mod provenance;
mod released;

mod access;
mod activity;
mod api_keys;
mod audit;
mod campaigns;
mod client_errors;
mod diagnostics;
mod imports;
mod inventory;
mod jobs;
mod leads;
mod metrics;
mod session;
mod status;
mod stream;
mod tasks;
mod users;
mod webhooks;

mod bad_input;
mod console;
mod cors;
mod docs_page;
mod entry_points;
mod faults;
mod guards;
mod headers;
mod idempotency;
mod limits;
mod log_lines;
mod methods;
mod probes;
mod prometheus;
mod versions;
