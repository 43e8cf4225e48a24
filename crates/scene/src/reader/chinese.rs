//! Reads Chinese prompts, and prompts of emoji.

mod nouns;
mod words;

use super::chinese_words::{Role, Where};
use super::colour_in_name;
use super::draft::{Draft, Kind, NounPhrase};
use super::prompt::Prompt;
use crate::colours::Colour;
use crate::lexicon::Lexicon;
use crate::scene::{Background, Colouring, Count, Language, Layout, RelationKind, Size};
use crate::styles::Style;
use nouns::{Alone, Noun};
use words::{Token, Word, words};

/// Reads `prompt`; `None` when it makes no sense here.
pub(super) fn read(prompt: &Prompt, lexicon: &Lexicon) -> Option<Draft> {
    let tokens = words(prompt, lexicon);
    let mut parser = Parser {
        prompt,
        lexicon,
        tokens,
        at: 0,
        draft: Draft::new(Language::Chinese),
        pending: Pending::None,
        finished: true,
        joined: false,
    };
    while parser.at < parser.tokens.len() {
        let before = parser.at;
        parser.step();
        if parser.at == before {
            parser.leave();
        }
        if parser.draft.subject_count() > crate::scene::MOST_SUBJECTS {
            return None;
        }
    }
    Some(parser.draft)
}

/// What the next nouns are to be.
enum Pending {
    None,
    /// They stand at a place in the picture: 左边是….
    Place(crate::scene::Place),
    /// They stand so to a subject: 树下有….
    At(RelationKind, usize),
}

/// Reading position and what has been read.
struct Parser<'a, 'p> {
    prompt: &'p Prompt,
    lexicon: &'a Lexicon,
    tokens: Vec<Token<'a>>,
    at: usize,
    draft: Draft,
    pending: Pending,
    /// The group has its predicate; a noun starts a new group.
    finished: bool,
    /// 和 or 、 stands before the next noun.
    joined: bool,
}

/// The relation that a verb and a word of place make.
fn relation_of(verb: Role, place: Option<Where>) -> Option<RelationKind> {
    match (verb, place) {
        (Role::Hang, None) => Some(RelationKind::HangsFrom),
        (Role::Hang, Some(place)) => place.relation(true),
        (Role::Ride, _) => Some(RelationKind::On),
        (Role::Surround, _) => Some(RelationKind::Around),
        (_, Some(place)) => place.relation(false),
        (_, None) => None,
    }
}

/// Colour and size inside a known noun: a 红灯笼 is red, a 小狗 small.
fn inner_attributes(phrase: &mut NounPhrase, head: &str, lexicon: &Lexicon) {
    let Some(concept) = &phrase.concept else { return };
    if phrase.colour.is_none() {
        phrase.colour = colour_in_name(head, concept, lexicon).map(Colouring::One);
    }
    let size = match head.chars().next() {
        Some('小') => Size::Small,
        Some('大') => Size::Big,
        _ => return,
    };
    // 大树 may be the thing's own name.
    let own = lexicon.named(head).is_some_and(|found| found.entry.zh == head);
    let rest: String = head.chars().skip(1).collect();
    if phrase.size == Size::Normal && !own && lexicon.named(&rest).is_some() {
        phrase.size = size;
    }
}

impl<'a> Parser<'a, '_> {
    fn peek(&self) -> Option<&Token<'a>> {
        self.tokens.get(self.at)
    }

    fn role(&self) -> Option<Role> {
        match self.peek()?.word {
            Word::Role(role) => Some(role),
            _ => None,
        }
    }

    /// Steps over the next word if it is such a one.
    fn skip_word(&mut self, wanted: impl Fn(&Word<'_>) -> bool) -> bool {
        let found = self.peek().is_some_and(|token| wanted(&token.word));
        self.at += usize::from(found);
        found
    }

    fn take_where(&mut self) -> Option<Where> {
        match self.role() {
            Some(Role::Where(place)) => {
                self.at += 1;
                Some(place)
            }
            _ => None,
        }
    }

    /// Gives up on the next word.
    fn leave(&mut self) {
        self.draft.leave(self.tokens[self.at].text.clone());
        self.at += 1;
    }

    /// Reads one element of a sentence.
    fn step(&mut self) {
        if self.background() {
            return;
        }
        match self.tokens[self.at].word.clone() {
            Word::Stop | Word::Comma => self.boundary(),
            Word::Enumerate | Word::Role(Role::And) => self.join(),
            Word::Space | Word::De | Word::Colon => self.at += 1,
            Word::Role(role) => self.element(role),
            Word::Style(style) => {
                if !self.nouns() {
                    self.draft.style(style);
                    self.at += 1;
                }
            }
            Word::Colour(colour) => {
                if !self.nouns() {
                    self.recolour(&colour);
                }
            }
            Word::Number { count, .. } => {
                if !self.nouns() {
                    self.recount(count);
                }
            }
            Word::Text if self.is_state() => self.at += 1,
            Word::Noun(_) | Word::Text => {
                self.nouns();
            }
        }
    }

    /// 插着 in 蛋糕上插着三根蜡烛: how a thing is there, once its place is known.
    fn is_state(&self) -> bool {
        let token = &self.tokens[self.at];
        let short = token.text.chars().count() <= 3 && token.text.ends_with(['着', '满', '了']);
        let counted = self
            .tokens
            .get(self.at + 1)
            .is_some_and(|next| matches!(next.word, Word::Number { .. } | Word::Noun(_)));
        short && counted && matches!(self.pending, Pending::At(..))
    }

    fn boundary(&mut self) {
        if matches!(self.tokens[self.at].word, Word::Stop) {
            self.finished = true;
        }
        self.joined = false;
        self.at += 1;
    }

    fn join(&mut self) {
        self.joined = true;
        self.at += 1;
    }

    fn element(&mut self, role: Role) {
        match role {
            Role::Seamless => {
                self.draft.seamless();
                self.at += 1;
                self.skip_word(|word| matches!(word, Word::De));
            }
            Role::Arranged(layout) => {
                self.draft.layout(layout);
                self.at += 1;
                self.finished = true;
                self.skip_word(|word| matches!(word, Word::De));
            }
            Role::Transparent => self.transparent(),
            Role::Where(_) | Role::Corner(_) => self.absolute_place(),
            Role::At | Role::Hang | Role::Ride | Role::Surround => self.predicate(role),
            Role::Wear if self.draft.group.is_empty() || self.joined => {
                if !self.nouns() {
                    self.wear();
                }
            }
            Role::Wear => self.wear(),
            Role::Without => self.without(),
            Role::Mixed | Role::Sized(_) | Role::Many(_) | Role::Scenery => {
                if !self.nouns() {
                    self.late_attribute(role);
                }
            }
            Role::Filler
            | Role::Exists
            | Role::Pattern
            | Role::Ground
            | Role::Background
            | Role::Guard
            | Role::And => {
                self.at += 1;
            }
        }
    }

    /// Reads a noun phrase, adds it, and reads the place that may follow it.
    fn nouns(&mut self) -> bool {
        let start = self.at;
        let Some(noun) = self.noun(self.tokens.len(), Alone::No) else { return false };
        if self.at == start {
            return false;
        }
        if self.is_remark(start, &noun) {
            self.remark(&noun.phrase.description);
            return true;
        }
        self.place_after(noun);
        true
    }

    /// Whether an unknown noun after a comma is rather a remark on what stands before it.
    fn is_remark(&self, start: usize, noun: &Noun) -> bool {
        let phrase = &noun.phrase;
        let after_comma = start > 0 && matches!(self.tokens[start - 1].word, Word::Comma | Word::Space);
        let bare = phrase.concept.is_none() && phrase.count == Count::Unstated && phrase.kind == Kind::Thing;
        let after_relation =
            start > 0 && matches!(self.tokens[start - 1].word, Word::Role(Role::Where(_) | Role::Scenery));
        let place_follows = matches!(self.role(), Some(Role::Where(_) | Role::At | Role::Hang));
        let of_person = after_comma
            && phrase.count == Count::Unstated
            && super::chinese_words::speaks_of_looks(&phrase.description)
            && self.draft.group.iter().all(|&subject| self.draft.kind(subject) == Kind::Person);
        (bare || of_person)
            && !self.joined
            && !place_follows
            && noun.attached.is_empty()
            && matches!(self.pending, Pending::None)
            && self.draft.subject_count() > 0
            && (after_comma || (after_relation && self.finished))
    }

    /// Adds words to the descriptions of the current group: `猫，眼神忧郁`, or 看书的女孩 after a place.
    fn remark(&mut self, words: &str) {
        let action = !self.tokens[..self.at]
            .iter()
            .rev()
            .take(3)
            .any(|token| matches!(token.word, Word::Comma | Word::Space));
        for subject in self.draft.group.clone() {
            let subject = self.draft.subject(subject);
            subject.description = if action {
                format!("{words}的{}", subject.description)
            } else {
                format!("{}，{words}", subject.description)
            };
        }
    }

    /// Adds a noun that may be a place for another: 树下的猫, 树下有一只猫, 猫和狗之间有一个球.
    fn place_after(&mut self, noun: Noun) {
        let start = self.at;
        self.skip_word(|word| matches!(word, Word::De));
        if self.is_surrounding(&noun.phrase) {
            self.skip_word(|word| matches!(word, Word::Role(Role::Where(_) | Role::Exists)));
            self.draft.background(Background::Phrase(noun.phrase.description));
            self.finished |= self.draft.group.is_empty();
            return;
        }
        let Some(place) = self.take_where() else {
            self.at = start;
            self.add(noun);
            self.count_behind();
            return;
        };
        let hanging = matches!(self.role(), Some(Role::Hang));
        let attributive = self.skip_word(|word| matches!(word, Word::De));
        let exists = self.skip_word(|word| matches!(word, Word::Role(Role::Exists | Role::Hang)));
        self.skip_word(|word| matches!(word, Word::Comma | Word::Role(Role::Filler)));
        let noun_follows = self.peek().is_some_and(|token| {
            matches!(
                token.word,
                Word::Number { .. } | Word::Noun(_) | Word::Text | Word::Colour(_) | Word::Style(_)
            ) || matches!(
                token.word,
                Word::Role(Role::Mixed | Role::Sized(_) | Role::Many(_) | Role::Wear | Role::Exists)
            )
        });
        if place == Where::Between {
            return self.between(noun);
        }
        let Some(kind) = place.relation(hanging) else { return };
        if noun_follows || attributive || exists || self.draft.group.is_empty() {
            self.finished = true;
            let object = self.add(noun);
            self.finished = true;
            self.pending = Pending::At(kind, object);
        } else {
            let group = self.draft.group.clone();
            self.draft.relate(&group, kind, noun.phrase);
            self.finished = true;
        }
    }

    /// Whether a surrounding is where things stand and not the thing itself: 沙滩上的乌龟, but 一片森林.
    fn is_surrounding(&self, phrase: &NounPhrase) -> bool {
        let located = phrase.description.ends_with(['上', '里', '中', '下', '边', '旁']);
        let placed = matches!(self.role(), Some(Role::Where(_) | Role::Exists));
        let attributive = self.at > 0 && matches!(self.tokens[self.at - 1].word, Word::De);
        phrase.kind == Kind::Scenery && phrase.count == Count::Unstated && (located || placed || attributive)
    }

    /// 猫和狗之间有一个球: the noun before 之间 is the second of two.
    fn between(&mut self, noun: Noun) {
        let second = self.add(noun);
        let first = self.draft.group.iter().rev().copied().find(|&subject| subject != second);
        self.finished = true;
        self.pending = match first {
            Some(first) => Pending::At(RelationKind::Between { other: second }, first),
            None => Pending::At(RelationKind::Inside, second),
        };
    }

    /// Adds a noun to the group, or as a new group if the last one has its predicate; gives its index.
    fn add(&mut self, noun: Noun) -> usize {
        // 🐱🐱🐱 is one subject, three times.
        let emoji = noun.phrase.head.chars().next().is_some_and(super::prompt::is_pictograph);
        if emoji
            && let Some(last) = self.draft.last()
            && last.head == noun.phrase.head
            && last.description == noun.phrase.description
        {
            last.count = Count::Exactly(last.copies() + 1);
            return self.draft.subject_count() - 1;
        }
        if self.finished {
            self.draft.group.clear();
        }
        self.finished = false;
        let subject = self.draft.add(noun.phrase);
        self.draft.group.push(subject);
        for (kind, object) in noun.attached {
            self.draft.relate(&[subject], kind, object);
        }
        match self.pending {
            Pending::None => {}
            Pending::Place(place) => self.draft.place(&[subject], place),
            Pending::At(kind, object) => self.draft.relate_to(&[subject], kind, object),
        }
        if !matches!(self.pending, Pending::None) && !self.is_joined_next() {
            self.pending = Pending::None;
        }
        self.joined = false;
        subject
    }

    fn is_joined_next(&self) -> bool {
        matches!(self.peek(), Some(Token { word: Word::Enumerate | Word::Role(Role::And), .. }))
    }

    /// 灯笼三只, 灯笼 x3.
    fn count_behind(&mut self) {
        let start = self.at;
        self.skip_word(|word| matches!(word, Word::Space));
        let Some(Word::Number { count, .. }) = self.peek().map(|token| token.word.clone()) else {
            self.at = start;
            return;
        };
        let next = self.tokens.get(self.at + 1).map(|token| &token.word);
        let ends = next.is_none_or(|word| {
            matches!(word, Word::Comma | Word::Stop | Word::Enumerate | Word::Space | Word::Role(Role::And))
        });
        if ends {
            self.recount(count);
        } else {
            self.at = start;
        }
    }

    fn recount(&mut self, count: Count) {
        self.at += 1;
        if let Some(last) = self.draft.last().filter(|last| last.count == Count::Unstated) {
            last.count = count;
        }
    }

    /// 猫，红色的.
    fn recolour(&mut self, colour: &Colour) {
        self.at += 1;
        self.skip_word(|word| matches!(word, Word::De));
        match self.draft.last() {
            Some(last) if last.colour.is_none() => {
                last.description = format!("{}的{}", colour.name, last.description);
                last.colour = Some(Colouring::One(colour.clone()));
            }
            _ => self.draft.leave(colour.name.clone()),
        }
    }

    /// 气球五颜六色, 猫很大.
    fn late_attribute(&mut self, role: Role) {
        let text = self.tokens[self.at].text.clone();
        self.at += 1;
        match (role, self.draft.last()) {
            (Role::Sized(size), Some(last)) => last.size = size,
            (Role::Mixed, Some(last)) if last.colour.is_none() => {
                last.description = format!("{text}的{}", last.description);
                last.colour = Some(Colouring::Mixed { words: text });
            }
            (Role::Many(24), _) => self.draft.layout(Layout::Scattered),
            _ => self.draft.leave(text),
        }
    }

    /// 左边是…, 右上角有…, or 在左边 without 在.
    fn absolute_place(&mut self) {
        if self.place_by_subject() {
            return;
        }
        let place = match self.role() {
            Some(Role::Where(place)) => place.place(),
            Some(Role::Corner(place)) => Some(place),
            _ => None,
        };
        let Some(place) = place else {
            // 画面里 is everywhere.
            self.at += 1;
            return;
        };
        self.at += 1;
        self.skip_word(|word| {
            matches!(word, Word::De | Word::Role(Role::Exists | Role::Filler | Role::Hang) | Word::Colon)
        });
        self.finished = true;
        self.pending = Pending::Place(place);
    }

    /// 圣诞树，上面挂着彩灯: a place by the subject of the clause before.
    fn place_by_subject(&mut self) -> bool {
        let after_comma = self.at > 0 && matches!(self.tokens[self.at - 1].word, Word::Comma);
        let Some(object) = self.draft.group.first().copied().filter(|_| after_comma) else { return false };
        let (Some(Role::Where(place)), None) = (self.role(), self.draft.subject(object).place) else {
            return false;
        };
        let next = self.tokens.get(self.at + 1).map(|token| &token.word);
        let hanging = matches!(next, Some(Word::Role(Role::Hang)));
        let Some(kind) = place.relation(hanging).filter(|_| !matches!(place, Where::Left | Where::Right))
        else {
            return false;
        };
        self.at += 1;
        self.skip_word(|word| matches!(word, Word::Role(Role::Exists | Role::Hang)));
        self.finished = true;
        self.pending = Pending::At(kind, object);
        true
    }

    /// 在树下, 挂在墙上, 在左边, 骑自行车.
    fn predicate(&mut self, verb: Role) {
        let start = self.at;
        self.at += 1;
        if matches!(self.role(), Some(Role::Where(_) | Role::Corner(_))) {
            return self.placed(start);
        }
        let Some(object) = self.noun(self.tokens.len(), Alone::Yes) else { return self.act(start) };
        if self.joined_pair(start, &object) {
            return;
        }
        self.skip_word(|word| matches!(word, Word::De));
        let place = self.take_where();
        if place == Some(Where::Between) {
            self.at = start;
            return self.act(start);
        }
        let scenery = object.phrase.kind == Kind::Scenery;
        let kind = relation_of(verb, place).or(scenery.then_some(RelationKind::On));
        match kind {
            Some(kind) => self.relate_object(kind, object.phrase),
            None => self.act(start),
        }
    }

    /// 在猫和狗之间.
    fn joined_pair(&mut self, start: usize, first: &Noun) -> bool {
        let here = self.at;
        let second = self
            .skip_word(|word| matches!(word, Word::Role(Role::And) | Word::Enumerate))
            .then(|| self.noun(self.tokens.len(), Alone::Yes))
            .flatten();
        self.skip_word(|word| matches!(word, Word::De));
        let between = self.take_where() == Some(Where::Between);
        let (Some(second), true) = (second, between && start < here) else {
            self.at = here;
            return false;
        };
        let group = self.draft.group.clone();
        let object = self.draft.add(first.phrase.clone());
        let other = self.draft.add(second.phrase);
        if group.is_empty() {
            self.finished = true;
            self.pending = Pending::At(RelationKind::Between { other }, object);
        }
        self.draft.relate_to(&group, RelationKind::Between { other }, object);
        self.finished = true;
        true
    }

    /// The object of a relation is read: its subject stands before (猫坐在月亮上) or after (月亮上坐着猫) it.
    fn relate_object(&mut self, kind: RelationKind, object: NounPhrase) {
        let attributive = self.skip_word(|word| matches!(word, Word::De));
        let exists = self.skip_word(|word| matches!(word, Word::Role(Role::Exists)));
        let group = self.draft.group.clone();
        let after = attributive || exists || group.is_empty();
        if !after {
            self.draft.relate(&group, kind, object);
        } else if object.kind == Kind::Scenery {
            self.draft.background(Background::Phrase(object.description));
        } else {
            let object = self.draft.add(object);
            self.pending = Pending::At(kind, object);
        }
        self.finished = true;
    }

    /// 在左边, 在右上角: a place in the picture, for the group or for what follows.
    fn placed(&mut self, start: usize) {
        let group = self.draft.group.clone();
        let place = match self.role() {
            Some(Role::Where(place)) => place.place(),
            Some(Role::Corner(place)) => Some(place),
            _ => None,
        };
        let Some(place) = place else { return self.act(start) };
        self.at += 1;
        let follows = self.skip_word(|word| matches!(word, Word::De | Word::Role(Role::Exists)));
        if follows || group.is_empty() {
            self.pending = Pending::Place(place);
        } else {
            self.draft.place(&group, place);
        }
        self.finished = true;
    }

    /// What the group does, as far as the clause goes: the model's business (猫在睡觉).
    fn act(&mut self, start: usize) {
        self.at = start;
        let ends = |word: &Word<'_>| {
            matches!(
                word,
                Word::Comma | Word::Stop | Word::Style(_) | Word::Role(Role::Seamless | Role::Without)
            )
        };
        let mut text = String::new();
        while let Some(token) = self.peek().filter(|token| !ends(&token.word)) {
            text.push_str(&token.text);
            self.at += 1;
        }
        let group = self.draft.group.clone();
        if group.is_empty() {
            let span = self.prompt.span(self.tokens[start].chars.start..self.tokens[self.at - 1].chars.end);
            self.draft.add_group(vec![NounPhrase {
                description: text.clone(),
                head: text,
                head_span: span,
                ..NounPhrase::default()
            }]);
        } else {
            for subject in group {
                let description = &mut self.draft.subject(subject).description;
                description.push_str(&text);
            }
        }
        self.finished = true;
    }

    /// 戴着墨镜, said of the group.
    fn wear(&mut self) {
        let start = self.at;
        let group = self.draft.group.clone();
        self.at += 1;
        let verb = self.tokens[start].text.clone();
        while let Some(worn) = self.noun(self.tokens.len(), Alone::Yes) {
            for &wearer in &group {
                if let (Kind::Wearable(at), Kind::Thing) = (worn.phrase.kind, self.draft.kind(wearer)) {
                    self.draft.relate(&[wearer], RelationKind::Wears(at), worn.phrase.clone());
                } else {
                    let subject = self.draft.subject(wearer);
                    subject.description =
                        format!("{verb}{}的{}", worn.phrase.description, subject.description);
                }
            }
            let more = self.at;
            let joined = self.skip_word(|word| matches!(word, Word::Role(Role::And) | Word::Enumerate));
            let wearable = joined
                && self.tokens.get(self.at).is_some_and(|token| {
                    matches!(super::chinese_words::kind(&token.text), Kind::Wearable(_))
                });
            if !wearable {
                self.at = more;
                break;
            }
        }
        if group.is_empty() || self.at == start + 1 {
            self.act(start);
        }
        self.finished = true;
    }

    /// 没有文字, 不要帽子.
    fn without(&mut self) {
        self.at += 1;
        let mut text = String::new();
        while let Some(token) = self.peek().filter(|token| {
            matches!(
                token.word,
                Word::Noun(_)
                    | Word::Text
                    | Word::Colour(_)
                    | Word::De
                    | Word::Role(Role::Pattern | Role::Scenery)
            )
        }) {
            text.push_str(&token.text);
            self.at += 1;
            if self.skip_word(|word| matches!(word, Word::Enumerate | Word::Role(Role::And))) {
                self.draft.without(std::mem::take(&mut text));
            }
        }
        self.draft.without(text);
        self.finished = true;
    }

    fn transparent(&mut self) {
        // 透明的玻璃杯 is a glass; 透明背景 is no background.
        let next = self.tokens.get(self.at + 1).map(|token| &token.word);
        let named = self.tokens[self.at].text != "透明";
        let background = named
            || next.is_none_or(|word| {
                matches!(word, Word::Comma | Word::Stop | Word::Role(Role::Background | Role::Ground))
            });
        if !background {
            self.tokens[self.at].word = Word::Text;
            return;
        }
        self.draft.background(Background::Transparent);
        self.at += 1;
        self.skip_word(|word| matches!(word, Word::Role(Role::Background | Role::Ground)));
        self.skip_word(|word| matches!(word, Word::De));
    }

    /// 黄色背景, 在白底上, 背景是星空.
    fn background(&mut self) -> bool {
        let start = self.at;
        self.skip_word(|word| matches!(word, Word::Role(Role::At | Role::Filler | Role::And)));
        let forward = self.skip_word(|word| matches!(word, Word::Role(Role::Background)));
        let content = if forward {
            self.skip_word(|word| {
                matches!(word, Word::Colon | Word::Role(Role::Exists | Role::Filler))
                    || matches!(word, Word::Space)
            });
            self.at..self.at + self.content_length(false)
        } else {
            self.at..self.at + self.content_length(true)
        };
        let Some(background) =
            self.background_of(&self.tokens[content.clone()]).filter(|_| !content.is_empty())
        else {
            self.at = start;
            return false;
        };
        self.at = content.end + usize::from(!forward);
        self.draft.background(background);
        // 上, 的 and 里 after it say nothing more.
        self.skip_word(|word| matches!(word, Word::Role(Role::Where(_))));
        self.skip_word(|word| matches!(word, Word::De));
        true
    }

    /// How many words from here make a background; those before 背景 if it must follow, else to the clause's end.
    fn content_length(&self, must_follow: bool) -> usize {
        let mut nouns = 0;
        for (length, token) in self.tokens[self.at..].iter().take(9).enumerate() {
            let text = token.text.as_str();
            match &token.word {
                Word::Role(Role::Background) if must_follow => return length,
                Word::Role(Role::Ground) if must_follow => {
                    let colour = length > 0
                        && matches!(
                            self.tokens[self.at + length - 1].word,
                            Word::Colour(_) | Word::Style(Style::Gradient)
                        );
                    return if colour && nouns == 0 { length } else { 0 };
                }
                Word::Colour(_) | Word::Style(Style::Gradient) if nouns == 0 => {}
                Word::Text if matches!(text, "从" | "到" | "至" | "由" | "简单" | "纯色") => {}
                Word::Role(Role::Filler | Role::Sized(_) | Role::Transparent | Role::Mixed) | Word::De => {}
                Word::Role(Role::And) | Word::Enumerate if nouns == 0 && length > 0 => {}
                Word::Noun(_) | Word::Text | Word::Role(Role::Scenery) if nouns == 0 => nouns += 1,
                _ => return if must_follow { 0 } else { length },
            }
        }
        if must_follow { 0 } else { self.tokens.len() - self.at }.min(9)
    }

    fn background_of(&self, words: &[Token<'a>]) -> Option<Background> {
        let colours: Vec<Colour> = words
            .iter()
            .filter_map(
                |token| if let Word::Colour(colour) = &token.word { Some(colour.clone()) } else { None },
            )
            .collect();
        let gradient = words
            .iter()
            .any(|token| matches!(token.word, Word::Style(Style::Gradient) | Word::Role(Role::Mixed)));
        if words.iter().any(|token| matches!(token.word, Word::Role(Role::Transparent))) {
            return Some(Background::Transparent);
        }
        let noun = words.iter().any(|token| matches!(token.word, Word::Noun(_) | Word::Role(Role::Scenery)));
        match colours.as_slice() {
            [] if gradient && !noun => Some(super::gradient(None)),
            [one] if gradient => Some(super::gradient(Some(one))),
            [top, bottom, ..] => Some(Background::Gradient { top: top.clone(), bottom: bottom.clone() }),
            [one] if !noun => Some(Background::Colour(one.clone())),
            _ => {
                let text: String = words.iter().map(|token| token.text.as_str()).collect();
                let text = text.trim_matches(['的', '在', '以', '为']).to_owned();
                (!text.is_empty() && text != "纯色" && text != "简单").then_some(Background::Phrase(text))
            }
        }
    }
}
