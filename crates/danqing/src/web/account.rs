//! One's own account: name, password, sessions, keys for programs, use.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Redirect, Response};
use danqing_store::{KeyId, Kind, Person, Role, SessionId, SignIn};
use serde::Deserialize;

use super::appeals::{Standing, standing};
use super::page::{Ui, done, page};
use super::told;
use super::troubles::sentence;
use crate::caller::By;
use crate::error::Error;
use crate::studio::Studio;

/// Appeals that are shown, the newest.
const APPEALS: u32 = 20;

struct Meter {
    name: &'static str,
    value: String,
    /// The limit; empty where there is none.
    most: String,
    amount: i64,
    high: i64,
}

struct Key {
    id: String,
    label: String,
    prefix: String,
    seen: String,
}

struct Session {
    id: String,
    note: String,
    seen: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "account.html")]
struct Account<'a> {
    ui: &'a Ui,
    heading: String,
    display: String,
    name: String,
    role: &'static str,
    trouble: String,
    secret: String,
    meters: Vec<Meter>,
    keys: Vec<Key>,
    sessions: Vec<Session>,
    appeals: Vec<Standing>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Display {
    display: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Password {
    old: String,
    new: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Label {
    label: String,
}

/// `GET /account`.
pub(super) async fn get(State(studio): State<Arc<Studio>>, ui: Ui) -> Result<Response, Error> {
    shown(&studio, &ui, String::new(), String::new()).await
}

/// The page, with a secret that is shown once or with what went wrong.
async fn shown(studio: &Studio, ui: &Ui, trouble: String, secret: String) -> Result<Response, Error> {
    let person = ui.person()?;
    let accounts = studio.store.accounts();
    let keys = accounts.keys(&person.id).await?.into_iter().map(|key| Key {
        id: key.id.to_string(),
        label: key.label,
        prefix: key.prefix,
        seen: key.seen_ms.map_or_else(|| ui.say("account.never").to_owned(), |time| ui.ago(time)),
    });
    let here = match &ui.caller()?.by {
        By::Session(session) => Some(session.id.clone()),
        _ => None,
    };
    let sessions = accounts.sessions(&person.id).await?.into_iter().map(|session| Session {
        current: Some(&session.id) == here.as_ref(),
        id: session.id.to_string(),
        note: browser(&session.note),
        seen: ui.ago(session.seen_ms),
    });
    let appeals = studio.store.ledger().latest_about(Kind::Complaint, &person.pseudonym, APPEALS).await?;
    page(&Account {
        ui,
        heading: called(ui, person),
        display: person.display.clone(),
        name: person.name.clone().unwrap_or_default(),
        role: ui.say(role(person.role)),
        trouble,
        secret,
        meters: meters(studio, ui, person).await?,
        keys: keys.collect(),
        sessions: sessions.collect(),
        appeals: standing(studio, ui, appeals).await?,
    })
}

async fn meters(studio: &Studio, ui: &Ui, person: &Person) -> Result<Vec<Meter>, Error> {
    let accounts = studio.store.accounts();
    let (usage, quotas) = (accounts.usage(&person.id).await?, accounts.quotas(&person.id).await?);
    let meter = |key: &str, amount: i64, limit: Option<i64>, told: fn(i64) -> String| Meter {
        name: ui.say(key),
        value: limit.map_or_else(|| told(amount), |limit| format!("{} / {}", told(amount), told(limit))),
        most: limit.map(|limit| limit.to_string()).unwrap_or_default(),
        amount,
        high: limit.unwrap_or_default() * 9 / 10,
    };
    Ok(vec![
        meter("account.pictures", usage.pictures, None, told::number),
        meter("account.waiting", usage.queued, quotas.queued, told::number),
        meter("account.today", usage.daily, quotas.daily, told::number),
        meter("account.space", usage.bytes, quotas.bytes, told::size),
    ])
}

/// What a person is called; one without a name sits at the machine.
fn called(ui: &Ui, person: &Person) -> String {
    let name = Some(person.display.clone()).filter(|name| !name.is_empty());
    name.unwrap_or_else(|| ui.say("account.local").to_owned())
}

/// What a role is called.
pub(super) fn role(role: Role) -> &'static str {
    match role {
        Role::Viewer => "people.viewer",
        Role::Creator => "people.creator",
        Role::Officer => "people.officer",
        Role::Owner => "people.owner",
    }
}

/// Browser and system, as far as a browser says.
fn browser(agent: &str) -> String {
    let known = |names: &[&'static str]| names.iter().find(|name| agent.contains(**name)).copied();
    let browser = known(&["Edg", "Firefox", "MicroMessenger", "Chrome", "Safari", "curl"]);
    let system = known(&["iPhone", "iPad", "Android", "Windows", "Mac OS", "Linux"]);
    let parts: Vec<&str> = browser.into_iter().chain(system).collect();
    if parts.is_empty() { agent.chars().take(40).collect() } else { parts.join(" · ") }
}

/// `POST /account/display`.
pub(super) async fn display(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Form(form): Form<Display>,
) -> Result<Redirect, Error> {
    studio.store.accounts().set_display(&ui.person()?.id, form.display.trim()).await?;
    Ok(done("/account", "account.saved"))
}

/// `POST /account/password`: the old one is asked again; all other sessions end.
pub(super) async fn password(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Form(form): Form<Password>,
) -> Result<Response, Error> {
    use axum::response::IntoResponse as _;
    let (accounts, person) = (studio.store.accounts(), ui.person()?);
    let name = person.name.as_deref().ok_or(Error::Forbidden)?;
    let trouble = match accounts.sign_in(name, &form.old).await? {
        SignIn::Welcome(_) => match accounts.set_password(&person.id, &form.new).await {
            Ok(()) => return Ok(done("/sign-in", "account.password_changed").into_response()),
            Err(error) => sentence(&error.into(), ui.language),
        },
        SignIn::Wrong => sentence(&Error::WrongPassword, ui.language),
        SignIn::Locked { until_ms } => {
            sentence(&Error::Locked { seconds: (until_ms - ui.now_ms).max(0) / 1000 + 1 }, ui.language)
        }
    };
    shown(&studio, &ui, trouble, String::new()).await
}

/// `POST /account/keys`: makes a key and shows it, this once.
pub(super) async fn make_key(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Form(form): Form<Label>,
) -> Result<Response, Error> {
    let label = form.label.trim();
    let (_, secret) = studio.store.accounts().create_key(&ui.person()?.id, label, None).await?;
    shown(&studio, &ui, String::new(), secret.reveal().to_owned()).await
}

/// `POST /account/keys/{id}/revoke`.
pub(super) async fn revoke_key(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Path(id): Path<String>,
) -> Result<Redirect, Error> {
    let id: KeyId = id.parse()?;
    studio.store.accounts().revoke_key(&ui.person()?.id, &id).await?;
    Ok(Redirect::to("/account"))
}

/// `POST /account/sessions/{id}/end`.
pub(super) async fn end_session(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Path(id): Path<String>,
) -> Result<Redirect, Error> {
    let id: SessionId = id.parse()?;
    studio.store.accounts().end_session(&ui.person()?.id, &id).await?;
    Ok(Redirect::to("/account"))
}
