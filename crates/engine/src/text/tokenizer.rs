//! Cuts text into the pieces of a unigram language model.

use std::ops::Range;

use crate::{Error, Weights};

/// Id of `<s>`, which begins each text.
const BEGIN: u32 = 0;
/// Id of `</s>`, which ends each text.
const END: u32 = 1;
/// Id of a run of characters that no piece has.
const UNKNOWN: u32 = 2;
/// The piece at place `i` of the table has id `i + SPECIALS`.
const SPECIALS: u32 = 3;
/// What a space is inside pieces.
const SPACE: &str = "\u{2581}";

/// Turns text into token ids, in time linear in its length.
///
/// Text is normalised by table (NFKC, lower case, white space to one space), gets a leading space, and is cut into the
/// pieces with the largest sum of scores. Source: Kudo 2018, arXiv:1804.10959, section 3.2; pieces of XLM-R, Conneau et
/// al. 2019, arXiv:1911.02116.
pub struct Tokenizer {
    /// Texts of all pieces, one after another, in ascending order.
    bytes: Vec<u8>,
    /// Where each piece begins in `bytes`, and the end.
    offsets: Vec<u32>,
    /// Logarithm of each piece's probability.
    scores: Vec<f32>,
    unknown_score: f64,
    /// Pieces that begin with each byte.
    by_first_byte: Vec<Range<usize>>,
    normalisation: Normalisation,
}

/// Which characters become others.
struct Normalisation {
    /// Characters that change, ascending.
    codepoints: Vec<i32>,
    /// Where the replacement of each begins in `outputs`, and the end.
    offsets: Vec<u32>,
    outputs: Vec<char>,
}

impl Tokenizer {
    /// Reads the tables `vocabulary.*` and `normalisation.*`.
    pub fn load(weights: &Weights<'_>) -> Result<Self, Error> {
        let bytes = weights.u8("vocabulary.bytes", &weights.shape("vocabulary.bytes")?)?.to_vec();
        let offsets = offsets(weights, "vocabulary.offsets", bytes.len())?;
        let pieces = offsets.len() - 1;
        let scores = finite(weights, "vocabulary.scores", pieces)?;
        let unknown_score = f64::from(finite(weights, "vocabulary.unknown_score", 1)?[0]);
        let piece = |index: usize| &bytes[offsets[index] as usize..offsets[index + 1] as usize];
        let ascend = (1..pieces).all(|index| piece(index - 1) < piece(index));
        if !ascend || pieces == 0 || piece(0).is_empty() || std::str::from_utf8(&bytes).is_err() {
            return Err(damaged("vocabulary.bytes", "pieces are no text in ascending order"));
        }
        let mut by_first_byte = Vec::with_capacity(256);
        let mut end = 0;
        for first in 0..=u8::MAX {
            let start = end;
            while end < pieces && piece(end)[0] == first {
                end += 1;
            }
            by_first_byte.push(start..end);
        }
        let normalisation = Normalisation::load(weights)?;
        Ok(Self { bytes, offsets, scores, unknown_score, by_first_byte, normalisation })
    }

    /// Count of ids, the three special ones included.
    #[must_use]
    pub fn vocabulary_size(&self) -> usize {
        self.scores.len() + SPECIALS as usize
    }

    /// Ids with `<s>` and `</s>`, at most `max_tokens`, what goes beyond left out before `</s>`.
    #[must_use]
    pub fn encode(&self, text: &str, max_tokens: usize) -> Vec<u32> {
        let content = self.ids(text);
        let kept = content.len().min(max_tokens.saturating_sub(2));
        [&[BEGIN], &content[..kept], &[END]].concat()
    }

    /// Ids of `text` alone, without `<s>` and `</s>`.
    #[must_use]
    pub fn ids(&self, text: &str) -> Vec<u32> {
        self.best_pieces(&self.normalisation.apply(text)).into_iter().map(|piece| piece.id).collect()
    }

    /// The bytes of `text` that each of its [`Tokenizer::ids`] was made of; an empty range for a space mark alone.
    #[must_use]
    pub fn places(&self, text: &str) -> Vec<Range<usize>> {
        let normalised = self.normalisation.apply(text);
        let origins = self.normalisation.origins(text);
        let place = |piece: Piece| {
            // Origins ascend with the text.
            let made_of = &origins[piece.start..piece.end];
            made_of.first().map_or(0, |origin| origin.start)..made_of.last().map_or(0, |origin| origin.end)
        };
        self.best_pieces(&normalised).into_iter().map(place).collect()
    }

    /// Viterbi's algorithm over all ways to cut `text`; among equal sums the one found first wins.
    fn best_pieces(&self, text: &str) -> Vec<Piece> {
        let mut best = vec![Step { score: f64::NEG_INFINITY, start: 0, id: UNKNOWN }; text.len() + 1];
        best[0].score = 0.0;
        for (start, character) in text.char_indices() {
            // f64, in training's order, so that both cut alike.
            let score = best[start].score;
            let mut offer = |end: usize, added: f64, id: u32| {
                if score + added > best[end].score {
                    best[end] = Step { score: score + added, start, id };
                }
            };
            self.for_each_prefix(&text.as_bytes()[start..], |length, index| {
                offer(start + length, f64::from(self.scores[index]), index as u32 + SPECIALS);
            });
            offer(start + character.len_utf8(), self.unknown_score, UNKNOWN);
        }
        backtrack(&best)
    }

    /// Calls `found(length, index)` for each piece that `text` begins with, shortest first.
    fn for_each_prefix(&self, text: &[u8], mut found: impl FnMut(usize, usize)) {
        let Some(first) = text.first() else { return };
        let mut pieces = self.by_first_byte[usize::from(*first)].clone();
        for depth in 1.. {
            if pieces.is_empty() {
                return;
            }
            // All of `pieces` begin with the first `depth` bytes; one that is no longer comes first.
            if self.piece(pieces.start).len() == depth {
                found(depth, pieces.start);
                pieces.start += 1;
            }
            let Some(next) = text.get(depth) else { return };
            pieces = self.narrow(pieces, depth, *next);
        }
    }

    /// Those of `pieces`, all longer than `depth`, whose byte there is `next`.
    fn narrow(&self, pieces: Range<usize>, depth: usize, next: u8) -> Range<usize> {
        let start = self.partition(pieces.clone(), |index| self.piece(index)[depth] < next);
        start..self.partition(start..pieces.end, |index| self.piece(index)[depth] == next)
    }

    /// The first of `pieces` that `before` does not hold for.
    fn partition(&self, pieces: Range<usize>, before: impl Fn(usize) -> bool) -> usize {
        let Range { start: mut low, end: mut high } = pieces;
        while low < high {
            let middle = low.midpoint(high);
            if before(middle) { low = middle + 1 } else { high = middle }
        }
        low
    }

    fn piece(&self, index: usize) -> &[u8] {
        &self.bytes[self.offsets[index] as usize..self.offsets[index + 1] as usize]
    }
}

/// The best way to cut the text up to some byte.
#[derive(Clone, Copy)]
struct Step {
    score: f64,
    /// Where its last piece begins.
    start: usize,
    id: u32,
}

/// One token of a normalised text and its bytes there.
#[derive(Clone, Copy, Debug)]
struct Piece {
    id: u32,
    start: usize,
    end: usize,
}

fn backtrack(best: &[Step]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut end = best.len() - 1;
    while end > 0 {
        let Step { start, id, .. } = best[end];
        match pieces.last_mut() {
            Some(next) if id == UNKNOWN && next.id == UNKNOWN => next.start = start,
            _ => pieces.push(Piece { id, start, end }),
        }
        end = start;
    }
    pieces.reverse();
    pieces
}

impl Normalisation {
    fn load(weights: &Weights<'_>) -> Result<Self, Error> {
        let outputs = weights.i32("normalisation.outputs", &weights.shape("normalisation.outputs")?)?;
        let character = |codepoint: i32| u32::try_from(codepoint).ok().and_then(char::from_u32);
        let outputs: Option<Vec<char>> = outputs.into_iter().map(character).collect();
        let outputs = outputs.ok_or_else(|| damaged("normalisation.outputs", "a value is no character"))?;
        let offsets = offsets(weights, "normalisation.offsets", outputs.len())?;
        let codepoints = weights.i32("normalisation.codepoints", &[offsets.len() - 1])?;
        if !codepoints.is_sorted_by(|a, b| a < b) {
            return Err(damaged("normalisation.codepoints", "they do not ascend"));
        }
        Ok(Self { codepoints, offsets, outputs })
    }

    /// Words of the normalised text, a space mark before each.
    fn apply(&self, text: &str) -> String {
        let mut normalised = String::with_capacity(text.len() + text.len() / 2);
        self.walk(text, |_, piece| normalised.push_str(piece));
        normalised
    }

    /// For each byte of the normalised text the bytes of `text` that it was made of; none for a space mark.
    fn origins(&self, text: &str) -> Vec<Range<usize>> {
        let mut origins = Vec::new();
        self.walk(text, |origin, piece| origins.extend(std::iter::repeat_n(origin, piece.len())));
        origins
    }

    /// Calls `said` with each piece of the normalised text and the bytes of `text` that it was made of.
    fn walk(&self, text: &str, mut said: impl FnMut(Range<usize>, &str)) {
        let mut after_space = true;
        for (start, original) in text.char_indices() {
            for character in self.replacement(original) {
                if character == ' ' {
                    after_space = true;
                    continue;
                }
                if std::mem::take(&mut after_space) {
                    said(start..start, SPACE);
                }
                said(start..start + original.len_utf8(), character.encode_utf8(&mut [0; 4]));
            }
        }
    }

    fn replacement(&self, character: char) -> impl Iterator<Item = char> {
        let found = self.codepoints.binary_search(&(character as i32));
        let same = found.is_err().then_some(character);
        let outputs = found.map_or(&[][..], |index| {
            &self.outputs[self.offsets[index] as usize..self.offsets[index + 1] as usize]
        });
        same.into_iter().chain(outputs.iter().copied())
    }
}

/// Offsets into a table of `length` elements: from zero to `length`, never falling.
fn offsets(weights: &Weights<'_>, tensor: &str, length: usize) -> Result<Vec<u32>, Error> {
    let offsets = weights.i32(tensor, &weights.shape(tensor)?)?;
    let ends =
        offsets.first() == Some(&0) && offsets.last().is_some_and(|end| usize::try_from(*end) == Ok(length));
    if !ends || !offsets.is_sorted() {
        return Err(damaged(tensor, "they do not ascend from zero to the end"));
    }
    Ok(offsets.into_iter().map(i32::cast_unsigned).collect())
}

fn finite(weights: &Weights<'_>, tensor: &str, length: usize) -> Result<Vec<f32>, Error> {
    let values = weights.f32(tensor, &[length])?;
    if values.iter().all(|value| value.is_finite()) {
        Ok(values)
    } else {
        Err(damaged(tensor, "a value is not finite"))
    }
}

fn damaged(tensor: &str, reason: &'static str) -> Error {
    Error::Damaged { tensor: tensor.into(), reason }
}
