//! Addresses of databases and servers, taken apart far enough to be shown without their secrets.
//!
//! A part that could not be told from a password is refused rather than shown: a slash or an `@`
//! inside a password must be percent-encoded, and the rule says so.

use std::fmt;
use std::path::PathBuf;

use super::redacted::{MASK, Redacted};

/// Where the data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseAddress {
    /// A file on this machine.
    Sqlite(PathBuf),
    /// A server.
    Postgres {
        /// The whole URL with user and password.
        url: Redacted<String>,
        /// The same as it may be shown.
        shown: String,
    },
}

const DATABASE_RULE: &str = "must be postgres://user:password@host:port/database, with special characters in \
                             user and password percent-encoded, or sqlite:///path/to/file.db";

impl DatabaseAddress {
    /// Reads an address that a command was given.
    ///
    /// # Errors
    /// The rule, without the text: it may hold a password.
    pub fn read(text: &str) -> Result<Self, String> {
        Self::parse(text)
    }

    /// Reads `DATABASE_URL`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text.split_once(':').ok_or(DATABASE_RULE)?;
        match scheme {
            "sqlite" => {
                let path = rest.strip_prefix("//").unwrap_or(rest);
                let path = path.split_once('?').map_or(path, |(path, _)| path);
                if path.is_empty() || path == ":memory:" {
                    return Err(
                        "must name a file, because a database in memory would lose every lead".into(),
                    );
                }
                Ok(Self::Sqlite(PathBuf::from(path)))
            }
            "postgres" | "postgresql" => {
                let rest = rest.strip_prefix("//").ok_or(DATABASE_RULE)?;
                let end = rest.find(['?', '#']).unwrap_or(rest.len());
                let (authority, database) = rest[..end].split_once('/').ok_or(DATABASE_RULE)?;
                let (user, server) = authority
                    .rsplit_once('@')
                    .map_or((None, authority), |(user, server)| (Some(user), server));
                if !is_server(server) || database.is_empty() || !database.chars().all(is_name) {
                    return Err(DATABASE_RULE.into());
                }
                let user = user.map_or_else(String::new, |_| format!("{MASK}@"));
                let server = if has_port(server) {
                    server.to_owned()
                } else {
                    format!("{server}:5432")
                };
                Ok(Self::Postgres {
                    url: Redacted::new(text.to_owned()),
                    shown: format!("postgres://{user}{server}/{database}"),
                })
            }
            _ => Err(DATABASE_RULE.into()),
        }
    }
}

impl fmt::Display for DatabaseAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres { shown, .. } => f.write_str(shown),
        }
    }
}

/// Where a server of this product is reached: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebAddress {
    text: String,
}

impl WebAddress {
    /// Reads an `http` or `https` address without user, path, query or fragment.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim_end_matches('/');
        let server = text
            .strip_prefix("http://")
            .or_else(|| text.strip_prefix("https://"))
            .unwrap_or_default();
        if is_server(server) {
            Ok(Self {
                text: text.to_owned(),
            })
        } else {
            Err("must be http:// or https:// and a host, such as http://localhost:8000, without user, path or query".into())
        }
    }

    /// The address without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is reached over TLS.
    pub fn is_https(&self) -> bool {
        self.text.starts_with("https://")
    }

    /// Host, and port when one is spelled, as a `Host` header carries them.
    pub fn host(&self) -> &str {
        self.text
            .split_once("://")
            .map_or(self.text.as_str(), |(_, server)| server)
    }
}

impl fmt::Display for WebAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

fn has_port(server: &str) -> bool {
    server
        .rsplit_once(':')
        .is_some_and(|(host, port)| !port.ends_with(']') && !host.is_empty())
}

/// Whether `server` is a host name or address, with or without a port.
fn is_server(server: &str) -> bool {
    let (host, port) = match server.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (server, None),
    };
    let bracketed = host
        .strip_prefix('[')
        .and_then(|inner| inner.strip_suffix(']'))
        .is_some_and(|inner| inner.parse::<std::net::Ipv6Addr>().is_ok());
    let named = !host.is_empty() && host.chars().all(is_name);
    (bracketed || named) && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}
