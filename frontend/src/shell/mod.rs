//! What stands around every tab: sidebar, header, banners, messages, keys.

pub mod connection;

use leptos::prelude::*;

use crate::app::ShellState;
use crate::components::toast::ToastRegion;

/// The frame of the console.
#[component]
pub fn Shell(
    /// The routes.
    children: Children,
) -> impl IntoView {
    let shell = ShellState::expect();
    view! {
        <main id="main">{children()}</main>
        <ToastRegion toasts=shell.toasts />
    }
}
