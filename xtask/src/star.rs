//! The star of crates: `danqing` knows the libraries, the libraries do not know each other.

use std::collections::BTreeSet;
use std::error::Error;

use crate::metadata::{Depth, Metadata, Package, read};

/// The crate in the middle, which may depend on every other.
const PRODUCT: &str = "danqing";
/// The one edge between libraries: models are computed by kernels.
const ALLOWED: [(&str, &str); 1] = [("danqing-engine", "danqing-kernels")];

/// Fails with every edge that the star does not have; else says how many crates were read.
pub(crate) fn check() -> Result<String, Box<dyn Error>> {
    let workspace = read(Depth::Workspace)?;
    let odd = odd_edges(&workspace);
    if odd.is_empty() {
        return Ok(format!("star: {} crates, no edge too many", workspace.packages.len()));
    }
    Err(format!("edges that the star of crates does not have: {}", odd.join(", ")).into())
}

/// Edges within the workspace that do not start at the product and are not allowed; tests and benches count too.
fn odd_edges(workspace: &Metadata) -> Vec<String> {
    let names: BTreeSet<&str> = workspace.packages.iter().map(|package| package.name.as_str()).collect();
    workspace.packages.iter().flat_map(|package| odd_edges_of(package, &names)).collect()
}

fn odd_edges_of(package: &Package, names: &BTreeSet<&str>) -> Vec<String> {
    let from = package.name.as_str();
    let within = package.dependencies.iter().filter(|to| names.contains(to.name.as_str()));
    let odd = within.filter(|to| from != PRODUCT && !ALLOWED.contains(&(from, to.name.as_str())));
    odd.map(|to| {
        let kind = to.kind.as_deref().map(|kind| format!(" ({kind})")).unwrap_or_default();
        format!("{from} -> {}{kind}", to.name)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Dependency;

    fn package(name: &str, dependencies: &[(&str, Option<&str>)]) -> Package {
        let dependency = |(name, kind): &(&str, Option<&str>)| Dependency {
            name: (*name).to_owned(),
            kind: kind.map(str::to_owned),
        };
        Package {
            name: name.to_owned(),
            version: "0.1.0".to_owned(),
            license: None,
            source: None,
            dependencies: dependencies.iter().map(dependency).collect(),
        }
    }

    fn odd(packages: Vec<Package>) -> Vec<String> {
        odd_edges(&Metadata { packages })
    }

    #[test]
    fn this_workspace_is_a_star() {
        check().expect("no edge too many");
    }

    #[test]
    fn the_product_may_know_all_and_the_engine_the_kernels() {
        let packages = vec![
            package("danqing", &[("danqing-engine", None), ("danqing-scene", None), ("clap", None)]),
            package("danqing-engine", &[("danqing-kernels", None), ("thiserror", None)]),
            package("danqing-scene", &[]),
            package("danqing-kernels", &[]),
        ];
        assert_eq!(odd(packages), [""; 0], "the star as it is meant");
    }

    #[test]
    fn other_edges_are_named_with_their_kind() {
        let packages = vec![
            package("danqing-scene", &[("danqing-engine", Some("dev"))]),
            package("danqing-kernels", &[("danqing-engine", None)]),
            package("danqing-engine", &[]),
        ];
        let expected = ["danqing-scene -> danqing-engine (dev)", "danqing-kernels -> danqing-engine"];
        assert_eq!(odd(packages), expected, "sideways and backwards");
    }
}
