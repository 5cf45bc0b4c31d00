//! Which events a webhook is told of, as boxes to tick. Pure.

use aicmo_shared::event::{EventKind, Topic};
use aicmo_shared::webhook::EventFilter;

/// The boxes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Everything, also what a later version can tell.
    pub everything: bool,
    /// The ticked kinds, where it is not everything.
    pub kinds: Vec<EventKind>,
}

/// What a topic is about, for a person.
pub const fn topic_title(topic: Topic) -> &'static str {
    match topic {
        Topic::Attention => "Leads and figures",
        Topic::Activity => "Activity feed",
        Topic::Approvals => "Approvals",
        Topic::Control => "Campaigns and access",
        Topic::Actions => "Work queue",
        Topic::Jobs => "Backups, exports and moves",
        Topic::Imports => "Imports",
        Topic::Gateways => "Webhooks",
    }
}

/// The topics with the kinds that a webhook may ask for, in the order of the words.
pub fn groups() -> Vec<(Topic, Vec<EventKind>)> {
    Topic::ALL
        .iter()
        .copied()
        .map(|topic| {
            let kinds = EventKind::ALL
                .iter()
                .copied()
                .filter(|kind| kind.topic() == topic && kind.is_for_webhooks())
                .collect::<Vec<_>>();
            (topic, kinds)
        })
        .filter(|(_, kinds)| !kinds.is_empty())
        .collect()
}

impl Choice {
    /// The boxes of a filter: a topic ticks all of its kinds.
    pub fn of(filter: &EventFilter) -> Self {
        let everything = filter.topics.is_empty() && filter.kinds.is_empty();
        let kinds = EventKind::ALL
            .iter()
            .copied()
            .filter(|kind| !everything && filter.takes(*kind))
            .collect();
        Self { everything, kinds }
    }

    /// The filter of the boxes; `None` when nothing is ticked, which would mean everything. A topic
    /// with every box ticked is asked for as a topic, so that it grows with the product.
    pub fn filter(&self) -> Option<EventFilter> {
        if self.everything {
            return Some(EventFilter::default());
        }
        if self.kinds.is_empty() {
            return None;
        }
        let mut filter = EventFilter::default();
        for (topic, kinds) in groups() {
            if kinds.len() > 1 && kinds.iter().all(|kind| self.kinds.contains(kind)) {
                filter.topics.push(topic);
            } else {
                filter
                    .kinds
                    .extend(kinds.into_iter().filter(|kind| self.kinds.contains(kind)));
            }
        }
        Some(filter)
    }

    /// Ticks a box, or takes the tick away.
    pub fn tick(&mut self, kind: EventKind, ticked: bool) {
        self.kinds.retain(|known| *known != kind);
        if ticked {
            self.kinds.push(kind);
            self.kinds
                .sort_by_key(|kind| EventKind::ALL.iter().position(|known| known == kind));
        }
    }
}

/// What a webhook is told of, in a few words.
pub fn in_words(filter: &EventFilter) -> String {
    let choice = Choice::of(filter);
    if choice.everything {
        return "everything".to_owned();
    }
    let mut words: Vec<String> = filter
        .topics
        .iter()
        .map(|topic| topic_title(*topic).to_lowercase())
        .collect();
    words.extend(filter.kinds.iter().map(|kind| kind.as_str().to_owned()));
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticked(kinds: &[EventKind]) -> Choice {
        let mut choice = Choice::default();
        for kind in kinds {
            choice.tick(*kind, true);
        }
        choice
    }

    #[test]
    fn nothing_ticked_is_refused_because_an_empty_filter_means_everything() {
        assert_eq!(Choice::default().filter(), None);
        let everything = Choice::of(&EventFilter::default());
        assert!(everything.everything);
        assert_eq!(everything.filter(), Some(EventFilter::default()));
    }

    #[test]
    fn every_choice_survives_the_way_to_the_filter_and_back() {
        for (_, kinds) in groups() {
            let all = ticked(&kinds);
            assert_eq!(all.filter().map(|filter| Choice::of(&filter)), Some(all));
            for kind in kinds {
                let one = ticked(&[kind]);
                assert_eq!(
                    one.filter().map(|filter| Choice::of(&filter)),
                    Some(one),
                    "{kind}"
                );
            }
        }
    }

    #[test]
    fn a_whole_topic_is_asked_for_as_a_topic() {
        let imports = groups().into_iter().find(|(topic, _)| *topic == Topic::Imports);
        let filter = imports.and_then(|(_, kinds)| ticked(&kinds).filter());
        assert_eq!(
            filter.as_ref().map(|filter| filter.topics.clone()),
            Some(vec![Topic::Imports])
        );
        assert_eq!(filter.as_ref().map(in_words).as_deref(), Some("imports"));
    }

    #[test]
    fn what_tells_of_deliveries_has_no_box() {
        for (_, kinds) in groups() {
            assert!(kinds.iter().all(|kind| kind.is_for_webhooks()));
        }
    }
}
