//! Pages: one page, one file. Everything works without a script.

mod events;
mod files;
mod orders;
mod session;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::studio::Studio;

/// The addresses of pages and of what they are made from.
pub(crate) fn router(_studio: &Arc<Studio>) -> Router<Arc<Studio>> {
    Router::new()
        .route("/events", get(events::stream))
        .route("/orders", post(orders::order))
        .route("/jobs/{id}/cancel", post(orders::cancel))
        .route("/pictures/{id}/file", get(files::own))
        .route("/pictures/{id}/thumb", get(files::thumb))
        .route("/sign-in", post(session::sign_in))
        .route("/sign-out", post(session::sign_out))
        .route("/welcome/{token}", post(session::welcome))
}
