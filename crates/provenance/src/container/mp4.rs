//! MP4 and MOV: `moov.udta.meta` with handler `mdta`, key `AIGC` in `keys` and the JSON in `ilst`.
//!
//! A movie whose `udta` holds tags of the other kind (handler `mdir`) keeps them and gets a second `meta` after them,
//! as one of them cannot hold both; ffprobe and `ExifTool` read the two. Where `moov` grows in front of the sound and
//! pictures, every absolute offset is moved along: `stco`, `co64` and `saio` in the tracks, `tfhd` in fragments, `tfra`
//! in their index.
//!
//! Sources: ISO/IEC 14496-12 (boxes, offsets), Apple `QuickTime` File Format Specification (metadata keys).

use super::field::{array, be32, be64, is_named_label, slice, text};
use super::{Carried, Format, Site};
use crate::Error;
use crate::aigc::Aigc;

const NAME: &[u8] = b"AIGC";

/// A box: its type, and where it starts, its body lies and it ends.
#[derive(Clone, Copy)]
struct Piece {
    kind: [u8; 4],
    start: usize,
    body: usize,
    end: usize,
}

/// The boxes between two places.
struct Boxes<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
}

fn boxes(bytes: &[u8], at: usize, end: usize) -> Boxes<'_> {
    Boxes { bytes, at, end }
}

fn damaged(at: usize, what: &'static str) -> Error {
    Error::Damaged { format: Format::Mp4, at, what }
}

fn unsupported(what: &'static str) -> Error {
    Error::Unsupported { format: Format::Mp4, what }
}

impl Boxes<'_> {
    fn piece(&self) -> Option<Piece> {
        let (start, room) = (self.at, self.end - self.at);
        let (size, kind) = (be32(self.bytes, start)? as usize, array(self.bytes, start + 4)?);
        let (header, size) = match size {
            0 => (8, room),
            1 => (16, usize::try_from(be64(self.bytes, start + 8)?).ok()?),
            size => (8, size),
        };
        let fits = header <= size && size <= room;
        // Only a size that fits can be added to without an overflow.
        fits.then(|| Piece { kind, start, body: start + header, end: start + size })
    }
}

impl Iterator for Boxes<'_> {
    type Item = Result<Piece, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        // QuickTime ends `udta` with four zeros.
        let rest = self.bytes.get(self.at..self.end)?;
        if rest.is_empty() || rest == [0; 4] {
            return None;
        }
        let piece = self.piece();
        let at = self.at;
        self.at = piece.map_or(self.end, |piece| piece.end);
        Some(piece.ok_or(damaged(at, "a box is longer than what holds it")))
    }
}

/// Whether a file has more than `most` boxes. Readers that make a tree of them take the square of their number in time.
pub(crate) fn has_more_boxes(bytes: &[u8], most: usize) -> bool {
    const HOLDERS: [&[u8; 4]; 15] = [
        b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf", b"edts", b"udta", b"dinf", b"tref",
        b"treg", b"mvex", b"mfra", b"schi",
    ];
    let mut open = vec![(0, bytes.len())];
    let mut count = 0;
    while let Some((at, end)) = open.pop() {
        for piece in boxes(bytes, at, end).map_while(Result::ok) {
            count += 1;
            if count > most {
                return true;
            }
            if HOLDERS.contains(&&piece.kind) || &piece.kind == b"meta" {
                open.push((piece.body, piece.end));
            }
            if &piece.kind == b"meta" {
                // With version and flags in front, or without.
                open.push(((piece.body + 4).min(piece.end), piece.end));
            }
        }
    }
    false
}

/// A `meta` box, its parts looked up.
struct Meta {
    piece: Piece,
    /// Where the boxes in it start: after version and flags, which `QuickTime` leaves out.
    inside: usize,
    keyed: bool,
    keys: Option<Piece>,
    list: Option<Piece>,
}

impl Meta {
    fn of(bytes: &[u8], piece: Piece) -> Result<Self, Error> {
        let bare = slice(bytes, piece.body + 4, 4) == Some(b"hdlr");
        let inside = if bare { piece.body } else { (piece.body + 4).min(piece.end) };
        let mut meta = Self { piece, inside, keyed: false, keys: None, list: None };
        for part in boxes(bytes, inside, piece.end) {
            let part = part?;
            match &part.kind {
                b"hdlr" => meta.keyed = slice(&bytes[..part.end], part.body + 8, 4) == Some(b"mdta"),
                b"keys" => meta.keys = Some(part),
                b"ilst" => meta.list = Some(part),
                _ => {}
            }
        }
        Ok(meta)
    }

    /// Place of the key `AIGC`, counted from one, and the number of keys.
    fn key(&self, bytes: &[u8]) -> Result<(Option<u32>, u32), Error> {
        let Some(keys) = self.keys else { return Ok((None, 0)) };
        let count =
            be32(&bytes[..keys.end], keys.body + 4).ok_or(damaged(keys.start, "the keys are cut off"))?;
        let (mut at, mut found) = (keys.body + 8, None);
        for place in 1..=count {
            let size = be32(&bytes[..keys.end], at).ok_or(damaged(at, "a key is cut off"))? as usize;
            let key = slice(&bytes[..keys.end], at, size).and_then(|key| key.get(8..));
            let key = key.ok_or(damaged(at, "a key is cut off"))?;
            if found.is_none() && key.eq_ignore_ascii_case(NAME) {
                found = Some(place);
            }
            at += size;
        }
        if at != keys.end {
            return Err(damaged(at, "there are more keys than their count"));
        }
        Ok((found, count))
    }

    /// The label in an item of the list, if it is one.
    fn label(&self, bytes: &[u8], item: Piece, key: Option<u32>) -> Result<Option<String>, Error> {
        let (mut value, mut named) = (None, self.keyed && key == Some(u32::from_be_bytes(item.kind)));
        for part in boxes(bytes, item.body, item.end) {
            let part = part?;
            match &part.kind {
                b"data" => value = value.or(bytes.get(part.body + 8..part.end).map(text)),
                b"name" if &item.kind == b"----" => {
                    named = bytes
                        .get(part.body + 4..part.end)
                        .is_some_and(|name| name.eq_ignore_ascii_case(NAME));
                }
                _ => {}
            }
        }
        Ok(value.filter(|value| named || is_named_label(value)))
    }
}

/// Adds the labels of `bytes`.
pub(super) fn read(bytes: &[u8], carried: &mut Carried) -> Result<(), Error> {
    for piece in boxes(bytes, 0, bytes.len()) {
        let piece = piece?;
        if &piece.kind == b"moov" {
            read_within(bytes, piece, "moov", carried)?;
        }
    }
    Ok(())
}

/// Looks for `meta` in `moov`, in its `udta`, in tracks and in theirs.
fn read_within(bytes: &[u8], holder: Piece, path: &str, carried: &mut Carried) -> Result<(), Error> {
    for piece in boxes(bytes, holder.body, holder.end) {
        let piece = piece?;
        match (&piece.kind, path) {
            (b"udta", "moov") => read_within(bytes, piece, "moov.udta", carried)?,
            (b"trak", "moov") => read_within(bytes, piece, "moov.trak", carried)?,
            (b"udta", "moov.trak") => read_within(bytes, piece, "moov.trak.udta", carried)?,
            (b"meta", _) => read_meta(bytes, &Meta::of(bytes, piece)?, path, carried)?,
            _ => {}
        }
    }
    Ok(())
}

fn read_meta(bytes: &[u8], meta: &Meta, path: &str, carried: &mut Carried) -> Result<(), Error> {
    let Some(list) = meta.list else { return Ok(()) };
    let (key, _) = meta.key(bytes)?;
    for item in boxes(bytes, list.body, list.end) {
        if let Some(text) = meta.label(bytes, item?, key)? {
            carried.sites.push(Site { carrier: format!("{path}.meta AIGC"), text });
        }
    }
    Ok(())
}

/// The file with `label` in `moov.udta.meta` and nowhere else.
pub(super) fn write(bytes: &[u8], label: &Aigc) -> Result<Vec<u8>, Error> {
    let mut movie = None;
    for piece in boxes(bytes, 0, bytes.len()) {
        let piece = piece?;
        if &piece.kind == b"moov" && movie.replace(piece).is_some() {
            return Err(unsupported("it has two `moov` boxes"));
        }
    }
    let movie = movie.ok_or(unsupported("it has no `moov` box"))?;
    let written = rewritten(bytes, movie, "moov", &label.to_json())?;
    let grown = written.len() as i64 - (movie.end - movie.start) as i64;
    let mut out = Vec::with_capacity(bytes.len() + written.len());
    out.extend_from_slice(&bytes[..movie.start]);
    out.extend_from_slice(&written);
    out.extend_from_slice(&bytes[movie.end..]);
    let out = Shift { from: movie.end as u64, by: grown, movie: movie.start }.applied(out)?;
    // Boxes of one kind twice, or keys and items that disagree, can hide what was written.
    let mut carried = Carried::default();
    read(&out, &mut carried)?;
    match carried.sites.as_slice() {
        [site] if site.text == label.to_json() => Ok(out),
        _ => Err(damaged(movie.start, "its metadata contradicts itself")),
    }
}

/// A box that may hold labels without them; `moov` gets a `udta` and `moov.udta` the label.
fn rewritten(bytes: &[u8], holder: Piece, path: &str, json: &str) -> Result<Vec<u8>, Error> {
    let (mut body, mut at, mut written) = (Vec::new(), holder.body, false);
    for piece in boxes(bytes, holder.body, holder.end) {
        let piece = piece?;
        match (&piece.kind, path) {
            (b"udta", "moov") if !written => {
                written = true;
                body.extend(rewritten(bytes, piece, "moov.udta", json)?);
            }
            (b"udta", "moov") => body.extend(rewritten(bytes, piece, "moov.trak.udta", json)?),
            (b"trak", "moov") => body.extend(rewritten(bytes, piece, "moov.trak", json)?),
            (b"udta", "moov.trak") => body.extend(rewritten(bytes, piece, "moov.trak.udta", json)?),
            (b"meta", _) => {
                let meta = Meta::of(bytes, piece)?;
                let here = path == "moov.udta" && meta.keyed && !written;
                written |= here;
                body.extend(meta_written(bytes, &meta, here.then_some(json))?);
            }
            _ => body.extend_from_slice(&bytes[piece.start..piece.end]),
        }
        at = piece.end;
    }
    if !written && path == "moov.udta" {
        body.extend(new_meta(json)?);
    }
    if !written && path == "moov" {
        body.extend(boxed(*b"udta", &[&new_meta(json)?])?);
    }
    // What ends `udta` in QuickTime stays at its end.
    body.extend_from_slice(&bytes[at..holder.end]);
    boxed(holder.kind, &[&body])
}

/// A `meta` without labels, and with `json` as one if given; unchanged where there is nothing to do.
fn meta_written(bytes: &[u8], meta: &Meta, json: Option<&str>) -> Result<Vec<u8>, Error> {
    let (key, count) = meta.key(bytes)?;
    let mut items = Vec::new();
    if let Some(list) = meta.list {
        for item in boxes(bytes, list.body, list.end) {
            let item = item?;
            if meta.keyed && u32::from_be_bytes(item.kind) > count {
                return Err(damaged(item.start, "an item has no key"));
            }
            if meta.label(bytes, item, key)?.is_none() {
                items.extend_from_slice(&bytes[item.start..item.end]);
            }
        }
    }
    let place = key.unwrap_or(count + 1);
    if let Some(json) = json {
        items.extend(item(place, json)?);
    }
    let mut keys = match meta.keys {
        Some(keys) => bytes[keys.body..keys.end].to_vec(),
        None => vec![0; 8],
    };
    if json.is_some() && key.is_none() {
        keys.extend(boxed(*b"mdta", &[NAME])?);
        keys[4..8].copy_from_slice(&(count + 1).to_be_bytes());
    }
    let mut body = bytes[meta.piece.body..meta.inside].to_vec();
    for part in boxes(bytes, meta.inside, meta.piece.end) {
        let part = part?;
        match &part.kind {
            b"keys" => body.extend(boxed(*b"keys", &[&keys])?),
            b"ilst" => body.extend(boxed(*b"ilst", &[&items])?),
            _ => body.extend_from_slice(&bytes[part.start..part.end]),
        }
    }
    if json.is_some() && meta.keys.is_none() {
        body.extend(boxed(*b"keys", &[&keys])?);
    }
    if json.is_some() && meta.list.is_none() {
        body.extend(boxed(*b"ilst", &[&items])?);
    }
    boxed(*b"meta", &[&body])
}

fn new_meta(json: &str) -> Result<Vec<u8>, Error> {
    let handler = boxed(*b"hdlr", &[&[0; 8], b"mdta", &[0; 13]])?;
    let keys = boxed(*b"keys", &[&[0, 0, 0, 0, 0, 0, 0, 1], &boxed(*b"mdta", &[NAME])?])?;
    let list = boxed(*b"ilst", &[&item(1, json)?])?;
    boxed(*b"meta", &[&[0; 4], &handler, &keys, &list])
}

/// An item of UTF-8 text (type 1) in no particular language.
fn item(key: u32, json: &str) -> Result<Vec<u8>, Error> {
    boxed(key.to_be_bytes(), &[&boxed(*b"data", &[&[0, 0, 0, 1, 0, 0, 0, 0], json.as_bytes()])?])
}

fn boxed(kind: [u8; 4], parts: &[&[u8]]) -> Result<Vec<u8>, Error> {
    let size = 8 + parts.iter().map(|part| part.len()).sum::<usize>();
    let size = u32::try_from(size).map_err(|_| unsupported("a box would grow beyond 4 GiB"))?;
    Ok([&size.to_be_bytes(), &kind[..], &parts.concat()].concat())
}

/// What lies from `from` on moves by `by` bytes, as the movie box that starts at `movie` has grown.
struct Shift {
    from: u64,
    by: i64,
    movie: usize,
}

impl Shift {
    fn applied(&self, mut out: Vec<u8>) -> Result<Vec<u8>, Error> {
        if self.by == 0 {
            return Ok(out);
        }
        let mut tables = Vec::new();
        for piece in boxes(&out, 0, out.len()) {
            let piece = piece?;
            match &piece.kind {
                b"sidx" if piece.end <= self.movie => {
                    return Err(unsupported("its index of segments stands before `moov`"));
                }
                b"meta" if within(&out, piece, b"iloc")? => {
                    return Err(unsupported("it holds images by their place in the file"));
                }
                b"moov" | b"moof" | b"mfra" => collect(&out, piece, &mut tables, 0)?,
                _ => {}
            }
        }
        for table in tables {
            self.table(&mut out, table)?;
        }
        Ok(out)
    }

    /// Moves the offsets of one table.
    fn table(&self, out: &mut [u8], table: Piece) -> Result<(), Error> {
        let cut = damaged(table.start, "a table of offsets is cut off");
        let version = slice(out, table.body, 1).map(|byte| byte[0]);
        let flags = be32(out, table.body).unwrap_or(0) & 0xff_ffff;
        let count = |at| be32(&out[..table.end], at).map(|count| count as usize);
        let (first, stride, entries, wide) = match &table.kind {
            b"stco" => (table.body + 8, 4, count(table.body + 4), false),
            b"co64" => (table.body + 8, 8, count(table.body + 4), true),
            b"saio" => {
                let typed = if flags & 1 != 0 { 8 } else { 0 };
                let wide = version == Some(1);
                (table.body + typed + 8, if wide { 8 } else { 4 }, count(table.body + typed + 4), wide)
            }
            b"tfhd" => (table.body + 8, 8, Some((flags & 1) as usize), true),
            b"tfra" => {
                let wide = version == Some(1);
                let lengths = be32(out, table.body + 8).unwrap_or(0);
                let tail = [4, 2, 0].map(|shift| (lengths >> shift & 3) as usize + 1).iter().sum::<usize>();
                let time = if wide { 8 } else { 4 };
                (table.body + 16 + time, 2 * time + tail, count(table.body + 12), wide)
            }
            _ => return Ok(()),
        };
        let Some(entries) = entries else { return Err(cut) };
        let width = if wide { 8 } else { 4 };
        for place in 0..entries {
            let at = place.checked_mul(stride).and_then(|skip| first.checked_add(skip));
            let field = at.and_then(|at| out.get_mut(at..at + width)).filter(|_| at < Some(table.end));
            self.offset(field.ok_or(damaged(table.start, "a table of offsets is cut off"))?)?;
        }
        Ok(())
    }

    /// Moves one offset of four or eight bytes.
    fn offset(&self, field: &mut [u8]) -> Result<(), Error> {
        let offset = field.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte));
        if offset < self.from {
            return Ok(());
        }
        let moved = offset.checked_add_signed(self.by);
        let moved = moved.filter(|moved| field.len() == 8 || *moved <= u64::from(u32::MAX));
        let moved = moved.ok_or(unsupported("an offset would grow beyond 4 GiB"))?.to_be_bytes();
        let width = field.len();
        field.copy_from_slice(&moved[8 - width..]);
        Ok(())
    }
}

fn within(bytes: &[u8], holder: Piece, kind: &[u8; 4]) -> Result<bool, Error> {
    for piece in boxes(bytes, (holder.body + 4).min(holder.end), holder.end) {
        if &piece?.kind == kind {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Tables of absolute offsets in `holder`. Boxes that hold tables are at most six deep in any file.
fn collect(bytes: &[u8], holder: Piece, tables: &mut Vec<Piece>, depth: u8) -> Result<(), Error> {
    for piece in boxes(bytes, holder.body, holder.end) {
        let piece = piece?;
        match &piece.kind {
            b"stco" | b"co64" | b"tfhd" | b"tfra" => tables.push(piece),
            // In a fragment these count from the fragment.
            b"saio" if &holder.kind == b"stbl" => tables.push(piece),
            b"trak" | b"mdia" | b"minf" | b"stbl" | b"traf" if depth < 6 => {
                collect(bytes, piece, tables, depth + 1)?
            }
            _ => {}
        }
    }
    Ok(())
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

    fn made(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
        boxed(*kind, parts).expect("small")
    }

    /// A movie box in front of its sound, which starts at the offset that the track tells.
    fn movie(extra: &[u8]) -> Vec<u8> {
        let with = |offset: u32| {
            let table = made(b"stco", &[&[0, 0, 0, 0, 0, 0, 0, 1], &offset.to_be_bytes()]);
            let track = made(b"trak", &[&made(b"mdia", &[&made(b"minf", &[&made(b"stbl", &[&table])])])]);
            made(b"moov", &[&track, extra])
        };
        let start = made(b"ftyp", &[b"isom\0\0\0\0"]);
        let offset = u32::try_from(start.len() + with(0).len() + 8).expect("small");
        [start, with(offset), made(b"mdat", &[b"sound"])].concat()
    }

    fn told_offset(bytes: &[u8]) -> usize {
        let table = bytes.windows(4).position(|window| window == b"stco").expect("a table");
        be32(bytes, table + 12).expect("an offset") as usize
    }

    #[test]
    fn offsets_follow_what_they_point_to() {
        let tags =
            made(b"meta", &[&[0; 4], &made(b"hdlr", &[&[0; 8], b"mdir", &[0; 13]]), &made(b"ilst", &[])]);
        for extra in [vec![], made(b"udta", &[&tags]), made(b"udta", &[&made(b"Xyz ", &[b"1"]), &[0; 4]])] {
            let file = movie(&extra);
            let marked = write(&file, &label()).expect("written");
            assert_eq!(found(&marked), [label().to_json()], "the label");
            assert_eq!(&marked[told_offset(&marked)..], b"sound", "the offset");
            assert_eq!(write(&marked, &label()).expect("again"), marked, "the second time changes nothing");
        }
    }

    #[test]
    fn labels_in_other_places_are_found_and_give_way() {
        let name = [made(b"mean", &[&[0; 4], b"com.apple.iTunes"]), made(b"name", &[&[0; 4], NAME])].concat();
        let free = made(b"----", &[&name, &made(b"data", &[&[0, 0, 0, 1, 0, 0, 0, 0], b"{}"])]);
        let tags = [made(b"hdlr", &[&[0; 8], b"mdir", &[0; 13]]), made(b"ilst", &[&free])].concat();
        let extra =
            [made(b"udta", &[&made(b"meta", &[&[0; 4], &tags])]), new_meta("[]").expect("small")].concat();
        let file = movie(&extra);
        assert_eq!(found(&file), ["{}", "[]"], "both");
        let marked = write(&file, &label()).expect("written");
        assert_eq!(found(&marked), [label().to_json()], "one");
        assert_eq!(&marked[told_offset(&marked)..], b"sound", "the offset");
    }
}
