//! Signing in: address, password, and a code where the account asks for one; or a passkey.

use aicmo_shared::ErrorCode;
use aicmo_shared::api::{BeginPasskeySignIn, SignIn, SignInByPasskey};
use aicmo_shared::passkey::PasskeySignIn;
use aicmo_shared::session::{CurrentSession, SecretText, SignInRequest};
use leptos::prelude::*;

use super::refused::{Refused, Wait};
use crate::api::command;
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::doing::Doing;
use crate::components::dom;
use crate::components::field::{FieldKind, TextField};
use crate::components::password::{PasswordField, PasswordKind};
use crate::passkey::{self, BrowserSaid, Hindrance};

/// The page; whatever address was opened stays, and is there afterwards.
#[component]
pub fn SignInPage() -> impl IntoView {
    dom::focus_soon("sign-in-email");
    view! {
        <SignInForm email=String::new() />
        <p class="door__note">
            "No account, or the password is lost? An administrator makes you an invitation or a reset link."
        </p>
    }
}

/// The form. When it is done, the session is taken in.
#[component]
pub fn SignInForm(
    /// Who signs in, as far as that is known.
    email: String,
    /// Whether it can be nobody else: then the address stands there and cannot be changed.
    #[prop(optional)]
    known: bool,
    /// Called once the session is taken in.
    #[prop(optional, into)]
    on_done: Option<Callback<()>>,
) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let wait = Wait::of(doing);
    let email = RwSignal::new(email);
    let password = RwSignal::new(String::new());
    let code = RwSignal::new(String::new());
    let asks_code = RwSignal::new(false);
    let missing = RwSignal::new(Missing::default());
    let take = move |session: CurrentSession| {
        shell.session.take(&session);
        if let Some(done) = on_done {
            done.run(());
        }
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let found = missing_in(
            &email.get_untracked(),
            &password.get_untracked(),
            asks_code.get_untracked().then(|| code.get_untracked()).as_deref(),
        );
        missing.set(found);
        if found != Missing::default() || untrack(|| wait.left()).is_some() {
            return;
        }
        let request = SignInRequest {
            email: email.get_untracked().trim().to_owned(),
            password: SecretText::new(password.get_untracked()),
            code: asks_code
                .get_untracked()
                .then(|| SecretText::new(code.get_untracked().trim())),
        };
        doing.run_or(command::<SignIn>(&[], &request, None), take, move |error| {
            if error.error_code() == Some(ErrorCode::SecondFactorRequired) && !asks_code.get_untracked() {
                asks_code.set(true);
                dom::focus_soon("sign-in-code");
                return None;
            }
            code.set(String::new());
            Some(error)
        });
    };
    let said = RwSignal::new(None::<&'static str>);
    let by_passkey = move |()| {
        missing.set(Missing::default());
        sign_in_by_passkey(doing, said, take);
    };
    let offers_passkey = Memo::new(move |_| Hindrance::here().is_none());
    let says = move |field: fn(Missing) -> Option<&'static str>, pointer| {
        let server = doing.field(pointer);
        Signal::derive(move || field(missing.get()).map(str::to_owned).or_else(|| server.get()))
    };
    let locked = Signal::stored(known.then(|| "this session is yours".to_owned()));
    view! {
        <form class="form" novalidate aria-label="Sign in" on:submit=submit>
            <TextField
                id="sign-in-email"
                label="E-mail address"
                value=email
                kind=FieldKind::Email
                autocomplete="username"
                error=says(|missing| missing.email, "email")
                required=true
                blocked=locked
            />
            <PasswordField
                id="sign-in-password"
                label="Password"
                value=password
                kind=PasswordKind::Current
                error=says(|missing| missing.password, "password")
            />
            <Show when=move || asks_code.get()>
                <TextField
                    id="sign-in-code"
                    label="Code"
                    value=code
                    kind=FieldKind::Code
                    autocomplete="one-time-code"
                    help="Six digits of your authenticator app, or one of your recovery codes."
                    error=says(|missing| missing.code, "code")
                    required=true
                />
            </Show>
            <Refused doing wait />
            <BrowserSaid said />
            <div class="form__actions">
                <Button kind=ButtonKind::Primary submit=true busy=doing.busy() blocked=wait.blocked()>"Sign in"</Button>
                <Show when=move || offers_passkey.get()>
                    <Button on_press=by_passkey busy=doing.busy()>"Use a passkey"</Button>
                </Show>
            </div>
        </form>
    }
}

/// Asks the browser for a passkey and signs in with it; what the browser says instead goes to `said`.
fn sign_in_by_passkey(
    doing: Doing,
    said: RwSignal<Option<&'static str>>,
    take: impl Fn(CurrentSession) + 'static,
) {
    said.set(None);
    let signing_in = async move {
        let asked = command::<BeginPasskeySignIn>(&[], &(), None).await?;
        match passkey::find(&asked.options).await {
            Ok(credential) => {
                let request = PasskeySignIn {
                    token: asked.token,
                    credential,
                };
                command::<SignInByPasskey>(&[], &request, None).await.map(Ok)
            }
            Err(words) => Ok(Err(words)),
        }
    };
    doing.run(
        signing_in,
        move |answer: Result<CurrentSession, &'static str>| match answer {
            Ok(session) => take(session),
            Err(words) => said.set(Some(words)),
        },
    );
}

/// What each field lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Missing {
    email: Option<&'static str>,
    password: Option<&'static str>,
    code: Option<&'static str>,
}

fn missing_in(email: &str, password: &str, code: Option<&str>) -> Missing {
    Missing {
        email: email.trim().is_empty().then_some("Give your e-mail address."),
        password: password.is_empty().then_some("Give your password."),
        code: code
            .is_some_and(|code| code.trim().is_empty())
            .then_some("Give the code."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_missed_only_where_it_is_asked_for() {
        assert_eq!(missing_in("a@b.de", " ", None), Missing::default());
        assert!(missing_in("a@b.de", "x", Some(" ")).code.is_some());
        assert!(missing_in(" ", "x", None).email.is_some());
        assert!(missing_in("a@b.de", "", None).password.is_some());
    }
}
