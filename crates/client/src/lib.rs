//! A typed client of the JSON API, derived from the endpoint table.
//!
//! Owns: turning a marker of `aicmo_shared::api` into a request, and an answer into its type or
//! into a `ClientError`; sending again what may be sent again. Does not own: paths, methods or wire
//! types, which stand once in `aicmo_shared`. The command line, the smoke check and the tests of the
//! server speak through it.
//!
//! # Reading and changing
//!
//! A marker says everything about an endpoint: a path, a query or a body that the server does not
//! have does not compile.
//!
//! ```
//! use aicmo_client::{Client, ClientError};
//! use aicmo_shared::ErrorCode;
//! use aicmo_shared::api::{CreateLead, GetAttention, NoQuery};
//! use aicmo_shared::lead::LeadDraft;
//!
//! # fn a_server() -> String {
//! #     use std::io::{Read, Write};
//! #     let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
//! #     let address = listener.local_addr().unwrap();
//! #     std::thread::spawn(move || for stream in listener.incoming() {
//! #         let mut stream = stream.unwrap();
//! #         let _ = stream.read(&mut [0; 8192]);
//! #         let body = r#"{"type":"urn:aicmo:problem:mock_mode_read_only","title":"t","status":409,
//! #             "code":"mock_mode_read_only","detail":"Nothing was changed.","request_id":"r"}"#;
//! #         let _ = write!(stream, "HTTP/1.1 409 Conflict\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
//! #     });
//! #     format!("http://{address}")
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), ClientError> {
//! # let url = a_server();
//! let client = Client::new(&url)?;
//!
//! // A read comes with where it is from: `figures.is_mock()`, `figures.generated_at()`.
//! if let Ok(figures) = client.read::<GetAttention>(&[], &NoQuery {}).await {
//!     println!("{} leads", figures.data().leads);
//! }
//!
//! // A command carries a key of its own, so it is safe to be sent again.
//! let draft = LeadDraft {
//!     email: Some("ada@engine.example".to_owned()),
//!     ..LeadDraft::default()
//! };
//! match client.command::<CreateLead>(&[], &draft, None).await {
//!     Ok(created) => println!("{} {}", created.outcome, created.lead.row.id),
//!     Err(error) if error.code() == Some(ErrorCode::MockModeReadOnly) => println!("{error}"),
//!     Err(error) => return Err(error),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Sending again
//!
//! Reads, and commands that take an `Idempotency-Key`, are sent again when the connection breaks,
//! when the server asks to wait (429), and when it cannot answer now (503); see [`Retries`]. A
//! command that changed data in a process which then died is refused with `answer_not_kept`: it is
//! never run twice.

mod error;
mod retry;
mod upload;

use std::sync::Once;
use std::time::Duration;

use aicmo_shared::Sourced;
use aicmo_shared::api::{CommandEndpoint, Endpoint, Method, ReadEndpoint};
use aicmo_shared::idempotency::KEY_HEADER;
use aicmo_shared::session::SecretText;
pub use error::ClientError;
pub use reqwest;
use retry::Attempts;
pub use retry::Retries;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The header by which a write says that it does not come from a page of another site.
pub const CONSOLE_HEADER: &str = "X-Aicmo-Console";

/// How long a connection may take to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a request may take in all, an upload included.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(2);

/// A client of one server. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    key: Option<SecretText>,
    retries: Retries,
}

impl Client {
    /// A client of the server at `base_url`, such as `http://127.0.0.1:8000`. Opens no connection.
    ///
    /// # Errors
    /// `Transport` when TLS cannot be set up on this machine.
    pub fn new(base_url: &str) -> Result<Self, ClientError> {
        install_crypto_provider();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            .build()
            .map_err(ClientError::transport)?;
        Ok(Self {
            http,
            base: base_url.trim_end_matches('/').to_owned(),
            key: None,
            retries: Retries::default(),
        })
    }

    /// The same client, sending `key` as `Authorization: Bearer` with every request.
    #[must_use]
    pub fn with_key(mut self, key: &str) -> Self {
        self.key = Some(SecretText::new(key));
        self
    }

    /// The same client without a key.
    #[must_use]
    pub fn without_key(mut self) -> Self {
        self.key = None;
        self
    }

    /// The same client with other patience.
    #[must_use]
    pub fn with_retries(mut self, retries: Retries) -> Self {
        self.retries = retries;
        self
    }

    /// Where the server is, without a trailing slash.
    pub fn base_url(&self) -> &str {
        &self.base
    }

    /// Reads an endpoint. `path_values` fill the placeholders of its path, in order.
    ///
    /// # Errors
    /// `Problem` when the server refuses, `Transport` when it does not answer, `Unreadable` when
    /// the answer is not what the endpoint table says.
    pub async fn read<E: ReadEndpoint>(
        &self,
        path_values: &[&str],
        query: &E::Query,
    ) -> Result<Sourced<E::Answer>, ClientError> {
        let mut attempts = Attempts::new(self.retries);
        loop {
            let request = self.endpoint::<E>(path_values).query(query);
            if let Some(answer) = attempts.send(request).await? {
                return Ok(answer);
            }
        }
    }

    /// Sends a command. `if_match` is the version of the row that the caller saw. Where the endpoint
    /// takes one, a new `Idempotency-Key` is sent along, and then it may be sent again.
    ///
    /// # Errors
    /// As `read`.
    pub async fn command<E: CommandEndpoint>(
        &self,
        path_values: &[&str],
        body: &E::Body,
        if_match: Option<i64>,
    ) -> Result<E::Answer, ClientError> {
        let key = new_key();
        self.command_under_key::<E>(&key, path_values, body, if_match)
            .await
    }

    /// Sends a command under a key of the caller's own, so that another process, or this one after a
    /// restart, can send the very same request again.
    ///
    /// # Errors
    /// As `read`.
    pub async fn command_under_key<E: CommandEndpoint>(
        &self,
        key: &str,
        path_values: &[&str],
        body: &E::Body,
        if_match: Option<i64>,
    ) -> Result<E::Answer, ClientError> {
        let mut attempts = Attempts::new(self.retries_of::<E>());
        loop {
            let mut request = self.keyed::<E>(key, path_values);
            if E::SPEC.body == aicmo_shared::api::BodyKind::Json {
                request = request.json(body);
            }
            if let Some(version) = if_match {
                request = request.header("If-Match", format!("\"v{version}\""));
            }
            if let Some(answer) = attempts.send(request).await? {
                return Ok(answer);
            }
        }
    }

    /// A request to an endpoint under `key`, where it takes one.
    pub(crate) fn keyed<E: Endpoint>(&self, key: &str, path_values: &[&str]) -> reqwest::RequestBuilder {
        let request = self.endpoint::<E>(path_values);
        if E::SPEC.takes_key() {
            request.header(KEY_HEADER, key)
        } else {
            request
        }
    }

    /// How patient a command may be: one without a key is sent once.
    pub(crate) fn retries_of<E: Endpoint>(&self) -> Retries {
        if E::SPEC.takes_key() {
            self.retries
        } else {
            Retries::NONE
        }
    }

    /// A bare request to any path of the server, for what the endpoint table does not know: the
    /// probes, the console's files and, in tests, requests that are wrong on purpose.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match &self.key {
            Some(key) => request.bearer_auth(key.expose()),
            None => request,
        }
    }

    /// A bare `GET` of any path of the server.
    pub fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.request(reqwest::Method::GET, path)
    }

    /// A request to an endpoint with the headers that every caller of it sends.
    pub fn endpoint<E: Endpoint>(&self, path_values: &[&str]) -> reqwest::RequestBuilder {
        let request = self.request(method_of(E::SPEC.method), &E::SPEC.path_with(path_values));
        match E::SPEC.method {
            Method::Get => request,
            Method::Post | Method::Put | Method::Patch | Method::Delete => {
                request.header(CONSOLE_HEADER, "1")
            }
        }
    }

    /// Asks an endpoint for a file and leaves it to be read piece by piece. It is not sent twice.
    ///
    /// # Errors
    /// As `read`.
    pub async fn file<E: CommandEndpoint>(
        &self,
        path_values: &[&str],
        body: &E::Body,
    ) -> Result<reqwest::Response, ClientError> {
        let request = self.endpoint::<E>(path_values);
        retry::send_for_file(match E::SPEC.body {
            aicmo_shared::api::BodyKind::Json => request.json(body),
            aicmo_shared::api::BodyKind::None | aicmo_shared::api::BodyKind::File => request,
        })
        .await
    }

    /// Sends JSON to a path outside the endpoint table, such as the fault routes of E2E mode.
    ///
    /// # Errors
    /// As `read`.
    pub async fn send_json<B: Serialize + Sync, A: DeserializeOwned>(
        &self,
        method: reqwest::Method,
        path: &str,
        body: &B,
    ) -> Result<A, ClientError> {
        let request = self.request(method, path);
        let request = request.header(CONSOLE_HEADER, "1").json(body);
        retry::send_once(request).await
    }
}

/// A key that nobody has used.
pub(crate) fn new_key() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Chooses the one TLS implementation of this product; the first call in a process counts.
pub fn install_crypto_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that the process has chosen already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

fn method_of(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aicmo_shared::api::{GetLead, PatchLead};

    #[test]
    fn path_and_method_come_from_the_endpoint_table() {
        let client = Client::new("http://127.0.0.1:9/").expect("a client");
        let built = client.endpoint::<GetLead>(&["0197"]).build().expect("a request");
        assert_eq!(built.url().as_str(), "http://127.0.0.1:9/api/v1/leads/0197");
        assert!(built.headers().get(CONSOLE_HEADER).is_none());
        let built = client
            .endpoint::<PatchLead>(&["0197"])
            .build()
            .expect("a request");
        assert_eq!(built.method(), "PATCH");
        assert_eq!(built.headers()[CONSOLE_HEADER], "1");
    }

    #[test]
    fn a_key_is_sent_and_never_printed() {
        let client = Client::new("http://127.0.0.1:9")
            .expect("a client")
            .with_key("c4n4ry");
        let built = client.endpoint::<GetLead>(&["0197"]).build().expect("a request");
        assert_eq!(built.headers()["authorization"], "Bearer c4n4ry");
        assert!(!format!("{client:?} {built:?}").contains("c4n4ry"));
        let built = client.without_key().get("/").build().expect("a request");
        assert!(built.headers().get("authorization").is_none());
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_a_transport_error() {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let client = Client::new(&format!("http://127.0.0.1:{port}")).expect("a client");
        let answer = client
            .read::<aicmo_shared::api::GetStatus>(&[], &aicmo_shared::api::NoQuery {})
            .await;
        assert!(matches!(answer, Err(ClientError::Transport(_))), "{answer:?}");
    }
}
