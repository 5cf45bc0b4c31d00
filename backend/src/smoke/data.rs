//! Checks 8, 9, 10 and 12: the database, the figures, the flags and Campaign Ops.

use aicmo_client::{Client, ClientError};
use aicmo_shared::api::{
    ChangeLeadStatus, CreateLead, GetAttention, GetMyWork, LeadQuery, ListLeads, MAX_LIMIT, NoQuery,
};
use aicmo_shared::lead::{LeadDraft, LeadGrade, LeadRow, LeadStatus, LeadStatusChange};
use aicmo_shared::{ErrorCode, MockReason};
use aicmo_store::{DatabaseTarget, Store, StoreError, StoreSettings, control};

use super::check::{Ground, Verdict};
use super::server::{Server, field};

/// How many leads check 9 makes; more than a page, so that the direct count has to turn one.
const LEADS: usize = 205;

/// How many of them it moves to the status behind `high_intent`.
const CONTACTED: usize = 7;

/// The leads figure of the fixed mock set.
const MOCK_LEADS: u64 = 12;

/// From where intent counts.
const INTENT: f64 = 0.5;

async fn open(ground: &Ground) -> Result<Store, String> {
    ground.server()?;
    let path = ground.data_dir.join("aicmo.db");
    Store::open(&StoreSettings::new(DatabaseTarget::Sqlite { path }))
        .await
        .map_err(in_words)
}

pub async fn schema(ground: &Ground) -> Verdict {
    let store = open(ground).await?;
    let schema = store.schema().await;
    store.close().await;
    let schema = schema.map_err(in_words)?;
    if schema.is_newer || schema.pending > 0 {
        return Err(format!("{} migrations are missing", schema.pending));
    }
    Ok(format!("a new database was made with schema {}", schema.expected))
}

pub async fn attention(ground: &Ground) -> Verdict {
    let client = ground.server()?.client()?;
    fill(&client).await?;
    let rows = all_leads(&client).await?;
    let answer = client.read::<GetAttention>(&[], &NoQuery {}).await.map_err(say)?;
    if answer.is_mock() {
        return Err("a live server labels its figures mock".into());
    }
    let figures = answer.into_data();
    let count = |what: &dyn Fn(&LeadRow) -> bool| rows.iter().filter(|lead| what(lead)).count() as u64;
    for (name, figure, counted) in [
        ("leads", figures.leads, LEADS as u64),
        ("leads listed", rows.len() as u64, LEADS as u64),
        (
            "triage",
            figures.triage,
            count(&|lead| LeadStatus::TRIAGE.contains(&lead.status) || lead.requires_human_review),
        ),
        (
            "high_intent",
            figures.high_intent,
            count(&|lead| lead.status == LeadStatus::HIGH_INTENT),
        ),
        (
            "intent_detected",
            figures.intent_detected,
            count(&|lead| {
                lead.status != LeadStatus::Lost
                    && (lead.intent_score.is_some_and(|score| score >= INTENT)
                        || lead.grade == Some(LeadGrade::A))
            }),
        ),
    ] {
        if figure != counted {
            return Err(format!("{name} is {figure}, and counted directly {counted}"));
        }
    }
    if figures.high_intent != CONTACTED as u64 {
        return Err(format!(
            "{CONTACTED} leads were contacted and {} are shown",
            figures.high_intent
        ));
    }
    if figures.execution_success.is_some() {
        return Err("a success rate is shown without any attempt".into());
    }
    mock_is_labelled(ground).await?;
    Ok(format!(
        "{LEADS} leads, every figure equals its count; the mock set says that it is one"
    ))
}

/// A second process on mock data needs no database and says of every answer that it is invented.
async fn mock_is_labelled(ground: &Ground) -> Result<(), String> {
    let data_dir = ground.scratch.join("mock");
    let server = Server::start(&ground.binary, &data_dir, &[("AICMO_DATA_SOURCE", "mock")])?;
    if field(&server.ready_line, "mode").as_deref() != Some("mock") {
        return Err("a mock server does not say so when it is ready".into());
    }
    let client = server.client()?;
    let answer = client.read::<GetAttention>(&[], &NoQuery {}).await.map_err(say)?;
    if answer.mock_reason() != Some(MockReason::ForcedBySetting) || answer.data().leads != MOCK_LEADS {
        return Err("the mock figures are not labelled".into());
    }
    let refused = client.command::<CreateLead>(&[], &draft(0), None).await;
    match refused.as_ref().err().and_then(ClientError::problem) {
        Some(problem) if problem.code == ErrorCode::MockModeReadOnly => {}
        _ => return Err("a mock server took a lead".into()),
    }
    if data_dir.join("aicmo.db").exists() {
        return Err("a mock server opened a database".into());
    }
    Ok(())
}

pub async fn control(ground: &Ground) -> Verdict {
    let store = open(ground).await?;
    let probed = probe(&store).await;
    store.close().await;
    let epoch = probed.map_err(in_words)?;
    epoch.map(|epoch| format!("flags readable; epoch {epoch} moved in a transaction and back with it"))
}

/// Raises the epoch inside a transaction that is rolled back.
async fn probe(store: &Store) -> Result<Result<i64, String>, StoreError> {
    let tx = store.begin_write().await?;
    let (before, inside) = control::epoch_probe(&tx).await?;
    tx.rollback().await?;
    let after = control::flags(&store.reader()).await?.epoch;
    Ok(if inside <= before {
        Err(format!("the epoch stayed at {before} when it should have moved"))
    } else if after == before {
        Ok(before)
    } else {
        Err(format!(
            "the epoch is {after} after the rollback and was {before}"
        ))
    })
}

pub async fn campaign_ops(ground: &Ground) -> Verdict {
    let client = ground.server()?.client()?;
    match client.read::<GetMyWork>(&[], &NoQuery {}).await {
        Ok(work) if !work.is_mock() => {}
        Ok(_) => return Err("Campaign Ops answers with mock data on a live server".into()),
        Err(error) => return Err(say(error)),
    }
    let off = Server::start(
        &ground.binary,
        &ground.scratch.join("without-campaign-ops"),
        &[("AICMO_CAMPAIGN_OPS_ENABLED", "false")],
    )?;
    let refused = off.client()?.read::<GetMyWork>(&[], &NoQuery {}).await;
    match refused.as_ref().err().and_then(ClientError::problem) {
        Some(problem) if problem.code == ErrorCode::FeatureDisabled => {
            Ok("answers; switched off by its setting it says so".into())
        }
        _ => Err("switched off by its setting it does not say so".into()),
    }
}

/// Makes the leads and moves some of them on.
async fn fill(client: &Client) -> Result<(), String> {
    for number in 0..LEADS {
        let made = client
            .command::<CreateLead>(&[], &draft(number), None)
            .await
            .map_err(say)?;
        if number < CONTACTED {
            let change = LeadStatusChange {
                to: LeadStatus::HIGH_INTENT,
                reason_code: None,
                reason: None,
            };
            let id = made.lead.row.id.to_string();
            client
                .command::<ChangeLeadStatus>(&[&id], &change, Some(made.lead.row.version))
                .await
                .map_err(say)?;
        }
    }
    Ok(())
}

fn draft(number: usize) -> LeadDraft {
    LeadDraft {
        name: Some(format!("Smoke {number}")),
        email: Some(format!("smoke-{number}@example.com")),
        ..LeadDraft::default()
    }
}

/// Every lead, page by page.
async fn all_leads(client: &Client) -> Result<Vec<LeadRow>, String> {
    let mut rows = Vec::new();
    let mut query = LeadQuery {
        limit: Some(MAX_LIMIT),
        ..LeadQuery::default()
    };
    loop {
        let page = client.read::<ListLeads>(&[], &query).await.map_err(say)?;
        let next = page.page().and_then(|page| page.next_cursor.clone());
        rows.extend(page.into_data());
        match next {
            Some(cursor) if rows.len() <= LEADS => query.cursor = Some(cursor),
            _ => return Ok(rows),
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "stands in map_err")]
fn say(error: ClientError) -> String {
    error.to_string()
}

#[expect(clippy::needless_pass_by_value, reason = "stands in map_err")]
fn in_words(error: StoreError) -> String {
    error.to_string()
}
