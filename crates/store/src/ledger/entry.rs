//! Entries: what is hashed, and what stands behind its commitments.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::merkle::{Hash, leaf_hash};
use crate::Error;
use crate::secret::{hex, random, sha256, unhex};

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An account was made, changed, suspended or erased.
    Account,
    /// An order was taken.
    Order,
    /// An order came to its end without a picture: failed, cancelled.
    End,
    /// A picture was kept.
    Picture,
    /// A picture was deleted for good.
    Deletion,
    /// Screening stopped an order or a picture.
    Block,
    /// An officer let through what was stopped.
    Release,
    /// A file was given out.
    Export,
    /// A file was given out without the visible label (Measures for Labelling, article 9).
    LabelWaiver,
    /// A file was handed in to be checked.
    Verification,
    /// A rule pack or word list was changed.
    Policy,
    /// A person was warned or limited.
    Sanction,
    /// Somebody complained or appealed.
    Complaint,
    /// An officer answered a complaint.
    Answer,
    /// A false picture was put right in public.
    Debunk,
    /// A sealed identity was asked for, approved or opened.
    Unseal,
    /// Somebody with duties signed in.
    SignIn,
    /// Settings of the studio were changed.
    Setting,
    /// Values behind commitments were erased.
    Erasure,
}

impl Kind {
    /// The word in the entry.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Order => "order",
            Self::End => "end",
            Self::Picture => "picture",
            Self::Deletion => "deletion",
            Self::Block => "block",
            Self::Release => "release",
            Self::Export => "export",
            Self::LabelWaiver => "label-waiver",
            Self::Verification => "verification",
            Self::Policy => "policy",
            Self::Sanction => "sanction",
            Self::Complaint => "complaint",
            Self::Answer => "answer",
            Self::Debunk => "debunk",
            Self::Unseal => "unseal",
            Self::SignIn => "sign-in",
            Self::Setting => "setting",
            Self::Erasure => "erasure",
        }
    }
}

/// An entry on its way into the ledger.
///
/// The kind and the subject are readable for everybody, so the subject is an id and never a name. Every fact becomes a
/// salted commitment; its value goes into a table that may be erased.
#[derive(Clone, Debug)]
pub struct NewEntry {
    pub(crate) kind: Kind,
    pub(crate) subject: String,
    pub(crate) facts: BTreeMap<&'static str, String>,
}

impl NewEntry {
    /// An entry about `subject`, an id of at most 64 letters, digits and signs of ASCII.
    pub fn new(kind: Kind, subject: impl ToString) -> Self {
        Self { kind, subject: subject.to_string(), facts: BTreeMap::new() }
    }

    /// Adds a fact; a second one of the same name replaces the first.
    pub fn fact(mut self, name: &'static str, value: impl ToString) -> Self {
        self.facts.insert(name, value.to_string());
        self
    }
}

/// An entry as it is hashed, and as everybody may read it.
///
/// Its canonical form is RFC 8785: keys sorted, no blanks; all keys and values are printable ASCII and integers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Milliseconds since 1970.
    pub at: i64,
    /// Name of a fact to the hexadecimal SHA-256 of its salt and value.
    pub facts: BTreeMap<String, String>,
    /// The word of a [`Kind`].
    pub kind: String,
    /// The hexadecimal leaf hash of the entry before; zeros in the first.
    pub previous: String,
    /// Its number, from 0.
    pub seq: u64,
    /// The id of what it is about.
    pub subject: String,
    /// The version of this form: 1.
    pub v: u32,
}

/// The salt and the value behind a commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// Name of the fact.
    pub name: String,
    /// 32 bytes in hexadecimal digits.
    pub salt: String,
    /// What was committed to.
    pub value: String,
}

/// A fact with its salt, before and after hashing.
pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) salt: [u8; 32],
    pub(super) value: String,
}

impl Entry {
    /// The canonical bytes.
    pub fn canonical(&self) -> Result<String, Error> {
        Ok(serde_json::to_string(self)?)
    }

    /// The hash of its canonical bytes as a leaf.
    pub fn leaf_hash(&self) -> Result<Hash, Error> {
        Ok(leaf_hash(self.canonical()?.as_bytes()))
    }

    /// Whether `opening` is what the entry committed to under its name.
    pub fn opens(&self, opening: &Opening) -> bool {
        let commitment = unhex(&opening.salt).map(|salt| commitment(&salt, &opening.value));
        commitment.is_some() && self.facts.get(&opening.name) == commitment.as_ref()
    }
}

/// The entry that follows `previous`, and the openings of its facts.
pub(super) fn close(new: NewEntry, seq: u64, at: i64, previous: &[u8]) -> Result<(Entry, Vec<Fact>), Error> {
    let plain = |text: &str| {
        !text.is_empty() && text.len() <= 64 && text.bytes().all(|byte| (0x21..0x7f).contains(&byte))
    };
    if let Some(bad) = new.facts.keys().copied().chain([new.subject.as_str()]).find(|text| !plain(text)) {
        return Err(Error::Entry(bad.to_owned()));
    }
    let mut facts = Vec::new();
    for (name, value) in new.facts {
        facts.push(Fact { name, salt: random()?, value });
    }
    let committed = facts.iter().map(|fact| (fact.name.to_owned(), commitment(&fact.salt, &fact.value)));
    let entry = Entry {
        at,
        facts: committed.collect(),
        kind: new.kind.as_str().to_owned(),
        previous: hex(previous),
        seq,
        subject: new.subject,
        v: 1,
    };
    Ok((entry, facts))
}

/// SHA-256 of salt and value, in hexadecimal digits.
pub(super) fn commitment(salt: &[u8], value: &str) -> String {
    hex(&sha256(&[salt, value.as_bytes()]))
}
