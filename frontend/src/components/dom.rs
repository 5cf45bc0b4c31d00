//! Small things asked of the browser: focus, clipboard, a remembered switch, keys of a page.
//!
//! Each does nothing where the browser will not; none of them can fail.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// Moves the focus to the element with this id and brings it into view.
pub fn focus(id: &str) {
    if let Some(element) = element(id) {
        let _ = element.focus();
    }
}

/// Presses the element with this id, as a pointer would.
pub fn press(id: &str) {
    if let Some(element) = element(id) {
        element.click();
    }
}

fn element(id: &str) -> Option<HtmlElement> {
    web_sys::window()?.document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// Puts a text on the clipboard.
pub fn copy(text: &str) {
    if let Some(window) = web_sys::window() {
        let _ = window.navigator().clipboard().write_text(text);
    }
}

/// A switch that this browser remembers under `name`.
pub fn remembered_switch(name: &'static str) -> RwSignal<bool> {
    let storage = || web_sys::window().and_then(|window| window.local_storage().ok().flatten());
    let key = format!("aicmo.{name}");
    let before = storage().and_then(|storage| storage.get_item(&key).ok().flatten());
    let switch = RwSignal::new(before.as_deref() == Some("on"));
    Effect::new(move |known: Option<()>| {
        let now = if switch.get() { "on" } else { "off" };
        if let (Some(()), Some(storage)) = (known, storage()) {
            let _ = storage.set_item(&key, now);
        }
    });
    switch
}

/// Hands every key that is pressed on the page to `handle`, while the caller stands. Keys that go
/// into a dialog are not the page's.
pub fn keys_of_page(handle: impl Fn(KeyboardEvent) + 'static) {
    let listener = window_event_listener(ev::keydown, move |event| {
        if !event.default_prevented() && target(&event).is_none_or(|target| !is_within(&target, "dialog, details[open]")) {
            handle(event);
        }
    });
    on_cleanup(move || listener.remove());
}

/// Whether a key goes into a field, where every letter belongs to the text.
pub fn is_writing(event: &KeyboardEvent) -> bool {
    target(event).is_some_and(|target| {
        is_within(&target, "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]")
    })
}

/// Whether a key goes to something that Enter presses anyway.
pub fn is_pressable(event: &KeyboardEvent) -> bool {
    target(event).is_some_and(|target| is_within(&target, "a, button, summary"))
}

/// Whether a press went to a control inside of what listens.
pub fn is_on_control(event: &web_sys::MouseEvent) -> bool {
    event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .is_some_and(|target| is_within(&target, "a, button, input, select, textarea, label, summary"))
}

fn target(event: &KeyboardEvent) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

fn is_within(element: &Element, selector: &str) -> bool {
    element.closest(selector).ok().flatten().is_some()
}
