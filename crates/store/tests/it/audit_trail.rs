//! The list of the audit trail: exactly the rows that match, in order, page by page, along an index.

use aicmo_shared::activity::SubjectType;
use aicmo_shared::audit::{ActorType, AuditAction, AuditFilter, AuditRow};
use aicmo_shared::{CampaignId, Timestamp};
use aicmo_store::audit_trail::{self, AuditPosition};
use aicmo_store::{Actor, AuditEntry};
use aicmo_test_support::{DatabaseKind, NOON, TestDatabase, a_campaign, on_both_databases};

use crate::support::{MINUTE, an_entry_at, unlock_audit};

/// Rows that differ in everything a filter can ask for; the times do not grow with the places.
async fn populate(db: &TestDatabase, n: i64) -> CampaignId {
    let campaign = a_campaign().insert(db).await.id;
    for i in 0..n {
        let at = NOON.plus_millis((i * 7 % n) * MINUTE);
        let entry = AuditEntry {
            actor: Actor {
                kind: ActorType::ALL[usize::try_from(i % 3).expect("a place")],
                id: format!("actor-{}", i % 5),
            },
            subject_type: SubjectType::ALL[usize::try_from(i % 4).expect("a place")],
            subject_id: (i % 6 != 0).then(|| format!("subject-{}", i % 8)),
            campaign: (i % 2 == 0).then_some(campaign),
            reason: (i % 3 == 0).then(|| format!("Because of Überfall {i}")),
            request_id: format!("request-{}", i / 4),
            ..an_entry_at(AuditAction::ALL[usize::try_from(i % 7).expect("a place")], at)
        };
        let tx = db.store().begin_write().await.expect("a transaction");
        tx.commit(entry).await.expect("committed");
    }
    campaign
}

fn none() -> AuditFilter {
    AuditFilter::default()
}

/// Each condition by itself, with the name of its index.
fn single_filters() -> Vec<(AuditFilter, &'static str)> {
    vec![
        (none(), "ix_audit_log_at_seq"),
        (
            AuditFilter {
                actor: Some("actor-2".to_owned()),
                ..none()
            },
            "ix_audit_log_actor_id_at_seq",
        ),
        (
            AuditFilter {
                actor_type: Some(ActorType::ApiKey),
                ..none()
            },
            "ix_audit_log_actor_type_at_seq",
        ),
        (
            AuditFilter {
                action: Some(AuditAction::LeadTouched),
                ..none()
            },
            "ix_audit_log_action_at_seq",
        ),
        (
            AuditFilter {
                subject_type: Some(SubjectType::Campaign),
                ..none()
            },
            "ix_audit_log_subject_type_at_seq",
        ),
        (
            AuditFilter {
                subject_type: Some(SubjectType::Campaign),
                subject: Some("subject-1".to_owned()),
                ..none()
            },
            "ix_audit_log_subject_type_subject_id_at_seq",
        ),
        (
            AuditFilter {
                request: Some("request-3".to_owned()),
                ..none()
            },
            "ix_audit_log_request_id_at_seq",
        ),
        (
            AuditFilter {
                reason: Some("überfall 1".to_owned()),
                ..none()
            },
            "ix_audit_log_reason",
        ),
    ]
}

/// Several conditions at once.
fn joint_filters() -> Vec<AuditFilter> {
    vec![
        AuditFilter {
            actor: Some("actor-1".to_owned()),
            action: Some(AuditAction::LeadMerged),
            ..none()
        },
        AuditFilter {
            subject_type: Some(SubjectType::Import),
            actor_type: Some(ActorType::Service),
            reason: Some("BECAUSE".to_owned()),
            ..none()
        },
        AuditFilter {
            subject: Some("subject-3".to_owned()),
            ..none()
        },
        AuditFilter {
            request: Some("nothing has this".to_owned()),
            actor: Some("actor-1".to_owned()),
            ..none()
        },
    ]
}

fn in_span(filter: AuditFilter) -> AuditFilter {
    AuditFilter {
        from: Some(NOON.plus_millis(10 * MINUTE)),
        to: Some(NOON.plus_millis(45 * MINUTE)),
        ..filter
    }
}

fn matches(row: &AuditRow, filter: &AuditFilter) -> bool {
    let reason = filter.reason.as_ref().map(|reason| reason.to_lowercase());
    filter.actor_type.is_none_or(|wanted| row.actor_type == wanted)
        && filter.actor.as_ref().is_none_or(|wanted| row.actor_id == *wanted)
        && filter.action.is_none_or(|wanted| row.action == wanted)
        && filter
            .subject_type
            .is_none_or(|wanted| row.subject_type == wanted)
        && (filter.subject.is_none() || row.subject_id == filter.subject)
        && filter
            .request
            .as_ref()
            .is_none_or(|wanted| row.request_id == *wanted)
        && filter.from.is_none_or(|from| row.at >= from)
        && filter.to.is_none_or(|to| row.at < to)
        && reason.is_none_or(|wanted| {
            let text = row.reason.as_ref().map(|reason| reason.to_lowercase());
            text.is_some_and(|text| text.contains(&wanted))
        })
}

async fn paged(db: &TestDatabase, filter: &AuditFilter, limit: u32) -> Vec<AuditRow> {
    let mut rows = Vec::new();
    let mut after: Option<AuditPosition> = None;
    loop {
        let page = audit_trail::list(&db.store().reader(), filter, after, limit)
            .await
            .expect("a page");
        assert!(page.rows.len() <= limit as usize && page.corrupt.is_empty());
        rows.extend(page.rows);
        match page.next {
            Some(next) => after = Some(next),
            None => return rows,
        }
    }
}

on_both_databases! {
    async fn every_filter_finds_exactly_its_rows_whatever_the_page(db: TestDatabase) {
        let campaign = populate(&db, 60).await;
        let all = paged(&db, &none(), 200).await;
        assert_eq!(all.len(), 61, "sixty and the campaign's own");
        let key = |row: &AuditRow| (row.at, row.seq);
        assert!(all.is_sorted_by(|newer, older| key(newer) > key(older)), "newest first");
        assert_ne!(all[0].seq, 61, "the order is that of time");
        assert!(all.iter().any(|row| row.campaign.as_ref().is_some_and(|named| named.id == campaign)));

        let filters = single_filters().into_iter().map(|(filter, _)| filter).chain(joint_filters());
        for filter in filters.flat_map(|filter| [filter.clone(), in_span(filter)]) {
            let expected: Vec<_> = all.iter().filter(|row| matches(row, &filter)).cloned().collect();
            for limit in [1, 7, 200] {
                assert_eq!(paged(&db, &filter, limit).await, expected, "{filter:?} by {limit}");
            }
            let total = audit_trail::count(&db.store().reader(), &filter).await.expect("an answer");
            if let Some(total) = total {
                assert_eq!(total, expected.len() as u64, "{filter:?}");
            }
        }
        for (filter, _) in single_filters() {
            let total = audit_trail::count(&db.store().reader(), &filter).await.expect("an answer");
            assert_eq!(total.is_some(), filter.reason.is_none(), "{filter:?}");
        }
    }

    async fn a_corrupt_row_is_named_and_its_neighbours_stay(db: TestDatabase) {
        populate(&db, 3).await;
        let first = audit_trail::list(&db.store().reader(), &none(), None, 1).await.expect("a page");
        unlock_audit(&db).await;
        db.corrupt("audit_log", "action", first.rows[0].id, "ENGAGED").await;
        let page = audit_trail::list(&db.store().reader(), &none(), None, 50).await.expect("a page");
        assert_eq!((page.rows.len(), page.corrupt.len()), (3, 1), "three good ones with the campaign's");
        let corrupt = &page.corrupt[0];
        assert_eq!((corrupt.table.as_str(), corrupt.column.as_str()), ("audit_log", "action"));
        assert_eq!((corrupt.id.as_str(), corrupt.value.as_str()), (first.rows[0].id.to_string().as_str(), "ENGAGED"));
    }
}

fn a_place() -> AuditPosition {
    AuditPosition {
        at: NOON.plus_millis(20 * MINUTE),
        seq: 17,
    }
}

#[test]
fn no_page_is_sorted_and_each_goes_along_its_own_index_on_sqlite() {
    aicmo_test_support::run(DatabaseKind::Sqlite, |db| async move {
        for (filter, index) in single_filters() {
            for filter in [filter.clone(), in_span(filter)] {
                for after in [None, Some(a_place())] {
                    let plan = audit_trail::explain(&db.store().reader(), &filter, after, 50)
                        .await
                        .expect("a plan")
                        .join("\n");
                    assert!(!plan.contains("TEMP B-TREE"), "{filter:?} {after:?}: {plan}");
                    let whole = plan.replace("COVERING ", "");
                    assert!(
                        whole.contains(&format!("USING INDEX {index}")),
                        "{filter:?} {after:?}: {plan}"
                    );
                    assert!(
                        after.is_none() || plan.starts_with("SEARCH"),
                        "{filter:?}: {plan}"
                    );
                }
            }
        }
    });
}

#[test]
fn no_page_is_sorted_on_postgres() {
    aicmo_test_support::run(DatabaseKind::Postgres, |db| async move {
        db.execute(
            "INSERT INTO audit_log (seq, id, at, actor_type, actor_id, action, subject_type, subject_id, reason,
               request_id, prev_hash, hash)
             SELECT i, gen_random_uuid(), i * 60000, (ARRAY['user','api_key','service'])[1 + i % 3],
               'actor-' || i % 50, (ARRAY['lead.created','lead.touched','lead.edited'])[1 + i % 3],
               (ARRAY['lead','campaign','import'])[1 + i % 3], 'subject-' || i % 500,
               CASE WHEN i % 10 = 0 THEN 'because' END, 'request-' || i, '', 'h' || i
             FROM generate_series(1, 30000) AS i",
            vec![],
        )
        .await;
        db.execute("ANALYZE audit_log", vec![]).await;
        for (filter, _) in single_filters() {
            for after in [
                None,
                Some(AuditPosition {
                    at: Timestamp::from_millis(15_000 * 60_000),
                    seq: 15_000,
                }),
            ] {
                let plan = audit_trail::explain(&db.store().reader(), &filter, after, 50)
                    .await
                    .expect("a plan")
                    .join("\n");
                assert!(!plan.contains("Seq Scan"), "{filter:?} {after:?}: {plan}");
                // A few rows of one request or one subject may be fetched and then put in order.
                let few = filter.request.is_some() || filter.subject.is_some() || filter.actor.is_some();
                assert!(few || !plan.contains("Sort"), "{filter:?} {after:?}: {plan}");
            }
        }
    });
}

/// PostgreSQL keeps the type of a column; SQLite takes anything.
#[test]
fn a_page_of_unreadable_rows_has_another_behind_it_on_sqlite() {
    aicmo_test_support::run(DatabaseKind::Sqlite, |db| async move {
        populate(&db, 6).await;
        unlock_audit(&db).await;
        let newest = "SELECT seq FROM audit_log ORDER BY at DESC, seq DESC LIMIT 2";
        let spoil = format!("UPDATE audit_log SET request_id = x'ff' WHERE seq IN ({newest})");
        db.execute(&spoil, vec![]).await;
        let reader = db.store().reader();
        let first = audit_trail::list(&reader, &none(), None, 2)
            .await
            .expect("a page");
        assert_eq!((first.rows.len(), first.corrupt.len()), (0, 2));
        let behind = first.next.expect("more follows");
        let rest = audit_trail::list(&reader, &none(), Some(behind), 50)
            .await
            .expect("a page");
        assert_eq!((rest.rows.len(), rest.corrupt.len()), (5, 0));
    });
}
