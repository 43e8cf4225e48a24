//! From occurrences of terms to hits of rules.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::{Policy, Rule, Test};
use crate::matcher::{Occurrence, Scan, Strength};
use crate::normalise::{Kind, kind};
use crate::verdict::{Evidence, Finding, Hit};
use crate::view::View;

/// Hits of one rule in one text; a text that has more is not told more.
pub(super) const MOST_HITS: usize = 20;

/// Occurrences on one side that are compared with the other sides.
const MOST_OCCURRENCES: usize = 200;

/// Hits of all rules that are made of terms, in the order of the rules.
pub(super) fn terms(policy: &Policy, scan: &Scan) -> Vec<Hit> {
    let mut touched: BTreeMap<u32, BTreeMap<u32, Vec<&Occurrence>>> = BTreeMap::new();
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
            side.retain(|occurrence| !is_excused(policy, scan, rule, &occurrence.span));
            side.truncate(MOST_OCCURRENCES);
        }
        match rule.test {
            Test::Any => hits
                .extend(longest(&sides).into_iter().take(MOST_HITS).map(|found| hit(policy, rule, &[found]))),
            Test::All { sides: count, window } => {
                hits.extend(closest(&sides, count, window, &lengths).map(|found| hit(policy, rule, &found)));
            }
            Test::Pattern(_) => {}
        }
    }
    hits
}

/// Whether an exception of the rule's category covers the place, or a term of `unless` stands anywhere.
///
/// Only what is written openly excuses: a disguise is no reason to trust.
pub(super) fn is_excused(policy: &Policy, scan: &Scan, rule: &Rule, span: &Range<u32>) -> bool {
    let open =
        scan.occurrences.iter().filter(|occurrence| matches!(occurrence.view, View::Plain | View::Joined));
    open.into_iter().any(|occurrence| {
        let covers = occurrence.span.start <= span.start && span.end <= occurrence.span.end;
        let excepted = policy.exceptions.get(&occurrence.term);
        rule.unless.contains(&occurrence.term)
            || (covers && excepted.is_some_and(|categories| categories.contains(rule.citation.category.id())))
    })
}

/// What stands alone, without what lies inside something longer.
fn longest<'scan>(sides: &BTreeMap<u32, Vec<&'scan Occurrence>>) -> Vec<&'scan Occurrence> {
    let mut found: Vec<&Occurrence> = sides
        .values()
        .flatten()
        .copied()
        .filter(|occurrence| occurrence.strength == Strength::Alone)
        .collect();
    found.sort_by_key(|occurrence| {
        (occurrence.span.start, std::cmp::Reverse(occurrence.span.end), occurrence.view)
    });
    let mut reached = 0;
    found.retain(|occurrence| {
        let inside = occurrence.span.end <= reached;
        reached = reached.max(occurrence.span.end);
        !inside
    });
    found
}

/// The closest occurrences of all sides that do not overlap and lie within the window, if one of them stands alone or all are
/// heard exactly.
fn closest<'scan>(
    sides: &BTreeMap<u32, Vec<&'scan Occurrence>>,
    count: usize,
    window: u32,
    lengths: &Lengths<'_>,
) -> Option<Vec<&'scan Occurrence>> {
    if sides.len() < count {
        return None;
    }
    let firsts = sides.values().next()?;
    let mut best: Option<(u32, Vec<&Occurrence>)> = None;
    for first in firsts {
        let mut found = vec![*first];
        for side in sides.values().skip(1) {
            let free = side.iter().filter(|other| found.iter().all(|taken| !overlap(taken, other)));
            found.extend(
                free.min_by_key(|other| (lengths.between(first, other), std::cmp::Reverse(other.strength))),
            );
        }
        found.sort_by_key(|occurrence| occurrence.span.start);
        let near = found.windows(2).all(|pair| lengths.between(pair[0], pair[1]) <= window);
        let proven = found.iter().any(|occurrence| occurrence.strength == Strength::Alone)
            || found.iter().all(|occurrence| occurrence.strength == Strength::Heard);
        let (Some(left), Some(right)) = (found.first(), found.last()) else { continue };
        let width = lengths.between(left, right);
        if found.len() == count && near && proven && best.as_ref().is_none_or(|(least, _)| width < *least) {
            best = Some((width, found));
        }
    }
    best.map(|(_, found)| found)
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
