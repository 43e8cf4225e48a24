//! The first page of a PDF file, and the visible label on it.
//!
//! Source: ISO 32000-2:2020, 7.7.3 (page tree, inherited attributes), 8.3.3 (transformations), 8.5 (paths) and 14.9.4
//! (replacement text).

use std::borrow::Cow;
use std::fmt::Write;

use super::super::Format;
use super::document::{Document, Object, damaged};
use super::syntax::{Reference, elements, get, integer, number, reference, without};
use super::update::Update;
use crate::Error;
use crate::visible::{Outlines, Segment, Visible};

/// Nodes that are looked at on the way to the first page.
const MOST_NODES: usize = 256;
/// US Letter in points: viewers take it where no size is told.
const LETTER: [f64; 4] = [0.0, 0.0, 612.0, 792.0];

/// A page, with what it inherits.
pub(super) struct Page {
    id: Reference,
    dictionary: Vec<u8>,
    /// Left, bottom, right, top of what is shown, in the page's units.
    area: [f64; 4],
    /// Quarter turns clockwise when it is shown.
    turns: u8,
}

/// What pages inherit from the nodes above them.
#[derive(Clone, Copy, Default)]
struct Inherited {
    media: Option<[f64; 4]>,
    crop: Option<[f64; 4]>,
    degrees: i64,
}

impl Page {
    /// The first page of the tree.
    pub(super) fn first(document: &Document<'_>) -> Result<Self, Error> {
        let root = get(&document.trailer, b"Root").map(|root| document.resolved(root)).transpose()?;
        let tree = root.as_deref().and_then(|root| get(root, b"Pages")).and_then(reference);
        let mut left = MOST_NODES;
        let found = tree.map(|tree| descend(document, tree, Inherited::default(), &mut left)).transpose()?;
        found.flatten().ok_or(Error::Unsupported { format: Format::Pdf, what: "it has no page" })
    }
}

/// The first page at or below `node`.
fn descend(
    document: &Document<'_>,
    node: Reference,
    inherited: Inherited,
    left: &mut usize,
) -> Result<Option<Page>, Error> {
    *left = left.checked_sub(1).ok_or_else(|| damaged(document.newest, "the page tree does not end"))?;
    let Some(node) = document.object(node.0)? else { return Ok(None) };
    // A stream is no page: written anew without its data, one that holds other objects would take them away.
    if node.is_stream() || !node.value.starts_with(b"<<") {
        return Ok(None);
    }
    let Object { id, value, .. } = node;
    let inherited = inherited.below(document, &value)?;
    let Some(kids) = get(&value, b"Kids") else {
        return Ok(Some(Page {
            id,
            area: inherited.area(),
            turns: (inherited.degrees / 90).rem_euclid(4) as u8,
            dictionary: value.into_owned(),
        }));
    };
    // Only the numbers are kept on the way down.
    let kids: Vec<Reference> =
        elements(&document.resolved(kids)?).filter_map(reference).take(*left).collect();
    drop(value);
    for kid in kids {
        if let Some(page) = descend(document, kid, inherited, left)? {
            return Ok(Some(page));
        }
    }
    Ok(None)
}

impl Inherited {
    fn below(mut self, document: &Document<'_>, node: &[u8]) -> Result<Self, Error> {
        for (name, place) in [(b"MediaBox".as_slice(), &mut self.media), (b"CropBox", &mut self.crop)] {
            if let Some(value) = get(node, name) {
                *place = rectangle(document, value)?.or(*place);
            }
        }
        if let Some(turn) = get(node, b"Rotate") {
            self.degrees = integer(&document.resolved(turn)?).unwrap_or(self.degrees);
        }
        Ok(self)
    }

    /// What of the page is shown.
    fn area(&self) -> [f64; 4] {
        let media = self.media.unwrap_or(LETTER);
        let Some(crop) = self.crop else { return media };
        let [left, bottom] = [0, 1].map(|side| media[side].max(crop[side]));
        let [right, top] = [2, 3].map(|side| media[side].min(crop[side]));
        if left < right && bottom < top { [left, bottom, right, top] } else { media }
    }
}

/// A rectangle of any two opposite corners; `None` where it is none, or is empty.
fn rectangle(document: &Document<'_>, value: &[u8]) -> Result<Option<[f64; 4]>, Error> {
    let array = document.resolved(value)?;
    let mut sides = [0.0; 4];
    let mut elements = elements(&array);
    for side in &mut sides {
        let Some(element) = elements.next() else { return Ok(None) };
        let Some(length) = number(&document.resolved(element)?).filter(|length| length.abs() < 1e7) else {
            return Ok(None);
        };
        *side = length;
    }
    let [left, bottom, right, top] = sides;
    let sides = [left.min(right), bottom.min(top), left.max(right), bottom.max(top)];
    Ok((sides[2] - sides[0] > 1e-3 && sides[3] - sides[1] > 1e-3).then_some(sides))
}

/// Adds the visible label to `page`: its own content between two streams that keep the state of the painter, and the
/// label as the last one. No font and no resource of the page is needed.
pub(super) fn stamp(
    page: &Page,
    visible: &Visible,
    document: &Document<'_>,
    update: &mut Update<'_, '_>,
) -> Result<(), Error> {
    let [left, bottom, right, top] = page.area;
    let (width, height) = (right - left, top - bottom);
    let (shown_width, shown_height) =
        if page.turns.is_multiple_of(2) { (width, height) } else { (height, width) };
    let outlines = visible.outlines(shown_width as f32, shown_height as f32).ok_or(Error::Unsupported {
        format: Format::Pdf,
        what: "its first page has no room for a legible label",
    })?;
    // From the page as it is shown, its lower left corner at the origin, to the page's own units.
    let matrix = match page.turns {
        0 => [1.0, 0.0, 0.0, 1.0, left, bottom],
        1 => [0.0, 1.0, -1.0, 0.0, right, bottom],
        2 => [-1.0, 0.0, 0.0, -1.0, right, top],
        _ => [0.0, -1.0, 1.0, 0.0, left, top],
    };
    let before = update.reserve();
    let after = update.reserve();
    update.put_stream(before, b"", b"q\n");
    update.put_stream(after, b"", painted(&outlines, matrix, visible.wording.as_str()).as_bytes());

    let old = contents(document, &page.dictionary)?;
    let mut new = b"<<\n".to_vec();
    new.extend(without(&page.dictionary, |(key, _)| super::syntax::is_named(key, b"Contents")));
    new.extend_from_slice(format!("/Contents [ {} 0 R ", before.0).as_bytes());
    new.extend_from_slice(&old);
    new.extend_from_slice(format!(" {} 0 R ]\n>>", after.0).as_bytes());
    update.put(page.id, new);
    Ok(())
}

/// References to the streams of a page.
fn contents(document: &Document<'_>, page: &[u8]) -> Result<Vec<u8>, Error> {
    let Some(value) = get(page, b"Contents") else { return Ok(Vec::new()) };
    let array = match reference(value) {
        None => Cow::Borrowed(value),
        Some((number, _)) => match document.object(number)? {
            Some(object) if object.value.starts_with(b"[") => object.value,
            Some(_) => return Ok(value.to_vec()),
            None => return Ok(Vec::new()),
        },
    };
    let streams: Vec<&[u8]> = elements(&array).filter(|element| reference(element).is_some()).collect();
    Ok(streams.join(b" ".as_slice()))
}

/// Operators that paint the label, its words as text for those who do not see it.
fn painted(outlines: &Outlines, matrix: [f64; 6], words: &str) -> String {
    let mut out = "\nQ\nq\n".to_owned();
    let _ = writeln!(out, "{} cm", matrix.map(|value| format!("{value:.3}")).join(" "));
    let spoken = words.encode_utf16().fold(String::new(), |mut hex, unit| {
        let _ = write!(hex, "{unit:04X}");
        hex
    });
    let _ = writeln!(out, "/Span << /ActualText <FEFF{spoken}> >> BDC");
    fill(&mut out, &outlines.plate, outlines.plate_colour);
    fill(&mut out, &outlines.words, outlines.ink_colour);
    out.push_str("EMC\nQ\n");
    out
}

fn fill(out: &mut String, path: &[Segment], colour: [u8; 3]) {
    let colour = colour.map(|channel| format!("{:.4}", f32::from(channel) / 255.0)).join(" ");
    let _ = writeln!(out, "{colour} rg");
    for segment in path {
        let _ = match segment {
            Segment::Move([x, y]) => writeln!(out, "{x:.3} {y:.3} m"),
            Segment::Line([x, y]) => writeln!(out, "{x:.3} {y:.3} l"),
            Segment::Curve([[a, b], [c, d], [x, y]]) => {
                writeln!(out, "{a:.3} {b:.3} {c:.3} {d:.3} {x:.3} {y:.3} c")
            }
        };
    }
    out.push_str("f\n");
}
