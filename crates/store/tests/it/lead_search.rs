//! Leads found by words: whichever way a page is found, it holds what the words say.

use aicmo_shared::audit::AuditAction;
use aicmo_shared::diagnostics::DatabaseKind;
use aicmo_shared::lead::{LeadFilter, LeadSort, LeadStatus};
use aicmo_store::Store;
use aicmo_store::leads::{self, LeadRecord};
use aicmo_test_support::{TestDatabase, a_lead, on_both_databases};

use crate::support::an_entry;

fn text(text: &str) -> LeadFilter {
    LeadFilter {
        text: Some(text.to_owned()),
        ..LeadFilter::default()
    }
}

async fn insert(db: &TestDatabase, records: &[LeadRecord]) {
    let tx = db.store().begin_write().await.expect("a transaction");
    leads::insert(&tx, records).await.expect("inserted");
    tx.commit(an_entry(AuditAction::ImportChunkCommitted))
        .await
        .expect("committed");
}

/// The names that a filter finds, in an order, in pages of `limit`.
async fn found(store: &Store, filter: &LeadFilter, sort: LeadSort, limit: u32) -> Vec<String> {
    let reader = store.reader();
    let (mut names, mut after) = (Vec::new(), None);
    loop {
        let page = leads::list(&reader, filter, sort, after.as_ref(), limit)
            .await
            .expect("a page");
        names.extend(page.rows.into_iter().map(|row| row.name));
        after = page.next;
        if after.is_none() {
            return names;
        }
    }
}

async fn names(db: &TestDatabase, filter: &LeadFilter) -> Vec<String> {
    found(&db.store(), filter, LeadSort::Name, 50).await
}

fn ada() -> LeadRecord {
    a_lead()
        .with(|lead| {
            "Ada Lovelace".clone_into(&mut lead.name);
            lead.company = Some("Société Générale".to_owned());
            lead.title = Some("VP, Analytical Engines".to_owned());
            lead.email = Some("countess@engines.example".to_owned());
            lead.notes = Some("met at the fair; 王芳 knows her".to_owned());
            lead.tags = vec!["Very important".to_owned()];
            lead.owner = Some("Grace Hopper".to_owned());
            lead.status = LeadStatus::Qualified;
            lead.lead_score = Some(0.8);
        })
        .build()
}

fn bob() -> LeadRecord {
    a_lead()
        .with(|lead| {
            "Bob Adams".clone_into(&mut lead.name);
            lead.company = Some("General Engines".to_owned());
            lead.tags = vec!["important".to_owned()];
            lead.lead_score = Some(0.4);
        })
        .build()
}

on_both_databases! {
    async fn a_lead_is_found_by_the_beginning_of_each_of_its_words(db: TestDatabase) {
        insert(&db, &[ada(), bob()]).await;
        let both = ["Ada Lovelace", "Bob Adams"];
        for (asked, expected) in [
            ("ada", &both[..]), ("ADA love", &both[..1]), ("societe", &both[..1]), ("générale", &both[..1]),
            ("general eng", &both[..]), ("vp", &both[..1]), ("engines.example", &both[..1]), ("countess@", &both[..1]),
            ("fair", &both[..1]), ("王", &both[..1]), ("a", &both[..]), ("e g", &both[..]), ("bob ada", &both[1..]),
            ("ovelace", &[]), ("important", &[]), ("grace", &[]), ("ada x", &[]), ("\"", &[]), ("* OR ada", &[]),
        ] {
            assert_eq!(names(&db, &text(asked)).await, expected, "{asked}");
            let counted = leads::count_exactly(&db.store().reader(), &text(asked)).await.expect("counted");
            assert_eq!(counted, expected.len() as u64, "{asked}");
        }
    }

    async fn tags_and_owners_are_whole_and_conditions_add_up(db: TestDatabase) {
        insert(&db, &[ada(), bob()]).await;
        let none = LeadFilter::default;
        for (filter, expected) in [
            (LeadFilter { tag: Some("IMPORTANT".to_owned()), ..none() }, vec!["Bob Adams"]),
            (LeadFilter { tag: Some("very important ".to_owned()), ..none() }, vec!["Ada Lovelace"]),
            (LeadFilter { tag: Some("very".to_owned()), ..none() }, vec![]),
            (LeadFilter { owner: Some("grace hopper".to_owned()), ..none() }, vec!["Ada Lovelace"]),
            (LeadFilter { score_from: Some(0.4), ..none() }, vec!["Ada Lovelace", "Bob Adams"]),
            (LeadFilter { score_from: Some(0.41), ..none() }, vec!["Ada Lovelace"]),
            (LeadFilter { score_to: Some(0.4), ..text("engines") }, vec!["Bob Adams"]),
            (LeadFilter { status: Some(LeadStatus::Qualified), ..text("ad") }, vec!["Ada Lovelace"]),
            (LeadFilter { status: Some(LeadStatus::Lost), ..text("ad") }, vec![]),
        ] {
            assert_eq!(names(&db, &filter).await, expected, "{filter:?}");
            let counted = leads::count_exactly(&db.store().reader(), &filter).await.expect("counted");
            assert_eq!(counted, expected.len() as u64, "{filter:?}");
        }
    }

    async fn neither_a_long_word_nor_a_long_tag_is_too_long(db: TestDatabase) {
        let long = "x".repeat(3_000);
        let lead = a_lead()
            .with(|lead| {
                lead.notes = Some(format!("{long} and so on"));
                lead.tags = vec![long.clone()];
            })
            .build();
        insert(&db, &[lead, ada()]).await;
        assert_eq!(names(&db, &text(&long)).await.len(), 1);
        assert_eq!(names(&db, &text("so xxx")).await.len(), 1);
        let tag = |tag: &str| LeadFilter { tag: Some(tag.to_owned()), ..LeadFilter::default() };
        assert_eq!(names(&db, &tag(&long)).await.len(), 1);
        assert!(names(&db, &tag(&long[1..])).await.is_empty());
    }

    async fn a_time_bounds_from_its_first_instant_to_before_its_last(db: TestDatabase) {
        let lead = bob();
        insert(&db, std::slice::from_ref(&lead)).await;
        let (at, later) = (lead.created_at, lead.created_at.plus_millis(1));
        let none = LeadFilter::default;
        for (filter, is_found) in [
            (LeadFilter { created_from: Some(at), created_to: Some(later), ..none() }, true),
            (LeadFilter { created_from: Some(later), ..none() }, false),
            (LeadFilter { created_to: Some(at), ..none() }, false),
            (LeadFilter { touched_from: Some(at), touched_to: Some(later), ..none() }, true),
            (LeadFilter { touched_to: Some(at), ..none() }, false),
        ] {
            assert_eq!(names(&db, &filter).await.len(), usize::from(is_found), "{filter:?}");
        }
    }

    async fn a_change_of_a_lead_changes_what_finds_it(db: TestDatabase) {
        let before = ada();
        insert(&db, std::slice::from_ref(&before)).await;
        let after = LeadRecord { company: Some("Babbage & Co".to_owned()), tags: vec![], ..before.clone() };
        let tx = db.store().begin_write().await.expect("a transaction");
        leads::replace(&tx, &before, &after).await.expect("replaced");
        tx.commit(an_entry(AuditAction::LeadEdited)).await.expect("committed");
        assert_eq!(names(&db, &text("babbage")).await, ["Ada Lovelace"]);
        assert!(names(&db, &text("societe")).await.is_empty());
        let tagged = LeadFilter { tag: Some("very important".to_owned()), ..LeadFilter::default() };
        assert!(names(&db, &tagged).await.is_empty());
    }

    async fn what_many_leads_have_is_found_in_every_order_and_page(db: TestDatabase) {
        let many: Vec<LeadRecord> = (0..5_050)
            .map(|n| {
                a_lead()
                    .with(|lead| {
                        lead.name = format!("Person {n:05}");
                        lead.company = Some((if n % 1_000 == 7 { "Common and rare" } else { "Common" }).to_owned());
                        if n % 2 == 0 {
                            lead.status = LeadStatus::Contacted;
                        }
                    })
                    .build()
            })
            .collect();
        insert(&db, &many).await;
        insert(&db, &[bob(), a_lead().named("Wing Commander").build()]).await;
        let store = db.store();
        // Many begin with the same letters, and one with all of them; few do, and none with all.
        assert_eq!(names(&db, &text("commander")).await, ["Wing Commander"]);
        assert_eq!(names(&db, &text("commander wing")).await, ["Wing Commander"]);
        assert!(names(&db, &text("rarely")).await.is_empty());
        for sort in LeadSort::ALL {
            let seen = found(&store, &text("comm"), *sort, 200).await;
            let mut once: Vec<&String> = seen.iter().collect();
            once.sort_unstable();
            once.dedup();
            assert_eq!((seen.len(), once.len()), (5_051, 5_051), "{sort}");
        }
        let by_name = found(&store, &text("common"), LeadSort::Name, 200).await;
        assert!(by_name.is_sorted());
        let contacted = LeadFilter { status: Some(LeadStatus::Contacted), ..text("common") };
        assert_eq!(found(&store, &contacted, LeadSort::Priority, 200).await.len(), 2_525);
        assert_eq!(found(&store, &text("comm rare"), LeadSort::Newest, 2).await.len(), 6);
        let reader = store.reader();
        assert_eq!(leads::count(&reader, &text("common")).await.expect("an answer"), None, "too many to count unasked");
        assert_eq!(leads::count_exactly(&reader, &text("common")).await.expect("counted"), 5_050);
        assert_eq!(leads::count_exactly(&reader, &contacted).await.expect("counted"), 2_525);
        assert_eq!(leads::count(&reader, &text("rare")).await.expect("an answer"), Some(6));
    }

    async fn few_leads_are_found_by_the_index_of_words_alone(db: TestDatabase) {
        let many: Vec<LeadRecord> = (0..8_000).map(|_| a_lead().named("Somebody Else").build()).collect();
        insert(&db, &many).await;
        insert(&db, &[ada()]).await;
        if db.kind() == DatabaseKind::Postgres {
            db.execute("ANALYZE", vec![]).await;
        }
        let filter = LeadFilter { status: Some(LeadStatus::New), ..text("lovelace") };
        for sort in LeadSort::ALL {
            let plan = leads::explain(&db.store().reader(), &filter, *sort, None, 50).await.expect("a plan");
            let plan = plan.join("\n");
            let (words, rows) = match db.kind() {
                DatabaseKind::Sqlite => ("SCAN lead_search VIRTUAL TABLE", "sqlite_autoindex_leads_1 (id=?)"),
                DatabaseKind::Postgres => ("ix_lead_texts_words", "Index Cond: (id = ANY ($0))"),
            };
            assert!(plan.contains(words), "{sort}: {plan}");
            assert!(plan.contains(rows), "{sort}: {plan}");
        }
    }

    async fn leads_of_before_there_was_a_search_are_found_after_the_next_start(db: TestDatabase) {
        let known = [ada(), bob()];
        insert(&db, &known).await;
        db.execute("DELETE FROM lead_texts", vec![]).await;
        assert!(names(&db, &text("ada")).await.is_empty());
        db.store().migrate().await.expect("brought up to date");
        assert_eq!(names(&db, &text("ada")).await.len(), 2);
        assert_eq!(db.count("lead_texts").await, 2);
    }
}
