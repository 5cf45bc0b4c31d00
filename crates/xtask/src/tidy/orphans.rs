//! Rust files that no `mod` line reaches: they look alive and are never compiled.

use std::collections::BTreeSet;

use super::Finding;
use super::tree::Tree;

/// Every `.rs` file is a crate root, declared by a `mod` line, or included.
pub fn every_rust_file_is_reached(tree: &Tree) -> Vec<Finding> {
    let reached = reached(tree);
    tree.with_extension(&["rs"])
        .filter(|(path, _)| !reached.contains(*path))
        .map(|(path, _)| Finding::new(path, "no `mod` line reaches this file: declare it or remove it"))
        .collect()
}

/// Files that another one includes as text; they cannot carry `//!`.
pub fn included(tree: &Tree) -> BTreeSet<String> {
    tree.with_extension(&["rs"])
        .flat_map(|(path, text)| {
            let folder = parent(path);
            between(text, "include!(\"", "\"")
                .map(move |name| joined(folder, name))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn reached(tree: &Tree) -> BTreeSet<String> {
    let mut reached = included(tree);
    let mut waiting: Vec<String> = tree
        .with_extension(&["rs"])
        .filter(|(path, _)| is_crate_root(tree, path))
        .map(|(path, _)| path.to_owned())
        .collect();
    while let Some(path) = waiting.pop() {
        let Some(text) = tree.text(&path) else { continue };
        if !reached.insert(path.clone()) {
            continue;
        }
        let children = children_folder(&path, is_crate_root(tree, &path));
        for module in declared_modules(text) {
            let candidates = match module.path {
                Some(file) => vec![joined(parent(&path), file)],
                None => vec![
                    format!("{children}/{}.rs", module.name),
                    format!("{children}/{}/mod.rs", module.name),
                ],
            };
            waiting.extend(candidates);
        }
    }
    reached
}

/// Where cargo itself looks: lib, main, bin, build script, tests, examples, and `path` of a manifest.
fn is_crate_root(tree: &Tree, path: &str) -> bool {
    tree.manifests().any(|(folder, manifest)| {
        let Some(inside) = path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) else {
            return false;
        };
        let mut parts = inside.split('/');
        let auto = matches!(
            (parts.next(), parts.next(), parts.next(), parts.next()),
            (Some("build.rs"), None, ..)
                | (Some("src"), Some("lib.rs" | "main.rs"), None, _)
                | (Some("src"), Some("bin"), Some(_), None)
                | (Some("tests" | "examples" | "benches"), Some(_), None, _)
                | (
                    Some("tests" | "examples" | "benches"),
                    Some(_),
                    Some("main.rs"),
                    None
                )
        );
        auto || manifest.values().any(|section| names_path(section, inside))
    })
}

fn names_path(section: &toml::Value, inside: &str) -> bool {
    let named = |table: &toml::Value| table.get("path").and_then(toml::Value::as_str) == Some(inside);
    named(section) || section.as_array().is_some_and(|tables| tables.iter().any(named))
}

/// The folder in which the modules declared by `path` stand.
fn children_folder(path: &str, is_root: bool) -> String {
    let folder = parent(path);
    let stem = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".rs");
    if is_root || stem == "mod" {
        folder.to_owned()
    } else {
        format!("{folder}/{stem}")
    }
}

struct Module<'a> {
    name: &'a str,
    path: Option<&'a str>,
}

/// Lines such as `pub(crate) mod leads;`, with the `#[path = "…"]` before them.
fn declared_modules(text: &str) -> Vec<Module<'_>> {
    let mut modules = Vec::new();
    let mut path = None;
    for line in text.lines().map(str::trim) {
        if let Some(file) = between(line, "#[path = \"", "\"").next() {
            path = Some(file);
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        if let Some(at) = words.iter().position(|word| *word == "mod")
            && at <= 1
            && (at == 0 || words[0].starts_with("pub"))
            && let Some(name) = words.get(at + 1).and_then(|word| word.strip_suffix(';'))
        {
            modules.push(Module {
                name,
                path: path.take(),
            });
        } else if !line.starts_with('#') && !line.starts_with("//") {
            path = None;
        }
    }
    modules
}

fn between<'a>(text: &'a str, start: &'a str, end: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(start)
        .skip(1)
        .filter_map(move |rest| rest.split(end).next())
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// `folder/name` with `..` resolved.
fn joined(folder: &str, name: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in name.split('/') {
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

    #[test]
    fn a_file_without_a_mod_line_is_an_orphan() {
        let tree = Tree::of(&[
            ("c/Cargo.toml", "[package]\nname = \"c\"\n"),
            ("c/build.rs", "include!(\"../shared/marker.rs\");"),
            ("shared/marker.rs", ""),
            (
                "c/src/lib.rs",
                "mod a;\npub(crate) mod b;\n#[path = \"odd/name.rs\"]\nmod c;\n// mod z;",
            ),
            ("c/src/a.rs", "mod deep;"),
            ("c/src/a/deep.rs", ""),
            ("c/src/b/mod.rs", "pub mod inner;"),
            ("c/src/b/inner.rs", ""),
            ("c/src/odd/name.rs", ""),
            ("c/src/z.rs", ""),
            ("c/tests/it/main.rs", "mod leads;"),
            ("c/tests/it/leads.rs", ""),
            ("c/tests/it/lost.rs", ""),
        ]);
        let found: Vec<String> = every_rust_file_is_reached(&tree)
            .into_iter()
            .map(|finding| finding.place)
            .collect();
        assert_eq!(found, ["c/src/z.rs", "c/tests/it/lost.rs"]);
    }
}
