//! Walks every closed enum through text, serde and its transition table, and the endpoint table
//! through its own promises. A value added without its place fails here first.

use std::collections::BTreeSet;

use aicmo_shared::access::{Access, Capability, Role, Scope};
use aicmo_shared::account::{AccountKind, InvitationState, LinkKind};
use aicmo_shared::action::ActionStatus;
use aicmo_shared::activity::{ActivityKind, SubjectType};
use aicmo_shared::api::{self, AnswerKind, BodyKind, Kind, Method, ParamKind};
use aicmo_shared::api_key::ApiKeyState;
use aicmo_shared::approval::{ApprovalState, ApprovalSubject};
use aicmo_shared::audit::{ActorType, AuditAction, AuditFault, AuditFormat};
use aicmo_shared::campaign::{CampaignMode, CampaignObjective, CampaignStatus};
use aicmo_shared::closed_enum::{ClosedEnum, Lifecycle, UnknownValue};
use aicmo_shared::diagnostics::{CheckOutcome, DatabaseKind, SettingSource};
use aicmo_shared::event::{EventKind, ResyncReason, Topic};
use aicmo_shared::fault::FaultKind;
use aicmo_shared::idempotency::KeyState;
use aicmo_shared::import::{
    Delimiter, ImportColumn, ImportState, KeptReason, RowReason, RowUndo, RowVerdict, TextEncoding,
};
use aicmo_shared::inventory::{EntryPointKind, EntryPointState};
use aicmo_shared::lead::{
    CompanySize, ConsentOrigin, ConsentStatus, GradeFilter, IdentityKind, LeadEventKind, LeadGrade,
    LeadOutcome, LeadSort, LeadSource, LeadStatus, LeadTier, LeadView, LostReason, ReviewType,
};
use aicmo_shared::metrics::NoData;
use aicmo_shared::outreach::{AttemptStatus, Channel, DeliveryMode, FailureReason};
use aicmo_shared::session::{SecondFactor, Standing};
use aicmo_shared::status::{ServiceName, ServiceState};
use aicmo_shared::task::{TaskStatus, TaskType};
use aicmo_shared::webhook::{AttemptFault, DeliveryState, DisabledReason, WebhookState};
use aicmo_shared::{ErrorCode, MockReason, Source};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Text, parser and serde of one enum agree; other words are refused with the legal ones.
fn walk<E: ClosedEnum + Serialize + DeserializeOwned>() {
    let mut texts = BTreeSet::new();
    for value in E::ALL.iter().copied() {
        let text = value.as_str();
        assert!(texts.insert(text), "{} spells {text} twice", E::NAME);
        assert_eq!(E::parse(text), Ok(value), "{}", E::NAME);
        assert_eq!(
            serde_json::to_value(value).expect("serialises"),
            serde_json::json!(text)
        );
        assert_eq!(
            serde_json::from_value::<E>(serde_json::json!(text)).expect("reads back"),
            value
        );
    }
    for wrong in ["", "ENGAGED", " ", "null", "Neww", "new ", "ALL"] {
        assert!(E::parse(wrong).is_err(), "{} takes {wrong:?}", E::NAME);
        let refused = serde_json::from_value::<E>(serde_json::json!(wrong))
            .map(|_| ())
            .expect_err("refused");
        let unknown = UnknownValue::from_message(&refused.to_string()).expect("carries the legal list");
        assert_eq!(unknown.legal.len(), E::ALL.len(), "{}", E::NAME);
        assert_eq!(unknown.value, wrong, "{}", E::NAME);
    }
}

macro_rules! walk_all {
    ($($enum:ty),+ $(,)?) => { $(walk::<$enum>();)+ };
}

#[test]
fn every_closed_enum_survives_the_walk_and_refuses_other_words() {
    walk_all!(
        Role,
        Scope,
        Capability,
        AccountKind,
        InvitationState,
        LinkKind,
        Standing,
        SecondFactor,
        ApiKeyState,
        KeyState,
        LeadStatus,
        LeadSource,
        LeadGrade,
        LeadTier,
        LostReason,
        CompanySize,
        ConsentStatus,
        ConsentOrigin,
        ReviewType,
        IdentityKind,
        LeadView,
        LeadSort,
        GradeFilter,
        LeadOutcome,
        LeadEventKind,
        CampaignStatus,
        CampaignMode,
        CampaignObjective,
        Channel,
        DeliveryMode,
        AttemptStatus,
        FailureReason,
        ActionStatus,
        ApprovalSubject,
        ApprovalState,
        ActorType,
        AuditAction,
        AuditFormat,
        AuditFault,
        ActivityKind,
        SubjectType,
        NoData,
        ImportState,
        RowVerdict,
        RowReason,
        RowUndo,
        KeptReason,
        TextEncoding,
        Delimiter,
        ImportColumn,
        EntryPointState,
        EntryPointKind,
        ServiceState,
        ServiceName,
        TaskStatus,
        TaskType,
        SettingSource,
        DatabaseKind,
        CheckOutcome,
        FaultKind,
        Source,
        MockReason,
        ErrorCode,
        Topic,
        EventKind,
        ResyncReason,
        WebhookState,
        DisabledReason,
        DeliveryState,
        AttemptFault,
    );
}

/// Every pair of states goes exactly where the table says, and the refusal lists the legal ones.
fn walk_pairs<E: Lifecycle>(expected: usize) {
    let mut legal = 0;
    for from in E::ALL.iter().copied() {
        for to in E::ALL.iter().copied() {
            match from.step_to(to) {
                Ok(step) => {
                    legal += 1;
                    assert!(from.successors().contains(&to));
                    assert_eq!((step.from(), step.to()), (from, to));
                    assert_ne!(from, to, "{}: a state never follows itself", E::NAME);
                }
                Err(refused) => {
                    assert!(!from.successors().contains(&to));
                    let texts: Vec<_> = from.successors().iter().map(|value| value.as_str()).collect();
                    assert_eq!(refused.legal, texts);
                }
            }
        }
    }
    assert_eq!(legal, expected, "{} has another number of legal steps", E::NAME);
}

#[test]
fn every_pair_of_states_is_decided_by_its_table() {
    walk_pairs::<LeadStatus>(5 + 4 + 3 + 2 + 3 + 4 + 2 + 1);
    walk_pairs::<ConsentStatus>(3);
    walk_pairs::<CampaignStatus>(2 + 3 + 3);
    walk_pairs::<CampaignMode>(2);
    walk_pairs::<AttemptStatus>(2 + 5 + 2 + 1);
    walk_pairs::<ActionStatus>(2 + 3 + 5 + 3 + 2);
    walk_pairs::<ApprovalState>(6 + 3);
    walk_pairs::<ImportState>(3 + 3 + 3 + 4 + 4 + 3 + 1 + 1 + 2 + 1);
}

#[test]
fn do_not_contact_is_final() {
    assert!(ConsentStatus::Dnc.successors().is_empty());
}

#[test]
fn the_lead_status_of_the_old_product_is_not_ours() {
    assert_eq!(LeadStatus::ALL.len(), 8);
    assert!("ENGAGED".parse::<LeadStatus>().is_err());
}

/// The labels that a person reads are there, differ from one another and are not the raw word.
#[test]
fn every_label_is_its_own() {
    fn distinct<E: ClosedEnum>(label: impl Fn(E) -> &'static str) {
        let labels: BTreeSet<_> = E::ALL.iter().map(|value| label(*value)).collect();
        assert_eq!(labels.len(), E::ALL.len(), "{}", E::NAME);
        assert!(labels.iter().all(|text| !text.trim().is_empty()), "{}", E::NAME);
    }
    distinct(Role::label);
    distinct(Role::purpose);
    distinct(Scope::purpose);
    distinct(AccountKind::label);
    distinct(InvitationState::label);
    distinct(LinkKind::page);
    distinct(ApiKeyState::label);
    distinct(LeadStatus::label);
    distinct(LeadStatus::meaning);
    distinct(LeadSource::label);
    distinct(ConsentStatus::label);
    distinct(LeadSort::label);
    distinct(CampaignStatus::label);
    distinct(CampaignObjective::label);
    distinct(ApprovalSubject::label);
    distinct(ActivityKind::label);
    distinct(ImportState::label);
    distinct(ImportColumn::label);
    distinct(RowVerdict::meaning);
    distinct(ServiceName::label);
    distinct(TaskStatus::label);
    distinct(AuditFault::meaning);
    distinct(NoData::label);
    distinct(MockReason::sentence);
    distinct(ErrorCode::title);
    distinct(EventKind::meaning);
    distinct(WebhookState::label);
    distinct(DisabledReason::sentence);
    distinct(DeliveryState::label);
    distinct(AttemptFault::sentence);
}

#[test]
fn the_endpoint_table_keeps_its_promises() {
    let mut names = BTreeSet::new();
    let mut doors = BTreeSet::new();
    for spec in api::ALL {
        assert!(names.insert(spec.name), "{} is listed twice", spec.name);
        assert!(
            doors.insert((spec.method, spec.path)),
            "{} {} twice",
            spec.method.as_str(),
            spec.path
        );
        assert!(spec.path.starts_with(api::BASE), "{}", spec.name);
        assert!(spec.summary.ends_with('.'), "{}", spec.name);
        assert_eq!(
            // A table to download changes nothing, and a link leads to it.
            matches!(spec.kind, Kind::Read | Kind::Stream) || spec.answer == AnswerKind::Table,
            spec.method == Method::Get,
            "{}: only GET reads",
            spec.name
        );
        if spec.kind == Kind::Read {
            assert_eq!(spec.body, BodyKind::None, "{}", spec.name);
            assert_eq!(spec.success, 200, "{}", spec.name);
        }
        if spec.method == Method::Patch {
            assert!(spec.needs_version, "{}: a patch needs If-Match", spec.name);
        }
        let mut params = BTreeSet::new();
        for param in spec.params {
            assert!(params.insert(param.name), "{}: {} twice", spec.name, param.name);
            if let ParamKind::OneOf(legal) | ParamKind::SomeOf(legal) = param.kind {
                assert!(!legal().is_empty(), "{}: {}", spec.name, param.name);
            }
        }
    }
}

#[test]
fn stopping_never_hangs_on_a_feature_switch() {
    for name in ["PauseCampaign", "StopCampaign"] {
        let spec = api::ALL
            .iter()
            .find(|spec| spec.name == name)
            .expect("it is in the table");
        assert_eq!(spec.service, None, "{name}");
    }
}

#[test]
fn a_role_includes_the_ones_below_and_no_key_reaches_what_only_people_decide() {
    for (height, role) in Role::ALL.iter().enumerate() {
        for (other_height, other) in Role::ALL.iter().enumerate() {
            assert_eq!(
                role.includes(*other),
                height >= other_height,
                "{role} and {other}"
            );
        }
    }
    for capability in Capability::ALL.iter().copied() {
        assert!(Role::Admin.can(capability), "{capability}");
        let never = matches!(capability.least_role(), Role::Approver | Role::Admin);
        assert_eq!(capability.scope().is_none(), never, "{capability}");
    }
}

#[test]
fn what_changes_data_is_open_to_nobody_without_a_capability_or_an_account_of_their_own() {
    for spec in api::ALL.iter().filter(|spec| spec.kind == Kind::Command) {
        if spec.access == Access::Public {
            assert!(
                [
                    "SignIn",
                    "SetUp",
                    "AcceptInvitation",
                    "ResetPassword",
                    "SignInByPasskey"
                ]
                .contains(&spec.name),
                "{} is open to everybody",
                spec.name
            );
        }
        assert_ne!(
            spec.access,
            Access::Needs(Capability::Read),
            "{} only needs to read",
            spec.name
        );
    }
}

#[test]
fn a_path_is_filled_in_order() {
    let spec = api::ALL
        .iter()
        .find(|spec| spec.name == "ChangeLeadStatus")
        .expect("it is in the table");
    assert_eq!(spec.path_with(&["7"]), "/api/v1/leads/7/status");
}

/// The names that a query struct serialises are exactly those that its table lists, so that the
/// unknown-parameter check and the struct cannot drift apart.
#[test]
fn every_query_parameter_is_listed_under_the_name_it_travels_by() {
    use aicmo_shared::api::{
        ActivityQuery, AuditQuery, CampaignQuery, DeliveryQuery, ImportQuery, ImportRowQuery, LeadQuery,
        PageCount, PageQuery, QueryParams, StreamQuery,
    };
    fn same<Q: QueryParams>(full: &Q) {
        let wire = serde_json::to_value(full).expect("serialises");
        let sent: BTreeSet<_> = wire.as_object().expect("an object").keys().cloned().collect();
        let listed: BTreeSet<_> = Q::PARAMS.iter().map(|param| param.name.to_owned()).collect();
        assert_eq!(sent, listed);
    }
    let (cursor, limit) = (Some("c".to_owned()), Some(1));
    same(&LeadQuery {
        status: Some(LeadStatus::New),
        grade: Some(GradeFilter::Ungraded),
        source: Some(LeadSource::Csv),
        campaign: Some("0192f0c1-2345-7000-8000-000000000000".parse().expect("an id")),
        consent: Some(ConsentStatus::Dnc),
        review: Some(true),
        view: Some(LeadView::Triage),
        email: Some("a@example.org".to_owned()),
        text: Some("ada lovelace".to_owned()),
        tag: Some("fair".to_owned()),
        owner: Some("grace".to_owned()),
        score_from: Some(0.5),
        score_to: Some(1.0),
        created_from: aicmo_shared::Timestamp::parse("2026-11-01T00:00:00Z"),
        created_to: aicmo_shared::Timestamp::parse("2026-11-02T00:00:00Z"),
        touched_from: aicmo_shared::Timestamp::parse("2026-11-03T00:00:00Z"),
        touched_to: aicmo_shared::Timestamp::parse("2026-11-04T00:00:00Z"),
        count: Some(PageCount::Exact),
        sort: Some(LeadSort::Name),
        cursor: cursor.clone(),
        limit,
    });
    same(&ActivityQuery {
        kind: Some(ActivityKind::Import),
        cursor: cursor.clone(),
        limit,
    });
    same(&CampaignQuery {
        status: Some(CampaignStatus::Active),
        cursor: cursor.clone(),
        limit,
    });
    same(&AuditQuery {
        actor_type: Some(ActorType::User),
        actor: Some("a".to_owned()),
        action: Some(AuditAction::LeadEdited),
        subject_type: Some(SubjectType::Lead),
        subject: Some("s".to_owned()),
        request: Some("r".to_owned()),
        from: Some(aicmo_shared::Timestamp::from_millis(0)),
        to: Some(aicmo_shared::Timestamp::from_millis(1)),
        reason: Some("why".to_owned()),
        cursor: cursor.clone(),
        limit,
    });
    same(&ImportQuery {
        cursor: cursor.clone(),
        limit,
    });
    same(&PageQuery {
        cursor: cursor.clone(),
        limit,
    });
    same(&StreamQuery {
        topics: Some("imports".to_owned()),
        last_event_id: Some("7".to_owned()),
    });
    same(&DeliveryQuery {
        state: Some(DeliveryState::Failed),
        cursor: cursor.clone(),
        limit,
    });
    same(&ImportRowQuery {
        verdict: Some(RowVerdict::New),
        undo: Some(RowUndo::Kept),
        cursor,
        limit,
    });
}
