//! The passkeys of the person: added with the password, renamed, removed with the password.
//!
//! How the browser makes one is in `passkey`.

use aicmo_shared::api::{AddPasskey, BeginPasskey, ListPasskeys, NoQuery, RemovePasskey, RenamePasskey};
use aicmo_shared::passkey::{self as wire, NAME_MAX, PasskeyAdded, PasskeyDraft, PasskeyName};
use aicmo_shared::session::{CurrentSession, PasswordAgain, SecretText};
use leptos::prelude::*;

use crate::api::{self, Load, command};
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::dialog::Dialog;
use crate::components::doing::Doing;
use crate::components::dom;
use crate::components::field::TextField;
use crate::components::panel::Panel;
use crate::components::password::{PasswordField, PasswordKind};
use crate::components::table::{CELL_ACT, CELL_WIDE, Column, Table};
use crate::door::{Refused, Wait};
use crate::format;
use crate::passkey::{self, BrowserSaid, Hindrance};

const NAME: &str = "passkey-name";
const PASSWORD: &str = "passkey-password";

/// What the person wants to do.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Aim {
    Add,
    Rename(wire::Passkey),
    Remove(wire::Passkey),
}

impl Aim {
    fn title(&self) -> String {
        match self {
            Self::Add => "Add a passkey".to_owned(),
            Self::Rename(passkey) => format!("Rename {}", passkey.name),
            Self::Remove(passkey) => format!("Remove {}", passkey.name),
        }
    }

    const fn first_field(&self) -> &'static str {
        match self {
            Self::Add | Self::Rename(_) => NAME,
            Self::Remove(_) => PASSWORD,
        }
    }
}

/// The panel.
#[component]
pub fn Passkeys() -> impl IntoView {
    let passkeys = Load::new(|| api::read::<ListPasskeys>(&[], &NoQuery {}));
    let open = RwSignal::new(false);
    let aim = RwSignal::new(Aim::Add);
    let begin = Callback::new(move |what: Aim| {
        let first = what.first_field();
        aim.set(what);
        open.set(true);
        dom::focus_soon(first);
    });
    let hindrance = Memo::new(move |_| Hindrance::here());
    let blocked = Signal::derive(move || {
        hindrance
            .get()
            .map(|_| "not at this address or in this browser".to_owned())
    });
    view! {
        <Panel
            name="passkeys"
            title="Passkeys"
            data=passkeys
            flush=true
            toolbar=move || view! {
                <p class="panel__lead">
                    {move || hindrance.get().map_or_else(
                        || "A passkey signs you in without a password: your device proves that it is you.".to_owned(),
                        |hindrance| hindrance.words(),
                    )}
                </p>
                <Button kind=ButtonKind::Primary on_press=move |()| begin.run(Aim::Add) blocked>"Add a passkey…"</Button>
            }
            empty=|| view! {
                <p class="empty__title">"You have no passkey"</p>
                <p class="empty__why">"Add one for each device that you work at, so that a lost one locks you out of nothing."</p>
            }
            let:reading
        >
            <Table
                caption="Your passkeys, the newest first"
                columns=vec![
                    Column::text("Passkey"),
                    Column::text("Last used"),
                    Column::text("Added").wide(),
                    Column::acts(),
                ]
            >
                <For
                    each=move || reading.get()
                    key=|passkey| (passkey.id, passkey.name.clone(), passkey.last_used_at)
                    children=move |passkey| row(&passkey, begin)
                />
            </Table>
        </Panel>
        <Dialog open title=Signal::derive(move || aim.with(Aim::title))>
            {move || match aim.get() {
                Aim::Add => view! { <Add open /> }.into_any(),
                Aim::Rename(passkey) => view! { <Rename passkey open /> }.into_any(),
                Aim::Remove(passkey) => view! { <Remove passkey open /> }.into_any(),
            }}
        </Dialog>
    }
}

fn row(passkey: &wire::Passkey, begin: Callback<Aim>) -> impl IntoView + use<> {
    let shell = ShellState::expect();
    let used = passkey.last_used_at.map(|used| {
        view! {
            <time datetime=format::machine(used) title=format::moment(used)>
                {move || format::age(used, shell.now())}
            </time>
        }
    });
    let (rename, remove) = (passkey.clone(), passkey.clone());
    view! {
        <tr>
            <th scope="row" class="table__cell">{passkey.name.clone()}</th>
            <td class="table__cell">{used.map_or_else(|| "never".into_any(), IntoAny::into_any)}</td>
            <td class=format!("table__cell {CELL_WIDE}")>{format::moment(passkey.created_at)}</td>
            <td class=format!("table__cell {CELL_ACT}")>
                <Button
                    on_press=move |()| begin.run(Aim::Rename(rename.clone()))
                    label=format!("Rename {}", passkey.name)
                >"Rename…"</Button>
                <Button
                    on_press=move |()| begin.run(Aim::Remove(remove.clone()))
                    label=format!("Remove {}", passkey.name)
                >"Remove…"</Button>
            </td>
        </tr>
    }
}

/// What a name lacks.
fn missing_name(name: &str) -> Option<String> {
    name.trim().is_empty().then(|| "Give it a name.".to_owned())
}

fn missing_password(password: &str) -> Option<String> {
    password.is_empty().then(|| "Give your password.".to_owned())
}

#[component]
fn Add(open: RwSignal<bool>) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let wait = Wait::of(doing);
    let name = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let missing = RwSignal::new((None::<String>, None::<String>));
    let said = RwSignal::new(None::<&'static str>);
    let (name_refused, password_refused) = (doing.field("name"), doing.field("password"));
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let found = (
            name.with_untracked(|name| missing_name(name)),
            password.with_untracked(|password| missing_password(password)),
        );
        let lacks = found.0.is_some() || found.1.is_some();
        missing.set(found);
        if lacks {
            return;
        }
        said.set(None);
        let name = name.get_untracked().trim().to_owned();
        let again = PasswordAgain {
            password: SecretText::new(password.get_untracked()),
        };
        let adding = async move {
            let asked = command::<BeginPasskey>(&[], &again, None).await?;
            match passkey::make(&asked.options).await {
                Ok(credential) => {
                    let draft = PasskeyDraft {
                        token: asked.token,
                        name,
                        credential,
                    };
                    command::<AddPasskey>(&[], &draft, None).await.map(Ok)
                }
                Err(words) => Ok(Err(words)),
            }
        };
        doing.run(
            adding,
            move |answer: Result<PasskeyAdded, &'static str>| match answer {
                Ok(added) => {
                    shell.session.take(&added.session);
                    shell
                        .toasts
                        .done(format!("{} signs you in from now on.", added.passkey.name));
                    shell.changed();
                    open.set(false);
                }
                Err(words) => said.set(Some(words)),
            },
        );
    };
    view! {
        <form class="form" novalidate on:submit=submit>
            <p class="form__consequence">
                "Whoever can unlock this device can then sign in as you, without password or code."
            </p>
            <TextField
                id=NAME
                label="Name"
                value=name
                help="By which you tell it apart: the device, or where it is kept."
                error=Signal::derive(move || missing.with(|missing| missing.0.clone()).or_else(|| name_refused.get()))
                required=true
                max=u32::from(NAME_MAX)
            />
            <PasswordField
                id=PASSWORD
                label="Your password"
                value=password
                kind=PasswordKind::Current
                error=Signal::derive(move || missing.with(|missing| missing.1.clone()).or_else(|| password_refused.get()))
            />
            <Refused doing wait />
            <BrowserSaid said />
            <div class="form__actions">
                <Button kind=ButtonKind::Primary submit=true busy=doing.busy() blocked=wait.blocked()>"Add the passkey"</Button>
                <Button on_press=move |()| open.set(false)>"Leave it"</Button>
            </div>
        </form>
    }
}

#[component]
fn Rename(passkey: wire::Passkey, open: RwSignal<bool>) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let wait = Wait::of(doing);
    let name = RwSignal::new(passkey.name);
    let missing = RwSignal::new(None::<String>);
    let refused = doing.field("name");
    let id = passkey.id.to_string();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let found = name.with_untracked(|name| missing_name(name));
        let lacks = found.is_some();
        missing.set(found);
        if lacks {
            return;
        }
        let body = PasskeyName {
            name: name.get_untracked().trim().to_owned(),
        };
        doing.run(
            command::<RenamePasskey>(&[&id], &body, None),
            move |renamed: wire::Passkey| {
                shell.toasts.done(format!("It is called {} now.", renamed.name));
                shell.changed();
                open.set(false);
            },
        );
    };
    view! {
        <form class="form" novalidate on:submit=submit>
            <TextField
                id=NAME
                label="Name"
                value=name
                error=Signal::derive(move || missing.get().or_else(|| refused.get()))
                required=true
                max=u32::from(NAME_MAX)
            />
            <Refused doing wait />
            <div class="form__actions">
                <Button kind=ButtonKind::Primary submit=true busy=doing.busy() blocked=wait.blocked()>"Rename"</Button>
                <Button on_press=move |()| open.set(false)>"Leave it"</Button>
            </div>
        </form>
    }
}

#[component]
fn Remove(passkey: wire::Passkey, open: RwSignal<bool>) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let wait = Wait::of(doing);
    let password = RwSignal::new(String::new());
    let missing = RwSignal::new(None::<String>);
    let refused = doing.field("password");
    let id = passkey.id.to_string();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let found = password.with_untracked(|password| missing_password(password));
        let lacks = found.is_some();
        missing.set(found);
        if lacks {
            return;
        }
        let again = PasswordAgain {
            password: SecretText::new(password.get_untracked()),
        };
        let name = passkey.name.clone();
        doing.run(
            command::<RemovePasskey>(&[&id], &again, None),
            move |session: CurrentSession| {
                shell.session.take(&session);
                shell.toasts.done(format!("{name} signs nobody in any more."));
                shell.changed();
                open.set(false);
            },
        );
    };
    view! {
        <form class="form" novalidate on:submit=submit>
            <p class="form__consequence">
                "It signs nobody in any more. The device keeps it until you delete it there, too."
            </p>
            <PasswordField
                id=PASSWORD
                label="Your password"
                value=password
                kind=PasswordKind::Current
                error=Signal::derive(move || missing.get().or_else(|| refused.get()))
            />
            <Refused doing wait />
            <div class="form__actions">
                <Button kind=ButtonKind::Danger submit=true busy=doing.busy() blocked=wait.blocked()>"Remove it"</Button>
                <Button on_press=move |()| open.set(false)>"Leave it"</Button>
            </div>
        </form>
    }
}
