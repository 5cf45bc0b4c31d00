//! A session that ends under a person's hands: the question to sign in again, over the place where
//! they are. What they typed stays, what was read is read again, what was written is not repeated.

#[cfg(not(feature = "whole"))]
pub use first::SessionEnded;
#[cfg(feature = "whole")]
pub use whole::SessionEnded;

#[cfg(not(feature = "whole"))]
mod first {
    use leptos::prelude::*;

    use crate::app::ShellState;
    use crate::boot;

    /// The first screen alone has no door: the whole console takes over and asks.
    #[component]
    pub fn SessionEnded() -> impl IntoView {
        let ended = ShellState::expect().session.has_ended();
        Effect::new(move || {
            if ended.get() {
                boot::grow();
            }
        });
    }
}

#[cfg(feature = "whole")]
mod whole {
    use leptos::ev;
    use leptos::html;
    use leptos::prelude::*;

    use crate::app::ShellState;
    use crate::components::button::{Button, ButtonKind};
    use crate::components::dom;
    use crate::components::settled::settled;
    use crate::door::SignInForm;

    /// The question, as a dialog that cannot be waved away.
    #[component]
    pub fn SessionEnded() -> impl IntoView {
        let shell = ShellState::expect();
        let ended = settled(move || shell.session.has_ended().get());
        let node = NodeRef::<html::Dialog>::new();
        Effect::new(move |before: Option<bool>| {
            let now = ended.get();
            if let Some(dialog) = node.get() {
                if now && !dialog.open() {
                    let _ = dialog.show_modal();
                    dom::focus_soon("sign-in-password");
                } else if !now && dialog.open() {
                    dialog.close();
                }
            }
            if before == Some(true) && !now {
                shell.changed();
            }
            now
        });
        let email = move || {
            shell
                .session
                .person()
                .map(|person| person.email)
                .unwrap_or_default()
        };
        let done = Callback::new(move |()| {
            shell
                .toasts
                .done("You are signed in again. What you typed is still here.");
        });
        view! {
            <dialog
                class="dialog"
                node_ref=node
                aria-labelledby="session-ended-title"
                on:cancel=move |event: ev::Event| event.prevent_default()
            >
                <Show when=move || ended.get()>
                    <div class="dialog__frame">
                        <header class="dialog__head">
                            <h2 class="dialog__title" id="session-ended-title">"Your session has ended"</h2>
                        </header>
                        <div class="dialog__body">
                            <p class="form__consequence">
                                "Sign in to go on where you are. What you typed is kept. A change that was not answered is not sent again: press its button once more."
                            </p>
                            <SignInForm email=untrack(email) known=true on_done=done />
                            <div class="form__actions door__other">
                                <Button kind=ButtonKind::Quiet on_press=move |()| shell.session.leave()>
                                    "Sign in as somebody else"
                                </Button>
                            </div>
                        </div>
                    </div>
                </Show>
            </dialog>
        }
    }
}
