//! danqing as a service, and a plain client for it.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{Studio, model};

/// How long a job may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running `danqing serve` on a free port; killed at the end.
pub(crate) struct Server {
    process: Child,
    /// Host and port.
    pub(crate) host: String,
    /// The first owner's link, below the host.
    pub(crate) owner_link: Option<String>,
}

/// An answer over HTTP.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Server {
    /// `danqing serve` in `studio`'s folder, with the small model.
    pub(crate) fn start(studio: &Studio) -> Self {
        Self::of(studio.command(&[]), studio)
    }

    /// The same, with settings from the environment in `command`.
    pub(crate) fn of(command: Command, studio: &Studio) -> Self {
        Self::told(command, studio, Stdio::inherit()).unwrap_or_else(|line| panic!("no address in `{line}`"))
    }

    /// The same, with its log in a file.
    pub(crate) fn logging(command: Command, studio: &Studio, log: std::fs::File) -> Self {
        Self::told(command, studio, log.into()).unwrap_or_else(|line| panic!("no address in `{line}`"))
    }

    /// The same, where it may not start at all: then what it said.
    pub(crate) fn try_of(command: Command, studio: &Studio) -> Result<Self, String> {
        Self::told(command, studio, Stdio::null())
    }

    fn told(mut command: Command, studio: &Studio, log: Stdio) -> Result<Self, String> {
        let model = model().to_str().expect("a path of letters");
        command
            .args(["serve", "--json", "--listen", "127.0.0.1:0", "--threads", "1", "--model", model])
            .env("DANQING_STORE_FOLDER", studio.path().join("studio"))
            .env("DANQING_PAINT_STEPS", "2")
            .env("DANQING_PAINT_SIZE", "128")
            .stdout(Stdio::piped())
            .stderr(log);
        let mut process = command.spawn().expect("danqing starts");
        let mut line = String::new();
        let out = process.stdout.take().expect("a pipe");
        BufReader::new(out).read_line(&mut line).expect("a line");
        let told: serde_json::Value = serde_json::from_str(&line).unwrap_or_default();
        let url = told["url"].as_str().and_then(|url| url.strip_prefix("http://"));
        let Some(host) = url.map(str::to_owned) else {
            // It said no and has ended.
            let _ = process.wait();
            return Err(line);
        };
        let link = told["owner_link"].as_str().and_then(|link| link.split_once(&host));
        Ok(Self { process, owner_link: link.map(|(_, path)| path.to_owned()), host })
    }

    /// The address of the first page, without a slash at the end.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.host)
    }

    pub(crate) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.send("GET", path, headers, b"")
    }

    /// A form, as a browser sends it from a page of the studio.
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
        let encoded = |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        let form = ("content-type", "application/x-www-form-urlencoded");
        self.send("POST", path, &[headers, &[form]].concat(), body.join("&").as_bytes())
    }

    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut stream = TcpStream::connect(&self.host).expect("the server listens");
        let named = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host"));
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !named {
            head.push_str(&format!("Host: {}\r\n", self.host));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
        stream.write_all(head.as_bytes()).expect("sent");
        stream.write_all(body).expect("sent");
        Reply::read(BufReader::new(stream))
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Lines of the stream of events of the person here, from now on.
    pub(crate) fn events(&self) -> impl Iterator<Item = String> + use<> {
        self.events_with("")
    }

    /// The same of the person whose key this is.
    pub(crate) fn events_of(&self, key: &str) -> impl Iterator<Item = String> + use<> {
        self.events_with(&format!("Authorization: {key}\r\n"))
    }

    fn events_with(&self, header: &str) -> impl Iterator<Item = String> + use<> {
        let mut stream = TcpStream::connect(&self.host).expect("the server listens");
        let head = format!("GET /events HTTP/1.1\r\nHost: {}\r\n{header}\r\n", self.host);
        stream.write_all(head.as_bytes()).expect("sent");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        BufReader::new(stream).lines().map_while(Result::ok)
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
    }

    /// Has it read its rules again.
    #[cfg(unix)]
    pub(crate) fn hang_up(&self) {
        self.signal("-HUP");
    }

    #[cfg(unix)]
    fn signal(&self, name: &str) {
        let done = Command::new("kill").args([name, &self.process.id().to_string()]).status();
        assert!(done.expect("kill starts").success(), "it runs");
    }

    /// Asks it to end, and waits until it has; gives the exit code.
    #[cfg(unix)]
    pub(crate) fn stop(mut self) -> Option<i32> {
        self.signal("-TERM");
        self.process.wait().expect("it ends").code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Reply {
    fn read(mut stream: impl BufRead) -> Self {
        let mut line = String::new();
        stream.read_line(&mut line).expect("a status");
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).expect("a header");
            match line.trim_end().split_once(": ") {
                Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.to_owned())),
                None => break,
            }
        }
        let mut body = Vec::new();
        stream.read_to_end(&mut body).expect("a body");
        let chunked = headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
        Self { status, headers, body: if chunked { unchunked(&body) } else { body } }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }
}

/// The body behind chunked transfer coding (RFC 9112, section 7.1).
fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = body.windows(2).position(|pair| pair == b"\r\n") {
        let size =
            std::str::from_utf8(&body[..end]).ok().and_then(|size| usize::from_str_radix(size, 16).ok());
        let size = size.expect("a chunk's size");
        whole.extend_from_slice(&body[end + 2..end + 2 + size]);
        body = &body[end + 2 + size + 2..];
        if size == 0 {
            break;
        }
    }
    whole
}

/// Asks again until there is an answer, or too much time has passed.
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "{what}: nothing within {PATIENCE:?}");
        std::thread::yield_now();
    }
}
