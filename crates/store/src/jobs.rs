//! The queue: a table that is the truth, leases that run out, turns that are fair.
//!
//! Fairness is start-time fair queueing (Goyal, Vin and Cheng 1996): every order gets a tag on a virtual clock, at or
//! after the end of the same person's order before, and the lowest tag is served next. Five hundred orders of one person
//! spread over five hundred turns; somebody else's single order gets the next.

mod enqueue;
mod lease;
mod queue;

use std::fmt;
use std::str::FromStr;

pub use enqueue::{Enqueued, NewJob};
pub(crate) use lease::held;
pub use lease::{Lease, Pulse};
pub use queue::{JobFilter, Place, QueueSummary, Worker};

use crate::db::Row;
use crate::{Error, JobId, PersonId, Store};

/// The queue of a store.
#[derive(Clone, Copy, Debug)]
pub struct Jobs<'a>(pub(crate) &'a Store);

/// Where a job is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// It waits, for its turn or for another attempt.
    Queued,
    /// A worker has it.
    Leased,
    /// It is done.
    Done,
    /// Its last attempt failed.
    Failed,
    /// The person called it off.
    Cancelled,
}

/// A job as it stands in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Names it.
    pub id: JobId,
    /// Its number, by order of arrival.
    pub seq: i64,
    /// Whose it is.
    pub person: PersonId,
    /// What kind of work it is; workers name the kinds they do.
    pub kind: String,
    /// JSON of the caller's.
    pub payload: String,
    /// Units of work, by the caller's measure; 0 for the studio's own.
    pub cost: i64,
    /// Where it is in its life.
    pub state: State,
    /// How many times it was begun.
    pub attempts: i64,
    /// How many times it may be begun.
    pub max_attempts: i64,
    /// Who has it, or had it last.
    pub worker: Option<String>,
    /// Steps done.
    pub done: i64,
    /// Steps in all; 0 before the first report.
    pub total: i64,
    /// When the person called it off, if so.
    pub cancel_ms: Option<i64>,
    /// When it came in.
    pub created_ms: i64,
    /// When it was begun last.
    pub started_ms: Option<i64>,
    /// When it ended.
    pub finished_ms: Option<i64>,
    /// JSON of the worker's.
    pub result: Option<String>,
    /// Why the last attempt failed.
    pub failure: Option<String>,
    /// The number of its entry in the ledger.
    pub entry: i64,
}

/// The columns of a [`Job`].
const COLUMNS: &str = "id, seq, person, kind, payload, cost, state, attempts, max_attempts, worker, done, total, \
     cancel_ms, created_ms, started_ms, finished_ms, result, failure, entry";

impl Job {
    fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: JobId::of(row.text("id")?),
            seq: row.number("seq")?,
            person: PersonId::of(row.text("person")?),
            kind: row.text("kind")?,
            payload: row.text("payload")?,
            cost: row.number("cost")?,
            state: row.text("state")?.parse()?,
            attempts: row.number("attempts")?,
            max_attempts: row.number("max_attempts")?,
            worker: row.optional_text("worker")?,
            done: row.number("done")?,
            total: row.number("total")?,
            cancel_ms: row.optional_number("cancel_ms")?,
            created_ms: row.number("created_ms")?,
            started_ms: row.optional_number("started_ms")?,
            finished_ms: row.optional_number("finished_ms")?,
            result: row.optional_text("result")?,
            failure: row.optional_text("failure")?,
            entry: row.number("entry")?,
        })
    }
}

impl State {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Leased => "leased",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for State {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self, Error> {
        let states = [Self::Queued, Self::Leased, Self::Done, Self::Failed, Self::Cancelled];
        let state = states.into_iter().find(|state| state.as_str() == word);
        state.ok_or_else(|| Error::Column { column: "state", value: word.to_owned() })
    }
}
