//! The client against a server that misbehaves: what is sent again, what is not, and with which key.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aicmo_client::{Client, ClientError, Retries};
use aicmo_shared::ErrorCode;
use aicmo_shared::api::{CreateLead, GetLead, NoQuery, PatchLead, RunDiagnostics};
use aicmo_shared::fault::ClientErrorCount;
use aicmo_shared::lead::{LeadDraft, LeadPatch};

/// What the double does with one request.
#[derive(Clone)]
enum Does {
    /// Closes the connection before it answers.
    HangUp,
    /// Says more than it sends.
    BreakOff,
    /// Answers with a problem of this code, and asks to wait for so many seconds.
    Refuse(ErrorCode, Option<u64>),
    /// Answers with these words.
    Say(u16, &'static str),
}

/// A server that does as it was told, one thing per request, and notes what it was sent.
struct Double {
    url: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Double {
    fn new(script: Vec<Does>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("the port"));
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let noted = Arc::clone(&seen);
        std::thread::spawn(move || {
            for does in script {
                let Ok((stream, _)) = listener.accept() else {
                    return;
                };
                let request = read(&stream);
                noted.lock().expect("not poisoned").push(request);
                answer(stream, &does);
            }
        });
        Self { url, seen }
    }

    fn client(&self) -> Client {
        Client::new(&self.url).expect("a client").with_retries(Retries {
            attempts: 4,
            first_pause: Duration::from_millis(1),
            longest_pause: Duration::from_secs(2),
        })
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("not poisoned").clone()
    }

    /// The keys of the requests, in order.
    fn keys(&self) -> Vec<String> {
        let line = |request: &str| {
            request
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("idempotency-key: ")
                        .map(str::to_owned)
                })
                .unwrap_or_default()
        };
        self.seen().iter().map(|request| line(request)).collect()
    }
}

fn read(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut text = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
            break;
        }
        if let Some(sent) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
            length = sent.trim().parse().unwrap_or(0);
        }
        text.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the whole body");
    text + &String::from_utf8_lossy(&body)
}

fn answer(mut stream: TcpStream, does: &Does) {
    let (status, body, extra) = match does {
        Does::HangUp => return,
        Does::BreakOff => (200, "{\"data\":".to_owned(), "content-length: 500\r\n".to_owned()),
        Does::Refuse(code, wait) => (
            code.status(),
            serde_json::json!({ "type": "urn:x", "title": "t", "status": code.status(), "code": code.as_str(),
                "detail": "No.", "request_id": "r" })
            .to_string(),
            wait.map(|wait| format!("retry-after: {wait}\r\n")).unwrap_or_default(),
        ),
        Does::Say(status, body) => (*status, (*body).to_owned(), String::new()),
    };
    let length = if extra.contains("content-length") {
        String::new()
    } else {
        format!("content-length: {}\r\n", body.len())
    };
    let _ = write!(
        stream,
        "HTTP/1.1 {status} X\r\nconnection: close\r\n{length}{extra}\r\n{body}"
    );
}

const LEAD: &str = "/nonsense";

fn draft() -> LeadDraft {
    LeadDraft {
        email: Some("ada@engine.example".to_owned()),
        ..LeadDraft::default()
    }
}

async fn read_lead(client: &Client) -> Result<(), ClientError> {
    client.read::<GetLead>(&[LEAD], &NoQuery {}).await.map(drop)
}

async fn create(client: &Client) -> Result<(), ClientError> {
    client.command::<CreateLead>(&[], &draft(), None).await.map(drop)
}

#[tokio::test]
async fn a_read_is_sent_again_until_it_is_answered() {
    let double = Double::new(vec![
        Does::HangUp,
        Does::Refuse(ErrorCode::DatabaseUnavailable, Some(0)),
        Does::BreakOff,
        Does::Refuse(ErrorCode::NotFound, None),
    ]);
    let error = read_lead(&double.client())
        .await
        .expect_err("the last word counts");
    assert_eq!(error.code(), Some(ErrorCode::NotFound));
    assert_eq!(double.seen().len(), 4);
}

#[tokio::test]
async fn patience_ends() {
    let double = Double::new(vec![Does::HangUp; 9]);
    let error = read_lead(&double.client()).await.expect_err("nothing came");
    assert!(matches!(error, ClientError::Transport(_)), "{error}");
    assert_eq!(double.seen().len(), 4);

    let double = Double::new(vec![Does::HangUp; 9]);
    let client = double.client().with_retries(Retries::NONE);
    read_lead(&client).await.expect_err("nothing came");
    assert_eq!(double.seen().len(), 1);
}

#[tokio::test]
async fn a_command_is_sent_again_under_the_same_key_and_with_the_same_body() {
    let double = Double::new(vec![
        Does::HangUp,
        Does::Refuse(ErrorCode::IdempotencyInProgress, Some(0)),
        Does::Say(502, "<html>the balancer speaks</html>"),
        Does::Refuse(ErrorCode::IdentityConflict, None),
    ]);
    let error = create(&double.client()).await.expect_err("the last word counts");
    assert_eq!(error.code(), Some(ErrorCode::IdentityConflict));
    let keys = double.keys();
    assert_eq!(keys.len(), 4);
    assert!(
        keys[0].len() == 36 && keys.iter().all(|key| key == &keys[0]),
        "{keys:?}"
    );
    assert!(
        double
            .seen()
            .iter()
            .all(|request| request.ends_with("{\"email\":\"ada@engine.example\"}")
                || request.contains("ada@engine.example"))
    );

    let double = Double::new(vec![Does::Refuse(ErrorCode::MockModeReadOnly, None); 2]);
    let client = double.client();
    create(&client).await.expect_err("refused");
    create(&client).await.expect_err("refused");
    let keys = double.keys();
    assert_ne!(keys[0], keys[1], "every new request has a new key");
}

#[tokio::test]
async fn a_caller_may_bring_its_own_key() {
    let double = Double::new(vec![Does::Refuse(ErrorCode::AnswerNotKept, None)]);
    let error = double
        .client()
        .command_under_key::<PatchLead>("mine-1", &[LEAD], &LeadPatch::default(), Some(3))
        .await
        .expect_err("refused");
    assert_eq!(error.code(), Some(ErrorCode::AnswerNotKept));
    assert_eq!(double.keys(), ["mine-1"]);
    assert!(double.seen()[0].to_lowercase().contains("if-match: \"v3\""));
}

#[tokio::test]
async fn a_command_without_a_key_is_sent_once() {
    for does in [Does::HangUp, Does::Refuse(ErrorCode::ServiceUnavailable, Some(0))] {
        let double = Double::new(vec![does; 3]);
        double
            .client()
            .command::<RunDiagnostics>(&[], &(), None)
            .await
            .expect_err("it failed");
        assert_eq!(double.seen().len(), 1);
        assert_eq!(double.keys(), [""]);
        let sent: Result<ClientErrorCount, _> = double
            .client()
            .send_json("POST".parse().expect("a method"), "/e2e/faults", &())
            .await;
        sent.expect_err("it failed");
        assert_eq!(double.seen().len(), 2);
    }
}

#[tokio::test]
async fn a_refusal_that_stays_is_not_asked_again() {
    for code in [
        ErrorCode::NotFound,
        ErrorCode::ValidationFailed,
        ErrorCode::Internal,
        ErrorCode::VersionConflict,
    ] {
        let double = Double::new(vec![Does::Refuse(code, None); 3]);
        let error = read_lead(&double.client()).await.expect_err("refused");
        assert_eq!((error.code(), double.seen().len()), (Some(code), 1));
    }
    let double = Double::new(vec![Does::Say(200, "not JSON"); 3]);
    let error = read_lead(&double.client()).await.expect_err("unreadable");
    assert!(
        matches!(error, ClientError::Unreadable { status: 200, .. }),
        "{error}"
    );
    assert_eq!(double.seen().len(), 1);
}

#[tokio::test]
async fn a_server_that_asks_to_wait_is_obeyed_up_to_a_bound() {
    let double = Double::new(vec![
        Does::Refuse(ErrorCode::RateLimited, Some(1)),
        Does::Refuse(ErrorCode::NotFound, None),
    ]);
    let began = Instant::now();
    read_lead(&double.client())
        .await
        .expect_err("the last word counts");
    assert!(
        began.elapsed() >= Duration::from_secs(1),
        "it waited {:?}",
        began.elapsed()
    );
    assert_eq!(double.seen().len(), 2);

    let double = Double::new(vec![Does::Refuse(ErrorCode::RateLimited, Some(3_600)); 2]);
    let error = read_lead(&double.client())
        .await
        .expect_err("nobody waits an hour");
    assert_eq!(error.code(), Some(ErrorCode::RateLimited));
    assert_eq!(double.seen().len(), 1);
}

#[tokio::test]
async fn a_file_is_sent_whole_each_time_under_one_key() {
    let double = Double::new(vec![
        Does::HangUp,
        Does::Refuse(ErrorCode::ValidationFailed, None),
    ]);
    let error = double
        .client()
        .upload_import("leads.csv", "Name\nAda\n", None)
        .await
        .expect_err("refused");
    assert_eq!(error.code(), Some(ErrorCode::ValidationFailed));
    assert_eq!(double.seen().len(), 2);
    let keys = double.keys();
    assert!(!keys[0].is_empty() && keys[0] == keys[1], "{keys:?}");
}

#[tokio::test]
async fn a_task_of_its_own_may_wait_for_an_answer() {
    let double = Double::new(vec![Does::Refuse(ErrorCode::NotFound, None); 2]);
    let client = double.client();
    let reading = client.clone();
    let read = tokio::spawn(async move { read_lead(&reading).await });
    read.await.expect("it ends").expect_err("refused");
    let created = tokio::spawn(async move { create(&client).await });
    created.await.expect("it ends").expect_err("refused");
}
