//! A policy: packs joined together, ready to screen.

mod build;
mod weigh;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use regex::Regex;

use crate::error::Error;
use crate::matcher::Matcher;
use crate::pack::{Pack, PackFacts};
use crate::verdict::{Action, Approval, Citation, Evidence, Finding, Hit, Screened, Stop, Verdict};
use crate::view::View;

/// Rules, ready to screen. Building one is the slow part; it is never changed afterwards, and screening only reads it.
#[derive(Debug)]
pub struct Policy {
    version: Arc<str>,
    packs: Vec<PackFacts>,
    matcher: Matcher,
    rules: Vec<Rule>,
    /// For each term the rules and the sides of rules that it belongs to.
    sides: Vec<Vec<(u32, u32)>>,
    /// For each term the categories in which it is an exception.
    exceptions: HashMap<u32, HashSet<String>>,
    thresholds: Vec<Threshold>,
}

#[derive(Debug)]
struct Rule {
    citation: Arc<Citation>,
    test: Test,
    /// Terms that keep the rule silent wherever they stand.
    unless: HashSet<u32>,
}

#[derive(Debug)]
enum Test {
    /// One of the terms.
    Any,
    /// A term of each side, with no more than `window` characters between neighbours.
    All { sides: usize, window: u32 },
    /// An expression over the plain view.
    Pattern(Regex),
}

#[derive(Debug)]
struct Threshold {
    citation: Arc<Citation>,
    score: String,
    at_least: f32,
}

impl Policy {
    /// Joins packs; their order is the order of hits with equal actions.
    ///
    /// # Errors
    ///
    /// [`Error::Rule`] with file, line and rule where one cannot be used, [`Error::SamePack`], [`Error::TooLarge`].
    pub fn new(packs: &[Pack]) -> Result<Self, Error> {
        build::policy(packs)
    }

    /// The policy of the shipped pack alone.
    ///
    /// # Errors
    ///
    /// As [`Pack::shipped`].
    pub fn shipped() -> Result<Self, Error> {
        Self::new(&[Pack::shipped()?])
    }

    /// SHA-256 over this crate's version and the digests of all packs, 64 hexadecimal digits: equal versions give equal
    /// verdicts.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The packs, in order.
    pub fn packs(&self) -> &[PackFacts] {
        &self.packs
    }

    /// All rules and thresholds, in order, for people to read.
    pub fn rules(&self) -> impl Iterator<Item = &Citation> {
        let rules = self.rules.iter().map(|rule| &*rule.citation);
        rules.chain(self.thresholds.iter().map(|threshold| &*threshold.citation))
    }

    /// How many different terms are searched for.
    pub fn terms(&self) -> usize {
        self.matcher.len()
    }

    /// Screens a text that asks for something.
    ///
    /// A negative prompt asks for the absence of things and is not a text to screen: `裸体` there protects.
    pub fn screen(&self, text: &str) -> Verdict {
        let scan = self.matcher.scan(text);
        let excuses = weigh::Excuses::new(self, &scan);
        let mut hits = weigh::terms(self, &scan, &excuses);
        for rule in &self.rules {
            let Test::Pattern(pattern) = &rule.test else { continue };
            for found in pattern.find_iter(&scan.plain.text).take(weigh::MOST_HITS) {
                let span = scan.plain.original(found.range());
                if !found.is_empty() && !excuses.cover(rule, &span) {
                    let span = span.start as usize..span.end as usize;
                    let finding = Finding { term: pattern.as_str().to_owned(), span, view: View::Plain };
                    hits.push(Hit {
                        citation: Arc::clone(&rule.citation),
                        evidence: Evidence::Words(vec![finding]),
                    });
                }
            }
        }
        Verdict::new(Arc::clone(&self.version), hits)
    }

    /// Screens what a classifier says of a picture: names and scores, 0 to 1. A score that is not a number reaches every
    /// threshold.
    pub fn screen_scores(&self, scores: &[(&str, f32)]) -> Verdict {
        let mut hits = Vec::new();
        for threshold in &self.thresholds {
            let score = scores.iter().find(|(name, _)| *name == threshold.score);
            if let Some((name, value)) =
                score.filter(|(_, value)| value.is_nan() || *value >= threshold.at_least)
            {
                let evidence =
                    Evidence::Score { name: (*name).to_owned(), value: *value, at_least: threshold.at_least };
                hits.push(Hit { citation: Arc::clone(&threshold.citation), evidence });
            }
        }
        Verdict::new(Arc::clone(&self.version), hits)
    }

    /// Lets something pass whose words ask for nothing that a rule stops.
    ///
    /// # Errors
    ///
    /// [`Stop`] when a rule says `review` or `block`.
    pub fn admit<T, W>(&self, subject: T, words: W) -> Result<Screened<T>, Stop>
    where
        W: FnOnce(&T) -> &str,
    {
        let verdict = self.screen(words(&subject));
        pass(subject, verdict, None)
    }

    /// As [`admit`](Self::admit), after an officer's review: `review` passes, `block` does not.
    ///
    /// # Errors
    ///
    /// [`Stop`] when a rule says `block`.
    pub fn admit_approved<T, W>(&self, subject: T, words: W, approval: Approval) -> Result<Screened<T>, Stop>
    where
        W: FnOnce(&T) -> &str,
    {
        let verdict = self.screen(words(&subject));
        pass(subject, verdict, Some(approval))
    }

    /// Lets a picture pass whose scores reach no threshold that stops it.
    ///
    /// # Errors
    ///
    /// [`Stop`] when a threshold with `review` or `block` is reached.
    pub fn admit_picture<T>(&self, picture: T, scores: &[(&str, f32)]) -> Result<Screened<T>, Stop> {
        pass(picture, self.screen_scores(scores), None)
    }

    /// As [`admit_picture`](Self::admit_picture), after an officer's review: `review` passes, `block` does not.
    ///
    /// # Errors
    ///
    /// [`Stop`] when a threshold with `block` is reached.
    pub fn admit_picture_approved<T>(
        &self,
        picture: T,
        scores: &[(&str, f32)],
        approval: Approval,
    ) -> Result<Screened<T>, Stop> {
        pass(picture, self.screen_scores(scores), Some(approval))
    }
}

fn pass<T>(subject: T, verdict: Verdict, approval: Option<Approval>) -> Result<Screened<T>, Stop> {
    match (verdict.action(), &approval) {
        (Action::Pass | Action::Log | Action::Warn, _) => Ok(Screened::new(subject, verdict, None)),
        (Action::Review, Some(_)) => Ok(Screened::new(subject, verdict, approval)),
        (Action::Review | Action::Block, _) => Err(Stop::new(verdict)),
    }
}
