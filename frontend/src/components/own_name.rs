//! The field in which people write their own name.

use leptos::prelude::*;

use super::doing::Doing;
use super::field::TextField;

/// The field.
#[component]
pub fn OwnNameField(
    /// Its id in the document.
    id: &'static str,
    /// The name.
    name: RwSignal<String>,
    /// The command that sends it, for what the server says of it.
    doing: Doing,
) -> impl IntoView {
    view! {
        <TextField
            id
            label="Your name"
            value=name
            autocomplete="name"
            help="Stands beside what you do, in the record too."
            error=doing.field("display_name")
            required=true
            max=80_u32
        />
    }
}
