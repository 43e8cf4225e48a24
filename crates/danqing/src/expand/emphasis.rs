//! Weights of words: `(word:1.2)`, `((word))`, `[word]`, as the A1111 web interface reads them.

use std::ops::Range;

use super::{Error, Fault};

/// What a pair of round brackets without a number multiplies with; square ones divide by it.
const STEP: f32 = 1.1;
/// The largest weight, and with a minus the smallest.
pub(crate) const MOST_WEIGHT: f32 = 10.0;

/// A prompt without its signs of weight.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Emphasised {
    /// The words.
    pub(crate) text: String,
    /// Bytes of the text whose weight is not 1, ascending and apart.
    pub(crate) weights: Vec<(Range<usize>, f32)>,
}

impl Emphasised {
    /// Reads `prompt`; time is linear in its length.
    ///
    /// Round brackets multiply with 1.1, or with the number after a colon; square ones divide by 1.1. A bracket that is
    /// not closed reaches to the end, one that closes nothing is itself, and so is one behind a backslash. Full-width
    /// brackets are punctuation of Chinese, and weigh only with a number: `（红色：1.2）`.
    pub(crate) fn read(prompt: &str) -> Result<Self, Error> {
        let mut reader = Reader { text: prompt.chars().collect(), ..Reader::default() };
        while reader.at < reader.text.len() {
            reader.sign().map_err(|(at, fault)| Error::Grammar { place: at + 1, fault })?;
        }
        reader.finished()
    }
}

/// Brackets of one sort: each is within its parent or, without one, in nothing.
#[derive(Default)]
struct Brackets {
    /// Parent, and what is multiplied within.
    all: Vec<(Option<usize>, f32)>,
    /// The innermost one that is open.
    open: Option<usize>,
}

impl Brackets {
    fn enter(&mut self, factor: f32) {
        self.all.push((self.open, factor));
        self.open = Some(self.all.len() - 1);
    }

    /// Leaves the innermost one; gives its index.
    fn leave(&mut self) -> Option<usize> {
        let left = self.open?;
        self.open = self.all[left].0;
        Some(left)
    }

    /// For each bracket the product of its factor and those around it.
    fn products(&self) -> Vec<f32> {
        let mut products: Vec<f32> = Vec::with_capacity(self.all.len());
        for (parent, factor) in &self.all {
            products.push(factor * parent.map_or(1.0, |parent| products[parent]));
        }
        products
    }
}

/// A character of the result.
struct Letter {
    character: char,
    round: Option<usize>,
    square: Option<usize>,
}

#[derive(Default)]
struct Reader {
    text: Vec<char>,
    at: usize,
    letters: Vec<Letter>,
    round: Brackets,
    square: Brackets,
    /// For each round bracket the full-width sign that opened it: its place among the letters.
    signs: Vec<Option<usize>>,
    /// Signs among the letters that turned out to be weights.
    dropped: Vec<usize>,
}

impl Reader {
    fn letter(&mut self, character: char) {
        let (round, square) = (self.round.open, self.square.open);
        self.letters.push(Letter { character, round, square });
    }

    /// Reads one sign or character.
    fn sign(&mut self) -> Result<(), (usize, Fault)> {
        let c = self.text[self.at];
        if let Some((length, weight)) = self.weight()?
            && let Some(left) = self.round.leave()
        {
            self.round.all[left].1 = weight;
            self.dropped.extend(self.signs[left]);
            self.at += length;
            return Ok(());
        }
        self.at += 1;
        match c {
            '\\' => match self.text.get(self.at).copied() {
                Some(escaped @ ('(' | ')' | '[' | ']' | '\\' | '{' | '}' | '|' | '_')) => {
                    self.letter(escaped);
                    self.at += 1;
                }
                _ => self.letter('\\'),
            },
            '(' => {
                self.round.enter(STEP);
                self.signs.push(None);
            }
            '（' => {
                self.signs.push(Some(self.letters.len()));
                self.letter(c);
                self.round.enter(1.0);
            }
            '[' => self.square.enter(1.0 / STEP),
            ')' | '）' => self.closed(c),
            ']' if self.square.open.is_some() => drop(self.square.leave()),
            _ => self.letter(c),
        }
        Ok(())
    }

    /// A round bracket without a number.
    fn closed(&mut self, sign: char) {
        match self.round.open {
            Some(open) if sign == ')' && self.signs[open].is_none() => drop(self.round.leave()),
            // Full-width signs without a number are punctuation, and so is their partner.
            Some(open) if sign == '）' && self.signs[open].is_some() => {
                self.round.leave();
                self.letter(sign);
            }
            _ => self.letter(sign),
        }
    }

    /// A colon, a number and a closing bracket, if they stand here: their length and the number.
    fn weight(&self) -> Result<Option<(usize, f32)>, (usize, Fault)> {
        let rest = &self.text[self.at..];
        if !matches!(rest.first(), Some(':' | '：')) || self.round.open.is_none() {
            return Ok(None);
        }
        let spaces = |from: usize| rest[from..].iter().take_while(|c| c.is_whitespace()).count();
        let start = 1 + spaces(1);
        let sign = usize::from(matches!(rest.get(start), Some('+' | '-')));
        let digits = rest[start + sign..].iter().take_while(|c| c.is_ascii_digit() || **c == '.').count();
        let end = start + sign + digits;
        let close = end + spaces(end);
        if digits == 0 || !matches!(rest.get(close), Some(')' | '）')) {
            return Ok(None);
        }
        let number: String = rest[start..end].iter().collect();
        let weight = number.parse().ok().filter(|weight: &f32| weight.abs() <= MOST_WEIGHT);
        Ok(Some((close + 1, weight.ok_or((self.at + start, Fault::Weight))?)))
    }

    fn finished(self) -> Result<Emphasised, Error> {
        let (round, square) = (self.round.products(), self.square.products());
        let of = |products: &[f32], bracket: Option<usize>| bracket.map_or(1.0, |bracket| products[bracket]);
        let mut dropped = self.dropped;
        dropped.sort_unstable();
        let mut dropped = dropped.into_iter().peekable();
        let mut read = Emphasised::default();
        for (place, letter) in self.letters.iter().enumerate() {
            if dropped.next_if_eq(&place).is_some() {
                continue;
            }
            let start = read.text.len();
            read.text.push(letter.character);
            let weight = of(&round, letter.round) * of(&square, letter.square);
            if weight.abs() > MOST_WEIGHT {
                return Err(Error::Grammar { place: place + 1, fault: Fault::Weight });
            }
            match read.weights.last_mut() {
                Some((bytes, same)) if *same == weight && bytes.end == start => bytes.end = read.text.len(),
                _ if weight == 1.0 => {}
                _ => read.weights.push((start..read.text.len(), weight)),
            }
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(prompt: &str) -> (String, Vec<(String, f32)>) {
        let read = Emphasised::read(prompt).expect(prompt);
        let weights = read
            .weights
            .iter()
            .map(|(bytes, weight)| (read.text[bytes.clone()].to_owned(), *weight))
            .collect();
        (read.text, weights)
    }

    /// Brackets are products: what stands here is multiplication, not what a run once gave.
    #[test]
    fn brackets_multiply() {
        let product = |factors: &[f32]| factors.iter().product::<f32>();
        for (prompt, text, weights) in [
            ("normal text", "normal text", vec![]),
            ("an (important) word", "an important word", vec![("important", 1.1)]),
            ("((猫))", "猫", vec![("猫", product(&[1.1, 1.1]))]),
            ("[猫]", "猫", vec![("猫", 1.0 / 1.1)]),
            ("(红色:1.2)的猫", "红色的猫", vec![("红色", 1.2)]),
            ("（红色：1.2）的猫", "红色的猫", vec![("红色", 1.2)]),
            ("(红色：1.2)的猫", "红色的猫", vec![("红色", 1.2)]),
            ("猫（黑色）", "猫（黑色）", vec![]),
            ("(a [b] c:2)", "a b c", vec![("a ", 2.0), ("b", product(&[2.0, 1.0 / 1.1])), (" c", 2.0)]),
            ("(a (b:0.5) c)", "a b c", vec![("a ", 1.1), ("b", product(&[0.5, 1.1])), (" c", 1.1)]),
            // Round and square brackets do not mind each other.
            ("(a [b:2) c]", "a b c", vec![("a ", 2.0), ("b", product(&[2.0, 1.0 / 1.1])), (" c", 1.0 / 1.1)]),
            ("(unclosed", "unclosed", vec![("unclosed", 1.1)]),
            ("smile :) ok", "smile :) ok", vec![]),
            ("at 12:30) x", "at 12:30) x", vec![]),
            ("\\(literal\\] \\{a\\|b\\}", "(literal] {a|b}", vec![]),
            ("(x: -1 )", "x", vec![("x", -1.0)]),
            ("(x:1)", "x", vec![]),
            ("(a:b:1.5)", "a:b", vec![("a:b", 1.5)]),
            ("()", "", vec![]),
        ] {
            let (found, weighed) = read(prompt);
            assert_eq!(found, text, "{prompt}");
            let same = weighed.len() == weights.len()
                && weighed.iter().zip(&weights).all(|(a, b)| a.0 == b.0 && (a.1 - b.1).abs() < 1e-5);
            assert!(same, "{prompt}: {weighed:?}, not {weights:?}");
        }
    }

    #[test]
    fn weights_beyond_reason_are_refused() {
        for prompt in ["(x:100)", "(x:1.2.3)", &format!("{}x{}", "(".repeat(30), ")".repeat(30))] {
            assert!(
                matches!(Emphasised::read(prompt), Err(Error::Grammar { fault: Fault::Weight, .. })),
                "{prompt}"
            );
        }
    }
}
