//! MP3: `ID3v2` user text (`TXXX`, in version 2.2 `TXX`) with the description `AIGC`.
//!
//! Read are versions 2.2 to 2.4 with unsynchronisation, extended headers, footers, compressed frames and the plain
//! sizes that some writers put into version 2.4. Written is into the first tag as it is; a file without a tag gets one
//! of version 2.3, which every player knows. Frames of others, padding and sound stay byte for byte; a checksum in
//! the extended header is computed anew.
//!
//! Sources: ID3 tag version 2.2.0, 2.3.0 (M. Nilsson) and 2.4.0 (structure and frames).

use std::ops::Range;

use super::field::{array, be32, is_named_label, slice};
use super::{Carried, Format, MOST_INFLATED, Site};
use crate::Error;
use crate::aigc::Aigc;

const NAME: &str = "AIGC";
const UNSYNCHRONISED: u8 = 0x80;
const EXTENDED: u8 = 0x40;
const FOOTER: u8 = 0x10;
/// A tag's size has 28 bits.
const LARGEST_TAG: usize = (1 << 28) - 1;

/// Adds the labels of all tags at the start of `bytes`.
pub(super) fn read(bytes: &[u8], carried: &mut Carried) -> Result<(), Error> {
    let mut at = 0;
    while let Some(tag) = Tag::at(bytes, at, Format::Mp3)? {
        carried.sites.extend(tag.labels());
        at = tag.end;
    }
    Ok(())
}

/// The file with `label` in its first tag and in no other.
pub(super) fn write(bytes: &[u8], label: &Aigc) -> Result<Vec<u8>, Error> {
    let json = label.to_json();
    let (mut out, sound) = relabelled(bytes, Some(&json), Format::Mp3)?;
    if sound == 0 {
        out = Tag::empty().written(Some(&json), Format::Mp3)?;
    }
    out.extend_from_slice(&bytes[sound..]);
    Ok(out)
}

/// The tags at the start of `bytes` with `json` in the first of them and no other label; and where they ended.
pub(super) fn relabelled(
    bytes: &[u8],
    json: Option<&str>,
    format: Format,
) -> Result<(Vec<u8>, usize), Error> {
    let (mut out, mut at, mut json) = (Vec::new(), 0, json);
    while let Some(tag) = Tag::at(bytes, at, format)? {
        match json.is_none() && tag.labels().next().is_none() {
            true => out.extend_from_slice(&bytes[at..tag.end]),
            false => out.extend(tag.written(json.take(), format)?),
        }
        at = tag.end;
    }
    Ok((out, at))
}

/// One `ID3v2` tag, unsynchronisation of the whole undone.
pub(super) struct Tag {
    version: u8,
    revision: u8,
    flags: u8,
    /// Extended header, frames, padding.
    body: Vec<u8>,
    frames: Vec<Range<usize>>,
    /// The sizes of frames are plain numbers, which version 2.4 forbids.
    plain_sizes: bool,
    /// Where the tag ends in the file, footer included.
    pub(super) end: usize,
}

impl Tag {
    fn empty() -> Self {
        Self {
            version: 3,
            revision: 0,
            flags: 0,
            body: Vec::new(),
            frames: Vec::new(),
            plain_sizes: false,
            end: 0,
        }
    }

    /// The tag that starts at `start`, if one does.
    pub(super) fn at(bytes: &[u8], start: usize, format: Format) -> Result<Option<Self>, Error> {
        let damaged = |what| Error::Damaged { format, at: start, what };
        if slice(bytes, start, 3) != Some(b"ID3") {
            return Ok(None);
        }
        let [version, revision, flags] =
            array(bytes, start + 3).ok_or(damaged("the ID3 header is cut off"))?;
        let size = array(bytes, start + 6).and_then(seven_bits).ok_or(damaged("the size of the ID3 tag"))?;
        if !(2..=4).contains(&version) {
            return Err(damaged("an unknown version of ID3"));
        }
        let body = slice(bytes, start + 10, size).ok_or(damaged("the ID3 tag is cut off"))?;
        let footer = if version == 4 && flags & FOOTER != 0 { 10 } else { 0 };
        let end = (start + 10 + size + footer).min(bytes.len());
        let whole = version < 4 && flags & UNSYNCHRONISED != 0;
        let body = if whole { synchronised(body) } else { body.to_vec() };
        let mut tag = Self { version, revision, flags, body, frames: Vec::new(), plain_sizes: false, end };
        let first = tag.extended_length().ok_or(damaged("the extended header of the ID3 tag"))?;
        (tag.frames, tag.plain_sizes) =
            tag.walked(first).ok_or(damaged("a frame of the ID3 tag is cut off"))?;
        Ok(Some(tag))
    }

    /// The labels in the tag, in its order.
    pub(super) fn labels(&self) -> impl Iterator<Item = Site> {
        let texts = self.frames.iter().filter_map(|frame| self.label(frame));
        texts.map(|text| Site { carrier: "ID3 TXXX AIGC".to_owned(), text })
    }

    /// The tag's bytes with `json` as its only label, or with none.
    pub(super) fn written(&self, json: Option<&str>, format: Format) -> Result<Vec<u8>, Error> {
        if self.version == 2 && self.flags & EXTENDED != 0 {
            return Err(Error::Unsupported { format, what: "its ID3 tag is compressed as a whole" });
        }
        let first = self.frames.first().map_or(self.extended_length().unwrap_or(0), |frame| frame.start);
        let padding = self.frames.last().map_or(first, |frame| frame.end);
        let mut extended = self.body[..first].to_vec();
        let mut frames = Vec::with_capacity(self.body.len());
        for frame in self.frames.iter().filter(|frame| self.label(frame).is_none()) {
            frames.extend_from_slice(&self.body[frame.clone()]);
        }
        let plain = self.plain_sizes && !frames.is_empty();
        frames.extend(json.into_iter().flat_map(|json| self.frame(json, plain)));
        let padding = &self.body[padding..];
        self.refresh_checksum(&mut extended, &frames, padding);
        let mut body = [&extended, frames.as_slice(), padding].concat();
        if self.version < 4 && self.flags & UNSYNCHRONISED != 0 {
            body = unsynchronised(&body);
        }
        if body.len() > LARGEST_TAG {
            return Err(Error::Unsupported { format, what: "its ID3 tag is full" });
        }
        let size = to_seven_bits(body.len());
        let ends = |magic: &[u8]| [magic, &[self.version, self.revision, self.flags], &size].concat();
        let footer = if self.version == 4 && self.flags & FOOTER != 0 { ends(b"3DI") } else { Vec::new() };
        Ok([ends(b"ID3"), body, footer].concat())
    }

    /// Length of the extended header; nothing where there is none. `None` if it does not fit.
    fn extended_length(&self) -> Option<usize> {
        if self.version == 2 || self.flags & EXTENDED == 0 {
            return Some(0);
        }
        let length = match self.version {
            3 => be32(&self.body, 0)? as usize + 4,
            _ => seven_bits(array(&self.body, 0)?)?,
        };
        (6..=self.body.len()).contains(&length).then_some(length)
    }

    /// Where the frames are. Version 2.4 has sizes of 28 bits; where these lead nowhere, plain ones are tried.
    fn walked(&self, first: usize) -> Option<(Vec<Range<usize>>, bool)> {
        let standard = if self.version == 4 { self.frames_from(first, seven_bits) } else { None };
        let plain = |size| Some(u32::from_be_bytes(size) as usize);
        standard.map(|frames| (frames, false)).or_else(|| Some((self.frames_from(first, plain)?, true)))
    }

    fn frames_from(
        &self,
        first: usize,
        size: impl Fn([u8; 4]) -> Option<usize>,
    ) -> Option<Vec<Range<usize>>> {
        let (mut at, mut frames) = (first, Vec::new());
        let header = self.header_length();
        while at + header <= self.body.len() && self.body[at] != 0 {
            let length = match self.version {
                2 => be32(&self.body, at + 2)? as usize & 0xff_ffff,
                _ => size(array(&self.body, at + 4)?)?,
            };
            let end = at.checked_add(header)?.checked_add(length).filter(|end| *end <= self.body.len())?;
            frames.push(at..end);
            at = end;
        }
        Some(frames)
    }

    fn header_length(&self) -> usize {
        if self.version == 2 { 6 } else { 10 }
    }

    /// The label in a frame, if it is one.
    fn label(&self, frame: &Range<usize>) -> Option<String> {
        let frame = &self.body[frame.clone()];
        if frame.get(..if self.version == 2 { 3 } else { 4 })?
            != if self.version == 2 { &b"TXX"[..] } else { b"TXXX" }
        {
            return None;
        }
        let content = self.content(frame)?;
        let (encoding, rest) = content.split_first()?;
        let (description, value) = texts(*encoding, rest)?;
        (description.eq_ignore_ascii_case(NAME) || is_named_label(&value)).then_some(value)
    }

    /// What a frame holds, with its own compression and unsynchronisation undone; encrypted ones stay closed.
    fn content(&self, frame: &[u8]) -> Option<Vec<u8>> {
        let body = frame.get(self.header_length()..)?;
        let flags = if self.version == 2 { 0 } else { frame[9] };
        let (group, compressed, encrypted) = match self.version {
            3 => (flags & 0x20, flags & 0x80, flags & 0x40),
            4 => (flags & 0x40, flags & 0x08, flags & 0x04),
            _ => (0, 0, 0),
        };
        if encrypted != 0 {
            return None;
        }
        let sized = (self.version == 3 && compressed != 0) || (self.version == 4 && flags & 1 != 0);
        let skipped = usize::from(group != 0) + if sized { 4 } else { 0 };
        let body = body.get(skipped..)?;
        let own = self.version == 4 && (flags & 2 != 0 || self.flags & UNSYNCHRONISED != 0);
        let body = if own { synchronised(body) } else { body.to_vec() };
        match compressed != 0 {
            true => miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(&body, MOST_INFLATED).ok(),
            false => Some(body),
        }
    }

    /// A frame with the label. Its bytes are ASCII, so unsynchronisation does not change them.
    fn frame(&self, json: &str, is_plain: bool) -> Vec<u8> {
        let body = [&[0], NAME.as_bytes(), &[0], json.as_bytes()].concat();
        let plain = u32::try_from(body.len()).unwrap_or(u32::MAX).to_be_bytes();
        match self.version {
            2 => [b"TXX", &plain[1..], &body].concat(),
            3 => [b"TXXX", &plain[..], &[0, 0], &body].concat(),
            // In the manner of the frames beside it, or they are all taken for the other.
            _ if is_plain => [b"TXXX", &plain[..], &[0, 0], &body].concat(),
            _ => [b"TXXX", &to_seven_bits(body.len())[..], &[0, 0], &body].concat(),
        }
    }

    /// Version 2.3 sums up the frames, version 2.4 the padding too.
    fn refresh_checksum(&self, extended: &mut [u8], frames: &[u8], padding: &[u8]) {
        let mut sum = crc32fast::Hasher::new();
        sum.update(frames);
        match (self.version, &mut *extended) {
            (3, [_, _, _, _, flags, _, _, _, _, _, rest @ ..]) if *flags & 0x80 != 0 && rest.len() >= 4 => {
                rest[..4].copy_from_slice(&sum.finalize().to_be_bytes());
            }
            (4, [_, _, _, _, 1, flags, rest @ ..]) if *flags & 0x20 != 0 => {
                sum.update(padding);
                let place = usize::from(*flags & 0x40 != 0);
                if let Some([5, five @ ..]) = rest.get_mut(place..place + 6) {
                    let sum = sum.finalize();
                    for (byte, shift) in five.iter_mut().zip([28, 21, 14, 7, 0]) {
                        *byte = (sum >> shift) as u8 & 0x7f;
                    }
                }
            }
            _ => {}
        }
    }
}

/// A number of 28 bits, seven in each byte; `None` where a high bit is set.
fn seven_bits(bytes: [u8; 4]) -> Option<usize> {
    let fits = bytes.iter().all(|byte| byte & 0x80 == 0);
    fits.then(|| bytes.iter().fold(0, |number, byte| (number << 7) | usize::from(*byte)))
}

fn to_seven_bits(number: usize) -> [u8; 4] {
    [21, 14, 7, 0].map(|shift| (number >> shift) as u8 & 0x7f)
}

/// Undoes unsynchronisation: the zero after every 0xFF goes.
fn synchronised(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut after_ff = false;
    for &byte in bytes {
        if !(after_ff && byte == 0) {
            out.push(byte);
        }
        after_ff = byte == 0xff;
    }
    out
}

/// Puts a zero where a decoder would take 0xFF for the start of sound.
fn unsynchronised(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 64);
    for (place, &byte) in bytes.iter().enumerate() {
        out.push(byte);
        let next = bytes.get(place + 1).copied().unwrap_or(0);
        if byte == 0xff && (next >= 0xe0 || next == 0) {
            out.push(0);
        }
    }
    out
}

/// Description and value of a user text.
fn texts(encoding: u8, bytes: &[u8]) -> Option<(String, String)> {
    if matches!(encoding, 1 | 2) {
        let end = bytes.chunks_exact(2).position(|pair| pair == [0, 0])? * 2;
        return Some((utf16(encoding, &bytes[..end]), utf16(encoding, &bytes[end + 2..])));
    }
    let end = bytes.iter().position(|byte| *byte == 0)?;
    let text = |bytes: &[u8]| match encoding {
        0 => bytes.iter().map(|byte| char::from(*byte)).collect(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    };
    let value: String = text(&bytes[end + 1..]);
    Some((text(&bytes[..end]), value.trim_end_matches('\0').to_owned()))
}

fn utf16(encoding: u8, bytes: &[u8]) -> String {
    let little = encoding == 1 && !bytes.starts_with(&[0xfe, 0xff]);
    let units = bytes.chunks_exact(2).map(|pair| match little {
        true => u16::from_le_bytes([pair[0], pair[1]]),
        false => u16::from_be_bytes([pair[0], pair[1]]),
    });
    let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    text.trim_start_matches('\u{FEFF}').trim_end_matches('\0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aigc::Certainty;

    const SOUND: &[u8] = b"\xff\xfb\x90\x00sound";

    fn label() -> Aigc {
        Aigc::produced(Certainty::Is, "danqing-demo", "0001").expect("a label")
    }

    fn found(bytes: &[u8]) -> Vec<String> {
        let mut carried = Carried::default();
        read(bytes, &mut carried).expect("a sound file");
        carried.sites.into_iter().map(|site| site.text).collect()
    }

    /// A tag as others write it: `frames` of (name, flags, body), then ten bytes of padding.
    fn tag(version: u8, flags: u8, extended: &[u8], frames: &[u8]) -> Vec<u8> {
        let mut body = [extended, frames, &[0; 10]].concat();
        if version < 4 && flags & UNSYNCHRONISED != 0 {
            body = unsynchronised(&body);
        }
        [b"ID3", &[version, 0, flags][..], &to_seven_bits(body.len()), &body].concat()
    }

    #[test]
    fn a_label_beside_frames_of_plain_sizes_is_read_again() {
        let other = [b"TXXX\0\0\0\x80\0\0".as_slice(), &[b'x'; 128]].concat();
        let bytes = [tag(4, 0, &[], &other), SOUND.to_vec()].concat();
        let marked = write(&bytes, &label()).expect("written");
        assert_eq!(found(&marked), [label().to_json()], "one, and whole");
        let again = write(&marked, &label()).expect("written again");
        assert_eq!(found(&again), [label().to_json()], "still one");
    }

    #[test]
    fn a_file_without_a_tag_gets_one() {
        let marked = write(SOUND, &label()).expect("written");
        assert_eq!(found(&marked), [label().to_json()], "the label");
        assert!(marked.ends_with(SOUND), "the sound stays");
    }

    #[test]
    fn every_version_is_written_into_and_keeps_its_frames() {
        let picture = [b"APIC\0\0\0\x05\0\0".as_slice(), b"\xff\xe0\xff\0a".as_slice()].concat();
        let two = [b"TT2\0\0\x03\0ab".as_slice()].concat();
        let tags = [
            (tag(2, 0, &[], &two), two.clone()),
            (tag(3, 0, &[], &picture), picture.clone()),
            (tag(3, UNSYNCHRONISED, &[], &picture), unsynchronised(&picture)),
            (tag(3, EXTENDED, b"\0\0\0\x0a\x80\0\0\0\0\x0aCRCC", &picture), picture.clone()),
            (tag(4, 0, &[], &picture), picture.clone()),
            (tag(4, EXTENDED, b"\0\0\0\x0c\x01\x20\x05CRCCC", &picture), picture.clone()),
        ];
        for (tag, kept) in tags {
            let marked = write(&[&tag, SOUND].concat(), &label()).expect("written");
            assert_eq!(found(&marked), [label().to_json()], "{tag:?}");
            assert!(marked.windows(kept.len()).any(|window| window == kept), "frames of {tag:?}");
            assert_eq!(write(&marked, &label()).expect("again"), marked, "the second time changes nothing");
        }
    }

    #[test]
    fn labels_of_others_are_found_in_every_encoding() {
        let wide = |order: fn(u16) -> [u8; 2]| "AIGC\0{}".encode_utf16().flat_map(order).collect::<Vec<_>>();
        let bodies = [
            b"\0AIGC\0{}".to_vec(),
            b"\x03aigc\0{}\0".to_vec(),
            [b"\x02".to_vec(), wide(u16::to_be_bytes)].concat(),
            [b"\x01\xff\xfe".to_vec(), wide(u16::to_le_bytes)].concat(),
        ];
        for body in bodies {
            let length = u8::try_from(body.len()).expect("short");
            let frame = [b"TXXX\0\0\0", &[length, 0, 0][..], &body].concat();
            assert_eq!(found(&tag(4, 0, &[], &frame)), ["{}"], "{body:?}");
        }
    }
}
