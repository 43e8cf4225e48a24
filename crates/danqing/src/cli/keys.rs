//! `danqing keys`: shows, makes and renews the keys that sign; none of them is ever printed.

use std::path::PathBuf;

use clap::ValueEnum;
use danqing_provenance::keys::{Algorithm, Keys};
use serde_json::json;

use crate::config::{Config, KeySettings};
use crate::error::Error;
use crate::language::Language;
use crate::report::{Reader, say};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(
        value_name = "show|make|rotate",
        default_value = "show",
        hide_possible_values = true,
        hide_default_value = true
    )]
    action: Action,
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    #[arg(long, value_name = "es256|ed25519", value_parser = ["es256", "ed25519"], hide_possible_values = true)]
    algorithm: Option<String>,
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Action {
    Show,
    Make,
    Rotate,
}

pub(super) fn run(arguments: &Arguments, config: &Config, reader: Reader) -> Result<(), Error> {
    let settings = &config.keys;
    let folder = arguments.folder.clone().unwrap_or_else(|| settings.folder());
    let named = arguments.algorithm.as_deref().or(settings.algorithm.value.as_deref());
    let algorithm = named.and_then(Algorithm::parse).unwrap_or_default();
    let keys = match arguments.action {
        Action::Make => Keys::make(&folder, algorithm)?,
        Action::Rotate => Keys::rotate(&folder, algorithm)?,
        Action::Show => {
            Keys::open(&folder)?.ok_or(danqing_provenance::keys::KeyError::Missing { path: folder })?
        }
    };
    match reader {
        Reader::Program(_) => say(&object(&keys).to_string()),
        Reader::Person(language) => told(&keys, settings, language).iter().for_each(|line| say(line)),
    }
    Ok(())
}

fn object(keys: &Keys) -> serde_json::Value {
    json!({
        "folder": keys.folder(),
        "generation": keys.generation(),
        "algorithm": keys.signing().algorithm().name(),
        "certificates_sha256": keys.certificates().iter().map(|it| it.fingerprint()).collect::<Vec<_>>(),
        "root": keys.root_file(),
        "watermark_keys": keys.watermarks().map(|key| key.name()).collect::<Vec<_>>(),
        "label_keys": keys.label_public().collect::<Vec<_>>(),
    })
}

fn told(keys: &Keys, settings: &KeySettings, language: Language) -> Vec<String> {
    let pick = |chinese: &str, english: &str| language.pick(chinese, english).to_owned();
    let row = |name: String, value: String| {
        // Chinese characters are two columns wide.
        let columns: usize = name.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
        format!("  {name}{}{value}", " ".repeat(12usize.saturating_sub(columns)))
    };
    let generation = keys.generation();
    let certificates = keys.certificates();
    let print = |at: usize| certificates.get(at).map_or_else(String::new, |it| it.fingerprint());
    let earlier = keys.watermarks().count() - 1;
    let watermark = keys.watermark().name();
    let mut lines = vec![
        language.pick(
            format!("{}  第 {generation} 代", keys.folder().display()),
            format!("{}  generation {generation}", keys.folder().display()),
        ),
        row(pick("签名", "signer"), format!("{}  {}", keys.signing().algorithm().name(), print(0))),
        row(pick("根证书", "root"), print(certificates.len().saturating_sub(1))),
        row(String::new(), keys.root_file().display().to_string()),
        row(
            pick("水印", "watermark"),
            match earlier {
                0 => watermark,
                _ => language.pick(
                    format!("{watermark}，另有旧的 {earlier} 把"),
                    format!("{watermark}, and {earlier} earlier"),
                ),
            },
        ),
        row(pick("标识", "label"), format!("SM2  {}", keys.label_public().next().unwrap_or_default())),
    ];
    if settings.chain.value.is_some() {
        lines.push(pick(
            "  签清单用的是设置里 keys.chain 的证书，不是这里的",
            "  manifests are signed with the certificates of keys.chain, not with these",
        ));
    }
    lines.push(pick(
        "  把根证书交给要核验的人，他们的工具就能认出这里画的图。私钥不要外传，请备份整个文件夹。",
        "  Give the root certificate to those who verify; their tools will then know your pictures. Keep the rest private, and back the folder up.",
    ));
    lines
}
