//! Buttons. One that cannot be pressed now says why instead of vanishing.

use leptos::prelude::*;
use web_sys::MouseEvent;

/// How much a button asks to be pressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one action of a panel or dialog.
    Primary,
    /// Everything else.
    #[default]
    Secondary,
    /// Beside others, without a frame.
    Quiet,
    /// Something that cannot be taken back.
    Danger,
}

impl ButtonKind {
    /// The class of a button, or of a link that looks like one.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Primary => "button button--primary",
            Self::Secondary => "button button--secondary",
            Self::Quiet => "button button--quiet",
            Self::Danger => "button button--danger",
        }
    }
}

/// A button.
#[component]
pub fn Button(
    /// How much it asks to be pressed.
    #[prop(optional)]
    kind: ButtonKind,
    /// What it does; not called while it is blocked or busy. A submit button may do without.
    #[prop(optional, into)]
    on_press: Option<Callback<()>>,
    /// Why it cannot be pressed now.
    #[prop(optional, into)]
    blocked: Signal<Option<String>>,
    /// Whether what it started is still under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Sends the form that it stands in.
    #[prop(optional)]
    submit: bool,
    /// Its id in the document.
    #[prop(optional, into)]
    id: Option<String>,
    /// The accessible name, where the words on it do not say enough.
    #[prop(optional, into)]
    label: Option<String>,
    /// The words on it.
    children: Children,
) -> impl IntoView {
    let inert = move || busy.get() || blocked.with(Option::is_some);
    let press = move |event: MouseEvent| {
        if busy.get_untracked() || blocked.with_untracked(Option::is_some) {
            event.prevent_default();
        } else if let Some(action) = on_press {
            action.run(());
        }
    };
    view! {
        <button
            class=kind.class()
            type=if submit { "submit" } else { "button" }
            id=id
            aria-label=label
            aria-disabled=move || inert().then_some("true")
            aria-busy=move || busy.get().then_some("true")
            title=move || blocked.get()
            on:click=press
        >
            {children()}
            {move || {
                blocked.get().map(|why| view! { <span class="unseen">" (not now: "{why}")"</span> })
            }}
        </button>
    }
}
