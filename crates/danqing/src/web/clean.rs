//! A file without the visible label, on record.
//!
//! The kept file has the label in its pixels, so the picture is painted again from its order, with the same pixels, and
//! labelled in every other way: as long as it took at first, on a thread of its own, one picture at a time, and no longer
//! than somebody waits for it. Source: Measures for Labelling AI-generated Synthetic Content, article 9.

use std::ops::ControlFlow;
use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use danqing_provenance::labeller::Labelled;
use danqing_provenance::waiver::Waiver;
use danqing_store::{Kind, NewEntry, Picture, Role};
use serde::Deserialize;

use super::compose::about;
use super::files;
use super::page::Ui;
use crate::error::Error;
use crate::order::Wish;
use crate::output::Format;
use crate::painter::Progress;
use crate::studio::Studio;
use crate::walk::Commission;

/// The version of what one agrees to; another wording is another version.
const AGREEMENT: &str = "2026-11";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    purpose: String,
    recipient: String,
    agreed: String,
}

/// `POST /pictures/{id}/clean`.
pub(super) async fn post(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Path(id): Path<String>,
    Form(asked): Form<Asked>,
) -> Result<Response, Error> {
    let person = ui.at_least(Role::Creator)?;
    let picture = files::visible(&studio, person, &id).await?;
    if asked.agreed != "yes" {
        return Err(Error::Request { reason: "agreed".to_owned() });
    }
    let time = crate::labelling::rfc3339(u64::try_from(ui.now_ms / 1000).unwrap_or(0));
    let refused = |source| Error::Label { file: picture.prompt.clone().into(), source };
    let waiver = Waiver::new(&asked.recipient, &asked.purpose, AGREEMENT, &time).map_err(refused)?;
    let labelled = painted(&studio, &picture, waiver.clone()).await?;
    // Without the entry no file: the record is what the measure asks for.
    let entry = NewEntry::new(Kind::LabelWaiver, &picture.id)
        .fact("actor", &person.pseudonym)
        .fact("recipient", waiver.recipient())
        .fact("purpose", waiver.purpose())
        .fact("agreement", waiver.agreement())
        .fact("produce_id", &labelled.label().produce_id);
    studio.store.ledger().append(entry).await?;
    let name = files::disposition(&picture, true);
    let fields = [(CONTENT_TYPE, labelled.format().mime().to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((fields, labelled.bytes().to_vec()).into_response())
}

async fn painted(studio: &Arc<Studio>, picture: &Picture, waiver: Waiver) -> Result<Labelled, Error> {
    let about = about(&picture.parameters).filter(|about| !about.edited).ok_or(Error::NoPage)?;
    let order = about.order.order(Wish::default())?;
    // What an officer let pass once passes here too.
    let job = match &picture.job {
        Some(job) => Some(studio.store.jobs().any_job(job).await?),
        None => None,
    };
    let order = match job.map(|job| Commission::read(&job)).transpose()?.and_then(|asked| asked.approval()) {
        Some(approval) => studio.workshop.screen_approved(order, approval)?,
        None => studio.workshop.screen(order)?,
    };
    let format =
        image::ImageFormat::from_mime_type(&picture.media_type).and_then(Format::of).unwrap_or(Format::Png);
    let workshop = Arc::clone(&studio.workshop);
    let asker = Arc::new(());
    let asked = Arc::downgrade(&asker);
    let paint = move || {
        let watch = &mut |_: &Progress<'_>| match asked.strong_count() {
            0 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        };
        let plan = workshop.plans(&order)?.into_iter().next().ok_or(Error::Broken)?;
        let pictures = workshop.painter.paint(std::slice::from_ref(&plan), watch)?;
        let pictures = pictures.into_iter().next().unwrap_or_default();
        let flat = workshop.painter.compose(&plan, pictures, watch)?.flatten();
        workshop.label_waived(flat, &plan.order, format, waiver)
    };
    let labelled = studio.exports.take(paint).await.map_err(|_| Error::Broken)?;
    // Whoever leaves before this line drops the future, and with it what the painting looks at.
    drop(asker);
    labelled
}
