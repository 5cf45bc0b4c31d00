//! Events that are told together, rendered once for each set of topics that somebody hears.

use std::sync::{Arc, Mutex, PoisonError};

use aicmo_shared::event::{Event, EventKind, Topic, frame};

/// A set of topics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topics(u8);

impl Topics {
    /// Every topic.
    pub fn all() -> Self {
        Topic::ALL.iter().copied().collect()
    }

    /// Whether `topic` is in it.
    pub fn has(self, topic: Topic) -> bool {
        self.0 & bit(topic) != 0
    }
}

impl FromIterator<Topic> for Topics {
    fn from_iter<I: IntoIterator<Item = Topic>>(topics: I) -> Self {
        Self(topics.into_iter().fold(0, |set, topic| set | bit(topic)))
    }
}

const fn bit(topic: Topic) -> u8 {
    match topic {
        Topic::Attention => 1,
        Topic::Activity => 1 << 1,
        Topic::Approvals => 1 << 2,
        Topic::Control => 1 << 3,
        Topic::Actions => 1 << 4,
        Topic::Jobs => 1 << 5,
        Topic::Imports => 1 << 6,
        Topic::Gateways => 1 << 7,
    }
}

/// Some events in their order, or a beat without any.
#[derive(Debug)]
pub struct Batch {
    frames: Vec<Frame>,
    beat: Option<Arc<[u8]>>,
    /// Somebody's access was changed.
    pub access_changed: bool,
    rendered: Mutex<Vec<Rendered>>,
}

/// What listeners of these topics are told; nothing when none of it is for them.
type Rendered = (Topics, Option<Arc<[u8]>>);

#[derive(Debug)]
struct Frame {
    seq: u64,
    topic: Topic,
    text: String,
}

impl Batch {
    /// These events.
    pub fn of(events: &[Event]) -> Self {
        Self {
            frames: events.iter().map(Frame::of).collect(),
            beat: None,
            access_changed: events.iter().any(|event| event.kind == EventKind::AccessChanged),
            rendered: Mutex::default(),
        }
    }

    /// A sign of life. It carries the place, so that a listener of quiet topics need not go far back
    /// when it connects again.
    pub fn beat(position: u64) -> Self {
        Self {
            frames: Vec::new(),
            beat: Some(format!(": beat\nid: {position}\n\n").into_bytes().into()),
            access_changed: false,
            rendered: Mutex::default(),
        }
    }

    /// Whether who listens must be asked again whether they may.
    pub fn asks_again(&self) -> bool {
        self.access_changed || self.beat.is_some()
    }

    /// What a listener of `topics` that has seen everything up to `seen` is told; `None` when nothing
    /// of this is for it.
    pub fn render(&self, topics: Topics, seen: u64) -> Option<Arc<[u8]>> {
        if let Some(beat) = &self.beat {
            return Some(Arc::clone(beat));
        }
        if self.frames.first().is_some_and(|first| first.seq <= seen) {
            return self.written(topics, seen);
        }
        let mut rendered = self.rendered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, bytes)) = rendered.iter().find(|(known, _)| *known == topics) {
            return bytes.clone();
        }
        let bytes = self.written(topics, 0);
        rendered.push((topics, bytes.clone()));
        bytes
    }

    fn written(&self, topics: Topics, seen: u64) -> Option<Arc<[u8]>> {
        let mut text = String::new();
        for frame in &self.frames {
            if frame.seq > seen && topics.has(frame.topic) {
                text.push_str(&frame.text);
            }
        }
        (!text.is_empty()).then(|| text.into_bytes().into())
    }
}

impl Frame {
    fn of(event: &Event) -> Self {
        Self {
            seq: event.seq,
            topic: event.topic,
            text: frame(event.topic.as_str(), event.seq, event),
        }
    }
}

#[cfg(test)]
mod tests {
    use aicmo_shared::Timestamp;
    use aicmo_shared::activity::SubjectType;
    use aicmo_shared::event::EventFacts;

    use super::*;

    fn event(seq: u64, kind: EventKind) -> Event {
        Event {
            seq,
            at: Timestamp::from_millis(0),
            topic: kind.topic(),
            kind,
            subject_type: SubjectType::System,
            subject_id: None,
            facts: EventFacts::default(),
        }
    }

    fn places(bytes: Option<Arc<[u8]>>) -> Vec<u64> {
        let text = bytes
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default();
        text.lines()
            .filter_map(|line| line.strip_prefix("id: ")?.parse().ok())
            .collect()
    }

    #[test]
    fn a_set_has_what_was_put_into_it() {
        let some: Topics = [Topic::Imports, Topic::Attention].into_iter().collect();
        let found: Vec<Topic> = Topic::ALL
            .iter()
            .copied()
            .filter(|topic| some.has(*topic))
            .collect();
        assert_eq!(found, [Topic::Attention, Topic::Imports]);
    }

    #[test]
    fn a_listener_is_told_its_topics_behind_what_it_has_seen_and_each_set_is_rendered_once() {
        let batch = Batch::of(&[
            event(5, EventKind::LeadCreated),
            event(6, EventKind::ImportFailed),
            event(7, EventKind::LeadCreated),
        ]);
        let attention: Topics = [Topic::Attention].into_iter().collect();
        assert_eq!(places(batch.render(Topics::all(), 4)), [5, 6, 7]);
        assert_eq!(places(batch.render(attention, 0)), [5, 7]);
        assert_eq!(places(batch.render(attention, 5)), [7]);
        assert!(batch.render(Topics::all(), 7).is_none());
        let (first, second) = (batch.render(attention, 0), batch.render(attention, 1));
        assert!(Arc::ptr_eq(&first.expect("bytes"), &second.expect("bytes")));
        let jobs: Topics = [Topic::Jobs].into_iter().collect();
        assert!(batch.render(jobs, 0).is_none());
    }

    #[test]
    fn a_change_of_access_asks_everybody_again_and_so_does_a_beat() {
        assert!(Batch::of(&[event(1, EventKind::AccessChanged)]).asks_again());
        assert!(!Batch::of(&[event(1, EventKind::AccessAdded)]).asks_again());
        assert!(Batch::beat(1).asks_again());
        assert_eq!(places(Batch::beat(9).render(Topics::all(), 9)), [9]);
    }
}
