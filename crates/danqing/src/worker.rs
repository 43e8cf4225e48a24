//! A worker: takes jobs whose turn it is and carries them out, until it is told to go.

use std::error::Error as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use danqing_store::{Event, Heard, Lease, Subscription};
use tokio::sync::watch;
use tokio::time::sleep;
use tracing::{error, info, warn};

use crate::error::Error;
use crate::studio::{Studio, ended};
use crate::walk::{self, PAINT};

/// How long a lease holds without a heartbeat: a worker that is lost is noticed after this.
const LEASE_MS: i64 = 15_000;
/// How long a worker without work waits at most before it looks again; the bus only makes it quicker.
const IDLE: Duration = Duration::from_secs(2);
/// The pause after the store failed.
const FAILED: Duration = Duration::from_secs(1);

/// Works until `going` turns true; a job in work then goes back to the queue.
pub(crate) async fn run(studio: Arc<Studio>, name: String, mut going: watch::Receiver<bool>) {
    let mut events = studio.store.bus().subscribe();
    info!(worker = name, "worker begins");
    while !*going.borrow() {
        let taken = take(&studio, &name).await;
        match taken {
            Ok(Some(lease)) => {
                tokio::select! {
                    () = carried_out(&studio, &lease) => {}
                    () = ended(&mut going) => {
                        // The lease may be lost already; then somebody else has the job.
                        let _ = studio.store.jobs().give_back(&lease).await;
                    }
                }
            }
            Ok(None) => tokio::select! {
                () = woken(&mut events) => {}
                () = sleep(IDLE) => {}
                () = ended(&mut going) => {}
            },
            Err(failure) => {
                warn!(worker = name, error = %failure, "the queue cannot be read");
                sleep(FAILED).await;
            }
        }
    }
    // A worker that cannot say it goes is missed after a minute.
    let _ = studio.store.jobs().worker_gone(&name).await;
    info!(worker = name, "worker ends");
}

async fn take(studio: &Studio, name: &str) -> Result<Option<Lease>, Error> {
    studio.store.jobs().worker_seen(name, &[PAINT]).await?;
    Ok(studio.store.jobs().lease(name, &[PAINT], LEASE_MS).await?)
}

/// Waits until a job was queued.
async fn woken(events: &mut Subscription) {
    loop {
        match events.next().await {
            Heard::Event(Event::Queued(_)) | Heard::Missed | Heard::Closed => return,
            Heard::Event(_) => {}
        }
    }
}

/// Carries a job out. Where the store is gone, the job goes back as it was, and there is no other before it answers.
async fn carried_out(studio: &Arc<Studio>, lease: &Lease) {
    if carry_out(studio, lease).await {
        return;
    }
    // Where the database is gone too, the lease runs out.
    let _ = studio.store.jobs().give_back(lease).await;
    while studio.store.ping().await.is_err_and(|error| error.is_outage()) {
        sleep(FAILED).await;
    }
}

/// Whether the job came to an end, good or bad; not where the store is gone.
async fn carry_out(studio: &Arc<Studio>, lease: &Lease) -> bool {
    let start = Instant::now();
    let result = walk::paint(studio, lease).await;
    let duration_ms = start.elapsed().as_millis() as u64;
    studio.metrics.painting_ms.add(duration_ms);
    let job = lease.job.id.as_str();
    let ended = match &result {
        Ok(()) => studio.store.jobs().finish(lease, "{}").await,
        Err(Error::Cancelled) => studio.store.jobs().stopped(lease).await,
        Err(Error::Store(danqing_store::Error::LeaseLost(_))) => return true,
        Err(Error::Store(error)) if error.is_outage() => {
            warn!(job.id = job, %error, cause = ?error.source(), "the store is gone; the job goes back");
            return false;
        }
        // An order that cannot be carried out is not tried again; anything else may pass.
        Err(error) if error.exit() == 2 || matches!(error, Error::Stopped { .. }) => {
            studio.store.jobs().reject(lease, &failure(error)).await
        }
        Err(error) => studio.store.jobs().fail(lease, &failure(error)).await.map(drop),
    };
    match (&result, ended) {
        (Ok(()) | Err(Error::Cancelled), Ok(())) => info!(job.id = job, duration_ms, "job ends"),
        (Err(error), Ok(())) => warn!(job.id = job, duration_ms, %error, "job fails"),
        (_, Err(error)) => error!(job.id = job, %error, "the end of a job cannot be written"),
    }
    true
}

/// Why a job failed, for its row: code and both messages, so that it can be told in either language.
fn failure(error: &Error) -> String {
    use crate::language::Language::{Chinese, English};
    serde_json::json!({
        "code": error.code(),
        "zh": error.message(Chinese),
        "en": error.message(English),
    })
    .to_string()
}
