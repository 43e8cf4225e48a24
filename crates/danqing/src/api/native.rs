//! danqing's own dialect: `/api/v1`, described by `/api/v1/openapi.json` and, for people, by `/api/v1/docs`.

mod about;
mod events;
#[expect(unused_qualifications, reason = "the macro that describes addresses writes them")]
mod jobs;
mod openapi;
#[expect(unused_qualifications, reason = "the macro that describes addresses writes them")]
mod orders;
#[expect(unused_qualifications, reason = "the macro that describes addresses writes them")]
mod pictures;
mod reference;
mod understand;
mod uploads;
mod verify;
mod views;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, post, put};
use serde_json::json;

use super::body::{carried, with_json};
use crate::caller::language;
use crate::error::Error;
use crate::studio::Studio;

pub(crate) use pictures::by_meaning;
pub(crate) use verify::report;
pub(crate) use views::PictureView;
pub(crate) use views::{file_url, job_view};

/// The addresses under `/api/v1`.
pub(super) fn router(_studio: &Arc<Studio>) -> Router<Arc<Studio>> {
    let addresses = Router::new()
        .route("/orders", post(orders::order))
        .route("/understand", post(understand::understand))
        .route("/jobs", get(jobs::list))
        .route("/jobs/{id}", get(jobs::get).delete(jobs::cancel))
        .route("/jobs/{id}/events", get(events::of_job))
        .route("/events", get(events::of_person))
        .route("/pictures", get(pictures::list))
        .route("/pictures/{id}", get(pictures::get).delete(pictures::delete))
        .route("/pictures/{id}/file", get(pictures::file))
        .route("/pictures/{id}/thumb", get(pictures::thumb))
        .route("/pictures/{id}/restore", post(pictures::restore))
        .route("/pictures/{id}/favourite", put(pictures::mark).delete(pictures::unmark))
        .route("/pictures/{id}/verify", get(pictures::verify))
        .route("/uploads", post(uploads::upload))
        .route("/uploads/{id}", get(uploads::get))
        .route("/verify", post(verify::verify))
        .route("/models", get(about::models))
        .route("/styles", get(about::styles))
        .route("/me", get(about::me))
        .route("/me/webhook-key", get(about::webhook_key))
        .route("/openapi.json", get(openapi::json))
        .route("/docs", get(reference::page))
        .route("/docs.css", get(reference::style))
        .fallback(|| async { Error::NoPage })
        .method_not_allowed_fallback(|| async { Error::NoMethod });
    Router::new().nest("/api/v1", addresses.layer(from_fn(worded)))
}

/// Errors as `{"error":{"code","message","hint"}}`, in the language that the caller asks for.
async fn worded(request: Request, next: Next) -> Response {
    let language = language(request.headers());
    let mut response = next.run(request).await;
    let Some(error) = carried(&mut response) else { return response };
    with_json(response, &json!({ "error": views::told(&error, language) }))
}
