//! Keys: which presses count, and how a tab listens for them.
//!
//! A press counts when no modifier is held, the focus is not in something that takes text, and no
//! dialog is open. The shell listens first; what it takes does not reach a tab. What a key then does
//! to the page is in `components::dom`.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

/// Listens until the component that calls this is gone. `take` says whether it used the key.
pub fn listen(take: impl Fn(&str) -> bool + 'static) {
    let handle = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
        if counts(&event) && take(&event.key()) {
            event.prevent_default();
            event.stop_immediate_propagation();
        }
    });
    on_cleanup(move || handle.remove());
}

fn counts(event: &KeyboardEvent) -> bool {
    if event.ctrl_key()
        || event.meta_key()
        || event.alt_key()
        || event.is_composing()
        || event.default_prevented()
    {
        return false;
    }
    let takes_text = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .is_some_and(|element| takes_letters(&element));
    let dialog_open = document().query_selector("dialog[open]").ok().flatten().is_some();
    !takes_text && !dialog_open
}

/// Whether letters that are pressed there belong to it: fields of text do, boxes and buttons do not.
fn takes_letters(element: &Element) -> bool {
    match element.tag_name().as_str() {
        "TEXTAREA" | "SELECT" => true,
        "INPUT" => !element.get_attribute("type").is_some_and(|kind| {
            matches!(
                kind.as_str(),
                "checkbox" | "radio" | "file" | "button" | "submit" | "reset"
            )
        }),
        _ => element.has_attribute("contenteditable"),
    }
}
