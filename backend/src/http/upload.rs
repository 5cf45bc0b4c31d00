//! An uploaded file: streamed to disk, bounded in size, never held in memory.
//!
//! Owns the multipart form and the temporary file. What the bytes mean is for the import operation,
//! which takes the file over; a file that nobody takes over is removed when this value is dropped.

use std::future::Future;
use std::io::Write;
use std::path::Path;
use std::pin::Pin;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use aicmo_operations::import::ImportUpload;
use aicmo_operations::{Dependency, OperationError, Operations, drafts};
use aicmo_shared::{CampaignId, ErrorCode};
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::idempotency::{BodyDigest, wants_digest};
use super::{ApiError, BODY_TIMEOUT};

/// Bytes gathered before they are written.
const CHUNK: usize = 256 * 1024;

/// What a form adds around a file of the largest size.
const FORM_OVERHEAD: u64 = 64 * 1024;

/// The longest text part.
const TEXT_LIMIT: usize = 256;

/// A file that stands on disk, and where its leads shall go.
pub struct Upload {
    file_name: String,
    file: NamedTempFile,
    campaign: Option<CampaignId>,
    digest: [u8; 32],
}

impl Upload {
    /// What the operation takes, and the guard that removes a file nobody took over.
    pub fn into_parts(self) -> (ImportUpload, NamedTempFile) {
        let upload = ImportUpload {
            file_name: self.file_name,
            path: self.file.path().to_owned(),
            campaign: self.campaign,
        };
        (upload, self.file)
    }
}

impl FromRequest for Upload {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let declared = request
            .headers()
            .get(CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok())
            .and_then(|length| length.parse::<u64>().ok());
        let ops = request.app_data::<web::Data<Operations>>().cloned();
        let form = Multipart::new(request.headers(), payload.take());
        let keyed = wants_digest(request).then(|| request.clone());
        Box::pin(async move {
            let ops = ops.ok_or_else(|| ApiError::internal("the context of the operations is missing"))?;
            let limit = ops.import_max_bytes();
            if declared.is_some_and(|length| length > limit.saturating_add(FORM_OVERHEAD)) {
                return Err(too_large(limit));
            }
            let upload = receive(form, ops.data_dir(), limit).await?;
            if let Some(request) = keyed {
                request.extensions_mut().insert(BodyDigest(upload.digest));
            }
            Ok(upload)
        })
    }
}

async fn receive(mut form: Multipart, data_dir: &Path, limit: u64) -> Result<Upload, ApiError> {
    let mut file = None;
    let mut campaign = None;
    while let Some(field) = in_time(form.next()).await? {
        let mut field = field.map_err(|error| unreadable(&error))?;
        match field.name() {
            Some("file") if file.is_none() => {
                let name = field
                    .content_disposition()
                    .and_then(|disposition| disposition.get_filename())
                    .filter(|name| !name.is_empty())
                    .unwrap_or("unnamed")
                    .to_owned();
                let (path, sha256) = store(&mut field, data_dir, limit).await?;
                file = Some((name, path, sha256));
            }
            Some("campaign") if campaign.is_none() => {
                let text = text_of(&mut field).await?;
                if !text.is_empty() {
                    let id = text.parse::<CampaignId>().map_err(|_| {
                        refused(
                            "/campaign",
                            "not_an_id",
                            "The part campaign takes the id of a campaign.",
                        )
                    })?;
                    campaign = Some(id);
                }
            }
            Some(name @ ("file" | "campaign")) => {
                return Err(refused(
                    &format!("/{name}"),
                    "repeated",
                    "A part is given more than once.",
                ));
            }
            _ => {
                return Err(refused(
                    "",
                    "unknown_part",
                    "The form takes one part file and, if wanted, one part campaign.",
                ));
            }
        }
    }
    let Some((file_name, file, sha256)) = file else {
        return Err(refused("/file", "required", "The part file is missing."));
    };
    let campaign_text = campaign.map(|id| id.to_string()).unwrap_or_default();
    // The parts and not the form: its boundary is another one each time that it is sent.
    let digest = Sha256::new()
        .chain_update(sha256)
        .chain_update(campaign_text.as_bytes())
        .chain_update([0])
        .chain_update(file_name.as_bytes())
        .finalize();
    Ok(Upload {
        file_name,
        file,
        campaign,
        digest: digest.into(),
    })
}

/// Writes the part to a new file in the data directory, where the operation can take it over by
/// renaming it, and answers it with the SHA-256 of its bytes.
async fn store(
    field: &mut Field,
    data_dir: &Path,
    limit: u64,
) -> Result<(NamedTempFile, [u8; 32]), ApiError> {
    let folder = data_dir.join("uploads");
    let (mut file, path) = web::block(move || {
        std::fs::create_dir_all(&folder)?;
        drafts::make_in(&folder).map(NamedTempFile::into_parts)
    })
    .await
    .map_err(ApiError::internal)?
    .map_err(no_storage)?;

    let mut received: u64 = 0;
    let mut digest = Sha256::new();
    let mut buffer = Vec::with_capacity(CHUNK);
    loop {
        let chunk = in_time(field.next()).await?;
        if let Some(chunk) = &chunk {
            let chunk = chunk.as_ref().map_err(unreadable)?;
            received = received.saturating_add(chunk.len() as u64);
            if received > limit {
                return Err(too_large(limit));
            }
            buffer.extend_from_slice(chunk);
        }
        let ended = chunk.is_none();
        if ended || buffer.len() >= CHUNK {
            (file, buffer, digest) = web::block(move || {
                digest.update(&buffer);
                file.write_all(&buffer)?;
                if ended {
                    file.sync_all()?;
                }
                buffer.clear();
                Ok((file, buffer, digest))
            })
            .await
            .map_err(ApiError::internal)?
            .map_err(no_storage)?;
        }
        if ended {
            return Ok((NamedTempFile::from_parts(file, path), digest.finalize().into()));
        }
    }
}

async fn text_of(field: &mut Field) -> Result<String, ApiError> {
    let bytes = in_time(field.bytes(TEXT_LIMIT))
        .await?
        .map_err(|_| refused("/campaign", "too_long", "The part campaign is too long."))?
        .map_err(|error| unreadable(&error))?;
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

/// Gives up on a client that lets the transfer stand still.
async fn in_time<T>(step: impl Future<Output = T>) -> Result<T, ApiError> {
    tokio::time::timeout(BODY_TIMEOUT, step).await.map_err(|_| {
        ApiError::new(
            ErrorCode::MalformedRequest,
            format!(
                "The upload stood still for {} seconds. Nothing was kept.",
                BODY_TIMEOUT.as_secs()
            ),
        )
    })
}

fn unreadable(error: &MultipartError) -> ApiError {
    match error {
        MultipartError::ContentTypeMissing
        | MultipartError::ContentTypeParse
        | MultipartError::ContentTypeIncompatible
        | MultipartError::BoundaryMissing => ApiError::new(
            ErrorCode::UnsupportedMediaType,
            "A file travels as multipart/form-data with a part named file.",
        )
        .with_extra("accepted", vec!["multipart/form-data"]),
        _ => ApiError::new(
            ErrorCode::MalformedRequest,
            "The form could not be read, or it broke off. Nothing was kept.",
        ),
    }
}

fn refused(pointer: &str, code: &str, message: &str) -> ApiError {
    ApiError::new(ErrorCode::ValidationFailed, message).with_field(pointer, code, message)
}

fn too_large(limit: u64) -> ApiError {
    ApiError::new(
        ErrorCode::PayloadTooLarge,
        format!(
            "The file is larger than {}, which is the most an import takes.",
            in_words(limit)
        ),
    )
    .with_extra("limit_bytes", limit)
    .with_extra("setting", "AICMO_IMPORT_MAX_MB")
}

/// `100 MB` where it comes out even, else bytes.
fn in_words(bytes: u64) -> String {
    const MEGABYTE: u64 = 1024 * 1024;
    if bytes >= MEGABYTE && bytes.is_multiple_of(MEGABYTE) {
        format!("{} MB", bytes / MEGABYTE)
    } else {
        format!("{bytes} bytes")
    }
}

fn no_storage(cause: std::io::Error) -> ApiError {
    OperationError::Unavailable(Dependency::Storage, cause.into()).into()
}
