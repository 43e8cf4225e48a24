//! Verification: anyone may hand in a file and see where it comes from. Files are looked at and not kept.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Multipart, State};
use axum::response::Response;
use danqing_provenance::verify::{Finding, Report};
use danqing_store::Person;

use super::files::visible;
use super::page::{Ui, page};
use super::troubles::sentence;
use super::upload;
use super::verdict::{self, Verdict};
use crate::error::Error;
use crate::studio::Studio;

struct Checked {
    name: String,
    verdict: Verdict,
    /// The picture's page, where it was painted here and the visitor may see it.
    ours: String,
}

#[derive(Template)]
#[template(path = "verify.html")]
struct Page<'a> {
    ui: &'a Ui,
    trouble: String,
    checked: Option<Checked>,
}

/// `GET /verify`.
pub(super) async fn get(ui: Ui) -> Result<Response, Error> {
    page(&Page { ui: &ui, trouble: String::new(), checked: None })
}

/// `POST /verify`.
pub(super) async fn post(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    multipart: Multipart,
) -> Result<Response, Error> {
    let (trouble, checked) = match upload::file(&studio, multipart).await {
        Ok(Some(file)) => (String::new(), Some(check(&studio, &ui, file).await?)),
        Ok(None) => (ui.say("verify.no_file").to_owned(), None),
        Err(error) => (sentence(&error, ui.language), None),
    };
    page(&Page { ui: &ui, trouble, checked })
}

async fn check(studio: &Arc<Studio>, ui: &Ui, file: upload::File) -> Result<Checked, Error> {
    let report = verdict::report(studio, file.bytes, file.name.clone()).await?;
    let ours = match ui.person() {
        Ok(person) => ours(studio, person, &report).await?,
        Err(_) => String::new(),
    };
    Ok(Checked { name: file.name, verdict: verdict::told(ui, &report), ours })
}

/// Where the picture is found that the labels name.
async fn ours(studio: &Studio, person: &Person, report: &Report) -> Result<String, Error> {
    for finding in &report.findings {
        let (kind, value) = match finding {
            Finding::Label { label: Some(label), .. } => ("produce-id", label.produce_id.as_str()),
            Finding::Watermark { id, .. } => ("watermark", id.as_str()),
            _ => continue,
        };
        for (picture, _) in studio.store.pictures().by_mark(kind, value).await? {
            if visible(studio, person, picture.as_str()).await.is_ok() {
                return Ok(format!("/pictures/{picture}"));
            }
        }
    }
    Ok(String::new())
}
