//! Ordering and calling off, from a form.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use danqing_store::JobId;
use serde::Deserialize;

use super::page::Ui;
use super::{compose, troubles};
use crate::caller::Caller;
use crate::error::Error;
use crate::order::{Wish, Written};
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
    /// A size in numbers, before the one that was chosen.
    exact: String,
    style: String,
    background: String,
    /// A background in words, before the one that was chosen.
    ground: String,
    format: String,
    whole: String,
}

impl OrderForm {
    fn written(&self) -> Result<Written, Error> {
        Ok(Written {
            prompt: self.prompt.clone(),
            negative: text(&self.negative),
            seed: number("seed", &self.seed)?,
            count: number("count", &self.count)?,
            steps: number("steps", &self.steps)?,
            guidance: number("guidance", &self.guidance)?,
            sampler: text(&self.sampler),
            size: text(&self.exact).or_else(|| text(&self.size)),
            style: text(&self.style),
            background: text(&self.ground).or_else(|| text(&self.background)),
            whole: text(&self.whole).is_some(),
            changes: None,
        })
    }

    fn asked(&self, otherwise: Wish) -> Result<Asked, Error> {
        let order = self.written()?.order(otherwise)?;
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

/// `POST /orders`: back to the first page, where the job is shown. An order that cannot be taken comes back with the
/// reason, its form as it was.
pub(super) async fn order(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Form(form): Form<OrderForm>,
) -> Result<Response, Error> {
    let person = ui.person()?;
    let ordered = match form.asked(studio.config.paint.wish()) {
        Ok(asked) => submit_one(&studio, person, asked).await,
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
            let written = form
                .written()
                .unwrap_or_else(|_| Written { prompt: form.prompt.clone(), ..Written::default() });
            compose::shown(&studio, &ui, &written, troubles::sentence(&error, ui.language)).await?
        }
        _ => return Err(error),
    };
    Ok((status, shown).into_response())
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
