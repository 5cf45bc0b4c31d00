//! Who reaches what: every endpoint of the table against every kind of caller.
//!
//! The expectation is written down here by name and not taken from the function that decides, so a
//! capability that moves is seen, and an endpoint without a row fails.

use std::collections::BTreeSet;

use aicmo_shared::ErrorCode;
use aicmo_shared::access::{Role, Scope};
use aicmo_shared::api::{self, EndpointSpec};
use aicmo_test_support::on_both_databases;

use super::harness::{Got, TestServer, send};
use super::people::Who;
use super::samples;

/// Who an endpoint is open to.
#[derive(Clone, Copy, Debug)]
enum Open {
    ToEverybody,
    ToThePersonItself,
    /// People of this role and above, and keys with this scope, if any.
    From(Role, Option<Scope>),
}

use Open::{From, ToEverybody, ToThePersonItself};
use Role::{Admin, Approver, Operator, Viewer};

const READ: Open = From(Viewer, Some(Scope::Read));
const LEADS: Open = From(Operator, Some(Scope::LeadsWrite));
const CAMPAIGNS: Open = From(Operator, Some(Scope::CampaignsWrite));
const IMPORTS: Open = From(Operator, Some(Scope::ImportRun));
const CONTROL: Open = From(Operator, Some(Scope::AutonomyControl));
const EXPORTS: Open = From(Operator, Some(Scope::ExportRun));
const ADMIN: Open = From(Admin, None);

const EXPECTED: &[(&str, Open)] = &[
    ("GetStatus", READ),
    ("GetAttention", READ),
    ("ListActivity", READ),
    ("GetMyWork", READ),
    ("ListLeads", READ),
    ("CreateLead", LEADS),
    ("ExportLeads", EXPORTS),
    ("PreviewBulk", LEADS),
    ("StartBulk", LEADS),
    ("ListJobs", READ),
    ("GetJob", READ),
    ("ListJobItems", READ),
    ("CancelJob", LEADS),
    ("RetryJob", LEADS),
    ("UndoJob", LEADS),
    ("GetLead", READ),
    ("PatchLead", LEADS),
    ("ChangeLeadStatus", LEADS),
    ("ListLeadEvents", READ),
    ("ChangeLeadConsent", LEADS),
    ("ListLeadConsent", READ),
    ("ListCampaigns", READ),
    ("CreateCampaign", CAMPAIGNS),
    ("GetCampaign", READ),
    ("ActivateCampaign", CAMPAIGNS),
    ("PauseCampaign", CONTROL),
    ("ResumeCampaign", CONTROL),
    ("CompleteCampaign", CAMPAIGNS),
    ("StopCampaign", CONTROL),
    ("UploadImport", IMPORTS),
    ("ListImports", READ),
    ("GetImport", READ),
    ("MapImport", IMPORTS),
    ("PreviewImport", IMPORTS),
    ("ListImportRows", READ),
    ("GetFailedRows", READ),
    ("CommitImport", IMPORTS),
    ("PauseImport", IMPORTS),
    ("ResumeImport", IMPORTS),
    ("CancelImport", IMPORTS),
    ("UndoImport", IMPORTS),
    ("ListEntryPoints", READ),
    ("GetDiagnostics", READ),
    ("RunDiagnostics", READ),
    ("MakeSupportBundle", ADMIN),
    ("ReportClientError", ToEverybody),
    ("GetSession", ToEverybody),
    ("SignIn", ToEverybody),
    ("SignOut", ToThePersonItself),
    ("SetUp", ToEverybody),
    ("ChangePassword", ToThePersonItself),
    ("ChangeOwnName", ToThePersonItself),
    ("BeginSecondFactor", ToThePersonItself),
    ("ConfirmSecondFactor", ToThePersonItself),
    ("RemoveSecondFactor", ToThePersonItself),
    ("RenewRecoveryCodes", ToThePersonItself),
    ("BeginPasskeySignIn", ToEverybody),
    ("SignInByPasskey", ToEverybody),
    ("ListPasskeys", ToThePersonItself),
    ("BeginPasskey", ToThePersonItself),
    ("AddPasskey", ToThePersonItself),
    ("RenamePasskey", ToThePersonItself),
    ("RemovePasskey", ToThePersonItself),
    ("ListSessions", ToThePersonItself),
    ("EndSession", ToThePersonItself),
    ("AcceptInvitation", ToEverybody),
    ("ResetPassword", ToEverybody),
    ("ListUsers", ADMIN),
    ("CreateServiceAccount", ADMIN),
    ("GetUser", ADMIN),
    ("PatchUser", ADMIN),
    ("CreatePasswordReset", ADMIN),
    ("EndUserSessions", ADMIN),
    ("RemoveUserSecondFactor", ADMIN),
    ("ListInvitations", ADMIN),
    ("CreateInvitation", ADMIN),
    ("RevokeInvitation", ADMIN),
    ("ListApiKeys", ADMIN),
    ("CreateApiKey", ADMIN),
    ("RevokeApiKey", ADMIN),
    ("ListAudit", From(Approver, None)),
    ("VerifyAudit", ADMIN),
    ("ExportAudit", ADMIN),
    ("OpenStream", READ),
    ("ListWebhooks", ADMIN),
    ("CreateWebhook", ADMIN),
    ("ListBackups", ADMIN),
    ("CreateBackup", ADMIN),
    ("GetWebhook", ADMIN),
    ("PatchWebhook", ADMIN),
    ("DeleteWebhook", ADMIN),
    ("RotateWebhookSecret", ADMIN),
    ("TestWebhook", ADMIN),
    ("ListWebhookDeliveries", ADMIN),
    ("ReplayWebhook", ADMIN),
];

/// A kind of caller.
#[derive(Debug)]
enum Caller {
    Nobody,
    Person(Role),
    Key(Scope),
    /// A key or a session that does not work any more.
    Former(ErrorCode),
    Bootstrap,
}

/// What the caller must be told; `None` when it is let in.
fn expected(open: Open, caller: &Caller) -> Option<ErrorCode> {
    match (open, caller) {
        (_, Caller::Former(ErrorCode::Unauthenticated)) => Some(ErrorCode::Unauthenticated),
        (ToEverybody, _) => None,
        (_, Caller::Former(code)) => Some(*code),
        (_, Caller::Nobody) => Some(ErrorCode::Unauthenticated),
        (ToThePersonItself, Caller::Person(_)) | (From(..), Caller::Bootstrap) => None,
        (ToThePersonItself, Caller::Key(_) | Caller::Bootstrap) => Some(ErrorCode::ScopeRequired),
        (From(least, _), Caller::Person(role)) => {
            let height = |role: &Role| [Viewer, Operator, Approver, Admin].iter().position(|r| r == role);
            (height(role) < height(&least)).then_some(ErrorCode::RoleRequired)
        }
        (From(_, needed), Caller::Key(scope)) => (needed != Some(*scope)).then_some(ErrorCode::ScopeRequired),
    }
}

/// Whether the request got past the door, whatever the endpoint then said.
fn refusal(got: &Got) -> Option<ErrorCode> {
    const AT_THE_DOOR: [ErrorCode; 5] = [
        ErrorCode::Unauthenticated,
        ErrorCode::SessionExpired,
        ErrorCode::RoleRequired,
        ErrorCode::ScopeRequired,
        ErrorCode::CsrfFailed,
    ];
    if got.status.is_success() {
        return None;
    }
    Some(got.problem().code).filter(|code| AT_THE_DOOR.contains(code))
}

fn check(spec: &EndpointSpec, open: Open, caller: &Caller, got: &Got) {
    let expected = expected(open, caller);
    assert_eq!(
        refusal(got),
        expected,
        "{} as {caller:?}: {}",
        spec.name,
        got.text()
    );
    let extras = || got.problem().extras;
    match (expected, open) {
        (Some(ErrorCode::RoleRequired), From(role, _)) => {
            assert_eq!(extras()["role"], role.as_str(), "{} as {caller:?}", spec.name);
        }
        (Some(ErrorCode::ScopeRequired), From(_, scope)) => {
            let named = extras()["scope"].as_str().map(str::to_owned);
            assert_eq!(
                named.as_deref(),
                scope.map(Scope::as_str),
                "{} as {caller:?}",
                spec.name
            );
        }
        _ => {}
    }
    if got.status.as_u16() == 401 {
        assert!(
            got.header("www-authenticate").starts_with("Bearer"),
            "{}",
            spec.name
        );
    }
}

#[test]
fn every_endpoint_has_a_row_and_every_row_an_endpoint() {
    let rows: BTreeSet<&str> = EXPECTED.iter().map(|(name, _)| *name).collect();
    let table: BTreeSet<&str> = api::ALL.iter().map(|spec| spec.name).collect();
    assert_eq!(rows, table);
    assert_eq!(rows.len(), EXPECTED.len(), "a row is there twice");
}

/// Callers of every kind; people are given a session of their own where the endpoint may end it.
async fn callers(server: &TestServer) -> Vec<(Caller, Who)> {
    let mut callers = vec![
        (Caller::Nobody, Who::Nobody),
        (Caller::Bootstrap, Who::administrator()),
    ];
    for role in Role::ALL.iter().copied() {
        callers.push((Caller::Person(role), server.as_role(role).await));
    }
    let owner = server.person(Admin).await;
    for scope in Scope::ALL.iter().copied() {
        callers.push((Caller::Key(scope), server.key_of(owner, &[scope], None).await.0));
    }
    let (revoked, id) = server.key_of(owner, Scope::ALL, None).await;
    let got = send(server.request("DELETE", &format!("/api/v1/api-keys/{id}"))).await;
    assert_eq!(got.status.as_u16(), 200, "{}", got.text());
    callers.push((Caller::Former(ErrorCode::Unauthenticated), revoked));
    let unknown = Who::Bearer("aicmo_a-key-that-nobody-made-aaaaaaaaaaaaaaaaaaaaa".to_owned());
    callers.push((Caller::Former(ErrorCode::Unauthenticated), unknown));
    let left = server.as_role(Admin).await;
    let got = send(server.ask(&left, "DELETE", "/api/v1/session")).await;
    assert_eq!(got.status.as_u16(), 200, "{}", got.text());
    callers.push((Caller::Former(ErrorCode::SessionExpired), left));
    callers
}

on_both_databases! {
    async fn every_caller_reaches_what_the_matrix_says_and_nothing_else(db: TestDatabase) {
        let server = TestServer::live(db.store());
        for (caller, who) in callers(&server).await {
            for spec in api::ALL {
                let (_, open) = EXPECTED.iter().find(|(name, _)| *name == spec.name).expect("a row");
                let who = match (&who, open) {
                    (Who::Session { user, .. }, ToThePersonItself)
                        if matches!(caller, Caller::Person(_)) => server.signed_in(*user).await,
                    _ => who.clone(),
                };
                let got = send(samples::request_by(&server, &who, spec, samples::NOBODY)).await;
                if got.text().contains("There is nothing at this address.") {
                    continue; // Not mounted: `coverage` fails.
                }
                check(spec, *open, &caller, &got);
            }
        }
    }
}

on_both_databases! {
    async fn nothing_of_a_request_is_looked_at_before_who_sends_it(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let viewer = server.as_role(Viewer).await;
        for spec in api::ALL.iter().filter(|spec| spec.method != api::Method::Get) {
            let (_, open) = EXPECTED.iter().find(|(name, _)| *name == spec.name).expect("a row");
            let From(least, _) = open else { continue };
            let path = spec.path_with(&["no-id-at-all"]);
            let bare = |who: &Who| server.ask(who, spec.method.as_str(), &path).body("no json");
            let got = send(bare(&Who::Nobody)).await;
            if got.text().contains("There is nothing at this address.") {
                continue;
            }
            got.refused(ErrorCode::Unauthenticated);
            if *least != Viewer {
                send(bare(&viewer)).await.refused(ErrorCode::RoleRequired);
            }
        }
    }
}

on_both_databases! {
    async fn a_write_with_a_cookie_needs_the_token_of_its_session(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let person = server.as_role(Operator).await;
        let other = server.as_role(Operator).await;
        let (Who::Session { token, .. }, Who::Session { csrf: foreign, .. }) = (&person, &other) else {
            panic!("people have sessions");
        };
        let bare = |method: &str, path: &str| {
            server.ask(&Who::Nobody, method, path).header("Cookie", format!("aicmo_session={token}"))
        };
        let lead = samples::body("CreateLead");
        for sent in [None, Some(""), Some("nonsense"), Some(foreign.as_str())] {
            let mut request = bare("POST", "/api/v1/leads").json(&lead);
            if let Some(sent) = sent {
                request = request.header("X-CSRF-Token", sent);
            }
            send(request).await.refused(ErrorCode::CsrfFailed);
        }
        assert_eq!(send(bare("GET", "/api/v1/leads")).await.status.as_u16(), 200, "a read needs none");
        let got = send(server.ask(&person, "POST", "/api/v1/leads").json(&lead)).await;
        assert_eq!(got.status.as_u16(), 201, "{}", got.text());
        let key = server.as_key(&[Scope::LeadsWrite]).await;
        let got = send(server.ask(&key, "POST", "/api/v1/leads").json(&lead)).await;
        assert_eq!(got.status.as_u16(), 201, "a key needs none: {}", got.text());
    }
}

#[tokio::test]
async fn a_mock_process_lets_everybody_look_and_nobody_else_in() {
    let server = TestServer::mock();
    for spec in api::ALL.iter().filter(|spec| samples::is_read(spec)) {
        let (_, open) = EXPECTED
            .iter()
            .find(|(name, _)| *name == spec.name)
            .expect("a row");
        let got = send(samples::request_by(&server, &Who::Nobody, spec, samples::NOBODY)).await;
        if got.text().contains("There is nothing at this address.") {
            continue;
        }
        check(spec, *open, &Caller::Person(Viewer), &got);
    }
}
