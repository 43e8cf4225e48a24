//! `txt2img`: a request of the original, made an order, waited for, and answered with all pictures.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use danqing_scene::Style;
use danqing_store::{Person, Picture};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Fault;
use super::samplers::{is_scheduler, sampler};
use super::state::{Desk, options_of};
use crate::api::body;
use crate::api::waiting::{Told, Waiting};
use crate::calendar;
use crate::caller::Caller;
use crate::error::Error;
use crate::metadata::{self, Parameters};
use crate::order::{MOST_SIDE_PX, Order, Wish, drawn_seed};
use crate::output::Format;
use crate::studio::Studio;
use crate::walk::Asked;

/// What a client sends, as far as something here depends on it. Numbers may come as fractions.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    prompt: Option<String>,
    negative_prompt: Option<String>,
    styles: Option<Vec<String>>,
    seed: Option<f64>,
    subseed: Option<f64>,
    subseed_strength: Option<f64>,
    sampler_name: Option<String>,
    sampler_index: Option<String>,
    scheduler: Option<String>,
    batch_size: Option<f64>,
    n_iter: Option<f64>,
    steps: Option<f64>,
    cfg_scale: Option<f64>,
    width: Option<f64>,
    height: Option<f64>,
    enable_hr: Option<bool>,
    hr_scale: Option<f64>,
    hr_resize_x: Option<f64>,
    hr_resize_y: Option<f64>,
    script_name: Option<String>,
    alwayson_scripts: Option<Map<String, Value>>,
    override_settings: Option<Map<String, Value>>,
    send_images: Option<bool>,
    force_task_id: Option<String>,
    /// A picture's parameters, for what is not said otherwise.
    infotext: Option<String>,
}

/// An order with what the answer says of it.
pub(super) struct Request {
    pub(super) asked: Asked,
    pub(super) sampler: &'static str,
    pub(super) batch_size: u32,
    pub(super) styles: Vec<String>,
    pub(super) task: Option<String>,
    pub(super) sends: bool,
}

/// `POST /sdapi/v1/txt2img`.
pub(super) async fn from_text(
    State(studio): State<Arc<Studio>>,
    Extension(desk): Extension<Arc<Desk>>,
    caller: Caller,
    body::Json(sent): body::Json<Value>,
) -> Result<Json<Value>, Fault> {
    let wanted = Wanted::read(&sent)?;
    let request = wanted.request(&studio, &caller.person)?;
    painted(&studio, &desk, &caller.person, request, sent).await
}

/// Paints, and answers with what was painted before an interruption.
pub(super) async fn painted(
    studio: &Arc<Studio>,
    desk: &Arc<Desk>,
    person: &Person,
    request: Request,
    sent: Value,
) -> Result<Json<Value>, Fault> {
    let order = request.asked.order.clone();
    let mut waiting = Waiting::begin(studio, person, request.asked.clone()).await?;
    let seat =
        desk.sit(person, waiting.job(), &order, request.task.as_deref(), studio.store.clock().now_ms());
    while let Told::Progress { done, total, preview } = waiting.next().await? {
        seat.note(done, total, preview);
    }
    let pictures = match waiting.result().await {
        Err(Error::Cancelled) => studio.store.pictures().of_job(&waiting.job().id).await?,
        pictures => pictures?,
    };
    let mut images = Vec::new();
    if request.sends {
        for picture in &pictures {
            images.push(STANDARD.encode(studio.store.pictures().bytes(picture).await?));
        }
    }
    let info = info(studio, &request, &order, &pictures, seat.begun_ms());
    let answer = json!({ "images": images, "parameters": parameters(sent), "info": info.to_string() });
    Ok(Json(answer))
}

impl Wanted {
    pub(super) fn read(sent: &Value) -> Result<Self, Fault> {
        Self::deserialize(sent)
            .map_err(|error| Fault::Theirs(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))
    }

    pub(super) fn request(&self, studio: &Studio, person: &Person) -> Result<Request, Fault> {
        self.check_scripts()?;
        let found = self.infotext.as_deref().and_then(Parameters::parse);
        let (told_prompt, told) = found.map(|found| (found.prompt, found.wish)).unwrap_or_default();
        let given = self.sampler_name.as_ref().or(self.sampler_index.as_ref()).or(told.sampler.as_ref());
        let name = given.filter(|name| !name.is_empty()).map_or("Euler", String::as_str);
        let not_found = |what: &str| Fault::Theirs(StatusCode::NOT_FOUND, format!("{what} not found"));
        let (sampler, own) = sampler(name).ok_or_else(|| not_found("Sampler"))?;
        if self.scheduler.as_ref().is_some_and(|name| !name.is_empty() && !is_scheduler(name)) {
            return Err(not_found("Scheduler"));
        }
        let whole = |number: f64| number.clamp(0.0, 1e9) as u32;
        let batch_size = self.batch_size.map_or(1, whole);
        let size = told.size.filter(|_| self.width.is_none() && self.height.is_none());
        let styles = self.styles.clone().unwrap_or_default();
        let wish = Wish {
            negative: self.negative_prompt.clone().or(told.negative),
            seed: self.seed.map(|seed| if seed < 0.0 { -1 } else { seed as i64 }).or(told.seed),
            steps: Some(self.steps.map(whole).or(told.steps).unwrap_or(50)),
            guidance: Some(self.cfg_scale.map(|scale| scale as f32).or(told.guidance).unwrap_or(7.0)),
            sampler: Some(own.to_owned()),
            size: Some(size.unwrap_or_else(|| self.size())),
            count: Some(batch_size.saturating_mul(self.n_iter.map_or(1, whole))),
            style: styles.iter().find(|style| Style::parse(style).is_some()).cloned().or(told.style),
            background: told.background,
            travel: self.travel().or(told.travel),
            reading: told.reading,
            ..Wish::default()
        };
        let prompt = self.prompt.as_ref().unwrap_or(&told_prompt);
        let order = Order::new(prompt, &wish.or(studio.config.paint.wish()))?;
        let mut asked = Asked::new(order);
        asked.format = self.format(person)?;
        let task = self.force_task_id.clone();
        Ok(Request { asked, sampler, batch_size, styles, task, sends: self.send_images != Some(false) })
    }

    /// Noise between two seeds: `subseed_strength` of the way to `subseed`, which is random below 0.
    fn travel(&self) -> Option<String> {
        let share = self.subseed_strength.filter(|share| *share > 0.0)?;
        let seed = self.subseed.filter(|seed| *seed >= 0.0).map_or_else(drawn_seed, |seed| seed as u64);
        Some(format!("{seed}:{}", share.min(1.0)))
    }

    /// Scripts are programs of the original's; there are none here.
    fn check_scripts(&self) -> Result<(), Fault> {
        let refused = |detail: String| Err(Fault::Theirs(StatusCode::UNPROCESSABLE_ENTITY, detail));
        if let Some(name) = self.script_name.as_ref().filter(|name| !name.is_empty()) {
            return refused(format!("Script '{name}' not found"));
        }
        match self.alwayson_scripts.iter().flat_map(Map::keys).next() {
            Some(name) => refused(format!("always on script {name} not found")),
            None => Ok(()),
        }
    }

    /// The size of the files: with `enable_hr` the enlarged one, which danqing paints in one go.
    fn size(&self) -> String {
        let (mut width, mut height) = (self.width.unwrap_or(512.0), self.height.unwrap_or(512.0));
        if self.enable_hr == Some(true) {
            let scale = self.hr_scale.unwrap_or(2.0);
            let given = |side: Option<f64>| side.filter(|side| *side >= 1.0);
            (width, height) = match (given(self.hr_resize_x), given(self.hr_resize_y)) {
                (None, None) => (width * scale, height * scale),
                (Some(x), Some(y)) => (x, y),
                (Some(x), None) => (x, height * x / width.max(1.0)),
                (None, Some(y)) => (width * y / height.max(1.0), y),
            };
            let most = f64::from(MOST_SIDE_PX);
            (width, height) = (width.min(most), height.min(most));
        }
        format!("{}x{}", width.round() as i64, height.round() as i64)
    }

    fn format(&self, person: &Person) -> Result<Format, Error> {
        let options = options_of(person);
        let given = self.override_settings.as_ref().and_then(|settings| settings.get("samples_format"));
        let name = given.or_else(|| options.get("samples_format")).and_then(Value::as_str);
        name.map_or(Ok(Format::Png), Format::parse)
    }
}

/// What was sent, without the pictures in it.
fn parameters(mut sent: Value) -> Value {
    if let Some(fields) = sent.as_object_mut() {
        for name in ["init_images", "mask"] {
            if let Some(field) = fields.get_mut(name) {
                *field = Value::Null;
            }
        }
    }
    sent
}

/// Everything about the pictures, as the original tells it.
fn info(studio: &Studio, request: &Request, order: &Order, pictures: &[Picture], begun_ms: i64) -> Value {
    let by = studio.workshop.painter.painted_by();
    let orders: Vec<Order> = pictures.iter().map(|picture| order.single(picture.place as u32)).collect();
    let subseed = |order: &Order| order.travel.map_or(order.seed, |travel| travel.seed);
    let each = |value: &dyn Fn(&Order) -> Value| Value::Array(orders.iter().map(value).collect());
    json!({
        "prompt": order.prompt,
        "all_prompts": each(&|order| json!(order.prompt)),
        "negative_prompt": order.negative,
        "all_negative_prompts": each(&|order| json!(order.negative)),
        "seed": order.seed,
        "all_seeds": each(&|order| json!(order.seed)),
        "subseed": subseed(order),
        "all_subseeds": each(&|order| json!(subseed(order))),
        "subseed_strength": order.travel.map_or(0.0, |travel| travel.share.get()),
        "width": order.size.width_px,
        "height": order.size.height_px,
        "sampler_name": request.sampler,
        "cfg_scale": order.guidance,
        "steps": order.steps,
        "batch_size": request.batch_size,
        "restore_faces": false,
        "face_restoration_model": null,
        "sd_model_name": by.model,
        "sd_model_hash": by.hash,
        "sd_vae_name": null,
        "sd_vae_hash": null,
        "seed_resize_from_w": -1,
        "seed_resize_from_h": -1,
        "denoising_strength": order.incoming.as_ref().map(|incoming| incoming.edit.strength().get()),
        "extra_generation_params": { "danqing sampler": sampler(request.sampler).map(|(_, own)| own) },
        "index_of_first_image": 0,
        "infotexts": each(&|order| json!(metadata::text(order, &by))),
        "styles": request.styles,
        "job_timestamp": calendar::stamp(begun_ms),
        "clip_skip": 1,
        "is_using_inpainting_conditioning": false,
        "version": concat!("danqing v", env!("CARGO_PKG_VERSION")),
    })
}
