//! Studio: everything that the service holds while it runs, built once from the settings.

use std::sync::Arc;

use danqing_engine::Cpu;
use danqing_store::{BlobPlace, Clock, LedgerKey, Quotas, Settings, Store};
use tokio::sync::watch;

use crate::config::{Config, StoreSettings};
use crate::error::Error;
use crate::hands::Hand;
use crate::labelling;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::painter::Weights;
use crate::seal::Seal;
use crate::workshop::Workshop;

/// Tools, memory and settings. Shared by pages, programs and workers.
pub(crate) struct Studio {
    pub(crate) config: Config,
    pub(crate) workshop: Arc<Workshop>,
    pub(crate) store: Store,
    pub(crate) metrics: Metrics,
    /// Paints what is queued.
    pub(crate) painting: Hand,
    /// Who paints live.
    pub(crate) live: Live,
    /// Signs addresses, tokens and webhooks.
    pub(crate) seal: Seal,
    /// Paints outside the queue, for exports.
    pub(crate) exports: Hand,
    /// Turns true when the process ends; streams end with it.
    pub(crate) going: watch::Receiver<bool>,
}

impl Studio {
    /// Opens the tools around a store; makes what is missing. `drafts` is what live painting may use that is faster than `cpu`.
    pub(crate) fn open(
        config: Config,
        store: Store,
        weights: &Weights,
        cpu: Cpu,
        drafts: Option<Cpu>,
        going: watch::Receiver<bool>,
    ) -> Result<Self, Error> {
        let workshop = Workshop::open(&config, weights, cpu, labelling::Clock::System)?;
        let seal = Seal::open_or_make(&config.store.folder().join("seal.key"))?;
        let live = Live::new(config.limits.live.value.unwrap_or(0))?;
        let workshop = workshop.drafting(weights, drafts.filter(|_| live.is_open()))?;
        let painting = Hand::new("painting")?;
        let (metrics, exports) = (Metrics::default(), Hand::new("exports")?);
        Ok(Self {
            config,
            workshop: Arc::new(workshop),
            store,
            metrics,
            painting,
            live,
            seal,
            exports,
            going,
        })
    }

    /// Whether the studio is reached over HTTPS.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.url().starts_with("https:")
    }

    /// The address under which people reach the studio, without a slash at the end.
    pub(crate) fn url(&self) -> String {
        let server = &self.config.server;
        let own = || {
            let scheme = if server.certificate.value.is_some() { "https" } else { "http" };
            server.listen.value.map(|listen| format!("{scheme}://{listen}"))
        };
        let url = server.url.value.clone().or_else(own).unwrap_or_default();
        url.trim_end_matches('/').to_owned()
    }
}

/// Waits until the process is to end.
pub(crate) async fn ended(going: &mut watch::Receiver<bool>) {
    // A sender that is gone means the end as well.
    let _ = going.wait_for(|going| *going).await;
}

/// The store that the settings name.
pub(crate) async fn store(config: &Config) -> Result<Store, Error> {
    let settings = &config.store;
    let folder = settings.folder();
    std::fs::create_dir_all(&folder).map_err(|source| Error::writing(&folder.join("."), source))?;
    let database = || format!("sqlite:{}", folder.join("danqing.db").display());
    let ledger = LedgerKey::open_or_make(&folder.join("ledger.key"), &ledger_name(config))?;
    let settings = Settings {
        database: settings.database.value.clone().unwrap_or_else(database),
        blobs: blobs(settings)?,
        ledger,
        clock: Clock::system(),
        quotas: Quotas {
            queued: config.limits.queued.value,
            daily: config.limits.daily.value,
            bytes: config.limits.bytes.value,
        },
    };
    Ok(Store::open(settings).await?)
}

/// What a new ledger is called for ever: the host of the studio's address, and a path.
fn ledger_name(config: &Config) -> String {
    let url = config.server.url.value.as_deref().unwrap_or("http://localhost");
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host.split(['/', ':']).next().unwrap_or("localhost");
    format!("{host}/danqing")
}

#[cfg(feature = "s3")]
fn blobs(settings: &StoreSettings) -> Result<BlobPlace, Error> {
    let Some(name) = settings.bucket.value.clone() else { return Ok(folder_of_blobs(settings)) };
    let text = |setting: &crate::config::Setting<String>| setting.value.clone().unwrap_or_default();
    Ok(BlobPlace::Bucket(danqing_store::Bucket {
        name,
        endpoint: settings.bucket_endpoint.value.clone(),
        region: text(&settings.bucket_region),
        access_key: text(&settings.bucket_access_key),
        secret_key: text(&settings.bucket_secret_key),
        prefix: String::new(),
    }))
}

#[cfg(not(feature = "s3"))]
fn blobs(settings: &StoreSettings) -> Result<BlobPlace, Error> {
    match &settings.bucket.value {
        None => Ok(folder_of_blobs(settings)),
        Some(_) => Err(Error::NoBuckets),
    }
}

fn folder_of_blobs(settings: &StoreSettings) -> BlobPlace {
    BlobPlace::Folder(settings.folder().join("blobs"))
}
