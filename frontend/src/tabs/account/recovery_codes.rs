//! Recovery codes, shown once: copied, or kept as a file.

use aicmo_shared::session::SecretText;
use leptos::prelude::*;

use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::dom;

/// The id of the list.
const LIST: &str = "recovery-codes";

/// The codes and the way out.
#[expect(clippy::needless_pass_by_value, reason = "a component owns what it is given")]
#[component]
pub fn RecoveryCodesOnce(
    /// The codes.
    codes: Vec<SecretText>,
    /// Called when the person has kept them.
    on_kept: Callback<()>,
) -> impl IntoView {
    let shell = ShellState::expect();
    let text: String = codes.iter().flat_map(|code| [code.expose(), "\n"]).collect();
    let file = text.clone();
    let copy = move |()| {
        dom::copy(&text, move |is_there| {
            if is_there {
                shell.toasts.done("The recovery codes are on the clipboard.");
            } else {
                dom::select_text(LIST);
                shell.toasts.failed(format!(
                    "{} The codes are selected: copy them with the keyboard, or download them.",
                    dom::NOT_COPIED
                ));
            }
        });
    };
    let download = move |()| dom::download("aicmo-recovery-codes.txt", &file);
    let lines: Vec<_> = codes
        .iter()
        .map(|code| view! { <li><code>{code.expose().to_owned()}</code></li> })
        .collect();
    view! {
        <p class="form__consequence">
            "Keep these codes where the device with your authenticator app is not. Each signs you in once when the app is lost. They are shown this once."
        </p>
        <ul class="codes" id=LIST aria-label="Recovery codes">{lines}</ul>
        <div class="form__actions">
            <Button on_press=copy>"Copy the codes"</Button>
            <Button on_press=download>"Download the codes"</Button>
            <Button kind=ButtonKind::Primary on_press=on_kept>"I have kept them"</Button>
        </div>
    }
}
