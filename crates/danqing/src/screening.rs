//! Which rules are in force, and what is said where one stops something.

use std::fs;
use std::path::{Path, PathBuf};

use danqing_moderation::{Pack, Policy, Stop};
use danqing_store::{Kind, NewEntry};

use crate::config::Config;
use crate::error::Error;
use crate::studio::Studio;

/// The shipped pack, and every `.toml` file of the settings' folder in the order of their names.
pub(crate) fn policy(config: &Config) -> Result<Policy, Error> {
    let mut packs = vec![Pack::shipped().map_err(rules)?];
    if let Some(folder) = &config.screening.packs.value {
        for file in files(Path::new(folder))? {
            let text = fs::read_to_string(&file)
                .map_err(|source| Error::Unreadable { file: file.clone(), source })?;
            packs.push(Pack::parse(&file.display().to_string(), &text).map_err(rules)?);
        }
    }
    Policy::new(&packs).map_err(rules)
}

/// Reads the packs again and puts them in force, with an entry in the ledger where they changed; whether they did.
///
/// Packs that cannot be used leave the old ones in force.
pub(crate) async fn reload(studio: &Studio, actor: &str) -> Result<bool, Error> {
    let exchange = studio.workshop.rules.replace(policy(&studio.config)?);
    if !exchange.is_change() {
        return Ok(false);
    }
    let packs =
        exchange.after.packs().iter().map(|pack| format!("{} {} {}", pack.name, pack.version, pack.digest));
    let entry = NewEntry::new(Kind::Policy, "screening")
        .fact("actor", actor)
        .fact("before", exchange.before.version())
        .fact("after", exchange.after.version())
        .fact("packs", packs.collect::<Vec<_>>().join("\n"));
    studio.store.ledger().append(entry).await?;
    Ok(true)
}

/// Why something was not let through.
pub(crate) fn stopped(stop: Stop) -> Error {
    Error::Stopped { stop: Box::new(stop), entry: None }
}

fn rules(source: danqing_moderation::Error) -> Error {
    Error::Rules { source }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |source| Error::Unreadable { file: folder.to_owned(), source };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
