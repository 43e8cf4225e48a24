//! One picture: how it was made, what its labels say, where it comes from, and what can be done with it.

use std::sync::Arc;

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{Redirect, Response};
use danqing_store::{Person, Picture, PictureId};

use super::compose::{Choice, about};
use super::files::visible;
use super::page::{Ui, done, page};
use super::verdict::{self, Verdict};
use super::wall::Plate;
use super::{bulk, gallery, jobs, told};
use crate::error::Error;
use crate::order::{MOST_SEED, MOST_SIDE_PX, Wish, Written};
use crate::painting::About;
use crate::studio::Studio;
use crate::walk::{Asked, submit_one};

/// Pictures of a variation.
const VARIATIONS: u32 = 4;

struct Shown {
    id: String,
    prompt: String,
    full: String,
    width: i64,
    height: i64,
    when: String,
    measure: String,
    loved: bool,
    can_grow: bool,
    /// It can be painted again from its order.
    composed: bool,
}

pub(super) struct Fact {
    pub(super) name: String,
    pub(super) value: String,
}

impl Fact {
    pub(super) fn new(name: &str, value: impl Into<String>) -> Self {
        Self { name: name.to_owned(), value: value.into() }
    }
}

struct Kin {
    title: &'static str,
    pictures: Vec<Plate>,
}

#[derive(Template)]
#[template(path = "picture.html")]
struct Page<'a> {
    ui: &'a Ui,
    picture: Shown,
    deleted: String,
    notes: Vec<String>,
    facts: Vec<Fact>,
    verdict: Verdict,
    kin: Vec<Kin>,
    boards: Vec<Choice>,
    call: String,
}

/// `GET /pictures/{id}`.
pub(super) async fn get(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let person = ui.person()?;
    let picture = visible(&studio, person, &id).await?;
    let about = about(&picture.parameters);
    let bytes = studio.store.pictures().bytes(&picture).await?;
    let verdict = verdict::of(&studio, &ui, bytes, picture.id.to_string()).await?;
    page(&Page {
        deleted: picture
            .purge_ms
            .map_or(String::new(), |time| ui.fill("picture.going", &[("when", &told::date(time))])),
        notes: about.as_ref().map(|about| jobs::notes(&ui, &about.notes)).unwrap_or_default(),
        facts: facts(&ui, &picture, about.as_ref()),
        verdict,
        kin: kin(&studio, &ui, person, &picture).await?,
        boards: gallery::choices(&studio.store.pictures().boards(&person.id).await?),
        call: call(&studio, &picture, about.as_ref()),
        picture: shown(&ui, &picture, about.as_ref()),
        ui: &ui,
    })
}

fn shown(ui: &Ui, picture: &Picture, about: Option<&About>) -> Shown {
    let plate = Plate::of(ui, picture);
    let kind = picture.media_type.rsplit('/').next().unwrap_or_default().to_uppercase();
    Shown {
        full: format!("/pictures/{}/file", picture.id),
        width: picture.width_px,
        height: picture.height_px,
        measure: format!(
            "{} × {} · {kind} · {}",
            picture.width_px,
            picture.height_px,
            told::size(picture.size_bytes)
        ),
        composed: about.is_some_and(|about| !about.edited),
        can_grow: about.is_some_and(|about| !about.edited)
            && picture.width_px.max(picture.height_px) * 2 <= i64::from(MOST_SIDE_PX),
        id: plate.id,
        prompt: plate.prompt,
        when: plate.when,
        loved: plate.loved,
    }
}

fn facts(ui: &Ui, picture: &Picture, about: Option<&About>) -> Vec<Fact> {
    let fact = |key: &str, value: String| Fact::new(ui.say(key), value);
    let mut facts = Vec::new();
    if let Some(About { order, model, model_hash, seconds, .. }) = about {
        let model = if model == "xiaoyang" { ui.language.pick("小样", "xiaoyang") } else { model };
        facts.push(fact("picture.fact_model", format!("{model} {model_hash}")));
        facts.extend(order.seed.map(|seed| fact("picture.fact_seed", seed.to_string())));
        facts.extend(order.steps.map(|steps| fact("picture.fact_steps", steps.to_string())));
        facts.extend(order.guidance.map(|guidance| fact("picture.fact_guidance", guidance.to_string())));
        facts.extend(order.sampler.clone().map(|sampler| fact("picture.fact_sampler", sampler)));
        facts.extend(order.size.clone().map(|size| fact("picture.fact_size", size)));
        facts.extend(order.style.clone().map(|style| fact("picture.fact_style", style)));
        facts.extend(order.background.clone().map(|ground| fact("picture.fact_background", ground)));
        facts.extend(order.negative.clone().map(|negative| fact("picture.fact_negative", negative)));
        facts.push(fact(
            "picture.fact_seconds",
            ui.fill("picture.seconds", &[("n", &format!("{seconds:.1}"))]),
        ));
    }
    let entry = ui.fill("picture.entry", &[("n", &told::number(picture.entry as i64))]);
    facts.push(fact("picture.fact_entry", entry));
    facts
}

/// What it was made from, what was made from it, what was painted with it.
async fn kin(studio: &Studio, ui: &Ui, person: &Person, picture: &Picture) -> Result<Vec<Kin>, Error> {
    let pictures = studio.store.pictures();
    let mut groups = Vec::new();
    if let Some(parent) = &picture.parent {
        // A parent that was purged is not there; its child does not fail for it.
        if let Ok(parent) = visible(studio, person, parent.as_str()).await {
            groups.push(("picture.parent", vec![parent]));
        }
    }
    groups.push(("picture.children", pictures.made_from(&picture.id).await?));
    if let Some(job) = &picture.job {
        let mut siblings = pictures.of_job(job).await?;
        siblings.retain(|sibling| sibling.id != picture.id);
        groups.push(("picture.siblings", siblings));
    }
    let kin = |(title, pictures): (&str, Vec<Picture>)| Kin {
        title: ui.say(title),
        pictures: pictures
            .iter()
            .filter(|one| one.purge_ms.is_none())
            .map(|one| Plate::of(ui, one))
            .collect(),
    };
    Ok(groups.into_iter().map(kin).filter(|kin| !kin.pictures.is_empty()).collect())
}

/// The order as a call of the native API.
fn call(studio: &Studio, picture: &Picture, about: Option<&About>) -> String {
    let order = about.map_or_else(
        || Written { prompt: picture.prompt.clone(), ..Written::default() },
        |about| about.order.clone(),
    );
    let json = serde_json::to_string_pretty(&order).unwrap_or_default().replace('\'', "'\\''");
    format!(
        "curl {}/api/v1/orders \\\n  -H \"Authorization: Bearer $DANQING_KEY\" \\\n  -H 'Content-Type: application/json' \\\n  -d '{json}'",
        studio.url()
    )
}

/// `POST /pictures/{id}`: one deed.
pub(super) async fn post(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Redirect, Error> {
    let here = format!("/pictures/{id}");
    let id: PictureId = id.parse()?;
    let deed =
        form_urlencoded::parse(&body).find(|(name, _)| name == "deed").map(|(_, deed)| deed.into_owned());
    match deed.as_deref().unwrap_or_default() {
        "vary" => {
            order_like(&studio, &ui, &id, |written| {
                written.count = Some(VARIATIONS);
                // Seeds far from the picture's own: one and two further would be its siblings.
                let seed = written.seed.unwrap_or_default().unsigned_abs();
                written.seed =
                    i64::try_from(seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1) & MOST_SEED)
                        .ok();
            })
            .await?;
            Ok(done("/", "picture.ordered"))
        }
        "upscale" => {
            let picture = visible(&studio, ui.person()?, id.as_str()).await?;
            let size = format!("{}x{}", picture.width_px * 2, picture.height_px * 2);
            order_like(&studio, &ui, &id, |written| {
                written.count = Some(1);
                written.size = Some(size);
            })
            .await?;
            Ok(done("/", "picture.ordered"))
        }
        deed => {
            bulk::of_one(&studio, &ui, &body, &id).await?;
            Ok(match deed {
                "delete" => done("/gallery", "picture.deleted_now"),
                "restore" => done(&here, "picture.restored"),
                _ => Redirect::to(&here),
            })
        }
    }
}

/// Orders what a picture was ordered with, changed; the new picture remembers the old.
async fn order_like(
    studio: &Studio,
    ui: &Ui,
    id: &PictureId,
    change: impl FnOnce(&mut Written),
) -> Result<(), Error> {
    let picture = visible(studio, ui.person()?, id.as_str()).await?;
    let about = about(&picture.parameters).filter(|about| !about.edited).ok_or(Error::NoPage)?;
    let mut written = about.order;
    change(&mut written);
    let order = written.order(Wish::default())?;
    submit_one(studio, ui.person()?, Asked { parent: Some(picture.id), ..Asked::new(order) }).await?;
    Ok(())
}
