//! WAV: a RIFF chunk `AIGC` beside `fmt ` and `data`.
//!
//! Read are RIFF, RF64 and BW64; a label in `LIST INFO` or in an ID3 tag is found too. The chunk is appended, so that
//! sound stays where players expect it; only in a streamed file, whose `data` has no end, it goes before the sound.
//!
//! Sources: Multimedia Programming Interface and Data Specifications 1.0 (1991), ITU-R BS.2088 (RF64).

use super::field::{array, be32, le32, slice, text};
use super::{Carried, Format, Site, mp3};
use crate::Error;
use crate::aigc::Aigc;

const NAME: [u8; 4] = *b"AIGC";
/// The size of a chunk that did not know it yet, or whose size stands in `ds64`.
const UNKNOWN: u32 = u32::MAX;

/// A chunk: its name, and where it starts, its body lies and the next one starts.
pub(crate) struct Chunk {
    pub(crate) name: [u8; 4],
    pub(crate) start: usize,
    pub(crate) body: usize,
    pub(crate) body_end: usize,
    pub(crate) end: usize,
    /// `data` without a size: all that follows is sound.
    pub(crate) streamed: bool,
}

/// The chunks of a file, in its order.
pub(crate) struct Chunks<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
    long_data: Option<usize>,
}

impl<'a> Chunks<'a> {
    /// The chunks of a whole file.
    pub(crate) fn of(bytes: &'a [u8]) -> Result<Self, Error> {
        let damaged = Error::Damaged { format: Format::Wav, at: 0, what: "the RIFF header is cut off" };
        let size = le32(bytes, 4).filter(|_| is_wave(bytes)).ok_or(damaged)?;
        let end = (size as usize).saturating_add(8).clamp(12, bytes.len());
        let known = size != 0 && size != UNKNOWN && bytes.starts_with(b"RIFF");
        let end = if known { end } else { bytes.len() };
        Ok(Self { bytes, at: 12, end, long_data: None })
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk>, Error> {
        let damaged = |what| Error::Damaged { format: Format::Wav, at: self.at, what };
        if self.end.saturating_sub(self.at) < 8 {
            return Ok(None);
        }
        let name: [u8; 4] = array(self.bytes, self.at).ok_or(damaged("a chunk is cut off"))?;
        let size = le32(self.bytes, self.at + 4).ok_or(damaged("a chunk is cut off"))?;
        let (start, body) = (self.at, self.at + 8);
        let length = match (&name, size, self.long_data) {
            (b"data", UNKNOWN, Some(length)) => length,
            _ => size as usize,
        };
        let after = body.checked_add(length).filter(|after| *after <= self.end);
        let streamed = &name == b"data" && (after.is_none() || size == 0 && self.end == self.bytes.len());
        let body_end = match after {
            Some(after) if !streamed => after,
            _ if streamed => self.end,
            _ => return Err(damaged("a chunk is longer than the file")),
        };
        if &name == b"ds64" {
            self.long_data =
                array(self.bytes, body + 8).and_then(|size| u64::from_le_bytes(size).try_into().ok());
        }
        let end = (body_end + (body_end - body) % 2).min(self.end);
        self.at = end;
        Ok(Some(Chunk { name, start, body, body_end, end, streamed }))
    }
}

impl Iterator for Chunks<'_> {
    type Item = Result<Chunk, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let chunk = self.next_chunk().transpose();
        if let Some(Err(_)) = chunk {
            self.at = self.end;
        }
        chunk
    }
}

fn is_wave(bytes: &[u8]) -> bool {
    let kind = bytes.get(..4);
    [b"RIFF", b"RF64", b"BW64"].iter().any(|name| kind == Some(&name[..]))
        && slice(bytes, 8, 4) == Some(b"WAVE")
}

/// Adds the labels of `bytes`.
pub(super) fn read(bytes: &[u8], carried: &mut Carried) -> Result<(), Error> {
    for chunk in Chunks::of(bytes)? {
        let chunk = chunk?;
        let body = &bytes[chunk.body..chunk.body_end];
        match &chunk.name {
            name if name.eq_ignore_ascii_case(&NAME) => carried.sites.push(site("RIFF chunk AIGC", body)),
            b"LIST" if body.starts_with(b"INFO") => {
                let labels = entries(body).filter(|(name, ..)| name.eq_ignore_ascii_case(&NAME));
                carried.sites.extend(labels.map(|(_, value, _)| site("LIST INFO AIGC", value)));
            }
            b"id3 " | b"ID3 " => {
                if let Some(tag) = mp3::Tag::at(body, 0, Format::Wav)? {
                    carried.sites.extend(tag.labels());
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn site(carrier: &str, body: &[u8]) -> Site {
    Site { carrier: carrier.to_owned(), text: text(body) }
}

/// Entries of a list: name, value, and the whole with its padding. Stops where one does not fit.
fn entries(list: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8], &[u8])> {
    let mut at = 4;
    std::iter::from_fn(move || {
        let name = array(list, at)?;
        let length = le32(list, at + 4)? as usize;
        let value = slice(list, at + 8, length)?;
        let whole = &list[at..(at + 8 + length + length % 2).min(list.len())];
        at += whole.len();
        Some((name, value, whole))
    })
}

/// The file with `label` in a chunk of its own and nowhere else.
pub(super) fn write(bytes: &[u8], label: &Aigc) -> Result<Vec<u8>, Error> {
    let json = label.to_json();
    let mut chunks = Chunks::of(bytes)?;
    let mut out = bytes[..12].to_vec();
    out.reserve(bytes.len() + json.len());
    let mut written = false;
    for chunk in &mut chunks {
        let chunk = chunk?;
        if chunk.streamed {
            out.extend(chunked(NAME, json.as_bytes()));
            written = true;
        }
        out.extend(without_label(bytes, &chunk)?);
    }
    // Less than a chunk may be left over; it goes behind the label, where it cannot be taken for a part of it.
    let last = chunks.at;
    if !written {
        out.extend(vec![0; out.len() % 2]);
        out.extend(chunked(NAME, json.as_bytes()));
    }
    let size = out.len() - 8;
    out.extend_from_slice(&bytes[last..]);
    resized(out, size)
}

/// A chunk with its padding.
pub(crate) fn chunked(name: [u8; 4], body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len()).unwrap_or(UNKNOWN).to_le_bytes();
    let padding: &[u8] = if body.len() % 2 == 1 { &[0] } else { &[] };
    [&name, &size[..], body, padding].concat()
}

/// The bytes of a chunk without the label that it may hold; nothing for the label itself.
fn without_label(bytes: &[u8], chunk: &Chunk) -> Result<Vec<u8>, Error> {
    let (body, whole) = (&bytes[chunk.body..chunk.body_end], bytes[chunk.start..chunk.end].to_vec());
    Ok(match &chunk.name {
        name if name.eq_ignore_ascii_case(&NAME) => Vec::new(),
        b"LIST" if body.starts_with(b"INFO") => {
            let is_label = |name: [u8; 4]| name.eq_ignore_ascii_case(&NAME);
            if !entries(body).any(|(name, ..)| is_label(name)) {
                return Ok(whole);
            }
            let walked = 4 + entries(body).map(|(_, _, whole)| whole.len()).sum::<usize>();
            let kept = entries(body).filter(|(name, ..)| !is_label(*name)).flat_map(|(_, _, whole)| whole);
            let list: Vec<u8> = b"INFO".iter().chain(kept).chain(&body[walked..]).copied().collect();
            chunked(chunk.name, &list)
        }
        b"id3 " | b"ID3 " => match mp3::Tag::at(body, 0, Format::Wav)? {
            Some(tag) if tag.labels().next().is_some() => {
                let rest = &body[tag.end..];
                chunked(chunk.name, &[tag.written(None, Format::Wav)?.as_slice(), rest].concat())
            }
            _ => whole,
        },
        _ => whole,
    })
}

/// Puts the size of the whole where the file keeps it; a streamed file goes on without.
pub(crate) fn resized(mut out: Vec<u8>, size: usize) -> Result<Vec<u8>, Error> {
    let kept = be32(&out, 4).unwrap_or(0);
    if !out.starts_with(b"RIFF") {
        let long = slice(&out, 12, 4) == Some(b"ds64");
        if let Some(field) = out.get_mut(20..28).filter(|_| long) {
            field.copy_from_slice(&(size as u64).to_le_bytes());
        }
    } else if kept != 0 && kept != UNKNOWN {
        let what = "it would grow beyond 4 GiB";
        let size = u32::try_from(size).map_err(|_| Error::Unsupported { format: Format::Wav, what })?;
        out[4..8].copy_from_slice(&size.to_le_bytes());
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aigc::Certainty;

    fn label() -> Aigc {
        Aigc::produced(Certainty::Is, "danqing-demo", "0001").expect("a label")
    }

    fn riff(chunks: &[u8]) -> Vec<u8> {
        resized([b"RIFF\x01\0\0\0WAVE", chunks].concat(), chunks.len() + 4).expect("small")
    }

    fn found(bytes: &[u8]) -> Vec<String> {
        let mut carried = Carried::default();
        read(bytes, &mut carried).expect("a sound file");
        carried.sites.into_iter().map(|site| site.text).collect()
    }

    #[test]
    fn the_label_is_appended_and_written_once() {
        let sound = [chunked(*b"fmt ", &[1; 16]), chunked(*b"data", &[7; 5])].concat();
        let marked = write(&riff(&sound), &label()).expect("written");
        assert_eq!(found(&marked), [label().to_json()], "the label");
        assert_eq!(marked[12..12 + sound.len()], sound, "the sound stays where it was");
        assert_eq!(le32(&marked, 4), Some(marked.len() as u32 - 8), "the size");
        assert_eq!(write(&marked, &label()).expect("again"), marked, "the second time changes nothing");
    }

    #[test]
    fn labels_in_other_places_are_found_and_give_way() {
        let entries = [chunked(*b"ISFT", b"maker"), chunked(NAME, b"{}")].concat();
        let list = chunked(*b"LIST", &[b"INFO".as_slice(), &entries].concat());
        let tag = b"ID3\x03\0\0\0\0\0\x12TXXX\0\0\0\x08\0\0\0AIGC\0{}";
        let file = riff(&[list, chunked(*b"data", &[1, 2]), chunked(*b"id3 ", tag)].concat());
        assert_eq!(found(&file), ["{}", "{}"], "both");
        let marked = write(&file, &label()).expect("written");
        assert_eq!(found(&marked), [label().to_json()], "one");
        assert!(marked.windows(5).any(|window| window == b"maker"), "other entries stay");
    }

    #[test]
    fn a_streamed_file_is_labelled_before_its_sound() {
        let sound = [b"data\xff\xff\xff\xff".as_slice(), &[9; 11]].concat();
        let file =
            [b"RIFF\xff\xff\xff\xffWAVE".to_vec(), chunked(*b"fmt ", &[1; 16]), sound.clone()].concat();
        let marked = write(&file, &label()).expect("written");
        assert_eq!(found(&marked), [label().to_json()], "the label");
        assert!(marked.ends_with(&sound), "the sound ends the file");
        assert_eq!(marked[..12], file[..12], "and the size stays unknown");
    }

    #[test]
    fn a_chunk_beyond_the_end_is_damage() {
        let mut carried = Carried::default();
        assert!(read(b"RIFF\xff\0\0\0WAVEfmt \xff\0\0\0abc", &mut carried).is_err(), "cut off");
    }
}
