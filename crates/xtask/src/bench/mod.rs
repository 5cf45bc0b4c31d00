//! `cargo xtask bench`.

use crate::failure::Failure;

/// What to measure.
#[derive(clap::Args)]
pub struct Options {
    #[arg(long, default_value_t = 1_000_000)]
    leads: u64,
}

pub fn run(options: &Options, _verbose: bool) -> Result<bool, Failure> {
    Ok(options.leads > 0)
}
