//! Searches a text for all terms of a policy, in every view at once.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use aho_corasick::AhoCorasick;

use crate::normalise::{self, Glyph, Kind, kind};
use crate::view::shape::Shapes;
use crate::view::sound::{self, Likeness};
use crate::view::{self, View, joined, words};

/// A term of a pack.
#[derive(Debug)]
struct Term {
    written: String,
    /// Normalised; for terms of Chinese characters one glyph is one character.
    base: Vec<Glyph>,
    /// Whether letters may follow: written with a `*` at the end.
    is_prefix: bool,
}

/// All terms of a policy and the automata that look for them.
#[derive(Debug)]
pub(crate) struct Matcher {
    terms: Vec<Term>,
    shapes: Shapes,
    automata: HashMap<View, Automaton>,
}

#[derive(Debug)]
struct Automaton {
    search: AhoCorasick,
    /// For each pattern of the automaton the terms that it is a reading of.
    owners: Vec<Vec<u32>>,
}

/// A place where a term was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Occurrence {
    pub(crate) term: u32,
    /// Bytes of the original.
    pub(crate) span: Range<u32>,
    pub(crate) view: View,
    pub(crate) strength: Strength,
}

/// What an occurrence can prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    /// Only together with an occurrence that stands alone: a word that sounds nearly so.
    Supporting,
    /// Together with others like it: two syllables that sound exactly so.
    Heard,
    /// By itself.
    Alone,
}

/// A view of a text, ready to be searched.
pub(crate) struct Reading {
    pub(crate) text: String,
    glyphs: Vec<Glyph>,
    /// First byte of each glyph in `text`.
    starts: Vec<u32>,
}

/// A text, searched.
pub(crate) struct Scan {
    pub(crate) base: Vec<Glyph>,
    pub(crate) plain: Reading,
    /// By term, then by place.
    pub(crate) occurrences: Vec<Occurrence>,
}

/// Collects the terms of a policy; equal terms get one number.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    terms: Vec<Term>,
    numbers: HashMap<(String, bool), u32>,
}

/// Why a term was refused.
pub(crate) enum Refused {
    /// Nothing is left of it.
    Empty,
    /// It is one character.
    Short,
}

impl Terms {
    /// The number of a term, which is new or known.
    pub(crate) fn add(&mut self, written: &str) -> Result<u32, Refused> {
        let (stem, is_prefix) = written.strip_suffix('*').map_or((written, false), |stem| (stem, true));
        let base = normalise::read(stem.trim());
        let plain = text_of(&view::plain(&base)).trim().to_owned();
        if plain.is_empty() || stem.contains('*') {
            return Err(Refused::Empty);
        }
        if plain.chars().count() < 2 {
            return Err(Refused::Short);
        }
        let next = self.terms.len() as u32;
        let number = *self.numbers.entry((plain, is_prefix)).or_insert(next);
        if number == next {
            self.terms.push(Term { written: written.to_owned(), base, is_prefix });
        }
        Ok(number)
    }
}

impl Matcher {
    /// Builds the automata. The message of the search library when they would be too large.
    pub(crate) fn new(terms: Terms) -> Result<Self, String> {
        let terms = terms.terms;
        let characters: HashSet<char> = terms
            .iter()
            .flat_map(|term| &term.base)
            .map(|glyph| glyph.ch)
            .filter(|ch| kind(*ch) == Kind::Han)
            .collect();
        let shapes = Shapes::of(&characters);
        let mut automata = HashMap::new();
        for view in View::ALL {
            let keys = terms.iter().enumerate();
            let keys = keys.flat_map(|(number, term)| {
                term.keys(view, &shapes).into_iter().map(move |key| (key, number))
            });
            if let Some(automaton) = Automaton::new(keys)? {
                automata.insert(view, automaton);
            }
        }
        Ok(Self { terms, shapes, automata })
    }

    /// How many different terms there are.
    pub(crate) fn len(&self) -> usize {
        self.terms.len()
    }

    /// The term as its pack writes it.
    pub(crate) fn written(&self, term: u32) -> &str {
        &self.terms[term as usize].written
    }

    /// Searches a text in every view in which it differs.
    pub(crate) fn scan(&self, text: &str) -> Scan {
        let base = normalise::read(text);
        let plain = Reading::new(view::plain(&base));
        let joined = joined::join(&base);
        let mut found = Vec::new();
        self.search(View::Plain, &plain, &mut found);
        let mut views = vec![
            (View::Han, joined::han(&base)),
            (View::Repeats, view::without_repeats(&joined)),
            (View::Emoji, joined::join(&view::emoji(&base))),
        ];
        views.extend(view::leet(&base).iter().map(|leet| (View::Leet, folded(joined::join(leet)))));
        views.extend(self.shapes.read(&joined).into_iter().map(|shape| (View::Shape, shape)));
        for (view, glyphs) in views {
            if glyphs.iter().any(|glyph| glyph.changed) {
                self.search(view, &Reading::new(glyphs), &mut found);
            }
        }
        self.search(View::Sound, &Reading::new(sound::read(&joined)), &mut found);
        self.search(View::Joined, &Reading::new(joined), &mut found);
        Scan { base, plain, occurrences: once_each(found) }
    }

    fn search(&self, view: View, reading: &Reading, found: &mut Vec<Occurrence>) {
        let Some(automaton) = self.automata.get(&view) else { return };
        for matched in automaton.search.find_overlapping_iter(&reading.text) {
            let place = reading.glyphs_at(matched.start()..matched.end());
            for &term in &automaton.owners[matched.pattern().as_usize()] {
                if let Some(strength) = self.judge(&self.terms[term as usize], view, reading, &place) {
                    found.push(Occurrence { term, span: reading.span(&place), view, strength });
                }
            }
        }
    }

    /// Whether what the automaton found is the term, and what it proves.
    fn judge(&self, term: &Term, view: View, reading: &Reading, place: &Range<usize>) -> Option<Strength> {
        let glyphs = &reading.glyphs[place.clone()];
        let before = place.start.checked_sub(1).map(|before| &reading.glyphs[before]);
        let after = reading.glyphs.get(place.end);
        if view == View::Sound {
            return heard(term, glyphs, before, after);
        }
        if view.needs_change() && !glyphs.iter().any(|glyph| glyph.changed) {
            return None;
        }
        let is_word =
            !continues(before, glyphs.first()) && (term.is_prefix || !continues(glyphs.last(), after));
        is_word.then_some(Strength::Alone)
    }
}

/// Whether two neighbours are letters of one word, or digits of one number.
fn continues(left: Option<&Glyph>, right: Option<&Glyph>) -> bool {
    let (Some(left), Some(right)) = (left, right) else { return false };
    if right.apart {
        return false;
    }
    let letters = |glyph: &Glyph| kind(glyph.ch) == Kind::Letter && glyph.ch.is_alphabetic();
    (letters(left) && letters(right)) || (left.ch.is_ascii_digit() && right.ch.is_ascii_digit())
}

/// What a finding of the sound view proves.
///
/// Homophones of short words are everywhere, so that a sound needs a second factor: characters of the term itself,
/// exact syllables, or length. Two syllables never prove anything alone.
fn heard(term: &Term, glyphs: &[Glyph], before: Option<&Glyph>, after: Option<&Glyph>) -> Option<Strength> {
    let likenesses =
        glyphs.iter().zip(&term.base).map(|(glyph, character)| sound::likeness(glyph, character.ch));
    let (mut same, mut exact) = (0, 0);
    for likeness in likenesses {
        same += usize::from(likeness == Likeness::Same);
        exact += usize::from(likeness == Likeness::Exact);
    }
    let length = glyphs.len();
    let all_pinyin = glyphs.iter().all(|glyph| glyph.changed);
    match length {
        _ if same == length => None,
        2 | 3 if is_written_word(term, glyphs, before, after) => None,
        2 if all_pinyin && exact == 2 => Some(Strength::Heard),
        2 if same == 1 && exact == 1 => Some(Strength::Heard),
        2 => (same == 1).then_some(Strength::Supporting),
        3 if same == 2 || same + exact == 3 => Some(Strength::Alone),
        3 => (same == 1).then_some(Strength::Supporting),
        _ if same + exact + 1 >= length => Some(Strength::Alone),
        _ => Some(Strength::Supporting),
    }
}

/// Whether a character that differs from the term makes a common word with its neighbour: 青 in 青色 does not stand
/// for 情.
fn is_written_word(term: &Term, glyphs: &[Glyph], before: Option<&Glyph>, after: Option<&Glyph>) -> bool {
    let is_word = |left: Option<&Glyph>, right: Option<&Glyph>| match (left, right) {
        (Some(left), Some(right)) => left.end == right.start && words::is_common(left.seen, right.seen),
        _ => false,
    };
    glyphs.iter().zip(&term.base).enumerate().any(|(place, (glyph, character))| {
        let left = if place == 0 { before } else { glyphs.get(place - 1) };
        let right = if place + 1 == glyphs.len() { after } else { glyphs.get(place + 1) };
        glyph.seen != character.ch && (is_word(left, Some(glyph)) || is_word(Some(glyph), right))
    })
}

impl Term {
    /// What to search for in a view; nothing where the view cannot show the term.
    fn keys(&self, view: View, shapes: &Shapes) -> Vec<String> {
        let joined = joined::join(&self.base);
        let all_han = self.base.iter().all(|glyph| kind(glyph.ch) == Kind::Han);
        let has_han = self.base.iter().any(|glyph| kind(glyph.ch) == Kind::Han);
        let has_letters = self.base.iter().any(|glyph| glyph.ch.is_ascii_lowercase());
        let key = match view {
            View::Plain => text_of(&view::plain(&self.base)).trim().to_owned(),
            View::Joined => return with_spelt_out(text_of(&joined)),
            View::Emoji => text_of(&joined),
            View::Han if all_han => text_of(&joined),
            View::Leet if has_letters => return with_spelt_out(text_of(&folded(joined))),
            View::Repeats => text_of(&view::without_repeats(&joined)),
            View::Shape if has_han => joined.iter().map(|glyph| shapes.standing_for(glyph.ch)).collect(),
            View::Sound if all_han => {
                return joined
                    .iter()
                    .map(|glyph| sound::class(glyph.ch))
                    .collect::<Option<String>>()
                    .into_iter()
                    .collect();
            }
            View::Han | View::Leet | View::Shape | View::Sound => return Vec::new(),
        };
        // A term like `ooo` must not become a single letter.
        if key.chars().count() < 2 { Vec::new() } else { vec![key] }
    }
}

/// A phrase and, where spaces separate its words, the phrase without them: `f a k e  i d` is joined to one word.
fn with_spelt_out(key: String) -> Vec<String> {
    if key.contains(' ') { vec![key.replace(' ', ""), key] } else { vec![key] }
}

fn folded(mut glyphs: Vec<Glyph>) -> Vec<Glyph> {
    for glyph in &mut glyphs {
        glyph.ch = view::leet_fold(glyph.ch);
    }
    glyphs
}

impl Automaton {
    fn new(keys: impl Iterator<Item = (String, usize)>) -> Result<Option<Self>, String> {
        let mut patterns: Vec<String> = Vec::new();
        let mut owners: Vec<Vec<u32>> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for (key, term) in keys {
            let place = *places.entry(key).or_insert_with_key(|key| {
                patterns.push(key.clone());
                owners.push(Vec::new());
                owners.len() - 1
            });
            owners[place].push(term as u32);
        }
        if patterns.is_empty() {
            return Ok(None);
        }
        let search = AhoCorasick::new(&patterns).map_err(|error| error.to_string())?;
        Ok(Some(Self { search, owners }))
    }
}

impl Reading {
    fn new(glyphs: Vec<Glyph>) -> Self {
        let mut text = String::with_capacity(glyphs.len() * 3);
        let mut starts = Vec::with_capacity(glyphs.len());
        for glyph in &glyphs {
            starts.push(text.len() as u32);
            text.push(glyph.ch);
        }
        Self { text, glyphs, starts }
    }

    fn glyphs_at(&self, bytes: Range<usize>) -> Range<usize> {
        let at = |byte: usize| self.starts.partition_point(|start| (*start as usize) < byte);
        at(bytes.start)..at(bytes.end)
    }

    fn span(&self, place: &Range<usize>) -> Range<u32> {
        let glyphs = &self.glyphs[place.clone()];
        glyphs.first().map_or(0, |first| first.start)..glyphs.last().map_or(0, |last| last.end)
    }

    /// Bytes of the original for bytes of the reading.
    pub(crate) fn original(&self, bytes: Range<usize>) -> Range<u32> {
        self.span(&self.glyphs_at(bytes))
    }
}

fn text_of(glyphs: &[Glyph]) -> String {
    glyphs.iter().map(|glyph| glyph.ch).collect()
}

/// The most literal occurrence of each term at each place: what stands alone before what supports, then by view.
fn once_each(mut found: Vec<Occurrence>) -> Vec<Occurrence> {
    found.sort_by_key(|occurrence| {
        (occurrence.term, std::cmp::Reverse(occurrence.strength), occurrence.view, occurrence.span.start)
    });
    let mut kept: Vec<Occurrence> = Vec::new();
    // Places that the term has already: starts and ends, which do not overlap.
    let (mut term, mut taken) = (None, BTreeMap::new());
    for occurrence in found {
        if term != Some(occurrence.term) {
            term = Some(occurrence.term);
            taken.clear();
        }
        let before = taken.range(..occurrence.span.end).next_back();
        if before.is_none_or(|(_, end)| *end <= occurrence.span.start) {
            taken.insert(occurrence.span.start, occurrence.span.end);
            kept.push(occurrence);
        }
    }
    kept.sort_by_key(|occurrence| (occurrence.term, occurrence.span.start));
    kept
}
