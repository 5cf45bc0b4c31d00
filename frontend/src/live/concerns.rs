//! Which reads an event concerns. Pure.
//!
//! A read that is not listed here follows everything: one request too many is better than a figure
//! that stands still.

use aicmo_shared::event::{EventKind, Topic};

/// What moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moved {
    /// Anything may have: this console changed something, or what was missed is not known.
    Everything,
    /// One thing.
    One {
        /// What happened.
        kind: EventKind,
        /// To which one; `None` where the kind of thing is all that is known.
        subject: Option<String>,
    },
}

impl Moved {
    /// Reads an event's kind; of a kind that a newer server has, nothing is known.
    pub fn told(kind: &str, subject: Option<String>) -> Self {
        EventKind::ALL
            .iter()
            .copied()
            .find(|known| known.as_str() == kind)
            .map_or(Self::Everything, |kind| Self::One { kind, subject })
    }

    /// What happened, when it is known.
    pub const fn kind(&self) -> Option<EventKind> {
        match self {
            Self::Everything => None,
            Self::One { kind, .. } => Some(*kind),
        }
    }
}

/// A read: which endpoint, and of which one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interest {
    /// The name of the endpoint.
    pub endpoint: &'static str,
    /// What fills the first placeholder of its path.
    pub of: Option<String>,
}

/// Whether what was read has to be read again.
pub fn concerns(interest: &Interest, moved: &Moved) -> bool {
    use EventKind as K;
    let Moved::One { kind, subject } = moved else {
        return true;
    };
    let kind = *kind;
    if matches!(kind, K::WentLive | K::DataMoved) {
        return true;
    }
    // Of one lead nothing is known from an event about another; one about many may be about this.
    let is_about = || subject.is_none() || *subject == interest.of;
    let topic = kind.topic();
    match interest.endpoint {
        "GetAttention" => matches!(topic, Topic::Attention | Topic::Approvals | Topic::Actions),
        "GetMyWork" => matches!(topic, Topic::Approvals | Topic::Actions),
        "ListActivity" => topic == Topic::Activity,
        "ListLeads" => topic == Topic::Attention,
        "GetLead" | "ListLeadEvents" | "ListLeadConsent" => match kind {
            K::LeadsImported | K::LeadsChanged | K::FiguresRebuilt => true,
            _ => topic == Topic::Attention && is_about(),
        },
        // Their figures of leads follow an import when it is done, not with each chunk of it.
        "ListCampaigns" | "GetCampaign" => match kind {
            K::CampaignCreated | K::CampaignStatusChanged => is_about() || interest.of.is_none(),
            K::ImportCommitted | K::ImportFailed => true,
            K::LeadsImported | K::LeadsChanged => false,
            K::JobChanged => true,
            _ => topic == Topic::Attention,
        },
        "ListImports" => topic == Topic::Imports,
        "GetImport" | "ListImportRows" => topic == Topic::Imports && is_about(),
        "ListJobs" => matches!(kind, K::JobChanged | K::JobProgressed),
        "GetJob" | "ListJobItems" => matches!(kind, K::JobChanged | K::JobProgressed) && is_about(),
        "ListUsers" | "GetUser" | "ListInvitations" | "ListApiKeys" | "ListSessions" | "ListPasskeys"
        | "GetSession" => {
            matches!(kind, K::AccessAdded | K::AccessChanged)
        }
        // The feed repeats other events, and an attempt leaves no row in the trail.
        "ListAudit" => !matches!(kind, K::ActivityAdded | K::WebhookAttempted),
        "ListWebhooks" => topic == Topic::Gateways,
        "GetWebhook" | "ListWebhookDeliveries" => topic == Topic::Gateways && is_about(),
        "ListEntryPoints" | "GetStatus" => false,
        "GetDiagnostics" => matches!(kind, K::FiguresRebuilt | K::BackupMade),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use aicmo_shared::api::{self, Kind};

    use super::*;

    fn read(endpoint: &'static str, of: Option<&str>) -> Interest {
        Interest {
            endpoint,
            of: of.map(str::to_owned),
        }
    }

    fn one(kind: EventKind, subject: Option<&str>) -> Moved {
        Moved::One {
            kind,
            subject: subject.map(str::to_owned),
        }
    }

    #[test]
    fn an_import_under_way_refetches_neither_campaigns_nor_diagnostics() {
        for kind in [
            EventKind::ImportProgressed,
            EventKind::LeadsImported,
            EventKind::JobProgressed,
            EventKind::LeadsChanged,
        ] {
            let moved = one(kind, Some("i"));
            for endpoint in ["ListCampaigns", "GetCampaign", "GetDiagnostics", "ListUsers"] {
                assert!(!concerns(&read(endpoint, None), &moved), "{endpoint} at {kind}");
            }
        }
        assert!(concerns(
            &read("GetImport", Some("i")),
            &one(EventKind::ImportProgressed, Some("i"))
        ));
        assert!(concerns(
            &read("ListCampaigns", None),
            &one(EventKind::ImportCommitted, Some("i"))
        ));
    }

    #[test]
    fn a_detail_follows_its_own_subject_only() {
        for (endpoint, kind) in [
            ("GetLead", EventKind::LeadChanged),
            ("GetImport", EventKind::ImportChanged),
            ("GetJob", EventKind::JobProgressed),
            ("ListJobItems", EventKind::JobChanged),
            ("GetCampaign", EventKind::CampaignStatusChanged),
            ("ListWebhookDeliveries", EventKind::WebhookAttempted),
        ] {
            let mine = read(endpoint, Some("mine"));
            assert!(concerns(&mine, &one(kind, Some("mine"))), "{endpoint}");
            assert!(!concerns(&mine, &one(kind, Some("other"))), "{endpoint}");
            assert!(
                concerns(&mine, &one(kind, None)),
                "{endpoint}: it may be about this one"
            );
        }
    }

    #[test]
    fn whatever_is_not_known_moves_everything() {
        assert_eq!(Moved::told("lead.teleported", None), Moved::Everything);
        for spec in api::ALL.iter().filter(|spec| spec.kind == Kind::Read) {
            assert!(
                concerns(&read(spec.name, None), &Moved::Everything),
                "{}",
                spec.name
            );
            assert!(
                concerns(&read(spec.name, None), &one(EventKind::WentLive, None)),
                "{}",
                spec.name
            );
        }
    }

    #[test]
    fn every_event_moves_something_that_can_be_on_screen() {
        for kind in EventKind::ALL.iter().copied() {
            assert!(
                api::ALL
                    .iter()
                    .filter(|spec| spec.kind == Kind::Read)
                    .any(|spec| concerns(&read(spec.name, None), &one(kind, None))),
                "{kind}"
            );
        }
    }
}
