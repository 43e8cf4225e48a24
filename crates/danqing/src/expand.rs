//! Prompts that stand for many: alternatives `{a|b}` and wildcards `__name__`.
//!
//! ```text
//! {red|blue} cat          one of the two
//! {3::red|blue} cat       red three times as often
//! {2$$red|blue|gold}      two of them, joined by a comma; {1-2$$ and $$red|blue} one or two, joined by ` and `
//! __animal__              a line of animal.txt in the folder of wildcards; a line may hold alternatives itself
//! \{ \| \} \_             the characters themselves
//! ```
//!
//! What is chosen may weigh its words, [`Emphasised`]. Alternatives nest. The grammar is that of the Python package dynamicprompts (version 0.31), without its variables,
//! wrappers, comments and signs for the way of choosing; the full-width signs of Chinese input methods count too.
//! A name that no file has is an error here and not a word. [`Template::draw`] chooses by a seed, [`Template::every`]
//! lists all combinations. A result holds no grammar any more but escapes, so that it stands for itself when it is read
//! again.

mod choose;
mod emphasis;
mod error;
mod every;
mod parse;
mod wildcards;

pub(crate) use emphasis::Emphasised;
pub(crate) use error::{Error, Fault};
pub(crate) use wildcards::Wildcards;

/// A prompt, cut into what stands and what is chosen.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Template {
    nodes: Vec<Node>,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    /// Words, escapes and all.
    Text(String),
    /// `{a|b}`.
    Choice(Choice),
    /// `__name__`.
    Wildcard(Wildcard),
}

/// Some of several options.
#[derive(Clone, Debug, PartialEq)]
struct Choice {
    /// Which place of the prompt it is, counted from 0: each place chooses by itself.
    place: u64,
    /// How many are taken, from the least to the most.
    least: usize,
    most: usize,
    /// What stands between them.
    separator: String,
    options: Vec<Alternative>,
}

/// One option and how often it is taken beside the others.
#[derive(Clone, Debug, PartialEq)]
struct Alternative {
    weight: f64,
    template: Template,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq)]
struct Wildcard {
    place: u64,
    name: String,
}

impl Template {
    /// Reads `text`; time is linear in its length.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        parse::template(text)
    }

    /// Whether there is nothing to choose.
    pub(crate) fn is_plain(&self) -> bool {
        self.nodes.iter().all(|node| matches!(node, Node::Text(_)))
    }

    /// The prompt that `seed` chooses; the same on every machine, as long as the files of wildcards are.
    pub(crate) fn draw(&self, seed: u64, wildcards: &Wildcards) -> Result<String, Error> {
        choose::draw(self, seed, wildcards)
    }

    /// Every prompt that this stands for, without repetitions, the last place changing first; more than `most` is
    /// [`Error::TooMany`].
    pub(crate) fn every(&self, wildcards: &Wildcards, most: usize) -> Result<Vec<String>, Error> {
        every::every(self, wildcards, most)
    }
}

#[cfg(test)]
mod tests;
