//! `danqing nearest`: computes the text vectors of all concept names, for the file that ships beside the weights.

use std::path::PathBuf;

use super::ModelArguments;
use crate::config::Config;
use crate::error::Error;
use crate::lexicon::Knowledge;
use crate::nearest;
use crate::painter::{Painter, Weights};
use crate::report::say;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The file to write.
    #[arg(long, default_value = "models/xiaoyang/nearest.safetensors")]
    out: PathBuf,
    #[command(flatten)]
    model: ModelArguments,
}

pub(super) fn run(arguments: &Arguments, config: &Config) -> Result<(), Error> {
    let weights = Weights::open(arguments.model.folder(config).as_deref())?;
    let painter = Painter::new(&weights, arguments.model.cpu(config)?)?;
    let bytes = nearest::file(&Knowledge::load(), painter.pipeline())
        .map_err(|error| Error::Encoding { file: arguments.out.clone(), reason: error.to_string() })?;
    std::fs::write(&arguments.out, &bytes).map_err(|source| Error::writing(&arguments.out, source))?;
    say(&format!("{} {} bytes", arguments.out.display(), bytes.len()));
    Ok(())
}
