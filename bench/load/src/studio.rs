//! A studio of the bench's own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::http::Connection;

/// A running `danqing serve` in a folder that is removed at the end.
pub(crate) struct Studio {
    process: Child,
    host: String,
    folder: PathBuf,
}

impl Studio {
    pub(crate) fn start(danqing: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("danqing-load-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let mut process = Command::new(danqing)
            .args(["serve", "--json", "--listen", "127.0.0.1:0"])
            .env("XDG_DATA_HOME", &folder)
            .env("XDG_CONFIG_HOME", &folder)
            .env("DANQING_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .expect("danqing starts; build it first");
        let mut line = String::new();
        let out = process.stdout.take().expect("a pipe");
        BufReader::new(out).read_line(&mut line).expect("a line");
        let address = line.split("http://").nth(1).expect("an address");
        let host = address.split(['/', '"']).next().unwrap_or_default().to_owned();
        Self { process, host, folder }
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// A number of `/metrics`.
    pub(crate) fn metric(&self, connection: &mut Connection, name: &str) -> f64 {
        let body = connection.get("/metrics").body;
        let text = String::from_utf8_lossy(&body).into_owned();
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        value.unwrap_or_else(|| panic!("no `{name}` in {text}"))
    }

    /// Resident memory.
    pub(crate) fn memory_kb(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.trim().split(' ').next()?.parse().ok()).unwrap_or(0)
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        // It may have ended by itself; the folder is only in the way.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
