//! Painting while one writes.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use danqing_scene::{Language as Said, Style};
use danqing_store::Role;
use serde::Deserialize;

use super::examples::{self, Example};
use super::jobs::{self, JobView};
use super::orders::OrderForm;
use super::page::{Ui, page};
use super::reading::{self, Item};
use crate::caller::Caller;
use crate::error::Error;
use crate::live::{Care, STYLES};
use crate::studio::Studio;

/// How long painting a frame took (W3C, *Server Timing*), for whoever wants to know.
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// What the address may ask the page to begin with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    prompt: String,
    seed: String,
    style: String,
}

/// A style of the slider.
struct Stop {
    /// Place on the slider.
    place: usize,
    /// As orders name it; empty for none.
    value: &'static str,
    label: &'static str,
}

#[derive(Template)]
#[template(path = "live.html")]
struct Live<'a> {
    ui: &'a Ui,
    prompt: String,
    seed: String,
    stops: Vec<Stop>,
    /// The place of the style that the page begins with.
    place: usize,
    reading: Vec<Item>,
    jobs: Vec<JobView>,
    examples: Vec<Example>,
    is_open: bool,
}

/// `GET /live`.
pub(super) async fn get(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    ui.at_least(Role::Creator)?;
    let style = Style::parse(&asked.style);
    let jobs = jobs::latest(&studio, &ui).await?;
    page(&Live {
        ui: &ui,
        reading: reading::items(&studio, &ui, &asked.prompt).await?,
        place: STYLES.iter().position(|stop| *stop == style).unwrap_or(0),
        stops: stops(&ui),
        prompt: asked.prompt,
        seed: asked.seed.trim().parse::<u64>().map(|seed| seed.to_string()).unwrap_or_default(),
        examples: if jobs.is_empty() { examples::all(ui.language) } else { Vec::new() },
        jobs,
        is_open: studio.live.is_open(),
    })
}

fn stops(ui: &Ui) -> Vec<Stop> {
    let language = ui.language.pick(Said::Chinese, Said::English);
    let stop = |(place, style): (usize, &Option<Style>)| Stop {
        place,
        value: style.map_or("", Style::name),
        label: style.map_or(ui.say("live.no_style"), |style| style.word(language)),
    };
    STYLES.iter().enumerate().map(stop).collect()
}

/// What the address says of a frame.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Manner {
    /// Anything: with care.
    fine: String,
}

/// `POST /live`: the form of an order, painted in a hurry as a WebP file, with `?fine=1` in less of a hurry; nothing (204)
/// where the same person has asked for a newer frame before this one was done.
pub(super) async fn frame(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    Query(manner): Query<Manner>,
    Form(form): Form<OrderForm>,
) -> Result<Response, Error> {
    let person = &caller.at_least(Role::Creator)?.person;
    let asked = form.asked(&studio)?.into_iter().next().ok_or(Error::Broken)?;
    let care = if manner.fine.is_empty() { Care::Draft } else { Care::Fine };
    let painted = studio.live.frame(&studio.workshop, person.id.as_str(), asked.order, care).await?;
    let Some(frame) = painted else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    studio.metrics.frames.add(1);
    let timing = format!("paint;dur={:.1}", frame.duration.as_secs_f64() * 1000.0);
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("image/webp")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (SERVER_TIMING, HeaderValue::try_from(timing).map_err(|_| Error::Broken)?),
    ];
    Ok((headers, frame.bytes).into_response())
}
