//! Files that people hand in: pictures to start from, masks. They go by themselves.

use super::Pictures;
use crate::db::{Row, sql};
use crate::{Error, PersonId, UploadId, ledger};

/// A file that was handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Names it.
    pub id: UploadId,
    /// Whose it is.
    pub person: PersonId,
    /// SHA-256 of the file, in hexadecimal digits.
    pub digest: String,
    /// The media type of the file.
    pub media_type: String,
    /// The length of the file.
    pub size_bytes: i64,
    /// When it was handed in.
    pub created_ms: i64,
    /// When it goes.
    pub expires_ms: i64,
}

impl Pictures<'_> {
    /// Takes a file for `lifetime_ms`.
    pub async fn upload(
        &self,
        person: &PersonId,
        bytes: &[u8],
        media_type: &str,
        lifetime_ms: i64,
    ) -> Result<Upload, Error> {
        let digest = self.0.blobs.put(bytes).await?;
        let created_ms = self.0.clock.now_ms();
        let upload = Upload {
            id: UploadId::new(created_ms)?,
            person: person.clone(),
            digest,
            media_type: media_type.to_owned(),
            size_bytes: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            created_ms,
            expires_ms: created_ms.saturating_add(lifetime_ms),
        };
        const SQL: &str = "INSERT INTO uploads (id, person, blob, media_type, size_bytes, created_ms, expires_ms) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let insert = sql(SQL).bind(upload.id.as_str()).bind(person.as_str()).bind(&upload.digest);
        let insert = insert.bind(media_type).bind(upload.size_bytes).bind(created_ms).bind(upload.expires_ms);
        let mut work = self.0.db.begin().await?;
        // As with pictures, no sweep comes between the look and the commit.
        ledger::hold(&mut work).await?;
        work.run(insert).await?;
        if !self.0.blobs.exists(&upload.digest).await? {
            self.0.blobs.put(bytes).await?;
        }
        work.commit().await?;
        Ok(upload)
    }

    /// A person's file and its bytes, until it goes.
    pub async fn uploaded(&self, person: &PersonId, id: &UploadId) -> Result<(Upload, Vec<u8>), Error> {
        const SQL: &str = "SELECT id, person, blob, media_type, size_bytes, created_ms, expires_ms FROM uploads \
             WHERE id = $1 AND person = $2 AND expires_ms > $3";
        let query = sql(SQL).bind(id.as_str()).bind(person.as_str()).bind(self.0.clock.now_ms());
        let row = self.0.db.optional(query).await?.ok_or_else(|| Error::missing("upload", id))?;
        let upload = read(&row)?;
        let bytes = self.0.blobs.get(&upload.digest).await?;
        Ok((upload, bytes))
    }
}

fn read(row: &Row) -> Result<Upload, Error> {
    Ok(Upload {
        id: UploadId::of(row.text("id")?),
        person: PersonId::of(row.text("person")?),
        digest: row.text("blob")?,
        media_type: row.text("media_type")?,
        size_bytes: row.number("size_bytes")?,
        created_ms: row.number("created_ms")?,
        expires_ms: row.number("expires_ms")?,
    })
}
