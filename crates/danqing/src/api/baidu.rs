//! Baidu's interfaces: ERNIE-ViLG as its own client and its console speak it, and the later `text2image`.
//!
//! Contracts: `wenxin-api` 0.2.1, the `ernie_vilg` module of `PaddleHub` 1.1.0, `qianfan` 0.4.12. The secret key (`sk`) of a
//! client is a key of danqing's; the access token that it gets for it holds for an hour.

mod qianfan;
mod token;
mod vilg;

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Map, Value, json};

use super::body::{self, Form, carried, with_json};
use crate::caller::language;
use crate::error::Error;
use crate::language::Language;
use crate::studio::Studio;

/// Where the client made for ERNIE-ViLG, the console and `PaddleHub` look for the same thing.
const PLACES: [&str; 3] = [
    "/moduleApi/portal/api/rest/1.0/ernievilg/v1",
    "/rpc/2.0/ernievilg/v1",
    "/younger/portal/api/rest/1.0/ernievilg/v1",
];

/// All addresses.
pub(super) fn router(_studio: &Arc<Studio>) -> Router<Arc<Studio>> {
    let tokens = Router::new()
        .route("/moduleApi/portal/api/oauth/token", post(token::portal))
        .route("/younger/portal/api/oauth/token", post(token::portal));
    let vilg = PLACES.iter().fold(tokens, |router, place| {
        router
            .route(&format!("{place}/txt2img"), post(vilg::create))
            .route(&format!("{place}/getImg"), post(vilg::retrieve))
    });
    let vilg = vilg.layer(from_fn(worded));
    let qianfan = Router::new()
        .route("/oauth/2.0/token", get(token::console).post(token::console))
        .route("/rpc/2.0/ai_custom/v1/wenxinworkshop/text2image/{model}", post(qianfan::paint))
        .layer(from_fn(qianfan::worded));
    vilg.merge(qianfan)
}

/// Errors as `{"code","msg","data"}`. The client reads the code of an answer with status 200, and those of tokens with 500.
async fn worded(request: Request, next: Next) -> Response {
    let language = language(request.headers());
    let mut response = next.run(request).await;
    let Some(error) = carried(&mut response) else { return response };
    let (status, code) = match &*error {
        Error::SignInNeeded => (StatusCode::INTERNAL_SERVER_ERROR, 111),
        Error::Forbidden => (StatusCode::INTERNAL_SERVER_ERROR, 110),
        Error::Store(danqing_store::Error::Quota { .. }) => (StatusCode::INTERNAL_SERVER_ERROR, 18),
        Error::UnknownStyle { .. } => (StatusCode::OK, 4003),
        Error::EmptyPrompt | Error::Request { .. } => (StatusCode::OK, 4002),
        error if error.status() < 500 => (StatusCode::OK, 4001),
        _ => (StatusCode::OK, 4004),
    };
    *response.status_mut() = status;
    with_json(response, &failed(code, &error, language, Value::Null))
}

fn failed(code: u32, error: &Error, language: Language, data: Value) -> Value {
    let message = error.message(language);
    json!({ "code": code, "msg": message, "error": message, "data": data })
}

/// What a client sends, as JSON, as a form, or as a form with a file; fields of the address count too.
struct Fields {
    values: Map<String, Value>,
    files: Vec<(String, String, Vec<u8>)>,
}

impl Fields {
    fn text(&self, name: &str) -> Option<String> {
        match self.values.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    fn number(&self, name: &str) -> Result<Option<f64>, Error> {
        let Some(text) = self.text(name).filter(|text| !text.is_empty()) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| Error::Request { reason: format!("{name} = {text}") })
    }
}

impl FromRequest<Arc<Studio>> for Fields {
    type Rejection = Error;

    async fn from_request(request: Request, studio: &Arc<Studio>) -> Result<Self, Error> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().to_owned();
        let query = pairs(request.uri().query().unwrap_or_default().as_bytes());
        let (mut values, mut files) = (Map::new(), Vec::new());
        if kind.starts_with("multipart/form-data") {
            let form = Form::read(request, studio).await?;
            values.extend(form.fields.into_iter().map(|(name, value)| (name, Value::String(value))));
            files = form.files;
        } else {
            let bytes = body::bytes(request, studio).await?;
            let sent = match kind.starts_with("application/x-www-form-urlencoded") {
                true => pairs(&bytes),
                false if bytes.is_empty() => Map::new(),
                false => serde_json::from_slice(&bytes)
                    .map_err(|error| Error::Request { reason: error.to_string() })?,
            };
            values.extend(sent);
        }
        for (name, value) in query {
            values.entry(name).or_insert(value);
        }
        Ok(Self { values, files })
    }
}

/// Fields in the encoding of forms and addresses.
fn pairs(text: &[u8]) -> Map<String, Value> {
    let uri = format!("/?{}", String::from_utf8_lossy(text)).parse().unwrap_or_default();
    let read = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri);
    let pairs = read.map(|query| query.0).unwrap_or_default();
    pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect()
}
