//! Small things asked of the browser: focus, presses, clipboard, a file, a remembered switch.
//!
//! Each does nothing where the browser will not; none of them can fail.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Element, HtmlAnchorElement, HtmlElement, Node, Url};

/// Moves the focus to the element with this id and brings it into view.
pub fn focus(id: &str) {
    if let Some(element) = element(id) {
        let _ = element.focus();
    }
}

/// As `focus`, without scrolling to it.
pub fn focus_in_place(id: &str) {
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    if let Some(element) = element(id) {
        let _ = element.focus_with_options(&options);
    }
}

/// Whether the focus is nowhere: what had it has left the page.
pub fn nothing_has_focus() -> bool {
    web_sys::window()
        .and_then(|window| window.document()?.active_element())
        .is_none_or(|focused| focused.tag_name() == "BODY")
}

/// Whether something within `place` has the focus.
pub fn has_focus_within(place: &Node) -> bool {
    web_sys::window()
        .and_then(|window| window.document()?.active_element())
        .is_some_and(|focused| place.contains(Some(&focused)))
}

/// As `focus`, once what is being drawn now stands: for the first field of a dialog.
pub fn focus_soon(id: &'static str) {
    request_animation_frame(move || focus(id));
}

/// Whether the element with this id has the focus.
pub fn has_focus(id: &str) -> bool {
    web_sys::window()
        .and_then(|window| window.document()?.active_element())
        .is_some_and(|focused| focused.id() == id)
}

/// Presses the first thing on the page that `selector` finds; true when there was one.
pub fn press_first(selector: &str) -> bool {
    first(selector).map(|element| element.click()).is_some()
}

/// Moves the focus to the first thing that `selector` finds; true when there was one.
pub fn focus_first(selector: &str) -> bool {
    first(selector).is_some_and(|element| element.focus().is_ok())
}

fn first(selector: &str) -> Option<HtmlElement> {
    document()
        .query_selector(selector)
        .ok()
        .flatten()?
        .dyn_into()
        .ok()
}

fn element(id: &str) -> Option<HtmlElement> {
    web_sys::window()?
        .document()?
        .get_element_by_id(id)?
        .dyn_into()
        .ok()
}

/// Said where the clipboard was refused.
pub const NOT_COPIED: &str = "Not copied: this browser does not let the page use the clipboard.";

/// Puts a text on the clipboard and tells `then` whether it is there. A browser may refuse, and a
/// page that did not come over TLS has no clipboard at all.
pub fn copy(text: &str, then: impl FnOnce(bool) + 'static) {
    let writing = web_sys::window()
        .map(|window| window.navigator())
        .filter(|navigator| {
            js_sys::Reflect::get(navigator, &JsValue::from_str("clipboard"))
                .is_ok_and(|clipboard| clipboard.is_object())
        })
        .map(|navigator| navigator.clipboard().write_text(text));
    spawn_local(async move {
        then(match writing {
            Some(writing) => JsFuture::from(writing).await.is_ok(),
            None => false,
        });
    });
}

/// Selects what stands in the element with this id, so that a key copies it.
pub fn select_text(id: &str) {
    let selection = web_sys::window().and_then(|window| window.get_selection().ok().flatten());
    if let (Some(element), Some(selection)) = (element(id), selection) {
        let _ = selection.select_all_children(&element);
    }
}

/// Hands a text to the operator as a file.
pub fn download(name: &str, text: &str) {
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    if let Ok(file) = Blob::new_with_str_sequence(&parts) {
        save(name, &file);
    }
}

/// Hands a file to the operator.
pub fn save(name: &str, file: &Blob) {
    let Ok(address) = Url::create_object_url_with_blob(file) else {
        return;
    };
    if let Some(link) = document()
        .create_element("a")
        .ok()
        .and_then(|element| element.dyn_into::<HtmlAnchorElement>().ok())
    {
        link.set_href(&address);
        link.set_download(name);
        link.click();
    }
    let _ = Url::revoke_object_url(&address);
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

/// Whether the focus is on something that Enter presses anyway.
pub fn focus_is_pressable() -> bool {
    web_sys::window()
        .and_then(|window| window.document()?.active_element())
        .is_some_and(|focused| is_within(&focused, "a, button, summary"))
}

/// Whether a press went to a control inside of what listens.
pub fn is_on_control(event: &web_sys::MouseEvent) -> bool {
    event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .is_some_and(|target| is_within(&target, "a, button, input, select, textarea, label, summary"))
}

fn is_within(element: &Element, selector: &str) -> bool {
    element.closest(selector).ok().flatten().is_some()
}
