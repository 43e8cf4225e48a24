//! `/api/v1/uploads`: pictures that people hand in, to start from or as masks. They go after a day.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use danqing_store::{Role, Upload};
use serde::Serialize;
use utoipa::ToSchema;

use super::views::Failed;
use crate::api::body::handed_in;
use crate::caller::Caller;
use crate::error::Error;
use crate::start::UPLOAD_MS;
use crate::studio::Studio;

/// A file that was handed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UploadView {
    id: String,
    media_type: String,
    size_bytes: i64,
    sha256: String,
    created_ms: i64,
    /// When it goes.
    expires_ms: i64,
}

impl From<Upload> for UploadView {
    fn from(upload: Upload) -> Self {
        Self {
            id: upload.id.to_string(),
            media_type: upload.media_type,
            size_bytes: upload.size_bytes,
            sha256: upload.digest,
            created_ms: upload.created_ms,
            expires_ms: upload.expires_ms,
        }
    }
}

/// Takes a PNG, JPEG or WebP picture, as part `file` of a form or as the whole body.
#[utoipa::path(post, path = "/uploads", tag = "uploads", summary = "上传 · Hand in a picture",
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file; or a form with the part `file`"),
    responses((status = 201, description = "It is kept for a day", body = UploadView), (status = 400, description = "No picture", body = Failed), (status = 413, description = "Too large", body = Failed)))]
pub(super) async fn upload(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    request: Request,
) -> Result<(StatusCode, Json<UploadView>), Error> {
    caller.at_least(Role::Creator)?;
    let (name, bytes) = handed_in(request, &studio).await?;
    let format = image::guess_format(&bytes).ok().and_then(crate::output::Format::of);
    let format = format.ok_or(Error::NotAPicture { file: name.into() })?;
    let upload = studio.store.pictures().upload(&caller.person.id, &bytes, format.mime(), UPLOAD_MS).await?;
    Ok((StatusCode::CREATED, Json(upload.into())))
}

/// A file that the caller handed in.
#[utoipa::path(get, path = "/uploads/{id}", tag = "uploads", summary = "上传的图 · What was handed in",
    params(("id" = String, Path, description = "Of the upload")),
    responses((status = 200, description = "It is there", body = UploadView), (status = 404, description = "Gone, or not the caller's", body = Failed)))]
pub(super) async fn get(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<UploadView>, Error> {
    let (upload, _) = studio.store.pictures().uploaded(&caller.person.id, &id.parse()?).await?;
    Ok(Json(upload.into()))
}
