//! Wake-ups and progress inside the process.
//!
//! The tables are the truth; a lost event costs time only. Who waits for a job reads its row once after subscribing, and
//! again when events were missed.

use std::sync::Arc;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::{JobId, PersonId, PictureId};

/// Events that one slow listener may fall behind before it misses some.
const BACKLOG: usize = 1024;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// A job waits for a worker.
    Queued(JobId),
    /// The person asked that a job stop.
    Cancelling(JobId),
    /// A job got further.
    Progress {
        /// Which job.
        job: JobId,
        /// Whose it is.
        person: PersonId,
        /// Steps done.
        done: u32,
        /// Steps in all.
        total: u32,
        /// How it looks so far, in whatever form the worker chose.
        preview: Option<Arc<[u8]>>,
    },
    /// A picture was kept.
    Kept {
        /// The job that it came of, if any.
        job: Option<JobId>,
        /// Whose it is.
        person: PersonId,
        /// Which picture.
        picture: PictureId,
    },
    /// A job is done, failed or cancelled.
    Finished {
        /// Which job.
        job: JobId,
        /// Whose it is.
        person: PersonId,
    },
}

/// Carries events to whoever listens.
#[derive(Clone, Debug)]
pub struct Bus {
    sender: broadcast::Sender<Event>,
}

/// A listener's end.
#[derive(Debug)]
pub struct Subscription {
    receiver: broadcast::Receiver<Event>,
}

/// What a listener hears.
#[derive(Clone, Debug)]
pub enum Heard {
    /// An event.
    Event(Event),
    /// Events were missed: read the tables again.
    Missed,
    /// The store is closed.
    Closed,
}

impl Bus {
    pub(crate) fn new() -> Self {
        Self { sender: broadcast::Sender::new(BACKLOG) }
    }

    /// Hears everything from now on.
    pub fn subscribe(&self) -> Subscription {
        Subscription { receiver: self.sender.subscribe() }
    }

    /// Tells everybody. Nobody listening is no error.
    pub fn send(&self, event: Event) {
        let _listeners = self.sender.send(event);
    }
}

impl Subscription {
    /// Waits for the next event.
    pub async fn next(&mut self) -> Heard {
        match self.receiver.recv().await {
            Ok(event) => Heard::Event(event),
            Err(RecvError::Lagged(_)) => Heard::Missed,
            Err(RecvError::Closed) => Heard::Closed,
        }
    }
}
