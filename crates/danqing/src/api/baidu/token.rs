//! Access tokens: a key of danqing's for a token that may stand in an address.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use danqing_store::{Person, Standing};
use serde_json::{Value, json};

use super::Fields;
use crate::caller::Caller;
use crate::error::Error;
use crate::studio::Studio;

/// How long a token holds: an hour.
const LIFETIME_MS: i64 = 60 * 60 * 1000;

/// `POST /moduleApi/portal/api/oauth/token`.
pub(super) async fn portal(
    State(studio): State<Arc<Studio>>,
    caller: Option<Caller>,
    fields: Fields,
) -> Result<Json<Value>, Error> {
    let token = issued(&studio, caller, &fields).await?;
    Ok(Json(json!({ "code": 0, "msg": "success", "data": token })))
}

/// `GET` and `POST /oauth/2.0/token`.
pub(super) async fn console(
    State(studio): State<Arc<Studio>>,
    caller: Option<Caller>,
    fields: Fields,
) -> Result<Json<Value>, Error> {
    let token = issued(&studio, caller, &fields).await?;
    Ok(Json(json!({ "access_token": token, "expires_in": LIFETIME_MS / 1000 })))
}

/// A token for whoever the secret key belongs to, or for who is recognised without one.
async fn issued(studio: &Studio, caller: Option<Caller>, fields: &Fields) -> Result<String, Error> {
    let secret = fields.text("client_secret").unwrap_or_default();
    let person = match studio.store.accounts().by_key(&secret).await? {
        Some((_, person)) => person,
        None => caller.ok_or(Error::Forbidden)?.person,
    };
    Ok(studio.seal.token(&person.id, studio.store.clock().now_ms() + LIFETIME_MS))
}

/// Whom the token of a request stands for, or who is recognised otherwise.
pub(super) async fn person(
    studio: &Studio,
    caller: Option<Caller>,
    fields: &Fields,
) -> Result<Person, Error> {
    let token = fields.text("access_token").unwrap_or_default();
    let Some(id) = studio.seal.person(&token, studio.store.clock().now_ms()) else {
        return caller.map(|caller| caller.person).ok_or(Error::SignInNeeded);
    };
    let person = studio.store.accounts().person(&id).await?;
    if person.standing == Standing::Active { Ok(person) } else { Err(Error::SignInNeeded) }
}
