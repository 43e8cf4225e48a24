//! Many orders from a file, and one from a picture.

use std::sync::Arc;

use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::orders::wildcards;
use super::page::{Ui, done};
use super::troubles::sentence;
use super::{compose, upload};
use crate::error::Error;
use crate::metadata::{self, Found};
use crate::order::{self, Choice, Reading, Wish, Written};
use crate::studio::Studio;
use crate::table;
use crate::walk::{Asked, submit};

/// Orders of one file at most.
const MOST_ORDERS: usize = 1000;

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

/// `POST /orders/batch`: the orders of every row. A row that cannot be ordered stops the file before any is.
pub(super) async fn order_all(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    form: Multipart,
) -> Result<Response, Error> {
    ui.caller()?;
    let asked = match upload::file(&studio, form).await {
        Ok(Some(file)) => orders(&studio, &file),
        Ok(None) => Err(Error::Request { reason: "file".to_owned() }),
        Err(error) => Err(error),
    };
    let answers = match asked {
        Ok(asked) => submit(&studio, ui.person()?, asked).await?,
        Err(error) if !ui.wants_page => return Err(error),
        Err(error) => {
            let trouble = sentence(&error, ui.language);
            let shown = compose::shown(&studio, &ui, &Written::default(), trouble).await?;
            return Ok((StatusCode::BAD_REQUEST, shown).into_response());
        }
    };
    for answer in answers {
        answer?;
    }
    Ok(done("/", "picture.ordered").into_response())
}

/// The orders of a table, or of a file with a prompt a line.
fn orders(studio: &Studio, file: &upload::File) -> Result<Vec<Asked>, Error> {
    let text =
        std::str::from_utf8(&file.bytes).map_err(|_| Error::NotText { file: file.name.clone().into() })?;
    let (wish, wildcards) = (studio.config.paint.wish(), wildcards(studio));
    let of = |prompt: &str, wish: &Wish| order::orders(prompt, wish, Choice::Drawn, &wildcards);
    let mut orders = Vec::new();
    if file.name.to_lowercase().ends_with(".csv") {
        for mut row in table::read(text)? {
            let own = std::mem::replace(&mut row.wish, Ok(Wish::default()))?;
            orders.extend(of(&row.prompt, &own.or(wish.clone())).map_err(|error| row.blamed(error))?);
        }
    } else {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        for line in lines {
            orders.extend(of(line, &wish)?);
        }
    }
    match orders.len() {
        0 => Err(Error::NoPrompts { file: file.name.clone().into() }),
        1..=MOST_ORDERS => Ok(orders.into_iter().map(Asked::new).collect()),
        many => Err(Error::Request { reason: format!("{}: {many} > {MOST_ORDERS}", file.name) }),
    }
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
        travel: wish.travel,
        blend: wish.blend,
    }
}
