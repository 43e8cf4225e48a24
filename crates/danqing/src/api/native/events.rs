//! `/api/v1/events` and `/api/v1/jobs/{id}/events`: what happens, as server-sent events.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use danqing_store::{Event, Heard, JobId, PersonId, Subscription};
use futures_util::{Stream, stream};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::views::{Failed, job_view};
use crate::api::waiting::is_over;
use crate::caller::Caller;
use crate::error::Error;
use crate::studio::{Studio, ended};

/// Everything that happens to the caller's jobs from now on.
///
/// `progress` (`job`, `done`, `total`, and `preview` now and then, a WebP picture as data), `kept` (`job`, `picture`),
/// `finished` (`job`), and `missed` where events were lost: ask for the jobs again.
#[utoipa::path(get, path = "/events", tag = "jobs", summary = "我的动静 · My events",
    responses((status = 200, description = "Server-sent events", content_type = "text/event-stream", body = String), (status = 401, description = "Nobody asks", body = Failed)))]
pub(super) async fn of_person(State(studio): State<Arc<Studio>>, caller: Caller) -> impl IntoResponse {
    let events = studio.store.bus().subscribe();
    answer(Listener::new(studio, events, caller.person.id, None))
}

/// What happens to one job until its end. The first event is `job` with the job as it stands, the last is `job` again.
#[utoipa::path(get, path = "/jobs/{id}/events", tag = "jobs", summary = "任务的进展 · Progress of a job",
    params(("id" = String, Path, description = "Of the job")),
    responses((status = 200, description = "Server-sent events", content_type = "text/event-stream", body = String), (status = 404, description = "No such job of the caller", body = Failed)))]
pub(super) async fn of_job(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Error> {
    let events = studio.store.bus().subscribe();
    let id: JobId = id.parse()?;
    studio.store.jobs().job(&caller.person.id, &id).await?;
    Ok(answer(Listener::new(studio, events, caller.person.id, Some(id))))
}

fn answer(listener: Listener) -> Sse<impl Stream<Item = Result<Sent, Infallible>>> {
    let told = stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok(event), listener))
    });
    Sse::new(told).keep_alive(KeepAlive::default())
}

struct Listener {
    studio: Arc<Studio>,
    events: Subscription,
    going: watch::Receiver<bool>,
    person: PersonId,
    job: Option<JobId>,
    ready: VecDeque<Sent>,
    /// Whether the job is to be read again before anything else is told.
    stale: bool,
    over: bool,
}

impl Listener {
    fn new(studio: Arc<Studio>, events: Subscription, person: PersonId, job: Option<JobId>) -> Self {
        let going = studio.going.clone();
        let ready = VecDeque::from([Sent::default().comment("listening")]);
        Self { stale: job.is_some(), studio, events, going, person, job, ready, over: false }
    }

    async fn next(&mut self) -> Option<Sent> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.over {
                return None;
            }
            if self.stale {
                self.stale = false;
                self.look().await?;
                continue;
            }
            let heard = tokio::select! {
                heard = self.events.next() => heard,
                () = ended(&mut self.going) => return None,
            };
            match heard {
                Heard::Event(event) => self.hear(event),
                Heard::Missed if self.job.is_some() => self.stale = true,
                Heard::Missed => self.ready.push_back(sent("missed", &json!({}))),
                Heard::Closed => return None,
            }
        }
    }

    /// Tells how the one job stands.
    async fn look(&mut self) -> Option<()> {
        let job = self.studio.store.jobs().any_job(self.job.as_ref()?).await.ok()?;
        let view = job_view(&self.studio, &job).await.ok()?;
        self.ready.push_back(sent("job", &json!(view)));
        self.over = is_over(&job);
        Some(())
    }

    fn hear(&mut self, event: Event) {
        let (name, person, job, data) = match event {
            Event::Progress { job, person, done, total, preview } => {
                let preview =
                    preview.map(|bytes| format!("data:image/webp;base64,{}", STANDARD.encode(bytes)));
                let data = json!({ "job": job.as_str(), "done": done, "total": total, "preview": preview });
                ("progress", person, Some(job), data)
            }
            Event::Kept { job, person, picture } => {
                let data = json!({ "job": job.as_ref().map(JobId::as_str), "picture": picture.as_str() });
                ("kept", person, job, data)
            }
            Event::Finished { job, person } => {
                let data = json!({ "job": job.as_str() });
                ("finished", person, Some(job), data)
            }
            Event::Queued(_) | Event::Cancelling(_) => return,
        };
        if person != self.person || (self.job.is_some() && job != self.job) {
            return;
        }
        // The end of one job is told with the job itself.
        match (name, &self.job) {
            ("finished", Some(_)) => self.stale = true,
            _ => self.ready.push_back(sent(name, &data)),
        }
    }
}

fn sent(name: &str, data: &Value) -> Sent {
    Sent::default().event(name).data(data.to_string())
}
