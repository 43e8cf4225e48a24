//! The visible label in every frame of a GIF.

use std::io::Cursor;

use danqing_provenance::visible::Visible;
use image::codecs::gif::{GifDecoder, GifEncoder, Repeat};
use image::{AnimationDecoder, Frame, ImageDecoder};

use super::explicit::MarkError;

/// Pixels of all frames together, at most: 640 MB as RGBA.
const MOST_PIXELS: u64 = 4 * danqing_provenance::verify::MOST_PIXELS;
/// How hard the encoder looks for colours, 1 best to 30 fastest.
const SPEED: i32 = 10;

/// `None` where the file cannot be decoded or is larger than is taken: it gets its label in metadata alone.
pub(super) fn drawn(file: &[u8], visible: &Visible) -> Result<Option<Vec<u8>>, MarkError> {
    let Some(frames) = decoded(file) else { return Ok(None) };
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new_with_speed(&mut bytes, SPEED);
    let refused = |error: image::ImageError| danqing_provenance::Error::Encode { reason: error.to_string() };
    if frames.len() > 1 {
        encoder.set_repeat(Repeat::Infinite).map_err(refused)?;
    }
    for frame in frames {
        let (left, top, delay) = (frame.left(), frame.top(), frame.delay());
        let mut picture = frame.into_buffer();
        visible.draw(&mut picture)?;
        encoder.encode_frame(Frame::from_parts(picture, left, top, delay)).map_err(refused)?;
    }
    drop(encoder);
    Ok(Some(bytes))
}

/// Every frame as large as the whole.
fn decoded(file: &[u8]) -> Option<Vec<Frame>> {
    let decoder = GifDecoder::new(Cursor::new(file)).ok()?;
    let (width, height) = decoder.dimensions();
    let each = u64::from(width) * u64::from(height);
    let mut frames = Vec::new();
    for frame in decoder.into_frames() {
        if each * (frames.len() as u64 + 1) > MOST_PIXELS {
            return None;
        }
        frames.push(frame.ok()?);
    }
    (!frames.is_empty()).then_some(frames)
}
