//! Imports of lead files: states, verdicts, columns and how they look on the wire.
//!
//! Parsing and merging live in the operations crate.

use serde::{Deserialize, Serialize};

use crate::closed_enum;
use crate::closed_enum::Lifecycle;
use crate::id::{CampaignId, ImportId, LeadId};
use crate::time::Timestamp;

closed_enum! {
    /// Where an import stands.
    pub enum ImportState {
        Uploaded = "UPLOADED",
        Detected = "DETECTED",
        Mapped = "MAPPED",
        Previewed = "PREVIEWED",
        Committing = "COMMITTING",
        Paused = "PAUSED",
        Committed = "COMMITTED",
        Undoing = "UNDOING",
        Undone = "UNDONE",
        Cancelled = "CANCELLED",
        Failed = "FAILED",
    }
}

impl ImportState {
    /// The word for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Uploaded => "Uploaded",
            Self::Detected => "Read",
            Self::Mapped => "Mapped",
            Self::Previewed => "Ready to commit",
            Self::Committing => "Committing",
            Self::Paused => "Paused",
            Self::Committed => "Committed",
            Self::Undoing => "Undoing",
            Self::Undone => "Undone",
            Self::Cancelled => "Cancelled",
            Self::Failed => "Failed",
        }
    }
}

impl Lifecycle for ImportState {
    fn successors(self) -> &'static [Self] {
        match self {
            Self::Uploaded => &[Self::Detected, Self::Cancelled, Self::Failed],
            Self::Detected => &[Self::Mapped, Self::Cancelled, Self::Failed],
            Self::Mapped => &[Self::Previewed, Self::Cancelled, Self::Failed],
            Self::Previewed => &[Self::Mapped, Self::Committing, Self::Cancelled, Self::Failed],
            Self::Committing => &[Self::Committed, Self::Paused, Self::Cancelled, Self::Failed],
            Self::Paused => &[Self::Committing, Self::Cancelled, Self::Failed],
            // One that was given up or failed half way has written rows that can be taken back.
            Self::Committed | Self::Cancelled => &[Self::Undoing],
            Self::Undoing => &[Self::Undone],
            Self::Failed => &[Self::Committing, Self::Undoing],
            Self::Undone => &[],
        }
    }
}

closed_enum! {
    /// What a dry run says of a row.
    pub enum RowVerdict {
        New = "new", Merged = "merged", Unchanged = "unchanged",
        Suppressed = "suppressed", Invalid = "invalid",
    }
}

impl RowVerdict {
    /// What the verdict means, in one line.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::New => "nobody with this identity is known; a lead will be created",
            Self::Merged => "known; empty fields will be filled",
            Self::Unchanged => "known, and nothing to change; a touch is recorded",
            Self::Suppressed => "must not be contacted; kept as do-not-contact",
            Self::Invalid => "cannot be used; the reason says why",
        }
    }
}

closed_enum! {
    /// Why a row, or one field of it, could not be used.
    pub enum RowReason {
        NameMissing = "name_missing",
        IdentityMissing = "identity_missing",
        IdentityShared = "identity_shared",
        EmailInvalid = "email_invalid",
        PhoneInvalid = "phone_invalid",
        LinkedinInvalid = "linkedin_invalid",
        IdentityConflict = "identity_conflict",
        ErasedIdentity = "erased_identity",
        TooLong = "too_long",
        EncodingError = "encoding_error",
        ColumnCount = "column_count",
        /// The row says so, or the person is do-not-contact already; always a warning.
        DoNotContact = "do_not_contact",
    }
}

closed_enum! {
    /// What the undo of an import did with a row.
    pub enum RowUndo { TakenBack = "taken_back", Restored = "restored", Kept = "kept" }
}

impl RowUndo {
    /// What it means, in one line.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::TakenBack => "the lead that this row created is gone",
            Self::Restored => "the known lead is as it was before this row",
            Self::Kept => "somebody has worked on it since; the reason says what stays",
        }
    }
}

closed_enum! {
    /// Why an undo left a lead, or a field of it, as it is.
    pub enum KeptReason {
        Edited = "edited",
        StatusChanged = "status_changed",
        TouchedAgain = "touched_again",
        Contacted = "contacted",
        Replied = "replied",
        /// Consent is never undone.
        DoNotContact = "do_not_contact",
    }
}

impl KeptReason {
    /// Why, as a sentence for a person.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Edited => "It was edited since.",
            Self::StatusChanged => "Its status was changed since.",
            Self::TouchedAgain => "It came in again by another way since.",
            Self::Contacted => "A message to it was planned or sent.",
            Self::Replied => "It replied.",
            Self::DoNotContact => "It must not be contacted, and that stays known.",
        }
    }
}

/// For how long after its commit an import can be undone.
pub const UNDO_DAYS: i64 = 30;

closed_enum! {
    /// How the bytes of a file become text.
    pub enum TextEncoding {
        Utf8 = "utf-8", Utf16Le = "utf-16le", Utf16Be = "utf-16be", Windows1252 = "windows-1252",
    }
}

closed_enum! {
    /// What separates the fields of a row.
    pub enum Delimiter { Comma = "comma", Semicolon = "semicolon", Tab = "tab", Pipe = "pipe" }
}

closed_enum! {
    /// What a column of the file becomes.
    pub enum ImportColumn {
        Name = "name",
        FirstName = "first_name",
        LastName = "last_name",
        Email = "email",
        Phone = "phone",
        LinkedinUrl = "linkedin_url",
        Company = "company",
        Title = "title",
        Website = "website",
        Industry = "industry",
        Location = "location",
        Owner = "owner",
        Notes = "notes",
        Tag = "tag",
        SourceChannel = "source_channel",
        OptOut = "opt_out",
        UtmSource = "utm_source",
        UtmMedium = "utm_medium",
        UtmCampaign = "utm_campaign",
        UtmContent = "utm_content",
        Ignore = "ignore",
    }
}

impl ImportColumn {
    /// The word for a person.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::FirstName => "First name",
            Self::LastName => "Last name",
            Self::Email => "E-mail",
            Self::Phone => "Phone",
            Self::LinkedinUrl => "LinkedIn profile",
            Self::Company => "Company",
            Self::Title => "Job title",
            Self::Website => "Website",
            Self::Industry => "Industry",
            Self::Location => "Location",
            Self::Owner => "Owner",
            Self::Notes => "Notes",
            Self::Tag => "Tag",
            Self::SourceChannel => "Source channel",
            Self::OptOut => "Opted out",
            Self::UtmSource => "UTM source",
            Self::UtmMedium => "UTM medium",
            Self::UtmCampaign => "UTM campaign",
            Self::UtmContent => "UTM content",
            Self::Ignore => "Leave out",
        }
    }

    /// Whether several columns of a file may become this.
    pub const fn repeatable(self) -> bool {
        matches!(
            self,
            Self::Notes | Self::Tag | Self::Ignore | Self::Email | Self::Phone
        )
    }
}

/// How the file was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileReading {
    pub encoding: TextEncoding,
    pub delimiter: Delimiter,
    /// Record number of the header row, counted from 1 as a spreadsheet shows it.
    pub header_row: u64,
    /// The header texts, in file order.
    pub headers: Vec<String>,
    /// Up to three records below the header.
    pub sample: Vec<Vec<String>>,
}

/// How many rows got which verdict. The five add up to `total`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerdictCounts {
    pub total: u64,
    pub new: u64,
    pub merged: u64,
    pub unchanged: u64,
    pub suppressed: u64,
    pub invalid: u64,
}

/// An uploaded file and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Import {
    pub id: ImportId,
    pub version: i64,
    pub file_name: String,
    pub size_bytes: u64,
    pub sha256: String,
    /// An earlier committed import of the very same bytes.
    pub same_file_as: Option<ImportId>,
    pub state: ImportState,
    /// Null while the file has not been read.
    pub reading: Option<FileReading>,
    /// One entry per header, in file order.
    pub mapping: Vec<ImportColumn>,
    pub campaign: Option<CampaignId>,
    /// Rows that nothing would find again become leads all the same.
    pub accepts_without_identity: bool,
    pub counts: VerdictCounts,
    /// Rows settled by the commit so far, invalid ones included.
    pub committed: u64,
    /// Why it failed.
    pub error: Option<String>,
    /// How far the undo is; null until one begins.
    pub undo: Option<ImportUndo>,
    /// Until when it can be undone; null when it cannot.
    pub undo_until: Option<Timestamp>,
    pub uploaded_by: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What an undo has done so far. The three add up to `total` when it is through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportUndo {
    /// Why, in the words of whoever asked.
    pub reason: String,
    /// Rows that became a lead or touched one.
    pub total: u64,
    /// Rows whose lead is gone.
    pub taken_back: u64,
    /// Rows whose known lead is as it was.
    pub restored: u64,
    /// Rows of which something stays, each with its reason.
    pub kept: u64,
}

impl ImportUndo {
    /// Rows that the undo is through with.
    pub const fn done(&self) -> u64 {
        self.taken_back + self.restored + self.kept
    }
}

/// Takes a committed import back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportUndoRequest {
    /// 3 to 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What each header becomes, and where the leads go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportMapping {
    /// As many entries as the file has headers.
    pub columns: Vec<ImportColumn>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    /// Whether a row without e-mail address, telephone number and profile becomes a lead all the same.
    /// Nothing finds such a lead again: it is never merged, and the same file makes it twice.
    #[serde(default)]
    pub accepts_without_identity: bool,
}

/// A reason with the column and the value it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RowNote {
    pub reason: RowReason,
    /// The header of the column; null when the whole row is meant.
    pub column: Option<String>,
    /// The offending value, cut to 120 characters.
    pub value: Option<String>,
    /// Sentence for a person.
    pub message: String,
    /// The field was dropped and the row used all the same.
    pub is_warning: bool,
}

/// The answer of the failed rows: the table itself, `text/csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FailedRowsFile {}

/// A field of a known lead that a row changed. Several tags or identities are several changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldChange {
    pub field: String,
    /// Null when it was empty.
    pub before: Option<String>,
    /// Null when it is empty.
    pub after: Option<String>,
}

/// One record of the file with its verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportRow {
    /// Counts the records of the file from 1, the header included.
    pub row_number: u64,
    pub verdict: RowVerdict,
    /// The name the lead has or would have.
    pub name: Option<String>,
    pub email: Option<String>,
    pub company: Option<String>,
    pub notes: Vec<RowNote>,
    /// The fields that a merge fills.
    pub fills: Vec<String>,
    /// What the commit changed on a known lead, field by field; empty before.
    pub changes: Vec<FieldChange>,
    /// The lead it became, once committed; null again when an undo took it back.
    pub lead: Option<LeadId>,
    /// What an undo did with it; null before.
    pub undo: Option<RowUndo>,
    /// Why an undo left something as it is.
    pub kept: Vec<KeptReason>,
}
