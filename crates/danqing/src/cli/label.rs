//! `danqing label`: labels files that other tools made.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use danqing_provenance::aigc::{Aigc, Certainty};
use danqing_provenance::container::Format;
use serde_json::json;

use crate::config::Config;
use crate::error::Error;
use crate::labelling::{Clock, Labelling, Mark, MarkError, Marks};
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
    metadata_only: bool,
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
            Ok(done) => say(&done.told(reader)),
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

/// A file that was labelled.
struct Done {
    path: PathBuf,
    label: Aigc,
    mark: Mark,
    is_watermarked: bool,
}

impl Arguments {
    fn label(&self, file: &Path, labelling: &Labelling) -> Result<Done, Error> {
        let bytes = super::verify::read(file)?;
        let certainty = match self.certainty {
            Sure::Is => Certainty::Is,
            Sure::MayBe => Certainty::MayBe,
            Sure::Suspected => Certainty::Suspected,
        };
        let marks = if self.metadata_only { Marks::MetadataOnly } else { Marks::All };
        let name = file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        if Format::sniff(&bytes, Some(&name)) == Some(Format::Text) {
            return self.label_text(file, &bytes, labelling, certainty, marks);
        }
        let (labelled, mark) =
            labelling.label_foreign(&bytes, &name, certainty, marks).map_err(|source| match source {
                MarkError::Label(source) => Error::Label { file: file.to_owned(), source },
                source => Error::Mark { file: file.to_owned(), source },
            })?;
        let path = self.place(file, "", labelled.bytes())?;
        let is_watermarked = labelled.is_marked();
        Ok(Done { path, label: labelled.label().clone(), mark, is_watermarked })
    }

    /// Plain text has its label in a file beside it.
    fn label_text(
        &self,
        file: &Path,
        text: &[u8],
        labelling: &Labelling,
        certainty: Certainty,
        marks: Marks,
    ) -> Result<Done, Error> {
        let beside = super::verify::beside(file)?;
        let labelled = labelling
            .label_text(text, beside.as_deref(), certainty, marks)
            .map_err(|source| Error::Label { file: file.to_owned(), source })?;
        let path = self.place(file, "", &labelled.text)?;
        self.place(file, ".xmp", labelled.packet.as_bytes())?;
        Ok(Done { path, label: labelled.label, mark: labelled.mark, is_watermarked: false })
    }

    /// Writes beside the old file, or to where `--out` says, with `suffix` after the name; over a file only when forced.
    fn place(&self, file: &Path, suffix: &str, bytes: &[u8]) -> Result<PathBuf, Error> {
        let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let extension = file.extension().map(|extension| format!(".{}", extension.to_string_lossy()));
        let name = format!("{stem}-labelled{}{suffix}", extension.unwrap_or_default());
        let path = match &self.out {
            Some(out) if out.is_dir() || self.files.len() > 1 => {
                fs::create_dir_all(out).map_err(|source| Error::writing(&out.join("."), source))?;
                out.join(name)
            }
            Some(out) => {
                let mut name = out.clone().into_os_string();
                name.push(suffix);
                name.into()
            }
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

impl Done {
    fn told(&self, reader: Reader) -> String {
        let label = &self.label;
        match reader {
            Reader::Program(_) => json!({
                "file": self.path,
                "label": label.certainty.digit(),
                "producer": label.content_producer,
                "produce_id": label.produce_id,
                "propagator": label.content_propagator,
                "watermark": self.is_watermarked,
                "mark": self.mark.name(),
            })
            .to_string(),
            Reader::Person(language) => {
                let what = if label.content_propagator.is_empty() {
                    of_mark(self.mark, language)
                } else {
                    language
                        .pick("原有标识保留，加上了传播者", "its label was kept, and the propagator added")
                };
                format!("{}  {what}", self.path.display())
            }
        }
    }
}

fn of_mark(mark: Mark, language: Language) -> &'static str {
    match mark {
        Mark::Pixels => {
            language.pick("可见标识、元数据、水印、签名", "visible label, metadata, watermark, signature")
        }
        Mark::Frames => language.pick("每帧可见标识、元数据", "visible label in each frame, metadata"),
        Mark::Opening => language.pick("片头可见标识、元数据", "visible label in the opening, metadata"),
        Mark::Rhythm => language.pick("开头节奏标识、元数据", "rhythm at the start, metadata"),
        Mark::Words => language.pick("文字标识、元数据", "words in its content, metadata"),
        Mark::Page => language.pick("第一页可见标识、元数据", "visible label on the first page, metadata"),
        Mark::Nothing => {
            language.pick("只有元数据标识，内容没有动", "label in its metadata; the content is as it was")
        }
    }
}
