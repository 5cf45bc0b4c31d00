//! What the event stream and the webhooks tell: that something moved, and where to look.
//!
//! An event says which thing it is about and never what is in it: no name, no address, no text of a
//! person. Who hears of it fetches what it may see. Events have one order in the whole installation,
//! their `seq`, which is the order of the commits. `frame` writes one as the stream sends it.

use serde::{Deserialize, Serialize};

use crate::activity::SubjectType;
use crate::build_marker::BuildMarker;
use crate::closed_enum;
use crate::closed_enum::ClosedEnum as _;
use crate::sourced::MockReason;
use crate::time::Timestamp;

closed_enum! {
    /// What a listener has to look at again; also the name of the event on the stream.
    pub enum Topic {
        /// The figures moved, and the lists of leads behind them.
        Attention = "attention",
        /// The feed has a new line.
        Activity = "activity",
        /// Something waits for a decision, or was decided.
        Approvals = "approvals",
        /// What may run and who may do it: flags, campaigns, people, keys, the turn from mock to live.
        Control = "control",
        /// The queue of the autonomous loop.
        Actions = "actions",
        /// Work that runs on its own: bulk changes, backups, moves, exports.
        Jobs = "jobs",
        /// Imports and their progress.
        Imports = "imports",
        /// What connects us to the outside, webhooks among it.
        Gateways = "gateways",
    }
}

closed_enum! {
    /// What moved. Each kind belongs to one topic.
    pub enum EventKind {
        LeadCreated = "lead.created",
        LeadChanged = "lead.changed",
        LeadStatusChanged = "lead.status_changed",
        LeadsImported = "leads.imported",
        LeadsChanged = "leads.changed",
        FiguresRebuilt = "figures.rebuilt",
        ActivityAdded = "activity.added",
        CampaignCreated = "campaign.created",
        CampaignStatusChanged = "campaign.status_changed",
        AccessAdded = "access.added",
        AccessChanged = "access.changed",
        WentLive = "process.went_live",
        ImportChanged = "import.changed",
        ImportProgressed = "import.progressed",
        ImportCommitted = "import.committed",
        ImportFailed = "import.failed",
        JobChanged = "job.changed",
        JobProgressed = "job.progressed",
        AuditExported = "audit.exported",
        BackupMade = "backup.made",
        DataMoved = "data.moved",
        WebhookChanged = "webhook.changed",
        WebhookDisabled = "webhook.disabled",
        WebhookTested = "webhook.tested",
        WebhookAttempted = "webhook.attempted",
    }
}

impl EventKind {
    /// The topic that it belongs to.
    pub const fn topic(self) -> Topic {
        match self {
            Self::LeadCreated
            | Self::LeadChanged
            | Self::LeadStatusChanged
            | Self::LeadsImported
            | Self::LeadsChanged
            | Self::FiguresRebuilt => Topic::Attention,
            Self::ActivityAdded => Topic::Activity,
            Self::CampaignCreated
            | Self::CampaignStatusChanged
            | Self::AccessAdded
            | Self::AccessChanged
            | Self::WentLive => Topic::Control,
            Self::ImportChanged | Self::ImportProgressed | Self::ImportCommitted | Self::ImportFailed => {
                Topic::Imports
            }
            Self::JobChanged
            | Self::JobProgressed
            | Self::AuditExported
            | Self::BackupMade
            | Self::DataMoved => Topic::Jobs,
            Self::WebhookChanged | Self::WebhookDisabled | Self::WebhookTested | Self::WebhookAttempted => {
                Topic::Gateways
            }
        }
    }

    /// What happened, in one sentence.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::LeadCreated => "A lead came in.",
            Self::LeadChanged => "A lead was merged, touched or edited.",
            Self::LeadStatusChanged => "A lead took a step.",
            Self::LeadsImported => "An import wrote some leads, or its undo took some back.",
            Self::LeadsChanged => "A bulk change wrote some leads, or its undo took some back.",
            Self::FiguresRebuilt => "The figures were counted anew.",
            Self::ActivityAdded => "The activity feed has a new line.",
            Self::CampaignCreated => "A campaign was created.",
            Self::CampaignStatusChanged => "A campaign took a step.",
            Self::AccessAdded => "Somebody was invited, signed in or got a key.",
            Self::AccessChanged => "What somebody may do was changed or ended.",
            Self::WentLive => "The server found its database and is live now.",
            Self::ImportChanged => "An import took a step.",
            Self::ImportProgressed => "An import wrote, or took back, a chunk of its rows.",
            Self::ImportCommitted => "An import wrote its last row.",
            Self::ImportFailed => "An import stopped with an error.",
            Self::JobChanged => "A bulk change took a step.",
            Self::JobProgressed => "A bulk change wrote, or took back, a chunk of its leads.",
            Self::AuditExported => "The audit trail was exported.",
            Self::BackupMade => "A backup was made.",
            Self::DataMoved => "The data was moved to another database.",
            Self::WebhookChanged => "A webhook was created, changed or removed.",
            Self::WebhookDisabled => "A webhook was disabled because its receiver failed.",
            Self::WebhookTested => "A test event was sent to a webhook.",
            Self::WebhookAttempted => "A delivery to a webhook was attempted.",
        }
    }

    /// Whether a webhook may ask for it. The feed only repeats other events, and what tells of
    /// deliveries must not cause deliveries.
    pub const fn is_for_webhooks(self) -> bool {
        !matches!(
            self,
            Self::ActivityAdded | Self::WebhookTested | Self::WebhookAttempted
        )
    }
}

/// What an event tells beside its subject: enough to move a bar, never enough to spare a look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventFacts {
    /// The status or state that the subject has now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// How many rows are done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<u64>,
}

impl EventFacts {
    /// Whether it tells nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Something moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Event {
    /// Its place in the order of all events; grows by one.
    pub seq: u64,
    pub at: Timestamp,
    pub topic: Topic,
    pub kind: EventKind,
    pub subject_type: SubjectType,
    /// Null where the kind of thing is all there is to say, or all that everybody may know.
    pub subject_id: Option<String>,
    #[serde(default, skip_serializing_if = "EventFacts::is_empty")]
    pub facts: EventFacts,
}

/// The name of the first event of every stream.
pub const HELLO: &str = "hello";

/// The name of the event after which the listener must fetch everything again.
pub const RESYNC: &str = "resync";

/// How long a browser waits before it connects again, in milliseconds.
pub const RETRY_MS: u32 = 2_000;

/// A stream that is silent for longer than this is broken: it beats at least this often, in seconds.
pub const HEARTBEAT_SECONDS: u32 = 15;

/// The data of `hello`: who speaks, and from where on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StreamHello {
    pub build: BuildMarker,
    /// Why the process serves mock data and this stream stays quiet; null when it is live.
    pub mock_reason: Option<MockReason>,
    /// Everything up to here is not repeated; what follows is.
    pub seq: u64,
    pub heartbeat_seconds: u32,
}

closed_enum! {
    /// Why a listener must fetch everything again.
    pub enum ResyncReason {
        /// What was missed is not kept any more.
        TooOld = "too_old",
        /// The listener reads more slowly than events come; the stream ends after this.
        TooSlow = "too_slow",
        /// The place asked for lies ahead of this database, which was restored or replaced.
        Unknown = "unknown",
    }
}

/// The data of `resync`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StreamResync {
    pub reason: ResyncReason,
    /// The stream goes on, or is to be taken up again, behind this place.
    pub seq: u64,
}

/// One event as the stream sends it: its place, its name, its JSON, an empty line.
pub fn frame<T: Serialize>(name: &str, seq: u64, data: &T) -> String {
    // JSON has no raw line break, so one `data:` line holds it. These types always serialise.
    let data = serde_json::to_string(data).unwrap_or_default();
    format!("id: {seq}\nevent: {name}\ndata: {data}\n\n")
}

/// The topics of a list such as `imports,control`; all of them when it is empty.
///
/// # Errors
/// The first word that is no topic.
pub fn topics_of(list: &str) -> Result<Vec<Topic>, crate::UnknownValue> {
    let mut topics = Vec::new();
    for word in list.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        let topic = Topic::parse(word)?;
        if !topics.contains(&topic) {
            topics.push(topic);
        }
    }
    if topics.is_empty() {
        topics.extend(Topic::ALL);
    }
    Ok(topics)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_three_lines_and_an_empty_one() {
        let event = Event {
            seq: 7,
            at: Timestamp::from_millis(0),
            topic: Topic::Imports,
            kind: EventKind::ImportProgressed,
            subject_type: SubjectType::Import,
            subject_id: Some("0197".to_owned()),
            facts: EventFacts {
                status: None,
                done: Some(500),
            },
        };
        assert_eq!(
            frame(event.topic.as_str(), event.seq, &event),
            "id: 7\nevent: imports\ndata: {\"seq\":7,\"at\":\"1970-01-01T00:00:00.000Z\",\"topic\":\"imports\",\
             \"kind\":\"import.progressed\",\"subject_type\":\"import\",\"subject_id\":\"0197\",\
             \"facts\":{\"done\":500}}\n\n"
        );
    }

    #[test]
    fn topics_are_a_list_without_repetition_and_nothing_means_all() {
        assert_eq!(
            topics_of("imports, control,imports").expect("legal"),
            [Topic::Imports, Topic::Control]
        );
        assert_eq!(topics_of("").expect("legal"), Topic::ALL);
        assert_eq!(topics_of("imports,leads").expect_err("no topic").value, "leads");
    }

    #[test]
    fn what_tells_of_deliveries_causes_none() {
        for kind in [EventKind::WebhookTested, EventKind::WebhookAttempted] {
            assert!(!kind.is_for_webhooks(), "{kind}");
        }
        assert!(EventKind::WebhookDisabled.is_for_webhooks());
    }
}
