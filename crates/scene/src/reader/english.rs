//! Reads English prompts.

mod nouns;
mod words;

use super::draft::{Draft, Kind, NounPhrase};
use super::english_words::{Role, speaks_of_looks};
use super::prompt::Prompt;
use crate::lexicon::Lexicon;
use crate::scene::{Background, Colouring, Count, Language, Place, RelationKind};
use crate::styles::Style;
use nouns::{Noun, colour_at};
use words::{Token, TokenKind, words};

/// Reads `prompt`; `None` when it makes no sense here.
pub(super) fn read(prompt: &Prompt, lexicon: &Lexicon) -> Option<Draft> {
    let tokens = words(prompt);
    let mut parser = Parser {
        prompt,
        lexicon,
        tokens,
        at: 0,
        draft: Draft::new(Language::English),
        pending: Pending::None,
        finished: true,
        joined: false,
    };
    while parser.at < parser.tokens.len() {
        let before = parser.at;
        parser.step();
        if parser.at == before {
            let word = parser.tokens[parser.at].text.clone();
            parser.draft.leave(word);
            parser.at += 1;
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
    /// `on the left, a cat`.
    Place(Place),
    /// `under the tree there are lanterns`.
    At(RelationKind, usize),
}

/// Reading position and what has been read.
struct Parser<'a, 'p> {
    prompt: &'p Prompt,
    lexicon: &'a Lexicon,
    tokens: Vec<Token>,
    at: usize,
    draft: Draft,
    pending: Pending,
    /// The group has its predicate; a noun starts a new group.
    finished: bool,
    /// `and` stands before the next noun.
    joined: bool,
}

impl Parser<'_, '_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn role(&self) -> Option<Role> {
        self.peek()?.role.map(|(role, _)| role)
    }

    /// Steps over the phrase at this word if it has such a role.
    fn skip(&mut self, wanted: impl Fn(Role) -> bool) -> bool {
        match self.peek().and_then(|token| token.role) {
            Some((role, length)) if wanted(role) => {
                self.at += length;
                true
            }
            _ => false,
        }
    }

    /// Reads one element of a sentence.
    fn step(&mut self) {
        let (kind, role) = (self.tokens[self.at].kind, self.tokens[self.at].role);
        match kind {
            TokenKind::Comma => {
                self.joined = false;
                self.at += 1;
            }
            TokenKind::Stop => {
                self.finished = true;
                self.joined = false;
                self.at += 1;
            }
            TokenKind::Colon => self.at += 1,
            TokenKind::Emoji => self.nouns(),
            TokenKind::Word if self.background() => {}
            TokenKind::Word => match role {
                Some((role, length)) if !self.is_name(length) => self.element(role, length),
                _ => self.nouns(),
            },
        }
    }

    /// Whether a name of the lexicon longer than a phrase of the grammar starts here.
    fn is_name(&self, length: usize) -> bool {
        self.lexicon.english(&self.ahead(6)).is_some_and(|found| found.length > length)
    }

    fn element(&mut self, role: Role, length: usize) {
        match role {
            Role::And => {
                self.joined = true;
                self.at += length;
            }
            Role::Seamless | Role::Pattern => self.seamless(length),
            Role::Arranged(layout) => {
                self.at += length;
                if self.peek().is_some_and(|token| token.lower == "of") {
                    self.at += 1;
                }
                self.draft.layout(layout);
            }
            Role::Place(place) => self.place(place, length),
            Role::Relation(kind) => self.relation(kind, length),
            Role::In => self.inside(length),
            Role::Hanging | Role::Posture => self.posture(role, length),
            Role::Action if self.draft.group.is_empty() => self.nouns(),
            Role::Action => self.action(length),
            Role::Riding => self.relation(RelationKind::On, length),
            Role::Surrounded => self.surrounded(length),
            Role::Wear | Role::With => self.having(role, length),
            Role::Without => self.without(length),
            Role::Transparent => self.transparent(length),
            Role::Filler | Role::Is | Role::From | Role::Background => self.filler(length),
            Role::Determiner
            | Role::Number(_)
            | Role::Quantity(..)
            | Role::Pair
            | Role::Mixed
            | Role::Sized(_) => self.nouns(),
        }
    }

    fn filler(&mut self, length: usize) {
        // `a sticker of a cat` names a style.
        let words: Vec<&str> =
            self.tokens[self.at..self.at + length].iter().map(|token| token.lower.as_str()).collect();
        let style = words.iter().find_map(|word| Style::parse(word)).filter(|_| words.len() > 1);
        self.at += length;
        if let Some(style) = style {
            self.draft.style(style);
        }
    }

    /// Reads a noun phrase and adds it, or reads what else a run of words may be.
    fn nouns(&mut self) {
        let start = self.at;
        match self.noun() {
            None => self.loose(start),
            Some(noun) if self.is_remark(start, &noun) => self.remark(&noun.phrase),
            Some(noun) => {
                self.add(noun);
                self.predicate_text();
            }
        }
    }

    /// Words that are no noun: a style, a colour, or nothing.
    fn loose(&mut self, start: usize) {
        self.skip(|role| matches!(role, Role::Determiner));
        let ahead = self.ahead(4);
        if let Some((style, length)) = Style::english(&ahead) {
            self.draft.style(style);
            self.at += length;
            return;
        }
        if let Some((colour, length)) = colour_at(&ahead) {
            self.at += length;
            match self.draft.last() {
                Some(last) if last.colour.is_none() => {
                    last.description = format!("{} {}", colour.name, last.description);
                    last.colour = Some(Colouring::One(colour));
                }
                _ => self.draft.leave(colour.name),
            }
            return;
        }
        self.at = self.at.max(start);
        if let Some((_, length)) = self.peek().filter(|_| self.at == start).and_then(|token| token.role) {
            self.draft.leave(self.tokens[self.at].text.clone());
            self.at += length;
        }
    }

    /// Whether words after a comma are a remark on the subject: `a cat, cute, fluffy`.
    fn is_remark(&self, start: usize, noun: &Noun) -> bool {
        let after_comma = start > 0 && self.tokens[start - 1].kind == TokenKind::Comma;
        let bare = !noun.determined && noun.phrase.concept.is_none() && noun.phrase.count == Count::Unstated;
        let relation_follows = matches!(self.role(), Some(Role::Relation(_) | Role::Posture | Role::Hanging));
        let clause = bare && !self.joined && !relation_follows && matches!(self.pending, Pending::None);
        clause && self.draft.subject_count() > 0 && (after_comma || self.finished)
    }

    fn remark(&mut self, phrase: &NounPhrase) {
        for style in &phrase.styles {
            self.draft.style(*style);
        }
        for subject in self.draft.group.clone() {
            let subject = self.draft.subject(subject);
            subject.description = format!("{}, {}", subject.description, phrase.description);
        }
    }

    /// What the noun does, in unknown words: `eating bamboo`, `who is late`.
    fn predicate_text(&mut self) {
        let Some(token) = self.peek() else { return };
        if token.kind == TokenKind::Word && token.role.is_none() && !self.is_name(0) {
            let text = self.clause();
            self.append(&text);
        }
    }

    /// The words up to the end of the clause, or up to `and` with a new noun.
    fn clause(&mut self) -> String {
        let start = self.at;
        while let Some(token) = self.peek().filter(|token| token.kind == TokenKind::Word) {
            let new_noun = matches!(token.role, Some((Role::And, _))) && self.is_new_noun(self.at + 1);
            let ends = matches!(
                token.role,
                Some((
                    Role::Relation(_)
                        | Role::In
                        | Role::Without
                        | Role::Arranged(_)
                        | Role::Place(_)
                        | Role::With
                        | Role::Wear,
                    _
                ))
            );
            if self.at > start && (new_noun || ends || self.background_starts()) {
                break;
            }
            self.at += 1;
        }
        self.tokens[start..self.at].iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn is_new_noun(&self, at: usize) -> bool {
        let Some(token) = self.tokens.get(at) else { return false };
        matches!(token.role, Some((Role::Determiner | Role::Number(_) | Role::Quantity(..) | Role::Pair, _)))
            || token.kind == TokenKind::Emoji
    }

    fn append(&mut self, text: &str) {
        for subject in self.draft.group.clone() {
            let description = &mut self.draft.subject(subject).description;
            description.push(' ');
            description.push_str(text);
        }
    }

    /// Adds a noun to the group, or as a new group if the last one has its predicate.
    fn add(&mut self, noun: Noun) -> usize {
        let emoji = noun.phrase.head.chars().next().is_some_and(super::prompt::is_pictograph);
        if let Some(last) =
            self.draft.last().filter(|last| emoji && last.description == noun.phrase.description)
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
        match self.pending {
            Pending::None => {}
            Pending::Place(place) => self.draft.place(&[subject], place),
            Pending::At(kind, object) => self.draft.relate_to(&[subject], kind, object),
        }
        if self.role() != Some(Role::And) {
            self.pending = Pending::None;
        }
        self.joined = false;
        subject
    }

    /// `on the left`: said of the group, or of what follows a comma or `is`.
    fn place(&mut self, place: Place, length: usize) {
        self.at += length;
        let group = self.draft.group.clone();
        let before = self.at.checked_sub(length + 1).map(|at| self.tokens[at].kind);
        let fresh = before.is_none_or(|kind| kind != TokenKind::Word) && self.is_new_noun(self.at);
        let follows = fresh || (self.finished && self.peek().is_some());
        if follows || group.is_empty() {
            self.skip(|role| matches!(role, Role::Is | Role::Filler));
            if self.peek().is_some_and(|token| token.kind == TokenKind::Comma) {
                self.at += 1;
            }
            self.skip(|role| matches!(role, Role::Filler));
            self.pending = Pending::Place(place);
        } else {
            self.draft.place(&group, place);
        }
        self.finished = true;
    }

    /// `on the moon`, `between a cat and a dog`.
    fn relation(&mut self, kind: RelationKind, length: usize) {
        let start = self.at;
        self.at += length;
        if self.peek().is_some_and(|token| ["it", "them"].contains(&token.lower.as_str())) {
            return self.relate_back(kind);
        }
        let Some(object) = self.noun() else { return self.keep(start) };
        // `on fire` is not on a thing; `her hair` belongs to the subject.
        let idle = object.phrase.concept.is_none() || object.phrase.description == "fire";
        let loose = !object.determined && idle && object.phrase.kind == Kind::Thing;
        if (loose && object.phrase.count == Count::Unstated) || speaks_of_looks(&object.phrase.head) {
            return self.keep(start);
        }
        if let RelationKind::Between { .. } = kind {
            return self.between(object);
        }
        self.relate(kind, object);
    }

    /// `under it`: what the last relation spoke of, or else the subject before the group.
    fn relate_back(&mut self, kind: RelationKind) {
        self.at += 1;
        let group = self.draft.group.clone();
        let before = group.first().and_then(|first| first.checked_sub(1));
        if let Some(object) = self.draft.last_object().or(before) {
            self.draft.relate_to(&group, kind, object);
        }
        self.finished = true;
    }

    fn relate(&mut self, kind: RelationKind, object: Noun) {
        let group = self.draft.group.clone();
        if !group.is_empty() && !self.leads() {
            self.draft.relate(&group, kind, object.phrase);
        } else if object.phrase.kind == Kind::Scenery {
            self.draft.background(Background::Phrase(object.phrase.description));
        } else {
            let object = self.draft.add(object.phrase);
            self.pending = Pending::At(kind, object);
            if self.peek().is_some_and(|token| token.kind == TokenKind::Comma) {
                self.at += 1;
            }
        }
        self.finished = true;
    }

    /// Whether the relation just read stands before its subject: `under the tree there are`.
    fn leads(&self) -> bool {
        self.finished && matches!(self.role(), Some(Role::Is | Role::Filler)) && self.is_new_noun(self.at + 1)
    }

    fn between(&mut self, first: Noun) {
        let group = self.draft.group.clone();
        let second = self.skip(|role| role == Role::And).then(|| self.noun()).flatten();
        let object = self.draft.add(first.phrase);
        let kind = match second {
            Some(second) => RelationKind::Between { other: self.draft.add(second.phrase) },
            None => RelationKind::Inside,
        };
        if group.is_empty() {
            self.pending = Pending::At(kind, object);
        }
        self.draft.relate_to(&group, kind, object);
        self.finished = true;
    }

    /// in: a dress, a surrounding, a thing, or only a manner.
    fn inside(&mut self, length: usize) {
        let start = self.at;
        self.at += length;
        if let Some((style, length)) = self.style_ahead() {
            self.draft.style(style);
            self.at += length;
            return;
        }
        let Some(object) = self.noun() else { return self.keep(start) };
        let head = object.phrase.head.to_lowercase();
        match object.phrase.kind {
            _ if speaks_of_looks(&head) => self.keep(start),
            Kind::Wearable(_) => {
                self.at = start;
                self.having(Role::Wear, length);
            }
            Kind::Scenery => self.relate(RelationKind::Inside, object),
            _ if !object.determined && object.phrase.concept.is_none() => self.keep(start),
            _ => self.relate(RelationKind::Inside, object),
        }
    }

    fn style_ahead(&self) -> Option<(Style, usize)> {
        let ahead = self.ahead(4);
        let article = usize::from(ahead.first().is_some_and(|word| ["a", "an", "the"].contains(word)));
        let (style, length) = Style::english(&ahead[article..])?;
        let ends = self
            .tokens
            .get(self.at + article + length)
            .is_none_or(|token| token.kind != TokenKind::Word || token.role.is_some());
        ends.then_some((style, article + length))
    }

    /// Leaves the words of the clause from word `start` with the group; the model may know what to do.
    fn keep(&mut self, start: usize) {
        self.at = start;
        let text = self.clause();
        if self.draft.group.is_empty() {
            let head_span = self
                .prompt
                .span(self.tokens[start].chars.start..self.tokens[self.at.max(start + 1) - 1].chars.end);
            self.draft.add_group(vec![NounPhrase {
                description: text.clone(),
                head: text,
                head_span,
                ..NounPhrase::default()
            }]);
        } else {
            self.append(&text);
        }
    }

    /// sitting on, hanging from: the preposition says it all.
    fn posture(&mut self, role: Role, length: usize) {
        let start = self.at;
        self.at += length;
        match self.peek().and_then(|token| token.role) {
            Some((
                Role::Relation(RelationKind::On | RelationKind::Under | RelationKind::Below)
                | Role::From
                | Role::In,
                length,
            )) if role == Role::Hanging => {
                self.relation(RelationKind::HangsFrom, length);
            }
            Some((Role::Relation(_) | Role::In | Role::Place(_) | Role::Arranged(_) | Role::And, _))
            | None => {}
            _ if self.peek().is_some_and(|token| token.kind != TokenKind::Word) => {}
            _ if self.draft.group.is_empty() => {
                self.tokens[start].role = None;
                self.at = start;
            }
            _ => self.keep(start),
        }
    }

    /// sleeping on the moon: the action stays with the noun, the place is read.
    fn action(&mut self, length: usize) {
        let start = self.at;
        self.at += length;
        let place =
            matches!(self.role(), Some(Role::Relation(_) | Role::In | Role::Place(_) | Role::Arranged(_)));
        if place || self.peek().is_none_or(|token| token.kind != TokenKind::Word) {
            let verb = self.tokens[start].text.clone();
            for subject in self.draft.group.clone() {
                let subject = self.draft.subject(subject);
                subject.description = format!("{verb} {}", subject.description);
            }
        } else {
            self.keep(start);
        }
    }

    fn surrounded(&mut self, length: usize) {
        let start = self.at;
        self.at += length;
        let group = self.draft.group.clone();
        match (self.noun(), group.first()) {
            (Some(noun), Some(&centre)) if noun.phrase.kind != Kind::Scenery => {
                let subject = self.draft.add(noun.phrase);
                self.draft.relate_to(&[subject], RelationKind::Around, centre);
                self.finished = true;
            }
            _ => self.keep(start),
        }
    }

    /// wearing or with: a thing put on, or an attribute.
    fn having(&mut self, role: Role, length: usize) {
        let start = self.at;
        self.at += length;
        let group = self.draft.group.clone();
        let pattern = role == Role::With && group.is_empty();
        if pattern {
            return;
        }
        let Some(had) = self.noun() else { return self.keep(start) };
        let worn = match had.phrase.kind {
            Kind::Wearable(at) if group.iter().all(|&wearer| self.draft.kind(wearer) == Kind::Thing) => {
                Some(at)
            }
            _ => None,
        };
        match worn {
            Some(at) => {
                for wearer in group {
                    self.draft.relate(&[wearer], RelationKind::Wears(at), had.phrase.clone());
                }
                self.more_worn();
            }
            None => {
                self.at = start + length;
                self.attributes(start);
            }
        }
    }

    /// `a hat and sunglasses`: the second thing is worn too.
    fn more_worn(&mut self) {
        let here = self.at;
        let group = self.draft.group.clone();
        let more = self.skip(|role| role == Role::And).then(|| self.noun()).flatten();
        match more.map(|noun| (noun.phrase.kind, noun.phrase)) {
            Some((Kind::Wearable(at), phrase)) => {
                for &wearer in &group {
                    self.draft.relate(&[wearer], RelationKind::Wears(at), phrase.clone());
                }
            }
            _ => self.at = here,
        }
        self.finished = !group.is_empty() && self.role() != Some(Role::And);
    }

    /// `with dark skin and curly hair`: attributes from word `start`, through every `and` that adds one more.
    fn attributes(&mut self, start: usize) {
        loop {
            let item = self.at;
            let had = self.noun();
            let is_attribute = had.as_ref().is_some_and(|had| {
                let head = had.phrase.head.to_lowercase();
                !had.determined
                    || speaks_of_looks(&head)
                    || matches!(had.phrase.kind, Kind::Wearable(_))
                    || self.tokens[item - 1].lower != "and"
            });
            if !is_attribute {
                self.at = item - usize::from(self.tokens[item - 1].lower == "and");
                break;
            }
            self.own_place();
            let another = self.role() == Some(Role::And)
                && self.tokens.get(self.at + 1).is_some_and(|next| next.kind == TokenKind::Word);
            let comma =
                self.peek().is_some_and(|token| token.kind == TokenKind::Comma) && self.list_goes_on();
            if !(another || comma) {
                break;
            }
            self.at += 1;
            if comma {
                self.skip(|role| role == Role::And);
            }
        }
        let words = &self.tokens[start..self.at];
        let text =
            words.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ").replace(" ,", ",");
        // The nearest noun has them: `a boy and a girl with red hair`.
        if let Some(subject) = self.draft.group.last().copied() {
            let description = &mut self.draft.subject(subject).description;
            description.push(' ');
            description.push_str(&text);
        }
    }

    /// Whether a list of attributes goes on after this comma: `with dark skin, curly hair and glasses`.
    fn list_goes_on(&self) -> bool {
        let next =
            self.tokens[self.at + 1..].iter().take(5).take_while(|token| token.kind == TokenKind::Word);
        let words: Vec<&str> = next.map(|token| token.lower.as_str()).collect();
        words.iter().take(3).any(|word| speaks_of_looks(word)) && !words.contains(&"background")
    }

    /// `in her hair`: a place that belongs to the person.
    fn own_place(&mut self) {
        if self.peek().is_some_and(|token| token.lower == "on")
            && self.skip(|role| role == Role::Place(Place::Top))
        {
            return;
        }
        let possessive = self
            .tokens
            .get(self.at + 1)
            .is_some_and(|token| ["her", "his", "its", "their"].contains(&token.lower.as_str()));
        if possessive && matches!(self.role(), Some(Role::In | Role::Relation(_))) {
            self.at += 1;
            self.noun();
        }
    }

    fn without(&mut self, length: usize) {
        self.at += length;
        let start = self.at;
        if self.noun().is_none() {
            return;
        }
        let mut text =
            self.tokens[start..self.at].iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ");
        for article in ["a ", "an ", "any ", "the "] {
            text = text.strip_prefix(article).unwrap_or(&text).to_owned();
        }
        self.draft.without(text);
    }

    fn transparent(&mut self, length: usize) {
        let named = length > 1;
        let next = self.tokens.get(self.at + length);
        let background = next.is_none_or(|token| {
            token.kind != TokenKind::Word || matches!(token.role, Some((Role::Background, _)))
        });
        if named || background {
            self.draft.background(Background::Transparent);
            self.at += length;
            self.skip(|role| role == Role::Background);
        } else {
            self.tokens[self.at].role = None;
        }
    }

    fn seamless(&mut self, length: usize) {
        self.draft.seamless();
        self.at += length;
        while self.peek().is_some_and(|token| {
            ["of", "with", "pattern", "made", "texture", "tile", "design", "print", "featuring"]
                .contains(&token.lower.as_str())
        }) {
            self.at += 1;
        }
    }

    fn background_starts(&self) -> bool {
        self.background_range().is_some()
    }

    /// Words of a background from here: where its content starts, where it ends, where the phrase ends.
    fn background_range(&self) -> Option<(usize, usize, usize)> {
        let mut start = self.at;
        let preposition = |token: &Token| {
            ["on", "in", "with", "against", "over", "and", "has", "at"].contains(&token.lower.as_str())
        };
        start += usize::from(self.tokens.get(start).is_some_and(preposition));
        while self.tokens.get(start).is_some_and(|token| {
            ["a", "an", "the", "isolated", "plain", "solid", "simple", "its"].contains(&token.lower.as_str())
        }) {
            start += 1;
        }
        for (at, token) in self.tokens.iter().enumerate().skip(start).take(6) {
            match (token.kind, token.role) {
                (TokenKind::Word, Some((Role::Background, length))) if at > start => {
                    return Some((start, at, at + length));
                }
                (
                    TokenKind::Word,
                    None | Some((Role::Transparent, 1) | (Role::Mixed | Role::Sized(_), _)),
                ) => {}
                (TokenKind::Word, Some((Role::And, _)))
                    if at > start && colour_at(&[self.tokens[at - 1].lower.as_str()]).is_some() => {}
                _ => return None,
            }
        }
        None
    }

    /// `on a yellow background`, `background: stars`, `on white`.
    fn background(&mut self) -> bool {
        if let Some((start, end, after)) = self.background_range() {
            let background = self.background_of(start, end);
            self.draft.background(background);
            self.at = after;
            return true;
        }
        self.background_forward() || self.on_colour()
    }

    fn background_forward(&mut self) -> bool {
        let start = self.at;
        self.skip(|role| role == Role::Determiner);
        if !self.skip(|role| role == Role::Background) {
            self.at = start;
            return false;
        }
        let linked = self.peek().is_some_and(|token| {
            token.kind == TokenKind::Colon || ["is", "of", "in", "with"].contains(&token.lower.as_str())
        });
        self.at += usize::from(linked);
        self.skip(|role| role == Role::Determiner);
        let content = self.at;
        while linked
            && self.peek().is_some_and(|token| token.kind == TokenKind::Word)
            && self.at < content + 5
        {
            self.at += 1;
        }
        if self.at > content {
            let background = self.background_of(content, self.at);
            self.draft.background(background);
        }
        true
    }

    /// `on white`, at the end of a clause.
    fn on_colour(&mut self) -> bool {
        let on = self.peek().is_some_and(|token| ["on", "against"].contains(&token.lower.as_str()));
        let words: Vec<&str> = self.tokens[self.at + 1..]
            .iter()
            .take(3)
            .take_while(|token| token.kind == TokenKind::Word)
            .map(|token| token.lower.as_str())
            .collect();
        let Some((colour, length)) = colour_at(&words).filter(|_| on) else { return false };
        if self.tokens.get(self.at + 1 + length).is_some_and(|token| token.kind == TokenKind::Word) {
            return false;
        }
        self.draft.background(Background::Colour(colour));
        self.at += 1 + length;
        true
    }

    fn background_of(&self, start: usize, end: usize) -> Background {
        let words: Vec<&str> = self.tokens[start..end].iter().map(|token| token.lower.as_str()).collect();
        let gradient = words.iter().any(|word| ["gradient", "ombre", "colorful", "rainbow"].contains(word));
        let mut colours = Vec::new();
        let (mut at, mut other) = (0, false);
        while at < words.len() {
            match colour_at(&words[at..]) {
                Some((colour, length)) => {
                    colours.push(colour);
                    at += length;
                }
                None => {
                    other |= ![
                        "gradient", "ombre", "to", "and", "plain", "solid", "color", "colour", "colored",
                        "colorful", "rainbow", "simple", "pure",
                    ]
                    .contains(&words[at]);
                    at += 1;
                }
            }
        }
        match colours.as_slice() {
            _ if words.contains(&"transparent") => Background::Transparent,
            [] if gradient && !other => super::gradient(None),
            [one] if gradient => super::gradient(Some(one)),
            [top, bottom, ..] => Background::Gradient { top: top.clone(), bottom: bottom.clone() },
            [one] if !other => Background::Colour(one.clone()),
            _ => Background::Phrase(
                self.tokens[start..end].iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" "),
            ),
        }
    }
}
