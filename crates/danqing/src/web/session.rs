//! Signing in and out, and the first visit of who was invited.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use danqing_store::{Kind, NewEntry, NewPerson, Person, Role, SignIn};
use serde::Deserialize;

use super::page::{Ui, own_page, page};
use super::troubles::sentence;
use crate::caller::{SESSION, cookie};
use crate::error::Error;
use crate::studio::Studio;

/// How long a session lasts: 30 days.
const LIFETIME_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// Characters of a browser's name that are noted.
const NOTE_CHARACTERS: usize = 120;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Gate<'a> {
    ui: &'a Ui,
    trouble: String,
    name: String,
    next: String,
}

#[derive(Template)]
#[template(path = "welcome.html")]
struct Welcome<'a> {
    ui: &'a Ui,
    heading: &'static str,
    about: &'static str,
    trouble: String,
    name: String,
    display: String,
}

impl<'a> Welcome<'a> {
    fn new(ui: &'a Ui, role: Role, trouble: String, name: String, display: String) -> Self {
        let (heading, about) = match role {
            Role::Owner => ("welcome.owner", "welcome.owner_about"),
            _ => ("welcome.invited", "welcome.invited_about"),
        };
        Self { heading: ui.say(heading), about: ui.say(about), ui, trouble, name, display }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Next {
    next: String,
}

/// `GET /sign-in?next=`.
pub(super) async fn gate(ui: Ui, Query(asked): Query<Next>) -> Result<Response, Error> {
    page(&Gate { ui: &ui, trouble: String::new(), name: String::new(), next: asked.next })
}

/// `GET /welcome/{token}`.
pub(super) async fn door(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Path(token): Path<String>,
) -> Result<Response, Error> {
    let invitation = studio.store.accounts().invitation(&token).await?;
    let invitation = invitation.ok_or(Error::Store(danqing_store::Error::Invitation))?;
    page(&Welcome::new(&ui, invitation.role, String::new(), String::new(), String::new()))
}

#[derive(Debug, Deserialize)]
pub(super) struct SignInForm {
    name: String,
    password: String,
    /// The page to go on to, on this site.
    #[serde(default)]
    next: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct WelcomeForm {
    name: String,
    #[serde(default)]
    display: String,
    password: String,
}

/// `POST /sign-in`.
pub(super) async fn sign_in(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> Result<Response, Error> {
    let error = match studio.store.accounts().sign_in(&form.name, &form.password).await? {
        SignIn::Welcome(person) => return begin(&studio, &person, &headers, own_page(&form.next)).await,
        SignIn::Wrong => Error::WrongPassword,
        SignIn::Locked { until_ms } => {
            let seconds = (until_ms - studio.store.clock().now_ms()).max(0) / 1000 + 1;
            Error::Locked { seconds }
        }
    };
    let trouble = sentence(&error, ui.language);
    let shown = page(&Gate { ui: &ui, trouble, name: form.name, next: form.next })?;
    Ok((status(&error), shown).into_response())
}

/// `POST /sign-out`.
pub(super) async fn sign_out(
    State(studio): State<Arc<Studio>>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    if let Some(token) = cookie(&headers, SESSION) {
        studio.store.accounts().close_session(token).await?;
    }
    let gone = AppendHeaders([(header::SET_COOKIE, session_cookie(&studio, "", 0))]);
    Ok((gone, Redirect::to("/")).into_response())
}

/// `POST /welcome/{token}`: makes the account that the link invites to, and signs in.
pub(super) async fn welcome(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    headers: HeaderMap,
    Path(token): Path<String>,
    Form(form): Form<WelcomeForm>,
) -> Result<Response, Error> {
    let (name, shown) = (form.name.clone(), form.display.clone());
    let display = if form.display.trim().is_empty() { form.name.clone() } else { form.display };
    let new = NewPerson { name: form.name, display, password: Some(form.password), role: Role::Viewer };
    match studio.store.accounts().accept(&token, new).await {
        Ok(person) => begin(&studio, &person, &headers, "/").await,
        Err(error) => {
            // A name or a password that will not do is told on the form; a link that will not do is the end.
            let (error, invitation) = (Error::from(error), studio.store.accounts().invitation(&token).await?);
            let invitation = invitation.ok_or(Error::Store(danqing_store::Error::Invitation))?;
            let trouble = sentence(&error, ui.language);
            let shown = page(&Welcome::new(&ui, invitation.role, trouble, name, shown))?;
            Ok((status(&error), shown).into_response())
        }
    }
}

/// A new session, never one that the browser brought: nobody can have fixed its token beforehand.
async fn begin(studio: &Studio, person: &Person, headers: &HeaderMap, page: &str) -> Result<Response, Error> {
    if let Some(token) = cookie(headers, SESSION) {
        studio.store.accounts().close_session(token).await?;
    }
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let note: String = agent.chars().take(NOTE_CHARACTERS).collect();
    let token = studio.store.accounts().open_session(&person.id, LIFETIME_MS, &note).await?;
    if person.role >= Role::Officer {
        let entry = NewEntry::new(Kind::SignIn, &person.pseudonym);
        studio.store.ledger().append(entry.fact("actor", &person.pseudonym)).await?;
    }
    let cookie = session_cookie(studio, token.reveal(), LIFETIME_MS / 1000);
    Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), Redirect::to(page)).into_response())
}

fn session_cookie(studio: &Studio, token: &str, seconds: i64) -> String {
    let secure = if studio.is_encrypted() { "; Secure" } else { "" };
    format!("{SESSION}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}

fn status(error: &Error) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for (page, kept) in [
            ("/gallery?text=猫", true),
            ("//evil.example", false),
            ("https://evil.example", false),
            ("/\\evil", false),
        ] {
            assert_eq!(own_page(page) == page, kept, "{page}");
        }
    }
}
