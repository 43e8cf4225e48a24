//! Storage: how much there is, sweeping, backup.

use std::fs::File;
use std::io::{self, Read as _};
use std::sync::Arc;

use askama::Template;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use danqing_store::{Kept, Kind, NewEntry, Role};
use futures_util::{Stream, stream};
use tempfile::TempDir;

use super::super::page::{Ui, page};
use super::super::{told, troubles};
use super::{Figure, Tab, tabs};
use crate::error::Error;
use crate::studio::Studio;

/// Files without a row that are younger may belong to a writer at work: an hour.
const SWEPT_MS: i64 = 60 * 60 * 1000;
/// Bytes of a backup that are read and sent at once.
const PIECE: u64 = 1 << 20;

#[derive(Template)]
#[template(path = "admin_storage.html")]
struct Storage<'a> {
    ui: &'a Ui,
    tabs: Vec<Tab>,
    trouble: String,
    figures: Vec<Figure>,
    shares: Vec<Share>,
}

/// What one person keeps.
struct Share {
    who: String,
    pictures: String,
    space: String,
    /// Of the bytes of all.
    percent: i64,
}

/// `GET /admin/storage`.
pub(in super::super) async fn get(State(studio): State<Arc<Studio>>, ui: Ui) -> Result<Response, Error> {
    ui.at_least(Role::Officer)?;
    let accounts = studio.store.accounts();
    let (people, kept) = (accounts.list().await?, accounts.kept().await?);
    let pictures = kept.iter().map(|kept| kept.pictures).sum();
    let bytes: i64 = kept.iter().map(|kept| kept.bytes).sum();
    // Who was erased is nobody, and may have pictures that wait for their purge.
    let who = |kept: &Kept| match people.iter().find(|person| person.id == kept.person) {
        Some(person) if person.display.is_empty() => ui.say("account.local").to_owned(),
        Some(person) => person.display.clone(),
        None => "—".to_owned(),
    };
    let share = |kept: &Kept| Share {
        who: who(kept),
        pictures: told::number(kept.pictures),
        space: told::size(kept.bytes),
        percent: kept.bytes * 100 / bytes.max(1),
    };
    let figure = |key, value| Figure { name: ui.say(key), value };
    page(&Storage {
        tabs: tabs(&ui, "/admin/storage"),
        trouble: String::new(),
        figures: vec![
            figure("storage.pictures", told::number(pictures)),
            figure("storage.bytes", told::size(bytes)),
            figure("storage.people", told::number(people.len() as i64)),
        ],
        shares: kept.iter().map(share).collect(),
        ui: &ui,
    })
}

/// `POST /admin/storage/sweep`.
pub(in super::super) async fn sweep(State(studio): State<Arc<Studio>>, ui: Ui) -> Result<Response, Error> {
    ui.at_least(Role::Officer)?;
    let purged = studio.store.pictures().purge().await?;
    let swept = studio.store.pictures().sweep(SWEPT_MS).await?;
    troubles::said(&ui, &ui.fill("storage.swept", &[("n", &purged), ("blobs", &swept.blobs)]))
}

/// `POST /admin/storage/backup`: everything in one file, as `danqing backup` writes it.
pub(in super::super) async fn back_up(State(studio): State<Arc<Studio>>, ui: Ui) -> Result<Response, Error> {
    let owner = ui.at_least(Role::Owner)?;
    let folder =
        tempfile::tempdir().map_err(|source| Error::writing(&std::env::temp_dir().join("."), source))?;
    let file = folder.path().join("danqing.backup");
    studio.store.back_up(&file).await?;
    let entry = NewEntry::new(Kind::Export, "backup").fact("actor", &owner.pseudonym);
    studio.store.ledger().append(entry).await?;
    let opened = File::open(&file).map_err(|source| Error::Unreadable { file, source })?;
    let body = Body::from_stream(pieces(opened, folder));
    let name = format!("attachment; filename=\"danqing-{}.backup\"", told::date(ui.now_ms));
    Ok(([(CONTENT_TYPE, "application/octet-stream".to_owned()), (CONTENT_DISPOSITION, name)], body)
        .into_response())
}

/// `file`, piece by piece; its folder goes when all are sent or nobody wants more.
fn pieces(file: File, folder: TempDir) -> impl Stream<Item = io::Result<Bytes>> {
    stream::unfold((file, folder), |(mut file, folder)| async move {
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = Vec::new();
            file.by_ref().take(PIECE).read_to_end(&mut piece).map(|_| (piece, file))
        });
        match read.await.map_err(io::Error::other).flatten() {
            Ok((piece, _)) if piece.is_empty() => None,
            Ok((piece, file)) => Some((Ok(Bytes::from(piece)), (file, folder))),
            Err(error) => {
                tracing::warn!(%error, "a backup could not be sent to its end");
                None
            }
        }
    })
}
