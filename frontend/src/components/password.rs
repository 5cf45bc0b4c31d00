//! A field for a password: hidden until its owner wants to see it, filled by the browser's manager.

use leptos::prelude::*;

use super::field::{FieldFrame, describing};

/// Which password is asked for; the browser offers the old one or makes a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordKind {
    /// The one in use.
    Current,
    /// One to be set.
    New,
}

impl PasswordKind {
    const fn autocomplete(self) -> &'static str {
        match self {
            Self::Current => "current-password",
            Self::New => "new-password",
        }
    }
}

/// A labelled password field with a switch that shows what is typed.
#[component]
pub fn PasswordField(
    /// Its id in the document.
    #[prop(into)]
    id: String,
    /// The label.
    #[prop(into)]
    label: String,
    /// The text.
    value: RwSignal<String>,
    /// Which password.
    kind: PasswordKind,
    /// What is asked of it, said before it is broken.
    #[prop(optional, into)]
    help: Option<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let shown = RwSignal::new(false);
    let described = describing(&id, help.is_some(), error);
    let subject = lower_first(&label);
    let verb = move || if shown.get() { "Hide" } else { "Show" };
    let input = view! {
        <div class="password">
            <input
                class="field__input password__input"
                id=id.clone()
                type=move || if shown.get() { "text" } else { "password" }
                autocomplete=kind.autocomplete()
                autocapitalize="off"
                spellcheck="false"
                required=true
                aria-describedby=described
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            />
            <button
                class="button button--quiet password__switch"
                type="button"
                aria-label=move || format!("{} {subject}", verb())
                on:click=move |_| shown.update(|shown| *shown = !*shown)
            >
                {verb}
            </button>
        </div>
    }
    .into_any();
    view! { <FieldFrame id label required=true help error>{input}</FieldFrame> }
}

fn lower_first(label: &str) -> String {
    let mut letters = label.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_goes_on_in_small_letters() {
        assert_eq!(lower_first("New password"), "new password");
        assert_eq!(lower_first(""), "");
    }
}
