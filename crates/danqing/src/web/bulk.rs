//! What is done with several pictures at once: love, boards, download, deletion.

use std::io::{Cursor, Write as _};
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Redirect, Response};
use danqing_store::{BoardId, Favourite, Kind, NewEntry, Picture, PictureId};

use super::files;
use super::page::{Ui, done, own_page};
use crate::error::Error;
use crate::studio::Studio;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Days for which a deleted picture can be brought back, where the settings name none.
const GRACE_DAYS: u32 = 30;
/// Pictures in one download at most.
const MOST_DOWNLOADED: usize = 500;

/// A form of which a field may come several times.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn read(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    fn one(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.as_str())
    }

    fn pictures(&self) -> Result<Vec<PictureId>, Error> {
        let ids = self.0.iter().filter(|(field, _)| field == "picture");
        Ok(ids.map(|(_, id)| id.parse()).collect::<Result<_, _>>()?)
    }
}

/// `POST /pictures`: a deed for every ticked picture.
pub(super) async fn post(State(studio): State<Arc<Studio>>, ui: Ui, body: Bytes) -> Result<Response, Error> {
    let fields = Fields::read(&body);
    let pictures = fields.pictures()?;
    if fields.one("deed") == "download" {
        return download(&studio, &ui, &pictures).await;
    }
    deed(&studio, &ui, &fields, &pictures).await?;
    let back = own_page(fields.one("back"));
    Ok(match fields.one("deed") {
        "delete" => done(back, "picture.deleted_now"),
        "restore" => done(back, "picture.restored"),
        _ => Redirect::to(back),
    }
    .into_response())
}

/// `POST /boards/{id}`: renames a board or takes it apart; its pictures stay.
pub(super) async fn board(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Redirect, Error> {
    let (fields, id) = (Fields::read(&body), id.parse::<BoardId>()?);
    let (pictures, person) = (studio.store.pictures(), &ui.person()?.id);
    if fields.one("deed") == "delete" {
        pictures.delete_board(person, &id).await?;
        return Ok(Redirect::to("/gallery"));
    }
    pictures.rename_board(person, &id, title(&fields)?).await?;
    Ok(Redirect::to(&format!("/gallery?board={id}")))
}

/// The deeds that need nothing but pictures; also those of one picture's page.
pub(super) async fn of_one(studio: &Studio, ui: &Ui, body: &[u8], id: &PictureId) -> Result<(), Error> {
    deed(studio, ui, &Fields::read(body), std::slice::from_ref(id)).await
}

async fn deed(studio: &Studio, ui: &Ui, fields: &Fields, ids: &[PictureId]) -> Result<(), Error> {
    let (pictures, person) = (studio.store.pictures(), &ui.person()?.id);
    match fields.one("deed") {
        "favourite" => pictures.set_favourite(person, ids, Favourite::Yes).await?,
        "plain" => pictures.set_favourite(person, ids, Favourite::No).await?,
        "delete" => {
            let days = studio.config.store.grace_days.value.unwrap_or(GRACE_DAYS);
            pictures.delete(person, ids, i64::from(days) * DAY_MS).await?
        }
        "restore" => pictures.restore(person, ids).await?,
        "board" => {
            let board = chosen(studio, ui, fields).await?;
            pictures.add_to_board(person, &board, ids).await?
        }
        "unboard" => {
            // The wall that the form stands on is the board's own.
            let own = fields.one("back").split_once("board=").map_or("", |(_, rest)| rest);
            let board = own.split('&').next().unwrap_or_default().parse()?;
            pictures.take_from_board(person, &board, ids).await?
        }
        other => return Err(Error::Request { reason: format!("deed = {other}") }),
    };
    Ok(())
}

/// The board that was chosen, or a new one.
async fn chosen(studio: &Studio, ui: &Ui, fields: &Fields) -> Result<BoardId, Error> {
    if fields.one("board") != "new" {
        return Ok(fields.one("board").parse()?);
    }
    Ok(studio.store.pictures().create_board(&ui.person()?.id, title(fields)?).await?.id)
}

fn title(fields: &Fields) -> Result<&str, Error> {
    let title = fields.one("title").trim();
    if title.is_empty() { Err(Error::Request { reason: "title".to_owned() }) } else { Ok(title) }
}

/// The labelled files in one ZIP file, each export in the ledger.
async fn download(studio: &Studio, ui: &Ui, ids: &[PictureId]) -> Result<Response, Error> {
    let person = ui.person()?;
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    // Pictures are compressed already.
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let broken = |_| Error::Broken;
    for (number, id) in ids.iter().take(MOST_DOWNLOADED).enumerate() {
        let picture: Picture = files::visible(studio, person, id.as_str()).await?;
        let bytes = studio.store.pictures().bytes(&picture).await?;
        let entry = NewEntry::new(Kind::Export, &picture.id).fact("actor", &person.pseudonym);
        studio.store.ledger().append(entry.fact("file", &picture.digest)).await?;
        let name = format!("{:03}-{}", number + 1, files::file_name(&picture));
        archive.start_file(name, stored).map_err(broken)?;
        archive.write_all(&bytes).map_err(|_| Error::Broken)?;
    }
    let bytes = archive.finish().map_err(broken)?.into_inner();
    let fields =
        [(CONTENT_TYPE, "application/zip"), (CONTENT_DISPOSITION, "attachment; filename=\"danqing.zip\"")];
    Ok((fields, bytes).into_response())
}
