//! What can go wrong, in both languages: a code for scripts, a line for people, a hint, an exit code.

mod chinese;
mod hint;

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use danqing_moderation::Stop;
use danqing_provenance::keys::KeyError;

use crate::edit;
use crate::labelling::MarkError;
use crate::language::Language;
use crate::order::{MOST_CHARACTERS, MOST_COUNT, MOST_GUIDANCE, MOST_SEED, MOST_STEPS};
use crate::table::{self, Column};

/// What stops danqing, or one picture of many. `Display` is the English message.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("the prompt is empty")]
    EmptyPrompt,
    #[error("the prompt names nothing to draw: `{prompt}`")]
    WordlessPrompt { prompt: String },
    #[error("the prompt has {characters} characters; at most {MOST_CHARACTERS} are read")]
    LongPrompt { characters: usize },
    #[error("the prompt holds a control character (U+{:04X}) at place {place}", u32::from(*.character))]
    ControlCharacter { character: char, place: usize },
    #[error("no style is called `{name}`")]
    UnknownStyle { name: String },
    #[error("no sampler is called `{name}`")]
    UnknownSampler { name: String },
    #[error("`{text}` is not a background colour")]
    UnknownBackground { text: String },
    #[error("no picture format is called `{name}`")]
    UnknownFormat { name: String },
    #[error("`{text}` is not a size")]
    Size { text: String },
    #[error("{setting} cannot be {value}")]
    OutOfRange { setting: Setting, value: String },
    #[error("the file `{file}` cannot be read: {source}")]
    Unreadable { file: PathBuf, source: io::Error },
    #[error("the prompts in `{file}` are not UTF-8 text")]
    NotText { file: PathBuf },
    #[error("the file `{file}` holds no prompt")]
    NoPrompts { file: PathBuf },
    #[error("`{file}` is not a sound PNG, JPEG or WebP picture")]
    NotAPicture { file: PathBuf },
    #[error("the picture `{file}` carries no parameters to repeat")]
    NoParameters { file: PathBuf },
    #[error("the folder `{folder}` cannot be written to: {source}")]
    Unwritable { folder: PathBuf, source: io::Error },
    #[error("the disk is full; `{file}` was not written")]
    DiskFull { file: PathBuf },
    #[error("the picture `{file}` cannot be encoded: {reason}")]
    Encoding { file: PathBuf, reason: String },
    #[error("this danqing was built without a model")]
    NoModel,
    #[error("this machine has no instruction level `{name}`")]
    NoSuchLevel { name: String },
    #[error("the model `{model}` has no quick painter")]
    NoQuick { model: String },
    #[error("the weights in `{model}` are damaged or of another model: {source}")]
    Weights { model: String, source: danqing_engine::Error },
    #[error("the configuration file `{file}` is wrong: {reason}")]
    Configuration { file: PathBuf, reason: String },
    #[error("the variable `{variable}` cannot be `{value}`")]
    Variable { variable: String, value: String },
    #[error(transparent)]
    Keys(#[from] KeyError),
    #[error("`{file}` cannot be labelled: {source}")]
    Label { file: PathBuf, source: danqing_provenance::Error },
    #[error("`{file}` was not labelled: {source}")]
    Mark { file: PathBuf, source: MarkError },
    #[error("the file `{file}` is there already")]
    Occupied { file: PathBuf },
    #[error("a setting of `[label]` is wrong: {source}")]
    LabelSetting { source: danqing_provenance::Error },
    #[error("`{url}` is not the address of a time authority")]
    TimeAuthority { url: String },
    #[error(transparent)]
    Template(#[from] crate::expand::Error),
    #[error("--grid puts pictures of one prompt on a sheet; this one has alternatives")]
    SheetOfMany,
    #[error(transparent)]
    Table(#[from] table::Wrong),
    /// Something in a table; the error says what.
    #[error("line {line}{}: {source}", column.map(|column| format!(", column `{}`", column.names().1)).unwrap_or_default())]
    Cell { line: u64, column: Option<Column>, source: Box<Self> },
    #[error("`{text}` is no change to a layer")]
    Change { text: String },
    #[error("there is no layer {layer}; the picture has {of}")]
    NoLayer { layer: usize, of: usize },
    #[error("`{file}` cannot be edited: {source}")]
    Edit { file: PathBuf, source: edit::Fault },
    #[error("`{file}` is no PNG, JPEG or WebP picture that can be edited")]
    NotEditable { file: PathBuf },
    #[error("`{text}` is no part of a picture that the model can be shown")]
    UnknownArea { text: String },
    #[error("`{text}` is no way from one seed to another")]
    Travel { text: String },
    #[error("`{text}` is no second style")]
    Blend { text: String },
    #[error("this terminal cannot show pictures, or is none")]
    NoLiveTerminal,
    #[error("{most} people are painting live already")]
    LiveFull { most: usize },
    #[error("the picture to be repeated started from another one")]
    NeedsPicture,
    #[error("{english}")]
    Usage { chinese: String, english: String, suggestion: Option<String>, allowed: Vec<String> },
    #[error("{failed} of {all} pictures failed")]
    SomeFailed { failed: usize, all: usize },
    #[error("cancelled; finished pictures were kept")]
    Cancelled,
    /// `entry` is the number of the stop in the ledger, where there is one.
    #[error("stopped by the rule `{}`: {}", stop.rule(), told(stop).1)]
    Stopped { stop: Box<Stop>, entry: Option<u64> },
    #[error("a policy pack is wrong: {source}")]
    Rules { source: danqing_moderation::Error },
    #[error(transparent)]
    Store(#[from] danqing_store::Error),
    #[error("`{listen}` cannot be listened on: {source}")]
    Listen { listen: SocketAddr, source: io::Error },
    #[error("`{listen}` is reachable from outside, and nobody owns this studio yet")]
    NoOwner { listen: SocketAddr },
    #[error("`{listen}` is reachable from outside, and connections to it are not encrypted")]
    Unencrypted { listen: SocketAddr },
    #[error("certificate or key of `[server]` cannot be used: {reason}")]
    Certificate { reason: String },
    #[cfg(not(feature = "s3"))]
    #[error("this danqing was built without buckets")]
    NoBuckets,
    #[error("you are not signed in")]
    SignInNeeded,
    #[error("name or password is wrong")]
    WrongPassword,
    #[error("too many attempts failed; the next is looked at in {seconds} seconds")]
    Locked { seconds: i64 },
    #[error("your account may not do that")]
    Forbidden,
    #[error("the request came from another site")]
    CrossSite,
    #[error("there is no such page")]
    NoPage,
    #[error("this address does not take that method")]
    NoMethod,
    #[error("the request cannot be read: {reason}")]
    Request { reason: String },
    #[error("the file has more than {most} MB")]
    TooLarge { most: usize },
    #[error("the job failed: {english}")]
    JobFailed { chinese: String, english: String },
    #[error("the studio is closing")]
    Closing,
    #[error("`{url}` cannot be told: {reason}")]
    Webhook { url: String, reason: String },
    #[error("something went wrong in the studio")]
    Broken,
}

/// What a stop tells the person, in Chinese and English.
fn told(stop: &Stop) -> (String, String) {
    let messages = stop.verdict().messages();
    let joined = |words: Vec<&str>| words.join(" ");
    (
        joined(messages.iter().map(|message| message.zh.as_str()).collect()),
        joined(messages.iter().map(|message| message.en.as_str()).collect()),
    )
}

/// A setting that is a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setting {
    Steps,
    Guidance,
    Count,
    Seed,
    Threads,
    Strength,
}

impl std::fmt::Display for Setting {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Steps => "--steps",
            Self::Guidance => "--guidance",
            Self::Count => "--count",
            Self::Seed => "--seed",
            Self::Threads => "--threads",
            Self::Strength => "--strength",
        })
    }
}

impl Setting {
    fn range(self) -> String {
        match self {
            Self::Steps => format!("1..{MOST_STEPS}"),
            Self::Guidance => format!("0..{MOST_GUIDANCE}"),
            Self::Count => format!("1..{MOST_COUNT}"),
            Self::Seed => format!("0..{MOST_SEED}"),
            Self::Threads => "1..256".to_owned(),
            Self::Strength => "0.01..1".to_owned(),
        }
    }
}

impl Error {
    /// What failed to be written into `folder` or as `file`: a full disk is told apart.
    pub(crate) fn writing(file: &Path, source: io::Error) -> Self {
        if matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
            return Self::DiskFull { file: file.to_owned() };
        }
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        Self::Unwritable { folder: folder.unwrap_or(Path::new(".")).to_owned(), source }
    }

    /// A file that cannot be read.
    pub(crate) fn unreadable(file: &Path, source: io::Error) -> Self {
        Self::Unreadable { file: file.to_owned(), source }
    }

    /// Whether the next picture would fail for the same reason.
    pub(crate) fn is_final(&self) -> bool {
        matches!(
            self,
            Self::DiskFull { .. }
                | Self::Unwritable { .. }
                | Self::Cancelled
                | Self::Weights { .. }
                | Self::NoQuick { .. }
        )
    }

    /// A name that stays the same from version to version.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::EmptyPrompt => "empty-prompt",
            Self::WordlessPrompt { .. } => "wordless-prompt",
            Self::LongPrompt { .. } => "long-prompt",
            Self::ControlCharacter { .. } => "control-character",
            Self::UnknownStyle { .. } => "unknown-style",
            Self::UnknownSampler { .. } => "unknown-sampler",
            Self::UnknownBackground { .. } => "unknown-background",
            Self::UnknownFormat { .. } => "unknown-format",
            Self::Size { .. } => "size",
            Self::OutOfRange { .. } => "out-of-range",
            Self::Unreadable { .. } => "unreadable",
            Self::NotText { .. } => "not-text",
            Self::NoPrompts { .. } => "no-prompts",
            Self::NotAPicture { .. } => "not-a-picture",
            Self::NoParameters { .. } => "no-parameters",
            Self::Unwritable { .. } => "unwritable",
            Self::DiskFull { .. } => "disk-full",
            Self::Encoding { .. } => "encoding",
            Self::NoModel => "no-model",
            Self::NoSuchLevel { .. } => "no-such-level",
            Self::NoQuick { .. } => "no-quick-painter",
            Self::Weights { .. } => "weights",
            Self::Configuration { .. } => "configuration",
            Self::Variable { .. } => "variable",
            Self::Keys(_) => "keys",
            Self::Label { .. } => "label",
            Self::Mark { .. } => "mark",
            Self::Occupied { .. } => "occupied",
            Self::LabelSetting { .. } => "label-setting",
            Self::TimeAuthority { .. } => "time-authority",
            Self::Template(error) => error.code(),
            Self::SheetOfMany => "sheet-of-many",
            Self::Table(_) => "table",
            Self::Cell { source, .. } => source.code(),
            Self::Change { .. } => "change",
            Self::NoLayer { .. } => "no-layer",
            Self::Edit { .. } | Self::NotEditable { .. } => "not-editable",
            Self::UnknownArea { .. } => "unknown-area",
            Self::Travel { .. } => "travel",
            Self::Blend { .. } => "blend",
            Self::NoLiveTerminal => "no-live-terminal",
            Self::LiveFull { .. } => "live-full",
            Self::NeedsPicture => "needs-picture",
            Self::Usage { .. } => "usage",
            Self::SomeFailed { .. } => "some-failed",
            Self::Cancelled => "cancelled",
            Self::Stopped { .. } => "stopped",
            Self::Rules { .. } => "rules",
            Self::Store(source) => of_store(source),
            Self::Listen { .. } => "listen",
            Self::NoOwner { .. } => "no-owner",
            Self::Unencrypted { .. } => "unencrypted",
            Self::Certificate { .. } => "certificate",
            #[cfg(not(feature = "s3"))]
            Self::NoBuckets => "no-buckets",
            Self::SignInNeeded => "sign-in-needed",
            Self::WrongPassword => "wrong-password",
            Self::Locked { .. } => "locked",
            Self::Forbidden => "forbidden",
            Self::CrossSite => "cross-site",
            Self::NoPage => "no-page",
            Self::NoMethod => "no-method",
            Self::Request { .. } => "request",
            Self::TooLarge { .. } => "too-large",
            Self::JobFailed { .. } => "job-failed",
            Self::Closing => "closing",
            Self::Webhook { .. } => "webhook",
            Self::Broken => "broken",
        }
    }

    /// The exit code: 1 failed, 2 asked wrongly, 3 stopped by a rule, 130 cancelled.
    pub(crate) fn exit(&self) -> u8 {
        match self {
            Self::Cancelled => 130,
            Self::Unreadable { .. }
            | Self::Unwritable { .. }
            | Self::DiskFull { .. }
            | Self::Encoding { .. }
            | Self::NoModel
            | Self::NoQuick { .. }
            | Self::Weights { .. }
            | Self::Keys(_)
            | Self::Label { .. }
            | Self::Mark { .. }
            | Self::Occupied { .. }
            | Self::SomeFailed { .. }
            | Self::Store(_)
            | Self::Listen { .. }
            | Self::JobFailed { .. }
            | Self::Closing
            | Self::LiveFull { .. }
            | Self::Broken => 1,
            Self::Stopped { .. } => 3,
            _ => 2,
        }
    }

    /// The message in one line.
    pub(crate) fn message(&self, language: Language) -> String {
        let message = language.pick(self.chinese(), self.to_string());
        message.lines().map(str::trim).collect::<Vec<_>>().join(" ")
    }

    /// The status of an answer over HTTP.
    pub(crate) fn status(&self) -> u16 {
        use danqing_provenance::Error as Label;
        use danqing_store::Error as Store;
        match self {
            Self::SignInNeeded | Self::WrongPassword => 401,
            Self::Forbidden | Self::CrossSite => 403,
            Self::NoPage | Self::Store(Store::Missing { .. } | Store::Id(_) | Store::LedgerSize { .. }) => {
                404
            }
            Self::Store(Store::NameTaken(_) | Store::Owned | Store::LastOwner | Store::Idempotency(_)) => 409,
            Self::Store(Store::Invitation) => 410,
            Self::NoMethod => 405,
            Self::Cancelled => 409,
            Self::TooLarge { .. } => 413,
            Self::Closing | Self::LiveFull { .. } => 503,
            Self::Locked { .. } | Self::Store(Store::Quota { .. }) => 429,
            Self::Store(source) if source.is_outage() => 503,
            Self::Store(Store::Name(_) | Store::Password { .. }) => 400,
            Self::Stopped { .. } => 400,
            Self::DiskFull { .. } => 507,
            Self::Mark { source: MarkError::Label(Label::NoRoom { .. }), .. } => 400,
            error if error.exit() == 2 => 400,
            _ => 500,
        }
    }
}

/// Codes of the store's errors.
fn of_store(error: &danqing_store::Error) -> &'static str {
    use danqing_store::Error as Store;
    match error {
        Store::Missing { .. } | Store::Id(_) => "not-found",
        Store::NameTaken(_) => "name-taken",
        Store::Name(_) => "name",
        Store::Password { .. } => "password",
        Store::Owned => "owned",
        Store::LastOwner => "last-owner",
        Store::Invitation => "invitation",
        Store::Quota { .. } => "quota",
        Store::Idempotency(_) => "idempotency",
        _ => "store",
    }
}
