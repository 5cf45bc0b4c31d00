//! Administration: who may come in, as what, and which tools hold a key.
//!
//! Panels: `users`, `invitations`, `api-keys`. Each exists only for whoever may manage it. What a
//! person does with their own account is `tabs::account`.

mod invitation_dialog;
mod invitations;
mod key_dialog;
mod keys;
mod revoke_dialog;
mod service_account;
mod user_dialog;
mod users;

use std::hash::Hash;

use aicmo_shared::access::{Capability, Role};
use aicmo_shared::api::{PageQuery, ReadEndpoint};
use leptos::prelude::*;

use self::invitations::Invitations;
use self::keys::Keys;
use self::users::Users;
use crate::api::{self, Load, Reading};
use crate::components::pager::PageStack;
use crate::components::still::Still;
use crate::session::Allowed;

/// Rows of a page.
const PAGE: u32 = 20;

/// The page of a list that `pages` stands on.
fn paged<E>(pages: RwSignal<PageStack>) -> Load<E::Answer>
where
    E: ReadEndpoint<Query = PageQuery> + 'static,
    E::Answer: Clone + Send + Sync,
{
    Load::new(move || {
        let query = PageQuery {
            cursor: pages.with(|pages| pages.cursor("")),
            limit: Some(PAGE),
        };
        api::read::<E>(&[], &query)
    })
}

/// The rows of such a page, which stand still under whoever is among them.
fn still<T, K>(reading: Reading<Vec<T>>, key: fn(&T) -> K, pages: RwSignal<PageStack>) -> Still<T>
where
    T: Clone + PartialEq + Send + Sync + 'static,
    K: Eq + Hash + 'static,
{
    let place = move || pages.with(|pages| pages.cursor(""));
    Still::new(reading, key, place, Signal::stored(false))
}

/// The panels.
#[component]
pub fn Administration() -> impl IntoView {
    view! {
        <Allowed needs=Capability::ManageUsers>
            <Users />
            <Invitations />
        </Allowed>
        <Allowed needs=Capability::ManageKeys>
            <Keys />
        </Allowed>
    }
}

/// The roles as choices, least first.
fn role_options() -> Signal<Vec<(String, String)>> {
    let options: Vec<_> = Role::ALL
        .iter()
        .map(|role| (role.as_str().to_owned(), role.label().to_owned()))
        .collect();
    Signal::stored(options)
}

/// What the chosen role is for.
#[component]
fn RolePurpose(
    /// The wire word of the role.
    role: RwSignal<String>,
) -> impl IntoView {
    let purpose = move || role.with(|role| role.parse::<Role>().map(Role::purpose).unwrap_or_default());
    view! { <p class="field__help" role="status">{purpose}</p> }
}
