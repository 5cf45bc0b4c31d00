//! The secret of a webhook, shown the one time it can be.

use aicmo_shared::webhook::{OVERLAP_HOURS, WebhookWithSecret};
use leptos::prelude::*;

use crate::components::button::{Button, ButtonKind};
use crate::components::dialog::Dialog;
use crate::components::once::Once;

/// Why there is a secret to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The webhook is new.
    Created,
    /// Its secret was replaced.
    Rotated,
}

/// A secret on screen.
#[derive(Clone, Debug)]
pub struct ShownSecret {
    /// The webhook with its secret.
    pub made: WebhookWithSecret,
    /// Why.
    pub why: Why,
}

/// The dialog; open while there is a secret. It is forgotten when the dialog closes.
#[component]
pub fn SecretDialog(
    /// The secret.
    secret: RwSignal<Option<ShownSecret>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move || open.set(secret.with(Option::is_some)));
    Effect::new(move |before: Option<bool>| {
        let now = open.get();
        if before == Some(true) && !now {
            secret.set(None);
        }
        now
    });
    let title = Signal::derive(move || {
        secret
            .with(|secret| match secret.as_ref().map(|secret| secret.why) {
                Some(Why::Rotated) => "The new secret",
                _ => "The webhook's secret",
            })
            .to_owned()
    });
    view! {
        <Dialog open title>
            {move || secret.get().map(|shown| {
                let consequence = match shown.why {
                    Why::Created => {
                        "The webhook is on. Give the receiver this secret: every message is signed with it.".to_owned()
                    }
                    Why::Rotated => format!(
                        "Messages are signed with this secret and, for {OVERLAP_HOURS} hours, with the old one too. Give it to the receiver before they are over."
                    ),
                };
                view! {
                    <div class="form">
                        <p class="form__consequence">{consequence}</p>
                        <Once
                            id="aicmo-webhook-secret"
                            label="Signing secret"
                            secret=shown.made.secret
                            note="Nobody can show it again; rotating makes another."
                        />
                        <div class="form__actions">
                            <Button kind=ButtonKind::Primary on_press=move |()| open.set(false)>"I have kept it"</Button>
                        </div>
                    </div>
                }
            })}
        </Dialog>
    }
}
