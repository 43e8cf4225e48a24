//! What the reader makes of a prompt, while it is written.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use danqing_scene::{Background, Colouring, Count, Language as Said, Place, Subject, Tiling};
use serde::Deserialize;

use super::orders::wildcards;
use super::page::{Ui, page};
use crate::error::Error;
use crate::nearest::Note;
use crate::order::{self, Choice, Wish};
use crate::plan::Plan;
use crate::studio::Studio;

/// One thing that was read.
pub(super) struct Item {
    /// `subject`, `setting` or `unknown`.
    pub(super) kind: &'static str,
    pub(super) word: String,
    pub(super) detail: String,
    /// A colour in hexadecimal, or nothing.
    pub(super) swatch: String,
    /// Known words for an unknown one.
    pub(super) offers: Vec<String>,
}

#[derive(Template)]
#[template(path = "parts/reading.html")]
struct Reading<'a> {
    ui: &'a Ui,
    reading: Vec<Item>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    prompt: String,
}

/// `GET /reading?prompt=`: the notes in the margin.
pub(super) async fn get(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    ui.caller()?;
    let reading = items(&studio, &ui, &asked.prompt).await?;
    page(&Reading { ui: &ui, reading })
}

/// What was read of `prompt`; nothing of one that cannot be ordered.
pub(super) async fn items(studio: &Arc<Studio>, ui: &Ui, prompt: &str) -> Result<Vec<Item>, Error> {
    let wish = Wish { seed: Some(0), ..Wish::default() };
    let orders = order::orders(prompt, &wish, Choice::Drawn, &wildcards(studio));
    let Some(order) = orders.ok().and_then(|orders| orders.into_iter().next()) else { return Ok(Vec::new()) };
    let workshop = Arc::clone(&studio.workshop);
    // The encoder looks for words near to unknown ones: milliseconds, and not on the threads that answer.
    let read = tokio::task::spawn_blocking(move || {
        let plan = Plan::new(order, &workshop.knowledge);
        let notes = workshop.notes(&plan);
        (plan, notes)
    });
    let (plan, notes) = read.await.map_err(|_| Error::Broken)?;
    Ok(told(ui, &plan, &notes))
}

fn told(ui: &Ui, plan: &Plan, notes: &[Note]) -> Vec<Item> {
    let unknown = |subject: &Subject| {
        notes.iter().any(|note| matches!(note, Note::Unknown { word, .. } if *word == subject.head))
    };
    let subjects =
        plan.scene.subjects.iter().filter(|subject| !unknown(subject)).map(|subject| of_subject(ui, subject));
    let mut items: Vec<Item> = subjects.collect();
    items.extend(plan.scene.background.iter().map(|background| of_background(ui, background)));
    if plan.scene.tiling == Tiling::Seamless {
        items.push(setting(ui.say("reading.pattern"), ""));
    }
    items.extend(notes.iter().map(|note| of_note(ui, note)));
    items
}

fn setting(word: &str, detail: &str) -> Item {
    Item {
        kind: "setting",
        word: word.to_owned(),
        detail: detail.to_owned(),
        swatch: String::new(),
        offers: Vec::new(),
    }
}

fn unknown(word: &str, detail: String, offers: Vec<String>) -> Item {
    Item { kind: "unknown", word: word.to_owned(), detail, swatch: String::new(), offers }
}

fn of_subject(ui: &Ui, subject: &Subject) -> Item {
    let count = match subject.count {
        Count::Unstated => None,
        Count::Exactly(count) => Some(ui.fill("reading.count", &[("n", &count)])),
        Count::About(count) => Some(ui.fill("reading.about", &[("n", &count)])),
    };
    let place = subject.place.map(|place| ui.say(placed(place)).to_owned());
    let language = ui.language.pick(Said::Chinese, Said::English);
    let styles = subject.styles.iter().map(|style| style.word(language).to_owned());
    let details: Vec<String> = count.into_iter().chain(place).chain(styles).collect();
    let swatch = match &subject.colour {
        Some(Colouring::One(colour)) => hexadecimal(colour.rgb),
        _ => String::new(),
    };
    Item {
        kind: "subject",
        word: subject.description.clone(),
        detail: details.join(ui.language.pick("，", ", ")),
        swatch,
        offers: Vec::new(),
    }
}

fn placed(place: Place) -> &'static str {
    match place {
        Place::Left => "reading.left",
        Place::Right => "reading.right",
        Place::Top => "reading.top",
        Place::Bottom => "reading.bottom",
        Place::Centre => "reading.centre",
        Place::TopLeft => "reading.top_left",
        Place::TopRight => "reading.top_right",
        Place::BottomLeft => "reading.bottom_left",
        Place::BottomRight => "reading.bottom_right",
    }
}

fn of_background(ui: &Ui, background: &Background) -> Item {
    let (detail, swatch) = match background {
        Background::Transparent => (ui.say("compose.ground_none").to_owned(), String::new()),
        Background::Colour(colour) => (colour.name.clone(), hexadecimal(colour.rgb)),
        Background::Gradient { top, bottom } => {
            (format!("{}–{}", top.name, bottom.name), hexadecimal(top.rgb))
        }
        Background::Phrase(phrase) => (phrase.clone(), String::new()),
    };
    Item { swatch, ..setting(ui.say("reading.background"), &detail) }
}

fn of_note(ui: &Ui, note: &Note) -> Item {
    match note {
        Note::Instead { word, name } => {
            unknown(word, ui.fill("reading.drawn_as", &[("name", name)]), Vec::new())
        }
        Note::Unknown { word, near } => unknown(word, ui.say("reading.unknown").to_owned(), near.clone()),
        Note::Style { style } => {
            let language = ui.language.pick(Said::Chinese, Said::English);
            unknown(style.word(language), ui.say("reading.unknown_style").to_owned(), Vec::new())
        }
        Note::Unread => setting(ui.say("reading.unread"), ui.say("reading.unread_detail")),
        Note::Undrawn { phrase } => unknown(phrase, ui.say("reading.undrawn").to_owned(), Vec::new()),
        Note::Cut { prompt, .. } => {
            let start: String = prompt.chars().take(8).collect();
            unknown(&format!("{start}…"), ui.say("reading.cut").to_owned(), Vec::new())
        }
    }
}

fn hexadecimal([red, green, blue]: [u8; 3]) -> String {
    format!("{red:02x}{green:02x}{blue:02x}")
}
