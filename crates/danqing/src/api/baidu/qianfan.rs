//! `text2image` of the later platform: waits, and answers with the pictures.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Fields;
use super::token::person;
use crate::api::a1111::sampler;
use crate::api::body::{carried, missing, with_json};
use crate::api::waiting::Waiting;
use crate::caller::{Caller, language};
use crate::error::Error;
use crate::order::{Order, Wish};
use crate::studio::Studio;
use crate::walk::Asked;

/// Pictures of one request at most.
const MOST_PICTURES: f64 = 4.0;

/// Errors as `{"error_code","error_msg"}`, with status 200.
pub(super) async fn worded(request: Request, next: Next) -> Response {
    let language = language(request.headers());
    let mut response = next.run(request).await;
    let Some(error) = carried(&mut response) else { return response };
    let code = match &*error {
        Error::SignInNeeded => 111,
        Error::Forbidden => 6,
        Error::Store(danqing_store::Error::Quota { .. }) => 17,
        Error::Stopped { .. } => 336_104,
        error if error.status() < 500 => 336_003,
        _ => 336_000,
    };
    *response.status_mut() = StatusCode::OK;
    with_json(response, &json!({ "error_code": code, "error_msg": error.message(language) }))
}

/// `POST .../text2image/{model}`.
pub(super) async fn paint(
    State(studio): State<Arc<Studio>>,
    caller: Option<Caller>,
    fields: Fields,
) -> Result<Json<Value>, Error> {
    let person = person(&studio, caller, &fields).await?;
    let order = order(&studio, &fields)?;
    let tokens = studio.workshop.painter.pipeline().token_count(&order.prompt);
    let waiting = Waiting::begin(&studio, &person, Asked::new(order)).await?;
    let id = waiting.job().id.to_string();
    let pictures = waiting.pictures().await?;
    let mut data = Vec::new();
    for picture in &pictures {
        let bytes = studio.store.pictures().bytes(picture).await?;
        data.push(json!({ "object": "image", "b64_image": STANDARD.encode(bytes), "index": picture.place }));
    }
    let created_s = studio.store.clock().now_ms() / 1000;
    let usage = json!({ "prompt_tokens": tokens, "total_tokens": tokens });
    Ok(Json(json!({ "id": id, "object": "image", "created": created_s, "data": data, "usage": usage })))
}

fn order(studio: &Studio, fields: &Fields) -> Result<Order, Error> {
    let prompt = fields.text("prompt").ok_or_else(|| missing("prompt"))?;
    let count = fields.number("n")?.unwrap_or(1.0);
    if !(1.0..=MOST_PICTURES).contains(&count) {
        return Err(Error::Request { reason: format!("n = {count}, not 1 to {MOST_PICTURES}") });
    }
    let own = match fields.text("sampler_index") {
        None => None,
        Some(name) => match sampler(&name) {
            Some((_, own)) => Some(own.to_owned()),
            None => return Err(Error::UnknownSampler { name: name.chars().take(40).collect() }),
        },
    };
    let wish = Wish {
        negative: fields.text("negative_prompt"),
        seed: fields.number("seed")?.map(|seed| seed as i64),
        steps: fields.number("steps")?.map(|steps| steps as u32),
        guidance: fields.number("cfg_scale")?.map(|scale| scale as f32),
        sampler: own,
        size: fields.text("size"),
        count: Some(count as u32),
        // `Base`, `Photographic` and others are of another model; a style of our own may be named.
        style: fields.text("style").filter(|style| danqing_scene::Style::parse(style).is_some()),
        ..Wish::default()
    };
    Order::new(&prompt, &wish.or(studio.config.paint.wish()))
}
