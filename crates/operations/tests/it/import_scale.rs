//! A file of two thousand rows with every verdict in known numbers.

use std::fmt::Write as _;

use aicmo_operations::import::list_import_rows;
use aicmo_operations::leads::create_lead;
use aicmo_shared::api::ImportRowQuery;
use aicmo_shared::import::{ImportState, RowVerdict, VerdictCounts};
use aicmo_shared::lead::{ConsentStatus, LeadDraft};
use aicmo_test_support::on_both_databases;

use crate::import::Desk;
use crate::support::{a_draft, an_operator, audit_rows};

/// Of each ten rows: five new people, one known from the form, one repeated with a company, one
/// repeated as it was, one who opted out, one without identity.
fn file() -> String {
    let mut text = "Name,Email,Company,Do not contact\r\n".to_owned();
    for ten in 0..200 {
        for person in 0..5 {
            let _ = write!(text, "Person {ten}-{person},p{ten}-{person}@example.org,,\r\n");
        }
        let _ = write!(text, "Known {ten},KNOWN{}@example.org,Acme,\r\n", ten % 20);
        let _ = write!(text, "Person {ten}-0,p{ten}-0@example.org,\"Acme, Inc\",\r\n");
        let _ = write!(text, "Person {ten}-1,P{ten}-1@EXAMPLE.org,,no\r\n");
        let _ = write!(text, "Gone {ten},gone{ten}@example.org,,yes\r\n");
        let _ = write!(text, "Nobody {ten},,Acme,\r\n");
    }
    text
}

on_both_databases! {
    async fn two_thousand_rows_come_to_exactly_the_verdicts_they_were_made_for(db: TestDatabase) {
        let desk = Desk::at(db.store());
        for known in 0..20 {
            let draft = LeadDraft {
                name: Some(format!("Known {known}")),
                ..a_draft(&format!("known{known}@example.org"))
            };
            create_lead(&desk.ops, &an_operator(), draft).await.expect("a lead");
        }
        let previewed = desk.previewed(file()).await;
        // Twenty known people are filled once each; their other rows bring nothing.
        let expected = VerdictCounts {
            total: 2_000, new: 1_000, merged: 20 + 200, unchanged: 180 + 200, suppressed: 200, invalid: 200,
        };
        assert_eq!(previewed.counts, expected);
        let committed = desk.commit(&previewed).await;
        assert_eq!(committed.state, ImportState::Committed, "{:?}", committed.error);
        assert_eq!((committed.counts, committed.committed), (expected, 2_000));
        assert_eq!(desk.n_leads().await, 20 + 1_000 + 200);
        desk.assert_counters_are_true().await;
        audit_rows(&desk.store).await;

        let known = desk.lead("known7@example.org").await.expect("known");
        assert_eq!(known.row.company.as_deref(), Some("Acme"));
        assert_eq!(desk.n_touches(&known).await, 1 + 10);
        let gone = desk.lead("gone7@example.org").await.expect("kept");
        assert_eq!(gone.row.consent_status, ConsentStatus::Dnc);

        let mut n_seen = 0;
        let mut cursor = None;
        loop {
            let query = ImportRowQuery { verdict: Some(RowVerdict::Invalid), cursor, limit: Some(60), ..ImportRowQuery::default() };
            let page = list_import_rows(&desk.ops, committed.id, &query).await.expect("rows");
            assert!(page.data().iter().all(|row| row.verdict == RowVerdict::Invalid && row.lead.is_none()));
            n_seen += page.data().len();
            cursor = page.page().and_then(|page| page.next_cursor.clone());
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(n_seen, 200);

        let again = desk.previewed(file()).await;
        let repeated = VerdictCounts {
            total: 2_000, new: 0, merged: 0, unchanged: 1_600, suppressed: 200, invalid: 200,
        };
        assert_eq!(again.counts, repeated, "the second time nothing is new");
    }
}
