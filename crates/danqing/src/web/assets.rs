//! Style, script, font and seal: part of the program, kept by browsers for as long as their content stays the same.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::error::Error;

/// The one stylesheet.
pub(super) static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "studio.css",
        "text/css; charset=utf-8",
        concat!(
            include_str!("../../static/styles/1-tokens.css"),
            include_str!("../../static/styles/2-base.css"),
            include_str!("../../static/styles/3-shell.css"),
            include_str!("../../static/styles/4-compose.css"),
            include_str!("../../static/styles/5-gallery.css"),
            include_str!("../../static/styles/6-rooms.css"),
            include_str!("../../static/styles/7-live.css"),
        )
        .as_bytes(),
    )
});

/// The one script.
pub(super) static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "studio.js",
        "text/javascript; charset=utf-8",
        concat!(
            include_str!("../../static/scripts/1-pages.js"),
            include_str!("../../static/scripts/2-easel.js"),
            include_str!("../../static/scripts/3-live.js"),
        )
        .as_bytes(),
    )
});

static SEAL: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("seal.svg", "image/svg+xml", include_bytes!("../../static/seal.svg")));

static FONT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "fonts/danqing-song.woff2",
        "font/woff2",
        include_bytes!("../../static/fonts/danqing-song.woff2"),
    )
});

/// A file in the program.
pub(super) struct Asset {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
    address: String,
}

impl Asset {
    fn new(name: &'static str, media_type: &'static str, bytes: &'static [u8]) -> Self {
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let address = format!("/static/{name}?v={:016x}", hasher.finish());
        Self { name, media_type, bytes, address }
    }

    /// Where it is found; another one when its content is another.
    pub(super) fn address(&'static self) -> &'static str {
        &self.address
    }
}

/// `GET /static/{*name}`.
pub(super) async fn file(Path(name): Path<String>) -> Result<Response, Error> {
    let assets = [&*STYLE, &*SCRIPT, &*SEAL, &*FONT];
    if let Some(asset) = assets.into_iter().find(|asset| asset.name == name) {
        return Ok(answer(asset.media_type, asset.bytes));
    }
    let example = name.strip_prefix("examples/").and_then(super::examples::picture);
    example.map(|bytes| answer("image/webp", bytes)).ok_or(Error::NoPage)
}

fn answer(media_type: &'static str, bytes: &'static [u8]) -> Response {
    let kept = "public, max-age=31536000, immutable";
    ([(CONTENT_TYPE, media_type), (CACHE_CONTROL, kept)], bytes).into_response()
}
