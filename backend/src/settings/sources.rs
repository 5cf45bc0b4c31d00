//! Where values come from: flags, the environment, a TOML file, and files that hold one value.
//!
//! `<KEY>_FILE` names a file whose content is the value of `<KEY>`, so that a secret need not stand
//! in an environment or a configuration file. An empty value counts as not set.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use aicmo_shared::diagnostics::SettingSource;

use super::{SettingError, SettingSpec, source_name};

/// What every variable of this product begins with.
const PREFIX: &str = "AICMO_";

/// How a key is told apart that names a file with the value.
const FILE_SUFFIX: &str = "_FILE";

/// The largest file that may hold one value.
const VALUE_FILE_MAX: u64 = 64 * 1024;

/// Set by cargo for programs that it runs, because the build script sets them for the compiler.
const SET_BY_CARGO: &[&str] = &["AICMO_BUILD_MARKER", "AICMO_CONSOLE_DIST", "AICMO_GIT_COMMIT"];

/// The values that were given, by layer.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    flags: BTreeMap<String, String>,
    environment: BTreeMap<String, OsString>,
    file: BTreeMap<String, String>,
}

impl Sources {
    /// The environment of this process, the file that `AICMO_CONFIG` names, and `flags`.
    ///
    /// # Errors
    /// When the file cannot be read, or a flag names no setting or a secret one.
    pub fn gather(flags: BTreeMap<String, String>) -> Result<Self, SettingError> {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| name.into_string().ok().map(|name| (name, value)))
            .filter(|(name, _)| name.starts_with(PREFIX) || is_key(name))
            .collect();
        Self::of(flags, environment)
    }

    /// As `gather`, with an environment of one's own.
    pub(super) fn of(
        flags: BTreeMap<String, String>,
        environment: BTreeMap<String, OsString>,
    ) -> Result<Self, SettingError> {
        for key in flags.keys() {
            let rule = match SettingSpec::find(key) {
                None => "is not a setting",
                Some(spec) if spec.show != super::Show::Plain => {
                    "must not stand on a command line, where every user of the machine can read it"
                }
                Some(_) => continue,
            };
            return Err(refusal(key, SettingSource::Flag, rule));
        }
        let mut sources = Self {
            flags,
            environment,
            file: BTreeMap::new(),
        };
        if let Some((path, source)) = sources.find("AICMO_CONFIG")? {
            sources.file = read_toml(Path::new(&path), source)?;
        }
        Ok(sources)
    }

    /// The value of `key` with the layer it comes from; the strongest layer counts.
    pub(super) fn find(&self, key: &str) -> Result<Option<(String, SettingSource)>, SettingError> {
        let direct = self.flags.get(key).cloned();
        if let Some(text) = direct.filter(|text| !text.is_empty()) {
            return Ok(Some((text, SettingSource::Flag)));
        }
        let environment = |name: &str| match self.environment.get(name) {
            None => Ok(None),
            Some(value) => value
                .to_str()
                .map(|text| Some(text.to_owned()))
                .ok_or_else(|| refusal(name, SettingSource::Environment, "must be UTF-8 text")),
        };
        let file = |name: &str| Ok(self.file.get(name).cloned());
        match layer(key, SettingSource::Environment, environment)? {
            Some(text) => Ok(Some((text, SettingSource::Environment))),
            None => Ok(layer(key, SettingSource::File, file)?.map(|text| (text, SettingSource::File))),
        }
    }

    /// Names that no setting has: `AICMO_` variables, and any key of the file. Sorted, each once.
    pub(super) fn unknown(&self) -> Vec<String> {
        let variables = self.environment.keys().filter(|name| name.starts_with(PREFIX));
        let names: std::collections::BTreeSet<String> = variables
            .chain(self.file.keys())
            .filter(|name| !is_key(name) && !SET_BY_CARGO.contains(&name.as_str()))
            .map(|name| name.chars().take(64).collect())
            .collect();
        names.into_iter().collect()
    }
}

/// Looks `key` and `<key>_FILE` up in one layer.
fn layer(
    key: &str,
    source: SettingSource,
    get: impl Fn(&str) -> Result<Option<String>, SettingError>,
) -> Result<Option<String>, SettingError> {
    let direct = get(key)?.filter(|text| !text.is_empty());
    let named = get(&format!("{key}{FILE_SUFFIX}"))?.filter(|text| !text.is_empty());
    match (direct, named) {
        (Some(_), Some(_)) => Err(refusal(
            key,
            source,
            "must be given by itself or by its _FILE twin, not by both",
        )),
        (Some(text), None) => Ok(Some(text)),
        (None, Some(path)) => read_value(key, source, Path::new(&path)).map(Some),
        (None, None) => Ok(None),
    }
}

/// The content of a file that holds one value; the line end that editors add does not count.
fn read_value(key: &str, source: SettingSource, path: &Path) -> Result<String, SettingError> {
    let refuse = |rule: &str| refusal(&format!("{key}{FILE_SUFFIX}"), source, rule);
    let size = std::fs::metadata(path)
        .map_err(|_| refuse("must name a file that can be read"))?
        .len();
    if size > VALUE_FILE_MAX {
        return Err(refuse("must name a file of at most 64 KiB"));
    }
    let text = std::fs::read_to_string(path).map_err(|_| refuse("must name a text file that can be read"))?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(refuse("must name a file that is not empty"));
    }
    Ok(text.to_owned())
}

/// The top level of a TOML file; an array becomes a list with commas.
fn read_toml(path: &Path, source: SettingSource) -> Result<BTreeMap<String, String>, SettingError> {
    let refuse = |rule: &str| refusal("AICMO_CONFIG", source, rule);
    let text = std::fs::read_to_string(path).map_err(|_| refuse("must name a text file that can be read"))?;
    // The parser's own message quotes the line at fault, which may hold a secret; its number is enough.
    let table: toml::Table = text.parse().map_err(|cause: toml::de::Error| {
        let line = cause
            .span()
            .and_then(|span| text.get(..span.start))
            .map_or(1, |before| before.matches('\n').count() + 1);
        refuse(&format!(
            "must name a TOML file, and line {line} of it is not TOML"
        ))
    })?;
    table
        .into_iter()
        .map(|(key, value)| match plain_text(&value) {
            Some(text) => Ok((key, text)),
            None => Err(refusal(
                &key,
                SettingSource::File,
                "must be a text, a number, true, false or a list of those",
            )),
        })
        .collect()
}

fn plain_text(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(yes) => Some(yes.to_string()),
        toml::Value::Array(items) => items
            .iter()
            .map(plain_text)
            .collect::<Option<Vec<_>>>()
            .map(|items| items.join(",")),
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Table(_) => None,
    }
}

fn is_key(name: &str) -> bool {
    SettingSpec::find(name.strip_suffix(FILE_SUFFIX).unwrap_or(name)).is_some()
}

fn refusal(key: &str, source: SettingSource, rule: &str) -> SettingError {
    SettingError {
        key: key.chars().take(64).collect(),
        source_name: source_name(source),
        rule: rule.to_owned(),
    }
}
