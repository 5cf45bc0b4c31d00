//! The two sizes of the console: the first screen alone, and every tab.
//!
//! trunk makes one module per build, so there are two builds. Styles and loader are the same in both;
//! the module and glue of the whole console are put beside those of the first screen, and the loader's
//! tag in `index.html` learns their names. `boot.js` decides which one an address needs.

use std::fs;
use std::path::Path;

use crate::console::dist::{files_in, files_with_sizes};
use crate::failure::{Because, Failure};

const PAGE: &str = "index.html";

/// Puts the module and the glue of `whole` into `first` and names them in its page.
pub fn join(whole: &Path, first: &Path) -> Result<(), Failure> {
    let is_script = |name: &str| Path::new(name).extension().is_some_and(|end| end == "js");
    let glue = only_file(whole, |name| {
        is_script(name) && name.starts_with("aicmo-frontend")
    })?;
    let module = only_file(whole, |name| name.ends_with("_bg.wasm"))?;
    for name in [&glue, &module] {
        fs::copy(whole.join(name), first.join(name))
            .because(|| format!("cannot copy {name} to {}", first.display()))?;
    }
    let page = first.join(PAGE);
    let html = fs::read_to_string(&page).because(|| format!("cannot read {}", page.display()))?;
    fs::write(&page, named(&html, &glue, &module)?).because(|| format!("cannot write {}", page.display()))
}

/// The page with the names of the whole console in the loader's tag.
fn named(html: &str, glue: &str, module: &str) -> Result<String, Failure> {
    match html.split_once(" data-glue=") {
        Some((before, after)) if !after.contains(" data-glue=") => Ok(format!(
            "{before} data-whole-glue=\"/{glue}\" data-whole-wasm=\"/{module}\" data-glue={after}"
        )),
        _ => Err(Failure::new(
            "frontend/index.html must load boot.js with data-glue exactly once: look at pattern_script in Trunk.toml",
        )),
    }
}

fn only_file(folder: &Path, fits: impl Fn(&str) -> bool) -> Result<String, Failure> {
    let mut names = files_in(folder)?.into_keys().filter(|name| fits(name));
    match (names.next(), names.next()) {
        (Some(name), None) => Ok(name),
        _ => Err(Failure::new(format!(
            "trunk was to make one module with one glue in {}: remove the folder and run this again",
            folder.display()
        ))),
    }
}

/// What all that the first screen needs weighs compressed: every `.br` twin but those of the whole console.
pub fn first_screen_size(dist: &Path) -> Result<u64, Failure> {
    let page = dist.join(PAGE);
    let html = fs::read_to_string(&page).because(|| format!("cannot read {}", page.display()))?;
    Ok(files_with_sizes(dist)?
        .into_iter()
        .filter_map(|(name, size)| Some((name.strip_suffix(".br")?.to_owned(), size)))
        .filter(|(name, _)| !is_of_the_whole(&html, name))
        .map(|(_, size)| size)
        .sum())
}

fn is_of_the_whole(html: &str, name: &str) -> bool {
    ["data-whole-glue", "data-whole-wasm"]
        .iter()
        .any(|attribute| html.contains(&format!("{attribute}=\"/{name}\"")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_console_stands_beside_the_first_screen_and_is_not_part_of_its_weight() {
        let dir = tempfile::tempdir().expect("a directory");
        let (whole, first) = (dir.path().join("whole"), dir.path().join("first"));
        for folder in [&whole, &first] {
            fs::create_dir_all(folder).expect("created");
        }
        fs::write(whole.join("aicmo-frontend-w.js"), "whole").expect("written");
        fs::write(whole.join("aicmo-frontend-w_bg.wasm"), "whole").expect("written");
        let tag =
            r#"<script type="module" src="/boot.js" data-glue="/f.js" data-wasm="/f_bg.wasm"></script>"#;
        fs::write(first.join(PAGE), tag).expect("written");
        join(&whole, &first).expect("joined");
        let html = fs::read_to_string(first.join(PAGE)).expect("read");
        assert!(
            html.contains(r#"data-whole-wasm="/aicmo-frontend-w_bg.wasm" data-glue="/f.js""#),
            "{html}"
        );
        assert!(first.join("aicmo-frontend-w.js").is_file());

        fs::write(first.join("f_bg.wasm.br"), "12345").expect("written");
        fs::write(first.join("aicmo-frontend-w_bg.wasm.br"), "1234567890").expect("written");
        assert_eq!(first_screen_size(&first).expect("weighed"), 5);
    }

    #[test]
    fn a_page_without_the_loader_is_refused() {
        assert!(named("<html></html>", "a.js", "a.wasm").is_err());
    }
}
