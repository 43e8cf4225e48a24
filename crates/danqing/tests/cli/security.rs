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
fn names_of_files_are_never_paths() {
    let studio = Studio::new();
    let server = Server::start(&studio);
    let secret = studio.path().join("secret.css");
    std::fs::write(&secret, "root:").expect("written");
    let whole = secret.display().to_string().replace('/', "%2f");
    for name in ["..%2f..%2f..%2fsecret.css", "..%5csecret.css", "%2e%2e/secret.css", &whole] {
        let reply = server.get(&format!("/static/{name}"), &[]);
        assert_eq!(reply.status, 404, "{name}");
    }
    let before = studio.files();
    let reply = handed_in(&server, "/verify", "../../../planted.png", b"no picture");
    assert!(reply.status < 500 && reply.text().contains("planted.png"), "{}", reply.text());
    assert!(!reply.text().contains("../planted.png"), "the name without its folders");
    assert_eq!(studio.files(), before, "nothing is written");
}

#[test]
fn pages_of_other_sites_change_nothing() {
    let studio = Studio::new();
    let people = People::gather(&studio);
    let form = [("name", "li"), ("password", "correct horse battery")];
    let entered = people.server.post("/sign-in", &form, &[]);
    let session =
        entered.header("set-cookie").and_then(|cookie| cookie.split(';').next()).expect("a session");
    let elsewhere = [
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ];
    for path in [
        "/orders",
        "/orders/batch",
        "/jobs/cancel",
        "/pictures",
        "/appeals",
        "/admin/appeals/1",
        "/preferences",
        "/sign-out",
        "/account/password",
        "/account/keys",
        "/admin/invitations",
        "/admin/storage/backup",
        "/api/v1/orders",
        "/v1/images/generations",
        "/sdapi/v1/txt2img",
        "/mcp",
    ] {
        for header in elsewhere {
            let reply = people.server.post(path, &[("prompt", "一只猫")], &[("Cookie", session), header]);
            assert_eq!(reply.status, 403, "{path} {header:?}: {}", reply.text());
        }
    }
    let jobs = people.server.get("/api/v1/jobs", &[("Cookie", session)]);
    assert!(jobs.status == 200 && jobs.text().contains("\"jobs\":[]"), "no order was taken: {}", jobs.text());
    // Nor may a page read what it cannot change.
    let reply = people.server.get("/api/v1/jobs", &[("Cookie", session), ("Origin", "https://evil.example")]);
    assert_eq!(reply.header("access-control-allow-origin"), None, "answers stay with the studio's own pages");
}

/// A form with one file.
fn handed_in(server: &Server, path: &str, name: &str, bytes: &[u8]) -> Reply {
    let head = format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    let body = [head.as_bytes(), bytes, b"\r\n--x--\r\n"].concat();
    let headers = [("content-type", "multipart/form-data; boundary=x"), ("accept", "text/html")];
    server.send("POST", path, &headers, &body)
}

/// Fails where a page holds code or style of its own.
fn plain(path: &str, page: &Reply) {
    let text = page.text();
    assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{path}: {text}");
    for script in text.split("<script").skip(1) {
        assert!(script.starts_with(" src=\"/static/"), "{path}: {}", &script[..script.len().min(80)]);
    }
    for code in [" style=", "<style", " onerror=\"", " onload=\"", " onclick=\"", "javascript:", "<img src=x"]
    {
        assert!(!text.contains(code), "{path}: `{code}` in {text}");
    }
}

#[test]
fn code_in_prompts_and_names_stays_text() {
    const CODE: &str = "一只猫\"'><img src=x onerror=alert(1)><script>alert(1)</script>";
    let studio = Studio::new();
    let server = Server::start(&studio);
    let mut events = server.events();
    let encoded: String = CODE.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let ordered = server.post("/orders", &[("prompt", CODE), ("negative", CODE)], &[]);
    assert_eq!(ordered.status, 303, "{}", ordered.text());
    let kept = events.find(|line| line.contains("\"picture\":")).expect("a picture");
    let data: serde_json::Value = serde_json::from_str(&kept["data: ".len()..]).expect("JSON");
    let picture = data["picture"].as_str().expect("an id");
    let job = ordered.header("location").and_then(|place| place.split_once("job=")).expect("a job").1;
    assert_eq!(server.post("/account/display", &[("display", CODE)], &[]).status, 303, "a name");
    for path in [
        "/".to_owned(),
        format!("/?prompt={encoded}"),
        format!("/?like={job}"),
        format!("/?from={picture}"),
        "/gallery".to_owned(),
        format!("/gallery?text={encoded}"),
        format!("/pictures/{picture}"),
        format!("/pictures/{picture}/edit"),
        format!("/reading?prompt={encoded}"),
        "/account".to_owned(),
        "/admin".to_owned(),
        "/admin/queue".to_owned(),
        "/admin/storage".to_owned(),
        format!("/admin/ledger?about={encoded}"),
        format!("/admin/rules?try={encoded}"),
        format!("/{encoded}"),
        format!("/sign-in?next={encoded}"),
    ] {
        plain(&path, &server.get(&path, &[("accept", "text/html")]));
    }
    let shown = server.get(&format!("/pictures/{picture}"), &[("accept", "text/html")]);
    assert!(
        shown.text().contains("&#60;script&#62;alert(1)"),
        "the prompt is there, as text: {}",
        shown.text()
    );
    let file = server.get(&format!("/pictures/{picture}/file?download=1"), &[]);
    let name = file.header("content-disposition").expect("a name");
    assert!(!name.contains(['<', '>']) && name.is_ascii(), "{name}");
    plain("a name", &handed_in(&server, "/verify", "<img src=x onerror=alert(1)>.png", &file.body));
}

#[test]
fn addresses_are_never_fetched_for_pictures() {
    let studio = Studio::new();
    let server = Server::start(&studio);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("it does not wait");
    let address = format!("http://{}/a.png", listener.local_addr().expect("an address"));
    let json = [("content-type", "application/json")];
    for (path, body) in [
        ("/api/v1/orders", serde_json::json!({ "prompt": "一只猫", "from": address })),
        ("/api/v1/orders", serde_json::json!({ "prompt": "一只猫", "like": address })),
        ("/sdapi/v1/img2img", serde_json::json!({ "prompt": "一只猫", "init_images": [address] })),
        ("/sdapi/v1/extra-single-image", serde_json::json!({ "image": address })),
        ("/sdapi/v1/png-info", serde_json::json!({ "image": address })),
        ("/v1/images/edits", serde_json::json!({ "prompt": "一只猫", "image": address })),
    ] {
        let reply = server.send("POST", path, &json, body.to_string().as_bytes());
        assert!((400..500).contains(&reply.status), "{path} {}: {}", reply.status, reply.text());
    }
    let came = listener.accept().map(drop).map_err(|error| error.kind());
    assert_eq!(came, Err(std::io::ErrorKind::WouldBlock), "nobody came");
}

/// A PNG file of `side` by `side` black pixels, and a text of `letters` letters that takes a thousandth of that.
fn bomb(side: u32, letters: usize) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_compression(png::Compression::High);
    encoder.add_ztxt_chunk("parameters".to_owned(), "a".repeat(letters)).expect("a text");
    let mut writer = encoder.write_header().expect("a head");
    let row = vec![0; side.div_ceil(8) as usize];
    let mut pixels = writer.stream_writer().expect("a writer");
    for _ in 0..side {
        pixels.write_all(&row).expect("written");
    }
    pixels.finish().expect("an end");
    drop(writer);
    file
}

#[cfg(target_os = "linux")]
#[test]
fn small_files_that_stand_for_large_ones_are_refused() {
    use base64::Engine as _;
    // The pixels would take 1600 MB, the studio takes half of this by itself.
    const MOST_MB: u64 = 400;
    let studio = Studio::new();
    let server = Server::start(&studio);
    let json = [("content-type", "application/json")];
    for (what, file) in [("pixels", bomb(20_000, 1)), ("letters", bomb(256, 50_000_000))] {
        assert!(file.len() < 2_000_000, "{what}: {} bytes are no bomb", file.len());
        let text = base64::engine::general_purpose::STANDARD.encode(&file);
        for (path, body) in [
            ("/sdapi/v1/png-info", serde_json::json!({ "image": text })),
            ("/sdapi/v1/interrogate", serde_json::json!({ "image": text })),
            ("/sdapi/v1/extra-single-image", serde_json::json!({ "image": text })),
            (
                "/sdapi/v1/img2img",
                serde_json::json!({ "steps": 1, "prompt": "一只猫", "init_images": [text] }),
            ),
        ] {
            let reply = server.send("POST", path, &json, body.to_string().as_bytes());
            assert!(reply.status < 500, "{what} to {path}: {}", reply.status);
            assert!(reply.body.len() < 2_000_000, "{what} to {path}: {} bytes back", reply.body.len());
        }
        for path in ["/api/v1/verify", "/api/v1/uploads"] {
            let reply = server.send("POST", path, &[], &file);
            assert!(reply.status < 500, "{what} to {path}: {} {}", reply.status, reply.text());
        }
        assert!(handed_in(&server, "/verify", "a.png", &file).status < 500, "{what} on the page");
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).expect("it runs");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    let peak_mb = peak.and_then(|peak| peak.trim().parse::<u64>().ok()).expect("a number") / 1024;
    assert!(peak_mb < MOST_MB, "{peak_mb} MB");
}

#[test]
fn guessing_passwords_gets_slow() {
    let studio = Studio::new();
    let people = People::gather(&studio);
    let tried = |name: &str, password: &str| {
        people.server.post("/sign-in", &[("name", name), ("password", password)], &[]).status
    };
    let tries: Vec<u16> = (0..7).map(|number| tried("li", &format!("a wrong guess {number}"))).collect();
    assert!(tries.starts_with(&[401; 5]) && tries.ends_with(&[429]), "{tries:?}");
    assert_eq!(tried("li", "correct horse battery"), 429, "the right one has to wait too");
    assert_eq!(tried("wang", "correct horse battery"), 303, "others do not");
    assert_eq!(tried("nobody", "a wrong guess"), 401, "who does not exist is not told apart");
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
    for path in ["/", "/gallery", "/admin/storage"] {
        plain(path, &server.get(path, &[("accept", "text/html")]));
    }
    for path in
        ["/", "/healthz", "/pictures/none/file", "/nowhere", "/static/danqing.css", "/sdapi/v1/options"]
    {
        let reply = server.get(path, &[]);
        let policy = reply.header("content-security-policy").expect("a policy");
        for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(reply.header("referrer-policy"), Some("same-origin"), "{path}");
        assert_eq!(reply.header("x-frame-options"), Some("DENY"), "{path}");
        assert_eq!(reply.header("cross-origin-resource-policy"), Some("same-origin"), "{path}");
        assert_eq!(reply.header("server"), None, "{path}: who serves is nobody's business");
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
