//! Looking at the queue: jobs, places, waiting times, workers.

use std::collections::HashMap;

use super::{COLUMNS, Job, Jobs, State};
use crate::db::{Row, places, sql};
use crate::{Error, JobId, PersonId};

/// Finished jobs that the pace is taken from.
const MEASURED: u32 = 20;
/// A worker that was not seen for longer is gone.
const WORKER_GONE_MS: i64 = 60_000;

/// Which of a person's jobs to list.
#[derive(Clone, Debug, Default)]
pub struct JobFilter {
    /// Only in this state.
    pub state: Option<State>,
    /// Only jobs that came before this number, from the last job of the page before.
    pub before: Option<i64>,
    /// How many at most; 0 stands for 50.
    pub limit: u32,
}

/// Where a waiting job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// How many jobs of its kind begin before it; other kinds are others' work.
    pub ahead: i64,
    /// How long until it begins, from the measured pace of finished jobs; none while nothing was measured.
    pub wait_ms: Option<i64>,
    /// How long it will take itself, by the same measure.
    pub work_ms: Option<i64>,
}

/// The queue at a glance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueSummary {
    /// Jobs that wait.
    pub queued: i64,
    /// Jobs that a worker has.
    pub leased: i64,
    /// Workers that were seen within a minute.
    pub workers: i64,
}

/// A worker, in this process or another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worker {
    /// Its name.
    pub id: String,
    /// What it does, separated by commas.
    pub kinds: String,
    /// Since when.
    pub started_ms: i64,
    /// When it was last seen.
    pub seen_ms: i64,
}

/// How fast jobs of a kind are done at present.
struct Pace {
    /// Microseconds for a unit of cost, where that was measured.
    cost_us: Option<i64>,
    /// What is left of the jobs that workers have, in units of cost.
    in_work: i64,
    workers: i64,
}

impl Pace {
    /// The place of a job of a `cost`, with `ahead` jobs of `cost_ahead` in all before it.
    fn place(&self, ahead: i64, cost_ahead: i64, cost: i64) -> Place {
        Place {
            ahead,
            wait_ms: self.cost_us.map(|pace| pace * (cost_ahead + self.in_work) / self.workers / 1000),
            work_ms: self.cost_us.map(|pace| pace * cost / 1000),
        }
    }
}

impl Jobs<'_> {
    /// A person's job.
    pub async fn job(&self, person: &PersonId, id: &JobId) -> Result<Job, Error> {
        let text = format!("SELECT {COLUMNS} FROM jobs WHERE id = $1 AND person = $2");
        let row = self.0.db.optional(sql(text).bind(id.as_str()).bind(person.as_str())).await?;
        Job::read(&row.ok_or_else(|| Error::missing("job", id))?)
    }

    /// Anybody's job, for workers and officers.
    pub async fn any_job(&self, id: &JobId) -> Result<Job, Error> {
        let text = format!("SELECT {COLUMNS} FROM jobs WHERE id = $1");
        let row = self.0.db.optional(sql(text).bind(id.as_str())).await?;
        Job::read(&row.ok_or_else(|| Error::missing("job", id))?)
    }

    /// A person's jobs, newest first.
    pub async fn list(&self, person: &PersonId, filter: &JobFilter) -> Result<Vec<Job>, Error> {
        let text = format!(
            "SELECT {COLUMNS} FROM jobs WHERE person = $1 AND seq < $2 AND ($3 = '' OR state = $3) \
             ORDER BY seq DESC LIMIT $4"
        );
        let limit = if filter.limit == 0 { 50 } else { filter.limit };
        let query = sql(text).bind(person.as_str()).bind(filter.before.unwrap_or(i64::MAX));
        let rows = self.0.db.all(query.bind(filter.state.map_or("", State::as_str)).bind(limit)).await?;
        rows.iter().map(Job::read).collect()
    }

    /// Everybody's jobs of a kind that ended at `since_ms` or later, oldest first; for whoever tells others of ends.
    pub async fn ended(&self, kind: &str, since_ms: i64, limit: u32) -> Result<Vec<Job>, Error> {
        let text = format!(
            "SELECT {COLUMNS} FROM jobs WHERE kind = $1 AND state IN ('done', 'failed', 'cancelled') \
             AND finished_ms >= $2 ORDER BY finished_ms, seq LIMIT $3"
        );
        self.0.db.all(sql(text).bind(kind).bind(since_ms).bind(limit)).await?.iter().map(Job::read).collect()
    }

    /// Everybody's waiting and leased jobs in the order of their turns, for officers.
    pub async fn in_turn(&self, limit: u32) -> Result<Vec<Job>, Error> {
        let text = format!(
            "SELECT {COLUMNS} FROM jobs WHERE state IN ('queued', 'leased') ORDER BY state, tag, seq LIMIT $1"
        );
        self.0.db.all(sql(text).bind(limit)).await?.iter().map(Job::read).collect()
    }

    /// Where a waiting job stands; none where it does not wait.
    pub async fn place(&self, id: &JobId) -> Result<Option<Place>, Error> {
        const JOB: &str = "SELECT seq, tag, kind, cost FROM jobs WHERE id = $1 AND state = 'queued'";
        let Some(job) = self.0.db.optional(sql(JOB).bind(id.as_str())).await? else { return Ok(None) };
        let kind = job.text("kind")?;
        const AHEAD: &str = "SELECT count(*) AS jobs, CAST(coalesce(sum(cost), 0) AS BIGINT) AS cost FROM jobs \
             WHERE state = 'queued' AND kind = $3 AND (tag < $1 OR (tag = $1 AND seq < $2))";
        let ahead = sql(AHEAD).bind(job.number("tag")?).bind(job.number("seq")?).bind(&kind);
        let ahead = self.0.db.one(ahead).await?;
        let pace = self.pace(&kind).await?;
        Ok(Some(pace.place(ahead.number("jobs")?, ahead.number("cost")?, job.number("cost")?)))
    }

    /// Where some jobs of a kind stand, without those that do not wait.
    pub async fn places(&self, jobs: &[&JobId], kind: &str) -> Result<HashMap<JobId, Place>, Error> {
        if jobs.is_empty() {
            return Ok(HashMap::new());
        }
        let text = format!(
            "SELECT id, cost, ahead, cost_ahead FROM (SELECT id, cost, row_number() OVER turn - 1 AS ahead, \
             CAST(sum(cost) OVER turn - cost AS BIGINT) AS cost_ahead FROM jobs \
             WHERE state = 'queued' AND kind = $1 WINDOW turn AS (ORDER BY tag, seq)) AS waiting WHERE id IN ({})",
            places(2..=jobs.len() + 1)
        );
        let query = jobs.iter().fold(sql(text).bind(kind), |query, job| query.bind(job.as_str()));
        let rows = self.0.db.all(query).await?;
        let pace = self.pace(kind).await?;
        let place = |row: &Row| {
            let place = pace.place(row.number("ahead")?, row.number("cost_ahead")?, row.number("cost")?);
            Ok((row.text("id")?.parse()?, place))
        };
        rows.iter().map(place).collect()
    }

    async fn pace(&self, kind: &str) -> Result<Pace, Error> {
        Ok(Pace {
            cost_us: self.pace_us(kind).await?,
            in_work: self.remaining(kind).await?,
            workers: self.workers_of(kind).await?.max(1),
        })
    }

    /// Measured microseconds for a unit of cost, from the last jobs of a kind that were done.
    async fn pace_us(&self, kind: &str) -> Result<Option<i64>, Error> {
        const SQL: &str = "SELECT CAST(coalesce(sum(finished_ms - started_ms), 0) AS BIGINT) AS ms, \
             CAST(coalesce(sum(cost), 0) AS BIGINT) AS cost \
             FROM (SELECT finished_ms, started_ms, cost FROM jobs WHERE kind = $1 AND state = 'done' \
             ORDER BY finished_ms DESC LIMIT $2) AS measured";
        let row = self.0.db.one(sql(SQL).bind(kind).bind(MEASURED)).await?;
        let (ms, cost) = (row.number("ms")?.max(0), row.number("cost")?);
        Ok((cost > 0).then(|| ms.saturating_mul(1000) / cost))
    }

    /// What is left of the jobs of a kind that workers have, in units of cost.
    async fn remaining(&self, kind: &str) -> Result<i64, Error> {
        const SQL: &str = "SELECT cost, done, total FROM jobs WHERE state = 'leased' AND kind = $1";
        let mut remaining = 0;
        for row in self.0.db.all(sql(SQL).bind(kind)).await? {
            let (done, total) = (row.number("done")?, row.number("total")?.max(1));
            remaining += row.number("cost")? * (total - done).max(0) / total;
        }
        Ok(remaining)
    }

    /// Workers for a kind that were seen within a minute.
    async fn workers_of(&self, kind: &str) -> Result<i64, Error> {
        const SQL: &str = "SELECT count(*) AS n FROM workers WHERE seen_ms > $1 \
             AND ',' || kinds || ',' LIKE '%,' || $2 || ',%'";
        let count = sql(SQL).bind(self.0.clock.now_ms() - WORKER_GONE_MS).bind(kind);
        self.0.db.one(count).await?.number("n")
    }

    /// The queue at a glance.
    pub async fn summary(&self) -> Result<QueueSummary, Error> {
        const SQL: &str = "SELECT (SELECT count(*) FROM jobs WHERE state = 'queued') AS queued, \
             (SELECT count(*) FROM jobs WHERE state = 'leased') AS leased, \
             (SELECT count(*) FROM workers WHERE seen_ms > $1) AS workers";
        let row = self.0.db.one(sql(SQL).bind(self.0.clock.now_ms() - WORKER_GONE_MS)).await?;
        Ok(QueueSummary {
            queued: row.number("queued")?,
            leased: row.number("leased")?,
            workers: row.number("workers")?,
        })
    }

    /// Says that a worker is there; at least every half minute, also while it has nothing to do.
    pub async fn worker_seen(&self, worker: &str, kinds: &[&str]) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO workers (id, kinds, started_ms, seen_ms) VALUES ($1, $2, $3, $3) \
             ON CONFLICT (id) DO UPDATE SET kinds = excluded.kinds, seen_ms = excluded.seen_ms";
        let seen = sql(SQL).bind(worker).bind(kinds.join(",")).bind(self.0.clock.now_ms());
        self.0.db.run(seen).await.map(drop)
    }

    /// Says that a worker goes.
    pub async fn worker_gone(&self, worker: &str) -> Result<(), Error> {
        self.0.db.run(sql("DELETE FROM workers WHERE id = $1").bind(worker)).await.map(drop)
    }

    /// All workers that did not say they go, most recently seen first.
    pub async fn workers(&self) -> Result<Vec<Worker>, Error> {
        const SQL: &str = "SELECT id, kinds, started_ms, seen_ms FROM workers ORDER BY seen_ms DESC";
        let rows = self.0.db.all(sql(SQL)).await?;
        let worker = |row: &Row| {
            Ok(Worker {
                id: row.text("id")?,
                kinds: row.text("kinds")?,
                started_ms: row.number("started_ms")?,
                seen_ms: row.number("seen_ms")?,
            })
        };
        rows.iter().map(worker).collect()
    }
}
