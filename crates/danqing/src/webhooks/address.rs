//! Where a webhook may lead: to the public internet, and to what the operator lists.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::http::Uri;

use crate::config::Config;
use crate::error::Error;

/// The address of a webhook, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(super) scheme: Scheme,
    /// A name, or an address without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    /// What stands in the field `Host`.
    pub(super) authority: String,
    /// Path and query.
    pub(super) path: String,
}

/// How the other end is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    Http,
    Https,
}

impl Target {
    /// Reads an address that begins with `http://` or `https://`; without a name or a password in it.
    pub(crate) fn parse(url: &str) -> Result<Self, Error> {
        let wrong =
            |reason: &str| Error::Webhook { url: url.chars().take(200).collect(), reason: reason.into() };
        if url.len() > 2000 || url.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(wrong("not an address"));
        }
        let uri: Uri = url.parse().map_err(|_| wrong("not an address"))?;
        let (scheme, port) = match uri.scheme_str() {
            Some("http") => (Scheme::Http, 80),
            Some("https") => (Scheme::Https, 443),
            _ => return Err(wrong("neither http nor https")),
        };
        let authority = uri.authority().ok_or_else(|| wrong("no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("a password in the address"));
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() {
            return Err(wrong("no host"));
        }
        Ok(Self {
            scheme,
            host,
            port: authority.port_u16().unwrap_or(port),
            authority: authority.as_str().to_owned(),
            path: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        })
    }

    /// The addresses of the host, if all of them may be reached. They are used as they are: a name that is looked up
    /// twice may lead elsewhere the second time.
    pub(super) async fn resolved(&self, networks: &Networks) -> Result<Vec<SocketAddr>, String> {
        let found = tokio::net::lookup_host((self.host.as_str(), self.port)).await;
        let found: Vec<SocketAddr> = found.map_err(|_| "the name is not known".to_owned())?.collect();
        match found.iter().find(|address| !networks.allow(address.ip())) {
            _ if found.is_empty() => Err("the name has no address".to_owned()),
            Some(address) => Err(format!("{} is not a public address", address.ip())),
            None => Ok(found),
        }
    }
}

/// Private addresses that may be reached all the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Networks(Vec<(IpAddr, u8)>);

impl Networks {
    /// Those of the settings.
    pub(crate) fn of(config: &Config) -> Result<Self, Error> {
        let setting = &config.server.webhook_networks;
        let list = setting.value.clone().unwrap_or_default();
        Self::parse(&list).ok_or(Error::Variable { variable: setting.name.to_owned(), value: list })
    }

    /// Reads `10.0.0.0/8,127.0.0.1`.
    fn parse(list: &str) -> Option<Self> {
        let networks = list.split(',').map(str::trim).filter(|network| !network.is_empty());
        let network = |network: &str| {
            let (address, bits) = network.split_once('/').unwrap_or((network, ""));
            let address: IpAddr = address.parse().ok()?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            let bits = if bits.is_empty() { most } else { bits.parse().ok()? };
            (bits <= most).then_some((address, bits))
        };
        networks.map(network).collect::<Option<_>>().map(Self)
    }

    /// Whether an address may be reached.
    fn allow(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_public(address) || self.0.iter().any(|(network, bits)| holds(*network, *bits, address))
    }
}

fn holds(network: IpAddr, bits: u8, address: IpAddr) -> bool {
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
            network.to_bits() & mask == address.to_bits() & mask
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
            network.to_bits() & mask == address.to_bits() & mask
        }
        _ => false,
    }
}

/// Whether an address is one of the public internet.
///
/// Source: the special-purpose address registries of IANA (RFC 6890 and its updates).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    const SPECIAL: [(Ipv4Addr, u8); 15] = [
        (Ipv4Addr::new(0, 0, 0, 0), 8),
        (Ipv4Addr::new(10, 0, 0, 0), 8),
        (Ipv4Addr::new(100, 64, 0, 0), 10),
        (Ipv4Addr::new(127, 0, 0, 0), 8),
        (Ipv4Addr::new(169, 254, 0, 0), 16),
        (Ipv4Addr::new(172, 16, 0, 0), 12),
        (Ipv4Addr::new(192, 0, 0, 0), 24),
        (Ipv4Addr::new(192, 0, 2, 0), 24),
        (Ipv4Addr::new(192, 88, 99, 0), 24),
        (Ipv4Addr::new(192, 168, 0, 0), 16),
        (Ipv4Addr::new(198, 18, 0, 0), 15),
        (Ipv4Addr::new(198, 51, 100, 0), 24),
        (Ipv4Addr::new(203, 0, 113, 0), 24),
        (Ipv4Addr::new(224, 0, 0, 0), 4),
        (Ipv4Addr::new(240, 0, 0, 0), 4),
    ];
    !SPECIAL.iter().any(|(network, bits)| holds(IpAddr::V4(*network), *bits, IpAddr::V4(address)))
}

/// Of the sixth version only `2000::/3` is given out. What holds an address of the fourth is judged by that one.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let inner = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match parts {
        // Translation, RFC 6052.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public_v4(inner(high, low)),
        // 6to4, RFC 3056.
        [0x2002, high, low, ..] => is_public_v4(inner(high, low)),
        // Protocol assignments with Teredo and `ORCHID`, RFC 2928; documentation, RFC 3849 and 9637.
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => false,
        [0x3fff, second, ..] if second < 0x1000 => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(address: &str, networks: &str) -> bool {
        let networks = Networks::parse(networks).expect("a list");
        networks.allow(address.parse().expect("an address"))
    }

    #[test]
    fn only_public_addresses_are_reached() {
        for address in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.2.7",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "2001::1",
            "2001:db8::1",
            "3fff::1",
        ] {
            assert!(!allowed(address, ""), "{address}");
        }
        for address in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::101:101"] {
            assert!(allowed(address, ""), "{address}");
        }
    }

    #[test]
    fn the_operator_may_list_private_ones() {
        assert!(allowed("10.1.2.3", "10.0.0.0/8, 127.0.0.1"), "in the network");
        assert!(allowed("127.0.0.1", "10.0.0.0/8, 127.0.0.1"), "the address");
        assert!(!allowed("127.0.0.2", "10.0.0.0/8, 127.0.0.1"), "beside it");
        assert!(allowed("::ffff:10.1.2.3", "10.0.0.0/8"), "however it is written");
        assert!(allowed("fd00::7", "fd00::/8"), "of the sixth version");
        assert!(allowed("192.168.0.1", "0.0.0.0/0"), "all");
        for list in ["10.0.0.0/33", "example.com", "10.0.0.0/x"] {
            assert!(Networks::parse(list).is_none(), "{list}");
        }
    }

    #[test]
    fn addresses_are_taken_apart() {
        let target = Target::parse("https://[2606:4700::1111]:8443/a?b=c").map_err(|error| error.to_string());
        let target = target.expect("an address");
        assert_eq!(
            (target.host.as_str(), target.port, target.path.as_str()),
            ("2606:4700::1111", 8443, "/a?b=c")
        );
        for url in [
            "",
            "ftp://a.example/",
            "file:///etc/passwd",
            "gopher://a.example/",
            "//a.example",
            "/a",
            "https://",
            "https://user:pass@a.example/",
            "http://a.example/\r\nX: y",
            "http://a b/",
        ] {
            assert!(Target::parse(url).is_err(), "{url}");
        }
    }
}
