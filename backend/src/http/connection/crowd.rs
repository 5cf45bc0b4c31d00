//! Everybody who is connected to one worker, and who leaves first when there is no more room.
//!
//! A client that is being answered is never sent away. Before anybody is refused go, the longest
//! first: who says nothing, then who has not sent the whole request, then who does not take the
//! answer.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::task::Waker;

use tokio::time::Instant;

use crate::http::{BODY_TIMEOUT, HEAD_TIMEOUT, KEEP_ALIVE};

/// What the framework's own clocks are given before ours end a connection without a word.
const GRACE: std::time::Duration = std::time::Duration::from_secs(2);

/// How many bytes of an answer a client must take within the time that a body may take.
const LEAST_TAKEN: usize = 16 * 1024;

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Nothing, or a request is on its way whose head is not complete.
    Waiting,
    /// A request has come whose body may not be complete.
    Receiving,
    /// An answer is being made or sent.
    Answering,
}

/// One connection, as the crowd sees it.
#[derive(Debug)]
pub struct Guest {
    stage: Cell<Stage>,
    since: Cell<Instant>,
    /// When the first byte of the next request came.
    head_began: Cell<Option<Instant>>,
    /// Since when the client takes no more of its answer, and what it took after all.
    stalled: Cell<Option<(Instant, usize)>>,
    is_sent_away: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Guest {
    fn new(now: Instant) -> Self {
        Self {
            stage: Cell::new(Stage::Waiting),
            since: Cell::new(now),
            head_began: Cell::new(None),
            stalled: Cell::new(None),
            is_sent_away: Cell::new(false),
            waker: RefCell::new(None),
        }
    }

    /// Whether it must go now.
    pub fn is_sent_away(&self) -> bool {
        self.is_sent_away.get()
    }

    /// Whether no request of it is being answered.
    pub fn is_waiting(&self) -> bool {
        self.stage.get() == Stage::Waiting
    }

    /// Bytes have come.
    pub fn heard(&self, now: Instant) {
        if self.stage.get() == Stage::Waiting && self.head_began.get().is_none() {
            self.head_began.set(Some(now));
        }
    }

    /// No bytes have come; `waker` is called when it must go.
    pub fn listens(&self, waker: &Waker) {
        let mut kept = self.waker.borrow_mut();
        if !kept.as_ref().is_some_and(|kept| kept.will_wake(waker)) {
            *kept = Some(waker.clone());
        }
    }

    /// Until when its silence is bearable; `None` while it is our turn.
    pub fn silent_until(&self) -> Option<Instant> {
        (self.stage.get() == Stage::Waiting).then(|| match self.head_began.get() {
            Some(began) => began + HEAD_TIMEOUT + GRACE,
            None => self.since.get() + KEEP_ALIVE + GRACE,
        })
    }

    /// The client took `bytes` of its answer.
    pub fn took(&self, bytes: usize, now: Instant) {
        if let Some((since, taken)) = self.stalled.get() {
            let taken = taken + bytes;
            self.stalled.set(Some(if taken >= LEAST_TAKEN {
                (now, 0)
            } else {
                (since, taken)
            }));
        }
    }

    /// The client takes nothing now; answers until when that is bearable.
    pub fn stalls_until(&self, now: Instant) -> Instant {
        let (since, taken) = self.stalled.get().unwrap_or((now, 0));
        self.stalled.set(Some((since, taken)));
        since + BODY_TIMEOUT
    }

    /// The client has taken everything.
    pub fn took_all(&self) {
        self.stalled.set(None);
    }

    fn enter(&self, stage: Stage, now: Instant) {
        self.stage.set(stage);
        self.since.set(now);
        self.head_began.set(None);
    }

    /// Who goes first: lower leaves before higher, and among equals the one that stays longest.
    fn rank(&self) -> Option<(u8, Instant)> {
        match (self.stage.get(), self.stalled.get()) {
            _ if self.is_sent_away.get() => None,
            (Stage::Waiting, _) => Some((0, self.since.get())),
            (Stage::Receiving, _) => Some((1, self.since.get())),
            (Stage::Answering, Some((since, _))) => Some((2, since)),
            (Stage::Answering, None) => None,
        }
    }

    fn send_away(&self) {
        self.is_sent_away.set(true);
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }
}

/// A request of a connection, from its head to the last byte of its answer.
#[derive(Debug)]
pub struct Visit(Rc<Guest>);

impl Visit {
    /// A request has come; `has_body` when more of it may follow.
    pub fn begin(guest: Rc<Guest>, has_body: bool) -> Self {
        let stage = if has_body {
            Stage::Receiving
        } else {
            Stage::Answering
        };
        guest.enter(stage, Instant::now());
        Self(guest)
    }

    /// The answer is made; from now on it is sent.
    pub fn answered(&self) {
        self.0.enter(Stage::Answering, Instant::now());
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.0.enter(Stage::Waiting, Instant::now());
    }
}

/// Everybody who is connected to one worker.
#[derive(Debug)]
pub struct Crowd {
    room: usize,
    present: RefCell<BTreeMap<u64, Rc<Guest>>>,
    next: Cell<u64>,
}

impl Crowd {
    /// A crowd of at most `room`.
    pub fn new(room: usize) -> Self {
        Self {
            room,
            present: RefCell::default(),
            next: Cell::new(0),
        }
    }

    /// A place for one more; when there is none, whoever ranks lowest makes room. `None` when all
    /// are being answered.
    pub fn enter(crowd: &Rc<Self>) -> Option<Place> {
        let mut present = crowd.present.borrow_mut();
        if present.len() >= crowd.room {
            let (_, leaves) = present
                .iter()
                .filter_map(|(number, guest)| Some((guest.rank()?, *number)))
                .min()?;
            // Its place is free at once; its stream ends when its task runs next.
            if let Some(guest) = present.remove(&leaves) {
                guest.send_away();
            }
        }
        let number = crowd.next.get();
        crowd.next.set(number + 1);
        let guest = Rc::new(Guest::new(Instant::now()));
        present.insert(number, Rc::clone(&guest));
        Some(Place {
            crowd: Rc::clone(crowd),
            number,
            guest,
        })
    }
}

/// A place in the crowd; free again when dropped.
#[derive(Debug)]
pub struct Place {
    crowd: Rc<Crowd>,
    number: u64,
    pub guest: Rc<Guest>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.crowd.present.borrow_mut().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn crowd_of(room: usize) -> (Rc<Crowd>, Vec<Place>) {
        let crowd = Rc::new(Crowd::new(room));
        let places = (0..room).map(|_| Crowd::enter(&crowd).expect("room")).collect();
        (crowd, places)
    }

    #[test]
    fn the_longest_idle_makes_room_and_who_is_answered_stays() {
        let (crowd, places) = crowd_of(3);
        let answering = Visit::begin(Rc::clone(&places[0].guest), false);
        let newcomer = Crowd::enter(&crowd).expect("somebody leaves");
        assert!(!places[0].guest.is_sent_away());
        assert!(places[1].guest.is_sent_away(), "it has been idle longest");
        assert!(!places[2].guest.is_sent_away());
        drop((answering, newcomer));
    }

    #[test]
    fn an_unfinished_request_goes_after_the_idle_and_an_unread_answer_last() {
        let (crowd, places) = crowd_of(3);
        let answering = Visit::begin(Rc::clone(&places[0].guest), false);
        let _ = places[0].guest.stalls_until(Instant::now());
        let receiving = Visit::begin(Rc::clone(&places[1].guest), true);
        let mut inside = Vec::new();
        for leaves in [2, 1, 0] {
            let place = Crowd::enter(&crowd).expect("somebody leaves");
            inside.push((Visit::begin(Rc::clone(&place.guest), false), place));
            assert!(places[leaves].guest.is_sent_away(), "{leaves}");
        }
        assert!(Crowd::enter(&crowd).is_none(), "all are being answered");
        drop((answering, receiving));
    }

    #[test]
    fn whoever_leaves_gives_the_place_back() {
        let (crowd, mut places) = crowd_of(2);
        drop(places.pop());
        let newcomer = Crowd::enter(&crowd).expect("room");
        assert!(!places[0].guest.is_sent_away());
        assert_eq!(crowd.present.borrow().len(), 2);
        drop(newcomer);
        assert_eq!(crowd.present.borrow().len(), 1);
    }

    #[test]
    fn every_head_has_its_deadline_and_an_answer_has_none() {
        let began = Instant::now();
        let after = |seconds| began + Duration::from_secs(seconds);
        let guest = Guest::new(began);
        assert_eq!(guest.silent_until(), Some(began + KEEP_ALIVE + GRACE));
        guest.heard(after(3));
        guest.heard(after(6));
        let head = Some(after(3) + HEAD_TIMEOUT + GRACE);
        assert_eq!(guest.silent_until(), head, "later bytes buy no time");
        guest.enter(Stage::Receiving, after(7));
        assert_eq!(guest.silent_until(), None, "whoever reads the body limits it");
        guest.enter(Stage::Answering, after(8));
        guest.heard(after(9));
        assert_eq!(guest.silent_until(), None);
        guest.enter(Stage::Waiting, after(10));
        assert_eq!(guest.silent_until(), Some(after(10) + KEEP_ALIVE + GRACE));
        guest.heard(after(11));
        assert_eq!(guest.silent_until(), Some(after(11) + HEAD_TIMEOUT + GRACE));
    }

    #[test]
    fn a_slow_reader_has_to_take_a_least_amount() {
        let began = Instant::now();
        let after = |seconds| began + Duration::from_secs(seconds);
        let guest = Guest::new(began);
        assert_eq!(guest.stalls_until(began), began + BODY_TIMEOUT);
        guest.took(LEAST_TAKEN - 1, after(20));
        assert_eq!(guest.stalls_until(after(21)), began + BODY_TIMEOUT, "too little");
        guest.took(1, after(22));
        assert_eq!(guest.stalls_until(after(23)), after(22) + BODY_TIMEOUT);
        guest.took_all();
        assert_eq!(guest.stalls_until(after(60)), after(60) + BODY_TIMEOUT);
    }
}
