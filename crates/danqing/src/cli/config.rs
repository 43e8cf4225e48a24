//! `danqing config`: every setting with its value and where that came from.

use serde_json::json;

use super::ModelArguments;
use crate::config::{Config, Origin};
use crate::error::Error;
use crate::language::Language;
use crate::report::say;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    model: ModelArguments,
}

pub(super) fn run(
    arguments: &Arguments,
    mut config: Config,
    lang: Option<String>,
    language: Language,
) -> Result<(), Error> {
    let folder = arguments.model.model.as_ref().map(|folder| folder.display().to_string());
    config.model.folder = config.model.folder.or_flag(folder);
    config.model.threads = config.model.threads.or_flag(arguments.model.threads);
    config.model.level = config.model.level.or_flag(arguments.model.level.clone());
    config.interface.language = config.interface.language.or_flag(lang);
    for (name, value, origin) in config.rows() {
        if arguments.json {
            say(&json!({ "name": name, "value": value, "origin": told(&origin, Language::English) })
                .to_string());
        } else {
            let value = value.unwrap_or_else(|| language.pick("（未设）", "(unset)").to_owned());
            say(&format!("{name:<20} {value:<16} {}", told(&origin, language)));
        }
    }
    Ok(())
}

fn told(origin: &Origin, language: Language) -> String {
    match origin {
        Origin::Default => language.pick("默认", "default").to_owned(),
        Origin::File(file) => file.display().to_string(),
        Origin::Variable(name) => name.clone(),
        Origin::Flag => language.pick("命令行", "flag").to_owned(),
    }
}
