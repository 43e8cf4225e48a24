//! The Model Context Protocol: danqing as tools for language models, over HTTP at `/mcp` and over standard input and output.
//!
//! Messages are JSON-RPC 2.0. Of the protocol's revisions those with an `initialize` are spoken; every message stands for
//! itself, so that no session is kept. Source: the specification of 2025-11-25, base protocol, transports, tools.

mod stdio;
mod tools;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use danqing_store::Person;
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::{self, carried, with_json};
use crate::caller::{Caller, language};
use crate::error::Error;
use crate::language::Language;
use crate::studio::Studio;

pub(crate) use stdio::serve as over_stdio;

/// Revisions that are spoken, the newest first.
const REVISIONS: [&str; 4] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

/// What clients tell their models about danqing.
const INSTRUCTIONS: &str = "丹青画中文和英文提示词：主体、数量、位置、颜色、背景说得越清楚越好。图片都带人工智能生成标识。 \
     danqing paints prompts in Chinese and English; say what, how many, where, which colours and background. \
     Every picture carries labels that say it was generated.";

const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;

/// `/mcp`.
pub(super) fn router(_studio: &Arc<Studio>) -> Router<Arc<Studio>> {
    Router::new().route("/mcp", post(answer).fallback(async || Error::NoMethod)).layer(from_fn(worded))
}

async fn worded(request: Request, next: Next) -> Response {
    let language = language(request.headers());
    let mut response = next.run(request).await;
    let Some(error) = carried(&mut response) else { return response };
    with_json(response, &json!({ "error": { "code": error.code(), "message": error.message(language) } }))
}

async fn answer(
    State(studio): State<Arc<Studio>>,
    caller: Caller,
    body::Json(message): body::Json<Message>,
) -> Response {
    match answered(&studio, &caller.person, message).await {
        Some(answer) => Json(answer).into_response(),
        None => StatusCode::ACCEPTED.into_response(),
    }
}

/// A message of a client: a request, or without an id a notice.
#[derive(Debug, Deserialize)]
struct Message {
    #[serde(default)]
    id: Option<Value>,
    /// Missing where a client answers, which it is never asked to.
    #[serde(default)]
    method: String,
    #[serde(default)]
    params: Value,
}

/// What a message is answered; nothing to a notice.
async fn answered(studio: &Arc<Studio>, person: &Person, message: Message) -> Option<Value> {
    let id = message.id?;
    let result = match message.method.as_str() {
        "initialize" => Ok(welcome(&message.params)),
        "ping" => Ok(json!({})),
        "tools/list" => Ok(json!({ "tools": tools::all() })),
        "tools/call" => called(studio, person, &message.params).await,
        other => Err((METHOD_NOT_FOUND, format!("no method `{other}`"))),
    };
    Some(match result {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err((code, message)) => {
            json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
        }
    })
}

fn welcome(params: &Value) -> Value {
    let asked = params["protocolVersion"].as_str().unwrap_or_default();
    let spoken = REVISIONS.iter().find(|revision| **revision == asked).unwrap_or(&REVISIONS[0]);
    json!({
        "protocolVersion": spoken,
        "capabilities": { "tools": {} },
        "serverInfo": { "name": "danqing", "title": "丹青", "version": env!("CARGO_PKG_VERSION") },
        "instructions": INSTRUCTIONS,
    })
}

/// What a tool answers. An error of a tool is an answer too: the model that called reads it.
async fn called(studio: &Arc<Studio>, person: &Person, params: &Value) -> Result<Value, (i64, String)> {
    let name = params["name"].as_str().unwrap_or_default();
    match tools::call(studio, person, name, params["arguments"].clone()).await {
        Ok(Some(result)) => Ok(result),
        Ok(None) => Err((INVALID_PARAMS, format!("no tool `{name}`"))),
        Err(error) => Ok(json!({ "content": [{ "type": "text", "text": told(&error) }], "isError": true })),
    }
}

fn told(error: &Error) -> String {
    let [chinese, english] = [Language::Chinese, Language::English].map(|language| {
        let hint = error.hint(language).map(|hint| format!(" {hint}"));
        format!("{}{}", error.message(language), hint.unwrap_or_default())
    });
    format!("{}: {chinese}\n{english}", error.code())
}
