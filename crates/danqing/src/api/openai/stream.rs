//! Pictures on their way, as server-sent events: how they look so far, then how they are.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io::Cursor;
use std::sync::Arc;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream;
use image::ImageFormat;
use serde_json::{Value, json};

use super::images::{Manner, base64_of, created_s, usage};
use super::told;
use crate::api::waiting::{Told, Waiting};
use crate::error::Error;
use crate::language::Language;
use crate::output::Format;
use crate::studio::Studio;

/// The answer to a request with `stream`.
pub(super) fn answer(studio: Arc<Studio>, waiting: Waiting, manner: Manner) -> Response {
    let telling =
        Telling { studio, waiting, manner, shown: 0, fresh: None, ready: VecDeque::new(), over: false };
    let events = stream::unfold(telling, |mut telling| async move {
        let event = telling.next().await?;
        Some((Ok::<_, Infallible>(event), telling))
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

struct Telling {
    studio: Arc<Studio>,
    waiting: Waiting,
    manner: Manner,
    /// Partial pictures that were sent.
    shown: u32,
    /// How the picture looks, where that was not sent yet.
    fresh: Option<Arc<[u8]>>,
    ready: VecDeque<Event>,
    over: bool,
}

impl Telling {
    async fn next(&mut self) -> Option<Event> {
        while self.ready.is_empty() && !self.over {
            if let Err(error) = self.advance().await {
                self.over = true;
                self.ready.push_back(data(&json!({ "error": told(&error, Language::English) })));
            }
        }
        self.ready.pop_front()
    }

    async fn advance(&mut self) -> Result<(), Error> {
        match self.waiting.next().await? {
            Told::Progress { done, total, preview } => {
                self.fresh = preview.or(self.fresh.take());
                if self.is_due(done, total)
                    && let Some(sketch) = self.fresh.take()
                {
                    let event = self.partial(&sketch, self.shown)?;
                    self.shown += 1;
                    self.ready.push_back(event);
                }
            }
            Told::Ended => {
                self.over = true;
                self.complete().await?;
            }
        }
        Ok(())
    }

    /// Partial pictures are spread over the steps.
    fn is_due(&self, done: u32, total: u32) -> bool {
        let wanted = self.manner.partial_images;
        self.shown < wanted && done * (wanted + 1) >= total * (self.shown + 1)
    }

    fn partial(&self, sketch: &[u8], index: u32) -> Result<Event, Error> {
        let picture =
            image::load_from_memory_with_format(sketch, ImageFormat::WebP).map_err(|_| Error::Broken)?;
        let bytes = match self.manner.format {
            Format::WebP => sketch.to_vec(),
            Format::Png => encoded(&picture, ImageFormat::Png)?,
            Format::Jpeg => encoded(&picture.to_rgb8().into(), ImageFormat::Jpeg)?,
        };
        let now_s = self.studio.store.clock().now_ms() / 1000;
        let size = format!("{}x{}", picture.width(), picture.height());
        Ok(self.named(
            "partial_image",
            json!({ "partial_image_index": index, "size": size, "created_at": now_s }),
            &STANDARD.encode(bytes),
        ))
    }

    async fn complete(&mut self) -> Result<(), Error> {
        let pictures = self.waiting.result().await?;
        for picture in &pictures {
            let own = json!({
                "size": self.manner.size,
                "created_at": created_s(std::slice::from_ref(picture)),
                "usage": usage(1, &self.manner),
            });
            let base64 = base64_of(&self.studio, picture).await?;
            let event = self.named("completed", own, &base64);
            self.ready.push_back(event);
        }
        self.ready.push_back(Event::default().data("[DONE]"));
        Ok(())
    }

    fn named(&self, name: &str, mut own: Value, base64: &str) -> Event {
        let name = format!("{}.{name}", self.manner.family);
        own["type"] = json!(name);
        own["b64_json"] = json!(base64);
        own["background"] = json!(self.manner.background);
        own["output_format"] = json!(self.manner.format.name());
        own["quality"] = json!(self.manner.quality);
        data(&own).event(name)
    }
}

fn data(value: &Value) -> Event {
    Event::default().data(value.to_string())
}

fn encoded(picture: &image::DynamicImage, format: ImageFormat) -> Result<Vec<u8>, Error> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).map_err(|_| Error::Broken)?;
    Ok(bytes.into_inner())
}
