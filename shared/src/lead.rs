//! Leads: their closed words and their life; `filter` has how they are selected, `wire` how they look.
//!
//! What may follow what is decided here; whether a particular step is
//! allowed to a particular lead (a reason, consent) is a rule of the operations crate.

mod consent;
mod export;
mod filter;
mod wire;

pub use consent::{ConsentChange, ConsentEvent};
pub use export::{LeadExport, LeadFile, LeadFileFormat};
pub use filter::LeadFilter;
pub use wire::{
    CampaignRef, Lead, LeadCreated, LeadDraft, LeadEvent, LeadPatch, LeadRow, LeadStatusChange, Utm,
};

use crate::closed_enum;
use crate::closed_enum::Lifecycle;

closed_enum! {
    /// Where a lead stands. Exactly eight values; won business is a deal, not a status.
    pub enum LeadStatus {
        New = "NEW",
        Enriched = "ENRICHED",
        Contacted = "CONTACTED",
        Replied = "REPLIED",
        Qualified = "QUALIFIED",
        Routed = "ROUTED",
        ManualReview = "MANUAL_REVIEW",
        Lost = "LOST",
    }
}

impl LeadStatus {
    /// Statuses that wait for a person: the triage figure counts these, and flagged leads.
    pub const TRIAGE: &'static [Self] = &[Self::New, Self::ManualReview];

    /// The status behind the figure `high_intent` (the name is part of the API's contract).
    pub const HIGH_INTENT: Self = Self::Contacted;

    /// The word for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::Enriched => "Enriched",
            Self::Contacted => "Contacted",
            Self::Replied => "Replied",
            Self::Qualified => "Qualified",
            Self::Routed => "Routed",
            Self::ManualReview => "Needs review",
            Self::Lost => "Lost",
        }
    }

    /// What the status means, in one line.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::New => "known, not enriched",
            Self::Enriched => "enrichment data present",
            Self::Contacted => "first message sent, no answer",
            Self::Replied => "human positive reply",
            Self::Qualified => "passed qualification",
            Self::Routed => "enrolled in a sequence",
            Self::ManualReview => "needs a human decision",
            Self::Lost => "rejected, negative, unsubscribed or exhausted",
        }
    }
}

impl Lifecycle for LeadStatus {
    fn successors(self) -> &'static [Self] {
        match self {
            Self::New => &[
                Self::Enriched,
                Self::Qualified,
                Self::ManualReview,
                Self::Contacted,
                Self::Lost,
            ],
            Self::Enriched => &[Self::Qualified, Self::ManualReview, Self::Contacted, Self::Lost],
            Self::Contacted => &[Self::Replied, Self::Qualified, Self::Lost],
            Self::Replied | Self::ManualReview => &[Self::Qualified, Self::Lost],
            Self::Qualified => &[Self::Routed, Self::Replied, Self::Lost],
            Self::Routed => &[Self::Contacted, Self::Replied, Self::Qualified, Self::Lost],
            Self::Lost => &[Self::New],
        }
    }
}

closed_enum! {
    /// Which door a lead came through.
    pub enum LeadSource { Other = "other", Csv = "csv", Apollo = "apollo", Manual = "manual" }
}

impl LeadSource {
    /// The word for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Other => "Other",
            Self::Csv => "File import",
            Self::Apollo => "Apollo",
            Self::Manual => "Entered by hand",
        }
    }
}

closed_enum! {
    /// How promising a lead is, from fit; null until graded.
    pub enum LeadGrade { A = "A", B = "B", C = "C", D = "D" }
}

closed_enum! {
    /// Score band that picks the sequence; null until scored.
    pub enum LeadTier { Hot = "HOT", Warm = "WARM", Cool = "COOL", Cold = "COLD" }
}

closed_enum! {
    /// Why a lead was lost.
    pub enum LostReason {
        LowIcpFit = "low_icp_fit",
        InvalidEmail = "invalid_email",
        SpamBot = "spam_bot",
        RoleAccount = "role_account",
        Competitor = "competitor",
        FreeMail = "free_mail",
        NegativeReply = "negative_reply",
        Unsubscribed = "unsubscribed",
        Bounced = "bounced",
        SequenceExhausted = "sequence_exhausted",
        OperatorSkip = "operator_skip",
        OperatorReject = "operator_reject",
        Duplicate = "duplicate",
        Other = "other",
    }
}

closed_enum! {
    /// Size band of a company by head count: 1-9, 10-49, 50-499, 500 and more.
    pub enum CompanySize {
        Startup = "startup", Small = "small", Medium = "medium", Enterprise = "enterprise",
    }
}

closed_enum! {
    /// Whether we may contact a person. It only ever moves towards DNC.
    pub enum ConsentStatus { Unknown = "UNKNOWN", Consented = "CONSENTED", Dnc = "DNC" }
}

impl ConsentStatus {
    /// The word for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Unknown => "Unknown",
            Self::Consented => "Consented",
            Self::Dnc => "Do not contact",
        }
    }
}

impl Lifecycle for ConsentStatus {
    fn successors(self) -> &'static [Self] {
        match self {
            Self::Unknown => &[Self::Consented, Self::Dnc],
            Self::Consented => &[Self::Dnc],
            Self::Dnc => &[],
        }
    }
}

closed_enum! {
    /// Where a consent status came from.
    pub enum ConsentOrigin {
        Import = "import", Form = "form", Reply = "reply",
        Operator = "operator", Provider = "provider", Erasure = "erasure",
    }
}

closed_enum! {
    /// What a flagged lead waits for.
    pub enum ReviewType {
        Message = "MESSAGE", Proposal = "PROPOSAL", Pricing = "PRICING",
        Identity = "IDENTITY", Other = "OTHER",
    }
}

closed_enum! {
    /// Which kind of identity finds a lead again.
    pub enum IdentityKind { Email = "email", Phone = "phone", Linkedin = "linkedin" }
}

closed_enum! {
    /// Named selections of leads; each is the list behind one figure.
    pub enum LeadView {
        /// NEW or MANUAL_REVIEW, or flagged: the rows of `triage`.
        Triage = "triage",
        /// Not LOST, with intent score of at least 0.5 or grade A: the rows of `intent_detected`.
        Intent = "intent",
    }
}

closed_enum! {
    /// Orders of the lead list. Every order ends in the id, so it is total.
    pub enum LeadSort {
        /// Review flag first, then grade A to D, ungraded, conversion probability, newest id.
        Priority = "priority",
        Newest = "newest",
        Oldest = "oldest",
        Name = "name",
        LastTouch = "last_touch",
    }
}

impl LeadSort {
    /// The word for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Priority => "Most urgent first",
            Self::Newest => "Newest first",
            Self::Oldest => "Oldest first",
            Self::Name => "Name A to Z",
            Self::LastTouch => "Last touch first",
        }
    }
}

closed_enum! {
    /// Grade as a filter: one of the four, or none yet.
    pub enum GradeFilter { A = "A", B = "B", C = "C", D = "D", Ungraded = "ungraded" }
}

closed_enum! {
    /// What became of a lead draft.
    pub enum LeadOutcome { New = "new", Merged = "merged", Unchanged = "unchanged", Suppressed = "suppressed" }
}

closed_enum! {
    /// What a line of a lead's timeline tells.
    pub enum LeadEventKind { Touch = "touch", Status = "status", Edit = "edit" }
}
