//! What happens to a person's jobs, as server-sent events.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::sse::{self, KeepAlive, Sse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use danqing_store::{Event, Heard, PersonId, Subscription};
use futures_util::{Stream, stream};
use serde_json::json;
use tokio::sync::watch;

use crate::caller::Caller;
use crate::studio::{Studio, ended};

/// `GET /events`: `progress` (with a small WebP picture now and then), `kept` and `finished`, each with JSON; `missed`
/// where a slow reader must ask for the state again.
pub(super) async fn stream(State(studio): State<Arc<Studio>>, caller: Caller) -> impl IntoResponse {
    let listener = Listener {
        events: studio.store.bus().subscribe(),
        person: caller.person.id,
        going: studio.going.clone(),
        ready: VecDeque::from([sse::Event::default().comment("listening")]),
    };
    Sse::new(told(listener)).keep_alive(KeepAlive::default())
}

struct Listener {
    events: Subscription,
    person: PersonId,
    going: watch::Receiver<bool>,
    ready: VecDeque<sse::Event>,
}

fn told(listener: Listener) -> impl Stream<Item = Result<sse::Event, Infallible>> {
    stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok(event), listener))
    })
}

impl Listener {
    /// The next event of the person's; none when the studio closes.
    async fn next(&mut self) -> Option<sse::Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            let heard = tokio::select! {
                heard = self.events.next() => heard,
                () = ended(&mut self.going) => return None,
            };
            match heard {
                Heard::Event(event) => self.ready.extend(self.for_person(event)),
                Heard::Missed => return Some(sse::Event::default().event("missed").data("{}")),
                Heard::Closed => return None,
            }
        }
    }

    fn for_person(&self, event: Event) -> Option<sse::Event> {
        let (name, person, data) = match event {
            Event::Progress { job, person, done, total, preview } => {
                let picture =
                    preview.map(|bytes| format!("data:image/webp;base64,{}", STANDARD.encode(bytes)));
                let data = json!({ "job": job.as_str(), "done": done, "total": total, "preview": picture });
                ("progress", person, data)
            }
            Event::Kept { job, person, picture } => {
                let job = job.map(|job| job.to_string());
                ("kept", person, json!({ "job": job, "picture": picture.as_str() }))
            }
            Event::Finished { job, person } => ("finished", person, json!({ "job": job.as_str() })),
            Event::Queued(_) | Event::Cancelling(_) => return None,
        };
        (person == self.person).then(|| sse::Event::default().event(name).data(data.to_string()))
    }
}
