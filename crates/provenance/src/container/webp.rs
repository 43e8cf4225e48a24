//! WebP (RFC 9649): the packet is a chunk `XMP `, announced in the extended header `VP8X`.

use std::ops::Range;

use super::{Carried, Format, Site, blob};
use crate::Error;
use crate::aigc::Aigc;
use crate::xmp::{self, DigitalSource};

/// The bits of `VP8X` that say: there is XMP, there is alpha.
const HAS_XMP: u8 = 0x04;
const HAS_ALPHA: u8 = 0x10;

struct Chunk<'a> {
    name: &'a [u8],
    data: &'a [u8],
    /// Name, length, data and padding.
    whole: Range<usize>,
}

pub(super) fn read(bytes: &[u8], carried: &mut Carried) -> Result<(), Error> {
    let mut chunks = Chunks::new(bytes)?;
    while let Some(chunk) = chunks.next()? {
        match chunk.name {
            b"XMP " => xmp::collect(chunk.data, "XMP chunk", carried)?,
            b"EXIF" => carried.sites.extend(hidden(chunk.data, "EXIF, without a name")),
            b"AIGC" => carried.sites.push(Site {
                carrier: "AIGC chunk".to_owned(),
                text: String::from_utf8_lossy(chunk.data).into_owned(),
            }),
            _ => {}
        }
    }
    carried.sites.extend(hidden(&bytes[chunks.end..], "bytes after the picture, without a name"));
    Ok(())
}

pub(super) fn write(bytes: &[u8], label: &Aigc, source: DigitalSource) -> Result<Vec<u8>, Error> {
    let mut chunks = Chunks::new(bytes)?;
    let mut packet = None;
    let mut header = None;
    let mut body = Vec::new();
    while let Some(chunk) = chunks.next()? {
        match chunk.name {
            b"VP8X" if header.is_none() => header = Some(extended(&chunk)?),
            b"XMP " => packet = packet.or(Some(chunk.data)),
            b"VP8X" | b"AIGC" => {}
            b"EXIF" => {
                let mut data = chunk.data.to_vec();
                blob::blank(&mut data);
                body.extend(encoded(b"EXIF", &data));
            }
            b"VP8 " | b"VP8L" if header.is_none() => {
                header = Some(header_of(&chunk)?);
                body.extend(&bytes[chunk.whole]);
            }
            _ => body.extend(&bytes[chunk.whole]),
        }
    }
    let Some(mut header) = header else { return Err(damaged(bytes.len(), "there is no picture")) };
    header[0] |= HAS_XMP;
    let packet = xmp::write(packet, label, source)?;
    let mut new = b"RIFF\0\0\0\0WEBP".to_vec();
    new.extend(encoded(b"VP8X", &header));
    new.extend(body);
    new.extend(encoded(b"XMP ", packet.as_bytes()));
    let length = u32::try_from(new.len() - 8)
        .map_err(|_| Error::Unsupported { format: Format::Webp, what: "it is as long as its kind can be" })?;
    new[4..8].copy_from_slice(&length.to_le_bytes());
    let mut after = bytes[chunks.end..].to_vec();
    blob::blank(&mut after);
    new.extend(after);
    Ok(new)
}

fn hidden(bytes: &[u8], carrier: &str) -> impl Iterator<Item = Site> {
    blob::blobs(bytes).into_iter().map(move |blob| Site { carrier: carrier.to_owned(), text: blob.text })
}

fn extended(chunk: &Chunk<'_>) -> Result<[u8; 10], Error> {
    let header = chunk.data.get(..10).and_then(|data| data.try_into().ok());
    header.ok_or_else(|| damaged(chunk.whole.start, "the extended header is cut off"))
}

/// The extended header of a file that has none: flags, three bytes of nothing, width and height less one, each in three
/// bytes.
fn header_of(chunk: &Chunk<'_>) -> Result<[u8; 10], Error> {
    let cut = || damaged(chunk.whole.start, "the picture's header is damaged");
    let (width, height, alpha) = match (chunk.name, chunk.data) {
        (b"VP8L", [0x2F, a, b, c, d, ..]) => {
            let bits = u32::from_le_bytes([*a, *b, *c, *d]);
            ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bits >> 28 & 1 == 1)
        }
        (b"VP8 ", [_, _, _, 0x9D, 0x01, 0x2A, a, b, c, d, ..]) => {
            let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
            (side(*a, *b), side(*c, *d), false)
        }
        _ => return Err(cut()),
    };
    let [w0, w1, w2, _] = width.checked_sub(1).ok_or_else(cut)?.to_le_bytes();
    let [h0, h1, h2, _] = height.checked_sub(1).ok_or_else(cut)?.to_le_bytes();
    Ok([if alpha { HAS_ALPHA } else { 0 }, 0, 0, 0, w0, w1, w2, h0, h1, h2])
}

/// Chunks up to the length that the file gives itself.
struct Chunks<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
}

impl<'a> Chunks<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self, Error> {
        let head = bytes.get(..12).filter(|head| head.starts_with(b"RIFF") && head.ends_with(b"WEBP"));
        let head = head.ok_or_else(|| damaged(0, "the signature is missing"))?;
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        match length.checked_add(8) {
            Some(end) if (12..=bytes.len()).contains(&end) => Ok(Self { bytes, at: 12, end }),
            _ => Err(damaged(4, "the file is cut off")),
        }
    }

    fn next(&mut self) -> Result<Option<Chunk<'a>>, Error> {
        let start = self.at;
        if start == self.end {
            return Ok(None);
        }
        let cut = || damaged(start, "a chunk is cut off");
        let rest = self.bytes.get(start..self.end).ok_or_else(cut)?;
        let head = rest.get(..8).ok_or_else(cut)?;
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let data = 8usize.checked_add(length).and_then(|end| rest.get(8..end)).ok_or_else(cut)?;
        // The last byte of padding is missing in some files.
        let whole = start..(start + 8 + length + length % 2).min(self.end);
        self.at = whole.end;
        Ok(Some(Chunk { name: &head[..4], data, whole }))
    }
}

fn encoded(name: &[u8], data: &[u8]) -> Vec<u8> {
    let mut chunk = name.to_vec();
    chunk.extend((data.len() as u32).to_le_bytes());
    chunk.extend(data);
    chunk.resize(chunk.len() + data.len() % 2, 0);
    chunk
}

fn damaged(at: usize, what: &'static str) -> Error {
    Error::Damaged { format: Format::Webp, at, what }
}
