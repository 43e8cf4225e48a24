//! Keys, pictures and encoders of the tests.

use danqing_provenance::Error;
use danqing_provenance::aigc::Certainty;
use danqing_provenance::keys::{Algorithm, Keys};
use danqing_provenance::labeller::{Explicit, Facts, Labelled, Labeller};
use danqing_provenance::manifest::Source;
use danqing_provenance::visible::Visible;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageFormat, Rgba, RgbaImage};

/// Writes a picture in one format.
pub(crate) type Encoder = Box<dyn Fn(&RgbaImage) -> Result<Vec<u8>, String>>;

/// A labeller with fresh keys.
pub(crate) struct Studio {
    /// The labeller.
    pub(crate) labeller: Labeller,
    _folder: tempfile::TempDir,
}

/// A code whose check character is right.
pub(crate) const PRODUCER: &str = "001191110102MACQD9K64010000";

impl Studio {
    /// With keys made on the spot.
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = Keys::make(folder.path(), algorithm).expect("keys");
        let labeller = Labeller::new(keys, PRODUCER, ("danqing", "0.1.0"), Visible::default());
        Self { labeller, _folder: folder }
    }

    /// Labels a picture that a model made.
    pub(crate) fn label(&self, picture: RgbaImage, encode: &Encoder) -> Result<Labelled, Error> {
        self.label_from(picture, Source::Created, encode)
    }

    /// Labels a picture from `source`.
    pub(crate) fn label_from(
        &self,
        picture: RgbaImage,
        source: Source<'_>,
        encode: &Encoder,
    ) -> Result<Labelled, Error> {
        self.labeller.label(picture, &facts(source, Explicit::Drawn), encode.as_ref())
    }
}

/// Facts of a fixed time.
pub(crate) fn facts(source: Source<'_>, explicit: Explicit) -> Facts<'_> {
    Facts {
        source,
        certainty: Certainty::Is,
        model: Some("xiaoyang"),
        when: "2026-11-24T00:00:00Z",
        salt: 0,
        explicit,
    }
}

/// A flat picture: shapes in plain colours on a transparent ground, as danqing paints them.
pub(crate) fn flat_art(side_px: u32) -> RgbaImage {
    let unit = f64::from(side_px) / 160.0;
    RgbaImage::from_fn(side_px, side_px, |x, y| {
        let (x, y) = (f64::from(x) / unit, f64::from(y) / unit);
        let lantern = ((x - 80.0) / 52.0).powi(2) + ((y - 76.0) / 44.0).powi(2);
        match lantern {
            inside if inside < 1.0 => {
                let shade = (40.0 * inside) as u8;
                Rgba([214 - shade, 48, 36 + ((x / 13.0) as u8 % 2) * 24, 255])
            }
            _ if (60.0..100.0).contains(&x) && (24.0..132.0).contains(&y) => Rgba([232, 182, 64, 255]),
            edge if edge < 1.08 => Rgba([120, 20, 20, 160]),
            _ => Rgba([0, 0, 0, 0]),
        }
    })
}

/// Every format that danqing writes, with its extension.
pub(crate) fn encoders() -> Vec<(&'static str, Encoder)> {
    vec![("png", Box::new(png)), ("jpg", Box::new(jpeg)), ("webp", Box::new(webp)), ("gif", Box::new(gif))]
}

fn png(picture: &RgbaImage) -> Result<Vec<u8>, String> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).map_err(|error| error.to_string())?;
    Ok(bytes.into_inner())
}

fn webp(picture: &RgbaImage) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let (width, height) = picture.dimensions();
    WebPEncoder::new_lossless(&mut bytes)
        .encode(picture, width, height, ExtendedColorType::Rgba8)
        .map_err(|error| error.to_string())?;
    Ok(bytes)
}

fn jpeg(picture: &RgbaImage) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let over_white = |channel: u8, alpha: u8| 255 - (u16::from(255 - channel) * u16::from(alpha) / 255) as u8;
    let opaque: Vec<u8> =
        picture.pixels().flat_map(|pixel| [0, 1, 2].map(|at| over_white(pixel[at], pixel[3]))).collect();
    JpegEncoder::new_with_quality(&mut bytes, 92)
        .encode(&opaque, picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .map_err(|error| error.to_string())?;
    Ok(bytes)
}

fn gif(picture: &RgbaImage) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    image::codecs::gif::GifEncoder::new(&mut bytes)
        .encode(picture, picture.width(), picture.height(), ExtendedColorType::Rgba8)
        .map_err(|error| error.to_string())?;
    Ok(bytes)
}
