//! What all dialects share in reading a request and in wording an error.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::Error;
use crate::serve::too_large;
use crate::studio::Studio;

/// A body of JSON, whatever it calls itself: clients name its type in many ways.
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<Studio>> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, studio: &Arc<Studio>) -> Result<Self, Error> {
        let bytes = bytes(request, studio).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| Error::Request { reason: error.to_string() })
    }
}

/// The whole body, within the limit of a file that is handed in.
pub(super) async fn bytes(request: Request, studio: &Arc<Studio>) -> Result<Bytes, Error> {
    Bytes::from_request(request, studio).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge { most: most_mb(studio) },
        _ => Error::Request { reason: rejection.body_text() },
    })
}

/// Megabytes of a file that is handed in at most.
pub(super) fn most_mb(studio: &Studio) -> usize {
    studio.config.limits.upload_mb.value.unwrap_or(64)
}

/// The error that an answer carries, taken out of it.
pub(super) fn carried(response: &mut Response) -> Option<Arc<Error>> {
    response.extensions_mut().remove::<Arc<Error>>()
}

/// `response` with `value` in place of its body.
pub(super) fn with_json(response: Response, value: &Value) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Response::from_parts(parts, Body::from(value.to_string()))
}

/// A file that comes as part `file` of a form (or its first part with a name), or as the whole body; with its name.
pub(super) async fn handed_in(request: Request, studio: &Arc<Studio>) -> Result<(String, Vec<u8>), Error> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        return Ok(("body".to_owned(), bytes(request, studio).await?.to_vec()));
    }
    let files = Form::read(request, studio).await?.files;
    let named = files.iter().position(|(part, _, _)| part == "file").unwrap_or(0);
    let (_, name, bytes) = files.into_iter().nth(named).ok_or_else(|| missing("file"))?;
    Ok((name, bytes))
}

/// A form with files: fields as text, files with the names of part and file.
#[derive(Debug, Default)]
pub(super) struct Form {
    pub(super) fields: Vec<(String, String)>,
    pub(super) files: Vec<(String, String, Vec<u8>)>,
}

impl Form {
    /// Reads `multipart/form-data` to its end.
    pub(super) async fn read(request: Request, studio: &Arc<Studio>) -> Result<Self, Error> {
        let form = Multipart::from_request(request, studio).await;
        let mut form = form.map_err(|rejection| Error::Request { reason: rejection.body_text() })?;
        let mut read = Self::default();
        let unread = |error| too_large(studio, error);
        while let Some(part) = form.next_field().await.map_err(unread)? {
            let name = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(str::to_owned) {
                Some(file) => read.files.push((name, file, part.bytes().await.map_err(unread)?.to_vec())),
                None => read.fields.push((name, part.text().await.map_err(unread)?)),
            }
        }
        Ok(read)
    }
}

impl Form {
    /// The bytes of a file.
    pub(super) fn file(&self, name: &str) -> Option<&[u8]> {
        let file = self.files.iter().find(|(part, _, _)| part == name)?;
        Some(&file.2)
    }
}

/// A part of the request that has to be there.
pub(super) fn missing(name: &str) -> Error {
    Error::Request { reason: format!("`{name}` is missing") }
}
