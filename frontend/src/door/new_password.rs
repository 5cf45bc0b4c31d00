//! A new password: its rule, told before it is broken, and the field.

use aicmo_shared::session::{PASSWORD_MAX, PASSWORD_MIN, SecretText};
use leptos::prelude::*;

use crate::components::doing::Doing;
use crate::components::password::{PasswordField, PasswordKind};

/// What a password must be.
pub const RULE: &str =
    "12 to 128 characters. A few words that only you would put together are better than one clever word.";

/// What keeps a password from being sent; the server decides again.
fn objection(password: &str) -> Option<String> {
    match password.chars().count() {
        0 => Some("Choose a password.".to_owned()),
        few if few < PASSWORD_MIN => Some(format!("{few} of at least {PASSWORD_MIN} characters.")),
        many if many > PASSWORD_MAX => Some(format!("{many} characters; {PASSWORD_MAX} is the most.")),
        _ => None,
    }
}

/// A new password that is being typed, and what keeps it from being sent.
#[derive(Clone, Copy)]
pub struct Chosen {
    text: RwSignal<String>,
    objection: RwSignal<Option<String>>,
    refused: Signal<Option<String>>,
}

impl Chosen {
    /// Nothing typed yet; `field` is the name under which the server refuses it.
    pub fn of(doing: Doing, field: &'static str) -> Self {
        Self {
            text: RwSignal::new(String::new()),
            objection: RwSignal::new(None),
            refused: doing.field(field),
        }
    }

    /// The password to send; `None` when there is an objection, which the field then shows.
    pub fn take(self) -> Option<SecretText> {
        let text = self.text.get_untracked();
        let found = objection(&text);
        let fine = found.is_none();
        self.objection.set(found);
        fine.then(|| SecretText::new(text))
    }

    /// Empties the field.
    pub fn clear(self) {
        self.text.set(String::new());
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
    /// What is typed.
    chosen: Chosen,
) -> impl IntoView {
    let Chosen {
        text: value,
        objection,
        refused,
    } = chosen;
    let error = Signal::derive(move || objection.get().or_else(|| refused.get()));
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
