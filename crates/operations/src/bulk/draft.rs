//! Checks what a bulk change asks for: which leads, which change, and the reason that it needs.

use std::collections::HashSet;

use aicmo_shared::LeadId;
use aicmo_shared::job::{LeadChange, LeadSelection, MAX_PICKED};
use aicmo_shared::lead::{LeadFilter, LeadStatus, LostReason};
use aicmo_store::Session;

use crate::error::OperationError;
use crate::leads::{require_campaign, with_normal_email};
use crate::merge::MAX_TAGS;
use crate::text::{self, Faults};

/// Which leads are meant.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Chosen {
    /// Those named, each once.
    Named(Vec<LeadId>),
    /// All that match.
    Matching(LeadFilter),
}

/// What is asked for, checked as far as that goes without the database.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asked {
    pub chosen: Chosen,
    pub change: LeadChange,
}

impl Asked {
    /// Checks leads and change.
    ///
    /// # Errors
    /// `Validation` with every field at fault; `ReasonRequired` when leads are given up without a code.
    pub fn of(selection: LeadSelection, change: LeadChange) -> Result<Self, OperationError> {
        let mut faults = Faults::default();
        let chosen = chosen(&mut faults, selection);
        let change = checked(&mut faults, change);
        faults.finish()?;
        if let LeadChange::Status {
            to: LeadStatus::Lost,
            reason_code: None,
        } = change
        {
            return Err(OperationError::ReasonRequired {
                sentence: "Giving up leads needs a reason code.".to_owned(),
                pointer: "/change/reason_code",
                legal: LostReason::ALL.iter().map(|code| code.as_str()).collect(),
            });
        }
        Ok(Self { chosen, change })
    }

    /// Refuses a campaign that does not exist.
    pub async fn require_campaign(&self, session: &impl Session) -> Result<(), OperationError> {
        match self.change {
            LeadChange::Campaign { campaign } => {
                require_campaign(session, "/change/campaign", campaign).await
            }
            _ => Ok(()),
        }
    }

    /// The reason of the change, which some changes need.
    ///
    /// # Errors
    /// `ReasonRequired`; `Validation` when it is too short or too long.
    pub fn reason(&self, reason: Option<String>) -> Result<Option<String>, OperationError> {
        let sentence = match self.change {
            LeadChange::DoNotContact {} => {
                "Setting people to do-not-contact needs a reason of 3 to 500 characters."
            }
            LeadChange::Status {
                to: LeadStatus::New, ..
            } => "Opening lost leads again needs a reason of 3 to 500 characters.",
            _ => return text::reason(reason),
        };
        text::required_reason(reason, sentence).map(Some)
    }
}

fn chosen(faults: &mut Faults, selection: LeadSelection) -> Chosen {
    match (selection.leads, selection.filter) {
        (Some(leads), None) => {
            let mut seen = HashSet::new();
            let leads: Vec<LeadId> = leads.into_iter().filter(|lead| seen.insert(*lead)).collect();
            if leads.is_empty() {
                faults.add("/selection/leads", "required", "Name at least one lead.");
            }
            if leads.len() > MAX_PICKED as usize {
                let most =
                    format!("At most {MAX_PICKED} leads can be named one by one; use a filter for more.");
                faults.add("/selection/leads", "too_many", most);
            }
            Chosen::Named(leads)
        }
        (None, Some(filter)) => Chosen::Matching(with_normal_email(filter)),
        (None, None) | (Some(_), Some(_)) => {
            faults.add(
                "/selection",
                "exactly_one",
                "Say either which leads, or which filter they match.",
            );
            Chosen::Named(Vec::new())
        }
    }
}

/// The change with its texts trimmed.
fn checked(faults: &mut Faults, change: LeadChange) -> LeadChange {
    let tags = |faults: &mut Faults, tags: Vec<String>| {
        if tags.iter().all(|tag| tag.trim().is_empty()) {
            faults.add("/change/tags", "required", "Name at least one tag.");
        }
        faults.tags("/change/tags", tags, MAX_TAGS)
    };
    match change {
        LeadChange::AddTags { tags: list } => LeadChange::AddTags {
            tags: tags(faults, list),
        },
        LeadChange::RemoveTags { tags: list } => LeadChange::RemoveTags {
            tags: tags(faults, list),
        },
        LeadChange::Owner { owner } => LeadChange::Owner {
            owner: faults.line("/change/owner", owner, text::LINE),
        },
        LeadChange::Status { to, reason_code } => {
            if to != LeadStatus::Lost && reason_code.is_some() {
                faults.add(
                    "/change/reason_code",
                    "not_allowed",
                    "Only a step to LOST takes a reason code.",
                );
            }
            LeadChange::Status { to, reason_code }
        }
        other @ (LeadChange::Campaign { .. } | LeadChange::DoNotContact {}) => other,
    }
}
