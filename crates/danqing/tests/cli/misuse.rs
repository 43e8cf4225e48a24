//! Everything that can be asked wrongly gets one line, a hint and an exit code, in both languages.

use std::fs;

use crate::support::{Studio, write_model};

/// Runs danqing in both languages and checks the shape of the complaint; gives the English one.
fn refused(studio: &Studio, arguments: &[&str], code: i32) -> String {
    let complaint = |lang: &str, first: &str, second: &str| {
        let answer = studio.paint(&[arguments, &["--lang", lang]].concat());
        assert_eq!(answer.code, code, "{arguments:?}: {answer:?}");
        assert_eq!(answer.out, "", "{arguments:?}: nothing on standard output");
        let lines: Vec<&str> = answer.err.lines().collect();
        assert_eq!(lines.len(), 2, "{arguments:?}: {}", answer.err);
        assert!(lines[0].starts_with(first) && lines[1].starts_with(second), "{arguments:?}: {}", answer.err);
        assert!(!answer.err.contains("panicked"), "{arguments:?}: {}", answer.err);
        assert!(
            !answer.err.trim_end().chars().any(|c| c.is_control() && c != '\n'),
            "{arguments:?}: plain text"
        );
        answer.err
    };
    complaint("zh", "错误：", "提示：");
    complaint("en", "error: ", "hint: ")
}

#[test]
fn bad_orders_are_refused_without_a_file() {
    let studio = Studio::new();
    let long = "a ".repeat(50_000);
    let cases: &[&[&str]] = &[
        &[],
        &[""],
        &[" \n "],
        &["?!"],
        &[&long],
        &["a\u{1b}[31mb"],
        &["a\u{7}b"],
        &["猫", "--style", "立方主义"],
        &["猫", "--sampler", "magic"],
        &["猫", "--size", "0"],
        &["猫", "--size", "1000000"],
        &["猫", "--size", "-5"],
        &["猫", "--size", "512x"],
        &["猫", "--steps", "0"],
        &["猫", "--steps", "1000000"],
        &["猫", "--steps", "viele"],
        &["猫", "--guidance", "-1"],
        &["猫", "--guidance", "NaN"],
        &["猫", "--count", "0"],
        &["猫", "--seed", "-7"],
        &["猫", "--background", "好看的"],
        &["猫", "--format", "gif"],
        &["猫", "--negative", "a\u{1}b"],
        &["猫", "--colour", "red"],
        &["猫", "--preview", "maybe"],
        &["猫", "--from-file", "x"],
        &["猫", "--style"],
        &["{猫|狗"],
        &["猫}"],
        &["__猫__"],
        &["${猫}"],
        &["(猫:100)"],
        &["{红|蓝}猫", "--grid"],
        &["猫", "--change", "layer 2 explode"],
        &["猫", "--mask", "x.png"],
        &["猫", "--strength", "0.5"],
        &["猫", "--area", "all"],
    ];
    for arguments in cases {
        refused(&studio, arguments, 2);
    }
    assert!(studio.files().is_empty(), "{:?}", studio.files());
}

#[test]
fn misspellings_get_a_suggestion() {
    let studio = Studio::new();
    let complaint = refused(&studio, &["猫", "--sede", "7"], 2);
    assert!(complaint.contains("`--sede`") && complaint.contains("--seed?"), "{complaint}");
    let answer = studio.run(&["pant", "猫"]);
    assert_eq!(answer.code, 2, "{answer:?}");
    assert!(answer.err.contains("paint?"), "{answer:?}");
}

#[test]
fn files_that_cannot_be_repeated_are_refused() {
    let studio = Studio::new();
    let path = |name: &str| studio.path().join(name);
    fs::write(path("words.txt"), "no picture").expect("written");
    image::RgbaImage::new(4, 4).save(path("bare.png")).expect("written");
    studio.paint(&["猫", "--out", "good.png"]).good();
    let good = studio.bytes("good.png");
    fs::write(path("cut.png"), &good[..good.len() / 2]).expect("written");
    fs::create_dir(path("folder.png")).expect("made");
    for (name, code, said) in [
        ("bare.png", 2, "no parameters"),
        ("words.txt", 2, "not a sound"),
        ("cut.png", 2, "not a sound"),
        ("missing.png", 1, "cannot be read"),
        ("folder.png", 1, "cannot be read"),
    ] {
        let complaint = refused(&studio, &["--like", name], code);
        assert!(complaint.contains(said), "{complaint}");
    }
}

#[test]
fn pictures_that_cannot_be_edited_are_refused() {
    let studio = Studio::new();
    let path = |name: &str| studio.path().join(name);
    fs::write(path("words.png"), "no picture").expect("written");
    image::RgbaImage::from_pixel(90, 90, image::Rgba([200, 10, 10, 255]))
        .save(path("in.png"))
        .expect("written");
    image::GrayImage::new(9, 9).save(path("black.png")).expect("written");
    for (arguments, code, said) in [
        (&["猫", "--from", "words.png"][..], 2, "no PNG"),
        (&["猫", "--from", "missing.png"], 1, "cannot be read"),
        (&["猫", "--from", "in.png", "--mask", "words.png"], 2, "no PNG"),
        (&["猫", "--from", "in.png", "--mask", "black.png"], 2, "nothing to paint"),
        (&["猫", "--from", "in.png", "--strength", "0"], 2, "--strength"),
        (&["猫", "--from", "in.png", "--strength", "NaN"], 2, "--strength"),
        (&["猫", "--from", "in.png", "--mask", "in.png", "--area", "all"], 2, "`all`"),
    ] {
        let complaint = refused(&studio, arguments, code);
        assert!(complaint.contains(said), "{complaint}");
    }
}

#[test]
fn tables_must_say_what_their_columns_are() {
    let studio = Studio::new();
    for (name, text, said) in [
        ("empty.csv", "", "no column"),
        ("heading.csv", "prompt,seed\n", "no prompt"),
        ("unknown.csv", "prompt,colour of hat\ncat,red\n", "`colour of hat`"),
        ("twice.csv", "prompt,提示词\ncat,猫\n", "two columns"),
    ] {
        fs::write(studio.path().join(name), text).expect("written");
        let complaint = refused(&studio, &["--from-file", name], 2);
        assert!(complaint.contains(said), "{complaint}");
    }
}

#[test]
fn prompt_files_must_be_text_with_prompts() {
    let studio = Studio::new();
    let path = |name: &str| studio.path().join(name);
    fs::write(path("empty.txt"), "# nothing\n\n").expect("written");
    fs::write(path("bytes.txt"), [0xff, 0xfe, 0x00]).expect("written");
    refused(&studio, &["--from-file", "empty.txt"], 2);
    refused(&studio, &["--from-file", "bytes.txt"], 2);
    refused(&studio, &["--from-file", "missing.txt"], 1);
    fs::write(path("long.txt"), "长".repeat(100_000)).expect("written");
    let answer = studio.paint(&["--from-file", "long.txt", "--lang", "zh"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(answer.err.contains("提示词有 100000 个字，最多读 2000 个"), "{answer:?}");
}

#[test]
fn folders_that_cannot_be_written_to_are_refused_before_painting() {
    let studio = Studio::new();
    fs::write(studio.path().join("file"), "not a folder").expect("written");
    refused(&studio, &["猫", "--out", "file/deeper"], 1);
    refused(&studio, &["猫", "--out", "/proc/nowhere"], 1);
}

/// A small disk of its own for one command, which must answer in one line of `lang` and leave nothing there.
#[cfg(target_os = "linux")]
fn full_disk(disk: &str, lang: &str) -> String {
    use std::process::Command;

    use crate::support::{Answer, model};

    let studio = Studio::new();
    fs::create_dir(studio.path().join("small")).expect("made");
    // A namespace lets anybody mount; where the system forbids it, root can still do without.
    let inside = |namespace: &[&str], script: &str| {
        let paint = studio.command(&[
            "paint",
            "猫",
            "--steps",
            "1",
            "--threads",
            "1",
            "--out",
            "small",
            "--lang",
            lang,
        ]);
        let mut command = Command::new("unshare");
        command
            .args(namespace)
            .args(["sh", "-c", script, disk])
            .arg(paint.get_program())
            .args(paint.get_args());
        command.arg("--model").arg(model()).current_dir(studio.path()).output().expect("unshare is there")
    };
    let mount = "mount -t tmpfs -o \"$0\" small small";
    let namespace = [&["--mount", "--map-root-user"][..], &["--mount"]]
        .into_iter()
        .find(|namespace| inside(namespace, mount).status.success())
        .expect("a user who may mount a disk in a namespace");
    let answer =
        Answer::of(inside(namespace, &format!("{mount} && {{ \"$@\"; code=$?; ls -A small; exit $code; }}")));
    assert_eq!((answer.code, answer.out.as_str()), (1, ""), "{disk}: nothing is left there: {answer:?}");
    assert_eq!(answer.err.lines().count(), 2, "{answer:?}");
    answer.err
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_keeps_no_half_file() {
    // One page, too small for a picture; and no room for a file at all, which shows before painting.
    for (disk, file) in [("size=4k", "small/猫.png"), ("nr_inodes=1", "small/.")] {
        let chinese = full_disk(disk, "zh");
        assert!(
            chinese.starts_with(&format!("错误：磁盘满了，「{file}」没有写成\n提示：腾出空间")),
            "{chinese}"
        );
        let english = full_disk(disk, "en");
        let expected = format!("error: the disk is full; `{file}` was not written\nhint: free some space");
        assert!(english.starts_with(&expected), "{english}");
    }
}

#[test]
fn damaged_models_are_refused() {
    let studio = Studio::new();
    let model = studio.path().join("model");
    let named = model.to_str().expect("a path of letters");
    let complain = || {
        let answer = studio.run(&["paint", "--model", named, "猫"]);
        assert_eq!((answer.code, answer.err.lines().count()), (1, 2), "{answer:?}");
        assert!(answer.err.starts_with("error: ") && !answer.err.contains("panicked"), "{answer:?}");
    };
    complain();
    fs::create_dir(&model).expect("made");
    write_model(&model);
    fs::remove_file(model.join("quick.safetensors")).expect("written before");
    let answer = studio.run(&["paint", "--model", named, "猫", "--sampler", "quick"]);
    assert_eq!(answer.code, 1, "{answer:?}");
    assert!(answer.err.contains("has no quick painter") && answer.err.contains("euler"), "{answer:?}");
    let sound = fs::read(model.join("painter.safetensors")).expect("written before");
    for damaged in
        [&sound[..0], &sound[..100], &sound[..sound.len() - 1], &sound[8..], b"not weights".as_slice()]
    {
        fs::write(model.join("painter.safetensors"), damaged).expect("written");
        complain();
    }
    fs::rename(model.join("pixels.safetensors"), model.join("painter.safetensors")).expect("moved");
    complain();
    assert_eq!(studio.files(), ["model"], "no picture");
}

#[test]
fn errors_are_objects_for_programs() {
    let studio = Studio::new();
    for arguments in [&["猫", "--style", "x", "--json"][..], &["猫", "--sede", "1", "--json"]] {
        let answer = studio.paint(arguments);
        let object: serde_json::Value = serde_json::from_str(&answer.out).expect("one object");
        assert!(object["error"]["code"].is_string() && object["error"]["hint"].is_string(), "{object}");
        assert_eq!((answer.code, answer.err.as_str()), (2, ""), "{arguments:?}");
    }
}

#[test]
fn settings_are_checked_and_told() {
    let studio = Studio::new();
    let folder = studio.path().join("config/danqing");
    fs::create_dir_all(&folder).expect("made");
    let write = |text: &str| fs::write(folder.join("config.toml"), text).expect("written");
    write("[paint]\nsteps = 5\n");
    let answer =
        studio.command(&["config"]).env("DANQING_PAINT_SIZE", "128").output().expect("danqing starts");
    let told = String::from_utf8(answer.stdout).expect("UTF-8");
    let line = |name: &str| told.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    assert!(line("paint.steps").contains(" 5 ") && line("paint.steps").ends_with("config.toml"), "{told}");
    assert!(line("paint.size").ends_with("DANQING_PAINT_SIZE"), "{told}");
    assert!(line("paint.sampler").ends_with("default"), "{told}");
    write("[paint]\nstep = 5\n");
    let answer = studio.run(&["config"]);
    assert_eq!(answer.code, 2, "{answer:?}");
    assert!(answer.err.contains("config.toml` is wrong: 2: unknown field `step`"), "{answer:?}");
}
