//! Which events a change raises: one match over everything that can be done, so that no mutation
//! can forget its event.
//!
//! An event names its subject and nothing in it. What concerns people, sessions and keys names not
//! even that: everybody who may read hears of it, and who may do what is not everybody's business.

use aicmo_shared::Timestamp;
use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::event::{EventFacts, EventKind};
use serde_json::Value;

use crate::audit::AuditEntry;

/// An event that has no place yet; it gets one when its transaction commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    pub at: Timestamp,
    pub kind: EventKind,
    pub subject_type: SubjectType,
    pub subject_id: Option<String>,
    pub facts: EventFacts,
}

/// The events of a change, never none: whoever waits for the order of events to grow sees every
/// commit.
pub(crate) fn events_of(entry: &AuditEntry) -> Vec<NewEvent> {
    let mut events: Vec<NewEvent> = kinds_of(entry.action)
        .iter()
        .map(|kind| NewEvent {
            at: entry.at,
            kind: *kind,
            subject_type: entry.subject_type,
            subject_id: entry.subject_id.clone().filter(|_| names_its_subject(*kind)),
            facts: facts_of(entry.after.as_ref()),
        })
        .collect();
    if entry.activity_kind().is_some() {
        events.push(NewEvent {
            at: entry.at,
            kind: EventKind::ActivityAdded,
            subject_type: entry.subject_type,
            subject_id: entry.subject_id.clone(),
            facts: EventFacts::default(),
        });
    }
    events
}

const fn kinds_of(action: AuditAction) -> &'static [EventKind] {
    match action {
        AuditAction::LeadCreated => &[EventKind::LeadCreated],
        AuditAction::LeadMerged | AuditAction::LeadTouched | AuditAction::LeadEdited => {
            &[EventKind::LeadChanged]
        }
        AuditAction::LeadStatusChanged => &[EventKind::LeadStatusChanged],
        AuditAction::CampaignCreated => &[EventKind::CampaignCreated],
        AuditAction::CampaignStatusChanged => &[EventKind::CampaignStatusChanged],
        AuditAction::ImportUploaded
        | AuditAction::ImportMapped
        | AuditAction::ImportPreviewed
        | AuditAction::ImportCommitStarted
        | AuditAction::ImportCancelled
        | AuditAction::ImportPaused
        | AuditAction::ImportResumed
        | AuditAction::ImportUndoStarted => &[EventKind::ImportChanged],
        AuditAction::ImportChunkCommitted | AuditAction::ImportChunkUndone => {
            &[EventKind::ImportProgressed, EventKind::LeadsImported]
        }
        AuditAction::ImportUndone => &[EventKind::ImportChanged, EventKind::LeadsImported],
        AuditAction::ImportCommitted => &[EventKind::ImportCommitted, EventKind::LeadsImported],
        AuditAction::ImportFailed => &[EventKind::ImportFailed],
        AuditAction::JobStarted
        | AuditAction::JobCancelled
        | AuditAction::JobFailed
        | AuditAction::JobUndoStarted => &[EventKind::JobChanged],
        AuditAction::JobChunkWritten | AuditAction::JobChunkUndone => {
            &[EventKind::JobProgressed, EventKind::LeadsChanged]
        }
        AuditAction::JobCompleted | AuditAction::JobUndone => {
            &[EventKind::JobChanged, EventKind::LeadsChanged]
        }
        AuditAction::CountersRebuilt => &[EventKind::FiguresRebuilt],
        AuditAction::WentLive => &[EventKind::WentLive],
        AuditAction::WorkspaceSetUp
        | AuditAction::UserInvited
        | AuditAction::UserCreated
        | AuditAction::SessionStarted
        | AuditAction::ApiKeyCreated => &[EventKind::AccessAdded],
        AuditAction::InvitationRevoked
        | AuditAction::UserEdited
        | AuditAction::UserPasswordChanged
        | AuditAction::UserSecondFactorChanged
        | AuditAction::UserPasskeyChanged
        | AuditAction::SessionEnded
        | AuditAction::ApiKeyRevoked => &[EventKind::AccessChanged],
        AuditAction::WebhookCreated
        | AuditAction::WebhookEdited
        | AuditAction::WebhookSecretRotated
        | AuditAction::WebhookDeleted
        | AuditAction::WebhookReplayed => &[EventKind::WebhookChanged],
        AuditAction::WebhookDisabled => &[EventKind::WebhookDisabled],
        AuditAction::WebhookTested => &[EventKind::WebhookTested],
        AuditAction::AuditExported => &[EventKind::AuditExported],
        // The trail keeps it; nothing that a screen shows has moved.
        AuditAction::LeadsExported => &[],
        AuditAction::BackupMade => &[EventKind::BackupMade],
        AuditAction::DataMoved => &[EventKind::DataMoved],
    }
}

const fn names_its_subject(kind: EventKind) -> bool {
    !matches!(kind, EventKind::AccessAdded | EventKind::AccessChanged)
}

/// Where the subject stands now, as the audit row has it; nothing else of the row goes out.
fn facts_of(after: Option<&Value>) -> EventFacts {
    let field = |name| after.and_then(|after| after.get(name));
    EventFacts {
        status: field("status")
            .or_else(|| field("state"))
            .and_then(Value::as_str)
            .map(str::to_owned),
        done: field("committed")
            .or_else(|| field("done"))
            .and_then(Value::as_u64),
    }
}

#[cfg(test)]
mod tests {
    use aicmo_shared::audit::ActorType;
    use serde_json::json;

    use super::*;
    use crate::audit::Actor;

    fn entry(action: AuditAction) -> AuditEntry {
        AuditEntry {
            actor: Actor {
                kind: ActorType::User,
                id: "ada@example.org".to_owned(),
            },
            action,
            subject_type: SubjectType::System,
            subject_id: Some("0197".to_owned()),
            campaign: None,
            before: None,
            after: Some(json!({ "name": "Ada Lovelace", "status": "ACTIVE" })),
            reason: Some("Ada asked".to_owned()),
            request_id: "request-1".to_owned(),
            at: Timestamp::from_millis(1),
        }
    }

    #[test]
    fn every_change_raises_an_event_and_none_tells_what_is_in_it() {
        for action in AuditAction::ALL.iter().copied() {
            let events = events_of(&entry(action));
            // An export of leads changes nothing but the trail itself.
            assert_eq!(
                events.is_empty(),
                action == AuditAction::LeadsExported,
                "{action}"
            );
            let told = format!("{events:?}");
            assert!(
                !told.contains("Ada") && !told.contains("ada@"),
                "{action}: {told}"
            );
        }
    }

    #[test]
    fn who_may_do_what_is_told_without_a_name() {
        for action in [
            AuditAction::SessionEnded,
            AuditAction::UserEdited,
            AuditAction::ApiKeyCreated,
        ] {
            assert!(
                events_of(&entry(action))
                    .iter()
                    .all(|event| event.subject_id.is_none())
            );
        }
    }

    #[test]
    fn what_the_feed_shows_is_raised_for_the_feed_too() {
        let kinds =
            |action| -> Vec<EventKind> { events_of(&entry(action)).iter().map(|event| event.kind).collect() };
        assert_eq!(
            kinds(AuditAction::ImportCommitted),
            [
                EventKind::ImportCommitted,
                EventKind::LeadsImported,
                EventKind::ActivityAdded
            ]
        );
        assert_eq!(kinds(AuditAction::ImportMapped), [EventKind::ImportChanged]);
    }
}
