//! Stores to test with: SQLite in a folder, and PostgreSQL that is started here.

use std::path::Path;
use std::sync::OnceLock;

use danqing_store::{BlobPlace, Clock, LedgerKey, Quotas, Settings, Store};
use tempfile::TempDir;

use crate::postgres::Server;

/// Orders that a person without limits of their own may have in the queue; more than any other test has.
pub(crate) const USUAL: i64 = 900;
pub(crate) const START_MS: i64 = 1_800_000_000_000;

/// A store with its own database and folder, at a clock that the test moves.
pub(crate) struct Studio {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) address: String,
    pub(crate) folder: TempDir,
}

impl Studio {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let address = format!("sqlite:{}", folder.path().join("danqing.db").display());
        Self::open(folder, address).await
    }

    pub(crate) async fn postgres() -> Self {
        let address = server().database();
        Self::open(tempfile::tempdir().expect("a folder"), address).await
    }

    /// Both kinds.
    pub(crate) async fn each() -> [Self; 2] {
        [Self::sqlite().await, Self::postgres().await]
    }

    async fn open(folder: TempDir, address: String) -> Self {
        let clock = Clock::manual(START_MS);
        let store = open(&address, &folder.path().join("blobs"), clock.clone()).await;
        Self { store, clock, address, folder }
    }

    /// Another store on the same database and blobs, as another process would have it.
    pub(crate) async fn another(&self) -> Store {
        open(&self.address, &self.folder.path().join("blobs"), self.clock.clone()).await
    }
}

pub(crate) fn key() -> LedgerKey {
    LedgerKey::from_seed("studio.example.cn/ledger", &[7; 32]).expect("a seed")
}

pub(crate) async fn open(address: &str, blobs: &Path, clock: Clock) -> Store {
    let blobs = BlobPlace::Folder(blobs.to_owned());
    let quotas = Quotas { queued: Some(USUAL), ..Quotas::default() };
    let settings = Settings { database: address.to_owned(), blobs, ledger: key(), clock, quotas };
    Store::open(settings).await.expect("a store")
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(Server::start)
}
