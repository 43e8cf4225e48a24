//! Pictures painted by a small random model: real files, real parameters.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Answer, Studio, model};

/// The parameters text of a PNG file.
fn parameters(png: &[u8]) -> String {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().expect("a PNG file");
    reader.finish().expect("sound to the end");
    let chunk =
        reader.info().utf8_text.iter().find(|chunk| chunk.keyword == "parameters").expect("an iTXt chunk");
    chunk.get_text().expect("UTF-8")
}

fn objects(answer: &Answer) -> Vec<Value> {
    answer.out.lines().map(|line| serde_json::from_str(line).expect("one JSON object a line")).collect()
}

#[test]
fn a_prompt_becomes_a_file_that_says_how() {
    let studio = Studio::new();
    let answer = studio.paint(&["三只红灯笼", "--seed", "42"]).good();
    assert_eq!(studio.files(), ["三只红灯笼.png"], "named after the prompt");
    assert!(answer.out.contains("三只红灯笼.png  tiny, seed 42, 2 steps"), "{answer:?}");
    let text = parameters(&studio.bytes("三只红灯笼.png"));
    assert!(text.starts_with("三只红灯笼\nSteps: 2, Sampler: Euler, Schedule type: Automatic, CFG scale: 4, Seed: 42, Size: 128x128, Model hash: "), "{text}");
    assert!(text.contains(", Model: tiny, Version: danqing v"), "{text}");
}

#[test]
fn the_quick_painter_takes_few_steps_without_guidance() {
    let studio = Studio::new();
    let quick = ["猫", "--seed", "42", "--sampler", "quick", "--guidance", "9"];
    for (steps, taken) in [("20", 4), ("3", 2), ("1", 1)] {
        let file = format!("{taken}.png");
        studio.paint(&[&quick[..], &["--steps", steps, "--out", &file]].concat()).good();
        let text = parameters(&studio.bytes(&file));
        let told =
            format!("猫\nSteps: {taken}, Sampler: Quick, Schedule type: Automatic, CFG scale: 1, Seed: 42");
        assert!(text.starts_with(&told), "{text}");
    }
    let again = studio.paint(&["--like", "1.png", "--out", "again.png"]).good();
    assert!(parameters(&studio.bytes("again.png")).contains("Steps: 1, Sampler: Quick"), "{again:?}");
}

#[test]
fn a_drawn_seed_is_told_and_kept() {
    let studio = Studio::new();
    let answer = studio.paint(&["猫", "--json"]).good();
    let seed = objects(&answer)[0]["seed"].as_u64().expect("a number");
    assert!(
        parameters(&studio.bytes("猫.png")).contains(&format!("Seed: {seed},")),
        "the same in both places"
    );
}

#[test]
fn the_same_request_gives_the_same_bytes() {
    let studio = Studio::new();
    let model = model().to_str().expect("a path of letters");
    let paint = |out: &str, threads: &str| {
        let arguments = [
            "paint",
            "--model",
            model,
            "--steps",
            "3",
            "--seed",
            "5",
            "--reproducible",
            "两只猫和一条鱼，黄色背景",
        ];
        studio.run(&[&arguments[..], &["--threads", threads, "--out", out]].concat()).good();
        studio.bytes(out)
    };
    let alone = paint("a.png", "1");
    assert!(alone == paint("b.png", "2"), "on two threads");
    fs::write(studio.path().join("many.txt"), "狗\n两只猫和一条鱼，黄色背景\n樱花无缝图案\n")
        .expect("written");
    studio
        .paint(&[
            "--from-file",
            "many.txt",
            "--steps",
            "3",
            "--size",
            "512",
            "--seed",
            "5",
            "--reproducible",
            "--out",
            "many",
        ])
        .good();
    assert!(alone == studio.bytes("many/两只猫和一条鱼-黄色背景.png"), "in a batch");
    // The time is all that differs otherwise.
    studio
        .run(&[
            "paint",
            "--model",
            model,
            "--steps",
            "3",
            "--seed",
            "5",
            "两只猫和一条鱼，黄色背景",
            "--out",
            "c.png",
        ])
        .good();
    let pixels = |name: &str| image::load_from_memory(&studio.bytes(name)).expect("a picture").into_rgba8();
    assert!(alone != studio.bytes("c.png") && pixels("a.png") == pixels("c.png"), "the same pixels");
}

#[test]
fn pictures_of_every_format_are_repeated_to_the_byte() {
    let studio = Studio::new();
    for format in ["png", "webp", "jpeg"] {
        let name = format!("a.{}", if format == "jpeg" { "jpg" } else { format });
        let settings =
            ["a corgi", "--style", "剪纸", "--background", "#ffd84d", "--negative", "text, \"words\": bad"];
        let more = [
            "--steps",
            "3",
            "--guidance",
            "4.5",
            "--sampler",
            "dpm++2m",
            "--size",
            "160x96",
            "--reproducible",
            "--out",
            &name,
        ];
        studio.paint(&[&settings[..], &more[..]].concat()).good();
        let again = format!("b-{name}");
        studio.paint(&["--like", &name, "--reproducible", "--out", &again]).good();
        assert!(studio.bytes(&name) == studio.bytes(&again), "{format}");
    }
    studio.paint(&["--like", "a.webp"]).good();
    assert!(
        studio.files().contains(&"a-corgi.webp".to_owned()),
        "the format is repeated too: {:?}",
        studio.files()
    );
}

#[test]
fn whole_prompts_and_grids_are_repeated_too() {
    let studio = Studio::new();
    studio.paint(&["三只猫", "--whole", "--count", "3", "--grid", "--seed", "8", "--reproducible"]).good();
    assert_eq!(
        studio.files(),
        ["三只猫-2.png", "三只猫-3.png", "三只猫-grid.png", "三只猫.png"],
        "three and a sheet"
    );
    let text = parameters(&studio.bytes("三只猫-2.png"));
    assert!(text.contains("Seed: 9,") && text.contains("Reader: off"), "{text}");
    studio.paint(&["--like", "三只猫-2.png", "--reproducible", "--out", "again.png"]).good();
    assert!(studio.bytes("again.png") == studio.bytes("三只猫-2.png"), "one of a count, alone");
    studio.paint(&["--like", "三只猫-grid.png", "--reproducible", "--out", "sheets"]).good();
    assert!(studio.bytes("sheets/三只猫-grid.png") == studio.bytes("三只猫-grid.png"), "the sheet");
}

#[test]
fn flags_change_what_is_repeated() {
    let studio = Studio::new();
    studio.paint(&["猫", "--seed", "1"]).good();
    studio.paint(&["--like", "猫.png", "--seed", "2", "--out", "b.png"]).good();
    let text = parameters(&studio.bytes("b.png"));
    assert!(text.contains("Seed: 2, Size: 128x128"), "{text}");
}

#[test]
fn pictures_of_other_weights_are_told_apart() {
    let studio = Studio::new();
    let order = "a cat, sitting\nNegative prompt: ugly\nSteps: 1, Sampler: Euler, CFG scale: 7, Seed: 5, Size: 128x128, Model hash: abc, Model: other";
    let file = fs::File::create(studio.path().join("foreign.png")).expect("made");
    let mut encoder = png::Encoder::new(file, 1, 1);
    encoder.add_text_chunk("parameters".into(), order.into()).expect("latin text");
    encoder.write_header().and_then(|mut writer| writer.write_image_data(&[0])).expect("written");
    let answer = studio.paint(&["--like", "foreign.png"]).good();
    assert!(answer.err.contains("painted with other weights (abc"), "{answer:?}");
    let text = parameters(&studio.bytes("a-cat-sitting.png"));
    assert!(
        text.contains(
            "Negative prompt: ugly\nSteps: 1, Sampler: Euler, Schedule type: Automatic, CFG scale: 7, Seed: 5"
        ),
        "{text}"
    );
}

#[test]
fn files_are_kept_unless_forced() {
    let studio = Studio::new();
    for _ in 0..2 {
        studio.paint(&["a red cat!"]).good();
    }
    assert_eq!(studio.files(), ["a-red-cat-2.png", "a-red-cat.png"], "the second one gets a number");
    studio.paint(&["a red cat!", "--force"]).good();
    assert_eq!(studio.files().len(), 2, "replaced");
}

#[test]
fn prompts_come_from_files_and_standard_input() {
    let studio = Studio::new();
    let lines = "\u{FEFF}# prototypes\n猫\n\n  a dog \r\n猫\n";
    fs::write(studio.path().join("prompts.txt"), lines).expect("written");
    let answer = studio.paint(&["--from-file", "prompts.txt", "--json", "--out", "pictures"]).good();
    let prompts: Vec<Value> = objects(&answer).into_iter().map(|object| object["prompt"].clone()).collect();
    assert_eq!(prompts, ["猫", "a dog", "猫"], "notes and empty lines are skipped");

    let model = model().to_str().expect("a path of letters");
    let mut command =
        studio.command(&["paint", "-f", "-", "--model", model, "--steps", "1", "--size", "128"]);
    let mut running = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("danqing starts");
    running.stdin.take().expect("a pipe").write_all("西瓜\n".as_bytes()).expect("read");
    assert!(running.wait_with_output().expect("it ends").status.success(), "standard input");
    assert!(studio.files().contains(&"西瓜.png".to_owned()), "painted");
}

#[test]
fn one_bad_prompt_does_not_stop_the_rest() {
    let studio = Studio::new();
    fs::write(studio.path().join("prompts.txt"), "猫\na\u{1}b\n???\n狗\n").expect("written");
    let answer = studio.paint(&["--from-file", "prompts.txt", "--json"]);
    assert_eq!(answer.code, 1, "scripts can tell");
    let codes: Vec<Value> =
        objects(&answer).into_iter().map(|object| object["error"]["code"].clone()).collect();
    assert_eq!(
        codes,
        [
            Value::from("control-character"),
            "wordless-prompt".into(),
            Value::Null,
            Value::Null,
            "some-failed".into()
        ],
        "{answer:?}"
    );
    assert_eq!(studio.files(), ["prompts.txt", "狗.png", "猫.png"], "the good ones are there");
}

#[test]
fn unknown_words_are_told() {
    let studio = Studio::new();
    let answer = studio.paint(&["柯基", "--lang", "zh"]).good();
    assert!(answer.out.contains("不认识「柯基」，画成了「狗」"), "{answer:?}");
    let answer = studio.paint(&["a zyzzyva", "--json"]).good();
    assert_eq!(objects(&answer)[0]["notes"][0]["unknown"], "zyzzyva", "{answer:?}");
}

#[test]
fn layers_are_an_openraster_file() {
    let studio = Studio::new();
    studio.paint(&["两只猫", "--layers"]).good();
    let file = studio.bytes("两只猫.ora");
    assert_eq!(&file[30..38], b"mimetype", "the first entry, as readers want it");
}

#[test]
fn every_size_is_the_size_asked_for() {
    let studio = Studio::new();
    for (size, expected) in
        [("128", (128, 128)), ("300", (300, 300)), ("1024", (1024, 1024)), ("200x100", (200, 100))]
    {
        studio.paint(&["猫", "--steps", "1", "--size", size, "--out", "a.png", "--force"]).good();
        let found = image::load_from_memory(&studio.bytes("a.png")).expect("a picture");
        assert_eq!((found.width(), found.height()), expected, "{size}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_keeps_what_is_finished() {
    use std::io::{BufRead, BufReader};

    let studio = Studio::new();
    fs::write(studio.path().join("prompts.txt"), "猫\n".repeat(2000)).expect("written");
    let model = model().to_str().expect("a path of letters");
    let arguments =
        ["paint", "-f", "prompts.txt", "--model", model, "--steps", "2", "--size", "128", "--out", "many"];
    let mut running = studio
        .command(&arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("danqing starts");
    let mut lines = BufReader::new(running.stdout.take().expect("a pipe")).lines();
    lines.next().expect("a first picture").expect("a line");
    let interrupt = std::process::Command::new("kill").args(["-INT", &running.id().to_string()]).status();
    assert!(interrupt.expect("kill is there").success(), "interrupted");
    let told = 1 + lines.filter(|line| line.as_ref().is_ok_and(|line| line.contains(".png"))).count();
    assert_eq!(running.wait().expect("it ends").code(), Some(130), "cancelled");
    let kept = fs::read_dir(studio.path().join("many")).expect("a folder").count();
    assert_eq!(kept, told, "every picture told of is there, and no half one");
    assert!(kept < 2000, "it ended early");
}
