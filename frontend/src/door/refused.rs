//! A refusal at the door in words, and the wait that a server asks for, counted down.

use aicmo_shared::{ErrorCode, Timestamp};
use leptos::prelude::*;

use crate::api::ClientError;
use crate::app::ShellState;
use crate::boot;
use crate::components::doing::Doing;
use crate::format;

/// Until when the server asks to wait.
#[derive(Clone, Copy)]
pub struct Wait {
    until: Memo<Option<Timestamp>>,
    shell: ShellState,
}

impl Wait {
    /// Follows the last failure of `doing`.
    pub fn of(doing: Doing) -> Self {
        let until = Memo::new(move |_| {
            doing.error().with(|error| {
                let error = error.as_ref()?;
                Some(error.at.plus_millis(i64::from(error.retry_after?) * 1000))
            })
        });
        Self {
            until,
            shell: ShellState::expect(),
        }
    }

    /// How long still, in milliseconds; `None` once it is over. Moves every second.
    pub fn left(self) -> Option<i64> {
        let until = self.until.get()?;
        self.shell.tick.track();
        let left = until.since(boot::now());
        (left > 0).then_some(left)
    }

    /// Why a button cannot be pressed yet.
    pub fn blocked(self) -> Signal<Option<String>> {
        Signal::derive(move || self.left().map(|left| format!("in {}", countdown(left))))
    }
}

/// Seconds are told until the end, minutes with their seconds.
fn countdown(millis: i64) -> String {
    let seconds = (millis + 999) / 1000;
    if seconds < 60 {
        format!("{seconds} s")
    } else if seconds < 3_600 {
        format!("{} min {} s", seconds / 60, seconds % 60)
    } else {
        format::duration(seconds * 1000)
    }
}

/// The refusal of a form at the door. What a field says itself is not said again.
#[component]
#[expect(
    clippy::large_types_passed_by_value,
    reason = "the parts of a form are copied signals"
)]
pub fn Refused(
    /// What was refused.
    doing: Doing,
    /// The wait that goes with it.
    wait: Wait,
) -> impl IntoView {
    move || {
        doing.error().get().map(|error| {
            let is_told = has_words(&error);
            let (code, hint) = (error.code(), error.hint());
            let request = error.request_id().map(str::to_owned);
            view! {
                <div class="failure failure--inline" role="alert">
                    <p class="failure__title">{error.title()}</p>
                    <p class="failure__detail">{error.detail()}</p>
                    <p class="failure__hint">
                        {move || match wait.left() {
                            Some(left) => format!("You can try again in {}.", countdown(left)),
                            None if wait.until.with(Option::is_some) => "You can try again now.".to_owned(),
                            None => hint.to_owned(),
                        }}
                    </p>
                    {(!is_told).then(|| view! {
                        <p class="failure__ids">
                            <code>{code}</code>
                            {request.map(|id| view! { <span>" · request "<code>{id}</code></span> })}
                        </p>
                    })}
                </div>
            }
        })
    }
}

/// Whether the refusal is an everyday one, about which no support needs to be asked.
fn has_words(error: &ClientError) -> bool {
    matches!(
        error.error_code(),
        Some(
            ErrorCode::InvalidCredentials
                | ErrorCode::SecondFactorRequired
                | ErrorCode::RateLimited
                | ErrorCode::LinkInvalid
                | ErrorCode::AlreadySetUp
                | ErrorCode::ValidationFailed
        )
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_second_is_told_too() {
        assert_eq!(countdown(1), "1 s");
        assert_eq!(countdown(59_500), "1 min 0 s");
        assert_eq!(countdown(59_000), "59 s");
        assert_eq!(countdown(61_000), "1 min 1 s");
        assert_eq!(countdown(2 * 3_600_000), "2 h");
    }
}
