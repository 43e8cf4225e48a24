//! Errors as pages: what is wrong, why, and what one can do.

use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use danqing_moderation::{Evidence, Stop};

use super::page::{Ui, page, wants_page};
use crate::error::Error;
use crate::language::Language;
use crate::studio::Studio;

#[derive(Template)]
#[template(path = "trouble.html")]
struct Trouble<'a> {
    ui: &'a Ui,
    number: u16,
    heading: &'a str,
    text: String,
    hint: String,
    code: &'a str,
}

#[derive(Template)]
#[template(path = "stopped.html")]
struct Stopped<'a> {
    ui: &'a Ui,
    rules: Vec<Rule>,
    entry: String,
    prompt: &'a str,
    again: String,
}

/// A rule that spoke, as it is cited.
struct Rule {
    id: String,
    message: String,
    source: String,
    matched: String,
}

/// Puts errors of pages into pages, where a page is what was asked for.
pub(super) async fn shown(State(studio): State<Arc<Studio>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    if !wants_page(&parts.headers) {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let Ok(ui) = Ui::from_request_parts(&mut parts, &studio).await;
    let method = parts.method.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    let Some(error) = response.extensions().get::<Arc<Error>>().cloned() else { return response };
    let shown = match (&*error, &method) {
        (Error::SignInNeeded, &Method::GET) => return to_the_gate(&ui),
        (Error::Stopped { stop, entry }, _) => stopped(&ui, stop, *entry, ""),
        (error, _) => trouble(&ui, error, response.status()),
    };
    let Ok(shown) = shown else { return response };
    let (mut parts, _) = response.into_parts();
    parts.extensions.remove::<Arc<Error>>();
    parts.headers.remove(CONTENT_LENGTH);
    let (of_page, body) = shown.into_parts();
    parts.headers.extend(of_page.headers);
    Response::from_parts(parts, body)
}

fn to_the_gate(ui: &Ui) -> Response {
    let query = encoded(&ui.back());
    Redirect::to(&format!("/sign-in?next={query}")).into_response()
}

/// `text` as a value in an address.
pub(super) fn encoded(text: &str) -> String {
    askama::filters::urlencode_strict(text).map_or_else(|never| match never {}, |text| text.to_string())
}

/// What a rule stopped, with the prompt to write another way.
pub(super) fn stopped(ui: &Ui, stop: &Stop, entry: Option<u64>, prompt: &str) -> Result<Response, Error> {
    let rules = stop.verdict().hits.iter().map(|hit| Rule {
        id: hit.citation.rule.clone(),
        message: ui.language.pick(&hit.citation.message.zh, &hit.citation.message.en).clone(),
        source: hit.citation.source.clone(),
        matched: match &hit.evidence {
            Evidence::Words(findings) => {
                findings.iter().map(|finding| finding.term.as_str()).collect::<Vec<_>>().join(" + ")
            }
            Evidence::Score { name, .. } => name.clone(),
        },
    });
    let entry = entry.map(|entry| entry.to_string()).unwrap_or_default();
    let again = format!("/?prompt={}", encoded(prompt));
    page(&Stopped { ui, rules: rules.collect(), entry, prompt, again })
}

fn trouble(ui: &Ui, error: &Error, status: StatusCode) -> Result<Response, Error> {
    let (heading, text) = match status {
        StatusCode::NOT_FOUND => ("trouble.not_found", ui.say("trouble.not_found_text").to_owned()),
        StatusCode::FORBIDDEN => ("trouble.forbidden", ui.say("trouble.forbidden_text").to_owned()),
        StatusCode::TOO_MANY_REQUESTS => ("trouble.busy", sentence(error, ui.language)),
        status if status.is_server_error() => ("trouble.broken", ui.say("trouble.broken_text").to_owned()),
        _ => ("trouble.bad", sentence(error, ui.language)),
    };
    let hint = error.hint(ui.language).unwrap_or_default();
    page(&Trouble { ui, number: status.as_u16(), heading: ui.say(heading), text, hint, code: error.code() })
}

/// A page that says one thing and leads back.
pub(super) fn said(ui: &Ui, text: &str) -> Result<Response, Error> {
    let (heading, code) = (ui.say("trouble.said"), "");
    page(&Trouble { ui, number: 0, heading, text: text.to_owned(), hint: String::new(), code })
}

/// A message with a full stop.
pub(super) fn sentence(error: &Error, language: Language) -> String {
    format!("{}{}", error.message(language), language.pick("。", "."))
}
