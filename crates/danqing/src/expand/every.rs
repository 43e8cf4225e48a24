//! Every prompt of a template.

use std::collections::HashSet;

use super::choose::{DEEPEST, LONGEST, only_wildcard};
use super::wildcards::Wildcards;
use super::{Choice, Error, Node, Template, Wildcard};

/// Combinations that are tried for one that is kept, at most: equal options make others vain.
const TRIES: usize = 100;

/// Every prompt, without repetitions, the last place changing first.
pub(super) fn every(template: &Template, wildcards: &Wildcards, most: usize) -> Result<Vec<String>, Error> {
    let mut every = Every { wildcards, most, tries: most.saturating_mul(TRIES), depth: 0 };
    Ok(without_repetitions(every.template(template)?))
}

fn without_repetitions(mut texts: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    texts.retain(|text| seen.insert(text.clone()));
    texts
}

struct Every<'a> {
    wildcards: &'a Wildcards,
    most: usize,
    /// Combinations that may still be tried.
    tries: usize,
    depth: usize,
}

impl Every<'_> {
    fn template(&mut self, template: &Template) -> Result<Vec<String>, Error> {
        let mut texts = vec![String::new()];
        for node in &template.nodes {
            let ends = match node {
                Node::Text(words) => vec![words.clone()],
                Node::Choice(choice) => self.choice(choice)?,
                Node::Wildcard(wildcard) => self.lines(wildcard)?.concat(),
            };
            texts = self.product(&texts, &ends)?;
        }
        Ok(texts)
    }

    /// Each of `starts` before each of `ends`.
    fn product(&mut self, starts: &[String], ends: &[String]) -> Result<Vec<String>, Error> {
        self.within(starts.len().saturating_mul(ends.len()))?;
        let joined = starts.iter().flat_map(|start| ends.iter().map(move |end| format!("{start}{end}")));
        let joined: Vec<String> = joined.collect();
        if joined.iter().any(|text| text.len() > LONGEST) {
            return Err(Error::TooLong { most: LONGEST });
        }
        Ok(joined)
    }

    fn within(&self, count: usize) -> Result<(), Error> {
        if count > self.most { Err(Error::TooMany { most: self.most }) } else { Ok(()) }
    }

    fn choice(&mut self, choice: &Choice) -> Result<Vec<String>, Error> {
        let options = match only_wildcard(choice) {
            Some(wildcard) => self.lines(wildcard)?,
            None => choice
                .options
                .iter()
                .map(|option| self.template(&option.template))
                .collect::<Result<_, _>>()?,
        };
        let (least, most) = (choice.least.min(options.len()), choice.most.min(options.len()));
        let mut takes =
            Takes { every: self, options: &options, separator: &choice.separator, texts: Vec::new() };
        for count in least..=most {
            takes.orders(count, &mut Vec::new())?;
        }
        let texts = without_repetitions(takes.texts);
        // Fewer different options than are asked for: better one of them than no picture.
        Ok(if texts.is_empty() { options.into_iter().next().unwrap_or_default() } else { texts })
    }

    /// What each line of a wildcard stands for.
    fn lines(&mut self, wildcard: &Wildcard) -> Result<Vec<Vec<String>>, Error> {
        if self.depth == DEEPEST {
            return Err(Error::Circular { name: wildcard.name.clone() });
        }
        self.depth += 1;
        let lines = self.wildcards.lines(&wildcard.name)?;
        self.within(lines.len())?;
        let texts = lines.iter().map(|line| self.template(&line.template)).collect();
        self.depth -= 1;
        texts
    }
}

/// Some of several options in every order.
struct Takes<'a, 'b> {
    every: &'a mut Every<'b>,
    options: &'a [Vec<String>],
    separator: &'a str,
    texts: Vec<String>,
}

impl Takes<'_, '_> {
    /// All ways to take `count` options in order, `taken` first.
    fn orders(&mut self, count: usize, taken: &mut Vec<usize>) -> Result<(), Error> {
        if taken.len() == count {
            return self.words(taken, &mut Vec::new());
        }
        for option in 0..self.options.len() {
            if !taken.contains(&option) {
                taken.push(option);
                self.orders(count, taken)?;
                taken.pop();
            }
        }
        Ok(())
    }

    /// All texts of the options `taken`, those without two equal parts.
    fn words(&mut self, taken: &[usize], parts: &mut Vec<String>) -> Result<(), Error> {
        if parts.len() == taken.len() {
            self.texts.push(parts.join(self.separator));
            return self.every.within(self.texts.len());
        }
        let options = self.options;
        for text in &options[taken[parts.len()]] {
            self.every.tries =
                self.every.tries.checked_sub(1).ok_or(Error::TooMany { most: self.every.most })?;
            if !parts.contains(text) {
                parts.push(text.clone());
                self.words(taken, parts)?;
                parts.pop();
            }
        }
        Ok(())
    }
}
