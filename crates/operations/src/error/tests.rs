//! Every failure has a public face that shows no cause and says what helps.

use aicmo_shared::closed_enum::Lifecycle as _;
use aicmo_shared::lead::LeadStatus;

use super::*;

fn io() -> BoxError {
    Box::new(std::io::Error::other("SQLITE_IOERR at 10.0.0.7"))
}

#[test]
fn a_public_face_never_shows_the_cause() {
    for error in [
        OperationError::Unavailable(Dependency::Database, io()),
        OperationError::Unavailable(Dependency::Storage, io()),
        OperationError::Internal("a query", io()),
    ] {
        let body = serde_json::to_string(&error.to_problem()).expect("serialises");
        assert!(!body.contains("SQLITE") && !body.contains("10.0.0.7"), "{body}");
        assert!(!error.to_string().contains("SQLITE"), "{error}");
        assert!(error.source().is_some(), "the log needs the cause");
    }
}

/// One of each variant.
fn every_failure() -> Vec<OperationError> {
    let lead = LeadId::new(uuid::Uuid::from_u128(1));
    let subject = || Subject::new(LeadId::NOUN, lead);
    let corrupt = CorruptRow {
        table: "leads".to_owned(),
        column: "status".to_owned(),
        id: lead.to_string(),
        value: "ENGAGED".to_owned(),
    };
    let refused = Refusal::ALL.map(OperationError::from);
    let others = vec![
        OperationError::NotFound(subject()),
        OperationError::InvalidCursor,
        OperationError::field("/email", "email_invalid", "This is not an e-mail address."),
        LeadStatus::New
            .step_to(LeadStatus::Routed)
            .map_err(OperationError::from)
            .expect_err("illegal"),
        OperationError::WrongAction {
            sentence: "resuming is for a paused campaign".to_owned(),
            current: "PLANNED",
            legal: vec!["ACTIVE"],
        },
        OperationError::ReasonRequired {
            sentence: "Giving up a lead needs a reason code.".to_owned(),
            pointer: "/reason_code",
            legal: vec!["other"],
        },
        OperationError::ConsentMonotonic("consent is DNC and cannot become CONSENTED".to_owned()),
        OperationError::IdentityConflict(vec![lead, lead]),
        OperationError::DuplicateName {
            noun: "campaign",
            name: "Spring".to_owned(),
        },
        OperationError::ImportState {
            state: ImportState::Committed,
            needs: "only a previewed one can be committed",
        },
        OperationError::Conflict {
            subject: subject(),
            current: Some(3),
        },
        OperationError::KeyReused,
        OperationError::KeyInProgress,
        OperationError::AnswerNotKept {
            change: Some(Change {
                subject_type: aicmo_shared::activity::SubjectType::Lead,
                subject_id: Some(lead.to_string()),
                at: aicmo_shared::Timestamp::from_millis(0),
            }),
            request_id: "first".to_owned(),
        },
        OperationError::MockMode(MockReason::E2eMode),
        OperationError::FeatureDisabled {
            feature: "Campaign Ops",
            setting: "AICMO_CAMPAIGN_OPS_ENABLED",
            because: "is false",
        },
        OperationError::TooLarge {
            what: "the file",
            limit_bytes: 5,
        },
        OperationError::TooManyStreams { limit: 16 },
        OperationError::Unavailable(Dependency::Database, io()),
        OperationError::Unavailable(Dependency::Storage, io()),
        OperationError::Unavailable(Dependency::Streams, io()),
        OperationError::Integrity(corrupt),
        OperationError::Internal("a query", io()),
    ];
    refused.into_iter().chain(others).collect()
}

#[test]
fn every_problem_is_a_sentence_with_its_code_and_what_helps() {
    for error in every_failure() {
        let problem = error.to_problem();
        let detail = &problem.detail;
        assert!(detail.ends_with('.') && !detail.ends_with(".."), "{detail}");
        assert!(
            detail.starts_with(|first: char| !first.is_lowercase()),
            "{detail}"
        );
        assert_eq!(
            (problem.code, problem.status),
            (error.code(), error.code().status())
        );
        if problem.status == 503 {
            assert!(detail.contains("Nothing was changed"), "the first fear: {detail}");
        }
        let needed = match problem.code {
            ErrorCode::IllegalTransition => &["current", "legal"][..],
            ErrorCode::VersionConflict | ErrorCode::ImportState => &["current"],
            ErrorCode::AnswerNotKept => &["subject_type", "subject_id", "changed_at", "changed_by"],
            ErrorCode::FeatureDisabled => &["setting"],
            ErrorCode::RoleRequired => &["role"],
            ErrorCode::ScopeRequired => &["scope"],
            ErrorCode::RateLimited => &["retry_after"],
            ErrorCode::MockModeReadOnly => &["mock_reason"],
            ErrorCode::IdentityConflict => &["leads"],
            ErrorCode::PayloadTooLarge => &["limit_bytes"],
            ErrorCode::Integrity => &["table", "column", "row"],
            _ => &[],
        };
        for extra in needed {
            assert!(
                problem.extras.contains_key(*extra),
                "{} lacks {extra}",
                problem.code
            );
        }
    }
}
