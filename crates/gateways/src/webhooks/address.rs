//! Which addresses are public: everything that is not known to be something else.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether whoever answers at `address` is reached through the public internet. An address that
/// carries another one in itself is what it carries.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    /// First address and length of what is not public.
    const SPECIAL: &[([u8; 4], u32)] = &[
        ([0, 0, 0, 0], 8),
        ([10, 0, 0, 0], 8),
        // Carriers' networks, and the metadata of a cloud.
        ([100, 64, 0, 0], 10),
        ([127, 0, 0, 0], 8),
        // Link-local, and the metadata of most clouds.
        ([169, 254, 0, 0], 16),
        ([172, 16, 0, 0], 12),
        ([192, 0, 0, 0], 24),
        ([192, 0, 2, 0], 24),
        ([192, 88, 99, 0], 24),
        ([192, 168, 0, 0], 16),
        ([198, 18, 0, 0], 15),
        ([198, 51, 100, 0], 24),
        ([203, 0, 113, 0], 24),
        // The host of a cloud, on an address that looks public.
        ([168, 63, 129, 16], 32),
        // Multicast, reserved, broadcast.
        ([224, 0, 0, 0], 3),
    ];
    let bits = u32::from(address);
    !SPECIAL.iter().any(|(first, length)| {
        let shift = 32 - length;
        bits >> shift == u32::from(Ipv4Addr::from(*first)) >> shift
    })
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    /// First address and length of what is not public within the public part.
    const SPECIAL: &[([u16; 2], u32)] = &[
        // Teredo, benchmarking, ORCHID and other protocols.
        ([0x2001, 0x0000], 23),
        ([0x2001, 0x0db8], 32),
        ([0x3fff, 0x0000], 20),
    ];
    if let Some(carried) = carried(address) {
        return is_public_v4(carried);
    }
    let segments = address.segments();
    let bits = (u32::from(segments[0]) << 16) | u32::from(segments[1]);
    // Only 2000::/3 is given out to the public at all.
    segments[0] >> 13 == 1
        && !SPECIAL.iter().any(|(first, length)| {
            let first = (u32::from(first[0]) << 16) | u32::from(first[1]);
            let shift = 32 - length;
            bits >> shift == first >> shift
        })
}

/// The IPv4 address inside a mapped, translated (NAT64) or tunnelled (6to4) one.
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = address.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match segments {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(v4(high, low)),
        [0x2002, high, low, ..] => Some(v4(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_judged_by_what_it_is() {
        for (address, expected) in [
            ("8.8.8.8", true),
            ("93.184.216.34", true),
            ("100.63.255.255", true),
            ("100.128.0.0", true),
            ("172.15.255.255", true),
            ("172.32.0.0", true),
            ("192.0.1.1", true),
            ("198.17.255.255", true),
            ("198.20.0.0", true),
            ("223.255.255.255", true),
            ("0.0.0.0", false),
            ("0.1.2.3", false),
            ("10.0.0.1", false),
            ("10.255.255.255", false),
            ("100.64.0.1", false),
            ("100.100.100.200", false),
            ("100.127.255.255", false),
            ("127.0.0.1", false),
            ("127.255.255.254", false),
            ("168.63.129.16", false),
            ("169.254.0.1", false),
            ("169.254.169.254", false),
            ("172.16.0.1", false),
            ("172.31.255.255", false),
            ("192.0.0.192", false),
            ("192.0.2.1", false),
            ("192.88.99.1", false),
            ("192.168.0.1", false),
            ("198.18.0.1", false),
            ("198.19.255.255", false),
            ("198.51.100.1", false),
            ("203.0.113.9", false),
            ("224.0.0.1", false),
            ("239.255.255.255", false),
            ("240.0.0.1", false),
            ("255.255.255.255", false),
            ("2606:4700:4700::1111", true),
            ("2a00:1450:4001::1", true),
            ("2001:4860:4860::8888", true),
            ("::ffff:8.8.8.8", true),
            ("64:ff9b::8.8.8.8", true),
            ("2002:808:808::1", true),
            ("::", false),
            ("::1", false),
            ("::7f00:1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:10.0.0.1", false),
            ("::ffff:169.254.169.254", false),
            ("64:ff9b::10.0.0.1", false),
            ("64:ff9b::169.254.169.254", false),
            ("64:ff9b:1::8.8.8.8", false),
            ("2002:7f00:1::", false),
            ("2002:a00:1::1", false),
            ("2002:a9fe:a9fe::", false),
            ("100::1", false),
            ("2001::1", false),
            ("2001:2::1", false),
            ("2001:20::1", false),
            ("2001:db8::1", false),
            ("3fff::1", false),
            ("3fff:fff::1", false),
            ("4000::1", false),
            ("5f00::1", false),
            ("fc00::1", false),
            ("fd00:ec2::254", false),
            ("fe80::1", false),
            ("fec0::1", false),
            ("ff02::1", false),
        ] {
            let parsed = address.parse().expect(address);
            assert_eq!(is_public(parsed), expected, "{address}");
        }
    }
}
