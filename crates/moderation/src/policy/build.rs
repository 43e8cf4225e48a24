//! Joins packs to a policy: resolves lists, numbers terms, checks every rule.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use regex::RegexBuilder;
use sha2::{Digest as _, Sha256};
use toml::Spanned;

use super::{Policy, Rule, Test, Threshold};
use crate::category::{Bilingual, Category};
use crate::error::{Error, Fault};
use crate::matcher::{Matcher, Refused, Terms};
use crate::pack::{Message, Pack, RuleFields};
use crate::verdict::Citation;

/// Characters between neighbours of a combination, where a rule does not say.
const WINDOW: usize = 40;

/// Bytes that a compiled pattern may take.
const PATTERN_BYTES: usize = 1 << 20;

/// Lists of all packs, by `pack/list`.
type Lists<'packs> = BTreeMap<String, Vec<&'packs String>>;

struct Builder<'packs> {
    lists: Lists<'packs>,
    categories: BTreeMap<&'packs str, Category>,
    terms: Terms,
    sides: HashMap<u32, Vec<(u32, u32)>>,
    exceptions: HashMap<u32, HashSet<String>>,
    rules: Vec<Rule>,
    thresholds: Vec<Threshold>,
}

pub(super) fn policy(packs: &[Pack]) -> Result<Policy, Error> {
    let mut builder = Builder {
        lists: lists(packs)?,
        categories: BTreeMap::new(),
        terms: Terms::default(),
        sides: HashMap::new(),
        exceptions: HashMap::new(),
        rules: Vec::new(),
        thresholds: Vec::new(),
    };
    for pack in packs {
        builder.declare_categories(pack)?;
        builder.add_pack(pack)?;
    }
    let matcher = Matcher::new(builder.terms).map_err(Error::TooLarge)?;
    let mut sides = vec![Vec::new(); matcher.len()];
    for (term, places) in builder.sides {
        sides[term as usize] = places;
    }
    Ok(Policy {
        version: version(packs),
        packs: packs.iter().map(Pack::facts).collect(),
        matcher,
        rules: builder.rules,
        sides,
        exceptions: builder.exceptions,
        thresholds: builder.thresholds,
    })
}

/// Whoever changes how texts are read changes the crate's version with it, so that the digest changes.
fn version(packs: &[Pack]) -> Arc<str> {
    let mut digest = Sha256::new();
    digest.update(concat!("danqing-moderation ", env!("CARGO_PKG_VERSION"), "\n"));
    for pack in packs {
        digest.update(pack.facts().digest);
        digest.update("\n");
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
}

fn lists(packs: &[Pack]) -> Result<Lists<'_>, Error> {
    let mut names = HashSet::new();
    let mut lists = Lists::new();
    for pack in packs {
        let name = pack.fields.pack.name();
        if !names.insert(name) {
            return Err(Error::SamePack(name.to_owned()));
        }
        for (list, entries) in &pack.fields.lists {
            lists.insert(format!("{name}/{list}"), entries.get_ref().iter().collect());
        }
        for (list, entries) in &pack.fields.extend {
            let known = lists.get_mut(list);
            let known = known
                .ok_or_else(|| pack.fault_at(list, entries.span().start, Fault::UnknownList(list.clone())))?;
            known.extend(entries.get_ref());
        }
    }
    Ok(lists)
}

impl<'packs> Builder<'packs> {
    fn declare_categories(&mut self, pack: &'packs Pack) -> Result<(), Error> {
        for (id, name) in &pack.fields.categories {
            let name = name.to_bilingual().ok_or_else(|| pack.fault_at(id, 0, Fault::Message))?;
            self.categories.insert(id, Category::declared(id, name));
        }
        Ok(())
    }

    fn add_pack(&mut self, pack: &'packs Pack) -> Result<(), Error> {
        let mut ids = HashSet::new();
        for fields in &pack.fields.rule {
            if !ids.insert(fields.id.get_ref()) {
                return Err(pack.fault(&fields.id, Fault::SameId));
            }
            self.add_rule(pack, fields).map_err(|fault| pack.fault(&fields.id, fault))?;
        }
        for fields in &pack.fields.threshold {
            if !ids.insert(fields.id.get_ref()) {
                return Err(pack.fault(&fields.id, Fault::SameId));
            }
            let threshold = self.threshold(pack, fields).map_err(|fault| pack.fault(&fields.id, fault))?;
            self.thresholds.push(threshold);
        }
        for fields in &pack.fields.exception {
            let category = fields.category.get_ref();
            let fail = |fault| pack.fault(&fields.category, fault);
            self.category(category).map_err(fail)?;
            for term in self.numbers(pack, &fields.terms).map_err(fail)? {
                self.exceptions.entry(term).or_default().insert(category.clone());
            }
        }
        Ok(())
    }

    fn add_rule(&mut self, pack: &Pack, fields: &RuleFields) -> Result<(), Fault> {
        let citation = self.citation(
            pack,
            &fields.id,
            &fields.category,
            fields.action.0,
            &fields.message,
            &fields.source,
        )?;
        let number = self.rules.len() as u32;
        let test = match (&fields.any, &fields.all, &fields.pattern) {
            (Some(any), None, None) => {
                self.add_side(pack, any, (number, 0))?;
                Test::Any
            }
            (None, Some(all), None) => {
                if !(2..=4).contains(&all.len()) {
                    return Err(Fault::Sides);
                }
                for (side, entries) in all.iter().enumerate() {
                    self.add_side(pack, entries, (number, side as u32))?;
                }
                let window = fields.window.unwrap_or(WINDOW);
                if !(1..=1000).contains(&window) {
                    return Err(Fault::Window(window));
                }
                Test::All { sides: all.len(), window: window as u32 }
            }
            (None, None, Some(pattern)) => {
                let built = RegexBuilder::new(pattern).size_limit(PATTERN_BYTES).build();
                Test::Pattern(built.map_err(|error| Fault::Pattern(error.to_string()))?)
            }
            _ => return Err(Fault::Kind),
        };
        let unless = self.numbers(pack, &fields.unless)?.into_iter().collect();
        self.rules.push(Rule { citation, test, unless });
        Ok(())
    }

    fn add_side(&mut self, pack: &Pack, entries: &[String], place: (u32, u32)) -> Result<(), Fault> {
        let numbers = self.numbers(pack, entries)?;
        if numbers.is_empty() {
            return Err(Fault::Sides);
        }
        for term in numbers {
            let places = self.sides.entry(term).or_default();
            if !places.contains(&place) {
                places.push(place);
            }
        }
        Ok(())
    }

    fn threshold(&self, pack: &Pack, fields: &crate::pack::ThresholdFields) -> Result<Threshold, Fault> {
        if !(0.0..=1.0).contains(&fields.at_least) {
            return Err(Fault::Score(fields.at_least.to_string()));
        }
        let citation = self.citation(
            pack,
            &fields.id,
            &fields.category,
            fields.action.0,
            &fields.message,
            &fields.source,
        )?;
        Ok(Threshold { citation, score: fields.score.clone(), at_least: fields.at_least })
    }

    fn citation(
        &self,
        pack: &Pack,
        id: &Spanned<String>,
        category: &str,
        action: crate::verdict::Action,
        message: &Option<Message>,
        source: &Option<String>,
    ) -> Result<Arc<Citation>, Fault> {
        let message = message.as_ref().or_else(|| pack.fields.messages.get(category));
        let message: Bilingual = message.and_then(Message::to_bilingual).ok_or(Fault::Message)?;
        Ok(Arc::new(Citation {
            pack: pack.fields.pack.name().to_owned(),
            rule: id.get_ref().clone(),
            category: self.category(category)?,
            action,
            message,
            source: source.clone().unwrap_or_else(|| pack.fields.pack.origin.clone()),
        }))
    }

    fn category(&self, id: &str) -> Result<Category, Fault> {
        let declared = self.categories.get(id).cloned();
        declared.or_else(|| Category::known(id)).ok_or_else(|| Fault::UnknownCategory(id.to_owned()))
    }

    /// The numbers of terms, with lists in their places.
    fn numbers(&mut self, pack: &Pack, entries: &[String]) -> Result<Vec<u32>, Fault> {
        let mut written = Vec::new();
        for entry in entries {
            resolve(&self.lists, pack.fields.pack.name(), entry, 0, &mut written)?;
        }
        let number = |term: String| {
            self.terms.add(&term).map_err(|refused| match refused {
                Refused::Empty => Fault::EmptyTerm(term),
                Refused::Short => Fault::ShortTerm(term),
            })
        };
        written.into_iter().map(number).collect()
    }
}

/// Writes out an entry: a term, or `@list` or `@pack/list` with the entries of that list.
fn resolve(
    lists: &Lists<'_>,
    pack: &str,
    entry: &str,
    depth: usize,
    written: &mut Vec<String>,
) -> Result<(), Fault> {
    let Some(name) = entry.strip_prefix('@') else {
        written.push(entry.to_owned());
        return Ok(());
    };
    // No list is nested deeper than there are lists, unless in a circle.
    if depth > lists.len() {
        return Err(Fault::Circle);
    }
    let key = if name.contains('/') { name.to_owned() } else { format!("{pack}/{name}") };
    let entries = lists.get(&key).ok_or_else(|| Fault::UnknownList(name.to_owned()))?;
    let owner = key.split('/').next().unwrap_or(pack);
    entries.iter().try_for_each(|entry| resolve(lists, owner, entry, depth + 1, written))
}
