//! Makes identifiers: UUIDv7 whose order is the order in which this process made them.

use std::sync::Mutex;

use aicmo_shared::Timestamp;
use uuid::{Builder, Uuid};

/// The last instant used and how many identifiers it has had.
static LAST: Mutex<(u64, u32)> = Mutex::new((0, 0));

/// A new identifier for something that happens at `at`. Identifiers of one process grow even within
/// a millisecond and when the clock stands still, so "newest" means the same to every list.
pub fn new_id(at: Timestamp) -> Uuid {
    let millis = u64::try_from(at.as_millis()).unwrap_or_default();
    let (millis, counter) = {
        let mut last = LAST.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *last = if last.0 == millis {
            (millis, last.1.wrapping_add(1))
        } else {
            (millis, 0)
        };
        *last
    };
    // 12 bits beside the version and 20 behind the variant count; the rest is random.
    let random = *Uuid::now_v7().as_bytes();
    let mut tail = [0; 10];
    tail[..2].copy_from_slice(&(counter >> 20).to_be_bytes()[2..]);
    tail[2..5].copy_from_slice(&((counter & 0x000f_ffff) << 2).to_be_bytes()[1..]);
    tail[5..].copy_from_slice(&random[11..]);
    Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_while_the_clock_stands_still_and_say_their_time() {
        let at = Timestamp::from_millis(1_768_469_700_000);
        let made: Vec<Uuid> = (0..5_000).map(|_| new_id(at)).collect();
        assert!(made.is_sorted(), "each is greater than the one before");
        assert_eq!(made[0].get_version_num(), 7);
        let seconds = made[0].get_timestamp().map(|time| time.to_unix().0);
        assert_eq!(seconds, Some(1_768_469_700));
    }
}
