//! A worker's hold on a job, from taking it to its end.

use super::{COLUMNS, Job, Jobs, State};
use crate::bus::Event;
use crate::db::{Dialect, Work, places, sql};
use crate::ledger::{self, Kind, NewEntry};
use crate::secret::{hex, random};
use crate::{Error, JobId, PersonId};

/// The pause before a second attempt; each further one waits twice as long.
const RETRY_MS: i64 = 2_000;
const LONGEST_RETRY_MS: i64 = 5 * 60 * 1000;
/// How long a lease holds at most without a heartbeat. One that seems to hold longer was given out before the clock was
/// put back.
const LONGEST_LEASE_MS: i64 = 10 * 60 * 1000;

/// A worker's hold on a job. It is lost when it runs out; what comes under a lost lease is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What to do.
    pub job: Job,
    /// How long it holds without a heartbeat.
    pub lifetime_ms: i64,
    /// What is compared with the row at each step.
    pub(crate) token: String,
}

/// What a worker is told at each step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pulse {
    /// Go on.
    Continue,
    /// The person called it off: stop, and [`Jobs::stopped`].
    Cancel,
    /// The lease is lost: stop, and keep nothing.
    Lost,
}

impl Jobs<'_> {
    /// Takes the job whose turn it is, of one of `kinds`, for `lifetime_ms`, ten minutes at most. None where nothing
    /// waits.
    ///
    /// Leases that have run out are given out again first. No two workers get the same job, whether in one process or
    /// in several.
    pub async fn lease(
        &self,
        worker: &str,
        kinds: &[&str],
        lifetime_ms: i64,
    ) -> Result<Option<Lease>, Error> {
        self.reclaim().await?;
        let lifetime_ms = lifetime_ms.min(LONGEST_LEASE_MS);
        let now = self.0.clock.now_ms();
        let token = hex(&random::<16>()?);
        let mut work = self.0.db.begin().await?;
        let statement = take(work.dialect(), kinds.len());
        let mut statement = statement.bind(now).bind(now + lifetime_ms).bind(&token).bind(worker);
        for kind in kinds {
            statement = statement.bind(*kind);
        }
        let Some(row) = work.optional(statement).await? else { return Ok(None) };
        const CLOCK: &str = "UPDATE queue_clock SET virtual = $1 WHERE id = 1 AND virtual < $1";
        work.run(sql(CLOCK).bind(row.number("tag")?)).await?;
        work.commit().await?;
        Ok(Some(Lease { job: Job::read(&row)?, lifetime_ms, token }))
    }

    /// Reports progress, extends the lease, and hears whether to go on. For a step every few seconds; between them
    /// [`Jobs::standing`] is cheaper.
    pub async fn heartbeat(&self, lease: &Lease, done: u32, total: u32) -> Result<Pulse, Error> {
        const SQL: &str = "UPDATE jobs SET lease_until_ms = $3, done = $4, total = $5 \
             WHERE id = $1 AND lease = $2 AND state = 'leased' RETURNING cancel_ms";
        let until = self.0.clock.now_ms() + lease.lifetime_ms;
        let update = sql(SQL).bind(lease.job.id.as_str()).bind(&lease.token).bind(until).bind(done);
        let mut work = self.0.db.begin().await?;
        let row = work.optional(update.bind(total)).await?;
        work.commit().await?;
        let (job, person) = (lease.job.id.clone(), lease.job.person.clone());
        self.0.bus.send(Event::Progress { job, person, done, total, preview: None });
        Ok(match row {
            None => Pulse::Lost,
            Some(row) if row.optional_number("cancel_ms")?.is_some() => Pulse::Cancel,
            Some(_) => Pulse::Continue,
        })
    }

    /// Whether to go on; only reads.
    pub async fn standing(&self, lease: &Lease) -> Result<Pulse, Error> {
        const SQL: &str = "SELECT cancel_ms FROM jobs WHERE id = $1 AND lease = $2 AND state = 'leased'";
        let row = self.0.db.optional(sql(SQL).bind(lease.job.id.as_str()).bind(&lease.token)).await?;
        Ok(match row {
            None => Pulse::Lost,
            Some(row) if row.optional_number("cancel_ms")?.is_some() => Pulse::Cancel,
            Some(_) => Pulse::Continue,
        })
    }

    /// Ends a job well. A cancellation that came too late is passed over: its pictures are there.
    pub async fn finish(&self, lease: &Lease, result: &str) -> Result<(), Error> {
        let mut work = self.0.db.begin().await?;
        held(&mut work, lease).await?;
        const SQL: &str = "UPDATE jobs SET state = 'done', result = $2, finished_ms = $3, lease = NULL, \
             lease_until_ms = NULL, done = total WHERE id = $1";
        let now = self.0.clock.now_ms();
        work.run(sql(SQL).bind(lease.job.id.as_str()).bind(result).bind(now)).await?;
        work.commit().await?;
        self.tell(&lease.job.id, &lease.job.person);
        Ok(())
    }

    /// Ends an attempt badly: the job waits for another after a pause, or has failed where it has none left.
    pub async fn fail(&self, lease: &Lease, reason: &str) -> Result<State, Error> {
        let mut work = self.0.db.begin().await?;
        held(&mut work, lease).await?;
        let now = self.0.clock.now_ms();
        let state = again_or(&mut work, &lease.job, State::Failed, reason, now).await?;
        work.commit().await?;
        if state == State::Failed {
            self.tell(&lease.job.id, &lease.job.person);
        }
        Ok(state)
    }

    /// Ends a job for good, whatever attempts are left: the order itself cannot be carried out.
    pub async fn reject(&self, lease: &Lease, reason: &str) -> Result<(), Error> {
        let mut work = self.0.db.begin().await?;
        held(&mut work, lease).await?;
        end(&mut work, &lease.job.id, State::Failed, reason, self.0.clock.now_ms()).await?;
        work.commit().await?;
        self.tell(&lease.job.id, &lease.job.person);
        Ok(())
    }

    /// Says that work on a cancelled job has stopped.
    pub async fn stopped(&self, lease: &Lease) -> Result<(), Error> {
        let mut work = self.0.db.begin().await?;
        held(&mut work, lease).await?;
        end(&mut work, &lease.job.id, State::Cancelled, "", self.0.clock.now_ms()).await?;
        work.commit().await?;
        self.tell(&lease.job.id, &lease.job.person);
        Ok(())
    }

    /// Gives a job back unharmed, as when the worker is told to go: the attempt does not count.
    pub async fn give_back(&self, lease: &Lease) -> Result<(), Error> {
        const SQL: &str = "UPDATE jobs SET state = 'queued', lease = NULL, lease_until_ms = NULL, \
             attempts = attempts - 1 WHERE id = $1 AND lease = $2 AND state = 'leased'";
        let given = self.0.db.run(sql(SQL).bind(lease.job.id.as_str()).bind(&lease.token)).await?;
        if given == 0 {
            return Err(Error::LeaseLost(lease.job.id.to_string()));
        }
        self.0.bus.send(Event::Queued(lease.job.id.clone()));
        Ok(())
    }

    /// Calls a person's job off: a waiting one ends now, a leased one at its next step. Says how it stands then.
    pub async fn cancel(&self, person: &PersonId, id: &JobId) -> Result<State, Error> {
        let now = self.0.clock.now_ms();
        let mut work = self.0.db.begin().await?;
        ledger::hold(&mut work).await?;
        let text = format!("SELECT {COLUMNS} FROM jobs WHERE id = $1 AND person = $2{}", lock(&work));
        let row = work.optional(sql(text).bind(id.as_str()).bind(person.as_str())).await?;
        let job = Job::read(&row.ok_or_else(|| Error::missing("job", id))?)?;
        let state = match job.state {
            State::Queued => {
                end(&mut work, id, State::Cancelled, "", now).await?;
                close_up(&mut work, &job).await?;
                State::Cancelled
            }
            State::Leased => {
                const SQL: &str = "UPDATE jobs SET cancel_ms = coalesce(cancel_ms, $2) WHERE id = $1";
                work.run(sql(SQL).bind(id.as_str()).bind(now)).await?;
                State::Leased
            }
            ended => return Ok(ended),
        };
        work.commit().await?;
        match state {
            State::Leased => self.0.bus.send(Event::Cancelling(id.clone())),
            _ => self.tell(id, person),
        }
        Ok(state)
    }

    /// Calls off everything of a person's that waits or is painted. Gives how many jobs that were.
    pub async fn cancel_all(&self, person: &PersonId) -> Result<u64, Error> {
        const SQL: &str =
            "SELECT id FROM jobs WHERE person = $1 AND state IN ('queued', 'leased') ORDER BY seq DESC";
        let rows = self.0.db.all(sql(SQL).bind(person.as_str())).await?;
        for row in &rows {
            self.cancel(person, &JobId::of(row.text("id")?)).await?;
        }
        Ok(rows.len() as u64)
    }

    /// Puts jobs whose lease has run out back into the queue, or ends them where no attempt is left. Called by
    /// [`Jobs::lease`]; gives how many there were.
    pub async fn reclaim(&self) -> Result<u64, Error> {
        let now = self.0.clock.now_ms();
        let latest = now + LONGEST_LEASE_MS;
        const OVER: &str = "state = 'leased' AND (lease_until_ms < $1 OR lease_until_ms > $2)";
        // Most times there is none, and readers do not wait.
        let any = sql(format!("SELECT count(*) AS n FROM jobs WHERE {OVER}")).bind(now).bind(latest);
        if self.0.db.one(any).await?.number("n")? == 0 {
            return Ok(0);
        }
        let mut work = self.0.db.begin().await?;
        ledger::hold(&mut work).await?;
        let text = format!("SELECT {COLUMNS} FROM jobs WHERE {OVER}{}", lock(&work));
        let mut ended = Vec::new();
        let rows = work.all(sql(text).bind(now).bind(latest)).await?;
        for row in &rows {
            let job = Job::read(row)?;
            let otherwise = if job.cancel_ms.is_some() { State::Cancelled } else { State::Failed };
            if again_or(&mut work, &job, otherwise, "the worker was lost", now).await? != State::Queued {
                ended.push(job);
            }
        }
        work.commit().await?;
        for job in ended {
            self.tell(&job.id, &job.person);
        }
        Ok(rows.len() as u64)
    }

    fn tell(&self, job: &JobId, person: &PersonId) {
        self.0.bus.send(Event::Finished { job: job.clone(), person: person.clone() });
    }
}

/// The statement that takes a job: `$1` now, `$2` until, `$3` token, `$4` worker, then the kinds.
fn take(dialect: Dialect, kinds: usize) -> crate::db::Statement {
    let list = places(5..=kinds + 4);
    let lock = match dialect {
        Dialect::Sqlite => "",
        // Workers pass each other instead of queueing for the same row.
        Dialect::Postgres => " FOR UPDATE SKIP LOCKED",
    };
    sql(format!(
        "UPDATE jobs SET state = 'leased', lease = $3, lease_until_ms = $2, worker = $4, started_ms = $1, \
         attempts = attempts + 1, done = 0, failure = NULL WHERE seq = (SELECT seq FROM jobs \
         WHERE state = 'queued' AND (not_before_ms <= $1 OR not_before_ms > $1 + {LONGEST_RETRY_MS}) \
         AND kind IN ({}) ORDER BY tag, seq LIMIT 1{lock}) \
         RETURNING {COLUMNS}, tag",
        list
    ))
}

fn lock(work: &Work) -> &'static str {
    match work.dialect() {
        Dialect::Sqlite => "",
        Dialect::Postgres => " FOR UPDATE",
    }
}

/// Fails unless the lease still holds; takes the job's row for this transaction.
///
/// A lease that ran out but was not given out again still holds: its work is not lost for a late heartbeat.
pub(crate) async fn held(work: &mut Work, lease: &Lease) -> Result<(), Error> {
    ledger::hold(work).await?;
    let text =
        format!("SELECT seq FROM jobs WHERE id = $1 AND lease = $2 AND state = 'leased'{}", lock(work));
    let row = work.optional(sql(text).bind(lease.job.id.as_str()).bind(&lease.token)).await?;
    if row.is_some() { Ok(()) } else { Err(Error::LeaseLost(lease.job.id.to_string())) }
}

/// Another attempt after a pause, or the end where there is none left or the person called it off.
async fn again_or(
    work: &mut Work,
    job: &Job,
    otherwise: State,
    reason: &str,
    now: i64,
) -> Result<State, Error> {
    if job.attempts >= job.max_attempts || job.cancel_ms.is_some() {
        end(work, &job.id, otherwise, reason, now).await?;
        return Ok(otherwise);
    }
    let pause = RETRY_MS << (job.attempts - 1).clamp(0, 20);
    const SQL: &str = "UPDATE jobs SET state = 'queued', lease = NULL, lease_until_ms = NULL, failure = $2, \
         not_before_ms = $3 WHERE id = $1";
    let update = sql(SQL).bind(job.id.as_str()).bind(reason).bind(now + pause.min(LONGEST_RETRY_MS));
    work.run(update).await?;
    Ok(State::Queued)
}

/// Ends a job without a result, and records it.
async fn end(work: &mut Work, id: &JobId, state: State, reason: &str, now: i64) -> Result<(), Error> {
    const SQL: &str = "UPDATE jobs SET state = $2, failure = $3, finished_ms = $4, lease = NULL, \
         lease_until_ms = NULL WHERE id = $1";
    let reason = (!reason.is_empty()).then_some(reason);
    let update = sql(SQL).bind(id.as_str()).bind(state.as_str()).bind(reason).bind(now);
    work.run(update).await?;
    let entry = NewEntry::new(Kind::End, id).fact("state", state);
    ledger::append(work, now, entry).await.map(drop)
}

/// Moves a person's later orders up by what a cancelled one would have cost.
async fn close_up(work: &mut Work, job: &Job) -> Result<(), Error> {
    const JOBS: &str = "UPDATE jobs SET tag = tag - $2 WHERE person = $1 AND state = 'queued' AND seq > $3";
    work.run(sql(JOBS).bind(job.person.as_str()).bind(job.cost).bind(job.seq)).await?;
    const LINE: &str = "UPDATE people SET finish = finish - $2 WHERE id = $1";
    work.run(sql(LINE).bind(job.person.as_str()).bind(job.cost)).await.map(drop)
}
