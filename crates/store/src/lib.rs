//! What must survive a restart: accounts, jobs, pictures, ledger.
//!
//! A [`Store`] is a database (SQLite or PostgreSQL) and a place for blobs (a folder, or with the feature `s3` a bucket).
//! What an order or a picture means is the caller's: payloads, results and parameters are opaque JSON.
//!
//! ```
//! use danqing_store::{BlobPlace, Clock, LedgerKey, NewJob, NewPicture, Pulse, Quotas, Settings, Store};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let store = Store::open(Settings {
//!     database: format!("sqlite:{}", folder.path().join("danqing.db").display()),
//!     blobs: BlobPlace::Folder(folder.path().join("blobs")),
//!     ledger: LedgerKey::from_seed("studio.example.cn/ledger", &[7; 32])?,
//!     clock: Clock::system(),
//!     quotas: Quotas { queued: Some(1000), ..Quotas::default() },
//! })
//! .await?;
//!
//! // A person orders.
//! let person = store.accounts().local_person().await?;
//! let job = NewJob::new("paint", r#"{"prompt":"三只红灯笼"}"#).fact("prompt", "三只红灯笼");
//! let queued = store.jobs().enqueue(&person.id, job).await?;
//!
//! // A worker takes the order, paints, and keeps the picture.
//! let lease = store.jobs().lease("worker-1", &["paint"], 30_000).await?.ok_or("nothing waits")?;
//! assert!(matches!(store.jobs().heartbeat(&lease, 1, 20).await?, Pulse::Continue));
//! let picture = NewPicture::new(b"the bytes of a file".to_vec(), "image/png", 512, 512).prompt("三只红灯笼");
//! let kept = store.pictures().keep(&lease, 0, picture).await?;
//! store.jobs().finish(&lease, "{}").await?;
//!
//! // Anybody can check that the ledger knows it.
//! let proof = store.ledger().proof(kept.entry).await?;
//! let entry = store.ledger().about(kept.id.as_str()).await?.remove(0);
//! assert!(store.ledger().verifier().proves(&proof, entry.canonical()?.as_bytes()));
//! assert!(store.ledger().verify(&[]).await?.findings.is_empty());
//! # let _ = queued;
//! # Ok(())
//! # }
//! ```
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod accounts;
mod archive;
mod blobs;
mod bus;
mod clock;
mod db;
mod error;
mod ids;
mod jobs;
mod ledger;
mod pictures;
mod secret;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub use accounts::{
    Accounts, ApiKey, Invitation, Kept, NewPerson, Person, Quota, Quotas, Role, Session, SignIn, Standing,
    Usage,
};
pub use archive::Archived;
pub use blobs::BlobPlace;
#[cfg(feature = "s3")]
pub use blobs::Bucket;
pub use bus::{Bus, Event, Heard, Subscription};
pub use clock::Clock;
pub use error::Error;
pub use ids::{BoardId, InvitationId, JobId, KeyId, PersonId, PictureId, SessionId, UploadId};
pub use jobs::{Enqueued, Job, JobFilter, Jobs, Lease, NewJob, Place, Pulse, QueueSummary, State, Worker};
pub use ledger::{
    Checkpoint, Damage, Entry, Finding, Hash, Kind, Ledger, LedgerKey, LedgerVerifier, NewEntry, Opening,
    Proof, Report, leaf_hash, node_hash, proves_consistency, proves_inclusion,
};
pub use pictures::{
    Board, Cursor, DIMENSIONS, Favourite, Filter, NewPicture, Picture, PictureFile, PicturePage, Pictures,
    Shelf, Swept, Upload, Vector,
};
pub use secret::Token;

use blobs::Blobs;
use db::Db;

/// What a store is opened with.
#[derive(Debug)]
pub struct Settings {
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`; for a socket `postgres:///NAME?host=FOLDER&user=USER`.
    pub database: String,
    /// Where the bytes of pictures are kept.
    pub blobs: BlobPlace,
    /// Signs the heads of the ledger.
    pub ledger: LedgerKey,
    /// The time to go by.
    pub clock: Clock,
    /// Limits of people who have none of their own.
    pub quotas: Quotas,
}

/// Everything that survives a restart. Copies share one set of connections.
#[derive(Clone, Debug)]
pub struct Store {
    db: Db,
    blobs: Blobs,
    key: Arc<LedgerKey>,
    clock: Clock,
    quotas: Quotas,
    bus: Bus,
    meanings: pictures::Meanings,
    /// Whether an owner was seen.
    owned: Arc<AtomicBool>,
}

impl Store {
    /// Opens database and blobs, and brings the tables up to date.
    pub async fn open(settings: Settings) -> Result<Self, Error> {
        Ok(Self {
            db: Db::open(&settings.database).await?,
            blobs: Blobs::open(settings.blobs).await?,
            key: Arc::new(settings.ledger),
            clock: settings.clock,
            quotas: settings.quotas,
            bus: Bus::new(),
            meanings: pictures::Meanings::default(),
            owned: Arc::default(),
        })
    }

    /// People, sessions, keys, invitations.
    pub fn accounts(&self) -> Accounts<'_> {
        Accounts(self)
    }

    /// The queue.
    pub fn jobs(&self) -> Jobs<'_> {
        Jobs(self)
    }

    /// Pictures, boards, uploads.
    pub fn pictures(&self) -> Pictures<'_> {
        Pictures(self)
    }

    /// The ledger.
    pub fn ledger(&self) -> Ledger<'_> {
        Ledger(self)
    }

    /// Wake-ups and progress.
    pub fn bus(&self) -> &Bus {
        &self.bus
    }

    /// The time that the store goes by.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Whether the database and the place of the blobs answer; for a health check.
    pub async fn ping(&self) -> Result<(), Error> {
        self.db.one(db::sql("SELECT virtual FROM queue_clock WHERE id = 1")).await?;
        self.blobs.ping().await
    }

    /// Waits for what is going on and gives all connections back.
    pub async fn close(self) {
        self.db.close().await;
    }
}
