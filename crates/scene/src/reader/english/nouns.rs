//! Noun phrases: `two small red apples`, `a girl with dark skin and curly hair`.

use super::Parser;
use super::words::{Token, TokenKind};
use crate::colours;
use crate::lexicon::{Match, singulars};
use crate::reader::colour_in_name;
use crate::reader::draft::{Draft, Kind, NounPhrase};
use crate::reader::english_words::{Role, is_plural_only, kind};
use crate::scene::{Colouring, Count, Layout};
use crate::styles::Style;

/// A noun phrase, and whether it has an article or a number.
#[derive(Debug, Default)]
pub(super) struct Noun {
    pub(super) phrase: NounPhrase,
    pub(super) determined: bool,
}

/// The number for a plural without one.
pub(crate) const SOME: u32 = 3;

/// More words than this are not one noun phrase.
const LONGEST: usize = 24;

impl<'a> Parser<'a, '_> {
    /// Reads a noun phrase without what follows its head; nothing is consumed if there is none.
    pub(super) fn noun(&mut self) -> Option<Noun> {
        let start = self.at;
        let mut noun = Noun::default();
        let mut pair = false;
        while let Some(length) = self.counting(&mut noun, &mut pair) {
            self.at += length;
        }
        let mut words = Vec::new();
        while self.attribute(&mut noun, &mut words) {}
        if self.peek().is_some_and(|token| token.kind == TokenKind::Emoji) && words.is_empty() {
            words.push(self.at);
            self.at += 1;
        } else {
            self.run(&mut words, &mut noun);
        }
        // A colour that is the last word is the noun: `an orange`.
        if words.is_empty() || (words.len() == 1 && self.is_bare_colour(&words, &noun)) {
            self.at = start;
            return None;
        }
        self.name(&mut noun, &words, pair);
        Some(noun)
    }

    /// Reads an article or a number; gives its length in words.
    fn counting(&mut self, noun: &mut Noun, pair: &mut bool) -> Option<usize> {
        let (role, length) = self.peek()?.role?;
        match role {
            Role::Determiner => {}
            Role::Number(value) if matches!(noun.phrase.count, Count::Unstated) => {
                noun.phrase.count = Count::Exactly(value);
            }
            Role::Number(value) => {
                if let Count::Exactly(before) = noun.phrase.count {
                    noun.phrase.count = Count::Exactly(before.saturating_mul(value));
                }
            }
            Role::Quantity(value, layout) => {
                let exact = matches!(value, 2 | 12) && layout == Layout::Natural;
                noun.phrase.count = match noun.phrase.count {
                    Count::Exactly(count) if matches!(layout, Layout::Grid { .. }) => Count::Exactly(count),
                    _ if exact || (matches!(layout, Layout::Grid { columns: 1.., .. })) => {
                        Count::Exactly(value)
                    }
                    _ => Count::About(value),
                };
                if layout != Layout::Natural {
                    noun.phrase.layout = Some(layout);
                }
                // `a grid of 9 cats`: the number that follows is the better one.
                if let Some((Role::Number(value), 1)) =
                    self.tokens.get(self.at + length).and_then(|token| token.role)
                {
                    noun.phrase.count = Count::Exactly(value);
                    noun.determined = true;
                    return Some(length + 1);
                }
            }
            Role::Pair => *pair = true,
            Role::Filler if noun.determined => {}
            _ => return None,
        }
        noun.determined = true;
        Some(length)
    }

    /// Reads a colour, size or style before the head.
    fn attribute(&mut self, noun: &mut Noun, words: &mut Vec<usize>) -> bool {
        if self.peek().is_none_or(|token| token.kind != TokenKind::Word) {
            return false;
        }
        let ahead = self.ahead(4);
        // A name of the lexicon that starts with a colour (`red panda`) is a name.
        let known = self.lexicon.english(&ahead).map_or(0, |found| found.length);
        if let Some((Role::Sized(size), length)) = self.peek().and_then(|token| token.role)
            && known <= length
        {
            noun.phrase.size = size;
            self.at += length;
            return true;
        }
        if let Some((Role::Mixed, length)) = self.peek().and_then(|token| token.role) {
            let words_here: Vec<&str> =
                self.tokens[self.at..self.at + length].iter().map(|token| token.text.as_str()).collect();
            noun.phrase.colour = Some(Colouring::Mixed { words: words_here.join(" ") });
            words.extend(self.at..self.at + length);
            self.at += length;
            return true;
        }
        if let Some((style, length)) = Style::english(&ahead)
            && known < length
            && self.is_before_noun(self.at + length)
        {
            noun.phrase.styles.push(style);
            self.at += length;
            self.skip_of();
            return true;
        }
        let Some((colour, length)) = colour_at(&ahead).filter(|(_, length)| known <= *length) else {
            return false;
        };
        if !self.is_before_noun(self.at + length) {
            return false;
        }
        noun.phrase.colour.get_or_insert(Colouring::One(colour));
        words.extend(self.at..self.at + length);
        self.at += length;
        // `black and white cat`, `red, blue balloons`: both colours are attributes.
        let joined = self.tokens.get(self.at).is_some_and(|token| token.lower == "and");
        if joined
            && colour_at(&self.ahead(4)[1..])
                .is_some_and(|(_, length)| self.is_before_noun(self.at + 1 + length))
        {
            words.push(self.at);
            self.at += 1;
        }
        true
    }

    /// Whether a noun can follow at word `at`.
    fn is_before_noun(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| match (token.kind, token.role) {
            (TokenKind::Word, None | Some((Role::Sized(_) | Role::Mixed | Role::Transparent, _))) => true,
            (TokenKind::Word, Some((Role::And, 1))) => {
                self.tokens.get(at + 1).is_some_and(|next| colours::parse(&next.lower).is_some())
                    && self.is_before_noun(at + 2)
            }
            (TokenKind::Word, Some((Role::Action, 1))) => self.is_before_noun(at + 1),
            (TokenKind::Emoji, _) => true,
            _ => false,
        })
    }

    /// The words of the head and its unknown adjectives.
    fn run(&mut self, words: &mut Vec<usize>, noun: &mut Noun) {
        let first = self.at;
        while let Some(token) =
            self.peek().filter(|token| token.kind == TokenKind::Word && words.len() < LONGEST)
        {
            let known = self.lexicon.english(&self.ahead(6)).map_or(0, |found| found.length);
            if let Some((style, length)) =
                Style::english(&self.ahead(3)).filter(|(_, length)| known < *length)
            {
                noun.phrase.styles.push(style);
                self.at += length;
                if words.is_empty() {
                    self.skip_of();
                }
                continue;
            }
            let of = token.lower == "of" && self.at > first;
            let after_of = self.at > first && self.tokens[self.at - 1].lower == "of";
            match token.role {
                Some((Role::Determiner | Role::Number(_) | Role::Sized(_), length)) if after_of => {
                    words.extend(self.at..self.at + length);
                    self.at += length;
                }
                Some((Role::Sized(size), length)) if known <= length && !after_of => {
                    noun.phrase.size = size;
                    self.at += length;
                }
                Some((Role::Action, 1)) if self.at == first && self.is_before_noun(self.at + 1) => {
                    words.push(self.at);
                    self.at += 1;
                }
                Some((_, length)) if known <= length => break,
                None if self.is_deed(words) => break,
                _ => {
                    let length = if of { 1 } else { known.max(1) };
                    words.extend(self.at..self.at + length);
                    self.at += length;
                }
            }
        }
    }

    /// `icon of a cup`: the style is said, the cup is the noun.
    fn skip_of(&mut self) {
        if self.peek().is_some_and(|token| token.lower == "of") {
            self.at += 1;
            let article = self.peek().is_some_and(|token| ["a", "an", "the"].contains(&token.lower.as_str()));
            self.at += usize::from(article);
        }
    }

    /// Whether the next word says what the noun before it does: `holding a balloon`, `reading`.
    fn is_deed(&self, words: &[usize]) -> bool {
        let token = &self.tokens[self.at];
        let Some(&last) = words.last().filter(|_| token.lower.len() > 4 && token.lower.ends_with("ing"))
        else {
            return false;
        };
        let after_noun = self.lexicon.english(&[self.tokens[last].lower.as_str()]).is_some();
        let next = self.tokens.get(self.at + 1);
        let object = next.is_some_and(|next| {
            matches!(next.role, Some((Role::Determiner | Role::Number(_) | Role::Quantity(..), _)))
        });
        let ends = next.is_none_or(|next| next.kind != TokenKind::Word || next.role.is_some());
        let noun_follows = self
            .lexicon
            .english(
                &self.tokens[self.at + 1..]
                    .iter()
                    .take(3)
                    .map(|token| token.lower.as_str())
                    .collect::<Vec<_>>(),
            )
            .is_some();
        object || (after_noun && (ends || noun_follows))
    }

    fn is_bare_colour(&self, words: &[usize], noun: &Noun) -> bool {
        noun.phrase.colour.is_some() && colours::parse(&self.tokens[words[0]].lower).is_some()
    }

    /// Finds the head among `words`, makes it singular, and fills the phrase in.
    fn name(&self, noun: &mut Noun, words: &[usize], pair: bool) {
        let tokens: Vec<&Token> = words.iter().map(|&at| &self.tokens[at]).collect();
        let lower: Vec<&str> = tokens.iter().map(|token| token.lower.as_str()).collect();
        let (range, found) = self.head(&lower, tokens[0].kind);
        let surface = lower[range.clone()].join(" ");
        let singular = singular(&surface, found.as_ref());
        let many = singular != surface || is_one_form(&surface);
        let one = found.is_some_and(|found| found.entry.en.eq_ignore_ascii_case(&surface))
            || is_plural_only(&surface);
        let phrase = &mut noun.phrase;
        if pair {
            let each = if is_plural_only(&surface) { 1 } else { 2 };
            let pairs = if let Count::Exactly(count) = phrase.count { count } else { 1 };
            phrase.count = Count::Exactly(pairs.saturating_mul(each));
        } else if phrase.count == Count::Unstated && many && !one && (singular != surface || !noun.determined)
        {
            // A plural without a number; of `a sheep` the article tells.
            phrase.count = Count::About(SOME);
        }
        let keeps_form = one || !many;
        let mut text: Vec<String> = tokens.iter().map(|token| token.text.clone()).collect();
        if !keeps_form {
            text.splice(range.clone(), [singular.clone()]);
        }
        phrase.description = text.join(" ");
        phrase.head = if keeps_form {
            tokens[range.clone()].iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ")
        } else {
            singular
        };
        phrase.head_span = self.prompt.span(tokens[range.start].chars.start..tokens[range.end - 1].chars.end);
        phrase.concept = found.as_ref().map(Draft::concept);
        if let (None, Some(concept)) = (&phrase.colour, &phrase.concept) {
            phrase.colour = colour_in_name(&phrase.head, concept, self.lexicon).map(Colouring::One);
        }
        phrase.kind = kind(&phrase.head.to_lowercase());
        if phrase.kind == Kind::Thing && kind(&surface) != Kind::Thing {
            phrase.kind = kind(&surface);
        }
    }

    /// Which of `words` are the head: the longest known name at the end, else the first known one, else the
    /// last word before `of`.
    fn head(&self, words: &[&str], first: TokenKind) -> (std::ops::Range<usize>, Option<Match<'a>>) {
        if first == TokenKind::Emoji {
            let emoji: Vec<char> = words[0].chars().filter(|c| *c != '\u{FE0F}').collect();
            return (0..1, self.lexicon.chinese(&emoji).filter(|found| found.length == emoji.len()));
        }
        let found_at = |start: usize, end: usize| {
            self.lexicon.english(&words[start..end]).filter(|found| found.length == end - start)
        };
        let known = |from: usize, to: usize| (from..to).find_map(|start| Some((start, found_at(start, to)?)));
        let of = words.iter().position(|word| *word == "of").filter(|of| *of > 0);
        let end = of.unwrap_or(words.len());
        // `cup of coffee` may be a name as a whole; in `slices of melon` the slices are counted.
        if let Some((start, found)) = known(0, words.len()).filter(|(start, _)| *start < end) {
            return (start..words.len(), Some(found));
        }
        if let Some((start, found)) = known(0, end) {
            return (start..end, Some(found));
        }
        let content =
            of.and_then(|of| known(of + 1, words.len())).map(|(_, found)| Match { near: true, ..found });
        let adjectives = words[..end]
            .iter()
            .take_while(|word| colours::parse(word).is_some() || **word == "and")
            .count()
            .min(end - 1);
        (adjectives..end, content)
    }

    /// Up to `count` words from here, in lower case.
    pub(super) fn ahead(&self, count: usize) -> Vec<&str> {
        let words = self.tokens[self.at..].iter().take(count);
        words.take_while(|token| token.kind == TokenKind::Word).map(|token| token.lower.as_str()).collect()
    }
}

/// The longest colour name at the start of `words`, with its length in words.
pub(super) fn colour_at(words: &[&str]) -> Option<(colours::Colour, usize)> {
    (1..=words.len().min(3))
        .rev()
        .find_map(|length| Some((colours::parse(&words[..length].join(" "))?, length)))
}

fn is_one_form(word: &str) -> bool {
    ["sheep", "fish", "deer"].contains(&word)
}

fn singular(surface: &str, found: Option<&Match<'_>>) -> String {
    if let Some(found) = found {
        let entry = found.entry;
        let is = |name: &String| name.to_lowercase() == surface;
        if is(&entry.en) {
            return surface.to_owned();
        }
        if entry.plural.to_lowercase() == surface {
            return entry.en.to_lowercase();
        }
        let names: Vec<String> = std::iter::once(&entry.en)
            .chain(&entry.en_alt)
            .chain(&entry.en_near)
            .map(|name| name.to_lowercase())
            .collect();
        if let Some(name) = singulars(surface).into_iter().find(|one| names.contains(one)) {
            return name;
        }
        if entry.en_alt.iter().chain(&entry.en_near).any(is) {
            return surface.to_owned();
        }
    }
    if is_plural_only(surface) {
        return surface.to_owned();
    }
    singulars(surface).into_iter().next().unwrap_or_else(|| surface.to_owned())
}
