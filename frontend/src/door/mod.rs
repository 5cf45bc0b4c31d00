//! The pages outside the console: signing in, the first start, invitations, reset links.
//!
//! They stand in the whole console only: whoever signs in opens tabs next, and the first screen of
//! somebody who is signed in stays small. Each page is a card under the product's name, with the
//! notices and the build marker that every screen has.

mod invitation;
mod link;
mod new_password;
mod refused;
mod reset_password;
mod set_up;
mod sign_in;

pub use new_password::{Chosen, NewPassword};
pub use refused::{Refused, Wait};
pub use sign_in::SignInForm;

use aicmo_shared::session::CurrentSession;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use self::invitation::InvitationPage;
use self::reset_password::ResetPasswordPage;
use self::set_up::SetUpPage;
use self::sign_in::SignInPage;
use crate::app::ShellState;
use crate::boot;
use crate::session::DoorPage;
use crate::shell::{Banners, Brand, Breadcrumbs, ThemeSwitch};
use crate::tab::Tab;

/// A page outside the console.
#[component]
pub fn Door(
    /// Which.
    page: DoorPage,
) -> impl IntoView {
    document().set_title(&format!("{} · AICMO Operator", page.title()));
    let body = match page {
        DoorPage::SignIn => view! { <SignInPage /> }.into_any(),
        DoorPage::SetUp => view! { <SetUpPage /> }.into_any(),
        DoorPage::Invitation => view! { <InvitationPage /> }.into_any(),
        DoorPage::ResetPassword => view! { <ResetPasswordPage /> }.into_any(),
    };
    view! {
        <div class="door">
            <header class="door__head">
                <Brand />
                <ThemeSwitch />
            </header>
            <Banners />
            <main class="door__main" id="main">
                <section class="door__card" aria-labelledby="door-title">
                    <h1 class="door__title" id="door-title">{page.title()}</h1>
                    {body}
                </section>
            </main>
            <footer class="door__foot">
                "Build " <code data-build-marker="">{boot::build().to_string()}</code>
            </footer>
            <Breadcrumbs />
        </div>
    }
}

/// Takes a new session in and opens the console in place of the link that led here.
fn enter() -> Callback<CurrentSession> {
    let shell = ShellState::expect();
    let navigate = use_navigate();
    Callback::new(move |session: CurrentSession| {
        let replace = NavigateOptions {
            replace: true,
            ..NavigateOptions::default()
        };
        shell.session.take(&session);
        navigate(Tab::Command.path(), replace);
    })
}
