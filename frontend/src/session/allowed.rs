//! The one place that makes a control exist or not.

use aicmo_shared::access::Capability;
use leptos::prelude::*;

use crate::app::ShellState;

/// Draws its children for whoever may do `needs`; for everybody else they do not exist.
#[component]
pub fn Allowed(
    /// What the children need.
    needs: Capability,
    /// The controls.
    children: ChildrenFn,
) -> impl IntoView {
    let session = ShellState::expect().session;
    let shown = Memo::new(move |_| session.shows(needs));
    view! { <Show when=move || shown.get()>{children()}</Show> }
}
