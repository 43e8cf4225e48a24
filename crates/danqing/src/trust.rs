//! Whom danqing believes when it verifies: itself, and the operator's own certificates.

use std::fs;
use std::path::PathBuf;

use danqing_provenance::keys::Keys;
use danqing_provenance::verify::Trust;

use crate::config::Config;
use crate::error::Error;

/// The keys of this machine, where there are any, and the chain of the settings.
pub(crate) fn trust(config: &Config) -> Result<Trust, Error> {
    // Who only checks needs no keys; who has some recognises what they made.
    let mut trust = Keys::open(&config.keys.folder())?.as_ref().map(Trust::of).unwrap_or_default();
    if let Some(file) = config.keys.chain.value.as_ref().map(PathBuf::from) {
        let pem = fs::read(&file).map_err(|source| Error::unreadable(&file, source))?;
        trust.roots.push(String::from_utf8(pem).map_err(|_| Error::NotText { file })?);
    }
    Ok(trust)
}
