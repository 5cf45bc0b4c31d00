//! The second factor: switched on with an authenticator app, its recovery codes, switched off.
//!
//! Each of the three begins with the password, because a session left open must not be enough.

use aicmo_shared::api::{BeginSecondFactor, ConfirmSecondFactor, RemoveSecondFactor, RenewRecoveryCodes};
use aicmo_shared::session::{
    CurrentSession, PasswordAgain, RecoveryCodes, SecondFactor, SecondFactorCode, SecondFactorOffer,
    SecretText,
};
use leptos::prelude::*;

use super::qr;
use super::recovery_codes::RecoveryCodesOnce;
use crate::api::command;
use crate::app::ShellState;
use crate::components::button::{Button, ButtonKind};
use crate::components::dialog::Dialog;
use crate::components::doing::Doing;
use crate::components::dom;
use crate::components::field::{FieldKind, TextField};
use crate::components::once::Once;
use crate::components::password::{PasswordField, PasswordKind};
use crate::components::pill::{Pill, Tone};
use crate::door::{Refused, Wait};
use crate::format;

/// What the person wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aim {
    SwitchOn,
    RenewCodes,
    SwitchOff,
}

impl Aim {
    const fn title(self) -> &'static str {
        match self {
            Self::SwitchOn => "Switch the second factor on",
            Self::RenewCodes => "Make new recovery codes",
            Self::SwitchOff => "Switch the second factor off",
        }
    }

    const fn consequence(self) -> &'static str {
        match self {
            Self::SwitchOn => {
                "From then on signing in asks for a code of your authenticator app, beside the password."
            }
            Self::RenewCodes => "The codes that you have now stop working.",
            Self::SwitchOff => {
                "Whoever has your password can then sign in as you. Your recovery codes stop working."
            }
        }
    }

    const fn verb(self) -> &'static str {
        match self {
            Self::SwitchOn => "Go on",
            Self::RenewCodes => "Make new codes",
            Self::SwitchOff => "Switch off",
        }
    }
}

/// Where the dialog stands.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Password,
    Scan(SecondFactorOffer),
    Codes(Vec<SecretText>),
}

/// The section.
#[component]
pub fn SecondFactorSection() -> impl IntoView {
    let session = ShellState::expect().session;
    let state = Memo::new(move |_| {
        session
            .person()
            .map(|person| (person.second_factor, person.recovery_codes_left))
    });
    let is_on = Memo::new(move |_| state.get().is_some_and(|(factor, _)| factor == SecondFactor::On));
    let open = RwSignal::new(false);
    let aim = RwSignal::new(Aim::SwitchOn);
    let begin = move |what: Aim| {
        move |()| {
            aim.set(what);
            open.set(true);
            dom::focus_soon("second-factor-password");
        }
    };
    let left = move || {
        state.get().map(|(_, left)| {
            format!(
                "{} left.",
                format::counted(u64::from(left), "recovery code is", "recovery codes are")
            )
        })
    };
    view! {
        <section class="panel" aria-labelledby="second-factor-title">
            <header class="panel__head">
                <h2 class="panel__title" id="second-factor-title">"Second factor"</h2>
                <div class="panel__aside">
                    {move || if is_on.get() {
                        view! { <Pill tone=Tone::Good word="on" /> }
                    } else {
                        view! { <Pill tone=Tone::Warn word="off" /> }
                    }}
                </div>
            </header>
            <div class="panel__body form">
                <Show
                    when=move || is_on.get()
                    fallback=move || view! {
                        <p class="form__consequence">
                            "A stolen password alone opens this account. With an authenticator app it does not."
                        </p>
                        <div class="form__actions">
                            <Button kind=ButtonKind::Primary on_press=begin(Aim::SwitchOn)>"Set up an authenticator app…"</Button>
                        </div>
                    }
                >
                    <p class="form__consequence">"Signing in asks for a code of your authenticator app. " {left}</p>
                    <div class="form__actions">
                        <Button on_press=begin(Aim::RenewCodes)>"New recovery codes…"</Button>
                        <Button kind=ButtonKind::Danger on_press=begin(Aim::SwitchOff)>"Switch off…"</Button>
                    </div>
                </Show>
            </div>
            <Dialog open title=Signal::derive(move || aim.get().title().to_owned())>
                <Steps open aim=aim.get_untracked() />
            </Dialog>
        </section>
    }
}

#[component]
fn Steps(open: RwSignal<bool>, aim: Aim) -> impl IntoView {
    let step = RwSignal::new(Step::Password);
    let close = Callback::new(move |()| open.set(false));
    move || match step.get() {
        Step::Password => view! { <Password aim step close /> }.into_any(),
        Step::Scan(offer) => view! { <Scan offer step close /> }.into_any(),
        Step::Codes(codes) => view! { <RecoveryCodesOnce codes on_kept=close /> }.into_any(),
    }
}

/// Takes the renewed session in and goes on to the codes.
fn show_codes(shell: ShellState, step: RwSignal<Step>, answer: RecoveryCodes) {
    shell.session.take(&answer.session);
    step.set(Step::Codes(answer.codes));
    shell.changed();
}

#[component]
fn Password(aim: Aim, step: RwSignal<Step>, close: Callback<()>) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let wait = Wait::of(doing);
    let password = RwSignal::new(String::new());
    let missing = RwSignal::new(None::<String>);
    let refused = doing.field("password");
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let is_empty = password.with_untracked(String::is_empty);
        missing.set(is_empty.then(|| "Give your password.".to_owned()));
        if is_empty {
            return;
        }
        let again = PasswordAgain {
            password: SecretText::new(password.get_untracked()),
        };
        match aim {
            Aim::SwitchOn => doing.run(
                command::<BeginSecondFactor>(&[], &again, None),
                move |offer: SecondFactorOffer| {
                    step.set(Step::Scan(offer));
                    dom::focus_soon("second-factor-code");
                },
            ),
            Aim::RenewCodes => doing.run(
                command::<RenewRecoveryCodes>(&[], &again, None),
                move |answer: RecoveryCodes| show_codes(shell, step, answer),
            ),
            Aim::SwitchOff => doing.run(
                command::<RemoveSecondFactor>(&[], &again, None),
                move |session: CurrentSession| {
                    shell.session.take(&session);
                    shell
                        .toasts
                        .done("The second factor is off. The password alone signs you in.");
                    shell.changed();
                    close.run(());
                },
            ),
        }
    };
    let kind = match aim {
        Aim::SwitchOn | Aim::RenewCodes => ButtonKind::Primary,
        Aim::SwitchOff => ButtonKind::Danger,
    };
    view! {
        <form class="form" novalidate on:submit=submit>
            <p class="form__consequence">{aim.consequence()}</p>
            <PasswordField
                id="second-factor-password"
                label="Your password"
                value=password
                kind=PasswordKind::Current
                error=Signal::derive(move || missing.get().or_else(|| refused.get()))
            />
            <Refused doing wait />
            <div class="form__actions">
                <Button kind submit=true busy=doing.busy() blocked=wait.blocked()>{aim.verb()}</Button>
                <Button on_press=close>"Leave it"</Button>
            </div>
        </form>
    }
}

#[component]
fn Scan(offer: SecondFactorOffer, step: RwSignal<Step>, close: Callback<()>) -> impl IntoView {
    let shell = ShellState::expect();
    let doing = Doing::default();
    let wait = Wait::of(doing);
    let code = RwSignal::new(String::new());
    let missing = RwSignal::new(None::<String>);
    let refused = doing.field("code");
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let is_empty = code.with_untracked(|code| code.trim().is_empty());
        missing.set(is_empty.then(|| "Give the code that the app shows now.".to_owned()));
        if is_empty {
            return;
        }
        let confirm = SecondFactorCode {
            code: SecretText::new(code.get_untracked().trim()),
        };
        doing.run(
            command::<ConfirmSecondFactor>(&[], &confirm, None),
            move |answer: RecoveryCodes| show_codes(shell, step, answer),
        );
    };
    let picture = qr::outline(offer.otpauth_uri.expose()).map(|outline| {
        view! {
            <svg
                class="qr"
                viewBox=format!("0 0 {0} {0}", outline.size)
                role="img"
                aria-label="QR code with the secret; the text below says the same"
                shape-rendering="crispEdges"
            >
                <rect class="qr__ground" width=outline.size.to_string() height=outline.size.to_string()></rect>
                <path class="qr__dark" d=outline.path></path>
            </svg>
        }
    });
    view! {
        <form class="form" novalidate on:submit=submit>
            <p class="form__consequence">
                "Scan the picture with your authenticator app, or type the secret into it. Then give the code that it shows."
            </p>
            {picture}
            <Once id="second-factor-secret" label="Secret" secret=offer.secret.clone() note="It counts once the code is right." />
            <TextField
                id="second-factor-code"
                label="Code"
                value=code
                kind=FieldKind::Code
                autocomplete="one-time-code"
                help="Six digits."
                error=Signal::derive(move || missing.get().or_else(|| refused.get()))
                required=true
            />
            <Refused doing wait />
            <div class="form__actions">
                <Button kind=ButtonKind::Primary submit=true busy=doing.busy() blocked=wait.blocked()>"Switch on"</Button>
                <Button on_press=close>"Leave it off"</Button>
            </div>
        </form>
    }
}
