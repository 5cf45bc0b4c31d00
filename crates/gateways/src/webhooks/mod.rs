//! Sends one webhook message over HTTP, to an address that was checked and to no other.
//!
//! The name of a receiver is resolved once per connection, by us; every address must be public, and
//! the connection goes to exactly what was checked, so a name that changes its mind in between gains
//! nothing. Redirects are not followed, no proxy is asked, and little of an answer is read.

mod address;
mod resolve;

pub use resolve::{Lookup, SystemLookup};

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use aicmo_operations::webhooks::{Answer, Message, WebhookPort};
use aicmo_shared::webhook::{AttemptFault, KEPT_ANSWER};
use async_trait::async_trait;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Url};
use resolve::{Allowed, Checked, Unresolved};

use crate::install_crypto_provider;

/// How long a connection may take to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long an attempt may take in all.
const TIMEOUT: Duration = Duration::from_secs(15);

/// The longest address.
const LONGEST: usize = 2_000;

/// Ports below this belong to services that are no receivers of webhooks.
const FIRST_FREE_PORT: u16 = 1_024;

/// HTTP cannot be spoken on this machine.
#[derive(Debug, thiserror::Error)]
#[error("webhooks cannot be sent: TLS cannot be set up on this machine")]
pub struct NotReady(#[source] reqwest::Error);

/// Sends webhooks over HTTP.
pub struct HttpWebhooks {
    /// Speaks HTTPS with public addresses, or with any where that is allowed.
    secure: Client,
    /// Speaks plain HTTP with this machine; only where private addresses are allowed.
    plain: Option<Client>,
}

impl HttpWebhooks {
    /// Over the names of this machine. `allow_private` is for development and tests: it allows
    /// addresses inside a network, and plain HTTP on this machine.
    ///
    /// # Errors
    /// When TLS cannot be set up, for want of the system's certificates, say.
    pub fn new(allow_private: bool) -> Result<Self, NotReady> {
        Self::with_lookup(&(Arc::new(SystemLookup) as Arc<dyn Lookup>), allow_private)
    }

    /// As `new`, asking `lookup` for the addresses of a name.
    ///
    /// # Errors
    /// As `new`.
    pub fn with_lookup(lookup: &Arc<dyn Lookup>, allow_private: bool) -> Result<Self, NotReady> {
        install_crypto_provider();
        let client = |allowed: Allowed| {
            Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .user_agent(concat!("aicmo-webhooks/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(CONNECT_TIMEOUT)
                .timeout(TIMEOUT)
                // A kept connection would keep an address that nobody checks again.
                .pool_max_idle_per_host(0)
                .https_only(allowed != Allowed::Loopback)
                .dns_resolver(Checked::new(Arc::clone(lookup), allowed))
                .build()
                .map_err(NotReady)
        };
        let allowed = if allow_private {
            Allowed::Any
        } else {
            Allowed::Public
        };
        Ok(Self {
            secure: client(allowed)?,
            plain: allow_private.then(|| client(Allowed::Loopback)).transpose()?,
        })
    }

    /// The address, if it may be called as far as its text tells, and the client that calls it.
    fn target(&self, url: &str) -> Result<(Url, &Client), &'static str> {
        if url.len() > LONGEST {
            return Err("The address is too long.");
        }
        let url = Url::parse(url).map_err(|_| "This is not an address such as https://example.org/hook.")?;
        let (client, allowed) = match (url.scheme(), &self.plain) {
            ("https", None) => (&self.secure, Allowed::Public),
            ("https", Some(_)) => (&self.secure, Allowed::Any),
            ("http", Some(plain)) => (plain, Allowed::Loopback),
            _ => return Err("The address must begin with https://."),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("The address must carry no user and no password; the signature proves who sends.");
        }
        if url.fragment().is_some() {
            return Err("The address must have no part behind #.");
        }
        let host = url.host_str().unwrap_or_default();
        let literal: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
        if literal.is_some_and(|address| !allowed.takes(address)) {
            return Err("The address lies inside a network; only public addresses are called.");
        }
        let port = url.port_or_known_default().unwrap_or_default();
        if allowed == Allowed::Public && port != 443 && port < FIRST_FREE_PORT {
            return Err("The port must be 443, or 1024 and above.");
        }
        Ok((url, client))
    }
}

#[async_trait]
impl WebhookPort for HttpWebhooks {
    fn check(&self, url: &str) -> Result<(), &'static str> {
        self.target(url).map(drop)
    }

    async fn post(&self, message: Message) -> Result<Answer, AttemptFault> {
        let (url, client) = self.target(&message.url).map_err(|_| AttemptFault::UrlRefused)?;
        let mut response = client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", message.timestamp.to_string())
            .header("webhook-signature", &message.signatures)
            .body(message.body)
            .send()
            .await
            .map_err(|error| fault_of(&error))?;
        let status = response.status().as_u16();
        let mut beginning = Vec::new();
        // What breaks off after the status is still that status.
        while let Ok(Some(chunk)) = response.chunk().await {
            let room = KEPT_ANSWER - beginning.len();
            beginning.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if beginning.len() >= KEPT_ANSWER {
                break;
            }
        }
        Ok(Answer {
            status,
            beginning: String::from_utf8_lossy(&beginning).into_owned(),
        })
    }
}

/// What went wrong before there was an answer.
fn fault_of(error: &reqwest::Error) -> AttemptFault {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(deeper) = cause {
        match deeper.downcast_ref::<Unresolved>() {
            Some(Unresolved::Unknown) => return AttemptFault::NameUnknown,
            Some(Unresolved::Refused) => return AttemptFault::AddressRefused,
            None => cause = deeper.source(),
        }
    }
    if error.is_timeout() {
        AttemptFault::Timeout
    } else {
        AttemptFault::Unreachable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_that_may_be_called_is_taken() {
        let strict = HttpWebhooks::new(false).expect("TLS");
        for taken in [
            "https://example.org/hook",
            "https://example.org:8443/hook?tenant=7",
            "https://93.184.216.34/",
            "https://[2606:2800:220:1:248:1893:25c8:1946]/",
        ] {
            assert_eq!(strict.check(taken), Ok(()), "{taken}");
        }
        for refused in [
            "",
            "example.org",
            "ftp://example.org/",
            "http://example.org/",
            "http://127.0.0.1/",
            "https://user@example.org/",
            "https://user:secret@example.org/",
            "https://example.org/#part",
            "https://example.org:25/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://0x7f000001/",
            "https://2130706433/",
            "https://0/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://169.254.169.254/latest/meta-data",
            "https://192.168.1.1:8443/",
            &format!("https://example.org/{}", "x".repeat(LONGEST)),
        ] {
            assert!(strict.check(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn development_may_call_this_machine_and_still_not_send_plain_text_elsewhere() {
        let lax = HttpWebhooks::new(true).expect("TLS");
        for taken in [
            "http://127.0.0.1:8080/",
            "http://[::1]:8080/",
            "http://localhost:8080/",
            "https://10.0.0.1:444/",
        ] {
            assert_eq!(lax.check(taken), Ok(()), "{taken}");
        }
        for refused in ["http://10.0.0.1/", "http://93.184.216.34/", "ftp://127.0.0.1/"] {
            assert!(lax.check(refused).is_err(), "{refused}");
        }
    }
}
