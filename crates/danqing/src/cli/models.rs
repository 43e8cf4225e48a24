//! `danqing models`: what there is to paint with, and what its files say about it.

use std::path::Path;

use danqing_engine::{Cpu, Pipeline};
use serde_json::json;

use super::ModelArguments;
use crate::config::Config;
use crate::error::Error;
use crate::language::Language;
use crate::painter::Weights;
use crate::report::{Reader, say};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    model: ModelArguments,
}

pub(super) fn run(arguments: &Arguments, config: &Config, reader: Reader) -> Result<(), Error> {
    let folder = arguments.model.folder(config);
    let embedded = Weights::embedded();
    if embedded.is_none() && folder.is_none() {
        return Err(Error::NoModel);
    }
    if let Some(weights) = embedded {
        describe(&weights, reader.language().pick("内置", "built in"), reader)?;
    }
    if let Some(folder) = folder {
        describe(&Weights::open(Some(&folder))?, &place(&folder), reader)?;
    }
    Ok(())
}

fn place(folder: &Path) -> String {
    std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()).display().to_string()
}

/// Loading is the test of soundness: a damaged model is an error here, not at the first picture.
fn describe(weights: &Weights, place: &str, reader: Reader) -> Result<(), Error> {
    let damaged = |source| Error::Weights { model: weights.name.clone(), source };
    let pipeline = Pipeline::load(&weights.models(), Cpu::detect(1)).map_err(damaged)?;
    if let Some(quick) = &weights.quick {
        pipeline.add_quick(quick).map_err(damaged)?;
    }
    let info = pipeline.info();
    let optional = [&weights.quick, &weights.judge].into_iter().flatten();
    let files = [&weights.text, &weights.painter, &weights.pixels].into_iter().chain(optional);
    let size_bytes: usize = files.map(|file| file.len()).sum();
    let language = match reader {
        Reader::Person(language) => language,
        Reader::Program(_) => {
            let model = json!({
                "name": info.name, "version": info.version, "place": place, "hash": info.sha256,
                "size_bytes": size_bytes, "metadata": info.metadata,
            });
            say(&model.to_string());
            return Ok(());
        }
    };
    let version = if info.version.is_empty() { String::new() } else { format!(" {}", info.version) };
    say(&format!("{}{version}  {place}", info.name));
    say(&format!("  {} {}", language.pick("校验码", "hash"), info.sha256));
    say(&format!("  {} {:.1} MB", language.pick("大小", "size"), size_bytes as f64 / 1e6));
    for (key, value) in &info.metadata {
        if !["name", "version"].contains(&key.as_str()) {
            say(&format!("  {} {value}", named(key, language)));
        }
    }
    Ok(())
}

/// What the file of weights says of the painter, in words.
fn named(key: &str, language: Language) -> &str {
    let (chinese, english) = match key {
        "blocks" => ("层数", "blocks"),
        "head_dim" => ("每个注意力头的宽度", "width of an attention head"),
        "hidden" => ("前馈层宽度", "width of the feed-forward layer"),
        "latent_channels" => ("潜变量通道", "latent channels"),
        "latent_side" => ("潜变量边长", "latent side"),
        "patch" => ("图块边长", "patch side"),
        "samples" => ("训练样本数", "training samples"),
        "shift" => ("时间偏移", "time shift"),
        "steps" => ("训练步数", "training steps"),
        "text_width" => ("文字向量宽度", "width of text states"),
        "time_features" => ("时间特征", "time features"),
        "width" => ("宽度", "width"),
        key => (key, key),
    };
    language.pick(chinese, english)
}
