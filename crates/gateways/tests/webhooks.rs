//! Real connections on this machine: where a message goes, where it never goes, what is kept.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aicmo_gateways::{HttpWebhooks, Lookup};
use aicmo_operations::webhooks::{Message, WebhookPort};
use aicmo_shared::webhook::{AttemptFault, KEPT_ANSWER};
use async_trait::async_trait;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const PUBLIC: IpAddr = IpAddr::V4(Ipv4Addr::new(93, 184, 216, 34));

/// Answers every connection with the same bytes and keeps what it was sent.
struct Receiver {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    async fn answering(answer: String) -> Self {
        let listener = TcpListener::bind((LOOPBACK, 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut bytes = vec![0; 16_384];
                let read = stream.read(&mut bytes).await.expect("a request");
                let text = String::from_utf8_lossy(&bytes[..read]).into_owned();
                kept.lock().expect("no panic").push(text);
                // Whoever has heard enough closes first.
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Self { port, heard }
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("no panic").clone()
    }
}

/// Answers in turn, and the last answer for ever.
struct Names {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl Names {
    fn answering(answers: &[&[IpAddr]]) -> Arc<Self> {
        Arc::new(Self {
            answers: Mutex::new(answers.iter().map(|answer| answer.to_vec()).collect()),
            asked: AtomicUsize::new(0),
        })
    }
}

#[async_trait]
impl Lookup for Names {
    async fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().expect("no panic");
        let answer = answers.pop_front().unwrap_or_default();
        if answers.is_empty() {
            answers.push_back(answer.clone());
        }
        Ok(answer)
    }
}

fn message(url: String) -> Message {
    Message {
        url,
        id: "msg_1".to_owned(),
        timestamp: 1_768_470_900,
        signatures: "v1,c2lnbmF0dXJl".to_owned(),
        body: "{\"type\":\"lead.created\"}".to_owned(),
    }
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn a_message_arrives_with_its_headers_at_the_address_that_was_checked() {
    let receiver = Receiver::answering(ok("thanks")).await;
    let names = Names::answering(&[&[LOOPBACK], &[PUBLIC]]);
    let port = HttpWebhooks::with_lookup(&(Arc::clone(&names) as Arc<dyn Lookup>), true).expect("TLS");
    let url = format!("http://hook.example:{}/in?tenant=7", receiver.port);
    let answer = port.post(message(url)).await.expect("an answer");
    assert_eq!((answer.status, answer.beginning.as_str()), (200, "thanks"));
    assert_eq!(
        names.asked.load(Ordering::SeqCst),
        1,
        "asked once, so it cannot change its mind"
    );
    let heard = receiver.heard();
    let request = heard[0].to_lowercase();
    assert!(request.starts_with("post /in?tenant=7 http/1.1\r\n"), "{request}");
    for line in [
        "webhook-id: msg_1\r\n",
        "webhook-timestamp: 1768470900\r\n",
        "webhook-signature: v1,c2lnbmf0dxjl\r\n",
        "content-type: application/json\r\n",
        &format!("host: hook.example:{}\r\n", receiver.port),
        "\r\n\r\n{\"type\":\"lead.created\"}",
    ] {
        assert!(request.contains(line), "{line:?} is missing in {request}");
    }
}

#[tokio::test]
async fn a_name_that_leads_inside_is_never_called() {
    let receiver = Receiver::answering(ok("inside")).await;
    for answers in [
        &[&[LOOPBACK][..]][..],
        &[&[PUBLIC, LOOPBACK]],
        &[&["::ffff:127.0.0.1".parse().expect("an address")]],
    ] {
        let names = Names::answering(answers);
        let port = HttpWebhooks::with_lookup(&(names as Arc<dyn Lookup>), false).expect("TLS");
        let url = format!("https://rebound.example:{}/", receiver.port);
        assert_eq!(port.check(&url), Ok(()), "its text is harmless");
        let refused = port.post(message(url)).await.expect_err("refused");
        assert_eq!(refused, AttemptFault::AddressRefused);
    }
    let lax =
        HttpWebhooks::with_lookup(&(Names::answering(&[&[PUBLIC]]) as Arc<dyn Lookup>), true).expect("TLS");
    let plain = lax.post(message("http://hook.example:8080/".to_owned())).await;
    assert_eq!(
        plain.expect_err("refused"),
        AttemptFault::AddressRefused,
        "plain text stays here"
    );
    assert_eq!(receiver.heard(), [""; 0]);
}

#[tokio::test]
async fn what_may_not_be_called_is_refused_before_anybody_is_asked() {
    let names = Names::answering(&[&[PUBLIC]]);
    let port = HttpWebhooks::with_lookup(&(Arc::clone(&names) as Arc<dyn Lookup>), false).expect("TLS");
    for url in [
        "http://hook.example/",
        "https://127.0.0.1/",
        "https://hook.example:22/",
    ] {
        let refused = port.post(message(url.to_owned())).await.expect_err(url);
        assert_eq!(refused, AttemptFault::UrlRefused, "{url}");
    }
    assert_eq!(names.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let inside = Receiver::answering(ok("inside")).await;
    let redirect = format!(
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{}/\r\nContent-Length: 0\r\n\r\n",
        inside.port
    );
    let receiver = Receiver::answering(redirect).await;
    let port = HttpWebhooks::new(true).expect("TLS");
    let url = format!("http://127.0.0.1:{}/", receiver.port);
    assert_eq!(port.post(message(url)).await.expect("an answer").status, 302);
    assert_eq!(inside.heard(), [""; 0]);
}

#[tokio::test]
async fn little_of_a_long_answer_is_kept() {
    let receiver = Receiver::answering(format!(
        "HTTP/1.1 500 Oops\r\nContent-Length: 10000000\r\n\r\n{}",
        "x".repeat(100_000)
    ))
    .await;
    let port = HttpWebhooks::new(true).expect("TLS");
    let url = format!("http://127.0.0.1:{}/", receiver.port);
    let answer = port.post(message(url)).await.expect("an answer");
    assert_eq!((answer.status, answer.beginning.len()), (500, KEPT_ANSWER));
}

#[tokio::test]
async fn nobody_there_and_no_such_name_are_told_apart() {
    let listener = TcpListener::bind((LOOPBACK, 0)).await.expect("a port");
    let free = listener.local_addr().expect("an address").port();
    drop(listener);
    let port = HttpWebhooks::new(true).expect("TLS");
    let nobody = port.post(message(format!("http://127.0.0.1:{free}/"))).await;
    assert_eq!(nobody.expect_err("nobody"), AttemptFault::Unreachable);
    let nameless =
        HttpWebhooks::with_lookup(&(Names::answering(&[&[]]) as Arc<dyn Lookup>), true).expect("TLS");
    let unknown = nameless
        .post(message("https://nowhere.example/".to_owned()))
        .await;
    assert_eq!(unknown.expect_err("no address"), AttemptFault::NameUnknown);
}
