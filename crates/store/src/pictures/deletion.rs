//! Deleting: first for a time of grace, then for good; and sweeping up what interrupted work left.

use super::Pictures;
use crate::db::{Work, sql};
use crate::ledger::{self, Kind, NewEntry};
use crate::{Error, PersonId, PictureId};

/// Pictures that are purged in one transaction.
const BATCH: u32 = 100;

/// What a sweep took away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Blobs that nothing named.
    pub blobs: u64,
    /// Uploads whose time was over.
    pub uploads: u64,
}

impl Pictures<'_> {
    /// Deletes pictures of a person; until `grace_ms` are over they can be restored. Gives how many there were.
    pub async fn delete(
        &self,
        person: &PersonId,
        pictures: &[PictureId],
        grace_ms: i64,
    ) -> Result<u64, Error> {
        let purge = self.0.clock.now_ms().saturating_add(grace_ms);
        self.set_purge(person, pictures, Some(purge)).await
    }

    /// Brings deleted pictures of a person back; gives how many there were.
    pub async fn restore(&self, person: &PersonId, pictures: &[PictureId]) -> Result<u64, Error> {
        self.set_purge(person, pictures, None).await
    }

    async fn set_purge(
        &self,
        person: &PersonId,
        pictures: &[PictureId],
        purge_ms: Option<i64>,
    ) -> Result<u64, Error> {
        const SQL: &str = "UPDATE pictures SET purge_ms = $3 WHERE id = $1 AND person = $2 \
             AND (purge_ms IS NULL) = ($3 IS NOT NULL)";
        let mut work = self.0.db.begin().await?;
        let mut touched = 0;
        for picture in pictures {
            let update = sql(SQL).bind(picture.as_str()).bind(person.as_str()).bind(purge_ms);
            touched += work.run(update).await?;
        }
        work.commit().await?;
        Ok(touched)
    }

    /// Purges pictures whose time of grace is over: row, words, files; the ledger remembers that they were, and that
    /// they went. Gives how many. For a task that runs every few minutes.
    pub async fn purge(&self) -> Result<u64, Error> {
        let mut purged = 0;
        loop {
            let batch = self.purge_batch().await?;
            purged += batch;
            if batch < u64::from(BATCH) {
                return Ok(purged);
            }
        }
    }

    async fn purge_batch(&self) -> Result<u64, Error> {
        let now = self.0.clock.now_ms();
        let mut work = self.0.db.begin().await?;
        ledger::hold(&mut work).await?;
        const DUE: &str = "SELECT id, seq, person, blob, size_bytes FROM pictures WHERE purge_ms IS NOT NULL \
             AND purge_ms <= $1 ORDER BY purge_ms LIMIT $2";
        let rows = work.all(sql(DUE).bind(now).bind(BATCH)).await?;
        let mut blobs = Vec::new();
        for row in &rows {
            let (id, seq) = (row.text("id")?, row.number("seq")?);
            const FILES: &str = "SELECT blob, size_bytes FROM picture_files WHERE picture = $1";
            let mut size = row.number("size_bytes")?;
            blobs.push(row.text("blob")?);
            for file in work.all(sql(FILES).bind(&id)).await? {
                size += file.number("size_bytes")?;
                blobs.push(file.text("blob")?);
            }
            remove(&mut work, &id, seq).await?;
            const COUNT: &str = "UPDATE people SET pictures = pictures - 1, bytes = bytes - $2 WHERE id = $1";
            work.run(sql(COUNT).bind(row.text("person")?).bind(size)).await?;
            ledger::append(&mut work, now, NewEntry::new(Kind::Deletion, &id)).await?;
        }
        work.commit().await?;
        self.drop_unnamed(&blobs).await?;
        Ok(rows.len() as u64)
    }

    /// Deletes blobs of writers that died before their row, where they are older than `grace_ms`, and uploads whose
    /// time is over. Not while a backup of the blobs is made.
    pub async fn sweep(&self, grace_ms: i64) -> Result<Swept, Error> {
        let now = self.0.clock.now_ms();
        let uploads = self.0.db.run(sql("DELETE FROM uploads WHERE expires_ms <= $1").bind(now)).await?;
        self.0.blobs.tidy().await?;
        let found = self.0.blobs.list().await?;
        let old = found.into_iter().filter(|blob| blob.modified_ms <= now.saturating_sub(grace_ms));
        let keys: Vec<String> = old.map(|blob| blob.key).collect();
        Ok(Swept { blobs: self.drop_unnamed(&keys).await?, uploads })
    }

    /// Deletes those of the blobs that no row names. The ledger is held meanwhile, so that no row comes to name one.
    async fn drop_unnamed(&self, keys: &[String]) -> Result<u64, Error> {
        let mut dropped = 0;
        for keys in keys.chunks(BATCH as usize) {
            let mut work = self.0.db.begin().await?;
            ledger::hold(&mut work).await?;
            for key in keys {
                if !named(&mut work, key).await? {
                    self.0.blobs.delete(key).await?;
                    dropped += 1;
                }
            }
            work.commit().await?;
        }
        Ok(dropped)
    }
}

async fn remove(work: &mut Work, id: &str, seq: i64) -> Result<(), Error> {
    for table in ["picture_words", "board_pictures"] {
        work.run(sql(format!("DELETE FROM {table} WHERE seq = $1")).bind(seq)).await?;
    }
    work.run(sql("DELETE FROM picture_files WHERE picture = $1").bind(id)).await?;
    work.run(sql("DELETE FROM pictures WHERE seq = $1").bind(seq)).await.map(drop)
}

/// Whether a row names a blob.
async fn named(work: &mut Work, key: &str) -> Result<bool, Error> {
    const SQL: &str = "SELECT (SELECT count(*) FROM pictures WHERE blob = $1) \
         + (SELECT count(*) FROM picture_files WHERE blob = $1) \
         + (SELECT count(*) FROM uploads WHERE blob = $1) AS n";
    Ok(work.one(sql(SQL).bind(key)).await?.number("n")? > 0)
}
