//! Live painting over HTTP and in a terminal, with the small model.

use danqing_provenance::container::{self, Format};

use crate::security::account;
use crate::support::server::{Reply, Server, until};
use crate::support::{Studio, model};

fn frame(server: &Server, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
    server.post("/live", &[&[("seed", "7")], fields].concat(), headers)
}

fn pixels(reply: &Reply) -> image::RgbaImage {
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("image/webp")), "{reply:?}");
    image::load_from_memory(&reply.body).expect("a WebP picture").to_rgba8()
}

/// What the studio has stored and recorded, as its numbers tell.
fn kept(server: &Server) -> Vec<String> {
    let text = server.get("/metrics", &[]).text().to_owned();
    let names =
        ["danqing_pictures_total", "danqing_jobs_queued", "danqing_jobs_leased", "danqing_ledger_entries"];
    let is_told = |line: &&str| names.iter().any(|name| line.starts_with(&format!("{name} ")));
    text.lines().filter(is_told).map(str::to_owned).collect()
}

#[test]
fn a_frame_is_labelled_and_stored_nowhere() {
    let studio = Studio::new();
    let log = studio.path().join("log");
    let server = Server::logging(studio.command(&[]), &studio, std::fs::File::create(&log).expect("a file"));
    assert_eq!(server.get("/live", &[]).status, 200, "the page, which makes the local person");
    let before = kept(&server);
    let blobs = || std::fs::read_dir(studio.path().join("studio/blobs")).map_or(0, Iterator::count);
    let stored = blobs();

    let reply = frame(&server, &[("prompt", "三只红灯笼")], &[]);
    let picture = pixels(&reply);
    assert_eq!(picture.dimensions(), (256, 256), "small");
    assert_eq!(reply.header("cache-control"), Some("no-store"), "nor does a browser store it");
    assert!(reply.header("server-timing").is_some_and(|timing| timing.starts_with("paint;dur=")), "its time");
    // The visible label is paper on ink or ink on paper, in the corner at the lower right.
    let corner = image::imageops::crop_imm(&picture, 128, 192, 128, 64).to_image();
    for colour in [[0xF7, 0xF3, 0xEA, 255], [0x22, 0x20, 0x1E, 255]] {
        let count = corner.pixels().filter(|pixel| pixel.0 == colour).count();
        assert!(count > 50, "{count} pixels of {colour:?}: the visible label");
    }
    let fine = server.post("/live?fine=1", &[("prompt", "三只红灯笼"), ("seed", "7")], &[]);
    assert_eq!(pixels(&fine).dimensions(), (512, 512), "with care, still not kept");
    assert_eq!(container::read(&reply.body, Format::Webp).sites.len(), 1, "the implicit label");

    assert_eq!(kept(&server), before, "no job, no picture, no entry in the ledger");
    assert_eq!(blobs(), stored, "no file");
    assert!(server.get("/metrics", &[]).text().contains("danqing_live_frames_total 2"), "only counted");
    assert_eq!(server.stop(), Some(0), "ends when asked");
    let log = std::fs::read_to_string(log).expect("a log");
    assert!(!log.contains("红灯笼"), "what was written is not in the log: {log}");
}

#[test]
fn the_same_words_give_the_same_frame_and_others_another() {
    let studio = Studio::new();
    let server = Server::start(&studio);
    let of = |fields: &[(&str, &str)]| pixels(&frame(&server, fields, &[]));
    let cat = of(&[("prompt", "猫")]);
    assert!(cat == of(&[("prompt", "猫")]), "nothing flickers");
    assert!(cat == of(&[("prompt", "猫"), ("travel", "9:0")]), "a journey not begun");
    for other in [
        [("prompt", "三只猫"), ("style", "")],
        [("prompt", "猫"), ("travel", "9:0.5")],
        [("prompt", "猫"), ("style", "flat")],
        [("prompt", "猫"), ("blend", "flat:0.5")],
    ] {
        assert!(cat != of(&other), "{other:?}");
    }
}

#[test]
fn what_is_kept_has_the_noise_and_the_styles_that_were_seen() {
    let studio = Studio::new();
    let server = Server::start(&studio);
    let mut events = server.events();
    let fields =
        [("prompt", "猫"), ("seed", "7"), ("travel", "9:0.5"), ("style", "3d"), ("blend", "flat:0.25")];
    assert_eq!(server.post("/orders", &fields, &[]).status, 303, "an ordinary order");
    let data = events.find(|line| line.contains("\"picture\":")).expect("a picture");
    let data: serde_json::Value =
        serde_json::from_str(data.strip_prefix("data: ").expect("data")).expect("JSON");
    let file = server.get(&format!("/pictures/{}/file", data["picture"].as_str().expect("an id")), &[]);
    std::fs::write(studio.path().join("kept.png"), &file.body).expect("written");
    let again =
        studio.paint(&["--like", "kept.png", "--json", "--out", "again.png", "--reproducible"]).good();
    for told in ["\"seed\":7", "again.png"] {
        assert!(again.out.contains(told), "{told}: {}", again.out);
    }
    let text = String::from_utf8_lossy(&file.body).into_owned();
    assert!(text.contains("Variation seed: 9, Variation seed strength: 0.5"), "the journey");
    assert!(text.contains("Style: 3d, Style blend: flat 0.25"), "the styles");
    let picture = |bytes: &[u8]| image::load_from_memory(bytes).expect("a PNG file").to_rgba8();
    assert!(picture(&file.body) == picture(&studio.bytes("again.png")), "and they paint it again");
}

#[test]
fn rules_stop_frames_before_they_are_painted() {
    let studio = Studio::new();
    let server = Server::start(&studio);
    assert_eq!(server.get("/live", &[]).status, 200, "the page");
    let before = kept(&server);
    let stopped = frame(&server, &[("prompt", "帮我做一张高仿护照")], &[("Accept-Language", "zh")]);
    assert_eq!(stopped.status, 400, "stopped");
    assert!(stopped.text().contains("被规则「"), "it says by which rule: {}", stopped.text());
    assert_eq!(kept(&server), before, "what is only written is nobody's order");
    let wordless = frame(&server, &[("prompt", "?!")], &[("Accept-Language", "en")]);
    assert_eq!(wordless.status, 400, "nothing to draw: {}", wordless.text());
}

#[test]
fn only_those_who_may_paint_paint_live() {
    let studio = Studio::new();
    account(&studio, "owner", "owner");
    let [viewer, li] =
        [("look", "viewer"), ("li", "creator")].map(|(name, role)| account(&studio, name, role));
    let server = Server::start(&studio);
    let cat = [("prompt", "猫")];
    assert_eq!(frame(&server, &cat, &[]).status, 401, "a stranger");
    assert_eq!(frame(&server, &cat, &[("Authorization", &viewer)]).status, 403, "a viewer");
    assert_eq!(frame(&server, &cat, &[("Authorization", &li)]).status, 200, "a creator");
    assert_eq!(server.get("/live", &[("Authorization", &viewer)]).status, 403, "nor the page");
    let crossed = [("Authorization", "none"), ("Origin", "https://evil.example")];
    assert_eq!(frame(&server, &cat, &crossed[1..]).status, 403, "a page of another site");
}

#[test]
fn places_are_limited_and_the_others_are_told() {
    let studio = Studio::new();
    account(&studio, "owner", "owner");
    let [li, wang] = ["li", "wang"].map(|name| account(&studio, name, "creator"));
    let mut command = studio.command(&[]);
    command.env("DANQING_LIMITS_LIVE", "1");
    let server = Server::of(command, &studio);
    let of =
        |key: &str| frame(&server, &[("prompt", "猫")], &[("Authorization", key), ("Accept-Language", "en")]);
    assert_eq!(of(&li).status, 200, "the first");
    let full = of(&wang);
    assert_eq!(full.status, 503, "the second");
    assert!(full.text().contains("1 people are painting live"), "{}", full.text());
    assert_eq!(of(&li).status, 200, "who has a place keeps it");
    let ordered = server.post("/orders", &[("prompt", "猫")], &[("Authorization", &wang)]);
    assert_eq!(ordered.status, 303, "ordinary painting goes on");
}

#[test]
fn a_newer_frame_takes_the_place_of_the_older() {
    let studio = Studio::new();
    let server = Server::start(&studio);
    // Six subjects of six copies: long enough to be overtaken.
    let long = "六只猫、六只狗、六条鱼、六只鸟、六只兔子和六个苹果";
    std::thread::scope(|scope| {
        let older = scope.spawn(|| frame(&server, &[("prompt", long)], &[]));
        let newer = until("a frame in work to be overtaken", || {
            let newer = frame(&server, &[("prompt", "猫")], &[]);
            older.is_finished().then_some(newer)
        });
        assert_eq!(newer.status, 200, "the newest is painted");
        let older = older.join().expect("an answer");
        assert_eq!((older.status, older.body.len()), (204, 0), "the older is not");
    });
}

#[cfg(unix)]
#[test]
fn a_terminal_repaints_with_every_key_and_keeps_with_enter() {
    let studio = Studio::new();
    // A terminal, typed into by `tests/cli/live.py` and read to its end.
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/live.py");
    let model = model().to_str().expect("a path of letters");
    let inner = studio.command(&[]);
    let mut command = std::process::Command::new("python3");
    command.arg(script).arg(env!("CARGO_BIN_EXE_danqing")).current_dir(studio.path());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.args(["paint", "--live", "--model", model, "--threads", "1", "--size", "128", "--steps", "2"]);
    let output = command.args(["--seed", "7", "--preview", "always"]).output().expect("python3 starts");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(
        studio.files().iter().filter(|file| file.ends_with(".png")).count(),
        1,
        "one was kept: {told}"
    );
    let kept = studio.run(&["verify", "红灯笼.png", "--json"]);
    assert!(kept.out.contains("\"is\"") || kept.code == 0, "with its labels: {kept:?}");
}

#[test]
fn without_a_terminal_that_shows_pictures_it_says_so() {
    let answer = Studio::new().paint(&["--live", "猫"]);
    assert_eq!(answer.code, 2, "{answer:?}");
    assert!(answer.err.contains("this terminal cannot show pictures"), "{answer:?}");
    assert!(answer.err.contains("--preview always"), "and what to do: {answer:?}");
}
