//! Identities and touches: unique, findable in bulk, idempotent.

use aicmo_shared::TouchId;
use aicmo_shared::audit::AuditAction;
use aicmo_shared::lead::{IdentityKind, LeadSource, Utm};
use aicmo_store::identities::{self, IdentityRecord};
use aicmo_store::leads::LeadRecord;
use aicmo_store::touches::{self, TouchRecord};
use aicmo_store::{StoreError, new_id};
use aicmo_test_support::{NOON, a_lead, on_both_databases};

use crate::support::an_entry;

fn identity(lead: &LeadRecord, kind: IdentityKind, hash: &str) -> IdentityRecord {
    IdentityRecord {
        lead: lead.id,
        kind,
        value: Some(format!("value of {hash}")),
        hash: hash.to_owned(),
        is_key: kind == IdentityKind::Email,
    }
}

on_both_databases! {
    async fn identities_are_found_in_bulk_and_by_kind(db: TestDatabase) {
        let ada = a_lead().insert(&db).await;
        let tx = db.store().begin_write().await.expect("a transaction");
        let known: Vec<IdentityRecord> = (0..700)
            .map(|n| identity(&ada, IdentityKind::Email, &format!("h{n}")))
            .chain([identity(&ada, IdentityKind::Phone, "h1")])
            .collect();
        identities::insert(&tx, &known).await.expect("inserted");
        tx.commit(an_entry(AuditAction::LeadCreated)).await.expect("committed");

        let reader = db.store().reader();
        let wanted: Vec<_> = (0..1_400).map(|n| (IdentityKind::Email, format!("h{n}"))).collect();
        assert_eq!(identities::find(&reader, &wanted).await.expect("found").len(), 700);
        let phone = identities::find(&reader, &[(IdentityKind::Phone, "h1".to_owned())]).await.expect("found");
        assert_eq!(phone, [identity(&ada, IdentityKind::Phone, "h1")]);
        let none = identities::find(&reader, &[(IdentityKind::Linkedin, "h1".to_owned())]).await.expect("found");
        assert_eq!(none, []);
        assert_eq!(identities::find(&reader, &[]).await.expect("found"), []);
    }

    async fn an_identity_belongs_to_one_lead(db: TestDatabase) {
        let ada = a_lead().insert(&db).await;
        let grace = a_lead().insert(&db).await;
        let tx = db.store().begin_write().await.expect("a transaction");
        identities::insert(&tx, &[identity(&ada, IdentityKind::Email, "same")]).await.expect("the first");
        let taken = identities::insert(&tx, &[identity(&grace, IdentityKind::Email, "same")]).await;
        assert!(matches!(taken, Err(StoreError::Duplicate("identity"))), "{taken:?}");
    }

    async fn a_touch_with_the_same_reference_is_written_once(db: TestDatabase) {
        let ada = a_lead().insert(&db).await;
        let touch = |reference: Option<&str>| TouchRecord {
            id: TouchId::new(new_id(NOON)),
            lead: ada.id,
            campaign: None,
            source: LeadSource::Csv,
            source_channel: None,
            source_ref: reference.map(str::to_owned),
            utm: Utm { campaign: Some("spring".to_owned()), ..Utm::default() },
            import: None,
            touched_at: NOON,
        };
        let tx = db.store().begin_write().await.expect("a transaction");
        let first = touches::append(&tx, &[touch(Some("batch_1_row_2")), touch(None)]).await.expect("added");
        let again = touches::append(&tx, &[touch(Some("batch_1_row_2")), touch(None)]).await.expect("added");
        assert_eq!((first, again), (2, 1), "touches without a reference are all different");
        let nothing = touches::append(&tx, &[touch(Some("batch_1_row_2"))]).await.expect("nothing to add is fine");
        assert_eq!(nothing, 0);
        tx.commit(an_entry(AuditAction::LeadTouched)).await.expect("committed");
        assert_eq!(db.count("lead_touches").await, 3);
    }
}
