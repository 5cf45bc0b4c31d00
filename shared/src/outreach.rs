//! The outbound ledger's closed words.
//!
//! This surface reads the ledger for figures and for the activity feed; the path that writes it
//! is not part of this crate's wire types yet.

use crate::closed_enum;
use crate::closed_enum::Lifecycle;

closed_enum! {
    /// How a message travels.
    pub enum Channel {
        Email = "email", Linkedin = "linkedin", ContactForm = "contact_form",
        Phone = "phone", Twitter = "twitter", Other = "other",
    }
}

closed_enum! {
    /// Whether anything may leave the house.
    pub enum DeliveryMode { DryRun = "dry_run", Live = "live" }
}

closed_enum! {
    /// Where an attempt stands. SENT only ever live, PROOF_SENT only ever a rehearsal.
    pub enum AttemptStatus {
        Pending = "PENDING", Sending = "SENDING", Sent = "SENT", ProofSent = "PROOF_SENT",
        Failed = "FAILED", Skipped = "SKIPPED", Unconfirmed = "UNCONFIRMED",
    }
}

impl Lifecycle for AttemptStatus {
    fn successors(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::Sending, Self::Skipped],
            Self::Sending => &[
                Self::Sent,
                Self::ProofSent,
                Self::Failed,
                Self::Unconfirmed,
                Self::Pending,
            ],
            Self::Unconfirmed => &[Self::Sent, Self::Failed],
            Self::Failed => &[Self::Pending],
            Self::Sent | Self::ProofSent | Self::Skipped => &[],
        }
    }
}

closed_enum! {
    /// Why an attempt failed.
    pub enum FailureReason {
        DeliveryFailed = "delivery_failed",
        RateLimited = "rate_limited",
        InvalidAddress = "invalid_address",
        NoAddress = "no_address",
        Bounce = "bounce",
        Complaint = "complaint",
        NoProfile = "no_profile",
        FormUnreachable = "form_unreachable",
        FormSpamProtected = "form_spam_protected",
        RetryExhausted = "retry_exhausted",
        GatewayUnconfigured = "gateway_unconfigured",
        Fenced = "fenced",
    }
}
