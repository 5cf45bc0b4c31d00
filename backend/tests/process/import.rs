//! `aicmo import leads` and `aicmo export leads`: a file goes in through a running server and comes out
//! of it again, and whatever stands in its way is said with the exit code that scripts rely on.

use aicmo_shared::api::{GetAttention, ImportQuery, ListImports, NoQuery};
use aicmo_shared::import::{Import, ImportState};

use crate::support::{Room, client, refusal};

const FILE: &str = "Person,Mail,Firm\nAda Lovelace,ada@engine.example,Engine\nNobody,not an address,Navy\n";

#[tokio::test]
async fn a_file_of_leads_goes_in_through_a_running_server() {
    let room = Room::new();
    let server = room.serve(&[]);
    let asked = [
        ("AICMO_BACKEND_URL", server.url.as_str()),
        ("AICMO_API_KEY", server.key()),
    ];
    std::fs::write(room.path().join("leads.csv"), FILE).expect("written");
    let leads = async || {
        let figures = client(&server).read::<GetAttention>(&[], &NoQuery {}).await;
        figures.expect("figures").into_data().leads
    };

    let rehearsed = room.run(
        &[
            "import",
            "leads",
            "leads.csv",
            "--map",
            "Person=name",
            "--dry-run",
        ],
        &asked,
    );
    assert_eq!(rehearsed.status.code(), Some(0), "{}", rehearsed.stderr);
    assert!(
        rehearsed.stdout.contains("dry run; nothing was written"),
        "{}",
        rehearsed.stdout
    );
    assert_eq!(leads().await, 0);

    let told = room.run(
        &[
            "import",
            "leads",
            "leads.csv",
            "--map",
            "person=name",
            "--failed-rows",
            "failed.csv",
            "--json",
        ],
        &asked,
    );
    assert_eq!(told.status.code(), Some(0), "{}", told.stderr);
    let import: Import = serde_json::from_str(&told.stdout).expect("JSON");
    assert_eq!(import.state, ImportState::Committed);
    assert_eq!(
        (import.counts.new, import.counts.invalid, import.committed),
        (1, 1, 2)
    );
    assert_eq!(leads().await, 1);
    let failed = std::fs::read_to_string(room.path().join("failed.csv")).expect("the failed rows");
    assert!(
        failed.contains("Nobody,not an address,Navy,3,\"email_invalid"),
        "{failed}"
    );
    assert!(told.stderr.is_empty(), "nobody watches: {}", told.stderr);

    let listed = client(&server)
        .read::<ListImports>(&[], &ImportQuery::default())
        .await
        .expect("a list");
    assert_eq!(listed.data().len(), 2);
}

#[tokio::test]
async fn what_stands_in_the_way_is_said_with_its_exit_code() {
    let room = Room::new();
    let server = room.serve(&[]);
    let asked = [
        ("AICMO_BACKEND_URL", server.url.as_str()),
        ("AICMO_API_KEY", server.key()),
    ];
    std::fs::write(room.path().join("leads.csv"), FILE).expect("written");
    std::fs::write(
        room.path().join("useless.csv"),
        "Name,Email\nAda,not an address\n",
    )
    .expect("written");
    std::fs::write(
        room.path().join("photo.csv"),
        [0x89, b'P', b'N', b'G', 0, 0, 0, 13],
    )
    .expect("written");
    for (arguments, code, part) in [
        (&["absent.csv"][..], 2, "is no file"),
        (&["leads.csv", "--map", "Person"][..], 2, "HEADER=COLUMN"),
        (&["leads.csv", "--map", "Person=nickname"][..], 2, "is no column"),
        (
            &["leads.csv", "--map", "Salary=notes"][..],
            2,
            "It has: Person, Mail, Firm",
        ),
        (
            &["leads.csv", "--campaign", "0197c1f0-0000-7000-8000-000000000001"][..],
            1,
            "campaign",
        ),
        (&["photo.csv"][..], 1, "not a CSV file"),
        (&["useless.csv"][..], 1, "No row of useless.csv can be used"),
    ] {
        let ended = room.run(&[&["import", "leads"], arguments].concat(), &asked);
        let (exit, sentence) = refusal(&ended);
        assert_eq!(exit, code, "{arguments:?}: {sentence}");
        assert!(sentence.contains(part), "{arguments:?}: {sentence}");
    }
    let nowhere = [("AICMO_BACKEND_URL", "http://127.0.0.1:9")];
    let (exit, sentence) = refusal(&room.run(&["import", "leads", "leads.csv"], &nowhere));
    assert_eq!(exit, 1);
    assert!(
        sentence.contains("No server answers at http://127.0.0.1:9"),
        "{sentence}"
    );
    let figures = client(&server)
        .read::<GetAttention>(&[], &NoQuery {})
        .await
        .expect("figures");
    assert_eq!(figures.data().leads, 0, "nothing was written");
}

#[tokio::test]
async fn any_view_comes_out_again_as_a_file() {
    let room = Room::new();
    let server = room.serve(&[]);
    let asked = [
        ("AICMO_BACKEND_URL", server.url.as_str()),
        ("AICMO_API_KEY", server.key()),
    ];
    std::fs::write(room.path().join("leads.csv"), FILE).expect("written");
    let told = room.run(&["import", "leads", "leads.csv", "--map", "Person=name"], &asked);
    assert_eq!(told.status.code(), Some(0), "{}", told.stderr);

    let table = room.run(
        &[
            "export",
            "leads",
            "--where",
            "text=engine",
            "--where",
            "status=NEW",
        ],
        &asked,
    );
    assert_eq!(table.status.code(), Some(0), "{}", table.stderr);
    assert!(
        table.stdout.starts_with("\u{feff}name,email,"),
        "{}",
        table.stdout
    );
    assert!(
        table.stdout.contains("\r\nAda Lovelace,ada@engine.example,"),
        "{}",
        table.stdout
    );

    let lines = ["export", "leads", "--format", "ndjson", "--out", "leads.ndjson"];
    assert_eq!(room.run(&lines, &asked).status.code(), Some(0));
    let text = std::fs::read_to_string(room.path().join("leads.ndjson")).expect("the leads");
    let lead: serde_json::Value = serde_json::from_str(text.trim_end()).expect("one line of JSON");
    assert_eq!(lead["email"], "ada@engine.example");
    let again = room.run(&lines, &asked);
    assert_eq!(
        again.status.code(),
        Some(1),
        "it is never written over another file"
    );

    for wrong in [
        &["--where", "status"][..],
        &["--where", "status=ENGAGED"],
        &["--format", "pdf"],
    ] {
        let refused = room.run(&[&["export", "leads"], wrong].concat(), &asked);
        assert_eq!(refused.status.code(), Some(2), "{wrong:?}: {}", refused.stderr);
    }
}
