//! The unit and the image against the documents: what they set, start and rely on exists.

use std::collections::BTreeSet;

use super::Finding;
use super::documents::settings_of;
use super::tree::Tree;

const FOLDER: &str = "packaging/";
const OPERATIONS: &str = "docs/OPERATIONS.md";

/// How long the unit has to give the process, which ends within ten seconds.
const LEAST_PATIENCE: u32 = 11;

/// Every setting that a file in `packaging/` names is one, also as `<NAME>_FILE`.
pub fn every_packaged_setting_exists(tree: &Tree) -> Vec<Finding> {
    let known = settings_of(tree);
    packaged(tree)
        .flat_map(|(path, text)| {
            words(text)
                .filter(|word| word.starts_with("AICMO_") || word.starts_with("DATABASE_URL"))
                .filter(|word| {
                    let name = word.strip_suffix("_FILE").unwrap_or(word);
                    !known.contains(name)
                })
                .map(|word| Finding::new(path, format!("sets `{word}`, which no setting is")))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Every command that they start stands in the table of commands, and every exit code that they know
/// in that of exit codes.
pub fn every_packaged_command_exists(tree: &Tree) -> Vec<Finding> {
    let text = tree.text(OPERATIONS).unwrap_or_default();
    let mut findings = Vec::new();
    for (path, packaged) in packaged(tree) {
        for command in started(packaged) {
            let is_known = ["`", " "]
                .iter()
                .any(|end| text.contains(&format!("| `aicmo {command}{end}")));
            if !is_known {
                findings.push(Finding::new(
                    path,
                    format!("starts `aicmo {command}`, which {OPERATIONS} does not know"),
                ));
            }
        }
        for code in values(packaged, "RestartPreventExitStatus=").flat_map(str::split_whitespace) {
            if !text.contains(&format!("| {code} |")) {
                findings.push(Finding::new(
                    path,
                    format!("knows the exit code {code}, which {OPERATIONS} does not"),
                ));
            }
        }
        for seconds in values(packaged, "TimeoutStopSec=") {
            if seconds
                .parse::<u32>()
                .is_ok_and(|seconds| seconds < LEAST_PATIENCE)
            {
                findings.push(Finding::new(
                    path,
                    format!("kills after {seconds} s what may take ten to end"),
                ));
            }
        }
        let name = path.strip_prefix(FOLDER).unwrap_or(path);
        if !text.contains(name) {
            findings.push(Finding::new(
                OPERATIONS,
                format!("does not say what {path} is for"),
            ));
        }
    }
    findings
}

fn packaged(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    tree.files().filter(|(path, _)| path.starts_with(FOLDER))
}

fn values<'a>(text: &'a str, key: &'static str) -> impl Iterator<Item = &'a str> {
    text.lines()
        .filter_map(move |line| line.strip_prefix(key))
        .map(str::trim)
}

/// The words behind the program's name: in `ExecStart=`, and in the lists of an image.
fn started(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for command in values(text, "ExecStart=") {
        let mut words = command.split_whitespace();
        if words.next().is_some_and(|program| program.ends_with("/aicmo")) {
            found.extend(words.next().map(str::to_owned));
        }
    }
    let is_entry = text.lines().any(|line| line == "ENTRYPOINT [\"aicmo\"]");
    for line in text.lines() {
        let Some((before, list)) = line.split_once("CMD [") else {
            continue;
        };
        let mut words = list.split('"').skip(1).step_by(2);
        let first = words.next();
        match first {
            Some("aicmo") => found.extend(words.next().map(str::to_owned)),
            // The default arguments of the entry point.
            Some(first) if is_entry && before.is_empty() => {
                found.insert(first.to_owned());
            }
            _ => {}
        }
    }
    found
}

/// Runs of what a name of a setting is made of.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPERATED: &str = "aicmo.service and Dockerfile\n| `aicmo serve` | Serves. |\n| `aicmo healthcheck` | Asks. |\n| 75 | Held. |";
    const TABLE: (&str, &str) = ("backend/src/settings/table.rs", "= \"AICMO_BIND\", default");

    fn found(unit: &str, image: &str) -> Vec<String> {
        let tree = Tree::of(&[
            TABLE,
            (OPERATIONS, OPERATED),
            ("packaging/aicmo.service", unit),
            ("packaging/Dockerfile", image),
        ]);
        let all = every_packaged_setting_exists(&tree).into_iter();
        all.chain(every_packaged_command_exists(&tree))
            .map(|finding| finding.to_string())
            .collect()
    }

    #[test]
    fn what_exists_is_fine() {
        let unit = "# AICMO_BIND_FILE=/run/x\nExecStart=/usr/local/bin/aicmo serve\nEnvironment=AICMO_BIND=1\n\
                    RestartPreventExitStatus=75\nTimeoutStopSec=20";
        let image = "HEALTHCHECK --timeout=3s CMD [\"aicmo\", \"healthcheck\"]\nENTRYPOINT [\"aicmo\"]\nCMD [\"serve\"]";
        assert_eq!(found(unit, image), Vec::<String>::new());
    }

    #[test]
    fn what_does_not_exist_is_found() {
        let unit = "ExecStart=/usr/local/bin/aicmo run\nEnvironment=AICMO_BINDD=1\nRestartPreventExitStatus=75 99\n\
                    TimeoutStopSec=5";
        let image = "HEALTHCHECK CMD [\"aicmo\", \"health\"]\nENTRYPOINT [\"aicmo\"]\nCMD [\"start\"]";
        assert_eq!(
            found(unit, image),
            [
                "packaging/aicmo.service: sets `AICMO_BINDD`, which no setting is",
                "packaging/Dockerfile: starts `aicmo health`, which docs/OPERATIONS.md does not know",
                "packaging/Dockerfile: starts `aicmo start`, which docs/OPERATIONS.md does not know",
                "packaging/aicmo.service: starts `aicmo run`, which docs/OPERATIONS.md does not know",
                "packaging/aicmo.service: knows the exit code 99, which docs/OPERATIONS.md does not",
                "packaging/aicmo.service: kills after 5 s what may take ten to end",
            ]
        );
    }
}
