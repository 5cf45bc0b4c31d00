//! Uploads: the one kind of body that is not JSON.

use std::path::Path;

use aicmo_shared::CampaignId;
use aicmo_shared::api::UploadImport;
use aicmo_shared::import::Import;
use reqwest::multipart::{Form, Part};

use crate::{Client, ClientError, receive};

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
        self.upload_part(
            Part::bytes(content.into()).file_name(file_name.to_owned()),
            campaign,
        )
        .await
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
        let part = Part::file(path)
            .await
            .map_err(|cause| ClientError::Transport(format!("{} cannot be read: {cause}", path.display())))?;
        self.upload_part(part, campaign).await
    }

    async fn upload_part(&self, file: Part, campaign: Option<CampaignId>) -> Result<Import, ClientError> {
        // Text parts go first: a server that streams the file has read them by then.
        let form = campaign.map_or_else(Form::new, |id| Form::new().text("campaign", id.to_string()));
        receive(
            self.endpoint::<UploadImport>(&[])
                .multipart(form.part("file", file)),
        )
        .await
    }
}
