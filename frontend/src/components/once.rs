//! A secret that is shown once: to be copied now, because nobody can show it again.

use aicmo_shared::session::SecretText;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::button::Button;
use super::dom;

/// The secret with its button.
#[expect(clippy::needless_pass_by_value, reason = "a component owns what it is given")]
#[component]
pub fn Once(
    /// Its id in the document.
    id: &'static str,
    /// What it is.
    label: &'static str,
    /// The secret.
    secret: SecretText,
    /// What to do with it.
    #[prop(into)]
    note: String,
) -> impl IntoView {
    let copied = RwSignal::new(None::<bool>);
    let text = secret.expose().to_owned();
    let copy = {
        let text = text.clone();
        move |()| {
            dom::copy(&text, move |is_there| {
                // The dialog may be gone by now.
                if copied.try_set(Some(is_there)).is_none() && !is_there {
                    dom::focus(id);
                }
            });
        }
    };
    let choose_all = |event: ev::FocusEvent| {
        if let Some(input) = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
        {
            input.select();
        }
    };
    let described = format!("{id}-note");
    view! {
        <div class="field once">
            <label class="field__label" for=id>{label}</label>
            <div class="once__row">
                <input
                    class="field__input once__text"
                    id=id
                    type="text"
                    readonly=true
                    autocomplete="off"
                    spellcheck="false"
                    aria-describedby=described.clone()
                    value=text
                    on:focus=choose_all
                />
                <Button on_press=copy>{move || if copied.get() == Some(true) { "Copied" } else { "Copy" }}</Button>
            </div>
            {move || (copied.get() == Some(false)).then(|| view! {
                <p class="field__error" role="alert">{dom::NOT_COPIED} " The text is selected: copy it with the keyboard."</p>
            })}
            <p class="field__help" id=described>"Shown this once. " {note}</p>
        </div>
    }
}
