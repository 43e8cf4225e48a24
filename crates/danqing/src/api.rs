//! Programs: one dialect, one file, each ending in an order.

mod a1111;
mod baidu;
mod body;
mod dashscope;
mod mcp;
mod native;
mod openai;
mod waiting;

use std::sync::Arc;

use axum::Router;

use crate::studio::Studio;

pub(crate) use mcp::over_stdio as mcp_over_stdio;
pub(crate) use native::job_view;

/// The addresses of all dialects.
pub(crate) fn router(studio: &Arc<Studio>) -> Router<Arc<Studio>> {
    Router::new()
        .merge(native::router(studio))
        .merge(openai::router(studio))
        .merge(a1111::router(studio))
        .merge(baidu::router(studio))
        .merge(dashscope::router(studio))
        .merge(mcp::router(studio))
}
