//! `danqing label`: labels files that other tools made.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use danqing_provenance::aigc::Certainty;
use danqing_provenance::labeller::Labelled;
use serde_json::json;

use crate::config::Config;
use crate::error::Error;
use crate::labelling::{Clock, Labelling};
use crate::language::Language;
use crate::report::{self, Reader, say};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    #[arg(
        long,
        value_name = "is|may-be|suspected",
        default_value = "is",
        hide_possible_values = true,
        hide_default_value = true
    )]
    certainty: Sure,
    #[arg(short, long, value_name = "PATH")]
    out: Option<PathBuf>,
    #[arg(long)]
    force: bool,
    #[arg(long)]
    reproducible: bool,
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Sure {
    Is,
    MayBe,
    Suspected,
}

pub(super) fn run(arguments: &Arguments, config: &Config, reader: Reader) -> Result<(), Error> {
    let clock = if arguments.reproducible { Clock::Fixed } else { Clock::System };
    let labelling = Labelling::open(config, clock)?;
    let mut failed = 0;
    for file in &arguments.files {
        match arguments.label(file, &labelling) {
            Ok((path, labelled)) => say(&told(&path, &labelled, reader)),
            Err(error) => {
                failed += 1;
                report::failed(reader, None, &error);
            }
        }
    }
    match failed {
        0 => Ok(()),
        failed => Err(Error::SomeFailed { failed, all: arguments.files.len() }),
    }
}

impl Arguments {
    fn label(&self, file: &Path, labelling: &Labelling) -> Result<(PathBuf, Labelled), Error> {
        let bytes = super::verify::read(file)?;
        let certainty = match self.certainty {
            Sure::Is => Certainty::Is,
            Sure::MayBe => Certainty::MayBe,
            Sure::Suspected => Certainty::Suspected,
        };
        let name = file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let labelled = labelling
            .label_foreign(&bytes, &name, certainty)
            .map_err(|source| Error::Label { file: file.to_owned(), source })?;
        let path = self.place(file, labelled.bytes())?;
        Ok((path, labelled))
    }

    /// Writes beside the old file, or to where `--out` says; over a file only when forced.
    fn place(&self, file: &Path, bytes: &[u8]) -> Result<PathBuf, Error> {
        let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let extension = file.extension().map(|extension| format!(".{}", extension.to_string_lossy()));
        let name = format!("{stem}-labelled{}", extension.unwrap_or_default());
        let path = match &self.out {
            Some(out) if out.is_dir() || self.files.len() > 1 => {
                fs::create_dir_all(out).map_err(|source| Error::writing(&out.join("."), source))?;
                out.join(name)
            }
            Some(out) => out.clone(),
            None => file.with_file_name(name),
        };
        let failed = |source| Error::writing(&path, source);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut fresh = crate::output::nameless(folder).map_err(failed)?;
        fresh.write_all(bytes).and_then(|()| fresh.as_file().sync_all()).map_err(failed)?;
        let placed = if self.force { fresh.persist(&path) } else { fresh.persist_noclobber(&path) };
        placed.map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => Error::Occupied { file: path.clone() },
            _ => failed(error.error),
        })?;
        Ok(path)
    }
}

fn told(path: &Path, labelled: &Labelled, reader: Reader) -> String {
    let label = labelled.label();
    match reader {
        Reader::Program(_) => json!({
            "file": path,
            "label": label.certainty.digit(),
            "producer": label.content_producer,
            "produce_id": label.produce_id,
            "propagator": label.content_propagator,
            "watermark": labelled.is_marked(),
            "visible": labelled.picture().is_some(),
        })
        .to_string(),
        Reader::Person(language) => {
            let what = if !label.content_propagator.is_empty() {
                language.pick("原有标识保留，加上了传播者", "its label was kept, and the propagator added")
            } else if labelled.picture().is_some() {
                language.pick("可见标识、元数据、水印、签名", "visible label, metadata, watermark, signature")
            } else {
                named_for_others(language)
            };
            format!("{}  {what}", path.display())
        }
    }
}

fn named_for_others(language: Language) -> &'static str {
    language.pick("元数据标识", "label in its metadata")
}
