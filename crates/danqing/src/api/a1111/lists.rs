//! What there is to choose from, in the original's words.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use danqing_scene::{Language, Style};
use serde_json::{Value, json};

use super::null;
use super::samplers::{SAMPLERS, SCHEDULERS};
use crate::caller::Caller;
use crate::lexicon::Knowledge;
use crate::studio::Studio;

/// Ways to enlarge a picture that came in.
pub(super) const UPSCALERS: [&str; 3] = ["None", "Lanczos", "Nearest"];

pub(super) async fn samplers(_caller: Caller) -> Json<Value> {
    let sampler = |(name, aliases, own): &(&str, &[&str], &str)| json!({ "name": name, "aliases": aliases, "options": { "danqing_sampler": own } });
    Json(SAMPLERS.iter().map(sampler).collect())
}

pub(super) async fn schedulers(_caller: Caller) -> Json<Value> {
    let scheduler = |(name, label): &(&str, &str)| json!({ "name": name, "label": label, "aliases": null, "default_rho": -1, "need_inner_model": false });
    Json(SCHEDULERS.iter().map(scheduler).collect())
}

pub(super) async fn models(State(studio): State<Arc<Studio>>, _caller: Caller) -> Json<Value> {
    let by = studio.workshop.painter.painted_by();
    let sha256 = &studio.workshop.painter.pipeline().info().sha256;
    Json(json!([{
        "title": format!("{} [{}]", by.model, by.hash),
        "model_name": by.model,
        "hash": by.hash,
        "sha256": sha256,
        "filename": format!("{}.safetensors", by.model),
        "config": null,
    }]))
}

pub(super) async fn upscalers(_caller: Caller) -> Json<Value> {
    let upscaler = |name: &&str| json!({ "name": name, "model_name": null, "model_path": null, "model_url": null, "scale": 4 });
    Json(UPSCALERS.iter().map(upscaler).collect())
}

pub(super) async fn latent_modes(_caller: Caller) -> Json<Value> {
    Json(json!([{ "name": "Latent" }]))
}

/// Styles that the model was shown, by their Chinese and their English name.
pub(super) async fn styles(_caller: Caller) -> Json<Value> {
    let styles = Style::all().filter(|style| Knowledge::draws(*style));
    let names =
        styles.flat_map(|style| [Language::Chinese, Language::English].map(|language| style.word(language)));
    Json(names.map(|name| json!({ "name": name, "prompt": "", "negative_prompt": "" })).collect())
}

pub(super) async fn scripts(_caller: Caller) -> Json<Value> {
    Json(json!({ "txt2img": [], "img2img": [] }))
}

pub(super) async fn embeddings(_caller: Caller) -> Json<Value> {
    Json(json!({ "loaded": {}, "skipped": {} }))
}

pub(super) async fn memory(_caller: Caller) -> Json<Value> {
    Json(json!({ "ram": {}, "cuda": { "error": "unavailable" } }))
}

pub(super) async fn flags(_caller: Caller) -> Json<Value> {
    Json(json!({ "api": true, "nowebui": false, "use_cpu": ["all"] }))
}

/// Kinds of things that danqing has none of.
pub(super) async fn nothing(_caller: Caller) -> Json<Value> {
    Json(json!([]))
}

/// What has nothing to do here: there is one model, and it is always loaded.
pub(super) async fn done(_caller: Caller) -> Json<Value> {
    null()
}
