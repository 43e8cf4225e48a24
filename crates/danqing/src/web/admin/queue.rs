//! The queue, and who works on it; what waits for an officer's decision.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Redirect, Response};
use danqing_store::{JobId, Kind, NewEntry, PersonId, Role, State as Standing};
use serde::Deserialize;

use super::super::page::{Ui, page};
use super::super::told;
use super::{Figure, Tab, tabs};
use crate::error::Error;
use crate::studio::Studio;
use crate::walk::{Commission, REVIEW, release};

/// Jobs that are listed.
const SHOWN: u32 = 100;

struct Worker {
    id: String,
    since: String,
    seen: String,
}

struct Row {
    who: String,
    state: &'static str,
    when: String,
    tries: i64,
}

struct Held {
    id: String,
    who: String,
    prompt: String,
    when: String,
}

#[derive(Template)]
#[template(path = "admin_queue.html")]
struct Queue<'a> {
    ui: &'a Ui,
    tabs: Vec<Tab>,
    trouble: String,
    figures: Vec<Figure>,
    workers: Vec<Worker>,
    held: Vec<Held>,
    jobs: Vec<Row>,
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct Decision {
    deed: String,
    reason: String,
}

/// `GET /admin/queue`.
pub(in super::super) async fn get(State(studio): State<Arc<Studio>>, ui: Ui) -> Result<Response, Error> {
    ui.at_least(Role::Officer)?;
    let (jobs, people) = (studio.store.jobs(), studio.store.accounts().list().await?);
    let names: HashMap<_, _> = people.into_iter().map(|person| (person.id, person.display)).collect();
    let who = |id: &PersonId| names.get(id).cloned().unwrap_or_default();
    let summary = jobs.summary().await?;
    let figure = |key, value| Figure { name: ui.say(key), value: told::number(value) };
    let (mut held, mut waiting) = (Vec::new(), Vec::new());
    for job in jobs.in_turn(SHOWN).await? {
        if job.kind == REVIEW {
            let prompt = Commission::read(&job)?.order.prompt;
            held.push(Held {
                id: job.id.to_string(),
                who: who(&job.person),
                prompt,
                when: ui.ago(job.created_ms),
            });
        } else {
            waiting.push(Row {
                who: who(&job.person),
                state: ui.say(if job.state == Standing::Leased {
                    "queue.count_leased"
                } else {
                    "queue.count_queued"
                }),
                when: ui.ago(job.created_ms),
                tries: job.attempts.max(1),
            });
        }
    }
    let workers = jobs.workers().await?.into_iter().map(|worker| Worker {
        id: worker.id,
        since: ui.ago(worker.started_ms),
        seen: ui.ago(worker.seen_ms),
    });
    page(&Queue {
        tabs: tabs(&ui, "/admin/queue"),
        trouble: String::new(),
        figures: vec![
            figure("queue.count_queued", summary.queued),
            figure("queue.count_leased", summary.leased),
            figure("queue.count_workers", summary.workers),
        ],
        workers: workers.collect(),
        held,
        jobs: waiting,
        ui: &ui,
    })
}

/// `POST /admin/reviews/{id}`: lets pass what waits for review, or does not.
pub(in super::super) async fn decide(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Path(id): Path<String>,
    Form(decision): Form<Decision>,
) -> Result<Redirect, Error> {
    let officer = ui.at_least(Role::Officer)?;
    let job = studio.store.jobs().any_job(&id.parse::<JobId>()?).await?;
    let reason = decision.reason.trim();
    if job.kind != REVIEW || job.state != Standing::Queued {
        return Err(Error::NoPage);
    }
    if reason.is_empty() {
        return Err(Error::Request { reason: "reason".to_owned() });
    }
    if decision.deed == "release" {
        release(&studio, officer, &job, reason).await?;
    } else {
        let entry =
            NewEntry::new(Kind::Block, &job.id).fact("officer", &officer.pseudonym).fact("reason", reason);
        studio.store.ledger().append(entry).await?;
        studio.store.jobs().cancel(&job.person, &job.id).await?;
    }
    Ok(Redirect::to("/admin/queue"))
}
