//! The process seen from outside: the real binary, its exit codes, its files, its first line.
//!
//! Every test starts processes of its own in a directory of its own, on free ports.

mod accounts;
mod api_jobs;
mod audit;
mod canaries;
mod crashes;
mod doors;
mod full_disk;
mod gate;
mod hardening;
mod idempotency;
mod import;
mod leftovers;
mod lifetime;
mod load;
mod modes;
mod raw;
mod refusals;
mod replicas;
mod retired;
mod secrets;
mod settings_table;
mod shutdown;
mod smoke;
mod smuggling;
mod support;
mod traces;
mod transfer;
mod unread;
