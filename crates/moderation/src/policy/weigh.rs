//! From occurrences of terms to hits of rules.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use super::{Policy, Rule, Test};
use crate::matcher::{Occurrence, Scan, Strength};
use crate::normalise::{Kind, kind};
use crate::verdict::{Evidence, Finding, Hit};
use crate::view::View;

/// Hits of one rule in one text; a text that has more is not told more.
pub(super) const MOST_HITS: usize = 20;

/// Neighbours on each side of an occurrence that are tried; more than one because some overlap.
const NEIGHBOURS: usize = 8;

/// Occurrences of the terms of a rule: one list for each side, in the order of the text.
type Sides<'scan> = BTreeMap<u32, Vec<&'scan Occurrence>>;

/// Hits of all rules that are made of terms, in the order of the rules.
pub(super) fn terms(policy: &Policy, scan: &Scan, excuses: &Excuses) -> Vec<Hit> {
    let mut touched: BTreeMap<u32, Sides<'_>> = BTreeMap::new();
    for occurrence in &scan.occurrences {
        for (rule, side) in &policy.sides[occurrence.term as usize] {
            touched.entry(*rule).or_default().entry(*side).or_default().push(occurrence);
        }
    }
    let lengths = Lengths::new(scan);
    let mut hits = Vec::new();
    for (number, mut sides) in touched {
        let rule = &policy.rules[number as usize];
        for side in sides.values_mut() {
            side.retain(|occurrence| !excuses.cover(rule, &occurrence.span));
            side.sort_by_key(|occurrence| occurrence.span.start);
        }
        match rule.test {
            Test::Any => {
                hits.extend(
                    longest(&sides).into_iter().take(MOST_HITS).map(|found| hit(policy, rule, &[found])),
                );
            }
            Test::All { sides: count, window } => {
                hits.extend(closest(&sides, count, window, &lengths).map(|found| hit(policy, rule, &found)));
            }
            Test::Pattern(_) => {}
        }
    }
    hits
}

/// What in a text excuses: exceptions and terms of `unless`.
///
/// Only what is written openly excuses: a disguise is no reason to trust.
pub(super) struct Excuses<'policy> {
    /// By category: starts of exceptions, and the furthest end among those that start there or before.
    covered: HashMap<&'policy str, Vec<(u32, u32)>>,
    present: HashSet<u32>,
}

impl<'policy> Excuses<'policy> {
    pub(super) fn new(policy: &'policy Policy, scan: &Scan) -> Self {
        let mut covered: HashMap<&str, Vec<(u32, u32)>> = HashMap::new();
        let mut present = HashSet::new();
        for occurrence in &scan.occurrences {
            if matches!(occurrence.view, View::Plain | View::Joined) {
                present.insert(occurrence.term);
                for category in policy.exceptions.get(&occurrence.term).into_iter().flatten() {
                    covered.entry(category).or_default().push((occurrence.span.start, occurrence.span.end));
                }
            }
        }
        for places in covered.values_mut() {
            places.sort_unstable();
            let mut furthest = 0;
            for (_, end) in places {
                furthest = furthest.max(*end);
                *end = furthest;
            }
        }
        Self { covered, present }
    }

    /// Whether an exception of the rule's category covers the place, or a term of `unless` stands anywhere.
    pub(super) fn cover(&self, rule: &Rule, span: &Range<u32>) -> bool {
        let furthest = self.covered.get(rule.citation.category.id()).and_then(|places| {
            let before = places.partition_point(|(start, _)| *start <= span.start);
            places[..before].last()
        });
        furthest.is_some_and(|(_, end)| span.end <= *end) || !rule.unless.is_disjoint(&self.present)
    }
}

/// What stands alone, without what lies inside something longer.
fn longest<'scan>(sides: &Sides<'scan>) -> Vec<&'scan Occurrence> {
    let mut found: Vec<&Occurrence> = sides
        .values()
        .flatten()
        .copied()
        .filter(|occurrence| occurrence.strength == Strength::Alone)
        .collect();
    found.sort_by_key(|occurrence| (occurrence.span.start, Reverse(occurrence.span.end), occurrence.view));
    let mut reached = 0;
    found.retain(|occurrence| {
        let inside = occurrence.span.end <= reached;
        reached = reached.max(occurrence.span.end);
        !inside
    });
    found
}

/// The closest occurrences of all sides that do not overlap and lie within the window, if one of them stands alone or
/// all are heard exactly.
fn closest<'scan>(
    sides: &Sides<'scan>,
    count: usize,
    window: u32,
    lengths: &Lengths<'_>,
) -> Option<Vec<&'scan Occurrence>> {
    if sides.len() < count {
        return None;
    }
    // A second time with the strong ones only, so that weak ones nearby do not stand before them.
    let strong: Sides<'_> = sides
        .iter()
        .map(|(side, all)| {
            let alone: Vec<&Occurrence> =
                all.iter().copied().filter(|occurrence| occurrence.strength == Strength::Alone).collect();
            (*side, if alone.is_empty() { all.clone() } else { alone })
        })
        .collect();
    let first = sides.values().next()?;
    let groups =
        first.iter().flat_map(|first| [group(first, sides, lengths), group(first, &strong, lengths)]);
    let fitting = groups.filter(|found| {
        let near = found.windows(2).all(|pair| lengths.between(pair[0], pair[1]) <= window);
        let proven = found.iter().any(|occurrence| occurrence.strength == Strength::Alone)
            || found.iter().all(|occurrence| occurrence.strength == Strength::Heard);
        found.len() == count && near && proven
    });
    fitting.min_by_key(|found| lengths.between(found[0], found[found.len() - 1]))
}

/// An occurrence of the first side and the nearest of every other side, in the order of the text.
fn group<'scan>(
    first: &'scan Occurrence,
    sides: &Sides<'scan>,
    lengths: &Lengths<'_>,
) -> Vec<&'scan Occurrence> {
    let mut found = vec![first];
    for side in sides.values().skip(1) {
        let at = side.partition_point(|other| other.span.start < first.span.start);
        let before = side[..at].iter().rev().filter(|other| is_free(&found, other)).take(NEIGHBOURS);
        let after = side[at..].iter().filter(|other| is_free(&found, other)).take(NEIGHBOURS);
        let nearest =
            before.chain(after).min_by_key(|other| (lengths.between(first, other), Reverse(other.strength)));
        found.extend(nearest);
    }
    found.sort_by_key(|occurrence| occurrence.span.start);
    found
}

fn is_free(taken: &[&Occurrence], other: &Occurrence) -> bool {
    taken.iter().all(|taken| !overlap(taken, other))
}

fn overlap(left: &Occurrence, right: &Occurrence) -> bool {
    left.span.start < right.span.end && right.span.start < left.span.end
}

fn hit(policy: &Policy, rule: &Rule, found: &[&Occurrence]) -> Hit {
    let findings = found.iter().map(|occurrence| Finding {
        term: policy.matcher.written(occurrence.term).to_owned(),
        span: occurrence.span.start as usize..occurrence.span.end as usize,
        view: occurrence.view,
    });
    Hit { citation: Arc::clone(&rule.citation), evidence: Evidence::Words(findings.collect()) }
}

/// Distances in a text: a Chinese character is one, a word of letters two, everything else nothing, so that filling
/// does not move words apart.
struct Lengths<'scan> {
    scan: &'scan Scan,
    /// Length of everything before each glyph.
    before: Vec<u32>,
}

impl<'scan> Lengths<'scan> {
    fn new(scan: &'scan Scan) -> Self {
        let mut before = Vec::with_capacity(scan.base.len() + 1);
        let (mut length, mut last) = (0, Kind::Space);
        for glyph in &scan.base {
            before.push(length);
            let this = kind(glyph.ch);
            length += match this {
                Kind::Han => 1,
                Kind::Letter if last != Kind::Letter => 2,
                _ => 0,
            };
            last = this;
        }
        before.push(length);
        Self { scan, before }
    }

    fn between(&self, one: &Occurrence, other: &Occurrence) -> u32 {
        let (left, right) = if one.span.start <= other.span.start { (one, other) } else { (other, one) };
        self.up_to(right.span.start).saturating_sub(self.up_to(left.span.end))
    }

    fn up_to(&self, byte: u32) -> u32 {
        self.before[self.scan.base.partition_point(|glyph| glyph.start < byte)]
    }
}
