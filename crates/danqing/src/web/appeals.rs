//! Appeals against what a rule stopped: an entry in the ledger that officers find and answer by another.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Redirect, Response};
use danqing_store::{Entry, Kind, NewEntry, Role};
use serde::Deserialize;

use super::page::{Ui, done};
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
    let why = words("why", &appeal.why)?;
    let about: u64 = appeal.entry.parse().map_err(|_| Error::NoPage)?;
    let entry = NewEntry::new(Kind::Complaint, &person.pseudonym).fact("about", about).fact("why", why);
    let number = studio.store.ledger().append(entry).await?;
    troubles::said(&ui, &ui.fill("stopped.sent", &[("n", &number)]))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Decision {
    outcome: String,
    why: String,
}

/// `POST /admin/appeals/{entry}`: an officer's answer. A later answer takes the place of an earlier one.
pub(super) async fn answer(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Path(number): Path<u64>,
    Form(decision): Form<Decision>,
) -> Result<Redirect, Error> {
    let officer = ui.at_least(Role::Officer)?;
    let why = words("why", &decision.why)?;
    if ![UPHELD, REJECTED].contains(&decision.outcome.as_str()) {
        return Err(Error::Request { reason: format!("outcome = {}", decision.outcome) });
    }
    let ledger = studio.store.ledger();
    let found = ledger.entries(number, 1).await?.into_iter().next();
    let is_appeal = |entry: &Entry| entry.seq == number && entry.kind == Kind::Complaint.as_str();
    let appeal = found.filter(is_appeal).ok_or(Error::NoPage)?;
    // About the person who appealed, so that it is erased with the rest of theirs.
    let entry = NewEntry::new(Kind::Answer, &appeal.subject)
        .fact("about", number)
        .fact("actor", &officer.pseudonym)
        .fact("outcome", &decision.outcome)
        .fact("why", why);
    ledger.append(entry).await?;
    Ok(done("/admin/rules", "appeals.answered"))
}

const UPHELD: &str = "upheld";
const REJECTED: &str = "rejected";

fn words<'a>(name: &str, text: &'a str) -> Result<&'a str, Error> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MOST_CHARACTERS {
        return Err(Error::Request { reason: name.to_owned() });
    }
    Ok(text)
}

/// An appeal as it stands.
pub(super) struct Standing {
    pub(super) entry: u64,
    /// The entry of what was stopped.
    pub(super) about: String,
    pub(super) why: String,
    pub(super) when: String,
    pub(super) answer: Option<Answer>,
}

pub(super) struct Answer {
    pub(super) upheld: bool,
    pub(super) why: String,
    pub(super) when: String,
}

/// Appeals with their answers; what was erased is left out.
pub(super) async fn standing(studio: &Studio, ui: &Ui, entries: Vec<Entry>) -> Result<Vec<Standing>, Error> {
    let ledger = studio.store.ledger();
    let mut appeals = Vec::new();
    for entry in entries {
        let [Some(why), Some(about), _] = facts(studio, entry.seq).await? else { continue };
        let answered = ledger.with_fact(Kind::Answer, "about", &entry.seq.to_string()).await?.pop();
        let answer = match answered {
            Some(last) => match facts(studio, last.seq).await? {
                [Some(why), _, Some(outcome)] => {
                    Some(Answer { upheld: outcome == UPHELD, why, when: ui.ago(last.at) })
                }
                _ => None,
            },
            None => None,
        };
        appeals.push(Standing { entry: entry.seq, about, why, when: ui.ago(entry.at), answer });
    }
    Ok(appeals)
}

/// Reason, what it is about, and outcome, as far as an entry has them.
async fn facts(studio: &Studio, seq: u64) -> Result<[Option<String>; 3], Error> {
    let openings = studio.store.ledger().openings(seq).await?;
    let value = |name: &str| {
        openings.iter().find(|opening| opening.name == name).map(|opening| opening.value.clone())
    };
    Ok(["why", "about", "outcome"].map(value))
}
