//! The settings in the documentation are the settings of the program.

use std::path::Path;

use aicmo_backend::settings::TABLE;

/// A row of the table, as Markdown.
fn row(key: &str, default: &str, help: &str) -> String {
    let default = if default.is_empty() {
        "unset".to_owned()
    } else {
        format!("`{default}`")
    };
    format!("| `{key}` | {default} | {help} |")
}

#[test]
fn docs_operations_lists_every_setting_with_default_and_purpose_and_no_other() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/OPERATIONS.md");
    let text = std::fs::read_to_string(path).expect("docs/OPERATIONS.md");
    let documented: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("| `AICMO_") || line.starts_with("| `DATABASE_URL"))
        .collect();
    let expected: Vec<String> = TABLE
        .iter()
        .map(|spec| row(spec.key, spec.default, spec.help))
        .collect();
    assert_eq!(
        documented,
        expected,
        "docs/OPERATIONS.md should have these rows:\n{}",
        expected.join("\n")
    );
}
