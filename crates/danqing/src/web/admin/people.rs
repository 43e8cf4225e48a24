//! Accounts, roles, quotas, invitations.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Redirect, Response};
use danqing_store::{InvitationId, Kind, NewEntry, Person, PersonId, Quotas, Role, Standing};
use serde::Deserialize;

use super::super::account::role as named;
use super::super::compose::Choice;
use super::super::page::{Ui, done, page};
use super::super::told;
use super::{Tab, tabs};
use crate::error::Error;
use crate::studio::Studio;

/// How long an invitation can be used: 7 days.
const INVITATION_MS: i64 = 7 * 24 * 60 * 60 * 1000;
const BYTES_OF_MEGABYTE: i64 = 1_000_000;

struct Row {
    id: String,
    display: String,
    name: String,
    role: &'static str,
    suspended: bool,
    oneself: bool,
    usage: String,
    roles: Vec<Choice>,
    queued: String,
    daily: String,
    megabytes: String,
}

struct Open {
    id: String,
    role: &'static str,
    until: String,
}

#[derive(Template)]
#[template(path = "admin_people.html")]
struct People<'a> {
    ui: &'a Ui,
    tabs: Vec<Tab>,
    trouble: String,
    secret: String,
    roles: Vec<Choice>,
    invitations: Vec<Open>,
    people: Vec<Row>,
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct RoleForm {
    role: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct QuotaForm {
    queued: String,
    daily: String,
    megabytes: String,
}

#[derive(Debug, Deserialize)]
pub(in super::super) struct StandingForm {
    deed: String,
    reason: String,
}

/// `GET /admin`.
pub(in super::super) async fn get(State(studio): State<Arc<Studio>>, ui: Ui) -> Result<Response, Error> {
    shown(&studio, &ui, String::new()).await
}

async fn shown(studio: &Studio, ui: &Ui, secret: String) -> Result<Response, Error> {
    let own = ui.at_least(Role::Officer)?;
    let accounts = studio.store.accounts();
    let mut people = Vec::new();
    for person in accounts.list().await? {
        if person.standing != Standing::Erased {
            people.push(row(studio, ui, own, person).await?);
        }
    }
    let open = accounts.invitations().await?.into_iter().map(|invitation| Open {
        id: invitation.id.to_string(),
        role: ui.say(named(invitation.role)),
        until: ui.fill("people.until", &[("when", &told::date(invitation.expires_ms))]),
    });
    let most = own.role;
    page(&People {
        tabs: tabs(ui, "/admin"),
        trouble: String::new(),
        secret,
        roles: roles(ui, Role::Creator, most),
        invitations: open.collect(),
        people,
        ui,
    })
}

async fn row(studio: &Studio, ui: &Ui, own: &Person, person: Person) -> Result<Row, Error> {
    let accounts = studio.store.accounts();
    let (usage, quotas) = (accounts.usage(&person.id).await?, accounts.quotas(&person.id).await?);
    let text = |limit: Option<i64>| limit.map(|limit| limit.to_string()).unwrap_or_default();
    let (pictures, space) = (told::number(usage.pictures), told::size(usage.bytes));
    Ok(Row {
        id: person.id.to_string(),
        name: person.name.clone().unwrap_or_default(),
        role: ui.say(named(person.role)),
        suspended: person.standing == Standing::Suspended,
        oneself: person.id == own.id,
        usage: ui.fill("people.use", &[("pictures", &pictures), ("space", &space)]),
        roles: roles(ui, person.role, Role::Owner),
        queued: text(quotas.queued),
        daily: text(quotas.daily),
        megabytes: text(quotas.bytes.map(|bytes| bytes / BYTES_OF_MEGABYTE)),
        display: Some(person.display)
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| ui.say("account.local").to_owned()),
    })
}

/// Roles up to `most`.
fn roles(ui: &Ui, chosen: Role, most: Role) -> Vec<Choice> {
    [Role::Viewer, Role::Creator, Role::Officer, Role::Owner]
        .into_iter()
        .filter(|role| *role <= most)
        .map(|role| Choice::new(role.as_str(), ui.say(named(role)), chosen.as_str()))
        .collect()
}

/// `POST /admin/invitations`: a link, shown this once. Nobody invites above themselves.
pub(in super::super) async fn invite(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Form(form): Form<RoleForm>,
) -> Result<Response, Error> {
    let own = ui.at_least(Role::Officer)?;
    let role: Role = form.role.parse()?;
    if role > own.role {
        return Err(Error::Forbidden);
    }
    let token = studio.store.accounts().invite(&own.id, role, INVITATION_MS).await?;
    shown(&studio, &ui, format!("{}/welcome/{}", studio.url(), token.reveal())).await
}

/// `POST /admin/invitations/{id}/withdraw`.
pub(in super::super) async fn withdraw(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Path(id): Path<String>,
) -> Result<Redirect, Error> {
    ui.at_least(Role::Officer)?;
    studio.store.accounts().withdraw(&id.parse::<InvitationId>()?).await?;
    Ok(Redirect::to("/admin"))
}

/// `POST /admin/people/{id}/role`: owners only.
pub(in super::super) async fn role(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Path(id): Path<String>,
    Form(form): Form<RoleForm>,
) -> Result<Redirect, Error> {
    ui.at_least(Role::Owner)?;
    studio.store.accounts().set_role(&id.parse::<PersonId>()?, form.role.parse()?).await?;
    Ok(done("/admin", "account.saved"))
}

/// `POST /admin/people/{id}/quotas`: an empty field is no limit.
pub(in super::super) async fn quotas(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Path(id): Path<String>,
    Form(form): Form<QuotaForm>,
) -> Result<Redirect, Error> {
    let own = ui.at_least(Role::Officer)?;
    let id: PersonId = id.parse()?;
    let person = below(&studio, own, &id).await?;
    let limit = |field: &str| match field.trim() {
        "" => Ok(None),
        digits => digits
            .parse::<u32>()
            .map(|limit| Some(i64::from(limit)))
            .map_err(|_| Error::Request { reason: digits.chars().take(40).collect() }),
    };
    let quotas = Quotas {
        queued: limit(&form.queued)?,
        daily: limit(&form.daily)?,
        bytes: limit(&form.megabytes)?.map(|megabytes| megabytes * BYTES_OF_MEGABYTE),
    };
    studio.store.accounts().set_quotas(&id, quotas).await?;
    let told = |limit: Option<i64>| limit.map_or("-".to_owned(), |limit| limit.to_string());
    let entry = NewEntry::new(Kind::Account, &person.pseudonym)
        .fact("actor", &own.pseudonym)
        .fact("change", "quotas")
        .fact("quotas", [quotas.queued, quotas.daily, quotas.bytes].map(told).join(" "));
    studio.store.ledger().append(entry).await?;
    Ok(done("/admin", "account.saved"))
}

/// `POST /admin/people/{id}/standing`: takes an account out of use, or puts it back.
pub(in super::super) async fn standing(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Path(id): Path<String>,
    Form(form): Form<StandingForm>,
) -> Result<Redirect, Error> {
    let own = ui.at_least(Role::Officer)?;
    let id: PersonId = id.parse()?;
    below(&studio, own, &id).await?;
    let reason = form.reason.trim();
    if reason.is_empty() || id == own.id {
        return Err(Error::Request { reason: "reason".to_owned() });
    }
    match form.deed.as_str() {
        "suspend" => {
            studio.store.accounts().suspend(&id, reason).await?;
            studio.store.jobs().cancel_all(&id).await?;
        }
        _ => studio.store.accounts().reinstate(&id, reason).await?,
    }
    Ok(done("/admin", "account.saved"))
}

/// The person, whom `own` may change: nobody of a higher role.
async fn below(studio: &Studio, own: &Person, id: &PersonId) -> Result<Person, Error> {
    let person = studio.store.accounts().person(id).await?;
    if person.role > own.role { Err(Error::Forbidden) } else { Ok(person) }
}
