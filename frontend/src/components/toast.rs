//! Short messages about what was just done, in a live region.

use leptos::prelude::*;

use crate::components::pill::Tone;

/// How long a message stays, in milliseconds; an error stays until it is closed.
const STAYS: std::time::Duration = std::time::Duration::from_secs(8);

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    id: u64,
    tone: Tone,
    text: String,
}

/// The messages on screen.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u64>,
}

impl Toasts {
    pub(crate) fn new() -> Self {
        Self {
            shown: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
        }
    }

    /// Says that something is done, with its consequence.
    pub fn done(self, text: impl Into<String>) {
        self.push(Tone::Good, text.into());
    }

    /// Says that something failed; stays until it is closed.
    pub fn failed(self, text: impl Into<String>) {
        self.push(Tone::Bad, text.into());
    }

    /// Says something that is neither.
    pub fn tell(self, text: impl Into<String>) {
        self.push(Tone::Neutral, text.into());
    }

    fn push(self, tone: Tone, text: String) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        let _ = self.shown.try_update(|shown| {
            shown.push(Toast { id, tone, text });
            let excess = shown.len().saturating_sub(4);
            shown.drain(..excess);
        });
        if tone != Tone::Bad {
            set_timeout(move || self.close(id), STAYS);
        }
    }

    fn close(self, id: u64) {
        let _ = self
            .shown
            .try_update(|shown| shown.retain(|toast| toast.id != id));
    }
}

/// Where the messages appear; stands once, in the shell.
#[component]
pub fn ToastRegion(
    /// The messages.
    toasts: Toasts,
) -> impl IntoView {
    view! {
        <div class="toasts" role="region" aria-label="Messages">
            <div aria-live="polite" aria-relevant="additions">
                <For each=move || toasts.shown.get() key=|toast| toast.id let:toast>
                    <div class=format!("toast {}", toast.tone.class().replace("pill", "toast"))>
                        <span class="toast__text">{toast.text.clone()}</span>
                        <button
                            class="button button--quiet button--icon"
                            type="button"
                            aria-label="Close this message"
                            on:click=move |_| toasts.close(toast.id)
                        >
                            <span aria-hidden="true">"×"</span>
                        </button>
                    </div>
                </For>
            </div>
        </div>
    }
}
