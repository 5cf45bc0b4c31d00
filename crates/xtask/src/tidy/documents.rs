//! Documents against code: what the code has, the documents name, and the other way round.

use std::collections::BTreeSet;

use aicmo_shared::api;

use super::Finding;
use super::arrows::package_name;
use super::tree::Tree;

const ARCHITECTURE: &str = "docs/ARCHITECTURE.md";
const API: &str = "docs/API.md";
const OPERATIONS: &str = "docs/OPERATIONS.md";
/// The one list of settings.
const SETTINGS: &str = "backend/src/settings/table.rs";

/// What was proved is a test and not a report, so the root holds no others.
pub fn only_two_at_the_root(tree: &Tree) -> Vec<Finding> {
    tree.with_extension(&["md"])
        .filter(|(path, _)| !path.contains('/') && !matches!(*path, "README.md" | "CHANGELOG.md"))
        .map(|(path, _)| {
            Finding::new(
                path,
                "only README.md and CHANGELOG.md stand at the root: move it to docs/",
            )
        })
        .collect()
}

/// A relative link in a document leads to a file or folder of the repository.
pub fn links_lead_somewhere(tree: &Tree) -> Vec<Finding> {
    tree.with_extension(&["md"])
        .flat_map(|(path, text)| {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            text.split("](")
                .skip(1)
                .filter_map(|rest| rest.split(')').next())
                .filter(|target| !target.contains("://") && !target.starts_with('#'))
                .map(|target| resolved(folder, target.split('#').next().unwrap_or(target)))
                .filter(|target| !tree.has(target))
                .map(|target| Finding::new(path, format!("links to {target}, which is not there")))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Every crate of the workspace stands in the architecture document.
pub fn every_crate_is_described(tree: &Tree) -> Vec<Finding> {
    let text = tree.text(ARCHITECTURE).unwrap_or_default();
    tree.manifests()
        .filter_map(|(_, manifest)| {
            let name = package_name(&manifest);
            (!text.contains(&format!("`{name}`")))
                .then(|| Finding::new(ARCHITECTURE, format!("does not name the crate `{name}`")))
        })
        .collect()
}

/// Every route of the endpoint table stands in the API document, and no route beside these.
pub fn every_route_is_described(tree: &Tree) -> Vec<Finding> {
    let text = tree.text(API).unwrap_or_default();
    let routes: BTreeSet<String> = api::ALL
        .iter()
        .map(|endpoint| format!("`{} {}`", endpoint.method.as_str(), endpoint.path))
        .collect();
    let missing = routes
        .iter()
        .filter(|route| !text.contains(route.as_str()))
        .map(|route| Finding::new(API, format!("does not name the route {route}")));
    let invented = text
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|quoted| quoted.contains(" /api/v1/") && quoted.split(' ').count() == 2)
        .filter(|quoted| !quoted.ends_with("/openapi.json") && !routes.contains(&format!("`{quoted}`")))
        .map(|quoted| Finding::new(API, format!("names `{quoted}`, which no endpoint is")));
    missing.chain(invented).collect()
}

/// Every setting that the server reads stands in the operations document, and no row of its table is
/// about another.
pub fn every_setting_is_described(tree: &Tree) -> Vec<Finding> {
    let text = tree.text(OPERATIONS).unwrap_or_default();
    let known = settings_of(tree);
    let described: BTreeSet<&str> = quoted_settings(text, '`').collect();
    let rows: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .filter(|name| quoted_settings(name, '`').next().is_some())
        .collect();
    let missing = known
        .difference(&described)
        .map(|name| Finding::new(OPERATIONS, format!("does not name the setting `{name}`")));
    let invented = rows
        .difference(&known)
        .map(|name| Finding::new(OPERATIONS, format!("names `{name}`, which no setting is")));
    missing.chain(invented).collect()
}

/// The names of all settings.
pub fn settings_of(tree: &Tree) -> BTreeSet<&str> {
    tree.with_extension(&["rs"])
        .filter(|(path, _)| *path == SETTINGS)
        .flat_map(|(_, source)| quoted_settings(source, '"'))
        .collect()
}

/// Names of settings between two `quote`s: `AICMO_…` and `DATABASE_URL`.
fn quoted_settings(text: &str, quote: char) -> impl Iterator<Item = &str> {
    text.split(quote).filter(|word| {
        let name = word.strip_prefix("AICMO_").unwrap_or_default();
        let is_name = |name: &str| {
            !name.is_empty()
                && !name.ends_with('_')
                && name
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        };
        *word == "DATABASE_URL" || is_name(name)
    })
}

/// A link's target relative to the root.
fn resolved(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            ".." => {
                parts.pop();
            }
            "." | "" => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(findings: Vec<Finding>) -> Vec<String> {
        findings.into_iter().map(|finding| finding.sentence).collect()
    }

    #[test]
    fn a_report_at_the_root_is_found() {
        let tree = Tree::of(&[
            ("README.md", ""),
            ("CHANGELOG.md", ""),
            ("ALL_DONE.md", ""),
            ("docs/API.md", ""),
        ]);
        assert_eq!(only_two_at_the_root(&tree).len(), 1);
    }

    #[test]
    fn a_link_to_nowhere_is_found() {
        let tree = Tree::of(&[
            (
                "docs/A.md",
                "[b](B.md#part) [up](../README.md) [out](https://example.com) [gone](C.md)",
            ),
            ("docs/B.md", ""),
            ("README.md", "[docs](docs/)"),
        ]);
        assert_eq!(
            sentences(links_lead_somewhere(&tree)),
            ["links to docs/C.md, which is not there"]
        );
    }

    #[test]
    fn settings_are_compared_both_ways() {
        let tree = Tree::of(&[
            (
                SETTINGS,
                r#"key("AICMO_BIND"); key("AICMO_NEW"); starts_with("AICMO_")"#,
            ),
            (
                OPERATIONS,
                "| `AICMO_BIND` | … |\n| `AICMO_GONE` | … |\nprints `AICMO_FATAL`",
            ),
        ]);
        assert_eq!(
            sentences(every_setting_is_described(&tree)),
            [
                "does not name the setting `AICMO_NEW`",
                "names `AICMO_GONE`, which no setting is"
            ]
        );
    }

    #[test]
    fn a_route_that_no_endpoint_is_does_not_stay() {
        let all: Vec<String> = api::ALL
            .iter()
            .map(|endpoint| format!("`{} {}`", endpoint.method.as_str(), endpoint.path))
            .collect();
        let all = all.join(
            "
",
        );
        assert_eq!(
            sentences(every_route_is_described(&Tree::of(&[(API, &all)]))),
            [""; 0]
        );
        let more = format!("{all}\n`GET /api/v1/ghosts`");
        assert_eq!(every_route_is_described(&Tree::of(&[(API, &more)])).len(), 1);
    }
}
