//! How many streams there may be, of one listener and in all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::{Dependency, OperationError};

/// Streams of one process.
pub const SEATS: usize = 4_096;

/// The seats of a process.
#[derive(Debug)]
pub struct Seats {
    each: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    in_all: usize,
    of_each: HashMap<String, usize>,
}

/// A place among the listeners; given back when it is dropped.
#[derive(Debug)]
pub struct Seat {
    seats: Arc<Seats>,
    listener: String,
}

impl Seats {
    /// Seats of which one listener may have `each`.
    pub fn new(each: usize) -> Self {
        Self {
            each,
            taken: Mutex::default(),
        }
    }

    /// Takes a seat for `listener`.
    ///
    /// # Errors
    /// `TooManyStreams` when it has enough of them, `Unavailable` when there is none left.
    pub fn take(self: &Arc<Self>, listener: &str) -> Result<Seat, OperationError> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.of_each.get(listener).copied().unwrap_or_default() >= self.each {
            return Err(OperationError::TooManyStreams { limit: self.each });
        }
        if taken.in_all >= SEATS {
            let cause = format!("all {SEATS} seats are taken");
            return Err(OperationError::Unavailable(Dependency::Streams, cause.into()));
        }
        taken.in_all += 1;
        *taken.of_each.entry(listener.to_owned()).or_default() += 1;
        Ok(Seat {
            seats: Arc::clone(self),
            listener: listener.to_owned(),
        })
    }

    /// How many are taken.
    pub fn taken(&self) -> usize {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).in_all
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.in_all = taken.in_all.saturating_sub(1);
        let left = taken
            .of_each
            .get(&self.listener)
            .copied()
            .unwrap_or_default()
            .saturating_sub(1);
        if left == 0 {
            taken.of_each.remove(&self.listener);
        } else {
            taken.of_each.insert(self.listener.clone(), left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_listener_cannot_take_every_seat_and_a_left_seat_is_free_again() {
        let seats = Arc::new(Seats::new(3));
        let mut held: Vec<Seat> = (0..3).map(|_| seats.take("a").expect("a seat")).collect();
        let refused = seats.take("a").expect_err("enough");
        assert!(matches!(refused, OperationError::TooManyStreams { limit } if limit == 3));
        let other = seats.take("b").expect("another listener has seats of its own");
        held.pop();
        held.push(seats.take("a").expect("free again"));
        assert_eq!(seats.taken(), 4);
        drop((held, other));
        assert_eq!(seats.taken(), 0);
    }

    #[test]
    fn there_is_an_end_to_the_seats() {
        let seats = Arc::new(Seats::new(1));
        let held: Vec<Seat> = (0..SEATS)
            .map(|n| seats.take(&format!("listener {n}")).expect("a seat"))
            .collect();
        let refused = seats.take("one more").expect_err("none left");
        assert!(matches!(
            refused,
            OperationError::Unavailable(Dependency::Streams, _)
        ));
        assert_eq!(held.len(), SEATS);
    }
}
