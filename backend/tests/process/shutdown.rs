//! Asked to end in the middle of everything: an import, clients that read and write, open streams.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aicmo_backend::smoke::Server;
use aicmo_client::{Client, Retries};
use aicmo_shared::ImportId;
use aicmo_shared::api::{
    CommitImport, GetAttention, GetImport, LeadQuery, ListLeads, MapImport, NoQuery, OpenStream,
    PreviewImport,
};
use aicmo_shared::import::{Import, ImportColumn, ImportMapping, ImportState};
use aicmo_store::{DatabaseTarget, Store, StoreSettings};
use futures_util::future::join_all;

use crate::load::{Tally, Writer, assert_sound_with};
use crate::support::{Room, client, signal};

/// What is promised about the end.
const LIMIT: Duration = Duration::from_secs(10);

const ROWS: usize = 20_000;
const WRITERS: usize = 4;
const READERS: usize = 4;

/// Every fourth row is the person of the row before it, with a company.
fn write_file(folder: &Path) -> PathBuf {
    let mut text = "Name,Email,Company\n".to_owned();
    for row in 0..ROWS {
        let (person, company) = if row % 4 == 3 {
            (row - 1, "Acme")
        } else {
            (row, "")
        };
        let _ = writeln!(text, "Person {person},person-{person}@import.example,{company}");
    }
    let path = folder.join("leads.csv");
    std::fs::write(&path, text).expect("written");
    path
}

async fn begin_import(client: &Client, file: &Path) -> ImportId {
    let import = client.upload_import_file(file, None).await.expect("uploaded");
    let id = import.id.to_string();
    let mapping = ImportMapping {
        columns: vec![ImportColumn::Name, ImportColumn::Email, ImportColumn::Company],
        ..ImportMapping::default()
    };
    client
        .command::<MapImport>(&[&id], &mapping, None)
        .await
        .expect("mapped");
    client
        .command::<PreviewImport>(&[&id], &(), None)
        .await
        .expect("tried");
    client
        .command::<CommitImport>(&[&id], &(), None)
        .await
        .expect("begun");
    import.id
}

/// Follows an import until it is as far as `enough` says. An import of this size takes longer than the
/// patience of other waits on a busy machine.
async fn follow(client: &Client, id: ImportId, enough: impl Fn(&Import) -> bool) -> Import {
    let mut pause = tokio::time::interval(Duration::from_millis(20));
    let began = Instant::now();
    loop {
        pause.tick().await;
        let import = client
            .read::<GetImport>(&[&id.to_string()], &NoQuery {})
            .await
            .expect("an import")
            .into_data();
        assert_ne!(import.state, ImportState::Failed, "{import:?}");
        if enough(&import) {
            return import;
        }
        assert!(began.elapsed() < Duration::from_mins(3), "{import:?}");
    }
}

/// What an import made of its file: everybody it brought, with what is known of them.
async fn people(client: &Client) -> BTreeSet<(String, String, String)> {
    let mut query = LeadQuery {
        limit: Some(200),
        ..LeadQuery::default()
    };
    let mut people = BTreeSet::new();
    loop {
        let page = client.read::<ListLeads>(&[], &query).await.expect("a page");
        for lead in page.data() {
            let email = lead.email.clone().unwrap_or_default();
            if email.ends_with("@import.example") {
                let company = lead.company.clone().unwrap_or_default();
                let is_new = people.insert((email, lead.name.clone(), company));
                assert!(is_new, "nobody is there twice");
            }
        }
        query.cursor = page.page().and_then(|page| page.next_cursor.clone());
        if query.cursor.is_none() {
            return people;
        }
    }
}

/// What an import makes of the file when nobody disturbs it.
async fn undisturbed(file: &Path) -> (Import, BTreeSet<(String, String, String)>) {
    let room = Room::new();
    let server = room.serve(&[]);
    let client = client(&server);
    let id = begin_import(&client, file).await;
    let import = follow(&client, id, |import| import.state == ImportState::Committed).await;
    (import, people(&client).await)
}

/// Reads until nothing answers any more.
async fn read_until_the_end(client: &Client) -> usize {
    let client = client.clone().with_retries(Retries::NONE);
    let mut read = 0;
    loop {
        let figures = client.read::<GetAttention>(&[], &NoQuery {}).await;
        let list = client.read::<ListLeads>(&[], &LeadQuery::default()).await;
        if figures.is_err() || list.is_err() {
            return read;
        }
        read += 2;
    }
}

/// Asks the server to end, with everything going on, and answers how long it took.
async fn end_in_the_middle(server: &mut Server, writers: &mut [Writer], id: ImportId) -> Duration {
    let client = client(server);
    let mut stream = client.endpoint::<OpenStream>(&[]).send().await.expect("open");
    let tally = Tally::default();
    let writing = join_all(
        writers
            .iter_mut()
            .map(|writer| writer.write_until_it_fails(&client, &tally, usize::MAX)),
    );
    let reading = join_all((0..READERS).map(|_| read_until_the_end(&client)));
    let ending = async {
        let under_way = follow(&client, id, |import| import.committed >= 2_000).await;
        assert_eq!(under_way.state, ImportState::Committing);
        tally.moves_by(WRITERS * 3).await;
        let began = Instant::now();
        signal("TERM", server);
        let ended = server.wait().expect("ended");
        assert_eq!(ended.code(), Some(0), "{}", server.log());
        began.elapsed()
    };
    let listening = async {
        // A clean end is part of the promise.
        while stream.chunk().await.expect("no broken stream").is_some() {}
    };
    let (ended, read, took, ()) = tokio::join!(writing, reading, ending, listening);
    assert!(read.iter().all(|read| *read > 0), "everybody read: {read:?}");
    for error in ended {
        let error = error.expect("only the end of the server ends it");
        let code = error.problem().map(|problem| problem.status);
        assert!(code.is_none_or(|status| status == 503), "{error:?}");
    }
    took
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn asked_to_end_in_the_middle_of_everything_it_keeps_its_promises() {
    let room = Room::new();
    let file = write_file(room.path());
    let mut writers: Vec<Writer> = (0..WRITERS)
        .map(|n| Writer::named(&format!("writer{n}")))
        .collect();
    let mut server = room.serve(&[]);
    let id = begin_import(&client(&server), &file).await;
    let took = end_in_the_middle(&mut server, &mut writers, id).await;
    assert!(took < LIMIT, "{took:?}: {}", server.log());
    for bad in ["given up", "did not close", " ERROR ", "waits for the database"] {
        assert!(!server.log().contains(bad), "{bad}: {}", server.log());
    }
    let rest = std::fs::metadata(room.data().join("aicmo.db-wal")).map_or(0, |log| log.len());
    assert_eq!(rest, 0, "the write-ahead log is folded into the file");

    let path = room.data().join("aicmo.db");
    aicmo_test_support::assert_sound(&path).await;
    let store = Store::open(&StoreSettings::new(DatabaseTarget::Sqlite { path }))
        .await
        .expect("the file opens");
    assert_sound_with(&store.reader(), &writers).await;
    store.close().await;

    let again = room.serve(&[]);
    let client = client(&again);
    let resumed = follow(&client, id, |import| import.state == ImportState::Committed).await;
    assert!(
        again.log().contains("took up interrupted imports"),
        "{}",
        again.log()
    );
    let (whole, expected) = undisturbed(&file).await;
    assert_eq!(expected.len(), ROWS * 3 / 4);
    assert_eq!(
        (resumed.committed, &resumed.counts),
        (whole.committed, &whole.counts)
    );
    let found = people(&client).await;
    assert_eq!(found.len(), expected.len());
    assert!(found == expected, "row for row what an undisturbed import makes");
    for writer in &writers {
        writer.finds_all_through(&client).await;
    }
}
