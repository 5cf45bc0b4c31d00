//! Every command as a row of one table: refused by name in mock mode, one audit row each when live.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use aicmo_operations::import::{self, ImportUpload};
use aicmo_operations::{OperationError, Operations, bulk, campaigns, leads, webhooks};
use aicmo_shared::api::{ALL, Kind};
use aicmo_shared::campaign::{CampaignDraft, CampaignObjective, CampaignStep};
use aicmo_shared::import::{ImportMapping, ImportUndoRequest};
use aicmo_shared::job::{BulkDraft, LeadChange, LeadSelection};
use aicmo_shared::lead::{ConsentChange, ConsentStatus, LeadPatch, LeadStatus, LeadStatusChange};
use aicmo_shared::status::ServiceName;
use aicmo_shared::webhook::{EventFilter, WebhookDraft, WebhookPatch, WebhookReplay};
use aicmo_shared::{CampaignId, DeliveryId, ErrorCode, ImportId, JobId, LeadId, MockReason, WebhookId};
use aicmo_test_support::on_both_databases;
use uuid::Uuid;

use crate::support::{a_draft, an_operator, assert_no_driver_words, live, live_without, mock};

fn a_campaign() -> CampaignDraft {
    CampaignDraft {
        name: "Spring".to_owned(),
        client: None,
        objective: CampaignObjective::Sales,
        description: None,
        time_zone: None,
        start_on: None,
        end_on: None,
    }
}

fn a_step() -> CampaignStep {
    CampaignStep {
        reason: Some("Because of the test.".to_owned()),
    }
}

/// With an address that no port takes, so that the command is refused even when all else is well.
fn a_webhook() -> WebhookDraft {
    WebhookDraft {
        url: "gopher://example.org".to_owned(),
        description: None,
        filter: EventFilter::default(),
    }
}

fn a_replay() -> WebhookReplay {
    WebhookReplay {
        delivery: Some(DeliveryId::new(Uuid::from_u128(5))),
        failed_since: None,
    }
}

/// What needs somebody who is signed in, or a file to write: the walk over the endpoint table that the
/// tests of the API make in mock mode tries these.
const TRIED_OVER_HTTP: &[&str] = &[
    "SignIn",
    "SignOut",
    "SetUp",
    "ChangePassword",
    "ChangeOwnName",
    "BeginSecondFactor",
    "ConfirmSecondFactor",
    "RemoveSecondFactor",
    "RenewRecoveryCodes",
    "SignInByPasskey",
    "BeginPasskey",
    "AddPasskey",
    "RenamePasskey",
    "RemovePasskey",
    "EndSession",
    "AcceptInvitation",
    "ResetPassword",
    "CreateServiceAccount",
    "PatchUser",
    "CreatePasswordReset",
    "EndUserSessions",
    "RemoveUserSecondFactor",
    "CreateInvitation",
    "RevokeInvitation",
    "CreateApiKey",
    "RevokeApiKey",
    "ExportAudit",
    "ExportLeads",
    "CreateBackup",
];

fn do_not_contact() -> ConsentChange {
    ConsentChange {
        to: ConsentStatus::Dnc,
        reason: Some("asked by telephone".to_owned()),
        given_at: None,
        origin: None,
        evidence: None,
    }
}

/// Of a lead that is not there.
fn a_bulk_change() -> BulkDraft {
    BulkDraft {
        selection: LeadSelection {
            leads: Some(vec![LeadId::new(Uuid::from_u128(1))]),
            filter: None,
        },
        change: LeadChange::Owner { owner: None },
        expected_count: 1,
        reason: None,
    }
}

/// Tries every other command; none of them finds its subject.
#[expect(clippy::too_many_lines, reason = "one line per command")]
async fn try_all(ops: &Arc<Operations>) -> Vec<(&'static str, OperationError)> {
    let operator = an_operator();
    let lead = LeadId::new(Uuid::from_u128(1));
    let campaign = CampaignId::new(Uuid::from_u128(2));
    let id = ImportId::new(Uuid::from_u128(3));
    let webhook = WebhookId::new(Uuid::from_u128(4));
    let job = JobId::new(Uuid::from_u128(5));
    let change = LeadStatusChange {
        to: LeadStatus::Enriched,
        reason_code: None,
        reason: None,
    };
    let upload = ImportUpload {
        file_name: "leads.csv".to_owned(),
        path: PathBuf::from("absent.csv"),
        campaign: None,
    };
    let mapping = ImportMapping {
        columns: Vec::new(),
        ..ImportMapping::default()
    };
    let undo = ImportUndoRequest {
        reason: Some("the wrong file".to_owned()),
    };
    let refused = |name, outcome: Result<(), OperationError>| (name, outcome.expect_err(name));
    vec![
        refused(
            "CreateLead",
            leads::create_lead(ops, &operator, a_draft("a@x.example"))
                .await
                .map(drop),
        ),
        refused(
            "PatchLead",
            leads::patch_lead(ops, &operator, lead, 1, LeadPatch::default())
                .await
                .map(drop),
        ),
        refused(
            "ChangeLeadStatus",
            leads::change_lead_status(ops, &operator, lead, 1, change)
                .await
                .map(drop),
        ),
        refused(
            "ChangeLeadConsent",
            leads::change_lead_consent(ops, &operator, lead, do_not_contact())
                .await
                .map(drop),
        ),
        refused(
            "StartBulk",
            bulk::start_bulk(ops, &operator, a_bulk_change()).await.map(drop),
        ),
        refused("CancelJob", bulk::cancel_job(ops, &operator, job).await.map(drop)),
        refused("RetryJob", bulk::retry_job(ops, &operator, job).await.map(drop)),
        refused("UndoJob", bulk::undo_job(ops, &operator, job).await.map(drop)),
        refused(
            "CreateCampaign",
            campaigns::create_campaign(ops, &operator, a_campaign())
                .await
                .map(drop),
        ),
        refused(
            "ActivateCampaign",
            campaigns::activate_campaign(ops, &operator, campaign, a_step())
                .await
                .map(drop),
        ),
        refused(
            "PauseCampaign",
            campaigns::pause_campaign(ops, &operator, campaign, a_step())
                .await
                .map(drop),
        ),
        refused(
            "ResumeCampaign",
            campaigns::resume_campaign(ops, &operator, campaign, a_step())
                .await
                .map(drop),
        ),
        refused(
            "CompleteCampaign",
            campaigns::complete_campaign(ops, &operator, campaign, a_step())
                .await
                .map(drop),
        ),
        refused(
            "StopCampaign",
            campaigns::stop_campaign(ops, &operator, campaign, a_step())
                .await
                .map(drop),
        ),
        refused(
            "UploadImport",
            import::upload_import(ops, &operator, upload).await.map(drop),
        ),
        refused(
            "MapImport",
            import::map_import(ops, &operator, id, mapping).await.map(drop),
        ),
        refused(
            "PreviewImport",
            import::preview_import(ops, &operator, id).await.map(drop),
        ),
        refused(
            "CommitImport",
            import::commit_import(ops, &operator, id).await.map(drop),
        ),
        refused(
            "PauseImport",
            import::pause_import(ops, &operator, id).await.map(drop),
        ),
        refused(
            "ResumeImport",
            import::resume_import(ops, &operator, id).await.map(drop),
        ),
        refused(
            "CancelImport",
            import::cancel_import(ops, &operator, id).await.map(drop),
        ),
        refused(
            "UndoImport",
            import::undo_import(ops, &operator, id, undo).await.map(drop),
        ),
        refused(
            "CreateWebhook",
            webhooks::create_webhook(ops, &operator, a_webhook())
                .await
                .map(drop),
        ),
        refused(
            "PatchWebhook",
            webhooks::patch_webhook(ops, &operator, webhook, 1, WebhookPatch::default())
                .await
                .map(drop),
        ),
        refused(
            "DeleteWebhook",
            webhooks::delete_webhook(ops, &operator, webhook, 1)
                .await
                .map(drop),
        ),
        refused(
            "RotateWebhookSecret",
            webhooks::rotate_webhook_secret(ops, &operator, webhook)
                .await
                .map(drop),
        ),
        refused(
            "TestWebhook",
            webhooks::test_webhook(ops, &operator, webhook).await.map(drop),
        ),
        refused(
            "ReplayWebhook",
            webhooks::replay_webhook(ops, &operator, webhook, a_replay())
                .await
                .map(drop),
        ),
    ]
}

#[tokio::test]
async fn mock_mode_refuses_every_command_and_says_how_to_leave() {
    for reason in [
        MockReason::ForcedBySetting,
        MockReason::E2eMode,
        MockReason::DatabaseUnavailableAtStart,
    ] {
        let refusals = try_all(&mock(reason)).await;
        let tried: BTreeSet<_> = refusals.iter().map(|(name, _)| *name).collect();
        let commands: BTreeSet<_> = ALL
            .iter()
            .filter(|spec| spec.kind == Kind::Command)
            .map(|spec| spec.name)
            .collect();
        let elsewhere: BTreeSet<_> = TRIED_OVER_HTTP.iter().copied().collect();
        assert_eq!(
            &tried | &elsewhere,
            commands,
            "every command of the endpoint table is tried"
        );
        assert!(tried.is_disjoint(&elsewhere));
        for (name, error) in refusals {
            let problem = error.to_problem();
            assert_eq!(problem.code, ErrorCode::MockModeReadOnly, "{name}");
            assert_eq!(problem.extras["mock_reason"], reason.as_str(), "{name}");
            assert!(
                problem.detail.starts_with("Nothing was changed."),
                "{name}: {}",
                problem.detail
            );
            assert!(
                problem.detail.contains(reason.sentence()),
                "{name}: {}",
                problem.detail
            );
        }
    }
}

on_both_databases! {
    async fn a_broken_database_refuses_every_command_and_says_that_nothing_was_changed(db: TestDatabase) {
        let store = db.store();
        let ops = live(&store);
        store.close().await;
        let mut errors = try_all(&ops).await;
        // Its address is judged before the database is asked.
        errors.retain(|(name, _)| *name != "CreateWebhook");
        let draft = WebhookDraft { url: "https://hooks.example/aicmo".to_owned(), ..a_webhook() };
        let created = webhooks::create_webhook(&ops, &an_operator(), draft).await;
        errors.push(("CreateWebhook", created.map(drop).expect_err("no database")));
        for (name, error) in errors {
            let problem = error.to_problem();
            assert_eq!(problem.status, 503, "{name}: {error:?}");
            assert!(problem.detail.contains("Nothing was changed."), "{name}: {}", problem.detail);
            assert_no_driver_words(&serde_json::to_string(&problem).expect("serialises"));
        }
    }

    async fn a_disabled_service_refuses_its_own_commands_and_no_others(db: TestDatabase) {
        let ops = live_without(&db.store(), &[ServiceName::Leads, ServiceName::Campaigns, ServiceName::Imports]);
        for (name, error) in try_all(&ops).await {
            let spec = ALL.iter().find(|spec| spec.name == name).expect("it is in the table");
            let is_disabled = matches!(
                spec.service,
                Some(ServiceName::Leads | ServiceName::Campaigns | ServiceName::Imports)
            );
            let refused = matches!(error, OperationError::MockMode(MockReason::ServiceDisabled));
            assert_eq!(refused, is_disabled, "{name}: {error}");
        }
        for (name, error) in try_all(&ops).await {
            if matches!(name, "PauseCampaign" | "StopCampaign" | "PauseImport" | "CancelJob") {
                assert!(matches!(error, OperationError::NotFound(_)), "{name} needs no switch: {error}");
            }
        }
    }
}
