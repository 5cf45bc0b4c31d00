//! The store on real databases: one binary, every test once per database.

mod activity;
mod audit;
mod audit_trail;
mod campaigns;
mod closed_columns;
mod control;
mod corrupt;
mod counters;
mod events;
mod faults;
mod identities;
mod imports;
mod lead_search;
mod leads;
mod metrics;
mod paging;
mod plans;
mod schema;
mod support;
mod tasks;
mod timeline;
mod transfer;
mod writers;
