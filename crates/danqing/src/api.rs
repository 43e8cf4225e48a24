//! Programs: one dialect, one file, each ending in an order.

use std::sync::Arc;

use axum::Router;

use crate::studio::Studio;

/// The addresses of all dialects.
pub(crate) fn router(_studio: &Arc<Studio>) -> Router<Arc<Studio>> {
    Router::new()
}
