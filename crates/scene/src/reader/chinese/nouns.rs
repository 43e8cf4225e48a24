//! Noun phrases: 三只红色的大灯笼, 戴着墨镜的猫, 深肤色、卷发的女孩.

use super::Parser;
use super::words::{Token, Word};
use crate::lexicon::Match;
use crate::reader::chinese_words::{Measure, Role, kind, speaks_of_looks};
use crate::reader::draft::{Draft, Kind, NounPhrase};
use crate::scene::{Colouring, Count, Layout, RelationKind};

/// How far a phrase may look ahead, in words; keeps reading linear.
const AHEAD: usize = 40;

/// A noun phrase with the things its attributes bring along.
#[derive(Debug, Default)]
pub(super) struct Noun {
    pub(super) phrase: NounPhrase,
    /// Objects that the phrase's subject stands to (坐在椅子上的猫).
    pub(super) attached: Vec<(RelationKind, NounPhrase)>,
}

/// A head noun found so far.
#[derive(Clone)]
struct Head<'a> {
    text: String,
    chars: std::ops::Range<usize>,
    found: Option<Match<'a>>,
    is_scenery: bool,
}

impl Head<'_> {
    /// A surrounding with its word of place: nothing makes it a longer noun.
    fn is_place(&self) -> bool {
        self.is_scenery && self.text.ends_with(['上', '里', '中', '下', '边', '旁'])
    }
}

impl<'a> Parser<'a, '_> {
    /// Reads a noun phrase that ends before word `limit`; nothing is consumed if there is none.
    ///
    /// With `alone`, attributes that bring objects along are not read: they are inside one already.
    pub(super) fn noun(&mut self, limit: usize, alone: Alone) -> Option<Noun> {
        let start = self.at;
        let limit = limit.min(start + AHEAD);
        let found = self.person(limit).or_else(|| self.plain_noun(limit, alone));
        if found.is_none() {
            self.at = start;
        }
        found
    }

    // Longer than most: one arm for each kind of word that a phrase may hold.
    fn plain_noun(&mut self, limit: usize, alone: Alone) -> Option<Noun> {
        let mut noun = Noun::default();
        let mut state = Collected::default();
        while self.at < limit {
            let token = &self.tokens[self.at];
            let text = token.text.clone();
            match &token.word {
                Word::Number { count, measure }
                    if state.is_empty() && noun.phrase.count == Count::Unstated =>
                {
                    noun.phrase.count = *count;
                    state.measure.clone_from(measure);
                }
                Word::Role(Role::Many(count)) if state.is_empty() => {
                    noun.phrase.count = Count::About(*count);
                    if *count > 20 {
                        noun.phrase.layout = Some(Layout::Scattered);
                    }
                }
                Word::Colour(colour) if state.head.is_none() => {
                    state.text.push_str(&text);
                    noun.phrase.colour.get_or_insert(Colouring::One(colour.clone()));
                }
                Word::Role(Role::Mixed) if state.head.is_none() => {
                    noun.phrase.colour =
                        Some(Colouring::Mixed { words: text.trim_end_matches('的').to_owned() });
                    state.text.push_str(&text);
                }
                Word::Role(Role::Sized(size)) if state.head.is_none() => {
                    noun.phrase.size = *size;
                    self.skip_de();
                }
                Word::Style(style) => {
                    noun.phrase.styles.push(*style);
                    if state.text.ends_with('的') && state.head.is_none() && state.attribute.is_some() {
                        state.head = state.attribute.take();
                        state.text.pop();
                    } else {
                        self.skip_de();
                    }
                }
                Word::De if self.place_follows(limit) => break,
                Word::De => state.close_attribute(&mut noun),
                Word::Noun(found) if state.takes_noun(token) => state.take_noun(token, *found),
                Word::Text if state.takes_text(token) => state.take_text(token),
                Word::Role(Role::Pattern) if state.head.is_some() && self.attributive(limit) => {
                    state.take_text(token)
                }
                Word::Role(Role::Scenery) if state.head.is_none() => {
                    state.take_noun(token, self.lexicon.named(&text));
                    state.scenery();
                }
                Word::Space if state.head.is_none() || self.style_follows() => {}
                Word::Role(Role::At | Role::Hang | Role::Ride) if state.is_open() && alone == Alone::No => {
                    let Some(attached) = self.place_attribute(limit) else { break };
                    noun.attached.extend(attached);
                    continue;
                }
                Word::Role(Role::Wear) if state.is_open() && alone == Alone::No => {
                    let Some((text, worn)) = self.wear_attribute(limit) else { break };
                    state.text.push_str(&text);
                    state.worn.push((text, worn));
                    continue;
                }
                Word::Role(Role::Without) if state.is_open() => {
                    let Some(text) = self.lack_attribute(limit) else { break };
                    state.text.push_str(&text);
                    continue;
                }
                _ => break,
            }
            self.at += 1;
        }
        state.finish(noun, self)
    }

    /// One person with a list of looks: 深肤色、卷发、戴眼镜的女孩.
    fn person(&mut self, limit: usize) -> Option<Noun> {
        let limit = limit.min(self.at + AHEAD);
        let number = usize::from(matches!(self.tokens.get(self.at)?.word, Word::Number { .. }));
        let first = self.at + number;
        let is_person = |token: &Token<'_>| {
            matches!(token.word, Word::Noun(_) | Word::Text) && kind(&token.text) == Kind::Person
        };
        let breaks = |token: &Token<'_>| {
            if token.text == "有" {
                return false;
            }
            matches!(
                token.word,
                Word::Stop
                    | Word::Number { .. }
                    | Word::Role(Role::At | Role::Exists | Role::Where(_) | Role::Background)
            )
        };
        let end = (first..limit).find(|&at| breaks(&self.tokens[at]) || is_person(&self.tokens[at]))?;
        let words = &self.tokens[first..end];
        let listed = words.iter().any(|token| {
            matches!(token.word, Word::Enumerate | Word::Comma | Word::Role(Role::And | Role::Wear))
        });
        let looks = words.iter().any(|token| speaks_of_looks(&token.text));
        let attributive =
            matches!(words.last()?.word, Word::De | Word::Style(_) | Word::Colour(_) | Word::Text);
        let whole_items =
            words.split(|token| matches!(token.word, Word::Enumerate | Word::Comma)).all(|item| {
                item.iter().any(|token| speaks_of_looks(&token.text))
                    || !item.iter().any(|token| matches!(token.word, Word::Noun(_)))
            });
        if !is_person(&self.tokens[end]) || !listed || !looks || !attributive || !whole_items {
            return None;
        }
        let mut noun = Noun::default();
        if let Word::Number { count, .. } = &self.tokens[self.at].word {
            noun.phrase.count = *count;
        }
        let mut text = String::new();
        for token in words {
            match token.word {
                Word::Style(style) => noun.phrase.styles.push(style),
                Word::Comma => text.push('、'),
                _ => text.push_str(&token.text),
            }
        }
        let mut state = Collected { text: text.trim_start_matches('的').to_owned(), ..Collected::default() };
        let head = &self.tokens[end];
        let found = if let Word::Noun(found) = head.word { found } else { None };
        state.take_noun(head, found);
        self.at = end + 1;
        while let Some(Token { word: Word::Style(style), .. }) = self.peek() {
            noun.phrase.styles.push(*style);
            self.at += 1;
        }
        state.finish(noun, self)
    }

    /// 坐在椅子上的 in front of a head noun.
    fn place_attribute(&mut self, limit: usize) -> Option<Vec<(RelationKind, NounPhrase)>> {
        let start = self.at;
        let verb = self.role();
        self.at += 1;
        let read = self.noun(limit, Alone::Yes).and_then(|object| {
            self.skip_word(|word| matches!(word, Word::De));
            let place = self.take_where();
            let kind = super::relation_of(verb?, place)?;
            self.skip_word(|word| matches!(word, Word::De)).then_some((kind, object.phrase))
        });
        match read {
            Some((_, object)) if object.kind == Kind::Scenery => {
                self.draft.background(crate::scene::Background::Phrase(object.description));
                Some(Vec::new())
            }
            Some(attached) => Some(vec![attached]),
            None => {
                self.at = start;
                None
            }
        }
    }

    /// 戴着墨镜的 in front of a head noun: the text, and the thing worn.
    fn wear_attribute(&mut self, limit: usize) -> Option<(String, NounPhrase)> {
        let start = self.at;
        let end = (start + 2..limit.min(start + AHEAD)).find(|&at| {
            matches!(self.tokens[at].word, Word::De)
                && matches!(self.tokens[at - 1].word, Word::Noun(_) | Word::Text)
        })?;
        self.at += 1;
        let worn = self.noun(end, Alone::Yes).filter(|_| self.at == end).map(|noun| noun.phrase);
        let text: String = self.tokens[start..=end].iter().map(|token| token.text.as_str()).collect();
        self.at = if worn.is_some() { end + 1 } else { start };
        worn.map(|worn| (text, worn))
    }

    /// 没有耳朵的 in front of a head noun.
    fn lack_attribute(&mut self, limit: usize) -> Option<String> {
        let start = self.at;
        let end = (start + 1..limit.min(start + 8))
            .find(|&at| !matches!(self.tokens[at].word, Word::Noun(_) | Word::Text | Word::Colour(_)))?;
        let attribute = matches!(self.tokens[end].word, Word::De) && end > start + 1;
        attribute.then(|| {
            self.at = end + 1;
            self.tokens[start..=end].iter().map(|token| token.text.as_str()).collect()
        })
    }

    fn place_follows(&self, limit: usize) -> bool {
        let next = self.tokens.get(self.at + 1).filter(|_| self.at + 1 < limit);
        next.is_some_and(|token| matches!(token.word, Word::Role(Role::Where(_) | Role::Background)))
    }

    /// Whether 的 and another noun follow: 恐龙图案的T恤 is a shirt.
    fn attributive(&self, limit: usize) -> bool {
        let next = |ahead: usize| {
            self.tokens.get(self.at + ahead).filter(|_| self.at + ahead < limit).map(|token| &token.word)
        };
        matches!(next(1), Some(Word::De)) && matches!(next(2), Some(Word::Noun(_) | Word::Text))
    }

    fn style_follows(&self) -> bool {
        matches!(self.tokens.get(self.at + 1), Some(Token { word: Word::Style(_), .. }))
    }

    fn skip_de(&mut self) {
        if matches!(self.tokens.get(self.at + 1), Some(Token { word: Word::De, .. })) {
            self.at += 1;
        }
    }
}

/// Whether a phrase may bring other objects along.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Alone {
    Yes,
    No,
}

/// The words of a phrase so far.
#[derive(Default)]
struct Collected<'a> {
    text: String,
    head: Option<Head<'a>>,
    /// A noun that 的 made an attribute; the head after all if no other noun follows.
    attribute: Option<Head<'a>>,
    measure: Option<(Measure, String)>,
    worn: Vec<(String, NounPhrase)>,
}

/// What a text after a noun starts with when it says what the noun does, rather than making a longer noun.
const PREDICATES: &str = "吃喝看玩弹踢打抱拿举抓追唱跳睡跑笑哭飞游吹读写拉推抬背很非太真也正好带拖提捧咬叼望听晒洗躺坐站趴躲咧眨张闭摇摆荡钓滑";

impl<'a> Collected<'a> {
    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.head.is_none()
    }

    /// Whether an attribute may start here.
    fn is_open(&self) -> bool {
        self.head.is_none() && (self.text.is_empty() || self.text.ends_with('的'))
    }

    fn close_attribute(&mut self, noun: &mut Noun) {
        if self.text.is_empty() {
            return;
        }
        if let Some(head) = self.head.take() {
            // The colour was the attribute's: 红色头发的女孩.
            self.attribute = Some(head);
            noun.phrase.colour = None;
        }
        if !self.text.ends_with('的') {
            self.text.push('的');
        }
    }

    fn takes_noun(&self, token: &Token<'a>) -> bool {
        let is_emoji = |text: &str| text.chars().next().is_some_and(crate::reader::prompt::is_pictograph);
        self.head.as_ref().is_none_or(|head| {
            head.chars.end == token.chars.start && !is_emoji(&token.text) && !is_emoji(&head.text)
        })
    }

    fn take_noun(&mut self, token: &Token<'a>, found: Option<Match<'a>>) {
        self.text.push_str(&token.text);
        self.head = Some(match self.head.take() {
            // A verb stands between: 熊猫吃竹子 is about the panda.
            Some(head)
                if head.found.is_some() && !self.text.ends_with(&format!("{}{}", head.text, token.text)) =>
            {
                head
            }
            Some(head)
                if PREDICATES.contains(head.text.chars().last().unwrap_or(' '))
                    && head.text.chars().count() > 1 =>
            {
                Head { text: token.text.clone(), chars: token.chars.clone(), found, is_scenery: false }
            }
            Some(head) => Head {
                text: token.text.clone(),
                chars: head.chars.end..token.chars.end,
                found,
                is_scenery: false,
            },
            None => Head { text: token.text.clone(), chars: token.chars.clone(), found, is_scenery: false },
        });
    }

    fn takes_text(&self, token: &Token<'a>) -> bool {
        self.head.as_ref().is_none_or(|head| {
            !head.is_place() && head.chars.end <= token.chars.start && self.text.chars().count() < 60
        })
    }

    fn take_text(&mut self, token: &Token<'a>) {
        let predicate = token.text.chars().next().is_some_and(|c| PREDICATES.contains(c));
        if let Some(head) = &mut self.head
            && head.found.is_some()
            && !predicate
            && head.chars.end == token.chars.start
        {
            // 苹果派 is neither an apple nor unreadable: a longer noun.
            head.text.push_str(&token.text);
            head.chars.end = token.chars.end;
            head.found = None;
        }
        self.text.push_str(&token.text);
        self.head.get_or_insert_with(|| Head {
            text: token.text.clone(),
            chars: token.chars.clone(),
            found: None,
            is_scenery: false,
        });
    }

    fn scenery(&mut self) {
        if let Some(head) = &mut self.head {
            head.is_scenery = true;
        }
    }

    fn finish(mut self, mut noun: Noun, parser: &Parser<'a, '_>) -> Option<Noun> {
        if self.head.is_none() {
            self.head = self.attribute.take();
            self.text = self.text.trim_end_matches('的').to_owned();
        }
        let head = self.head?;
        let phrase = &mut noun.phrase;
        phrase.kind = if head.is_scenery { Kind::Scenery } else { kind(&head.text) };
        for (text, worn) in self.worn {
            if let (Kind::Wearable(at), Kind::Thing) = (worn.kind, phrase.kind) {
                self.text = self.text.replacen(&text, "", 1);
                noun.attached.push((RelationKind::Wears(at), worn));
            }
        }
        if let Some((kind, word)) = self.measure {
            let own = head.found.is_some_and(|found| found.entry.measure.contains(&word));
            match kind {
                Measure::Vessel if !own => self.text.insert_str(0, &format!("一{word}")),
                Measure::Group(_, layout) if layout != Layout::Natural => phrase.layout = Some(layout),
                _ => {}
            }
        }
        phrase.concept = head.found.as_ref().map(Draft::concept);
        phrase.head_span = parser.prompt.span(head.chars.clone());
        super::inner_attributes(phrase, &head.text, parser.lexicon);
        phrase.head = head.text;
        phrase.description = self.text;
        Some(noun)
    }
}
