//! `/api/v1/pictures`: the caller's pictures, found, opened, marked, deleted, checked.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use danqing_store::{Favourite, Filter as StoreFilter, Picture, PictureId, Shelf};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::verify::report;
use super::views::{Failed, PictureView};
use crate::caller::Caller;
use crate::error::Error;
use crate::painting::THUMB;
use crate::studio::Studio;
use crate::web::{is_known, visible};

/// Pictures of one page at most.
const MOST: u32 = 200;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Pictures never change under their address; only their person may keep them.
const KEPT: &str = "private, max-age=31536000, immutable";

/// Which pictures. What is left out does not matter.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Filter {
    /// Whose prompt, or the names of what it asks for, hold these words, in Chinese or English.
    text: Option<String>,
    /// What they are about, in words: the nearest come first, and there is no further page.
    meaning: Option<String>,
    /// Marked, or not.
    favourite: Option<bool>,
    /// Those that were deleted and can be restored.
    deleted: Option<bool>,
    /// On this board.
    board: Option<String>,
    /// Of this job.
    job: Option<String>,
    /// Kept at this time or later, milliseconds since 1970.
    since_ms: Option<i64>,
    /// Kept before this time.
    until_ms: Option<i64>,
    /// `next` of the page before.
    after: Option<String>,
    /// How many at most: 50, 200 at most.
    limit: Option<u32>,
}

/// Some pictures, newest first; nearest first where they were asked for by meaning.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PicturePage {
    pictures: Vec<PictureView>,
    /// For `after` of the next page, where there is one.
    next: Option<String>,
    /// For each picture how near it is in meaning, -1 to 1; empty where it was not asked for.
    likeness: Vec<f32>,
}

impl Filter {
    fn for_store(&self, caller: &Caller) -> Result<StoreFilter, Error> {
        Ok(StoreFilter {
            person: Some(caller.person.id.clone()),
            board: self.board.as_deref().map(str::parse).transpose()?,
            job: self.job.as_deref().map(str::parse).transpose()?,
            favourite: self.favourite.map(|marked| if marked { Favourite::Yes } else { Favourite::No }),
            since_ms: self.since_ms,
            until_ms: self.until_ms,
            text: self.text.clone(),
            shelf: if self.deleted == Some(true) { Shelf::Deleted } else { Shelf::Gallery },
            after: self.after.as_deref().map(str::parse).transpose()?,
            limit: self.limit.unwrap_or(50).clamp(1, MOST),
        })
    }
}

/// The caller's pictures, by words, by meaning, by marks and times.
#[utoipa::path(get, path = "/pictures", tag = "pictures", summary = "找图 · Find pictures", params(Filter),
    responses((status = 200, description = "Some pictures", body = PicturePage), (status = 401, description = "Nobody asks", body = Failed)))]
pub(super) async fn list(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    Query(filter): Query<Filter>,
) -> Result<Json<PicturePage>, Error> {
    let asked = filter.for_store(&caller)?;
    let view = |picture: &Picture| PictureView::of(&studio, picture);
    let Some(meaning) = filter.meaning.as_ref().filter(|meaning| !meaning.trim().is_empty()) else {
        let page = studio.store.pictures().list(&asked).await?;
        let pictures = page.pictures.iter().map(view).collect();
        let next = page.next.map(|next| next.to_string());
        return Ok(Json(PicturePage { pictures, next, likeness: Vec::new() }));
    };
    let found = by_meaning(&studio, meaning, &asked).await?;
    Ok(Json(PicturePage {
        pictures: found.iter().map(|(picture, _)| view(picture)).collect(),
        next: None,
        likeness: found.iter().map(|(_, likeness)| *likeness).collect(),
    }))
}

/// The pictures nearest in meaning to a text.
pub(crate) async fn by_meaning(
    studio: &Arc<Studio>,
    text: &str,
    filter: &StoreFilter,
) -> Result<Vec<(Picture, f32)>, Error> {
    let (workshop, text) = (Arc::clone(&studio.workshop), text.to_owned());
    let vector = tokio::task::spawn_blocking(move || workshop.vector(&text)).await;
    Ok(studio.store.pictures().similar(&vector.map_err(|_| Error::Broken)?, filter).await?)
}

/// One picture.
#[utoipa::path(get, path = "/pictures/{id}", tag = "pictures", summary = "一张图 · One picture",
    params(("id" = String, Path, description = "Of the picture")),
    responses((status = 200, description = "The picture", body = PictureView), (status = 404, description = "No such picture of the caller", body = Failed)))]
pub(super) async fn get(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<PictureView>, Error> {
    let picture = visible(&studio, &caller.person, &id).await?;
    Ok(Json(PictureView::of(&studio, &picture)))
}

/// The signature of an address.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Signed {
    /// When the address stops to open the picture, milliseconds since 1970.
    until: Option<i64>,
    /// The studio's signature of picture and time.
    signature: Option<String>,
}

/// The labelled file, for the caller or with a signed address.
#[utoipa::path(get, path = "/pictures/{id}/file", tag = "pictures", summary = "图片文件 · The file",
    params(("id" = String, Path, description = "Of the picture"), Signed),
    responses((status = 200, description = "The file, with its labels", content_type = "image/png", body = Vec<u8>), (status = 404, description = "No such picture, or the time of the address is over", body = Failed)))]
pub(super) async fn file(
    State(studio): State<Arc<Studio>>,
    caller: Option<Caller>,
    Path(id): Path<String>,
    Query(signed): Query<Signed>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let picture = opened(&studio, caller, &id, &signed).await?;
    let tag = format!("\"{}\"", picture.digest);
    if is_known(&headers, &tag) {
        return Ok(StatusCode::NOT_MODIFIED.into_response());
    }
    let bytes = studio.store.pictures().bytes(&picture).await?;
    let fields = [
        (header::CONTENT_TYPE, picture.media_type.clone()),
        (header::CACHE_CONTROL, KEPT.to_owned()),
        (header::ETAG, tag),
    ];
    Ok((fields, bytes).into_response())
}

async fn opened(
    studio: &Studio,
    caller: Option<Caller>,
    id: &str,
    signed: &Signed,
) -> Result<Picture, Error> {
    let Signed { until: Some(until_ms), signature: Some(signature) } = signed else {
        let caller = caller.ok_or(Error::SignInNeeded)?;
        return visible(studio, &caller.person, id).await;
    };
    let id: PictureId = id.parse()?;
    let now_ms = studio.store.clock().now_ms();
    if !studio.seal.opens(&id, *until_ms, signature, now_ms) {
        return Err(Error::NoPage);
    }
    let picture = studio.store.pictures().any_picture(&id).await?;
    // What its person deleted is not handed out.
    if picture.purge_ms.is_some() { Err(Error::NoPage) } else { Ok(picture) }
}

/// The small picture, WebP.
#[utoipa::path(get, path = "/pictures/{id}/thumb", tag = "pictures", summary = "缩略图 · The small picture",
    params(("id" = String, Path, description = "Of the picture")),
    responses((status = 200, description = "The small picture", content_type = "image/webp", body = Vec<u8>), (status = 404, description = "No such picture of the caller", body = Failed)))]
pub(super) async fn thumb(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let picture = visible(&studio, &caller.person, &id).await?;
    let (file, bytes) = studio.store.pictures().file(&picture.id, THUMB).await?.ok_or(Error::NoPage)?;
    let fields = [(header::CONTENT_TYPE, file.media_type), (header::CACHE_CONTROL, KEPT.to_owned())];
    Ok((fields, bytes).into_response())
}

/// Deletes a picture; for the studio's time of grace it can be restored.
#[utoipa::path(delete, path = "/pictures/{id}", tag = "pictures", summary = "删除 · Delete",
    params(("id" = String, Path, description = "Of the picture")),
    responses((status = 200, description = "The picture, with the time when it goes", body = PictureView), (status = 404, description = "No such picture of the caller", body = Failed)))]
pub(super) async fn delete(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<PictureView>, Error> {
    let id = id.parse()?;
    let grace_ms = i64::from(studio.config.store.grace_days.value.unwrap_or(30)) * DAY_MS;
    studio.store.pictures().delete(&caller.person.id, std::slice::from_ref(&id), grace_ms).await?;
    own(&studio, &caller, &id).await
}

/// Brings a deleted picture back.
#[utoipa::path(post, path = "/pictures/{id}/restore", tag = "pictures", summary = "恢复 · Restore",
    params(("id" = String, Path, description = "Of the picture")),
    responses((status = 200, description = "The picture", body = PictureView), (status = 404, description = "No such picture of the caller", body = Failed)))]
pub(super) async fn restore(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<PictureView>, Error> {
    let id = id.parse()?;
    studio.store.pictures().restore(&caller.person.id, std::slice::from_ref(&id)).await?;
    own(&studio, &caller, &id).await
}

/// Marks a picture.
#[utoipa::path(put, path = "/pictures/{id}/favourite", tag = "pictures", summary = "收藏 · Mark",
    params(("id" = String, Path, description = "Of the picture")),
    responses((status = 200, description = "The picture", body = PictureView), (status = 404, description = "No such picture of the caller", body = Failed)))]
pub(super) async fn mark(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<PictureView>, Error> {
    set_favourite(&studio, &caller, &id, Favourite::Yes).await
}

/// Takes the mark away.
#[utoipa::path(delete, path = "/pictures/{id}/favourite", tag = "pictures", summary = "取消收藏 · Unmark",
    params(("id" = String, Path, description = "Of the picture")),
    responses((status = 200, description = "The picture", body = PictureView), (status = 404, description = "No such picture of the caller", body = Failed)))]
pub(super) async fn unmark(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<PictureView>, Error> {
    set_favourite(&studio, &caller, &id, Favourite::No).await
}

async fn set_favourite(
    studio: &Studio,
    caller: &Caller,
    id: &str,
    favourite: Favourite,
) -> Result<Json<PictureView>, Error> {
    let id = id.parse()?;
    studio.store.pictures().set_favourite(&caller.person.id, std::slice::from_ref(&id), favourite).await?;
    own(studio, caller, &id).await
}

async fn own(studio: &Studio, caller: &Caller, id: &PictureId) -> Result<Json<PictureView>, Error> {
    let picture = studio.store.pictures().picture(&caller.person.id, id).await?;
    Ok(Json(PictureView::of(studio, &picture)))
}

/// What the labels of a kept picture say, read back from its file.
#[utoipa::path(get, path = "/pictures/{id}/verify", tag = "verify", summary = "核验这张图 · Verify this picture",
    params(("id" = String, Path, description = "Of the picture")),
    responses((status = 200, description = "The report, as of `danqing verify --json`", body = Object), (status = 404, description = "No such picture of the caller", body = Failed)))]
pub(super) async fn verify(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Error> {
    let picture = visible(&studio, &caller.person, &id).await?;
    let bytes = studio.store.pictures().bytes(&picture).await?;
    Ok(Json(report(&studio, bytes, picture.id.to_string()).await?))
}
