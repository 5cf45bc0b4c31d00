//! The layers, the rules and the redaction of settings.

use std::collections::BTreeMap;
use std::ffi::OsString;

use super::*;

fn load_with(flags: &[(&str, &str)], environment: &[(&str, &str)]) -> Result<Settings, SettingError> {
    let texts = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    };
    let environment = texts(environment)
        .into_iter()
        .map(|(key, value)| (key, OsString::from(value)))
        .collect();
    Settings::from_sources(&Sources::of(texts(flags), environment)?)
}

fn load(environment: &[(&str, &str)]) -> Result<Settings, SettingError> {
    load_with(&[], environment)
}

fn row<'a>(report: &'a [SettingReport], key: &str) -> &'a SettingReport {
    report
        .iter()
        .find(|row| row.key == key)
        .expect("a row for every key")
}

#[test]
fn every_default_obeys_its_own_rule() {
    let settings = load(&[]).expect("defaults are legal");
    assert_eq!(settings.report().len(), TABLE.len());
    assert_eq!(settings.bind.to_string(), "127.0.0.1:8000");
    assert_eq!(
        settings.database(),
        DatabaseAddress::Sqlite("./data/aicmo.db".into())
    );
    assert!(settings.unknown.is_empty());
    for spec in TABLE {
        assert_eq!((spec.check)(spec.default), Ok(()), "{}", spec.key);
        assert!(
            spec.help.ends_with('.') || spec.help.contains('.'),
            "{}",
            spec.key
        );
    }
}

#[test]
fn a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("aicmo.toml");
    std::fs::write(
        &file,
        "AICMO_DB_POOL_MAX = 3\nAICMO_LOG_LEVEL = \"warn\"\nAICMO_LOG_FORMAT = \"json\"\n\
         AICMO_SERVICES_DISABLED = [\"leads\", \"activity\"]\nAICMO_FUTURE = true\n",
    )
    .expect("written");
    let config = file.to_str().expect("a path");
    let settings = load_with(
        &[("AICMO_LOG_FORMAT", "text")],
        &[
            ("AICMO_CONFIG", config),
            ("AICMO_LOG_LEVEL", "debug"),
            ("AICMO_DB_POOL_MAX", ""),
        ],
    )
    .expect("legal");
    let report = settings.report();
    for (key, source, value) in [
        ("AICMO_LOG_FORMAT", SettingSource::Flag, "text"),
        ("AICMO_LOG_LEVEL", SettingSource::Environment, "debug"),
        ("AICMO_DB_POOL_MAX", SettingSource::File, "3"),
        ("AICMO_DB_STARTUP_RETRY_SECS", SettingSource::Default, "20"),
        ("AICMO_SERVICES_DISABLED", SettingSource::File, "leads,activity"),
    ] {
        assert_eq!(
            (row(&report, key).source, row(&report, key).value.as_deref()),
            (source, Some(value)),
            "{key}"
        );
    }
    assert_eq!(settings.services_disabled.len(), 2);
    assert_eq!(settings.unknown, ["AICMO_FUTURE"]);
}

#[test]
fn a_value_may_stand_in_a_file_of_its_own_but_not_in_both() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("key");
    std::fs::write(&file, "0123456789abcdef0123456789abcdef\n").expect("written");
    let path = file.to_str().expect("a path");
    let settings = load(&[("AICMO_IDENTITY_KEY_FILE", path)]).expect("legal");
    assert_eq!(
        settings.identity_key.as_ref().map(|key| key.expose().len()),
        Some(32)
    );
    assert_eq!(
        row(&settings.report(), "AICMO_IDENTITY_KEY").value.as_deref(),
        Some("***")
    );
    let both = load(&[("AICMO_BIND", "127.0.0.1:1"), ("AICMO_BIND_FILE", path)]);
    assert!(both.expect_err("ambiguous").to_string().contains("not by both"));
    let missing = load(&[("DATABASE_URL_FILE", "/nonexistent/file")]).expect_err("no file");
    assert_eq!(
        missing.to_string(),
        "DATABASE_URL_FILE (from the environment) must name a file that can be read."
    );
}

#[test]
fn a_bad_value_is_refused_by_key_and_rule_and_never_repeated() {
    let canary = "c4n4ry";
    for (key, text) in [
        ("DATABASE_URL", "mysql://c4n4ry@host/db"),
        ("DATABASE_URL", "postgres://user:c4n/4ry@host/db"),
        ("DATABASE_URL", "postgres://c4n4ry"),
        ("DATABASE_URL", "postgres://u:12/c4n4ry@host/db"),
        ("DATABASE_URL", "sqlite::memory:"),
        ("AICMO_DB_CONNECT_TIMEOUT_SECS", "0"),
        ("AICMO_DB_STARTUP_RETRY_SECS", "c4n4ry"),
        ("AICMO_DB_REQUIRED", "c4n4ry"),
        ("AICMO_DB_POOL_MAX", "-1"),
        ("AICMO_BOOTSTRAP_ADMIN_KEY", "c4n4ry"),
        ("AICMO_SESSION_HOURS", "0"),
        ("AICMO_BIND", "c4n4ry"),
        ("AICMO_MAX_CONNECTIONS", "15"),
        ("AICMO_PUBLIC_URL", "http://user:c4n4ry@host"),
        ("AICMO_BACKEND_URL", "c4n4ry"),
        ("AICMO_LOG_LEVEL", "a=c4n4ry=b"),
        ("AICMO_LOG_FORMAT", "c4n4ry"),
        ("AICMO_CONFIG", "/nonexistent/c4n4ry"),
        ("AICMO_DATA_SOURCE", "c4n4ry"),
        ("AICMO_E2E_MODE", "TRUE"),
        ("AICMO_SERVICES_DISABLED", "leads,c4n4ry"),
        ("AICMO_SERVICES_DISABLED", "database"),
        ("AICMO_CAMPAIGN_OPS_ENABLED", "maybe"),
        ("AICMO_IDENTITY_KEY", "c4n4ry"),
        ("AICMO_SESSION_KEY", "c4n4ry"),
        ("AICMO_IMPORT_MAX_MB", "99999999"),
        ("AICMO_OTLP_ENDPOINT", "http://user:c4n4ry@collector:4318"),
    ] {
        let sentence = load(&[(key, text)]).expect_err(text).to_string();
        assert!(
            sentence.starts_with(key) && sentence.contains(" must "),
            "{sentence}"
        );
        assert!(!sentence.contains(canary), "{sentence}");
        assert!(!sentence.contains('\n'), "{sentence}");
    }
}

#[test]
fn a_database_url_is_shown_without_user_password_and_query() {
    for (url, shown) in [
        (
            "postgres://amy:s3cret@db.example:6543/aicmo?sslpassword=s3cret",
            "postgres://***@db.example:6543/aicmo",
        ),
        ("postgresql://s3cret@[::1]/x", "postgres://***@[::1]:5432/x"),
        ("postgres://h/x", "postgres://h:5432/x"),
        ("sqlite:///srv/a.db?mode=rwc", "sqlite:///srv/a.db"),
    ] {
        let settings = load(&[("DATABASE_URL", url)]).expect(url);
        assert_eq!(
            row(&settings.report(), "DATABASE_URL").value.as_deref(),
            Some(shown)
        );
        assert_eq!(settings.database().to_string(), shown);
        assert!(!format!("{settings:?}").contains("s3cret"));
    }
}

#[test]
fn an_unknown_name_is_reported_and_a_later_one_is_unknown_now() {
    let settings = load(&[
        ("AICMO_AUTONOMY_ENABLED", "true"),
        ("AICMO_BIND_FIEL", "x"),
        ("AICMO_BUILD_MARKER", "x"),
    ])
    .expect("a warning, not an error");
    assert_eq!(settings.unknown, ["AICMO_AUTONOMY_ENABLED", "AICMO_BIND_FIEL"]);
}

#[test]
fn a_flag_names_a_setting_that_is_no_secret() {
    let refused = load_with(&[("AICMO_IDENTITY_KEY", "0123456789abcdef0123456789abcdef")], &[]);
    assert!(refused.expect_err("secret").rule.starts_with("must not stand"));
    assert_eq!(
        load_with(&[("AICMO_NOPE", "1")], &[]).expect_err("unknown").rule,
        "is not a setting"
    );
}

#[test]
fn a_damaged_file_is_refused_by_line_without_its_content() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("aicmo.toml");
    std::fs::write(
        &file,
        "AICMO_BIND = \"127.0.0.1:0\"\nAICMO_SESSION_KEY = c4n4ry\n",
    )
    .expect("written");
    let refused = load(&[("AICMO_CONFIG", file.to_str().expect("a path"))]).expect_err("not TOML");
    assert!(refused.rule.contains("line 2"), "{refused}");
    assert!(!refused.to_string().contains("c4n4ry"), "{refused}");
    std::fs::write(&file, "[AICMO_BIND]\nx = 1\n").expect("written");
    let refused = load(&[("AICMO_CONFIG", file.to_str().expect("a path"))]).expect_err("a table");
    assert_eq!(refused.key, "AICMO_BIND");
}

#[test]
fn mock_by_setting_comes_before_e2e_mode() {
    let mode = |pairs: &[(&str, &str)]| load(pairs).expect("legal").forced_mock();
    assert_eq!(mode(&[]), None);
    assert_eq!(mode(&[("AICMO_E2E_MODE", "true")]), Some(MockReason::E2eMode));
    assert_eq!(
        mode(&[("AICMO_E2E_MODE", "true"), ("AICMO_DATA_SOURCE", "mock")]),
        Some(MockReason::ForcedBySetting)
    );
}
