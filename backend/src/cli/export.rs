//! `aicmo export leads`: any view of the leads leaves a running server as a file.

use aicmo_client::Client;
use aicmo_shared::api::ExportLeads as Endpoint;
use aicmo_shared::lead::{LeadExport, LeadFilter};
use serde_json::{Map, Value};

use super::args::ExportLeads;
use super::block_on;
use super::remote::{client, refusal, save};
use crate::process::{Exit, Stop};
use crate::settings::Settings;

pub(super) fn leads(settings: &Settings, asked: &ExportLeads) -> Result<Exit, Stop> {
    let export = LeadExport {
        format: asked.format,
        filter: filter(&asked.conditions)?,
        sort: asked.sort,
    };
    let client = client(settings)?;
    block_on(run(settings, &client, asked, &export))?
}

async fn run(
    settings: &Settings,
    client: &Client,
    asked: &ExportLeads,
    export: &LeadExport,
) -> Result<Exit, Stop> {
    let file = client
        .file::<Endpoint>(&[], export)
        .await
        .map_err(|error| refusal(settings, error))?;
    save(file, asked.out.as_deref())
        .await
        .map_err(|error| refusal(settings, error))??;
    Ok(Exit::Fine)
}

/// Conditions as `status=NEW`, spelled as the fields of the API's filter.
fn filter(conditions: &[String]) -> Result<LeadFilter, Stop> {
    let mut fields = Map::new();
    for condition in conditions {
        let (name, value) = condition.split_once('=').ok_or_else(|| {
            Stop::new(
                Exit::Usage,
                "--where must be followed by FIELD=VALUE, such as status=NEW.",
            )
        })?;
        let value = match name {
            "review" | "score_from" | "score_to" => {
                serde_json::from_str(value).unwrap_or_else(|_| value.into())
            }
            _ => Value::from(value),
        };
        fields.insert(name.to_owned(), value);
    }
    serde_json::from_value(Value::Object(fields)).map_err(|cause| {
        Stop::new(
            Exit::Usage,
            format!("The leads cannot be narrowed like that: {cause}."),
        )
    })
}
