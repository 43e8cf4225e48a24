//! Prompts and what they are read as: `prompts.tsv`, one prompt and its reading a line.

#[path = "prompts/notation.rs"]
mod notation;

use danqing_scene::{Entry, Lexicon, read};

/// A lexicon of everyday concepts; columns as in the loop below, alternatives divided by `|`.
fn lexicon() -> Lexicon {
    let list =
        |text: &str| text.split('|').filter(|name| !name.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    Lexicon::new(include_str!("lexicon.tsv").lines().map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        Entry {
            id: columns[0].into(),
            zh: columns[1].into(),
            en: columns[2].into(),
            zh_alt: list(columns[3]),
            en_alt: list(columns[4]),
            zh_near: list(columns[5]),
            en_near: list(columns[6]),
            measure: columns[7].into(),
            plural: columns[8].into(),
            emoji: list(columns[9]),
        }
    }))
}

#[test]
fn prompts_are_read_as_written_down() {
    let lexicon = lexicon();
    let (mut chinese, mut english, mut wrong) = (0, 0, Vec::new());
    for line in
        include_str!("prompts.tsv").lines().filter(|line| !line.is_empty() && !line.starts_with("## "))
    {
        let (prompt, expected) = line.split_once('\t').unwrap_or((line, ""));
        let reading = notation::reading(&read(prompt, &lexicon));
        if prompt.is_ascii() {
            english += 1
        } else {
            chinese += 1
        }
        if reading != expected.trim_end() {
            wrong.push(format!("{prompt}\n  expected {expected}\n  read     {reading}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} misread:\n{}", wrong.len(), chinese + english, wrong.join("\n"));
    assert!(chinese >= 150 && english >= 150, "{chinese} Chinese and {english} English prompts are too few");
}

#[test]
fn concepts_and_colours_are_found() {
    let lexicon = lexicon();
    let scene = read("三只浅蓝色的柯基和a red lantern", &lexicon);
    let concept = scene.subjects[0].concept.as_ref().expect("known");
    assert!(concept.id == "dog" && concept.near, "{concept:?}");
    let scene = read("two small green pears and a corgi", &lexicon);
    assert_eq!(scene.subjects[0].concept.as_ref().map(|concept| concept.id.as_str()), Some("pear"), "plural");
    assert!(scene.subjects[1].concept.as_ref().is_some_and(|concept| concept.near), "a corgi is near a dog");
    assert_eq!(&"two small green pears"[scene.subjects[0].head_span.clone()], "pears", "head in the prompt");
}

#[test]
fn mixed_colours_differ_from_copy_to_copy() {
    let scene = read("五颜六色的气球", &lexicon());
    assert_eq!(scene.subjects[0].copy_phrase(0), "红色的气球", "first");
    assert_eq!(scene.subjects[0].copy_phrase(2), "蓝色的气球", "third");
}

#[test]
fn a_prompt_without_words_has_no_subjects() {
    for prompt in ["", " \n\t", "，。！", "()", "\u{0}\u{7}"] {
        assert!(read(prompt, &lexicon()).subjects.is_empty(), "{prompt:?}");
    }
}

#[test]
fn long_prompts_take_linear_time() {
    let lexicon = lexicon();
    for part in ["红", "一只猫", "a cat and ", "在", "red ", "(", "的", "、", "戴着", "with ", "<lora:", "🐱"]
    {
        let prompt = part.repeat(100_000 / part.chars().count());
        let started = std::time::Instant::now();
        read(&prompt, &lexicon);
        assert!(started.elapsed().as_secs() < 2, "`{part}` took {:?}", started.elapsed());
    }
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_text_is_read(prompt in "\\PC{0,80}") {
        let scene = read(&prompt, &Lexicon::default());
        for subject in &scene.subjects {
            assert!(prompt.get(subject.head_span.clone()).is_some(), "span of {prompt:?}");
            assert!((1..=danqing_scene::MOST_COPIES).contains(&subject.copies()), "copies of {prompt:?}");
        }
    }

    /// Words of the grammar in any order, which plain noise never hits.
    #[test]
    fn any_order_of_words_is_read(words in proptest::collection::vec(0..WORDS.len(), 0..14), spaced in proptest::bool::ANY) {
        let between = if spaced { " " } else { "" };
        let prompt = words.iter().map(|&word| WORDS[word]).collect::<Vec<_>>().join(between);
        let scene = read(&prompt, &lexicon());
        for relation in &scene.relations {
            assert!(relation.subject.max(relation.object) < scene.subjects.len(), "index in {prompt:?}");
            assert_ne!(relation.subject, relation.object, "{prompt:?}");
        }
        for subject in &scene.subjects {
            assert!(prompt.get(subject.head_span.clone()).is_some() && !subject.phrase().is_empty(), "{prompt:?}");
        }
    }
}

const WORDS: &[&str] = &[
    "三只",
    "一群",
    "红",
    "金色",
    "的",
    "灯笼",
    "猫",
    "柯基",
    "烧麦",
    "在",
    "挂在",
    "树",
    "上",
    "下",
    "旁边",
    "之间",
    "和",
    "、",
    "，",
    "。",
    "背景",
    "渐变",
    "透明",
    "无缝",
    "图案",
    "戴着",
    "墨镜",
    "没有",
    "大",
    "五颜六色",
    "有",
    "左边",
    "右上角",
    "九宫格",
    "3x3",
    "🐱",
    "草地",
    "女孩",
    "卷发",
    "3D",
    "头像",
    "a",
    "two",
    "red",
    "cats",
    "corgi",
    "on",
    "in",
    "under",
    "between",
    "and",
    ",",
    "with",
    "wearing",
    "sunglasses",
    "background",
    "seamless",
    "pattern",
    "of",
    "sitting",
    "hanging",
    "from",
    "moon",
    "girl",
    "hair",
    "surrounded by",
    "without",
    "no",
    "in a row",
    "grid",
    "on the left",
    "there are",
    "sticker",
    "transparent",
    "big",
    "beach",
    "(",
    ":1.2)",
];
