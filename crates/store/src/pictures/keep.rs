//! Keeping a picture: the blob first, then row and entry of the ledger at once.

use super::meaning::bytes;
use super::words::{fold, words};
use super::{COLUMNS, Picture, Pictures, Vector};
use crate::bus::Event;
use crate::db::{Work, sql};
use crate::jobs::{Lease, held};
use crate::ledger::{self, Kind, NewEntry};
use crate::{Error, JobId, PersonId, PictureId};

/// A picture on its way into the store.
#[derive(Clone, Debug)]
pub struct NewPicture {
    bytes: Vec<u8>,
    media_type: String,
    width_px: u32,
    height_px: u32,
    prompt: String,
    also: String,
    parameters: String,
    parent: Option<PictureId>,
    vector: Option<Vector>,
    files: Vec<(String, String, Vec<u8>)>,
    marks: Vec<(String, String)>,
    facts: Vec<(&'static str, String)>,
}

impl NewPicture {
    /// A finished file, labelled and all: what is kept is what is given out.
    pub fn new(bytes: Vec<u8>, media_type: impl Into<String>, width_px: u32, height_px: u32) -> Self {
        Self {
            bytes,
            media_type: media_type.into(),
            width_px,
            height_px,
            prompt: String::new(),
            also: String::new(),
            parameters: "{}".to_owned(),
            parent: None,
            vector: None,
            files: Vec::new(),
            marks: Vec::new(),
            facts: Vec::new(),
        }
    }

    /// What it was asked for; searched.
    pub fn prompt(mut self, prompt: impl Into<String>) -> Self {
        self.prompt = prompt.into();
        self
    }

    /// Further words that a search finds it by, such as what the reader understood, in another language.
    pub fn also(mut self, text: &str) -> Self {
        self.also.push('\n');
        self.also.push_str(text);
        self
    }

    /// JSON of the caller's.
    pub fn parameters(mut self, json: impl Into<String>) -> Self {
        self.parameters = json.into();
        self
    }

    /// The picture that it was made from.
    pub fn parent(mut self, parent: PictureId) -> Self {
        self.parent = Some(parent);
        self
    }

    /// What it is about, for the search by meaning.
    pub fn vector(mut self, vector: Vector) -> Self {
        self.vector = Some(vector);
        self
    }

    /// A file beside it, such as a preview; counts towards storage.
    pub fn file(mut self, name: impl Into<String>, media_type: impl Into<String>, bytes: Vec<u8>) -> Self {
        self.files.push((name.into(), media_type.into(), bytes));
        self
    }

    /// Something by which it is recognised when it comes back: kind and value. Its digest is one anyway, `file`.
    pub fn mark(mut self, kind: impl Into<String>, value: impl Into<String>) -> Self {
        self.marks.push((kind.into(), value.into()));
        self
    }

    /// A fact for the ledger's entry, as a commitment.
    pub fn fact(mut self, name: &'static str, value: impl ToString) -> Self {
        self.facts.push((name, value.to_string()));
        self
    }

    fn size_bytes(&self) -> i64 {
        let files: usize = self.files.iter().map(|(_, _, bytes)| bytes.len()).sum();
        i64::try_from(self.bytes.len() + files).unwrap_or(i64::MAX)
    }
}

/// The keys of the blobs of a picture.
struct Keys {
    own: String,
    files: Vec<String>,
}

impl Pictures<'_> {
    /// Keeps the picture `place` (from 0) of a leased job: file, row and ledger entry, or nothing that counts.
    ///
    /// When the job is done again, the picture that was kept first is given and nothing is added.
    ///
    /// # Errors
    ///
    /// [`Error::LeaseLost`] where the lease does not hold any more.
    pub async fn keep(&self, lease: &Lease, place: u32, picture: NewPicture) -> Result<Picture, Error> {
        let keys = self.put(&picture).await?;
        let mut work = self.0.db.begin().await?;
        held(&mut work, lease).await?;
        let text = format!("SELECT {COLUMNS} FROM pictures p WHERE p.job = $1 AND p.place = $2");
        if let Some(row) = work.optional(sql(text).bind(lease.job.id.as_str()).bind(place)).await? {
            return Picture::read(&row);
        }
        let origin = Origin { person: &lease.job.person, job: Some(&lease.job.id), place };
        self.insert(work, origin, picture, keys).await
    }

    /// Keeps a picture that no job made, such as one that was imported.
    pub async fn import(&self, person: &PersonId, picture: NewPicture) -> Result<Picture, Error> {
        let keys = self.put(&picture).await?;
        let mut work = self.0.db.begin().await?;
        ledger::hold(&mut work).await?;
        self.insert(work, Origin { person, job: None, place: 0 }, picture, keys).await
    }

    async fn put(&self, picture: &NewPicture) -> Result<Keys, Error> {
        let own = self.0.blobs.put(&picture.bytes).await?;
        let mut files = Vec::new();
        for (_, _, bytes) in &picture.files {
            files.push(self.0.blobs.put(bytes).await?);
        }
        Ok(Keys { own, files })
    }

    /// The ledger is held, so no sweep deletes a blob between the look and the commit.
    async fn insert(
        &self,
        mut work: Work,
        origin: Origin<'_>,
        picture: NewPicture,
        keys: Keys,
    ) -> Result<Picture, Error> {
        let now = self.0.clock.now_ms();
        let id = PictureId::new(now)?;
        let entry = record(&mut work, &origin, &picture, &id, &keys.own, now).await?;
        let kept = row(&mut work, &origin, &picture, &id, &keys.own, (entry, now)).await?;
        files(&mut work, &id, &picture, &keys.files).await?;
        marks(&mut work, &id, &picture, &keys.own, entry).await?;
        index(&mut work, kept.seq, &picture).await?;
        const COUNT: &str = "UPDATE people SET pictures = pictures + 1, bytes = bytes + $2 WHERE id = $1";
        work.run(sql(COUNT).bind(origin.person.as_str()).bind(picture.size_bytes())).await?;
        self.still_there(&picture, &keys).await?;
        work.commit().await?;
        let (job, person) = (origin.job.cloned(), origin.person.clone());
        self.0.bus.send(Event::Kept { job, person, picture: id });
        Ok(kept)
    }

    /// Puts blobs again that a sweep took for orphans after they were found to be there already.
    async fn still_there(&self, picture: &NewPicture, keys: &Keys) -> Result<(), Error> {
        let files = keys.files.iter().zip(picture.files.iter().map(|(_, _, bytes)| bytes));
        for (key, bytes) in files.chain([(&keys.own, &picture.bytes)]) {
            if !self.0.blobs.exists(key).await? {
                self.0.blobs.put(bytes).await?;
            }
        }
        Ok(())
    }
}

/// Where a picture comes from.
struct Origin<'a> {
    person: &'a PersonId,
    job: Option<&'a JobId>,
    place: u32,
}

/// The ledger's entry about a picture: whose, which file, which order.
async fn record(
    work: &mut Work,
    origin: &Origin<'_>,
    picture: &NewPicture,
    id: &PictureId,
    digest: &str,
    now: i64,
) -> Result<i64, Error> {
    const SQL: &str = "SELECT pseudonym FROM people WHERE id = $1";
    let actor = work.optional(sql(SQL).bind(origin.person.as_str())).await?;
    let actor = actor.ok_or_else(|| Error::missing("account", origin.person))?.text("pseudonym")?;
    let mut entry = NewEntry::new(Kind::Picture, id).fact("actor", actor).fact("file", digest);
    if let Some(job) = origin.job {
        entry = entry.fact("job", job).fact("place", origin.place);
    }
    for (name, value) in &picture.facts {
        entry = entry.fact(name, value);
    }
    let seq = ledger::append(work, now, entry).await?;
    Ok(i64::try_from(seq).unwrap_or(i64::MAX))
}

async fn row(
    work: &mut Work,
    origin: &Origin<'_>,
    picture: &NewPicture,
    id: &PictureId,
    digest: &str,
    (entry, now): (i64, i64),
) -> Result<Picture, Error> {
    let text = format!(
        "INSERT INTO pictures AS p (id, person, job, place, parent, blob, media_type, size_bytes, width_px, \
         height_px, prompt, folded, parameters, created_ms, entry, vector) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING {}",
        COLUMNS.replace("p.", "")
    );
    let insert = sql(text).bind(id.as_str()).bind(origin.person.as_str());
    let insert = insert.bind(origin.job.map(JobId::as_str)).bind(origin.place);
    let insert = insert.bind(picture.parent.as_ref().map(PictureId::as_str)).bind(digest);
    let insert =
        insert.bind(&picture.media_type).bind(i64::try_from(picture.bytes.len()).unwrap_or(i64::MAX));
    let insert = insert.bind(picture.width_px).bind(picture.height_px).bind(&picture.prompt);
    let insert = insert.bind(fold(&format!("{}{}", picture.prompt, picture.also)));
    let insert = insert.bind(&picture.parameters).bind(now).bind(entry);
    Picture::read(&work.one(insert.bind(picture.vector.as_ref().map(bytes))).await?)
}

async fn files(work: &mut Work, id: &PictureId, picture: &NewPicture, keys: &[String]) -> Result<(), Error> {
    const SQL: &str =
        "INSERT INTO picture_files (picture, name, blob, media_type, size_bytes) VALUES ($1, $2, $3, $4, $5)";
    for ((name, media_type, bytes), key) in picture.files.iter().zip(keys) {
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        work.run(sql(SQL).bind(id.as_str()).bind(name).bind(key).bind(media_type).bind(size)).await?;
    }
    Ok(())
}

async fn marks(
    work: &mut Work,
    id: &PictureId,
    picture: &NewPicture,
    digest: &str,
    entry: i64,
) -> Result<(), Error> {
    const SQL: &str = "INSERT INTO picture_marks (kind, value, picture, entry) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (kind, value, picture) DO NOTHING";
    let own = [("file".to_owned(), digest.to_owned())];
    for (kind, value) in picture.marks.iter().chain(&own) {
        work.run(sql(SQL).bind(kind).bind(value).bind(id.as_str()).bind(entry)).await?;
    }
    Ok(())
}

async fn index(work: &mut Work, seq: i64, picture: &NewPicture) -> Result<(), Error> {
    const SQL: &str = "INSERT INTO picture_words (word, seq) VALUES ($1, $2)";
    for word in words(&fold(&format!("{}{}", picture.prompt, picture.also))) {
        work.run(sql(SQL).bind(word).bind(seq)).await?;
    }
    Ok(())
}
