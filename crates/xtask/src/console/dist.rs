//! Fills `frontend/dist`: marker, list of hashes, compressed twins.
//!
//! The hashed files are copied as they are: a changed byte would no longer fit the name or the
//! integrity hash in `index.html`. Only `index.html` itself is written anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::console::freshness;
use crate::digest::sha256_hex;
use crate::failure::{Because, Failure};
use crate::job::Job;
use crate::marker;

/// Lists every file with its hash; not in its own list.
const MANIFEST: &str = "console.json";

/// What is worth compressing.
const COMPRESSED: &[&str] = &["wasm", "js", "css", "html", "svg", "json", "txt", "ico"];

/// Makes `dist` hold the console in `raw` with the marker of the checked-out commit.
pub fn fill(raw: &Path, dist: &Path) -> Result<(), Failure> {
    let marker = marker::of_checkout();
    if holds(dist, &marker, raw)? {
        return Ok(());
    }
    let what = || format!("cannot write {}", dist.display());
    if dist.exists() {
        fs::remove_dir_all(dist).because(what)?;
    }
    let mut files = BTreeMap::new();
    for (name, path) in files_in(raw)? {
        if name == freshness::STAMP || name == "index.html.br" {
            continue;
        }
        let mut bytes = fs::read(&path).because(|| format!("cannot read {}", path.display()))?;
        if name == "index.html" {
            bytes = stamped(&String::from_utf8_lossy(&bytes), &marker)?.into_bytes();
        }
        let to = dist.join(&name);
        if let Some(parent) = to.parent() {
            fs::create_dir_all(parent).because(what)?;
        }
        fs::write(&to, bytes).because(what)?;
    }
    compress(&[dist.join("index.html")])?;
    for (name, path) in files_in(dist)? {
        let bytes = fs::read(&path).because(|| format!("cannot read {}", path.display()))?;
        files.insert(name, sha256_hex(&bytes));
    }
    let manifest = serde_json::json!({ "build": marker, "files": files });
    fs::write(dist.join(MANIFEST), format!("{manifest:#}\n")).because(what)
}

/// Whether `dist` is whole, carries `marker` and was filled from `raw`.
fn holds(dist: &Path, marker: &str, raw: &Path) -> Result<bool, Failure> {
    let Some((build, files)) = read_manifest(dist) else {
        return Ok(false);
    };
    let same_names = files_in(raw)?
        .keys()
        .all(|name| name == freshness::STAMP || files.contains_key(name));
    Ok(build == marker && same_names && is_whole(dist))
}

/// Whether every file of `dist` has the hash that its list gives, and none is missing.
pub fn is_whole(dist: &Path) -> bool {
    let Some((_, files)) = read_manifest(dist) else {
        return false;
    };
    let Ok(found) = files_in(dist) else {
        return false;
    };
    found.len() == files.len() + 1
        && files.iter().all(|(name, digest)| {
            found
                .get(name)
                .and_then(|path| fs::read(path).ok())
                .is_some_and(|bytes| sha256_hex(&bytes) == *digest)
        })
}

fn read_manifest(dist: &Path) -> Option<(String, BTreeMap<String, String>)> {
    let text = fs::read_to_string(dist.join(MANIFEST)).ok()?;
    let json: serde_json::Value = serde_json::from_str(&text).ok()?;
    let files = json
        .get("files")?
        .as_object()?
        .iter()
        .filter_map(|(name, digest)| Some((name.clone(), digest.as_str()?.to_owned())))
        .collect();
    Some((json.get("build")?.as_str()?.to_owned(), files))
}

/// `index.html` with the marker in its one `<meta name="aicmo-build">`. trunk may have minified the
/// page, so attributes stand in any order, with or without quotes.
fn stamped(html: &str, marker: &str) -> Result<String, Failure> {
    let tags: Vec<(usize, &str)> = html
        .match_indices("<meta ")
        .filter_map(|(start, _)| Some((start, html[start..].split_inclusive('>').next()?)))
        .filter(|(_, tag)| value_of(tag, "name").is_some_and(|(from, to)| &tag[from..to] == "aicmo-build"))
        .collect();
    if let [(start, tag)] = tags[..]
        && let Some((from, to)) = value_of(tag, "content")
    {
        return Ok(format!(
            "{}{marker}{}",
            &html[..start + from],
            &html[start + to..]
        ));
    }
    Err(Failure::new(
        "frontend/index.html must carry <meta name=\"aicmo-build\" content=\"dev\"> exactly once: put it back",
    ))
}

/// Where the value of an attribute stands in a tag.
fn value_of(tag: &str, attribute: &str) -> Option<(usize, usize)> {
    let from = tag.find(&format!(" {attribute}="))? + attribute.len() + 2;
    let quoted = tag[from..].starts_with('"');
    let from = from + usize::from(quoted);
    let ends = |c: char| {
        if quoted {
            c == '"'
        } else {
            c == '>' || c == '/' || c.is_whitespace()
        }
    };
    Some((from, from + tag[from..].find(ends)?))
}

/// Writes a `.br` twin beside every file of `folder` that is worth it.
pub fn compress_all(folder: &Path) -> Result<(), Failure> {
    let files: Vec<PathBuf> = files_in(folder)?
        .into_values()
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| COMPRESSED.iter().any(|known| extension == *known))
        })
        .collect();
    compress(&files)
}

/// Node's zlib knows brotli; quality 11 is slow and done once per build.
fn compress(files: &[PathBuf]) -> Result<(), Failure> {
    let script = "const z=require('zlib'),fs=require('fs');for(const f of process.argv.slice(1)){\
                  const b=fs.readFileSync(f);fs.writeFileSync(f+'.br',z.brotliCompressSync(b,{params:{\
                  [z.constants.BROTLI_PARAM_QUALITY]:11,[z.constants.BROTLI_PARAM_LGWIN]:22,\
                  [z.constants.BROTLI_PARAM_SIZE_HINT]:b.length}}))}";
    Job::new("node", "brotli")
        .args(["-e", script, "--"])
        .args(files)
        .answer()
        .map(|_| ())
        .ok_or_else(|| {
            Failure::new("Node could not compress the console: check that `node --version` says 20 or newer")
        })
}

/// Every file below `folder` by its relative name with forward slashes.
pub fn files_in(folder: &Path) -> Result<BTreeMap<String, PathBuf>, Failure> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        let what = || format!("cannot read {}", next.display());
        for entry in fs::read_dir(&next).because(what)? {
            let path = entry.because(what)?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(relative) = path.strip_prefix(folder) {
                let name = relative.to_string_lossy().replace('\\', "/");
                files.insert(name, path);
            }
        }
    }
    Ok(files)
}

/// What the console weighs compressed: the sum of its `.br` twins.
pub fn compressed_size(dist: &Path) -> Result<u64, Failure> {
    Ok(files_with_sizes(dist)?
        .into_iter()
        .filter(|(name, _)| {
            Path::new(name)
                .extension()
                .is_some_and(|extension| extension == "br")
        })
        .map(|(_, size)| size)
        .sum())
}

/// Every file of `dist` with its size in bytes.
pub fn files_with_sizes(dist: &Path) -> Result<Vec<(String, u64)>, Failure> {
    files_in(dist)?
        .into_iter()
        .map(|(name, path)| {
            let size = fs::metadata(&path)
                .because(|| format!("cannot read {}", path.display()))?
                .len();
            Ok((name, size))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marker_replaces_the_placeholder_wherever_the_attribute_stands() {
        for (html, expected) in [
            (
                r#"<head><meta name="aicmo-build" content="dev"><meta name="x" content="y"></head>"#,
                r#"<head><meta name="aicmo-build" content="M"><meta name="x" content="y"></head>"#,
            ),
            (
                r#"<meta content="dev" name="aicmo-build"/>"#,
                r#"<meta content="M" name="aicmo-build"/>"#,
            ),
            (
                "<meta name=aicmo-build content=dev><p>",
                "<meta name=aicmo-build content=M><p>",
            ),
            (
                "<meta content=dev name=aicmo-build />",
                "<meta content=M name=aicmo-build />",
            ),
        ] {
            assert_eq!(stamped(html, "M").expect("one placeholder"), expected);
        }
    }

    #[test]
    fn a_page_without_the_placeholder_or_with_two_is_refused() {
        assert!(stamped("<head></head>", "M").is_err());
        let meta = r#"<meta name="aicmo-build" content="dev">"#;
        assert!(stamped(&format!("{meta}{meta}"), "M").is_err());
    }

    #[test]
    fn a_changed_file_makes_dist_incomplete() {
        let dir = tempfile::tempdir().expect("a directory");
        let raw = dir.path().join("raw");
        let dist = dir.path().join("dist");
        fs::create_dir_all(&raw).expect("created");
        fs::write(
            raw.join("index.html"),
            r#"<meta name="aicmo-build" content="dev">"#,
        )
        .expect("written");
        fs::write(raw.join("app-1234.js"), "let a = 1;").expect("written");
        compress_all(&raw).expect("compressed");
        fill(&raw, &dist).expect("filled");
        assert!(is_whole(&dist));
        assert!(dist.join("app-1234.js.br").is_file());
        let page = fs::read_to_string(dist.join("index.html")).expect("read");
        assert!(page.contains("AICMO_DASH_V3_"), "{page}");

        fs::write(dist.join("app-1234.js"), "let a = 2;").expect("written");
        assert!(!is_whole(&dist));
        fill(&raw, &dist).expect("filled again");
        assert!(is_whole(&dist));
        fs::write(dist.join("stray.js"), "").expect("written");
        assert!(
            !is_whole(&dist),
            "a stray file is embedded, so it must be in the list"
        );
    }
}
