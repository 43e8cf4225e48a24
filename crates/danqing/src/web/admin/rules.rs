//! The rules in force: packs, a try, reading them again, appeals.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{Redirect, Response};
use danqing_moderation::Action;
use danqing_store::{Kind, Role};
use serde::Deserialize;

use super::super::appeals::{Standing, standing};
use super::super::page::{Ui, done, page};
use super::{Tab, tabs};
use crate::error::Error;
use crate::screening;
use crate::studio::Studio;

/// Appeals on a page.
const PAGE: u32 = 50;
/// Digits of a pack's fingerprint that are shown.
const DIGITS: usize = 16;

struct PackRow {
    name: String,
    version: String,
    rules: usize,
    digest: String,
}

#[derive(Template)]
#[template(path = "admin_rules.html")]
struct Rules<'a> {
    ui: &'a Ui,
    tabs: Vec<Tab>,
    trouble: String,
    version: String,
    packs: Vec<PackRow>,
    tried: String,
    judgement: String,
    judged_well: bool,
    appeals: Vec<Standing>,
    older: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Asked {
    r#try: String,
    /// Only appeals before this entry of the ledger.
    before: String,
}

/// `GET /admin/rules?try=&before=`.
pub(in super::super) async fn get(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    ui.at_least(Role::Officer)?;
    let policy = studio.workshop.rules.current();
    let packs = policy.packs().iter().map(|pack| PackRow {
        name: pack.name.clone(),
        version: pack.version.clone(),
        rules: policy.rules().filter(|rule| rule.pack == pack.name).count(),
        digest: pack.digest.chars().take(DIGITS).collect(),
    });
    let verdict = policy.screen(&asked.r#try);
    let judged = verdict.hits.iter().map(|hit| {
        let message = ui.language.pick(&hit.citation.message.zh, &hit.citation.message.en);
        format!("{} {} · {message}", hit.citation.action.as_str(), hit.rule())
    });
    let judgement = match (asked.r#try.trim().is_empty(), verdict.hits.is_empty()) {
        (true, _) => String::new(),
        (false, true) => ui.say("rules.passes").to_owned(),
        (false, false) => judged.collect::<Vec<_>>().join(" "),
    };
    let (appeals, older) = appeals(&studio, &ui, asked.before.parse().unwrap_or(u64::MAX)).await?;
    page(&Rules {
        tabs: tabs(&ui, "/admin/rules"),
        trouble: String::new(),
        version: policy.version().chars().take(DIGITS).collect(),
        packs: packs.collect(),
        judged_well: verdict.action() < Action::Review,
        judgement,
        tried: asked.r#try,
        appeals,
        older,
        ui: &ui,
    })
}

/// Complaints before an entry, newest first, and the address of those before them; what was erased is not listed.
async fn appeals(studio: &Studio, ui: &Ui, before: u64) -> Result<(Vec<Standing>, String), Error> {
    let entries = studio.store.ledger().latest(Kind::Complaint, before, PAGE).await?;
    let full = entries.len() == PAGE as usize;
    let last = entries.last().filter(|_| full).map(|entry| entry.seq);
    let older = last.map(|last| format!("/admin/rules?before={last}")).unwrap_or_default();
    Ok((standing(studio, ui, entries).await?, older))
}

/// `POST /admin/rules/reload`: reads the packs again. What cannot be read leaves the old rules in force.
pub(in super::super) async fn reload(State(studio): State<Arc<Studio>>, ui: Ui) -> Result<Redirect, Error> {
    let officer = ui.at_least(Role::Officer)?;
    screening::reload(&studio, &officer.pseudonym).await?;
    Ok(done("/admin/rules", "rules.reloaded"))
}
