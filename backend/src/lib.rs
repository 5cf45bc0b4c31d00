//! The composition root: HTTP skin, command line, settings and the life of a process.
//!
//! Owns: which parts a running `aicmo` is made of and in which order they open and close. Does not
//! own: what an operator can do, which is `aicmo_operations`, nor how it is stored, which is
//! `aicmo_store`. `cli` is the way in; `process::serve` is the one way that starts the console.

pub mod cli;
pub mod http;
pub mod process;
pub mod settings;
pub mod smoke;
pub mod traces;
