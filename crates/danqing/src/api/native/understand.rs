//! `POST /api/v1/understand`: what the reader makes of a prompt, before anything is painted.

use std::sync::Arc;

use axum::extract::State;
use danqing_scene::{Background, Count, Layout, Place, Size, Style, Subject, Tiling};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::views::Failed;
use crate::api::body::Json;
use crate::caller::Caller;
use crate::error::Error;
use crate::order::{Order, Wish};
use crate::plan::Plan;
use crate::report;
use crate::studio::Studio;
use crate::workshop::Workshop;

/// A prompt to read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    #[schema(example = "三只红灯笼挂在树上")]
    prompt: String,
    /// A style that is chosen beside it.
    #[serde(default)]
    style: Option<String>,
}

/// A prompt, read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Understood {
    subjects: Vec<SubjectView>,
    /// `transparent`, a colour, two with `-` between, or words; null where the prompt says nothing.
    background: Option<String>,
    /// Whether the picture repeats without seams.
    seamless: bool,
    /// `natural`, `row`, `column`, `circle`, `grid`, `scattered` or `pile`.
    layout: &'static str,
    /// What must not be there.
    without: Vec<String>,
    /// Whether counts and places were read; otherwise the model gets the prompt whole.
    read: bool,
    /// Words that were not used.
    leftover: Vec<String>,
    /// How many paintings one picture takes.
    paintings: usize,
    /// What is not known, and what is drawn instead: as in the notes of pictures.
    #[schema(value_type = Vec<Object>)]
    notes: Vec<Value>,
    /// What the rules say of it.
    verdict: VerdictView,
}

/// One thing to paint.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubjectView {
    /// In words that the model knows.
    text: String,
    /// The head noun.
    head: String,
    /// Names of its concept, where it is known.
    zh: Option<String>,
    en: Option<String>,
    /// How many are laid out.
    copies: u32,
    /// Whether the number stands in the prompt.
    counted: bool,
    /// `tiny`, `small`, `normal`, `big` or `huge`.
    size: &'static str,
    /// `left`, `top_right` and so on, where one is named.
    place: Option<&'static str>,
    styles: Vec<&'static str>,
}

/// What the rules say.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VerdictView {
    /// `pass`, `log`, `warn`, `review` or `block`.
    action: &'static str,
    /// Rules that spoke, the strongest first.
    rules: Vec<String>,
    /// What the person is told.
    #[schema(value_type = Vec<Object>)]
    messages: Vec<Value>,
}

/// What the reader understands of a prompt: subjects, counts, places, unknown words, and what the rules say.
#[utoipa::path(post, path = "/understand", tag = "orders", summary = "读懂了什么 · What is understood", request_body = Words,
    responses((status = 200, description = "The prompt, read", body = Understood), (status = 400, description = "Nothing to read", body = Failed), (status = 401, description = "Nobody asks", body = Failed)))]
pub(super) async fn understand(
    State(studio): State<Arc<Studio>>,
    _caller: Caller,
    Json(words): Json<Words>,
) -> Result<axum::Json<Understood>, Error> {
    let wish = Wish { style: words.style, ..studio.config.paint.wish() };
    let order = Order::new(&words.prompt, &wish)?;
    let workshop = Arc::clone(&studio.workshop);
    let read = tokio::task::spawn_blocking(move || understood(&workshop, &order));
    Ok(axum::Json(read.await.map_err(|_| Error::Broken)?))
}

fn understood(workshop: &Workshop, order: &Order) -> Understood {
    let verdict = workshop.rules.current().screen(&order.prompt);
    let plan = Plan::new(order.single(0), &workshop.knowledge);
    let scene = &plan.scene;
    let message = |message: &danqing_moderation::Bilingual| json!({ "zh": message.zh, "en": message.en });
    Understood {
        subjects: scene.subjects.iter().map(|subject| view(workshop, subject)).collect(),
        background: scene.background.as_ref().map(background),
        seamless: scene.tiling == Tiling::Seamless,
        layout: layout(scene.layout),
        without: scene.without.clone(),
        read: scene.reading == danqing_scene::Reading::Parts,
        leftover: scene.leftover.clone(),
        paintings: plan.paintings.len(),
        notes: workshop.notes(&plan).iter().map(report::note).collect(),
        verdict: VerdictView {
            action: verdict.action().as_str(),
            rules: verdict.hits.iter().map(|hit| hit.rule().to_owned()).collect(),
            messages: verdict.messages().into_iter().map(message).collect(),
        },
    }
}

fn view(workshop: &Workshop, subject: &Subject) -> SubjectView {
    let names = workshop.knowledge.names(subject);
    SubjectView {
        text: subject.description.clone(),
        head: subject.head.clone(),
        zh: names.map(|(zh, _)| zh.to_owned()),
        en: names.map(|(_, en)| en.to_owned()),
        copies: subject.copies(),
        counted: subject.count != Count::Unstated,
        size: size(subject.size),
        place: subject.place.map(place),
        styles: subject.styles.iter().map(|style| Style::name(*style)).collect(),
    }
}

fn background(background: &Background) -> String {
    match background {
        Background::Transparent => "transparent".to_owned(),
        Background::Colour(colour) => colour.name.clone(),
        Background::Gradient { top, bottom } => format!("{}-{}", top.name, bottom.name),
        Background::Phrase(phrase) => phrase.clone(),
    }
}

fn layout(layout: Layout) -> &'static str {
    match layout {
        Layout::Natural => "natural",
        Layout::Row => "row",
        Layout::Column => "column",
        Layout::Circle => "circle",
        Layout::Grid { .. } => "grid",
        Layout::Scattered => "scattered",
        Layout::Pile => "pile",
    }
}

fn size(size: Size) -> &'static str {
    match size {
        Size::Tiny => "tiny",
        Size::Small => "small",
        Size::Normal => "normal",
        Size::Big => "big",
        Size::Huge => "huge",
    }
}

fn place(place: Place) -> &'static str {
    match place {
        Place::Left => "left",
        Place::Right => "right",
        Place::Top => "top",
        Place::Bottom => "bottom",
        Place::Centre => "centre",
        Place::TopLeft => "top_left",
        Place::TopRight => "top_right",
        Place::BottomLeft => "bottom_left",
        Place::BottomRight => "bottom_right",
    }
}
