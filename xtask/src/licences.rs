//! Licences and origins of all dependencies, by the lists of `deny.toml`: what can be checked without `cargo deny`.

use std::error::Error;
use std::path::Path;

use serde::Deserialize;

use crate::metadata::{Depth, Package, read};

/// The part of `deny.toml` that is read here.
#[derive(Debug, Deserialize)]
struct Policy {
    licenses: Licenses,
    sources: Sources,
}

#[derive(Debug, Deserialize)]
struct Licenses {
    allow: Vec<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
    #[serde(default)]
    clarify: Vec<Clarification>,
}

/// Licences that only one package may have.
#[derive(Debug, Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    package: String,
    allow: Vec<String>,
}

/// What the licence of a package is that does not say it as an expression.
#[derive(Debug, Deserialize)]
struct Clarification {
    #[serde(rename = "crate")]
    package: String,
    expression: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: Vec<String>,
}

/// Fails with every package that the policy does not allow; else says how many it does.
pub(crate) fn check() -> Result<String, Box<dyn Error>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deny.toml");
    let policy: Policy = toml::from_str(&std::fs::read_to_string(file)?)?;
    let packages = read(Depth::Everything)?.packages;
    let foreign: Vec<&Package> = packages.iter().filter(|package| package.source.is_some()).collect();
    let refused: Vec<String> = foreign.iter().filter_map(|package| policy.refusal(package)).collect();
    if refused.is_empty() {
        return Ok(format!("licences: {} dependencies, all allowed", foreign.len()));
    }
    Err(refused.join("\n       ").into())
}

impl Policy {
    /// Why `package` may not be used, if so.
    fn refusal(&self, package: &Package) -> Option<String> {
        let Package { name, version, source, .. } = package;
        let source = source.as_deref().unwrap_or_default();
        if !self.sources.allow_registry.iter().any(|registry| source == format!("registry+{registry}")) {
            return Some(format!("`{name}` {version} comes from `{source}`"));
        }
        let exceptions = self.licenses.exceptions.iter().filter(|exception| exception.package == *name);
        let extra: Vec<&String> = exceptions.flat_map(|exception| &exception.allow).collect();
        let allowed = |licence: &str| {
            self.licenses.allow.iter().chain(extra.iter().copied()).any(|allowed| allowed == licence)
        };
        let expression = self.licence(package);
        let fits = satisfied(expression, &allowed);
        (!fits).then(|| format!("`{name}` {version} has the licence `{expression}`"))
    }

    /// The package's own expression, or the one that the policy found for it.
    fn licence<'a>(&'a self, package: &'a Package) -> &'a str {
        let clarified = self.licenses.clarify.iter().find(|clarified| clarified.package == package.name);
        let clarified = clarified.map(|clarified| clarified.expression.as_str());
        package.license.as_deref().or(clarified).unwrap_or_default()
    }
}

/// Whether an SPDX expression can be met with allowed licences. The old `A/B` means `A OR B`.
///
/// Source: SPDX Specification 2.3, annex D.4 (`AND` binds closer than `OR`, `WITH` closest).
fn satisfied(expression: &str, allowed: &dyn Fn(&str) -> bool) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any_of(&mut rest, allowed) == Some(true) && rest.is_empty()
}

/// `None` where the expression is malformed, here and below.
fn any_of(rest: &mut &[&str], allowed: &dyn Fn(&str) -> bool) -> Option<bool> {
    let mut fits = all_of(rest, allowed)?;
    while let ["OR", after @ ..] = *rest {
        *rest = after;
        fits |= all_of(rest, allowed)?;
    }
    Some(fits)
}

fn all_of(rest: &mut &[&str], allowed: &dyn Fn(&str) -> bool) -> Option<bool> {
    let mut fits = one(rest, allowed)?;
    while let ["AND", after @ ..] = *rest {
        *rest = after;
        fits &= one(rest, allowed)?;
    }
    Some(fits)
}

fn one(rest: &mut &[&str], allowed: &dyn Fn(&str) -> bool) -> Option<bool> {
    match *rest {
        ["(", after @ ..] => {
            *rest = after;
            let fits = any_of(rest, allowed)?;
            let [")", after @ ..] = *rest else { return None };
            *rest = after;
            Some(fits)
        }
        [licence, "WITH", exception, after @ ..] => {
            *rest = after;
            Some(allowed(&format!("{licence} WITH {exception}")))
        }
        [licence, after @ ..] => {
            *rest = after;
            Some(allowed(licence))
        }
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(expression: &str) -> bool {
        satisfied(expression, &|licence| ["MIT", "Apache-2.0", "Unicode-3.0"].contains(&licence))
    }

    #[test]
    fn one_alternative_is_enough() {
        assert!(fits("MIT"), "a single licence");
        assert!(fits("Unlicense OR MIT"), "the second one");
        assert!(fits("Unlicense/MIT"), "the old notation");
        assert!(fits("Apache-2.0 WITH LLVM-exception OR MIT"), "beside an exception");
    }

    #[test]
    fn all_conditions_are_needed() {
        assert!(fits("(MIT OR Apache-2.0) AND Unicode-3.0"), "both allowed");
        assert!(!fits("(MIT OR Apache-2.0) AND LGPL-3.0-only"), "one of them is not");
        assert!(fits("LGPL-3.0-only AND MIT OR Apache-2.0"), "AND binds closer than OR");
    }

    #[test]
    fn what_is_not_read_is_refused() {
        for expression in ["", "GPL-3.0-only", "(MIT", "MIT OR", "MIT MIT", "Apache-2.0 WITH LLVM-exception"]
        {
            assert!(!fits(expression), "{expression}");
        }
    }

    #[test]
    fn the_policy_refuses_what_it_does_not_name() {
        let policy: Policy =
            toml::from_str(include_str!("../../deny.toml")).expect("the lists that are read");
        let refused = |name: &str, license: Option<&str>, source: &str| {
            let package = Package {
                name: name.to_owned(),
                version: "1.0.0".to_owned(),
                license: license.map(str::to_owned),
                source: Some(source.to_owned()),
                dependencies: Vec::new(),
            };
            policy.refusal(&package).is_some()
        };
        let registry = "registry+https://github.com/rust-lang/crates.io-index";
        assert!(!refused("serde", Some("MIT OR Apache-2.0"), registry), "a usual package");
        assert!(refused("serde", Some("GPL-3.0-only"), registry), "a licence that is not listed");
        assert!(refused("serde", None, registry), "no licence");
        assert!(refused("serde", Some("MIT"), "git+https://example.org/serde"), "another origin");
    }
}
