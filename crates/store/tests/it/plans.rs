//! A page of leads is found by an index that also has its order: nothing is sorted, whatever one
//! filter is set, at the start and in the depth.

use aicmo_shared::lead::{
    ConsentStatus, GradeFilter, LeadFilter, LeadSort, LeadSource, LeadStatus, LeadView,
};
use aicmo_shared::{CampaignId, LeadId};
use aicmo_store::leads::{self, LeadPosition, PositionKey};
use aicmo_store::{closed_tables, new_id};
use aicmo_test_support::{DatabaseKind, NOON, TestDatabase, a_lead};

/// Every filter by itself, and none.
pub fn single_filters(campaign: CampaignId) -> Vec<LeadFilter> {
    let none = LeadFilter::default;
    let mut filters = vec![
        none(),
        LeadFilter {
            campaign: Some(campaign),
            ..none()
        },
        LeadFilter {
            email: Some("ada@example.org".to_owned()),
            ..none()
        },
    ];
    filters.extend(LeadStatus::ALL.iter().map(|value| LeadFilter {
        status: Some(*value),
        ..none()
    }));
    filters.extend(GradeFilter::ALL.iter().map(|value| LeadFilter {
        grade: Some(*value),
        ..none()
    }));
    filters.extend(LeadSource::ALL.iter().map(|value| LeadFilter {
        source: Some(*value),
        ..none()
    }));
    filters.extend(ConsentStatus::ALL.iter().map(|value| LeadFilter {
        consent: Some(*value),
        ..none()
    }));
    filters.extend([true, false].map(|value| LeadFilter {
        review: Some(value),
        ..none()
    }));
    filters.extend(LeadView::ALL.iter().map(|value| LeadFilter {
        view: Some(*value),
        ..none()
    }));
    filters
}

async fn plan(db: &TestDatabase, filter: &LeadFilter, sort: LeadSort, deep: bool) -> String {
    let position = LeadPosition {
        key: match sort {
            LeadSort::Priority | LeadSort::LastTouch => PositionKey::Number(500),
            LeadSort::Newest | LeadSort::Oldest => PositionKey::Id,
            LeadSort::Name => PositionKey::Text("ada".to_owned()),
        },
        id: LeadId::new(new_id(NOON)),
    };
    leads::explain(&db.store().reader(), filter, sort, deep.then_some(&position), 50)
        .await
        .expect("a plan")
        .join("\n")
}

fn of_each_sort(filter: &LeadFilter) -> Vec<LeadSort> {
    if filter.conditions() == 0 {
        LeadSort::ALL.to_vec()
    } else {
        vec![
            LeadSort::Priority,
            LeadSort::Newest,
            LeadSort::Oldest,
            LeadSort::LastTouch,
        ]
    }
}

async fn assert_plans_on_sqlite(db: &TestDatabase) {
    for filter in single_filters(CampaignId::new(new_id(NOON))) {
        for sort in of_each_sort(&filter) {
            if filter.email.is_some() && sort != LeadSort::Priority {
                continue;
            }
            for deep in [false, true] {
                let plan = plan(db, &filter, sort, deep).await;
                assert!(
                    !plan.contains("TEMP B-TREE"),
                    "{filter:?} {sort} deep={deep}: {plan}"
                );
                assert!(
                    plan.contains("USING INDEX"),
                    "{filter:?} {sort} deep={deep}: {plan}"
                );
                let jumps = !deep || plan.starts_with("SEARCH");
                assert!(jumps, "the depth is reached by a jump: {filter:?} {sort}: {plan}");
                let column = named_column(&filter);
                assert!(
                    plan.contains(column),
                    "by the filter's own index: {filter:?} {sort}: {plan}"
                );
            }
        }
    }
}

/// What the name of the index must contain.
fn named_column(filter: &LeadFilter) -> &'static str {
    match filter {
        LeadFilter { status: Some(_), .. } => "ix_leads_status_",
        LeadFilter {
            grade: Some(GradeFilter::Ungraded),
            ..
        } => "ix_leads_ungraded_",
        LeadFilter { grade: Some(_), .. } => "ix_leads_grade_",
        LeadFilter { source: Some(_), .. } => "ix_leads_source_",
        LeadFilter {
            campaign: Some(_), ..
        } => "ix_leads_campaign_id_",
        LeadFilter { consent: Some(_), .. } => "ix_leads_consent_status_",
        LeadFilter { review: Some(_), .. } => "ix_leads_requires_human_review_",
        LeadFilter {
            view: Some(LeadView::Triage),
            ..
        } => "ix_leads_triage_",
        LeadFilter {
            view: Some(LeadView::Intent),
            ..
        } => "ix_leads_intent_",
        LeadFilter { email: Some(_), .. } => "ix_leads_email_norm_",
        _ => "INDEX",
    }
}

#[test]
fn no_page_is_sorted_on_sqlite() {
    aicmo_test_support::run(DatabaseKind::Sqlite, |db| async move {
        assert_plans_on_sqlite(&db).await;
    });
}

#[test]
fn the_order_by_name_reads_the_fewer_rows_on_sqlite() {
    aicmo_test_support::run(DatabaseKind::Sqlite, |db| async move {
        for n in 0..60 {
            let lead = a_lead().with_status(LeadStatus::ALL[usize::from(n == 0)]);
            lead.insert(&db).await;
        }
        let reader = db.store().reader();
        let plan = |status| {
            let filter = LeadFilter {
                status: Some(status),
                ..LeadFilter::default()
            };
            let reader = &reader;
            async move {
                let plan = leads::explain(reader, &filter, LeadSort::Name, None, 5).await;
                plan.expect("a plan").join("\n")
            }
        };
        let common = plan(LeadStatus::New).await;
        assert!(
            common.contains("ix_leads_name_norm_id") && !common.contains("TEMP"),
            "{common}"
        );
        let rare = plan(LeadStatus::Enriched).await;
        assert!(rare.contains("ix_leads_status_"), "{rare}");
    });
}

#[test]
fn statistics_do_not_change_the_plans_on_sqlite() {
    aicmo_test_support::run(DatabaseKind::Sqlite, |db| async move {
        for n in 0..300 {
            let lead = a_lead().with_status(LeadStatus::ALL[usize::from(n % 50 == 0)]);
            lead.insert(&db).await;
        }
        db.execute("ANALYZE", vec![]).await;
        let store = db.reopened().await;
        for sort in [LeadSort::Priority, LeadSort::Newest] {
            for filter in single_filters(CampaignId::new(new_id(NOON))) {
                let plan = leads::explain(&store.reader(), &filter, sort, None, 50)
                    .await
                    .expect("a plan");
                let plan = plan.join("\n");
                let sorted = plan.contains("TEMP B-TREE") && filter.email.is_none();
                assert!(!sorted, "{filter:?} {sort}: {plan}");
            }
        }
    });
}

#[test]
fn no_page_is_sorted_on_postgres() {
    aicmo_test_support::run(DatabaseKind::Postgres, |db| async move {
        // A table of three pages is read whole whatever the indexes: rows make the choice real.
        db.execute(
            "INSERT INTO leads (id, version, name, name_norm, source, status, consent_status, grade, urgency, tags,
               first_touch_at, last_touch_at, created_at, updated_at, requires_human_review, email_norm)
             SELECT gen_random_uuid(), 1, 'n' || i, 'n' || i, 'csv',
               (ARRAY['NEW','ENRICHED','CONTACTED','REPLIED','QUALIFIED','ROUTED','MANUAL_REVIEW','LOST'])[1 + i % 8],
               'UNKNOWN', (ARRAY['A','B','C','D',NULL])[1 + i % 5], i % 1000, '[]', i, i, i, i, i % 2 = 0, 'e' || i
             FROM generate_series(1, 20000) AS i",
            vec![],
        )
        .await;
        db.execute("ANALYZE leads", vec![]).await;
        let leads = &closed_tables()[0];
        let outside: Vec<String> = leads
            .columns
            .iter()
            .map(|(column, values)| format!("{column} NOT IN ('{}')", values.join("', '")))
            .collect();
        let sql = format!(
            "EXPLAIN SELECT COUNT(*) FROM leads WHERE ({})",
            outside.join(" OR ")
        );
        let corrupt: Vec<String> = db
            .query(&sql, vec![])
            .await
            .iter()
            .map(|row| row.try_get("", "QUERY PLAN").expect("a plan"))
            .collect();
        assert!(corrupt.join(" ").contains("ix_leads_corrupt"), "{corrupt:?}");
        let common = single_filters(CampaignId::new(new_id(NOON)))
            .into_iter()
            .filter(|filter| {
                filter.status.is_some()
                    || filter.grade.is_some()
                    || filter.review.is_some()
                    || filter.view.is_some()
            });
        for filter in common {
            for deep in [false, true] {
                let plan = plan(&db, &filter, LeadSort::Priority, deep).await;
                assert!(!plan.contains("Seq Scan"), "{filter:?} deep={deep}: {plan}");
                assert!(!plan.contains("Sort"), "{filter:?} deep={deep}: {plan}");
            }
        }
    });
}
