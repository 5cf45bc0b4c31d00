//! A server that is killed a hundred times under load, on one file, loses nothing it acknowledged.
//!
//! Killed is killed: SIGKILL, in the middle of whatever it does, with clients that write at once.

use aicmo_store::{DatabaseTarget, Store, StoreSettings};
use futures_util::future::join_all;

use crate::load::{Tally, Writer, assert_nothing_lost};
use crate::support::{Room, client, signal};

/// How often it is killed.
const KILLS: usize = 100;

/// How many clients write at once.
const WRITERS: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_a_hundred_times_under_load_it_has_every_acknowledged_write() {
    let room = Room::new();
    let tally = Tally::default();
    let mut writers: Vec<Writer> = (0..WRITERS)
        .map(|n| Writer::named(&format!("writer{n}")))
        .collect();
    for round in 0..KILLS {
        let mut server = room.serve(&[]);
        let client = client(&server);
        let writing = join_all(
            writers
                .iter_mut()
                .map(|writer| writer.write_until_it_fails(&client, &tally, usize::MAX)),
        );
        let killing = async {
            // Another instant each time: before the first answer, and after up to sixteen of them.
            tally.moves_by(round % 17).await;
            signal("KILL", &server);
        };
        let (ended, ()) = tokio::join!(writing, killing);
        for error in ended {
            let error = error.expect("only a failure ends it");
            assert!(error.problem().is_none(), "a dead server says nothing: {error:?}");
        }
        assert!(!server.wait().expect("gone").success());
    }
    assert!(tally.told() >= KILLS * 5, "{} writes are no load", tally.told());

    let path = room.data().join("aicmo.db");
    aicmo_test_support::assert_sound(&path).await;
    let store = Store::open(&StoreSettings::new(DatabaseTarget::Sqlite { path }))
        .await
        .expect("the file opens");
    assert_nothing_lost(&store.reader(), &writers).await;
    store.close().await;

    let server = room.serve(&[]);
    let client = client(&server);
    for writer in &mut writers {
        writer.finds_all_through(&client).await;
        let error = writer.write_until_it_fails(&client, &tally, 3).await;
        assert!(error.is_none(), "it serves on: {error:?}");
    }
}
