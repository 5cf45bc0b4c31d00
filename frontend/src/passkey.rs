//! Passkeys as the browser has them: made and asked for through `navigator.credentials`.
//!
//! What the server asks and what the browser answers is the JSON of Web Authentication, and the
//! browser itself turns it into what it needs; a browser that cannot is treated as one without
//! passkeys. What a passkey opens is decided by the server.

use leptos::prelude::*;
use serde_json::Value;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::app::ShellState;
use crate::boot::property;

/// Why no passkey can be used here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// The server is reached at an address at which browsers know no passkeys.
    Server,
    /// They work at another address of this server.
    Elsewhere(String),
    /// The browser has none.
    Browser,
}

impl Hindrance {
    /// What hinders, where the server says that passkeys work at `origin`.
    pub fn of(origin: Option<&str>) -> Option<Self> {
        let here = window().location().origin().unwrap_or_default();
        match origin {
            None => Some(Self::Server),
            Some(origin) if origin != here => Some(Self::Elsewhere(origin.to_owned())),
            Some(_) => (!is_known()).then_some(Self::Browser),
        }
    }

    /// As `of`, for the page as it is.
    pub fn here() -> Option<Self> {
        let here = ShellState::expect().session.here();
        here.with(|here| Self::of(here.as_ref().and_then(|here| here.passkey_origin.as_deref())))
    }

    /// In words, with what to do.
    pub fn words(&self) -> String {
        match self {
            Self::Server => {
                "Browsers use passkeys at https addresses with a host name, and at localhost. An administrator sets \
                 AICMO_PUBLIC_URL to such an address."
                    .to_owned()
            }
            Self::Elsewhere(origin) => format!("Passkeys of this server work at {origin}. Open the console there."),
            Self::Browser => "This browser has no passkeys, or is too old for them.".to_owned(),
        }
    }
}

fn of_credentials(name: &str) -> Option<(JsValue, js_sys::Function)> {
    let credentials = property(&window().navigator(), "credentials")?;
    let function = property(&credentials, name)?.dyn_into().ok()?;
    Some((credentials, function))
}

fn of_class(name: &str) -> Option<(JsValue, js_sys::Function)> {
    let class = property(&js_sys::global(), "PublicKeyCredential")?;
    let function = property(&class, name)?.dyn_into().ok()?;
    Some((class, function))
}

fn is_known() -> bool {
    of_credentials("create").is_some() && of_class(Aim::Make.parser()).is_some()
}

#[derive(Clone, Copy)]
enum Aim {
    Make,
    Use,
}

impl Aim {
    const fn parser(self) -> &'static str {
        match self {
            Self::Make => "parseCreationOptionsFromJSON",
            Self::Use => "parseRequestOptionsFromJSON",
        }
    }

    const fn method(self) -> &'static str {
        match self {
            Self::Make => "create",
            Self::Use => "get",
        }
    }
}

/// Has the browser make a passkey.
///
/// # Errors
/// Why there is none, in words.
pub async fn make(options: &Value) -> Result<Value, &'static str> {
    ask(Aim::Make, options).await.map_err(|error| told(&error))
}

/// Has the browser answer with a passkey that it finds.
///
/// # Errors
/// Why there is none, in words.
pub async fn find(options: &Value) -> Result<Value, &'static str> {
    ask(Aim::Use, options).await.map_err(|error| told(&error))
}

async fn ask(aim: Aim, options: &Value) -> Result<Value, JsValue> {
    let none = || JsValue::UNDEFINED;
    let (class, parse) = of_class(aim.parser()).ok_or_else(none)?;
    let (credentials, call) = of_credentials(aim.method()).ok_or_else(none)?;
    let options = parse.call1(&class, &js_sys::JSON::parse(&options.to_string())?)?;
    let wanted = js_sys::Object::new();
    js_sys::Reflect::set(&wanted, &"publicKey".into(), &options)?;
    let promise: js_sys::Promise = call.call1(&credentials, &wanted)?.dyn_into()?;
    let found = JsFuture::from(promise).await?;
    let text = js_sys::JSON::stringify(&found)?;
    serde_json::from_str(&String::from(text)).map_err(|_| none())
}

/// The browser tells little on purpose: who looks on must not learn which passkeys there are.
fn told(error: &JsValue) -> &'static str {
    words(
        &property(error, "name")
            .and_then(|name| name.as_string())
            .unwrap_or_default(),
    )
}

fn words(name: &str) -> &'static str {
    match name {
        "NotAllowedError" | "AbortError" => {
            "The browser gave no passkey: it was cancelled, or took too long."
        }
        "InvalidStateError" => "This device has a passkey of this account already.",
        "SecurityError" => "The browser uses no passkeys at this address.",
        _ => "The browser could not use a passkey.",
    }
}

/// What the browser said instead of giving a passkey.
#[component]
pub fn BrowserSaid(
    /// Its words.
    said: RwSignal<Option<&'static str>>,
) -> impl IntoView {
    move || {
        said.get().map(|words| {
            view! {
                <div class="failure failure--inline" role="alert">
                    <p class="failure__title">"No passkey"</p>
                    <p class="failure__detail">{words}</p>
                    <p class="failure__hint">"Nothing was changed. Try again."</p>
                </div>
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hinders_is_said_with_what_to_do() {
        assert!(Hindrance::Server.words().contains("AICMO_PUBLIC_URL"));
        let elsewhere = Hindrance::Elsewhere("console.example".to_owned());
        assert!(elsewhere.words().contains("console.example"));
        assert!(Hindrance::Browser.words().contains("browser"));
    }

    #[test]
    fn a_browser_that_was_cancelled_is_told_apart_from_one_that_has_the_passkey() {
        assert_ne!(words("NotAllowedError"), words("InvalidStateError"));
        assert_eq!(words("nobody knows"), words(""));
    }
}
