//! `danqing serve`: pages, programs and a worker behind one address.

mod listener;

pub(crate) use listener::Peer;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, extract};
use danqing_store::Role;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::interval;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tracing::{error, info, warn};

use crate::caller::{Caller, address, same_site};
use crate::config::ServerSettings;
use crate::error::Error;
use crate::studio::{Studio, ended};
use crate::{api, screening, web, webhooks, worker};

/// How often deleted pictures are purged and rubbish is swept.
const CHORES: Duration = Duration::from_secs(10 * 60);
/// How often the ledger's head is signed, where it has grown.
const SIGNING: Duration = Duration::from_secs(60);
/// How often memory that nobody uses is given back to the system.
const GIVING_BACK: Duration = Duration::from_secs(60);
/// Files without a row that are younger may belong to a writer at work.
const SWEPT_MS: i64 = 60 * 60 * 1000;

/// What a page of the studio may load and do: nothing from elsewhere, no code in the page itself.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
     font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'";

/// Binds the address of the settings, if the studio may be reached there.
///
/// # Errors
///
/// [`Error::NoOwner`] and [`Error::Unencrypted`] where others could reach it and it is not ready for them.
pub(crate) async fn bind(server: &ServerSettings, has_owner: bool) -> Result<TcpListener, Error> {
    let listen = server.listen.value.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 7860)));
    if !listen.ip().is_loopback() {
        if !has_owner {
            return Err(Error::NoOwner { listen });
        }
        if server.certificate.value.is_none() && server.proxy.value.is_none() {
            return Err(Error::Unencrypted { listen });
        }
    }
    TcpListener::bind(listen).await.map_err(|source| Error::Listen { listen, source })
}

/// How long answers may take that are under way when the studio closes.
const FAREWELL: Duration = Duration::from_secs(10);

/// Serves until `going` turns true and all answers are given, or [`FAREWELL`] after that: whoever asked for events and does
/// not read them would keep it open for ever.
pub(crate) async fn serve(studio: Arc<Studio>, listener: TcpListener) -> Result<(), Error> {
    let mut going = studio.going.clone();
    let late = {
        let mut going = studio.going.clone();
        async move {
            ended(&mut going).await;
            tokio::time::sleep(FAREWELL).await;
        }
    };
    let end = async move { ended(&mut going).await };
    let tasks = [
        tokio::spawn(worker::run(Arc::clone(&studio), worker_name(), studio.going.clone())),
        tokio::spawn(webhooks::run(Arc::clone(&studio), worker_name(), studio.going.clone())),
        tokio::spawn(chores(Arc::clone(&studio), studio.going.clone())),
        tokio::spawn(reloading(Arc::clone(&studio), studio.going.clone())),
    ];
    tokio::select! {
        served = listener::serve(&studio.config.server, listener, router(Arc::clone(&studio)), end) => served?,
        () = late => {}
    }
    for task in tasks {
        // A task that panicked has told so already.
        let _ = task.await;
    }
    Ok(())
}

/// This process as a worker.
pub(crate) fn worker_name() -> String {
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    format!("{}-{}", Some(host.trim()).filter(|host| !host.is_empty()).unwrap_or("local"), std::process::id())
}

/// Everything that is answered.
pub(crate) fn router(studio: Arc<Studio>) -> Router {
    let uploads = studio.config.limits.upload_mb.value.unwrap_or(64) * 1_000_000;
    let of_us = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    Router::new()
        .merge(api::router(&studio))
        .merge(web::router(&studio))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .layer(from_fn_with_state(Arc::clone(&studio), same_site))
        .layer(DefaultBodyLimit::max(uploads))
        .layer(from_fn(rendered))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            error!("a request ended in a panic");
            Error::Broken.into_response()
        }))
        .layer(from_fn_with_state(Arc::clone(&studio), counted))
        .layer(CompressionLayer::new())
        .layer(of_us(header::CONTENT_SECURITY_POLICY, POLICY))
        .layer(of_us(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(of_us(header::REFERRER_POLICY, "same-origin"))
        .layer(of_us(header::X_FRAME_OPTIONS, "DENY"))
        .layer(of_us(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .layer(of_us(HeaderName::from_static("cross-origin-resource-policy"), "same-origin"))
        .layer(of_us(
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=(), payment=()",
        ))
        .with_state(studio)
}

/// An error on its way out: each family of addresses puts it into its own words.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if status.is_server_error() {
            error!(code = self.code(), error = %self, "a request failed");
        }
        let mut response = status.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// Puts errors that no family of addresses has put into words into one line.
async fn rendered(request: Request, next: Next) -> Response {
    let language = crate::caller::language(request.headers());
    let response = next.run(request).await;
    let Some(error) = response.extensions().get::<Arc<Error>>() else { return response };
    let text = format!("{}\n", error.message(language));
    let (mut parts, _) = response.into_parts();
    parts.extensions.remove::<Arc<Error>>();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    Response::from_parts(parts, Body::from(text))
}

async fn counted(State(studio): State<Arc<Studio>>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    studio.metrics.requests.add(1);
    studio.metrics.failures.add(u64::from(response.status().is_server_error()));
    response
}

/// Whether the studio can do its work: the database answers.
async fn ready(State(studio): State<Arc<Studio>>) -> Result<&'static str, Error> {
    studio.store.ping().await?;
    Ok("ready\n")
}

async fn metrics(
    State(studio): State<Arc<Studio>>,
    caller: Option<Caller>,
    request: Request,
) -> Result<impl IntoResponse, Error> {
    let (parts, _) = request.into_parts();
    let here = || address(&parts, &studio).is_some_and(|address| address.is_loopback());
    let allowed = match studio.config.server.metrics.value.as_deref() {
        Some("all") => true,
        Some("none") => false,
        _ => here() || caller.is_some_and(|caller| caller.person.role >= Role::Officer),
    };
    if !allowed {
        return Err(Error::NoPage);
    }
    let text = studio.metrics.text(&studio.store).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text))
}

/// What has to be done now and then, whoever is there.
async fn chores(studio: Arc<Studio>, mut going: watch::Receiver<bool>) {
    let (mut sweep, mut sign, mut give_back) = (interval(CHORES), interval(SIGNING), interval(GIVING_BACK));
    loop {
        let done: Result<(), danqing_store::Error> = tokio::select! {
            _ = sweep.tick() => swept(&studio).await,
            _ = sign.tick() => studio.store.ledger().checkpoint().await.map(drop),
            _ = give_back.tick() => {
                drop(spawn_blocking(danqing_engine::give_back));
                Ok(())
            }
            () = ended(&mut going) => return,
        };
        if let Err(error) = done {
            warn!(%error, "a chore was not done; it is tried again later");
        }
    }
}

/// Reads the policy packs again whenever the process is sent SIGHUP.
#[cfg(unix)]
async fn reloading(studio: Arc<Studio>, mut going: watch::Receiver<bool>) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut hangups) = signal(SignalKind::hangup()) else { return };
    loop {
        tokio::select! {
            _ = hangups.recv() => match screening::reload(&studio, "SIGHUP").await {
                Ok(true) => info!("other rules are in force"),
                Ok(false) => info!("the rules are what they were"),
                Err(error) => error!(%error, "the rules stay what they were"),
            },
            () = ended(&mut going) => return,
        }
    }
}

#[cfg(not(unix))]
async fn reloading(_studio: Arc<Studio>, mut going: watch::Receiver<bool>) {
    ended(&mut going).await;
}

async fn swept(studio: &Studio) -> Result<(), danqing_store::Error> {
    studio.store.pictures().purge().await?;
    studio.store.pictures().sweep(SWEPT_MS).await.map(drop)
}

/// A body of more bytes than are taken.
pub(crate) fn too_large(studio: &Studio, rejection: extract::multipart::MultipartError) -> Error {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Error::TooLarge { most: studio.config.limits.upload_mb.value.unwrap_or(64) }
        }
        _ => Error::Request { reason: rejection.body_text() },
    }
}
