//! The parts of the tab: addresses, names, and what a person needs to see them. Pure.

use aicmo_shared::access::Capability;

/// A part of the tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What is running.
    Report,
    /// What was done, by whom and why.
    Audit,
    /// Who outside is told.
    Webhooks,
}

impl Part {
    /// Every part, in the order of the links.
    pub const ALL: &'static [Self] = &[Self::Report, Self::Audit, Self::Webhooks];

    /// The part that an address names; the report for a word that is none.
    pub fn of(word: Option<&str>) -> Self {
        Self::ALL
            .iter()
            .copied()
            .find(|part| part.slug() == word)
            .unwrap_or(Self::Report)
    }

    const fn slug(self) -> Option<&'static str> {
        match self {
            Self::Report => None,
            Self::Audit => Some("audit"),
            Self::Webhooks => Some("webhooks"),
        }
    }

    /// Its address.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Report => "/diagnostics",
            Self::Audit => "/diagnostics/audit",
            Self::Webhooks => "/diagnostics/webhooks",
        }
    }

    /// Its name for a person.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Report => "Report",
            Self::Audit => "Audit",
            Self::Webhooks => "Webhooks",
        }
    }

    /// What it is for.
    pub const fn purpose(self) -> &'static str {
        match self {
            Self::Report => "Proof of what is running. Secrets are never shown.",
            Self::Audit => "Every change, one row each, chained so that none can be altered unseen.",
            Self::Webhooks => "Who outside is told of what happens here, and how telling them went.",
        }
    }

    /// What a person needs to see it.
    pub const fn needs(self) -> Capability {
        match self {
            Self::Report => Capability::Read,
            Self::Audit => Capability::ReadAudit,
            Self::Webhooks => Capability::ManageWebhooks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_found_at_its_address() {
        for part in Part::ALL.iter().copied() {
            let word = part.path().strip_prefix("/diagnostics/");
            assert_eq!(Part::of(word), part);
        }
        assert_eq!(Part::of(Some("elsewhere")), Part::Report);
    }
}
