//! Who is signed in, and what that opens.
//!
//! Owns the one answer of the server that decides which screen is drawn and which controls exist.
//! How one signs in is `door`; what a person does with their own account is `tabs::account`. The
//! server decides every request again: hiding is for people, not for safety.

mod allowed;
mod ended;
mod here;
mod menu;
mod screen;

pub use allowed::Allowed;
pub use ended::SessionEnded;
pub use here::{Here, Person};
pub use menu::UserMenu;
pub use screen::{DoorPage, Screen};

use aicmo_shared::access::Capability;
#[cfg(feature = "whole")]
use aicmo_shared::session::CurrentSession;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{self, SessionNews};
use crate::boot;

/// What moves in the storage of this browser when a page of it takes in a session.
const TAKEN: &str = "aicmo.session-taken";

/// The session of this page.
#[derive(Clone, Copy)]
pub struct SessionState {
    here: RwSignal<Option<Here>>,
    ended: RwSignal<bool>,
    failure: RwSignal<Option<String>>,
    asking: StoredValue<bool>,
}

impl SessionState {
    /// Begins with what `boot.js` has asked already.
    pub fn new() -> Self {
        Self {
            here: RwSignal::new(boot::session()),
            ended: RwSignal::new(false),
            failure: RwSignal::new(None),
            asking: StoredValue::new(false),
        }
    }

    /// Hears from every answer whether the session is still the same; asks where nothing is known.
    pub fn follow(self) {
        api::on_session_news(move |news| match news {
            SessionNews::Ended => self.lost(),
            SessionNews::Changed => self.ask(),
        });
        match self.here.get_untracked() {
            Some(here) => api::use_token(here.token),
            None => self.ask(),
        }
        // Somebody may have signed in in another tab of this browser.
        let handle = window_event_listener(leptos::ev::focus, move |_| {
            let is_outside = self
                .here
                .with_untracked(|here| here.as_ref().is_none_or(Here::is_outside));
            if is_outside || self.ended.get_untracked() {
                self.ask();
            }
        });
        // Somebody did, as far as that tab knows: its answer came, and with it the cookie of all tabs.
        // An event of the server would come before.
        let elsewhere = window_event_listener_untyped("storage", move |event| {
            if boot::property(&event, "key")
                .and_then(|key| key.as_string())
                .as_deref()
                == Some(TAKEN)
            {
                self.ask();
            }
        });
        on_cleanup(move || {
            handle.remove();
            elsewhere.remove();
        });
    }

    /// Asks the server who is signed in.
    pub fn ask(self) {
        if self.asking.try_get_value() != Some(false) {
            return;
        }
        self.asking.set_value(true);
        spawn_local(async move {
            let outcome = boot::ask_session().await;
            let _ = self.asking.try_update_value(|asking| *asking = false);
            match (outcome, boot::session()) {
                (Ok(()), Some(here)) => self.settle(here),
                (Ok(()), None) => {
                    let _ = self
                        .failure
                        .try_set(Some("The answer is not one that this page knows.".to_owned()));
                }
                (Err(why), _) => {
                    let _ = self.failure.try_set(Some(why));
                }
            }
        });
    }

    /// Takes in what a command of the session answered, and tells the other pages of this browser.
    #[cfg(feature = "whole")]
    pub fn take(self, session: &CurrentSession) {
        if let Ok(text) = serde_json::to_string(session) {
            boot::keep_session(&text);
        }
        let storage = web_sys::window().and_then(|window| window.local_storage().ok().flatten());
        if let Some(storage) = storage {
            let _ = storage.set_item(TAKEN, &boot::now().to_string());
        }
        if let Some(here) = boot::session() {
            self.settle(here);
        }
    }

    /// Where a person was and nobody is, the place stays on screen under the question to sign in
    /// again. What one person wrote is not for the next.
    fn settle(self, here: Here) {
        let _ = self.failure.try_set(None);
        let before = self.here.try_get_untracked().flatten();
        if before.as_ref().is_some_and(Here::is_signed_in) && here.is_outside() {
            let _ = self.ended.try_set(true);
            return;
        }
        let before = before.and_then(|before| before.person);
        if let (Some(before), Some(now)) = (before, &here.person)
            && before.id != now.id
        {
            boot::drop_drafts();
        }
        api::use_token(here.token.clone());
        let _ = self.ended.try_set(false);
        let _ = self.here.try_set(Some(here));
    }

    /// The person has signed out, or somebody else wants to sign in: nothing of them stays.
    pub fn leave(self) {
        boot::drop_drafts();
        boot::keep_session("null");
        api::use_token(None);
        let _ = self.ended.try_set(false);
        // The door opens at once, and offers what the server takes.
        let passkey_origin = self
            .here
            .with_untracked(|here| here.as_ref().and_then(|here| here.passkey_origin.clone()));
        let _ = self.here.try_set(Some(Here {
            passkey_origin,
            ..Here::nobody()
        }));
    }

    fn lost(self) {
        let was_signed_in = self
            .here
            .try_with_untracked(|here| here.as_ref().is_some_and(Here::is_signed_in));
        if was_signed_in == Some(true) {
            let _ = self.ended.try_set(true);
        } else {
            self.ask();
        }
    }

    /// Whether the session has ended under a person's hands.
    pub fn has_ended(self) -> Signal<bool> {
        self.ended.into()
    }

    /// Why nobody knows yet who is signed in.
    pub fn failure(self) -> Signal<Option<String>> {
        self.failure.into()
    }

    /// Who is here; `None` before the server has said.
    pub fn here(self) -> Signal<Option<Here>> {
        self.here.into()
    }

    /// The person.
    pub fn person(self) -> Option<Person> {
        self.here
            .with(|here| here.as_ref().and_then(|here| here.person.clone()))
    }

    /// Whether a person with a session of their own is here.
    pub fn is_signed_in(self) -> bool {
        self.here
            .with(|here| here.as_ref().is_some_and(Here::is_signed_in))
    }

    /// Whether the controls of `needs` exist for whoever is here.
    pub fn shows(self, needs: Capability) -> bool {
        self.here
            .with(|here| here.as_ref().is_some_and(|here| here.shows(needs)))
    }
}
