//! Signing in and out, and the first visit of who was invited.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use danqing_store::{Kind, NewEntry, NewPerson, Person, Role, SignIn};
use serde::Deserialize;

use crate::caller::{SESSION, cookie};
use crate::error::Error;
use crate::studio::Studio;

/// How long a session lasts: 30 days.
const LIFETIME_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// Characters of a browser's name that are noted.
const NOTE_CHARACTERS: usize = 120;

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
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> Result<Response, Error> {
    match studio.store.accounts().sign_in(&form.name, &form.password).await? {
        SignIn::Welcome(person) => begin(&studio, &person, &headers, &own_page(&form.next)).await,
        SignIn::Wrong => Err(Error::WrongPassword),
        SignIn::Locked { until_ms } => {
            let seconds = (until_ms - studio.store.clock().now_ms()).max(0) / 1000 + 1;
            Err(Error::Locked { seconds })
        }
    }
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
    headers: HeaderMap,
    Path(token): Path<String>,
    Form(form): Form<WelcomeForm>,
) -> Result<Response, Error> {
    let display = if form.display.trim().is_empty() { form.name.clone() } else { form.display };
    let new = NewPerson { name: form.name, display, password: Some(form.password), role: Role::Viewer };
    let person = studio.store.accounts().accept(&token, new).await?;
    begin(&studio, &person, &headers, "/").await
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

/// `page` if it is one of this site, or the first page: a link to sign in must not lead elsewhere.
fn own_page(page: &str) -> String {
    let own = page.starts_with('/') && !page.starts_with("//") && !page.contains(['\\', '\n', '\r']);
    if own { page.to_owned() } else { "/".to_owned() }
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
