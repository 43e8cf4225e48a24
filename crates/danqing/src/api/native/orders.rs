//! `POST /api/v1/orders`: one order, or many at once.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use danqing_store::Person;
use ring::digest;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::views::{Failed, JobView, job_view, told};
use crate::api::body::Json;
use crate::api::waiting::settled;
use crate::caller::{Caller, language};
use crate::error::Error;
use crate::order::{Order, Reading, Wish};
use crate::output::Format;
use crate::painting::About;
use crate::start::{Beginning, Source};
use crate::studio::Studio;
use crate::walk::{Asked, submit};
use crate::web::visible;
use crate::webhooks::Target;

/// Orders of one request at most.
const MOST_ORDERS: usize = 1000;
/// How long an answer waits for pictures at most, in seconds.
const LONGEST_WAIT_S: u64 = 300;

/// What to paint. Fields that are left out have the studio's settings, or those of the picture `like`.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct NewOrder {
    /// In Chinese, English or emoji; at most 2000 characters. May be left out with `like`.
    #[schema(example = "三只红灯笼")]
    prompt: Option<String>,
    /// What must not be there.
    negative: Option<String>,
    /// Of the first picture, 0 to 2^53 - 1; the next ones count up. Random where it is left out or -1.
    seed: Option<i64>,
    /// Pictures, 1 to 100.
    count: Option<u32>,
    /// Steps of the sampler, 1 to 200.
    steps: Option<u32>,
    /// Guidance, 0 to 30.
    guidance: Option<f32>,
    /// `euler`, `heun`, `dpm++2m`, or `quick` for 1, 2 or 4 unguided steps.
    sampler: Option<String>,
    /// `512` or `1024x768`; sides of 64 to 4096 pixels.
    size: Option<String>,
    /// One of `/styles`.
    style: Option<String>,
    /// A second style and how much of it, such as `flat:0.4`.
    blend: Option<String>,
    /// Noise on its way to that of another seed: `99:0.4` is four tenths of the way to that of 99.
    travel: Option<String>,
    /// `transparent`, a colour, or two with `-` between.
    background: Option<String>,
    /// The prompt goes to the model whole.
    whole: Option<bool>,
    /// `png`, `webp` or `jpeg`.
    format: Option<String>,
    /// A picture whose settings are taken where nothing else is said.
    like: Option<String>,
    /// An upload or a picture of one's own to start from; the result is as large as that.
    from: Option<String>,
    /// An upload whose white says what may change of it; all of it may where this is left out.
    mask: Option<String>,
    /// What is black in the mask may change, and not what is white.
    invert_mask: Option<bool>,
    /// How much may change, 0.01 to 1: 0.75.
    strength: Option<f32>,
    /// What the model sees where there is a mask: `whole` picture or `mask`.
    area: Option<String>,
    /// Address that is told when the job ends.
    webhook: Option<String>,
}

/// One order, or a list of up to 1000 that are queued together.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Orders {
    /// Many.
    Many(Vec<NewOrder>),
    /// One.
    One(Box<NewOrder>),
}

/// How long to wait.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wait {
    /// Seconds to wait for the end before answering, at most 300; 0 answers at once.
    #[serde(default)]
    wait: u64,
}

/// What became of one of many orders: a job, or an error.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Answer {
    job: Option<JobView>,
    #[schema(value_type = Option<Object>)]
    error: Option<Value>,
}

/// What became of many orders, in their order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Answers {
    orders: Vec<Answer>,
}

/// Queues one order, or many.
///
/// With `Idempotency-Key` the same request again gives the same jobs. An order that a rule stops is answered with 400,
/// or with its error in the list.
#[utoipa::path(post, path = "/orders", tag = "orders", summary = "下单 · Order pictures", request_body = Orders,
    params(Wait, ("Idempotency-Key" = Option<String>, Header, description = "The same key again gives the same job")),
    responses(
        (status = 202, description = "Queued; a list where a list was sent", body = JobView),
        (status = 200, description = "Done within the time to wait", body = JobView),
        (status = 207, description = "A list was sent", body = Answers),
        (status = 400, description = "An order is wrong, or a rule stops it", body = Failed),
        (status = 401, description = "Nobody asks", body = Failed),
        (status = 409, description = "The key was used for another order", body = Failed),
        (status = 429, description = "A quota is used up", body = Failed)))]
pub(super) async fn order(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    Query(Wait { wait }): Query<Wait>,
    headers: HeaderMap,
    Json(body): Json<Orders>,
) -> Result<Response, Error> {
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
    match body {
        Orders::One(order) => one(&studio, &caller.person, &order, key, wait).await,
        Orders::Many(orders) => many(&studio, &caller.person, &orders, key, &headers).await,
    }
}

async fn one(
    studio: &Arc<Studio>,
    person: &Person,
    order: &NewOrder,
    key: Option<&str>,
    wait_s: u64,
) -> Result<Response, Error> {
    let asked = asked(studio, person, order, key).await?;
    let job = submit(studio, person, vec![asked]).await?.pop().unwrap_or(Err(Error::Broken))?;
    let wait = Duration::from_secs(wait_s.min(LONGEST_WAIT_S));
    let job = settled(studio, person, &job.id, wait).await?;
    let status = if job.finished_ms.is_some() { StatusCode::OK } else { StatusCode::ACCEPTED };
    let place = [(header::LOCATION, format!("/api/v1/jobs/{}", job.id))];
    Ok((status, place, axum::Json(job_view(studio, &job).await?)).into_response())
}

async fn many(
    studio: &Arc<Studio>,
    person: &Person,
    orders: &[NewOrder],
    key: Option<&str>,
    headers: &HeaderMap,
) -> Result<Response, Error> {
    if orders.len() > MOST_ORDERS {
        return Err(Error::Request { reason: format!("more than {MOST_ORDERS} orders") });
    }
    let mut wanted = Vec::new();
    for (number, order) in orders.iter().enumerate() {
        let key = key.map(|key| format!("{key} {number}"));
        wanted.push(asked(studio, person, order, key.as_deref()).await?);
    }
    let mut answers = Vec::new();
    for result in submit(studio, person, wanted).await? {
        answers.push(match result {
            Ok(job) => Answer { job: Some(job_view(studio, &job).await?), error: None },
            Err(error) => Answer { job: None, error: Some(told(&error, language(headers))) },
        });
    }
    Ok((StatusCode::MULTI_STATUS, axum::Json(json!(Answers { orders: answers }))).into_response())
}

async fn asked(
    studio: &Arc<Studio>,
    person: &Person,
    order: &NewOrder,
    key: Option<&str>,
) -> Result<Asked, Error> {
    let like = match &order.like {
        Some(id) => Some(visible(studio, person, id).await?),
        None => None,
    };
    let known: Option<About> = like.as_ref().and_then(|like| serde_json::from_str(&like.parameters).ok());
    let before = known.map(|about| about.order.order(Wish::default())).transpose()?;
    let settings = studio.config.paint.wish();
    let wish = Wish {
        negative: order.negative.clone(),
        // The same key must give the same order, a random seed included.
        seed: order.seed.filter(|seed| *seed != -1).or_else(|| key.map(|key| seed_of(person, key))),
        steps: order.steps,
        guidance: order.guidance,
        sampler: order.sampler.clone(),
        size: order.size.clone(),
        count: order.count,
        style: order.style.clone(),
        blend: order.blend.clone(),
        travel: order.travel.clone(),
        background: order.background.clone(),
        reading: order.whole.map(|whole| if whole { Reading::Whole } else { Reading::Scene }),
        ..Wish::default()
    };
    let (prompt, wish) = match &before {
        Some(before) => (order.prompt.as_ref().unwrap_or(&before.prompt).as_str(), wish.or(again(before))),
        None => (order.prompt.as_deref().unwrap_or_default(), wish),
    };
    let format = order.format.clone().or_else(|| studio.config.paint.format.value.clone());
    if let Some(webhook) = &order.webhook {
        Target::parse(webhook)?;
    }
    let mut asked = Asked::new(Order::new(prompt, &wish.or(settings))?);
    asked.format = format.as_deref().map_or(Ok(Format::Png), Format::parse)?;
    asked.parent = like.map(|like| like.id);
    if let Some(from) = &order.from {
        let mut beginning = Beginning::new(Source::find(studio, &person.id, from).await?);
        if let Some(mask) = &order.mask {
            beginning.mask = Some(Source::find(studio, &person.id, mask).await?);
        }
        beginning.inverted = order.invert_mask == Some(true);
        beginning.strength = order.strength;
        beginning.area = order.area.clone();
        if let Source::Picture(id) = &beginning.picture {
            asked.parent = Some(id.parse()?);
        }
        asked.order = asked.order.starting_from(beginning.incoming(studio, &person.id).await?);
        asked.beginning = Some(beginning);
    }
    asked.webhook = order.webhook.clone();
    asked.idempotency = key.map(str::to_owned);
    Ok(asked)
}

/// What an order says, as a wish for another like it.
fn again(order: &Order) -> Wish {
    Wish {
        negative: Some(order.negative.clone()),
        seed: i64::try_from(order.seed).ok(),
        steps: Some(order.steps),
        guidance: Some(order.guidance),
        sampler: Some(order.sampler.to_string()),
        size: Some(order.size.to_string()),
        style: order.style.map(|style| style.name().to_owned()),
        blend: order.blend.map(|blend| blend.to_string()),
        travel: order.travel.map(|travel| travel.to_string()),
        background: order.background.map(|background| background.to_string()),
        reading: Some(order.reading),
        ..Wish::default()
    }
}

/// 32 bits that follow from the person and the key alone.
fn seed_of(person: &Person, key: &str) -> i64 {
    let digest = digest::digest(&digest::SHA256, format!("{}\n{key}", person.id).as_bytes());
    digest.as_ref().iter().take(4).fold(0, |seed, byte| seed << 8 | i64::from(*byte))
}
