//! Alibaba's `DashScope`, under `/dashscope/api/v1`: tasks that are asked for until they end, and answers that wait.
//!
//! Contract: `dashscope` 2.0.2, image synthesis and multimodal generation.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use danqing_store::{Job, Picture, State as JobState};
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::{self, carried, missing, with_json};
use super::native::file_url;
use super::waiting::{Waiting, failure};
use crate::caller::{Caller, language};
use crate::error::Error;
use crate::language::Language;
use crate::order::{Order, Wish};
use crate::seal::chance;
use crate::studio::Studio;
use crate::walk::{Asked, Commission, submit_one};

/// Pictures of one request at most.
const MOST_PICTURES: u32 = 6;

/// The styles of the original, and ours.
const STYLES: [(&str, &str); 9] = [
    ("<photography>", "写实"),
    ("<portrait>", "写实"),
    ("<3d cartoon>", "3d"),
    ("<anime>", "动漫"),
    ("<oil painting>", "油画"),
    ("<watercolor>", "水彩"),
    ("<sketch>", "素描"),
    ("<chinese painting>", "水墨"),
    ("<flat illustration>", "扁平"),
];

/// The addresses under `/dashscope/api/v1`.
pub(super) fn router(_studio: &Arc<Studio>) -> Router<Arc<Studio>> {
    let addresses = Router::new()
        .route("/services/aigc/text2image/image-synthesis", post(synthesise))
        .route("/services/aigc/multimodal-generation/generation", post(generate))
        .route("/tasks/{id}", get(task))
        .route("/tasks/{id}/cancel", post(cancel))
        .fallback(|| async { Error::NoPage })
        .method_not_allowed_fallback(|| async { Error::NoMethod });
    Router::new().nest("/dashscope/api/v1", addresses.layer(from_fn(worded)))
}

/// Errors as `{"code","message","request_id"}`.
async fn worded(request: Request, next: Next) -> Response {
    let language = language(request.headers());
    let mut response = next.run(request).await;
    let Some(error) = carried(&mut response) else { return response };
    let told = json!({ "code": code(&error), "message": error.message(language), "request_id": number() });
    with_json(response, &told)
}

fn code(error: &Error) -> &'static str {
    match error {
        Error::Stopped { .. } => "DataInspectionFailed",
        Error::SignInNeeded => "InvalidApiKey",
        Error::Forbidden => "AccessDenied",
        Error::Store(danqing_store::Error::Quota { .. }) => "Throttling.AllocationQuota",
        error if error.status() < 500 => "InvalidParameter",
        _ => "InternalError",
    }
}

/// A number of a request, to ask about.
fn number() -> String {
    chance::<16>().unwrap_or_default()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    input: Input,
    parameters: Parameters,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Input {
    prompt: Option<String>,
    negative_prompt: Option<String>,
    messages: Vec<Message>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Message {
    content: Vec<Part>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Part {
    text: Option<String>,
    image: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Parameters {
    size: Option<String>,
    n: Option<u32>,
    seed: Option<i64>,
    steps: Option<u32>,
    style: Option<String>,
    negative_prompt: Option<String>,
}

impl Wanted {
    /// The order. `watermark` is passed over: the visible label is drawn whether it is wished for or not.
    fn order(&self, studio: &Studio) -> Result<Order, Error> {
        let parts = || self.input.messages.iter().flat_map(|message| &message.content);
        if parts().any(|part| part.image.is_some()) {
            return Err(Error::Request { reason: "pictures cannot be edited here".to_owned() });
        }
        let told = parts().filter_map(|part| part.text.as_deref()).collect::<Vec<_>>().join("\n");
        let told = Some(told).filter(|told| !told.is_empty());
        let prompt = self.input.prompt.clone().or(told).ok_or_else(|| missing("prompt"))?;
        let count = self.parameters.n.unwrap_or(1);
        if !(1..=MOST_PICTURES).contains(&count) {
            return Err(Error::Request { reason: format!("n = {count}, not 1 to {MOST_PICTURES}") });
        }
        let given = self.parameters.style.as_deref().unwrap_or_default();
        let style = STYLES.iter().find(|(name, _)| *name == given).map(|(_, own)| (*own).to_owned());
        let wish = Wish {
            negative: self.input.negative_prompt.clone().or_else(|| self.parameters.negative_prompt.clone()),
            seed: self.parameters.seed,
            steps: self.parameters.steps,
            size: self.parameters.size.clone(),
            count: Some(count),
            style,
            ..Wish::default()
        };
        Order::new(&prompt, &wish.or(studio.config.paint.wish()))
    }
}

async fn synthesise(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    body::Json(wanted): body::Json<Wanted>,
) -> Result<Json<Value>, Error> {
    let job = submit_one(&studio, &caller.person, Asked::new(wanted.order(&studio)?)).await?;
    let output = json!({ "task_id": job.id.as_str(), "task_status": status(&job) });
    Ok(Json(json!({ "request_id": number(), "output": output })))
}

async fn generate(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    body::Json(wanted): body::Json<Wanted>,
) -> Result<Json<Value>, Error> {
    let order = wanted.order(&studio)?;
    let (width, height) = (order.size.width_px, order.size.height_px);
    let pictures = Waiting::begin(&studio, &caller.person, Asked::new(order)).await?.pictures().await?;
    let content: Vec<Value> =
        pictures.iter().map(|picture| json!({ "image": file_url(&studio, &picture.id) })).collect();
    let choice = json!({ "finish_reason": "stop", "message": { "role": "assistant", "content": content } });
    let usage = json!({ "width": width, "height": height, "image_count": pictures.len() });
    Ok(Json(json!({ "request_id": number(), "output": { "choices": [choice] }, "usage": usage })))
}

async fn task(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Error> {
    let job = studio.store.jobs().job(&caller.person.id, &id.parse()?).await?;
    let pictures = studio.store.pictures().of_job(&job.id).await?;
    Ok(Json(told(&studio, &job, &pictures)?))
}

async fn cancel(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Error> {
    studio.store.jobs().cancel(&caller.person.id, &id.parse()?).await?;
    Ok(Json(json!({ "request_id": number() })))
}

fn told(studio: &Studio, job: &Job, pictures: &[Picture]) -> Result<Value, Error> {
    let wanted = Commission::read(job)?.order.count.unwrap_or(1) as usize;
    let result = |picture: &Picture| json!({ "url": file_url(studio, &picture.id), "orig_prompt": picture.prompt, "actual_prompt": picture.prompt });
    let mut output = json!({
        "task_id": job.id.as_str(),
        "task_status": status(job),
        "task_metrics": { "TOTAL": wanted, "SUCCEEDED": pictures.len(), "FAILED": 0 },
    });
    if job.state == JobState::Done {
        output["results"] = pictures.iter().map(result).collect();
    }
    if job.state == JobState::Failed {
        output["code"] = json!("InternalError");
        output["message"] = json!(failure(job).message(Language::Chinese));
        output["task_metrics"]["FAILED"] = json!(wanted.saturating_sub(pictures.len()));
    }
    let usage = json!({ "image_count": pictures.len() });
    Ok(json!({ "request_id": number(), "output": output, "usage": usage }))
}

fn status(job: &Job) -> &'static str {
    match job.state {
        JobState::Queued => "PENDING",
        JobState::Leased => "RUNNING",
        JobState::Done => "SUCCEEDED",
        JobState::Failed => "FAILED",
        JobState::Cancelled => "CANCELED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_of_the_contract_is_one_of_ours() {
        for (name, own) in STYLES {
            assert!(danqing_scene::Style::parse(own).is_some(), "{name}");
        }
    }
}
