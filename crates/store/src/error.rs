//! Why the store could not do it, sorted by what the caller does about it.
//!
//! `Display` is the public face and never carries a driver's words; those stay in `source()`, which
//! has a path to the log and none to a response. Driver errors are classified here, once.

use std::error::Error;
use std::fmt;

use aicmo_shared::diagnostics::CorruptRow;
use sea_orm::sqlx;
use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// A cause of any type.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// The thing that a message is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// What it is, as messages spell it.
    pub noun: &'static str,
    /// Which one.
    pub id: String,
}

impl Subject {
    /// Names a thing.
    pub fn new(noun: &'static str, id: impl fmt::Display) -> Self {
        Self {
            noun,
            id: id.to_string(),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.noun, self.id)
    }
}

/// Why the store could not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database does not answer; the same call may succeed later.
    #[error("the database does not answer")]
    Unavailable(#[source] BoxError),
    /// No such row.
    #[error("there is no {0}")]
    NotFound(Subject),
    /// The row is no longer what the caller read.
    #[error("the {0} was changed by someone else")]
    Stale(Subject),
    /// A value that must be unique is taken; the text names which.
    #[error("this {0} is already taken")]
    Duplicate(&'static str),
    /// Another request took the idempotency key over: what this one wrote is not kept.
    #[error("another request works under the same idempotency key")]
    KeyTakenOver,
    /// A row holds a value that no enum knows.
    #[error("a row of {} holds a value that is not known in {}", .0.table, .0.column)]
    Corrupt(CorruptRow),
    /// The file is something else, or damaged.
    #[error("the file is not a SQLite database, or it is damaged")]
    NotADatabase(#[source] BoxError),
    /// The file is a SQLite database of another program.
    #[error("the file is the database of another program; it has a table {table}")]
    Foreign {
        /// A table that we never made.
        table: String,
    },
    /// The database, its file or its directory cannot be written.
    #[error("the database cannot be written")]
    ReadOnly(#[source] BoxError),
    /// No space is left where the database is kept.
    #[error("there is no space left for the database")]
    DiskFull(#[source] BoxError),
    /// A newer binary has migrated this database.
    #[error("the database schema {found} is newer than this program, which knows {expected}")]
    SchemaTooNew {
        /// The newest migration found.
        found: String,
        /// The newest migration this binary knows.
        expected: String,
    },
    /// The steps of the schema failed on a copy; a whole sentence, and nothing was touched.
    #[error("{0}")]
    Rehearsal(BoxError),
    /// A statement failed; a defect of ours.
    #[error("the database could not {what}")]
    Query {
        /// What we were doing, in the infinitive.
        what: &'static str,
        /// The driver's words, for the log.
        #[source]
        cause: BoxError,
    },
}

impl StoreError {
    /// Classifies a driver error that came while we tried to `what`.
    pub(crate) fn of(what: &'static str) -> impl Fn(DbErr) -> Self {
        move |cause| Self::classify(what, cause)
    }

    /// Like `of`, and a violated unique index is `Duplicate(taken)`.
    pub(crate) fn unique(what: &'static str, taken: &'static str) -> impl Fn(DbErr) -> Self {
        move |cause| match cause.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Self::Duplicate(taken),
            _ => Self::classify(what, cause),
        }
    }

    /// A defect that no driver reported.
    pub(crate) fn defect(what: &'static str, cause: impl Into<BoxError>) -> Self {
        Self::Query {
            what,
            cause: cause.into(),
        }
    }

    pub(crate) fn classify(what: &'static str, cause: DbErr) -> Self {
        let verdict = match &cause {
            DbErr::ConnectionAcquire(_) => Verdict::Unavailable,
            DbErr::Conn(RuntimeErr::SqlxError(error)) => match verdict_of(error) {
                // Whatever refuses a connection, the database cannot be used now.
                Verdict::Query => Verdict::Unavailable,
                known => known,
            },
            DbErr::Conn(_) => Verdict::Unavailable,
            DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
                verdict_of(error)
            }
            _ => Verdict::Query,
        };
        let cause: BoxError = Box::new(cause);
        match verdict {
            Verdict::Unavailable => Self::Unavailable(cause),
            Verdict::NotADatabase => Self::NotADatabase(cause),
            Verdict::ReadOnly => Self::ReadOnly(cause),
            Verdict::DiskFull => Self::DiskFull(cause),
            Verdict::Query => Self::Query { what, cause },
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Unavailable,
    NotADatabase,
    ReadOnly,
    DiskFull,
    Query,
}

fn verdict_of(error: &sqlx::Error) -> Verdict {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => Verdict::Unavailable,
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default();
            if database.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
                // Extended codes carry the primary one in their low byte.
                code.parse::<i32>()
                    .map_or(Verdict::Query, |code| sqlite_verdict(code & 0xff))
            } else {
                postgres_verdict(&code)
            }
        }
        _ => Verdict::Query,
    }
}

/// By SQLite's primary result codes.
fn sqlite_verdict(code: i32) -> Verdict {
    match code {
        // BUSY, LOCKED, IOERR, CANTOPEN
        5 | 6 | 10 | 14 => Verdict::Unavailable,
        // PERM, READONLY
        3 | 8 => Verdict::ReadOnly,
        13 => Verdict::DiskFull,
        // CORRUPT, NOTADB
        11 | 26 => Verdict::NotADatabase,
        _ => Verdict::Query,
    }
}

/// By SQLSTATE: the whole code where one means something of its own, else its class.
fn postgres_verdict(code: &str) -> Verdict {
    match code {
        "53100" => Verdict::DiskFull,
        "25006" => Verdict::ReadOnly,
        // Missing database, serialisation failure, deadlock, lock timeout: it may work later.
        "3D000" | "40001" | "40P01" | "55P03" => Verdict::Unavailable,
        _ => match code.get(..2) {
            // Connection, authorisation, resources, operator's intervention.
            Some("08" | "28" | "53" | "57") => Verdict::Unavailable,
            _ => Verdict::Query,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_codes_are_sorted_by_who_can_act() {
        assert_eq!(sqlite_verdict(13), Verdict::DiskFull);
        assert_eq!(sqlite_verdict(8), Verdict::ReadOnly);
        assert_eq!(sqlite_verdict(26), Verdict::NotADatabase);
        assert_eq!(sqlite_verdict(5), Verdict::Unavailable);
        assert_eq!(sqlite_verdict(1), Verdict::Query);
        assert_eq!(postgres_verdict("57P01"), Verdict::Unavailable);
        assert_eq!(postgres_verdict("08006"), Verdict::Unavailable);
        assert_eq!(postgres_verdict("53100"), Verdict::DiskFull);
        assert_eq!(postgres_verdict("25006"), Verdict::ReadOnly);
        assert_eq!(postgres_verdict("42P01"), Verdict::Query);
        assert_eq!(postgres_verdict(""), Verdict::Query);
    }

    #[test]
    fn the_public_face_never_repeats_the_driver() {
        let cause = || -> BoxError { "sqlx: connection refused (os error 111)".into() };
        for error in [
            StoreError::Unavailable(cause()),
            StoreError::NotADatabase(cause()),
            StoreError::ReadOnly(cause()),
            StoreError::DiskFull(cause()),
            StoreError::Query {
                what: "list the leads",
                cause: cause(),
            },
        ] {
            assert!(!error.to_string().contains("os error"), "{error}");
            assert!(error.source().is_some(), "{error} keeps its cause");
        }
    }
}
