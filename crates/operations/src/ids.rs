//! Makes identifiers: UUIDv7 from the injected clock, each greater than the one before.
//!
//! Lists are ordered by id where two rows share an instant, so ids of one process must grow even
//! while the clock stands still or is set back.

use std::sync::{Mutex, PoisonError};

use aicmo_shared::Timestamp;
use uuid::{ContextV7, Uuid};

/// The source of identifiers of one process.
#[derive(Debug, Default)]
pub struct IdSource {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    context: ContextV7,
    last: Uuid,
}

impl Default for State {
    fn default() -> Self {
        Self {
            context: ContextV7::new(),
            last: Uuid::nil(),
        }
    }
}

impl IdSource {
    /// A new identifier, greater than every earlier one of this source.
    pub fn next(&self, now: Timestamp) -> Uuid {
        let millis = u64::try_from(now.as_millis()).unwrap_or(0);
        let nanos = u32::try_from(millis % 1_000).unwrap_or(0) * 1_000_000;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let at = uuid::Timestamp::from_unix(&state.context, millis / 1_000, nanos);
        let made = Uuid::new_v7(at);
        // A clock that was set back would otherwise put a new row before an older one.
        let id = if made > state.last {
            made
        } else {
            successor(state.last)
        };
        state.last = id;
        id
    }
}

/// The next greater UUIDv7 after `id`: the 62 random bits count up.
fn successor(id: Uuid) -> Uuid {
    const RANDOM: u128 = (1 << 62) - 1;
    let bits = id.as_u128();
    let counted = (bits & RANDOM).wrapping_add(1) & RANDOM;
    Uuid::from_u128((bits & !RANDOM) | counted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_while_the_clock_stands_still_or_goes_back() {
        let source = IdSource::default();
        let noon = Timestamp::from_millis(1_768_470_900_000);
        let mut last = Uuid::nil();
        for step in 0..5_000 {
            let now = if step % 3 == 0 {
                noon.plus_millis(-step)
            } else {
                noon
            };
            let id = source.next(now);
            assert!(id > last, "{id} does not follow {last}");
            assert_eq!(id.get_version_num(), 7);
            last = id;
        }
    }
}
