//! Hears of commits: this process's own at once, those of other processes within a moment.
//!
//! PostgreSQL tells of them by `NOTIFY`; beside it, and on SQLite instead of it, the head of the
//! outbox is read once a second, so a notification that got lost costs a second and nothing else.

use std::time::Duration;

use sea_orm::sqlx::postgres::PgListener;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::repository::events::{self, CHANNEL};
use crate::settings::DatabaseTarget;
use crate::store::Store;

/// How often the head of the outbox is read, and how long a server that does not answer is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// Watches until it is dropped.
#[derive(Debug)]
pub struct Watcher {
    tasks: Vec<JoinHandle<()>>,
}

impl Watcher {
    pub(crate) fn of(store: &Store) -> Self {
        let mut tasks = vec![tokio::spawn(look(store.clone()))];
        if let DatabaseTarget::Postgres { url } = store.target() {
            tasks.push(tokio::spawn(listen(store.clone(), url.clone())));
        }
        Self { tasks }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

async fn look(store: Store) {
    let mut pause = interval(PAUSE);
    pause.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        pause.tick().await;
        match events::head(&store.reader()).await {
            Ok(head) => store.note_seq(head),
            // Whoever asks the database for anything else tells of the outage; it is not news here.
            Err(cause) => tracing::debug!(error = %cause, "the head of the outbox cannot be read"),
        }
    }
}

async fn listen(store: Store, url: String) {
    let mut pause = interval(PAUSE);
    pause.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        pause.tick().await;
        if let Err(cause) = hear(&store, &url).await {
            tracing::debug!(error = %cause, "the notifications of the database are not heard");
        }
    }
}

/// Hears notifications until the connection is lost for good.
async fn hear(store: &Store, url: &str) -> Result<(), sea_orm::sqlx::Error> {
    let mut listener = PgListener::connect(url).await?;
    listener.listen(CHANNEL).await?;
    loop {
        let told = listener.recv().await?;
        if let Ok(seq) = told.payload().parse() {
            store.note_seq(seq);
        }
    }
}
