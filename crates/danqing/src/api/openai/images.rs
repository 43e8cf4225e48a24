//! `POST /v1/images/generations`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use danqing_store::Picture;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::stream;
use crate::api::body::{Form, Json};
use crate::api::native::file_url;
use crate::api::waiting::Waiting;
use crate::caller::Caller;
use crate::error::Error;
use crate::order::{DEFAULT_STEPS, Order, Wish};
use crate::output::Format;
use crate::studio::Studio;
use crate::walk::Asked;

/// Pictures of one request at most.
const MOST_PICTURES: u32 = 10;
/// Tokens of one painting: the patches that the painter works on.
const TOKENS_OF_A_PAINTING: i64 = 64;

/// What a client sends. Fields that nothing here depends on (`user`, `moderation` and others) are passed over.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    pub(super) prompt: String,
    n: Option<u32>,
    size: Option<String>,
    quality: Option<String>,
    background: Option<String>,
    output_format: Option<String>,
    output_compression: Option<u32>,
    response_format: Option<String>,
    style: Option<String>,
    pub(super) stream: Option<bool>,
    partial_images: Option<u32>,
}

/// How a picture is asked for and handed out, as answers say it.
#[derive(Clone, Debug)]
pub(super) struct Manner {
    pub(super) format: Format,
    pub(super) quality: &'static str,
    pub(super) background: &'static str,
    pub(super) size: String,
    pub(super) partial_images: u32,
    /// What events are called after.
    pub(super) family: &'static str,
    handed: Handed,
    prompt_tokens: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Handed {
    Base64,
    Url,
}

/// `POST /v1/images/generations`.
pub(super) async fn generate(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    Json(wanted): Json<Wanted>,
) -> Result<Response, Error> {
    let (asked, manner) = wanted.asked(&studio)?;
    let waiting = Waiting::begin(&studio, &caller.person, asked).await?;
    if wanted.stream == Some(true) {
        return Ok(stream::answer(studio, waiting, manner));
    }
    let pictures = waiting.pictures().await?;
    Ok(axum::Json(answer(&studio, &pictures, &manner).await?).into_response())
}

impl Wanted {
    /// The same from a form with files.
    pub(super) fn of_form(form: &Form) -> Result<Self, Error> {
        let wrong = |name: &str| Error::Request { reason: format!("`{name}` cannot be read") };
        let mut fields = Map::new();
        for (name, text) in &form.fields {
            let value = match name.as_str() {
                "n" | "output_compression" | "partial_images" | "stream" => {
                    serde_json::from_str(text).map_err(|_| wrong(name))?
                }
                _ => json!(text),
            };
            fields.insert(name.clone(), value);
        }
        serde_json::from_value(Value::Object(fields))
            .map_err(|error| Error::Request { reason: error.to_string() })
    }

    /// Whether a size is asked for.
    pub(super) fn has_size(&self) -> bool {
        self.size.as_ref().is_some_and(|size| size != "auto")
    }

    pub(super) fn asked(&self, studio: &Studio) -> Result<(Asked, Manner), Error> {
        let wrong = |reason: &str| Error::Request { reason: reason.to_owned() };
        let count = self.n.unwrap_or(1);
        if !(1..=MOST_PICTURES).contains(&count) {
            return Err(wrong("`n` is 1 to 10"));
        }
        if self.output_compression.is_some_and(|percent| percent > 100) {
            return Err(wrong("`output_compression` is 0 to 100"));
        }
        let partial_images = self.partial_images.unwrap_or(0);
        if partial_images > 3 {
            return Err(wrong("`partial_images` is 0 to 3"));
        }
        let handed = match self.response_format.as_deref() {
            None | Some("b64_json") => Handed::Base64,
            Some("url") => Handed::Url,
            Some(_) => return Err(wrong("`response_format` is `url` or `b64_json`")),
        };
        let (quality, steps) = quality(self.quality.as_deref())
            .ok_or_else(|| wrong("`quality` is `low`, `medium`, `high`, `auto`, `standard` or `hd`"))?;
        let (background, paper) = match self.background.as_deref() {
            None | Some("auto") => ("auto", None),
            Some("transparent") => ("transparent", Some("transparent")),
            Some("opaque") => ("opaque", Some("#ffffff")),
            Some(other) => return Err(Error::UnknownBackground { text: other.chars().take(40).collect() }),
        };
        let format = self.output_format.as_deref().map_or(Ok(Format::Png), Format::parse)?;
        if background == "transparent" && format == Format::Jpeg {
            return Err(wrong("a JPEG picture cannot be transparent"));
        }
        let wish = Wish {
            count: Some(count),
            steps: steps.or(studio.config.paint.steps.value),
            size: self.size.clone().filter(|size| size != "auto"),
            // `vivid` and `natural` are of another model; a style of our own may be named.
            style: self.style.clone().filter(|style| danqing_scene::Style::parse(style).is_some()),
            background: paper.map(str::to_owned),
            ..Wish::default()
        };
        let order = Order::new(&self.prompt, &wish.or(studio.config.paint.wish()))?;
        let manner = Manner {
            format,
            quality,
            background,
            size: order.size.to_string(),
            partial_images,
            family: "image_generation",
            handed,
            prompt_tokens: studio.workshop.painter.pipeline().token_count(&order.prompt) as i64,
        };
        let mut asked = Asked::new(order);
        asked.format = format;
        Ok((asked, manner))
    }
}

/// The quality as answers say it, and the steps that it stands for; none for the studio's own.
fn quality(name: Option<&str>) -> Option<(&'static str, Option<u32>)> {
    match name {
        None | Some("auto" | "medium" | "standard") => Some(("medium", None)),
        Some("low") => Some(("low", Some(DEFAULT_STEPS / 2))),
        Some("high" | "hd") => Some(("high", Some(DEFAULT_STEPS * 2))),
        Some(_) => None,
    }
}

/// The answer with all pictures.
pub(super) async fn answer(studio: &Studio, pictures: &[Picture], manner: &Manner) -> Result<Value, Error> {
    let mut data = Vec::new();
    for picture in pictures {
        data.push(match manner.handed {
            Handed::Base64 => json!({ "b64_json": base64_of(studio, picture).await? }),
            Handed::Url => json!({ "url": file_url(studio, &picture.id), "revised_prompt": picture.prompt }),
        });
    }
    Ok(json!({
        "created": created_s(pictures),
        "data": data,
        "background": manner.background,
        "output_format": manner.format.name(),
        "quality": manner.quality,
        "size": manner.size,
        "usage": usage(pictures.len(), manner),
    }))
}

/// The labelled file.
pub(super) async fn base64_of(studio: &Studio, picture: &Picture) -> Result<String, Error> {
    Ok(STANDARD.encode(studio.store.pictures().bytes(picture).await?))
}

pub(super) fn created_s(pictures: &[Picture]) -> i64 {
    pictures.iter().map(|picture| picture.created_ms / 1000).max().unwrap_or_default()
}

/// What was read and painted, in tokens of our own model.
pub(super) fn usage(pictures: usize, manner: &Manner) -> Value {
    let painted = pictures as i64 * TOKENS_OF_A_PAINTING;
    json!({
        "input_tokens": manner.prompt_tokens,
        "input_tokens_details": { "text_tokens": manner.prompt_tokens, "image_tokens": 0 },
        "output_tokens": painted,
        "total_tokens": manner.prompt_tokens + painted,
    })
}
