//! Handlers, one module per noun: take the request apart, call one operation, wrap the answer.
//!
//! A fourth thought belongs to the operation. Paths and methods stand in the endpoint table.

pub mod activity;
pub mod api_keys;
pub mod audit;
pub mod backups;
pub mod campaigns;
pub mod client_errors;
pub mod diagnostics;
pub mod imports;
pub mod inventory;
pub mod jobs;
pub mod leads;
pub mod metrics;
pub mod passkeys;
pub mod session;
pub mod status;
pub mod stream;
pub mod tasks;
pub mod users;
pub mod webhooks;

use actix_web::web::Data;
use aicmo_operations::Operations;

/// The context of the operations, as handlers take it.
type Ops = Data<Operations>;
