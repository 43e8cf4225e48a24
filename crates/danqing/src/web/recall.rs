//! Many orders from a file, and one from a picture.

use std::sync::Arc;

use axum::extract::{Multipart, State};
use axum::response::{IntoResponse as _, Response};

use super::page::{Ui, done};
use super::troubles::sentence;
use super::{compose, upload};
use crate::batch;
use crate::error::Error;
use crate::metadata::{self, Found};
use crate::order::{Reading, Wish, Written};
use crate::studio::Studio;
use crate::walk::{Asked, submit};

/// `POST /recall`: the form, filled with the parameters of a picture.
pub(super) async fn recall(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    form: Multipart,
) -> Result<Response, Error> {
    ui.caller()?;
    let taken = match upload::file(&studio, form).await {
        Ok(Some(file)) => written(&file),
        Ok(None) => Err(Error::Request { reason: "file".to_owned() }),
        Err(error) => Err(error),
    };
    match taken {
        Ok(written) => compose::shown(&studio, &ui, &written, String::new()).await,
        Err(error) => compose::shown(&studio, &ui, &Written::default(), sentence(&error, ui.language)).await,
    }
}

fn written(file: &upload::File) -> Result<Written, Error> {
    match metadata::find(&file.bytes) {
        Found::Parameters(parameters, _) => Ok(of_wish(parameters.prompt, parameters.wish)),
        Found::Nothing => Err(Error::NoParameters { file: file.name.clone().into() }),
        Found::NotAPicture => Err(Error::NotAPicture { file: file.name.clone().into() }),
    }
}

/// `POST /orders/batch`: one job a row. A row that cannot be ordered stops the file before any is.
pub(super) async fn order_all(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    form: Multipart,
) -> Result<Response, Error> {
    let file =
        upload::file(&studio, form).await?.ok_or_else(|| Error::Request { reason: "file".to_owned() })?;
    let rows = batch::rows(&file.name, &file.bytes)?;
    let order = |row: &batch::Row| row.written.order(studio.config.paint.wish()).map(Asked::new);
    let asked = rows
        .iter()
        .map(|row| order(row).map_err(|error| in_row(&ui, row.line, &error)))
        .collect::<Result<Vec<_>, _>>()?;
    for answer in submit(&studio, ui.person()?, asked).await? {
        answer?;
    }
    Ok(done("/", "picture.ordered").into_response())
}

fn in_row(ui: &Ui, line: usize, error: &Error) -> Error {
    let why = error.message(ui.language);
    Error::Request { reason: ui.fill("batch.row", &[("n", &line), ("why", &why)]) }
}

fn of_wish(prompt: String, wish: Wish) -> Written {
    Written {
        prompt,
        negative: wish.negative.filter(|negative| !negative.is_empty()),
        seed: wish.seed,
        count: wish.count,
        steps: wish.steps,
        guidance: wish.guidance,
        sampler: wish.sampler,
        size: wish.size,
        style: wish.style,
        background: wish.background,
        whole: wish.reading == Some(Reading::Whole),
        changes: wish.changes,
    }
}
