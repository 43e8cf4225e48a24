//! Search by meaning: the vectors of all pictures, in memory, compared one after the other.
//!
//! A vector is 384 numbers of 8 bits beside its picture's row; the index in memory is a copy that is read on the first
//! search and completed at every later one, so a restart or a second process needs nothing. A million pictures take 400
//! MB. There is no graph and no list of neighbours to keep up: a scan answers fast enough at this size, and exactly.

use std::sync::{Arc, PoisonError, RwLock};

use super::{COLUMNS, Favourite, Filter, Picture, Pictures, Shelf};
use crate::db::sql;
use crate::{Error, PersonId};

/// Numbers in a vector: the width of the text encoder's states.
pub const DIMENSIONS: usize = 384;
/// Rows that are read again at each refresh: writers commit in another order than they take numbers.
const OVERLAP: i64 = 256;
/// Candidates beyond the asked number, for those that were deleted meanwhile.
const SPARE: usize = 50;

/// What a picture is about, as the caller's encoder sees it: a direction, scaled so that its length is about 127.
pub type Vector = [i8; DIMENSIONS];

/// The vectors of a store, shared by its copies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meanings(Arc<RwLock<Index>>);

#[derive(Debug, Default)]
struct Index {
    /// Numbers of pictures, ascending.
    seqs: Vec<i64>,
    /// For each its person, as a place in `people`.
    owners: Vec<u32>,
    people: Vec<PersonId>,
    /// All vectors, one after the other.
    numbers: Vec<i8>,
}

impl Pictures<'_> {
    /// The pictures nearest in meaning, best first, each with the cosine of the angle between the two vectors.
    ///
    /// Of `filter` person, favourite, times and shelf are heeded, the latter three among the nearest only, so that
    /// fewer than `limit` may be given.
    pub async fn similar(&self, vector: &Vector, filter: &Filter) -> Result<Vec<(Picture, f32)>, Error> {
        self.refresh().await?;
        let limit = if filter.limit == 0 { 50 } else { filter.limit as usize };
        let (meanings, vector, person) = (self.0.meanings.clone(), *vector, filter.person.clone());
        let search = move || meanings.read(|index| index.nearest(&vector, person.as_ref(), limit + SPARE));
        let nearest = tokio::task::spawn_blocking(search).await?;
        let mut found = Vec::new();
        for (seq, cosine) in nearest {
            let text = format!("SELECT {COLUMNS} FROM pictures p WHERE p.seq = $1");
            let Some(row) = self.0.db.optional(sql(text).bind(seq)).await? else { continue };
            let picture = Picture::read(&row)?;
            if passes(&picture, filter) {
                found.push((picture, cosine));
            }
            if found.len() == limit {
                break;
            }
        }
        Ok(found)
    }

    /// Reads the vectors that other processes wrote since the last search; all of them at the first.
    async fn refresh(&self) -> Result<(), Error> {
        const SQL: &str = "SELECT seq, person, vector FROM pictures WHERE seq > $1 AND vector IS NOT NULL \
             ORDER BY seq LIMIT 5000";
        let last = self.0.meanings.read(|index| index.seqs.last().copied().unwrap_or(0));
        let mut from = last.saturating_sub(OVERLAP);
        loop {
            let rows = self.0.db.all(sql(SQL).bind(from)).await?;
            let Some(end) = rows.last() else { return Ok(()) };
            from = end.number("seq")?;
            let mut read = Vec::new();
            for row in &rows {
                let seq = row.number("seq")?;
                if let Some(vector) = vector(&row.bytes("vector")?) {
                    read.push((seq, PersonId::of(row.text("person")?), vector));
                }
            }
            self.0
                .meanings
                .write(|index| read.into_iter().for_each(|(seq, person, v)| index.set(seq, person, &v)));
        }
    }
}

impl Meanings {
    fn read<T>(&self, ask: impl FnOnce(&Index) -> T) -> T {
        // The index has no state between two writes that a reader could be misled by.
        ask(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, change: impl FnOnce(&mut Index) -> T) -> T {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Index {
    fn set(&mut self, seq: i64, person: PersonId, vector: &Vector) {
        let owner = self.people.iter().position(|known| *known == person).unwrap_or_else(|| {
            self.people.push(person);
            self.people.len() - 1
        });
        let owner = u32::try_from(owner).unwrap_or(u32::MAX);
        match self.seqs.binary_search(&seq) {
            Ok(place) => self.numbers[place * DIMENSIONS..][..DIMENSIONS].copy_from_slice(vector),
            Err(place) => {
                self.seqs.insert(place, seq);
                self.owners.insert(place, owner);
                let start = place * DIMENSIONS;
                self.numbers.splice(start..start, vector.iter().copied());
            }
        }
    }

    /// The `count` best, best first.
    fn nearest(&self, vector: &Vector, person: Option<&PersonId>, count: usize) -> Vec<(i64, f32)> {
        let owner = person.map(|person| self.people.iter().position(|known| known == person));
        let owner = match owner {
            Some(None) => return Vec::new(),
            Some(Some(owner)) => u32::try_from(owner).ok(),
            None => None,
        };
        let length = product(vector, vector) as f32;
        let mut best: Vec<(f32, i64)> = Vec::new();
        let mut worst = f32::NEG_INFINITY;
        let vectors = self.numbers.chunks_exact(DIMENSIONS);
        for ((numbers, seq), own) in vectors.zip(&self.seqs).zip(&self.owners) {
            if owner.is_some_and(|owner| owner != *own) {
                continue;
            }
            let square = length * product(numbers, numbers).max(1) as f32;
            let cosine = product(vector, numbers) as f32 / square.sqrt();
            if cosine > worst {
                best.push((cosine, *seq));
            }
            // Cut back now and then, so that a scan of a million sorts little.
            if best.len() >= 4 * count {
                worst = cut(&mut best, count);
            }
        }
        cut(&mut best, count);
        best.into_iter().map(|(cosine, seq)| (seq, cosine)).collect()
    }
}

/// Keeps the `count` best, newer first among equals; gives the worst of them.
fn cut(best: &mut Vec<(f32, i64)>, count: usize) -> f32 {
    best.sort_by(|one, other| other.0.total_cmp(&one.0).then(other.1.cmp(&one.1)));
    best.truncate(count);
    best.last().filter(|_| best.len() == count).map_or(f32::NEG_INFINITY, |last| last.0)
}

/// Sum of products; at most 384 * 128 * 128, far below 2^31.
fn product(one: &[i8], other: &[i8]) -> i32 {
    one.iter().zip(other).map(|(one, other)| i32::from(i16::from(*one) * i16::from(*other))).sum()
}

fn passes(picture: &Picture, filter: &Filter) -> bool {
    let shelf = if picture.purge_ms.is_some() { Shelf::Deleted } else { Shelf::Gallery };
    let favourite = filter.favourite.is_none_or(|favourite: Favourite| favourite == picture.favourite);
    let since = filter.since_ms.is_none_or(|since| picture.created_ms >= since);
    let until = filter.until_ms.is_none_or(|until| picture.created_ms < until);
    shelf == filter.shelf && favourite && since && until
}

/// The two's complement of each number.
pub(super) fn bytes(vector: &Vector) -> Vec<u8> {
    vector.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn vector(bytes: &[u8]) -> Option<Vector> {
    let numbers: Vec<i8> = bytes.iter().map(|byte| i8::from_le_bytes([*byte])).collect();
    numbers.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointing(number: usize) -> Vector {
        let mut vector = [0; DIMENSIONS];
        vector[number] = 127;
        vector[number + 1] = 3;
        vector
    }

    #[test]
    fn the_nearest_come_first_and_only_the_persons_own() {
        let mut index = Index::default();
        let [one, other] = ["one", "other"].map(|name| PersonId::of(name.to_owned()));
        for number in (0..300_usize).rev() {
            let person = if number % 2 == 0 { &one } else { &other };
            index.set(number as i64, person.clone(), &pointing(number));
        }
        assert!(index.seqs.is_sorted());
        let nearest = index.nearest(&pointing(40), None, 3);
        assert_eq!(nearest[0].0, 40);
        assert!((nearest[0].1 - 1.0).abs() < 1e-6, "{nearest:?}");
        // 41 shares the second number, 39 has its small one where 40 has its large one.
        let next: Vec<i64> = nearest[1..].iter().map(|(seq, _)| *seq).collect();
        assert_eq!(next, [41, 39]);
        let own = index.nearest(&pointing(40), Some(&other), 1);
        assert_eq!(own[0].0, 41);
    }

    #[test]
    fn a_second_vector_replaces_the_first() {
        let mut index = Index::default();
        let person = PersonId::of("one".to_owned());
        index.set(1, person.clone(), &pointing(7));
        index.set(1, person, &pointing(9));
        assert_eq!((index.seqs.len(), index.numbers.len()), (1, DIMENSIONS));
        assert_eq!(index.numbers[9], 127);
    }
}
