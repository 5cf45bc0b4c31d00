//! Bulk changes over HTTP: a preview, a change that is confirmed by its number, and the way back.

use aicmo_shared::ErrorCode;
use aicmo_shared::api::{
    CancelJob, CreateLead, GetJob, GetLead, JobItemQuery, ListJobItems, ListJobs, NoQuery, PageQuery,
    PreviewBulk, RetryJob, StartBulk, UndoJob,
};
use aicmo_shared::job::{
    BulkDraft, BulkQuestion, ItemOutcome, ItemUndo, Job, JobState, LeadChange, LeadSelection,
};
use aicmo_shared::lead::{LeadDraft, LeadFilter};
use aicmo_test_support::on_both_databases;
use serde_json::{Value, json};

use super::harness::{TestServer, send};
use super::samples;

fn everybody() -> LeadSelection {
    LeadSelection {
        leads: None,
        filter: Some(LeadFilter::default()),
    }
}

fn warm() -> LeadChange {
    LeadChange::AddTags {
        tags: vec!["warm".to_owned()],
    }
}

async fn people(server: &TestServer, names: &[&str]) -> Vec<String> {
    let mut ids = Vec::new();
    for name in names {
        let draft: LeadDraft =
            serde_json::from_value(json!({ "name": name, "email": format!("{name}@people.example") }))
                .expect("a draft");
        let created = server
            .client
            .command::<CreateLead>(&[], &draft, None)
            .await
            .expect("created");
        ids.push(created.lead.row.id.to_string());
    }
    ids
}

async fn ended(server: &TestServer, job: &Job, state: JobState) -> Job {
    serde_json::from_value(samples::job_stands(server, &job.id.to_string(), state).await).expect("a job")
}

async fn tags(server: &TestServer, id: &str) -> Vec<String> {
    let lead = server
        .client
        .read::<GetLead>(&[id], &NoQuery {})
        .await
        .expect("read");
    lead.into_data().row.tags
}

on_both_databases! {
    async fn a_bulk_change_is_previewed_confirmed_followed_and_taken_back(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let client = &server.client;
        let ids = people(&server, &["ada", "grace", "alan"]).await;
        let question = BulkQuestion { selection: everybody(), change: warm() };
        let preview = client.command::<PreviewBulk>(&[], &question, None).await.expect("looked at");
        assert_eq!((preview.count, preview.judged, preview.changed), (3, 3, 3));
        assert!(preview.can_be_undone);
        let draft = BulkDraft {
            selection: everybody(),
            change: warm(),
            expected_count: preview.count,
            reason: None,
        };
        let job = client.command::<StartBulk>(&[], &draft, None).await.expect("started");
        let job = ended(&server, &job, JobState::Completed).await;
        assert_eq!((job.total, job.changed, job.refused), (3, 3, 0));
        assert!(job.undo_until.is_some());
        for id in &ids {
            assert_eq!(tags(&server, id).await, ["warm"]);
        }
        let id = job.id.to_string();
        let items = client.read::<ListJobItems>(&[&id], &JobItemQuery::default()).await.expect("listed");
        let items = items.into_data();
        assert!(items.iter().all(|item| item.outcome == Some(ItemOutcome::Changed)), "{items:?}");
        assert_eq!(items.iter().map(|item| item.number).collect::<Vec<_>>(), [1, 2, 3]);

        let undone = client.command::<UndoJob>(&[&id], &(), None).await.expect("begun");
        assert_eq!(undone.state, JobState::Undoing);
        let undone = ended(&server, &undone, JobState::Undone).await;
        assert_eq!((undone.taken_back, undone.kept), (3, 0));
        for lead in &ids {
            assert_eq!(tags(&server, lead).await, [""; 0]);
        }
        let again = send(server.request("POST", &format!("/api/v1/jobs/{id}/undo"))).await;
        again.refused(ErrorCode::JobState);
        let jobs = client.read::<ListJobs>(&[], &PageQuery::default()).await.expect("listed");
        assert_eq!(jobs.data().len(), 1);
    }

    async fn a_number_that_is_no_longer_true_starts_nothing(db: TestDatabase) {
        let server = TestServer::live(db.store());
        people(&server, &["ada", "grace"]).await;
        let draft = json!({ "selection": { "filter": {} }, "change": { "kind": "add_tags", "tags": ["x"] },
            "expected_count": 3 });
        let got = send(server.request("POST", "/api/v1/leads/bulk").json(&draft)).await;
        let problem = got.refused(ErrorCode::ValidationFailed);
        assert_eq!(problem.errors[0].pointer, "/expected_count");
        assert_eq!(problem.errors[0].code, "count_changed");
        let jobs = server.client.read::<ListJobs>(&[], &PageQuery::default()).await.expect("listed");
        assert_eq!(jobs.data().len(), 0);
    }

    async fn a_job_without_a_worker_can_be_stopped_and_set_going_again(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let client = &server.client;
        let running = samples::standing_job(&db.store(), JobState::Running).await;
        let stopped = client.command::<CancelJob>(&[&running], &(), None).await.expect("stopped");
        assert_eq!(stopped.state, JobState::Cancelled);
        send(server.request("POST", &format!("/api/v1/jobs/{running}/cancel"))).await
            .refused(ErrorCode::JobState);
        let failed = samples::standing_job(&db.store(), JobState::Failed).await;
        let going = client.command::<RetryJob>(&[&failed], &(), None).await.expect("set going");
        assert_eq!((going.state, going.error), (JobState::Running, None));
        samples::job_stands(&server, &failed, JobState::Completed).await;
        let read = client.read::<GetJob>(&[&failed], &NoQuery {}).await.expect("read").into_data();
        assert_eq!(read.undo_until, None, "it changed nothing");
    }

    async fn what_was_changed_since_is_kept_and_listed(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let ids = people(&server, &["ada", "grace"]).await;
        let draft = json!({ "selection": { "leads": ids }, "change": { "kind": "owner", "owner": "Olga" },
            "expected_count": 2 });
        let got = send(server.request("POST", "/api/v1/leads/bulk").json(&draft)).await;
        assert_eq!(got.status.as_u16(), 202, "{}", got.text());
        let job: Job = serde_json::from_value(got.json()).expect("a job");
        ended(&server, &job, JobState::Completed).await;
        let lead = format!("/api/v1/leads/{}", ids[0]);
        let etag = send(server.get(&lead)).await.header("etag").to_owned();
        let patch = server.request("PATCH", &lead).header("If-Match", etag).json(&json!({ "owner": "Ivan" }));
        assert_eq!(send(patch).await.status.as_u16(), 200);
        let id = job.id.to_string();
        server.client.command::<UndoJob>(&[&id], &(), None).await.expect("begun");
        let undone = ended(&server, &job, JobState::Undone).await;
        assert_eq!((undone.taken_back, undone.kept), (1, 1));
        let query = JobItemQuery { undo: Some(ItemUndo::Kept), ..JobItemQuery::default() };
        let kept = server.client.read::<ListJobItems>(&[&id], &query).await.expect("listed").into_data();
        assert_eq!(kept.iter().map(|item| item.lead.to_string()).collect::<Vec<_>>(), ids[..1]);
        let owner = |lead: Value| lead["data"]["owner"].clone();
        assert_eq!(owner(send(server.get(&lead)).await.json()), "Ivan");
        let other = send(server.get(&format!("/api/v1/leads/{}", ids[1]))).await.json();
        assert_eq!(owner(other), Value::Null);
    }

    async fn wrong_questions_are_answered_with_their_fields(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let ids = people(&server, &["ada"]).await;
        let nobody = samples::NOBODY;
        let one = json!({ "leads": ids });
        let cases = [
            (json!({}), json!({ "kind": "owner" }), "/selection"),
            (json!({ "leads": ids, "filter": {} }), json!({ "kind": "owner" }), "/selection"),
            (json!({ "leads": [] }), json!({ "kind": "owner" }), "/selection/leads"),
            (one.clone(), json!({ "kind": "add_tags", "tags": [" "] }), "/change/tags"),
            (one.clone(), json!({ "kind": "campaign", "campaign": nobody }), "/change/campaign"),
            (one.clone(), json!({ "kind": "status", "to": "LOST" }), "/change/reason_code"),
            (one.clone(), json!({ "kind": "do_not_contact" }), "/reason"),
            (one.clone(), json!({ "kind": "status", "to": "NEW" }), "/reason"),
            (json!({ "leads": [nobody] }), json!({ "kind": "owner" }), "/expected_count"),
        ];
        for (selection, change, pointer) in cases {
            let draft = json!({ "selection": selection, "change": change, "expected_count": 1 });
            let got = send(server.request("POST", "/api/v1/leads/bulk").json(&draft)).await;
            assert_eq!(got.status.as_u16(), 422, "{draft}: {}", got.text());
            assert_eq!(got.problem().errors[0].pointer, pointer, "{draft}");
        }
        let many: Vec<_> = (0..1_001).map(|n| format!("0197c1f0-0000-7000-8000-{n:012}")).collect();
        let draft = json!({ "selection": { "leads": many }, "change": { "kind": "owner" }, "expected_count": 1 });
        let got = send(server.request("POST", "/api/v1/leads/bulk").json(&draft)).await;
        assert_eq!(got.refused(ErrorCode::ValidationFailed).errors[0].code, "too_many");
        for change in [json!({ "kind": "erase" }), json!({ "kind": "owner", "x": 1 }), json!("owner")] {
            let draft = json!({ "selection": one, "change": change, "expected_count": 1 });
            let got = send(server.request("POST", "/api/v1/leads/bulk").json(&draft)).await;
            assert!(matches!(got.status.as_u16(), 400 | 422), "{draft}: {}", got.text());
        }
    }
}
