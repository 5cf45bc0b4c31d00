//! Rules about source files: module documents, length, exceptions, unfinished words, addresses, sleep.

use super::Finding;
use super::orphans;
use super::tree::Tree;

/// More lines than this usually hold two nouns.
const LONG: usize = 500;

/// Every Rust file opens with `//!`: what it owns and what it does not.
pub fn every_module_says_what_it_owns(tree: &Tree) -> Vec<Finding> {
    let included = orphans::included(tree);
    tree.with_extension(&["rs"])
        .filter(|(path, text)| !text.trim_start().starts_with("//!") && !included.contains(*path))
        .map(|(path, _)| Finding::new(path, "begin with `//!`: what it owns and what it does not"))
        .collect()
}

/// Nobody starts the conversation about splitting at nine thousand lines.
pub fn no_file_is_long(tree: &Tree) -> Vec<Finding> {
    tree.with_extension(&["rs", "mjs", "js", "css"])
        .filter_map(|(path, text)| {
            let lines = text.lines().count();
            (lines > LONG)
                .then(|| Finding::new(path, format!("{lines} lines are too many: split it by noun")))
        })
        .collect()
}

/// An exception says why. `expect` is better still, because it complains once it is no longer needed.
pub fn no_bare_allow(tree: &Tree) -> Vec<Finding> {
    let starts = [concat!("#[", "allow("), concat!("#![", "allow(")];
    tree.with_extension(&["rs"])
        .flat_map(|(path, text)| {
            starts
                .iter()
                .flat_map(|start| text.match_indices(start))
                .filter(|(place, _)| {
                    let attribute = text[*place..].split(")]").next().unwrap_or_default();
                    !attribute.contains("reason = ")
                })
                .map(|(place, _)| {
                    let line = text[..place].matches('\n').count() + 1;
                    Finding::new(
                        at(path, line),
                        "write `#[expect(…, reason = \"…\")]` instead of allow",
                    )
                })
                .collect::<Vec<_>>()
        })
        .collect()
}

/// What is not finished is not committed.
pub fn no_unfinished_words(tree: &Tree) -> Vec<Finding> {
    let words = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
    let calls = [concat!("todo", "!("), concat!("unimplemented", "!(")];
    in_lines(
        tree,
        &["rs", "mjs", "js", "css", "html", "toml", "md"],
        move |line| {
            calls.iter().any(|call| line.contains(call))
                || line
                    .split(|c: char| !c.is_ascii_alphanumeric())
                    .any(|word| words.contains(&word))
        },
    )
    .map(|(path, number)| {
        Finding::new(
            at(path, number),
            "finish it, or write down elsewhere what is left",
        )
    })
    .collect()
}

/// The console must load in a closed network: nothing outside its own origin.
pub fn no_external_address_in_the_console(tree: &Tree) -> Vec<Finding> {
    in_lines(tree, &["html", "css", "js", "rs", "svg"], names_external_address)
        .filter(|(path, _)| path.starts_with("frontend/"))
        .map(|(path, number)| {
            Finding::new(
                at(path, number),
                "an address outside our origin: serve it ourselves",
            )
        })
        .collect()
}

fn names_external_address(line: &str) -> bool {
    // The first is a name and not an address, the others never leave the machine or do not exist.
    let harmless = [
        "www.w3.org",
        "localhost",
        "127.0.0.1",
        "example.com",
        "example.org",
        "example",
    ];
    let absolute = ["http://", "https://"].iter().any(|scheme| {
        line.split(scheme).skip(1).any(|rest| {
            let end = rest
                .find(['/', ':', '"', '\'', '`', ')', ' ', '<', '>', '?'])
                .unwrap_or(rest.len());
            let host = &rest[..end];
            !host.is_empty() && !host.starts_with('{') && !harmless.contains(&host)
        })
    });
    let relative = ["src=\"//", "href=\"//", "url(//", "url(\"//", "url('//"];
    absolute || relative.iter().any(|start| line.contains(start))
}

/// A sleep is always too short or too long; wait for a level.
pub fn tests_do_not_sleep(tree: &Tree) -> Vec<Finding> {
    let rust = [concat!("thread::", "sleep("), concat!("time::", "sleep(")];
    let script = [concat!("waitFor", "Timeout("), concat!("set", "Timeout(")];
    let in_rust = in_lines(tree, &["rs"], move |line| {
        rust.iter().any(|call| line.contains(call))
    })
    .filter(|(path, _)| path.contains("/tests/") || path.ends_with("tests.rs"));
    let in_journeys = in_lines(tree, &["mjs"], move |line| {
        script.iter().any(|call| line.contains(call))
    })
    .filter(|(path, _)| path.starts_with("e2e/journeys/"));
    in_rust
        .chain(in_journeys)
        .map(|(path, number)| Finding::new(at(path, number), "wait for a level, never for time"))
        .collect()
}

/// `m<date>_<number>_<verb>_<noun>.rs`, numbers without gap or repetition: the list is the history.
pub fn migrations_are_named_in_order(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut expected = 1;
    for (path, _) in tree.with_extension(&["rs"]) {
        let Some(name) = path.strip_prefix("migrations/src/m") else {
            continue;
        };
        match number_of_migration(name) {
            Some(number) if number == expected => expected += 1,
            Some(number) => {
                findings.push(Finding::new(
                    path,
                    format!("has number {number:04} where {expected:04} comes next"),
                ));
            }
            None => findings.push(Finding::new(path, "name it like m20260115_0001_create_leads.rs")),
        }
    }
    findings
}

/// The number in `20260115_0001_create_leads.rs`; `None` when the name has another shape. A folder
/// that belongs to a migration follows the file's own shape and is not counted.
fn number_of_migration(name: &str) -> Option<u32> {
    let (date, rest) = name.split_once('_')?;
    let (number, words) = rest.split_once('_')?;
    let words = words.strip_suffix(".rs")?;
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let fits = date.len() == 8
        && date.bytes().all(|b| b.is_ascii_digit())
        && number.len() == 4
        && !words.is_empty()
        && words.chars().all(is_word);
    fits.then(|| number.parse().ok()).flatten()
}

/// The lines of files with one of `extensions` that `wanted` picks, as path and line number.
fn in_lines<'a>(
    tree: &'a Tree,
    extensions: &'a [&str],
    wanted: impl Fn(&str) -> bool + 'a,
) -> impl Iterator<Item = (&'a str, usize)> {
    tree.with_extension(extensions).flat_map(move |(path, text)| {
        text.lines()
            .enumerate()
            .filter(|(_, line)| wanted(line))
            .map(|(index, _)| (path, index + 1))
            .collect::<Vec<_>>()
    })
}

fn at(path: &str, line: usize) -> String {
    format!("{path}:{line}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(findings: Vec<Finding>) -> Vec<String> {
        findings.into_iter().map(|finding| finding.place).collect()
    }

    #[test]
    fn a_module_without_its_document_is_found_and_an_included_file_is_not() {
        let tree = Tree::of(&[
            ("c/src/lib.rs", "//! Fine.\n"),
            ("c/src/bare.rs", "fn f() {}\n"),
            ("c/build.rs", "//! Fine.\ninclude!(\"part.rs\");\n"),
            ("c/part.rs", "fn g() {}\n"),
        ]);
        assert_eq!(places(every_module_says_what_it_owns(&tree)), ["c/src/bare.rs"]);
    }

    #[test]
    fn long_files_are_found_in_every_language() {
        let long = "x\n".repeat(LONG + 1);
        let tree = Tree::of(&[
            ("a.rs", &long),
            ("b.css", &long),
            ("c.md", &long),
            ("d.rs", "x\n"),
        ]);
        assert_eq!(places(no_file_is_long(&tree)), ["a.rs", "b.css"]);
    }

    #[test]
    fn exceptions_and_unfinished_words_are_found() {
        let tree = Tree::of(&[
            (
                "a.rs",
                concat!(
                    "fn f() {}\n#[",
                    "allow(dead_code)]\n#[",
                    "allow(unused, reason = \"x\")]\n"
                ),
            ),
            ("b.rs", concat!("// TO", "DO later\nlet mastodon = 1;\n")),
            ("c.css", concat!("/* FIX", "ME */\n")),
        ]);
        assert_eq!(places(no_bare_allow(&tree)), ["a.rs:2"]);
        assert_eq!(places(no_unfinished_words(&tree)), ["b.rs:1", "c.css:1"]);
    }

    #[test]
    fn addresses_outside_our_origin_are_found() {
        for line in [
            "<script src=\"https://cdn.invalid/x.js\">",
            "@import url(//fonts.invalid/a.css);",
            "fetch(\"http://api.invalid\")",
        ] {
            assert!(names_external_address(line), "{line}");
        }
        for line in [
            "<svg xmlns=\"http://www.w3.org/2000/svg\">",
            "placeholder=\"https://example.com\"",
            "if url.starts_with(\"https://\")",
            "format!(\"http://{host}/x\")",
        ] {
            assert!(!names_external_address(line), "{line}");
        }
        let elsewhere = Tree::of(&[("backend/src/a.rs", "https://elsewhere.invalid/")]);
        assert!(no_external_address_in_the_console(&elsewhere).is_empty());
    }

    #[test]
    fn migrations_with_a_gap_or_a_strange_name_are_found() {
        let tree = Tree::of(&[
            ("migrations/src/lib.rs", ""),
            ("migrations/src/m20260115_0001_create_leads.rs", ""),
            ("migrations/src/m20260116_0003_add_tasks.rs", ""),
            ("migrations/src/mystery.rs", ""),
        ]);
        assert_eq!(
            places(migrations_are_named_in_order(&tree)),
            [
                "migrations/src/m20260116_0003_add_tasks.rs",
                "migrations/src/mystery.rs"
            ]
        );
    }
}
