//! The bytes of pictures, for whoever they belong to.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use danqing_store::{Kind, NewEntry, Person, Picture, PictureId, Role};
use serde::Deserialize;

use crate::caller::Caller;
use crate::error::Error;
use crate::output::{Format, file_stem};
use crate::painting::THUMB;
use crate::studio::Studio;

/// Pictures never change under their address; only their person may keep them.
const KEPT: &str = "private, max-age=31536000, immutable";

#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    /// Whether the browser is to save the file: `1`.
    download: Option<String>,
}

/// The picture of `id`, where the person may see it: their own, or any for officers. Others' are not there.
pub(crate) async fn visible(studio: &Studio, person: &Person, id: &str) -> Result<Picture, Error> {
    let id: PictureId = id.parse()?;
    let pictures = studio.store.pictures();
    Ok(match person.role {
        Role::Officer | Role::Owner => pictures.any_picture(&id).await?,
        Role::Viewer | Role::Creator => pictures.picture(&person.id, &id).await?,
    })
}

/// `GET /pictures/{id}/file`: the labelled file, as it was kept.
pub(super) async fn own(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let picture = visible(&studio, &caller.person, &id).await?;
    let tag = format!("\"{}\"", picture.digest);
    let saved = wanted.download.is_some();
    if !saved && is_known(&headers, &tag) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let bytes = studio.store.pictures().bytes(&picture).await?;
    if saved {
        let entry = NewEntry::new(Kind::Export, &picture.id).fact("actor", &caller.person.pseudonym);
        studio.store.ledger().append(entry.fact("file", &picture.digest)).await?;
    }
    Ok((
        [
            (header::CONTENT_TYPE, picture.media_type.clone()),
            (header::CONTENT_DISPOSITION, disposition(&picture, saved)),
            (header::CACHE_CONTROL, KEPT.to_owned()),
            (header::ETAG, tag),
        ],
        bytes,
    )
        .into_response())
}

/// `GET /pictures/{id}/thumb`: the small picture.
pub(super) async fn thumb(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let picture = visible(&studio, &caller.person, &id).await?;
    let tag = format!("\"{}-{THUMB}\"", picture.digest);
    if is_known(&headers, &tag) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let file = studio.store.pictures().file(&picture.id, THUMB).await?;
    let (file, bytes) = file.ok_or(Error::NoPage)?;
    let fields = [
        (header::CONTENT_TYPE, file.media_type),
        (header::CACHE_CONTROL, KEPT.to_owned()),
        (header::ETAG, tag),
    ];
    Ok((fields, bytes).into_response())
}

/// Whether the other end has what `tag` names.
pub(crate) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|known| known.split(',').any(|one| one.trim() == tag))
}

/// Under which name a browser saves the picture: the prompt's. Source: RFC 6266 and RFC 8187.
pub(super) fn disposition(picture: &Picture, saved: bool) -> String {
    let extension = extension(picture);
    let encoded: String = file_stem(&picture.prompt)
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    let how = if saved { "attachment" } else { "inline" };
    format!("{how}; filename=\"danqing.{extension}\"; filename*=UTF-8''{encoded}.{extension}")
}

/// The picture's name as a file: its prompt.
pub(super) fn file_name(picture: &Picture) -> String {
    format!("{}.{}", file_stem(&picture.prompt), extension(picture))
}

fn extension(picture: &Picture) -> &'static str {
    let format = image::ImageFormat::from_mime_type(&picture.media_type).and_then(Format::of);
    format.map_or("bin", Format::extension)
}
