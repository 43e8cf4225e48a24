//! Readings of one text, each of which undoes one way of hiding words.
//!
//! Terms are searched for in every view by an automaton of its own. A view that undoes a visible disguise counts only
//! where the disguise was: `seen` and `changed` of the [glyphs](Glyph) tell.

mod emoji;
pub(crate) mod joined;
mod leet;
pub(crate) mod shape;
pub(crate) mod sound;
pub(crate) mod words;

use crate::normalise::{Glyph, Kind, kind};

/// A reading of a text, from the most literal to the freest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// Normalised characters; separators between words are one space.
    Plain,
    /// Separators between characters of one word left out: `裸/体`, `p.o.r.n`.
    Joined,
    /// Up to two stray letters between Chinese characters left out: `炸x药`.
    Han,
    /// Digits and signs as the letters that they look like: `f4ke`.
    Leet,
    /// Repetitions left out: `炸炸药药`, `fakkkke`.
    Repeats,
    /// Emoji as words: `造💣`.
    Emoji,
    /// Split characters put together and look-alikes exchanged: `火乍药`.
    Shape,
    /// Syllables: `zha yao`, `炸要`.
    Sound,
}

impl View {
    /// All views, from the most literal to the freest.
    pub const ALL: [Self; 8] = [
        Self::Plain,
        Self::Joined,
        Self::Han,
        Self::Leet,
        Self::Repeats,
        Self::Emoji,
        Self::Shape,
        Self::Sound,
    ];

    /// The word in records: `plain`, `joined`, `han`, `leet`, `repeats`, `emoji`, `shape`, `sound`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Joined => "joined",
            Self::Han => "han",
            Self::Leet => "leet",
            Self::Repeats => "repeats",
            Self::Emoji => "emoji",
            Self::Shape => "shape",
            Self::Sound => "sound",
        }
    }

    /// Whether a finding counts only where the view changed something.
    pub(crate) fn needs_change(self) -> bool {
        !matches!(self, Self::Plain | Self::Joined | Self::Sound)
    }
}

/// The normalised text with every separator between words as one space.
pub(crate) fn plain(base: &[Glyph]) -> Vec<Glyph> {
    let mut glyphs: Vec<Glyph> = Vec::with_capacity(base.len());
    for glyph in base {
        if matches!(kind(glyph.ch), Kind::Han | Kind::Letter) {
            glyphs.push(*glyph);
        } else {
            match glyphs.last_mut() {
                Some(last) if last.ch == ' ' => last.end = glyph.end,
                _ => glyphs.push(Glyph { ch: ' ', seen: ' ', ..*glyph }),
            }
        }
    }
    glyphs
}

/// Repetitions as one character. A letter counts as repeated from three on, because words have double letters.
pub(crate) fn without_repeats(joined: &[Glyph]) -> Vec<Glyph> {
    let mut glyphs = Vec::with_capacity(joined.len());
    for run in joined.chunk_by(|left, right| left.ch == right.ch) {
        let least = if kind(run[0].ch) == Kind::Letter { 3 } else { 2 };
        let end = run[run.len() - 1].end;
        glyphs.push(Glyph { end, changed: run.len() >= least, ..run[0] });
    }
    glyphs
}

/// Letters for the digits and signs of leetspeak, before joining; two readings where a sign ends a word.
pub(crate) fn leet(base: &[Glyph]) -> Vec<Vec<Glyph>> {
    leet::letters_for_signs(base)
}

/// Letters that leetspeak does not tell apart, as one.
pub(crate) fn leet_fold(ch: char) -> char {
    if ch == 'l' { 'i' } else { ch }
}

/// Words for emoji, before joining.
pub(crate) fn emoji(base: &[Glyph]) -> Vec<Glyph> {
    emoji::words_for_emoji(base)
}
