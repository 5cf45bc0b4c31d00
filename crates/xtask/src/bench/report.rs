//! The report: figures beside their goals, the machine, the date, and what stands behind each.

use std::fmt::Write;

use super::measure::{Measurement, Plan};
use crate::job::Job;
use crate::marker;

/// The whole document.
pub fn render(plan: &Plan, measurements: &[Measurement]) -> String {
    let mut text = String::from(
        "# Benchmarks\n\n\
         Written by `cargo xtask bench` and by nothing else; do not edit it.\n\
         Every ratio compares requests that alternate within one run on one machine; absolute figures hold for this machine only.\n\n\
         ## Machine\n\n",
    );
    for (name, value) in machine() {
        let _infallible = writeln!(text, "- {name}: {value}");
    }
    let _infallible = writeln!(text, "- Build: {}", marker::of_checkout());
    let _infallible = writeln!(text, "- Leads: {} and {}, SQLite", plan.leads, plan.small_leads);
    text.push_str("\n## Figures\n\n| What | Goal | Found | Verdict |\n|---|---|---|---|\n");
    for measurement in measurements {
        let _infallible = writeln!(
            text,
            "| {} | {} | {} | {} |",
            measurement.what,
            measurement.goal,
            measurement.found,
            measurement.verdict()
        );
    }
    text.push_str("\n## Behind the figures\n");
    for measurement in measurements
        .iter()
        .filter(|measurement| !measurement.details.is_empty())
    {
        let _infallible = writeln!(text, "\n### {}\n", capitalised(&measurement.what));
        for detail in &measurement.details {
            let _infallible = writeln!(text, "- {detail}");
        }
    }
    text
}

fn machine() -> Vec<(&'static str, String)> {
    let answer = |program: &str, args: &[&str]| Job::new(program, program).args(args).answer();
    let file = |path: &str, key: &str| {
        let text = std::fs::read_to_string(path).ok()?;
        let line = text.lines().find(|line| line.starts_with(key))?;
        let value = line.split_once([':', '='])?.1;
        Some(value.trim().trim_matches('"').to_owned())
    };
    let cores = std::thread::available_parallelism().map_or_else(|_| "unknown".to_owned(), |n| n.to_string());
    [
        ("Date", answer("date", &["-u", "+%Y-%m-%d"])),
        ("Cores", Some(cores)),
        ("Processor", file("/proc/cpuinfo", "model name")),
        ("Memory", file("/proc/meminfo", "MemTotal")),
        ("System", file("/etc/os-release", "PRETTY_NAME")),
        ("Compiler", answer("rustc", &["--version"])),
    ]
    .into_iter()
    .map(|(name, value)| (name, value.unwrap_or_else(|| "unknown".to_owned())))
    .collect()
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
