//! Clients that others wrote, unmodified, against the studio.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::Studio;
use crate::support::server::Server;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/clients");
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/clients.sh");

/// What `scripts/clients.sh` prints: the Python with the clients, or the folder of those in JavaScript.
fn installed(what: &str) -> PathBuf {
    let answer = Command::new(SCRIPT).arg(what).stderr(Stdio::inherit()).output().expect("the script starts");
    assert!(answer.status.success(), "clients are installed");
    PathBuf::from(String::from_utf8(answer.stdout).expect("UTF-8").trim())
}

/// Runs a client to its end, which has to be a good one.
fn runs(command: &mut Command) {
    let answer =
        command.current_dir(FOLDER).env("PYTHONUTF8", "1").env("PYTHONDONTWRITEBYTECODE", "1").output();
    let answer = answer.expect("it starts");
    let told = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(answer.status.success(), "{}{}", told(&answer.stdout), told(&answer.stderr));
}

fn python(script: &str) -> Command {
    let mut command = Command::new(installed("python"));
    command.arg(Path::new(FOLDER).join(script));
    command
}

/// The key of a new account.
pub(crate) fn key_of(studio: &Studio, name: &str) -> String {
    let run = |arguments: &[&str]| {
        let mut command = studio.command(arguments);
        command.env("DANQING_STORE_FOLDER", studio.path().join("studio"));
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("danqing starts");
        process.stdin.take().expect("a pipe").write_all(b"correct horse battery\n").expect("a password");
        let answer = process.wait_with_output().expect("it ends");
        assert!(answer.status.success(), "{arguments:?}");
        String::from_utf8(answer.stdout).expect("UTF-8")
    };
    run(&["accounts", "create", name]);
    run(&["accounts", "key", name]).trim().to_owned()
}

#[test]
fn openai_for_python_paints() {
    let studio = Studio::new();
    let key = key_of(&studio, "maker");
    let server = Server::start(&studio);
    runs(python("openai_images.py").args([&server.url(), &key]));
}

#[test]
fn openai_for_javascript_paints() {
    let studio = Studio::new();
    let key = key_of(&studio, "maker");
    let server = Server::start(&studio);
    let folder = installed("node");
    let script = Path::new(FOLDER).join("openai_images.mjs");
    runs(Command::new("node").arg(script).args([&server.url(), &key]).arg(folder));
}

#[test]
fn a_client_of_a1111_paints_and_sees_its_own_progress_alone() {
    let studio = Studio::new();
    let keys = ["one", "other"].map(|name| (name, key_of(&studio, name)));
    let server = Server::start(&studio);
    let (host, port) = server.host.split_once(':').expect("host and port");
    let [(one, key), (other, other_key)] = &keys;
    runs(python("a1111.py").args([host, port, one, key, other, other_key]));
}

#[test]
fn the_client_of_ernie_vilg_paints() {
    let studio = Studio::new();
    let key = key_of(&studio, "maker");
    let server = Server::start(&studio);
    runs(python("ernie_vilg.py").args([&server.url(), &key]));
}

#[test]
fn the_client_of_qianfan_paints() {
    let studio = Studio::new();
    let key = key_of(&studio, "maker");
    let server = Server::start(&studio);
    let mut command = python("qianfan_images.py");
    runs(command.env("QIANFAN_BASE_URL", server.url()).env("QIANFAN_AK", "any").env("QIANFAN_SK", key));
}

#[test]
fn the_client_of_dashscope_paints() {
    let studio = Studio::new();
    let key = key_of(&studio, "maker");
    let server = Server::start(&studio);
    let mut command = python("dashscope_images.py");
    command.env("DASHSCOPE_HTTP_BASE_URL", format!("{}/dashscope/api/v1", server.url()));
    runs(command.env("DASHSCOPE_API_KEY", key));
}

#[test]
fn a_webhook_is_told_until_it_hears_and_can_check_who_tells() {
    let studio = Studio::new();
    let key = key_of(&studio, "maker");
    let mut command = studio.command(&[]);
    command.env("DANQING_SERVER_WEBHOOK_NETWORKS", "127.0.0.1");
    let server = Server::of(command, &studio);
    runs(python("webhook.py").args([&server.url(), &key]));
}

#[test]
fn a_client_of_the_model_context_protocol_uses_the_tools() {
    let studio = Studio::new();
    let key = key_of(&studio, "maker");
    let server = Server::start(&studio);
    runs(python("mcp_tools.py").args(["http", &server.url(), &key]));
    drop(server);

    let model = crate::support::model().to_str().expect("a path of letters");
    let danqing = studio.command(&[]);
    let mut command = python("mcp_tools.py");
    command.args(["stdio", env!("CARGO_BIN_EXE_danqing"), "mcp", "--threads", "1", "--model", model]);
    for (name, value) in danqing.get_envs().filter_map(|(name, value)| Some((name, value?))) {
        command.env(name, value);
    }
    runs(command.env("DANQING_STORE_FOLDER", studio.path().join("other")));
}
