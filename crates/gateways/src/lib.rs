//! Adapters behind the ports: everything that leaves the house leaves through here.
//!
//! Owns: how a message travels to the outside. Does not own: what is sent, to whom, when, or how
//! often; operations define the ports and decide. This crate knows no database.

mod webhooks;

pub use webhooks::{HttpWebhooks, Lookup, NotReady, SystemLookup};
