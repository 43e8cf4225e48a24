//! Cuts a Chinese prompt into words.

use std::ops::Range;

use crate::colours::{self, Colour};
use crate::lexicon::{Lexicon, Match};
use crate::reader::chinese_words::{Measure, Role, measure, numeral, role};
use crate::reader::prompt::{Prompt, emoji_length, is_han};
use crate::scene::{Count, Layout};
use crate::styles::Style;

/// A word with its place.
#[derive(Clone, Debug)]
pub(super) struct Token<'a> {
    pub(super) word: Word<'a>,
    pub(super) text: String,
    /// Characters of the prompt.
    pub(super) chars: Range<usize>,
}

/// What a word is.
#[derive(Clone, Debug)]
pub(super) enum Word<'a> {
    /// A word of the grammar.
    Role(Role),
    /// A number with its measure word, if it has one.
    Number {
        count: Count,
        measure: Option<(Measure, String)>,
    },
    Colour(Colour),
    Style(Style),
    /// A noun of the lexicon; also any emoji.
    Noun(Option<Match<'a>>),
    /// Anything else.
    Text,
    /// 的.
    De,
    /// 、
    Enumerate,
    Comma,
    /// End of a sentence.
    Stop,
    Space,
    Colon,
}

/// Cuts `prompt` into words: at each place the longest word that anything knows, and runs of the rest.
pub(super) fn words<'a>(prompt: &Prompt, lexicon: &'a Lexicon) -> Vec<Token<'a>> {
    let chars = &prompt.chars;
    let mut tokens: Vec<Token<'a>> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let inside_text =
            tokens.last().is_some_and(|token| matches!(token.word, Word::Text) && token.chars.end == at);
        let (word, length) = word_at(&chars[at..], inside_text, lexicon);
        let text: String = chars[at..at + length].iter().collect();
        match tokens.last_mut() {
            Some(last) if matches!(word, Word::Text) && inside_text && is_han_run(&last.text, &text) => {
                last.text.push_str(&text);
                last.chars.end = at + length;
            }
            _ => tokens.push(Token { word, text, chars: at..at + length }),
        }
        at += length;
    }
    tokens
}

fn is_han_run(left: &str, right: &str) -> bool {
    left.chars().chain(right.chars()).all(is_han)
}

fn word_at<'a>(text: &[char], inside_text: bool, lexicon: &'a Lexicon) -> (Word<'a>, usize) {
    let emoji = emoji_length(text);
    if emoji > 0 {
        return (Word::Noun(emoji_match(&text[..emoji], lexicon)), emoji);
    }
    if let Some(mark) = punctuation(text) {
        return mark;
    }
    if text[0].is_ascii_alphanumeric() || text[0] == '×' {
        // T恤, X光片
        let mixed = lexicon.chinese(text).filter(|found| text[..found.length].iter().any(|c| !c.is_ascii()));
        return mixed.map_or_else(
            || latin(text, lexicon),
            |found| {
                let length = found.length;
                (Word::Noun(Some(found)), length)
            },
        );
    }
    longest(text, inside_text, lexicon).unwrap_or((Word::Text, 1))
}

/// The lexicon's entry for an emoji, also when it names the emoji without variant selector or skin tone.
fn emoji_match<'a>(emoji: &[char], lexicon: &'a Lexicon) -> Option<Match<'a>> {
    let whole = |text: &[char]| lexicon.chinese(text).filter(|found| found.length == text.len());
    let bare: Vec<char> =
        emoji.iter().copied().filter(|c| !matches!(c, '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}')).collect();
    whole(emoji).or_else(|| whole(&bare))
}

fn punctuation<'a>(text: &[char]) -> Option<(Word<'a>, usize)> {
    Some((
        match text[0] {
            ',' => Word::Comma,
            '、' | '/' | '&' | '+' => Word::Enumerate,
            '。' | '.' | ';' | '!' | '?' | '|' | '…' => Word::Stop,
            ':' => Word::Colon,
            '的' => Word::De,
            '"' | '“' | '「' | '《' | '『' => return Some((Word::Text, quoted(text))),
            c if c.is_alphanumeric() => return None,
            '×' => return None,
            _ => Word::Space,
        },
        1,
    ))
}

/// Length of a quotation with its marks; 1 if it does not close soon.
fn quoted(text: &[char]) -> usize {
    let close = match text[0] {
        '“' => '”',
        '「' => '」',
        '《' => '》',
        '『' => '』',
        other => other,
    };
    text.iter().take(40).skip(1).position(|&c| c == close).map_or(1, |inside| inside + 2)
}

fn latin<'a>(text: &[char], lexicon: &'a Lexicon) -> (Word<'a>, usize) {
    if let Some((style, length)) = Style::chinese(text) {
        return (Word::Style(style), length);
    }
    let digits = text.iter().take_while(|c| c.is_ascii_digit()).count();
    if digits > 0 {
        return figures(text, digits).unwrap_or((Word::Text, digits));
    }
    if matches!(text[0], 'x' | 'X' | '×') {
        let digits = text[1..].iter().take_while(|c| c.is_ascii_digit()).count();
        if digits > 0 && digits < 5 {
            let count = value(&text[1..=digits]);
            return (Word::Number { count: Count::Exactly(count), measure: None }, digits + 1);
        }
    }
    latin_words(text, lexicon)
}

/// A number in figures with a measure word, or a grid such as 3x4.
fn figures<'a>(text: &[char], digits: usize) -> Option<(Word<'a>, usize)> {
    if digits > 6 {
        return None;
    }
    let first = value(&text[..digits]);
    if matches!(text.get(digits), Some('x' | 'X' | '×' | '*')) {
        let more = text[digits + 1..].iter().take_while(|c| c.is_ascii_digit()).count();
        if (1..3).contains(&more) && digits < 3 {
            let second = value(&text[digits + 1..=digits + more]);
            let grid = Layout::Grid { columns: first.clamp(1, 8), rows: second.clamp(1, 8) };
            return Some((Word::Role(Role::Arranged(grid)), digits + 1 + more));
        }
    }
    let space = usize::from(text.get(digits) == Some(&' '));
    let (count, measure, length) = measured(Some(first), &text[digits + space..])?;
    Some((Word::Number { count, measure: Some(measure) }, digits + space + length))
}

fn value(digits: &[char]) -> u32 {
    digits.iter().take(6).fold(0, |value, c| value * 10 + c.to_digit(10).unwrap_or(0))
}

/// A run of Latin words: a noun of the lexicon if it starts with one.
fn latin_words<'a>(text: &[char], lexicon: &'a Lexicon) -> (Word<'a>, usize) {
    let part = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '\'' | '-' | ' ');
    let run: String = text.iter().take(60).take_while(|c| part(c)).collect();
    let run = run.trim_end();
    let lower = run.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    match lexicon.english(&words) {
        Some(found) => {
            let length = (0..=run.len()).rev().find(|&end| {
                run.is_char_boundary(end)
                    && run[..end].split_whitespace().count() == found.length
                    && !run[..end].ends_with(' ')
            });
            (Word::Noun(Some(found)), length.unwrap_or(run.len()))
        }
        None => (Word::Text, run.chars().count().max(1)),
    }
}

/// The longest Chinese word at the start of `text`; of equally long ones the grammar's before the lexicon's, and that before
/// what is only kept together.
fn longest<'a>(text: &[char], inside_text: bool, lexicon: &'a Lexicon) -> Option<(Word<'a>, usize)> {
    let own_role =
        role(text).filter(|&(role, length)| length > 1 || !(inside_text && is_weak(role, text[0])));
    let colour = colours::at_start(text).filter(|(_, length)| *length > 1 || !inside_text);
    let kept_together = own_role.filter(|(role, _)| *role == Role::Guard);
    let own_role = own_role.filter(|(role, _)| *role != Role::Guard);
    let candidates = [
        kept_together.map(|(_, length)| (Word::Text, length)),
        lexicon.chinese(text).map(|found| (Word::Noun(Some(found)), found.length)),
        colour.map(|(colour, length)| (Word::Colour(colour), length)),
        Style::chinese(text).map(|(style, length)| (Word::Style(style), length)),
        number(text, lexicon),
        own_role.map(|(role, length)| (Word::Role(role), length)),
    ];
    // Two words ahead: 小草莓 is 小 and 草莓, not 小草 and a rest.
    let reach = |length: usize| {
        let rest = &text[length..];
        let next = lexicon.chinese(rest).map_or(0, |found| found.length);
        length + next.max(role(rest).map_or(0, |(_, length)| if length > 1 { length } else { 0 }))
    };
    candidates.into_iter().flatten().max_by_key(|&(_, length)| (reach(length), length))
}

/// Single characters that are more often a part of an unknown noun than words of their own.
fn is_weak(role: Role, c: char) -> bool {
    matches!(role, Role::Filler | Role::Sized(_) | Role::Ground | Role::Without)
        || "有是加配及与骑前后内中边".contains(c)
}

fn number<'a>(text: &[char], lexicon: &'a Lexicon) -> Option<(Word<'a>, usize)> {
    let (value, length) = numeral(text)?;
    let rest = &text[length..];
    // 一大群, 一小束: the size is the measure's.
    let size = usize::from(matches!(rest.first(), Some('大' | '小' | '整' | '多')));
    for skip in [size, 0] {
        if let Some((count, measure, more)) = measured(value, rest.get(skip..)?) {
            return Some((Word::Number { count, measure: Some(measure) }, length + skip + more));
        }
    }
    let counted = value.filter(|value| (1..=20).contains(value))?;
    let known = lexicon.chinese(rest).is_some()
        || colours::at_start(rest).is_some_and(|(_, length)| lexicon.chinese(&rest[length..]).is_some());
    known.then_some((Word::Number { count: Count::Exactly(counted), measure: None }, length))
}

/// A count with the measure word at the start of `text`; the length is the measure word's.
fn measured(value: Option<u32>, text: &[char]) -> Option<(Count, (Measure, String), usize)> {
    let (kind, length) = measure(text)?;
    let word: String = text[..length].iter().collect();
    // 一朵朵: many of them.
    if value == Some(1) && length == 1 && text.get(1) == text.first() && kind == Measure::Each {
        return Some((Count::About(5), (kind, word), 2));
    }
    let count = match (kind, value) {
        (Measure::Pair, value) => Count::Exactly(value.unwrap_or(2).saturating_mul(2)),
        (Measure::Dozen, value) => Count::Exactly(value.unwrap_or(1).saturating_mul(12)),
        (Measure::Group(some, _), value) => Count::About(value.unwrap_or(3).saturating_mul(some)),
        (_, Some(value)) => Count::Exactly(value),
        (_, None) => Count::About(4),
    };
    Some((count, (kind, word), length))
}
