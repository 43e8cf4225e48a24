//! What templates stand for, beside what dynamicprompts says; and that nothing makes the reader fall over.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::Instant;

use serde::Deserialize;

use super::*;
use crate::language::Language;

/// Written by `tests/golden/alternatives.py`.
const GOLDEN: &str = include_str!("../../tests/golden/alternatives.json");
const MOST: usize = 2000;

#[derive(Deserialize)]
struct Case {
    template: String,
    prompts: Vec<String>,
}

fn golden() -> Vec<Case> {
    serde_json::from_str(GOLDEN).expect("the golden file")
}

fn wildcards() -> Wildcards {
    Wildcards::new(Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/wildcards")))
}

fn every(template: &str) -> Result<Vec<String>, Error> {
    Template::parse(template)?.every(&wildcards(), MOST)
}

#[test]
fn every_prompt_is_as_dynamicprompts_says() {
    for Case { template, prompts } in golden() {
        let mut seen = HashSet::new();
        let expected: Vec<String> =
            prompts.into_iter().filter(|prompt| seen.insert(prompt.clone())).collect();
        assert_eq!(every(&template).expect(&template), expected, "{template}");
    }
}

#[test]
fn seeds_choose_among_exactly_these() {
    for Case { template, prompts } in golden() {
        let parsed = Template::parse(&template).expect(&template);
        let all: HashSet<&String> = prompts.iter().collect();
        let drawn: HashSet<String> =
            (0..2000).map(|seed| parsed.draw(seed, &wildcards()).expect(&template)).collect();
        // Equal options are one choice there and several here: `{2$$a|a|b}`.
        let apart = !template.contains("a|a");
        assert!(!apart || drawn.iter().all(|prompt| all.contains(prompt)), "{template}: {drawn:?}");
        assert!(
            all.iter().all(|prompt| drawn.contains(*prompt)),
            "{template}: {} of {}",
            drawn.len(),
            all.len()
        );
    }
}

#[test]
fn a_seed_always_chooses_the_same_and_seeds_choose_apart() {
    let template = Template::parse("{红|蓝|金|绿}色的{猫|狗|鸟} __颜色__").expect("sound");
    let drawn = |seed| template.draw(seed, &wildcards()).expect("sound");
    assert_eq!(drawn(7), drawn(7), "one seed");
    let different: HashSet<String> = (0..36).map(drawn).collect();
    assert!(different.len() > 18, "neighbouring seeds differ: {}", different.len());
    // What stands behind does not change what was chosen before it.
    let longer = Template::parse("{红|蓝|金|绿}色的{猫|狗|鸟} __颜色__ {a|b}").expect("sound");
    for seed in 0..50 {
        let prompt = longer.draw(seed, &wildcards()).expect("sound");
        assert!(prompt.starts_with(&drawn(seed)), "{prompt}");
    }
}

#[test]
fn weights_say_how_often() {
    let template = Template::parse("{3::a|b|0::c}").expect("sound");
    let mut counts: HashMap<String, u32> = HashMap::new();
    for seed in 0..4000 {
        *counts.entry(template.draw(seed, &wildcards()).expect("sound")).or_default() += 1;
    }
    // Three of four: 3000, and the deviation of 4000 draws is 27.
    assert!((2890..3110).contains(&counts["a"]), "{counts:?}");
    assert!(!counts.contains_key("c"), "never without weight: {counts:?}");
}

#[test]
fn results_stand_for_themselves() {
    for template in ["\\{a\\|b\\} {c|d}", "snake\\_\\_case", "a \\( b", "100% {x|y}", "$5 {x|y}"] {
        for prompt in every(template).expect(template) {
            assert_eq!(every(&prompt).expect(&prompt), [prompt.as_str()], "{template}");
            assert!(Template::parse(&prompt).expect(&prompt).is_plain(), "{prompt}");
        }
    }
    assert_eq!(every("｛红｜蓝｝的猫").expect("full width"), ["红的猫", "蓝的猫"], "signs of input methods");
    // dynamicprompts takes only ASCII as a separator.
    assert_eq!(every("{2$$、$$红|蓝}").expect("sound"), ["红、蓝", "蓝、红"], "a Chinese comma");
}

#[test]
fn mistakes_are_named_with_their_place() {
    for (template, place, fault) in [
        ("{a|b", 1, Fault::Unclosed),
        ("猫 {a|{b|c}", 3, Fault::Unclosed),
        ("a}", 2, Fault::Unopened),
        ("{a$$b}", 3, Fault::Count),
        ("{1000$$a}", 2, Fault::LargeCount),
        ("__a", 1, Fault::Wildcard),
        ("____", 1, Fault::Wildcard),
        ("${x}", 1, Fault::Variable),
        ("{!a|b}", 2, Fault::Sign),
        (&"{".repeat(500), 25, Fault::Deep),
    ] {
        match Template::parse(template) {
            Err(Error::Grammar { place: found, fault: why }) => {
                assert_eq!((found, why), (place, fault), "{template}");
            }
            other => panic!("{template}: {other:?}"),
        }
    }
}

#[test]
fn files_of_wildcards_have_their_mistakes_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write("loop.txt", "a __loop__\n");
    write("open.txt", "good\n{a|b\n");
    write("empty.txt", "# nothing\n");
    write("weighed.txt", "0::never\n1::always\n");
    let wildcards = Wildcards::new(Some(folder.path().to_owned()));
    for (template, code) in [
        ("__loop__", "circular-wildcard"),
        ("{2$$__loop__}", "circular-wildcard"),
        ("__open__", "wildcard-grammar"),
        ("__empty__", "unknown-wildcard"),
        ("__none__", "unknown-wildcard"),
        ("__../open__", "unknown-wildcard"),
    ] {
        let template = Template::parse(template).expect("sound");
        for error in [template.draw(1, &wildcards).err(), template.every(&wildcards, MOST).err()] {
            let error = error.expect("an error");
            assert_eq!(error.code(), code, "{error}");
            for language in [Language::Chinese, Language::English] {
                assert!(!error.hint(language).is_empty(), "a hint: {error}");
            }
        }
    }
    let weighed = Template::parse("__weighed__").expect("sound");
    assert!((0..50).all(|seed| weighed.draw(seed, &wildcards).is_ok_and(|text| text == "always")), "weights");
    let nowhere = Template::parse("__x__").expect("sound").draw(1, &Wildcards::default());
    assert!(matches!(nowhere, Err(Error::NoFolder { .. })), "no folder: {nowhere:?}");
}

#[test]
fn too_many_is_an_error_at_once() {
    let start = Instant::now();
    for template in [
        &"{a|b|c|d|e|f|g|h}".repeat(10),
        "{10$$a|b|c|d|e|f|g|h|i|j|k|l|m}",
        // Nothing but vain tries: all options are equal.
        &format!("{{9$${}}}", ["{a|b}"; 20].join("|")),
        &format!("{{1-100$${}}}", ["x"; 100].join("|")),
    ] {
        assert!(matches!(every(template), Err(Error::TooMany { .. })), "{template}");
    }
    assert!(start.elapsed().as_secs() < 20, "in bounded time");
}

/// Random texts of the grammar's own signs: the reader answers to each, in time that grows with the length alone.
#[test]
fn no_text_makes_the_reader_fall_over() {
    const SIGNS: [&str; 24] = [
        "{",
        "}",
        "|",
        "$$",
        "$",
        "_",
        "__",
        "::",
        "(",
        ")",
        "[",
        "]",
        ":",
        "1.5",
        "2",
        "-",
        "\\",
        " ",
        "a",
        "猫",
        "｛",
        "（",
        "：1.2）",
        "~",
    ];
    let mut state = 1_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut sound = 0;
    for _ in 0..20_000 {
        let text: String = (0..next(40)).map(|_| SIGNS[next(SIGNS.len())]).collect();
        if let Ok(read) = Emphasised::read(&text) {
            let ends = read.weights.iter().flat_map(|(bytes, _)| [bytes.start, bytes.end]);
            assert!(ends.is_sorted(), "ranges ascend: {text}");
            assert!(read.weights.iter().all(|(bytes, _)| read.text.get(bytes.clone()).is_some()), "{text}");
        }
        let Ok(template) = Template::parse(&text) else { continue };
        sound += 1;
        if let Ok(prompt) = template.draw(7, &wildcards()) {
            assert_eq!(template.draw(7, &wildcards()).ok(), Some(prompt), "{text}");
        }
        let _ = template.every(&wildcards(), 50);
    }
    assert!(sound > 1000, "some of them are sound: {sound}");
}

/// Texts of hundreds of thousands of signs are read at once; with a time that grew with their square each would take
/// minutes.
#[test]
fn long_texts_are_read_in_linear_time() {
    let start = Instant::now();
    for piece in
        ["{a|b} ", "{a|{b|c}} __x__ (d:1.2) ", "(", "[(", "((a:1.1)", ":1", "{1$$ ", "__", "\\", "（a：1"]
    {
        let text = piece.repeat(300_000 / piece.chars().count());
        let _ = (Template::parse(&text), Emphasised::read(&text));
    }
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}
