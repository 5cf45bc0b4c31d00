//! `cargo xtask tidy`: rules about the repository that no compiler knows. Also a test, so nobody has
//! to remember it.
//!
//! A rule is a function from the tree of files to findings; each has tests on small invented trees.

mod arrows;
mod documents;
mod orphans;
mod packaging;
mod proofs;
mod sources;
mod tree;

use std::fmt;

use crate::failure::Failure;
use crate::narrator::Step;
use crate::places;
use tree::Tree;

/// Something that a rule objects to: where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    place: String,
    sentence: String,
}

impl Finding {
    fn new(place: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            sentence: sentence.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.sentence)
    }
}

type Rule = fn(&Tree) -> Vec<Finding>;

const RULES: &[Rule] = &[
    arrows::dependencies_point_down,
    arrows::every_crate_takes_the_workspace_lints,
    sources::every_module_says_what_it_owns,
    sources::no_file_is_long,
    sources::no_bare_allow,
    sources::no_unfinished_words,
    sources::no_external_address_in_the_console,
    sources::tests_do_not_sleep,
    sources::migrations_are_named_in_order,
    orphans::every_rust_file_is_reached,
    documents::only_two_at_the_root,
    documents::links_lead_somewhere,
    documents::every_crate_is_described,
    documents::every_route_is_described,
    documents::every_setting_is_described,
    packaging::every_packaged_setting_exists,
    packaging::every_packaged_command_exists,
    proofs::every_named_proof_exists,
];

/// Applies every rule to the repository.
pub fn run(step: &mut Step) -> Result<(), Failure> {
    let tree = Tree::of_repository(&places::root())?;
    let findings = findings(&tree);
    if findings.is_empty() {
        return Ok(());
    }
    for finding in &findings {
        step.say(&finding.to_string());
    }
    Err(Failure::new(format!(
        "{} findings: mend each as it says, then run `cargo xtask tidy` again",
        findings.len()
    )))
}

fn findings(tree: &Tree) -> Vec<Finding> {
    let mut all: Vec<Finding> = RULES.iter().flat_map(|rule| rule(tree)).collect();
    all.sort();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let tree = Tree::of_repository(&places::root()).expect("git lists the files");
        let findings: Vec<String> = findings(&tree).iter().map(ToString::to_string).collect();
        assert!(findings.is_empty(), "\n{}", findings.join("\n"));
    }
}
