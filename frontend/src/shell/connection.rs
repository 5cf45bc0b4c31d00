//! Whether the server still answers, what it says of itself, and how its clock stands to ours.

use aicmo_shared::Timestamp;
use aicmo_shared::api::{GetStatus, NoQuery};
use aicmo_shared::event::EventKind;
use aicmo_shared::status::Status;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api;
use crate::app::ShellState;
use crate::boot;
use crate::live;

/// Between two questions while there is no stream, in seconds.
pub const PERIOD: u64 = 3;
/// Between two questions while the stream tells what moves, in milliseconds: they are for the clock
/// and for what no event tells, such as a database that went away.
const STEADY: i64 = 9_000;
/// What was not confirmed for so long is stale, in milliseconds.
const STALE: i64 = 15_000;
/// A skew from here on is worth a banner, in milliseconds.
const SKEW_LIMIT: i64 = 2_000;

/// How the screen stands to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The first answer has not come yet.
    Connecting,
    /// There has never been an answer.
    Unanswered,
    /// Changes appear as they happen.
    Live,
    /// The server answers and there is no stream: the screen is a few seconds old.
    Asking,
    /// The last question stayed without answer.
    Reconnecting {
        /// When the server last answered.
        at: Timestamp,
    },
    /// It has not answered for a while.
    Stale {
        /// When the server last answered.
        at: Timestamp,
        /// How long ago, in milliseconds.
        age: i64,
    },
}

/// What is known of the connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// When the server last answered, by the browser's clock.
    answered_at: Option<Timestamp>,
    /// How many questions in a row stayed without answer.
    failures: u32,
    /// Why the last one did.
    why: Option<String>,
    /// Server clock minus browser clock, in milliseconds.
    offset: i64,
    /// Half of the time the question took: the offset is not known more exactly than this.
    uncertainty: i64,
    /// The server's clock stands still (test mode).
    frozen_at: Option<Timestamp>,
}

impl Connection {
    /// After an answer that was asked for at `asked` and came at `came`.
    #[must_use]
    pub fn answered(status: &Status, asked: Timestamp, came: Timestamp) -> Self {
        let half = came.since(asked).max(0) / 2;
        Self {
            answered_at: Some(came),
            failures: 0,
            why: None,
            offset: status.server_time.since(asked.plus_millis(half)),
            uncertainty: half,
            frozen_at: status.e2e.then_some(status.server_time),
        }
    }

    /// Takes a failure in.
    #[must_use]
    pub fn failed(&self, why: String) -> Self {
        Self {
            failures: self.failures.saturating_add(1),
            why: Some(why),
            ..self.clone()
        }
    }

    /// Whether what is on screen can no longer be called current.
    pub const fn is_lost(&self) -> bool {
        self.failures > 0
    }

    /// How the screen stands to the server at `browser`, the browser's clock.
    pub fn standing(&self, stream_is_up: bool, browser: Timestamp) -> Standing {
        match self.answered_at {
            None if self.is_lost() => Standing::Unanswered,
            None => Standing::Connecting,
            Some(_) if !self.is_lost() && stream_is_up => Standing::Live,
            Some(_) if !self.is_lost() => Standing::Asking,
            Some(at) if browser.since(at) < STALE => Standing::Reconnecting { at },
            Some(at) => Standing::Stale {
                at,
                age: browser.since(at),
            },
        }
    }

    /// Why it does not answer.
    pub fn why(&self) -> Option<&str> {
        self.why.as_deref()
    }

    /// Server clock minus browser clock, in milliseconds.
    pub const fn offset(&self) -> i64 {
        self.offset
    }

    /// The skew, when it is large enough to matter and the server's clock runs.
    pub fn alarming_skew(&self) -> Option<i64> {
        let certain = self.offset.abs().saturating_sub(self.uncertainty);
        (self.frozen_at.is_none() && self.answered_at.is_some() && certain > SKEW_LIMIT)
            .then_some(self.offset)
    }

    /// The server's clock at `browser`.
    pub fn server_now(&self, browser: Timestamp) -> Timestamp {
        self.frozen_at.unwrap_or_else(|| browser.plus_millis(self.offset))
    }
}

/// Asks for the status now, when the stream says so, and every few seconds.
pub fn follow(shell: ShellState) {
    let asking = StoredValue::new(false);
    let asked_at = StoredValue::new(None::<Timestamp>);
    let unbroken = StoredValue::new(None::<u32>);
    let wanted = StoredValue::new(false);
    let ask = move || {
        if asking.try_get_value() != Some(false) {
            return;
        }
        // Nobody is let in: only whether somebody signed in elsewhere in this browser is asked.
        if shell.session.has_ended().get_untracked() {
            shell.session.ask();
            return;
        }
        asking.set_value(true);
        asked_at.set_value(Some(boot::now()));
        let stream = shell.live.unbroken();
        spawn_local(async move {
            let asked = boot::now();
            let call = api::read::<GetStatus>(&[], &NoQuery {});
            let build = call.server_build();
            let outcome = call.await;
            let came = boot::now();
            let _ = asking.try_update_value(|asking| *asking = false);
            match outcome {
                Ok(sourced) => {
                    let _ = shell.server_build.try_set(build.take());
                    let before = unbroken.try_update_value(|before| std::mem::replace(before, stream));
                    let is_told = stream.is_some() && before == Some(stream);
                    take(shell, sourced.into_data(), is_told, asked, came);
                }
                Err(error) if error.is_cancelled() || error.is_session_end() => {}
                Err(error) => {
                    let _ = shell
                        .connection
                        .try_update(|connection| *connection = connection.failed(error.line()));
                }
            }
        });
    };
    // What the stream asks for must be answered after it asked: an answer on its way is too old.
    let ask_anew = move || {
        if asking.try_get_value() == Some(true) {
            let _ = wanted.try_update_value(|wanted| *wanted = true);
        } else {
            ask();
        }
    };
    Effect::new(move || {
        shell.connection.track();
        if wanted.try_update_value(std::mem::take) == Some(true) {
            ask();
        }
    });
    ask();
    shell.live.on_move(move |moved| {
        if moved.kind() == Some(EventKind::AccessChanged) {
            // It may be this person who may do something else now, or nothing any more.
            shell.session.ask();
        }
    });
    shell.live.follow(ask_anew);
    let ask_in_time = move || {
        let is_fresh = shell.live.unbroken().is_some()
            && asked_at
                .try_get_value()
                .flatten()
                .is_some_and(|at| (0..STEADY).contains(&boot::now().since(at)));
        let is_lost = shell.connection.try_with_untracked(Connection::is_lost);
        if !live::is_hidden() && (!is_fresh || is_lost == Some(true)) {
            ask();
        }
    };
    every(std::time::Duration::from_secs(PERIOD), ask_in_time);
}

/// Moves the second hand: what counts the time on screen follows it, at the door too.
pub fn tick(shell: ShellState) {
    every(std::time::Duration::from_secs(1), move || {
        let _ = shell.tick.try_update(|tick| *tick = tick.wrapping_add(1));
    });
}

/// Until the component that asked for it is gone.
fn every(period: std::time::Duration, act: impl Fn() + 'static) {
    let handle = set_interval_with_handle(act, period);
    on_cleanup(move || {
        if let Ok(handle) = handle {
            handle.clear();
        }
    });
}

/// Takes a status in. `is_told`: the stream has told every change since the last one.
fn take(shell: ShellState, status: Status, is_told: bool, asked: Timestamp, came: Timestamp) {
    let was_lost = shell
        .connection
        .try_with_untracked(Connection::is_lost)
        .unwrap_or(false);
    let is_another_server = shell
        .status
        .try_with_untracked(|before| {
            before.as_ref().is_some_and(|before| {
                before.mock_reason != status.mock_reason || before.started_at != status.started_at
            })
        })
        .unwrap_or(false);
    let moved = is_another_server
        || !is_told
            && shell
                .status
                .try_with_untracked(|before| {
                    before
                        .as_ref()
                        .is_some_and(|before| before.change_seq != status.change_seq)
                })
                .unwrap_or(false);
    if is_another_server {
        // Turned from mock to live, or restarted: what a person may do may be something else now.
        shell.session.ask();
    }
    let _ = shell
        .connection
        .try_update(|connection| *connection = Connection::answered(&status, asked, came));
    let _ = shell.status.try_update(|before| {
        *before = Some(status);
    });
    if moved || was_lost {
        shell.changed();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn only_the_stream_is_called_live_and_silence_grows_stale() {
        let unknown = Connection::default();
        assert_eq!(unknown.standing(true, at(0)), Standing::Connecting);
        assert_eq!(
            unknown.failed("no".to_owned()).standing(true, at(0)),
            Standing::Unanswered
        );
        let answered = Connection {
            answered_at: Some(at(1_000)),
            ..Connection::default()
        };
        assert_eq!(answered.standing(true, at(2_000)), Standing::Live);
        assert_eq!(answered.standing(false, at(2_000)), Standing::Asking);
        let lost = answered.failed("no".to_owned());
        assert_eq!(
            lost.standing(true, at(2_000)),
            Standing::Reconnecting { at: at(1_000) }
        );
        assert_eq!(
            lost.standing(false, at(1_000 + STALE)),
            Standing::Stale {
                at: at(1_000),
                age: STALE
            }
        );
    }
}
