//! The description of `/api/v1` in `OpenAPI` 3.1, made from the code that answers.

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{OpenApi as Described, SecurityRequirement};
use utoipa::{Modify, OpenApi};

use super::{about, events, jobs, orders, pictures, understand, uploads, verify};

/// All addresses.
#[derive(OpenApi)]
#[openapi(
    info(title = "danqing 丹青", description = "The studio's own interface. Other dialects (OpenAI, A1111, ERNIE-ViLG, MCP) lead to the same queue."),
    servers((url = "/api/v1")),
    paths(
        orders::order,
        understand::understand,
        jobs::list,
        jobs::get,
        jobs::cancel,
        events::of_job,
        events::of_person,
        pictures::list,
        pictures::get,
        pictures::delete,
        pictures::file,
        pictures::thumb,
        pictures::restore,
        pictures::mark,
        pictures::unmark,
        pictures::verify,
        uploads::upload,
        uploads::get,
        verify::verify,
        about::models,
        about::styles,
        about::me,
        about::webhook_key,
    ),
    tags(
        (name = "orders", description = "下单 · Orders"),
        (name = "jobs", description = "任务 · Jobs"),
        (name = "pictures", description = "图片 · Pictures"),
        (name = "uploads", description = "上传 · Uploads"),
        (name = "verify", description = "核验 · Verification"),
        (name = "about", description = "关于 · About"),
    ),
    modifiers(&Key)
)]
struct Native;

/// The key of a program.
struct Key;

impl Modify for Key {
    fn modify(&self, described: &mut Described) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        described.components.get_or_insert_default().add_security_scheme("key", scheme);
        described.security = Some(vec![SecurityRequirement::new::<_, [&str; 0], &str>("key", [])]);
    }
}

/// The description.
pub(super) fn described() -> Described {
    let mut described = Native::openapi();
    described.info.version = env!("CARGO_PKG_VERSION").to_owned();
    described
}

/// `GET /api/v1/openapi.json`.
pub(super) async fn json() -> Response {
    ([(header::CACHE_CONTROL, "no-cache")], Json(described())).into_response()
}
