//! Reads a prompt into a [`Scene`].
//!
//! One pass cuts the text into words ([`chinese`] by longest match, [`english`] by spaces), a second one walks
//! them with a handful of sentence patterns. Nouns need not be known: whatever stands where a noun must stand
//! is one. What fits no pattern goes to the model whole.

mod chinese;
mod chinese_words;
mod draft;
mod english;
mod english_words;
mod prompt;

use crate::colours::{self, Colour};
use crate::lexicon::Lexicon;
use crate::scene::{Background, Concept, Count, Language, MOST_SUBJECTS, Reading, Scene, Size, Subject};
use draft::Draft;
use prompt::Prompt;

/// Reads `prompt`, in Chinese, English or emoji.
///
/// Never fails: a prompt that fits no pattern becomes one subject with the whole prompt as its description,
/// [`Reading::Whole`].
/// Only a prompt without any letter, digit or emoji gives a scene without subjects. Time is linear in the
/// length of the prompt.
///
/// ```
/// use danqing_scene::{Background, Lexicon, RelationKind, read};
///
/// let scene = read("a cat sitting on the moon, blue background", &Lexicon::default());
/// assert_eq!(scene.relations[0].kind, RelationKind::On);
/// assert!(matches!(scene.background, Some(Background::Colour(_))));
/// ```
pub fn read(prompt: &str, lexicon: &Lexicon) -> Scene {
    let text = Prompt::new(prompt);
    if !text.says_something() {
        return Scene::default();
    }
    if text.chars.len() > STORY {
        return whole(&text, lexicon);
    }
    let draft = match text.language() {
        Language::Chinese => chinese::read(&text, lexicon),
        Language::English => english::read(&text, lexicon),
    };
    let scene = match draft {
        Some(draft) if (1..=MOST_SUBJECTS).contains(&draft.subject_count()) => draft.finish(),
        _ => whole(&text, lexicon),
    };
    let said = text.plain();
    let name = lexicon.named(&said).filter(|found| !found.near);
    // Two hearts are two of a heart; an eight ball is no eight balls.
    let is_counted = |subject: &Subject| {
        subject.concept.is_some() && subject.count != Count::Unstated && !said.ends_with(&subject.head)
    };
    let says_more = |subject: &Subject| is_counted(subject) || !subject.styles.is_empty();
    if let Some(found) = name
        && !scene.subjects.iter().any(says_more)
        && !matches!(&scene.subjects[..], [Subject { concept: Some(concept), .. }] if concept.id == found.id)
    {
        // "smiling face with tear" and "three o'clock" are names.
        return Scene { reading: Reading::Parts, ..whole(&text, lexicon) };
    }
    scene
}

/// A prompt of more characters than this is a story and goes to the model whole.
const STORY: usize = 1000;

impl Scene {
    /// `prompt` as one subject with all its words as the description, for a person who wants no part of it read.
    pub fn whole(prompt: &str) -> Self {
        whole(&Prompt::new(prompt), &Lexicon::default())
    }
}

/// The prompt as one subject: the reading of last resort.
fn whole(text: &Prompt, lexicon: &Lexicon) -> Scene {
    let description = text.plain();
    let concept = lexicon.named(&description).map(|found| Draft::concept(&found));
    let subject = Subject {
        head: description.clone(),
        description,
        head_span: text.span(0..text.chars.len()),
        concept,
        language: text.language(),
        count: Count::Unstated,
        size: Size::Normal,
        colour: None,
        styles: Vec::new(),
        place: None,
        mirror_ok: false,
    };
    Scene { subjects: vec![subject], reading: Reading::Whole, ..Scene::default() }
}

/// The colour that a known name begins with and means: a 红灯笼 is a 灯笼 that shall be red, a 白猫 a 猫.
///
/// A name of its own that is one character longer is a kind: a 青蛙 is no teal 蛙, a 黄牛 no yellow 牛. So is most of what is called
/// after something else, such as 红熊猫 and 青苹果, unless it says 色: 蓝色爱心.
fn colour_in_name(name: &str, concept: &Concept, lexicon: &Lexicon) -> Option<Colour> {
    let (colour, rest) = colours::leading(name)?;
    let means_it = if lexicon.named(rest)?.id == concept.id {
        concept.near || rest.chars().count() > 1
    } else {
        colour.name.ends_with('色')
    };
    means_it.then_some(colour)
}

/// A gradient around one colour, or a friendly one when none is named.
fn gradient(colour: Option<&Colour>) -> Background {
    let name = |rgb, name: &str| Colour { rgb, name: name.to_owned() };
    match colour {
        None => Background::Gradient {
            top: name([255, 214, 196], "peach"),
            bottom: name([190, 178, 242], "lavender"),
        },
        Some(colour) => {
            let light = colour.rgb.map(|channel| (255 - (255 - u32::from(channel)) * 35 / 100) as u8);
            Background::Gradient { top: name(light, &colour.name), bottom: colour.clone() }
        }
    }
}
