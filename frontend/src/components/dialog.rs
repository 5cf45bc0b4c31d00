//! A modal dialog on the native element: focus goes in and comes back, Escape closes.

use leptos::ev;
use leptos::html;
use leptos::prelude::*;

/// A modal dialog. Its children are made when it opens and dropped when it closes.
#[component]
pub fn Dialog(
    /// Whether it is open; closing by Escape or by its × sets it to false.
    open: RwSignal<bool>,
    /// The heading.
    #[prop(into)]
    title: Signal<String>,
    /// Wider than a form needs.
    #[prop(optional)]
    wide: bool,
    /// Whether a click beside it closes it too; not for forms, whose text would be gone.
    #[prop(optional)]
    light: bool,
    /// What stands in it.
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        let Some(dialog) = node.get() else { return };
        if open.get() {
            if !dialog.open() {
                let _ = dialog.show_modal();
            }
        } else if dialog.open() {
            dialog.close();
        }
    });
    let beside = move |event: ev::MouseEvent| {
        let on_backdrop = node.get_untracked().is_some_and(|dialog| {
            event
                .target()
                .is_some_and(|target| target == *AsRef::<web_sys::EventTarget>::as_ref(&dialog))
        });
        if light && on_backdrop {
            open.set(false);
        }
    };
    view! {
        <dialog
            class="dialog"
            class:dialog--wide=wide
            node_ref=node
            aria-label=move || title.get()
            on:close=move |_| open.set(false)
            on:click=beside
        >
            <Show when=move || open.get()>
                <div class="dialog__frame">
                    <header class="dialog__head">
                        <h2 class="dialog__title">{move || title.get()}</h2>
                        <button
                            class="button button--quiet button--icon"
                            type="button"
                            aria-label="Close"
                            on:click=move |_| open.set(false)
                        >
                            <span aria-hidden="true">"×"</span>
                        </button>
                    </header>
                    <div class="dialog__body">{children()}</div>
                </div>
            </Show>
        </dialog>
    }
}
