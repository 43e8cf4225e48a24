//! File formats: which one a file is, what labels it carries, and writing the one that it should carry.
//!
//! Every format is a module with two functions: `read` adds what it finds to a [`Carried`] until the file ends or is
//! damaged, and `write` gives the file with exactly one implicit label and everything else as it was.
//!
//! Reading and writing never hold more than [`MOST_MULTIPLE`] times the size of the file and [`MOST_CONSTANT`] bytes.

mod blob;
mod field;
mod flac;
mod gif;
mod jpeg;
mod mp3;
pub(crate) mod mp4;
pub(crate) mod pdf;
mod png;
mod svg;
mod text;
mod wav;
mod webp;

use std::fmt;

use crate::Error;
use crate::aigc::Aigc;
use crate::xmp::DigitalSource;

/// Compressed metadata of one file is inflated to this many bytes at most, together.
pub const MOST_INFLATED: usize = 4 << 20;

/// Memory that reading or writing takes at most, as a multiple of the file's size, beside [`MOST_CONSTANT`].
pub const MOST_MULTIPLE: usize = 12;

/// Memory that reading or writing takes at most, whatever the file's size, in bytes: copies of what was inflated.
pub const MOST_CONSTANT: usize = 4 * MOST_INFLATED;

/// Labels of one file that are told; the standard allows one.
pub const MOST_SITES: usize = 256;

/// A file format that can carry labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Portable Network Graphics.
    Png,
    /// JPEG in any of its wrappings.
    Jpeg,
    /// WebP.
    Webp,
    /// GIF.
    Gif,
    /// ISO base media: MP4, M4A, MOV.
    Mp4,
    /// MPEG audio, layer 3.
    Mp3,
    /// RIFF WAVE audio.
    Wav,
    /// FLAC audio.
    Flac,
    /// Portable Document Format.
    Pdf,
    /// Scalable Vector Graphics.
    Svg,
    /// Plain text in UTF-8.
    Text,
    /// Markdown in UTF-8.
    Markdown,
    /// JSON in UTF-8.
    Json,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 13] = [
        Self::Png,
        Self::Jpeg,
        Self::Webp,
        Self::Gif,
        Self::Mp4,
        Self::Mp3,
        Self::Wav,
        Self::Flac,
        Self::Pdf,
        Self::Svg,
        Self::Text,
        Self::Markdown,
        Self::Json,
    ];

    /// Tells the format of a file by its bytes; the file's `name` only tells kinds of text apart.
    pub fn sniff(bytes: &[u8], name: Option<&str>) -> Option<Self> {
        magic(bytes).or_else(|| written(bytes, name))
    }

    /// The Internet media type.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
            Self::Mp4 => "video/mp4",
            Self::Mp3 => "audio/mpeg",
            Self::Wav => "audio/wav",
            Self::Flac => "audio/flac",
            Self::Pdf => "application/pdf",
            Self::Svg => "image/svg+xml",
            Self::Text => "text/plain",
            Self::Markdown => "text/markdown",
            Self::Json => "application/json",
        }
    }

    /// The usual file extension, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Webp => "webp",
            Self::Gif => "gif",
            Self::Mp4 => "mp4",
            Self::Mp3 => "mp3",
            Self::Wav => "wav",
            Self::Flac => "flac",
            Self::Pdf => "pdf",
            Self::Svg => "svg",
            Self::Text => "txt",
            Self::Markdown => "md",
            Self::Json => "json",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::Webp => "WebP",
            Self::Gif => "GIF",
            Self::Mp4 => "MP4",
            Self::Mp3 => "MP3",
            Self::Wav => "WAV",
            Self::Flac => "FLAC",
            Self::Pdf => "PDF",
            Self::Svg => "SVG",
            Self::Text => "text",
            Self::Markdown => "Markdown",
            Self::Json => "JSON",
        })
    }
}

/// Formats that say what they are in their first bytes.
fn magic(bytes: &[u8]) -> Option<Format> {
    let at = |place: usize, magic: &[u8]| bytes.get(place..).is_some_and(|rest| rest.starts_with(magic));
    let boxes: [&[u8]; 5] = [b"ftyp", b"moov", b"mdat", b"wide", b"free"];
    Some(match bytes {
        _ if at(0, b"\x89PNG\r\n\x1a\n") => Format::Png,
        _ if at(0, b"\xff\xd8\xff") => Format::Jpeg,
        _ if at(0, b"RIFF") && at(8, b"WEBP") => Format::Webp,
        _ if (at(0, b"RIFF") || at(0, b"RF64")) && at(8, b"WAVE") => Format::Wav,
        _ if at(0, b"GIF87a") || at(0, b"GIF89a") => Format::Gif,
        _ if boxes.iter().any(|name| at(4, name)) => Format::Mp4,
        _ if at(0, b"fLaC") => Format::Flac,
        _ if at(0, b"ID3") => {
            if flac_after_id3(bytes) {
                Format::Flac
            } else {
                Format::Mp3
            }
        }
        [0xff, second, third, ..] if second & 0xe6 == 0xe2 && third >> 4 != 15 => Format::Mp3,
        _ if bytes.get(..1024.min(bytes.len()))?.windows(5).any(|window| window == b"%PDF-") => Format::Pdf,
        _ => return None,
    })
}

/// Some taggers put an ID3 tag before FLAC's magic.
fn flac_after_id3(bytes: &[u8]) -> bool {
    let Some([a, b, c, d]) = bytes.get(6..10) else { return false };
    let size = [a, b, c, d].iter().fold(0, |size, byte| (size << 7) | usize::from(**byte & 0x7f));
    bytes.get(10 + size..).is_some_and(|rest| rest.starts_with(b"fLaC"))
}

/// Formats that are text: by their name, else by how they start.
fn written(bytes: &[u8], name: Option<&str>) -> Option<Format> {
    let text = str::from_utf8(bytes).ok()?;
    if text.contains('\0') {
        return None;
    }
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    if is_svg(start) {
        return Some(Format::Svg);
    }
    let extension = name.and_then(|name| name.rsplit_once('.')).map(|(_, last)| last.to_ascii_lowercase());
    Some(match extension.as_deref() {
        Some("md" | "markdown") => Format::Markdown,
        Some("json") => Format::Json,
        Some("txt" | "text") => Format::Text,
        _ if start.starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(start).is_ok() => {
            Format::Json
        }
        _ => Format::Text,
    })
}

/// Whether the first element is `svg`; prolog, comments and document type come before it.
fn is_svg(mut rest: &str) -> bool {
    while let Some(tag) = rest.strip_prefix('<') {
        let end = match tag {
            _ if tag.starts_with("svg") || tag.starts_with("svg:svg") => return true,
            _ if tag.starts_with("!--") => "-->",
            _ if tag.starts_with('?') || tag.starts_with('!') => ">",
            _ => return false,
        };
        let Some((_, after)) = tag.split_once(end) else { return false };
        rest = after.trim_start();
    }
    false
}

/// One implicit label in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Where in the file, in words: `XMP element TC260:AIGC`, `tEXt AIGC`.
    pub carrier: String,
    /// The label as the carrier holds it, with the carrier's own escapes undone; [`Aigc::read`] reads it. Where the
    /// carrier has no name of its own, the outer `AIGC` is taken off.
    pub text: String,
}

/// What a file carries, as far as it could be read.
#[derive(Debug, Default)]
pub struct Carried {
    /// Every implicit label, in the order of the file. The standard allows one.
    pub sites: Vec<Site>,
    /// Every `Iptc4xmpExt:DigitalSourceType` as it stands there.
    pub digital_sources: Vec<String>,
    /// Where reading stopped, if the file is damaged.
    pub damage: Option<Error>,
}

/// Finds what `bytes` carry. Damage does not hide what was found before it.
pub fn read(bytes: &[u8], format: Format) -> Carried {
    let mut carried = Carried::default();
    let outcome = match format {
        Format::Png => png::read(bytes, &mut carried),
        Format::Jpeg => jpeg::read(bytes, &mut carried),
        Format::Webp => webp::read(bytes, &mut carried),
        Format::Gif => gif::read(bytes, &mut carried),
        Format::Pdf => pdf::read(bytes, &mut carried),
        Format::Mp4 => mp4::read(bytes, &mut carried),
        Format::Mp3 => mp3::read(bytes, &mut carried),
        Format::Wav => wav::read(bytes, &mut carried),
        Format::Flac => flac::read(bytes, &mut carried),
        Format::Svg => svg::read(bytes, &mut carried),
        Format::Text | Format::Markdown | Format::Json => text::read(bytes, format, &mut carried),
    };
    carried.damage = outcome.err();
    if carried.sites.len() > MOST_SITES {
        carried.sites.truncate(MOST_SITES);
        carried.sites.shrink_to_fit();
        let what = "it holds more labels than are looked at";
        carried.damage.get_or_insert(Error::Damaged { format, at: 0, what });
    }
    carried
}

/// Every implicit label anywhere in a sound file.
///
/// # Errors
/// [`Error::Damaged`], [`Error::Encrypted`] or [`Error::Packet`] where a part cannot be read: there might have been a
/// label.
pub fn sites(bytes: &[u8], format: Format) -> Result<Vec<Site>, Error> {
    let carried = read(bytes, format);
    match carried.damage {
        Some(damage) => Err(damage),
        None => Ok(carried.sites),
    }
}

/// The file with `label` as its only implicit label, in the carrier of the practice guides, and with `source` where
/// the format holds XMP. Everything else stays byte for byte. A manifest (C2PA) of the old bytes does not survive, as
/// it binds them: it is left in place here and replaced by the one who signs.
///
/// # Errors
/// [`Error::Damaged`], [`Error::Encrypted`] or [`Error::Packet`] where the file cannot be read,
/// [`Error::Unsupported`] where it has no place for a label.
pub fn write(bytes: &[u8], format: Format, label: &Aigc, source: DigitalSource) -> Result<Vec<u8>, Error> {
    match format {
        Format::Png => png::write(bytes, label, source),
        Format::Jpeg => jpeg::write(bytes, label, source),
        Format::Webp => webp::write(bytes, label, source),
        Format::Gif => gif::write(bytes, label, source),
        Format::Pdf => pdf::write(bytes, label),
        Format::Mp4 => mp4::write(bytes, label),
        Format::Mp3 => mp3::write(bytes, label),
        Format::Wav => wav::write(bytes, label),
        Format::Flac => flac::write(bytes, label),
        Format::Svg => svg::write(bytes, label, source),
        Format::Text | Format::Markdown | Format::Json => text::write(bytes, format, label),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_bytes() {
        let cases: [(&[u8], Option<&str>, Option<Format>); 16] = [
            (b"\x89PNG\r\n\x1a\n", Some("a.jpg"), Some(Format::Png)),
            (b"\xff\xd8\xff\xe0", None, Some(Format::Jpeg)),
            (b"RIFF\0\0\0\0WEBPVP8 ", None, Some(Format::Webp)),
            (b"RIFF\0\0\0\0WAVEfmt ", None, Some(Format::Wav)),
            (b"GIF89a", None, Some(Format::Gif)),
            (b"\0\0\0\x20ftypisom", None, Some(Format::Mp4)),
            (b"ID3\x03\0\0\0\0\0\x00\xff\xfb", None, Some(Format::Mp3)),
            (b"ID3\x03\0\0\0\0\0\x00fLaC", None, Some(Format::Flac)),
            (b"\xff\xfb\x90\x00", None, Some(Format::Mp3)),
            (b"%PDF-1.7", None, Some(Format::Pdf)),
            (b"<?xml version='1.0'?><!-- x --><svg/>", None, Some(Format::Svg)),
            (b"# title", Some("a.md"), Some(Format::Markdown)),
            (b"{\"a\":1}", None, Some(Format::Json)),
            ("春眠不觉晓".as_bytes(), None, Some(Format::Text)),
            (b"\0\0\0", Some("a.txt"), None),
            (b"RIFF", None, Some(Format::Text)),
        ];
        for (bytes, name, format) in cases {
            assert_eq!(Format::sniff(bytes, name), format, "{bytes:?}");
        }
    }
}
