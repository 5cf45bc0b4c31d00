//! The life of a process: how `aicmo` opens, serves, fails and closes.
//!
//! Owns: the order in which lock, listener, database and operations are opened, the exit codes, the
//! keys of an installation, and the evidence of a crash. Does not own: what is served. `serve` is
//! the only function of this program that starts the console.

pub mod build;
pub mod courier;
pub mod data_dir;
pub mod database;
pub mod exit;
pub mod facts;
pub mod fatal;
pub mod files;
pub mod first_start;
pub mod keys;
pub mod lock;
pub mod logging;
pub mod recovery;
pub mod serve;
pub mod signals;
pub mod upkeep;

pub use exit::{Exit, Stop};
