//! An invisible mark in the pixels: 64 bits that survive ordinary handling of a picture.
//!
//! A picture gets a number of 40 bits and a check of 24 bits that only the owner of a key can make. Both are coded,
//! spread over a tile of waves, and the tile is repeated over the picture in its luminance, stronger where there is more
//! texture. A detector needs the key and nothing else: scale, angle, mirroring and place are found from the repetition.
//! Design, sources and measurements are in `docs/watermark.md`.
//!
//! ```
//! use danqing_provenance::watermark::{self, Key, Strength, WatermarkId};
//!
//! let mut picture = image::RgbaImage::from_fn(256, 256, |x, y| image::Rgba([(x ^ y) as u8, 120, (x / 2) as u8, 255]));
//! let key = Key([7; 32]);
//! let id = WatermarkId::new(2026).ok_or("too large")?;
//! let report = watermark::embed(&mut picture, id, &key, Strength::default())?;
//! assert!(report.psnr_db >= 42.0);
//! let found = watermark::detect(&picture, &[key]).ok_or("nothing found")?;
//! assert_eq!(found.id, id);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod aligned;
mod code;
mod constellation;
mod detect;
mod embed;
mod plane;
mod search;
mod spectrum;
mod tile;
mod view;

use image::RgbaImage;

pub use plane::Pixels;

/// The secret that marks are written and read with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Key(pub [u8; 32]);

/// Never shows the secret.
impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Key(..)")
    }
}

/// The number of a picture: 40 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WatermarkId(u64);

impl WatermarkId {
    /// The largest number.
    pub const MAX: u64 = (1 << 40) - 1;

    /// `None` above [`Self::MAX`].
    pub fn new(value: u64) -> Option<Self> {
        (value <= Self::MAX).then_some(Self(value))
    }

    /// The number.
    pub fn value(self) -> u64 {
        self.0
    }
}

/// How strong a mark is: the smallest peak signal-to-noise ratio that it may leave, in decibels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Strength(f32);

impl Strength {
    /// From 36 (strong) to 50 (weak); `None` outside.
    pub fn psnr_db(value: f32) -> Option<Self> {
        (36.0..=50.0).contains(&value).then_some(Self(value))
    }
}

/// 42 dB.
impl Default for Strength {
    fn default() -> Self {
        Self(42.0)
    }
}

/// What embedding did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report {
    /// Peak signal-to-noise ratio of the marked picture to the one before, over the visible area and the three colours, in
    /// decibels; an error counts as much as its pixel is visible.
    pub psnr_db: f32,
}

/// Why a picture got no mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unmarkable {
    /// The short side is below [`SMALLEST_PX`].
    #[error("a picture of `{width_px}` x `{height_px}` pixels is too small for an invisible mark")]
    TooSmall {
        /// Width.
        width_px: u32,
        /// Height.
        height_px: u32,
    },
    /// Every pixel is fully transparent.
    #[error("a picture without a visible pixel has no place for an invisible mark")]
    NothingVisible,
}

/// The smallest short side that takes a mark, in pixels.
pub const SMALLEST_PX: u32 = 128;

/// A mark that was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detected {
    /// The number, whose check was right.
    pub id: WatermarkId,
    /// The part of the evidence that agrees with the number: 0.5 is chance, 1 a mark without damage.
    pub confidence: f32,
    /// What has happened to the picture, as far as the mark shows it.
    pub transform: Transform,
}

/// Size and attitude of a mark in a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transform {
    /// Side of one tile in pixels of the examined picture; an untouched picture has a fifth of its short side.
    pub tile_px: f32,
    /// Turned by so many degrees, clockwise as seen; -180 to 180.
    pub degrees: f32,
    /// Mirrored or not.
    pub facing: Facing,
}

/// Whether a picture is seen as in a mirror.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facing {
    /// As it was made.
    Plain,
    /// Left and right exchanged, before any turn.
    Mirrored,
}

/// Writes the mark of `id` into the visible pixels; transparency stays as it is.
///
/// The same picture, number, key and strength give the same bytes.
///
/// # Errors
///
/// [`Unmarkable`], and the picture is unchanged.
pub fn embed(
    image: &mut RgbaImage,
    id: WatermarkId,
    key: &Key,
    strength: Strength,
) -> Result<Report, Unmarkable> {
    let (width_px, height_px) = image.dimensions();
    if width_px.min(height_px) < SMALLEST_PX {
        return Err(Unmarkable::TooSmall { width_px, height_px });
    }
    if image.pixels().all(|pixel| pixel[3] == 0) {
        return Err(Unmarkable::NothingVisible);
    }
    Ok(Report { psnr_db: embed::write(image, id, key, strength.0) })
}

/// Reads the mark that one of `keys` wrote; `None` where there is none, or none that is left.
///
/// That nothing is found says nothing about where a picture comes from.
pub fn detect<'a>(picture: impl Into<Pixels<'a>>, keys: &[Key]) -> Option<Detected> {
    let pixels = picture.into();
    if pixels.width.min(pixels.height) < SMALLEST_PX as usize / 4 {
        return None;
    }
    detect::read(pixels, keys)
}
