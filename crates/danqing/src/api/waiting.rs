//! Waiting for a job, for dialects that answer with the finished picture.

use std::sync::Arc;
use std::time::Duration;

use danqing_store::{Event, Heard, Job, JobId, Person, Picture, State, Subscription};
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::error::Error;
use crate::studio::{Studio, ended};
use crate::walk::{Asked, submit};

/// How long at most until a job's row is read again: the bus does not reach other processes.
const LOOK: Duration = Duration::from_secs(2);

/// Somebody who waits for a job. Who leaves before the end calls it off: nobody is there for its pictures.
pub(crate) struct Waiting {
    studio: Arc<Studio>,
    events: Subscription,
    going: watch::Receiver<bool>,
    job: Job,
    over: bool,
}

/// What there is to tell somebody who waits.
pub(crate) enum Told {
    /// Steps done of all, and how the picture looks so far (WebP), where there is something to see.
    Progress { done: u32, total: u32, preview: Option<Arc<[u8]>> },
    /// The job has ended.
    Ended,
}

impl Waiting {
    /// Queues one order and waits for it from now on.
    pub(crate) async fn begin(studio: &Arc<Studio>, person: &Person, asked: Asked) -> Result<Self, Error> {
        // Before the order is queued, so that no event is missed.
        let events = studio.store.bus().subscribe();
        let job = submit(studio, person, vec![asked]).await?.pop().unwrap_or(Err(Error::Broken))?;
        Ok(Self { studio: Arc::clone(studio), events, going: studio.going.clone(), job, over: false })
    }

    /// The job, as it stood when it was last looked at.
    pub(crate) fn job(&self) -> &Job {
        &self.job
    }

    /// The next thing to tell.
    ///
    /// # Errors
    ///
    /// [`Error::Closing`] where the studio closes; the job stays in the queue.
    pub(crate) async fn next(&mut self) -> Result<Told, Error> {
        loop {
            if self.over {
                return Ok(Told::Ended);
            }
            let heard = tokio::select! {
                heard = timeout(LOOK, self.events.next()) => heard,
                () = ended(&mut self.going) => {
                    self.over = true;
                    return Err(Error::Closing);
                }
            };
            match heard {
                Ok(Heard::Event(Event::Progress { job, done, total, preview, .. })) if job == self.job.id => {
                    return Ok(Told::Progress { done, total, preview });
                }
                Ok(Heard::Event(Event::Finished { job, .. })) if job == self.job.id => self.look().await?,
                Ok(Heard::Event(_)) => {}
                Ok(Heard::Missed) | Err(_) => self.look().await?,
                Ok(Heard::Closed) => return Err(Error::Closing),
            }
        }
    }

    /// Waits for the end; gives the pictures in their order.
    pub(crate) async fn pictures(mut self) -> Result<Vec<Picture>, Error> {
        while !matches!(self.next().await?, Told::Ended) {}
        self.result().await
    }

    /// The pictures of the job that has ended.
    pub(crate) async fn result(&self) -> Result<Vec<Picture>, Error> {
        match self.job.state {
            State::Failed => Err(failure(&self.job)),
            State::Cancelled => Err(Error::Cancelled),
            State::Queued | State::Leased | State::Done => {
                Ok(self.studio.store.pictures().of_job(&self.job.id).await?)
            }
        }
    }

    async fn look(&mut self) -> Result<(), Error> {
        self.job = self.studio.store.jobs().any_job(&self.job.id).await?;
        self.over = is_over(&self.job);
        Ok(())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let (studio, person, job) = (Arc::clone(&self.studio), self.job.person.clone(), self.job.id.clone());
        tokio::spawn(async move {
            if let Err(error) = studio.store.jobs().cancel(&person, &job).await {
                tracing::warn!(job.id = job.as_str(), %error, "a job that nobody waits for is not called off");
            }
        });
    }
}

/// Whether nothing more will happen to a job.
pub(crate) fn is_over(job: &Job) -> bool {
    matches!(job.state, State::Done | State::Failed | State::Cancelled)
}

/// Waits until a job of `person` is over, `most` at the longest; gives it as it stands then.
pub(crate) async fn settled(
    studio: &Studio,
    person: &Person,
    id: &JobId,
    most: Duration,
) -> Result<Job, Error> {
    let mut events = studio.store.bus().subscribe();
    let mut going = studio.going.clone();
    let until = tokio::time::Instant::now() + most;
    loop {
        let job = studio.store.jobs().job(&person.id, id).await?;
        let left = until.saturating_duration_since(tokio::time::Instant::now());
        if is_over(&job) || left.is_zero() || *going.borrow() {
            return Ok(job);
        }
        let news = async {
            loop {
                match events.next().await {
                    Heard::Event(Event::Finished { job, .. }) if job == *id => return,
                    Heard::Event(_) => {}
                    Heard::Missed | Heard::Closed => return,
                }
            }
        };
        tokio::select! {
            _ = timeout(left.min(LOOK), news) => {}
            () = ended(&mut going) => {}
        }
    }
}

/// Why a job failed, as its worker wrote it.
#[derive(Deserialize)]
struct Failure {
    zh: String,
    en: String,
}

/// The error behind a failed job.
pub(crate) fn failure(job: &Job) -> Error {
    let text = job.failure.clone().unwrap_or_default();
    match serde_json::from_str(&text) {
        Ok(Failure { zh, en }) => Error::JobFailed { chinese: zh, english: en },
        // The store's own words, as when a worker was lost.
        Err(_) => Error::JobFailed { chinese: format!("没有画成：{text}"), english: text },
    }
}
