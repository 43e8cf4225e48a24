//! `img2img`: a picture painted over as a whole, or where a mask says so.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::Value;

use super::generate::{Wanted, painted};
use super::state::Desk;
use super::{Fault, picture};
use crate::api::body;
use crate::caller::Caller;
use crate::error::Error;
use crate::start::{Beginning, Source, sized};
use crate::studio::Studio;

/// What comes with a picture.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Start {
    init_images: Option<Vec<String>>,
    mask: Option<String>,
    denoising_strength: Option<f64>,
    inpainting_mask_invert: Option<f64>,
    inpaint_full_res: Option<bool>,
}

/// `POST /sdapi/v1/img2img`.
pub(super) async fn from_picture(
    State(studio): State<Arc<Studio>>,
    Extension(desk): Extension<Arc<Desk>>,
    caller: Caller,
    body::Json(sent): body::Json<Value>,
) -> Result<Json<Value>, Fault> {
    let person = &caller.person;
    let wanted = Wanted::read(&sent)?;
    let start = Start::deserialize(&sent)
        .map_err(|error| Fault::Theirs(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()))?;
    let first = start.init_images.as_ref().and_then(|images| images.first());
    let first =
        first.ok_or_else(|| Fault::Theirs(StatusCode::NOT_FOUND, "Init image not found".to_owned()))?;
    let mut request = wanted.request(&studio, person)?;
    let (file, size) = (picture(first)?, request.asked.order.size);
    let file = tokio::task::spawn_blocking(move || sized(file, size.width_px, size.height_px));
    let file = file.await.map_err(|_| Error::Broken)??;
    let mut beginning = Beginning::new(Source::handed_in(&studio, person, &file).await?);
    if let Some(mask) = start.mask.as_deref().filter(|mask| !mask.is_empty()) {
        beginning.mask = Some(Source::handed_in(&studio, person, &picture(mask)?).await?);
    }
    beginning.inverted = start.inpainting_mask_invert.unwrap_or(0.0) >= 1.0;
    beginning.strength = start.denoising_strength.map(|strength| (strength as f32).clamp(0.01, 1.0));
    let masked = beginning.mask.is_some() && start.inpaint_full_res.unwrap_or(true);
    beginning.area = masked.then(|| "masked".to_owned());
    request.asked.order = request.asked.order.starting_from(beginning.incoming(&studio, &person.id).await?);
    request.asked.beginning = Some(beginning);
    painted(&studio, &desk, person, request, sent).await
}
