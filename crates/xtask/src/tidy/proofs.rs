//! What the documents on security call a proof exists: tests by their names, journeys by their titles.

use std::collections::BTreeSet;

use super::Finding;
use super::tree::Tree;

/// The documents that name proofs.
const DOCUMENTS: [&str; 2] = ["docs/ASVS.md", "docs/THREAT_MODEL.md"];

/// How a journey is named: `journey: a person imports the file`.
const JOURNEY: &str = "journey: ";

/// Underscores from which on a quoted word is the name of a test; names of tests are sentences, and
/// codes, settings and files have fewer or other letters.
const UNDERSCORES: usize = 3;

/// Every test and every journey that the documents name exists.
pub fn every_named_proof_exists(tree: &Tree) -> Vec<Finding> {
    let tests: BTreeSet<&str> = tree
        .with_extension(&["rs"])
        .flat_map(|(_, source)| source.split("fn ").skip(1))
        .filter_map(|rest| rest.split(|letter: char| !is_of_a_name(letter)).next())
        .collect();
    DOCUMENTS
        .into_iter()
        .filter_map(|path| Some((path, tree.text(path)?)))
        .flat_map(|(path, text)| {
            let missing = text.split('`').skip(1).step_by(2).filter(|quoted| {
                if let Some(title) = quoted.strip_prefix(JOURNEY) {
                    return !has_journey(tree, title);
                }
                is_name_of_a_test(quoted) && !tests.contains(quoted)
            });
            missing
                .map(|quoted| Finding::new(path, format!("names `{quoted}` as a proof, which is not there")))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn has_journey(tree: &Tree, title: &str) -> bool {
    tree.with_extension(&["mjs"]).any(|(_, source)| {
        ["\"", "'"]
            .iter()
            .any(|quote| source.contains(&format!("test({quote}{title}{quote}")))
    })
}

fn is_of_a_name(letter: char) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_'
}

fn is_name_of_a_test(word: &str) -> bool {
    word.chars().all(is_of_a_name) && word.matches('_').count() >= UNDERSCORES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_that_is_not_there_is_found() {
        let tree = Tree::of(&[
            (
                "backend/tests/a.rs",
                "async fn a_door_that_is_shut() {}\nfn a_key_is_kept_whole() {}",
            ),
            (
                "e2e/journeys/a.test.mjs",
                "test(\"a person walks in\", async () => {});",
            ),
            (
                "docs/ASVS.md",
                "`a_door_that_is_shut`, `a_door_that_is_open`, `role_required`, `journey: a person walks in`, \
                 `journey: nobody walks in`",
            ),
        ]);
        let found: Vec<String> = every_named_proof_exists(&tree)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            found,
            [
                "docs/ASVS.md: names `a_door_that_is_open` as a proof, which is not there",
                "docs/ASVS.md: names `journey: nobody walks in` as a proof, which is not there",
            ]
        );
    }
}
