//! "My work today".

use aicmo_shared::task::TaskStatus;
use aicmo_store::tasks;
use aicmo_test_support::{NOON, a_task, on_both_databases};

use crate::support::{DAY, HOUR};

on_both_databases! {
    async fn due_and_overdue_tasks_are_counted_and_the_most_overdue_named(db: TestDatabase) {
        for hours in [-30, -2, -1, 0, 5, 24, 25] {
            a_task().titled(&format!("{hours}")).due_at(NOON.plus_millis(hours * HOUR)).insert(&db).await;
        }
        for status in [TaskStatus::Done, TaskStatus::Blocked, TaskStatus::Missed] {
            a_task().with_status(status).due_at(NOON.plus_millis(-DAY)).insert(&db).await;
        }
        a_task().with_status(TaskStatus::Overdue).titled("oldest").due_at(NOON.plus_millis(-9 * DAY)).insert(&db).await;
        let work = tasks::my_work(&db.store().reader(), NOON).await.expect("my work");
        assert_eq!((work.due, work.overdue), (7, 4));
        let titles: Vec<&str> = work.first.iter().map(|task| task.title.as_str()).collect();
        assert_eq!(titles, ["oldest", "-30", "-2", "-1", "0"]);
    }

    async fn a_task_that_no_enum_knows_is_in_no_figure(db: TestDatabase) {
        a_task().insert(&db).await;
        let bad = a_task().due_at(NOON.plus_millis(-HOUR)).insert(&db).await;
        db.corrupt("operator_tasks", "task_type", bad.get(), "DANCE").await;
        let work = tasks::my_work(&db.store().reader(), NOON).await.expect("my work");
        assert_eq!((work.due, work.overdue, work.first.len()), (1, 0, 1));
    }
}
