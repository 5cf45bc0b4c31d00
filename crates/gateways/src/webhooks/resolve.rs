//! The addresses of a name, checked at the moment they are used.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::is_public;

/// Asks for the addresses of a name.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// Every address that `name` has.
    ///
    /// # Errors
    /// When it has none, or nobody could say.
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// Asks the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0))
            .await?
            .map(|found| found.ip())
            .collect())
    }
}

/// Which addresses may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Those of the public internet.
    Public,
    /// This machine alone.
    Loopback,
    /// All of them.
    Any,
}

impl Allowed {
    /// Whether `address` may be called.
    pub fn takes(self, address: IpAddr) -> bool {
        match self {
            Self::Public => is_public(address),
            Self::Loopback => address.to_canonical().is_loopback(),
            Self::Any => true,
        }
    }
}

/// Why a name leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unresolved {
    #[error("the name has no address")]
    Unknown,
    #[error("the name leads to an address that is never called")]
    Refused,
}

/// Resolves names for a client, which connects to what is answered here and to nothing else.
pub struct Checked {
    lookup: Arc<dyn Lookup>,
    allowed: Allowed,
}

impl Checked {
    /// Asks `lookup` and lets through what is `allowed`.
    pub fn new(lookup: Arc<dyn Lookup>, allowed: Allowed) -> Self {
        Self { lookup, allowed }
    }
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let (lookup, allowed) = (Arc::clone(&self.lookup), self.allowed);
        Box::pin(async move {
            let found = lookup
                .addresses(name.as_str())
                .await
                .map_err(|_| Unresolved::Unknown)?;
            if found.is_empty() {
                return Err(Unresolved::Unknown.into());
            }
            // One bad address among good ones is no accident.
            if !found.iter().all(|address| allowed.takes(*address)) {
                return Err(Unresolved::Refused.into());
            }
            let addresses: Addrs = Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}
