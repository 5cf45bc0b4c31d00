//! A new key: name, owner, scopes, expiry; and its secret, shown once.

use aicmo_shared::Timestamp;
use aicmo_shared::access::Scope;
use aicmo_shared::account::{AccountKind, User};
use aicmo_shared::api::{CreateApiKey, ListUsers, MAX_LIMIT, PageQuery};
use aicmo_shared::api_key::{ApiKeyCreated, ApiKeyDraft};
use leptos::prelude::*;

use crate::api::{self, Load, command};
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::dialog::Dialog;
use crate::components::doing::{Doing, DoingFailed};
use crate::components::dom;
use crate::components::field::{SelectField, TextField};
use crate::components::once::Once;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// For how many days a key may be made; `None` has no end.
const LIVES: [(Option<i64>, &str); 4] = [
    (Some(30), "30 days"),
    (Some(90), "90 days"),
    (Some(365), "A year"),
    (None, "Until it is revoked"),
];

/// The dialog.
#[component]
pub fn KeyDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <Dialog open title="New API key" wide=true>
            <Steps open />
        </Dialog>
    }
}

#[component]
fn Steps(open: RwSignal<bool>) -> impl IntoView {
    let made = RwSignal::new(None::<ApiKeyCreated>);
    move || match made.get() {
        None => view! { <Form open made /> }.into_any(),
        Some(created) => view! {
            <div class="form">
                <p class="form__consequence">
                    "Send it with each request as " <code>"Authorization: Bearer …"</code>
                    ". The server keeps only a fingerprint: a lost key is replaced, not found again."
                </p>
                <Once
                    id="api-key-secret"
                    label="Key"
                    secret=created.secret
                    note="Keep it where secrets are kept, not in a script."
                />
                <div class="form__actions">
                    <Button kind=ButtonKind::Primary on_press=move |()| open.set(false)>"Done"</Button>
                </div>
            </div>
        }
        .into_any(),
    }
}

#[component]
fn Form(open: RwSignal<bool>, made: RwSignal<Option<ApiKeyCreated>>) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let name = RwSignal::new(String::new());
    let owner = RwSignal::new(String::new());
    let life = RwSignal::new("90".to_owned());
    let chosen: Vec<(Scope, RwSignal<bool>)> = Scope::ALL
        .iter()
        .map(|scope| (*scope, RwSignal::new(*scope == Scope::Read)))
        .collect();
    let chosen = StoredValue::new(chosen);
    let none_chosen = RwSignal::new(None::<String>);
    dom::focus_soon("key-name");
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let scopes: Vec<Scope> = chosen.with_value(|chosen| {
            chosen
                .iter()
                .filter(|(_, is_chosen)| is_chosen.get_untracked())
                .map(|(scope, _)| *scope)
                .collect()
        });
        none_chosen.set(scopes.is_empty().then(|| "Choose at least one scope.".to_owned()));
        if scopes.is_empty() {
            return;
        }
        let draft = ApiKeyDraft {
            name: name.get_untracked().trim().to_owned(),
            scopes,
            owner: owner.get_untracked().parse().ok(),
            expires_at: untrack(|| end_of(&life.get(), shell.now())),
        };
        doing.run(
            command::<CreateApiKey>(&[], &draft, None),
            move |created: ApiKeyCreated| {
                made.set(Some(created));
                shell.changed();
            },
        );
    };
    let lives: Vec<_> = LIVES
        .iter()
        .map(|(days, word)| {
            (
                days.map(|days| days.to_string()).unwrap_or_default(),
                (*word).to_owned(),
            )
        })
        .collect();
    view! {
        <form class="form form--two" novalidate aria-label="New API key" on:submit=submit>
            <div class="form__whole">
                <TextField
                    id="key-name"
                    label="Name"
                    value=name
                    help="What uses it, such as nightly export."
                    error=doing.field("name")
                    required=true
                    max=80_u32
                />
            </div>
            <SelectField
                id="key-owner"
                label="Owner"
                value=owner
                options=owners()
                help="It can do no more than its owner's role."
                error=doing.field("owner")
            />
            <SelectField
                id="key-life"
                label="Works for"
                value=life
                options=Signal::stored(lives)
                error=doing.field("expires_at")
            />
            <Scopes chosen none_chosen doing />
            <div class="form__whole"><DoingFailed doing /></div>
            <div class="form__actions form__whole">
                <Button kind=ButtonKind::Primary submit=true busy=doing.busy()>"Create the key"</Button>
                <Button on_press=move |()| open.set(false)>"Leave it"</Button>
            </div>
        </form>
    }
}

/// The one who asks, and every active account that could own it.
fn owners() -> Signal<Vec<(String, String)>> {
    let users = Load::new(|| {
        api::read::<ListUsers>(
            &[],
            &PageQuery {
                limit: Some(MAX_LIMIT),
                ..PageQuery::default()
            },
        )
    });
    let me = ShellState::expect().session;
    Signal::derive(move || {
        let mine = me.person().map(|person| person.id);
        let others = users.with(|users| {
            users
                .iter()
                .filter(|user| user.active && Some(user.id.to_string()) != mine)
                .map(|user| (user.id.to_string(), owner_words(user)))
                .collect::<Vec<_>>()
        });
        std::iter::once((String::new(), "You".to_owned()))
            .chain(others.unwrap_or_default())
            .collect()
    })
}

fn owner_words(user: &User) -> String {
    match user.kind {
        AccountKind::Person => format!("{} ({})", user.display_name, user.role.label()),
        AccountKind::Service => format!("{} (service account, {})", user.display_name, user.role.label()),
    }
}

/// When a key of that life ends; `None` when it does not.
fn end_of(days: &str, now: Timestamp) -> Option<Timestamp> {
    days.parse::<i64>().ok().map(|days| now.plus_millis(days * DAY))
}

#[component]
fn Scopes(
    chosen: StoredValue<Vec<(Scope, RwSignal<bool>)>>,
    none_chosen: RwSignal<Option<String>>,
    doing: Doing,
) -> impl IntoView {
    let boxes: Vec<_> = chosen.with_value(|chosen| {
        chosen
            .iter()
            .map(|(scope, is_chosen)| {
                let (scope, is_chosen) = (*scope, *is_chosen);
                view! {
                    <label class="scope">
                        <input
                            type="checkbox"
                            prop:checked=move || is_chosen.get()
                            on:change=move |event| is_chosen.set(event_target_checked(&event))
                        />
                        <span><code>{scope.as_str()}</code> " " <span class="scope__purpose">{scope.purpose()}</span></span>
                    </label>
                }
            })
            .collect()
    });
    let refused = doing.field("scopes");
    let wrong = move || none_chosen.get().or_else(|| refused.get());
    view! {
        <fieldset class="scopes form__whole">
            <legend class="field__label">"Scopes"</legend>
            {boxes}
            {move || wrong().map(|wrong| view! { <p class="field__error" role="alert">{wrong}</p> })}
        </fieldset>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_ends_when_its_days_are_over_and_else_never() {
        let now = Timestamp::from_millis(0);
        assert_eq!(end_of("30", now), Some(Timestamp::from_millis(30 * DAY)));
        assert_eq!(end_of("", now), None);
        for (days, _) in LIVES {
            assert_eq!(
                end_of(&days.map(|days| days.to_string()).unwrap_or_default(), now).is_some(),
                days.is_some()
            );
        }
    }
}
