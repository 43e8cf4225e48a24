//! `danqing verify`: what files say about their origin, and whether it holds.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use danqing_provenance::aigc::{Aigc, Certainty};
use danqing_provenance::manifest::{Manifest, State};
use danqing_provenance::verify::{
    self, Contradiction, Finding, MOST_BYTES, Report, Signature, Unchecked, Verdict,
};

use crate::config::Config;
use crate::error::Error;
use crate::language::Language;
use crate::report::{self, Reader, say};
use crate::trust::trust;

/// Exit statuses beside those of every command: the highest of all files counts.
const NOTHING_FOUND: u8 = 3;
const CONTRADICTORY: u8 = 4;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    #[arg(long, value_name = "FILE")]
    roots: Vec<PathBuf>,
    #[arg(long)]
    pub(super) json: bool,
}

pub(super) fn run(arguments: &Arguments, config: &Config, reader: Reader) -> Result<u8, Error> {
    let mut trust = trust(config)?;
    for file in &arguments.roots {
        let pem = read(file)?;
        trust.roots.push(String::from_utf8(pem).map_err(|_| Error::NotText { file: file.clone() })?);
    }
    let mut status = 0;
    for (index, file) in arguments.files.iter().enumerate() {
        let name = file.display().to_string();
        let bytes = match read(file) {
            Ok(bytes) => bytes,
            Err(error) => {
                report::failed(reader, None, &error);
                status = status.max(error.exit());
                continue;
            }
        };
        let found = match beside(file)? {
            Some(packet) => verify::verify_beside(&bytes, &name, &packet, &trust),
            None => verify::verify(&bytes, &name, &trust),
        };
        match reader {
            Reader::Program(_) => say(&found.to_json().to_string()),
            Reader::Person(language) => {
                if index > 0 {
                    say("");
                }
                lines(&found, language).iter().for_each(|line| say(line));
            }
        }
        status = status.max(match found.verdict() {
            _ if found.is_contradictory() => CONTRADICTORY,
            Verdict::Nothing => NOTHING_FOUND,
            _ => 0,
        });
    }
    Ok(status)
}

/// The XMP packet in the file beside `file`, such as `a.txt.xmp`, where there is one.
pub(super) fn beside(file: &Path) -> Result<Option<Vec<u8>>, Error> {
    let mut name = file.as_os_str().to_owned();
    name.push(".xmp");
    let file = PathBuf::from(name);
    if file.is_file() { read(&file).map(Some) } else { Ok(None) }
}

/// The file, or as much of it as is enough to see that it is too large.
pub(super) fn read(file: &Path) -> Result<Vec<u8>, Error> {
    let unreadable = |source| Error::Unreadable { file: file.to_owned(), source };
    let opened = File::open(file).map_err(unreadable)?;
    let size = opened.metadata().map_err(unreadable)?;
    if size.is_dir() {
        return Err(unreadable(io::ErrorKind::IsADirectory.into()));
    }
    let mut bytes = Vec::new();
    opened.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

/// A report for a person: the name, the verdict, then a line for each finding.
fn lines(report: &Report, language: Language) -> Vec<String> {
    let mut lines = vec![plain(&report.name), format!("  {}", report.sentence(language.into()))];
    let findings = report.findings.iter().map(|finding| told(finding, language));
    let rows: Vec<(&str, String)> = findings.collect();
    if !rows.is_empty() {
        lines.push(String::new());
    }
    for (name, value) in rows {
        // Chinese characters are two columns wide.
        let columns: usize = name.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
        lines.push(format!("  {name}{}{}", " ".repeat(14usize.saturating_sub(columns)), plain(&value)));
    }
    lines
}

/// `text` of strangers, without what a terminal would obey.
fn plain(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
    };
    text.chars().map(|c| if hidden(c) { '\u{FFFD}' } else { c }).take(400).collect()
}

fn told(finding: &Finding, language: Language) -> (&'static str, String) {
    match finding {
        Finding::Label { carrier, label, faults, signature } => {
            let mut parts: Vec<String> = label.iter().flat_map(|label| of_label(label, language)).collect();
            parts.extend(of_signature(*signature, language));
            if !faults.is_empty() {
                let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
                parts.push(format!(
                    "{}{}",
                    language.pick("不合标准：", "not as the standard has it: "),
                    faults.join("; ")
                ));
            }
            parts.push(format!("({carrier})"));
            (language.pick("隐式标识", "label"), parts.join(language.pick("，", ", ")))
        }
        Finding::DigitalSource { uri } => {
            let term = uri.rsplit('/').next().unwrap_or(uri);
            (language.pick("来源类型", "source type"), format!("{term} (IPTC)"))
        }
        Finding::Manifest(manifest) => {
            (language.pick("签名清单", "manifest"), of_manifest(manifest, language))
        }
        Finding::Watermark { id, confidence } => {
            let percent = confidence * 100.0;
            let value = language
                .pick(format!("{id}，清晰度 {percent:.0} %"), format!("{id}, clarity {percent:.0} %"));
            (language.pick("数字水印", "watermark"), value)
        }
        Finding::Contradiction(contradiction) => {
            (language.pick("矛盾", "contradiction"), Contradiction::told(contradiction, language.into()))
        }
        Finding::Unchecked(unchecked) => {
            (language.pick("没有查的", "not checked"), Unchecked::told(unchecked, language.into()))
        }
    }
}

fn of_label(label: &Aigc, language: Language) -> Vec<String> {
    let certainty = match label.certainty {
        Certainty::Is => language.pick("属于", "is generated"),
        Certainty::MayBe => language.pick("可能", "may be generated"),
        Certainty::Suspected => language.pick("疑似", "suspected"),
    };
    let mut parts = vec![certainty.to_owned()];
    let (producer, id) = (&label.content_producer, &label.produce_id);
    parts.push(language.pick(format!("生产者 {producer}"), format!("producer {producer}")));
    parts.push(language.pick(format!("编号 {id}"), format!("number {id}")));
    if !label.content_propagator.is_empty() {
        let (propagator, id) = (&label.content_propagator, &label.propagate_id);
        parts.push(
            language.pick(format!("传播者 {propagator}（{id}）"), format!("propagator {propagator} ({id})")),
        );
    }
    parts
}

fn of_signature(signature: Signature, language: Language) -> Option<String> {
    let words = match signature {
        Signature::Absent => return None,
        Signature::Known => ("签名无误，是认识的密钥", "signed with a known key"),
        Signature::Fits => ("签名与内容相符，密钥是谁的不知道", "signed; whose key it is, is not known"),
        Signature::Wrong => ("签名与内容不符", "the signature does not fit"),
        Signature::Unreadable => ("签名读不懂", "the signature cannot be read"),
    };
    Some(language.pick(words.0, words.1).to_owned())
}

fn of_manifest(manifest: &Manifest, language: Language) -> String {
    let mut parts = vec![
        match manifest.state {
            State::Trusted => language.pick("有效，签名者可信", "valid, and the signer is trusted"),
            State::Valid => language.pick("有效，签名者是谁不知道", "valid; who signed is not known"),
            State::Invalid => language.pick("无效", "invalid"),
        }
        .to_owned(),
    ];
    let mut add = |chinese: &str, english: &str, value: &Option<String>| {
        parts.extend(
            value
                .as_ref()
                .map(|value| language.pick(format!("{chinese} {value}"), format!("{english} {value}"))),
        );
    };
    add("程序", "program", &manifest.generator);
    add("签名者", "signer", &manifest.signer);
    add("自称时间", "claimed time", &manifest.when);
    add("时间戳", "time-stamp", &manifest.stamped);
    if let Some(parent) = &manifest.parent {
        parts.push(
            language.pick("由这样标识的图改来：", "made from a picture with the label: ").to_owned()
                + &of_label(parent, language).join(language.pick("、", ", ")),
        );
    }
    if !manifest.failures.is_empty() {
        parts.push(manifest.failures.join(", "));
    }
    parts.join(language.pick("，", ", "))
}

impl From<Language> for verify::Language {
    fn from(language: Language) -> Self {
        language.pick(Self::Chinese, Self::English)
    }
}
