//! Progress, interruption and options, each of the person who asks.

use std::collections::HashMap;
use std::io::Cursor;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Query, State};
use axum::{Extension, Json};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use danqing_store::{Job, JobId, Person, PersonId};
use image::ImageFormat;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Fault, null};
use crate::api::body;
use crate::calendar;
use crate::caller::Caller;
use crate::error::Error;
use crate::order::Order;
use crate::studio::Studio;

/// Characters of a person's options at most.
const MOST_OPTIONS: usize = 64 * 1024;

/// What is being painted for whom, through this interface.
#[derive(Default)]
pub(super) struct Desk(Mutex<HashMap<PersonId, Current>>);

/// The last job of a person that is not over.
#[derive(Clone)]
struct Current {
    job: JobId,
    task: Option<String>,
    steps: u32,
    count: u32,
    done: u32,
    total: u32,
    preview: Option<Arc<[u8]>>,
    begun_ms: i64,
    interrupted: bool,
}

impl Current {
    /// How much is done, 0 to 1.
    fn share(&self) -> f64 {
        f64::from(self.done) / f64::from(self.total.max(1))
    }

    /// Which picture, and which of its steps.
    fn place(&self) -> (u32, u32) {
        let steps = u64::from(self.done) * u64::from(self.steps * self.count) / u64::from(self.total.max(1));
        let picture = (steps / u64::from(self.steps.max(1))).min(u64::from(self.count.saturating_sub(1)));
        (picture as u32, (steps - picture * u64::from(self.steps)) as u32)
    }
}

impl Desk {
    fn with<T>(&self, look: impl FnOnce(&mut HashMap<PersonId, Current>) -> T) -> T {
        // There is no state between two writes that a reader could be misled by.
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn current(&self, person: &PersonId) -> Option<Current> {
        self.with(|all| all.get(person).cloned())
    }

    /// Notes that a job of `person` is waited for; until the seat is dropped.
    pub(super) fn sit(
        self: &Arc<Self>,
        person: &Person,
        job: &Job,
        order: &Order,
        task: Option<&str>,
        begun_ms: i64,
    ) -> Seat {
        let current = Current {
            job: job.id.clone(),
            task: task.map(str::to_owned),
            steps: order.steps,
            count: order.count,
            done: 0,
            total: 0,
            preview: None,
            begun_ms,
            interrupted: false,
        };
        self.with(|all| all.insert(person.id.clone(), current));
        Seat { desk: Arc::clone(self), person: person.id.clone(), job: job.id.clone(), begun_ms }
    }
}

/// A place at the desk.
pub(super) struct Seat {
    desk: Arc<Desk>,
    person: PersonId,
    job: JobId,
    begun_ms: i64,
}

impl Seat {
    /// How far the job is.
    pub(super) fn note(&self, done: u32, total: u32, preview: Option<Arc<[u8]>>) {
        self.desk.with(|all| {
            if let Some(current) = all.get_mut(&self.person).filter(|current| current.job == self.job) {
                (current.done, current.total) = (done, total);
                if preview.is_some() {
                    current.preview = preview;
                }
            }
        });
    }

    pub(super) fn begun_ms(&self) -> i64 {
        self.begun_ms
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.desk.with(|all| {
            // A later job of the same person has the seat now.
            if all.get(&self.person).is_some_and(|current| current.job == self.job) {
                all.remove(&self.person);
            }
        });
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Looked {
    skip_current_image: Option<bool>,
}

/// `GET /sdapi/v1/progress`.
pub(super) async fn progress(
    State(studio): State<Arc<Studio>>,
    Extension(desk): Extension<Arc<Desk>>,
    caller: Caller,
    Query(looked): Query<Looked>,
) -> Result<Json<Value>, Fault> {
    let Some(current) = desk.current(&caller.person.id) else {
        return Ok(Json(json!({
            "progress": 0.0,
            "eta_relative": 0.0,
            "state": { "skipped": false, "interrupted": false, "stopping_generation": false, "job": "",
                "job_count": 0, "job_timestamp": "0", "job_no": 0, "sampling_step": 0, "sampling_steps": 0 },
            "current_image": null,
            "textinfo": null,
        })));
    };
    let (picture, step) = current.place();
    let preview = current.preview.as_ref().filter(|_| looked.skip_current_image != Some(true));
    Ok(Json(json!({
        "progress": current.share(),
        "eta_relative": eta_s(&studio, &current),
        "state": {
            "skipped": false,
            "interrupted": current.interrupted,
            "stopping_generation": current.interrupted,
            "job": "scripts_txt2img",
            "job_count": current.count,
            "job_timestamp": calendar::stamp(current.begun_ms),
            "job_no": picture,
            "sampling_step": step,
            "sampling_steps": current.steps,
        },
        "current_image": preview.map(|preview| png(preview)).transpose()?.map(|png| STANDARD.encode(png)),
        "textinfo": null,
    })))
}

/// Seconds that are left, by the pace so far.
fn eta_s(studio: &Studio, current: &Current) -> f64 {
    let share = current.share();
    let passed_s = (studio.store.clock().now_ms() - current.begun_ms).max(0) as f64 / 1000.0;
    if share > 0.0 { passed_s * (1.0 - share) / share } else { 0.0 }
}

fn png(webp: &[u8]) -> Result<Vec<u8>, Error> {
    let picture = image::load_from_memory_with_format(webp, ImageFormat::WebP).map_err(|_| Error::Broken)?;
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).map_err(|_| Error::Broken)?;
    Ok(bytes.into_inner())
}

#[derive(Debug, Deserialize)]
pub(super) struct Task {
    id_task: Option<String>,
}

/// `POST /internal/progress`: the same by the name that a client gave with `force_task_id`.
pub(super) async fn internal(
    State(studio): State<Arc<Studio>>,
    Extension(desk): Extension<Arc<Desk>>,
    caller: Caller,
    body::Json(Task { id_task }): body::Json<Task>,
) -> Result<Json<Value>, Fault> {
    let current = desk.current(&caller.person.id).filter(|current| current.task == id_task);
    let Some(current) = current else {
        return Ok(Json(
            json!({ "active": false, "queued": false, "completed": true, "progress": null, "eta": null,
            "live_preview": null, "id_live_preview": -1, "textinfo": "Waiting..." }),
        ));
    };
    let preview =
        current.preview.as_ref().map(|webp| format!("data:image/webp;base64,{}", STANDARD.encode(webp)));
    Ok(Json(json!({
        "active": current.total > 0,
        "queued": current.total == 0,
        "completed": false,
        "progress": current.share(),
        "eta": eta_s(&studio, &current),
        "live_preview": preview,
        "id_live_preview": current.done,
        "textinfo": null,
    })))
}

/// `POST /sdapi/v1/interrupt`: what is finished is kept and handed out.
pub(super) async fn interrupt(
    State(studio): State<Arc<Studio>>,
    Extension(desk): Extension<Arc<Desk>>,
    caller: Caller,
) -> Result<Json<Value>, Fault> {
    call_off(&studio, &desk, &caller.person).await?;
    Ok(Json(json!({})))
}

/// `POST /sdapi/v1/skip`: pictures of one order are painted together, so that the rest is skipped as a whole.
pub(super) async fn skip(
    State(studio): State<Arc<Studio>>,
    Extension(desk): Extension<Arc<Desk>>,
    caller: Caller,
) -> Result<Json<Value>, Fault> {
    call_off(&studio, &desk, &caller.person).await?;
    Ok(null())
}

async fn call_off(studio: &Studio, desk: &Desk, person: &Person) -> Result<(), Error> {
    let job = desk.with(|all| {
        let current = all.get_mut(&person.id)?;
        current.interrupted = true;
        Some(current.job.clone())
    });
    if let Some(job) = job {
        studio.store.jobs().cancel(&person.id, &job).await?;
    }
    Ok(())
}

/// The options that a person set, kept with their preferences.
pub(super) fn options_of(person: &Person) -> Map<String, Value> {
    let preferences: Value = serde_json::from_str(&person.preferences).unwrap_or_default();
    preferences["a1111"].as_object().cloned().unwrap_or_default()
}

/// `GET /sdapi/v1/options`.
pub(super) async fn options(State(studio): State<Arc<Studio>>, caller: Caller) -> Json<Value> {
    let by = studio.workshop.painter.painted_by();
    let mut options = json!({
        "sd_model_checkpoint": format!("{} [{}]", by.model, by.hash),
        "sd_checkpoint_hash": by.hash,
        "sd_vae": "Automatic",
        "samples_format": "png",
        "samples_save": true,
        "CLIP_stop_at_last_layers": 1,
        "live_previews_enable": true,
        "show_progress_type": "Full",
        "img2img_color_correction": false,
        "randn_source": "CPU",
    });
    for (name, value) in options_of(&caller.person) {
        options[name] = value;
    }
    Json(options)
}

/// `POST /sdapi/v1/options`: for the caller alone.
pub(super) async fn set_options(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    body::Json(set): body::Json<Map<String, Value>>,
) -> Result<Json<Value>, Fault> {
    let mut preferences: Value =
        serde_json::from_str(&caller.person.preferences).unwrap_or_else(|_| json!({}));
    let mut options = options_of(&caller.person);
    // There is one model, and its name is not a setting.
    options.extend(set.into_iter().filter(|(name, _)| name != "sd_model_checkpoint"));
    preferences["a1111"] = Value::Object(options);
    let text = preferences.to_string();
    if text.len() > MOST_OPTIONS {
        return Err(Error::Request { reason: "too many options".to_owned() }.into());
    }
    studio.store.accounts().set_preferences(&caller.person.id, &text).await?;
    Ok(null())
}
