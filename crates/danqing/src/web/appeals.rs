//! Appeals against what a rule stopped: an entry in the ledger that officers find.

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use danqing_store::{Kind, NewEntry};
use serde::Deserialize;

use super::page::Ui;
use super::troubles;
use crate::error::Error;
use crate::studio::Studio;

/// Characters of a reason at most.
const MOST_CHARACTERS: usize = 1000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Appeal {
    entry: String,
    why: String,
}

/// `POST /appeals`.
pub(super) async fn post(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Form(appeal): Form<Appeal>,
) -> Result<Response, Error> {
    let person = ui.person()?;
    let why = appeal.why.trim();
    let about: u64 = appeal.entry.parse().map_err(|_| Error::NoPage)?;
    if why.is_empty() || why.chars().count() > MOST_CHARACTERS {
        return Err(Error::Request { reason: "why".to_owned() });
    }
    let entry = NewEntry::new(Kind::Complaint, &person.pseudonym).fact("about", about).fact("why", why);
    let number = studio.store.ledger().append(entry).await?;
    troubles::said(&ui, &ui.fill("stopped.sent", &[("n", &number)]))
}
