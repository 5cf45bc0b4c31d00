//! The event stream over HTTP: from a commit to every listener, whichever server it was made on.

use std::time::Duration;

use aicmo_client::reqwest::{RequestBuilder, Response};
use aicmo_shared::access::{Role, Scope};
use aicmo_shared::api::{CreateCampaign, OpenStream};
use aicmo_shared::campaign::{CampaignDraft, CampaignObjective};
use aicmo_shared::event::{Event, EventKind, StreamHello, StreamResync, Topic};
use aicmo_shared::{ErrorCode, MockReason};
use aicmo_test_support::{on_both_databases, wait_until};
use serde::de::DeserializeOwned;

use super::harness::{STREAMS_EACH, Start, TestServer, send};
use super::people::Who;
use super::samples;

/// How long an event may take in a test; a promise of speed is for the bench.
const PATIENCE: Duration = Duration::from_secs(20);

/// Reads a stream as a browser does.
struct Listener {
    response: Response,
    text: String,
}

/// One event of it.
#[derive(Debug)]
struct Told {
    id: u64,
    name: String,
    data: String,
}

impl Told {
    fn read<T: DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.data).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Listener {
    async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.expect("the server answers");
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        Self {
            response,
            text: String::new(),
        }
    }

    async fn at(server: &TestServer) -> Self {
        Self::of(server.client.endpoint::<OpenStream>(&[])).await
    }

    async fn behind(server: &TestServer, id: u64) -> Self {
        let request = server.client.endpoint::<OpenStream>(&[]);
        Self::of(request.header("Last-Event-ID", id.to_string())).await
    }

    /// The next event; `None` at the end of the stream. Beats are passed over.
    async fn next(&mut self) -> Option<Told> {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let told = told_by(&self.text[..end]);
                self.text.drain(..end + 2);
                if told.is_some() {
                    return told;
                }
                continue;
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await;
            let chunk = chunk.expect("something comes in time").ok()??;
            self.text
                .push_str(std::str::from_utf8(&chunk).expect("whole letters"));
        }
    }

    async fn hello(&mut self) -> StreamHello {
        let told = self.next().await.expect("a first event");
        assert_eq!(told.name, "hello");
        let hello: StreamHello = told.read();
        assert_eq!(hello.seq, told.id);
        hello
    }

    async fn event(&mut self) -> Event {
        let told = self.next().await.expect("an event");
        let event: Event = told.read();
        assert_eq!((event.seq, event.topic.as_str()), (told.id, told.name.as_str()));
        event
    }
}

fn told_by(block: &str) -> Option<Told> {
    let line = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
    Some(Told {
        id: line("id: ")?.parse().expect("a place"),
        name: line("event: ")?.to_owned(),
        data: line("data: ")?.to_owned(),
    })
}

fn campaign(name: &str) -> CampaignDraft {
    serde_json::from_value(serde_json::json!({ "name": name, "objective": CampaignObjective::Sales }))
        .expect("a draft")
}

async fn create(server: &TestServer, name: &str) -> String {
    let created = server
        .client
        .command::<CreateCampaign>(&[], &campaign(name), None)
        .await
        .expect("created");
    created.id.to_string()
}

/// What the first event carries that a listener reads when a campaign is created.
pub async fn first_told(server: &TestServer) -> serde_json::Value {
    let mut listener = Listener::at(server).await;
    listener.hello().await;
    create(server, "Told to who listens").await;
    listener.next().await.expect("an event").read()
}

on_both_databases! {
    async fn a_commit_is_told_to_who_listens(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let mut listener = Listener::at(&server).await;
        let hello = listener.hello().await;
        assert_eq!((hello.seq, hello.mock_reason), (0, None));
        let id = create(&server, "Spring").await;
        let event = listener.event().await;
        assert_eq!((event.seq, event.topic, event.kind), (1, Topic::Control, EventKind::CampaignCreated));
        assert_eq!(event.subject_id.as_deref(), Some(id.as_str()));
        assert_eq!(event.facts.status.as_deref(), Some("PLANNED"));
        assert_eq!(listener.event().await.kind, EventKind::ActivityAdded);
    }
}

on_both_databases! {
    async fn a_commit_on_one_server_is_told_by_another(db: TestDatabase) {
        let (here, there) = (TestServer::live(db.store()), TestServer::live(db.reopened().await));
        let mut listener = Listener::at(&here).await;
        listener.hello().await;
        let id = create(&there, "Spring").await;
        assert_eq!(listener.event().await.subject_id.as_deref(), Some(id.as_str()));
        let status = send(here.get("/api/v1/status")).await.json();
        assert_eq!(status["data"]["change_seq"], 2, "both count alike");
        assert_eq!(here.ops.mode().store().map(aicmo_store::Store::change_seq), Some(2));
    }
}

on_both_databases! {
    async fn who_connects_again_and_again_while_others_write_hears_of_everything_once(db: TestDatabase) {
        let (here, there) = (TestServer::live(db.store()), TestServer::live(db.reopened().await));
        let write = async |server: &TestServer, who: &str| {
            for n in 0..15 {
                create(server, &format!("{who} {n}")).await;
            }
        };
        let listen = async {
            let mut heard: Vec<u64> = Vec::new();
            while heard.len() < 60 {
                let mut listener = Listener::behind(&here, heard.last().copied().unwrap_or(0)).await;
                listener.hello().await;
                for _ in 0..7.min(60 - heard.len()) {
                    heard.push(listener.event().await.seq);
                }
            }
            heard
        };
        let (heard, (), ()) = tokio::join!(listen, write(&here, "here"), write(&there, "there"));
        assert_eq!(heard, (1..=60).collect::<Vec<u64>>());
    }
}

on_both_databases! {
    async fn who_was_away_for_too_long_is_told_to_fetch_everything(db: TestDatabase) {
        let server = TestServer::live(db.store());
        create(&server, "Spring").await;
        create(&server, "Summer").await;
        db.execute("DELETE FROM events WHERE seq <= 2", vec![]).await;
        for (id, expected) in [("1", Some("too_old")), ("99", Some("unknown")), ("2", None), ("4", None)] {
            let query = format!("/api/v1/stream?last_event_id={id}");
            let mut listener = Listener::of(server.get(&query)).await;
            let hello = listener.hello().await;
            if let Some(reason) = expected {
                assert_eq!(hello.seq, 4, "it goes on from now");
                let told = listener.next().await.expect("a resync");
                let resync: StreamResync = told.read();
                assert_eq!((told.name.as_str(), resync.reason.as_str()), ("resync", reason));
            } else if id == "2" {
                assert_eq!(listener.event().await.seq, 3);
            } else {
                create(&server, "Autumn").await;
                assert_eq!(listener.event().await.seq, 5);
            }
        }
    }
}

on_both_databases! {
    async fn place_0_begins_with_the_oldest_event_that_is_kept(db: TestDatabase) {
        let server = TestServer::live(db.store());
        create(&server, "Spring").await;
        create(&server, "Summer").await;
        let mut listener = Listener::behind(&server, 0).await;
        assert_eq!(listener.hello().await.seq, 0);
        assert_eq!(listener.event().await.seq, 1, "nothing was missed");
        db.execute("DELETE FROM events WHERE seq <= 2", vec![]).await;
        let mut listener = Listener::behind(&server, 0).await;
        assert_eq!(listener.hello().await.seq, 2);
        let told = listener.next().await.expect("a resync");
        let resync: StreamResync = told.read();
        assert_eq!((told.name.as_str(), resync.reason.as_str(), resync.seq), ("resync", "too_old", 2));
        assert_eq!(listener.event().await.seq, 3);
        assert_eq!(listener.event().await.seq, 4);
    }
}

on_both_databases! {
    async fn only_the_topics_that_were_asked_for_are_told(db: TestDatabase) {
        let server = TestServer::live(db.store());
        let mut listener = Listener::of(server.get("/api/v1/stream?topics=activity,imports")).await;
        listener.hello().await;
        create(&server, "Spring").await;
        create(&server, "Summer").await;
        let (first, second) = (listener.event().await, listener.event().await);
        assert_eq!((first.topic, first.seq), (Topic::Activity, 2));
        assert_eq!((second.topic, second.seq), (Topic::Activity, 4));
        let mut again = Listener::of(server.get("/api/v1/stream?topics=activity&last_event_id=0")).await;
        again.hello().await;
        assert_eq!(again.event().await.seq, 2, "a replay is filtered, too");
    }
}

#[tokio::test]
async fn what_is_no_topic_or_no_place_is_refused() {
    let server = TestServer::mock();
    let problem = send(server.get("/api/v1/stream?topics=imports,leads"))
        .await
        .refused(ErrorCode::InvalidEnumValue);
    assert_eq!(
        problem.extras["legal"].as_array().map(Vec::len),
        Some(Topic::ALL.len())
    );
    send(server.get("/api/v1/stream?last_event_id=yesterday"))
        .await
        .refused(ErrorCode::MalformedRequest);
    send(server.get("/api/v1/stream").header("Last-Event-ID", "-1"))
        .await
        .refused(ErrorCode::MalformedRequest);
    let head = send(server.request("HEAD", "/api/v1/stream")).await;
    assert_eq!(
        (head.status.as_u16(), head.header("content-type")),
        (200, "text/event-stream")
    );
}

on_both_databases! {
    async fn a_mock_process_says_so_and_stays_quiet_until_it_turns_live(db: TestDatabase) {
        let server = Start::mock(MockReason::DatabaseUnavailableAtStart).serve();
        let mut listener = Listener::at(&server).await;
        let hello = listener.hello().await;
        assert_eq!(hello.mock_reason, Some(MockReason::DatabaseUnavailableAtStart));
        assert!(server.ops.go_live(db.store()).await.expect("the database is there"));
        let event = listener.event().await;
        assert_eq!((event.seq, event.kind), (1, EventKind::WentLive));
        let status = send(server.get("/api/v1/status")).await.json();
        assert_eq!(status["is_mock"], false, "who fetches after the event gets live data");
        create(&server, "Spring").await;
        assert_eq!(listener.event().await.kind, EventKind::ActivityAdded);
        assert_eq!(listener.event().await.kind, EventKind::CampaignCreated);
    }
}

#[tokio::test]
async fn one_caller_has_so_many_streams_and_a_closed_one_makes_room() {
    let server = TestServer::mock();
    let mut open = Vec::new();
    for _ in 0..STREAMS_EACH {
        let mut listener = Listener::at(&server).await;
        listener.hello().await;
        open.push(listener);
    }
    let problem = send(server.get("/api/v1/stream"))
        .await
        .refused(ErrorCode::RateLimited);
    assert_eq!(problem.extras["limit"], STREAMS_EACH);
    open.pop();
    wait_until("the server notices that one has gone", async || {
        let left = server.ops.hub().listeners();
        (left == open.len()).then_some(()).ok_or(left)
    })
    .await;
    Listener::at(&server).await.hello().await;
}

on_both_databases! {
    async fn a_stream_ends_with_the_session_or_the_key_that_opened_it(db: TestDatabase) {
        let (here, there) = (TestServer::live(db.store()), TestServer::live(db.reopened().await));
        send(here.ask(&Who::Nobody, "GET", "/api/v1/stream")).await.refused(ErrorCode::Unauthenticated);
        let stays = here.as_role(Role::Viewer).await;
        let leaves = here.as_role(Role::Viewer).await;
        let owner = here.person(Role::Operator).await;
        let (key, key_id) = here.key_of(owner, &[Scope::Read], None).await;
        let other_key = here.as_key(&[Scope::LeadsWrite]).await;
        send(here.ask(&other_key, "GET", "/api/v1/stream")).await.refused(ErrorCode::ScopeRequired);
        let mut open = Vec::new();
        for who in [&stays, &leaves, &key] {
            let mut listener = Listener::of(here.ask(who, "GET", "/api/v1/stream?topics=imports")).await;
            listener.hello().await;
            open.push(listener);
        }
        // On another server, so that nothing which this one remembers can help or hinder.
        let ended = send(there.ask(&leaves, "DELETE", "/api/v1/session")).await;
        assert_eq!(ended.status.as_u16(), 200, "{}", ended.text());
        let revoked = send(there.request("DELETE", &format!("/api/v1/api-keys/{key_id}"))).await;
        assert_eq!(revoked.status.as_u16(), 200, "{}", revoked.text());
        assert!(open.remove(2).next().await.is_none(), "the key is revoked");
        assert!(open.remove(1).next().await.is_none(), "the session has ended");
        let import = samples::upload(&here, samples::CSV).await;
        let event = open.remove(0).event().await;
        assert_eq!(event.subject_id.as_deref(), import["id"].as_str(), "who may stay hears on");
    }
}

#[tokio::test]
async fn a_closed_hub_ends_the_streams_and_opens_none() {
    let server = TestServer::mock();
    let mut listener = Listener::at(&server).await;
    listener.hello().await;
    server.ops.hub().close();
    assert!(listener.next().await.is_none());
    send(server.get("/api/v1/stream"))
        .await
        .refused(ErrorCode::ServiceUnavailable);
}
