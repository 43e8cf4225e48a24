//! Where the objects of a PDF file are: cross-reference tables and streams, and streams of objects.
//!
//! Nothing is kept of the file but where its cross-references are; an object is looked up when it is asked for, and of
//! inflated streams one lives at a time.
//!
//! Source: ISO 32000-2:2020, 7.3.8 (streams), 7.4.4 (Flate, predictors), 7.5 (file structure).

use std::borrow::Cow;

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use super::super::{Format, MOST_INFLATED};
use super::syntax::{Reference, elements, get, integer, near, reference, skipped, value, word_end};
use crate::Error;

/// Revisions of one file.
const MOST_SECTIONS: usize = 512;
/// Bytes at the end of a file in which its `startxref` is looked for.
const TAIL: usize = 2048;
/// Runs of entries in all sections together.
const MOST_RUNS: usize = 1 << 15;
/// Objects that stand for one another.
const MOST_STEPS: usize = 8;
/// Objects of one file (ISO 32000-1:2008, annex C).
pub(super) const MOST_OBJECTS: u32 = 8_388_607;

/// How the newest cross-references are written; an update has to be written likewise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Table,
    Stream,
}

/// A file whose objects can be found.
pub(super) struct Document<'a> {
    /// From `%PDF-` on: all offsets count from there.
    bytes: &'a [u8],
    /// The newest trailer.
    pub(super) trailer: Cow<'a, [u8]>,
    /// Where the newest cross-references are.
    pub(super) newest: usize,
    pub(super) kind: Kind,
    /// Newest first.
    runs: Vec<Run>,
    /// Inflated cross-reference streams.
    rows: Vec<Vec<u8>>,
}

/// Entries of consecutive objects.
struct Run {
    first: u32,
    count: u32,
    rows: Rows,
}

/// Where entries stand.
#[derive(Clone, Copy)]
enum Rows {
    /// In a table in the file, so many bytes apart.
    Table { at: usize, width: usize },
    /// In an inflated stream. Where the stream only adds to a table, objects that it says are free may be there.
    Stream { stream: usize, at: usize, widths: [u8; 3], adds: bool },
}

/// Where one object is.
enum Place {
    Free,
    /// In the file.
    At(usize),
    /// In the stream of this number.
    Within(u32),
}

/// An object, or what stands for none.
pub(super) struct Object<'a> {
    pub(super) id: Reference,
    pub(super) value: Cow<'a, [u8]>,
    /// Where the data of a stream start.
    data: Option<usize>,
}

impl Object<'_> {
    pub(super) fn is_stream(&self) -> bool {
        self.data.is_some()
    }
}

pub(super) fn damaged(at: usize, what: &'static str) -> Error {
    Error::Damaged { format: Format::Pdf, at, what }
}

/// One section while it is read.
struct Section<'a> {
    trailer: Cow<'a, [u8]>,
    kind: Kind,
}

impl<'a> Document<'a> {
    /// Finds the cross-references of `file`, from the newest to the oldest.
    pub(super) fn open(file: &'a [u8]) -> Result<Self, Error> {
        let head = &file[..file.len().min(1024)];
        let start = head.windows(5).position(|window| window == b"%PDF-");
        let start = start.ok_or_else(|| damaged(0, "`%PDF-` is missing"))?;
        let opened = Self::opened(&file[start..]);
        // Where something stands before the head, some count from the start of the file all the same.
        opened.or_else(|error| if start > 0 { Self::opened(file).map_err(|_| error) } else { Err(error) })
    }

    fn opened(bytes: &'a [u8]) -> Result<Self, Error> {
        let newest = newest_section(bytes)?;
        let mut document = Self {
            bytes,
            trailer: Cow::Borrowed(&[]),
            newest,
            kind: Kind::Table,
            runs: Vec::new(),
            rows: Vec::new(),
        };
        let mut seen = Vec::new();
        let mut next = Some(newest);
        while let Some(at) = next.filter(|at| !seen.contains(at)) {
            if seen.len() == MOST_SECTIONS {
                return Err(damaged(at, "it has too many revisions"));
            }
            let section = document.section(at)?;
            next = get(&section.trailer, b"Prev").and_then(integer);
            if seen.is_empty() {
                (document.trailer, document.kind) = (section.trailer, section.kind);
            }
            seen.push(at);
        }
        Ok(document)
    }

    /// The bytes that offsets count in.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Whether strings and streams are encrypted.
    pub(super) fn is_encrypted(&self) -> bool {
        get(&self.trailer, b"Encrypt").is_some_and(|value| value != b"null")
    }

    /// A number that no object has yet.
    pub(super) fn free_number(&self) -> Result<u32, Error> {
        let size = get(&self.trailer, b"Size").and_then(integer).unwrap_or(0);
        let beyond = self.runs.iter().map(|run| run.first.saturating_add(run.count));
        let number = beyond.fold(size, u32::max).max(1);
        if number > MOST_OBJECTS - 8 {
            return Err(damaged(self.newest, "it has more objects than a file may have"));
        }
        Ok(number)
    }

    fn section(&mut self, at: usize) -> Result<Section<'a>, Error> {
        let start = skipped(self.bytes, at);
        match self.bytes.get(start..).is_some_and(|rest| rest.starts_with(b"xref")) {
            true => self.table(start + 4),
            false => self.stream_section(at, false),
        }
    }

    fn add(&mut self, run: Run, at: usize) -> Result<(), Error> {
        if self.runs.len() == MOST_RUNS {
            return Err(damaged(at, "its cross-references are in too many parts"));
        }
        self.runs.push(run);
        Ok(())
    }

    /// `first count`, then `count` rows of about 20 bytes, and so on until `trailer`.
    fn table(&mut self, start: usize) -> Result<Section<'a>, Error> {
        let bytes = self.bytes;
        let mut at = start;
        let mut runs = Vec::new();
        let trailer = loop {
            at = skipped(bytes, at);
            if near(bytes, at).starts_with(b"trailer") {
                break value(near(bytes, at + 7), 0).map(|(trailer, _)| trailer);
            }
            let part = at;
            let cut = || damaged(part, "the cross-reference table is damaged");
            let (first, end) = next_integer(bytes, at).ok_or_else(cut)?;
            let (count, end) = next_integer(bytes, end).ok_or_else(cut)?;
            at = skipped(bytes, end);
            if count == 0 {
                continue;
            }
            let width = skipped(bytes, at.saturating_add(18)).saturating_sub(at);
            // The last row may be followed by more white space than the others.
            let width = if count == 1 { 20 } else { width };
            if !(19..=21).contains(&width) || runs.len() == MOST_RUNS {
                return Err(cut());
            }
            runs.push(Run { first, count, rows: Rows::Table { at, width } });
            let rows = width.checked_mul(count as usize - 1).and_then(|rows| rows.checked_add(at + 18));
            at = rows.filter(|end| *end < bytes.len()).ok_or_else(cut)?;
        };
        let trailer = trailer.filter(|trailer| trailer.starts_with(b"<<"));
        let trailer = trailer.ok_or_else(|| damaged(at, "the trailer is damaged"))?;
        // What the stream of a hybrid file adds is looked at first: the table says that it is free.
        if let Some(stream) = get(trailer, b"XRefStm").and_then(integer) {
            self.stream_section(stream, true)?;
        }
        for run in runs {
            self.add(run, at)?;
        }
        Ok(Section { trailer: Cow::Borrowed(trailer), kind: Kind::Table })
    }

    fn stream_section(&mut self, at: usize, adds: bool) -> Result<Section<'a>, Error> {
        let cut = || damaged(at, "the cross-reference stream is damaged");
        let object = self.at(at, None).ok_or_else(cut)?;
        let Cow::Borrowed(dictionary) = object.value else { return Err(cut()) };
        if get(dictionary, b"Type") != Some(b"/XRef") {
            return Err(damaged(at, "no cross-references are where they should be"));
        }
        let used: usize = self.rows.iter().map(Vec::len).sum();
        let length = get(dictionary, b"Length").and_then(integer);
        let data = self.data(&object, length).ok_or_else(cut)?;
        let rows = inflated(dictionary, data, MOST_INFLATED - used).ok_or_else(cut)?.into_owned();
        let mut widths = [0; 3];
        for (width, value) in widths.iter_mut().zip(get(dictionary, b"W").into_iter().flat_map(elements)) {
            *width = integer(value).filter(|width| *width <= 8).ok_or_else(cut)?;
        }
        let width = sum(widths);
        if width == 0 {
            return Err(cut());
        }
        let size = get(dictionary, b"Size").unwrap_or(b"0");
        let whole = [b"0".as_slice(), size];
        let index = get(dictionary, b"Index");
        let mut ends =
            index.into_iter().flat_map(elements).chain(whole.into_iter().filter(|_| index.is_none()));
        let mut place = 0_usize;
        while let (Some(first), Some(count)) = (ends.next(), ends.next()) {
            let (first, count) = integer(first).zip(integer::<u32>(count)).ok_or_else(cut)?;
            let rows = Rows::Stream { stream: self.rows.len(), at: place, widths, adds };
            self.add(Run { first, count, rows }, at)?;
            place = place.saturating_add(width.saturating_mul(count as usize));
        }
        self.rows.push(rows);
        Ok(Section { trailer: Cow::Borrowed(dictionary), kind: Kind::Stream })
    }

    /// The newest entry of an object.
    fn place(&self, number: u32) -> Result<Place, Error> {
        for run in &self.runs {
            let Some(index) = number.checked_sub(run.first).filter(|index| *index < run.count) else {
                continue;
            };
            match (self.entry(run, index as usize)?, run.rows) {
                (Place::Free, Rows::Stream { adds: true, .. }) => {}
                (place, _) => return Ok(place),
            }
        }
        Ok(Place::Free)
    }

    fn entry(&self, run: &Run, index: usize) -> Result<Place, Error> {
        match run.rows {
            Rows::Table { at, width } => {
                let at = at.saturating_add(width.saturating_mul(index));
                let cut = || damaged(at, "an entry of the cross-reference table is damaged");
                let row = self.bytes.get(at..at.saturating_add(18)).ok_or_else(cut)?;
                match row[17] {
                    b'n' => integer(&row[..10]).map(Place::At).ok_or_else(cut),
                    b'f' => Ok(Place::Free),
                    _ => Err(cut()),
                }
            }
            Rows::Stream { stream, at, widths, .. } => {
                let width = sum(widths);
                let at = at.saturating_add(width.saturating_mul(index));
                let row = self.rows[stream].get(at..at.saturating_add(width));
                let row = row.ok_or_else(|| damaged(self.newest, "a cross-reference stream is cut off"))?;
                let (kind, rest) = row.split_at(usize::from(widths[0]));
                let field = rest[..usize::from(widths[1])]
                    .iter()
                    .fold(0_u64, |field, byte| field << 8 | u64::from(*byte));
                let kind = if kind.is_empty() { 1 } else { kind.iter().fold(0, |kind, byte| kind | *byte) };
                Ok(match (kind, usize::try_from(field), u32::try_from(field)) {
                    (1, Ok(at), _) => Place::At(at),
                    (2, _, Ok(stream)) => Place::Within(stream),
                    _ => Place::Free,
                })
            }
        }
    }

    /// The object at `at`, which has to be `number` if one is given.
    fn at(&self, at: usize, number: Option<u32>) -> Option<Object<'a>> {
        let bytes = self.bytes;
        let (found, end) = next_integer(bytes, at)?;
        let (generation, end) = next_integer(bytes, end)?;
        let generation = u16::try_from(generation).ok()?;
        let word = skipped(bytes, end);
        if !near(bytes, word).starts_with(b"obj") || number.is_some_and(|number| number != found) {
            return None;
        }
        let start = word + 3;
        let (value, end) = value(near(bytes, start), 0)?;
        let data = value.starts_with(b"<<").then(|| skipped(bytes, start + end)).and_then(|word| {
            let after = bytes.get(word..)?.strip_prefix(b"stream")?;
            Some(
                word + 6
                    + match after {
                        [b'\r', b'\n', ..] => 2,
                        [b'\r' | b'\n', ..] => 1,
                        _ => 0,
                    },
            )
        });
        Some(Object { id: (found, generation), value: Cow::Borrowed(value), data })
    }

    /// The object of a number; `None` where there is none, which stands for `null`.
    pub(super) fn object(&self, number: u32) -> Result<Option<Object<'a>>, Error> {
        match self.place(number)? {
            Place::Free => Ok(None),
            Place::At(at) => {
                let object = self.at(at, Some(number));
                object.map(Some).ok_or_else(|| damaged(at, "an object is not where it should be"))
            }
            Place::Within(stream) => self.within(stream, number).map(Some),
        }
    }

    /// An object from a stream of objects.
    fn within(&self, stream: u32, number: u32) -> Result<Object<'a>, Error> {
        let Place::At(at) = self.place(stream)? else {
            return Err(damaged(self.newest, "a stream of objects is missing"));
        };
        let cut = || damaged(at, "a stream of objects is damaged");
        let holder = self.at(at, Some(stream)).ok_or_else(cut)?;
        let content = self.content(&holder)?.ok_or_else(cut)?;
        let field = |name: &[u8]| get(&holder.value, name).and_then(integer::<usize>);
        let (first, count) = field(b"First").zip(field(b"N")).ok_or_else(cut)?;
        let mut place = 0;
        for _ in 0..count {
            let (found, end) = next_integer(&content, place).ok_or_else(cut)?;
            let (offset, end) = next_integer(&content, end).ok_or_else(cut)?;
            place = end;
            if found == number {
                let start = first.saturating_add(offset as usize);
                let (value, _) = value(near(&content, start), 0).ok_or_else(cut)?;
                return Ok(Object { id: (number, 0), value: Cow::Owned(value.to_vec()), data: None });
            }
        }
        Err(cut())
    }

    /// What `value` stands for, if it is a reference, and itself if it is none.
    pub(super) fn resolved<'v>(&self, value: &'v [u8]) -> Result<Cow<'v, [u8]>, Error>
    where
        'a: 'v,
    {
        let mut value = Cow::Borrowed(value);
        for _ in 0..MOST_STEPS {
            let Some((number, _)) = reference(&value) else { return Ok(value) };
            value = self.object(number)?.map_or(Cow::Borrowed(b"null".as_slice()), |object| object.value);
        }
        Err(damaged(self.newest, "references go in circles"))
    }

    /// The content of a stream; `None` where the object is none.
    pub(super) fn content(&self, object: &Object<'a>) -> Result<Option<Cow<'a, [u8]>>, Error> {
        let Some(at) = object.data else { return Ok(None) };
        let length = match get(&object.value, b"Length") {
            Some(length) => match reference(length) {
                // Only in the file itself: the length of a stream of objects cannot be looked up in one.
                Some((number, _)) => match self.place(number)? {
                    Place::At(at) => self.at(at, Some(number)).and_then(|length| integer(&length.value)),
                    _ => None,
                },
                None => integer(length),
            },
            None => None,
        };
        let data = self.data(object, length).ok_or_else(|| damaged(at, "a stream is cut off"))?;
        let content = inflated(&object.value, data, MOST_INFLATED);
        content.map(Some).ok_or_else(|| damaged(at, "a stream cannot be unpacked within bounds"))
    }

    /// The data of a stream as they stand in the file. A `length` that is wrong is not believed.
    fn data(&self, object: &Object<'a>, length: Option<usize>) -> Option<&'a [u8]> {
        let rest = self.bytes.get(object.data?..)?;
        let told = length.and_then(|length| rest.get(..length)).filter(|told| {
            let end = skipped(rest, told.len());
            near(rest, end).starts_with(b"endstream")
        });
        told.or_else(|| {
            let end = near(rest, 0).windows(9).position(|window| window == b"endstream")?;
            Some(
                rest[..end]
                    .strip_suffix(b"\n")
                    .map_or(&rest[..end], |data| data.strip_suffix(b"\r").unwrap_or(data)),
            )
        })
    }
}

fn sum(widths: [u8; 3]) -> usize {
    widths.into_iter().map(usize::from).sum()
}

/// Where the last `startxref` points to. What stands behind it may not be the start of another revision.
fn newest_section(bytes: &[u8]) -> Result<usize, Error> {
    let missing = || damaged(bytes.len(), "`startxref` is missing");
    let tail = bytes.len().saturating_sub(TAIL);
    let word = bytes[tail..].windows(9).rposition(|window| window == b"startxref").ok_or_else(missing)?;
    let (at, end) = next_integer(bytes, tail + word + 9).ok_or_else(missing)?;
    match bytes[end..].windows(4).any(|window| window == b" obj") {
        true => Err(damaged(end, "its last revision is cut off")),
        false => Ok(at as usize),
    }
}

/// The number at or after `at`, and the place behind it.
fn next_integer(bytes: &[u8], at: usize) -> Option<(u32, usize)> {
    let start = skipped(bytes, at);
    let end = word_end(near(bytes, start).get(..16.min(bytes.len().checked_sub(start)?))?, 0) + start;
    Some((integer(bytes.get(start..end)?)?, end))
}

/// `data` unpacked by the filter of `dictionary`. `None` where they are damaged, come to more than `most` bytes, or
/// the filter is another than Flate.
fn inflated<'a>(dictionary: &[u8], data: &'a [u8], most: usize) -> Option<Cow<'a, [u8]>> {
    let only = |value: Option<&'_ [u8]>| -> Option<Vec<u8>> {
        let value = value.filter(|value| *value != b"null")?;
        let alone = if value.starts_with(b"[") { elements(value).next().unwrap_or_default() } else { value };
        Some(alone.to_vec())
    };
    let filter = get(dictionary, b"Filter").or_else(|| get(dictionary, b"F"));
    let is_chain = filter.is_some_and(|filter| elements(filter).count() > 1);
    match only(filter) {
        None => return (data.len() <= most).then_some(Cow::Borrowed(data)),
        Some(name) if name.is_empty() => return (data.len() <= most).then_some(Cow::Borrowed(data)),
        Some(name) if name != b"/FlateDecode" && name != b"/Fl" || is_chain => return None,
        Some(_) => {}
    }
    let content = decompress_to_vec_zlib_with_limit(data, most).ok()?;
    let Some(parameters) = only(get(dictionary, b"DecodeParms")) else { return Some(Cow::Owned(content)) };
    let field = |name: &[u8], usual| get(&parameters, name).map_or(Some(usual), integer::<usize>);
    match field(b"Predictor", 1)? {
        1 => Some(Cow::Owned(content)),
        10..=15 => {
            let (colours, bits, columns) =
                (field(b"Colors", 1)?, field(b"BitsPerComponent", 8)?, field(b"Columns", 1)?);
            let pixel = (colours.checked_mul(bits)?.div_ceil(8)).max(1);
            let row = colours.checked_mul(bits)?.checked_mul(columns)?.div_ceil(8);
            unpredicted(content, pixel, row.max(1)).map(Cow::Owned)
        }
        _ => None,
    }
}

/// Undoes the filters of PNG, which stand before each row of `row` bytes (PNG specification, section 9).
fn unpredicted(mut content: Vec<u8>, pixel: usize, row: usize) -> Option<Vec<u8>> {
    let mut to = 0;
    let mut from = 0;
    while from < content.len() {
        let filter = content[from];
        let length = row.min(content.len() - from - 1);
        for column in 0..length {
            let left = if column >= pixel { content[to + column - pixel] } else { 0 };
            let above = if to >= row { content[to + column - row] } else { 0 };
            let corner = if column >= pixel && to >= row { content[to + column - pixel - row] } else { 0 };
            let predicted = match filter {
                0 => 0,
                1 => left,
                2 => above,
                3 => ((u16::from(left) + u16::from(above)) / 2) as u8,
                4 => paeth(left, above, corner),
                _ => return None,
            };
            content[to + column] = content[from + 1 + column].wrapping_add(predicted);
        }
        to += length;
        from += length + 1;
    }
    content.truncate(to);
    Some(content)
}

fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(above) - i16::from(corner);
    let distance = |value: u8| (estimate - i16::from(value)).abs();
    if distance(left) <= distance(above) && distance(left) <= distance(corner) {
        left
    } else if distance(above) <= distance(corner) {
        above
    } else {
        corner
    }
}
