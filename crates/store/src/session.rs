//! Sessions: how a caller reads, and the unit of work in which it writes.
//!
//! `Reader` borrows a connection per call. `WriteTx` holds the one writer: it takes the write lock
//! when it begins, so two writers wait for each other instead of failing half way, and it is kept
//! only by `commit`, which writes the audit row and the counters in the same transaction. Dropping
//! it rolls everything back. `NotesTx` is for the product's own notes, which no audit row follows.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use aicmo_shared::diagnostics::DatabaseKind;
use sea_orm::{DatabaseConnection, DatabaseTransaction};

use crate::audit::{self, AuditEntry};
use crate::claim;
use crate::counter_keys::Deltas;
use crate::error::StoreError;
use crate::raised::{NewEvent, events_of};
use crate::repository::{counters, events, idempotency};
use crate::store::Store;

pub(crate) mod sealed {
    //! What only this crate may use of a session.

    use aicmo_shared::diagnostics::DatabaseKind;
    use sea_orm::ConnectionTrait;

    /// A session's connection.
    pub trait Executor: Send + Sync {
        /// The driver's handle.
        type Connection: ConnectionTrait + Send + Sync;
        /// The handle.
        fn connection(&self) -> &Self::Connection;
        /// Which database is behind it.
        fn database(&self) -> DatabaseKind;
    }
}

/// Something that repositories can read from.
pub trait Session: sealed::Executor {}

/// Reads; each call sees what was committed when it ran.
#[derive(Clone, Debug)]
pub struct Reader {
    store: Store,
}

impl Reader {
    pub(crate) const fn new(store: Store) -> Self {
        Self { store }
    }
}

impl sealed::Executor for Reader {
    type Connection = DatabaseConnection;

    fn connection(&self) -> &DatabaseConnection {
        self.store.reader_pool()
    }

    fn database(&self) -> DatabaseKind {
        self.store.kind()
    }
}

impl Session for Reader {}

/// A write transaction. It sees its own writes.
pub struct WriteTx {
    tx: DatabaseTransaction,
    store: Store,
    deltas: Mutex<Deltas>,
}

impl WriteTx {
    pub(crate) fn new(tx: DatabaseTransaction, store: Store) -> Self {
        Self {
            tx,
            store,
            deltas: Mutex::default(),
        }
    }

    /// Keeps everything that was written, with one audit row and the counters and events that follow
    /// from it. In a request with an idempotency key the key is marked as used by the same commit.
    ///
    /// # Errors
    /// Nothing is kept when this fails; `KeyTakenOver` when the key belongs to another request by now.
    pub async fn commit(self, entry: AuditEntry) -> Result<(), StoreError> {
        let Self { tx, store, deltas } = self;
        let deltas = deltas.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(claim) = claim::current() {
            idempotency::mark(&tx, &claim, &entry).await?;
        }
        let events = events_of(&entry);
        // The head of the audit chain is locked first: it puts concurrent writers in one order, so
        // the counters behind it can never deadlock.
        audit::append(&tx, entry).await?;
        counters::apply(&tx, deltas).await?;
        let seq = events::raise(&tx, store.kind(), events).await?;
        tx.commit().await.map_err(StoreError::of("commit a change"))?;
        if let Some(seq) = seq {
            store.note_seq(seq);
        }
        Ok(())
    }

    /// Forgets everything that was written.
    pub async fn rollback(self) -> Result<(), StoreError> {
        self.tx
            .rollback()
            .await
            .map_err(StoreError::of("roll a change back"))
    }

    /// Notes what a write does to the counters; `commit` adds it up.
    pub(crate) fn count(&self, change: impl FnOnce(&mut Deltas)) {
        change(&mut self.deltas.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl sealed::Executor for WriteTx {
    type Connection = DatabaseTransaction;

    fn connection(&self) -> &DatabaseTransaction {
        &self.tx
    }

    fn database(&self) -> DatabaseKind {
        self.store.kind()
    }
}

impl Session for WriteTx {}

/// A transaction for what the product notes down for itself: when a key was last used, which events
/// were raised, how a delivery went. It changes nothing that an operator owns, so it leaves no audit
/// row. Only the repositories of such notes take it; everything else asks for a `WriteTx`.
pub struct NotesTx {
    tx: DatabaseTransaction,
    store: Store,
    events: Mutex<Vec<NewEvent>>,
}

impl NotesTx {
    pub(crate) fn new(tx: DatabaseTransaction, store: Store) -> Self {
        Self {
            tx,
            store,
            events: Mutex::default(),
        }
    }

    /// Raises an event with the notes, when they are kept.
    pub fn raise(&self, event: NewEvent) {
        self.events
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(event);
    }

    /// Keeps the notes.
    ///
    /// # Errors
    /// Nothing is kept when this fails.
    pub async fn commit(self) -> Result<(), StoreError> {
        let Self { tx, store, events } = self;
        let events = events.into_inner().unwrap_or_else(PoisonError::into_inner);
        let seq = events::raise(&tx, store.kind(), events).await?;
        tx.commit().await.map_err(StoreError::of("commit a note"))?;
        if let Some(seq) = seq {
            store.note_seq(seq);
        }
        Ok(())
    }
}

impl sealed::Executor for NotesTx {
    type Connection = DatabaseTransaction;

    fn connection(&self) -> &DatabaseTransaction {
        &self.tx
    }

    fn database(&self) -> DatabaseKind {
        self.store.kind()
    }
}

impl Session for NotesTx {}

impl fmt::Debug for NotesTx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NotesTx")
    }
}

impl fmt::Debug for WriteTx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WriteTx")
    }
}
