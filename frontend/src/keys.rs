//! Keys: which presses count, and how a tab listens for them.
//!
//! A press counts when no modifier is held, the focus is not in something that takes text, and no
//! dialog is open. The shell listens first; what it takes does not reach a tab.

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
        .is_some_and(|element| {
            matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
                || element.has_attribute("contenteditable")
        });
    let dialog_open = document().query_selector("dialog[open]").ok().flatten().is_some();
    !takes_text && !dialog_open
}

/// Presses the first thing on the page that `selector` finds; true when there was one.
pub fn press(selector: &str) -> bool {
    focusable(selector).map(|element| element.click()).is_some()
}

/// Moves the focus to the first thing that `selector` finds; true when there was one.
pub fn focus(selector: &str) -> bool {
    focusable(selector).is_some_and(|element| element.focus().is_ok())
}

fn focusable(selector: &str) -> Option<web_sys::HtmlElement> {
    document()
        .query_selector(selector)
        .ok()
        .flatten()?
        .dyn_into()
        .ok()
}
