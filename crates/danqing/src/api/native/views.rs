//! What programs are shown of orders, jobs and pictures.

use std::sync::Arc;

use danqing_store::{Favourite, Job, Person, Picture, PictureId, Role, State};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::waiting;
use crate::error::Error;
use crate::language::Language;
use crate::order::Written;
use crate::studio::Studio;
use crate::walk::{Commission, REVIEW};

/// How long an address that is handed out opens a picture without a key: a day.
pub(crate) const OPEN_MS: i64 = 24 * 60 * 60 * 1000;

/// An error, told.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Told {
    /// Stays the same from version to version.
    #[schema(example = "empty-prompt")]
    pub(crate) code: String,
    /// One line, in the language of `Accept-Language`.
    pub(crate) message: String,
    /// What can be done about it.
    pub(crate) hint: Option<String>,
}

/// What an error answers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Failed {
    error: Told,
}

pub(crate) fn told(error: &Error, language: Language) -> Value {
    json!({ "code": error.code(), "message": error.message(language), "hint": error.hint(language) })
}

/// Where a job is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    /// It waits for an officer's decision.
    InReview,
    /// It waits for its turn.
    Queued,
    /// It is being painted.
    Painting,
    /// Its pictures are there.
    Done,
    /// It could not be carried out.
    Failed,
    /// It was called off.
    Cancelled,
}

/// An order in the queue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobView {
    pub(crate) id: String,
    pub(crate) state: Stage,
    /// The order as it was understood, with every setting that decides its pictures.
    #[schema(value_type = Object)]
    pub(crate) order: Written,
    /// Format of the files: `png`, `webp` or `jpeg`.
    pub(crate) format: String,
    /// Steps done.
    pub(crate) done: i64,
    /// Steps in all; 0 before it begins.
    pub(crate) total: i64,
    /// Where it stands, while it waits.
    pub(crate) place: Option<PlaceView>,
    pub(crate) pictures: Vec<PictureView>,
    /// Why it failed.
    pub(crate) error: Option<Told>,
    pub(crate) attempts: i64,
    /// Milliseconds since 1970, like all times here.
    pub(crate) created_ms: i64,
    pub(crate) started_ms: Option<i64>,
    pub(crate) finished_ms: Option<i64>,
    /// Its entry in the ledger.
    pub(crate) ledger_entry: i64,
}

/// Where a waiting job stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlaceView {
    /// Jobs that begin before it.
    pub(crate) ahead: i64,
    /// Until it begins, from the measured pace of finished jobs; null while nothing was measured.
    pub(crate) wait_ms: Option<i64>,
    /// How long it takes itself, by the same measure.
    pub(crate) work_ms: Option<i64>,
}

/// A kept, labelled picture.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PictureView {
    pub(crate) id: String,
    /// The job that it came of.
    pub(crate) job: Option<String>,
    /// Which of the job's pictures, from 0.
    pub(crate) place: i64,
    /// The picture that it was made from.
    pub(crate) parent: Option<String>,
    /// The labelled file; opens without a key for a day.
    pub(crate) url: String,
    pub(crate) media_type: String,
    pub(crate) size_bytes: i64,
    pub(crate) width_px: i64,
    pub(crate) height_px: i64,
    pub(crate) prompt: String,
    /// SHA-256 of the file.
    pub(crate) sha256: String,
    pub(crate) favourite: bool,
    /// Order, model, seconds, what was not understood, number of the label.
    #[schema(value_type = Object)]
    pub(crate) about: Value,
    pub(crate) created_ms: i64,
    /// When it goes for good, where it was deleted.
    pub(crate) purge_ms: Option<i64>,
    /// Its entry in the ledger.
    pub(crate) ledger_entry: u64,
}

impl PictureView {
    pub(crate) fn of(studio: &Studio, picture: &Picture) -> Self {
        Self {
            id: picture.id.to_string(),
            job: picture.job.as_ref().map(ToString::to_string),
            place: picture.place,
            parent: picture.parent.as_ref().map(ToString::to_string),
            url: file_url(studio, &picture.id),
            media_type: picture.media_type.clone(),
            size_bytes: picture.size_bytes,
            width_px: picture.width_px,
            height_px: picture.height_px,
            prompt: picture.prompt.clone(),
            sha256: picture.digest.clone(),
            favourite: picture.favourite == Favourite::Yes,
            about: serde_json::from_str(&picture.parameters).unwrap_or_default(),
            created_ms: picture.created_ms,
            purge_ms: picture.purge_ms,
            ledger_entry: picture.entry,
        }
    }
}

/// The whole address of a picture's file, signed.
pub(crate) fn file_url(studio: &Studio, picture: &PictureId) -> String {
    // Whole hours, so that the address stays the same for a while and can be cached.
    let hour = 60 * 60 * 1000;
    let until_ms = (studio.store.clock().now_ms() + OPEN_MS) / hour * hour + hour;
    let signature = studio.seal.picture(picture, until_ms);
    format!("{}/api/v1/pictures/{picture}/file?until={until_ms}&signature={signature}", studio.url())
}

/// What a program is shown of a job.
pub(crate) async fn job_view(studio: &Arc<Studio>, job: &Job) -> Result<JobView, Error> {
    let commission = Commission::read(job)?;
    let place = match job.state {
        State::Queued if job.kind != REVIEW => studio.store.jobs().place(&job.id).await?,
        _ => None,
    };
    let pictures = studio.store.pictures().of_job(&job.id).await?;
    Ok(JobView {
        id: job.id.to_string(),
        state: stage(job),
        order: commission.order,
        format: commission.format,
        done: job.done,
        total: job.total,
        place: place.map(|place| PlaceView {
            ahead: place.ahead,
            wait_ms: place.wait_ms,
            work_ms: place.work_ms,
        }),
        pictures: pictures.iter().map(|picture| PictureView::of(studio, picture)).collect(),
        error: (job.state == State::Failed).then(|| failure(job)),
        attempts: job.attempts,
        created_ms: job.created_ms,
        started_ms: job.started_ms,
        finished_ms: job.finished_ms,
        ledger_entry: job.entry,
    })
}

fn stage(job: &Job) -> Stage {
    match job.state {
        State::Queued if job.kind == REVIEW => Stage::InReview,
        State::Queued => Stage::Queued,
        State::Leased => Stage::Painting,
        State::Done => Stage::Done,
        State::Failed => Stage::Failed,
        State::Cancelled => Stage::Cancelled,
    }
}

fn failure(job: &Job) -> Told {
    let error = waiting::failure(job);
    Told { code: error.code().to_owned(), message: error.message(Language::Chinese), hint: None }
}

/// Who asks, and how much of what is theirs they use.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) display: String,
    /// `owner`, `officer`, `creator` or `viewer`.
    pub(crate) role: &'static str,
    pub(crate) usage: UsageView,
    /// Limits; null where there is none.
    pub(crate) quotas: QuotasView,
}

/// What a person uses now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsageView {
    /// Orders that wait or are painted.
    pub(crate) queued: i64,
    /// Units of work of the last 24 hours: pictures times paintings times steps.
    pub(crate) daily: i64,
    /// Bytes of kept pictures.
    pub(crate) bytes: i64,
    /// Kept pictures.
    pub(crate) pictures: i64,
}

/// How much a person may use.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuotasView {
    pub(crate) queued: Option<i64>,
    pub(crate) daily: Option<i64>,
    pub(crate) bytes: Option<i64>,
}

/// The view of a person.
pub(crate) async fn me(studio: &Studio, person: &Person) -> Result<Me, Error> {
    let usage = studio.store.accounts().usage(&person.id).await?;
    let quotas = studio.store.accounts().quotas(&person.id).await?;
    Ok(Me {
        id: person.id.to_string(),
        name: person.name.clone(),
        display: person.display.clone(),
        role: Role::as_str(person.role),
        usage: UsageView {
            queued: usage.queued,
            daily: usage.daily,
            bytes: usage.bytes,
            pictures: usage.pictures,
        },
        quotas: QuotasView { queued: quotas.queued, daily: quotas.daily, bytes: quotas.bytes },
    })
}
