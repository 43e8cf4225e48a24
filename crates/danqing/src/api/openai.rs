//! The image interface of `OpenAI`, under `/v1`: whatever model a client names, 小样 paints.
//!
//! Contracts: the published reference of the images, models and moderations endpoints, and how the official clients read
//! answers and errors.

mod edits;
mod images;
mod moderations;
mod stream;

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::body::{carried, with_json};
use crate::caller::{Caller, language};
use crate::error::{Error, Setting};
use crate::seal::chance;
use crate::studio::Studio;

/// Names under which clients know image models; all of them are painted by the studio's own.
const ALIASES: [&str; 4] = ["gpt-image-1", "gpt-image-1-mini", "dall-e-3", "dall-e-2"];

/// The addresses under `/v1`.
pub(super) fn router(_studio: &Arc<Studio>) -> Router<Arc<Studio>> {
    let addresses = Router::new()
        .route("/images/generations", post(images::generate))
        .route("/images/edits", post(edits::edit))
        .route("/images/variations", post(edits::vary))
        .route("/models", get(models))
        .route("/models/{name}", get(model))
        .route("/moderations", post(moderations::moderate))
        .fallback(|| async { Error::NoPage })
        .method_not_allowed_fallback(|| async { Error::NoMethod });
    Router::new().nest("/v1", addresses.layer(from_fn(worded)))
}

/// Errors as `{"error":{"message","type","param","code"}}`; every answer has a number to ask about.
async fn worded(request: Request, next: Next) -> Response {
    const ID: HeaderName = HeaderName::from_static("x-request-id");
    let language = language(request.headers());
    let mut response = next.run(request).await;
    if let Some(error) = carried(&mut response) {
        response = with_json(response, &json!({ "error": told(&error, language) }));
    }
    let id = chance::<12>().map(|id| format!("req_{id}")).unwrap_or_default();
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(ID, id);
    }
    response
}

/// An error in the words that the clients know.
fn told(error: &Error, language: crate::language::Language) -> Value {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (kind, code) = match error {
        Error::Stopped { .. } => ("image_generation_user_error", "moderation_blocked"),
        Error::SignInNeeded => ("invalid_request_error", "invalid_api_key"),
        Error::Store(danqing_store::Error::Quota { .. }) => ("insufficient_quota", "insufficient_quota"),
        Error::Locked { .. } => ("rate_limit_error", "rate_limit_exceeded"),
        _ if status.is_server_error() => ("server_error", error.code()),
        _ => ("invalid_request_error", error.code()),
    };
    let message = match error.hint(language) {
        Some(hint) => format!("{} {hint}", error.message(language)),
        None => error.message(language),
    };
    json!({ "message": message, "type": kind, "param": parameter(error), "code": code })
}

/// The field of the request that an error is about.
fn parameter(error: &Error) -> Option<&'static str> {
    match error {
        Error::EmptyPrompt
        | Error::WordlessPrompt { .. }
        | Error::LongPrompt { .. }
        | Error::ControlCharacter { .. }
        | Error::Stopped { .. } => Some("prompt"),
        Error::Size { .. } => Some("size"),
        Error::UnknownFormat { .. } => Some("output_format"),
        Error::UnknownBackground { .. } => Some("background"),
        Error::OutOfRange { setting: Setting::Count, .. } => Some("n"),
        _ => None,
    }
}

async fn models(State(studio): State<Arc<Studio>>, _caller: Caller) -> Json<Value> {
    let own = studio.workshop.painter.painted_by().model;
    let all: Vec<Value> = std::iter::once(own.as_str()).chain(ALIASES).map(model_object).collect();
    Json(json!({ "object": "list", "data": all }))
}

async fn model(
    State(studio): State<Arc<Studio>>,
    _caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<Value>, Error> {
    let own = studio.workshop.painter.painted_by().model;
    let known = own == name || ALIASES.contains(&name.as_str());
    if known { Ok(Json(model_object(&name))) } else { Err(Error::NoPage) }
}

fn model_object(name: &str) -> Value {
    // The day of danqing's first release; clients sort by it.
    json!({ "id": name, "object": "model", "created": 1_763_942_400, "owned_by": "danqing" })
}
