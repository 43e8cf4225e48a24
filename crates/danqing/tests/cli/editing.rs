//! Prompts that stand for many, tables of orders, pictures that start from others, and changes to layers.

use std::fs;

use image::{GrayImage, RgbaImage};
use serde_json::Value;

use crate::support::{Answer, Studio};

fn objects(answer: &Answer) -> Vec<Value> {
    answer.out.lines().map(|line| serde_json::from_str(line).expect("one JSON object a line")).collect()
}

fn prompts(answer: &Answer) -> Vec<String> {
    objects(answer).iter().map(|made| made["prompt"].as_str().expect("a prompt").to_owned()).collect()
}

fn open(studio: &Studio, name: &str) -> RgbaImage {
    image::load_from_memory(&studio.bytes(name)).expect(name).into_rgba8()
}

/// A picture of stripes that hides nothing.
fn stripes(studio: &Studio, name: &str, width: u32, height: u32) {
    let pixel = |x: u32, y: u32| [if (x / 8).is_multiple_of(2) { 200 } else { 90 }, (y / 2) as u8, 120, 255];
    let picture = RgbaImage::from_fn(width, height, |x, y| pixel(x, y).into());
    picture.save(studio.path().join(name)).expect("written");
}

/// Mean difference of the red values of two pictures where `chosen`.
fn difference(one: &RgbaImage, other: &RgbaImage, chosen: impl Fn(u32, u32) -> bool) -> f32 {
    let pixels = one.enumerate_pixels().filter(|(x, y, _)| chosen(*x, *y));
    let differences: Vec<f32> =
        pixels.map(|(x, y, pixel)| f32::from(pixel[0].abs_diff(other.get_pixel(x, y)[0]))).collect();
    differences.iter().sum::<f32>() / differences.len() as f32
}

#[test]
fn alternatives_are_painted_each_or_drawn_by_the_seed() {
    let studio = Studio::new();
    let every = studio.paint(&["{red|blue} {cat|dog}", "--every", "--seed", "3", "--json"]).good();
    assert_eq!(prompts(&every), ["red cat", "red dog", "blue cat", "blue dog"], "all of them");
    let drawn = studio.paint(&["{red|blue} {cat|dog}", "--seed", "3", "-n", "5", "--json"]).good();
    let again = studio.paint(&["{red|blue} {cat|dog}", "--seed", "3", "-n", "5", "--json"]).good();
    assert_eq!(prompts(&drawn), prompts(&again), "a seed always draws the same");
    let alone = studio.paint(&["{red|blue} {cat|dog}", "--seed", "6", "--json"]).good();
    assert_eq!(prompts(&drawn)[3], prompts(&alone)[0], "a picture draws by its own seed");
}

#[test]
fn a_drawn_prompt_is_repeated_without_its_template() {
    let studio = Studio::new();
    let paint = |arguments: &[&str]| studio.paint(&[arguments, &["--reproducible"]].concat()).good();
    paint(&["{a \\(red\\)|a (red:1.2)} cat", "--seed", "3", "--out", "one.png"]);
    paint(&["--like", "one.png", "--out", "two.png"]);
    assert!(studio.bytes("one.png") == studio.bytes("two.png"), "to the byte");
}

#[test]
fn wildcards_are_read_from_a_folder() {
    let studio = Studio::new();
    fs::create_dir(studio.path().join("lists")).expect("made");
    fs::write(studio.path().join("lists/动物.txt"), "# 一行一个\n猫\n狗\n").expect("written");
    let every = studio.paint(&["一只__动物__", "--every", "--wildcards", "lists", "--json"]).good();
    assert_eq!(prompts(&every), ["一只狗", "一只猫"], "every line");
    let mut command = studio.command(&["paint", "__植物__", "--json"]);
    let answer =
        Answer::of(command.env("DANQING_PAINT_WILDCARDS", "lists").output().expect("danqing starts"));
    let error = &objects(&answer)[0]["error"];
    assert_eq!((answer.code, error["code"].as_str()), (2, Some("unknown-wildcard")), "{answer:?}");
    assert!(error["hint"].as_str().is_some_and(|hint| hint.contains("动物")), "what there is: {answer:?}");
}

#[test]
fn weights_act_and_are_kept() {
    let studio = Studio::new();
    let paint = |prompt: &str, out: &str| {
        studio.paint(&[prompt, "--seed", "3", "--reproducible", "--out", out]).good();
        open(&studio, out)
    };
    let plain = paint("红色的猫", "plain.png");
    assert!(plain == paint("(红色:1)的猫", "one.png"), "a weight of one says nothing");
    assert!(plain != paint("(红色:1.6)的猫", "more.png"), "more of it is another picture");
    studio.paint(&["--like", "more.png", "--reproducible", "--out", "again.png"]).good();
    assert!(studio.bytes("more.png") == studio.bytes("again.png"), "and can be repeated");
}

#[test]
fn a_table_is_an_order_a_row() {
    let studio = Studio::new();
    let table = "提示词,种子,尺寸,数量\n一只猫,7,128,1\n\"狗, 鱼\",8,,2\n{红|蓝}花,9,,1\n鸟,七,,\n鱼,1,0,\n";
    fs::write(studio.path().join("单.csv"), table).expect("written");
    let answer = studio.paint(&["--from-file", "单.csv", "--json"]);
    assert_eq!(answer.code, 1, "some rows are wrong: {answer:?}");
    let objects = objects(&answer);
    let made: Vec<(&str, u64)> = objects
        .iter()
        .filter(|made| made["file"].is_string())
        .map(|made| (made["prompt"].as_str().expect("a prompt"), made["seed"].as_u64().expect("a seed")))
        .collect();
    assert_eq!(made[..3], [("一只猫", 7), ("狗, 鱼", 8), ("狗, 鱼", 9)], "a row, a quoted row twice");
    assert!(made.len() == 4 && ["红花", "蓝花"].contains(&made[3].0), "a drawn one: {made:?}");
    let chinese = studio.paint(&["--from-file", "单.csv", "--lang", "zh"]);
    assert!(chinese.err.contains("第 5 行「种子」列：「七」不是数字"), "{chinese:?}");
    assert!(chinese.err.contains("第 6 行「尺寸」列：「0」不是可用的尺寸"), "{chinese:?}");
}

#[test]
fn only_what_the_mask_opens_is_painted() {
    let studio = Studio::new();
    stripes(&studio, "in.png", 300, 200);
    let mask = GrayImage::from_fn(150, 100, |x, _| [if x < 60 { 255 } else { 0 }].into());
    mask.save(studio.path().join("mask.png")).expect("written");
    let paint = |more: &[&str], out: &str| {
        let arguments = ["猫", "--from", "in.png", "--mask", "mask.png", "--strength", "1", "--seed", "3"];
        studio.paint(&[&arguments[..], more, &["--out", out]].concat()).good();
        open(&studio, out)
    };
    let incoming = open(&studio, "in.png");
    // Labels stand over the finished picture: the visible one at the bottom right, the watermark as faint noise.
    let (left, right) = (|x: u32, y: u32| x < 100 && y < 150, |x: u32, y: u32| x > 125 && y < 150);
    for (area, out) in [("whole", "whole.png"), ("mask", "masked.png")] {
        let painted = paint(&["--area", area], out);
        assert_eq!(painted.dimensions(), (300, 200), "as large as it came");
        let [inside, outside] =
            [difference(&incoming, &painted, left), difference(&incoming, &painted, right)];
        assert!(inside > 20.0 && outside < 2.5, "{area}: {inside} inside, {outside} outside");
    }
    let inverted = paint(&["--invert-mask"], "inverted.png");
    let [inside, outside] = [difference(&incoming, &inverted, left), difference(&incoming, &inverted, right)];
    assert!(inside < 2.5 && outside > 20.0, "inverted: {inside} inside, {outside} outside");
}

#[test]
fn a_picture_names_the_one_it_started_from() {
    let studio = Studio::new();
    studio.paint(&["猫", "--seed", "3", "--size", "256", "--out", "first.png"]).good();
    let edit = ["狗", "--from", "first.png", "--strength", "0.4", "--seed", "5", "--reproducible"];
    studio.paint(&[&edit[..], &["--out", "second.png"]].concat()).good();
    let report = studio.run(&["verify", "second.png", "--json"]).good();
    let report = objects(&report).remove(0);
    let text = report.to_string();
    assert!(text.contains("c2pa.opened") && text.contains("c2pa.edited"), "what was done: {text}");
    assert!(text.contains("compositeWithTrainedAlgorithmicMedia"), "and of what kind it is: {text}");
    // Repeating it needs the first picture.
    let refused = studio.paint(&["--like", "second.png", "--out", "third.png"]);
    assert!(refused.code == 2 && refused.err.contains("--from"), "{refused:?}");
    let again = ["--like", "second.png", "--from", "first.png", "--reproducible", "--out", "third.png"];
    studio.paint(&again).good();
    assert!(studio.bytes("second.png") == studio.bytes("third.png"), "to the byte");
}

#[test]
fn layers_are_changed_and_the_changes_repeated() {
    let studio = Studio::new();
    let arguments = ["三只猫", "--seed", "3", "--size", "256", "--reproducible", "--json"];
    let plain = studio.paint(&[&arguments[..], &["--out", "plain.png"]].concat()).good();
    let layers = objects(&plain)[0]["layer_list"].as_array().expect("a list").clone();
    assert_eq!(layers.len(), 3, "three cats: {layers:?}");
    let changes = ["--change", "layer 2 move 20 -10", "--change", "图层 3 缩放 0.5；图层 1 重画 77"];
    let changed = studio.paint(&[&arguments[..], &changes, &["--out", "changed.png"]].concat()).good();
    let list = objects(&changed)[0]["layer_list"].as_array().expect("a list").clone();
    let place = |layer: &Value| (layer["x"].as_i64().expect("x"), layer["y"].as_i64().expect("y"));
    assert_eq!(place(&list[1]), (place(&layers[1]).0 + 20, place(&layers[1]).1 - 10), "moved");
    assert!(list[2]["width"].as_u64() < layers[2]["width"].as_u64(), "scaled");
    studio.paint(&["--like", "changed.png", "--reproducible", "--out", "again.png"]).good();
    assert!(studio.bytes("changed.png") == studio.bytes("again.png"), "repeated to the byte");
    assert!(studio.bytes("changed.png") != studio.bytes("plain.png"), "and not as it was");
    let removed = studio
        .paint(&[&arguments[..], &["--change", "layer 1 remove", "--out", "removed.png"]].concat())
        .good();
    assert_eq!(objects(&removed)[0]["layer_list"].as_array().map(Vec::len), Some(2), "one less");
    let missing = studio.paint(&["三只猫", "--change", "layer 9 remove", "--lang", "zh"]);
    assert!(missing.code == 1 && missing.err.contains("没有第 9 个图层，这张图共有 3 个"), "{missing:?}");
}
