//! What the audit trail says about a change of a lead.
//!
//! Personal values appear as keyed hashes only, so that a person can be erased without breaking the
//! chain of hashes, while two states can still be compared. Closed words, flags, owner and campaign
//! stand as they are.

use aicmo_store::leads::LeadRecord;
use serde_json::{Map, Value, json};

use crate::secrets::Secrets;

/// The state of a new lead.
pub(super) fn of_new(secrets: &Secrets, record: &LeadRecord) -> Value {
    let known = faces(secrets, record)
        .into_iter()
        .filter(|(_, value)| !value.is_null() && *value != json!([]) && *value != json!(false))
        .map(|(field, value)| (field.to_owned(), value))
        .collect();
    Value::Object(known)
}

/// The fields that differ, before and after.
pub(super) fn changes(secrets: &Secrets, before: &LeadRecord, after: &LeadRecord) -> (Value, Value) {
    let mut was = Map::new();
    let mut is = Map::new();
    for ((field, old), (_, new)) in faces(secrets, before).into_iter().zip(faces(secrets, after)) {
        if old != new {
            was.insert(field.to_owned(), old);
            is.insert(field.to_owned(), new);
        }
    }
    (Value::Object(was), Value::Object(is))
}

/// Every field that people change, as the trail may show it.
fn faces(secrets: &Secrets, record: &LeadRecord) -> Vec<(&'static str, Value)> {
    let hashed = |value: &Option<String>| match value {
        Some(text) => Value::String(format!("hash:{}", secrets.keyed_hash(text))),
        None => Value::Null,
    };
    vec![
        ("name", hashed(&Some(record.name.clone()))),
        ("first_name", hashed(&record.first_name)),
        ("last_name", hashed(&record.last_name)),
        ("company", hashed(&record.company)),
        ("title", hashed(&record.title)),
        ("email", hashed(&record.email)),
        ("phone", hashed(&record.phone)),
        ("linkedin_url", hashed(&record.linkedin_url)),
        ("website", hashed(&record.website)),
        ("location", hashed(&record.location)),
        ("notes", hashed(&record.notes)),
        ("industry", json!(record.industry)),
        ("company_size", json!(record.company_size)),
        ("source", json!(record.source)),
        ("status", json!(record.status)),
        ("lost_reason", json!(record.lost_reason)),
        ("requires_human_review", json!(record.requires_human_review)),
        ("review_type", json!(record.review_type)),
        ("review_reason", hashed(&record.review_reason)),
        ("consent_status", json!(record.consent_status)),
        ("consent_origin", json!(record.consent_origin)),
        ("campaign", json!(record.campaign)),
        ("owner", json!(record.owner)),
        ("tags", json!(record.tags)),
    ]
}
