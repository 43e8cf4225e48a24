//! Pictures: kept once, found again, given back to nobody after their purge.

mod boards;
mod deletion;
mod keep;
mod list;
mod meaning;
mod uploads;
mod words;

use std::fmt;
use std::str::FromStr;

pub use boards::Board;
pub use deletion::Swept;
pub use keep::NewPicture;
pub use list::{Cursor, Favourite, Filter, PicturePage, Shelf};
pub(crate) use meaning::Meanings;
pub use meaning::{DIMENSIONS, Vector};
pub use uploads::Upload;

use crate::db::{Row, places, sql};
use crate::{Error, JobId, PersonId, PictureId, Store};

/// The pictures of a store.
#[derive(Clone, Copy, Debug)]
pub struct Pictures<'a>(pub(crate) &'a Store);

/// A kept picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Names it.
    pub id: PictureId,
    /// Its number, by order of keeping.
    pub seq: i64,
    /// Whose it is.
    pub person: PersonId,
    /// The job that it came of, if any.
    pub job: Option<JobId>,
    /// Which of the job's pictures it is, from 0.
    pub place: i64,
    /// The picture that it was made from, if any.
    pub parent: Option<PictureId>,
    /// SHA-256 of the file, in hexadecimal digits.
    pub digest: String,
    /// The media type of the file.
    pub media_type: String,
    /// The length of the file.
    pub size_bytes: i64,
    /// Width of the picture.
    pub width_px: i64,
    /// Height of the picture.
    pub height_px: i64,
    /// What it was asked for.
    pub prompt: String,
    /// JSON of the caller's.
    pub parameters: String,
    /// Whether its person marked it.
    pub favourite: Favourite,
    /// When it was kept.
    pub created_ms: i64,
    /// When it goes for good, where it was deleted.
    pub purge_ms: Option<i64>,
    /// The number of its entry in the ledger.
    pub entry: u64,
}

/// A file beside the picture's own: a preview, layers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureFile {
    /// What it is for.
    pub name: String,
    /// SHA-256 of the file, in hexadecimal digits.
    pub digest: String,
    /// The media type of the file.
    pub media_type: String,
    /// The length of the file.
    pub size_bytes: i64,
}

/// The columns of a [`Picture`], of a table that is called `p`.
const COLUMNS: &str = "p.id AS id, p.seq AS seq, p.person AS person, p.job AS job, p.place AS place, \
     p.parent AS parent, p.blob AS blob, p.media_type AS media_type, p.size_bytes AS size_bytes, \
     p.width_px AS width_px, p.height_px AS height_px, p.prompt AS prompt, p.parameters AS parameters, \
     p.favourite AS favourite, p.created_ms AS created_ms, p.purge_ms AS purge_ms, p.entry AS entry";

impl Picture {
    fn read(row: &Row) -> Result<Self, Error> {
        let entry = row.number("entry")?;
        Ok(Self {
            id: PictureId::of(row.text("id")?),
            seq: row.number("seq")?,
            person: PersonId::of(row.text("person")?),
            job: row.optional_text("job")?.map(JobId::of),
            place: row.number("place")?,
            parent: row.optional_text("parent")?.map(PictureId::of),
            digest: row.text("blob")?,
            media_type: row.text("media_type")?,
            size_bytes: row.number("size_bytes")?,
            width_px: row.number("width_px")?,
            height_px: row.number("height_px")?,
            prompt: row.text("prompt")?,
            parameters: row.text("parameters")?,
            favourite: if row.number("favourite")? == 0 { Favourite::No } else { Favourite::Yes },
            created_ms: row.number("created_ms")?,
            purge_ms: row.optional_number("purge_ms")?,
            entry: u64::try_from(entry)
                .map_err(|_negative| Error::Column { column: "entry", value: entry.to_string() })?,
        })
    }
}

impl Pictures<'_> {
    /// A person's picture, also one that was deleted and is not purged yet.
    pub async fn picture(&self, person: &PersonId, id: &PictureId) -> Result<Picture, Error> {
        let picture = self.any_picture(id).await?;
        if picture.person == *person { Ok(picture) } else { Err(Error::missing("picture", id)) }
    }

    /// Anybody's picture, for officers and shared views.
    pub async fn any_picture(&self, id: &PictureId) -> Result<Picture, Error> {
        let text = format!("SELECT {COLUMNS} FROM pictures p WHERE p.id = $1");
        let row = self.0.db.optional(sql(text).bind(id.as_str())).await?;
        Picture::read(&row.ok_or_else(|| Error::missing("picture", id))?)
    }

    /// The pictures of a job, by place.
    pub async fn of_job(&self, job: &JobId) -> Result<Vec<Picture>, Error> {
        let text = format!("SELECT {COLUMNS} FROM pictures p WHERE p.job = $1 ORDER BY p.place");
        self.0.db.all(sql(text).bind(job.as_str())).await?.iter().map(Picture::read).collect()
    }

    /// The pictures of several jobs, those of one job by place.
    pub async fn of_jobs(&self, jobs: &[&JobId]) -> Result<Vec<Picture>, Error> {
        if jobs.is_empty() {
            return Ok(Vec::new());
        }
        let text = format!(
            "SELECT {COLUMNS} FROM pictures p WHERE p.job IN ({}) ORDER BY p.job, p.place",
            places(1..=jobs.len())
        );
        let query = jobs.iter().fold(sql(text), |query, job| query.bind(job.as_str()));
        self.0.db.all(query).await?.iter().map(Picture::read).collect()
    }

    /// The pictures that were made from a picture, oldest first.
    pub async fn made_from(&self, parent: &PictureId) -> Result<Vec<Picture>, Error> {
        let text = format!("SELECT {COLUMNS} FROM pictures p WHERE p.parent = $1 ORDER BY p.seq");
        self.0.db.all(sql(text).bind(parent.as_str())).await?.iter().map(Picture::read).collect()
    }

    /// The picture's own file, checked against its digest.
    pub async fn bytes(&self, picture: &Picture) -> Result<Vec<u8>, Error> {
        self.0.blobs.get(&picture.digest).await
    }

    /// The files beside it.
    pub async fn files(&self, id: &PictureId) -> Result<Vec<PictureFile>, Error> {
        const SQL: &str =
            "SELECT name, blob, media_type, size_bytes FROM picture_files WHERE picture = $1 ORDER BY name";
        let rows = self.0.db.all(sql(SQL).bind(id.as_str())).await?;
        let file = |row: &Row| {
            Ok(PictureFile {
                name: row.text("name")?,
                digest: row.text("blob")?,
                media_type: row.text("media_type")?,
                size_bytes: row.number("size_bytes")?,
            })
        };
        rows.iter().map(file).collect()
    }

    /// A file beside it, by name, with its bytes; none where there is no such file.
    pub async fn file(&self, id: &PictureId, name: &str) -> Result<Option<(PictureFile, Vec<u8>)>, Error> {
        let Some(file) = self.files(id).await?.into_iter().find(|file| file.name == name) else {
            return Ok(None);
        };
        let bytes = self.0.blobs.get(&file.digest).await?;
        Ok(Some((file, bytes)))
    }

    /// The ids and ledger entries of pictures that carry a mark, whether they are still kept or purged: a digest, a
    /// watermark, the number in a label.
    pub async fn by_mark(&self, kind: &str, value: &str) -> Result<Vec<(PictureId, u64)>, Error> {
        const SQL: &str =
            "SELECT picture, entry FROM picture_marks WHERE kind = $1 AND value = $2 ORDER BY entry";
        let rows = self.0.db.all(sql(SQL).bind(kind).bind(value)).await?;
        let mark = |row: &Row| {
            let entry = u64::try_from(row.number("entry")?).unwrap_or(u64::MAX);
            Ok((PictureId::of(row.text("picture")?), entry))
        };
        rows.iter().map(mark).collect()
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        text.parse().map(Self).map_err(|_malformed| Error::Id(text.to_owned()))
    }
}
