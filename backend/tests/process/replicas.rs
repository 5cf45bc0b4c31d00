//! Two servers over one PostgreSQL behind a plain proxy, of which one is killed while clients write.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aicmo_backend::smoke::Server;
use aicmo_client::Client;
use aicmo_shared::access::{Role, Scope};
use aicmo_shared::account::{InvitationAcceptance, InvitationDraft};
use aicmo_shared::api::{AcceptInvitation, CreateApiKey, CreateInvitation, GetSession, ListUsers, PageQuery};
use aicmo_shared::api_key::ApiKeyDraft;
use aicmo_shared::session::SecretText;
use aicmo_store::DatabaseTarget;
use aicmo_test_support::{DatabaseKind, TestDatabase};
use futures_util::future::join_all;

use crate::load::{Tally, Writer, assert_nothing_lost};
use crate::raw::authority;
use crate::support::{Room, binary, client, or_skip, signal};

const WRITERS: usize = 6;

/// Hands each connection to the next server that takes it, and copies bytes both ways: no retries,
/// no health checks, no idea of HTTP.
struct Proxy {
    address: SocketAddr,
    served: Arc<Vec<AtomicUsize>>,
}

impl Proxy {
    fn before(servers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let served: Arc<Vec<AtomicUsize>> = Arc::new(servers.iter().map(|_| AtomicUsize::new(0)).collect());
        let counts = Arc::clone(&served);
        std::thread::spawn(move || {
            for (next, visitor) in listener.incoming().map_while(Result::ok).enumerate() {
                let order = (next..next + servers.len()).map(|at| at % servers.len());
                for at in order {
                    if let Ok(server) = TcpStream::connect(&servers[at]) {
                        counts[at].fetch_add(1, Ordering::SeqCst);
                        let _ = forward(visitor, server);
                        break;
                    }
                }
            }
        });
        Self { address, served }
    }

    /// A client with connections of its own.
    fn client(&self, key: &str) -> Client {
        Client::new(&format!("http://{}", self.address))
            .expect("a client")
            .with_key(key)
    }

    fn served(&self, at: usize) -> usize {
        self.served[at].load(Ordering::SeqCst)
    }
}

/// Copies both ways until either side ends, and then ends the other.
fn forward(visitor: TcpStream, server: TcpStream) -> io::Result<()> {
    for (mut from, mut to) in [(visitor.try_clone()?, server.try_clone()?), (server, visitor)] {
        std::thread::spawn(move || {
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Both);
            let _ = from.shutdown(Shutdown::Both);
        });
    }
    Ok(())
}

/// What an account made through `server` signs in with: a key, and a session's cookie.
async fn account(server: &Server) -> (String, String) {
    let admin = client(server);
    let draft = InvitationDraft {
        email: "ada@engine.example".to_owned(),
        role: Role::Operator,
    };
    let invited = admin
        .command::<CreateInvitation>(&[], &draft, None)
        .await
        .expect("invited");
    let (_, token) = invited.link.expose().split_once("#token=").expect("a token");
    let acceptance = InvitationAcceptance {
        token: SecretText::new(token.to_owned()),
        display_name: "Ada".to_owned(),
        password: SecretText::new("a difference engine of one's own".to_owned()),
    };
    let accepted = admin
        .without_key()
        .endpoint::<AcceptInvitation>(&[])
        .json(&acceptance)
        .send()
        .await
        .expect("an answer");
    let cookies = accepted.headers().get_all("set-cookie").iter();
    let cookie = cookies
        .filter_map(|cookie| cookie.to_str().ok()?.split(';').next())
        .find(|cookie| cookie.starts_with("aicmo_session="))
        .expect("a session")
        .to_owned();
    let admin = client(server);
    let user = admin
        .read::<ListUsers>(&[], &PageQuery::default())
        .await
        .expect("users")
        .into_data()
        .remove(0);
    let draft = ApiKeyDraft {
        name: "load".to_owned(),
        scopes: vec![Scope::Read, Scope::LeadsWrite],
        owner: Some(user.id),
        expires_at: None,
    };
    let made = admin
        .command::<CreateApiKey>(&[], &draft, None)
        .await
        .expect("a key");
    (made.secret.expose().to_owned(), cookie)
}

/// Whether `server` knows the session of `cookie`.
async fn is_signed_in(server: &Server, cookie: &str) -> bool {
    let answer = client(server)
        .without_key()
        .endpoint::<GetSession>(&[])
        .header("Cookie", cookie)
        .send()
        .await
        .expect("an answer");
    let session: serde_json::Value =
        serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON");
    session["data"]["user"]["email"] == "ada@engine.example"
}

/// Writers at work through the proxy, until each has met a failure or done enough.
async fn write(
    writers: &mut [Writer],
    client: &Client,
    tally: &Tally,
    enough: usize,
    meanwhile: impl Future<Output = ()>,
) {
    let writing = writers
        .iter_mut()
        .map(|writer| writer.write_until_it_fails(client, tally, enough));
    tokio::join!(join_all(writing), meanwhile);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_replicas_is_killed_and_no_acknowledged_write_is_lost() {
    let Some(db) = TestDatabase::create(DatabaseKind::Postgres).await else {
        assert!(!or_skip(false, "a PostgreSQL server"));
        return;
    };
    let DatabaseTarget::Postgres { url } = db.target() else {
        panic!("a PostgreSQL database has a URL");
    };
    let rooms = [Room::new(), Room::new()];
    let environment = [
        ("DATABASE_URL", url.as_str()),
        ("AICMO_IDENTITY_KEY", "0123456789abcdef0123456789abcdef"),
        ("AICMO_SESSION_KEY", "fedcba9876543210fedcba9876543210"),
    ];
    let start = |room: &Room| Server::start(binary(), &room.data(), &environment).expect("ready");
    let (mut first, second) = (start(&rooms[0]), start(&rooms[1]));
    let (key, cookie) = account(&first).await;
    assert!(is_signed_in(&first, &cookie).await && is_signed_in(&second, &cookie).await);
    let proxy = Proxy::before(vec![authority(&first).to_owned(), authority(&second).to_owned()]);
    let tally = Tally::default();
    let mut writers: Vec<Writer> = (0..WRITERS)
        .map(|n| Writer::named(&format!("writer{n}")))
        .collect();

    write(&mut writers, &proxy.client(&key), &tally, 200, async {
        tally.moves_by(60).await;
        assert!(proxy.served(0) > 0 && proxy.served(1) > 0, "both serve");
        signal("KILL", &first);
    })
    .await;
    assert!(!first.wait().expect("gone").success());
    let failed: usize = writers.iter().map(|writer| writer.failed).sum();
    assert!(failed > 0, "whoever wrote to the dead one was told");
    assert!(failed <= WRITERS, "a writer stops at its first failure");

    // The other one serves on, and everything can be read through it.
    write(&mut writers, &proxy.client(&key), &tally, 20, async {}).await;
    assert_eq!(
        writers.iter().map(|writer| writer.failed).sum::<usize>(),
        failed,
        "nobody fails once the dead one is out of the way"
    );
    assert!(
        is_signed_in(&second, &cookie).await,
        "sessions do not die with a replica"
    );
    assert!(!is_signed_in(&second, "aicmo_session=nobody").await);
    for writer in &writers {
        writer.finds_all_through(&client(&second)).await;
    }
    assert_nothing_lost(&db.store().reader(), &writers).await;

    // A third one takes the place of the dead one.
    let third = start(&rooms[0]);
    for writer in &writers {
        writer.finds_all_through(&client(&third)).await;
    }
}
