//! How the outcome of a smoke run is shown and kept.

use std::fmt::Write as _;
use std::path::Path;

use super::check::Smoke;
use crate::process::data_dir::unusable;
use crate::process::{Exit, Stop};

/// What a person sees.
pub fn table(smoke: &Smoke) -> String {
    let rows: Vec<Vec<String>> = smoke
        .checks
        .iter()
        .map(|check| {
            vec![
                check.number.to_string(),
                word(check.passed).to_owned(),
                format!("{} ms", check.duration_ms),
                check.name.clone(),
                check.finding.clone(),
            ]
        })
        .collect();
    let mut text = crate::cli::table::draw(&["no", "result", "took", "check", "finding"], &rows);
    let passed = smoke.checks.iter().filter(|check| check.passed).count();
    let _ = writeln!(
        text,
        "\n{}: {passed} of {} checks passed; {}; {}.",
        word(smoke.passed()),
        smoke.checks.len(),
        start(smoke),
        smoke.build
    );
    text
}

/// Whether evidence can be written in the format that the name of the file asks for.
///
/// # Errors
/// A usage error for any ending but `.json` and `.md`.
pub fn require_format(path: &Path) -> Result<(), Stop> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("json" | "md") => Ok(()),
        _ => Err(Stop::new(
            Exit::Usage,
            "--report must name a file that ends in .json or .md.",
        )),
    }
}

/// Writes dated evidence in the format that the name of the file asks for.
///
/// # Errors
/// When the file cannot be written.
pub fn write(smoke: &Smoke, path: &Path) -> Result<(), Stop> {
    require_format(path)?;
    let text = if path.extension().is_some_and(|ending| ending == "json") {
        json(smoke)?
    } else {
        markdown(smoke)
    };
    std::fs::write(path, text).map_err(|cause| unusable(path, &cause))
}

fn json(smoke: &Smoke) -> Result<String, Stop> {
    let failed = |cause| Stop::fatal(format!("The evidence cannot be written as JSON: {cause}."));
    let mut document = serde_json::to_value(smoke).map_err(failed)?;
    document["passed"] = smoke.passed().into();
    serde_json::to_string_pretty(&document)
        .map(|text| text + "\n")
        .map_err(failed)
}

fn markdown(smoke: &Smoke) -> String {
    let mut text = format!(
        "# Smoke check of {}\n\n- Result: {}\n- At: {}\n- Version: {} ({})\n- Machine: {}\n- Start: {}\n\n",
        smoke.build,
        word(smoke.passed()),
        smoke.at,
        smoke.version,
        smoke.git_commit,
        smoke.machine,
        start(smoke)
    );
    text.push_str("| No | Result | Took | Check | Finding |\n|---|---|---|---|---|\n");
    for check in &smoke.checks {
        let finding = check.finding.replace('|', "\\|").replace('\n', " ");
        let _ = writeln!(
            text,
            "| {} | {} | {} ms | {} | {finding} |",
            check.number,
            word(check.passed),
            check.duration_ms,
            check.name
        );
    }
    text
}

fn start(smoke: &Smoke) -> String {
    smoke.start_to_ready_ms.map_or_else(
        || "the server did not become ready".to_owned(),
        |took| format!("start to ready in {took} ms"),
    )
}

const fn word(passed: bool) -> &'static str {
    if passed { "PASS" } else { "FAIL" }
}

#[cfg(test)]
mod tests {
    use aicmo_shared::Timestamp;

    use super::super::check::Outcome;
    use super::*;

    fn one_failed() -> Smoke {
        let check = |number, passed, finding: &str| Outcome {
            number,
            name: "a check".into(),
            passed,
            finding: finding.into(),
            duration_ms: 3,
        };
        Smoke {
            at: Timestamp::from_millis(0),
            build: "B".into(),
            version: "0".into(),
            git_commit: "c".into(),
            machine: "m".into(),
            start_to_ready_ms: None,
            checks: vec![check(1, true, "fine"), check(2, false, "a|b\nc")],
        }
    }

    #[test]
    fn one_failed_check_fails_the_whole_and_every_format_says_so() {
        let smoke = one_failed();
        assert!(!smoke.passed());
        assert!(table(&smoke).contains("FAIL: 1 of 2 checks passed"));
        assert!(markdown(&smoke).contains("| 2 | FAIL | 3 ms | a check | a\\|b c |"));
        let document: serde_json::Value =
            serde_json::from_str(&json(&smoke).expect("JSON")).expect("reads back");
        assert_eq!(document["passed"], false);
        assert_eq!(document["checks"][1]["passed"], false);
        assert_eq!(document["at"], "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn evidence_is_written_in_two_formats_and_no_third() {
        let dir = tempfile::tempdir().expect("a directory");
        for name in ["a.json", "a.md"] {
            write(&one_failed(), &dir.path().join(name)).expect("written");
        }
        assert_eq!(
            require_format(Path::new("a.pdf")).expect_err("unknown").exit,
            Exit::Usage
        );
    }
}
