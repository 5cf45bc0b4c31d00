//! The control flags of a new workspace, and the epoch.

use aicmo_shared::control::ControlFlag;
use aicmo_store::control;
use aicmo_test_support::{NOON, on_both_databases};
use sea_orm::ConnectionTrait;

use crate::schema::connect;

on_both_databases! {
    async fn a_new_workspace_can_send_nothing(db: TestDatabase) {
        let flags = control::flags(&db.store().reader()).await.expect("the flags");
        let is = |on| ControlFlag { on, by: None, reason: None, at: None };
        assert_eq!(flags.paused, is(false));
        assert_eq!(flags.killed, is(false));
        assert_eq!(flags.proof_mode, is(true));
        assert_eq!(flags.live_enabled, is(false));
        assert_eq!(flags.epoch, 1);
    }

    async fn a_flag_says_who_why_and_when(db: TestDatabase) {
        let sql = "UPDATE control_flags SET paused = $1, paused_by = $2, paused_reason = $3, paused_at = $4";
        let values = vec![true.into(), "grace".into(), "holiday".into(), NOON.as_millis().into()];
        db.execute(sql, values).await;
        let flags = control::flags(&db.store().reader()).await.expect("the flags");
        let expected = ControlFlag {
            on: true,
            by: Some("grace".to_owned()),
            reason: Some("holiday".to_owned()),
            at: Some(NOON),
        };
        assert_eq!(flags.paused, expected);
    }

    async fn whoever_holds_the_flags_waits_for_the_kill_that_is_under_way(db: TestDatabase) {
        let connection = connect(&db).await;
        connection.execute_unprepared("BEGIN").await.expect("begun");
        connection.execute_unprepared("UPDATE control_flags SET killed = TRUE").await.expect("killed");
        let store = db.store();
        let held = tokio::spawn(async move {
            let notes = store.begin_notes().await.expect("a transaction");
            control::hold_flags(&notes).await.expect("the flags").killed.on
        });
        // Others see what was, and whoever begins something does not begin it.
        assert!(!control::flags(&db.store().reader()).await.expect("the flags").killed.on);
        connection.execute_unprepared("COMMIT").await.expect("committed");
        assert!(held.await.expect("no panic"));
        let _ = connection.close().await;
    }

    async fn the_epoch_can_be_probed_without_a_trace(db: TestDatabase) {
        let tx = db.store().begin_write().await.expect("a transaction");
        assert_eq!(control::epoch_probe(&tx).await.expect("a probe"), (1, 2));
        tx.rollback().await.expect("rolled back");
        assert_eq!(control::flags(&db.store().reader()).await.expect("the flags").epoch, 1);
        assert_eq!(db.audit_events().await, []);
    }
}
