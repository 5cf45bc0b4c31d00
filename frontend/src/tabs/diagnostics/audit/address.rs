//! The trail's filter as the address bar spells it. Pure.
//!
//! A day of the filter is a day of the person who filters: `query` gets the beginning of a day from
//! whoever knows the time zone. A word that no enum has is reported and narrows nothing.

use std::str::FromStr;

use aicmo_shared::DateText;
use aicmo_shared::activity::SubjectType;
use aicmo_shared::api::AuditQuery;
use aicmo_shared::audit::{ActorType, AuditAction, AuditFilter};

use crate::api::escape;
use crate::format::DayBegins;

/// What the address says of the trail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditAddress {
    /// A part of the reason.
    pub text: Option<String>,
    pub action: Option<AuditAction>,
    pub actor_type: Option<ActorType>,
    pub actor: Option<String>,
    pub subject_type: Option<SubjectType>,
    pub subject: Option<String>,
    pub request: Option<String>,
    /// The first day.
    pub from: Option<DateText>,
    /// The last day, wholly.
    pub to: Option<DateText>,
    /// Words that could not be understood, as `name=value`.
    pub ignored: Vec<String>,
}

/// The address of what happened to one thing.
pub fn history_of(subject_type: SubjectType, subject: &str) -> String {
    let address = AuditAddress {
        subject_type: Some(subject_type),
        subject: Some(subject.to_owned()),
        ..AuditAddress::default()
    };
    format!("{}{}", AuditAddress::PATH, address.search())
}

impl AuditAddress {
    /// Where the trail is.
    pub const PATH: &'static str = "/diagnostics/audit";

    /// Reads the address through `param`, which answers the decoded value of a parameter.
    pub fn read(param: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| {
            param(name)
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
        };
        let mut ignored = Vec::new();
        let mut day = |name: &str| {
            let word = text(name)?;
            let day = DateText::parse(&word);
            if day.is_none() {
                ignored.push(format!("{name}={word}"));
            }
            day
        };
        let (from, to) = (day("from"), day("to"));
        Self {
            action: word(&text, "action", &mut ignored),
            actor_type: word(&text, "actor_type", &mut ignored),
            subject_type: word(&text, "subject_type", &mut ignored),
            text: text("text"),
            actor: text("actor"),
            subject: text("subject"),
            request: text("request"),
            from,
            to,
            ignored,
        }
    }

    fn pairs(&self) -> [(&'static str, Option<&str>); 9] {
        [
            ("text", self.text.as_deref()),
            ("action", self.action.map(AuditAction::as_str)),
            ("actor_type", self.actor_type.map(ActorType::as_str)),
            ("actor", self.actor.as_deref()),
            ("subject_type", self.subject_type.map(SubjectType::as_str)),
            ("subject", self.subject.as_deref()),
            ("request", self.request.as_deref()),
            ("from", self.from.as_ref().map(DateText::as_str)),
            ("to", self.to.as_ref().map(DateText::as_str)),
        ]
    }

    /// The search part of the address with its question mark; empty when nothing is set.
    pub fn search(&self) -> String {
        let mut search = String::new();
        for (name, value) in self.pairs() {
            if let Some(value) = value {
                search.push(if search.is_empty() { '?' } else { '&' });
                search.push_str(name);
                search.push('=');
                search.push_str(&escape(value));
            }
        }
        search
    }

    /// Whether the trail is narrowed at all.
    pub fn is_narrowed(&self) -> bool {
        self.pairs().iter().any(|(_, value)| value.is_some())
    }

    /// The conditions for the server.
    pub fn filter(&self, day_begins: DayBegins) -> AuditFilter {
        AuditFilter {
            actor_type: self.actor_type,
            actor: self.actor.clone(),
            action: self.action,
            subject_type: self.subject_type,
            subject: self.subject.clone(),
            request: self.request.clone(),
            from: self.from.as_ref().and_then(|day| day_begins(day, 0)),
            to: self.to.as_ref().and_then(|day| day_begins(day, 1)),
            reason: self.text.clone(),
        }
    }

    /// The question for the server, from `cursor` on.
    pub fn query(&self, day_begins: DayBegins, cursor: Option<String>, limit: u32) -> AuditQuery {
        let filter = self.filter(day_begins);
        AuditQuery {
            actor_type: filter.actor_type,
            actor: filter.actor,
            action: filter.action,
            subject_type: filter.subject_type,
            subject: filter.subject,
            request: filter.request,
            from: filter.from,
            to: filter.to,
            reason: filter.reason,
            cursor,
            limit: Some(limit),
        }
    }
}

fn word<T: FromStr>(
    text: &impl Fn(&str) -> Option<String>,
    name: &str,
    ignored: &mut Vec<String>,
) -> Option<T> {
    let word = text(name)?;
    let known = word.parse().ok();
    if known.is_none() {
        ignored.push(format!("{name}={word}"));
    }
    known
}

#[cfg(test)]
mod tests {
    use aicmo_shared::Timestamp;

    use super::*;

    const DAY: i64 = 24 * 60 * 60 * 1000;

    fn read(search: &str) -> AuditAddress {
        AuditAddress::read(|name| {
            search
                .trim_start_matches('?')
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.replace("%20", " "))
        })
    }

    fn in_utc(day: &DateText, later: u8) -> Option<Timestamp> {
        Timestamp::parse(&format!("{day}T00:00:00Z")).map(|at| at.plus_millis(i64::from(later) * DAY))
    }

    #[test]
    fn a_filter_survives_the_way_to_the_address_and_back() {
        let address = AuditAddress {
            text: Some("asked twice".to_owned()),
            action: Some(AuditAction::LeadStatusChanged),
            actor_type: Some(ActorType::User),
            actor: Some("dana".to_owned()),
            subject_type: Some(SubjectType::Lead),
            subject: Some("0197".to_owned()),
            request: Some("r1".to_owned()),
            from: DateText::parse("2026-11-01"),
            to: DateText::parse("2026-11-02"),
            ignored: Vec::new(),
        };
        assert_eq!(read(&address.search()), address);
        assert!(address.is_narrowed() && !AuditAddress::default().is_narrowed());
    }

    #[test]
    fn the_last_day_is_in_it_wholly() {
        let filter = read("?from=2026-11-01&to=2026-11-01").filter(in_utc);
        let length = filter.to.zip(filter.from).map(|(to, from)| to.since(from));
        assert_eq!(length, Some(DAY));
    }

    #[test]
    fn a_word_that_nobody_knows_is_named_and_narrows_nothing() {
        let address = read("?action=lead.teleported&from=yesterday");
        assert_eq!(address.ignored, ["from=yesterday", "action=lead.teleported"]);
        assert!(!address.is_narrowed());
    }

    #[test]
    fn the_history_of_a_thing_is_the_trail_of_its_id() {
        let address = history_of(SubjectType::Campaign, "0197");
        assert_eq!(address, "/diagnostics/audit?subject_type=campaign&subject=0197");
    }
}
