//! Characters written as their parts, and characters that look like others.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::normalise::Glyph;

/// From the dictionary of split characters (CC BY 3.0): character, its parts.
const TABLE: &str = include_str!("../tables/splits.tsv");

/// Characters that are mistaken for each other; the first stands for all.
const LOOK_ALIKES: [&str; 14] = [
    "未末",
    "日曰",
    "土士",
    "人入",
    "己已巳",
    "千干于",
    "免兔",
    "鸟乌",
    "毒毐",
    "裸稞",
    "枪抢",
    "炸咋",
    "幼幻",
    "药葯",
];

/// A form that a part has inside a character, and the character that people write for it.
const PARTS: [(char, char); 21] = [
    ('亻', '人'),
    ('氵', '水'),
    ('扌', '手'),
    ('忄', '心'),
    ('犭', '犬'),
    ('礻', '示'),
    ('衤', '衣'),
    ('钅', '金'),
    ('讠', '言'),
    ('艹', '草'),
    ('艸', '草'),
    ('刂', '刀'),
    ('阝', '耳'),
    ('纟', '丝'),
    ('糸', '丝'),
    ('饣', '食'),
    ('辶', '走'),
    ('攵', '文'),
    ('灬', '火'),
    ('罒', '四'),
    ('⺼', '月'),
];

static WHOLES: LazyLock<HashMap<[char; 3], Vec<char>>> = LazyLock::new(|| {
    let mut wholes: HashMap<[char; 3], Vec<char>> = HashMap::new();
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let Some((whole, parts)) = line.split_once('\t') else { continue };
        if let (Some(whole), Some(key)) = (whole.chars().next(), key(parts.chars())) {
            let known = wholes.entry(key).or_default();
            if !known.contains(&whole) {
                known.push(whole);
            }
        }
    }
    wholes
});

fn key(parts: impl Iterator<Item = char>) -> Option<[char; 3]> {
    let mut key = ['\0'; 3];
    for (place, part) in parts.enumerate() {
        *key.get_mut(place)? = as_written(part);
    }
    Some(key)
}

fn as_written(part: char) -> char {
    PARTS.iter().find(|(form, _)| *form == part).map_or(part, |(_, written)| *written)
}

/// What a policy needs to know of shapes: only characters of its own terms are put together.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    /// Two or three parts, as people write them, and the character that stands for all with these parts.
    wholes: HashMap<[char; 3], char>,
    /// Characters that stand for others, where they are not themselves.
    stands_for: HashMap<char, char>,
    /// First parts, to pass over most characters quickly.
    first_parts: HashSet<char>,
}

impl Shapes {
    /// For the characters of a policy's terms.
    pub(crate) fn of(characters: &HashSet<char>) -> Self {
        let mut shapes = Self::default();
        for class in LOOK_ALIKES {
            let mut members = class.chars();
            let Some(first) = members.next() else { continue };
            shapes.stands_for.extend(members.map(|member| (member, first)));
        }
        // In the order of the table, so that one policy always chooses the same characters.
        let mut keys: Vec<&[char; 3]> = WHOLES.keys().collect();
        keys.sort_unstable();
        for key in keys {
            let wholes: Vec<char> =
                WHOLES[key].iter().copied().filter(|whole| characters.contains(whole)).collect();
            let Some(first) = wholes.first().map(|whole| shapes.standing_for(*whole)) else { continue };
            for whole in &wholes[1..] {
                let from = shapes.standing_for(*whole);
                shapes.unite(from, first);
            }
            shapes.wholes.insert(*key, first);
            shapes.first_parts.insert(key[0]);
        }
        let wholes = std::mem::take(&mut shapes.wholes);
        shapes.wholes = wholes.into_iter().map(|(key, whole)| (key, shapes.standing_for(whole))).collect();
        shapes
    }

    fn unite(&mut self, from: char, to: char) {
        if from == to {
            return;
        }
        for target in self.stands_for.values_mut().filter(|target| **target == from) {
            *target = to;
        }
        self.stands_for.insert(from, to);
    }

    /// The character that stands for this one.
    pub(crate) fn standing_for(&self, ch: char) -> char {
        self.stands_for.get(&ch).copied().unwrap_or(ch)
    }

    /// The text with parts put together, longest first, from the left and from the right: `小女子亥` is 小好亥 from the
    /// left and 小女孩 from the right. Nothing where no glyph changes.
    pub(crate) fn read(&self, joined: &[Glyph]) -> Vec<Vec<Glyph>> {
        let left = self.leftmost_first(joined);
        if !left.iter().any(|glyph| glyph.changed) {
            return Vec::new();
        }
        let right = self.rightmost_first(joined);
        if left == right { vec![left] } else { vec![left, right] }
    }

    fn leftmost_first(&self, joined: &[Glyph]) -> Vec<Glyph> {
        let mut glyphs = Vec::with_capacity(joined.len());
        let mut rest = joined;
        while let Some(first) = rest.first() {
            let whole =
                [3, 2].into_iter().find_map(|length| Some((self.whole(rest.get(..length)?)?, length)));
            let (glyph, length) = whole.unwrap_or_else(|| (self.alone(first), 1));
            glyphs.push(glyph);
            rest = &rest[length..];
        }
        glyphs
    }

    fn rightmost_first(&self, joined: &[Glyph]) -> Vec<Glyph> {
        let mut glyphs = Vec::with_capacity(joined.len());
        let mut rest = joined;
        while let Some(last) = rest.last() {
            let at = |length: usize| rest.len().checked_sub(length);
            let whole =
                [3, 2].into_iter().find_map(|length| Some((self.whole(&rest[at(length)?..])?, length)));
            let (glyph, length) = whole.unwrap_or_else(|| (self.alone(last), 1));
            glyphs.push(glyph);
            rest = &rest[..rest.len() - length];
        }
        glyphs.reverse();
        glyphs
    }

    fn whole(&self, parts: &[Glyph]) -> Option<Glyph> {
        if !self.first_parts.contains(&as_written(parts[0].ch)) {
            return None;
        }
        let whole = self.wholes.get(&key(parts.iter().map(|part| part.ch))?)?;
        let end = parts[parts.len() - 1].end;
        Some(Glyph { ch: *whole, seen: '\0', end, changed: true, ..parts[0] })
    }

    fn alone(&self, glyph: &Glyph) -> Glyph {
        let ch = self.standing_for(glyph.ch);
        // A character that stands for others was written as another one only if the two look alike.
        let changed = ch != glyph.ch && LOOK_ALIKES.iter().any(|class| class.contains(glyph.ch));
        Glyph { ch, changed, ..*glyph }
    }
}
