//! Everything that leaves is labelled, and `verify`, `label` and `keys` say what they should.

use std::fs;

use serde_json::Value;

use crate::support::{Answer, Studio};

fn objects(answer: &Answer) -> Vec<Value> {
    answer.out.lines().map(|line| serde_json::from_str(line).expect("one JSON object a line")).collect()
}

/// What `danqing verify` says of `file`.
fn verified(studio: &Studio, file: &str) -> Value {
    let answer = studio.run(&["verify", file, "--json"]).good();
    objects(&answer).remove(0)
}

fn kinds(report: &Value) -> Vec<&str> {
    let findings = report["findings"].as_array().expect("findings");
    findings.iter().filter_map(|finding| finding["kind"].as_str()).collect()
}

#[test]
fn every_picture_is_labelled() {
    let studio = Studio::new();
    for (format, name) in [("png", "a.png"), ("webp", "a.webp"), ("jpeg", "a.jpg")] {
        studio
            .paint(&[
                "三只红灯笼",
                "--background",
                "#ffd84d",
                "--format",
                format,
                "--size",
                "512",
                "--out",
                name,
            ])
            .good();
        let report = verified(&studio, name);
        assert_eq!(report["verdict"], "is", "{report}");
        assert_eq!(report["basis"], serde_json::json!(["metadata", "manifest", "watermark"]), "{report}");
        assert_eq!(kinds(&report), ["label", "digital-source-type", "manifest", "watermark"], "{report}");
        let manifest = &report["findings"][2];
        assert_eq!(
            (&manifest["state"], &manifest["actions"][0]),
            (&"trusted".into(), &"c2pa.created".into()),
            "{report}"
        );
    }
}

#[test]
fn sheets_and_layers_are_labelled_too() {
    let studio = Studio::new();
    studio.paint(&["三只猫", "--count", "2", "--grid", "--layers", "--seed", "8", "--size", "256"]).good();
    assert_eq!(verified(&studio, "三只猫-grid.png")["verdict"], "is", "the sheet");
    let layers = studio.bytes("三只猫.ora");
    let labels = |needle: &[u8]| layers.windows(needle.len()).filter(|window| *window == needle).count();
    let pictures = labels(b"\x89PNG\r\n\x1a\n");
    assert!(pictures >= 4, "layers, background, flat picture, thumbnail: {pictures}");
    assert_eq!(labels(b"<TC260:AIGC>"), pictures, "each once");
    assert_eq!(labels("layer name=\"AI生成\"".as_bytes()), 1, "the visible label is a layer");
}

#[test]
fn the_visible_label_is_as_set() {
    let studio = Studio::new();
    let folder = studio.path().join("config/danqing");
    fs::create_dir_all(&folder).expect("made");
    let write = |text: &str| fs::write(folder.join("config.toml"), text).expect("written");
    let code = "001191110102MACQD9K64010000";
    write(&format!("[label]\ntext = \"AI合成\"\nposition = \"top-left\"\nproducer = \"{code}\"\n"));
    studio.paint(&["猫", "--seed", "1", "--out", "a.png", "--size", "256"]).good();
    let report = verified(&studio, "a.png");
    assert_eq!(report["findings"][0]["fields"]["ContentProducer"], code, "{report}");
    for (text, said) in [
        ("[label]\nproducer = \"001191110102MACQD9K54010000\"", "label"),
        ("[label]\nproducer = \"某 公司\"", "label"),
        ("[label]\ntext = \"照片\"", "label"),
        ("[label]\nposition = \"nowhere\"", "position"),
        ("[keys]\ntime_authority = \"https://stamps.example\"", "time authority"),
    ] {
        write(text);
        let answer = studio.paint(&["猫", "--out", "b.png"]);
        assert_eq!(answer.code, 2, "{text}: {answer:?}");
        assert!(answer.err.contains(said) && answer.err.lines().count() == 2, "{text}: {answer:?}");
    }
    assert!(!studio.path().join("b.png").exists(), "nothing was painted");
}

#[test]
fn verify_tells_people_in_both_languages() {
    let studio = Studio::new();
    studio.paint(&["猫", "--out", "a.png", "--size", "256"]).good();
    image::RgbaImage::new(4, 4).save(studio.path().join("bare.png")).expect("written");
    let mut damaged = studio.bytes("a.png");
    let last = damaged.len() - 30;
    damaged[last] ^= 1;
    fs::write(studio.path().join("damaged.png"), damaged).expect("written");
    let told = |lang: &str, file: &str| studio.run(&["verify", file, "--lang", lang]);
    let answer = told("zh", "a.png");
    assert!(answer.code == 0 && answer.out.contains("属于人工智能生成合成内容（依据："), "{answer:?}");
    let answer = told("en", "a.png");
    assert!(answer.code == 0 && answer.out.contains("This is AI-generated content (by its"), "{answer:?}");
    let answer = told("zh", "bare.png");
    assert!(answer.code == 3 && answer.out.contains("没有找到"), "{answer:?}");
    let answer = told("en", "damaged.png");
    assert!(answer.code == 4 && answer.out.contains("contradict"), "{answer:?}");
    let answer = studio.run(&["verify", "missing.png", "bare.png"]);
    assert!(
        answer.code == 3 && answer.err.contains("cannot be read"),
        "the rest is still looked at: {answer:?}"
    );
    assert_eq!(studio.run(&["verify"]).code, 2, "no file");
}

#[test]
fn labels_of_strangers_cannot_move_the_cursor() {
    let studio = Studio::new();
    let hostile = "---\nAIGC: {\"Label\":\"1\",\"ContentProducer\":\"\\u001b[2Jx\",\"ProduceID\":\"\\u202e1\",\"ReservedCode1\":\"\",\"ContentPropagator\":\"\",\"PropagateID\":\"\",\"ReservedCode2\":\"\"}\n---\n";
    fs::write(studio.path().join("a.md"), hostile).expect("written");
    let answer = studio.run(&["verify", "a.md"]);
    assert!(!answer.out.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{answer:?}");
}

#[test]
fn pictures_of_others_are_labelled() {
    let studio = Studio::new();
    let picture = image::RgbaImage::from_fn(300, 200, |x, y| image::Rgba([(x / 2) as u8, y as u8, 120, 255]));
    let path = |name: &str| studio.path().join(name);
    picture.save(path("a.png")).expect("written");
    image::DynamicImage::from(picture).into_rgb8().save(path("b.jpg")).expect("written");
    studio.run(&["label", "a.png", "b.jpg", "--certainty", "may-be", "--out", "out"]).good();
    for name in ["out/a-labelled.png", "out/b-labelled.jpg"] {
        let report = verified(&studio, name);
        assert_eq!(report["findings"][0]["fields"]["Label"], "2", "{report}");
        assert!(report["basis"].as_array().is_some_and(|bases| bases.len() >= 2), "{report}");
    }
    // What has a label keeps it, and gets a propagator.
    let answer = studio.run(&["label", "out/a-labelled.png", "--out", "again.png", "--json"]).good();
    assert_eq!(
        (&objects(&answer)[0]["label"], &objects(&answer)[0]["propagator"]),
        (&"2".into(), &"danqing".into())
    );
    let report = verified(&studio, "again.png");
    assert_eq!(report["contradictory"], false, "{report}");
    let refused = studio.run(&["label", "a.png", "--out", "again.png"]);
    assert!(refused.code == 1 && refused.err.contains("is there already"), "{refused:?}");
}

#[test]
fn texts_and_sounds_of_others_are_labelled() {
    let studio = Studio::new();
    let path = |name: &str| studio.path().join(name);
    fs::write(path("a.md"), "# 标题\n\n正文\n").expect("written");
    fs::write(path("b.json"), "{\"a\": 1}\n").expect("written");
    let mut wav =
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\x10\0\0"
            .to_vec();
    wav.resize(wav.len() + 4096, 0);
    let size = (wav.len() as u32 - 8).to_le_bytes();
    wav[4..8].copy_from_slice(&size);
    fs::write(path("c.wav"), wav).expect("written");
    studio.run(&["label", "a.md", "b.json", "c.wav", "--out", "out", "--metadata-only"]).good();
    assert!(studio.bytes("out/a-labelled.md").ends_with("# 标题\n\n正文\n".as_bytes()), "as it was");
    for name in ["out/a-labelled.md", "out/b-labelled.json", "out/c-labelled.wav"] {
        assert_eq!(verified(&studio, name)["verdict"], "is", "{name}");
    }
}

#[test]
fn plain_text_has_its_label_beside_it() {
    let studio = Studio::new();
    fs::write(studio.path().join("a.txt"), "春眠不觉晓\n").expect("written");
    let answer = studio.run(&["label", "a.txt", "--out", "b.txt", "--json"]).good();
    assert_eq!(objects(&answer)[0]["mark"], "words", "{answer:?}");
    assert_eq!(studio.bytes("b.txt"), "AI生成\n\n春眠不觉晓\n".as_bytes(), "a line for people");
    let report = verified(&studio, "b.txt");
    assert_eq!((&report["verdict"], &report["contradictory"]), (&"is".into(), &false.into()), "{report}");
    assert_eq!(report["findings"][0]["carrier"], "XMP element TC260:AIGC in file beside it", "{report}");
    // Labelled again, it keeps its label, and the propagator is added.
    studio.run(&["label", "b.txt", "--out", "c.txt"]).good();
    assert_eq!(studio.bytes("c.txt"), studio.bytes("b.txt"), "the words are there once");
    let fields = &verified(&studio, "c.txt")["findings"][0]["fields"];
    assert_eq!(
        (&fields["Label"], &fields["ContentPropagator"]),
        (&"1".into(), &"danqing".into()),
        "{fields}"
    );
    fs::remove_file(studio.path().join("b.txt.xmp")).expect("removed");
    assert_eq!(studio.run(&["verify", "b.txt"]).code, 3, "nothing without the packet");
}

#[test]
fn keys_are_made_shown_and_renewed_without_being_told() {
    let studio = Studio::new();
    let keys = |words: &[&str]| studio.run(&[&["keys"], words, &["--folder", "keys", "--json"]].concat());
    let none = keys(&["show"]);
    assert!(none.code == 1 && none.out.contains("\"keys\""), "{none:?}");
    let made = objects(&keys(&["make"]).good()).remove(0);
    assert_eq!((&made["generation"], &made["algorithm"]), (&1.into(), &"es256".into()), "{made}");
    assert_eq!(keys(&["make"]).code, 1, "never over others");
    let renewed = keys(&["rotate", "--algorithm", "ed25519"]).good();
    let renewed = objects(&renewed).remove(0);
    assert_eq!((&renewed["generation"], &renewed["algorithm"]), (&2.into(), &"ed25519".into()), "{renewed}");
    assert_eq!(renewed["certificates_sha256"][1], made["certificates_sha256"][1], "the same root");
    for lang in ["zh", "en"] {
        let told = studio.run(&["keys", "--folder", "keys", "--lang", lang]).good().out;
        for file in ["watermark.key", "label.key", "signer.key", "root.key"] {
            let secret = fs::read_to_string(studio.path().join("keys/2").join(file)).expect("readable");
            let line = secret.lines().find(|line| !line.starts_with("-----")).expect("a line");
            assert!(!told.contains(line.trim()), "{file}: {told}");
        }
    }
}

#[test]
fn pictures_outlive_their_keys() {
    let studio = Studio::new();
    let run = |words: &[&str]| {
        let mut command = studio.command(words);
        Answer::of(
            command.env("DANQING_KEYS_FOLDER", studio.path().join("keys")).output().expect("danqing starts"),
        )
    };
    let model = crate::support::model().to_str().expect("a path of letters");
    run(&[
        "paint", "--model", model, "--steps", "2", "--size", "512", "-b", "#ffd84d", "猫", "--out", "a.png",
    ])
    .good();
    run(&["keys", "rotate"]).good();
    let report = objects(&run(&["verify", "a.png", "--json"]).good()).remove(0);
    assert_eq!(report["basis"], serde_json::json!(["metadata", "manifest", "watermark"]), "{report}");
    let state =
        report["findings"].as_array().expect("findings").iter().find(|finding| finding["kind"] == "manifest");
    assert_eq!(state.map(|manifest| &manifest["state"]), Some(&"trusted".into()), "{report}");
}
