//! Remembers whether the database answers, why not, and since when.
//!
//! Kept in memory so that the state of the process can be told while the database is down. Every
//! read and every command tells it what it met; `since` moves only when the state changes.

use std::sync::{Mutex, PoisonError};

use aicmo_shared::status::ServiceState;
use aicmo_shared::{MockReason, Timestamp};

use crate::context::Mode;
use crate::error::{Dependency, OperationError};

/// What is known of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseHealth {
    pub state: ServiceState,
    /// Why it is not up.
    pub why: Option<String>,
    pub since: Timestamp,
}

/// The tracker of one process.
#[derive(Debug)]
pub struct Health {
    database: Mutex<DatabaseHealth>,
}

impl Health {
    /// What follows from the mode at start.
    pub fn at_start(mode: &Mode, now: Timestamp) -> Self {
        let (state, why) = match mode {
            Mode::Live(_) => (ServiceState::Up, None),
            Mode::Mock(MockReason::DatabaseUnavailableAtStart) => (
                ServiceState::Down,
                Some("It could not be opened when the server started.".to_owned()),
            ),
            Mode::Mock(reason) => (
                ServiceState::Off,
                Some(format!("It is not opened: {}", reason.sentence())),
            ),
        };
        Self {
            database: Mutex::new(DatabaseHealth {
                state,
                why,
                since: now,
            }),
        }
    }

    /// The database answered.
    pub fn database_up(&self, now: Timestamp) {
        self.turn(ServiceState::Up, None, now);
    }

    /// The database did not answer.
    pub fn database_down(&self, why: &str, now: Timestamp) {
        self.turn(ServiceState::Down, Some(why.to_owned()), now);
    }

    /// Learns from what an operation on the database met. A refusal by a rule is an answer, too.
    pub fn learn<T>(&self, outcome: &Result<T, OperationError>, now: Timestamp) {
        match outcome {
            Err(OperationError::Unavailable(Dependency::Database, _)) => {
                self.database_down("The database does not answer.", now);
            }
            Err(OperationError::Unavailable(Dependency::Storage, _)) => {
                self.turn(
                    ServiceState::Degraded,
                    Some("It can be read but not written: the disk is full or read-only.".to_owned()),
                    now,
                );
            }
            // A successful read says nothing about a disk that refused a write.
            Ok(_) if self.database().state == ServiceState::Degraded => {}
            Ok(_) => self.database_up(now),
            Err(_) => {}
        }
    }

    /// What is known now.
    pub fn database(&self) -> DatabaseHealth {
        self.database
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn turn(&self, state: ServiceState, why: Option<String>, now: Timestamp) {
        let mut database = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        if database.state == state {
            database.why = why;
            return;
        }
        match state {
            ServiceState::Down => tracing::error!(why = why.as_deref(), "the database does not answer"),
            ServiceState::Degraded => tracing::error!(why = why.as_deref(), "the database cannot be written"),
            ServiceState::Up => tracing::info!("the database answers again"),
            ServiceState::Off => {}
        }
        *database = DatabaseHealth {
            state,
            why,
            since: now,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_moves_only_when_the_state_changes() {
        let at = Timestamp::from_millis;
        let health = Health::at_start(&Mode::Mock(MockReason::DatabaseUnavailableAtStart), at(1));
        health.database_up(at(2));
        health.database_up(at(3));
        assert_eq!(health.database().since, at(2));
        health.database_down("gone", at(4));
        health.database_down("still gone", at(5));
        let down = health.database();
        assert_eq!((down.state, down.since), (ServiceState::Down, at(4)));
        assert_eq!(
            down.why.as_deref(),
            Some("still gone"),
            "the newest reason is shown"
        );
    }
}
