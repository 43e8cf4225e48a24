//! What can go wrong in the store.

use crate::accounts::Quota;

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database refused, or is gone.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The tables could not be brought to this version.
    #[error("the tables could not be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The address of the database is none of ours.
    #[error("`{0}` is not a database that the store knows")]
    Address(String),
    /// A file or folder refused.
    #[error("`{path}`: {source}")]
    File {
        /// Which one.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The bucket refused, or is gone.
    #[cfg(feature = "s3")]
    #[error("the bucket failed or cannot be reached")]
    Bucket(#[from] object_store::Error),
    /// A blob is not there.
    #[error("the blob `{0}` is missing")]
    BlobMissing(String),
    /// The bytes of a blob are not those of its name.
    #[error("the blob `{0}` is damaged")]
    BlobDamaged(String),
    /// A text is no id.
    #[error("`{0}` is not an id")]
    Id(String),
    /// Nothing of that id is there, or it belongs to somebody else.
    #[error("there is no {what} `{id}`")]
    Missing {
        /// The kind of thing.
        what: &'static str,
        /// What was asked for.
        id: String,
    },
    /// A column holds what no version of the store writes.
    #[error("column `{column}` holds `{value}`")]
    Column {
        /// Its name.
        column: &'static str,
        /// What stands in it.
        value: String,
    },
    /// Somebody else has the name.
    #[error("the name `{0}` is taken")]
    NameTaken(String),
    /// A name has 1 to 64 characters, none of them blank or a control character.
    #[error("`{0}` cannot be a name")]
    Name(String),
    /// A password is too short or too long.
    #[error("a password has {least} to {most} characters")]
    Password {
        /// The shortest.
        least: usize,
        /// The longest.
        most: usize,
    },
    /// The password could not be hashed.
    #[error("the password could not be hashed: {0}")]
    Hash(String),
    /// The studio has an owner already.
    #[error("the studio has an owner")]
    Owned,
    /// The last owner cannot step down.
    #[error("the last owner cannot be taken away")]
    LastOwner,
    /// An invitation or a link is unknown, used or too old.
    #[error("the invitation is not valid")]
    Invitation,
    /// A person has used up what is theirs.
    #[error("the quota of {quota} is used up: {limit}")]
    Quota {
        /// Which one.
        quota: Quota,
        /// How much it allows.
        limit: i64,
    },
    /// The same key came with another order.
    #[error("the key `{0}` was used for another order")]
    Idempotency(String),
    /// The lease ran out, or the job was given to another worker.
    #[error("the lease of job `{0}` is lost")]
    LeaseLost(String),
    /// The person asked that the job stop.
    #[error("job `{0}` was cancelled")]
    Cancelled(String),
    /// The system has no source of chance.
    #[error("the system gave no random bytes")]
    Chance,
    /// The signing key is none.
    #[error("the key of the ledger is not a key of Ed25519")]
    LedgerKey,
    /// A line of text cannot be the name of a ledger.
    #[error("`{0}` cannot name a ledger")]
    Origin(String),
    /// An entry cannot be written as it is.
    #[error("`{0}` cannot be a name or a subject in the ledger")]
    Entry(String),
    /// The ledger has no such entry.
    #[error("the ledger has {size} entries, not {asked}")]
    LedgerSize {
        /// How many there are.
        size: u64,
        /// How many were asked for.
        asked: u64,
    },
    /// A proof or a checkpoint is not written as it should be.
    #[error("line {line} of the proof is malformed")]
    Proof {
        /// Counted from 1.
        line: usize,
    },
    /// JSON could not be written or read.
    #[error("malformed JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// An archive cannot be restored.
    #[error("the archive cannot be restored: {0}")]
    Archive(String),
    /// A task of the store was stopped.
    #[error("a task was stopped: {0}")]
    Task(#[from] tokio::task::JoinError),
}

impl Error {
    /// What a person can do about it, where there is something.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Address(_) => Some("write `sqlite:PATH` or `postgres://USER@HOST/NAME`"),
            Self::Database(sqlx::Error::PoolTimedOut | sqlx::Error::Io(_)) => {
                Some("is the database running, and does its address still hold?")
            }
            #[cfg(feature = "s3")]
            Self::Bucket(_) => {
                Some("is the bucket's service running, and do its address and keys still hold?")
            }
            Self::BlobMissing(_) | Self::BlobDamaged(_) => Some("restore the blob from a backup"),
            Self::LedgerKey => Some("the key is a seed of 32 bytes"),
            Self::LastOwner => Some("make somebody else an owner first"),
            Self::Quota { .. } => Some("delete pictures, wait, or ask an officer for more"),
            Self::Archive(_) => Some("restore into an empty database and an empty folder"),
            _ => None,
        }
    }

    /// Whether database or bucket is gone for now: the same call may succeed later.
    pub fn is_outage(&self) -> bool {
        use sqlx::Error::{Io, PoolClosed, PoolTimedOut, WorkerCrashed};
        match self {
            Self::Database(error) => matches!(error, Io(_) | PoolTimedOut | PoolClosed | WorkerCrashed),
            // What is left when the service was tried again and again.
            #[cfg(feature = "s3")]
            Self::Bucket(error) => matches!(error, object_store::Error::Generic { .. }),
            _ => false,
        }
    }

    pub(crate) fn missing(what: &'static str, id: impl ToString) -> Self {
        Self::Missing { what, id: id.to_string() }
    }

    pub(crate) fn file(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.display().to_string();
        move |source| Self::File { path, source }
    }
}
