//! Ordering and calling off, from a form.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use danqing_store::{Job, JobId, Person};
use serde::Deserialize;

use super::page::Ui;
use super::{compose, troubles};
use crate::caller::Caller;
use crate::error::Error;
use crate::expand::Wildcards;
use crate::order::{self, Choice, Written};
use crate::output::Format;
use crate::studio::Studio;
use crate::walk::{Asked, submit};

/// The fields of the form; an empty field is one that is left open.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OrderForm {
    pub(super) prompt: String,
    negative: String,
    seed: String,
    count: String,
    steps: String,
    guidance: String,
    sampler: String,
    size: String,
    /// A size in numbers, before the one that was chosen.
    exact: String,
    style: String,
    background: String,
    /// A background in words, before the one that was chosen.
    ground: String,
    format: String,
    whole: String,
    travel: String,
    blend: String,
}

impl OrderForm {
    /// The order, unchecked, as far as the fields can be read.
    pub(super) fn readable(&self) -> Written {
        Written {
            prompt: self.prompt.clone(),
            negative: text(&self.negative),
            seed: self.seed.trim().parse().ok(),
            count: self.count.trim().parse().ok(),
            steps: self.steps.trim().parse().ok(),
            guidance: self.guidance.trim().parse().ok(),
            sampler: text(&self.sampler),
            size: text(&self.exact).or_else(|| text(&self.size)),
            style: text(&self.style),
            background: text(&self.ground).or_else(|| text(&self.background)),
            whole: text(&self.whole).is_some(),
            travel: text(&self.travel),
            blend: text(&self.blend),
            changes: None,
        }
    }

    fn written(&self) -> Result<Written, Error> {
        Ok(Written {
            seed: number("seed", &self.seed)?,
            count: number("count", &self.count)?,
            steps: number("steps", &self.steps)?,
            guidance: number("guidance", &self.guidance)?,
            ..self.readable()
        })
    }

    /// One order, or where the prompt leaves something to choose, one a picture.
    pub(super) fn asked(&self, studio: &Studio) -> Result<Vec<Asked>, Error> {
        let written = self.written()?;
        let wish = written.wish().or(studio.config.paint.wish());
        let orders = order::orders(&written.prompt, &wish, Choice::Drawn, &wildcards(studio))?;
        let format = text(&self.format).map_or(Ok(Format::Png), |format| Format::parse(&format))?;
        Ok(orders.into_iter().map(|order| Asked { format, ..Asked::new(order) }).collect())
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

/// `POST /orders`: back to the first page, where the job is shown. An order that cannot be taken comes back with the
/// reason, its form as it was.
pub(super) async fn order(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Form(form): Form<OrderForm>,
) -> Result<Response, Error> {
    let person = ui.person()?;
    let ordered = match form.asked(&studio) {
        Ok(asked) => submit_all(&studio, person, asked).await,
        Err(error) => Err(error),
    };
    let error = match ordered {
        Ok(job) => return Ok(Redirect::to(&format!("/?job={}", job.id)).into_response()),
        Err(error) if !ui.wants_page => return Err(error),
        Err(error) => error,
    };
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let shown = match &error {
        Error::Stopped { stop, entry } => troubles::stopped(&ui, stop, *entry, &form.prompt)?,
        _ if status == StatusCode::BAD_REQUEST || status == StatusCode::TOO_MANY_REQUESTS => {
            let trouble = troubles::sentence(&error, ui.language);
            compose::shown(&studio, &ui, &form.readable(), trouble).await?
        }
        _ => return Err(error),
    };
    Ok((status, shown).into_response())
}

/// Queues all, and gives the first job; what stops one stops the answer.
async fn submit_all(studio: &Studio, person: &Person, asked: Vec<Asked>) -> Result<Job, Error> {
    let jobs = submit(studio, person, asked).await?.into_iter().collect::<Result<Vec<_>, _>>()?;
    jobs.into_iter().next().ok_or(Error::Broken)
}

/// The lists of words that prompts draw from.
pub(super) fn wildcards(studio: &Studio) -> Wildcards {
    Wildcards::new(studio.config.paint.wildcards.value.as_ref().map(PathBuf::from))
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
