//! Language, light and dark: cookies of the browser, so that they hold for visitors too.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::page::{THEME, Theme, own_page};
use crate::caller::LANGUAGE;
use crate::language::Language;
use crate::studio::Studio;

/// A year.
const KEPT_S: u32 = 365 * 24 * 60 * 60;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    language: String,
    theme: String,
    back: String,
}

/// `POST /preferences`: back to the page that one came from.
pub(super) async fn post(State(studio): State<Arc<Studio>>, Form(wanted): Form<Wanted>) -> Response {
    let secure = if studio.is_encrypted() { "; Secure" } else { "" };
    let cookie = |name: &str, value: &str| {
        (SET_COOKIE, format!("{name}={value}; Path=/; SameSite=Lax; Max-Age={KEPT_S}{secure}"))
    };
    let language = Language::parse(&wanted.language).map(|language| language.pick("zh-Hans", "en"));
    let theme = Theme::parse(&wanted.theme).map(Theme::name);
    let cookies = [language.map(|tag| cookie(LANGUAGE, tag)), theme.map(|theme| cookie(THEME, theme))];
    let cookies: Vec<_> = cookies.into_iter().flatten().collect();
    (AppendHeaders(cookies), Redirect::to(own_page(&wanted.back))).into_response()
}
