//! The gallery: pages of pictures, found by words, by meaning, by board.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use danqing_store::{Board, BoardId, Favourite, Filter, Shelf};
use serde::{Deserialize, Serialize};

use super::compose::Choice;
use super::page::{Ui, page};
use super::told;
use super::wall::Plate;
use crate::error::Error;
use crate::studio::Studio;

/// Pictures on one page.
const PAGE: u32 = 40;
/// Nearest pictures of a search by meaning.
const NEAREST: u32 = 80;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Which pictures the address asks for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Asked {
    #[serde(skip_serializing_if = "String::is_empty")]
    q: String,
    /// `text` or `meaning`.
    #[serde(skip_serializing_if = "String::is_empty")]
    by: String,
    /// `day`, `week` or `month`.
    #[serde(skip_serializing_if = "String::is_empty")]
    since: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    board: String,
    /// `favourites` or `deleted`.
    #[serde(skip_serializing_if = "String::is_empty")]
    shelf: String,
    /// The place after which the page begins.
    #[serde(skip_serializing_if = "String::is_empty")]
    after: String,
}

struct Tab {
    href: String,
    label: String,
    count: String,
    current: bool,
}

/// What stands in place of pictures where there are none.
struct Nothing {
    title: &'static str,
    text: &'static str,
    href: &'static str,
    deed: &'static str,
}

#[derive(Template)]
#[template(path = "gallery.html")]
struct Gallery<'a> {
    ui: &'a Ui,
    heading: String,
    board: String,
    shelf: String,
    query: String,
    by_meaning: bool,
    spans: Vec<Choice>,
    tabs: Vec<Tab>,
    boards: Vec<Choice>,
    pictures: Vec<Plate>,
    next: String,
    nothing: Nothing,
}

/// `GET /gallery`.
pub(super) async fn get(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let person = ui.person()?.id.clone();
    let boards = studio.store.pictures().boards(&person).await?;
    let count = studio.store.accounts().pictures(&person).await?;
    let filter = Filter { person: Some(person), ..asked.filter(&ui)? };
    let (pictures, next) = found(&studio, &asked, filter).await?;
    let heading = asked.heading(&ui, &boards);
    page(&Gallery {
        heading,
        board: asked.board.clone(),
        shelf: asked.shelf.clone(),
        query: asked.q.clone(),
        by_meaning: asked.by == "meaning",
        spans: ["", "day", "week", "month"]
            .map(|span| Choice::new(span, ui.say(spanned(span)), &asked.since))
            .into(),
        tabs: asked.tabs(&ui, &boards, count),
        boards: choices(&boards),
        pictures: pictures.iter().map(|picture| Plate::of(&ui, picture)).collect(),
        next: next.map(|after| asked.with(|asked| asked.after = after)).unwrap_or_default(),
        nothing: asked.nothing(&ui),
        ui: &ui,
    })
}

/// One page, and where the next begins.
async fn found(
    studio: &Arc<Studio>,
    asked: &Asked,
    filter: Filter,
) -> Result<(Vec<danqing_store::Picture>, Option<String>), Error> {
    let pictures = studio.store.pictures();
    if asked.by == "meaning" && !asked.q.trim().is_empty() {
        let (workshop, text) = (Arc::clone(&studio.workshop), asked.q.clone());
        let vector =
            tokio::task::spawn_blocking(move || workshop.vector(&text)).await.map_err(|_| Error::Broken)?;
        let near = pictures.similar(&vector, &Filter { limit: NEAREST, ..filter }).await?;
        return Ok((near.into_iter().map(|(picture, _)| picture).collect(), None));
    }
    let text = Some(asked.q.trim().to_owned()).filter(|text| !text.is_empty());
    let found = pictures.list(&Filter { text, limit: PAGE, ..filter }).await?;
    Ok((found.pictures, found.next.map(|cursor| cursor.to_string())))
}

/// Boards to put pictures on.
pub(super) fn choices(boards: &[Board]) -> Vec<Choice> {
    boards.iter().map(|board| Choice::new(board.id.as_str(), &board.title, "")).collect()
}

fn spanned(span: &str) -> &'static str {
    match span {
        "day" => "gallery.since_day",
        "week" => "gallery.since_week",
        "month" => "gallery.since_month",
        _ => "gallery.since_any",
    }
}

impl Asked {
    fn filter(&self, ui: &Ui) -> Result<Filter, Error> {
        let days = match self.since.as_str() {
            "day" => Some(1),
            "week" => Some(7),
            "month" => Some(30),
            _ => None,
        };
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Ok(Filter {
            board: given(&self.board).map(|board| board.parse::<BoardId>()).transpose()?,
            favourite: (self.shelf == "favourites").then_some(Favourite::Yes),
            shelf: if self.shelf == "deleted" { Shelf::Deleted } else { Shelf::Gallery },
            since_ms: days.map(|days| ui.now_ms - days * DAY_MS),
            after: given(&self.after).map(|after| after.parse()).transpose()?,
            ..Filter::default()
        })
    }

    /// The address of this question with something changed.
    fn with(&self, change: impl FnOnce(&mut Self)) -> String {
        let mut changed = self.clone();
        change(&mut changed);
        let fields = [
            ("q", &changed.q),
            ("by", &changed.by),
            ("since", &changed.since),
            ("board", &changed.board),
            ("shelf", &changed.shelf),
            ("after", &changed.after),
        ];
        let pairs: Vec<String> = fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", super::troubles::encoded(value)))
            .collect();
        if pairs.is_empty() { "/gallery".to_owned() } else { format!("/gallery?{}", pairs.join("&")) }
    }

    fn heading(&self, ui: &Ui, boards: &[Board]) -> String {
        let board = boards.iter().find(|board| board.id.as_str() == self.board);
        board.map_or_else(|| ui.say(self.named()).to_owned(), |board| board.title.clone())
    }

    fn named(&self) -> &'static str {
        match self.shelf.as_str() {
            "favourites" => "gallery.favourites",
            "deleted" => "gallery.deleted",
            _ => "gallery.title",
        }
    }

    fn tabs(&self, ui: &Ui, boards: &[Board], all: i64) -> Vec<Tab> {
        let plain =
            Self { q: self.q.clone(), by: self.by.clone(), since: self.since.clone(), ..Self::default() };
        let tab = |board: &str, shelf: &str, label: &str, count: String| Tab {
            href: plain.with(|asked| {
                asked.board = board.to_owned();
                asked.shelf = shelf.to_owned();
            }),
            label: label.to_owned(),
            count,
            current: board == self.board && shelf == self.shelf,
        };
        let first = [
            tab("", "", ui.say("gallery.all"), told::number(all)),
            tab("", "favourites", ui.say("gallery.favourites"), String::new()),
        ];
        let boards =
            boards.iter().map(|board| tab(board.id.as_str(), "", &board.title, told::number(board.pictures)));
        let last = tab("", "deleted", ui.say("gallery.deleted"), String::new());
        first.into_iter().chain(boards).chain([last]).collect()
    }

    fn nothing(&self, ui: &Ui) -> Nothing {
        let (title, text) =
            match (self.q.is_empty() && self.since.is_empty(), self.shelf.as_str(), self.board.as_str()) {
                (false, ..) => ("gallery.unfound_title", "gallery.unfound_text"),
                (_, "favourites", _) => ("gallery.no_love_title", "gallery.no_love_text"),
                (_, "deleted", _) => ("gallery.bin_title", "gallery.bin_text"),
                (_, _, "") => ("gallery.empty_title", "gallery.empty_text"),
                _ => ("gallery.bare_title", "gallery.bare_text"),
            };
        let first = title == "gallery.empty_title";
        Nothing {
            title: ui.say(title),
            text: ui.say(text),
            href: if first { "/" } else { "" },
            deed: if first { ui.say("gallery.empty_deed") } else { "" },
        }
    }
}
