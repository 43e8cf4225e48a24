//! Editing: a picture that came in, painted over as a whole or where a mask says so.
//!
//! The model sees a square of 128 pixels; what it paints is enlarged to the picture's own size and laid over it. Outside
//! the mask every byte of the picture stays as it was; inside, the new part fades in over a few pixels. An [`Edit`] knows
//! nothing of files and settings: the command line and the studio make one from pixels.

mod blend;
mod region;

use std::fmt;
use std::sync::Arc;

use danqing_engine::{Start, Strength};
use image::imageops::FilterType;
use image::{GrayImage, ImageFormat, Luma, RgbaImage};
use sha2::{Digest, Sha256};

use crate::resize::resized;
use blend::blended;
use region::Region;

/// Strength where nothing else is said, as in the A1111 web interface.
pub(crate) const DEFAULT_STRENGTH: f32 = 0.75;
/// Digits of a SHA-256 that name a file.
const HASH_DIGITS: usize = 12;
/// Pixels of a picture that is edited at most.
pub(crate) const MOST_PIXELS: u64 = 40_000_000;

/// A picture with what may change of it.
#[derive(Clone, PartialEq)]
pub(crate) struct Edit {
    picture: Arc<RgbaImage>,
    mask: Option<Arc<GrayImage>>,
    strength: Strength,
    area: Area,
    region: Region,
}

/// What the model gets to see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Area {
    /// The whole picture: what is painted fits what is there.
    #[default]
    Whole,
    /// The surroundings of the mask: small things are painted with all of the model's pixels.
    Masked,
}

impl Area {
    /// Reads `whole` or `mask`, or the names that A1111 has for them.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.trim().to_lowercase().as_str() {
            "whole" | "whole picture" => Some(Self::Whole),
            "mask" | "masked" | "only masked" => Some(Self::Masked),
            _ => None,
        }
    }

    /// As parameters say it, in the words of A1111.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Whole => "Whole picture",
            Self::Masked => "Only masked",
        }
    }
}

/// Which side of a mask may change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Painted {
    /// What is white.
    #[default]
    White,
    /// What is black: an inverted mask.
    Black,
}

/// A file that came in, with what is done to its picture.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Incoming {
    pub(crate) edit: Edit,
    /// The file, which the manifest of the new one names as its parent.
    pub(crate) file: Vec<u8>,
    /// First digits of the file's SHA-256.
    pub(crate) hash: String,
}

impl Incoming {
    /// `edit` of the picture in `file`.
    pub(crate) fn new(edit: Edit, file: Vec<u8>) -> Self {
        let sum = Sha256::digest(&file);
        let hash = sum[..HASH_DIGITS / 2].iter().map(|byte| format!("{byte:02x}")).collect();
        Self { edit, file, hash }
    }

    /// The file's media type.
    pub(crate) fn mime(&self) -> &'static str {
        image::guess_format(&self.file).as_ref().map_or("", ImageFormat::to_mime_type)
    }
}

/// Why something cannot be edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    #[error("the picture has no pixels")]
    Empty,
    #[error("the picture has more than {} million pixels", MOST_PIXELS / 1_000_000)]
    Large,
    #[error("the mask leaves nothing to paint")]
    EmptyMask,
}

impl Edit {
    /// `picture` with straight alpha; of it changes what `mask` has white (of any size; it is laid over the whole picture),
    /// or everything without one.
    pub(crate) fn new(
        picture: Arc<RgbaImage>,
        mask: Option<&GrayImage>,
        strength: Strength,
        area: Area,
    ) -> Result<Self, Fault> {
        let (width, height) = picture.dimensions();
        if picture.is_empty() || mask.is_some_and(|mask| mask.is_empty()) {
            return Err(Fault::Empty);
        }
        if u64::from(width) * u64::from(height) > MOST_PIXELS {
            return Err(Fault::Large);
        }
        let mask = mask.map(|mask| Arc::new(fitted(mask, width, height)));
        let region = match (&mask, area) {
            (Some(mask), Area::Masked) => Region::around(mask).ok_or(Fault::EmptyMask)?,
            (Some(mask), Area::Whole) if Region::around(mask).is_none() => return Err(Fault::EmptyMask),
            _ => Region::whole(width, height),
        };
        Ok(Self { picture, mask, strength, area, region })
    }

    /// Width and height of the picture, and of the result.
    pub(crate) fn size(&self) -> (u32, u32) {
        self.picture.dimensions()
    }

    /// How much may change.
    pub(crate) fn strength(&self) -> Strength {
        self.strength
    }

    /// What the model sees, if there is a mask.
    pub(crate) fn area(&self) -> Option<Area> {
        self.mask.as_ref().map(|_| self.area)
    }

    /// Side of the square that is painted, in pixels of the picture.
    pub(crate) fn side_px(&self) -> u32 {
        self.region.side()
    }

    /// What the engine starts from.
    pub(crate) fn start(&self) -> Start {
        let image = Arc::new(self.region.cut(&self.picture));
        match &self.mask {
            None => Start::Image { image, strength: self.strength },
            Some(mask) => {
                Start::Masked { image, mask: Arc::new(self.region.cut(mask)), strength: self.strength }
            }
        }
    }

    /// The picture with `painted` (square, any size) in the place that it was painted for.
    pub(crate) fn finish(&self, painted: &RgbaImage) -> RgbaImage {
        let painted = resized(painted, self.region.side());
        match &self.mask {
            None => self.region.lift(&painted, self.size()),
            Some(mask) => blended(&self.picture, &painted, mask, &self.region),
        }
    }
}

/// Its pictures are not told: they are large, and someone's own.
impl fmt::Debug for Edit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { strength, area, region, mask, .. } = self;
        let masked = mask.is_some();
        write!(
            formatter,
            "Edit {{ {:?}, {strength:?}, {area:?}, {region:?}, masked: {masked} }}",
            self.size()
        )
    }
}

/// The mask in a picture: how light it is where it is opaque. What is transparent is not painted, as brushes leave it.
pub(crate) fn mask(picture: &RgbaImage, painted: Painted) -> GrayImage {
    let (width, height) = picture.dimensions();
    GrayImage::from_fn(width, height, |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0.map(u32::from);
        // Rec. 709, in 256ths.
        let light = (54 * red + 183 * green + 19 * blue + 128) / 256 * alpha / 255;
        Luma([match painted {
            Painted::White => light as u8,
            Painted::Black => 255 - light as u8,
        }])
    })
}

/// `mask` at another size, smooth where it is enlarged.
fn fitted(mask: &GrayImage, width: u32, height: u32) -> GrayImage {
    if mask.dimensions() == (width, height) {
        return mask.clone();
    }
    image::imageops::resize(mask, width, height, FilterType::Triangle)
}

#[cfg(test)]
mod tests;
