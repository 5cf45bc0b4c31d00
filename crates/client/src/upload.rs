//! Uploads: the one kind of body that is not JSON.

use std::io;
use std::path::Path;
use std::sync::Arc;

use aicmo_shared::CampaignId;
use aicmo_shared::api::UploadImport;
use aicmo_shared::import::Import;
use futures_util::stream::{Stream, try_unfold};
use reqwest::Body;
use reqwest::multipart::{Form, Part};
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

use crate::retry::Attempts;
use crate::{Client, ClientError, new_key};

/// Bytes of one read.
const PIECE: usize = 64 * 1024;

/// A file piece by piece; `sent` hears how much of it was taken.
fn pieces(
    file: File,
    sent: Arc<impl Fn(u64) + Send + Sync + 'static>,
) -> impl Stream<Item = io::Result<Vec<u8>>> + Send + 'static {
    try_unfold((file, 0_u64, sent), |(mut file, before, sent)| async move {
        let mut piece = vec![0; PIECE];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        let after = before + read as u64;
        sent(after);
        Ok((read > 0).then_some((piece, (file, after, sent))))
    })
}

impl Client {
    /// Uploads the bytes of a lead file under `file_name`.
    ///
    /// # Errors
    /// As `read`.
    pub async fn upload_import(
        &self,
        file_name: &str,
        content: impl Into<Vec<u8>>,
        campaign: Option<CampaignId>,
    ) -> Result<Import, ClientError> {
        let content = content.into();
        let key = new_key();
        let mut attempts = Attempts::new(self.retries_of::<UploadImport>());
        loop {
            let part = Part::bytes(content.clone()).file_name(file_name.to_owned());
            if let Some(import) = attempts.send(self.upload(&key, part, campaign)).await? {
                return Ok(import);
            }
        }
    }

    /// Streams a lead file from disk, so that its size does not become memory.
    ///
    /// # Errors
    /// `Transport` also when the file cannot be read; otherwise as `read`.
    pub async fn upload_import_file(
        &self,
        path: &Path,
        campaign: Option<CampaignId>,
    ) -> Result<Import, ClientError> {
        let key = new_key();
        let mut attempts = Attempts::new(self.retries_of::<UploadImport>());
        loop {
            let part = Part::file(path).await.map_err(|cause| {
                ClientError::Transport(format!("{} cannot be read: {cause}", path.display()))
            })?;
            if let Some(import) = attempts.send(self.upload(&key, part, campaign)).await? {
                return Ok(import);
            }
        }
    }

    /// As `upload_import_file`; `sent` hears how many bytes are on their way, and hears it from the
    /// start again when the upload is tried again.
    ///
    /// # Errors
    /// As `upload_import_file`.
    pub async fn upload_import_file_watched(
        &self,
        path: &Path,
        campaign: Option<CampaignId>,
        sent: impl Fn(u64) + Send + Sync + 'static,
    ) -> Result<Import, ClientError> {
        let unreadable =
            |cause: io::Error| ClientError::Transport(format!("{} cannot be read: {cause}", path.display()));
        let name = path
            .file_name()
            .map_or_else(|| "file".to_owned(), |name| name.to_string_lossy().into_owned());
        let sent = Arc::new(sent);
        let key = new_key();
        let mut attempts = Attempts::new(self.retries_of::<UploadImport>());
        loop {
            let file = File::open(path).await.map_err(unreadable)?;
            let size = file.metadata().await.map_err(unreadable)?.len();
            let body = Body::wrap_stream(pieces(file, Arc::clone(&sent)));
            let part = Part::stream_with_length(body, size).file_name(name.clone());
            if let Some(import) = attempts.send(self.upload(&key, part, campaign)).await? {
                return Ok(import);
            }
        }
    }

    /// The file is read anew for each attempt; the key stays the same, so it becomes one import.
    fn upload(&self, key: &str, file: Part, campaign: Option<CampaignId>) -> reqwest::RequestBuilder {
        // Text parts go first: a server that streams the file has read them by then.
        let form = campaign.map_or_else(Form::new, |id| Form::new().text("campaign", id.to_string()));
        self.keyed::<UploadImport>(key, &[])
            .multipart(form.part("file", file))
    }
}
