//! The markers and the table. Adding an endpoint begins with a line here.

use super::query::{
    ActivityQuery, AuditQuery, CampaignQuery, DeliveryQuery, ImportQuery, ImportRowQuery, JobItemQuery,
    LeadQuery, NoQuery, PageQuery, StreamQuery,
};
use super::table::{DescribedEndpoint, Visitor};
use super::{
    AnswerKind, BodyKind, CommandEndpoint, Endpoint, EndpointSpec, Kind, Method, QueryParams, ReadEndpoint,
    StreamEndpoint,
};
use crate::access::{Access, Capability as C};
use crate::account::{
    Invitation, InvitationAcceptance, InvitationCreated, InvitationDraft, OneTimeLink, PasswordResetRequest,
    PasswordSet, ServiceAccountDraft, SessionsEnded, SetUpRequest, User, UserPatch,
};
use crate::activity::ActivityEvent;
use crate::api_key::{ApiKey, ApiKeyCreated, ApiKeyDraft};
use crate::audit::{AuditChainReport, AuditExport, AuditFile, AuditRow};
use crate::backup::Backup;
use crate::campaign::{Campaign, CampaignDraft, CampaignStep};
use crate::diagnostics::{Diagnostics, SupportBundle};
use crate::event::Event;
use crate::fault::{ClientErrorCount, ClientErrorReport};
use crate::import::{FailedRowsFile, Import, ImportMapping, ImportRow, ImportUndoRequest};
use crate::inventory::EntryPoint;
use crate::job::{BulkDraft, BulkPreview, BulkQuestion, Job, JobItem};
use crate::lead::{
    ConsentChange, ConsentEvent, Lead, LeadCreated, LeadDraft, LeadEvent, LeadExport, LeadFile, LeadPatch,
    LeadRow, LeadStatusChange,
};
use crate::metrics::Attention;
use crate::passkey::{Passkey, PasskeyAdded, PasskeyChallenge, PasskeyDraft, PasskeyName, PasskeySignIn};
use crate::problem::ErrorCode as E;
use crate::session::{
    CurrentSession, OwnNameChange, PasswordAgain, PasswordChange, RecoveryCodes, SecondFactorCode,
    SecondFactorOffer, SessionInfo, SignInRequest,
};
use crate::status::{ServiceName as S, Status};
use crate::task::MyWork;
use crate::webhook::{
    Webhook, WebhookDelivery, WebhookDraft, WebhookPatch, WebhookReplay, WebhookReplayed, WebhookWithSecret,
};

endpoints! {
    Read Get "/api/v1/status" => GetStatus(NoQuery, None ()) -> Status,
        access: Access::Needs(C::Read),
        service: None, version: false, success: 200, problems: [],
        "Mode, build, control flags and services: what every screen shows.";
    Read Get "/api/v1/metrics/attention" => GetAttention(NoQuery, None ()) -> Attention,
        access: Access::Needs(C::Read),
        service: None, version: false, success: 200, problems: [],
        "What needs the operator now.";
    Read Get "/api/v1/activity" => ListActivity(ActivityQuery, None ()) -> Vec<ActivityEvent>,
        access: Access::Needs(C::Read),
        service: Some(S::Activity), version: false, success: 200, problems: [InvalidCursor],
        "What happened, newest first.";
    Read Get "/api/v1/my-work" => GetMyWork(NoQuery, None ()) -> MyWork,
        access: Access::Needs(C::Read),
        service: Some(S::CampaignOps), version: false, success: 200, problems: [FeatureDisabled],
        "Due and overdue tasks.";
    Read Get "/api/v1/leads" => ListLeads(LeadQuery, None ()) -> Vec<LeadRow>,
        access: Access::Needs(C::Read),
        service: Some(S::Leads), version: false, success: 200, problems: [InvalidCursor],
        "A page of leads under a filter and an order.";
    Command Post "/api/v1/leads" => CreateLead(NoQuery, Json LeadDraft) -> LeadCreated,
        access: Access::Needs(C::EditLeads),
        service: Some(S::Leads), version: false, success: 201, problems: [ValidationFailed, IdentityConflict],
        "Creates a lead, or merges into the one that has its identity.";
    Command Post "/api/v1/leads/export" => ExportLeads(NoQuery, Json LeadExport) -> LeadFile as Rows,
        access: Access::Needs(C::ExportLeads),
        service: Some(S::Leads), version: false, success: 200, problems: [ValidationFailed],
        "Streams the leads of a view as a file: a table, or lines of JSON.";
    Inquiry Post "/api/v1/leads/bulk/preview" => PreviewBulk(NoQuery, Json BulkQuestion) -> BulkPreview,
        access: Access::Needs(C::EditLeads),
        service: Some(S::Leads), version: false, success: 200, problems: [ValidationFailed],
        "How many leads a bulk change is about, and what it would do to the newest thousand; nothing is written.";
    Command Post "/api/v1/leads/bulk" => StartBulk(NoQuery, Json BulkDraft) -> Job,
        access: Access::Needs(C::EditLeads),
        service: Some(S::Leads), version: false, success: 202, problems: [ValidationFailed, ReasonRequired],
        "Starts one change of all leads that are named or match; follow it with GET of the job.";
    Read Get "/api/v1/jobs" => ListJobs(PageQuery, None ()) -> Vec<Job>,
        access: Access::Needs(C::Read),
        service: Some(S::Leads), version: false, success: 200, problems: [InvalidCursor],
        "Bulk changes, newest first.";
    Read Get "/api/v1/jobs/{id}" => GetJob(NoQuery, None ()) -> Job,
        access: Access::Needs(C::Read),
        service: Some(S::Leads), version: false, success: 200, problems: [NotFound],
        "A bulk change and how far it is.";
    Read Get "/api/v1/jobs/{id}/items" => ListJobItems(JobItemQuery, None ()) -> Vec<JobItem>,
        access: Access::Needs(C::Read),
        service: Some(S::Leads), version: false, success: 200, problems: [NotFound, InvalidCursor],
        "The leads of a bulk change with what became of each.";
    Command Post "/api/v1/jobs/{id}/cancel" => CancelJob(NoQuery, None ()) -> Job,
        access: Access::Needs(C::EditLeads),
        service: None, version: false, success: 200, problems: [NotFound, JobState],
        "Stops a bulk change behind the chunk that is being written; what is changed stays and can be undone.";
    Command Post "/api/v1/jobs/{id}/retry" => RetryJob(NoQuery, None ()) -> Job,
        access: Access::Needs(C::EditLeads),
        service: Some(S::Leads), version: false, success: 202, problems: [NotFound, JobState],
        "Lets a bulk change or its undo go on that stands still after a failure.";
    Command Post "/api/v1/jobs/{id}/undo" => UndoJob(NoQuery, None ()) -> Job,
        access: Access::Needs(C::EditLeads),
        service: Some(S::Leads), version: false, success: 202, problems: [NotFound, JobState],
        "Gives the changed leads their former value again, for ten minutes; what was changed since is kept and listed.";
    Read Get "/api/v1/leads/{id}" => GetLead(NoQuery, None ()) -> Lead,
        access: Access::Needs(C::Read),
        service: Some(S::Leads), version: false, success: 200, problems: [NotFound],
        "A lead with all its fields.";
    Command Patch "/api/v1/leads/{id}" => PatchLead(NoQuery, Json LeadPatch) -> Lead,
        access: Access::Needs(C::EditLeads),
        service: Some(S::Leads), version: true, success: 200,
        problems: [NotFound, ValidationFailed, ConsentMonotonic],
        "Edits fields of a lead; an absent field is unchanged.";
    Command Post "/api/v1/leads/{id}/status" => ChangeLeadStatus(NoQuery, Json LeadStatusChange) -> Lead,
        access: Access::Needs(C::EditLeads),
        service: Some(S::Leads), version: true, success: 200,
        problems: [NotFound, IllegalTransition, ReasonRequired, ValidationFailed, ConsentMonotonic],
        "Moves a lead along its transition table.";
    Read Get "/api/v1/leads/{id}/timeline" => ListLeadEvents(NoQuery, None ()) -> Vec<LeadEvent>,
        access: Access::Needs(C::Read),
        service: Some(S::Leads), version: false, success: 200, problems: [NotFound],
        "The newest 100 touches, status changes and edits of a lead.";
    Command Post "/api/v1/leads/{id}/consent" => ChangeLeadConsent(NoQuery, Json ConsentChange) -> Lead,
        access: Access::Needs(C::EditLeads),
        service: Some(S::Leads), version: false, success: 200,
        problems: [NotFound, ReasonRequired, ValidationFailed, ConsentMonotonic],
        "Moves consent towards do-not-contact, with what proves it; nothing moves it back.";
    Read Get "/api/v1/leads/{id}/consent" => ListLeadConsent(NoQuery, None ()) -> Vec<ConsentEvent>,
        access: Access::Needs(C::Read),
        service: Some(S::Leads), version: false, success: 200, problems: [NotFound],
        "Every step of a lead's consent with origin, evidence and who wrote it.";
    Read Get "/api/v1/campaigns" => ListCampaigns(CampaignQuery, None ()) -> Vec<Campaign>,
        access: Access::Needs(C::Read),
        service: Some(S::Campaigns), version: false, success: 200, problems: [InvalidCursor],
        "Campaigns, newest first.";
    Command Post "/api/v1/campaigns" => CreateCampaign(NoQuery, Json CampaignDraft) -> Campaign,
        access: Access::Needs(C::EditCampaigns),
        service: Some(S::Campaigns), version: false, success: 201, problems: [ValidationFailed, DuplicateName],
        "Creates a campaign, planned and in simulation.";
    Read Get "/api/v1/campaigns/{id}" => GetCampaign(NoQuery, None ()) -> Campaign,
        access: Access::Needs(C::Read),
        service: Some(S::Campaigns), version: false, success: 200, problems: [NotFound],
        "A campaign with its leads by status.";
    Command Post "/api/v1/campaigns/{id}/activate" => ActivateCampaign(NoQuery, Json CampaignStep) -> Campaign,
        access: Access::Needs(C::EditCampaigns),
        service: Some(S::Campaigns), version: false, success: 200, problems: [NotFound, IllegalTransition],
        "Starts a planned campaign.";
    Command Post "/api/v1/campaigns/{id}/pause" => PauseCampaign(NoQuery, Json CampaignStep) -> Campaign,
        access: Access::Needs(C::Pause),
        service: None, version: false, success: 200, problems: [NotFound, IllegalTransition, ReasonRequired],
        "Pauses an active campaign; needs a reason and never a feature switch.";
    Command Post "/api/v1/campaigns/{id}/resume" => ResumeCampaign(NoQuery, Json CampaignStep) -> Campaign,
        access: Access::Needs(C::ResumeCampaign),
        service: Some(S::Campaigns), version: false, success: 200, problems: [NotFound, IllegalTransition],
        "Resumes a paused campaign.";
    Command Post "/api/v1/campaigns/{id}/complete" => CompleteCampaign(NoQuery, Json CampaignStep) -> Campaign,
        access: Access::Needs(C::EditCampaigns),
        service: Some(S::Campaigns), version: false, success: 200, problems: [NotFound, IllegalTransition],
        "Completes a campaign; final.";
    Command Post "/api/v1/campaigns/{id}/stop" => StopCampaign(NoQuery, Json CampaignStep) -> Campaign,
        access: Access::Needs(C::Pause),
        service: None, version: false, success: 200, problems: [NotFound, IllegalTransition, ReasonRequired],
        "Stops a campaign for good; needs a reason and never a feature switch.";
    Command Post "/api/v1/imports" => UploadImport(NoQuery, File ()) -> Import,
        access: Access::Needs(C::RunImports),
        service: Some(S::Imports), version: false, success: 201, problems: [ValidationFailed],
        "Takes a CSV file, reads it and suggests a mapping by header.";
    Read Get "/api/v1/imports" => ListImports(ImportQuery, None ()) -> Vec<Import>,
        access: Access::Needs(C::Read),
        service: Some(S::Imports), version: false, success: 200, problems: [InvalidCursor],
        "Imports, newest first.";
    Read Get "/api/v1/imports/{id}" => GetImport(NoQuery, None ()) -> Import,
        access: Access::Needs(C::Read),
        service: Some(S::Imports), version: false, success: 200, problems: [NotFound],
        "An import with its counts and progress.";
    Command Put "/api/v1/imports/{id}/mapping" => MapImport(NoQuery, Json ImportMapping) -> Import,
        access: Access::Needs(C::RunImports),
        service: Some(S::Imports), version: false, success: 200, problems: [NotFound, ValidationFailed, ImportState],
        "Sets what each column becomes.";
    Command Post "/api/v1/imports/{id}/preview" => PreviewImport(NoQuery, None ()) -> Import,
        access: Access::Needs(C::RunImports),
        service: Some(S::Imports), version: false, success: 200, problems: [NotFound, ValidationFailed, ImportState],
        "Dry run: a verdict for every row; no lead is written.";
    Read Get "/api/v1/imports/{id}/rows" => ListImportRows(ImportRowQuery, None ()) -> Vec<ImportRow>,
        access: Access::Needs(C::Read),
        service: Some(S::Imports), version: false, success: 200, problems: [NotFound, InvalidCursor],
        "Rows with their verdicts, in file order.";
    Inquiry Get "/api/v1/imports/{id}/failed-rows.csv" => GetFailedRows(NoQuery, None ()) -> FailedRowsFile as Table,
        access: Access::Needs(C::Read),
        service: Some(S::Imports), version: false, success: 200, problems: [NotFound],
        "Streams the rows that could not be used, with the reasons, as a table to correct and import again.";
    Command Post "/api/v1/imports/{id}/commit" => CommitImport(NoQuery, None ()) -> Import,
        access: Access::Needs(C::RunImports),
        service: Some(S::Imports), version: false, success: 202, problems: [NotFound, ImportState],
        "Starts writing the rows in chunks; follow it with GET.";
    Command Post "/api/v1/imports/{id}/pause" => PauseImport(NoQuery, None ()) -> Import,
        access: Access::Needs(C::RunImports),
        service: None, version: false, success: 200, problems: [NotFound, ImportState],
        "Stops a running commit behind the chunk that is being written.";
    Command Post "/api/v1/imports/{id}/resume" => ResumeImport(NoQuery, None ()) -> Import,
        access: Access::Needs(C::RunImports),
        service: Some(S::Imports), version: false, success: 202, problems: [NotFound, ImportState],
        "Lets a paused commit go on; no row is written twice.";
    Command Post "/api/v1/imports/{id}/cancel" => CancelImport(NoQuery, None ()) -> Import,
        access: Access::Needs(C::RunImports),
        service: Some(S::Imports), version: false, success: 200, problems: [NotFound, ImportState],
        "Gives up an import that has not been committed; what a commit has written stays and can be undone.";
    Command Post "/api/v1/imports/{id}/undo" => UndoImport(NoQuery, Json ImportUndoRequest) -> Import,
        access: Access::Needs(C::RunImports),
        service: Some(S::Imports), version: false, success: 202, problems: [NotFound, ImportState, ReasonRequired],
        "Takes back what an import wrote, in chunks, for 30 days; what was touched since is kept and listed.";
    Read Get "/api/v1/entry-points" => ListEntryPoints(NoQuery, None ()) -> Vec<EntryPoint>,
        access: Access::Needs(C::Read),
        service: None, version: false, success: 200, problems: [],
        "Every way in, active or retired.";
    Read Get "/api/v1/diagnostics" => GetDiagnostics(NoQuery, None ()) -> Diagnostics,
        access: Access::Needs(C::Read),
        service: None, version: false, success: 200, problems: [],
        "What is running, from where, with which settings.";
    Process Post "/api/v1/diagnostics/run" => RunDiagnostics(NoQuery, None ()) -> Diagnostics,
        access: Access::Needs(C::Read),
        service: None, version: false, success: 200, problems: [],
        "Compares counters with rows, looks for corrupt rows, and answers the new report.";
    Inquiry Post "/api/v1/diagnostics/bundle" => MakeSupportBundle(NoQuery, None ()) -> SupportBundle,
        access: Access::Needs(C::SupportBundle),
        service: None, version: false, success: 200, problems: [],
        "Everything that helps to find a fault, in one redacted document.";
    Process Post "/api/v1/client-errors" => ReportClientError(NoQuery, Json ClientErrorReport) -> ClientErrorCount,
        access: Access::Public,
        service: None, version: false, success: 202, problems: [ValidationFailed],
        "A console tells of its own crash.";
    Read Get "/api/v1/session" => GetSession(NoQuery, None ()) -> CurrentSession,
        access: Access::Public,
        service: None, version: false, success: 200, problems: [],
        "Who the caller is and what they may do; nobody, too, is an answer.";
    Command Post "/api/v1/session" => SignIn(NoQuery, Json SignInRequest) -> CurrentSession,
        access: Access::Public,
        service: None, version: false, success: 201,
        problems: [InvalidCredentials, SecondFactorRequired, RateLimited],
        "Signs in and sets the session's cookie.";
    Command Delete "/api/v1/session" => SignOut(NoQuery, None ()) -> CurrentSession,
        access: Access::OwnAccount,
        service: None, version: false, success: 200, problems: [],
        "Ends this session and takes its cookie back.";
    Command Post "/api/v1/setup" => SetUp(NoQuery, Json SetUpRequest) -> CurrentSession,
        access: Access::Public,
        service: None, version: false, success: 201, problems: [LinkInvalid, AlreadySetUp, RateLimited],
        "Makes the first administrator by the set-up link and signs them in.";
    Command Post "/api/v1/session/password" => ChangePassword(NoQuery, Json PasswordChange) -> CurrentSession,
        access: Access::OwnAccount,
        service: None, version: false, success: 200, problems: [RateLimited],
        "Changes the own password, renews this session and ends the others.";
    Command Post "/api/v1/session/name" => ChangeOwnName(NoQuery, Json OwnNameChange) -> CurrentSession,
        access: Access::OwnAccount,
        service: None, version: false, success: 200, problems: [ValidationFailed],
        "Changes the caller's own name, as others see it.";
    Command Post "/api/v1/session/second-factor" => BeginSecondFactor(NoQuery, Json PasswordAgain) -> SecondFactorOffer,
        access: Access::OwnAccount,
        service: None, version: false, success: 201, problems: [RateLimited],
        "Offers a secret for an authenticator app; it counts once a code was confirmed.";
    Command Post "/api/v1/session/second-factor/confirm" => ConfirmSecondFactor(NoQuery, Json SecondFactorCode) -> RecoveryCodes,
        access: Access::OwnAccount,
        service: None, version: false, success: 200, problems: [RateLimited],
        "Switches the second factor on and shows recovery codes once.";
    Command Post "/api/v1/session/second-factor/remove" => RemoveSecondFactor(NoQuery, Json PasswordAgain) -> CurrentSession,
        access: Access::OwnAccount,
        service: None, version: false, success: 200, problems: [RateLimited],
        "Switches the second factor off.";
    Command Post "/api/v1/session/second-factor/recovery-codes" => RenewRecoveryCodes(NoQuery, Json PasswordAgain) -> RecoveryCodes,
        access: Access::OwnAccount,
        service: None, version: false, success: 200, problems: [RateLimited],
        "Replaces the recovery codes and shows the new ones once.";
    Inquiry Post "/api/v1/session/passkey/begin" => BeginPasskeySignIn(NoQuery, None ()) -> PasskeyChallenge,
        access: Access::Public,
        service: None, version: false, success: 201, problems: [FeatureDisabled],
        "Asks a browser for a passkey; keeps nothing.";
    Command Post "/api/v1/session/passkey" => SignInByPasskey(NoQuery, Json PasskeySignIn) -> CurrentSession,
        access: Access::Public,
        service: None, version: false, success: 201,
        problems: [InvalidCredentials, FeatureDisabled, RateLimited],
        "Signs in by a passkey, which is both factors, and sets the session's cookie.";
    Read Get "/api/v1/session/passkeys" => ListPasskeys(NoQuery, None ()) -> Vec<Passkey>,
        access: Access::OwnAccount,
        service: None, version: false, success: 200, problems: [],
        "The caller's passkeys, the newest first.";
    Command Post "/api/v1/session/passkeys/begin" => BeginPasskey(NoQuery, Json PasswordAgain) -> PasskeyChallenge,
        access: Access::OwnAccount,
        service: None, version: false, success: 201, problems: [FeatureDisabled, RateLimited],
        "Asks a browser to make a passkey; it counts once it was added.";
    Command Post "/api/v1/session/passkeys" => AddPasskey(NoQuery, Json PasskeyDraft) -> PasskeyAdded,
        access: Access::OwnAccount,
        service: None, version: false, success: 201, problems: [FeatureDisabled],
        "Adds the passkey that the browser made and renews this session.";
    Command Post "/api/v1/session/passkeys/{id}/rename" => RenamePasskey(NoQuery, Json PasskeyName) -> Passkey,
        access: Access::OwnAccount,
        service: None, version: false, success: 200, problems: [NotFound],
        "Gives a passkey of the caller another name.";
    Command Post "/api/v1/session/passkeys/{id}/remove" => RemovePasskey(NoQuery, Json PasswordAgain) -> CurrentSession,
        access: Access::OwnAccount,
        service: None, version: false, success: 200, problems: [NotFound, RateLimited],
        "Removes a passkey of the caller and renews this session.";
    Read Get "/api/v1/sessions" => ListSessions(NoQuery, None ()) -> Vec<SessionInfo>,
        access: Access::OwnAccount,
        service: None, version: false, success: 200, problems: [],
        "The caller's sessions, the one seen last first.";
    Command Delete "/api/v1/sessions/{id}" => EndSession(NoQuery, None ()) -> SessionsEnded,
        access: Access::OwnAccount,
        service: None, version: false, success: 200, problems: [NotFound],
        "Ends one of the caller's sessions.";
    Command Post "/api/v1/invitations/accept" => AcceptInvitation(NoQuery, Json InvitationAcceptance) -> CurrentSession,
        access: Access::Public,
        service: None, version: false, success: 201, problems: [LinkInvalid, EmailTaken, RateLimited],
        "Makes the account of an invitation and signs it in.";
    Command Post "/api/v1/password-resets/accept" => ResetPassword(NoQuery, Json PasswordResetRequest) -> PasswordSet,
        access: Access::Public,
        service: None, version: false, success: 200, problems: [LinkInvalid, RateLimited],
        "Sets a new password by a reset link and ends every session of the account.";
    Read Get "/api/v1/users" => ListUsers(PageQuery, None ()) -> Vec<User>,
        access: Access::Needs(C::ManageUsers),
        service: None, version: false, success: 200, problems: [InvalidCursor],
        "People and service accounts, newest first.";
    Command Post "/api/v1/users" => CreateServiceAccount(NoQuery, Json ServiceAccountDraft) -> User,
        access: Access::Needs(C::ManageUsers),
        service: None, version: false, success: 201, problems: [DuplicateName],
        "Creates a service account, which owns keys and never signs in.";
    Read Get "/api/v1/users/{id}" => GetUser(NoQuery, None ()) -> User,
        access: Access::Needs(C::ManageUsers),
        service: None, version: false, success: 200, problems: [NotFound],
        "A person or a service account.";
    Command Patch "/api/v1/users/{id}" => PatchUser(NoQuery, Json UserPatch) -> User,
        access: Access::Needs(C::ManageUsers),
        service: None, version: true, success: 200, problems: [NotFound, LastAdmin, DuplicateName],
        "Changes name, role or activity of an account.";
    Command Post "/api/v1/users/{id}/password-reset" => CreatePasswordReset(NoQuery, None ()) -> OneTimeLink as Secret,
        access: Access::Needs(C::ManageUsers),
        service: None, version: false, success: 201, problems: [NotFound],
        "Makes a link by which the person sets a new password; shown once.";
    Command Post "/api/v1/users/{id}/end-sessions" => EndUserSessions(NoQuery, None ()) -> SessionsEnded,
        access: Access::Needs(C::ManageUsers),
        service: None, version: false, success: 200, problems: [NotFound],
        "Ends every session of a person.";
    Command Post "/api/v1/users/{id}/remove-second-factor" => RemoveUserSecondFactor(NoQuery, None ()) -> User,
        access: Access::Needs(C::ManageUsers),
        service: None, version: false, success: 200, problems: [NotFound],
        "Switches the second factor of a person off, who has lost it, and removes their passkeys.";
    Read Get "/api/v1/invitations" => ListInvitations(PageQuery, None ()) -> Vec<Invitation>,
        access: Access::Needs(C::ManageUsers),
        service: None, version: false, success: 200, problems: [InvalidCursor],
        "Invitations, newest first.";
    Command Post "/api/v1/invitations" => CreateInvitation(NoQuery, Json InvitationDraft) -> InvitationCreated as Secret,
        access: Access::Needs(C::ManageUsers),
        service: None, version: false, success: 201, problems: [EmailTaken],
        "Makes an invitation and shows its link once; an older one to the same address is revoked.";
    Command Delete "/api/v1/invitations/{id}" => RevokeInvitation(NoQuery, None ()) -> Invitation,
        access: Access::Needs(C::ManageUsers),
        service: None, version: false, success: 200, problems: [NotFound, IllegalTransition],
        "Takes an open invitation back.";
    Read Get "/api/v1/api-keys" => ListApiKeys(PageQuery, None ()) -> Vec<ApiKey>,
        access: Access::Needs(C::ManageKeys),
        service: None, version: false, success: 200, problems: [InvalidCursor],
        "Keys without their secrets, newest first.";
    Command Post "/api/v1/api-keys" => CreateApiKey(NoQuery, Json ApiKeyDraft) -> ApiKeyCreated as Secret,
        access: Access::Needs(C::ManageKeys),
        service: None, version: false, success: 201, problems: [],
        "Creates a key and shows its secret once.";
    Command Delete "/api/v1/api-keys/{id}" => RevokeApiKey(NoQuery, None ()) -> ApiKey,
        access: Access::Needs(C::ManageKeys),
        service: None, version: false, success: 200, problems: [NotFound, IllegalTransition],
        "Revokes a key for good.";
    Read Get "/api/v1/audit" => ListAudit(AuditQuery, None ()) -> Vec<AuditRow>,
        access: Access::Needs(C::ReadAudit),
        service: None, version: false, success: 200, problems: [InvalidCursor, ValidationFailed],
        "The audit trail under a filter, newest first.";
    Inquiry Post "/api/v1/audit/verify" => VerifyAudit(NoQuery, None ()) -> AuditChainReport,
        access: Access::Needs(C::VerifyAudit),
        service: None, version: false, success: 200, problems: [],
        "Computes the chain of the audit trail again, from the first row to the head.";
    Command Post "/api/v1/audit/export" => ExportAudit(NoQuery, Json AuditExport) -> AuditFile as Rows,
        access: Access::Needs(C::ExportAudit),
        service: None, version: false, success: 200, problems: [ValidationFailed],
        "Streams the audit trail as a file: the whole of it for verification, or a filtered table.";
    Stream Get "/api/v1/stream" => OpenStream(StreamQuery, None ()) -> Event as Events,
        access: Access::Needs(C::Read),
        service: None, version: false, success: 200,
        problems: [MalformedRequest, InvalidEnumValue, RateLimited],
        "Events as they happen, as server-sent events; goes on behind Last-Event-ID.";
    Read Get "/api/v1/webhooks" => ListWebhooks(NoQuery, None ()) -> Vec<Webhook>,
        access: Access::Needs(C::ManageWebhooks),
        service: None, version: false, success: 200, problems: [],
        "Webhooks without their secrets, newest first.";
    Command Post "/api/v1/webhooks" => CreateWebhook(NoQuery, Json WebhookDraft) -> WebhookWithSecret as Secret,
        access: Access::Needs(C::ManageWebhooks),
        service: None, version: false, success: 201, problems: [],
        "Creates a webhook and shows its secret once.";
    Read Get "/api/v1/webhooks/{id}" => GetWebhook(NoQuery, None ()) -> Webhook,
        access: Access::Needs(C::ManageWebhooks),
        service: None, version: false, success: 200, problems: [NotFound],
        "A webhook without its secret.";
    Command Patch "/api/v1/webhooks/{id}" => PatchWebhook(NoQuery, Json WebhookPatch) -> Webhook,
        access: Access::Needs(C::ManageWebhooks),
        service: None, version: true, success: 200, problems: [NotFound],
        "Changes address, description or filter, or switches it on or off.";
    Command Delete "/api/v1/webhooks/{id}" => DeleteWebhook(NoQuery, None ()) -> Webhook,
        access: Access::Needs(C::ManageWebhooks),
        service: None, version: true, success: 200, problems: [NotFound],
        "Removes a webhook with its deliveries.";
    Command Post "/api/v1/webhooks/{id}/rotate-secret" => RotateWebhookSecret(NoQuery, None ()) -> WebhookWithSecret as Secret,
        access: Access::Needs(C::ManageWebhooks),
        service: None, version: false, success: 200, problems: [NotFound],
        "Makes a new secret and shows it once; the old one signs beside it for 24 hours.";
    Command Post "/api/v1/webhooks/{id}/test" => TestWebhook(NoQuery, None ()) -> WebhookDelivery,
        access: Access::Needs(C::ManageWebhooks),
        service: None, version: false, success: 202, problems: [NotFound],
        "Sends a test event, once and also while the webhook is off.";
    Read Get "/api/v1/webhooks/{id}/deliveries" => ListWebhookDeliveries(DeliveryQuery, None ()) -> Vec<WebhookDelivery>,
        access: Access::Needs(C::ManageWebhooks),
        service: None, version: false, success: 200, problems: [NotFound, InvalidCursor],
        "The delivery log of a webhook, newest first.";
    Command Post "/api/v1/webhooks/{id}/replay" => ReplayWebhook(NoQuery, Json WebhookReplay) -> WebhookReplayed,
        access: Access::Needs(C::ManageWebhooks),
        service: None, version: false, success: 202, problems: [NotFound],
        "Delivers again: one delivery, or every failed one since a time.";
    Read Get "/api/v1/backups" => ListBackups(NoQuery, None ()) -> Vec<Backup>,
        access: Access::Needs(C::ManageBackups),
        service: None, version: false, success: 200, problems: [],
        "The backups in the data directory, newest first.";
    Command Post "/api/v1/backups" => CreateBackup(NoQuery, None ()) -> Backup,
        access: Access::Needs(C::ManageBackups),
        service: None, version: false, success: 201, problems: [],
        "Makes a backup in the data directory and restores it once to see that it is whole.";
}
