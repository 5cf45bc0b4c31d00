//! Lets schemathesis invent requests against a server on either database, as every kind of caller.
//!
//! Not part of the suite: it downloads a tool and takes minutes. What it finds becomes a failing test
//! of the backend first.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::bench::served::{KEY, Served};
use crate::bench::wire::{Connection, text_at};
use crate::cluster::Cluster;
use crate::failure::{Because, Failure};
use crate::job::Job;
use crate::narrator::Step;
use crate::{places, server};

/// The version of schemathesis that the expectations in `schemathesis.toml` were written for.
const SCHEMATHESIS: &str = "4.32.5";

const NOBODY: &str = "nobody";
const THE_KEY: &str = "the key of the settings";

/// Who attacks; the last four are people of that role.
const WHO: [&str; 6] = [NOBODY, THE_KEY, "viewer", "operator", "approver", "admin"];

/// A stream has no end, so no answer of it can be looked at.
const ENDLESS: &str = "OpenStream";

/// What would end the session that asks, after which every request is a stranger's. The key of the
/// settings asks for the ones that a key may.
const ENDS_THE_CALLER: [&str; 5] = [
    "SignOut",
    "EndSession",
    "ChangePassword",
    "PatchUser",
    "EndUserSessions",
];

/// Who sends the invented requests.
struct Attacker {
    name: &'static str,
    /// What schemathesis is configured with, so that it knows which part of a request is the
    /// credential and can leave it out or spoil it.
    credential: String,
    /// Header lines beside it.
    headers: Vec<String>,
    /// Operations that are left to somebody else.
    spared: &'static [&'static str],
}

/// Attacks a server on either database; answers whether nothing was found.
pub fn attack(step: &mut Step, max_examples: u32) -> Result<bool, Failure> {
    let schemathesis = schemathesis(step)?;
    let binary = server::build(step, false)?;
    let cluster = Cluster::start(step)?;
    let mut fine = true;
    for (database, url) in [("sqlite", None), ("postgres", Some(cluster.url()))] {
        let folder = places::target().join(format!("xtask/attack-{database}"));
        if folder.exists() {
            fs::remove_dir_all(&folder).because(|| format!("cannot empty {}", folder.display()))?;
        }
        fs::create_dir_all(&folder).because(|| format!("cannot create {}", folder.display()))?;
        let mut environment = vec![
            ("AICMO_READS_PER_MINUTE", "0"),
            ("AICMO_WRITES_PER_MINUTE", "0"),
            ("AICMO_SIGN_INS_PER_MINUTE", "0"),
        ];
        if let Some(url) = &url {
            environment.push(("DATABASE_URL", url));
        }
        let served = Served::start_with(&binary, &folder, &environment)?;
        for who in WHO {
            // Each right before its turn: the ones before may have shut everybody out.
            let attacker = attacker(&served.host, who)?;
            step.say(&format!("attacking {database} as {who}"));
            fine &= attack_as(
                step,
                &schemathesis,
                &folder,
                &served.host,
                &attacker,
                max_examples,
            )?;
        }
    }
    Ok(fine)
}

fn attacker(host: &str, who: &'static str) -> Result<Attacker, Failure> {
    let mut attacker = Attacker {
        name: who,
        credential: String::new(),
        headers: Vec::new(),
        spared: &[],
    };
    match who {
        NOBODY => {}
        THE_KEY => attacker.credential = format!("[auth.openapi.key]\nbearer = \"{KEY}\"\n"),
        role => {
            let (cookie, csrf) = person(host, role)?;
            attacker.credential = format!("[auth.openapi.session]\napi_key = \"{cookie}\"\n");
            attacker.headers = vec![format!("X-CSRF-Token: {csrf}")];
            attacker.spared = &ENDS_THE_CALLER;
        }
    }
    Ok(attacker)
}

/// Invites somebody, accepts the invitation, and answers cookie and write token of the session.
fn person(host: &str, role: &str) -> Result<(String, String), Failure> {
    let mut connection = Connection::open(host)?;
    let invitation = json!({ "email": format!("{role}@attack.example"), "role": role });
    let (_, invited) = connection.create("/api/v1/invitations", &invitation)?;
    let token = text_at(&invited, "/link")?
        .split_once("#token=")
        .map(|(_, token)| token.to_owned())
        .ok_or_else(|| Failure::new("the link of an invitation has no token"))?;
    let acceptance = json!({
        "token": token,
        "display_name": format!("The {role}"),
        "password": format!("a long pass phrase of the {role}"),
    });
    let (answer, session) = connection.create("/api/v1/invitations/accept", &acceptance)?;
    let cookie = answer
        .header("set-cookie")
        .and_then(|cookie| cookie.split(['=', ';']).nth(1))
        .map(str::to_owned)
        .ok_or_else(|| Failure::new("accepting an invitation set no cookie"))?;
    Ok((cookie, text_at(&session, "/session/csrf_token")?))
}

/// One run with every check there is.
fn attack_as(
    step: &mut Step,
    schemathesis: &Path,
    folder: &Path,
    host: &str,
    attacker: &Attacker,
    max_examples: u32,
) -> Result<bool, Failure> {
    let expectations = include_str!("schemathesis.toml");
    let config = folder.join("schemathesis.toml");
    fs::write(&config, format!("{expectations}\n{}", attacker.credential))
        .because(|| format!("cannot write {}", config.display()))?;
    let mut job = Job::new(schemathesis, "schemathesis")
        .args(["--config-file"])
        .args([&config])
        .args(["run", &format!("http://{host}/api/v1/openapi.json")])
        .args(["--checks", "all", "--continue-on-failure", "--workers", "1"])
        .args(["--max-examples", &max_examples.to_string()])
        .dir(folder);
    for operation in [ENDLESS].iter().chain(attacker.spared) {
        job = job.args(["--exclude-operation-id", operation]);
    }
    for line in &attacker.headers {
        job = job.args(["--header", line]);
    }
    let printed = job.attempt(step)?;
    if printed.fine {
        return Ok(true);
    }
    println!(
        "{}",
        printed.into_failure(&format!(
            "schemathesis, as {}, found something: make it a failing test first, then mend it",
            attacker.name
        ))
    );
    Ok(false)
}

/// schemathesis in a virtual environment of its own, in the cache.
fn schemathesis(step: &mut Step) -> Result<PathBuf, Failure> {
    let folder = places::cache().join(format!("tools/schemathesis-{SCHEMATHESIS}"));
    let program = folder.join("bin/schemathesis");
    if program.is_file() {
        return Ok(program);
    }
    step.say("installing schemathesis, once");
    Job::new("python3", "venv")
        .args(["-m", "venv"])
        .args([&folder])
        .advice("Python's venv is missing: install Python 3.11 or newer with venv")
        .run(step)?;
    Job::new(folder.join("bin/pip"), "pip")
        .args(["install", "--quiet", &format!("schemathesis=={SCHEMATHESIS}")])
        .advice("schemathesis could not be installed: look at pip's message above, then run this again")
        .run(step)?;
    Ok(program)
}
