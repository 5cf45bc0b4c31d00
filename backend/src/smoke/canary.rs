//! Check 11: diagnostics builds, also without a database, and no secret comes out of it.
//!
//! A secret that nobody else has is planted wherever a setting may hold one, and then looked for in
//! everything that a person can read.

use aicmo_shared::api::{GetDiagnostics, NoQuery};

use super::check::{Ground, Verdict};
use super::server::{Server, command, run_to_end};

/// Hexadecimal, so that no escaping can hide it.
const CANARY: &str = "ca4a12ca4a12ca4a12ca4a12ca4a12ca4a12";

pub async fn check(ground: &Ground) -> Verdict {
    // Nothing listens on port 9 of this machine; the address is legal and leads nowhere.
    let url = format!("postgres://{CANARY}:{CANARY}@127.0.0.1:9/aicmo?sslpassword={CANARY}");
    let environment = [
        ("DATABASE_URL", url.as_str()),
        ("AICMO_IDENTITY_KEY", CANARY),
        ("AICMO_SESSION_KEY", CANARY),
        ("AICMO_DB_STARTUP_RETRY_SECS", "0"),
        ("AICMO_LOG_LEVEL", "trace"),
    ];
    let server = Server::start(&ground.binary, &ground.scratch.join("canary"), &environment)?;
    let client = server.client()?;
    let report = client
        .read::<GetDiagnostics>(&[], &NoQuery {})
        .await
        .map_err(|error| format!("diagnostics does not build without a database: {error}"))?
        .into_data();
    if report.settings.len() != crate::settings::TABLE.len() || report.database.reachable {
        return Err("the report does not say what is running".into());
    }
    let mut doctor = command(&ground.binary, &environment);
    doctor.args(["doctor", "--json"]);
    doctor.current_dir(&ground.scratch);
    let doctor = run_to_end(doctor)?;

    let diagnostics = serde_json::to_string(&report).map_err(|cause| cause.to_string())?;
    for (place, text) in [
        ("GET /api/v1/diagnostics", diagnostics.as_str()),
        ("aicmo doctor", doctor.stdout.as_str()),
        ("the log of aicmo doctor", doctor.stderr.as_str()),
        ("the log of the server", server.log().as_str()),
        ("the ready line", server.ready_line.as_str()),
    ] {
        if text.contains(CANARY) {
            return Err(format!("a planted secret stands in {place}"));
        }
    }
    if !doctor.stdout.contains("DATABASE_URL") {
        return Err("aicmo doctor does not build its report without a database".into());
    }
    Ok(format!(
        "{} settings reported, planted secrets in none of five outputs",
        report.settings.len()
    ))
}
