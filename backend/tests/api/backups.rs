//! Backups over HTTP: made while the server works, listed, kept to a number.

use aicmo_shared::api::{CreateBackup, ListBackups, NoQuery};
use aicmo_test_support::on_both_databases;

use super::harness::{TestServer, send};
use super::samples::Populated;

on_both_databases! {
    async fn a_backup_is_made_listed_and_the_oldest_let_go(db: TestDatabase) {
        let server = TestServer::live(db.store());
        Populated::through(&server).await;
        server.ops.keep_backups(2);
        let mut made = Vec::new();
        for _ in 0..3 {
            let backup = server.client.command::<CreateBackup>(&[], &(), None).await.expect("made");
            assert!(backup.rows > 3 && backup.bytes > 4_096 && !backup.has_keys, "{backup:?}");
            assert_eq!(backup.database, db.kind());
            made.push(backup);
        }
        let listed = server
            .client
            .read::<ListBackups>(&[], &NoQuery {})
            .await
            .expect("a list")
            .into_data();
        made.reverse();
        assert_eq!(listed, made[..2], "the newest two");
        let files = std::fs::read_dir(server.data_dir().join("backups")).expect("a folder").count();
        assert_eq!(files, 2, "no draft stays");
    }
}

#[tokio::test]
async fn a_mock_server_has_no_backups_and_makes_none() {
    let server = TestServer::mock();
    let got = send(server.get("/api/v1/backups")).await.json();
    assert_eq!(got["data"], serde_json::json!([]));
    assert_eq!(got["is_mock"], true);
    assert!(!server.data_dir().join("backups").exists());
}
