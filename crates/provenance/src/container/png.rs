//! PNG (ISO/IEC 15948): the packet is an uncompressed `iTXt` chunk with the keyword `XML:com.adobe.xmp`.

use std::ops::Range;

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use super::{Carried, Format, MOST_INFLATED, Site, blob};
use crate::Error;
use crate::aigc::{self, Aigc};
use crate::xmp::{self, DigitalSource};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
const XMP_KEYWORD: &[u8] = b"XML:com.adobe.xmp";

/// A chunk, somewhere in the file.
struct Chunk<'a> {
    kind: &'a [u8],
    data: &'a [u8],
    /// Length, kind, data and checksum.
    whole: Range<usize>,
}

/// What a chunk is to labels.
enum Role {
    Packet(Vec<u8>),
    /// A text chunk that is a label by its keyword or by all of its text.
    Label(Site),
    /// A chunk in which labels may hide.
    Exif,
    Other,
}

pub(super) fn read(bytes: &[u8], carried: &mut Carried) -> Result<(), Error> {
    let mut chunks = Chunks::new(bytes)?;
    let mut budget = MOST_INFLATED;
    while let Some(chunk) = chunks.next()? {
        match role(&chunk, &mut budget)? {
            Role::Packet(packet) => xmp::collect(&packet, &format!("{} chunk", name(&chunk)), carried)?,
            Role::Label(site) => carried.sites.push(site),
            Role::Exif => carried.sites.extend(hidden(chunk.data, "eXIf chunk")),
            Role::Other => {}
        }
    }
    carried.sites.extend(hidden(&bytes[chunks.at..], "bytes after the picture"));
    Ok(())
}

pub(super) fn write(bytes: &[u8], label: &Aigc, source: DigitalSource) -> Result<Vec<u8>, Error> {
    let mut chunks = Chunks::new(bytes)?;
    let mut budget = MOST_INFLATED;
    let mut packet: Option<Vec<u8>> = None;
    let mut place = None;
    let mut new = SIGNATURE.to_vec();
    while let Some(chunk) = chunks.next()? {
        match role(&chunk, &mut budget)? {
            Role::Packet(found) if packet.is_none() => {
                place.get_or_insert(new.len());
                packet = Some(found);
            }
            Role::Packet(_) | Role::Label(_) => {}
            Role::Exif => {
                let mut data = chunk.data.to_vec();
                blob::blank(&mut data);
                new.extend(encoded(chunk.kind, &data));
            }
            Role::Other => {
                if chunk.kind == b"IDAT" {
                    place.get_or_insert(new.len());
                }
                new.extend(&bytes[chunk.whole]);
            }
        }
    }
    let Some(place) = place else { return Err(damaged(bytes.len(), "there is no picture")) };
    let mut after = bytes[chunks.at..].to_vec();
    blob::blank(&mut after);
    new.extend(after);
    let packet = xmp::write(packet.as_deref(), label, source)?;
    let data = [XMP_KEYWORD, &[0, 0, 0, 0, 0], packet.as_bytes()].concat();
    new.splice(place..place, encoded(b"iTXt", &data));
    Ok(new)
}

fn hidden(bytes: &[u8], carrier: &str) -> impl Iterator<Item = Site> {
    blob::blobs(bytes)
        .into_iter()
        .map(move |blob| Site { carrier: format!("{carrier}, without a name"), text: blob.text })
}

fn name(chunk: &Chunk<'_>) -> String {
    String::from_utf8_lossy(chunk.kind).into_owned()
}

/// Chunks up to and with `IEND`, lengths and checksums checked.
struct Chunks<'a> {
    bytes: &'a [u8],
    at: usize,
    ended: bool,
}

impl<'a> Chunks<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self, Error> {
        match bytes.starts_with(SIGNATURE) {
            true => Ok(Self { bytes, at: SIGNATURE.len(), ended: false }),
            false => Err(damaged(0, "the signature is missing")),
        }
    }

    fn next(&mut self) -> Result<Option<Chunk<'a>>, Error> {
        if self.ended {
            return Ok(None);
        }
        let start = self.at;
        let cut = || damaged(start, "a chunk is cut off");
        let head = self.bytes.get(start..start + 8).ok_or_else(cut)?;
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let data_end = start.checked_add(8).and_then(|at| at.checked_add(length)).ok_or_else(cut)?;
        let data = self.bytes.get(start + 8..data_end).ok_or_else(cut)?;
        let end = data_end.checked_add(4).ok_or_else(cut)?;
        let sum = self.bytes.get(data_end..end).ok_or_else(cut)?;
        if crc32fast::hash(&self.bytes[start + 4..data_end]).to_be_bytes() != sum {
            return Err(damaged(start, "a chunk's checksum is wrong"));
        }
        self.at = end;
        let kind = &head[4..8];
        self.ended = kind == b"IEND";
        Ok(Some(Chunk { kind, data, whole: start..end }))
    }
}

fn role(chunk: &Chunk<'_>, budget: &mut usize) -> Result<Role, Error> {
    match chunk.kind {
        b"eXIf" => return Ok(Role::Exif),
        b"tEXt" | b"zTXt" | b"iTXt" => {}
        _ => return Ok(Role::Other),
    }
    let Some((keyword, text)) = text(chunk, budget)? else { return Ok(Role::Other) };
    if keyword == XMP_KEYWORD {
        return Ok(Role::Packet(text));
    }
    if keyword == b"Raw profile type xmp" {
        return Ok(raw_profile(&text).map_or(Role::Other, Role::Packet));
    }
    let text = String::from_utf8_lossy(&text).into_owned();
    if keyword.eq_ignore_ascii_case(b"AIGC") {
        return Ok(Role::Label(Site { carrier: format!("{} chunk AIGC", name(chunk)), text }));
    }
    // A comment that is nothing but a label; a prompt that speaks of one is more than that.
    let inner = aigc::without_name(&text);
    if inner != text && Aigc::read(&inner).label.is_some() {
        let carrier = format!("{} chunk {}", name(chunk), String::from_utf8_lossy(keyword));
        return Ok(Role::Label(Site { carrier, text: inner }));
    }
    Ok(Role::Other)
}

/// Keyword and text.
type Text<'a> = (&'a [u8], Vec<u8>);

/// Keyword and text of a text chunk, inflated if need be; `None` where it is not built as one.
fn text<'a>(chunk: &Chunk<'a>, budget: &mut usize) -> Result<Option<Text<'a>>, Error> {
    let Some(end) = chunk.data.iter().position(|byte| *byte == 0) else { return Ok(None) };
    let (keyword, rest) = (&chunk.data[..end], &chunk.data[end + 1..]);
    let (compressed, text) = match (chunk.kind, rest) {
        (b"tEXt", text) => (false, text),
        (b"zTXt", [_, text @ ..]) => (true, text),
        (b"iTXt", [flag, _, rest @ ..]) => {
            // Language and translated keyword, each ended by a zero.
            let mut parts = rest.splitn(3, |byte| *byte == 0);
            let Some(text) = parts.nth(2) else { return Ok(None) };
            (*flag != 0, text)
        }
        _ => return Ok(None),
    };
    if !compressed {
        return Ok(Some((keyword, text.to_vec())));
    }
    let inflated = decompress_to_vec_zlib_with_limit(text, *budget)
        .map_err(|_| damaged(chunk.whole.start, "compressed text is damaged or too long"))?;
    *budget -= inflated.len().min(*budget);
    Ok(Some((keyword, inflated)))
}

/// `ImageMagick`'s way: a name, a length and hexadecimal digits, in lines.
fn raw_profile(text: &[u8]) -> Option<Vec<u8>> {
    let lines = text.strip_prefix(b"\n")?;
    let digits = lines.splitn(3, |byte| *byte == b'\n').nth(2)?;
    let digits: Vec<u8> = digits.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    digits
        .as_chunks::<2>()
        .0
        .iter()
        .map(|[high, low]| Some((digit(*high)? * 16 + digit(*low)?) as u8))
        .collect()
}

fn encoded(kind: &[u8], data: &[u8]) -> Vec<u8> {
    let mut chunk = (data.len() as u32).to_be_bytes().to_vec();
    chunk.extend(kind);
    chunk.extend(data);
    chunk.extend(crc32fast::hash(&chunk[4..]).to_be_bytes());
    chunk
}

fn damaged(at: usize, what: &'static str) -> Error {
    Error::Damaged { format: Format::Png, at, what }
}
