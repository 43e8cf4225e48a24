//! One's jobs as they stand: the desk of the first page.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{Redirect, Response};
use danqing_store::{Job, JobFilter, Picture, Place, State as Standing};
use serde_json::Value;

use super::compose::about;
use super::examples::{self, Example};
use super::page::{Ui, page};
use super::told;
use super::wall::Plate;
use crate::error::Error;
use crate::studio::Studio;
use crate::walk::{Commission, PAINT, REVIEW};

/// Jobs on the desk.
const SHOWN: u32 = 12;
/// Empty frames that are shown for pictures to come.
const MOST_BLANKS: usize = 8;

/// A job as the desk shows it.
pub(super) struct JobView {
    pub(super) id: String,
    pub(super) state: &'static str,
    /// It can be called off.
    pub(super) open: bool,
    pub(super) troubled: bool,
    pub(super) prompt: String,
    pub(super) said: String,
    pub(super) notes: Vec<String>,
    pub(super) done: i64,
    pub(super) total: i64,
    pub(super) pictures: Vec<Plate>,
    /// Pictures to come, without the one in work.
    pub(super) blanks: usize,
}

#[derive(Template)]
#[template(path = "parts/jobs.html")]
struct Jobs<'a> {
    ui: &'a Ui,
    jobs: Vec<JobView>,
    examples: Vec<Example>,
}

/// `GET /jobs`: the desk alone.
pub(super) async fn get(State(studio): State<Arc<Studio>>, ui: Ui) -> Result<Response, Error> {
    let jobs = latest(&studio, &ui).await?;
    let examples = if jobs.is_empty() { examples::all(ui.language) } else { Vec::new() };
    page(&Jobs { ui: &ui, jobs, examples })
}

/// `POST /jobs/cancel`: all of one's own.
pub(super) async fn cancel_all(State(studio): State<Arc<Studio>>, ui: Ui) -> Result<Redirect, Error> {
    studio.store.jobs().cancel_all(&ui.person()?.id).await?;
    Ok(Redirect::to("/"))
}

/// The person's last jobs, the newest first.
pub(super) async fn latest(studio: &Studio, ui: &Ui) -> Result<Vec<JobView>, Error> {
    let filter = JobFilter { limit: SHOWN, ..JobFilter::default() };
    let person = &ui.person()?.id;
    let jobs = studio.store.jobs().list(person, &filter).await?;
    let ids: Vec<_> = jobs.iter().map(|job| &job.id).collect();
    let pictures = studio.store.pictures().of_jobs(&ids).await?;
    let waiting: Vec<_> =
        jobs.iter().filter(|job| job.state == Standing::Queued).map(|job| &job.id).collect();
    let places = studio.store.jobs().places(&waiting, PAINT).await?;
    let own = |job: &Job| pictures.iter().filter(|picture| picture.job.as_ref() == Some(&job.id)).collect();
    jobs.iter().map(|job| view(ui, job, places.get(&job.id).copied(), own(job))).collect()
}

fn view(ui: &Ui, job: &Job, place: Option<Place>, pictures: Vec<&Picture>) -> Result<JobView, Error> {
    let commission = Commission::read(job)?;
    let kept: Vec<&Picture> = pictures.iter().copied().filter(|picture| picture.purge_ms.is_none()).collect();
    let open = matches!(job.state, Standing::Queued | Standing::Leased) && job.cancel_ms.is_none();
    let wanted = commission.order.count.unwrap_or(1) as usize;
    let to_come = if open { wanted.saturating_sub(pictures.len()) } else { 0 };
    let in_work = usize::from(job.state == Standing::Leased);
    let first = kept.first().and_then(|picture| about(&picture.parameters));
    Ok(JobView {
        id: job.id.to_string(),
        state: job.state.as_str(),
        open,
        troubled: job.state == Standing::Failed,
        prompt: commission.order.prompt.clone(),
        said: said(ui, job, place, kept.len()),
        notes: first.map(|about| notes(ui, &about.notes)).unwrap_or_default(),
        done: job.done,
        total: job.total.max(1),
        pictures: kept.into_iter().map(|picture| Plate::of(ui, picture)).collect(),
        blanks: to_come.saturating_sub(in_work).min(MOST_BLANKS),
    })
}

/// How a job stands, in a line.
fn said(ui: &Ui, job: &Job, place: Option<Place>, kept: usize) -> String {
    match job.state {
        Standing::Queued | Standing::Leased if job.cancel_ms.is_some() => ui.say("job.cancelling").to_owned(),
        Standing::Queued if job.kind == REVIEW => ui.say("job.review").to_owned(),
        Standing::Queued => match place {
            Some(Place { ahead, wait_ms: Some(wait), .. }) if ahead > 0 || wait > 0 => {
                let wait = told::duration(ui.language, wait);
                ui.fill("job.queued", &[("n", &ahead), ("wait", &wait)])
            }
            Some(Place { ahead: 0, .. }) | None => ui.say("job.queued_next").to_owned(),
            Some(Place { ahead, .. }) => ui.fill("job.queued_unknown", &[("n", &ahead)]),
        },
        Standing::Leased if job.total > 0 => {
            ui.fill("job.painting", &[("done", &job.done), ("total", &job.total)])
        }
        Standing::Leased => ui.say("job.starting").to_owned(),
        Standing::Done => {
            let length = job.finished_ms.zip(job.started_ms).map_or(0, |(end, start)| end - start);
            let time = told::duration(ui.language, length);
            ui.fill("job.done", &[("n", &kept), ("time", &time)])
        }
        Standing::Failed => ui.fill("job.failed", &[("why", &why(ui, job))]),
        Standing::Cancelled => ui.say("job.cancelled").to_owned(),
    }
}

/// Why a job failed: its row has it in both languages.
fn why(ui: &Ui, job: &Job) -> String {
    let failure = job.failure.clone().unwrap_or_default();
    let parsed: Option<Value> = serde_json::from_str(&failure).ok();
    let text = parsed.as_ref().and_then(|value| value[ui.language.pick("zh", "en")].as_str());
    text.map_or(failure.clone(), str::to_owned)
}

/// What was not understood, in sentences; see `report::note`.
pub(super) fn notes(ui: &Ui, notes: &[Value]) -> Vec<String> {
    let sentence = |note: &Value| {
        let text = |key: &str| note[key].as_str();
        if let (Some(word), Some(name)) = (text("unknown"), text("drawn_as")) {
            return Some(ui.fill("note.drawn_as", &[("word", &word), ("name", &name)]));
        }
        if let Some(word) = text("unknown") {
            let near: Vec<&str> = note["near"].as_array()?.iter().filter_map(Value::as_str).collect();
            let near = near.join(ui.language.pick("、", ", "));
            return Some(if near.is_empty() {
                ui.fill("note.unknown", &[("word", &word)])
            } else {
                ui.fill("note.unknown_near", &[("word", &word), ("near", &near)])
            });
        }
        if let Some(style) = text("unknown_style") {
            let language =
                ui.language.pick(danqing_scene::Language::Chinese, danqing_scene::Language::English);
            let word = danqing_scene::Style::parse(style).map_or(style, |style| style.word(language));
            return Some(ui.fill("note.style", &[("word", &word)]));
        }
        if let Some(phrase) = text("undrawn") {
            return Some(ui.fill("note.undrawn", &[("word", &phrase)]));
        }
        note["unread"].as_bool().map(|_| ui.say("note.unread").to_owned())
    };
    notes.iter().filter_map(sentence).collect()
}
