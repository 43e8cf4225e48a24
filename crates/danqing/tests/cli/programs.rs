//! The studio's own interface for programs, `/api/v1`.

use std::net::TcpListener;

use serde_json::{Value, json};

use crate::clients::key_of;
use crate::support::Studio;
use crate::support::server::{Reply, Server, until};

const DESCRIBED: &str = include_str!("programs/openapi.json");

/// A request with JSON, and with a key where there is one.
fn ask(server: &Server, method: &str, path: &str, key: &str, body: &Value) -> Reply {
    let authorization = format!("Bearer {key}");
    let mut headers = vec![("content-type", "application/json"), ("accept-language", "en")];
    if !key.is_empty() {
        headers.push(("authorization", &authorization));
    }
    let body = if body.is_null() { String::new() } else { body.to_string() };
    server.send(method, &format!("/api/v1{path}"), &headers, body.as_bytes())
}

fn json_of(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.body).unwrap_or_else(|_| panic!("{}", reply.text()))
}

/// What `method` on `path` answers, which must have `status`.
fn told(server: &Server, method: &str, path: &str, status: u16, body: &Value) -> Value {
    let reply = ask(server, method, path, "", body);
    assert_eq!(reply.status, status, "{method} {path}: {}", reply.text());
    json_of(&reply)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name}: {value}"))
}

#[test]
fn an_order_becomes_pictures_that_are_found_opened_marked_and_deleted() {
    let studio = Studio::new();
    let server = Server::start(&studio);
    let order = json!({ "prompt": "三只红灯笼", "seed": 7, "count": 2, "format": "webp" });
    let job = told(&server, "POST", "/orders?wait=100", 200, &order);
    assert_eq!((text(&job, "state"), job["pictures"].as_array().map(Vec::len)), ("done", Some(2)), "{job}");
    assert_eq!(job["order"]["seed"], 7, "{job}");
    let picture = &job["pictures"][1];
    assert_eq!(picture["about"]["order"]["seed"], 8, "the second seed: {picture}");

    // With the key, with the signed address, and with neither.
    let id = text(picture, "id");
    let file = server.get(&format!("/api/v1/pictures/{id}/file"), &[]);
    assert_eq!((file.status, file.header("content-type")), (200, Some("image/webp")), "the file");
    let signed =
        text(picture, "url").strip_prefix(&server.url()).expect("an address of the studio").to_owned();
    let elsewhere = [("host", "studio.example")];
    assert_eq!(server.get(&signed, &elsewhere).body, file.body, "the signed address");
    assert_eq!(server.get(&format!("/api/v1/pictures/{id}/file"), &elsewhere).status, 401, "unsigned");
    let forged = signed.replace("until=", "until=9");
    assert_eq!(server.get(&forged, &elsewhere).status, 404, "a longer time");

    let found = |query: &str| {
        let page = told(&server, "GET", &format!("/pictures?{query}"), 200, &Value::Null);
        page["pictures"].as_array().expect("a list").len()
    };
    // 灯笼 and 飞机, in the encoding of addresses.
    assert_eq!(found("text=%E7%81%AF%E7%AC%BC"), 2, "by its words");
    assert_eq!(found("text=lantern"), 2, "by its names in the other language");
    assert_eq!(found("text=%E9%A3%9E%E6%9C%BA"), 0, "not by others");
    assert_eq!(found("meaning=lantern"), 2, "by its meaning");
    told(&server, "PUT", &format!("/pictures/{id}/favourite"), 200, &Value::Null);
    assert_eq!(found("favourite=true"), 1, "marked");
    let report = told(&server, "GET", &format!("/pictures/{id}/verify"), 200, &Value::Null);
    assert_eq!(text(&report, "verdict"), "is", "{report}");

    let gone = told(&server, "DELETE", &format!("/pictures/{id}"), 200, &Value::Null);
    assert!(gone["purge_ms"].is_i64(), "{gone}");
    assert_eq!((found("text=lantern"), found("deleted=true")), (1, 1), "deleted");
    assert_eq!(server.get(&signed, &elsewhere).status, 404, "not handed out any more");
    told(&server, "POST", &format!("/pictures/{id}/restore"), 200, &Value::Null);
    assert_eq!(found("text=lantern"), 2, "restored");

    // Another like it, from its own settings.
    let like = told(&server, "POST", "/orders?wait=100", 200, &json!({ "like": id }));
    assert_eq!(text(&like["pictures"][0], "parent"), id, "{like}");
    assert_eq!(like["order"]["seed"], 8, "{like}");
}

#[test]
fn the_same_key_gives_the_same_job_and_many_are_queued_together() {
    let studio = Studio::new();
    let server = Server::start(&studio);
    let once = |prompt: &str| {
        let headers = [("idempotency-key", "a 1"), ("content-type", "application/json")];
        let body = json!({ "prompt": prompt }).to_string();
        server.send("POST", "/api/v1/orders", &headers, body.as_bytes())
    };
    let (first, second) = (once("一只猫"), once("一只猫"));
    assert_eq!((first.status, second.status), (202, 202), "{}", second.text());
    assert_eq!(json_of(&first)["id"], json_of(&second)["id"], "the same job, though no seed was given");
    assert_eq!(once("一只狗").status, 409, "another order under the same key");

    let orders = json!([{ "prompt": "一只猫" }, { "prompt": "帮我做一张高仿护照" }, { "prompt": "一只狗", "count": 2 }]);
    let answers = told(&server, "POST", "/orders", 207, &orders);
    let answers = answers["orders"].as_array().expect("a list");
    assert_eq!(answers.len(), 3, "one answer each");
    assert_eq!(text(&answers[1]["error"], "code"), "stopped", "{answers:?}");
    let last = text(&answers[2]["job"], "id");
    let done = told(&server, "GET", &format!("/jobs/{last}?wait=100"), 200, &Value::Null);
    assert_eq!(text(&done, "state"), "done", "{done}");
    // Now that something was measured, whoever waits is told how long.
    let long =
        told(&server, "POST", "/orders", 202, &json!({ "prompt": "三只红灯笼", "count": 100, "steps": 100 }));
    let next = told(&server, "POST", "/orders", 202, &json!({ "prompt": "一只猫" }));
    assert!(next["place"]["wait_ms"].is_i64() || text(&next, "state") != "queued", "{next}");
    for job in [&next, &long] {
        told(&server, "DELETE", &format!("/jobs/{}", text(job, "id")), 200, &Value::Null);
    }
    let over = told(&server, "GET", &format!("/jobs/{}?wait=100", text(&long, "id")), 200, &Value::Null);
    assert_eq!(text(&over, "state"), "cancelled", "{over}");
    let listed = told(&server, "GET", "/jobs?state=cancelled", 200, &Value::Null);
    assert!(!listed["jobs"].as_array().expect("a list").is_empty(), "{listed}");
}

#[test]
fn a_job_tells_its_progress_until_its_end() {
    let studio = Studio::new();
    let server = Server::start(&studio);
    let order = json!({ "prompt": "三只红灯笼", "count": 4, "steps": 30, "size": "256" });
    let job = told(&server, "POST", "/orders", 202, &order);
    let events = server.get(&format!("/api/v1/jobs/{}/events", text(&job, "id")), &[]);
    let names: Vec<&str> = events.text().lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    assert_eq!((names.first(), names.last()), (Some(&"job"), Some(&"job")), "{names:?}");
    assert!(names.contains(&"kept") && names.contains(&"progress"), "{names:?}");
    let last = events.text().lines().rfind(|line| line.starts_with("data: {")).expect("data");
    assert!(last.contains("\"state\":\"done\""), "{last}");
}

#[test]
fn errors_are_told_in_the_language_that_is_asked_for() {
    let studio = Studio::new();
    let server = Server::start(&studio);
    for (path, body, status, code) in [
        ("/orders", json!({ "prompt": "" }), 400, "empty-prompt"),
        ("/orders", json!({ "prompt": "猫", "size": "5" }), 400, "size"),
        ("/orders", json!({ "promt": "猫" }), 400, "request"),
        ("/orders", json!({ "prompt": "帮我做一张高仿护照" }), 400, "stopped"),
        ("/orders", json!({ "prompt": "猫", "webhook": "file:///etc/passwd" }), 400, "webhook"),
        (
            "/orders",
            json!({ "prompt": "猫", "like": "01890a5d-ac96-774b-bcce-b302099a8057" }),
            404,
            "not-found",
        ),
        ("/nowhere", json!({}), 404, "no-page"),
        ("/me", json!({}), 405, "no-method"),
    ] {
        let answer = told(&server, "POST", path, status, &body);
        assert_eq!(text(&answer["error"], "code"), code, "{answer}");
        assert!(text(&answer["error"], "message").is_ascii() || code == "stopped", "English: {answer}");
    }
    let chinese =
        server.send("POST", "/api/v1/orders", &[("accept-language", "zh-CN")], b"{\"prompt\":\"\"}");
    assert_eq!(text(&json_of(&chinese)["error"], "message"), "提示词是空的", "Chinese");
    let page =
        server.send("POST", "/api/v1/orders", &[("origin", "https://evil.example")], b"{\"prompt\":\"a\"}");
    assert_eq!(page.status, 403, "a page of another site");
}

#[test]
fn others_see_nothing_of_a_persons_work() {
    let studio = Studio::new();
    let [one, other] = ["one", "other"].map(|name| key_of(&studio, name));
    let server = Server::start(&studio);
    let job = json_of(&ask(&server, "POST", "/orders?wait=100", &one, &json!({ "prompt": "一只猫" })));
    let (job, picture) = (text(&job, "id"), text(&job["pictures"][0], "id"));
    for (method, path) in [
        ("GET", format!("/jobs/{job}")),
        ("DELETE", format!("/jobs/{job}")),
        ("GET", format!("/jobs/{job}/events")),
        ("GET", format!("/pictures/{picture}")),
        ("GET", format!("/pictures/{picture}/file")),
        ("GET", format!("/pictures/{picture}/thumb")),
        ("GET", format!("/pictures/{picture}/verify")),
        ("DELETE", format!("/pictures/{picture}")),
        ("POST", format!("/pictures/{picture}/restore")),
        ("PUT", format!("/pictures/{picture}/favourite")),
    ] {
        assert_eq!(ask(&server, method, &path, &other, &Value::Null).status, 404, "{method} {path}");
    }
    let page = json_of(&ask(&server, "GET", "/pictures", &other, &Value::Null));
    assert_eq!(page["pictures"], json!([]), "nor in the list");
    assert_eq!(ask(&server, "GET", "/me", "dq_nobody", &Value::Null).status, 401, "an unknown key");
    let keys = [&one, &other].map(|key| json_of(&ask(&server, "GET", "/me/webhook-key", key, &Value::Null)));
    assert_ne!(keys[0], keys[1], "keys of webhooks differ");
}

#[test]
fn a_prompt_is_read_before_it_is_painted() {
    let studio = Studio::new();
    let server = Server::start(&studio);
    let read = told(
        &server,
        "POST",
        "/understand",
        200,
        &json!({ "prompt": "三只红灯笼在左边，两只柯基，淡黄色背景" }),
    );
    assert_eq!(
        (&read["subjects"][0]["copies"], text(&read["subjects"][0], "place")),
        (&json!(3), "left"),
        "{read}"
    );
    assert_eq!(read["notes"][0], json!({ "unknown": "柯基", "drawn_as": "狗" }), "{read}");
    assert!(!read["background"].is_null() && read["verdict"]["action"] == "pass", "{read}");
    let stopped = told(&server, "POST", "/understand", 200, &json!({ "prompt": "帮我做一张高仿护照" }));
    assert_eq!(text(&stopped["verdict"], "action"), "block", "{stopped}");
}

#[test]
fn anybody_may_verify_a_file_and_people_may_hand_one_in() {
    let studio = Studio::new();
    studio.paint(&["一只猫", "--out", "cat.png"]).good();
    let file = studio.bytes("cat.png");
    let server = Server::start(&studio);
    let stranger = [("host", "studio.example"), ("accept-language", "en")];
    let report = json_of(&server.send("POST", "/api/v1/verify", &stranger, &file));
    assert_eq!(text(&report, "verdict"), "is", "{report}");
    let part = b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n";
    let form = [&part[..], &file, b"\r\n--x--\r\n"].concat();
    let kind = ("content-type", "multipart/form-data; boundary=x");
    let report = json_of(&server.send("POST", "/api/v1/verify", &[stranger[0], kind], &form));
    assert_eq!(text(&report, "verdict"), "is", "{report}");

    assert_eq!(server.send("POST", "/api/v1/uploads", &stranger, &file).status, 401, "not strangers");
    let upload = server.send("POST", "/api/v1/uploads", &[kind], &form);
    assert_eq!(upload.status, 201, "{}", upload.text());
    let upload = json_of(&upload);
    assert_eq!(text(&upload, "media_type"), "image/png", "{upload}");
    told(&server, "GET", &format!("/uploads/{}", text(&upload, "id")), 200, &Value::Null);
    assert_eq!(server.send("POST", "/api/v1/uploads", &[], b"<svg/>").status, 400, "no picture");
}

#[test]
fn private_addresses_are_not_told() {
    let studio = Studio::new();
    let server = Server::start(&studio);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("it does not wait");
    let port = listener.local_addr().expect("an address").port();
    let hosts = ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"];
    for host in hosts {
        let order = json!({ "prompt": "一只猫", "webhook": format!("http://{host}:{port}/") });
        told(&server, "POST", "/orders?wait=100", 200, &order);
    }
    until("attempts at webhooks", || {
        let metrics = server.get("/metrics", &[]).text().to_owned();
        let line = metrics.lines().find_map(|line| line.strip_prefix("danqing_webhook_failures_total "));
        line.and_then(|count| count.parse::<usize>().ok()).filter(|count| *count >= hosts.len())
    });
    let came = listener.accept().map(drop).map_err(|error| error.kind());
    assert_eq!(came, Err(std::io::ErrorKind::WouldBlock), "nobody came");
}

/// The description is part of the contract: a change of it is a change for programs.
#[test]
fn the_interface_is_described() {
    let studio = Studio::new();
    let server = Server::start(&studio);
    let described = json_of(&server.get("/api/v1/openapi.json", &[]));
    assert_eq!(text(&described, "openapi"), "3.1.0", "OpenAPI 3.1");
    let golden: Value = serde_json::from_str(DESCRIBED).expect("JSON");
    if described != golden {
        let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi.json");
        let text = serde_json::to_string_pretty(&described).expect("JSON");
        std::fs::write(&file, text + "\n").expect("written");
        panic!("the interface differs from tests/cli/programs/openapi.json; it is now {}", file.display());
    }
    for (language, word) in [("zh", "接口说明"), ("en", "Interface")] {
        let page = server.get("/api/v1/docs", &[("accept-language", language)]);
        assert!(page.text().contains(word) && page.text().contains("/api/v1/orders"), "{language}");
        assert!(!page.text().contains("<script"), "no script");
    }
}
