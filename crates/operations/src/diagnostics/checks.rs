//! The checks of `run_diagnostics`: each finds one thing and, when it failed, advises one step.
//!
//! They judge what was found before; none of them asks the database itself. A check that has
//! nothing to judge because the database did not answer has failed, and says so.

use aicmo_shared::MockReason;
use aicmo_shared::diagnostics::{Check, CheckOutcome, CounterCheck};

use super::Findings;
use crate::context::{Mode, Operations};
use crate::webhooks::WayOut;

/// A clock that is further off makes windows and schedules wrong.
const MAX_SKEW_MS: i64 = 2_000;

const NOT_ASKED: &str = "It could not be asked: the database does not answer.";
const ASK_LATER: &str = "See the check database.";

/// Every check, in the order in which a person would ask.
pub(super) fn all(
    ops: &Operations,
    mode: &Mode,
    findings: &Findings,
    counters: Option<&CounterCheck>,
) -> Vec<Check> {
    let mut checks = vec![database(mode, findings), console(ops)];
    if mode.store().is_some() {
        checks.extend([
            schema(findings),
            writable(findings),
            clock(findings),
            control(findings),
            counted(counters),
            corrupt(findings),
        ]);
    }
    checks.extend(webhooks(ops));
    checks.extend([passkeys(ops), settings(ops)]);
    checks
}

fn pass(name: &str, finding: impl Into<String>) -> Check {
    Check {
        name: name.to_owned(),
        outcome: CheckOutcome::Pass,
        finding: finding.into(),
        advice: None,
    }
}

fn fail(name: &str, finding: impl Into<String>, advice: impl Into<String>) -> Check {
    Check {
        name: name.to_owned(),
        outcome: CheckOutcome::Fail,
        finding: finding.into(),
        advice: Some(advice.into()),
    }
}

fn not_asked(name: &str) -> Check {
    fail(name, NOT_ASKED, ASK_LATER)
}

fn database(mode: &Mode, findings: &Findings) -> Check {
    const NAME: &str = "database";
    let report = &findings.report;
    match (mode.mock_reason(), report.latency_ms) {
        (Some(MockReason::DatabaseUnavailableAtStart), _) => fail(
            NAME,
            "It could not be opened when the server started; mock data are shown.",
            format!(
                "Make {} reachable; the server turns live by itself.",
                report.address
            ),
        ),
        (Some(_), _) => pass(NAME, "It is not opened: mock data are chosen by a setting."),
        (None, Some(latency_ms)) => pass(NAME, format!("It answers in {latency_ms:.1} ms.")),
        (None, None) => fail(
            NAME,
            report
                .why
                .clone()
                .unwrap_or_else(|| "It does not answer.".to_owned()),
            format!("See whether {} is there and accepts connections.", report.address),
        ),
    }
}

fn console(ops: &Operations) -> Check {
    const NAME: &str = "console";
    let console = &ops.facts.console;
    if !console.embedded {
        fail(
            NAME,
            "This binary has no console in it.",
            "Build it with cargo xtask build-ui and build again.",
        )
    } else if console.matches_server {
        pass(
            NAME,
            format!(
                "It is of the same build as the server, with {} files.",
                console.files
            ),
        )
    } else {
        let build = console.build.as_ref().map_or("unknown", |build| build.as_str());
        fail(
            NAME,
            format!("It is of build {build}, the server of {}.", ops.facts.build),
            "Build console and server together with cargo xtask run.",
        )
    }
}

fn schema(findings: &Findings) -> Check {
    const NAME: &str = "schema";
    let report = &findings.report;
    match &report.schema_version {
        _ if !report.reachable => not_asked(NAME),
        Some(version) if *version == report.schema_expected => {
            pass(NAME, format!("It is current: {version}."))
        }
        Some(version) => fail(
            NAME,
            format!(
                "It is at {version}; this binary expects {}.",
                report.schema_expected
            ),
            "Run aicmo migrate, or start the binary that fits the database.",
        ),
        None => fail(NAME, "It has no schema yet.", "Run aicmo migrate."),
    }
}

fn writable(findings: &Findings) -> Check {
    const NAME: &str = "writable";
    match findings.report.writable {
        _ if !findings.report.reachable => not_asked(NAME),
        Some(true) => pass(NAME, "Changes can be written."),
        Some(false) | None => fail(
            NAME,
            "Changes cannot be written.",
            "Look for a full disk, a read-only file or directory, or a standby server.",
        ),
    }
}

fn clock(findings: &Findings) -> Check {
    const NAME: &str = "clock";
    match findings.report.clock_skew_ms {
        _ if !findings.report.reachable => not_asked(NAME),
        None => pass(NAME, "The database has no clock of its own."),
        Some(skew) if skew.abs() < MAX_SKEW_MS => {
            pass(NAME, format!("The database's clock differs by {skew} ms."))
        }
        Some(skew) => fail(
            NAME,
            format!("The database's clock differs by {skew} ms."),
            "Synchronise both machines with a time server.",
        ),
    }
}

fn control(findings: &Findings) -> Check {
    const NAME: &str = "control_flags";
    match &findings.control {
        Some(flags) => pass(NAME, format!("They can be read; epoch {}.", flags.epoch)),
        None if !findings.report.reachable => not_asked(NAME),
        None => fail(
            NAME,
            "They cannot be read.",
            "Run aicmo migrate; if it stays, restore a backup.",
        ),
    }
}

fn counted(counters: Option<&CounterCheck>) -> Check {
    const NAME: &str = "counters";
    match counters {
        None => not_asked(NAME),
        Some(check) => match check.mismatches.as_slice() {
            [] => pass(NAME, format!("All {} counters equal their rows.", check.compared)),
            [first, ..] => fail(
                NAME,
                format!(
                    "{} of {} counters differ from their rows; {} says {} and there are {}.",
                    check.mismatches.len(),
                    check.compared,
                    first.counter,
                    first.counted,
                    first.rows
                ),
                "Report it with this report: a figure that rests on them may be wrong.",
            ),
        },
    }
}

fn corrupt(findings: &Findings) -> Check {
    const NAME: &str = "corrupt_rows";
    match &findings.corrupt {
        None => not_asked(NAME),
        Some((_, 0)) => pass(NAME, "Every stored value is one that is known."),
        Some((rows, total)) => {
            let first = rows.first().map_or_else(String::new, |row| {
                format!(
                    " The first: {}.{} of row {} is {:?}.",
                    row.table, row.column, row.id, row.value
                )
            });
            fail(
                NAME,
                format!("{total} rows hold a value that no enum knows; they are left out of figures.{first}"),
                "Set each value to a legal one; nothing is mended by guessing.",
            )
        }
    }
}

/// Only where a server would send and cannot: a command that only looks is none.
fn webhooks(ops: &Operations) -> Option<Check> {
    (ops.webhook_port.way_out() == WayOut::Broken).then(|| {
        fail(
            "webhooks",
            "They cannot be sent from this machine: HTTPS cannot be set up. What happens waits.",
            "Install the system's certificates and start the server again; its log has the cause.",
        )
    })
}

/// No address is wrong: an installation may do without passkeys. What is found says whether it does.
fn passkeys(ops: &Operations) -> Check {
    const NAME: &str = "passkeys";
    match ops.accounts.passkey_origin() {
        Some(origin) => pass(NAME, format!("They work at {origin}.")),
        None => pass(
            NAME,
            "None can be used: AICMO_PUBLIC_URL is neither an https address with a host name nor localhost.",
        ),
    }
}

fn settings(ops: &Operations) -> Check {
    const NAME: &str = "settings";
    match ops.facts.unknown_settings.as_slice() {
        [] => pass(NAME, "Every AICMO_ variable is known."),
        unknown => fail(
            NAME,
            format!("No setting knows {}.", unknown.join(", ")),
            "Correct the spelling or remove the variable: it has no effect.",
        ),
    }
}
