//! The menu of the person in the header: who they are, their account, the way out.

use aicmo_shared::api::SignOut;
use aicmo_shared::session::SecondFactor;
use leptos::html;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::{DoorPage, Person};
use crate::api::order;
use crate::app::ShellState;
use crate::components::doing::Doing;
use crate::tab::Tab;

const MENU: &str = "user-menu";

/// The menu.
#[component]
pub fn UserMenu() -> impl IntoView {
    let session = ShellState::expect().session;
    // What is not shown here must not draw the open menu anew.
    let person = Memo::new(move |_| {
        session.person().map(|person| Person {
            second_factor: SecondFactor::Off,
            recovery_codes_left: 0,
            ..person
        })
    });
    move || person.get().map(|person| view! { <Menu person /> })
}

#[component]
fn Menu(person: Person) -> impl IntoView {
    let shell = ShellState::expect();
    let node = NodeRef::<html::Div>::new();
    let signing_out = Doing::default();
    let is_signed_in = move || shell.session.is_signed_in();
    let close = move || {
        if let Some(menu) = node.get_untracked() {
            let _ = menu.hide_popover();
        }
    };
    let navigate = use_navigate();
    let leave = Callback::new(move |()| {
        shell.session.leave();
        let replace = NavigateOptions {
            replace: true,
            ..NavigateOptions::default()
        };
        navigate(DoorPage::SIGN_IN_PATH, replace);
    });
    let sign_out = move |_| {
        signing_out.run_or(
            order::<SignOut>(&[]),
            move |()| leave.run(()),
            move |error| {
                if error.is_session_end() {
                    leave.run(());
                } else {
                    shell.toasts.failed(error.line());
                }
                None
            },
        );
    };
    view! {
        <button
            class="button button--quiet user"
            type="button"
            popovertarget=MENU
            title=format!("{}, {}", person.name, person.role.label())
        >
            <span class="user__mark" aria-hidden="true">{initials(&person.name)}</span>
            <span class="user__name">{person.name.clone()}</span>
        </button>
        <div id=MENU class="menu" popover="auto" node_ref=node aria-label="You">
            <p class="menu__who">
                <span class="menu__name">{person.name.clone()}</span>
                <span class="menu__line">{person.email.clone()}</span>
                <span class="menu__line">{format!("{}. {}", person.role.label(), person.role.purpose())}</span>
            </p>
            <Show when=is_signed_in>
                <a class="menu__item" href=Tab::Account.path() on:click=move |_| close()>"Your account"</a>
                <button class="menu__item" type="button" on:click=sign_out>"Sign out"</button>
            </Show>
        </div>
    }
}

/// The first letters of the first and the last word.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let first = words.next();
    first
        .into_iter()
        .chain(words.next_back())
        .flat_map(char::to_uppercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_at_most_two() {
        assert_eq!(initials("dana de la Cruz"), "DC");
        assert_eq!(initials("Élodie"), "É");
        assert_eq!(initials("  "), "");
    }
}
