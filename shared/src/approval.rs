//! Approvals' closed words.

use crate::closed_enum;
use crate::closed_enum::Lifecycle;

closed_enum! {
    /// What is being approved.
    pub enum ApprovalSubject {
        Strategy = "strategy", Creative = "creative", Message = "message",
        Artifact = "artifact", GoLive = "go_live",
    }
}

impl ApprovalSubject {
    /// The word for a person, in the singular.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Strategy => "strategy",
            Self::Creative => "creative",
            Self::Message => "message",
            Self::Artifact => "document",
            Self::GoLive => "go-live",
        }
    }
}

closed_enum! {
    /// Where an approval stands.
    pub enum ApprovalState {
        Pending = "PENDING",
        Approved = "APPROVED",
        Rejected = "REJECTED",
        ChangesRequested = "CHANGES_REQUESTED",
        Expired = "EXPIRED",
        Superseded = "SUPERSEDED",
        Withdrawn = "WITHDRAWN",
        Revoked = "REVOKED",
        Lapsed = "LAPSED",
    }
}

impl Lifecycle for ApprovalState {
    fn successors(self) -> &'static [Self] {
        match self {
            Self::Pending => &[
                Self::Approved,
                Self::Rejected,
                Self::ChangesRequested,
                Self::Expired,
                Self::Superseded,
                Self::Withdrawn,
            ],
            Self::Approved => &[Self::Revoked, Self::Lapsed, Self::Superseded],
            Self::Rejected
            | Self::ChangesRequested
            | Self::Expired
            | Self::Superseded
            | Self::Withdrawn
            | Self::Revoked
            | Self::Lapsed => &[],
        }
    }
}
