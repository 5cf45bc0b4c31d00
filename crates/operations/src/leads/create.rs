//! Creates a lead, or merges into the one that has its identity, and records the touch.

use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::lead::{ConsentStatus, IdentityKind, LeadCreated, LeadDraft, LeadOutcome, LeadStatus};
use aicmo_shared::status::ServiceName;
use aicmo_shared::{LeadId, Timestamp, TouchId};
use aicmo_store::identities::IdentityRecord;
use aicmo_store::lead_history::StatusStep;
use aicmo_store::leads::LeadRecord;
use aicmo_store::touches::TouchRecord;
use aicmo_store::{
    AuditEntry, Session, Store, StoreError, WriteTx, consent_history, identities, lead_history, leads,
    touches,
};
use serde_json::Value;

use super::draft::{Person, person};
use super::{ATTEMPTS, require_campaign, trail};
use crate::consent::{Cause, step_between};
use crate::context::{Operations, Operator};
use crate::error::OperationError;
use crate::identity::{Identity, comparable_name};
use crate::matching::{Holder, Match, find_match};
use crate::merge::{merge, new_lead};

/// What was written.
struct Written {
    id: LeadId,
    outcome: LeadOutcome,
    filled: Vec<String>,
    touch: TouchId,
    warnings: Vec<String>,
}

/// How one try ended.
enum Tried {
    Done(Written),
    /// Another request wrote the same person in the meantime: look again.
    Overtaken,
}

/// Creates a lead, or merges into the one that has its identity. A touch is recorded either way.
///
/// # Errors
/// `Validation` with every field at fault; `IdentityConflict` when the identities belong to
/// different leads, and then nothing is written.
pub async fn create_lead(
    ops: &Operations,
    operator: &Operator,
    draft: LeadDraft,
) -> Result<LeadCreated, OperationError> {
    let store = ops.live(Some(ServiceName::Leads))?;
    let person = person(ops, draft)?;
    let written = write(ops, &store, operator, &person).await;
    ops.wrote(&written);
    let written = written?;
    let mut warnings = person.warnings;
    warnings.extend(written.warnings);
    Ok(LeadCreated {
        outcome: written.outcome,
        filled: written.filled,
        touch_id: written.touch,
        warnings,
        lead: leads::get(&store.reader(), written.id).await?,
    })
}

async fn write(
    ops: &Operations,
    store: &Store,
    operator: &Operator,
    person: &Person,
) -> Result<Written, OperationError> {
    for _ in 1..ATTEMPTS {
        if let Tried::Done(written) = try_write(ops, store, operator, person).await? {
            return Ok(written);
        }
    }
    match try_write(ops, store, operator, person).await? {
        Tried::Done(written) => Ok(written),
        Tried::Overtaken => Err(OperationError::Internal(
            "writing a lead",
            "other requests kept writing the same person".into(),
        )),
    }
}

async fn try_write(
    ops: &Operations,
    store: &Store,
    operator: &Operator,
    person: &Person,
) -> Result<Tried, OperationError> {
    let now = ops.now();
    let tx = store.begin_write().await?;
    require_campaign(&tx, "/campaign", person.incoming.campaign).await?;
    let keys: Vec<_> = person
        .identities
        .iter()
        .map(|own| (own.kind, own.hash.clone()))
        .collect();
    let known = identities::find(&tx, &keys).await?;
    let matched = find_match(&holders(&tx, &person.name.0, &known).await?);
    let mut warnings = Vec::new();
    let mut own: Vec<&Identity> = person.identities.iter().collect();
    if matched.phone_is_shared.is_some() {
        own.retain(|identity| identity.kind != IdentityKind::Phone);
        warnings.push(
            "The telephone number belongs to a lead of another name: it is kept as contact data and does \
             not identify this one."
                .to_owned(),
        );
    }
    let attempt = Attempt {
        ops,
        operator,
        person,
        now,
    };
    let outcome = match matched.who {
        Match::Conflict(leads) => return Err(OperationError::IdentityConflict(leads)),
        Match::Nobody if own.is_empty() => return Err(only_a_shared_phone()),
        Match::Nobody => attempt.create(tx, &own, warnings).await,
        Match::One(id) => {
            let added: Vec<_> = own
                .into_iter()
                .filter(|own| {
                    !known
                        .iter()
                        .any(|known| known.kind == own.kind && known.hash == own.hash)
                })
                .collect();
            attempt.merge(tx, id, &added, warnings).await
        }
    };
    match outcome {
        Ok(written) => Ok(Tried::Done(written)),
        Err(StoreError::Duplicate(_) | StoreError::Stale(_)) => Ok(Tried::Overtaken),
        Err(other) => Err(other.into()),
    }
}

/// Who holds the identities; names are compared for telephones only, so only those are read.
async fn holders(
    session: &impl Session,
    name: &str,
    known: &[IdentityRecord],
) -> Result<Vec<Holder>, StoreError> {
    let name = comparable_name(name);
    let mut holders = Vec::with_capacity(known.len());
    for identity in known {
        let names_agree = identity.kind == IdentityKind::Phone
            && comparable_name(&leads::record(session, identity.lead).await?.name) == name;
        holders.push(Holder {
            kind: identity.kind,
            lead: identity.lead,
            names_agree,
        });
    }
    Ok(holders)
}

fn only_a_shared_phone() -> OperationError {
    OperationError::field(
        "/phone",
        "identity_shared",
        "This telephone number belongs to a lead of another name. Give an e-mail address or a LinkedIn \
         profile as well.",
    )
}

/// One try at writing a person, within its transaction.
struct Attempt<'a> {
    ops: &'a Operations,
    operator: &'a Operator,
    person: &'a Person,
    now: Timestamp,
}

impl Attempt<'_> {
    async fn create(
        &self,
        tx: WriteTx,
        own: &[&Identity],
        warnings: Vec<String>,
    ) -> Result<Written, StoreError> {
        let id = LeadId::new(self.ops.new_id(self.now));
        let record = new_lead(id, self.person.name.clone(), &self.person.incoming, self.now);
        leads::insert(&tx, std::slice::from_ref(&record)).await?;
        self.add_identities(&tx, id, own, true).await?;
        let first = StatusStep {
            lead: id,
            from: None,
            to: LeadStatus::New,
            actor: self.operator.actor.clone(),
            reason_code: None,
            reason: None,
            at: self.now,
        };
        lead_history::append(&tx, &[first]).await?;
        self.note_consent(&tx, None, &record).await?;
        let touch = self.touch(&tx, id).await?;
        let after = trail::of_new(&self.ops.secrets, &record);
        tx.commit(self.entry(AuditAction::LeadCreated, &record, None, Some(after)))
            .await?;
        Ok(Written {
            id,
            outcome: LeadOutcome::New,
            filled: Vec::new(),
            touch,
            warnings,
        })
    }

    async fn merge(
        &self,
        tx: WriteTx,
        id: LeadId,
        added: &[&Identity],
        warnings: Vec<String>,
    ) -> Result<Written, StoreError> {
        let before = leads::record(&tx, id).await?;
        let merged = merge(&before, &self.person.incoming);
        let mut after = merged.after;
        let mut filled = merged.filled;
        self.add_identities(&tx, id, added, false).await?;
        if !added.is_empty() {
            filled.push("identities".to_owned());
        }
        if after != before {
            after.updated_at = self.now;
            leads::replace(&tx, &before, &after).await?;
            self.note_consent(&tx, Some(&before), &after).await?;
        }
        let touch = self.touch(&tx, id).await?;
        let outcome = if after.consent_status == ConsentStatus::Dnc {
            LeadOutcome::Suppressed
        } else if filled.is_empty() {
            LeadOutcome::Unchanged
        } else {
            LeadOutcome::Merged
        };
        let entry = if filled.is_empty() {
            self.entry(AuditAction::LeadTouched, &before, None, None)
        } else {
            let (was, is) = trail::changes(&self.ops.secrets, &before, &after);
            self.entry(AuditAction::LeadMerged, &before, Some(was), Some(is))
        };
        tx.commit(entry).await?;
        Ok(Written {
            id,
            outcome,
            filled,
            touch,
            warnings,
        })
    }

    async fn add_identities(
        &self,
        tx: &WriteTx,
        lead: LeadId,
        own: &[&Identity],
        first_is_key: bool,
    ) -> Result<(), StoreError> {
        let records: Vec<_> = own
            .iter()
            .enumerate()
            .map(|(index, identity)| IdentityRecord {
                lead,
                kind: identity.kind,
                value: Some(identity.value.clone()),
                hash: identity.hash.clone(),
                is_key: first_is_key && index == 0,
            })
            .collect();
        identities::insert(tx, &records).await
    }

    async fn note_consent(
        &self,
        tx: &WriteTx,
        before: Option<&LeadRecord>,
        after: &LeadRecord,
    ) -> Result<(), StoreError> {
        let cause = Cause {
            actor: &self.operator.actor,
            evidence: self.person.incoming.source_ref.clone(),
            reason: None,
            at: self.now,
        };
        consent_history::append(tx, step_between(before, after, cause).as_slice()).await
    }

    async fn touch(&self, tx: &WriteTx, lead: LeadId) -> Result<TouchId, StoreError> {
        let incoming = &self.person.incoming;
        let id = TouchId::new(self.ops.new_id(self.now));
        let touch = TouchRecord {
            id,
            lead,
            campaign: incoming.campaign,
            source: incoming.source,
            source_channel: incoming.source_channel.clone(),
            source_ref: incoming.source_ref.clone(),
            utm: incoming.utm.clone(),
            import: None,
            touched_at: incoming.touched_at,
        };
        touches::append(tx, &[touch]).await?;
        Ok(id)
    }

    fn entry(
        &self,
        action: AuditAction,
        lead: &LeadRecord,
        before: Option<Value>,
        after: Option<Value>,
    ) -> AuditEntry {
        AuditEntry {
            actor: self.operator.actor.clone(),
            action,
            subject_type: SubjectType::Lead,
            subject_id: Some(lead.id.to_string()),
            campaign: lead.campaign,
            before,
            after,
            reason: None,
            request_id: self.operator.request_id.clone(),
            at: self.now,
        }
    }
}
