//! The ledger: its entries, its check, and what outsiders need to check it themselves.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use danqing_store::{Entry, Report, Role};
use serde::Deserialize;

use super::super::page::{Ui, page};
use super::super::picture::Fact;
use super::super::told;
use super::{Tab, tabs};
use crate::error::Error;
use crate::studio::Studio;

/// Entries on a page.
const PAGE: u64 = 50;

struct Row {
    seq: u64,
    kind: String,
    when: String,
    subject: String,
    facts: Vec<Fact>,
    previous: String,
}

#[derive(Template)]
#[template(path = "admin_ledger.html")]
struct Ledger<'a> {
    ui: &'a Ui,
    tabs: Vec<Tab>,
    trouble: String,
    key: String,
    report: String,
    sound: bool,
    findings: Vec<String>,
    about: String,
    entries: Vec<Row>,
    older: String,
    newer: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Asked {
    about: String,
    /// The newest entry of the page.
    from: String,
}

/// `GET /admin/ledger`.
pub(in super::super) async fn get(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    shown(&studio, &ui, asked, None).await
}

/// `POST /admin/ledger/verify`: reads every entry.
pub(in super::super) async fn verify(State(studio): State<Arc<Studio>>, ui: Ui) -> Result<Response, Error> {
    ui.at_least(Role::Officer)?;
    let report = studio.store.ledger().verify(&[]).await?;
    shown(&studio, &ui, Asked::default(), Some(report)).await
}

async fn shown(studio: &Studio, ui: &Ui, asked: Asked, report: Option<Report>) -> Result<Response, Error> {
    ui.at_least(Role::Officer)?;
    let ledger = studio.store.ledger();
    let size = ledger.size().await?;
    let last = asked.from.parse().unwrap_or(u64::MAX).min(size.saturating_sub(1));
    let first = (last + 1).saturating_sub(PAGE);
    let about = asked.about.trim().to_owned();
    let mut entries = match about.as_str() {
        "" => ledger.entries(first, (last + 1 - first) as u32).await?,
        subject => ledger.about(subject).await?,
    };
    entries.reverse();
    let mut rows = Vec::new();
    for entry in entries {
        rows.push(row(studio, ui, entry).await?);
    }
    let paged = about.is_empty();
    let address = |from: u64| format!("/admin/ledger?from={from}");
    page(&Ledger {
        tabs: tabs(ui, "/admin/ledger"),
        trouble: String::new(),
        key: ledger.verifier().encode(),
        sound: report.as_ref().is_some_and(|report| report.findings.is_empty()),
        findings: report.iter().flat_map(|report| &report.findings).map(ToString::to_string).collect(),
        report: report.map(|report| summed(ui, &report)).unwrap_or_default(),
        older: if paged && first > 0 { address(first - 1) } else { String::new() },
        newer: if paged && last + 1 < size { address(last + PAGE) } else { String::new() },
        about,
        entries: rows,
        ui,
    })
}

fn summed(ui: &Ui, report: &Report) -> String {
    match report.findings.len() {
        0 => ui.fill("ledger.sound", &[("n", &told::number(report.entries as i64))]),
        damaged => ui.fill("ledger.damaged", &[("n", &damaged)]),
    }
}

async fn row(studio: &Studio, ui: &Ui, entry: Entry) -> Result<Row, Error> {
    let openings = studio.store.ledger().openings(entry.seq).await?;
    let fact = |(name, hash): (&String, &String)| {
        let value =
            openings.iter().find(|opening| opening.name == *name).map(|opening| opening.value.clone());
        Fact::new(name, value.unwrap_or_else(|| format!("sha256:{hash}")))
    };
    Ok(Row {
        seq: entry.seq,
        kind: named(&entry.kind).map_or_else(|| entry.kind.clone(), |key| ui.say(key).to_owned()),
        when: format!("{} · {}", ui.ago(entry.at), told::minute(entry.at)),
        subject: entry.subject.clone(),
        facts: entry.facts.iter().map(fact).collect(),
        previous: entry.previous.clone(),
    })
}

/// What a kind of entry is called.
fn named(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "account" => "kind.account",
        "order" => "kind.order",
        "end" => "kind.end",
        "picture" => "kind.picture",
        "deletion" => "kind.deletion",
        "block" => "kind.block",
        "release" => "kind.release",
        "export" => "kind.export",
        "label-waiver" => "kind.label_waiver",
        "verification" => "kind.verification",
        "policy" => "kind.policy",
        "sanction" => "kind.sanction",
        "complaint" => "kind.complaint",
        "answer" => "kind.answer",
        "debunk" => "kind.debunk",
        "unseal" => "kind.unseal",
        "sign-in" => "kind.sign_in",
        "setting" => "kind.setting",
        "erasure" => "kind.erasure",
        _ => return None,
    })
}

/// `GET /admin/ledger/checkpoint`: the signed head as a note.
pub(in super::super) async fn checkpoint(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
) -> Result<Response, Error> {
    ui.at_least(Role::Officer)?;
    let note = studio.store.ledger().checkpoint().await?.note;
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], note).into_response())
}

/// `GET /admin/ledger/{entry}/proof`: that the entry stands in the ledger (c2sp.org/tlog-proof).
pub(in super::super) async fn proof(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Path(entry): Path<u64>,
) -> Result<Response, Error> {
    ui.at_least(Role::Officer)?;
    let proof = studio.store.ledger().proof(entry).await?.encode();
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], proof).into_response())
}
