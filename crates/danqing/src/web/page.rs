//! What every page has around it: language, light or dark, who is looking, where one is.

use std::convert::Infallible;
use std::sync::Arc;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::header::ACCEPT;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use axum::response::{Html, IntoResponse, Redirect, Response};
use danqing_store::{Person, Role};

use super::words::{fill, say};
use super::{assets, told};
use crate::caller::{By, Caller, cookie, language};
use crate::error::Error;
use crate::language::Language;
use crate::studio::Studio;

/// The cookie of light or dark.
pub(super) const THEME: &str = "danqing_theme";

/// What a page that was just done says above itself: keys that an address may name.
const SAID: [&str; 6] = [
    "account.saved",
    "account.password_changed",
    "picture.deleted_now",
    "picture.restored",
    "picture.ordered",
    "rules.reloaded",
];

/// Light, dark, or as the system has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Theme {
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub(super) fn parse(name: &str) -> Option<Self> {
        [Self::Auto, Self::Light, Self::Dark].into_iter().find(|theme| theme.name() == name)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// The frame of a page, taken from the request; templates ask it.
pub(super) struct Ui {
    pub(super) language: Language,
    theme: Theme,
    caller: Option<Caller>,
    /// Whether the store could not say who is looking.
    outage: bool,
    address: Uri,
    /// Whether the address can be asked for again.
    safe: bool,
    /// Whether a page is what was asked for, and not one line for a program.
    pub(super) wants_page: bool,
    pub(super) now_ms: i64,
}

impl FromRequestParts<Arc<Studio>> for Ui {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, studio: &Arc<Studio>) -> Result<Self, Infallible> {
        // A store that does not answer is told by the page itself; the frame then knows nobody.
        let caller = <Option<Caller> as FromRequestParts<_>>::from_request_parts(parts, studio).await;
        Ok(Self {
            language: language(&parts.headers),
            theme: theme(&parts.headers),
            outage: caller.is_err(),
            caller: caller.ok().flatten(),
            address: parts.uri.clone(),
            safe: parts.method.is_safe(),
            wants_page: wants_page(&parts.headers),
            now_ms: studio.store.clock().now_ms(),
        })
    }
}

impl Ui {
    /// Who is looking; pages for anyone do not ask.
    pub(super) fn caller(&self) -> Result<&Caller, Error> {
        let nobody = || if self.outage { Error::Broken } else { Error::SignInNeeded };
        self.caller.as_ref().ok_or_else(nobody)
    }

    pub(super) fn person(&self) -> Result<&Person, Error> {
        self.caller().map(|caller| &caller.person)
    }

    /// The person, if they may do what `least` may.
    pub(super) fn at_least(&self, least: Role) -> Result<&Person, Error> {
        self.caller()?.at_least(least).map(|caller| &caller.person)
    }

    /// A text; see `words`.
    pub(super) fn say(&self, key: &str) -> &'static str {
        say(self.language, key)
    }

    /// A text with its places filled.
    pub(super) fn fill(&self, key: &str, values: &[(&str, &dyn std::fmt::Display)]) -> String {
        fill(self.language, key, values)
    }

    /// How long ago a time was.
    pub(super) fn ago(&self, time_ms: i64) -> String {
        told::ago(self.language, self.now_ms, time_ms)
    }

    pub(super) fn tag(&self) -> &'static str {
        self.language.pick("zh-Hans", "en")
    }

    pub(super) fn theme(&self) -> &'static str {
        self.theme.name()
    }

    /// What the switch turns to. Where the system decides, it is dark first.
    pub(super) fn next_theme(&self) -> &'static str {
        if self.theme == Theme::Dark { Theme::Light.name() } else { Theme::Dark.name() }
    }

    pub(super) fn at(&self, page: &str) -> bool {
        let first = self.address.path().split('/').nth(1).unwrap_or_default();
        let here = match first {
            "" | "orders" | "jobs" | "recall" => "compose",
            "pictures" | "boards" => "gallery",
            other => other,
        };
        here == page
    }

    /// Path and query, to come back to; where something was sent, the page that it was sent from.
    pub(super) fn back(&self) -> String {
        if !self.safe {
            let first = self.address.path().split('/').nth(1).unwrap_or_default();
            let page = if matches!(first, "verify" | "account" | "admin" | "sign-in") { first } else { "" };
            return format!("/{page}");
        }
        self.address.path_and_query().map_or("/", |address| address.as_str()).to_owned()
    }

    pub(super) fn flash(&self) -> &'static str {
        let said = |pair: &str| pair.strip_prefix("said=").map(str::to_owned);
        let said = self.address.query().and_then(|query| query.split('&').find_map(said));
        SAID.iter().find(|key| Some(**key) == said.as_deref()).map_or("", |key| self.say(key))
    }

    pub(super) fn style(&self) -> &'static str {
        assets::STYLE.address()
    }

    pub(super) fn script(&self) -> &'static str {
        assets::SCRIPT.address()
    }

    pub(super) fn oversees(&self) -> bool {
        self.at_least(Role::Officer).is_ok()
    }

    /// Whether the person may order pictures.
    pub(super) fn paints(&self) -> bool {
        self.at_least(Role::Creator).is_ok()
    }

    pub(super) fn owns(&self) -> bool {
        self.at_least(Role::Owner).is_ok()
    }

    pub(super) fn signed_in(&self) -> bool {
        self.caller.is_some()
    }

    /// Whether the person came by password and can sign out.
    pub(super) fn has_session(&self) -> bool {
        matches!(self.caller, Some(Caller { by: By::Session(_), .. }))
    }

    pub(super) fn initial(&self) -> String {
        let called = self.person().ok().and_then(|person| person.display.chars().next());
        called.or_else(|| self.say("account.local").chars().next()).map(String::from).unwrap_or_default()
    }
}

/// Programs that share an address with pages get one line, as everywhere.
pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    let types = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    types.is_some_and(|types| types.contains("text/html")) || headers.contains_key("x-fragment")
}

fn theme(headers: &HeaderMap) -> Theme {
    cookie(headers, THEME).and_then(Theme::parse).unwrap_or(Theme::Auto)
}

/// A template as an answer.
pub(super) fn page(template: &impl Template) -> Result<Response, Error> {
    template.render().map(|page| Html(page).into_response()).map_err(|_| Error::Broken)
}

/// To `page`, which says `key` when it is there.
pub(super) fn done(page: &str, key: &str) -> Redirect {
    let joint = if page.contains('?') { '&' } else { '?' };
    Redirect::to(&format!("{page}{joint}said={key}"))
}

/// `page` if it is one of this site, or the first page: what an address names must not lead elsewhere.
pub(super) fn own_page(page: &str) -> &str {
    let own = page.starts_with('/') && !page.starts_with("//") && !page.contains(['\\', '\n', '\r']);
    if own { page } else { "/" }
}
