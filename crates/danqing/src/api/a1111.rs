//! The interface of the A1111 web UI, under `/sdapi/v1`: what its clients call, answered for the person who calls.
//!
//! Progress, interruption and options are the caller's own; in the original they are everybody's. Names of samplers that
//! danqing does not have are taken and painted with the nearest one that it has; `samplers` tells which.

mod generate;
mod img2img;
mod lists;
mod pictures;
mod samplers;
mod state;

use std::sync::Arc;
use std::time::Instant;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Extension, Json, Router};
use serde_json::{Value, json};

use super::body::{carried, with_json};
use crate::caller::language;
use crate::error::Error;
use crate::studio::Studio;
use state::Desk;

pub(super) use samplers::sampler;

/// The addresses under `/sdapi/v1`, and those beside it that clients use.
pub(super) fn router(_studio: &Arc<Studio>) -> Router<Arc<Studio>> {
    let lists = Router::new()
        .route("/samplers", get(lists::samplers))
        .route("/schedulers", get(lists::schedulers))
        .route("/sd-models", get(lists::models))
        .route("/upscalers", get(lists::upscalers))
        .route("/latent-upscale-modes", get(lists::latent_modes))
        .route("/prompt-styles", get(lists::styles))
        .route("/scripts", get(lists::scripts))
        .route("/embeddings", get(lists::embeddings))
        .route("/memory", get(lists::memory))
        .route("/cmd-flags", get(lists::flags))
        .route("/sd-vae", get(lists::nothing))
        .route("/sd-modules", get(lists::nothing))
        .route("/hypernetworks", get(lists::nothing))
        .route("/face-restorers", get(lists::nothing))
        .route("/realesrgan-models", get(lists::nothing))
        .route("/script-info", get(lists::nothing))
        .route("/extensions", get(lists::nothing))
        .route("/loras", get(lists::nothing));
    let refreshes = ["checkpoints", "vae", "loras"].map(|what| format!("/refresh-{what}"));
    let reloads = ["/unload-checkpoint", "/reload-checkpoint"].map(str::to_owned);
    let lists =
        refreshes.into_iter().chain(reloads).fold(lists, |lists, path| lists.route(&path, post(lists::done)));
    let addresses = lists
        .route("/txt2img", post(generate::from_text))
        .route("/img2img", post(img2img::from_picture))
        .route("/png-info", post(pictures::info))
        .route("/interrogate", post(pictures::interrogate))
        .route("/extra-single-image", post(pictures::extra))
        .route("/extra-batch-images", post(pictures::extras))
        .route("/progress", get(state::progress))
        .route("/interrupt", post(state::interrupt))
        .route("/skip", post(state::skip))
        .route("/options", get(state::options).post(state::set_options))
        .fallback(|| async { Error::NoPage })
        .method_not_allowed_fallback(|| async { Error::NoMethod });
    Router::new()
        .nest("/sdapi/v1", addresses)
        .route("/internal/progress", post(state::internal))
        .route("/internal/ping", get(|| async { Json(json!({})) }))
        // Extensions that clients ask for; there are none, and this is how the original says so.
        .route("/controlnet/{*what}", any(|| async { Error::NoPage }))
        .route("/tagger/{*what}", any(|| async { Error::NoPage }))
        .layer(Extension(Arc::new(Desk::default())))
        .layer(from_fn(worded))
}

/// Errors as `{"error","detail","body","errors"}`; every answer says how long it took.
async fn worded(request: Request, next: Next) -> Response {
    const TIME: HeaderName = HeaderName::from_static("x-process-time");
    let language = language(request.headers());
    let start = Instant::now();
    let mut response = next.run(request).await;
    if let Some(error) = carried(&mut response) {
        let message = error.message(language);
        let value = match response.status() {
            StatusCode::UNAUTHORIZED => json!({ "detail": message }),
            StatusCode::NOT_FOUND => json!({ "detail": "Not Found" }),
            _ => {
                json!({ "error": error.code(), "detail": message, "body": "", "errors": error.hint(language).unwrap_or(message) })
            }
        };
        let unauthorized = response.status() == StatusCode::UNAUTHORIZED;
        response = with_json(response, &value);
        if unauthorized {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic"));
        }
    }
    if let Ok(seconds) = HeaderValue::from_str(&format!("{:.3}", start.elapsed().as_secs_f64())) {
        response.headers_mut().insert(TIME, seconds);
    }
    response
}

/// What stops a request: an error of danqing's, or one in the original's own words.
enum Fault {
    Own(Error),
    /// Status and detail.
    Theirs(StatusCode, String),
}

impl<E: Into<Error>> From<E> for Fault {
    fn from(error: E) -> Self {
        Self::Own(error.into())
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        match self {
            Self::Own(error) => error.into_response(),
            Self::Theirs(status, detail) => {
                let body = json!({ "error": "HTTPException", "detail": detail, "body": "", "errors": "" });
                (status, Json(body)).into_response()
            }
        }
    }
}

/// Raw base64, or a `data:` address with base64 in it.
fn picture(text: &str) -> Result<Vec<u8>, Fault> {
    use base64::Engine as _;
    let raw = text.split_once(";base64,").map_or(text, |(_, raw)| raw);
    let raw: String = raw.chars().filter(|c| !c.is_whitespace()).collect();
    base64::engine::general_purpose::STANDARD
        .decode(raw)
        .map_err(|_| Fault::Theirs(StatusCode::UNPROCESSABLE_ENTITY, "Invalid encoded image".to_owned()))
}

/// `null`, as the original answers to what has no answer.
fn null() -> Json<Value> {
    Json(Value::Null)
}
