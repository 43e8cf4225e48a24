//! Cuts an English prompt into words.

use std::ops::Range;

use crate::reader::english_words::{Role, grid, number, role};
use crate::reader::prompt::{Prompt, emoji_length};

/// A word or a mark with its place.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    /// As written.
    pub(super) text: String,
    /// In lower case.
    pub(super) lower: String,
    /// Characters of the prompt.
    pub(super) chars: Range<usize>,
    /// The grammar's phrase that starts here, with its length in words.
    pub(super) role: Option<(Role, usize)>,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word,
    Emoji,
    Comma,
    Stop,
    Colon,
}

/// The words of `prompt`, each with the grammar's phrase that starts at it.
pub(super) fn words(prompt: &Prompt) -> Vec<Token> {
    let chars = &prompt.chars;
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let (kind, length) = token_at(&chars[at..]);
        if let Some(kind) = kind {
            let text: String = chars[at..at + length].iter().collect();
            tokens.push(Token { kind, lower: text.to_lowercase(), text, chars: at..at + length, role: None });
        }
        at += length;
    }
    for at in 0..tokens.len() {
        tokens[at].role = role_at(&tokens[at..]);
    }
    tokens
}

fn token_at(text: &[char]) -> (Option<TokenKind>, usize) {
    let emoji = emoji_length(text);
    if emoji > 0 {
        return (Some(TokenKind::Emoji), emoji);
    }
    let is_part = |at: usize| {
        let c = text[at];
        let between = |c: char| matches!(c, '\'' | '-' | '_');
        c.is_alphanumeric()
            || c == '#'
            || (between(c) && at > 0 && text.get(at + 1).is_some_and(|c| c.is_alphanumeric()))
    };
    let length = (0..text.len()).take_while(|&at| is_part(at)).count();
    match text[0] {
        _ if length > 0 => (Some(TokenKind::Word), length),
        '&' | '+' => (Some(TokenKind::Word), 1),
        ',' | '，' | '、' => (Some(TokenKind::Comma), 1),
        '.' | ';' | '!' | '?' | '|' | '。' => (Some(TokenKind::Stop), 1),
        ':' => (Some(TokenKind::Colon), 1),
        _ => (None, 1),
    }
}

fn role_at(tokens: &[Token]) -> Option<(Role, usize)> {
    let words: Vec<&str> = tokens
        .iter()
        .take(crate::reader::english_words::LONGEST)
        .take_while(|token| token.kind == TokenKind::Word)
        .map(|token| if token.lower == "+" { "and" } else { token.lower.as_str() })
        .collect();
    let first = words.first()?;
    role(&words)
        .or_else(|| number(first).map(|value| (Role::Number(value), 1)))
        .or_else(|| grid(first).map(|layout| (Role::Arranged(layout), 1)))
}
