//! The easel: what was brushed is painted again, and the things of a picture are moved, scaled, repainted or removed.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Multipart, Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use danqing_store::{Picture, PictureId, Role};
use image::RgbaImage;

use super::compose::about;
use super::files::visible;
use super::page::{Ui, done, page};
use crate::error::Error;
use crate::order::{Order, Wish, Written};
use crate::painting::About;
use crate::plan::Plan;
use crate::serve::too_large;
use crate::start::{Beginning, Source};
use crate::studio::Studio;
use crate::walk::{Asked, submit_one};

/// The side of the empty paintings that a composition is counted with, in pixels.
const BLANK_PX: u32 = 128;

struct Shown {
    id: String,
    prompt: String,
    full: String,
    width: i64,
    height: i64,
}

/// A thing of the picture.
struct Layer {
    /// Its number, from 1, the lowest first.
    index: usize,
    name: String,
}

#[derive(Template)]
#[template(path = "edit.html")]
struct Page<'a> {
    ui: &'a Ui,
    trouble: String,
    picture: Shown,
    layers: Vec<Layer>,
}

/// `GET /pictures/{id}/edit`.
pub(super) async fn get(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let picture = visible(&studio, ui.person()?, &id).await?;
    let layers = layers(&studio, &picture).await?;
    page(&Page {
        trouble: String::new(),
        picture: Shown {
            id: picture.id.to_string(),
            prompt: picture.prompt.clone(),
            full: format!("/pictures/{}/file", picture.id),
            width: picture.width_px,
            height: picture.height_px,
        },
        layers,
        ui: &ui,
    })
}

/// The order that the picture can be laid out from again; none for one that was painted over or came from elsewhere.
fn composed(picture: &Picture) -> Option<Written> {
    about(&picture.parameters).filter(|About { edited, .. }| !edited).map(|about| about.order)
}

/// The things of the picture: where they are and how many is decided by code, so that empty paintings are enough to tell.
async fn layers(studio: &Arc<Studio>, picture: &Picture) -> Result<Vec<Layer>, Error> {
    let Some(written) = composed(picture) else { return Ok(Vec::new()) };
    let order = Written { changes: None, ..written }.order(Wish::default())?;
    let workshop = Arc::clone(&studio.workshop);
    let count = move || {
        let plan = Plan::new(order, &workshop.knowledge);
        let blank = RgbaImage::from_pixel(BLANK_PX, BLANK_PX, image::Rgba([0, 0, 0, 255]));
        let composition = plan.composition(vec![blank; plan.paintings.len()]);
        let layer = |(origin, layer): (danqing_scene::Origin, &danqing_scene::Layer)| Layer {
            index: origin.item + 1,
            name: layer.name.clone(),
        };
        composition.items().into_iter().map(layer).collect()
    };
    tokio::task::spawn_blocking(count).await.map_err(|_| Error::Broken)
}

/// What came with the form.
struct Fields {
    texts: HashMap<String, String>,
    mask: Option<Vec<u8>>,
}

impl Fields {
    async fn read(studio: &Studio, mut form: Multipart) -> Result<Self, Error> {
        let (mut texts, mut mask) = (HashMap::new(), None);
        while let Some(field) = form.next_field().await.map_err(|error| too_large(studio, error))? {
            let name = field.name().unwrap_or_default().to_owned();
            if name == "mask" {
                let bytes = field.bytes().await.map_err(|error| too_large(studio, error))?;
                mask = Some(bytes.to_vec()).filter(|bytes| !bytes.is_empty());
            } else {
                texts.insert(name, field.text().await.map_err(|error| too_large(studio, error))?);
            }
        }
        Ok(Self { texts, mask })
    }

    fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", |text| text.trim())
    }

    /// The changes of the layers' fields, in the words that orders have for them.
    fn changes(&self, seed: u64) -> String {
        let mut changes = Vec::new();
        let mut index = 1;
        while self.texts.contains_key(&format!("x{index}")) {
            let field = |name: &str| self.text(&format!("{name}{index}"));
            let number = |name: &str, otherwise: i32| field(name).parse::<i32>().unwrap_or(otherwise);
            if field("without") == "yes" {
                changes.push(format!("layer {index} remove"));
            } else {
                if field("again") == "yes" {
                    changes.push(format!("layer {index} repaint {}", seed + index as u64));
                }
                if number("scale", 100) != 100 {
                    changes.push(format!("layer {index} scale {}", f64::from(number("scale", 100)) / 100.0));
                }
                if (number("x", 0), number("y", 0)) != (0, 0) {
                    changes.push(format!("layer {index} move {} {}", number("x", 0), number("y", 0)));
                }
            }
            index += 1;
        }
        changes.join("; ")
    }
}

/// `POST /pictures/{id}/edit`.
pub(super) async fn post(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Path(id): Path<String>,
    form: Multipart,
) -> Result<Response, Error> {
    let person = ui.at_least(Role::Creator)?;
    let id: PictureId = id.parse()?;
    let picture = studio.store.pictures().picture(&person.id, &id).await?;
    let fields = Fields::read(&studio, form).await?;
    let asked = if fields.text("deed") == "layers" {
        match changed(&picture, &fields.changes(ui.now_ms.unsigned_abs()))? {
            Some(order) => Asked::new(order),
            None => return Ok(Redirect::to(&format!("/pictures/{id}/edit")).into_response()),
        }
    } else {
        over(&studio, &ui, &picture, &fields).await?
    };
    submit_one(&studio, person, Asked { parent: Some(id), ..asked }).await?;
    Ok(done("/", "picture.ordered").into_response())
}

/// The picture's order with changes to its layers; none where nothing is changed.
fn changed(picture: &Picture, changes: &str) -> Result<Option<Order>, Error> {
    if changes.is_empty() {
        return Ok(None);
    }
    let written = composed(picture).ok_or(Error::NoPage)?;
    let before = written.changes.clone().map(|before| format!("{before}; ")).unwrap_or_default();
    let written = Written { changes: Some(format!("{before}{changes}")), count: Some(1), ..written };
    written.order(Wish::default()).map(Some)
}

/// An order that paints over the picture, where the mask has white or everywhere.
async fn over(studio: &Studio, ui: &Ui, picture: &Picture, fields: &Fields) -> Result<Asked, Error> {
    let written = Written {
        prompt: fields.text("prompt").to_owned(),
        size: Some(format!("{}x{}", picture.width_px, picture.height_px)),
        ..Written::default()
    };
    let order = written.order(studio.config.paint.wish())?;
    let strength =
        fields.text("strength").parse().map_err(|_| Error::Request { reason: "strength".to_owned() })?;
    let mut beginning = Beginning::new(Source::Picture(picture.id.to_string()));
    beginning.strength = Some(strength);
    if let Some(mask) = &fields.mask {
        beginning.mask = Some(Source::handed_in(studio, ui.person()?, mask).await?);
    }
    Ok(Asked { beginning: Some(beginning), ..Asked::new(order) })
}
