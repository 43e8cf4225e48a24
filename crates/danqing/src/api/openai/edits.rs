//! `POST /v1/images/edits` and `/v1/images/variations`: pictures that start from others.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};

use super::images::{Wanted, answer};
use super::stream;
use crate::api::body::{Form, missing};
use crate::api::waiting::Waiting;
use crate::caller::Caller;
use crate::error::Error;
use crate::start::{Beginning, Source, mask_of_holes, sized};
use crate::studio::Studio;

/// How much a variation may change.
const VARIED: f32 = 0.6;

/// `POST /v1/images/edits`: changes what the mask has transparent, or all of the picture. Of several pictures the first
/// is edited.
pub(super) async fn edit(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    request: Request,
) -> Result<Response, Error> {
    let form = Form::read(request, &studio).await?;
    let wanted = Wanted::of_form(&form)?;
    let mask = form.file("mask").map(<[u8]>::to_vec);
    start(studio, caller, wanted, &form, mask, None, "image_edit").await
}

/// `POST /v1/images/variations`: the picture again, a little different.
pub(super) async fn vary(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    request: Request,
) -> Result<Response, Error> {
    let form = Form::read(request, &studio).await?;
    let mut wanted = Wanted::of_form(&form)?;
    if wanted.prompt.is_empty() {
        let text = form.file("image").and_then(crate::metadata::text_of).unwrap_or_default();
        let known = crate::metadata::Parameters::parse(&text);
        wanted.prompt = known.map_or_else(|| "图案".to_owned(), |known| known.prompt);
    }
    start(studio, caller, wanted, &form, None, Some(VARIED), "image_generation").await
}

async fn start(
    studio: Arc<Studio>,
    caller: Caller,
    wanted: Wanted,
    form: &Form,
    mask: Option<Vec<u8>>,
    strength: Option<f32>,
    family: &'static str,
) -> Result<Response, Error> {
    let file = form.file("image").or_else(|| form.file("image[]")).ok_or_else(|| missing("image"))?.to_vec();
    let (mut asked, mut manner) = wanted.asked(&studio)?;
    let size = wanted.has_size().then_some(asked.order.size);
    let prepared = tokio::task::spawn_blocking(move || -> Result<_, Error> {
        let file = match size {
            Some(size) => sized(file, size.width_px, size.height_px)?,
            None => file,
        };
        Ok((file, mask.map(|mask| mask_of_holes(&mask)).transpose()?))
    });
    let (file, mask) = prepared.await.map_err(|_| Error::Broken)??;
    let mut beginning = Beginning::new(Source::handed_in(&studio, &caller.person, &file).await?);
    if let Some(mask) = mask {
        beginning.mask = Some(Source::handed_in(&studio, &caller.person, &mask).await?);
    }
    beginning.strength = strength;
    let incoming = beginning.incoming(&studio, &caller.person.id).await?;
    asked.order = asked.order.starting_from(incoming);
    asked.beginning = Some(beginning);
    manner.size = asked.order.size.to_string();
    manner.family = family;
    let waiting = Waiting::begin(&studio, &caller.person, asked).await?;
    if wanted.stream == Some(true) {
        return Ok(stream::answer(studio, waiting, manner));
    }
    let pictures = waiting.pictures().await?;
    Ok(axum::Json(answer(&studio, &pictures, &manner).await?).into_response())
}
