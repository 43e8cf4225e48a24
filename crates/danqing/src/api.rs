//! Programs: one dialect, one file, each ending in an order.

mod a1111;
mod body;
mod native;
mod openai;
mod waiting;

use std::sync::Arc;

use axum::Router;

use crate::studio::Studio;

pub(crate) use native::job_view;

/// The addresses of all dialects.
pub(crate) fn router(studio: &Arc<Studio>) -> Router<Arc<Studio>> {
    Router::new().merge(native::router(studio)).merge(openai::router(studio)).merge(a1111::router(studio))
}
