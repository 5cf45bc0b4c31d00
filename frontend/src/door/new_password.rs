//! A new password: its rule, told before it is broken, and the field.

use aicmo_shared::session::{PASSWORD_MAX, PASSWORD_MIN};
use leptos::prelude::*;

use crate::components::password::{PasswordField, PasswordKind};

/// What a password must be.
pub const RULE: &str =
    "12 to 128 characters. A few words that only you would put together are better than one clever word.";

/// What keeps a password from being sent; the server decides again.
pub fn objection(password: &str) -> Option<String> {
    match password.chars().count() {
        0 => Some("Choose a password.".to_owned()),
        few if few < PASSWORD_MIN => Some(format!("{few} of at least {PASSWORD_MIN} characters.")),
        many if many > PASSWORD_MAX => Some(format!("{many} characters; {PASSWORD_MAX} is the most.")),
        _ => None,
    }
}

/// The field, which says how long the password is while it is too short.
#[component]
pub fn NewPassword(
    /// Its id in the document.
    id: &'static str,
    /// The label.
    #[prop(default = "Password")]
    label: &'static str,
    /// The text.
    value: RwSignal<String>,
    /// What is wrong with it.
    error: Signal<Option<String>>,
) -> impl IntoView {
    view! { <PasswordField id label value kind=PasswordKind::New help=RULE error /> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_measured_in_characters() {
        assert_eq!(objection("ääääääääääää"), None);
        assert_eq!(
            objection("too short").as_deref(),
            Some("9 of at least 12 characters.")
        );
        assert!(objection("").is_some());
        assert!(objection(&"a".repeat(129)).is_some());
    }

    #[test]
    fn the_rule_names_both_limits() {
        assert!(RULE.starts_with(&format!("{PASSWORD_MIN} to {PASSWORD_MAX} ")));
    }
}
