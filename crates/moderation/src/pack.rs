//! Policy packs: files of rules. See `docs/screening.md` for the fields.

use std::collections::BTreeMap;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use toml::Spanned;

use crate::category::Bilingual;
use crate::error::{Error, Fault};
use crate::verdict::Action;

/// A pack as it was read, not yet joined with others to a [`Policy`](crate::Policy).
#[derive(Debug, Clone)]
pub struct Pack {
    pub(crate) file: String,
    pub(crate) fields: Fields,
    text: String,
    digest: String,
}

/// What is known of a pack without its rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackFacts {
    /// Name, unique within a policy.
    pub name: String,
    /// Version, as its author counts.
    pub version: String,
    /// Who wrote it, and on what ground.
    pub origin: String,
    /// SHA-256 of the file, 64 hexadecimal digits.
    pub digest: String,
}

impl Pack {
    /// The pack that danqing ships. It protects people and takes no side in anything else.
    ///
    /// # Errors
    ///
    /// None, unless the program was built with a pack that its tests refuse.
    pub fn shipped() -> Result<Self, Error> {
        Self::parse("policies/people.toml", include_str!("../policies/people.toml"))
    }

    /// Reads a pack; `file` is its name in errors.
    ///
    /// # Errors
    ///
    /// [`Error::Syntax`] with the line where the text is not TOML or not a pack.
    pub fn parse(file: &str, text: &str) -> Result<Self, Error> {
        let fields: Fields = toml::from_str(text).map_err(|error| Error::Syntax {
            file: file.to_owned(),
            line: error.span().map_or(1, |span| line_at(text, span.start)),
            reason: error.message().to_owned(),
        })?;
        let digest = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { file: file.to_owned(), fields, text: text.to_owned(), digest })
    }

    /// Name, version, origin and digest.
    pub fn facts(&self) -> PackFacts {
        let Head { name, version, origin } = self.fields.pack.clone();
        PackFacts { name, version, origin, digest: self.digest.clone() }
    }

    pub(crate) fn fault(&self, rule: &Spanned<String>, fault: Fault) -> Error {
        self.fault_at(rule.get_ref(), rule.span().start, fault)
    }

    pub(crate) fn fault_at(&self, rule: &str, byte: usize, fault: Fault) -> Error {
        Error::Rule { file: self.file.clone(), line: line_at(&self.text, byte), rule: rule.to_owned(), fault }
    }
}

fn line_at(text: &str, byte: usize) -> usize {
    1 + text.bytes().take(byte).filter(|byte| *byte == b'\n').count()
}

/// The fields of a pack, as TOML writes them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fields {
    pub(crate) pack: Head,
    #[serde(default)]
    pub(crate) categories: BTreeMap<String, Message>,
    #[serde(default)]
    pub(crate) messages: BTreeMap<String, Message>,
    #[serde(default)]
    pub(crate) lists: BTreeMap<String, Spanned<Vec<String>>>,
    #[serde(default)]
    pub(crate) extend: BTreeMap<String, Spanned<Vec<String>>>,
    #[serde(default)]
    pub(crate) rule: Vec<RuleFields>,
    #[serde(default)]
    pub(crate) exception: Vec<ExceptionFields>,
    #[serde(default)]
    pub(crate) threshold: Vec<ThresholdFields>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Head {
    name: String,
    version: String,
    pub(crate) origin: String,
}

impl Head {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleFields {
    pub(crate) id: Spanned<String>,
    pub(crate) category: String,
    pub(crate) action: ActionWord,
    pub(crate) any: Option<Vec<String>>,
    pub(crate) all: Option<Vec<Vec<String>>>,
    pub(crate) pattern: Option<String>,
    pub(crate) window: Option<usize>,
    #[serde(default)]
    pub(crate) unless: Vec<String>,
    pub(crate) message: Option<Message>,
    pub(crate) source: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExceptionFields {
    pub(crate) category: Spanned<String>,
    pub(crate) terms: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ThresholdFields {
    pub(crate) id: Spanned<String>,
    pub(crate) category: String,
    pub(crate) action: ActionWord,
    pub(crate) score: String,
    pub(crate) at_least: f32,
    pub(crate) message: Option<Message>,
    pub(crate) source: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Message {
    zh: String,
    en: String,
}

impl Message {
    pub(crate) fn to_bilingual(&self) -> Option<Bilingual> {
        let (zh, en) = (self.zh.trim(), self.en.trim());
        (!zh.is_empty() && !en.is_empty()).then(|| Bilingual::new(zh, en))
    }
}

/// An action, as TOML writes it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct ActionWord(pub(crate) Action);

impl TryFrom<String> for ActionWord {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        Action::parse(&word)
            .map(Self)
            .ok_or_else(|| format!("unknown action `{word}`, expected `block`, `review`, `warn` or `log`"))
    }
}
