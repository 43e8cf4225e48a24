//! The walk of one picture through the studio, on one page.
//!
//! [`submit`]: asked, screened, queued. [`paint`]: leased, read, painted, composed, screened, labelled, kept.
//! Screening is in the types: only a `Screened` order is planned, only a `Screened` picture labelled, only a `Labelled`
//! file kept.

use std::sync::Arc;

use danqing_moderation::{Action, Approval, Screened, Stop};
use danqing_store::{Job, Kind, Lease, NewEntry, NewJob, Person, PictureId, Role};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::order::{Order, Wish, Written};
use crate::output::Format;
use crate::painting::Easel;
use crate::plan::Plan;
use crate::start::Beginning;
use crate::studio::Studio;

/// The kind of jobs that workers paint.
pub(crate) const PAINT: &str = "paint";
/// The kind of jobs that wait for an officer.
pub(crate) const REVIEW: &str = "review";

/// How often an order is begun when its worker is lost or fails; an order that kills its workers must not go on for ever.
const ATTEMPTS: u32 = 5;

/// An order and what is to be done with its pictures.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) order: Order,
    pub(crate) format: Format,
    /// The picture that this one starts from or varies.
    pub(crate) parent: Option<PictureId>,
    /// The pictures that it starts from, where `order` does.
    pub(crate) beginning: Option<Beginning>,
    /// An address that is told when the job ends.
    pub(crate) webhook: Option<String>,
    /// The person's key for this order: the same key again gives the same job.
    pub(crate) idempotency: Option<String>,
}

impl Asked {
    /// `order` as PNG files, and nothing else.
    pub(crate) fn new(order: Order) -> Self {
        Self { order, format: Format::Png, parent: None, beginning: None, webhook: None, idempotency: None }
    }
}

/// What a job carries, as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Commission {
    pub(crate) order: Written,
    pub(crate) format: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) parent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) beginning: Option<Beginning>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) webhook: Option<String>,
    /// The officer who let it pass, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) approval: Option<(String, String)>,
}

impl Commission {
    fn of(asked: &Asked) -> Self {
        Self {
            order: Written::from(&asked.order),
            format: asked.format.name().to_owned(),
            parent: asked.parent.as_ref().map(ToString::to_string),
            beginning: asked.beginning.clone(),
            webhook: asked.webhook.clone(),
            approval: None,
        }
    }

    /// Reads what a job carries.
    pub(crate) fn read(job: &Job) -> Result<Self, Error> {
        serde_json::from_str(&job.payload).map_err(|error| Error::Request { reason: error.to_string() })
    }

    fn json(&self) -> Result<String, Error> {
        serde_json::to_string(self).map_err(|error| Error::Request { reason: error.to_string() })
    }

    pub(crate) fn approval(&self) -> Option<Approval> {
        self.approval.as_ref().and_then(|(officer, reason)| Approval::new(officer, reason))
    }
}

/// From words to a job, one for each of `asked`; those that pass are queued together, or none is.
///
/// What a rule stops is written into the ledger; what it wants reviewed waits for an officer.
pub(crate) async fn submit(
    studio: &Studio,
    person: &Person,
    asked: Vec<Asked>,
) -> Result<Vec<Result<Job, Error>>, Error> {
    if person.role < Role::Creator {
        return Err(Error::Forbidden);
    }
    let mut answers = Vec::new();
    let mut jobs = Vec::new();
    for asked in asked {
        match studio.workshop.screen(asked.order.clone()) {
            Ok(order) => {
                jobs.push(new_job(studio, &order, &Commission::of(&asked), asked.idempotency)?);
                answers.push(None);
            }
            Err(Error::Stopped { stop, .. }) => answers.push(Some(held(studio, person, &asked, stop).await?)),
            Err(error) => answers.push(Some(error)),
        }
    }
    let mut queued = studio.store.jobs().enqueue_all(&person.id, jobs).await?.into_iter();
    let answer = |stopped: Option<Error>| match (stopped, queued.len()) {
        (Some(error), _) => Err(error),
        (None, _) => queued.next().map(|enqueued| enqueued.job().clone()).ok_or(Error::Broken),
    };
    Ok(answers.into_iter().map(answer).collect())
}

/// One order, as [`submit`].
pub(crate) async fn submit_one(studio: &Studio, person: &Person, asked: Asked) -> Result<Job, Error> {
    submit(studio, person, vec![asked]).await?.pop().unwrap_or(Err(Error::Broken))
}

fn new_job(
    studio: &Studio,
    order: &Screened<Order>,
    commission: &Commission,
    idempotency: Option<String>,
) -> Result<NewJob, Error> {
    let wanted = order.get();
    let paintings = Plan::new(wanted.single(0), &studio.workshop.knowledge).paintings.len() as u32;
    let verdict = order.verdict();
    let rules: Vec<&str> = verdict.hits.iter().map(danqing_moderation::Hit::rule).collect();
    let by = studio.workshop.painter.painted_by();
    let job = NewJob::new(PAINT, commission.json()?)
        .attempts(ATTEMPTS)
        .cost(wanted.count * wanted.steps * paintings.max(1))
        .fact("prompt", &wanted.prompt)
        .fact("negative", &wanted.negative)
        .fact("seed", wanted.seed)
        .fact("model", format!("{} {}", by.model, by.hash))
        .fact("policy", &verdict.policy)
        .fact("verdict", format!("{} {}", verdict.action().as_str(), rules.join(" ")).trim());
    let approved = |approval: &Approval| format!("{}: {}", approval.officer(), approval.reason());
    let job = match order.approval().map(approved) {
        Some(approval) => job.fact("approval", approval),
        None => job,
    };
    Ok(match idempotency {
        Some(key) => job.idempotency(key),
        None => job,
    })
}

/// Records a stop; an order to be reviewed is put where officers find it.
async fn held(studio: &Studio, person: &Person, asked: &Asked, stop: Box<Stop>) -> Result<Error, Error> {
    studio.metrics.stops.add(1);
    let entry = NewEntry::new(Kind::Block, &person.pseudonym)
        .fact("prompt", &asked.order.prompt)
        .fact("rule", stop.rule())
        .fact("action", stop.action().as_str())
        .fact("policy", &stop.verdict().policy);
    let entry = studio.store.ledger().append(entry).await?;
    if stop.action() == Action::Review {
        let job = NewJob::new(REVIEW, Commission::of(asked).json()?).fact("block", entry);
        studio.store.jobs().enqueue(&person.id, job).await?;
    }
    Ok(Error::Stopped { stop, entry: Some(entry) })
}

/// An officer lets pass what waits for review: the person's order is queued, and the decision recorded.
pub(crate) async fn release(
    studio: &Studio,
    officer: &Person,
    waiting: &Job,
    reason: &str,
) -> Result<Job, Error> {
    if officer.role < Role::Officer || waiting.kind != REVIEW {
        return Err(Error::Forbidden);
    }
    let approval = Approval::new(&officer.pseudonym, reason)
        .ok_or_else(|| Error::Request { reason: "a decision needs a reason".to_owned() })?;
    let mut commission = Commission::read(waiting)?;
    commission.approval = Some((approval.officer().to_owned(), approval.reason().to_owned()));
    let order = studio.workshop.screen_approved(commission.order.order(Wish::default())?, approval)?;
    let job = new_job(studio, &order, &commission, None)?.fact("review", &waiting.id);
    let entry =
        NewEntry::new(Kind::Release, &waiting.id).fact("officer", &officer.pseudonym).fact("reason", reason);
    studio.store.ledger().append(entry).await?;
    let queued = studio.store.jobs().enqueue(&waiting.person, job).await?;
    studio.store.jobs().cancel(&waiting.person, &waiting.id).await?;
    Ok(queued.job().clone())
}

/// From a job to kept pictures: everything that a worker does. What an earlier attempt kept is not painted again.
pub(crate) async fn paint(studio: &Arc<Studio>, lease: &Lease) -> Result<(), Error> {
    let commission = Commission::read(&lease.job)?;
    let order = commission.order.order(Wish::default())?;
    let order = match &commission.beginning {
        Some(beginning) => order.starting_from(beginning.incoming(studio, &lease.job.person).await?),
        None => order,
    };
    let order = match commission.approval() {
        Some(approval) => studio.workshop.screen_approved(order, approval)?,
        None => studio.workshop.screen(order)?,
    };
    let format = Format::parse(&commission.format)?;
    let parent = commission.parent.as_deref().map(str::parse::<PictureId>).transpose()?;
    let kept = studio.store.pictures().of_job(&lease.job.id).await?;
    let kept: Vec<u32> = kept.iter().filter_map(|picture| u32::try_from(picture.place).ok()).collect();
    let plans = (0..).zip(studio.workshop.plans(&order)?).filter(|(place, _)| !kept.contains(place));
    let mut easel = Easel::set_up(studio, lease, plans.collect(), format);
    while let Some(finished) = easel.next().await? {
        let place = finished.place;
        let picture = finished.into_new()?;
        let picture = match &parent {
            Some(parent) => picture.parent(parent.clone()),
            None => picture,
        };
        studio.store.pictures().keep(lease, place, picture).await?;
        studio.metrics.pictures.add(1);
    }
    Ok(())
}
