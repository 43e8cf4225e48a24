//! What happens to a studio when something under it breaks: nothing is lost, and it goes on when it is mended.
//!
//! `docs/reliability.md` has the table. `DANQING_KILLS` says how often the studio is killed at random moments.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use crate::postgres;
use crate::support::Studio;
use crate::support::server::{Reply, Server, until};

/// Kills where nothing is said; the table of `docs/reliability.md` was made with 200.
const KILLS: usize = 8;

/// Kills between two times of peace.
const BETWEEN: usize = 10;
/// Events that an order of the test has at least: steps, two pictures, the end.
const MOMENTS: usize = 12;

fn order(server: &Server, prompt: &str, count: &str) -> Reply {
    server.post("/orders", &[("prompt", prompt), ("count", count), ("steps", "6")], &[])
}

fn metric(server: &Server, name: &str) -> u64 {
    let text = server.get("/metrics", &[]).text().to_owned();
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    value.unwrap_or_else(|| panic!("no `{name}` in {text}"))
}

/// Waits until nothing waits and nothing is in work; each end of a job is a reason to look again.
fn settled(server: &Server) {
    let mut ends = server.events().filter(|line| line == "event: finished");
    while metric(server, "danqing_jobs_queued ") + metric(server, "danqing_jobs_leased ") > 0 {
        ends.next().expect("jobs go on ending");
    }
}

/// Entries of the ledger, which must be sound.
fn ledger(studio: &Studio, settings: &[(&str, &str)]) -> u64 {
    let mut command = studio.command(&["ledger", "verify", "--json"]);
    command.env("DANQING_STORE_FOLDER", studio.path().join("studio")).envs(settings.iter().copied());
    let output = command.output().expect("danqing starts");
    let told = String::from_utf8(output.stdout).expect("UTF-8");
    let told: serde_json::Value = serde_json::from_str(told.trim()).unwrap_or_else(|_| panic!("{told}"));
    assert_eq!(told["findings"], 0, "the ledger is sound: {told}");
    told["entries"].as_u64().expect("a number")
}

#[test]
fn a_studio_that_is_killed_again_and_again_loses_nothing_and_paints_nothing_twice() {
    let studio = Studio::new();
    let kills = std::env::var("DANQING_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let mut orders = 0;
    // Fibonacci hashing scatters the moments over the first steps and pictures.
    for kill in 0..kills {
        let server = Server::start(&studio);
        let mut events = server.events();
        assert_eq!(order(&server, "三只猫", "2").status, 303, "taken");
        orders += 1;
        let moment = (kill.wrapping_mul(0x9E37_79B9) >> 4) % MOMENTS;
        // An event is a moment: a step, a picture, the end of a job.
        events.by_ref().filter(|line| line.starts_with("event: ")).nth(moment).expect("it works");
        server.kill();
        // An order whose worker is lost again and again is given up, and its person told; here each gets its chance.
        if kill % BETWEEN == BETWEEN - 1 || kill == kills - 1 {
            let server = Server::start(&studio);
            settled(&server);
            server.stop();
        }
    }
    // The local person, and for each order its entry and two pictures.
    assert_eq!(ledger(&studio, &[]), 1 + 3 * orders, "every order, and every picture once");
}

/// A server whose folder lies on a disk of its own, or what it said when it did not start.
#[cfg(target_os = "linux")]
fn started_on(disk: &str, studio: &Studio) -> Result<Server, String> {
    let folder = studio.path().join("studio");
    std::fs::create_dir(&folder).expect("made");
    let plain = studio.command(&[]);
    let inside = |namespace: &[&str], script: &str| {
        let mut command = Command::new("unshare");
        command.args(namespace).args(["sh", "-c", script, disk]).arg(&folder).arg(plain.get_program());
        command.current_dir(studio.path());
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    };
    let mount = "mount -t tmpfs -o \"$0\" none \"$1\"";
    // A namespace lets anybody mount; where the system forbids it, root can still do without.
    let namespace = [&["--mount", "--map-root-user"][..], &["--mount"]]
        .into_iter()
        .find(|namespace| inside(namespace, mount).status().is_ok_and(|status| status.success()))
        .expect("a user who may mount a disk in a namespace");
    Server::try_of(inside(namespace, &format!("{mount} && shift && exec \"$@\"")), studio)
}

/// Runs `act` on a studio whose folder lies on a small disk, with a way to mount it again otherwise.
#[cfg(target_os = "linux")]
fn on_a_disk(disk: &str, act: impl Fn(&Server, &dyn Fn(&str))) {
    let studio = Studio::new();
    let server = started_on(disk, &studio).expect("room to start");
    let mount = |options: &str| {
        let enter = |arguments: &[&str]| {
            let mut command = Command::new("nsenter");
            command.arg("-t").arg(server.id().to_string()).args(arguments);
            command.args(["mount", "-o", &format!("remount,{options}")]).arg(studio.path().join("studio"));
            command.output().is_ok_and(|output| output.status.success())
        };
        let mounted = enter(&["-U", "--preserve-credentials", "-m"]) || enter(&["-m"]);
        assert!(mounted, "mounted again as {options}");
    };
    act(&server, &mount);
    assert_eq!(server.stop(), Some(0), "it ends when asked");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_stops_painting_and_nothing_else() {
    on_a_disk("size=2m", |server, mount| {
        let full =
            until("a full disk", || Some(order(server, "五只猫", "4")).filter(|reply| reply.status != 303));
        assert!(full.status >= 500, "{}", full.text());
        assert_eq!(server.get("/healthz", &[]).status, 200, "it still answers");
        let before = metric(server, "danqing_pictures_total ");
        mount("size=200m");
        until("room again", || (order(server, "一只猫", "1").status == 303).then_some(()));
        until("pictures again", || (metric(server, "danqing_pictures_total ") > before).then_some(()));
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_cannot_be_written_is_told_at_once() {
    let told = started_on("ro", &Studio::new()).err().expect("nothing can be kept there");
    assert!(told.contains("\"error\"") && told.contains("hint"), "{told}");
}

#[test]
fn a_database_that_goes_and_comes_back_costs_time_only() {
    let studio = Studio::new();
    let postgres = postgres::Server::start();
    let database = postgres.database();
    let settings = [("DANQING_STORE_DATABASE", database.as_str())];
    let mut command = studio.command(&[]);
    command.envs(settings);
    let server = Server::of(command, &studio);
    assert_eq!(order(&server, "一只猫", "2").status, 303, "taken");
    settled(&server);
    control(&database, &["-m", "immediate", "stop"]);
    assert!(server.get("/readyz", &[]).status >= 500, "it says that it is not ready");
    assert!(order(&server, "一只猫", "2").status >= 500, "nothing is taken that could be lost");
    assert_eq!(server.get("/healthz", &[]).status, 200, "it still answers");
    let socket = database.split("host=").nth(1).and_then(|rest| rest.split('&').next()).expect("a socket");
    let options = format!("-k {socket} -c listen_addresses= -c fsync=off -c max_connections=200");
    control(&database, &["-l", "server.log", "-o", &options, "start"]);
    until("a database again", || (server.get("/readyz", &[]).status == 200).then_some(()));
    assert_eq!(order(&server, "一只猫", "2").status, 303, "taken");
    settled(&server);
    assert_eq!(metric(&server, "danqing_pictures_total "), 4, "all painted");
    server.stop();
    assert_eq!(ledger(&studio, &settings), 1 + 2 * 3, "two orders, two pictures each");
}

#[cfg(feature = "s3")]
#[test]
fn a_bucket_that_goes_and_comes_back_costs_time_only() {
    let studio = Studio::new();
    let mut service = crate::s3::Service::start();
    let address = service.address.clone();
    let settings = [
        ("DANQING_STORE_BUCKET", crate::s3::BUCKET),
        ("DANQING_STORE_BUCKET_ENDPOINT", address.as_str()),
        ("DANQING_STORE_BUCKET_ACCESS_KEY", "someone"),
        ("DANQING_STORE_BUCKET_SECRET_KEY", "a secret"),
    ];
    let mut command = studio.command(&[]);
    command.envs(settings);
    let server = Server::of(command, &studio);
    let mut events = server.events();
    // More than the painter takes together: the first are kept while the others are in work.
    assert_eq!(order(&server, "一只猫", "24").status, 303, "taken");
    let kept = events.by_ref().find(|line| line.contains("\"picture\":")).expect("a picture");
    let data: serde_json::Value = serde_json::from_str(&kept["data: ".len()..]).expect("JSON");
    let path = format!("/pictures/{}/file", data["picture"].as_str().expect("an id"));
    let whole = server.get(&path, &[]).body;

    service.kill();
    for (language, words) in [("zh", "存储桶出错或连不上"), ("en", "the bucket failed or cannot be reached")]
    {
        let gone = server.get(&path, &[("Accept-Language", language)]);
        assert_eq!(gone.status, 503, "no picture without its bucket");
        assert!(gone.text().contains(words) && !gone.text().contains(&address), "{}", gone.text());
    }
    assert_eq!(server.get("/readyz", &[]).status, 503, "it says that it is not ready");
    assert_eq!(server.get("/healthz", &[]).status, 200, "it still answers");
    assert_eq!(server.get("/", &[]).status, 200, "pages are there");
    for _ in 0..6 {
        assert_eq!(order(&server, "一只猫", "1").status, 303, "orders wait");
    }
    until("an attempt that fails", || (metric(&server, "danqing_jobs_leased ") == 0).then_some(()));
    assert_eq!(metric(&server, "danqing_jobs_queued "), 7, "no order is lost");

    service.restart();
    settled(&server);
    assert_eq!(server.get(&path, &[]).body, whole, "what was kept is there");
    let told = server.get("/readyz", &[]);
    assert_eq!(told.status, 200, "{}", told.text());
    let jobs = server.get("/api/v1/jobs", &[]);
    let jobs: serde_json::Value = serde_json::from_slice(&jobs.body).expect("JSON");
    let attempts = jobs["jobs"].as_array().expect("a list").iter().map(|job| &job["attempts"]);
    assert_eq!(attempts.collect::<Vec<_>>(), [1; 7], "the outage took no attempt");
    // It closes although nobody reads the events any more.
    server.stop();
    assert_eq!(ledger(&studio, &settings), 1 + 25 + 6 * 2, "every order, and every picture once");
}

/// Has the server's own program stop or start it.
fn control(address: &str, action: &[&str]) {
    let socket = address.split("host=").nth(1).and_then(|rest| rest.split('&').next()).expect("a socket");
    let mut command = Command::new(if postgres::as_root() { "runuser" } else { "env" });
    if postgres::as_root() {
        command.args(["-u", "nobody", "--"]);
    }
    command.arg(postgres::installed().join("pg_ctl")).args(["-D", "data", "-w"]).args(action);
    postgres::must(command.current_dir(socket).stdin(std::process::Stdio::null()).output());
}

/// Takes one notice and answers it with `status`; gives its id.
fn heard(receiver: &TcpListener, status: &str) -> String {
    let (mut stream, _) = receiver.accept().expect("a notice");
    let mut lines = BufReader::new(stream.try_clone().expect("a copy"));
    let (mut id, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).expect("a line");
        match line.trim_end().to_ascii_lowercase().split_once(": ") {
            Some(("webhook-id", value)) => id = value.to_owned(),
            Some(("content-length", value)) => length = value.parse().expect("a length"),
            Some(_) => {}
            None if line.trim_end().is_empty() => break,
            None => {}
        }
    }
    lines.read_exact(&mut vec![0; length]).expect("a body");
    write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").expect("answered");
    id
}

#[test]
fn a_webhook_that_is_due_survives_the_death_of_the_studio() {
    let studio = Studio::new();
    let receiver = TcpListener::bind("127.0.0.1:0").expect("a port");
    let start = || {
        let mut command = studio.command(&[]);
        command.env("DANQING_SERVER_WEBHOOK_NETWORKS", "127.0.0.1");
        Server::of(command, &studio)
    };
    let server = start();
    let webhook = format!("http://{}/told", receiver.local_addr().expect("an address"));
    let body = serde_json::json!({ "prompt": "一只猫", "webhook": webhook }).to_string();
    let taken =
        server.send("POST", "/api/v1/orders", &[("content-type", "application/json")], body.as_bytes());
    assert_eq!(taken.status, 202, "{}", taken.text());
    let first = heard(&receiver, "500 Internal Server Error");
    until("the pause", || {
        let failed = metric(&server, "danqing_webhook_failures_total ") == 1;
        (failed && metric(&server, "danqing_jobs_queued ") == 1).then_some(())
    });
    server.kill();

    let server = start();
    assert_eq!(heard(&receiver, "204 No Content"), first, "the same notice");
    until("its end", || (metric(&server, "danqing_webhooks_total ") == 1).then_some(()));
    server.stop();
    receiver.set_nonblocking(true).expect("it does not wait");
    let more = receiver.accept().map(drop).map_err(|error| error.kind());
    assert_eq!(more, Err(ErrorKind::WouldBlock), "told once");
    assert_eq!(ledger(&studio, &[]), 1 + 2 + 1, "the local person, an order and its picture, a notice");
}

#[test]
fn a_damaged_file_is_never_given_out() {
    let studio = Studio::new();
    let server = Server::start(&studio);
    let mut events = server.events();
    assert_eq!(order(&server, "一只猫", "1").status, 303, "taken");
    let kept = events.find(|line| line.contains("\"picture\":")).expect("a picture");
    let data: serde_json::Value = serde_json::from_str(&kept["data: ".len()..]).expect("JSON");
    let path = format!("/pictures/{}/file", data["picture"].as_str().expect("an id"));
    assert_eq!(server.get(&path, &[]).status, 200, "sound");
    for file in files(&studio.path().join("studio/blobs")) {
        let mut bytes = std::fs::read(&file).expect("readable");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&file, bytes).expect("writable");
    }
    let damaged = server.get(&path, &[("Accept-Language", "en")]);
    assert_eq!(damaged.status, 500, "one bit is enough");
    assert!(damaged.text().contains("is damaged"), "{}", damaged.text());
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
