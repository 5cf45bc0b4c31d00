//! What the form of a bulk change says, as the change on the wire or as what is missing. Pure.

use aicmo_shared::job::LeadChange;
use aicmo_shared::lead::{LeadStatus, LostReason};

/// The kinds of change, each a button of the bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Status,
    AddTags,
    RemoveTags,
    Owner,
    Campaign,
    DoNotContact,
}

impl Kind {
    /// Every kind, in the order of the buttons.
    pub const ALL: [Self; 6] = [
        Self::Status,
        Self::AddTags,
        Self::RemoveTags,
        Self::Owner,
        Self::Campaign,
        Self::DoNotContact,
    ];

    /// The words on the button.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Status => "Status…",
            Self::AddTags => "Add tags…",
            Self::RemoveTags => "Remove tags…",
            Self::Owner => "Owner…",
            Self::Campaign => "Campaign…",
            Self::DoNotContact => "Do not contact…",
        }
    }

    /// The heading of its dialog.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Status => "Change the status",
            Self::AddTags => "Add tags",
            Self::RemoveTags => "Remove tags",
            Self::Owner => "Change the owner",
            Self::Campaign => "Change the campaign",
            Self::DoNotContact => "Set to do-not-contact",
        }
    }
}

/// What stands in the fields. Those of other kinds are not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// The wire word of the status.
    pub status: String,
    /// The wire word of the lost reason.
    pub lost: String,
    /// Tags, between commas.
    pub tags: String,
    /// Empty for nobody.
    pub owner: String,
    /// The id of the campaign; empty for none.
    pub campaign: String,
    /// Why, in words.
    pub reason: String,
}

/// What is missing, by its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    Status,
    Lost,
    Tags,
    Reason,
}

impl Missing {
    /// What to do about it.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Status => "Choose a status.",
            Self::Lost => "Choose why the leads are lost.",
            Self::Tags => "Write at least one tag.",
            Self::Reason => "Give a reason of 3 to 500 characters.",
        }
    }
}

impl Fields {
    /// Whether the status asks for a lost reason.
    pub fn is_lost(&self) -> bool {
        self.status == LeadStatus::Lost.as_str()
    }

    /// Whether `kind` needs a reason in words.
    pub fn needs_reason(&self, kind: Kind) -> bool {
        match kind {
            Kind::DoNotContact => true,
            Kind::Status => self.status == LeadStatus::New.as_str(),
            Kind::AddTags | Kind::RemoveTags | Kind::Owner | Kind::Campaign => false,
        }
    }

    /// The reason, when there is one.
    pub fn reason(&self) -> Option<String> {
        let reason = self.reason.trim();
        (!reason.is_empty()).then(|| reason.to_owned())
    }

    /// The change.
    ///
    /// # Errors
    /// The first field that is missing.
    pub fn change(&self, kind: Kind) -> Result<LeadChange, Missing> {
        let change = match kind {
            Kind::Status => {
                let to = self.status.parse().map_err(|_| Missing::Status)?;
                let reason_code = match to {
                    LeadStatus::Lost => Some(self.lost.parse::<LostReason>().map_err(|_| Missing::Lost)?),
                    _ => None,
                };
                LeadChange::Status { to, reason_code }
            }
            Kind::AddTags => LeadChange::AddTags { tags: self.tags()? },
            Kind::RemoveTags => LeadChange::RemoveTags { tags: self.tags()? },
            Kind::Owner => {
                let owner = self.owner.trim();
                LeadChange::Owner {
                    owner: (!owner.is_empty()).then(|| owner.to_owned()),
                }
            }
            Kind::Campaign => LeadChange::Campaign {
                campaign: self.campaign.parse().ok(),
            },
            Kind::DoNotContact => LeadChange::DoNotContact {},
        };
        let length = self.reason.trim().chars().count();
        if self.needs_reason(kind) && length < 3 {
            return Err(Missing::Reason);
        }
        Ok(change)
    }

    fn tags(&self) -> Result<Vec<String>, Missing> {
        let tags: Vec<String> = self
            .tags
            .split(',')
            .map(str::trim)
            .filter(|tag| !tag.is_empty())
            .map(str::to_owned)
            .collect();
        if tags.is_empty() {
            Err(Missing::Tags)
        } else {
            Ok(tags)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_makes_its_change_or_says_what_is_missing() {
        let empty = Fields::default();
        assert_eq!(empty.change(Kind::Status), Err(Missing::Status));
        assert_eq!(empty.change(Kind::AddTags), Err(Missing::Tags));
        assert_eq!(empty.change(Kind::DoNotContact), Err(Missing::Reason));
        assert_eq!(empty.change(Kind::Owner), Ok(LeadChange::Owner { owner: None }));
        assert_eq!(
            empty.change(Kind::Campaign),
            Ok(LeadChange::Campaign { campaign: None })
        );
        let tags = Fields {
            tags: " warm, fair 2026 ,,".to_owned(),
            ..Fields::default()
        };
        let expected = vec!["warm".to_owned(), "fair 2026".to_owned()];
        assert_eq!(
            tags.change(Kind::RemoveTags),
            Ok(LeadChange::RemoveTags { tags: expected })
        );
    }

    #[test]
    fn giving_up_needs_a_code_and_opening_again_a_reason() {
        let mut fields = Fields {
            status: "LOST".to_owned(),
            ..Fields::default()
        };
        assert!(fields.is_lost());
        assert_eq!(fields.change(Kind::Status), Err(Missing::Lost));
        fields.lost = LostReason::Other.as_str().to_owned();
        assert!(fields.change(Kind::Status).is_ok());
        fields.status = "NEW".to_owned();
        assert_eq!(fields.change(Kind::Status), Err(Missing::Reason));
        fields.reason = "they wrote again".to_owned();
        let change = LeadChange::Status {
            to: LeadStatus::New,
            reason_code: None,
        };
        assert_eq!(fields.change(Kind::Status), Ok(change));
    }
}
