//! A button with a short list of actions under it, on the native disclosure element.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{FocusEvent, KeyboardEvent, Node};

/// A menu. It closes when an action in it is pressed, when focus leaves it, and on Escape.
#[component]
pub fn Menu(
    /// The word on the button.
    #[prop(into)]
    label: String,
    /// The actions: buttons or links.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Details>::new();
    let close = move || {
        if let Some(details) = node.get_untracked() {
            details.set_open(false);
        }
    };
    let left = move |event: FocusEvent| {
        let inside = event
            .related_target()
            .and_then(|target| target.dyn_into::<Node>().ok())
            .is_some_and(|target| {
                node.get_untracked()
                    .is_some_and(|details| details.contains(Some(&target)))
            });
        if !inside && event.related_target().is_some() {
            close();
        }
    };
    let escape = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            close();
        }
    };
    view! {
        <details class="menu" node_ref=node on:focusout=left on:keydown=escape>
            <summary class="button button--secondary menu__button">
                {label}
                <span class="menu__arrow" aria-hidden="true"></span>
            </summary>
            <div class="menu__list" on:click=move |_| close()>
                {children()}
            </div>
        </details>
    }
}
