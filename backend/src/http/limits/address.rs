//! From which address a request comes, behind proxies that are trusted to say so.
//!
//! Without a trusted proxy it is the socket's. Behind one it is the nearest address of the chain that
//! no trusted proxy has: what stands further to the left was written by the caller. A proxy sends
//! `X-Forwarded-For` or `Forwarded`; where both arrive and disagree, one of them is the caller's own
//! invention, and the proxy itself is charged.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use actix_web::http::header::{FORWARDED, HeaderMap, HeaderName};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// How many hops are looked at.
const HOPS_MAX: usize = 32;

/// A range of addresses, such as `10.0.0.0/8` or `fd00::/8`; a single address is one of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    prefix: u8,
}

impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let first: IpAddr = address.parse().map_err(|_| ())?;
        let longest = if first.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => prefix.parse::<u8>().map_err(|_| ())?,
            None => longest,
        };
        if prefix > longest || masked(first, prefix) != first {
            return Err(());
        }
        Ok(Self { first, prefix })
    }
}

impl Network {
    fn contains(self, address: IpAddr) -> bool {
        address.is_ipv4() == self.first.is_ipv4() && masked(address, self.prefix) == self.first
    }
}

/// The address with all but its first `prefix` bits cleared.
fn masked(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix.min(32))).unwrap_or(0);
            IpAddr::from((v4.to_bits() & mask).to_be_bytes())
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX
                .checked_shl(128 - u32::from(prefix.min(128)))
                .unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
        }
    }
}

/// The address itself, or of IPv6 the /64 that one customer has to himself.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        v4 @ IpAddr::V4(_) => v4,
        v6 @ IpAddr::V6(_) => masked(v6, 64),
    }
}

/// The networks whose word on the caller's address counts.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(pub Vec<Network>);

impl TrustedProxies {
    fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(address))
    }

    /// The address of the caller whose request came in from `peer`.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if self.0.is_empty() || !self.trusts(peer) {
            return peer;
        }
        let plain = self.nearest(hops(headers, &X_FORWARDED_FOR, ',').map(str::trim));
        let standard = self.nearest(hops(headers, &FORWARDED, ',').map(said_for));
        match (plain, standard) {
            (Some(plain), Some(standard)) if plain != standard => peer,
            (Some(address), _) | (None, Some(address)) => address,
            (None, None) => peer,
        }
    }

    /// The last hop that is no trusted proxy, and the last readable one when all are.
    fn nearest<'a>(&self, hops: impl Iterator<Item = &'a str>) -> Option<IpAddr> {
        let hops: Vec<&str> = hops.collect();
        let mut nearest = None;
        for hop in hops.into_iter().rev().take(HOPS_MAX) {
            let Some(address) = address_in(hop) else {
                break;
            };
            nearest = Some(address);
            if !self.trusts(address) {
                break;
            }
        }
        nearest
    }
}

fn hops<'a>(headers: &'a HeaderMap, name: &HeaderName, between: char) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(name)
        .filter_map(|value| value.to_str().ok())
        .flat_map(move |value| value.split(between))
}

/// The `for=` of one element of `Forwarded`.
fn said_for(element: &str) -> &str {
    element
        .split(';')
        .find_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            name.eq_ignore_ascii_case("for").then(|| value.trim_matches('"'))
        })
        .unwrap_or_default()
}

/// An address with or without a port, an IPv6 one with or without brackets.
fn address_in(hop: &str) -> Option<IpAddr> {
    hop.parse::<IpAddr>()
        .ok()
        .or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .or_else(|| hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn networks(list: &[&str]) -> TrustedProxies {
        TrustedProxies(list.iter().map(|text| text.parse().expect("a network")).collect())
    }

    fn client(proxies: &[&str], peer: &str, headers: &[(&'static str, &'static str)]) -> IpAddr {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        networks(proxies).client(ip(peer), &map)
    }

    #[test]
    fn a_network_is_an_address_or_a_range_that_begins_where_it_says() {
        assert!(
            "10.0.0.0/8"
                .parse::<Network>()
                .expect("a network")
                .contains(ip("10.200.3.4"))
        );
        assert!(
            !"10.0.0.0/8"
                .parse::<Network>()
                .expect("a network")
                .contains(ip("11.0.0.1"))
        );
        assert!("::1".parse::<Network>().expect("a network").contains(ip("::1")));
        assert!(
            "fd00::/8"
                .parse::<Network>()
                .expect("a network")
                .contains(ip("fd12::1"))
        );
        assert!(
            "0.0.0.0/0"
                .parse::<Network>()
                .expect("a network")
                .contains(ip("8.8.8.8"))
        );
        for refused in [
            "",
            "10.0.0.1/8",
            "10.0.0.0/33",
            "fd00::/129",
            "proxy",
            "10.0.0.0/x",
            "10.0.0.0/",
        ] {
            assert!(refused.parse::<Network>().is_err(), "{refused}");
        }
    }

    #[test]
    fn nobody_is_believed_who_is_not_trusted() {
        let said = [("x-forwarded-for", "1.2.3.4")];
        assert_eq!(client(&[], "9.9.9.9", &said), ip("9.9.9.9"));
        assert_eq!(client(&["10.0.0.0/8"], "9.9.9.9", &said), ip("9.9.9.9"));
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &said), ip("1.2.3.4"));
    }

    #[test]
    fn the_nearest_address_that_no_proxy_has_is_the_callers() {
        let proxies = ["10.0.0.0/8", "fd00::/8"];
        for (value, expected) in [
            ("6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
            ("1.2.3.4:5678", "1.2.3.4"),
            ("[2001:db8::1]:443, 10.0.0.2", "2001:db8::1"),
            ("10.0.0.7", "10.0.0.7"),
            ("1.2.3.4, nonsense", "10.0.0.1"),
            ("", "10.0.0.1"),
        ] {
            assert_eq!(
                client(&proxies, "10.0.0.1", &[("x-forwarded-for", value)]),
                ip(expected),
                "{value}"
            );
        }
        for (value, expected) in [
            ("for=1.2.3.4;proto=https;by=10.0.0.2", "1.2.3.4"),
            ("for=6.6.6.6, For=\"[2001:db8::1]:443\"", "2001:db8::1"),
            ("for=_hidden", "10.0.0.1"),
            ("proto=https", "10.0.0.1"),
        ] {
            assert_eq!(
                client(&proxies, "10.0.0.1", &[("forwarded", value)]),
                ip(expected),
                "{value}"
            );
        }
        let both = [("x-forwarded-for", "1.2.3.4"), ("forwarded", "for=6.6.6.6")];
        assert_eq!(
            client(&proxies, "10.0.0.1", &both),
            ip("10.0.0.1"),
            "one of them is invented"
        );
        assert_eq!(client(&proxies, "::ffff:10.0.0.1", &both[..1]), ip("1.2.3.4"));
    }

    #[test]
    fn one_customer_is_one_payer() {
        assert_eq!(network_of(ip("2001:db8:1:2:3:4:5:6")), ip("2001:db8:1:2::"));
        assert_eq!(network_of(ip("203.0.113.7")), ip("203.0.113.7"));
        assert_eq!(network_of(ip("::ffff:203.0.113.7")), ip("203.0.113.7"));
    }
}
