//! The table of handlers: one line per endpoint, in the order of the endpoint table.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, guard};
use aicmo_shared::api;

use super::handlers::{
    activity, api_keys, audit, backups, campaigns, client_errors, diagnostics, imports, inventory, jobs,
    leads, metrics, passkeys, session, status, stream, tasks, users, webhooks,
};
use super::mount::{Mounts, answer_other_method};
use super::{fault, health, metrics as metrics_route, openapi};

/// What is open beside the endpoint table, with what it is for: the inventory lists it, and its
/// requests are counted by these names.
pub const BESIDE: &[(&str, &str)] = &[
    ("/api/v1/openapi.json", "The description of the JSON API"),
    ("/api/docs", "The description as a page"),
    ("/healthz", "Whether the process lives"),
    ("/readyz", "Whether the process can do its work"),
    ("/metrics", "What was counted and measured, for Prometheus"),
];

/// Mounts everything but the console, which is the default service.
pub fn configure(app: &mut ServiceConfig, e2e: bool) {
    mounts().configure(app);
    health::configure(app);
    openapi::page::configure(app);
    metrics_route::configure(app);
    app.service(
        web::resource(openapi::PATH)
            .route(
                web::route()
                    .guard(guard::Any(guard::Get()).or(guard::Head()))
                    .to(openapi::serve),
            )
            .default_service(web::to(|request: HttpRequest| async move {
                answer_other_method(&request, &openapi::ALLOW)
            }))
            .wrap(actix_web::middleware::Compress::default()),
    );
    if e2e {
        fault::configure(app);
    }
}

fn mounts() -> Mounts {
    Mounts::default()
        .endpoint::<api::GetStatus, _, _, _>(status::get_status)
        .endpoint::<api::GetAttention, _, _, _>(metrics::get_attention)
        .endpoint::<api::ListActivity, _, _, _>(activity::list_activity)
        .endpoint::<api::GetMyWork, _, _, _>(tasks::get_my_work)
        .endpoint::<api::ListLeads, _, _, _>(leads::list_leads)
        .endpoint::<api::CreateLead, _, _, _>(leads::create_lead)
        .endpoint::<api::ExportLeads, _, _, _>(leads::export_leads)
        .endpoint::<api::PreviewBulk, _, _, _>(jobs::preview_bulk)
        .endpoint::<api::StartBulk, _, _, _>(jobs::start_bulk)
        .endpoint::<api::ListJobs, _, _, _>(jobs::list_jobs)
        .endpoint::<api::GetJob, _, _, _>(jobs::get_job)
        .endpoint::<api::ListJobItems, _, _, _>(jobs::list_job_items)
        .endpoint::<api::CancelJob, _, _, _>(jobs::cancel_job)
        .endpoint::<api::RetryJob, _, _, _>(jobs::retry_job)
        .endpoint::<api::UndoJob, _, _, _>(jobs::undo_job)
        .endpoint::<api::GetLead, _, _, _>(leads::get_lead)
        .endpoint::<api::PatchLead, _, _, _>(leads::patch_lead)
        .endpoint::<api::ChangeLeadStatus, _, _, _>(leads::change_lead_status)
        .endpoint::<api::ListLeadEvents, _, _, _>(leads::list_lead_events)
        .endpoint::<api::ChangeLeadConsent, _, _, _>(leads::change_lead_consent)
        .endpoint::<api::ListLeadConsent, _, _, _>(leads::list_lead_consent)
        .endpoint::<api::ListCampaigns, _, _, _>(campaigns::list_campaigns)
        .endpoint::<api::CreateCampaign, _, _, _>(campaigns::create_campaign)
        .endpoint::<api::GetCampaign, _, _, _>(campaigns::get_campaign)
        .endpoint::<api::ActivateCampaign, _, _, _>(campaigns::activate_campaign)
        .endpoint::<api::PauseCampaign, _, _, _>(campaigns::pause_campaign)
        .endpoint::<api::ResumeCampaign, _, _, _>(campaigns::resume_campaign)
        .endpoint::<api::CompleteCampaign, _, _, _>(campaigns::complete_campaign)
        .endpoint::<api::StopCampaign, _, _, _>(campaigns::stop_campaign)
        .endpoint::<api::UploadImport, _, _, _>(imports::upload_import)
        .endpoint::<api::ListImports, _, _, _>(imports::list_imports)
        .endpoint::<api::GetImport, _, _, _>(imports::get_import)
        .endpoint::<api::MapImport, _, _, _>(imports::map_import)
        .endpoint::<api::PreviewImport, _, _, _>(imports::preview_import)
        .endpoint::<api::ListImportRows, _, _, _>(imports::list_import_rows)
        .endpoint::<api::GetFailedRows, _, _, _>(imports::get_failed_rows)
        .endpoint::<api::CommitImport, _, _, _>(imports::commit_import)
        .endpoint::<api::PauseImport, _, _, _>(imports::pause_import)
        .endpoint::<api::ResumeImport, _, _, _>(imports::resume_import)
        .endpoint::<api::CancelImport, _, _, _>(imports::cancel_import)
        .endpoint::<api::UndoImport, _, _, _>(imports::undo_import)
        .endpoint::<api::ListEntryPoints, _, _, _>(inventory::list_entry_points)
        .endpoint::<api::GetDiagnostics, _, _, _>(diagnostics::get_diagnostics)
        .endpoint::<api::RunDiagnostics, _, _, _>(diagnostics::run_diagnostics)
        .endpoint::<api::MakeSupportBundle, _, _, _>(diagnostics::make_support_bundle)
        .endpoint::<api::ReportClientError, _, _, _>(client_errors::report_client_error)
        .stream::<api::OpenStream, _, _>(stream::open_stream)
        .endpoint::<api::ListAudit, _, _, _>(audit::list_audit)
        .endpoint::<api::VerifyAudit, _, _, _>(audit::verify_audit)
        .endpoint::<api::ExportAudit, _, _, _>(audit::export_audit)
        .endpoint::<api::ListBackups, _, _, _>(backups::list_backups)
        .endpoint::<api::CreateBackup, _, _, _>(backups::create_backup)
        .endpoint::<api::GetSession, _, _, _>(session::get_session)
        .endpoint::<api::SignIn, _, _, _>(session::sign_in)
        .endpoint::<api::SignOut, _, _, _>(session::sign_out)
        .endpoint::<api::SetUp, _, _, _>(session::set_up)
        .endpoint::<api::ChangePassword, _, _, _>(session::change_password)
        .endpoint::<api::ChangeOwnName, _, _, _>(session::change_own_name)
        .endpoint::<api::BeginSecondFactor, _, _, _>(session::begin_second_factor)
        .endpoint::<api::ConfirmSecondFactor, _, _, _>(session::confirm_second_factor)
        .endpoint::<api::RemoveSecondFactor, _, _, _>(session::remove_second_factor)
        .endpoint::<api::RenewRecoveryCodes, _, _, _>(session::renew_recovery_codes)
        .endpoint::<api::BeginPasskeySignIn, _, _, _>(passkeys::begin_passkey_sign_in)
        .endpoint::<api::SignInByPasskey, _, _, _>(passkeys::sign_in_by_passkey)
        .endpoint::<api::ListPasskeys, _, _, _>(passkeys::list_passkeys)
        .endpoint::<api::BeginPasskey, _, _, _>(passkeys::begin_passkey)
        .endpoint::<api::AddPasskey, _, _, _>(passkeys::add_passkey)
        .endpoint::<api::RenamePasskey, _, _, _>(passkeys::rename_passkey)
        .endpoint::<api::RemovePasskey, _, _, _>(passkeys::remove_passkey)
        .endpoint::<api::ListSessions, _, _, _>(session::list_sessions)
        .endpoint::<api::EndSession, _, _, _>(session::end_session)
        .endpoint::<api::AcceptInvitation, _, _, _>(session::accept_invitation)
        .endpoint::<api::ResetPassword, _, _, _>(session::reset_password)
        .endpoint::<api::ListUsers, _, _, _>(users::list_users)
        .endpoint::<api::CreateServiceAccount, _, _, _>(users::create_service_account)
        .endpoint::<api::GetUser, _, _, _>(users::get_user)
        .endpoint::<api::PatchUser, _, _, _>(users::patch_user)
        .endpoint::<api::CreatePasswordReset, _, _, _>(users::create_password_reset)
        .endpoint::<api::EndUserSessions, _, _, _>(users::end_user_sessions)
        .endpoint::<api::RemoveUserSecondFactor, _, _, _>(users::remove_user_second_factor)
        .endpoint::<api::ListInvitations, _, _, _>(users::list_invitations)
        .endpoint::<api::CreateInvitation, _, _, _>(users::create_invitation)
        .endpoint::<api::RevokeInvitation, _, _, _>(users::revoke_invitation)
        .endpoint::<api::ListApiKeys, _, _, _>(api_keys::list_api_keys)
        .endpoint::<api::CreateApiKey, _, _, _>(api_keys::create_api_key)
        .endpoint::<api::RevokeApiKey, _, _, _>(api_keys::revoke_api_key)
        .endpoint::<api::ListWebhooks, _, _, _>(webhooks::list_webhooks)
        .endpoint::<api::CreateWebhook, _, _, _>(webhooks::create_webhook)
        .endpoint::<api::GetWebhook, _, _, _>(webhooks::get_webhook)
        .endpoint::<api::PatchWebhook, _, _, _>(webhooks::patch_webhook)
        .endpoint::<api::DeleteWebhook, _, _, _>(webhooks::delete_webhook)
        .endpoint::<api::RotateWebhookSecret, _, _, _>(webhooks::rotate_webhook_secret)
        .endpoint::<api::TestWebhook, _, _, _>(webhooks::test_webhook)
        .endpoint::<api::ListWebhookDeliveries, _, _, _>(webhooks::list_webhook_deliveries)
        .endpoint::<api::ReplayWebhook, _, _, _>(webhooks::replay_webhook)
}
