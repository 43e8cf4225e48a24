//! A client that keeps its connection, as browsers do.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// A connection to the studio.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    host: String,
}

/// An answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(host: &str) -> Self {
        let stream = TcpStream::connect(host).expect("the studio listens");
        stream.set_nodelay(true).expect("a socket");
        Self { stream: BufReader::new(stream), host: host.to_owned() }
    }

    pub(crate) fn get(&mut self, path: &str) -> Reply {
        let head = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.host);
        self.send(head.as_bytes())
    }

    /// A form.
    pub(crate) fn post(&mut self, path: &str, form: &str) -> Reply {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{form}",
            self.host,
            form.len()
        );
        self.send(head.as_bytes())
    }

    fn send(&mut self, request: &[u8]) -> Reply {
        self.stream.get_mut().write_all(request).expect("sent");
        let mut line = String::new();
        self.stream.read_line(&mut line).expect("a status");
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        let (mut length, mut chunked) = (0, false);
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).expect("a header");
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().expect("a length"),
                "transfer-encoding" => chunked = value == "chunked",
                _ => {}
            }
        }
        let body = if chunked { self.chunks() } else { self.bytes(length) };
        Reply { status, body }
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).expect("a body");
        body
    }

    /// A body in chunks (RFC 9112, section 7.1).
    fn chunks(&mut self) -> Vec<u8> {
        let mut body = Vec::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).expect("a chunk");
            let size = usize::from_str_radix(line.trim_end(), 16).expect("a chunk's size");
            body.extend(self.bytes(size));
            self.bytes(2);
            if size == 0 {
                return body;
            }
        }
    }
}
