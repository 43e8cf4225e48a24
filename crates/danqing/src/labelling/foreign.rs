//! Pictures of other tools: decoded to be labelled, and encoded again with what they carried beside the pixels.

use std::io::Cursor;

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::PngDecoder;
use image::codecs::webp::{WebPDecoder, WebPEncoder};
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageFormat, Limits, RgbaImage};

/// Pixels that are decoded at most, as `danqing verify` does.
const MOST_PIXELS: u64 = danqing_provenance::verify::MOST_PIXELS;
/// Quality of JPEG files, of 100: little is lost beside what was lost before.
const JPEG_QUALITY: u8 = 95;

/// A picture, upright.
pub(super) struct Picture {
    pub(super) pixels: RgbaImage,
    pub(super) kept: Kept,
}

/// What stands beside the pixels and is written again.
pub(super) struct Kept {
    format: ImageFormat,
    /// Colour profile.
    icc: Option<Vec<u8>>,
    /// Exif block; where there was a parameters text in it, it is there.
    exif: Option<Vec<u8>>,
    /// Text chunks of PNG, such as `parameters` and `workflow`: keyword and text.
    texts: Vec<(String, String)>,
}

/// The picture in `file`; `None` where it is none of the formats that are written again, or has several frames.
pub(super) fn picture(file: &[u8]) -> Option<Picture> {
    let format = image::guess_format(file).ok()?;
    match format {
        ImageFormat::Png => {
            let decoder = PngDecoder::with_limits(Cursor::new(file), limits()).ok()?;
            if decoder.is_apng().ok()? {
                return None;
            }
            upright(decoder, format, texts(file)?)
        }
        ImageFormat::Jpeg => upright(JpegDecoder::new(Cursor::new(file)).ok()?, format, Vec::new()),
        ImageFormat::WebP => {
            let decoder = WebPDecoder::new(Cursor::new(file)).ok()?;
            if decoder.has_animation() {
                return None;
            }
            upright(decoder, format, Vec::new())
        }
        _ => None,
    }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_PIXELS * 8);
    limits
}

fn upright(
    mut decoder: impl ImageDecoder,
    format: ImageFormat,
    texts: Vec<(String, String)>,
) -> Option<Picture> {
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return None;
    }
    decoder.set_limits(limits()).ok()?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let icc = decoder.icc_profile().ok().flatten();
    let mut exif = decoder.exif_metadata().ok().flatten();
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    picture.apply_orientation(orientation);
    if let Some(exif) = &mut exif {
        // Taken out, since the pixels are upright now.
        let _ = Orientation::remove_from_exif_chunk(exif);
    }
    Some(Picture { pixels: picture.into_rgba8(), kept: Kept { format, icc, exif, texts } })
}

/// The text chunks of a PNG file; those that carry labels are left to the labeller.
fn texts(file: &[u8]) -> Option<Vec<(String, String)>> {
    let mut reader = png::Decoder::new(Cursor::new(file)).read_info().ok()?;
    reader.finish().ok()?;
    let info = reader.info();
    let mut texts = Vec::new();
    texts.extend(
        info.uncompressed_latin1_text.iter().map(|chunk| (chunk.keyword.clone(), chunk.text.clone())),
    );
    for chunk in &info.compressed_latin1_text {
        texts.push((chunk.keyword.clone(), chunk.get_text().ok()?));
    }
    for chunk in &info.utf8_text {
        texts.push((chunk.keyword.clone(), chunk.get_text().ok()?));
    }
    texts.retain(|(keyword, _)| keyword != "XML:com.adobe.xmp" && !keyword.eq_ignore_ascii_case("AIGC"));
    Some(texts)
}

impl Kept {
    /// A file of the old format with new pixels.
    pub(super) fn encode(&self, pixels: &RgbaImage) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        match self.format {
            ImageFormat::Jpeg => {
                let opaque = DynamicImage::from(pixels.clone()).into_rgb8();
                self.write(
                    JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY),
                    &opaque,
                    pixels,
                    ExtendedColorType::Rgb8,
                )
            }
            ImageFormat::WebP => {
                self.write(WebPEncoder::new_lossless(&mut bytes), pixels, pixels, ExtendedColorType::Rgba8)
            }
            _ => self.write_png(&mut bytes, pixels),
        }?;
        Ok(bytes)
    }

    fn write(
        &self,
        mut encoder: impl ImageEncoder,
        raw: &[u8],
        pixels: &RgbaImage,
        colour: ExtendedColorType,
    ) -> Result<(), String> {
        // An encoder that has no place for a profile writes the picture all the same.
        if let Some(icc) = &self.icc {
            let _ = encoder.set_icc_profile(icc.clone());
        }
        if let Some(exif) = &self.exif {
            let _ = encoder.set_exif_metadata(exif.clone());
        }
        encoder.write_image(raw, pixels.width(), pixels.height(), colour).map_err(|error| error.to_string())
    }

    fn write_png(&self, bytes: &mut Vec<u8>, pixels: &RgbaImage) -> Result<(), String> {
        let refused = |error: png::EncodingError| error.to_string();
        let mut info = png::Info::with_size(pixels.width(), pixels.height());
        info.icc_profile = self.icc.as_deref().map(Into::into);
        info.exif_metadata = self.exif.as_deref().map(Into::into);
        let mut encoder = png::Encoder::with_info(bytes, info).map_err(refused)?;
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        // The watermark is noise, which no deflating shortens much.
        encoder.set_compression(png::Compression::Fast);
        for (keyword, text) in &self.texts {
            encoder.add_itxt_chunk(keyword.clone(), text.clone()).map_err(refused)?;
        }
        let mut writer = encoder.write_header().map_err(refused)?;
        writer.write_image_data(pixels).map_err(refused)?;
        writer.finish().map_err(refused)
    }
}
