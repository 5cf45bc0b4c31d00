//! A server per test: real listener, real middleware, port 0, and a client.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use actix_web::dev::ServerHandle;
use aicmo_backend::http::{self, AllowedOrigins, Budgets, HttpState, Limits, TrustedProxies};
use aicmo_backend::traces::Traces;
use aicmo_client::reqwest::{Method, RequestBuilder, Response, StatusCode};
use aicmo_client::{Client, Retries};
use aicmo_gateways::HttpWebhooks;
use aicmo_operations::accounts::AccountSettings;
use aicmo_operations::{Mode, Operations, OperationsSettings, ProcessFacts, Secrets, SystemClock};
use aicmo_shared::build_marker::BuildMarker;
use aicmo_shared::diagnostics::DatabaseKind;
use aicmo_shared::inventory::{EntryPoint, EntryPointKind, EntryPointState};
use aicmo_shared::session::SecretText;
use aicmo_shared::status::ServiceName;
use aicmo_shared::{ErrorCode, MockReason, Problem, Timestamp};
use aicmo_store::Store;
use serde_json::Value;
use tempfile::TempDir;

use super::described;
use super::people::Who;

/// The build marker of every test server.
pub const BUILD: &str = "AICMO_DASH_V3_2026_01_15_abcdef0";

/// The bootstrap key of every test server; its client sends it, and so may do what an administrator may.
pub const ADMIN_KEY: &str = "the-key-of-an-administrator-in-tests";

/// How many streams one caller of a test server may have.
pub const STREAMS_EACH: usize = 16;

/// The largest import a test server takes.
pub const IMPORT_LIMIT: u64 = 1024 * 1024;

/// A running server, its client and its data directory. Stops when dropped.
pub struct TestServer {
    pub client: Client,
    pub ops: Arc<Operations>,
    /// Who walks through the endpoints of one's own account.
    pub owner: OnceLock<Who>,
    handle: ServerHandle,
    data_dir: TempDir,
}

/// What a test server is started with.
pub struct Start {
    pub mode: Mode,
    pub services_disabled: Vec<ServiceName>,
    pub campaign_ops_enabled: bool,
    pub e2e: bool,
    pub public_hosts: Vec<String>,
    pub budgets: Budgets,
    pub trusted_proxies: TrustedProxies,
    pub allowed_origins: AllowedOrigins,
    pub over_tls: bool,
    pub public_url: String,
}

impl Start {
    pub fn live(store: Store) -> Self {
        Self::in_mode(Mode::Live(store))
    }

    pub fn mock(reason: MockReason) -> Self {
        Self {
            e2e: reason == MockReason::E2eMode,
            ..Self::in_mode(Mode::Mock(reason))
        }
    }

    fn in_mode(mode: Mode) -> Self {
        Self {
            mode,
            services_disabled: Vec::new(),
            campaign_ops_enabled: true,
            e2e: false,
            public_hosts: Vec::new(),
            budgets: Budgets::default(),
            trusted_proxies: TrustedProxies::default(),
            allowed_origins: AllowedOrigins::default(),
            over_tls: false,
            public_url: AccountSettings::default().public_url,
        }
    }

    pub fn serve(self) -> TestServer {
        let data_dir = tempfile::tempdir().expect("a data directory");
        let ops = Operations::new(
            OperationsSettings {
                clock: Arc::new(SystemClock),
                secrets: Secrets {
                    identity_key: [7; 32],
                    cursor_key: [9; 32],
                },
                data_dir: data_dir.path().to_owned(),
                import_max_bytes: IMPORT_LIMIT,
                campaign_ops_enabled: self.campaign_ops_enabled,
                services_disabled: self.services_disabled,
                streams_each: STREAMS_EACH,
                webhook_port: Arc::new(HttpWebhooks::new(true).expect("TLS")),
                e2e: self.e2e,
                accounts: AccountSettings {
                    bootstrap_key: Some(SecretText::new(ADMIN_KEY)),
                    public_url: self.public_url,
                    ..AccountSettings::default()
                },
                facts: facts(),
            },
            self.mode,
        );
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("the port");
        let state = HttpState {
            ops: Arc::clone(&ops),
            build: BuildMarker::new(BUILD),
            e2e: self.e2e,
            public_hosts: self.public_hosts,
            over_tls: self.over_tls,
            max_connections: 1_000,
            limits: Limits::new(self.budgets, self.trusted_proxies),
            allowed_origins: self.allowed_origins,
            traces: Traces::default(),
        };
        let server = http::serve(listener, Arc::new(state), 2).expect("a server");
        let handle = server.handle();
        tokio::spawn(server);
        TestServer {
            client: Client::new(&format!("http://{address}"))
                .expect("a client")
                .with_key(ADMIN_KEY)
                .with_retries(Retries::NONE),
            ops,
            owner: OnceLock::new(),
            handle,
            data_dir,
        }
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

impl TestServer {
    pub fn live(store: Store) -> Self {
        Start::live(store).serve()
    }

    pub fn mock() -> Self {
        Start::mock(MockReason::ForcedBySetting).serve()
    }

    pub fn e2e() -> Self {
        Start::mock(MockReason::E2eMode).serve()
    }

    /// The same server, asked by nobody.
    pub fn without_key(mut self) -> Self {
        self.client = self.client.clone().without_key();
        self
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(path)
    }

    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        self.client
            .request(method.parse::<Method>().expect("a method"), path)
    }

    pub fn data_dir(&self) -> PathBuf {
        self.data_dir.path().to_owned()
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Got {
    pub status: StatusCode,
    pub headers: aicmo_client::reqwest::header::HeaderMap,
    pub bytes: Vec<u8>,
}

impl Got {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error} in {self:?} {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap_or("unreadable"))
    }

    /// The problem document; every failure must be one and must fit its status.
    pub fn problem(&self) -> Problem {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.text()
        );
        let problem: Problem = serde_json::from_slice(&self.bytes).expect("a problem document");
        assert_eq!(problem.status, self.status.as_u16(), "{problem:?}");
        assert_eq!(problem.status, problem.code.status(), "{problem:?}");
        assert_eq!(problem.kind, format!("urn:aicmo:problem:{}", problem.code));
        assert_eq!(problem.request_id, self.header("x-request-id"), "{problem:?}");
        assert!(
            problem
                .instance
                .as_deref()
                .is_some_and(|path| path.starts_with('/')),
            "{problem:?}"
        );
        assert!(!problem.detail.is_empty(), "{problem:?}");
        problem
    }

    /// The problem document, which must have this code.
    #[track_caller]
    pub fn refused(&self, code: ErrorCode) -> Problem {
        let problem = self.problem();
        assert_eq!(problem.code, code, "{problem:?}");
        problem
    }
}

/// Sends a request and reads the answer to its end; of a stream, which has none, the head alone.
pub async fn send(request: RequestBuilder) -> Got {
    let (client, request) = request.build_split();
    let request = request.expect("a request");
    let (method, path) = (request.method().to_string(), request.url().path().to_owned());
    let response: Response = client.execute(request).await.expect("the server answers");
    let status = response.status();
    let headers = response.headers().clone();
    let is_stream = headers
        .get("content-type")
        .is_some_and(|value| value == "text/event-stream");
    let bytes = if is_stream {
        Vec::new()
    } else {
        response.bytes().await.expect("a whole body").to_vec()
    };
    let got = Got {
        status,
        headers,
        bytes,
    };
    described::hold(&method, &path, &got);
    got
}

fn facts() -> ProcessFacts {
    let console = http::console::report();
    ProcessFacts {
        build: BuildMarker::new(BUILD),
        version: "0.0.0".to_owned(),
        git_commit: "abcdef0".to_owned(),
        console,
        binary_path: "/opt/aicmo".to_owned(),
        working_directory: "/srv".to_owned(),
        role: "serve".to_owned(),
        pid: std::process::id(),
        started_at: Timestamp::from_millis(1_768_470_900_000),
        settings: Vec::new(),
        unknown_settings: Vec::new(),
        entry_points: vec![EntryPoint {
            name: "serve".to_owned(),
            kind: EntryPointKind::Subcommand,
            state: EntryPointState::Active,
            purpose: "Serves API and console.".to_owned(),
            replacement: None,
            refusal: None,
            starts_console: true,
        }],
        last_fatal_error: None,
        database_kind: DatabaseKind::Sqlite,
        database_address: "test".to_owned(),
        schema_expected: aicmo_store::SchemaState::newest_known(),
    }
}
