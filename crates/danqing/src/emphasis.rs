//! From the weights of a prompt to the weights of what is painted: subjects have the prompt's words in other orders, some
//! replaced by words that the model knows better.

use std::ops::Range;

use danqing_engine::{Emphasis, Prompt, Weight};
use danqing_scene::{Style, Subject};

use crate::expand::Emphasised;

/// A text with a weight for each of its bytes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Weighed {
    text: String,
    weights: Vec<f32>,
}

impl Weighed {
    /// `text` as it stands, nothing weighed.
    pub(crate) fn plain(text: &str) -> Self {
        Self { text: text.to_owned(), weights: vec![1.0; text.len()] }
    }

    /// A whole prompt.
    pub(crate) fn of_prompt(prompt: &Emphasised) -> Self {
        let mut weighed = Self::plain(&prompt.text);
        for (bytes, weight) in &prompt.weights {
            weighed.weights[bytes.clone()].fill(*weight);
        }
        weighed
    }

    /// The description of `subject`, which was read from `prompt`.
    ///
    /// The head knows its place. What stands before it in the description is looked for before it in the prompt, the nearest
    /// first, and what stands behind it behind.
    pub(crate) fn of_subject(prompt: &Emphasised, subject: &Subject) -> Self {
        let mut weighed = Self::plain(&subject.description);
        if prompt.weights.is_empty() {
            return weighed;
        }
        let source = Self::of_prompt(prompt);
        let (said, words) = (words(&source.text), words(&subject.description));
        let head = subject.description.rfind(&subject.head).unwrap_or(0);
        let head = head..head + subject.head.len().min(subject.description.len() - head);
        match source.text.get(subject.head_span.clone()) {
            Some(words) if words == subject.head => {
                weighed.weights[head.clone()].copy_from_slice(&source.weights[subject.head_span.clone()]);
            }
            _ => weighed.weights[head.clone()].fill(source.mean(subject.head_span.clone())),
        }
        let same = |one: &Range<usize>, other: &Range<usize>| {
            source.text[one.clone()].eq_ignore_ascii_case(&subject.description[other.clone()])
        };
        let mut cursor = said.partition_point(|word| word.start < subject.head_span.start);
        for word in words.iter().rev().filter(|word| word.end <= head.start) {
            if let Some(found) = said[..cursor].iter().rposition(|other| same(other, word)) {
                weighed.weights[word.clone()].fill(source.mean(said[found].clone()));
                cursor = found;
            }
        }
        let mut cursor = said.partition_point(|word| word.start < subject.head_span.end);
        for word in words.iter().filter(|word| word.start >= head.end) {
            if let Some(found) = said[cursor..].iter().position(|other| same(other, word)) {
                weighed.weights[word.clone()].fill(source.mean(said[cursor + found].clone()));
                cursor += found + 1;
            }
        }
        weighed
    }

    /// The same after its text was changed in one place: what stands there now weighs what stood there before.
    pub(crate) fn changed(&self, text: &str) -> Self {
        let (old, new) = (self.text.as_str(), text);
        let start = shared(old.chars(), new.chars());
        let end = shared(old[start..].chars().rev(), new[start..].chars().rev());
        let middle = self.mean(start..old.len() - end);
        let mut weights = self.weights[..start].to_vec();
        weights.resize(new.len() - end, middle);
        weights.extend(&self.weights[old.len() - end..]);
        Self { text: new.to_owned(), weights }
    }

    /// With the words for `styles` weighed, where `prompt` weighs them; the reader took them out of the description.
    pub(crate) fn styled(mut self, prompt: &Emphasised, styles: &[Style]) -> Self {
        for (bytes, weight) in &prompt.weights {
            let said = prompt.text[bytes.clone()].trim();
            let named = Style::parse(said).filter(|style| styles.contains(style));
            let Some(style) = named else { continue };
            for language in [danqing_scene::Language::Chinese, danqing_scene::Language::English] {
                let word = style.word(language);
                if let Some(at) =
                    self.text.to_lowercase().find(&word.to_lowercase()).filter(|_| !word.is_empty())
                    && let Some(weights) = self.weights.get_mut(at..at + word.len())
                {
                    weights.fill(*weight);
                }
            }
        }
        self
    }

    /// Mean weight over some bytes, 1 over none.
    fn mean(&self, bytes: Range<usize>) -> f32 {
        let weights = self.weights.get(bytes).unwrap_or_default();
        match weights {
            [] => 1.0,
            [first, rest @ ..] if rest.iter().all(|weight| weight == first) => *first,
            all => all.iter().sum::<f32>() / all.len() as f32,
        }
    }

    /// For the engine.
    pub(crate) fn prompt(&self) -> Prompt {
        let mut emphasis = Vec::new();
        let mut start = 0;
        for same in self.weights.chunk_by(|one, next| one == next) {
            let bytes = start..start + same.len();
            start = bytes.end;
            let weight = Weight::new(same[0]).unwrap_or(Weight::PLAIN);
            if weight != Weight::PLAIN {
                emphasis.push(Emphasis { bytes, weight });
            }
        }
        Prompt { text: self.text.clone(), emphasis }
    }
}

/// Bytes of the characters that both begin with.
fn shared(one: impl Iterator<Item = char>, other: impl Iterator<Item = char>) -> usize {
    one.zip(other).take_while(|(one, other)| one == other).map(|(one, _)| one.len_utf8()).sum()
}

/// Runs of ASCII letters and digits, and every other character that is no space.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut within = false;
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        let letter = c.is_ascii_alphanumeric();
        match words.last_mut() {
            Some(word) if letter && within && word.end == start => word.end = end,
            _ if c.is_whitespace() => {}
            _ => words.push(start..end),
        }
        within = letter;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon::Knowledge;

    /// Each subject's caption with the parts that weigh something, as the model gets them.
    fn weighed(prompt: &str) -> Vec<(String, Vec<(String, f32)>)> {
        let knowledge = Knowledge::load();
        let read = Emphasised::read(prompt).expect(prompt);
        let scene = danqing_scene::read(&read.text, knowledge.lexicon());
        let of = |subject: &Subject| {
            let caption = knowledge.caption(subject).subject;
            let weighed = Weighed::of_subject(&read, subject).changed(&caption.description);
            let prompt = weighed.changed(&caption.phrase()).styled(&read, &caption.styles).prompt();
            let parts = prompt.emphasis.iter();
            let parts =
                parts.map(|part| (prompt.text[part.bytes.clone()].to_owned(), part.weight.get())).collect();
            (prompt.text, parts)
        };
        scene.subjects.iter().map(of).collect()
    }

    #[test]
    fn weights_follow_their_words_into_the_scene() {
        for (prompt, expected) in [
            ("三只(红:1.3)灯笼", vec![("红灯笼", vec![("红", 1.3)])]),
            ("三只红(灯笼:1.3)", vec![("红灯笼", vec![("灯笼", 1.3)])]),
            ("(红色:1.5)的猫和红色的狗", vec![("红色的猫", vec![("红色", 1.5)]), ("红色的狗", vec![])]),
            ("红色的猫和(红色:1.5)的狗", vec![("红色的猫", vec![]), ("红色的狗", vec![("红色", 1.5)])]),
            ("a (red:1.2) cat and a red dog", vec![("red cat", vec![("red", 1.2)]), ("red dog", vec![])]),
            // A near word gives way to the one that the model knows, and hands its weight on.
            ("(柯基:1.4)", vec![("狗", vec![("狗", 1.4)])]),
            ("黑色的(柯基:1.4)", vec![("黑色的狗", vec![("狗", 1.4)])]),
            ("一只猫", vec![("猫", vec![])]),
        ] {
            let expected: Vec<(String, Vec<(String, f32)>)> = expected
                .into_iter()
                .map(|(text, parts)| {
                    (
                        text.to_owned(),
                        parts.into_iter().map(|(part, weight)| (part.to_owned(), weight)).collect(),
                    )
                })
                .collect();
            assert_eq!(weighed(prompt), expected, "{prompt}");
        }
    }

    #[test]
    fn styles_have_weights_too() {
        let found = weighed("(扁平:1.3)风格的猫");
        let (text, parts) = &found[0];
        assert!(
            parts.iter().any(|(part, weight)| part.contains("扁平") && *weight == 1.3),
            "{text}: {parts:?}"
        );
    }

    #[test]
    fn weights_stay_with_their_bytes_when_a_text_changes() {
        let mut weighed = Weighed::plain("red cat");
        weighed.weights[..3].fill(2.0);
        for text in ["red cat", "big red cat", "red dog", "blue cat", "", "红猫"] {
            assert_eq!(weighed.changed(text).weights.len(), text.len(), "{text}");
        }
        assert_eq!(weighed.changed("big red cat").prompt().emphasis[0].bytes, 4..7, "behind what was put in");
        assert_eq!(weighed.changed("blue cat").prompt().emphasis[0].bytes, 0..4, "what was put in its place");
    }
}
