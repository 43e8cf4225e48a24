//! Finds what was done to a ledger behind the store's back.

use std::collections::BTreeMap;
use std::fmt;

use super::entry::Opening;
use super::merkle::{self, Hash, Node, fold, leaf_hash, node_hash};
use super::{Checkpoint, Entry, LedgerVerifier, signed, unsigned};
use crate::db::{Row, Work, sql};
use crate::secret::hex;
use crate::{Error, Store};

/// Entries that are read at once.
const BATCH: u32 = 1000;

/// What a check of the ledger found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How many entries were read.
    pub entries: u64,
    /// How many signed heads were checked.
    pub checkpoints: u64,
    /// The root over what was read.
    pub root: Hash,
    /// Everything that is wrong, in the order of the entries; empty where all is well.
    pub findings: Vec<Finding>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The entry that it is about: for a head, the first that it may be.
    pub entry: u64,
    /// What happened to it.
    pub damage: Damage,
}

/// What happened to an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    /// Its content is not what was hashed.
    Edited,
    /// It is gone.
    Dropped,
    /// It stands in the place of another.
    Moved,
    /// It was never part of the tree.
    Added,
    /// The value behind the named fact is not what was committed to.
    Opening(String),
    /// A stored hash over it was changed.
    Hash,
    /// A signed head does not fit the entries before it, though the stored hashes do: from this entry to before the
    /// head's size something was rewritten with all that follows from it.
    Rewritten {
        /// The size in the head.
        size: u64,
    },
    /// A kept head has no valid signature.
    Signature {
        /// The size under which it was kept.
        size: u64,
    },
    /// The row that says how long the ledger is was changed.
    Head,
    /// A job or a picture of this id names the entry, which is about something else.
    Reference(String),
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entry = self.entry;
        match &self.damage {
            Damage::Edited => write!(formatter, "entry {entry} was edited"),
            Damage::Dropped => write!(formatter, "entry {entry} was dropped"),
            Damage::Moved => write!(formatter, "entry {entry} was moved"),
            Damage::Added => write!(formatter, "entry {entry} was added"),
            Damage::Opening(name) => write!(formatter, "the value of `{name}` in entry {entry} was edited"),
            Damage::Hash => write!(formatter, "a hash over entry {entry} was edited"),
            Damage::Rewritten { size } => {
                write!(
                    formatter,
                    "an entry between {entry} and {size} was rewritten: the signed head differs"
                )
            }
            Damage::Signature { size } => write!(formatter, "the head of {size} entries is not signed"),
            Damage::Head => write!(formatter, "the length of the ledger was edited"),
            Damage::Reference(id) => write!(formatter, "`{id}` names entry {entry}, which is not about it"),
        }
    }
}

pub(super) async fn verify(store: &Store, outside: &[&str]) -> Result<Report, Error> {
    let mut work = store.db.begin_reading().await?;
    let mut check = Check::new(&mut work, &store.key.verifier(), outside).await?;
    let mut from = 0;
    loop {
        let rows = entries(&mut work, from).await?;
        let Some(last) = rows.last() else { break };
        from = unsigned("seq", last.number("seq")?)? + 1;
        let openings = openings(&mut work, &rows).await?;
        for row in &rows {
            check.entry(row, &openings)?;
        }
    }
    check.end();
    check.nodes();
    references(&mut work, &mut check.findings).await?;
    check.findings.sort_by_key(|finding| finding.entry);
    let root = check.root();
    Ok(Report { entries: check.read, checkpoints: check.checked, root, findings: check.findings })
}

async fn entries(work: &mut Work, from: u64) -> Result<Vec<Row>, Error> {
    const SQL: &str =
        "SELECT seq, kind, subject, at_ms, body FROM ledger_entries WHERE seq >= $1 ORDER BY seq LIMIT $2";
    work.all(sql(SQL).bind(signed(from)).bind(BATCH)).await
}

/// The openings of a batch, by entry.
async fn openings(work: &mut Work, rows: &[Row]) -> Result<BTreeMap<i64, Vec<Opening>>, Error> {
    let mut found: BTreeMap<i64, Vec<Opening>> = BTreeMap::new();
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(found) };
    const SQL: &str = "SELECT seq, name, salt, value FROM ledger_openings WHERE seq BETWEEN $1 AND $2";
    let rows = sql(SQL).bind(first.number("seq")?).bind(last.number("seq")?);
    for row in work.all(rows).await? {
        let opening =
            Opening { name: row.text("name")?, salt: hex(&row.bytes("salt")?), value: row.text("value")? };
        found.entry(row.number("seq")?).or_default().push(opening);
    }
    Ok(found)
}

/// Jobs and pictures whose entry is missing or is about something else.
async fn references(work: &mut Work, findings: &mut Vec<Finding>) -> Result<(), Error> {
    const JOBS: &str = "SELECT j.id AS id, j.entry AS entry FROM jobs j \
         LEFT JOIN ledger_entries e ON e.seq = j.entry WHERE e.seq IS NULL OR e.subject <> j.id";
    const PICTURES: &str = "SELECT p.id AS id, p.entry AS entry FROM pictures p \
         LEFT JOIN ledger_entries e ON e.seq = p.entry WHERE e.seq IS NULL OR e.subject <> p.id";
    for text in [JOBS, PICTURES] {
        for row in work.all(sql(text)).await? {
            let entry = unsigned("entry", row.number("entry")?)?;
            findings.push(Finding { entry, damage: Damage::Reference(row.text("id")?) });
        }
    }
    Ok(())
}

/// The state of a check, entry by entry.
struct Check {
    /// Stored hashes of all subtrees.
    stored: BTreeMap<Node, Hash>,
    /// What the head says: how many entries, and the hash of the last.
    head: (u64, Vec<u8>),
    /// Heads to compare with, by size.
    heads: Vec<Checkpoint>,
    /// The size of the last head that fitted.
    fitted: u64,
    /// The next number that is due.
    due: u64,
    read: u64,
    checked: u64,
    /// The leaf hash of the entry before, as it was read.
    previous: Hash,
    /// Subtrees over what was read so far, from left to right.
    peaks: Vec<(u32, Hash)>,
    findings: Vec<Finding>,
}

impl Check {
    async fn new(work: &mut Work, verifier: &LedgerVerifier, outside: &[&str]) -> Result<Self, Error> {
        let mut stored = BTreeMap::new();
        for row in work.all(sql("SELECT level, place, hash FROM ledger_nodes")).await? {
            let level = u32::try_from(row.number("level")?).unwrap_or(u32::MAX);
            let place = unsigned("place", row.number("place")?)?;
            // A hash of another length fits nothing, like one of other bits.
            stored.insert(Node { level, place }, row.bytes("hash")?.try_into().unwrap_or_default());
        }
        let row = work.one(sql("SELECT size, previous FROM ledger_head WHERE id = 1")).await?;
        let head = (unsigned("size", row.number("size")?)?, row.bytes("previous")?);
        let mut check = Self {
            stored,
            head,
            heads: Vec::new(),
            fitted: 0,
            due: 0,
            read: 0,
            checked: 0,
            previous: [0; 32],
            peaks: Vec::new(),
            findings: Vec::new(),
        };
        check.take_heads(work, verifier, outside).await?;
        Ok(check)
    }

    /// Collects the kept heads and those from outside whose signature holds.
    async fn take_heads(
        &mut self,
        work: &mut Work,
        verifier: &LedgerVerifier,
        outside: &[&str],
    ) -> Result<(), Error> {
        for row in work.all(sql("SELECT size, note FROM ledger_checkpoints ORDER BY size")).await? {
            let size = unsigned("size", row.number("size")?)?;
            match verifier.checkpoint(&row.text("note")?) {
                Ok(head) if head.size == size => self.heads.push(head),
                _ => self.find(size.saturating_sub(1), Damage::Signature { size }),
            }
        }
        for note in outside {
            self.heads.push(verifier.checkpoint(note)?);
        }
        self.heads.sort_by_key(|head| head.size);
        self.checked = self.heads.len() as u64;
        Ok(())
    }

    fn find(&mut self, entry: u64, damage: Damage) {
        self.findings.push(Finding { entry, damage });
    }

    fn entry(&mut self, row: &Row, openings: &BTreeMap<i64, Vec<Opening>>) -> Result<(), Error> {
        let seq = unsigned("seq", row.number("seq")?)?;
        self.drop_until(seq);
        let body = row.text("body")?;
        let leaf = leaf_hash(body.as_bytes());
        let entry = serde_json::from_str::<Entry>(&body).ok();
        let entry = entry.filter(|entry| entry.canonical().is_ok_and(|canonical| canonical == body));
        let known = self.stored.get(&Node { level: 0, place: seq }).copied();
        self.judge(seq, entry.as_ref(), leaf, known, row)?;
        for opening in openings.get(&signed(seq)).into_iter().flatten() {
            if !entry.as_ref().is_none_or(|entry| entry.opens(opening)) {
                self.find(seq, Damage::Opening(opening.name.clone()));
            }
        }
        // What follows is judged by what was recorded, so that one damage is not found at every later entry.
        self.advance(known.unwrap_or(leaf));
        self.read += 1;
        Ok(())
    }

    /// Says what is wrong with one entry, if anything.
    fn judge(
        &mut self,
        seq: u64,
        entry: Option<&Entry>,
        leaf: Hash,
        known: Option<Hash>,
        row: &Row,
    ) -> Result<(), Error> {
        let Some(entry) = entry else {
            self.find(seq, Damage::Edited);
            return Ok(());
        };
        let same_columns = entry.kind == row.text("kind")?
            && entry.subject == row.text("subject")?
            && entry.at == row.number("at_ms")?;
        if entry.seq != seq {
            self.find(seq, Damage::Moved);
        } else if known.is_none() {
            self.find(seq, if seq < self.head.0 { Damage::Hash } else { Damage::Added });
        } else if !same_columns || known != Some(leaf) {
            self.find(seq, Damage::Edited);
        } else if entry.previous != hex(&self.previous) {
            // This entry is as recorded, so the recorded hash of the one before is not.
            self.find(seq.saturating_sub(1), Damage::Edited);
        }
        Ok(())
    }

    /// Names the entries that are missing before `seq`, and goes on with their recorded hashes.
    fn drop_until(&mut self, seq: u64) {
        while self.due < seq {
            let place = self.due;
            self.find(place, Damage::Dropped);
            let Some(leaf) = self.stored.get(&Node { level: 0, place }).copied() else {
                // Without a hash nothing can be said about the tree from here to `seq`.
                self.due = self.due.max(seq.min(self.head.0));
                if self.due < seq {
                    self.due = seq;
                }
                return;
            };
            self.advance(leaf);
        }
    }

    /// Adds a leaf to the rebuilt tree and compares the heads of its new size.
    fn advance(&mut self, leaf: Hash) {
        let (mut level, mut hash) = (0, leaf);
        while let Some((_, left)) = self.peaks.pop_if(|(peak, _)| *peak == level) {
            hash = node_hash(&left, &hash);
            level += 1;
        }
        self.peaks.push((level, hash));
        self.previous = leaf;
        self.due += 1;
        self.compare();
    }

    fn compare(&mut self) {
        let (size, root) = (self.due, self.root());
        let Some(fits) = self.heads.iter().rfind(|head| head.size == size).map(|head| head.root == root)
        else {
            return;
        };
        let all_fit =
            fits && self.heads.iter().filter(|head| head.size == size).all(|head| head.root == root);
        if !all_fit && self.findings.is_empty() {
            self.find(self.fitted, Damage::Rewritten { size });
        }
        self.fitted = if all_fit { size } else { self.fitted };
    }

    fn root(&self) -> Hash {
        let hashes: Vec<Hash> = self.peaks.iter().map(|(_, hash)| *hash).collect();
        fold(&hashes)
    }

    /// Names entries that are missing at the end, by everything that tells how long the ledger was.
    fn end(&mut self) {
        let leaves = self.stored.keys().filter(|node| node.level == 0).map(|node| node.place + 1).max();
        let signed = self.heads.last().map_or(0, |head| head.size);
        let size = leaves.unwrap_or(0).max(signed);
        let before = self.due;
        while self.due < size {
            let missing = self.due;
            let known = self.stored.get(&Node { level: 0, place: missing }).copied();
            self.find(missing, Damage::Dropped);
            self.advance(known.unwrap_or_default());
        }
        let last_hash = self.previous.as_slice() == self.head.1.as_slice() || before < size;
        if self.head.0 != self.due || !last_hash {
            self.find(self.due.saturating_sub(1), Damage::Head);
        }
    }

    /// Compares each stored subtree with the two below it.
    fn nodes(&mut self) {
        let mut wrong = Vec::new();
        for (node, hash) in &self.stored {
            let Some(level) = node.level.checked_sub(1) else { continue };
            let below = |place| self.stored.get(&Node { level, place });
            let fits = match (below(node.place * 2), below(node.place * 2 + 1)) {
                (Some(left), Some(right)) => node_hash(left, right) == *hash,
                _ => false,
            };
            if !fits {
                wrong.push(node.place << node.level.min(63));
            }
        }
        // A subtree that is missing altogether.
        for node in merkle::peaks(0..self.due) {
            if !self.stored.contains_key(&node) {
                wrong.push(node.place << node.level);
            }
        }
        for entry in wrong {
            self.find(entry, Damage::Hash);
        }
    }
}
