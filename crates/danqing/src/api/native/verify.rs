//! `POST /api/v1/verify`: where a file comes from. For anybody, without an account.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use danqing_provenance::verify;
use serde_json::{Value, json};

use super::views::Failed;
use crate::api::body::handed_in;
use crate::caller::language;
use crate::error::Error;
use crate::language::Language;
use crate::studio::Studio;
use crate::trust::trust;

/// What the labels of a file say, and whether they hold. The file is looked at and not kept.
///
/// The report is that of `danqing verify --json`, with `sentence` in the language of `Accept-Language`.
#[utoipa::path(post, path = "/verify", tag = "verify", summary = "核验 · Verify a file",
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file; or a form with the part `file`"),
    responses((status = 200, description = "The report", body = Object), (status = 413, description = "Too large", body = Failed)))]
pub(super) async fn verify(
    State(studio): State<Arc<Studio>>,
    request: Request,
) -> Result<Json<Value>, Error> {
    let language = language(request.headers());
    let (name, bytes) = handed_in(request, &studio).await?;
    let mut report = report_in(&studio, bytes, name, language).await?;
    report.as_object_mut().map(|report| report.remove("name"));
    Ok(Json(report))
}

/// The report on a file.
pub(crate) async fn report(studio: &Arc<Studio>, bytes: Vec<u8>, name: String) -> Result<Value, Error> {
    report_in(studio, bytes, name, Language::Chinese).await
}

async fn report_in(
    studio: &Arc<Studio>,
    bytes: Vec<u8>,
    name: String,
    language: Language,
) -> Result<Value, Error> {
    let studio = Arc::clone(studio);
    let look = move || -> Result<Value, Error> {
        let report = verify::verify(&bytes, &name, &trust(&studio.config)?);
        let mut value = report.to_json();
        value["sentence"] = json!(report.sentence(language.into()));
        Ok(value)
    };
    tokio::task::spawn_blocking(look).await.map_err(|_| Error::Broken)?
}
