//! FLAC: Vorbis comment `AIGC` in the metadata block of that kind, which is made where there is none.
//!
//! Source: RFC 9639, sections 8 and 8.6.

use super::field::{be32, is_named_label, le32, slice, text};
use super::{Carried, Format, Site, mp3};
use crate::Error;
use crate::aigc::Aigc;

const COMMENTS: u8 = 4;
const LAST: u8 = 0x80;
const LARGEST_BLOCK: usize = (1 << 24) - 1;

/// A metadata block.
struct Block<'a> {
    kind: u8,
    at: usize,
    body: &'a [u8],
}

/// The blocks of a file and where the sound starts. `start` is the place of `fLaC`.
fn blocks(bytes: &[u8], start: usize) -> Result<(Vec<Block<'_>>, usize), Error> {
    let damaged = |at, what| Error::Damaged { format: Format::Flac, at, what };
    if slice(bytes, start, 4) != Some(b"fLaC") {
        return Err(damaged(start, "`fLaC` is missing"));
    }
    let (mut at, mut blocks) = (start + 4, Vec::new());
    loop {
        let header = be32(bytes, at).ok_or(damaged(at, "the metadata is cut off"))?;
        let length = header as usize & LARGEST_BLOCK;
        let body = slice(bytes, at + 4, length).ok_or(damaged(at, "a metadata block is cut off"))?;
        let first = (header >> 24) as u8;
        blocks.push(Block { kind: first & !LAST, at, body });
        at += 4 + length;
        if first & LAST != 0 {
            return Ok((blocks, at));
        }
    }
}

/// Comments of a block, and where they start and end in it. `None` if they do not fit.
fn comments(body: &[u8]) -> Option<(Vec<&[u8]>, usize, usize)> {
    let first = (le32(body, 0)? as usize).checked_add(8)?;
    let count = le32(body, first.checked_sub(4)?)?;
    let (mut at, mut comments) = (first, Vec::new());
    for _ in 0..count {
        let length = le32(body, at)? as usize;
        comments.push(slice(body, at + 4, length)?);
        at += 4 + length;
    }
    Some((comments, first, at))
}

/// The label in a comment, if it is one.
fn label_of(comment: &[u8]) -> Option<String> {
    let equals = comment.iter().position(|byte| *byte == b'=')?;
    let value = text(&comment[equals + 1..]);
    (comment[..equals].eq_ignore_ascii_case(b"AIGC") || is_named_label(&value)).then_some(value)
}

/// Adds the labels of `bytes`.
pub(super) fn read(bytes: &[u8], carried: &mut Carried) -> Result<(), Error> {
    let mut start = 0;
    while let Some(tag) = mp3::Tag::at(bytes, start, Format::Flac)? {
        carried.sites.extend(tag.labels());
        start = tag.end;
    }
    let (blocks, _) = blocks(bytes, start)?;
    for block in blocks.iter().filter(|block| block.kind == COMMENTS) {
        let (comments, ..) = comments(block.body).ok_or(Error::Damaged {
            format: Format::Flac,
            at: block.at,
            what: "the comments are cut off",
        })?;
        let labels = comments.into_iter().filter_map(label_of);
        carried.sites.extend(labels.map(|text| Site { carrier: "Vorbis comment AIGC".to_owned(), text }));
    }
    Ok(())
}

/// The file with `label` as one Vorbis comment; every other block and the sound as they were.
pub(super) fn write(bytes: &[u8], label: &Aigc) -> Result<Vec<u8>, Error> {
    let (mut out, start) = mp3::relabelled(bytes, None, Format::Flac)?;
    let (blocks, sound) = blocks(bytes, start)?;
    let comment = format!("AIGC={}", label.to_json());
    let mut bodies: Vec<(u8, Vec<u8>)> = Vec::new();
    let mut written = false;
    for block in &blocks {
        let body = match block.kind {
            COMMENTS => {
                let comment = (!written).then_some(comment.as_bytes());
                written = true;
                relabelled(block, comment)?
            }
            _ => block.body.to_vec(),
        };
        bodies.push((block.kind, body));
    }
    if !written {
        // Right after the stream's own data, which has to be first.
        let empty = Block { kind: COMMENTS, at: start, body: b"\x07\0\0\0danqing\0\0\0\0" };
        bodies.insert(1, (COMMENTS, relabelled(&empty, Some(comment.as_bytes()))?));
    }
    out.extend_from_slice(b"fLaC");
    let last = bodies.len() - 1;
    for (place, (kind, body)) in bodies.into_iter().enumerate() {
        let what = "its comments are full";
        if body.len() > LARGEST_BLOCK {
            return Err(Error::Unsupported { format: Format::Flac, what });
        }
        out.push(kind | if place == last { LAST } else { 0 });
        out.extend_from_slice(&(body.len() as u32).to_be_bytes()[1..]);
        out.extend(body);
    }
    out.extend_from_slice(&bytes[sound..]);
    Ok(out)
}

/// The body of a block of comments with `comment` as the only label, or with none.
fn relabelled(block: &Block<'_>, comment: Option<&[u8]>) -> Result<Vec<u8>, Error> {
    let (comments, first, end) = comments(block.body).ok_or(Error::Damaged {
        format: Format::Flac,
        at: block.at,
        what: "the comments are cut off",
    })?;
    let kept = comments.into_iter().filter(|comment| label_of(comment).is_none());
    let comments: Vec<&[u8]> = kept.chain(comment).collect();
    let mut body = block.body[..first - 4].to_vec();
    body.extend_from_slice(&(comments.len() as u32).to_le_bytes());
    for comment in comments {
        body.extend_from_slice(&(comment.len() as u32).to_le_bytes());
        body.extend_from_slice(comment);
    }
    body.extend_from_slice(&block.body[end..]);
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aigc::Certainty;

    fn label() -> Aigc {
        Aigc::produced(Certainty::Is, "danqing-demo", "0001").expect("a label")
    }

    fn found(bytes: &[u8]) -> Vec<String> {
        let mut carried = Carried::default();
        read(bytes, &mut carried).expect("a sound file");
        carried.sites.into_iter().map(|site| site.text).collect()
    }

    #[test]
    fn a_file_without_comments_gets_a_block() {
        let file = [b"fLaC\x80\0\0\x22".as_slice(), &[3; 34], b"sound"].concat();
        let marked = write(&file, &label()).expect("written");
        assert_eq!(found(&marked), [label().to_json()], "the label");
        assert!(marked.ends_with(b"sound"), "the sound stays");
        assert_eq!(marked[4], 0, "the first block is no longer the last");
        assert_eq!(write(&marked, &label()).expect("again"), marked, "the second time changes nothing");
    }

    #[test]
    fn comments_of_others_stay_and_labels_give_way() {
        let comments = b"\x01\0\0\0v\x02\0\0\0\x07\0\0\0aigc={}\x07\0\0\0TITLE=a";
        let length = u8::try_from(comments.len()).expect("short");
        let file =
            [b"fLaC\0\0\0\x22".as_slice(), &[3; 34], &[0x84, 0, 0, length], comments, b"sound"].concat();
        assert_eq!(found(&file), ["{}"], "found");
        let marked = write(&file, &label()).expect("written");
        assert_eq!(found(&marked), [label().to_json()], "one");
        assert!(marked.windows(7).any(|window| window == b"TITLE=a"), "the title stays");
    }
}
