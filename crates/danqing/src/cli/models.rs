//! `danqing models`: what there is to paint with, and what its files say about it.

use std::path::Path;

use danqing_engine::{Cpu, Models, Pipeline};

use super::ModelArguments;
use crate::config::Config;
use crate::error::Error;
use crate::language::Language;
use crate::painter::Weights;
use crate::report::say;

pub(super) fn run(arguments: &ModelArguments, config: &Config, language: Language) -> Result<(), Error> {
    let folder = arguments.folder(config);
    let embedded = Weights::embedded();
    if embedded.is_none() && folder.is_none() {
        return Err(Error::NoModel);
    }
    if let Some(weights) = embedded {
        describe(&weights, language.pick("内置", "built in"), language)?;
    }
    if let Some(folder) = folder {
        describe(&Weights::open(Some(&folder))?, &place(&folder), language)?;
    }
    Ok(())
}

fn place(folder: &Path) -> String {
    std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()).display().to_string()
}

/// Loading is the test of soundness: a damaged model is an error here, not at the first picture.
fn describe(weights: &Weights, place: &str, language: Language) -> Result<(), Error> {
    let models = Models { text: &weights.text, painter: &weights.painter, pixels: &weights.pixels };
    let pipeline = Pipeline::load(&models, Cpu::detect(1))
        .map_err(|source| Error::Weights { model: weights.name.clone(), source })?;
    let info = pipeline.info();
    let judge = weights.judge.as_ref().map_or(0, |judge| judge.len());
    let size_bytes = weights.text.len() + weights.painter.len() + weights.pixels.len() + judge;
    let version = if info.version.is_empty() { String::new() } else { format!(" {}", info.version) };
    say(&format!("{}{version}  {place}", info.name));
    say(&format!("  {} {}", language.pick("校验码", "hash"), info.sha256));
    say(&format!("  {} {:.1} MB", language.pick("大小", "size"), size_bytes as f64 / 1e6));
    for (key, value) in &info.metadata {
        if !["name", "version"].contains(&key.as_str()) {
            say(&format!("  {key} {value}"));
        }
    }
    Ok(())
}
