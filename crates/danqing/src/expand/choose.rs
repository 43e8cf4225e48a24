//! One prompt of a template, chosen by a seed.

use super::wildcards::Wildcards;
use super::{Alternative, Choice, Error, Node, Template, Wildcard};

/// Characters of a chosen prompt at most; what is longer is of no use to anyone.
pub(super) const LONGEST: usize = 20_000;
/// Wildcards within wildcards at most.
pub(super) const DEEPEST: usize = 16;

/// The prompt that `seed` chooses.
pub(super) fn draw(template: &Template, seed: u64, wildcards: &Wildcards) -> Result<String, Error> {
    let mut draw = Draw { wildcards, text: String::new(), depth: 0 };
    draw.template(template, seed)?;
    Ok(draw.text)
}

struct Draw<'a> {
    wildcards: &'a Wildcards,
    text: String,
    depth: usize,
}

impl Draw<'_> {
    fn template(&mut self, template: &Template, seed: u64) -> Result<(), Error> {
        for node in &template.nodes {
            match node {
                Node::Text(words) => self.text.push_str(words),
                Node::Choice(choice) => self.choice(choice, seed)?,
                Node::Wildcard(wildcard) => self.wildcard(wildcard, seed)?,
            }
            if self.text.len() > LONGEST {
                return Err(Error::TooLong { most: LONGEST });
            }
        }
        Ok(())
    }

    fn choice(&mut self, choice: &Choice, seed: u64) -> Result<(), Error> {
        let mut random = Random::new(seed, choice.place);
        let lines = only_wildcard(choice).map(|wildcard| self.lines(wildcard)).transpose()?;
        let options = lines.as_deref().unwrap_or(&choice.options);
        let (least, most) = (choice.least.min(options.len()), choice.most.min(options.len()));
        let count = least + random.below(most - least + 1);
        for (index, taken) in random.some(options, count).into_iter().enumerate() {
            if index > 0 {
                self.text.push_str(&choice.separator);
            }
            let seed = if lines.is_some() { random.next() } else { seed };
            self.deeper(only_wildcard(choice), |draw| draw.template(&taken.template, seed))?;
        }
        Ok(())
    }

    fn wildcard(&mut self, wildcard: &Wildcard, seed: u64) -> Result<(), Error> {
        let mut random = Random::new(seed, wildcard.place);
        let lines = self.lines(wildcard)?;
        let taken = random.some(&lines, 1);
        let seed = random.next();
        self.deeper(Some(wildcard), |draw| {
            taken.into_iter().try_for_each(|line| draw.template(&line.template, seed))
        })
    }

    fn lines(&self, wildcard: &Wildcard) -> Result<Vec<Alternative>, Error> {
        self.wildcards.lines(&wildcard.name)
    }

    /// Runs `within` the lines of `wildcard`, if it is one.
    fn deeper(
        &mut self,
        wildcard: Option<&Wildcard>,
        within: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Some(wildcard) = wildcard else { return within(self) };
        if self.depth == DEEPEST {
            return Err(Error::Circular { name: wildcard.name.clone() });
        }
        self.depth += 1;
        let done = within(self);
        self.depth -= 1;
        done
    }
}

/// The wildcard of a choice that has nothing else: `{2$$__colour__}` takes two of its lines.
pub(super) fn only_wildcard(choice: &Choice) -> Option<&Wildcard> {
    let [only] = choice.options.as_slice() else { return None };
    match only.template.nodes.as_slice() {
        [Node::Wildcard(wildcard)] => Some(wildcard),
        _ => None,
    }
}

/// `SplitMix64`. Source: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators".
struct Random(u64);

impl Random {
    /// A stream for one place of a prompt, apart from those of other places, other seeds and from noise.
    fn new(seed: u64, place: u64) -> Self {
        let mut random = Self(seed ^ 0x7465_6D70_6C61_7465);
        let mixed = random.next();
        Self(mixed ^ place.wrapping_mul(0xD6E8_FEB8_6659_FD93))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.next()) * count as u128) >> 64) as usize
    }

    /// Uniform in `[0, 1)`.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// `count` of `options`, none twice, each as often as its weight says; options without weight only when no
    /// others are left.
    fn some<'a>(&mut self, options: &'a [Alternative], count: usize) -> Vec<&'a Alternative> {
        let mut left: Vec<&Alternative> = options.iter().collect();
        let mut taken = Vec::new();
        while taken.len() < count && !left.is_empty() {
            let sum: f64 = left.iter().map(|option| option.weight).sum();
            let mut mark = self.unit() * sum;
            let found = left.iter().position(|option| {
                mark -= option.weight;
                mark < 0.0
            });
            // Rounding may leave a mark beyond the last, and a sum of zero finds none.
            let weighty = left.iter().rposition(|option| option.weight > 0.0).unwrap_or(0);
            taken.push(left.remove(found.unwrap_or(weighty)));
        }
        taken
    }
}
