//! Pictures that come in: what their parameters say, and larger copies of them.

use std::io::Cursor;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use danqing_provenance::aigc::Certainty;
use danqing_store::Role;
use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use serde::Deserialize;
use serde_json::{Value, json};

use super::lists::UPSCALERS;
use super::{Fault, picture};
use crate::api::body;
use crate::caller::Caller;
use crate::error::Error;
use crate::labelling::Marks;
use crate::metadata;
use crate::order::MOST_SIDE_PX;
use crate::studio::Studio;

/// Bytes that a decoded picture takes at most.
const MOST_MEMORY: u64 = 400_000_000;

#[derive(Debug, Deserialize)]
pub(super) struct Looked {
    image: String,
}

/// `POST /sdapi/v1/png-info`.
pub(super) async fn info(
    _caller: Caller,
    body::Json(looked): body::Json<Looked>,
) -> Result<Json<Value>, Fault> {
    let text = metadata::text_of(&picture(&looked.image)?).unwrap_or_default();
    let items = if text.is_empty() { json!({}) } else { json!({ "parameters": text }) };
    Ok(Json(json!({ "info": text, "items": items, "parameters": parameters(&text) })))
}

/// The text's values under the names that the original's own reader gives them.
fn parameters(text: &str) -> Value {
    let Some((words, values)) = text.trim_end().rsplit_once('\n') else { return json!({}) };
    let (prompt, negative) = words.split_once("\nNegative prompt: ").unwrap_or((words, ""));
    let mut parameters = json!({ "Prompt": prompt, "Negative prompt": negative });
    for (name, value) in values.split(", ").filter_map(|pair| pair.split_once(": ")) {
        match (name, value.split_once('x')) {
            ("Size", Some((width, height))) => {
                parameters["Size-1"] = json!(width);
                parameters["Size-2"] = json!(height);
            }
            _ => parameters[name] = json!(value),
        }
    }
    parameters
}

/// `POST /sdapi/v1/interrogate`: the prompt that a picture carries. danqing has no model that describes pictures.
pub(super) async fn interrogate(
    _caller: Caller,
    body::Json(looked): body::Json<Looked>,
) -> Result<Json<Value>, Fault> {
    let text = metadata::text_of(&picture(&looked.image)?).unwrap_or_default();
    match metadata::Parameters::parse(&text) {
        Some(found) => Ok(Json(json!({ "caption": found.prompt }))),
        None => Err(Fault::Theirs(StatusCode::NOT_FOUND, "Model not found".to_owned())),
    }
}

/// How to enlarge.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Enlarged {
    image: String,
    #[serde(rename = "imageList")]
    images: Vec<Listed>,
    resize_mode: f64,
    upscaling_resize: Option<f64>,
    upscaling_resize_w: Option<f64>,
    upscaling_resize_h: Option<f64>,
    upscaler_1: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Listed {
    data: String,
}

/// `POST /sdapi/v1/extra-single-image`.
pub(super) async fn extra(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    body::Json(wanted): body::Json<Enlarged>,
) -> Result<Json<Value>, Fault> {
    caller.at_least(Role::Creator)?;
    let image = enlarged(&studio, picture(&wanted.image)?, &Arc::new(wanted)).await?;
    Ok(Json(json!({ "html_info": "", "image": image })))
}

/// `POST /sdapi/v1/extra-batch-images`.
pub(super) async fn extras(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    body::Json(wanted): body::Json<Enlarged>,
) -> Result<Json<Value>, Fault> {
    caller.at_least(Role::Creator)?;
    let wanted = Arc::new(wanted);
    let mut images = Vec::new();
    for listed in &wanted.images {
        images.push(enlarged(&studio, picture(&listed.data)?, &wanted).await?);
    }
    Ok(Json(json!({ "html_info": "", "images": images })))
}

/// A larger copy, labelled: what came in may have lost its labels, and this one shall not.
async fn enlarged(studio: &Arc<Studio>, file: Vec<u8>, wanted: &Arc<Enlarged>) -> Result<String, Fault> {
    let name = wanted.upscaler_1.as_deref().unwrap_or("None");
    let filter = match UPSCALERS.iter().position(|known| *known == name) {
        Some(2) => FilterType::Nearest,
        Some(_) => FilterType::Lanczos3,
        None => {
            return Err(Fault::Theirs(
                StatusCode::NOT_FOUND,
                format!("could not find upscaler named {name}"),
            ));
        }
    };
    let (studio, wanted) = (Arc::clone(studio), Arc::clone(wanted));
    let work = move || -> Result<String, Error> {
        let picture = decoded(&file)?;
        let (width, height) = wanted.size(&picture)?;
        let larger = picture.resize_exact(width, height, filter);
        let mut bytes = Cursor::new(Vec::new());
        larger.into_rgba8().write_to(&mut bytes, ImageFormat::Png).map_err(|_| Error::Broken)?;
        let (labelled, _) = studio
            .workshop
            .labelling
            .label_foreign(&bytes.into_inner(), "picture.png", Certainty::Is, Marks::All)
            .map_err(|source| Error::Mark { file: "picture.png".into(), source })?;
        Ok(STANDARD.encode(labelled.bytes()))
    };
    Ok(tokio::task::spawn_blocking(work).await.map_err(|_| Error::Broken)??)
}

impl Enlarged {
    fn size(&self, picture: &DynamicImage) -> Result<(u32, u32), Error> {
        let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
        let (width, height) =
            match (self.resize_mode >= 1.0, self.upscaling_resize_w, self.upscaling_resize_h) {
                (true, Some(width), Some(height)) => (width, height),
                _ => {
                    let scale = self.upscaling_resize.unwrap_or(2.0);
                    (width * scale, height * scale)
                }
            };
        let side = |side: f64| (1.0..=f64::from(MOST_SIDE_PX)).contains(&side).then_some(side.round() as u32);
        match (side(width), side(height)) {
            (Some(width), Some(height)) => Ok((width, height)),
            _ => Err(Error::Size { text: format!("{width}x{height}") }),
        }
    }
}

/// The picture of a file, if it is no trap: a small file can stand for more pixels than there is memory.
fn decoded(file: &[u8]) -> Result<DynamicImage, Error> {
    let damaged = || Error::NotAPicture { file: "image".into() };
    let mut reader = ImageReader::new(Cursor::new(file)).with_guessed_format().map_err(|_| damaged())?;
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(4 * MOST_SIDE_PX), Some(4 * MOST_SIDE_PX));
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    reader.decode().map_err(|_| damaged())
}
