//! `POST /v1/moderations`: what the studio's rules say of a text, in the categories that clients know.

use std::sync::Arc;

use axum::extract::State;
use danqing_moderation::{Action, Hit, Verdict};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::api::body::Json;
use crate::caller::Caller;
use crate::error::Error;
use crate::seal::chance;
use crate::studio::Studio;

/// All categories of the interface.
const CATEGORIES: [&str; 13] = [
    "harassment",
    "harassment/threatening",
    "hate",
    "hate/threatening",
    "illicit",
    "illicit/violent",
    "self-harm",
    "self-harm/intent",
    "self-harm/instructions",
    "sexual",
    "sexual/minors",
    "violence",
    "violence/graphic",
];

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    input: Input,
    #[serde(default)]
    model: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Input {
    One(String),
    Many(Vec<String>),
    Parts(Vec<Part>),
}

#[derive(Debug, Deserialize)]
struct Part {
    #[serde(default)]
    text: Option<String>,
}

/// `POST /v1/moderations`. Parts that are pictures are passed over: no rule here looks at pixels.
pub(super) async fn moderate(
    State(studio): State<Arc<Studio>>,
    _caller: Caller,
    Json(wanted): Json<Wanted>,
) -> Result<axum::Json<Value>, Error> {
    let texts = match wanted.input {
        Input::One(text) => vec![text],
        Input::Many(texts) => texts,
        Input::Parts(parts) => {
            vec![parts.into_iter().filter_map(|part| part.text).collect::<Vec<_>>().join("\n")]
        }
    };
    let rules = studio.workshop.rules.current();
    let results: Vec<Value> = texts.iter().map(|text| result(&rules.screen(text))).collect();
    let model = wanted.model.unwrap_or_else(|| format!("danqing-policy-{}", rules.version()));
    let id = format!("modr-{}", chance::<12>()?);
    Ok(axum::Json(json!({ "id": id, "model": model, "results": results })))
}

fn result(verdict: &Verdict) -> Value {
    let mut scores: Map<String, Value> =
        CATEGORIES.iter().map(|name| ((*name).to_owned(), json!(0.0))).collect();
    for hit in &verdict.hits {
        let score = score(hit.citation.action);
        for name in categories(hit) {
            if scores[*name].as_f64().is_none_or(|known| known < score) {
                scores[*name] = json!(score);
            }
        }
    }
    let stopped = |score: &Value| score.as_f64().is_some_and(|score| score >= REVIEWED);
    let flags: Map<String, Value> =
        scores.iter().map(|(name, score)| (name.clone(), json!(stopped(score)))).collect();
    let types: Map<String, Value> = scores
        .iter()
        .map(|(name, score)| (name.clone(), if score == &json!(0.0) { json!([]) } else { json!(["text"]) }))
        .collect();
    json!({
        "flagged": verdict.action() >= Action::Review,
        "categories": flags,
        "category_scores": scores,
        "category_applied_input_types": types,
    })
}

/// The score from which on an order does not go on by itself.
const REVIEWED: f64 = 0.75;

/// Rules say what to do, not how sure they are; clients want a number.
fn score(action: Action) -> f64 {
    match action {
        Action::Pass => 0.0,
        Action::Log => 0.25,
        Action::Warn => 0.5,
        Action::Review => REVIEWED,
        Action::Block => 1.0,
    }
}

/// The interface's names for a kind of risk.
fn categories(hit: &Hit) -> &'static [&'static str] {
    if hit.rule().starts_with("self-harm") {
        return &["self-harm", "self-harm/instructions"];
    }
    match hit.category().id() {
        "minors" => &["sexual", "sexual/minors"],
        "likeness" => &["sexual", "harassment"],
        "violence" => &["violence", "illicit", "illicit/violent"],
        "a1.d" | "a1.f" => &["violence"],
        "a1.e" => &["hate"],
        "a4.a" => &["self-harm"],
        "a4.c" | "a4.d" => &["harassment"],
        id if id.starts_with("a2.") => &["hate"],
        _ => &["illicit"],
    }
}
