//! What handlers give back: a read with its provenance, the plain thing of a command, or a file.
//!
//! `mount` turns either into a response. A single resource carries its version as an ETag; that of a
//! list or figure is weak and made from what it says.

use std::hash::{DefaultHasher, Hash, Hasher};

use actix_web::http::header::HeaderValue;
use aicmo_operations::OperationError;
use aicmo_operations::audit::AuditDownload;
use aicmo_operations::import::FailedRows;
use aicmo_operations::leads::LeadDownload;
use aicmo_shared::api::{CommandEndpoint, Endpoint, ReadEndpoint};
use aicmo_shared::audit::AuditFile;
use aicmo_shared::import::FailedRowsFile;
use aicmo_shared::lead::LeadFile;
use aicmo_shared::{MockReason, Sourced};
use serde::Serialize;

use super::ApiError;

/// What a read handler returns.
pub type ReadResult<T> = Result<Read<T>, ApiError>;

/// What a command handler returns.
pub type CommandResult<T> = Result<Done<T>, ApiError>;

/// The answer of a read: never without provenance.
pub struct Read<T> {
    sourced: Sourced<T>,
    etag: Option<HeaderValue>,
}

impl<T> From<Sourced<T>> for Read<T> {
    fn from(sourced: Sourced<T>) -> Self {
        Self { sourced, etag: None }
    }
}

impl<T> Read<T> {
    /// Adds the ETag of a single resource.
    pub fn with_etag(mut self, etag: impl FnOnce(&T) -> HeaderValue) -> Self {
        self.etag = Some(etag(self.sourced.data()));
        self
    }
}

/// The answer of a command: commands never run against mock data, so there is no provenance.
pub struct Done<T> {
    answer: T,
    etag: Option<HeaderValue>,
    cookies: Vec<HeaderValue>,
}

impl<T> From<T> for Done<T> {
    fn from(answer: T) -> Self {
        Self {
            answer,
            etag: None,
            cookies: Vec::new(),
        }
    }
}

impl<T> Done<T> {
    /// Adds the ETag of the resource as it is now.
    pub fn with_etag(mut self, etag: impl FnOnce(&T) -> HeaderValue) -> Self {
        self.etag = Some(etag(&self.answer));
        self
    }

    /// Adds the cookies that a browser is to keep, or to forget.
    pub fn with_cookies(mut self, cookies: Vec<HeaderValue>) -> Self {
        self.cookies = cookies;
        self
    }
}

/// What a handler returns whose answer is a file.
pub type FileResult = Result<File, ApiError>;

/// A file that is streamed while it is read.
pub struct File(Download);

impl From<AuditDownload> for File {
    fn from(file: AuditDownload) -> Self {
        Self(Download::Audit(file))
    }
}

impl From<FailedRows> for File {
    fn from(file: FailedRows) -> Self {
        Self(Download::FailedRows(file))
    }
}

impl From<LeadDownload> for File {
    fn from(file: LeadDownload) -> Self {
        Self(Download::Leads(file))
    }
}

/// What the endpoint table says of an answer that is a file.
pub trait IsFile {}

impl IsFile for AuditFile {}
impl IsFile for FailedRowsFile {}
impl IsFile for LeadFile {}

/// A file on its way out.
pub enum Download {
    Audit(AuditDownload),
    FailedRows(FailedRows),
    Leads(LeadDownload),
}

impl Download {
    /// What a browser shall call the file.
    pub fn name(&self) -> &str {
        match self {
            Self::Audit(file) => &file.name,
            Self::FailedRows(file) => &file.name,
            Self::Leads(file) => &file.name,
        }
    }

    /// The type of the file.
    pub const fn media_type(&self) -> &'static str {
        match self {
            Self::Audit(file) => file.media_type(),
            Self::FailedRows(_) => "text/csv; charset=utf-8; header=present",
            Self::Leads(file) => file.media_type(),
        }
    }

    /// The next piece; `None` behind the last.
    ///
    /// # Errors
    /// The file then lacks its end.
    pub async fn next(&mut self) -> Result<Option<String>, OperationError> {
        match self {
            Self::Audit(file) => file.next().await,
            Self::FailedRows(file) => file.next().await,
            Self::Leads(file) => file.next().await,
        }
    }
}

/// The ETag of a version: `"v3"`.
pub fn version_etag(version: i64) -> HeaderValue {
    etag(&format!("\"v{version}\""))
}

/// The ETag of a version whose representation also shows figures that move without it: `"v3-9f3a"`.
/// `If-Match` compares the version alone.
pub fn version_and_figures_etag(version: i64, figures: impl Hash) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    figures.hash(&mut hasher);
    etag(&format!("\"v{version}-{:x}\"", hasher.finish()))
}

/// The ETag of a list or figure: of all that it says but when it was asked for. Weak, because two
/// answers that say the same are not the same bytes.
pub fn content_etag(body: &[u8]) -> HeaderValue {
    const MARK: &[u8] = b"\"generated_at\":\"";
    // The last one is the envelope's own; a quotation mark inside a text would be escaped.
    let at = body
        .windows(MARK.len())
        .rposition(|window| window == MARK)
        .unwrap_or(body.len());
    let (before, rest) = body.split_at(at);
    let behind = rest.get(MARK.len()..).unwrap_or_default();
    let end = behind
        .iter()
        .position(|byte| *byte == b'"')
        .unwrap_or(behind.len());
    let mut hasher = DefaultHasher::new();
    before.hash(&mut hasher);
    behind.get(end..).unwrap_or_default().hash(&mut hasher);
    etag(&format!("W/\"{:016x}\"", hasher.finish()))
}

fn etag(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("\"v0\""))
}

/// An answer that fits endpoint `E`; only `Read` fits a read and only `Done` fits a command.
pub trait Answer<E: Endpoint> {
    /// The JSON body.
    fn render(&self) -> serde_json::Result<Vec<u8>>;
    /// The ETag, for a single resource.
    fn etag(&self) -> Option<&HeaderValue>;
    /// Why what is answered is invented.
    fn mock_reason(&self) -> Option<MockReason>;

    /// The file, where the answer is one; everything else comes back as it is.
    fn into_file(self) -> Result<Download, Self>
    where
        Self: Sized,
    {
        Err(self)
    }

    /// What a browser is to keep, or to forget.
    fn cookies(&self) -> &[HeaderValue] {
        &[]
    }
}

impl<E: ReadEndpoint<Answer = T>, T: Serialize> Answer<E> for Read<T> {
    fn render(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&self.sourced)
    }

    fn etag(&self) -> Option<&HeaderValue> {
        self.etag.as_ref()
    }

    fn mock_reason(&self) -> Option<MockReason> {
        self.sourced.mock_reason()
    }
}

impl<E: CommandEndpoint<Answer = T>, T: Serialize> Answer<E> for Done<T> {
    fn render(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&self.answer)
    }

    fn etag(&self) -> Option<&HeaderValue> {
        self.etag.as_ref()
    }

    fn mock_reason(&self) -> Option<MockReason> {
        None
    }

    fn cookies(&self) -> &[HeaderValue] {
        &self.cookies
    }
}

impl<E: CommandEndpoint<Answer: IsFile>> Answer<E> for File {
    fn render(&self) -> serde_json::Result<Vec<u8>> {
        Ok(b"{}".to_vec())
    }

    fn etag(&self) -> Option<&HeaderValue> {
        None
    }

    fn mock_reason(&self) -> Option<MockReason> {
        None
    }

    fn into_file(self) -> Result<Download, Self> {
        Ok(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_instant_of_an_answer_does_not_change_its_etag_and_anything_else_does() {
        let of = |data: &str, at: &str, page: &str| {
            content_etag(
                format!("{{\"data\":{data},\"is_mock\":false,\"generated_at\":\"{at}\"{page}}}").as_bytes(),
            )
        };
        let first = of("[1]", "2026-01-15T09:30:00.000Z", "");
        assert_eq!(first, of("[1]", "2026-01-15T09:30:01.000Z", ""));
        assert_ne!(first, of("[2]", "2026-01-15T09:30:00.000Z", ""));
        assert_ne!(
            first,
            of("[1]", "2026-01-15T09:30:00.000Z", ",\"page\":{\"total\":2}")
        );
        let inner = |at: &str| of(&format!("{{\"generated_at\":\"{at}\"}}"), "x", "");
        assert_ne!(
            inner("a"),
            inner("b"),
            "only the envelope's own instant does not count"
        );
        assert!(first.to_str().is_ok_and(|text| text.starts_with("W/\"")));
        assert_ne!(content_etag(b"{}"), content_etag(b"[]"));
    }
}
