//! Where the database is and how patient we are with it.
//!
//! Values only: reading them from the environment is the caller's business.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseTarget {
    /// An embedded file; it is created when its directory exists.
    Sqlite { path: PathBuf },
    /// A PostgreSQL server, or one that speaks its protocol.
    Postgres {
        /// With user and password; never printed.
        url: String,
    },
}

impl DatabaseTarget {
    /// The address as it may be shown: the path of the file, or scheme, user `***`, host, port and
    /// database. Never a password or a query.
    pub fn redacted(&self) -> String {
        match self {
            Self::Sqlite { path } => path.display().to_string(),
            Self::Postgres { url } => redacted_url(url),
        }
    }
}

impl fmt::Debug for DatabaseTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseTarget({})", self.redacted())
    }
}

fn redacted_url(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return "***".to_owned();
    };
    let place = rest.split(['?', '#']).next().unwrap_or_default();
    // The last `@` ends the user part: a password may contain one that was not escaped.
    match place.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://***@{host}"),
        None => format!("{scheme}://{place}"),
    }
}

/// How to reach the database.
#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// Where it is.
    pub target: DatabaseTarget,
    /// How long one attempt to get a connection may take.
    pub connect_timeout: Duration,
    /// The most connections to PostgreSQL; SQLite has one writer and four readers whatever this says.
    pub pool_max: u32,
}

impl StoreSettings {
    /// The defaults: two seconds, ten connections.
    pub fn new(target: DatabaseTarget) -> Self {
        Self {
            target,
            connect_timeout: Duration::from_secs(2),
            pool_max: 10,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_neither_user_nor_password_nor_query() {
        let check = |url: &str, expected: &str| {
            let target = DatabaseTarget::Postgres { url: url.to_owned() };
            assert_eq!(target.redacted(), expected);
            assert_eq!(format!("{target:?}"), format!("DatabaseTarget({expected})"));
        };
        check(
            "postgres://u:p@db:5432/aicmo?sslmode=require",
            "postgres://***@db:5432/aicmo",
        );
        check("postgres://u:p@ss@db/aicmo", "postgres://***@db/aicmo");
        check("postgres://db/aicmo#frag", "postgres://db/aicmo");
        check("no address at all", "***");
    }
}
