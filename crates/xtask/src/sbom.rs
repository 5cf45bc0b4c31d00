//! `cargo xtask sbom`: what a release is made of, as a CycloneDX document.
//!
//! Listed is what is linked into server and console, with version, licence and checksum of each; what
//! only builds or tests is not. The document depends on the lock file alone, so two people who make it
//! for one commit get the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::failure::{Because, Failure};
use crate::job::Job;
use crate::places;

/// What is shipped: the binary, and the console that lies in it.
const SHIPPED: [&str; 2] = ["aicmo-backend", "aicmo-frontend"];

/// Writes the document to `path`; answers how many components it lists.
pub fn write(path: &Path) -> Result<usize, Failure> {
    let printed = Job::cargo("metadata")
        .args(["metadata", "--format-version", "1", "--locked"])
        .answer()
        .ok_or_else(|| Failure::new("`cargo metadata --locked` failed: run it and look"))?;
    let metadata: Value =
        serde_json::from_str(&printed).because(|| "`cargo metadata` printed no JSON".to_owned())?;
    let lock = places::root().join("Cargo.lock");
    let lock = fs::read_to_string(&lock).because(|| format!("cannot read {}", lock.display()))?;
    let document = document(&metadata, &checksums(&lock));
    let count = items(&document["components"]).count();
    let text = serde_json::to_string_pretty(&document).because(|| "cannot write JSON".to_owned())?;
    fs::write(path, text + "\n").because(|| format!("cannot write {}", path.display()))?;
    Ok(count)
}

/// Checksum by name and version.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let lock: toml::Table = lock.parse().unwrap_or_default();
    let packages = lock.get("package").and_then(toml::Value::as_array);
    packages
        .into_iter()
        .flatten()
        .filter_map(|package| {
            let field = |name: &str| package.get(name)?.as_str().map(str::to_owned);
            Some(((field("name")?, field("version")?), field("checksum")?))
        })
        .collect()
}

fn document(metadata: &Value, checksums: &BTreeMap<(String, String), String>) -> Value {
    let packages: BTreeMap<&str, &Value> = items(&metadata["packages"])
        .filter_map(|package| Some((package["id"].as_str()?, package)))
        .collect();
    let linked: BTreeMap<&str, Vec<&str>> = items(&metadata["resolve"]["nodes"])
        .filter_map(|node| Some((node["id"].as_str()?, linked_into(node))))
        .collect();
    let shipped: Vec<&str> = packages
        .iter()
        .filter(|(_, package)| SHIPPED.iter().any(|name| package["name"] == **name))
        .map(|(id, _)| *id)
        .collect();
    let mut seen = BTreeSet::new();
    let mut waiting = shipped;
    while let Some(id) = waiting.pop() {
        if seen.insert(id) {
            waiting.extend(linked.get(id).into_iter().flatten());
        }
    }
    let mut components: Vec<Value> = seen
        .iter()
        .filter_map(|id| packages.get(id))
        .map(|package| component(package, checksums))
        .collect();
    components.sort_by_key(|component| component["purl"].to_string());
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": { "type": "application", "name": "aicmo", "version": env!("CARGO_PKG_VERSION") } },
        "components": components,
    })
}

/// The ids of what a package links, on whatever platform.
fn linked_into(node: &Value) -> Vec<&str> {
    items(&node["deps"])
        .filter(|dependency| items(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null()))
        .filter_map(|dependency| dependency["pkg"].as_str())
        .collect()
}

fn component(package: &Value, checksums: &BTreeMap<(String, String), String>) -> Value {
    let text = |name: &str| package[name].as_str().unwrap_or_default().to_owned();
    let (name, version) = (text("name"), text("version"));
    let mut component = json!({
        "type": "library",
        "name": name,
        "version": version,
        "purl": format!("pkg:cargo/{name}@{version}"),
    });
    if let Some(licence) = package["license"].as_str() {
        // Older manifests write a slash for OR.
        component["licenses"] = json!([{ "expression": licence.replace('/', " OR ") }]);
    }
    if let Some(checksum) = checksums.get(&(name, version)) {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    component
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_linked_is_listed_and_what_only_tests_is_not() {
        let package =
            |name: &str| json!({ "id": name, "name": name, "version": "1.0.0", "license": "MIT/ISC" });
        let edge = |name: &str, kind: Value| json!({ "pkg": name, "dep_kinds": [{ "kind": kind }] });
        let packages = ["aicmo-backend", "linked", "deeper", "tested", "unrelated"].map(package);
        let metadata = json!({
            "packages": packages,
            "resolve": { "nodes": [
                { "id": "aicmo-backend", "deps": [edge("linked", Value::Null), edge("tested", json!("dev"))] },
                { "id": "linked", "deps": [edge("deeper", Value::Null)] },
            ] },
        });
        let lock = "[[package]]\nname = \"deeper\"\nversion = \"1.0.0\"\nchecksum = \"abc\"\n";
        let made = document(&metadata, &checksums(lock));
        let names: Vec<&str> = items(&made["components"])
            .filter_map(|component| component["purl"].as_str())
            .collect();
        assert_eq!(
            names,
            [
                "pkg:cargo/aicmo-backend@1.0.0",
                "pkg:cargo/deeper@1.0.0",
                "pkg:cargo/linked@1.0.0"
            ]
        );
        assert_eq!(made["components"][1]["hashes"][0]["content"], "abc");
        assert_eq!(made["components"][1]["licenses"][0]["expression"], "MIT OR ISC");
    }
}
