//! How pages of the feed become one list. Pure.

use std::collections::HashSet;

use aicmo_shared::activity::ActivityEvent;

use crate::components::still::News;

/// What is on screen, and where it goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feed {
    /// Newest first.
    pub events: Vec<ActivityEvent>,
    /// The cursor behind the last one; `None` at the end.
    pub next: Option<String>,
}

impl Feed {
    /// Takes in the newest page. Older pages stay where they join it; where they do not, because more
    /// than a page has happened, only the newest page is kept: a gap would be a lie.
    #[must_use]
    pub fn with_newest(self, page: Vec<ActivityEvent>, next: Option<String>) -> Self {
        let new: HashSet<&str> = page.iter().map(|event| event.id.as_str()).collect();
        let joins = self.events.iter().any(|event| new.contains(event.id.as_str()));
        if !joins {
            return Self { events: page, next };
        }
        let older: Vec<ActivityEvent> = self
            .events
            .into_iter()
            .filter(|event| !new.contains(event.id.as_str()))
            .collect();
        let goes_on = if older.is_empty() { next } else { self.next };
        let mut events = page;
        events.extend(older);
        Self {
            events,
            next: goes_on,
        }
    }

    /// Adds the page behind the last event.
    #[must_use]
    pub fn with_older(mut self, page: Vec<ActivityEvent>, next: Option<String>) -> Self {
        let known: HashSet<String> = self.events.iter().map(|event| event.id.clone()).collect();
        self.events
            .extend(page.into_iter().filter(|event| !known.contains(&event.id)));
        self.next = next;
        self
    }

    /// What `newer` has that this one has not. Where the two do not join there may be more between
    /// them than `newer` holds, so there is no count.
    pub fn unseen(&self, newer: &Self) -> Option<News> {
        let known: HashSet<&str> = self.events.iter().map(|event| event.id.as_str()).collect();
        let count = newer
            .events
            .iter()
            .filter(|event| !known.contains(event.id.as_str()))
            .count();
        match count {
            0 => None,
            all if all == newer.events.len() && !known.is_empty() => Some(News::SomeRows),
            some => Some(News::Rows(some)),
        }
    }
}

#[cfg(test)]
mod tests {
    use aicmo_shared::Timestamp;
    use aicmo_shared::activity::{ActivityKind, SubjectType};

    use super::*;

    fn events(ids: &[&str]) -> Vec<ActivityEvent> {
        ids.iter()
            .map(|id| ActivityEvent {
                id: (*id).to_owned(),
                at: Timestamp::from_millis(0),
                kind: ActivityKind::Lead,
                title: String::new(),
                detail: None,
                actor: String::new(),
                subject_type: SubjectType::Lead,
                subject_id: Some((*id).to_owned()),
            })
            .collect()
    }

    fn ids(feed: &Feed) -> Vec<&str> {
        feed.events.iter().map(|event| event.id.as_str()).collect()
    }

    #[test]
    fn older_pages_stay_below_a_newer_first_page() {
        let feed = Feed::default()
            .with_newest(events(&["d", "c"]), Some("after-c".to_owned()))
            .with_older(events(&["b", "a"]), None)
            .with_newest(events(&["e", "d"]), Some("after-d".to_owned()));
        assert_eq!(ids(&feed), ["e", "d", "c", "b", "a"]);
        assert_eq!(feed.next, None, "the end stays the end");
    }

    #[test]
    fn a_gap_is_never_papered_over() {
        let feed = Feed::default()
            .with_newest(events(&["b", "a"]), None)
            .with_newest(events(&["z", "y"]), Some("after-y".to_owned()));
        assert_eq!(ids(&feed), ["z", "y"]);
        assert_eq!(feed.next.as_deref(), Some("after-y"));
    }

    #[test]
    fn what_is_new_is_counted() {
        let shown = Feed {
            events: events(&["b", "a"]),
            next: None,
        };
        let newer = Feed {
            events: events(&["c", "b", "a"]),
            next: None,
        };
        assert_eq!(shown.unseen(&newer), Some(News::Rows(1)));
        assert_eq!(newer.unseen(&shown), None);
        let gap = Feed {
            events: events(&["z", "y"]),
            next: Some("after-y".to_owned()),
        };
        assert_eq!(
            shown.unseen(&gap),
            Some(News::SomeRows),
            "more than these may have happened"
        );
    }
}
