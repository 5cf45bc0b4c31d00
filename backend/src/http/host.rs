//! Which host names this server answers to, and which sites may write to it.
//!
//! A page of another site can reach a server on this machine in two ways: by a name of its own that
//! it rebinds to a loopback address, and by a form or script that posts across sites. The first is
//! refused by the `Host` header, the second by `Sec-Fetch-Site` and `Origin`, which no page can
//! forge. Tools send neither of the last two and pass.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The name of this machine to itself.
const LOOPBACK: &str = "localhost";

/// The names under which the server may be reached.
#[derive(Debug)]
pub struct HostRules {
    names: Vec<String>,
}

impl HostRules {
    /// Loopback names and every literal address pass by themselves; `names` pass too.
    pub fn new(names: impl IntoIterator<Item = String>) -> Self {
        let names = names
            .into_iter()
            .map(|name| without_port(name.trim()).to_ascii_lowercase())
            // Loopback is many servers, told apart by their ports; it needs no entry and gets none.
            .filter(|name| name != LOOPBACK)
            .collect();
        Self { names }
    }

    /// Whether a request for `authority` (`name` or `name:port`) is meant for this server. A literal
    /// address passes: rebinding needs a name whose meaning can be changed.
    pub fn allows(&self, authority: &str) -> bool {
        let host = without_port(authority);
        host.eq_ignore_ascii_case(LOOPBACK)
            || host.parse::<Ipv4Addr>().is_ok()
            || host
                .strip_prefix('[')
                .and_then(|host| host.strip_suffix(']'))
                .is_some_and(|host| host.parse::<Ipv6Addr>().is_ok())
            || self.names.iter().any(|name| name.eq_ignore_ascii_case(host))
    }

    /// Whether a write may come from the page that `site` and `origin` speak of.
    ///
    /// `site` is `Sec-Fetch-Site`, which browsers send where they trust the address; it is decisive
    /// because a development proxy changes the host but not what the browser saw. `origin` counts
    /// where it is missing, and must then be the very host that was asked.
    pub fn may_write(&self, site: Option<&str>, origin: Option<&str>, authority: Option<&str>) -> bool {
        match (site, origin) {
            (Some("same-origin" | "none"), _) | (None, None) => true,
            (Some(_), _) => false,
            (None, Some(origin)) => {
                let asked = origin.split_once("://").map(|(_, authority)| authority);
                match (asked, authority) {
                    (Some(from), Some(to)) => {
                        from.eq_ignore_ascii_case(to)
                            || self
                                .names
                                .iter()
                                .any(|name| name.eq_ignore_ascii_case(without_port(from)))
                    }
                    _ => false,
                }
            }
        }
    }
}

/// `name:port` without its port; an address in brackets keeps its colons.
fn without_port(authority: &str) -> &str {
    match authority.rfind(':') {
        Some(colon) if !authority.ends_with(']') => &authority[..colon],
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_addresses_and_named_hosts_are_ours_and_nothing_else_is() {
        let rules = HostRules::new(["Console.Example:443".to_owned()]);
        for ours in [
            "localhost",
            "localhost:8000",
            "LOCALHOST",
            "127.0.0.1:8000",
            "[::1]:8000",
            "[::1]",
            "10.1.2.3",
            "console.example",
            "console.example:8443",
        ] {
            assert!(rules.allows(ours), "{ours}");
        }
        for foreign in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example:8000",
            "",
            ":8000",
            "evil.example:127.0.0.1",
        ] {
            assert!(!rules.allows(foreign), "{foreign}");
        }
    }

    #[test]
    fn a_page_of_another_site_may_not_write() {
        let rules = HostRules::new(["console.example".to_owned(), "localhost".to_owned()]);
        let host = Some("127.0.0.1:8000");
        assert!(rules.may_write(None, None, host), "a tool sends neither");
        assert!(rules.may_write(Some("same-origin"), Some("http://127.0.0.1:8080"), host));
        assert!(rules.may_write(None, Some("http://127.0.0.1:8000"), host));
        assert!(rules.may_write(None, Some("https://console.example"), host));
        for origin in [
            "http://evil.example",
            "http://127.0.0.1:9000",
            "http://localhost:3000",
            "null",
            "",
        ] {
            assert!(!rules.may_write(None, Some(origin), host), "{origin}");
        }
        assert!(!rules.may_write(Some("cross-site"), None, host));
        assert!(!rules.may_write(Some("same-site"), Some("http://127.0.0.1:8000"), host));
    }
}
