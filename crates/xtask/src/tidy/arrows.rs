//! Which crate may know which. The table is the drawing of docs/ARCHITECTURE.md, enforced.

use super::Finding;
use super::tree::Tree;

/// A crate's place in the house: the crates of ours that it may depend on.
struct Place {
    package: &'static str,
    may_know: &'static [&'static str],
}

const PLACES: &[Place] = &[
    Place {
        package: "aicmo-shared",
        may_know: &[],
    },
    Place {
        package: "aicmo-migrations",
        may_know: &[],
    },
    Place {
        package: "aicmo-store",
        may_know: &["aicmo-migrations", "aicmo-shared"],
    },
    Place {
        package: "aicmo-operations",
        may_know: &["aicmo-store", "aicmo-shared"],
    },
    Place {
        package: "aicmo-client",
        may_know: &["aicmo-shared"],
    },
    Place {
        package: "aicmo-gateways",
        may_know: &["aicmo-operations", "aicmo-shared"],
    },
    Place {
        package: "aicmo-frontend",
        may_know: &["aicmo-shared"],
    },
    Place {
        package: "aicmo-legacy-guard",
        may_know: &["aicmo-shared"],
    },
    Place {
        package: "aicmo-test-support",
        may_know: &["aicmo-migrations", "aicmo-shared", "aicmo-store"],
    },
    Place {
        package: "aicmo-backend",
        may_know: &[
            "aicmo-client",
            "aicmo-gateways",
            "aicmo-legacy-guard",
            "aicmo-migrations",
            "aicmo-operations",
            "aicmo-shared",
            "aicmo-store",
        ],
    },
    Place {
        package: "xtask",
        may_know: &["aicmo-shared", "aicmo-store"],
    },
];

/// Libraries that only some crates may name, by the beginning of the name.
const RESERVED: &[(&str, &[&str])] = &[
    (
        "sea-orm",
        &["aicmo-store", "aicmo-migrations", "aicmo-test-support"],
    ),
    ("sqlx", &["aicmo-store", "aicmo-migrations", "aicmo-test-support"]),
    ("actix", &["aicmo-backend"]),
    ("tracing-actix-web", &["aicmo-backend"]),
    ("leptos", &["aicmo-frontend"]),
    ("web-sys", &["aicmo-frontend"]),
    ("reqwest", &["aicmo-client", "aicmo-gateways"]),
    ("opentelemetry", &["aicmo-backend", "aicmo-gateways"]),
    ("tracing-opentelemetry", &["aicmo-backend"]),
];

/// All that the vocabulary may stand on: no IO, no clock, compiles to wasm32.
const SHARED_MAY_USE: &[&str] = &["chrono", "serde", "serde_json", "utoipa", "uuid"];

/// No manifest names a crate above its own, nor a library that is reserved to others.
pub fn dependencies_point_down(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (folder, manifest) in tree.manifests() {
        let place = format!("{folder}/Cargo.toml");
        let package = package_name(&manifest);
        let Some(known) = PLACES.iter().find(|known| known.package == package) else {
            findings.push(Finding::new(
                place,
                format!("{package} has no place yet: add it to PLACES in crates/xtask/src/tidy/arrows.rs"),
            ));
            continue;
        };
        for (name, for_tests) in dependencies(&manifest) {
            let of_ours = name.starts_with("aicmo-") || name == "xtask";
            let is_allowed = if of_ours {
                known.may_know.contains(&name.as_str()) || (for_tests && name == "aicmo-test-support")
            } else {
                let for_all = RESERVED
                    .iter()
                    .all(|(start, owners)| !name.starts_with(start) || owners.contains(&package));
                for_all && (package != "aicmo-shared" || for_tests || SHARED_MAY_USE.contains(&name.as_str()))
            };
            if !is_allowed {
                findings.push(Finding::new(
                    &place,
                    format!("{package} must not depend on {name}: the arrow points the wrong way"),
                ));
            }
        }
    }
    findings
}

/// `[lints] workspace = true` everywhere, so that one list of lints holds for all.
pub fn every_crate_takes_the_workspace_lints(tree: &Tree) -> Vec<Finding> {
    tree.manifests()
        .filter(|(_, manifest)| {
            manifest.get("lints").and_then(|lints| lints.get("workspace"))
                != Some(&toml::Value::Boolean(true))
        })
        .map(|(folder, _)| {
            Finding::new(
                format!("{folder}/Cargo.toml"),
                "needs `[lints]` with `workspace = true`",
            )
        })
        .collect()
}

/// The name in a manifest; empty when it has none.
pub fn package_name(manifest: &toml::Table) -> &str {
    manifest
        .get("package")
        .and_then(|package| package.get("name"))
        .and_then(toml::Value::as_str)
        .unwrap_or_default()
}

/// Every dependency with whether it is for tests only, target-specific tables included.
fn dependencies(manifest: &toml::Table) -> Vec<(String, bool)> {
    let mut tables = vec![manifest];
    if let Some(targets) = manifest.get("target").and_then(toml::Value::as_table) {
        tables.extend(targets.values().filter_map(toml::Value::as_table));
    }
    let mut found = Vec::new();
    for table in tables {
        for (key, for_tests) in [
            ("dependencies", false),
            ("build-dependencies", false),
            ("dev-dependencies", true),
        ] {
            if let Some(names) = table.get(key).and_then(toml::Value::as_table) {
                found.extend(
                    names
                        .iter()
                        .map(|(name, value)| (real_name(name, value), for_tests)),
                );
            }
        }
    }
    found
}

/// A renamed dependency counts under the name of its package.
fn real_name(name: &str, value: &toml::Value) -> String {
    value
        .get("package")
        .and_then(toml::Value::as_str)
        .unwrap_or(name)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(package: &str, dependencies: &str) -> Vec<String> {
        let manifest = format!("[package]\nname = \"{package}\"\n{dependencies}\n");
        dependencies_point_down(&Tree::of(&[("x/Cargo.toml", &manifest)]))
            .into_iter()
            .map(|finding| finding.sentence)
            .collect()
    }

    #[test]
    fn an_arrow_that_points_up_is_found() {
        assert_eq!(
            check("aicmo-operations", "[dependencies]\naicmo-store.workspace = true"),
            [""; 0]
        );
        assert_eq!(
            check("aicmo-store", "[dependencies]\naicmo-operations.workspace = true").len(),
            1
        );
        assert_eq!(
            check(
                "aicmo-frontend",
                "[dependencies]\naicmo-operations.workspace = true"
            )
            .len(),
            1
        );
    }

    #[test]
    fn the_database_library_is_reserved_to_the_store() {
        for dependency in [
            "[dependencies]\nsea-orm = \"2\"",
            "[dev-dependencies]\nsqlx = \"1\"",
        ] {
            assert_eq!(check("aicmo-operations", dependency).len(), 1, "{dependency}");
            assert_eq!(check("aicmo-store", dependency), [""; 0]);
        }
        let renamed = "[dependencies]\norm = { package = \"sea-orm\", version = \"2\" }";
        assert_eq!(check("aicmo-backend", renamed).len(), 1);
        let for_a_target = "[target.'cfg(unix)'.dependencies]\nsea-orm = \"2\"";
        assert_eq!(check("aicmo-backend", for_a_target).len(), 1);
    }

    #[test]
    fn test_support_is_for_tests() {
        assert_eq!(
            check(
                "aicmo-backend",
                "[dev-dependencies]\naicmo-test-support.workspace = true"
            ),
            [""; 0]
        );
        assert_eq!(
            check(
                "aicmo-backend",
                "[dependencies]\naicmo-test-support.workspace = true"
            )
            .len(),
            1
        );
    }

    #[test]
    fn the_vocabulary_grows_only_deliberately() {
        assert_eq!(check("aicmo-shared", "[dependencies]\nserde = \"1\""), [""; 0]);
        assert_eq!(check("aicmo-shared", "[dependencies]\ntokio = \"1\"").len(), 1);
    }

    #[test]
    fn a_crate_without_a_place_is_found() {
        assert_eq!(check("aicmo-novelty", "").len(), 1);
    }

    #[test]
    fn missing_lints_are_found() {
        let tree = Tree::of(&[
            (
                "a/Cargo.toml",
                "[package]\nname = \"a\"\n[lints]\nworkspace = true\n",
            ),
            ("b/Cargo.toml", "[package]\nname = \"b\"\n"),
        ]);
        let found = every_crate_takes_the_workspace_lints(&tree);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].place, "b/Cargo.toml");
    }
}
