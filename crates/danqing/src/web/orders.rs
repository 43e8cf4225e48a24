//! Ordering and calling off, from a form.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use danqing_store::JobId;
use serde::Deserialize;

use crate::caller::Caller;
use crate::error::Error;
use crate::order::{Order, Reading, Wish};
use crate::output::Format;
use crate::studio::Studio;
use crate::walk::{Asked, submit_one};

/// The fields of the form; an empty field is one that is left open.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OrderForm {
    prompt: String,
    negative: String,
    seed: String,
    count: String,
    steps: String,
    guidance: String,
    sampler: String,
    size: String,
    style: String,
    background: String,
    format: String,
    whole: String,
}

impl OrderForm {
    fn wish(&self) -> Result<Wish, Error> {
        Ok(Wish {
            negative: text(&self.negative),
            seed: number("seed", &self.seed)?,
            steps: number("steps", &self.steps)?,
            guidance: number("guidance", &self.guidance)?,
            sampler: text(&self.sampler),
            size: text(&self.size),
            count: number("count", &self.count)?,
            style: text(&self.style),
            background: text(&self.background),
            reading: text(&self.whole).map(|_| Reading::Whole),
            grid: None,
        })
    }

    fn asked(&self, otherwise: Wish) -> Result<Asked, Error> {
        let order = Order::new(&self.prompt, &self.wish()?.or(otherwise))?;
        let format = text(&self.format).map_or(Ok(Format::Png), |format| Format::parse(&format))?;
        Ok(Asked { format, ..Asked::new(order) })
    }
}

fn text(field: &str) -> Option<String> {
    Some(field.trim()).filter(|field| !field.is_empty()).map(str::to_owned)
}

fn number<T: std::str::FromStr>(name: &str, field: &str) -> Result<Option<T>, Error> {
    let parsed =
        |field: String| field.parse().map_err(|_| Error::Request { reason: format!("{name} = {}", field) });
    text(field).map(parsed).transpose()
}

/// `POST /orders`: back to the first page, where the job is shown.
pub(super) async fn order(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    Form(form): Form<OrderForm>,
) -> Result<Redirect, Error> {
    let asked = form.asked(studio.config.paint.wish())?;
    let job = submit_one(&studio, &caller.person, asked).await?;
    Ok(Redirect::to(&format!("/?job={}", job.id)))
}

/// `POST /jobs/{id}/cancel`.
pub(super) async fn cancel(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let id: JobId = id.parse()?;
    studio.store.jobs().cancel(&caller.person.id, &id).await?;
    Ok((StatusCode::SEE_OTHER, [("location", "/")]).into_response())
}
