//! Time-stamps by an authority that the operator names (RFC 3161 over HTTP).
//!
//! An answer is signed by the authority and bound to a nonce, so plain HTTP is what authorities offer and what is
//! spoken here. danqing has none set: then nothing leaves the machine, and a manifest says when it was made without a
//! witness.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// An answer of more bytes than this is refused; usual ones have 3 000 to 7 000.
pub(super) const MOST_BYTES: usize = 20_000;
/// What to wait at each step at most.
const PATIENCE: Duration = Duration::from_secs(10);

/// A time-stamping authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeAuthority {
    /// Host and port.
    host: String,
    port: u16,
    path: String,
}

impl TimeAuthority {
    /// Reads an address such as `http://stamps.example/rfc3161`; `None` for anything but plain HTTP.
    pub fn parse(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("http://")?;
        let (authority, path) = match rest.find('/') {
            Some(slash) => (&rest[..slash], &rest[slash..]),
            None => (rest, "/"),
        };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()?),
            None => (authority, 80),
        };
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        (!host.is_empty() && plain(host) && plain(path) && !host.contains(['@', '?', '#'])).then(|| Self {
            host: host.to_owned(),
            port,
            path: path.to_owned(),
        })
    }

    /// The authority's answer to `request`, both in DER.
    pub(super) fn stamp(&self, request: &[u8]) -> io::Result<Vec<u8>> {
        let Self { host, port, path } = self;
        let address = (host.as_str(), *port).to_socket_addrs()?.next().ok_or(io::ErrorKind::NotFound)?;
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let length = request.len();
        // Version 1.0: the answer ends where the connection does, and is never cut into chunks.
        let head = format!(
            "POST {path} HTTP/1.0\r\nHost: {host}:{port}\r\nContent-Type: application/timestamp-query\r\n\
             Accept: application/timestamp-reply\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(request)?;
        let mut answer = Vec::new();
        stream.take(MOST_BYTES as u64 + 8192).read_to_end(&mut answer)?;
        body(&answer)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the time authority gave no stamp"))
    }
}

/// The body of an answer that says that all went well.
fn body(answer: &[u8]) -> Option<Vec<u8>> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let status = head.split(' ').nth(1)?;
    let body = &answer[end + 4..];
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let whole = length.is_none_or(|length| length == body.len());
    (status == "200" && whole && !body.is_empty() && body.len() <= MOST_BYTES).then(|| body.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_plain_http() {
        let read = |url| TimeAuthority::parse(url).map(|it| (it.host, it.port, it.path));
        assert_eq!(read("http://a.example"), Some(("a.example".into(), 80, "/".into())), "shortest");
        assert_eq!(read("http://a:318/x/y?z"), Some(("a".into(), 318, "/x/y?z".into())), "with a port");
        for wrong in
            ["https://a.example", "a.example", "http://", "http://a:b/", "http://a\r\nX: y/", "http://u@a/"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_whole_answers_count() {
        let ok = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
        assert_eq!(body(ok).as_deref(), Some(&b"abc"[..]), "whole");
        assert_eq!(body(&ok[..ok.len() - 1]), None, "cut");
        assert_eq!(body(b"HTTP/1.1 500 No\r\n\r\nabc"), None, "refused");
        assert_eq!(body(b"nonsense"), None, "no HTTP");
    }
}
