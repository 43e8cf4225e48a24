//! Syllables without tones, for homophones and for words written in pinyin.

use std::collections::HashMap;
use std::sync::LazyLock;

use pinyin::ToPinyin as _;

use crate::normalise::{Glyph, Kind, kind};

const FIRST: u32 = 0x4e00;
const LAST: u32 = 0x9fff;

/// Syllable classes are written as characters of a private plane, so that they can be searched for like text.
const PLANE: u32 = 0xf_0000;

/// How a syllable of a text compares with the syllable of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// The same character.
    Same,
    /// Another character, or pinyin, with the same sound.
    Exact,
    /// A sound that many dialects do not tell apart.
    Fuzzy,
}

struct Sounds {
    /// For each character the number of its syllable, 0 for none.
    of_character: Vec<u16>,
    /// For each syllable the number of its class.
    class: Vec<u16>,
    /// Written syllables and their numbers.
    numbers: HashMap<String, u16>,
}

/// The most common reading of every character: `pinyin` (MIT).
static SOUNDS: LazyLock<Sounds> = LazyLock::new(|| {
    let mut sounds = Sounds { of_character: Vec::new(), class: vec![0], numbers: HashMap::new() };
    let mut classes: HashMap<String, u16> = HashMap::new();
    for ch in (FIRST..=LAST).filter_map(char::from_u32) {
        let number = ch.to_pinyin().map_or(0, |syllable| {
            let written = syllable.plain().replace('ü', "v");
            if let Some(number) = sounds.numbers.get(&written) {
                return *number;
            }
            let next = classes.len() as u16 + 1;
            sounds.class.push(*classes.entry(fuzzy(&written)).or_insert(next));
            let number = (sounds.class.len() - 1) as u16;
            sounds.numbers.insert(written, number);
            number
        });
        sounds.of_character.push(number);
    }
    sounds
});

/// A syllable as dialects confuse it: zh ch sh with z c s, initial n with l, -ng with -n after a, e and i.
fn fuzzy(syllable: &str) -> String {
    let mut sound = syllable.to_owned();
    for (from, to) in [("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l")] {
        if let Some(rest) = sound.strip_prefix(from) {
            sound = format!("{to}{rest}");
            break;
        }
    }
    for ending in ["ang", "eng", "ing"] {
        if sound.ends_with(ending) {
            sound.pop();
        }
    }
    sound.replace('v', "u")
}

/// The number of a character's syllable, 0 for none.
fn syllable(ch: char) -> u16 {
    SOUNDS.of_character.get(u32::from(ch).wrapping_sub(FIRST) as usize).copied().unwrap_or(0)
}

fn class_character(number: u16) -> Option<char> {
    char::from_u32(PLANE + u32::from(*SOUNDS.class.get(usize::from(number))?))
}

/// The class of a Chinese character, as a character to search for.
pub(crate) fn class(ch: char) -> Option<char> {
    match syllable(ch) {
        0 => None,
        number => class_character(number),
    }
}

/// The joined text as syllables: of every Chinese character, and of words of letters that are pinyin throughout.
pub(crate) fn read(joined: &[Glyph]) -> Vec<Glyph> {
    let mut glyphs: Vec<Glyph> = Vec::with_capacity(joined.len());
    for run in joined.chunk_by(|left, right| kind(left.ch) == kind(right.ch)) {
        match kind(run[0].ch) {
            Kind::Han => glyphs
                .extend(run.iter().map(|glyph| Glyph { ch: class(glyph.ch).unwrap_or(glyph.ch), ..*glyph })),
            Kind::Letter => match pinyin_syllables(run) {
                Some(syllables) => {
                    // `zha yao`: a space between words of pinyin does not keep them apart.
                    if glyphs.len() >= 2
                        && glyphs[glyphs.len() - 1].ch == ' '
                        && glyphs[glyphs.len() - 2].changed
                    {
                        glyphs.pop();
                    }
                    glyphs.extend(syllables);
                }
                None => glyphs.extend_from_slice(run),
            },
            _ => glyphs.extend_from_slice(run),
        }
    }
    glyphs
}

/// A word as syllables, if it is pinyin throughout; digits after syllables are tones. `changed` marks what was letters,
/// and `seen` holds the number of the exact syllable.
fn pinyin_syllables(word: &[Glyph]) -> Option<Vec<Glyph>> {
    let letters: Vec<Glyph> = word.iter().copied().filter(|glyph| !matches!(glyph.ch, '1'..='5')).collect();
    if !(2..=36).contains(&letters.len()) || !letters.iter().all(|glyph| glyph.ch.is_ascii_lowercase()) {
        return None;
    }
    let spelling: String = letters.iter().map(|glyph| glyph.ch).collect();
    let lengths = syllable_lengths(&spelling)?;
    let mut at = 0;
    let syllables = lengths.into_iter().filter_map(|length| {
        let part = &letters[at..at + length];
        let number = *SOUNDS.numbers.get(&spelling[at..at + length])?;
        at += length;
        let ch = class_character(number)?;
        let seen = char::from_u32(PLANE + u32::from(number))?;
        Some(Glyph { ch, seen, start: part[0].start, end: part[length - 1].end, changed: true, apart: false })
    });
    Some(syllables.collect())
}

/// Lengths of the syllables that a spelling falls into, longer ones first, or nothing. At most 36 letters.
fn syllable_lengths(spelling: &str) -> Option<Vec<usize>> {
    // best[i]: length of the syllable that starts at i, if the rest from i on is pinyin.
    let mut best = vec![None; spelling.len() + 1];
    best[spelling.len()] = Some(0);
    for start in (0..spelling.len()).rev() {
        let longest = (spelling.len() - start).min(6);
        best[start] = (2..=longest).rev().find(|length| {
            best[start + length].is_some() && SOUNDS.numbers.contains_key(&spelling[start..start + length])
        });
    }
    let (mut lengths, mut at) = (Vec::new(), 0);
    while at < spelling.len() {
        let length = best[at]?;
        lengths.push(length);
        at += length;
    }
    Some(lengths)
}

/// How a glyph of the sound view compares with a character of a term.
pub(crate) fn likeness(glyph: &Glyph, term: char) -> Likeness {
    if glyph.seen == term {
        return Likeness::Same;
    }
    let number = if glyph.changed { (u32::from(glyph.seen) - PLANE) as u16 } else { syllable(glyph.seen) };
    if number == syllable(term) { Likeness::Exact } else { Likeness::Fuzzy }
}

#[cfg(test)]
mod tests {
    use super::{Likeness, class, likeness, read, syllable_lengths};
    use crate::normalise;

    #[test]
    fn pinyin_falls_into_syllables() {
        assert_eq!(syllable_lengths("zhayao"), Some(vec![3, 3]));
        assert_eq!(syllable_lengths("xiaonvhai"), Some(vec![4, 2, 3]));
        assert_eq!(syllable_lengths("poster"), None);
    }

    #[test]
    fn homophones_and_pinyin_sound_alike() {
        let heard =
            |text: &str| -> String { read(&normalise::read(text)).iter().map(|glyph| glyph.ch).collect() };
        assert_eq!(heard("炸药"), heard("咋要"));
        assert_eq!(heard("炸药"), heard("zha4yao4"));
        assert_eq!(class('南'), class('蓝'));
    }

    #[test]
    fn likeness_tells_how_far_a_sound_is() {
        let glyphs = read(&normalise::read("炸诈zazha"));
        let found: Vec<Likeness> = glyphs.iter().map(|glyph| likeness(glyph, '炸')).collect();
        assert_eq!(found, [Likeness::Same, Likeness::Exact, Likeness::Fuzzy, Likeness::Exact]);
    }
}
