//! The append-only ledger: who ordered what, when, and which file came of it.
//!
//! Entries are canonical JSON that holds ids, times and salted commitments only. They are chained by hash and are the
//! leaves of a Merkle tree, whose signed heads and proofs an outsider can check without seeing any content. What stands
//! behind the commitments can be erased; the proofs hold without it.

mod entry;
mod merkle;
mod note;
mod verify;

use std::ops::Range;

pub use entry::{Entry, Kind, NewEntry, Opening};
pub use merkle::{Hash, leaf_hash, node_hash, proves_consistency, proves_inclusion};
pub use note::{Checkpoint, LedgerKey, LedgerVerifier, Proof};
pub use verify::{Damage, Finding, Report};

use crate::db::{Dialect, Row, Work, sql};
use crate::secret::hex;
use crate::{Error, Store};
use merkle::Node;

/// The ledger of a store.
#[derive(Clone, Copy, Debug)]
pub struct Ledger<'a>(pub(crate) &'a Store);

impl Ledger<'_> {
    /// Adds an entry and gives its number.
    pub async fn append(&self, entry: NewEntry) -> Result<u64, Error> {
        let mut work = self.0.db.begin().await?;
        let seq = append(&mut work, self.0.clock.now_ms(), entry).await?;
        work.commit().await?;
        Ok(seq)
    }

    /// How many entries there are.
    pub async fn size(&self) -> Result<u64, Error> {
        let row = self.0.db.one(sql("SELECT size FROM ledger_head WHERE id = 1")).await?;
        unsigned("size", row.number("size")?)
    }

    /// At most `limit` entries from number `from` on.
    pub async fn entries(&self, from: u64, limit: u32) -> Result<Vec<Entry>, Error> {
        const SQL: &str = "SELECT body FROM ledger_entries WHERE seq >= $1 ORDER BY seq LIMIT $2";
        read(&self.0.db.all(sql(SQL).bind(signed(from)).bind(limit)).await?)
    }

    /// At most `limit` entries of a kind before number `before`, newest first.
    pub async fn latest(&self, kind: Kind, before: u64, limit: u32) -> Result<Vec<Entry>, Error> {
        const SQL: &str =
            "SELECT body FROM ledger_entries WHERE kind = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3";
        read(&self.0.db.all(sql(SQL).bind(kind.as_str()).bind(signed(before)).bind(limit)).await?)
    }

    /// At most `limit` entries of a kind about `subject`, newest first.
    pub async fn latest_about(&self, kind: Kind, subject: &str, limit: u32) -> Result<Vec<Entry>, Error> {
        const SQL: &str =
            "SELECT body FROM ledger_entries WHERE subject = $1 AND kind = $2 ORDER BY seq DESC LIMIT $3";
        read(&self.0.db.all(sql(SQL).bind(subject).bind(kind.as_str()).bind(limit)).await?)
    }

    /// Entries of a kind in which the fact `name` is `value`, oldest first; what was erased is not found.
    pub async fn with_fact(&self, kind: Kind, name: &str, value: &str) -> Result<Vec<Entry>, Error> {
        // From the entries of the kind, which are few, to their openings: there is no index of values.
        const SQL: &str = "SELECT e.body FROM ledger_entries e WHERE e.kind = $1 AND EXISTS (SELECT 1 FROM \
             ledger_openings o WHERE o.seq = e.seq AND o.name = $2 AND o.value = $3) ORDER BY e.seq";
        read(&self.0.db.all(sql(SQL).bind(kind.as_str()).bind(name).bind(value)).await?)
    }

    /// All entries about `subject`, oldest first.
    pub async fn about(&self, subject: &str) -> Result<Vec<Entry>, Error> {
        const SQL: &str = "SELECT body FROM ledger_entries WHERE subject = $1 ORDER BY seq";
        read(&self.0.db.all(sql(SQL).bind(subject)).await?)
    }

    /// What stands behind the commitments of an entry, as far as it is not erased.
    pub async fn openings(&self, seq: u64) -> Result<Vec<Opening>, Error> {
        const SQL: &str = "SELECT name, salt, value FROM ledger_openings WHERE seq = $1 ORDER BY name";
        let rows = self.0.db.all(sql(SQL).bind(signed(seq))).await?;
        let opening = |row: &Row| {
            Ok(Opening { name: row.text("name")?, salt: hex(&row.bytes("salt")?), value: row.text("value")? })
        };
        rows.iter().map(opening).collect()
    }

    /// Erases salts and values of all entries about `subject`, and records that it did. Gives how many there were.
    pub async fn erase(&self, subject: &str) -> Result<u64, Error> {
        let mut work = self.0.db.begin().await?;
        let erased = erase(&mut work, subject).await?;
        let entry = NewEntry::new(Kind::Erasure, subject).fact("openings", erased);
        append(&mut work, self.0.clock.now_ms(), entry).await?;
        work.commit().await?;
        Ok(erased)
    }

    /// The signed head; made now where the ledger has grown since the last, and kept.
    pub async fn checkpoint(&self) -> Result<Checkpoint, Error> {
        let mut work = self.0.db.begin().await?;
        let (size, _) = head(&mut work).await?;
        const SQL: &str = "SELECT note FROM ledger_checkpoints WHERE size = $1";
        if let Some(row) = work.optional(sql(SQL).bind(signed(size))).await? {
            return self.0.key.verifier().checkpoint(&row.text("note")?);
        }
        let root = root(&mut work, 0..size).await?;
        let checkpoint = self.0.key.sign(size, root);
        const KEEP: &str = "INSERT INTO ledger_checkpoints (size, at_ms, note) VALUES ($1, $2, $3)";
        let keep = sql(KEEP).bind(signed(size)).bind(self.0.clock.now_ms()).bind(&checkpoint.note);
        work.run(keep).await?;
        work.commit().await?;
        Ok(checkpoint)
    }

    /// The newest `limit` kept heads, newest first.
    pub async fn checkpoints(&self, limit: u32) -> Result<Vec<Checkpoint>, Error> {
        const SQL: &str = "SELECT note FROM ledger_checkpoints ORDER BY size DESC LIMIT $1";
        let rows = self.0.db.all(sql(SQL).bind(limit)).await?;
        rows.iter().map(|row| self.0.key.verifier().checkpoint(&row.text("note")?)).collect()
    }

    /// A proof that entry `index` stands under the newest head.
    pub async fn proof(&self, index: u64) -> Result<Proof, Error> {
        let checkpoint = self.checkpoint().await?;
        if index >= checkpoint.size {
            return Err(Error::LedgerSize { size: checkpoint.size, asked: index });
        }
        let path = self.roots(merkle::inclusion(index, checkpoint.size)).await?;
        Ok(Proof { index, path, checkpoint })
    }

    /// A proof that the first `first` of the first `second` entries are still what they were.
    pub async fn consistency(&self, first: u64, second: u64) -> Result<Vec<Hash>, Error> {
        let size = self.size().await?;
        match first.max(second) {
            asked if asked > size => Err(Error::LedgerSize { size, asked }),
            _ if first > second => Err(Error::LedgerSize { size: second, asked: first }),
            _ => self.roots(merkle::consistency(first, second)).await,
        }
    }

    /// What an outsider needs to check heads and proofs.
    pub fn verifier(&self) -> LedgerVerifier {
        self.0.key.verifier()
    }

    /// Rebuilds everything from the entries and names each that was edited, dropped, added or moved.
    ///
    /// `outside` are signed heads that were kept elsewhere; only they can show that the end of the ledger was cut off
    /// together with everything that tells of it. All findings are collected, in order.
    pub async fn verify(&self, outside: &[&str]) -> Result<Report, Error> {
        verify::verify(self.0, outside).await
    }

    async fn roots(&self, ranges: Vec<Range<u64>>) -> Result<Vec<Hash>, Error> {
        let mut work = self.0.db.begin_reading().await?;
        let mut roots = Vec::new();
        for range in ranges {
            roots.push(root(&mut work, range).await?);
        }
        Ok(roots)
    }
}

/// Adds an entry inside a transaction. It takes the ledger's one row first, so that entries have one order.
pub(crate) async fn append(work: &mut Work, now_ms: i64, new: NewEntry) -> Result<u64, Error> {
    let (seq, previous) = head(work).await?;
    let (entry, facts) = entry::close(new, seq, now_ms, &previous)?;
    let body = entry.canonical()?;
    let leaf = leaf_hash(body.as_bytes());
    const ENTRY: &str =
        "INSERT INTO ledger_entries (seq, kind, subject, at_ms, body) VALUES ($1, $2, $3, $4, $5)";
    let insert = sql(ENTRY).bind(signed(seq)).bind(&entry.kind).bind(&entry.subject).bind(entry.at);
    work.run(insert.bind(body)).await?;
    const OPENING: &str = "INSERT INTO ledger_openings (seq, name, salt, value) VALUES ($1, $2, $3, $4)";
    for fact in facts {
        work.run(sql(OPENING).bind(signed(seq)).bind(fact.name).bind(fact.salt).bind(fact.value)).await?;
    }
    grow(work, seq, leaf).await?;
    const HEAD: &str = "UPDATE ledger_head SET size = $1, previous = $2 WHERE id = 1";
    work.run(sql(HEAD).bind(signed(seq + 1)).bind(leaf)).await?;
    Ok(seq)
}

/// Erases salts and values of all entries about `subject`.
pub(crate) async fn erase(work: &mut Work, subject: &str) -> Result<u64, Error> {
    const SQL: &str =
        "DELETE FROM ledger_openings WHERE seq IN (SELECT seq FROM ledger_entries WHERE subject = $1)";
    work.run(sql(SQL).bind(subject)).await
}

/// Takes the ledger for this transaction, and with it the order of everything that is recorded.
pub(crate) async fn hold(work: &mut Work) -> Result<(), Error> {
    head(work).await.map(drop)
}

/// The number of entries and the hash of the last.
async fn head(work: &mut Work) -> Result<(u64, Vec<u8>), Error> {
    // SQLite has one writer at a time anyway.
    let text = match work.dialect() {
        Dialect::Sqlite => "SELECT size, previous FROM ledger_head WHERE id = 1",
        Dialect::Postgres => "SELECT size, previous FROM ledger_head WHERE id = 1 FOR UPDATE",
    };
    let row = work.one(sql(text)).await?;
    Ok((unsigned("size", row.number("size")?)?, row.bytes("previous")?))
}

/// Adds a leaf and the subtrees that it completes.
async fn grow(work: &mut Work, place: u64, leaf: Hash) -> Result<(), Error> {
    const SQL: &str = "INSERT INTO ledger_nodes (level, place, hash) VALUES ($1, $2, $3)";
    let (mut node, mut hash) = (Node { level: 0, place }, leaf);
    loop {
        work.run(sql(SQL).bind(node.level).bind(signed(node.place)).bind(hash)).await?;
        if node.place % 2 == 0 {
            return Ok(());
        }
        let left = stored(work, Node { level: node.level, place: node.place - 1 }).await?;
        hash = node_hash(&left, &hash);
        node = Node { level: node.level + 1, place: node.place / 2 };
    }
}

/// The hash over a range of leaves, from stored subtrees.
async fn root(work: &mut Work, leaves: Range<u64>) -> Result<Hash, Error> {
    let mut hashes = Vec::new();
    for peak in merkle::peaks(leaves) {
        hashes.push(stored(work, peak).await?);
    }
    Ok(merkle::fold(&hashes))
}

async fn stored(work: &mut Work, node: Node) -> Result<Hash, Error> {
    const SQL: &str = "SELECT hash FROM ledger_nodes WHERE level = $1 AND place = $2";
    let row = work.optional(sql(SQL).bind(node.level).bind(signed(node.place))).await?;
    let row = row.ok_or_else(|| Error::missing("node of the ledger", node.place))?;
    as_hash(&row.bytes("hash")?)
}

fn as_hash(bytes: &[u8]) -> Result<Hash, Error> {
    bytes.try_into().map_err(|_length| Error::Column { column: "hash", value: hex(bytes) })
}

fn read(rows: &[Row]) -> Result<Vec<Entry>, Error> {
    rows.iter().map(|row| Ok(serde_json::from_str(&row.text("body")?)?)).collect()
}

/// Numbers of entries stay far below 2^63.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(column: &'static str, number: i64) -> Result<u64, Error> {
    u64::try_from(number).map_err(|_negative| Error::Column { column, value: number.to_string() })
}
