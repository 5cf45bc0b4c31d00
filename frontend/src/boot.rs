//! The seam to `boot.js`, which outlives this module: crashes, drafts, the session, the event stream,
//! the build marker.
//!
//! `boot.js` publishes one object, `globalThis.aicmoBoot`. Everything here answers `None` or does
//! nothing where that object is missing, so the console also starts without it.

use aicmo_shared::Timestamp;
use aicmo_shared::build_marker::BuildMarker;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlElement;

use crate::session::Here;
use crate::tab::Tab;

/// A crash of a tab that this page has seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crash {
    /// The tab that was open.
    pub tab: Tab,
    /// What the panic said.
    pub message: String,
    /// File, line and column.
    pub location: Option<String>,
}

fn bridge() -> Option<JsValue> {
    js_sys::Reflect::get(&js_sys::global(), &"aicmoBoot".into())
        .ok()
        .filter(JsValue::is_object)
}

/// A property that is there.
pub fn property(of: &JsValue, name: &str) -> Option<JsValue> {
    js_sys::Reflect::get(of, &name.into())
        .ok()
        .filter(|value| !value.is_undefined() && !value.is_null())
}

fn call(name: &str, arguments: &[&str]) -> Option<JsValue> {
    let bridge = bridge()?;
    let function: js_sys::Function = property(&bridge, name)?.dyn_into().ok()?;
    let list: js_sys::Array = arguments.iter().map(|text| JsValue::from_str(text)).collect();
    function
        .apply(&bridge, &list)
        .ok()
        .filter(|value| !value.is_undefined() && !value.is_null())
}

/// Installs the panic hook. `boot.js` sends the report and starts a fresh instance.
pub fn start() {
    std::panic::set_hook(Box::new(|info| {
        let message = info
            .payload()
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| info.payload().downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "the panic gave no message".to_owned());
        let location = info.location().map(ToString::to_string).unwrap_or_default();
        call("panicked", &[&message, &location]);
    }));
}

/// Where the console is mounted: the element that `boot.js` made, else the body.
pub fn root_element() -> HtmlElement {
    web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("console"))
        .and_then(|element| element.dyn_into().ok())
        .unwrap_or_else(leptos::tachys::dom::body)
}

/// Tells `boot.js` that this instance stands.
pub fn running() {
    call("running", &[]);
}

/// Asks `boot.js` for the whole console, because a tab was opened that this size does not have.
#[cfg(not(feature = "whole"))]
pub fn grow() {
    call("grow", &[]);
}

/// Whether another instance stood on this page before: then the focus must find its place again.
pub fn is_restart() -> bool {
    call("isRestart", &[])
        .and_then(|answer| answer.as_bool())
        .unwrap_or(false)
}

/// The crashes that this page has seen, one per tab, until they are forgotten.
pub fn crashes() -> Vec<Crash> {
    let Some(list) = call("crashes", &[]).and_then(|list| list.dyn_into::<js_sys::Array>().ok()) else {
        return Vec::new();
    };
    list.iter()
        .filter_map(|crash| {
            let text = |name: &str| property(&crash, name).and_then(|value| value.as_string());
            Some(Crash {
                tab: Tab::from_slug(&text("tab")?)?,
                message: text("message").unwrap_or_default(),
                location: text("location").filter(|location| !location.is_empty()),
            })
        })
        .collect()
}

/// Forgets the crash of a tab, so that it may be drawn again.
pub fn forget_crash(tab: Tab) {
    call("forgetCrash", &[tab.slug()]);
}

/// True once per page and tab: a test that makes a tab panic must not make it panic for ever.
pub fn provoke(tab: Tab) -> bool {
    call("provoke", &[tab.slug()])
        .and_then(|answer| answer.as_bool())
        .unwrap_or(false)
}

/// The marker of this console; `dev` when the page was not stamped.
pub fn build() -> BuildMarker {
    let stamped = bridge()
        .and_then(|bridge| property(&bridge, "build"))
        .and_then(|build| build.as_string());
    BuildMarker::new(stamped.unwrap_or_else(|| "dev".to_owned()))
}

/// A draft that was kept, also across a crash or a reload of this browser tab.
pub fn draft(key: &str) -> Option<String> {
    call("draft", &[key])?.as_string()
}

/// Keeps a draft; an empty one is dropped.
pub fn keep_draft(key: &str, text: &str) {
    if text.is_empty() {
        drop_draft(key);
    } else {
        call("keepDraft", &[key, text]);
    }
}

/// Drops a draft.
pub fn drop_draft(key: &str) {
    call("dropDraft", &[key]);
}

/// Drops every draft: what one person wrote is not for the next.
pub fn drop_drafts() {
    call("dropDrafts", &[]);
}

/// Who is signed in, as the server last said on this page; kept in memory only.
pub fn session() -> Option<Here> {
    Here::read(&call("session", &[])?)
}

/// Asks the server who is signed in; `session` has the answer then. Why there is none, in words.
pub async fn ask_session() -> Result<(), String> {
    let asked = call("askSession", &[]).and_then(|promise| promise.dyn_into::<js_sys::Promise>().ok());
    let why = match asked {
        Some(promise) => JsFuture::from(promise).await.ok().and_then(|why| why.as_string()),
        None => None,
    };
    match why {
        Some(why) if why.is_empty() => Ok(()),
        Some(why) => Err(why),
        None => Err("This page cannot ask.".to_owned()),
    }
}

/// Keeps what the server answered of the session, as JSON; for the next instance on this page too.
pub fn keep_session(text: &str) {
    call("keepSession", &[text]);
}

/// Lets `hear` hear of the event stream: `up`, `down`, `resync`, and `event` with kind and subject.
pub fn follow_stream(hear: &JsValue) {
    if let Some(bridge) = bridge()
        && let Some(follow) = property(&bridge, "followStream")
        && let Ok(follow) = follow.dyn_into::<js_sys::Function>()
    {
        let _ = follow.call1(&bridge, hear);
    }
}

/// Leaves the event stream: nobody on this page hears of it any more.
pub fn leave_stream() {
    call("leaveStream", &[]);
}

/// The browser's clock.
#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 fit an i64"
)]
pub fn now() -> Timestamp {
    Timestamp::from_millis(js_sys::Date::now() as i64)
}
