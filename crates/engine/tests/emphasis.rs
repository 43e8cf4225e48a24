//! Words that weigh more or less than the others, with the model that is shipped.

#[path = "support/difference.rs"]
mod difference;
#[path = "support/shipped.rs"]
mod shipped;

use std::ops::ControlFlow;

use danqing_engine::{
    Emphasis, GenerateRequest, Guidance, Prompt, RgbaImage, Sampler, Side, Start, Steps, Subject, Tokenizer,
    Weight, Weights,
};
use difference::difference;
use shipped::{PIPELINE, file};

fn prompt(text: &str, words: &str, weight: f32) -> Prompt {
    let start = text.find(words).expect("words of the text");
    let weight = Weight::new(weight).expect("in range");
    Prompt { text: text.into(), emphasis: vec![Emphasis { bytes: start..start + words.len(), weight }] }
}

fn paint(prompts: Vec<Prompt>) -> Vec<RgbaImage> {
    let subject = |prompt| Subject { prompt, seed: 5, start: Start::Noise, blend: None };
    let request = GenerateRequest {
        subjects: prompts.into_iter().map(subject).collect(),
        negative: "文字".into(),
        steps: Steps::new(8).expect("in range"),
        guidance: Guidance::new(3.0).expect("in range"),
        sampler: Sampler::Euler,
        side: Side::Px128,
    };
    PIPELINE.generate(&request, &mut |_| ControlFlow::Continue(())).expect("nobody cancels")
}

#[test]
fn weight_one_changes_no_bit() {
    let text = "一只红色的猫";
    let painted = paint(vec![text.into(), prompt(text, "红色", 1.0), prompt(text, text, 1.0)]);
    assert!(painted[0] == painted[1] && painted[0] == painted[2], "a weight of 1 says nothing");
}

#[test]
fn words_of_no_weight_are_as_good_as_unsaid() {
    let painted = paint(vec![prompt("红色的猫", "红色的猫", 0.0), "红色的猫".into(), "".into()]);
    let [unsaid, said] = [2, 1].map(|other| difference(&painted[0], &painted[other]));
    assert!(unsaid < said, "nearer to no prompt ({unsaid}) than to the whole one ({said})");
}

#[test]
fn a_word_of_no_weight_is_gone_from_the_others_too() {
    let painted = paint(vec![prompt("红色的猫", "红色的", 0.0), "红色的猫".into(), "猫".into()]);
    let [unsaid, said] = [2, 1].map(|other| difference(&painted[0], &painted[other]));
    assert!(unsaid < said, "nearer to a cat ({unsaid}) than to a red one ({said})");
}

#[test]
fn pictures_change_smoothly_with_the_weight() {
    let weights = [1.0, 1.02, 1.1, 1.3];
    let painted = paint(weights.map(|weight| prompt("红色的猫", "红色", weight)).to_vec());
    let differences: Vec<f32> = painted.iter().map(|picture| difference(&painted[0], picture)).collect();
    assert!(differences[0] == 0.0 && differences[1] > 0.0, "every weight acts: {differences:?}");
    assert!(differences.is_sorted(), "more weight, more change: {differences:?}");
    assert!(differences[1] < 2.0, "a little weight changes little: {differences:?}");
}

#[test]
fn red_with_more_weight_is_more_red() {
    let redness = |picture: &RgbaImage| -> f32 {
        let seen = picture.pixels().filter(|pixel| pixel[3] > 128);
        let of =
            |pixel: &image::Rgba<u8>| f32::from(pixel[0]) - (f32::from(pixel[1]) + f32::from(pixel[2])) / 2.0;
        let (sum, count) = seen.fold((0.0, 0.0), |(sum, count), pixel| (sum + of(pixel), count + 1.0));
        sum / f32::max(count, 1.0)
    };
    let painted = paint([0.2, 1.0, 1.5].map(|weight| prompt("红色的猫", "红色", weight)).to_vec());
    let redness: Vec<f32> = painted.iter().map(redness).collect();
    assert!(redness[0] < redness[1] && redness[0] < redness[2], "from less red to more: {redness:?}");
}

#[test]
fn each_token_knows_the_words_it_was_made_of() {
    let file = file("text");
    let tokenizer = Tokenizer::load(&Weights::read(&file).expect("a sound file")).expect("tables");
    for text in ["一只红灯笼", "a RED  cat", "ﬁve ① ㍿ cats", "", " ", "한국 🏮\u{200d}🏮 ok", "Ａ　猫"]
    {
        let (ids, places) = (tokenizer.ids(text), tokenizer.places(text));
        assert_eq!(ids.len(), places.len(), "a place for each token of `{text}`");
        assert!(places.is_sorted_by_key(|place| place.start), "in the order of the text: {places:?}");
        for place in &places {
            assert!(text.get(place.clone()).is_some(), "`{text}` is cut between characters: {place:?}");
        }
        let last = places.iter().map(|place| place.end).max().unwrap_or(0);
        assert_eq!(last, text.trim_end().len(), "`{text}` is covered to its last character");
    }
    let words: Vec<&str> =
        tokenizer.places("a RED cat").into_iter().map(|place| &"a RED cat"[place]).collect();
    assert_eq!(words.concat().replace(' ', ""), "aREDcat", "every letter once: {words:?}");
}
