//! What the studio counts about itself, in the text format of Prometheus.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use danqing_store::{QueueSummary, Store};

use crate::error::Error;

/// Counters since the start of the process.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    pub(crate) requests: Counter,
    pub(crate) failures: Counter,
    pub(crate) pictures: Counter,
    pub(crate) stops: Counter,
    pub(crate) steps: Counter,
    /// Pictures that were shown while somebody wrote.
    pub(crate) frames: Counter,
    /// Webhooks that heard.
    pub(crate) webhooks: Counter,
    /// Attempts at webhooks that did not hear.
    pub(crate) webhook_failures: Counter,
    /// Milliseconds that painting took.
    pub(crate) painting_ms: Counter,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Metrics {
    /// Everything, one line a value.
    pub(crate) async fn text(&self, store: &Store) -> Result<String, Error> {
        let QueueSummary { queued, leased, workers } = store.jobs().summary().await?;
        let entries = store.ledger().size().await?;
        let mut text = String::new();
        let mut line = |name: &str, kind: &str, help: &str, value: f64| {
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "# HELP danqing_{name} {help}\n# TYPE danqing_{name} {kind}\ndanqing_{name} {value}"
            );
        };
        line("http_requests_total", "counter", "Requests answered.", self.requests.get() as f64);
        line("http_failures_total", "counter", "Requests answered with 5xx.", self.failures.get() as f64);
        line("pictures_total", "counter", "Pictures painted and kept.", self.pictures.get() as f64);
        line("stops_total", "counter", "Orders stopped by a rule.", self.stops.get() as f64);
        line("painting_steps_total", "counter", "Steps of paintings.", self.steps.get() as f64);
        line("live_frames_total", "counter", "Frames painted live.", self.frames.get() as f64);
        line("webhooks_total", "counter", "Webhooks that heard.", self.webhooks.get() as f64);
        let deaf = self.webhook_failures.get() as f64;
        line("webhook_failures_total", "counter", "Attempts at webhooks that did not hear.", deaf);
        let seconds = self.painting_ms.get() as f64 / 1000.0;
        line("painting_seconds_total", "counter", "Seconds spent painting.", seconds);
        line("jobs_queued", "gauge", "Jobs that wait.", queued as f64);
        line("jobs_leased", "gauge", "Jobs that a worker has.", leased as f64);
        line("workers", "gauge", "Workers seen within a minute.", workers as f64);
        line("ledger_entries", "gauge", "Entries of the ledger.", entries as f64);
        Ok(text)
    }
}
