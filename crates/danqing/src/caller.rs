//! Who asks: a browser that is signed in, a program with a key, or the one person at this machine.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, OptionalFromRequestParts, Request, State};
use axum::http::header::{AUTHORIZATION, COOKIE, HOST, HeaderName, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use danqing_store::{Person, Role, Session};

use crate::error::Error;
use crate::language::Language;
use crate::serve::Peer;
use crate::studio::Studio;

/// The cookie of a session.
pub(crate) const SESSION: &str = "danqing_session";
/// The cookie of the language that a visitor chose.
pub(crate) const LANGUAGE: &str = "danqing_language";

/// A person who was recognised. As an argument of a handler it makes sure that there is one.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) person: Person,
    pub(crate) by: By,
}

/// How a person was recognised.
#[derive(Clone, Debug)]
pub(crate) enum By {
    /// Sitting at this machine, while nobody owns the studio.
    Place,
    /// By the cookie of a session.
    Session(Box<Session>),
    /// By a program's key.
    Key,
}

impl Caller {
    /// Fails where the person's role is below `least`.
    pub(crate) fn at_least(&self, least: Role) -> Result<&Self, Error> {
        if self.person.role >= least { Ok(self) } else { Err(Error::Forbidden) }
    }
}

impl FromRequestParts<Arc<Studio>> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, studio: &Arc<Studio>) -> Result<Self, Error> {
        recognise(parts, studio).await?.ok_or(Error::SignInNeeded)
    }
}

impl OptionalFromRequestParts<Arc<Studio>> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, studio: &Arc<Studio>) -> Result<Option<Self>, Error> {
        recognise(parts, studio).await
    }
}

async fn recognise(parts: &Parts, studio: &Studio) -> Result<Option<Caller>, Error> {
    let accounts = studio.store.accounts();
    if let Some(secret) = key(&parts.headers) {
        let found = accounts.by_key(&secret).await?;
        return Ok(found.map(|(_, person)| Caller { person, by: By::Key }));
    }
    if let Some(token) = cookie(&parts.headers, SESSION)
        && let Some((session, person)) = accounts.session(token).await?
    {
        return Ok(Some(Caller { person, by: By::Session(Box::new(session)) }));
    }
    if is_here(parts, studio) && !accounts.has_owner().await? {
        return Ok(Some(Caller { person: accounts.local_person().await?, by: By::Place }));
    }
    Ok(None)
}

/// The key of a program: `Authorization: Bearer`, the password of `Authorization: Basic`, or `X-Api-Key`.
fn key(headers: &HeaderMap) -> Option<String> {
    const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(key) = text(&X_API_KEY) {
        return Some(key.trim().to_owned());
    }
    let (scheme, value) = text(&AUTHORIZATION)?.split_once(' ')?;
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" => Some(value.trim().to_owned()),
        "basic" => {
            let pair = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
            pair.split_once(':').map(|(_, password)| password.to_owned())
        }
        _ => None,
    }
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// Where the request comes from: the other end, or what the declared proxy says.
pub(crate) fn address(parts: &Parts, studio: &Studio) -> Option<IpAddr> {
    let peer = parts.extensions.get::<ConnectInfo<Peer>>()?.0.0.ip();
    if studio.config.server.proxy.value != Some(peer) {
        return Some(peer);
    }
    let forwarded = parts.headers.get("x-forwarded-for")?.to_str().ok()?;
    // The last address is the one that the proxy saw itself.
    forwarded.rsplit(',').next()?.trim().parse().ok()
}

/// Whether the request comes from this machine and names it so. The name keeps out pages of others whose own name was
/// made to lead here (DNS rebinding).
fn is_here(parts: &Parts, studio: &Studio) -> bool {
    let from_here = address(parts, studio).is_some_and(|address| address.is_loopback());
    from_here && host(parts).is_some_and(is_own_name)
}

fn host(parts: &Parts) -> Option<&str> {
    parts.headers.get(HOST).and_then(|value| value.to_str().ok()).or_else(|| parts.uri.host())
}

fn is_own_name(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Refuses what changes something and was sent by a page of another site in the name of whoever is looking at it.
///
/// Source: OWASP, *Cross-Site Request Forgery Prevention*, fetch metadata and verification of origin. A program's key is
/// not sent by browsers of themselves, so requests with one need no check.
pub(crate) async fn same_site(
    State(studio): State<Arc<Studio>>,
    request: Request,
    next: Next,
) -> Result<Response, Error> {
    let (parts, body) = request.into_parts();
    if parts.method.is_safe() || key(&parts.headers).is_some() || is_same_site(&parts, &studio) {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    }
    Err(Error::CrossSite)
}

fn is_same_site(parts: &Parts, studio: &Studio) -> bool {
    let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    if text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return false;
    }
    let Some(origin) = text(ORIGIN.as_str()) else { return true };
    let Ok(origin) = origin.parse::<Uri>() else { return false };
    let authority = origin.authority().map(|authority| authority.as_str().to_owned());
    let own = studio.url().parse::<Uri>().ok().and_then(|url| url.authority().map(ToString::to_string));
    authority.is_some() && (authority.as_deref() == host(parts) || authority == own)
}

/// The language to answer in: chosen, asked for by the browser, or Chinese.
pub(crate) fn language(headers: &HeaderMap) -> Language {
    let chosen = cookie(headers, LANGUAGE).and_then(Language::parse);
    let asked = || {
        let tags = headers.get("accept-language")?.to_str().ok()?;
        let preferred = tags.split(',').filter_map(|tag| Language::parse(tag.split(';').next()?.trim()));
        let mut preferred = preferred;
        preferred.next()
    };
    chosen.or_else(asked).unwrap_or(Language::Chinese)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_names_of_this_machine_are_its_own() {
        for name in ["localhost", "localhost:7860", "127.0.0.1:7860", "[::1]:7860", "[::1]"] {
            assert!(is_own_name(name), "{name}");
        }
        for name in ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", "localhost.evil.example:7860", ""]
        {
            assert!(!is_own_name(name), "{name}");
        }
    }

    #[test]
    fn keys_are_read_from_each_header() {
        for (name, value) in [
            ("authorization", "Bearer dq_secret"),
            ("authorization", "bearer  dq_secret"),
            ("authorization", "Basic YW55OmRxX3NlY3JldA=="),
            ("x-api-key", "dq_secret"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            assert_eq!(key(&headers).as_deref(), Some("dq_secret"), "{name}: {value}");
        }
    }

    #[test]
    fn languages_are_chosen_asked_for_or_chinese() {
        let of = |pairs: &[(&'static str, &'static str)]| {
            let pairs = pairs
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
            language(&pairs.collect())
        };
        assert_eq!(of(&[]), Language::Chinese, "nothing said");
        assert_eq!(of(&[("accept-language", "de,en-GB;q=0.8,zh;q=0.5")]), Language::English, "asked for");
        let both = [("accept-language", "en"), ("cookie", "a=b; danqing_language=zh")];
        assert_eq!(of(&both), Language::Chinese, "chosen");
    }
}
