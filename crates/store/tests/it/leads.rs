//! Leads: written whole, read whole, replaced only by who read them last.

use aicmo_shared::audit::AuditAction;
use aicmo_shared::closed_enum::Lifecycle;
use aicmo_shared::lead::{
    CompanySize, ConsentOrigin, ConsentStatus, IdentityKind, LeadFilter, LeadGrade, LeadSource, LeadStatus,
    LeadTier, LostReason, ReviewType,
};
use aicmo_shared::{ImportId, LeadId};
use aicmo_store::identities::{self, IdentityRecord};
use aicmo_store::leads::{self, LeadRecord};
use aicmo_store::{StoreError, counters, new_id};
use aicmo_test_support::{NOON, a_campaign, a_lead, an_attempt, on_both_databases};

use crate::support::{HOUR, an_entry};

/// A lead with every field filled.
fn a_full_lead() -> LeadRecord {
    let text = |text: &str| Some(text.to_owned());
    let later = |hours: i64| NOON.plus_millis(hours * HOUR);
    LeadRecord {
        name_derived: true,
        first_name: text("Ada"),
        last_name: text("Lovelace"),
        company: text("Analytical Engines"),
        title: text("Countess; \"the first\""),
        email: text("Ada@Example.org"),
        phone: text("030 1234"),
        phone_e164: text("+49301234"),
        linkedin_url: text("linkedin.com/in/ada"),
        website: text("https://example.org"),
        company_size: Some(CompanySize::Medium),
        industry: text("Computing"),
        location: text("London 🇬🇧"),
        source_channel: text("fair"),
        source_ref: text("batch_1_row_2"),
        status: LeadStatus::Lost,
        lost_reason: Some(LostReason::OperatorSkip),
        requires_human_review: true,
        review_type: Some(ReviewType::Pricing),
        review_reason: text("asks for a price"),
        consent_status: ConsentStatus::Dnc,
        consent_at: Some(later(1)),
        consent_origin: Some(ConsentOrigin::Form),
        lead_score: Some(0.1),
        score_coverage: Some(0.75),
        tier: Some(LeadTier::Hot),
        intent_score: Some(0.5),
        grade: Some(LeadGrade::B),
        grade_reason: text("fit"),
        conversion_probability: Some(0.3),
        tags: vec!["a, b".to_owned(), "\"c\"".to_owned()],
        owner: text("grace"),
        notes: text("line\nline"),
        last_contacted_at: Some(later(2)),
        last_replied_at: Some(later(3)),
        next_action_at: Some(later(4)),
        ..LeadRecord::new(
            LeadId::new(new_id(NOON)),
            "Ada Lovelace",
            LeadSource::Apollo,
            NOON,
        )
    }
}

on_both_databases! {
    async fn a_lead_comes_back_as_it_was_written(db: TestDatabase) {
        let campaign = a_campaign().named("Spring launch").insert(&db).await;
        let written = LeadRecord { campaign: Some(campaign.id), ..a_full_lead() };
        a_lead().with(|lead| lead.clone_from(&written)).insert(&db).await;
        let reader = db.store().reader();
        assert_eq!(leads::record(&reader, written.id).await.expect("the record"), written);

        let lead = leads::get(&reader, written.id).await.expect("the lead");
        let named = lead.row.campaign.as_ref().expect("its campaign");
        assert_eq!((named.id, named.name.as_str()), (campaign.id, "Spring launch"));
        assert_eq!(lead.legal_targets, LeadStatus::Lost.successors());
        assert_eq!(lead.notes.as_deref(), Some("line\nline"));
        assert_eq!(lead.identities, []);
    }

    async fn a_lead_names_its_identities_once_each(db: TestDatabase) {
        let lead = a_lead().insert(&db).await;
        let of = |kind, hash: &str| IdentityRecord {
            lead: lead.id,
            kind,
            value: Some(hash.to_owned()),
            hash: hash.to_owned(),
            is_key: false,
        };
        let tx = db.store().begin_write().await.expect("a transaction");
        let known = [of(IdentityKind::Linkedin, "l"), of(IdentityKind::Email, "e1"), of(IdentityKind::Email, "e2")];
        identities::insert(&tx, &known).await.expect("identities");
        tx.commit(an_entry(AuditAction::LeadEdited)).await.expect("committed");
        let lead = leads::get(&db.store().reader(), lead.id).await.expect("the lead");
        assert_eq!(lead.identities, [IdentityKind::Email, IdentityKind::Linkedin]);
    }

    async fn a_lead_that_is_not_there_is_not_found(db: TestDatabase) {
        let id = LeadId::new(new_id(NOON));
        let missing = leads::get(&db.store().reader(), id).await.expect_err("no lead");
        let StoreError::NotFound(subject) = missing else { panic!("{missing:?}") };
        assert_eq!((subject.noun, subject.id), ("lead", id.to_string()));
        let none = leads::records(&db.store().reader(), &[id]).await.expect("none");
        assert_eq!(none, []);
    }

    async fn more_leads_than_a_statement_takes_are_written_and_read(db: TestDatabase) {
        let many: Vec<LeadRecord> = (0..1_203).map(|_| a_lead().build()).collect();
        let tx = db.store().begin_write().await.expect("a transaction");
        leads::insert(&tx, &many).await.expect("inserted");
        tx.commit(an_entry(AuditAction::ImportChunkCommitted)).await.expect("committed");
        let ids: Vec<LeadId> = many.iter().map(|lead| lead.id).collect();
        let found = leads::records(&db.store().reader(), &ids).await.expect("read");
        assert_eq!(found.len(), 1_203);
    }

    async fn only_who_read_it_last_may_replace_a_lead(db: TestDatabase) {
        let before = a_lead().insert(&db).await;
        let after = LeadRecord { name: "Grace Hopper".to_owned(), ..before.clone() };
        let tx = db.store().begin_write().await.expect("a transaction");
        let version = leads::replace(&tx, &before, &after).await.expect("replaced");
        assert_eq!(version, 2);
        let stale = leads::replace(&tx, &before, &after).await.expect_err("read before that");
        assert!(matches!(stale, StoreError::Stale(_)), "{stale:?}");
        assert_eq!(leads::record(&tx, before.id).await.expect("own writes are seen").version, 2);
        tx.commit(an_entry(AuditAction::LeadEdited)).await.expect("committed");
        let kept = leads::record(&db.store().reader(), before.id).await.expect("the lead");
        assert_eq!((kept.version, kept.name.as_str()), (2, "Grace Hopper"));
    }

    async fn what_is_not_committed_is_not_there(db: TestDatabase) {
        let lead = a_lead().build();
        let tx = db.store().begin_write().await.expect("a transaction");
        leads::insert(&tx, std::slice::from_ref(&lead)).await.expect("inserted");
        tx.rollback().await.expect("rolled back");
        let tx = db.store().begin_write().await.expect("a transaction");
        leads::insert(&tx, std::slice::from_ref(&lead)).await.expect("inserted");
        drop(tx);
        assert_eq!(db.count("leads").await, 0);
        assert_eq!(db.count("counters").await, 0);
        assert_eq!(db.count("audit_log").await, 0);
        a_lead().insert(&db).await;
        assert_eq!(db.count("leads").await, 1, "the writer is free again");
    }

    async fn a_removed_lead_frees_its_identities_and_is_in_no_figure(db: TestDatabase) {
        let (gone, stays) = (a_lead().insert(&db).await, a_lead().insert(&db).await);
        let identity = |lead: LeadId| IdentityRecord {
            lead,
            kind: IdentityKind::Email,
            value: Some("ada@example.org".to_owned()),
            hash: "e".to_owned(),
            is_key: true,
        };
        let tx = db.store().begin_write().await.expect("a transaction");
        identities::insert(&tx, &[identity(gone.id)]).await.expect("an identity");
        tx.commit(an_entry(AuditAction::LeadEdited)).await.expect("committed");
        let tx = db.store().begin_write().await.expect("a transaction");
        leads::remove(&tx, std::slice::from_ref(&gone)).await.expect("removed");
        identities::insert(&tx, &[identity(stays.id)]).await.expect("free again");
        tx.commit(an_entry(AuditAction::ImportUndone)).await.expect("committed");
        let reader = db.store().reader();
        assert!(matches!(leads::record(&reader, gone.id).await, Err(StoreError::NotFound(_))));
        assert_eq!(leads::count(&reader, &LeadFilter::default()).await.expect("a count"), Some(1));
        let check = counters::compare(&reader, NOON).await.expect("compared");
        assert!(check.mismatches.is_empty(), "{:?}", check.mismatches);
    }

    async fn a_lead_that_changed_or_that_something_speaks_of_is_not_removed(db: TestDatabase) {
        let lead = a_lead().insert(&db).await;
        let tx = db.store().begin_write().await.expect("a transaction");
        let older = LeadRecord { version: lead.version + 1, ..lead.clone() };
        let stale = leads::remove(&tx, &[older]).await;
        assert!(matches!(stale, Err(StoreError::Stale(_))), "{stale:?}");
        drop(tx);
        let campaign = a_campaign().insert(&db).await;
        an_attempt().to(lead.id).in_campaign(campaign.id).insert(&db).await;
        let import = ImportId::new(new_id(NOON));
        let ties = leads::ties(&db.store().reader(), import, &[lead.id]).await.expect("ties");
        assert_eq!(ties.get(&lead.id).map(|ties| ties.attempts), Some(1));
        let tx = db.store().begin_write().await.expect("a transaction");
        let stale = leads::remove(&tx, std::slice::from_ref(&lead)).await;
        assert!(matches!(stale, Err(StoreError::Stale(_))), "{stale:?}");
    }
}
