//! What can be done with one account: role, way back in, end of its sessions, end of its access.
//!
//! Every consequence is said before the button that has it. A change is sent with the version that
//! was on screen.

use aicmo_shared::UserId;
use aicmo_shared::access::Role;
use aicmo_shared::account::{AccountKind, OneTimeLink, SessionsEnded, User, UserPatch};
use aicmo_shared::api::{
    CreatePasswordReset, EndUserSessions, GetUser, NoQuery, PatchUser, RemoveUserSecondFactor,
};
use aicmo_shared::session::SecondFactor;
use leptos::prelude::*;

use super::{RolePurpose, role_options};
use crate::api::{self, Load, command};
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::dialog::Dialog;
use crate::components::doing::{Doing, DoingFailed};
use crate::components::field::{SelectField, TextField};
use crate::components::once::Once;
use crate::format;

/// The dialog of the account that is managed.
#[component]
pub fn UserDialog(
    /// The account that is managed, at first as the list had it.
    managed: RwSignal<Option<User>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let is_managed = Memo::new(move |_| managed.with(Option::is_some));
    Effect::new(move || open.set(is_managed.get()));
    Effect::new(move |before: Option<bool>| {
        let now = open.get();
        if before == Some(true) && !now {
            managed.set(None);
        }
        now
    });
    let title = Signal::derive(move || {
        managed.with(|user| {
            user.as_ref()
                .map_or_else(|| "Account".to_owned(), |user| user.display_name.clone())
        })
    });
    view! {
        <Dialog open title>
            <Body managed />
        </Dialog>
    }
}

/// The account is read by itself: the page of the list may lose it while it is managed, and with it
/// would go a link that is shown once.
#[component]
fn Body(managed: RwSignal<Option<User>>) -> impl IntoView {
    let id = managed.with_untracked(|user| user.as_ref().map(|user| user.id.to_string()).unwrap_or_default());
    let read = Load::new(move || api::read::<GetUser>(&[&id], &NoQuery {}));
    Effect::new(move || {
        if let Some(now) = read.with(User::clone) {
            managed.set(Some(now));
        }
    });
    let user = Memo::new(move |_| managed.get());
    let shown = Memo::new(move |_| user.with(|user| user.as_ref().map(|user| (user.id, user.kind))));
    move || {
        shown.get().map(|(id, kind)| {
            view! {
                <NameAndRole user />
                {(kind == AccountKind::Person).then(|| view! { <WayIn user id /> })}
                <Activity user />
            }
        })
    }
}

/// Sends `patch` with the version on screen; says what came of it.
fn send(
    (shell, doing, user): (ShellState, Doing, Memo<Option<User>>),
    patch: &UserPatch,
    done: impl FnOnce(&User) -> String + 'static,
) {
    let Some((id, version)) = user.with_untracked(|user| user.as_ref().map(|user| (user.id, user.version)))
    else {
        return;
    };
    doing.run_or(
        command::<PatchUser>(&[&id.to_string()], patch, Some(version)),
        move |user: User| {
            shell.toasts.done(done(&user));
            shell.changed();
        },
        move |error| {
            shell.changed();
            Some(error)
        },
    );
}

#[component]
fn NameAndRole(user: Memo<Option<User>>) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let (name, role) = user.with_untracked(|user| {
        user.as_ref()
            .map(|user| (user.display_name.clone(), user.role.as_str().to_owned()))
            .unwrap_or_default()
    });
    let (name, role) = (RwSignal::new(name), RwSignal::new(role));
    let other_role = Memo::new(move |_| {
        let chosen = role.with(|role| role.parse::<Role>().ok());
        user.with(|user| user.as_ref().map(|user| user.role) != chosen)
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let change = UserPatch {
            display_name: Some(name.get_untracked().trim().to_owned()),
            role: role.get_untracked().parse().ok(),
            active: None,
        };
        send((shell, doing, user), &change, |user| {
            format!("{} is {} now.", user.display_name, user.role.label())
        });
    };
    view! {
        <form class="form admin__part admin__part--first" novalidate aria-label="Name and role" on:submit=submit>
            <TextField
                id="user-name"
                label="Name"
                value=name
                error=doing.field("display_name")
                required=true
                max=80_u32
            />
            <SelectField id="user-role" label="Role" value=role options=role_options() error=doing.field("role") />
            <RolePurpose role />
            <Show when=move || other_role.get()>
                <p class="notice notice--warn" role="status">"Another role ends every session of this person: they sign in again."</p>
            </Show>
            <DoingFailed doing />
            <div class="form__actions">
                <Button kind=ButtonKind::Primary submit=true busy=doing.busy()>"Save"</Button>
            </div>
        </form>
    }
}

/// Where a person cannot sign in any more, or should not stay signed in.
#[component]
fn WayIn(user: Memo<Option<User>>, id: UserId) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let link = RwSignal::new(None::<OneTimeLink>);
    let key = StoredValue::new(id.to_string());
    let reset = move |()| {
        doing.run(
            command::<CreatePasswordReset>(&[&key.get_value()], &(), None),
            move |made: OneTimeLink| link.set(Some(made)),
        );
    };
    let end = move |()| {
        doing.run(
            command::<EndUserSessions>(&[&key.get_value()], &(), None),
            move |answer: SessionsEnded| {
                shell.toasts.done(format!(
                    "{} ended.",
                    format::counted(u64::from(answer.ended), "session is", "sessions are")
                ));
                shell.changed();
            },
        );
    };
    let remove_factor = move |()| {
        doing.run(
            command::<RemoveUserSecondFactor>(&[&key.get_value()], &(), None),
            move |user: User| {
                shell.toasts.done(format!(
                    "{} signs in with the password alone now.",
                    user.display_name
                ));
                shell.changed();
            },
        );
    };
    let has_factor = Memo::new(move |_| {
        user.with(|user| {
            user.as_ref()
                .is_some_and(|user| user.second_factor == SecondFactor::On)
        })
    });
    let sessions = Memo::new(move |_| user.with(|user| user.as_ref().map_or(0, |user| user.sessions)));
    let no_sessions = Signal::derive(move || (sessions.get() == 0).then(|| "there is no session".to_owned()));
    view! {
        <section class="form admin__part" aria-labelledby="user-way-in">
            <h3 class="admin__title" id="user-way-in">"Signing in"</h3>
            <p class="form__consequence">
                "A reset link sets a new password once and ends every session. Send it yourself: the server sends no mail."
            </p>
            {move || link.get().map(|made| view! {
                <Once
                    id="user-reset-link"
                    label="Reset link"
                    secret=made.link
                    note=format!("It works until {}.", format::moment(made.expires_at))
                />
            })}
            <DoingFailed doing />
            <div class="form__actions">
                <Button on_press=reset busy=doing.busy()>"Make a reset link"</Button>
                <Button on_press=end busy=doing.busy() blocked=no_sessions>
                    {move || format!("End {}", format::counted(u64::from(sessions.get()), "session", "sessions"))}
                </Button>
                <Show when=move || has_factor.get()>
                    <Button kind=ButtonKind::Danger on_press=remove_factor busy=doing.busy()>
                        "Remove the second factor"
                    </Button>
                </Show>
            </div>
            <Show when=move || has_factor.get()>
                <p class="field__help">
                    "Remove the second factor only when you know that it is this person who lost the device: the password alone opens the account then."
                </p>
            </Show>
        </section>
    }
}

#[component]
fn Activity(user: Memo<Option<User>>) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let asked = RwSignal::new(false);
    let is_active = Memo::new(move |_| user.with(|user| user.as_ref().is_some_and(|user| user.active)));
    let change = move |active: bool| {
        move |()| {
            asked.set(false);
            let change = UserPatch {
                active: Some(active),
                ..UserPatch::default()
            };
            send((shell, doing, user), &change, move |user| {
                if active {
                    format!("{} can come in again.", user.display_name)
                } else {
                    format!(
                        "{} is shut out: every session has ended, every key is refused.",
                        user.display_name
                    )
                }
            });
        }
    };
    view! {
        <section class="form admin__part" aria-labelledby="user-activity">
            <h3 class="admin__title" id="user-activity">"Access"</h3>
            <Show
                when=move || is_active.get()
                fallback=move || view! {
                    <p class="form__consequence">"This account is shut out. Its record stays. Activated, it signs in with the password it had."</p>
                    <div class="form__actions">
                        <Button on_press=change(true) busy=doing.busy()>"Activate"</Button>
                    </div>
                }
            >
                <p class="form__consequence">
                    "Deactivating ends every session at once and refuses every key of this account. What it did stays in the record, and it can be activated again."
                </p>
                <div class="form__actions">
                    <Show
                        when=move || asked.get()
                        fallback=move || view! {
                            <Button kind=ButtonKind::Danger on_press=move |()| asked.set(true)>"Deactivate…"</Button>
                        }
                    >
                        <Button kind=ButtonKind::Danger on_press=change(false) busy=doing.busy()>"Deactivate now"</Button>
                        <Button on_press=move |()| asked.set(false)>"Keep it active"</Button>
                    </Show>
                </div>
            </Show>
            <DoingFailed doing />
        </section>
    }
}
