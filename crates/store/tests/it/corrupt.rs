//! A row that no enum knows is reported by table, column, id and value. It fails nobody else.

use aicmo_shared::approval::ApprovalSubject;
use aicmo_shared::campaign::CampaignStatus;
use aicmo_shared::diagnostics::CorruptRow;
use aicmo_shared::lead::{LeadFilter, LeadGrade, LeadSort, LeadStatus, LeadView};
use aicmo_shared::outreach::AttemptStatus;
use aicmo_store::{StoreError, campaigns, closed_tables, integrity, leads, metrics};
use aicmo_test_support::{
    DatabaseKind, NOON, a_campaign, a_lead, an_approval, an_attempt, on_both_databases,
};

use crate::support::{DAY, HOUR, all_leads};

fn report(table: &str, column: &str, id: impl std::fmt::Display, value: &str) -> CorruptRow {
    CorruptRow {
        table: table.to_owned(),
        column: column.to_owned(),
        id: format!("{id}"),
        value: value.to_owned(),
    }
}

on_both_databases! {
    async fn a_corrupt_lead_is_reported_and_its_neighbours_are_listed(db: TestDatabase) {
        let first = a_lead().insert(&db).await;
        let bad = a_lead().insert(&db).await;
        let last = a_lead().insert(&db).await;
        db.corrupt_lead_status(bad.id, "ENGAGED").await;
        let expected = report("leads", "status", bad.id, "ENGAGED");
        let reader = db.store().reader();
        let page = leads::list(&reader, &all_leads(), LeadSort::Newest, None, 50).await.expect("a page");
        assert_eq!(page.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [last.id, first.id]);
        assert_eq!(page.corrupt, std::slice::from_ref(&expected));

        let page = leads::list(&reader, &all_leads(), LeadSort::Newest, None, 2).await.expect("a page");
        let next = page.next.expect("there is more behind the bad row");
        let rest = leads::list(&reader, &all_leads(), LeadSort::Newest, Some(&next), 2).await.expect("a page");
        assert_eq!(rest.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [first.id]);

        let refused = leads::get(&reader, bad.id).await.expect_err("corrupt");
        let StoreError::Corrupt(found) = refused else { panic!("{refused:?}") };
        assert_eq!(found, expected);
    }

    async fn corrupt_rows_are_found_in_every_closed_column(db: TestDatabase) {
        assert_eq!(integrity::corrupt_rows(&db.store().reader(), 100).await.expect("none"), (vec![], 0));
        let lead = a_lead().insert(&db).await;
        let campaign = a_campaign().insert(&db).await;
        let attempt = an_attempt().to(lead.id).in_campaign(campaign.id).insert(&db).await;
        let approval = an_approval().insert(&db).await;
        db.corrupt("leads", "tier", lead.id.get(), "LUKEWARM").await;
        db.corrupt("leads", "grade", lead.id.get(), "E").await;
        db.corrupt("campaigns", "objective", campaign.id.get(), "fun").await;
        db.corrupt("outbound_attempts", "channel", attempt.get(), "pigeon").await;
        db.corrupt("approvals", "state", approval.get(), &"x".repeat(99)).await;
        let (rows, total) = integrity::corrupt_rows(&db.store().reader(), 100).await.expect("found");
        assert_eq!(total, 4, "a row with two bad values is one row");
        let mut rows = rows;
        rows.sort_by(|a, b| (&a.table, &a.column).cmp(&(&b.table, &b.column)));
        assert_eq!(
            rows,
            [
                report("approvals", "state", approval, &"x".repeat(64)),
                report("campaigns", "objective", campaign.id, "fun"),
                report("leads", "grade", lead.id, "E"),
                report("leads", "tier", lead.id, "LUKEWARM"),
                report("outbound_attempts", "channel", attempt, "pigeon"),
            ]
        );
        let (few, total) = integrity::corrupt_rows(&db.store().reader(), 1).await.expect("found");
        assert_eq!((few.len(), total), (1, 4));
    }

    async fn corrupt_rows_are_left_out_of_the_figures_and_counted_beside_them(db: TestDatabase) {
        let lead = a_lead().with_status(LeadStatus::Contacted).insert(&db).await;
        a_lead().with_status(LeadStatus::Contacted).insert(&db).await;
        let flagged = a_lead().flagged().with_grade(LeadGrade::A).created_at(NOON.plus_millis(-DAY)).insert(&db).await;
        a_lead().created_at(NOON.plus_millis(-HOUR)).insert(&db).await;
        let campaign = a_campaign().insert(&db).await.id;
        let sent = || an_attempt().to(lead.id).in_campaign(campaign).finished(AttemptStatus::Sent, NOON);
        sent().insert(&db).await;
        let attempt = sent().insert(&db).await;
        let approval = an_approval().decide_by(NOON).insert(&db).await;
        an_approval().of(ApprovalSubject::Creative).insert(&db).await;
        db.corrupt_lead_status(lead.id, "ENGAGED").await;
        db.corrupt("leads", "tier", flagged.id.get(), "TEPID").await;
        db.corrupt("outbound_attempts", "channel", attempt.get(), "pigeon").await;
        db.corrupt("approvals", "subject_type", approval.get(), "weather").await;

        let figures = metrics::attention(&db.store().reader(), NOON).await.expect("the figures");
        assert_eq!(figures.corrupt_rows, 4);
        assert_eq!((figures.leads, figures.triage, figures.high_intent, figures.intent_detected), (2, 1, 1, 0));
        assert_eq!(figures.oldest_triage_at, Some(NOON.plus_millis(-HOUR)));
        assert_eq!((figures.execution_sent, figures.approvals_pending), (1, 1));
        assert!(figures.next_approval_deadline_at > Some(NOON));
    }

    async fn a_corrupt_campaign_does_not_hide_the_next_page(db: TestDatabase) {
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(a_campaign().insert(&db).await.id);
        }
        db.corrupt("campaigns", "status", ids[1].get(), "RESTING").await;
        let reader = db.store().reader();
        let page = campaigns::list(&reader, None, None, 2).await.expect("a page");
        assert_eq!(page.rows.len(), 1);
        assert_eq!(page.corrupt, [report("campaigns", "status", ids[1], "RESTING")]);
        let rest = campaigns::list(&reader, None, page.next.as_ref(), 2).await.expect("a page");
        assert_eq!(rest.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [ids[0]]);
        assert_eq!(rest.rows[0].status, CampaignStatus::Planned);
    }

    async fn corrupt_json_is_a_corrupt_row_too(db: TestDatabase) {
        let bad = a_lead().insert(&db).await;
        db.execute("UPDATE leads SET tags = 'not json' WHERE id = $1", vec![bad.id.get().into()]).await;
        let page = leads::list(&db.store().reader(), &all_leads(), LeadSort::Priority, None, 9).await.expect("a page");
        assert_eq!(page.corrupt, [report("leads", "tags", bad.id, "not json")]);
    }

    async fn a_value_outside_its_list_is_refused_by_the_database(db: TestDatabase) {
        let lead = a_lead().insert(&db).await;
        for closed in closed_tables().iter().filter(|closed| closed.table == "leads") {
            for (column, values) in &closed.columns {
                let set = format!("UPDATE leads SET {column} = $1 WHERE id = $2");
                assert!(!db.takes(&set, vec!["ENGAGED".into(), lead.id.get().into()]).await, "{column}");
                for value in values {
                    let taken = db.takes(&set, vec![(*value).into(), lead.id.get().into()]).await;
                    assert!(taken, "{column} = {value}");
                }
            }
        }
    }
}

/// SQLite keeps any type in any column; PostgreSQL refuses it.
#[test]
fn a_column_of_another_type_fails_one_row_and_not_the_list() {
    aicmo_test_support::run(DatabaseKind::Sqlite, |db| async move {
        let bad = a_lead().insert(&db).await;
        let good = a_lead().insert(&db).await;
        let sql = "UPDATE leads SET lead_score = 'high' WHERE id = $1";
        db.execute(sql, vec![bad.id.get().into()]).await;
        let reader = db.store().reader();
        let page = leads::list(&reader, &all_leads(), LeadSort::Newest, None, 9)
            .await
            .expect("a page");
        assert_eq!(page.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [good.id]);
        assert_eq!(
            (page.corrupt.len(), page.corrupt[0].column.as_str()),
            (1, "lead_score")
        );
        assert_eq!(page.corrupt[0].id, bad.id.to_string());
    });
}

/// The predicates of store and schema must be one, or looking for corrupt rows reads every row.
#[test]
fn corrupt_rows_and_views_are_found_by_their_own_indexes() {
    aicmo_test_support::run(DatabaseKind::Sqlite, |db| async move {
        for closed in closed_tables() {
            let outside: Vec<String> = closed
                .columns
                .iter()
                .map(|(column, values)| format!("{column} NOT IN ('{}')", values.join("', '")))
                .collect();
            let sql = format!(
                "EXPLAIN QUERY PLAN SELECT COUNT(*) FROM {} WHERE ({})",
                closed.table,
                outside.join(" OR ")
            );
            let plan: String = db.query(&sql, vec![]).await[0]
                .try_get("", "detail")
                .expect("a plan");
            assert!(plan.contains(&format!("ix_{}_corrupt", closed.table)), "{plan}");
        }
        let view = LeadFilter {
            view: Some(LeadView::Triage),
            ..LeadFilter::default()
        };
        let plan = leads::explain(&db.store().reader(), &view, LeadSort::Priority, None, 1).await;
        assert!(plan.expect("a plan")[0].contains("ix_leads_triage"));
    });
}
