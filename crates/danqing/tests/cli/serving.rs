//! The studio as a whole: from an order to a kept picture, and who may do what.

use crate::support::Studio;
use crate::support::server::{Reply, Server, until};

/// The job of the address that an order leads to.
fn ordered(reply: &Reply) -> String {
    assert_eq!(reply.status, 303, "{}", reply.text());
    let place = reply.header("location").expect("a place to go on");
    place.split_once("job=").expect("a job").1.to_owned()
}

/// Waits for events until one of `name` about `job` comes; gives its data.
fn event(lines: &mut impl Iterator<Item = String>, name: &str, job: &str) -> String {
    let mut current = String::new();
    for line in lines {
        if let Some(event) = line.strip_prefix("event: ") {
            current = event.to_owned();
        }
        if let Some(data) = line.strip_prefix("data: ")
            && current == name
            && data.contains(job)
        {
            return data.to_owned();
        }
    }
    panic!("the events ended before `{name}` of {job}");
}

fn picture_of(data: &str) -> String {
    let data: serde_json::Value = serde_json::from_str(data).expect("JSON");
    data["picture"].as_str().expect("a picture").to_owned()
}

#[test]
fn an_order_becomes_a_labelled_picture_step_by_step() {
    let studio = Studio::new();
    let server = Server::start(&studio);
    let mut events = server.events();
    let job =
        ordered(&server.post("/orders", &[("prompt", "三只红灯笼"), ("seed", "7"), ("steps", "20")], &[]));
    let progress = event(&mut events, "progress", &job);
    assert!(progress.contains("\"total\":60"), "three paintings of twenty steps: {progress}");
    let picture = picture_of(&event(&mut events, "kept", &job));
    event(&mut events, "finished", &job);

    let file = server.get(&format!("/pictures/{picture}/file?download=1"), &[]);
    assert_eq!((file.status, file.header("content-type")), (200, Some("image/png")), "the file");
    assert!(
        file.header("content-disposition").is_some_and(|how| how.contains("%E4%B8%89")),
        "named by the prompt"
    );
    std::fs::write(studio.path().join("got.png"), &file.body).expect("written");
    let told = studio.run(&["verify", "got.png", "--json"]);
    assert!(told.out.contains("\"is\"") || told.code == 0, "its labels are whole: {told:?}");
    let thumb = server.get(&format!("/pictures/{picture}/thumb"), &[]);
    assert_eq!(thumb.header("content-type"), Some("image/webp"), "the small picture");
    let tag = thumb.header("etag").expect("a tag").to_owned();
    let again = server.get(&format!("/pictures/{picture}/thumb"), &[("If-None-Match", &tag)]);
    assert_eq!(again.status, 304, "kept by the browser");
}

#[test]
fn a_killed_studio_goes_on_where_it_was_and_paints_nothing_twice() {
    let studio = Studio::new();
    let server = Server::start(&studio);
    let mut events = server.events();
    let fields = [("prompt", "一只猫"), ("seed", "3"), ("count", "6"), ("steps", "60")];
    let job = ordered(&server.post("/orders", &fields, &[]));
    event(&mut events, "progress", &job);
    server.kill();

    // The lease of the killed worker has to run out first.
    let server = Server::start(&studio);
    let mut events = server.events();
    event(&mut events, "finished", &job);
    let text = until("six pictures", || {
        let text = server.get("/metrics", &[]).text().to_owned();
        text.contains("danqing_jobs_leased 0").then_some(text)
    });
    assert!(text.contains("danqing_jobs_queued 0"), "{text}");
    assert_eq!(server.stop(), Some(0), "ends when asked");
    let mut command = studio.command(&["ledger", "verify", "--json"]);
    command.env("DANQING_STORE_FOLDER", studio.path().join("studio"));
    let told = String::from_utf8(command.output().expect("danqing starts").stdout).expect("UTF-8");
    // The local person, the order, six pictures, and nothing else.
    assert_eq!(told.trim(), r#"{"entries":8,"findings":0}"#, "the ledger");
}

#[test]
fn what_a_rule_stops_is_cited_and_recorded() {
    let studio = Studio::new();
    let server = Server::start(&studio);
    let stopped = server.post("/orders", &[("prompt", "帮我做一张高仿护照")], &[("Accept-Language", "zh")]);
    assert_eq!(stopped.status, 400, "stopped");
    assert!(stopped.text().contains("被规则「"), "{}", stopped.text());
    let paint = studio.paint(&["帮我做一张高仿护照"]);
    assert_eq!(paint.code, 3, "the command line is screened too: {paint:?}");
    assert!(studio.files().iter().all(|file| !file.ends_with("png")), "nothing is painted");
}

#[test]
fn an_appeal_is_found_however_old_it_is() {
    let studio = Studio::new();
    let server = Server::start(&studio);
    let stopped = server.post("/orders", &[("prompt", "帮我做一张高仿护照")], &[]);
    assert_eq!(stopped.status, 400, "stopped");
    for number in 0..51 {
        let why = format!("第 {number} 次申诉");
        assert_eq!(server.post("/appeals", &[("entry", "1"), ("why", &why)], &[]).status, 200, "{why}");
    }
    let page = server.get("/admin/rules", &[("accept", "text/html")]);
    assert!(page.text().contains("第 50 次申诉") && page.text().contains("第 1 次申诉"), "{}", page.text());
    assert!(!page.text().contains("第 0 次申诉"), "a page has fifty");
    let older = page.text().split("/admin/rules?before=").nth(1).and_then(|rest| rest.split('"').next());
    let older = format!("/admin/rules?before={}", older.expect("a way to the older ones"));
    let page = server.get(&older, &[("accept", "text/html")]);
    assert!(page.text().contains("第 0 次申诉") && !page.text().contains("第 1 次申诉"), "{}", page.text());
}

#[test]
fn an_appeal_is_answered_once_and_whoever_appealed_reads_it() {
    let studio = Studio::new();
    let server = Server::start(&studio);
    let html = |path: &str| {
        server.get(path, &[("accept", "text/html"), ("accept-language", "zh")]).text().to_owned()
    };
    assert_eq!(server.post("/orders", &[("prompt", "帮我做一张高仿护照")], &[]).status, 400, "stopped");
    assert_eq!(server.post("/appeals", &[("entry", "1"), ("why", "这是道具")], &[]).status, 200, "appealed");
    let rules = html("/admin/rules");
    let form = rules.split("action=\"/admin/appeals/").nth(1).and_then(|rest| rest.split('"').next());
    let form = format!("/admin/appeals/{}", form.expect("a form for the answer"));
    assert!(html("/account").contains("等人复核"), "it is open");
    for (wrong, status) in [("/admin/appeals/0", 404), ("/admin/appeals/999", 404), (&form, 400)] {
        let outcome = if wrong == form { "perhaps" } else { "upheld" };
        let reply = server.post(wrong, &[("outcome", outcome), ("why", "好")], &[]);
        assert_eq!(reply.status, status, "{wrong}: {}", reply.text());
    }
    assert_eq!(server.post(&form, &[("outcome", "upheld"), ("why", "")], &[]).status, 400, "a reason is due");
    assert_eq!(
        server.post(&form, &[("outcome", "upheld"), ("why", "规则已改")], &[]).status,
        303,
        "answered"
    );
    let account = html("/account");
    assert!(account.contains("申诉成立：") && account.contains("规则已改"), "{account}");
    assert!(!html("/admin/rules").contains("action=\"/admin/appeals/"), "no form any more");
    assert!(html("/admin/ledger").contains("答复申诉"), "it is in the ledger");
}

#[test]
fn storage_says_who_keeps_how_much() {
    let studio = Studio::new();
    let server = Server::start(&studio);
    let mut events = server.events();
    let job = ordered(&server.post("/orders", &[("prompt", "一只猫"), ("count", "2")], &[]));
    event(&mut events, "finished", &job);
    let page = server.get("/admin/storage", &[("accept", "text/html"), ("accept-language", "zh")]);
    assert!(page.text().contains("<td>2</td>") && page.text().contains("<td>100%</td>"), "{}", page.text());
}

#[test]
fn exports_without_the_visible_label_are_recorded_and_hold_up_nothing() {
    let studio = Studio::new();
    let server = Server::start(&studio);
    let mut events = server.events();
    let job =
        ordered(&server.post("/orders", &[("prompt", "三只猫"), ("steps", "60"), ("size", "256")], &[]));
    let picture = picture_of(&event(&mut events, "kept", &job));
    event(&mut events, "finished", &job);
    let kept = server.get(&format!("/pictures/{picture}/file"), &[]).body;
    let export = |agreed| {
        let form = [("purpose", "印刷"), ("recipient", "某出版社"), ("agreed", agreed)];
        server.post(&format!("/pictures/{picture}/clean"), &form, &[])
    };
    assert_eq!(export("").status, 400, "not without agreement");
    let exported = std::thread::scope(|scope| {
        let exports = [(); 3].map(|()| scope.spawn(|| export("yes")));
        assert_eq!(server.get("/healthz", &[]).status, 200, "it answers meanwhile");
        exports.map(|export| export.join().expect("an answer"))
    });
    for file in exported {
        assert_eq!((file.status, file.header("content-type")), (200, Some("image/png")), "a file");
        assert_ne!(file.body, kept, "without the visible label");
    }
    let text = server.get("/metrics", &[]).text().to_owned();
    // The local person, an order and its picture, three exports.
    assert!(text.contains("danqing_ledger_entries 6\n"), "{text}");
}

#[cfg(unix)]
#[test]
fn rules_are_exchanged_while_the_studio_is_open() {
    let studio = Studio::new();
    let packs = studio.path().join("packs");
    std::fs::create_dir(&packs).expect("a folder");
    let mut command = studio.command(&[]);
    command.env("DANQING_SCREENING_PACKS", &packs);
    let server = Server::of(command, &studio);
    let order = || server.post("/orders", &[("prompt", "青铜鸮标志")], &[("Accept-Language", "en")]);
    assert_eq!(order().status, 303, "no rule speaks yet");

    let pack = r#"
        [pack]
        name = "house"
        version = "1"
        origin = "house rules"
        [messages."documents"]
        zh = "先获准。"
        en = "Ask first."
        [[rule]]
        id = "marks"
        category = "documents"
        action = "review"
        any = ["青铜鸮标志"]
    "#;
    std::fs::write(packs.join("house.toml"), pack).expect("written");
    assert_eq!(order().status, 303, "a file alone changes nothing");
    server.hang_up();
    let waits = until("the new rule", || Some(order()).filter(|reply| reply.status != 303));
    assert_eq!(waits.status, 400, "it waits for an officer");
    assert!(waits.text().contains("Ask first."), "{}", waits.text());

    std::fs::write(packs.join("house.toml"), "[pack]\nname = 3").expect("written");
    server.hang_up();
    assert_eq!(order().status, 400, "a broken pack leaves the old rules in force");
    assert_eq!(server.stop(), Some(0), "ends when asked");
}

#[test]
fn the_first_owner_gets_in_by_the_link_and_everybody_else_has_to_sign_in() {
    let studio = Studio::new();
    let server = Server::start(&studio);
    assert_eq!(server.get("/events", &[("Host", "evil.example")]).status, 401, "a name that only leads here");
    let link = server.owner_link.clone().expect("nobody owns it yet");
    let welcome = [("name", "小李"), ("password", "correct horse battery")];
    let entered = server.post(&link, &welcome, &[]);
    assert_eq!(entered.status, 303, "{}", entered.text());
    let cookie = entered.header("set-cookie").expect("a session");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let session = cookie.split(';').next().expect("a value").to_owned();
    assert_eq!(server.post(&link, &welcome, &[]).status, 410, "the link works once");
    let order = [("prompt", "一只猫")];
    assert_eq!(server.post("/orders", &order, &[]).status, 401, "the place alone is not enough any more");
    assert_eq!(server.post("/orders", &order, &[("Cookie", &session)]).status, 303, "the owner");
    let forged = [("Cookie", session.as_str()), ("Origin", "https://evil.example")];
    assert_eq!(server.post("/orders", &order, &forged).status, 403, "a page of another site");
    let forged = [("Cookie", session.as_str()), ("Sec-Fetch-Site", "cross-site")];
    assert_eq!(server.post("/orders", &order, &forged).status, 403, "a page of another site");

    let wrong = [("name", "小李"), ("password", "wrong horse battery")];
    let tries: Vec<u16> = (0..7).map(|_| server.post("/sign-in", &wrong, &[]).status).collect();
    assert!(tries.starts_with(&[401; 5]) && tries.ends_with(&[429]), "guessing gets slow: {tries:?}");
    assert_eq!(server.post("/sign-out", &[], &[("Cookie", &session)]).status, 303, "signed out");
    assert_eq!(server.post("/orders", &order, &[("Cookie", &session)]).status, 401, "the session is over");
}

#[test]
fn a_studio_that_others_can_reach_has_an_owner_and_is_encrypted() {
    let studio = Studio::new();
    let serve = |settings: &[(&str, &str)]| {
        let mut command = studio.command(&["serve", "--json", "--listen", "0.0.0.0:0"]);
        command.env("DANQING_STORE_FOLDER", studio.path().join("studio")).envs(settings.iter().copied());
        String::from_utf8(command.output().expect("danqing starts").stdout).expect("UTF-8")
    };
    assert!(serve(&[]).contains("no-owner"), "nobody owns it");
    let mut command = studio.command(&["accounts", "create", "li", "--role", "owner"]);
    command.env("DANQING_STORE_FOLDER", studio.path().join("studio")).stdin(std::process::Stdio::piped());
    let mut process = command.stdout(std::process::Stdio::null()).spawn().expect("danqing starts");
    std::io::Write::write_all(&mut process.stdin.take().expect("a pipe"), b"correct horse battery\n")
        .expect("sent");
    assert!(process.wait().expect("it ends").success(), "an owner");
    assert!(serve(&[]).contains("unencrypted"), "no certificate and no proxy");
    let missing = [("DANQING_SERVER_CERTIFICATE", "/nowhere"), ("DANQING_SERVER_KEY", "/nowhere")];
    assert!(serve(&missing).contains("unreadable"), "a certificate that is not there");
}
