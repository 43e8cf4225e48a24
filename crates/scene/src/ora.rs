//! `OpenRaster` files: layers that Krita, GIMP and `MyPaint` open.
//!
//! Source: `OpenRaster` 0.0.6, freedesktop.org, "File Layout" and "Layer Stack".

use std::io::{Seek, Write};

use image::{ImageFormat, RgbaImage};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::compose::{Composition, posed_to_fit};

/// The longer side of a thumbnail, in pixels, at most.
const THUMBNAIL_PX: u32 = 256;

/// Why a layered file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The destination refused the bytes.
    #[error("cannot write the layered file: {0}")]
    Write(#[from] std::io::Error),
    /// A layer could not be encoded.
    #[error("cannot encode layer `{layer}`: {source}")]
    Encode {
        /// The layer's name.
        layer: String,
        /// What the encoder says.
        source: image::ImageError,
    },
    /// The caller could not encode a picture.
    #[error("cannot encode layer `{layer}`: {reason}")]
    Refused {
        /// The layer's name.
        layer: String,
        /// What the caller says.
        reason: String,
    },
    /// The archive could not be written.
    #[error("cannot write the archive: {0}")]
    Archive(#[from] zip::result::ZipError),
}

impl Error {
    /// What a person can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Write(_) | Self::Archive(_) => {
                Some("check that the folder is writable and the disk is not full")
            }
            Self::Encode { .. } | Self::Refused { .. } => None,
        }
    }
}

/// Writes `composition` with one layer a copy, the background as the lowest.
///
/// The bytes depend on the composition alone: entries carry no time.
pub fn write_openraster(composition: &Composition, file: impl Write + Seek) -> Result<(), Error> {
    write_openraster_with(composition, file, png)
}

/// As [`write_openraster`], with PNG files that `encode` makes: it gets a picture and its path in the archive, such as
/// [`MERGED`].
///
/// # Errors
/// What `encode` says ([`Error::Refused`]), and what the destination says.
pub fn write_openraster_with(
    composition: &Composition,
    file: impl Write + Seek,
    encode: impl Fn(&str, &RgbaImage) -> Result<Vec<u8>, Error>,
) -> Result<(), Error> {
    let mut archive = ZipWriter::new(file);
    // Pictures are compressed already, and the first entry must be stored.
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    archive.start_file("mimetype", stored)?;
    archive.write_all(b"image/openraster")?;
    archive.start_file("stack.xml", stored)?;
    archive.write_all(stack(composition).as_bytes())?;
    let flat = composition.flatten();
    let mut add = |name: String, picture: &RgbaImage| -> Result<(), Error> {
        let bytes = encode(&name, picture)?;
        archive.start_file(name, stored)?;
        Ok(archive.write_all(&bytes)?)
    };
    for (index, layer) in composition.layers.iter().enumerate() {
        add(data_path(index), &layer.image)?;
    }
    add(BACKGROUND.to_owned(), &composition.background)?;
    add(MERGED.to_owned(), &flat)?;
    add("Thumbnails/thumbnail.png".to_owned(), &posed_to_fit(&flat, THUMBNAIL_PX))?;
    archive.finish()?;
    Ok(())
}

/// Path of the flat picture in the archive.
pub const MERGED: &str = "mergedimage.png";
const BACKGROUND: &str = "data/background.png";

fn data_path(index: usize) -> String {
    format!("data/layer{:03}.png", index + 1)
}

/// `picture` as a PNG file.
///
/// # Errors
/// [`Error::Encode`].
pub fn png(name: &str, picture: &RgbaImage) -> Result<Vec<u8>, Error> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, ImageFormat::Png)
        .map_err(|source| Error::Encode { layer: name.to_owned(), source })?;
    Ok(bytes.into_inner())
}

/// The layer stack; the first layer in it is the topmost.
fn stack(composition: &Composition) -> String {
    let (width, height) = composition.background.dimensions();
    let layer = |name: &str, source: &str, x: i32, y: i32| {
        let name = escaped(name);
        format!(
            "  <layer name=\"{name}\" src=\"{source}\" x=\"{x}\" y=\"{y}\" opacity=\"1.0\" visibility=\"visible\" composite-op=\"svg:src-over\"/>\n"
        )
    };
    let layers: String = composition
        .layers
        .iter()
        .enumerate()
        .rev()
        .map(|(index, part)| layer(&part.name, &data_path(index), part.x, part.y))
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<image version=\"0.0.3\" w=\"{width}\" h=\"{height}\" xres=\"72\" yres=\"72\">\n <stack>\n{layers}{} </stack>\n</image>\n",
        layer("background", BACKGROUND, 0, 0)
    )
}

/// Text for an attribute; characters that XML 1.0 forbids are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            '\u{0}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => {}
            c => escaped.push(c),
        }
    }
    escaped
}
