//! Taking orders.

use super::{COLUMNS, Job, Jobs};
use crate::accounts::{Ordered, admit};
use crate::bus::Event;
use crate::db::{Dialect, Row, Work, sql};
use crate::ledger::{self, Kind, NewEntry};
use crate::{Error, JobId, PersonId};

/// An order on its way into the queue.
#[derive(Clone, Debug)]
pub struct NewJob {
    kind: String,
    payload: String,
    cost: i64,
    max_attempts: i64,
    idempotency: Option<String>,
    facts: Vec<(&'static str, String)>,
    meter: Meter,
}

/// Whether a job counts as a person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meter {
    /// It is held to the person's limits, and takes a turn.
    Order,
    /// It is the studio's own work in the person's name.
    Errand,
}

/// What came of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// It waits now.
    New(Job),
    /// The same person sent it before, under the same key; this is that job.
    Known(Job),
}

impl Enqueued {
    /// The job, new or known.
    pub fn job(&self) -> &Job {
        match self {
            Self::New(job) | Self::Known(job) => job,
        }
    }
}

impl NewJob {
    /// Work of a kind; `payload` is JSON that only its worker reads. It costs 1 and is begun three times at most.
    pub fn new(kind: impl Into<String>, payload: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            payload: payload.into(),
            cost: 1,
            max_attempts: 3,
            idempotency: None,
            facts: Vec::new(),
            meter: Meter::Order,
        }
    }

    /// Work of the studio's own in the person's name, as telling others that an order ended: it costs nothing, is held to
    /// no limit and puts off none of the person's orders.
    pub fn errand(mut self) -> Self {
        self.meter = Meter::Errand;
        self
    }

    /// How much work it is, in units of the caller's: pictures times steps, say. At least 1.
    pub fn cost(mut self, units: u32) -> Self {
        self.cost = i64::from(units).max(1);
        self
    }

    /// How many times it may be begun, when workers die or fail. At least 1.
    pub fn attempts(mut self, most: u32) -> Self {
        self.max_attempts = i64::from(most).max(1);
        self
    }

    /// The person's key for this order: the same key again gives the same job.
    pub fn idempotency(mut self, key: impl Into<String>) -> Self {
        self.idempotency = Some(key.into());
        self
    }

    /// A fact for the ledger's entry, as a commitment.
    pub fn fact(mut self, name: &'static str, value: impl ToString) -> Self {
        self.facts.push((name, value.to_string()));
        self
    }
}

impl Jobs<'_> {
    /// Puts an order into the queue: job and entry of the ledger, or neither.
    ///
    /// # Errors
    ///
    /// [`Error::Quota`] where the person's limits are reached, [`Error::Idempotency`] where the key was used for
    /// something else.
    pub async fn enqueue(&self, person: &PersonId, job: NewJob) -> Result<Enqueued, Error> {
        let mut enqueued = self.enqueue_all(person, vec![job]).await?;
        enqueued.pop().ok_or_else(|| sqlx::Error::RowNotFound.into())
    }

    /// Puts orders into the queue, all of them or none.
    pub async fn enqueue_all(&self, person: &PersonId, jobs: Vec<NewJob>) -> Result<Vec<Enqueued>, Error> {
        let now = self.0.clock.now_ms();
        let mut work = self.0.db.begin().await?;
        let mut line = Line::take(&mut work, person).await?;
        let mut enqueued = Vec::new();
        let mut fresh = Vec::new();
        for job in jobs {
            match known(&mut work, person, &job).await? {
                Some(known) => enqueued.push(Enqueued::Known(known)),
                None => {
                    if job.meter == Meter::Order {
                        let ordered = Ordered { orders: 1, cost: job.cost };
                        admit(&mut work, person, now, &ordered, self.0.quotas).await?;
                    }
                    let job = insert(&mut work, person, job, now, &mut line).await?;
                    fresh.push(job.id.clone());
                    enqueued.push(Enqueued::New(job));
                }
            }
        }
        line.leave(&mut work, person).await?;
        work.commit().await?;
        for id in fresh {
            self.0.bus.send(Event::Queued(id));
        }
        Ok(enqueued)
    }
}

/// A person's place on the virtual clock while orders are taken.
struct Line {
    pseudonym: String,
    /// Where the last order ends.
    finish: i64,
}

impl Line {
    /// Takes the ledger and the person's row, so that orders of one person come one after the other.
    async fn take(work: &mut Work, person: &PersonId) -> Result<Self, Error> {
        ledger::hold(work).await?;
        let row = work.optional(person_row(work.dialect()).bind(person.as_str())).await?;
        let row = row.ok_or_else(|| Error::missing("account", person))?;
        let clock = work.one(sql("SELECT virtual FROM queue_clock WHERE id = 1")).await?;
        // Whoever has nothing waiting starts now, not in the past: idle turns are not saved up.
        let finish = row.number("finish")?.max(clock.number("virtual")?);
        Ok(Self { pseudonym: row.text("pseudonym")?, finish })
    }

    async fn leave(self, work: &mut Work, person: &PersonId) -> Result<(), Error> {
        const SQL: &str = "UPDATE people SET finish = $2 WHERE id = $1";
        work.run(sql(SQL).bind(person.as_str()).bind(self.finish)).await.map(drop)
    }
}

fn person_row(dialect: Dialect) -> crate::db::Statement {
    sql(match dialect {
        Dialect::Sqlite => "SELECT pseudonym, finish FROM people WHERE id = $1",
        Dialect::Postgres => "SELECT pseudonym, finish FROM people WHERE id = $1 FOR UPDATE",
    })
}

/// The job that the person sent under the same key before.
async fn known(work: &mut Work, person: &PersonId, job: &NewJob) -> Result<Option<Job>, Error> {
    let Some(key) = &job.idempotency else { return Ok(None) };
    let text = format!("SELECT {COLUMNS} FROM jobs WHERE person = $1 AND idempotency = $2");
    let row: Option<Row> = work.optional(sql(text).bind(person.as_str()).bind(key)).await?;
    let Some(known) = row.as_ref().map(Job::read).transpose()? else { return Ok(None) };
    let same = known.kind == job.kind && known.payload == job.payload;
    if same { Ok(Some(known)) } else { Err(Error::Idempotency(key.clone())) }
}

async fn insert(
    work: &mut Work,
    person: &PersonId,
    job: NewJob,
    now: i64,
    line: &mut Line,
) -> Result<Job, Error> {
    let id = JobId::new(now)?;
    let cost = if job.meter == Meter::Order { job.cost } else { 0 };
    let mut entry = NewEntry::new(Kind::Order, &id).fact("actor", &line.pseudonym);
    for (name, value) in job.facts {
        entry = entry.fact(name, value);
    }
    let entry = ledger::append(work, now, entry).await?;
    let text = format!(
        "INSERT INTO jobs (id, person, kind, payload, cost, tag, state, max_attempts, not_before_ms, created_ms, \
         idempotency, entry) VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7, 0, $8, $9, $10) RETURNING {COLUMNS}"
    );
    let insert = sql(text).bind(id.as_str()).bind(person.as_str()).bind(job.kind).bind(job.payload);
    let insert = insert.bind(cost).bind(line.finish).bind(job.max_attempts).bind(now);
    let insert = insert.bind(job.idempotency).bind(i64::try_from(entry).unwrap_or(i64::MAX));
    line.finish += cost;
    Job::read(&work.one(insert).await?)
}
