//! GIF 89a: the packet is the application extension `XMP DataXMP`, unblocked, with a magic trailer (XMP part 3, 1.1.2).

use std::ops::Range;

use super::{Carried, Format, Site, blob};
use crate::Error;
use crate::aigc::Aigc;
use crate::xmp::{self, DigitalSource};

const XMP: &[u8] = b"\x0bXMP DataXMP";
/// Bytes after the packet: 1, then 255 down to 0; the terminator follows. A reader that takes the packet for blocks
/// lands somewhere in it and is led to the terminator.
const MAGIC: usize = 257;

/// A part of the file after the header.
enum Block<'a> {
    Packet(&'a [u8]),
    /// A comment or another extension, its blocks joined.
    Words(Vec<u8>),
    Animation,
    Picture,
    End,
}

pub(super) fn read(bytes: &[u8], carried: &mut Carried) -> Result<(), Error> {
    let mut blocks = Blocks::new(bytes)?;
    loop {
        match blocks.next()?.0 {
            Block::Packet(packet) => xmp::collect(packet, "application extension XMP Data", carried)?,
            Block::Words(words) => carried.sites.extend(hidden(&words, "extension, without a name")),
            Block::Animation | Block::Picture => {}
            Block::End => break,
        }
    }
    carried.sites.extend(hidden(&bytes[blocks.at..], "bytes after the picture, without a name"));
    Ok(())
}

pub(super) fn write(bytes: &[u8], label: &Aigc, source: DigitalSource) -> Result<Vec<u8>, Error> {
    let mut blocks = Blocks::new(bytes)?;
    let mut packet = None;
    let mut place = None;
    let mut new = b"GIF89a".to_vec();
    new.extend(&bytes[6..blocks.at]);
    loop {
        let (block, whole) = blocks.next()?;
        match block {
            Block::Packet(found) => {
                packet = packet.or(Some(found));
                continue;
            }
            Block::Words(words) if !blob::blobs(&words).is_empty() => continue,
            // How often an animation repeats is only read directly after the header.
            Block::Animation => {}
            Block::Words(_) | Block::Picture | Block::End => {
                place.get_or_insert(new.len());
            }
        }
        let ended = matches!(block, Block::End);
        new.extend(&bytes[whole]);
        if ended {
            break;
        }
    }
    let mut after = bytes[blocks.at..].to_vec();
    blob::blank(&mut after);
    new.extend(after);
    let packet = xmp::write(packet, label, source)?;
    let magic = [1].into_iter().chain((0..=255).rev()).chain([0]);
    let extension: Vec<u8> =
        [0x21, 0xFF].iter().chain(XMP).chain(packet.as_bytes()).copied().chain(magic).collect();
    let place = place.unwrap_or(new.len());
    new.splice(place..place, extension);
    Ok(new)
}

fn hidden(bytes: &[u8], carrier: &str) -> impl Iterator<Item = Site> {
    blob::blobs(bytes).into_iter().map(move |blob| Site { carrier: carrier.to_owned(), text: blob.text })
}

struct Blocks<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Blocks<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self, Error> {
        if !bytes.starts_with(b"GIF87a") && !bytes.starts_with(b"GIF89a") {
            return Err(damaged(0, "the signature is missing"));
        }
        let flags = *bytes.get(10).ok_or_else(|| damaged(10, "the header is cut off"))?;
        let at = 13 + colours(flags);
        match at <= bytes.len() {
            true => Ok(Self { bytes, at }),
            false => Err(damaged(13, "the colours are cut off")),
        }
    }

    fn next(&mut self) -> Result<(Block<'a>, Range<usize>), Error> {
        let start = self.at;
        let cut = || damaged(start, "a block is cut off");
        let rest = self.bytes.get(start..).unwrap_or_default();
        let block = match rest {
            [0x3B, ..] => {
                self.at += 1;
                Block::End
            }
            [0x21, 0xFF, app @ ..] if app.starts_with(XMP) => {
                self.at += 2 + XMP.len();
                let data = self.blocks()?;
                let packet = data.len().checked_sub(MAGIC).and_then(|end| data.get(..end)).unwrap_or(data);
                Block::Packet(packet)
            }
            [0x21, label, ..] => {
                self.at += 2;
                let repeats = rest
                    .get(3..)
                    .is_some_and(|app| app.starts_with(b"NETSCAPE2.0") || app.starts_with(b"ANIMEXTS1.0"));
                let data = self.blocks()?;
                match *label {
                    0xFF if repeats => Block::Animation,
                    0xF9 => Block::Picture,
                    _ => Block::Words(joined(data)),
                }
            }
            [0x2C, _, _, _, _, _, _, _, _, flags, ..] => {
                self.at += 10 + colours(*flags) + 1;
                self.blocks()?;
                Block::Picture
            }
            [] => return Err(damaged(start, "the end of the picture is missing")),
            _ => return Err(cut()),
        };
        Ok((block, start..self.at))
    }

    /// Passes over blocks, each after its length, up to the empty one, and gives all but that one.
    fn blocks(&mut self) -> Result<&'a [u8], Error> {
        let start = self.at;
        loop {
            let length = *self.bytes.get(self.at).ok_or_else(|| damaged(start, "a block is cut off"))?;
            self.at += 1 + usize::from(length);
            if length == 0 {
                return Ok(&self.bytes[start..self.at - 1]);
            }
        }
    }
}

/// The contents of blocks, without their lengths.
fn joined(mut blocks: &[u8]) -> Vec<u8> {
    let mut joined = Vec::with_capacity(blocks.len());
    while let [length, rest @ ..] = blocks {
        let (data, next) = rest.split_at(usize::from(*length).min(rest.len()));
        joined.extend(data);
        blocks = next;
    }
    joined
}

/// Bytes of a colour table.
fn colours(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << (flags % 8 + 1) }
}

fn damaged(at: usize, what: &'static str) -> Error {
    Error::Damaged { format: Format::Gif, at, what }
}
