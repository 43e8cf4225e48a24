//! Webhooks: when a job ends, the address that its order named is told, signed, and told again until it hears.
//!
//! Each notice is a job of its own in the queue, so that it survives a restart, has a lease and pauses between attempts.
//! Notices are for jobs that ended, whoever painted them: events of this process at once, others' within seconds.

mod address;
mod delivery;

use std::sync::Arc;
use std::time::Duration;

use danqing_store::{Event, Heard, Job, JobId, Lease, NewJob, Subscription};
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::watch;
use tokio::time::sleep;
use tracing::{info, warn};

pub(crate) use address::{Networks, Target};

use crate::api;
use crate::calendar;
use crate::error::Error;
use crate::studio::{Studio, ended};
use crate::walk::{Commission, PAINT};
use delivery::Delivery;

/// The kind of jobs that tell others.
pub(crate) const WEBHOOK: &str = "webhook";
/// How often an address is tried: with pauses that double from 2 seconds to 5 minutes, half an hour in all.
const ATTEMPTS: u32 = 12;
/// How long a notice may take before it counts as lost.
const LEASE_MS: i64 = 60_000;
/// How often ends that no event told of are looked for.
const LOOK: Duration = Duration::from_secs(5);
/// How far back the first look goes: a day.
const FIRST_LOOK_MS: i64 = 24 * 60 * 60 * 1000;
/// How far back each further look goes.
const OVERLAP_MS: i64 = 60_000;
/// Deliveries at once.
const LINES: usize = 4;
/// Jobs of one page.
const PAGE: u32 = 500;

/// What a notice carries.
#[derive(Debug, Serialize, Deserialize)]
struct Notice {
    url: String,
    job: String,
}

/// Tells until `going` turns true.
pub(crate) async fn run(studio: Arc<Studio>, name: String, mut going: watch::Receiver<bool>) {
    let name = format!("{name}-webhooks");
    let mut events = studio.store.bus().subscribe();
    let mut since_ms = studio.store.clock().now_ms() - FIRST_LOOK_MS;
    while !*going.borrow() {
        let begun_ms = studio.store.clock().now_ms();
        match round(&studio, &name, since_ms).await {
            Ok(()) => since_ms = begun_ms - OVERLAP_MS,
            Err(error) => warn!(%error, "notices cannot be read; they are looked at again"),
        }
        tokio::select! {
            () = news(&mut events) => {}
            () = sleep(LOOK) => {}
            () = ended(&mut going) => {}
        }
    }
}

/// Waits until a job ended.
async fn news(events: &mut Subscription) {
    loop {
        match events.next().await {
            Heard::Event(Event::Finished { .. }) | Heard::Missed => return,
            Heard::Event(_) => {}
            Heard::Closed => std::future::pending().await,
        }
    }
}

/// Queues a notice for each end since then, and delivers what waits.
async fn round(studio: &Arc<Studio>, name: &str, since_ms: i64) -> Result<(), Error> {
    let mut since_ms = since_ms;
    loop {
        let jobs = studio.store.jobs().ended(PAINT, since_ms, PAGE).await?;
        for job in &jobs {
            announce(studio, job).await?;
        }
        let last = jobs.last().and_then(|job| job.finished_ms).unwrap_or(since_ms);
        if jobs.len() < PAGE as usize || last == since_ms {
            break;
        }
        since_ms = last;
    }
    // Several lines, so that one slow address does not hold up all.
    try_join_all((0..LINES).map(|_| drain(studio, name))).await.map(drop)
}

async fn drain(studio: &Arc<Studio>, name: &str) -> Result<(), Error> {
    while let Some(lease) = studio.store.jobs().lease(name, &[WEBHOOK], LEASE_MS).await? {
        deliver(studio, &lease).await?;
    }
    Ok(())
}

/// Queues the notice of a job that ended, once.
async fn announce(studio: &Studio, job: &Job) -> Result<(), Error> {
    let Ok(Commission { webhook: Some(url), .. }) = Commission::read(job) else { return Ok(()) };
    let notice = Notice { url, job: job.id.to_string() };
    let payload = serde_json::to_string(&notice).map_err(|_| Error::Broken)?;
    let notice = NewJob::new(WEBHOOK, payload).errand().attempts(ATTEMPTS);
    let notice = notice.idempotency(format!("webhook {}", job.id)).fact("job", &job.id);
    studio.store.jobs().enqueue(&job.person, notice).await?;
    Ok(())
}

async fn deliver(studio: &Arc<Studio>, lease: &Lease) -> Result<(), Error> {
    let jobs = studio.store.jobs();
    let id = lease.job.id.as_str();
    match attempt(studio, lease).await {
        Ok(status) => {
            studio.metrics.webhooks.add(1);
            info!(job.id = id, status, "a webhook was told");
            jobs.finish(lease, &json!({ "status": status }).to_string()).await?;
        }
        Err(error @ Error::Webhook { .. }) => {
            studio.metrics.webhook_failures.add(1);
            warn!(job.id = id, attempt = lease.job.attempts, "a webhook does not hear");
            jobs.fail(lease, &error.to_string()).await?;
        }
        // What it was to tell of is gone, or cannot be read.
        Err(error) => jobs.reject(lease, &error.to_string()).await?,
    }
    Ok(())
}

async fn attempt(studio: &Arc<Studio>, lease: &Lease) -> Result<u16, Error> {
    let Notice { url, job } = serde_json::from_str(&lease.job.payload)
        .map_err(|error| Error::Request { reason: error.to_string() })?;
    let id: JobId = job.parse()?;
    let job = studio.store.jobs().any_job(&id).await?;
    let target = Target::parse(&url)?;
    let body = json!({
        "type": format!("job.{}", job.state),
        "timestamp": calendar::universal(job.finished_ms.unwrap_or_default()),
        "data": api::job_view(studio, &job).await?,
    });
    let at_s = studio.store.clock().now_ms() / 1000;
    let body = body.to_string();
    let delivery = Delivery {
        id: lease.job.id.as_str(),
        at_s,
        signature: studio.seal.webhook(&job.person, lease.job.id.as_str(), at_s, &body),
        body,
    };
    let networks = Networks::of(&studio.config)?;
    delivery.send(&target, &networks).await.map_err(|reason| Error::Webhook { url, reason })
}
