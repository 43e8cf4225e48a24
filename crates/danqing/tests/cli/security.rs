//! Who is kept from what; `docs/threat-model.md` says why.

use std::io::Write as _;
use std::process::Stdio;

use crate::support::Studio;
use crate::support::server::{Reply, Server, until};

/// A studio with an owner and two people, each with a key.
struct People {
    server: Server,
    li: String,
    wang: String,
}

pub(crate) fn account(studio: &Studio, name: &str, role: &str) -> String {
    let command = |arguments: &[&str]| {
        let mut command = studio.command(arguments);
        command.env("DANQING_STORE_FOLDER", studio.path().join("studio")).stdin(Stdio::piped());
        command.stdout(Stdio::piped());
        command
    };
    let mut create = command(&["accounts", "create", name, "--role", role]).spawn().expect("danqing starts");
    create.stdin.take().expect("a pipe").write_all(b"correct horse battery\n").expect("sent");
    assert!(create.wait().expect("it ends").success(), "{name} has an account");
    let key = command(&["accounts", "key", name]).output().expect("danqing starts");
    format!("Bearer {}", String::from_utf8(key.stdout).expect("UTF-8").trim())
}

impl People {
    fn gather(studio: &Studio) -> Self {
        account(studio, "owner", "owner");
        let [li, wang] = ["li", "wang"].map(|name| account(studio, name, "creator"));
        Self { server: Server::start(studio), li, wang }
    }

    fn post(&self, path: &str, fields: &[(&str, &str)], key: &str) -> Reply {
        self.server.post(path, fields, &[("Authorization", key)])
    }

    fn get(&self, path: &str, key: &str) -> Reply {
        self.server.get(path, &[("Authorization", key)])
    }

    /// Has li paint one picture; gives its address.
    fn picture_of_li(&self) -> String {
        let mut events = self.server.events_of(&self.li);
        let ordered = self.post("/orders", &[("prompt", "一只猫")], &self.li);
        assert_eq!(ordered.status, 303, "{}", ordered.text());
        let kept = events.find(|line| line.contains("\"picture\":")).expect("a picture");
        let data: serde_json::Value =
            serde_json::from_str(kept.strip_prefix("data: ").expect("data")).expect("JSON");
        format!("/pictures/{}", data["picture"].as_str().expect("an id"))
    }
}

#[test]
fn others_pictures_are_not_there() {
    let studio = Studio::new();
    let people = People::gather(&studio);
    let picture = people.picture_of_li();
    for file in ["file", "thumb"] {
        let path = format!("{picture}/{file}");
        assert_eq!(people.get(&path, &people.li).status, 200, "{file}: her own");
        assert_eq!(people.get(&path, &people.wang).status, 404, "{file}: somebody else's");
        assert_eq!(people.server.get(&path, &[]).status, 401, "{file}: a stranger");
        let unknown = people.get("/pictures/01a2146e-4639-7d9c-bda4-862143e87e66/file", &people.wang);
        let others = people.get(&path, &people.wang);
        assert_eq!(
            (unknown.status, unknown.body),
            (others.status, others.body),
            "the same answer as for nothing"
        );
    }
    let ordered = people.post("/orders", &[("prompt", "两只狗"), ("steps", "150")], &people.li);
    let job = ordered.header("location").expect("a place").split_once("job=").expect("a job").1.to_owned();
    assert_eq!(people.post(&format!("/jobs/{job}/cancel"), &[], &people.wang).status, 404, "nor are jobs");
    assert_eq!(people.post(&format!("/jobs/{job}/cancel"), &[], &people.li).status, 303, "her own");
}

#[test]
fn ids_are_never_paths() {
    let studio = Studio::new();
    let people = People::gather(&studio);
    for id in ["..%2f..%2fetc%2fpasswd", "%2e%2e", "a%00b", "%5c%5cserver", "1' OR '1'='1", "%F0%9F%8F%AE"] {
        let id = id.replace(' ', "%20").replace('\'', "%27");
        let reply = people.get(&format!("/pictures/{id}/file"), &people.li);
        assert_eq!(reply.status, 404, "{id}");
        assert!(!reply.text().contains("root:"), "{id}");
    }
}

#[test]
fn sessions_cannot_be_planted() {
    let studio = Studio::new();
    let people = People::gather(&studio);
    let planted = [("Cookie", "danqing_session=planted")];
    let form = [("name", "li"), ("password", "correct horse battery"), ("next", "//evil.example/")];
    let entered = people.server.post("/sign-in", &form, &planted);
    assert_eq!((entered.status, entered.header("location")), (303, Some("/")), "not sent elsewhere");
    let cookie = entered.header("set-cookie").expect("a session");
    assert!(!cookie.contains("planted"), "a token of the studio's own");
    let order = [("prompt", "一只猫")];
    assert_eq!(people.server.post("/orders", &order, &planted).status, 401, "the planted one opens nothing");
}

#[test]
fn answers_tell_browsers_to_be_careful() {
    let studio = Studio::new();
    let server = Server::start(&studio);
    for path in ["/healthz", "/pictures/none/file", "/nowhere"] {
        let reply = server.get(path, &[]);
        let policy = reply.header("content-security-policy").expect("a policy");
        for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(reply.header("referrer-policy"), Some("same-origin"), "{path}");
    }
}

#[test]
fn large_and_bent_requests_are_refused() {
    let studio = Studio::new();
    let mut command = studio.command(&[]);
    command.env("DANQING_LIMITS_UPLOAD_MB", "1");
    let server = Server::of(command, &studio);
    let large = "a".repeat(1_200_000);
    let reply = server.post("/orders", &[("prompt", &large)], &[]);
    assert_eq!(reply.status, 413, "a body above the limit");
    for body in [b"prompt=%".as_slice(), b"\xff\xfe", b"{\"prompt\":1}", b"steps=many&prompt=a"] {
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let reply = server.send("POST", "/orders", &form, body);
        assert!((400..500).contains(&reply.status), "{body:?}: {}", reply.status);
    }
    assert_eq!(server.get("/readyz", &[]).status, 200, "it still stands");
}

#[test]
fn logs_hold_neither_secrets_nor_prompts() {
    let studio = Studio::new();
    account(&studio, "owner", "owner");
    let key = account(&studio, "li", "creator");
    let log = studio.path().join("log");
    let mut command = studio.command(&[]);
    command.env("DANQING_LOG", "trace");
    let server = Server::logging(command, &studio, std::fs::File::create(&log).expect("made"));
    let secret = key.strip_prefix("Bearer ").expect("a key");
    let mut events = server.events_of(&key);
    let order = [("prompt", "一只私密的猫"), ("negative", "私密的字")];
    assert_eq!(server.post("/orders", &order, &[("Authorization", &key)]).status, 303, "taken");
    events.find(|line| line.contains("event: finished")).expect("painted");
    let wrong = [("name", "li"), ("password", "a wrong secret")];
    assert_eq!(server.post("/sign-in", &wrong, &[]).status, 401, "refused");
    let right = [("name", "li"), ("password", "correct horse battery")];
    let entered = server.post("/sign-in", &right, &[]);
    let cookie = entered.header("set-cookie").expect("a session");
    let token = cookie.split(['=', ';']).nth(1).expect("a token").to_owned();
    let text = until("the log", || {
        let text = std::fs::read_to_string(&log).expect("readable");
        text.contains("job ends").then_some(text)
    });
    for hidden in [secret, "私密", "a wrong secret", "correct horse battery", &token] {
        assert!(!text.contains(hidden), "`{hidden}` is in the log");
    }
}
