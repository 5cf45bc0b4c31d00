//! Your account: who you are here, your name, password, second factor, passkeys and sessions.
//!
//! Panels: `profile`, `passkeys`, `sessions`. What is changed here is the person's own; other people are
//! managed on the Diagnostics tab. Pure: `qr`.

mod name;
mod passkeys;
mod password;
mod qr;
mod recovery_codes;
mod second_factor;
mod sessions;

use aicmo_shared::api::{GetSession, NoQuery};
use aicmo_shared::session::CurrentSession;
use leptos::prelude::*;

use self::name::ChangeNameForm;
use self::passkeys::Passkeys;
use self::password::ChangePasswordForm;
use self::second_factor::SecondFactorSection;
use self::sessions::Sessions;
use crate::api::{self, Load, Reading};
use crate::app::ShellState;
use crate::components::panel::Panel;
use crate::components::pill::Pill;
use crate::format;

/// The tab.
#[component]
pub fn AccountTab() -> impl IntoView {
    let session = ShellState::expect().session;
    let is_signed_in = Memo::new(move |_| session.is_signed_in());
    view! {
        <header class="page-head">
            <div>
                <h1 class="page-head__title">"Your account"</h1>
                <p class="page-head__text">"Who you are here, and how you prove it."</p>
            </div>
        </header>
        <div class="account">
            <div class="account__column">
                <Profile />
                <Show when=move || is_signed_in.get()><SecondFactorSection /></Show>
            </div>
            <Show when=move || is_signed_in.get()>
                <div class="account__column"><ChangeNameForm /><ChangePasswordForm /></div>
                <Passkeys />
                <Sessions />
            </Show>
        </div>
    }
}

#[component]
fn Profile() -> impl IntoView {
    let data = Load::new(|| api::read::<GetSession>(&[], &NoQuery {}));
    view! {
        <Panel name="profile" title="You" data skeleton=4 let:reading>
            <Facts reading />
        </Panel>
    }
}

#[component]
fn Facts(reading: Reading<CurrentSession>) -> impl IntoView {
    move || {
        reading.with(|session| session.user.clone()).map(|user| {
            let ends = reading.with(|session| session.session.clone()).map(|ticket| {
                let idle = format::duration(i64::from(ticket.idle_seconds) * 1000);
                view! {
                    <dt>"This session"</dt>
                    <dd>{format!("ends {} at the latest, and after {idle} without a request", format::moment(ticket.expires_at))}</dd>
                }
            });
            view! {
                <dl class="facts">
                    <dt>"Name"</dt>
                    <dd>{user.display_name}</dd>
                    <dt>"E-mail address"</dt>
                    <dd>{user.email}</dd>
                    <dt>"Role"</dt>
                    <dd><Pill word=user.role.label() /> " " {user.role.purpose()}</dd>
                    {ends}
                </dl>
            }
        })
    }
}
