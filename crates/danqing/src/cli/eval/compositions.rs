//! The set of 200 compositions: prompts that say what must be in the picture, and programs that look whether it is.
//!
//! Built as `GenEval` is (Ghosh, Hajishirzi and Schmidt 2023, arXiv:2310.11513): each prompt states things with their
//! number and colour, and one thing more, such as a place or a background; a picture is right or wrong as a whole, and the
//! score is the mean over the tasks. In place of a detector for photographs stand the layers of the picture, each named by
//! the judge from what is seen of it.

use std::collections::BTreeMap;

use danqing_engine::Judge;
use danqing_scene::Composition;
use image::{RgbaImage, imageops};
use serde_json::{Value, json};

use super::look::{COLOURS, Manner, SEEN, manner, rim, seam, shares, spots};
use super::{Evaluation, likeness};
use crate::error::Error;
use crate::order::Reading;
use crate::report::{Reader, say};

/// Task, prompt, things, and what else must hold, by tabs; a thing is `noun*count:colour`.
const SET: &str = include_str!("compositions.tsv");
const SIDE: &str = "384";
/// Less of a thing than this share is hidden.
const LEAST_SEEN: f32 = 0.35;
/// A colour that covers less of a thing is not the thing's colour.
const LEAST_COLOUR: f32 = 0.3;
/// Centres of two things are at least so far apart, as a share of the side, where a place is asked for.
const LEAST_APART: f32 = 0.08;
/// Whole copies that a pattern has at least.
const LEAST_COPIES: usize = 3;
/// Neighbours across the edge of a tile differ at most so much more than those at lively places inside.
const MOST_SEAM: f32 = 1.25;
/// Share of the rim that must have the background's colour; things may stand on the rest.
const LEAST_RIM: f32 = 0.9;

/// The words for [`COLOURS`] in Chinese.
const CHINESE: [&str; COLOURS.len()] =
    ["红色", "橙色", "黄色", "绿色", "蓝色", "紫色", "粉色", "白色", "灰色", "黑色", "棕色"];
/// What a picture of each style looks like to a program.
const STYLES: [(&str, Manner); 5] = [
    ("3d", Manner::Shaded),
    ("gradient", Manner::Shaded),
    ("flat", Manner::Flat),
    ("papercut", Manner::PaperCut),
    ("ink", Manner::Ink),
];

/// One line of the set.
struct Composed<'a> {
    task: &'a str,
    prompt: &'a str,
    things: Vec<Thing<'a>>,
    extra: Vec<&'a str>,
}

/// Something that must be there.
#[derive(Debug, PartialEq)]
struct Thing<'a> {
    noun: &'a str,
    count: usize,
    colour: Option<&'a str>,
}

/// A layer, as it is seen in the picture.
struct Detection<'a> {
    noun: &'a str,
    picture: RgbaImage,
    /// Centre of what is seen, as shares of the sides.
    centre: (f32, f32),
}

fn set() -> Vec<Composed<'static>> {
    SET.lines().map(composed).collect()
}

fn composed(line: &str) -> Composed<'_> {
    let mut parts = line.split('\t');
    let mut next = || parts.next().unwrap_or("");
    Composed {
        task: next(),
        prompt: next(),
        things: next().split(',').map(thing).collect(),
        extra: next().split_whitespace().collect(),
    }
}

fn thing(text: &str) -> Thing<'_> {
    let (text, colour) = text.split_once(':').map_or((text, None), |(text, colour)| (text, Some(colour)));
    let (noun, count) = text.split_once('*').unwrap_or((text, "1"));
    Thing { noun, count: count.parse().unwrap_or(1), colour }
}

/// The nouns of the set in one language, with their vectors: by themselves, and with each colour that the set asks for.
struct Vocabulary {
    nouns: Vec<&'static str>,
    vectors: BTreeMap<Option<&'static str>, Vec<Vec<f32>>>,
}

impl Vocabulary {
    /// The noun most like `picture`, by itself or with one of `colours`: a blue apple is more like "blue apple" than "apple".
    fn noun(&self, picture: &[f32], colours: &[&str]) -> &'static str {
        let said = |colour: &Option<&str>| colour.is_none_or(|colour| colours.contains(&colour));
        let vectors = self.vectors.iter().filter(|(colour, _)| said(colour));
        let scores = vectors
            .flat_map(|(_, vectors)| vectors.iter().map(|vector| likeness(picture, vector)).enumerate());
        let best = scores.max_by(|(_, a), (_, b)| a.total_cmp(b));
        self.nouns[best.map_or(0, |(index, _)| index)]
    }
}

/// Paints the set, checks it and tells the result.
pub(super) fn run(painting: &Evaluation<'_>, judge: &Judge) -> Result<(), Error> {
    let set = set();
    let prompts: Vec<&str> = set.iter().map(|composed| composed.prompt).collect();
    let plans = painting.plans(&prompts, SIDE, Reading::Scene)?;
    let compositions = painting.compositions(&plans)?;
    let words = |ascii: bool| vocabulary(painting, judge, &set, ascii);
    let vocabularies = [words(false), words(true)];
    let mut tally: BTreeMap<&str, [(usize, usize); 2]> = BTreeMap::new();
    let (mut separate, mut counted) = (0, 0);
    for (composed, composition) in set.iter().zip(&compositions) {
        let language = usize::from(composed.prompt.is_ascii());
        let flat = composition.flatten();
        let colours: Vec<&str> = composed.things.iter().filter_map(|thing| thing.colour).collect();
        let detections = detections(composition, judge, &vocabularies[language], &colours);
        let faults = faults(composed, &detections, &flat);
        let (right, all) = &mut tally.entry(composed.task).or_default()[language];
        (*right, *all) = (*right + usize::from(faults.is_empty()), *all + 1);
        if composed.task == "count" {
            counted += 1;
            separate +=
                usize::from(spots(&flat) == composed.things.iter().map(|thing| thing.count).sum::<usize>());
        }
        tell(painting.reader, composed, &detections, &faults);
    }
    tell_tally(painting.reader, &tally, separate, counted);
    Ok(())
}

fn vocabulary(
    painting: &Evaluation<'_>,
    judge: &Judge,
    set: &[Composed<'static>],
    ascii: bool,
) -> Vocabulary {
    let things = || {
        set.iter()
            .filter(|composed| composed.prompt.is_ascii() == ascii)
            .flat_map(|composed| &composed.things)
    };
    let mut nouns: Vec<&str> = things().map(|thing| thing.noun).collect();
    nouns.sort_unstable();
    nouns.dedup();
    let mut vectors = BTreeMap::from([(None, painting.text_vectors(judge, &nouns))]);
    for colour in things().filter_map(|thing| thing.colour) {
        vectors.entry(Some(colour)).or_insert_with(|| {
            let coloured: Vec<String> = nouns.iter().map(|noun| with_colour(noun, colour)).collect();
            painting.text_vectors(judge, &coloured.iter().map(String::as_str).collect::<Vec<_>>())
        });
    }
    Vocabulary { nouns, vectors }
}

/// `noun` with the English word `colour` before it, in the noun's language.
fn with_colour(noun: &str, colour: &str) -> String {
    let chinese =
        COLOURS.iter().zip(CHINESE).find(|(known, _)| **known == colour).map_or("", |(_, word)| word);
    if noun.is_ascii() { format!("{colour} {noun}") } else { format!("{chinese}的{noun}") }
}

/// Every layer of which enough is seen, named by the noun that it is most like.
fn detections<'a>(
    composition: &Composition,
    judge: &Judge,
    words: &Vocabulary,
    colours: &[&str],
) -> Vec<Detection<'a>> {
    let (width, height) = composition.background.dimensions();
    // Which layer is seen at each pixel: the highest one that is opaque there.
    let mut owner = vec![usize::MAX; (width * height) as usize];
    let mut whole = Vec::new();
    for (index, layer) in composition.layers.iter().enumerate() {
        let mut opaque = 0usize;
        for (x, y, _) in layer.image.enumerate_pixels().filter(|(_, _, pixel)| pixel[3] >= SEEN) {
            opaque += 1;
            let (x, y) = (i64::from(x) + i64::from(layer.x), i64::from(y) + i64::from(layer.y));
            if (0..i64::from(width)).contains(&x) && (0..i64::from(height)).contains(&y) {
                owner[(y * i64::from(width) + x) as usize] = index;
            }
        }
        whole.push(opaque);
    }
    let mut found = Vec::new();
    for (index, layer) in composition.layers.iter().enumerate() {
        let seen: Vec<usize> = (0..owner.len()).filter(|&place| owner[place] == index).collect();
        if seen.is_empty() || (seen.len() as f32) < LEAST_SEEN * whole[index] as f32 {
            continue;
        }
        let mean = |of: &dyn Fn(usize) -> usize, side: u32| {
            seen.iter().map(|&place| of(place) as f32).sum::<f32>() / seen.len() as f32 / side as f32
        };
        let centre =
            (mean(&|place| place % width as usize, width), mean(&|place| place / width as usize, height));
        let picture = square(&layer.image);
        let vector = judge.pictures(std::slice::from_ref(&picture)).swap_remove(0);
        found.push(Detection { noun: words.noun(&vector, colours), picture, centre });
    }
    found
}

/// `picture` in the middle of a square with the margin that pictures of training have.
fn square(picture: &RgbaImage) -> RgbaImage {
    let side = (picture.width().max(picture.height()) as f32 * 1.06).ceil() as u32;
    let mut square = RgbaImage::new(side, side);
    let [x, y] = [picture.width(), picture.height()].map(|length| i64::from(side - length) / 2);
    imageops::overlay(&mut square, picture, x, y);
    square
}

/// What is wrong with the picture; nothing when it is right.
fn faults(composed: &Composed<'_>, detections: &[Detection<'_>], flat: &RgbaImage) -> Vec<String> {
    let mut faults = Vec::new();
    let pattern = composed.task == "pattern";
    for thing in &composed.things {
        let found: Vec<_> = detections.iter().filter(|seen| seen.noun == thing.noun).collect();
        let enough = if pattern { found.len() >= LEAST_COPIES } else { found.len() == thing.count };
        if !enough {
            faults.push(format!(
                "{}: {} of {}",
                thing.noun,
                found.len(),
                if pattern { LEAST_COPIES } else { thing.count }
            ));
        }
        if let Some(colour) = thing.colour {
            let wrong = found.iter().filter(|seen| !has_colour(&seen.picture, colour)).count();
            faults.extend((wrong > 0).then(|| format!("{}: {wrong} not {colour}", thing.noun)));
        }
    }
    let wanted: usize = composed.things.iter().map(|thing| thing.count).sum();
    if !pattern && detections.len() > wanted {
        faults.push(format!("{} things for {wanted}", detections.len()));
    }
    faults.extend(composed.extra.iter().filter_map(|extra| extra_fault(composed, detections, flat, extra)));
    faults
}

fn extra_fault(
    composed: &Composed<'_>,
    detections: &[Detection<'_>],
    flat: &RgbaImage,
    extra: &str,
) -> Option<String> {
    match extra {
        "left" | "right" | "above" | "below" => {
            let place = |index: usize| {
                let noun = composed.things.get(index)?.noun;
                detections.iter().find(|seen| seen.noun == noun).map(|seen| seen.centre)
            };
            let (Some(first), Some(second)) = (place(0), place(1)) else {
                return Some(format!("nothing {extra}"));
            };
            let apart = match extra {
                "left" => second.0 - first.0,
                "right" => first.0 - second.0,
                "above" => second.1 - first.1,
                _ => first.1 - second.1,
            };
            (apart < LEAST_APART).then(|| format!("not {extra}: {apart:.2}"))
        }
        "tiles" => {
            let seam = seam(flat);
            (seam > MOST_SEAM).then(|| format!("seam {seam:.2}"))
        }
        extra => match STYLES.iter().find(|(key, _)| *key == extra) {
            Some((_, wanted)) => {
                let drawn = manner(&detections.first()?.picture);
                (drawn != *wanted).then(|| format!("drawn {drawn:?}"))
            }
            None => {
                let share = rim(flat, extra);
                (share < LEAST_RIM && composed.task == "background" || share < 0.5)
                    .then(|| format!("background {:.0} % {extra}", share * 100.0))
            }
        },
    }
}

/// Whether the name is the most common among the colours of the picture; for hues, among the hues.
fn has_colour(picture: &RgbaImage, name: &str) -> bool {
    let hueless = ["white", "gray", "black"];
    let shares = shares(picture);
    let share = |wanted: &str| {
        COLOURS.iter().zip(shares).find(|(known, _)| **known == wanted).map_or(0.0, |(_, share)| share)
    };
    let others =
        COLOURS.iter().zip(shares).filter(|(known, _)| hueless.contains(&name) || !hueless.contains(*known));
    share(name) >= LEAST_COLOUR && others.map(|(_, share)| share).fold(0.0, f32::max) <= share(name)
}

fn tell(reader: Reader, composed: &Composed<'_>, detections: &[Detection<'_>], faults: &[String]) {
    let seen: Vec<&str> = detections.iter().map(|seen| seen.noun).collect();
    match reader {
        Reader::Program(_) => say(&json!({
            "task": composed.task, "prompt": composed.prompt, "right": faults.is_empty(), "seen": seen, "faults": faults,
        })
        .to_string()),
        Reader::Person(_) if faults.is_empty() => {}
        Reader::Person(_) => say(&format!("✗ {:<10}  {}  ({})", composed.task, composed.prompt, faults.join("; "))),
    }
}

/// The mean over the tasks.
fn score(tally: &BTreeMap<&str, [(usize, usize); 2]>) -> f64 {
    let tasks: Vec<f64> =
        tally.values().map(|&[zh, en]| (zh.0 + en.0) as f64 / (zh.1 + en.1).max(1) as f64).collect();
    tasks.iter().sum::<f64>() / tasks.len().max(1) as f64
}

fn tell_tally(reader: Reader, tally: &BTreeMap<&str, [(usize, usize); 2]>, separate: usize, counted: usize) {
    let share = |(right, all): (usize, usize)| right as f64 / all.max(1) as f64;
    let both = |[zh, en]: [(usize, usize); 2]| (zh.0 + en.0, zh.1 + en.1);
    let score = score(tally);
    let whole = tally.values().fold([(0, 0); 2], |sum, counts| {
        [0, 1].map(|language| (sum[language].0 + counts[language].0, sum[language].1 + counts[language].1))
    });
    match reader {
        Reader::Program(_) => {
            let tasks: BTreeMap<&str, Value> = tally
                .iter()
                .map(|(task, counts)| {
                    let [zh, en] = counts.map(|(right, all)| json!({ "right": right, "of": all }));
                    (*task, json!({ "zh": zh, "en": en, "score": share(both(*counts)) }))
                })
                .collect();
            say(&json!({
                "compositions": tasks, "score": score, "zh": share(whole[0]), "en": share(whole[1]),
                "separate_spots": separate, "counted": counted,
            })
            .to_string());
        }
        Reader::Person(language) => {
            for (task, counts) in tally {
                let (right, all) = both(*counts);
                say(&format!(
                    "{task:<10}  {right:>3}/{all:<3} (zh {}/{}, en {}/{})",
                    counts[0].0, counts[0].1, counts[1].0, counts[1].1
                ));
            }
            let [zh, en] = whole.map(|counts| share(counts) * 100.0);
            say(&language.pick(
                format!("构图得分：{:.1} %（各类平均），中文 {zh:.1} %，英文 {en:.1} %；数量题里 {separate}/{counted} 张的连通块数目恰好相同", score * 100.0),
                format!("compositions: {:.1} % (mean over tasks), zh {zh:.1} %, en {en:.1} %; separate spots equal the number in {separate}/{counted} of the counts", score * 100.0),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use danqing_scene::Layer;
    use image::Rgba;

    #[test]
    fn the_set_is_two_hundred_prompts_half_of_each_language() {
        let set = set();
        let english = set.iter().filter(|composed| composed.prompt.is_ascii()).count();
        assert_eq!((set.len(), english), (200, 100), "of both languages");
        let mut prompts: Vec<&str> = set.iter().map(|composed| composed.prompt).collect();
        prompts.sort_unstable();
        prompts.dedup();
        assert_eq!(prompts.len(), 200, "none stands twice");
    }

    #[test]
    fn every_line_says_what_can_be_checked() {
        let places = ["left", "right", "above", "below", "tiles", "transparent"];
        for composed in set() {
            for extra in &composed.extra {
                let known = places.contains(extra)
                    || COLOURS.contains(extra)
                    || STYLES.iter().any(|(key, ..)| key == extra);
                assert!(known, "{}: {extra}", composed.prompt);
            }
            let needs = ["position", "style", "background", "pattern"].contains(&composed.task);
            assert!(needs != composed.extra.is_empty(), "{}: what is asked for besides", composed.prompt);
            let colours = composed.things.iter().filter_map(|thing| thing.colour);
            assert!(colours.clone().all(|colour| COLOURS.contains(&colour)), "{}: colours", composed.prompt);
            assert!(composed.task != "colour" || colours.count() == 1, "{}: a colour", composed.prompt);
        }
    }

    #[test]
    fn a_thing_has_a_number_and_a_colour() {
        assert_eq!(thing("灯笼*3:red"), Thing { noun: "灯笼", count: 3, colour: Some("red") }, "all");
        assert_eq!(thing("cat"), Thing { noun: "cat", count: 1, colour: None }, "one of any colour");
    }

    #[test]
    fn a_colour_is_what_most_of_a_thing_has() {
        let halves = |left, right| RgbaImage::from_fn(10, 10, |x, _| Rgba(if x < 6 { left } else { right }));
        let (blue, red, black) = ([40, 110, 210, 255], [220, 40, 50, 255], [20, 20, 20, 255]);
        assert!(has_colour(&halves(blue, red), "blue"), "most of it");
        assert!(!has_colour(&halves(blue, red), "red"), "less of it");
        assert!(has_colour(&halves(black, red), "red"), "outlines do not count against a hue");
        assert!(!has_colour(&halves([0; 4], [0; 4]), "black"), "nothing is seen");
    }

    #[test]
    fn the_score_is_the_mean_of_tasks() {
        let tally = BTreeMap::from([("colour", [(1, 2), (0, 2)]), ("count", [(3, 3), (1, 1)])]);
        assert!((score(&tally) - 0.625).abs() < 1e-12, "a quarter and all: {}", score(&tally));
    }

    #[test]
    fn colours_are_said_in_the_language_of_the_noun() {
        assert_eq!(with_colour("apple", "blue"), "blue apple", "English");
        assert_eq!(with_colour("苹果", "blue"), "蓝色的苹果", "Chinese");
    }

    #[test]
    fn layers_under_others_are_not_seen() {
        let judge = || {
            Judge::load(
                include_bytes!("../../../../../models/xiaoyang/judge.safetensors"),
                danqing_engine::Cpu::detect(1),
            )
        };
        let layer = |x| Layer {
            name: "a".into(),
            image: RgbaImage::from_pixel(20, 20, Rgba([200, 30, 30, 255])),
            x,
            y: 10,
            origin: None,
        };
        let picture = |places: &[i32]| Composition {
            background: RgbaImage::new(64, 64),
            layers: places.iter().map(|&x| layer(x)).collect(),
            tiling: danqing_scene::Tiling::None,
        };
        let judge = judge().expect("the judge that ships");
        let width = judge.pictures(&[RgbaImage::from_pixel(8, 8, Rgba([9, 9, 9, 255]))])[0].len();
        let words =
            Vocabulary { nouns: vec!["a"], vectors: BTreeMap::from([(None, vec![vec![0.0; width]])]) };
        let seen = |places: &[i32]| detections(&picture(places), &judge, &words, &[]).len();
        assert_eq!((seen(&[2, 40]), seen(&[2, 4]), seen(&[-18])), (2, 1, 0), "apart, hidden, outside");
    }
}
