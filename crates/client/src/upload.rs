//! Uploads: the one kind of body that is not JSON.

use std::path::Path;

use aicmo_shared::CampaignId;
use aicmo_shared::api::UploadImport;
use aicmo_shared::import::Import;
use reqwest::multipart::{Form, Part};

use crate::retry::Attempts;
use crate::{Client, ClientError, new_key};

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

    /// The file is read anew for each attempt; the key stays the same, so it becomes one import.
    fn upload(&self, key: &str, file: Part, campaign: Option<CampaignId>) -> reqwest::RequestBuilder {
        // Text parts go first: a server that streams the file has read them by then.
        let form = campaign.map_or_else(Form::new, |id| Form::new().text("campaign", id.to_string()));
        self.keyed::<UploadImport>(key, &[])
            .multipart(form.part("file", file))
    }
}
