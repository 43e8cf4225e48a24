//! Backup and restore: one file that either database and any place for blobs can be filled from.
//!
//! The archive is a tar file: `danqing.json` says its version, `tables/NAME/NUMBER.jsonl` hold rows (the first line
//! names the columns and their types, each further one is a row), `blobs/SHA-256` hold blobs. Blobs are copied before
//! and after the tables, so that every row of the archive has its blob although the studio goes on meanwhile.

mod rows;
mod tape;

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::blobs::is_key;
use crate::db::{Dialect, Work, sql};
use crate::{Error, Store};
pub(crate) use rows::Sink;
use tape::{Piece, Reader, Writer};

const HEADING: &str = "danqing.json";
const VERSION: u32 = 1;

/// Every table but `workers`, which only tells who is at work now; those that others refer to come first.
const TABLES: [&str; 18] = [
    "people",
    "sessions",
    "api_keys",
    "invitations",
    "queue_clock",
    "jobs",
    "uploads",
    "pictures",
    "picture_files",
    "picture_marks",
    "picture_words",
    "boards",
    "board_pictures",
    "ledger_head",
    "ledger_entries",
    "ledger_nodes",
    "ledger_checkpoints",
    "ledger_openings",
];

/// What an archive holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Archived {
    /// Rows of all tables.
    pub rows: u64,
    /// Pictures and other files.
    pub blobs: u64,
}

#[derive(Serialize, Deserialize)]
struct Heading {
    version: u32,
}

impl Store {
    /// Writes everything into one file, while the studio goes on. The file gets its name last.
    pub async fn back_up(&self, path: &Path) -> Result<Archived, Error> {
        let writer = Writer::create(path);
        writer.put(HEADING.to_owned(), serde_json::to_vec(&Heading { version: VERSION })?).await?;
        let mut copied = HashSet::new();
        for found in self.blobs.list().await? {
            self.copy(&writer, found.key, &mut copied).await?;
        }
        let mut work = self.db.begin_reading().await?;
        let mut rows = 0;
        for table in TABLES {
            let mut sink = Sink::new(table, &writer);
            work.each(sql(format!("SELECT * FROM {table}")), &mut sink).await?;
            rows += sink.end().await?;
        }
        let named = named(&mut work).await?;
        drop(work);
        for key in named {
            if !copied.contains(&key) {
                self.copy(&writer, key, &mut copied).await?;
            }
        }
        writer.end().await?;
        Ok(Archived { rows, blobs: copied.len() as u64 })
    }

    /// Copies a blob; one that was purged since it was listed is nobody's.
    async fn copy(&self, writer: &Writer, key: String, copied: &mut HashSet<String>) -> Result<(), Error> {
        match self.blobs.get(&key).await {
            Ok(bytes) => writer.put(format!("blobs/{key}"), bytes).await?,
            Err(Error::BlobMissing(_)) if copied.is_empty() || !self.is_named(&key).await? => return Ok(()),
            Err(error) => return Err(error),
        }
        copied.insert(key);
        Ok(())
    }

    async fn is_named(&self, key: &str) -> Result<bool, Error> {
        Ok(named(&mut self.db.begin_reading().await?).await?.contains(key))
    }

    /// Fills an empty store from an archive, and checks that all blobs are there and the ledger is sound.
    ///
    /// # Errors
    ///
    /// [`Error::Archive`] where the store is not empty or the archive is damaged; the database is then as before.
    pub async fn restore(&self, path: &Path) -> Result<Archived, Error> {
        let mut work = self.db.begin().await?;
        if work.one(sql("SELECT count(*) AS n FROM people")).await?.number("n")? > 0 {
            return Err(Error::Archive("the database holds people".to_owned()));
        }
        // They have their one row from the start.
        for table in ["queue_clock", "ledger_head"] {
            work.run(sql(format!("DELETE FROM {table}"))).await?;
        }
        let archived = self.take(&mut work, Reader::open(path)).await?;
        follow_on(&mut work).await?;
        for key in named(&mut work).await? {
            if !self.blobs.exists(&key).await? {
                return Err(Error::Archive(format!("the blob `{key}` is missing")));
            }
        }
        work.commit().await?;
        Ok(archived)
    }

    async fn take(&self, work: &mut Work, mut reader: Reader) -> Result<Archived, Error> {
        let mut archived = Archived::default();
        let mut headed = false;
        while let Some(Piece { name, bytes }) = reader.next().await? {
            match name.split('/').collect::<Vec<_>>().as_slice() {
                [HEADING] => {
                    let Heading { version } = serde_json::from_slice(&bytes)?;
                    if version != VERSION {
                        return Err(Error::Archive(format!("its version is `{version}`")));
                    }
                    headed = true;
                }
                ["tables", table, _] if headed && TABLES.contains(table) => {
                    archived.rows += rows::insert(work, table, &bytes).await?;
                }
                ["blobs", key] if headed && is_key(key) => {
                    if self.blobs.put(&bytes).await? != *key {
                        return Err(Error::BlobDamaged((*key).to_owned()));
                    }
                    archived.blobs += 1;
                }
                _ => return Err(Error::Archive(format!("`{name}` does not belong into it"))),
            }
        }
        if headed { Ok(archived) } else { Err(Error::Archive("it is not one of danqing".to_owned())) }
    }
}

/// The keys of all blobs that rows name.
async fn named(work: &mut Work) -> Result<BTreeSet<String>, Error> {
    const SQL: &str =
        "SELECT blob FROM pictures UNION SELECT blob FROM picture_files UNION SELECT blob FROM uploads";
    work.all(sql(SQL)).await?.iter().map(|row| row.text("blob")).collect()
}

/// Lets new rows be numbered after the restored ones.
async fn follow_on(work: &mut Work) -> Result<(), Error> {
    if work.dialect() == Dialect::Sqlite {
        return Ok(());
    }
    for table in ["jobs", "pictures"] {
        let text = format!(
            "SELECT setval(pg_get_serial_sequence('{table}', 'seq'), \
             (SELECT coalesce(max(seq), 0) + 1 FROM {table}), false) AS n"
        );
        work.one(sql(text)).await?;
    }
    Ok(())
}
