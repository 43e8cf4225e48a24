//! `/api/v1/jobs`: what was ordered, and where it stands.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use danqing_store::{JobFilter, State as JobState};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::views::{Failed, JobView, job_view};
use crate::api::waiting::settled;
use crate::caller::Caller;
use crate::error::Error;
use crate::studio::Studio;
use crate::webhooks::WEBHOOK;

/// Jobs of one page at most.
const MOST: u32 = 200;
/// How long an answer waits at most, in seconds.
const LONGEST_WAIT_S: u64 = 300;

/// Which jobs.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Filter {
    /// `queued`, `painting`, `done`, `failed` or `cancelled`.
    state: Option<String>,
    /// `next` of the page before.
    before: Option<i64>,
    /// How many at most: 50, 200 at most.
    limit: Option<u32>,
}

/// How long to wait.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wait {
    /// Seconds to wait for the end before answering, at most 300.
    #[serde(default)]
    wait: u64,
}

/// Some jobs, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobPage {
    jobs: Vec<JobView>,
    /// For `before` of the next page, where there is one.
    next: Option<i64>,
}

/// The caller's jobs, newest first.
#[utoipa::path(get, path = "/jobs", tag = "jobs", summary = "我的任务 · My jobs", params(Filter),
    responses((status = 200, description = "Some jobs", body = JobPage), (status = 401, description = "Nobody asks", body = Failed)))]
pub(super) async fn list(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    Query(filter): Query<Filter>,
) -> Result<Json<JobPage>, Error> {
    let state = filter.state.as_deref().map(state).transpose()?;
    let limit = filter.limit.unwrap_or(50).clamp(1, MOST);
    let filter = JobFilter { state, before: filter.before, limit };
    let found = studio.store.jobs().list(&caller.person.id, &filter).await?;
    let next = found.last().filter(|_| found.len() == limit as usize).map(|last| last.seq);
    let mut jobs = Vec::new();
    for job in found.iter().filter(|job| job.kind != WEBHOOK) {
        jobs.push(job_view(&studio, job).await?);
    }
    Ok(Json(JobPage { jobs, next }))
}

fn state(word: &str) -> Result<JobState, Error> {
    let word = if word == "painting" { "leased" } else { word };
    word.parse().map_err(|_| Error::Request { reason: format!("state = {word}") })
}

/// One job, with its place in the queue, an honest time to wait, and its pictures.
#[utoipa::path(get, path = "/jobs/{id}", tag = "jobs", summary = "一个任务 · One job",
    params(("id" = String, Path, description = "Of the job"), Wait),
    responses((status = 200, description = "The job", body = JobView), (status = 404, description = "No such job of the caller", body = Failed)))]
pub(super) async fn get(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    Path(id): Path<String>,
    Query(Wait { wait }): Query<Wait>,
) -> Result<Json<JobView>, Error> {
    let wait = Duration::from_secs(wait.min(LONGEST_WAIT_S));
    let job = settled(&studio, &caller.person, &id.parse()?, wait).await?;
    if job.kind == WEBHOOK {
        return Err(Error::NoPage);
    }
    Ok(Json(job_view(&studio, &job).await?))
}

/// Calls a job off: a waiting one at once, one that is painted at its next step. Pictures that are finished stay.
#[utoipa::path(delete, path = "/jobs/{id}", tag = "jobs", summary = "取消任务 · Cancel a job",
    params(("id" = String, Path, description = "Of the job")),
    responses((status = 200, description = "The job as it stands now", body = JobView), (status = 404, description = "No such job of the caller", body = Failed)))]
pub(super) async fn cancel(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<JobView>, Error> {
    let id = id.parse()?;
    studio.store.jobs().cancel(&caller.person.id, &id).await?;
    let job = studio.store.jobs().job(&caller.person.id, &id).await?;
    Ok(Json(job_view(&studio, &job).await?))
}
