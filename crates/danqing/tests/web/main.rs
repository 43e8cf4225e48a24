//! The studio's pages in a real Chromium: phone and desktop, Chinese and English, with and without script.
//!
//! The tours are `tests/web/*.mjs`; each runs on a studio of its own. They end with a line for every promise that held,
//! and leave a picture of each page under `target/web`. `scripts/tools.sh` installs what they need.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// danqing, serving; ends with the test.
struct Studio {
    server: Child,
    url: String,
    owner_link: String,
    folder: tempfile::TempDir,
}

impl Studio {
    fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_danqing"));
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("DANQING_"))
        {
            command.env_remove(name);
        }
        let mut server = command
            .args(["serve", "--listen", "127.0.0.1:0", "--json"])
            .env("XDG_CONFIG_HOME", folder.path().join("config"))
            .env("XDG_DATA_HOME", folder.path().join("data"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("danqing starts");
        let mut line = String::new();
        let stdout = server.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        let told: Value = serde_json::from_str(&line).expect("where it is");
        let text = |key: &str| told[key].as_str().unwrap_or_default().to_owned();
        Self { server, url: text("url"), owner_link: text("owner_link"), folder }
    }

    /// Runs a tour; gives the promises that held.
    fn tour(&self, name: &str) -> Vec<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let answer = Command::new("node")
            .arg(root.join("tests/web").join(name))
            .env("DANQING_URL", &self.url)
            .env("DANQING_OWNER_LINK", &self.owner_link)
            .env("DANQING_MODULES", modules())
            .env("DANQING_SCRATCH", self.folder.path())
            .env("DANQING_PICTURES", pictures())
            .output()
            .expect("node starts; scripts/tools.sh installs it");
        let (out, problems) =
            (String::from_utf8_lossy(&answer.stdout), String::from_utf8_lossy(&answer.stderr));
        assert!(answer.status.success(), "{name}:\n{out}\n{problems}");
        out.lines().map(str::to_owned).collect()
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        // It may have ended by itself, which the tour has told.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Where `scripts/tools.sh` put the packages of `package.json`.
fn modules() -> PathBuf {
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/danqing"));
    let cache = std::env::var_os("DANQING_CACHE").map(PathBuf::from).or_else(home).expect("a home");
    cache.join("web/node_modules")
}

/// Where pictures of pages are left.
fn pictures() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_danqing"));
    program.ancestors().nth(2).expect("the target folder").join("web")
}

#[test]
fn from_a_sentence_to_a_verified_picture() {
    let held = Studio::open().tour("painting.mjs");
    assert!(held.len() >= 20, "every promise: {held:?}");
}

#[test]
fn everything_works_without_a_script() {
    let held = Studio::open().tour("unscripted.mjs");
    assert!(held.len() >= 15, "every promise: {held:?}");
}

#[test]
fn an_owner_runs_the_studio() {
    let held = Studio::open().tour("owner.mjs");
    assert!(held.len() >= 15, "every promise: {held:?}");
}

#[test]
fn the_picture_follows_what_one_writes() {
    let held = Studio::open().tour("live.mjs");
    assert!(held.len() >= 25, "every promise: {held:?}");
}
