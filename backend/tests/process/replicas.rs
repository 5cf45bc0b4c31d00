//! Two servers over one PostgreSQL behind a plain proxy, of which one is killed while clients write.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aicmo_backend::smoke::Server;
use aicmo_client::Client;
use aicmo_store::DatabaseTarget;
use aicmo_test_support::{DatabaseKind, TestDatabase};

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
            let mut next = 0;
            for visitor in listener.incoming().map_while(Result::ok) {
                let order = (next..next + servers.len()).map(|at| at % servers.len());
                next += 1;
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
    fn client(&self) -> Client {
        Client::new(&format!("http://{}", self.address)).expect("a client")
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

/// Writers at work through the proxy, until each has met a failure or done enough.
async fn write(
    writers: Vec<Writer>,
    client: &Client,
    tally: &Arc<Tally>,
    enough: usize,
    meanwhile: impl AsyncFnOnce(),
) -> Vec<Writer> {
    let working: Vec<_> = writers
        .into_iter()
        .map(|mut writer| {
            let (client, tally) = (client.clone(), Arc::clone(tally));
            tokio::spawn(async move {
                writer.write_until_it_fails(&client, &tally, enough).await;
                writer
            })
        })
        .collect();
    meanwhile().await;
    let mut back = Vec::new();
    for worker in working {
        back.push(worker.await.expect("a writer that ends as it should"));
    }
    back
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
    let proxy = Proxy::before(vec![authority(&first).to_owned(), authority(&second).to_owned()]);
    let tally = Arc::new(Tally::default());
    let writers: Vec<Writer> = (0..WRITERS)
        .map(|n| Writer::named(&format!("writer{n}")))
        .collect();

    let writers = write(writers, &proxy.client(), &tally, 200, async || {
        tally.moves_by(60).await;
        assert!(proxy.served(0) > 0 && proxy.served(1) > 0, "both serve");
        signal("KILL", &first);
        assert!(!first.wait().expect("gone").success());
    })
    .await;
    let failed: usize = writers.iter().map(|writer| writer.failed).sum();
    assert!(failed > 0, "whoever wrote to the dead one was told");
    assert!(failed <= WRITERS, "a writer stops at its first failure");

    // The other one serves on, and everything can be read through it.
    let writers = write(writers, &proxy.client(), &tally, 20, async || {}).await;
    assert_eq!(
        writers.iter().map(|writer| writer.failed).sum::<usize>(),
        failed,
        "nobody fails once the dead one is out of the way"
    );
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
