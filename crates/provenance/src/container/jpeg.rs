//! JPEG (ITU-T T.81): the packet is an `APP1` segment that begins with `http://ns.adobe.com/xap/1.0/` and a zero.

use std::ops::Range;

use super::{Carried, Format, Site, blob};
use crate::Error;
use crate::aigc::Aigc;
use crate::xmp::{self, DigitalSource};

const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const EXTENDED: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
/// Bytes of [`EXTENDED`], a digest, the whole length and the part's offset.
const EXTENDED_HEAD: usize = 35 + 32 + 8;
/// Bytes that a segment can hold.
const SEGMENT: usize = 65_533;

/// A marker with its segment.
struct Segment<'a> {
    marker: u8,
    data: &'a [u8],
    /// Marker, length and data, without what fills the space before.
    whole: Range<usize>,
}

impl Segment<'_> {
    fn is_packet(&self) -> bool {
        self.marker == 0xE1 && self.data.starts_with(XMP)
    }

    fn is_extended(&self) -> bool {
        self.marker == 0xE1 && self.data.starts_with(EXTENDED) && self.data.len() >= EXTENDED_HEAD
    }

    /// Application data and comments, but not manifests, which quote labels of other files.
    fn may_hide(&self) -> bool {
        matches!(self.marker, 0xE0..=0xEF | 0xFE) && self.marker != 0xEB
    }

    fn carrier(&self) -> String {
        match self.marker {
            0xFE => "comment segment, without a name".to_owned(),
            0xE1 if self.data.starts_with(b"Exif") => "EXIF, without a name".to_owned(),
            marker => format!("APP{} segment, without a name", marker - 0xE0),
        }
    }
}

pub(super) fn read(bytes: &[u8], carried: &mut Carried) -> Result<(), Error> {
    let mut segments = Segments::new(bytes)?;
    let mut extended = Vec::new();
    while let Some(segment) = segments.next()? {
        if segment.is_packet() {
            xmp::collect(&segment.data[XMP.len()..], "APP1 segment", carried)?;
        } else if segment.is_extended() {
            extended.extend(&segment.data[EXTENDED_HEAD..]);
        } else if segment.may_hide() {
            carried.sites.extend(hidden(segment.data, &segment.carrier()));
        }
    }
    if !extended.is_empty() {
        xmp::collect(&extended, "APP1 segments, extended", carried)?;
    }
    carried.sites.extend(hidden(&bytes[segments.at..], "bytes after the picture, without a name"));
    Ok(())
}

pub(super) fn write(bytes: &[u8], label: &Aigc, source: DigitalSource) -> Result<Vec<u8>, Error> {
    let drop_extended = has_extended_label(bytes)?;
    let mut segments = Segments::new(bytes)?;
    let mut packet: Option<&[u8]> = None;
    let mut place = None;
    let mut new = vec![0xFF, 0xD8];
    let mut copied = 2;
    while let Some(segment) = segments.next()? {
        // Entropy-coded data lies between segments.
        new.extend(&bytes[copied..segment.whole.start]);
        copied = segment.whole.end;
        let leading = segment.marker == 0xE0 || segment.data.starts_with(b"Exif");
        if place.is_none() && !leading {
            place = Some(new.len());
        }
        if segment.is_packet() {
            packet = packet.or(Some(&segment.data[XMP.len()..]));
        } else if segment.is_extended() && drop_extended {
        } else if segment.may_hide() && !segment.is_extended() {
            let mut data = segment.data.to_vec();
            blob::blank(&mut data);
            if data == segment.data || !data.trim_ascii().is_empty() {
                new.extend(encoded(segment.marker, &data));
            }
        } else {
            new.extend(&bytes[segment.whole]);
        }
    }
    let Some(place) = place else { return Err(damaged(bytes.len(), "there is no picture")) };
    let mut after = bytes[copied..].to_vec();
    blob::blank(&mut after);
    new.extend(after);
    let packet = [XMP, xmp::write(packet, label, source)?.as_bytes()].concat();
    if packet.len() > SEGMENT {
        return Err(Error::Unsupported {
            format: Format::Jpeg,
            what: "its XMP packet is too long for a segment",
        });
    }
    new.splice(place..place, encoded(0xE1, &packet));
    Ok(new)
}

/// Whether the packet's extension holds a label. It goes as a whole then: its digest would not fit any more.
fn has_extended_label(bytes: &[u8]) -> Result<bool, Error> {
    let mut segments = Segments::new(bytes)?;
    let mut extended = Vec::new();
    while let Some(segment) = segments.next()? {
        if segment.is_extended() {
            extended.extend(&segment.data[EXTENDED_HEAD..]);
        }
    }
    let properties = xmp::read(&extended)?;
    Ok(!properties.labels.is_empty() || !properties.digital_sources.is_empty())
}

fn hidden(bytes: &[u8], carrier: &str) -> impl Iterator<Item = Site> {
    blob::blobs(bytes).into_iter().map(move |blob| Site { carrier: carrier.to_owned(), text: blob.text })
}

/// Segments up to and with the end of the picture.
struct Segments<'a> {
    bytes: &'a [u8],
    at: usize,
    ended: bool,
}

impl<'a> Segments<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self, Error> {
        match bytes.starts_with(&[0xFF, 0xD8]) {
            true => Ok(Self { bytes, at: 2, ended: false }),
            false => Err(damaged(0, "the start of the picture is missing")),
        }
    }

    fn next(&mut self) -> Result<Option<Segment<'a>>, Error> {
        if self.ended {
            return Ok(None);
        }
        let (marker, start) = self.marker()?;
        let alone = matches!(marker, 0x01 | 0xD0..=0xD9);
        let length = match (alone, self.bytes.get(start + 2..start + 4)) {
            (true, _) => 0,
            (false, Some([high, low])) => usize::from(u16::from_be_bytes([*high, *low])),
            _ => return Err(damaged(start, "a segment is cut off")),
        };
        if !alone && length < 2 {
            return Err(damaged(start, "a segment is shorter than its length"));
        }
        let end = start + 2 + length;
        let head = if alone { 2 } else { 4 };
        let data = self.bytes.get(start + head..end).ok_or_else(|| damaged(start, "a segment is cut off"))?;
        self.at = end;
        self.ended = marker == 0xD9;
        Ok(Some(Segment { marker, data, whole: start..end }))
    }

    /// The next marker and its place; passes over entropy-coded data and fill bytes.
    fn marker(&self) -> Result<(u8, usize), Error> {
        let mut at = self.at;
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let Some(step) = rest.iter().position(|byte| *byte == 0xFF) else {
                return Err(damaged(self.at, "the end of the picture is missing"));
            };
            at += step;
            match self.bytes.get(at + 1) {
                None => return Err(damaged(self.at, "the end of the picture is missing")),
                Some(0xFF) => at += 1,
                Some(0x00 | 0xD0..=0xD7) => at += 2,
                Some(marker) => return Ok((*marker, at)),
            }
        }
    }
}

fn encoded(marker: u8, data: &[u8]) -> Vec<u8> {
    let mut segment = vec![0xFF, marker];
    segment.extend((data.len() as u16 + 2).to_be_bytes());
    segment.extend(data);
    segment
}

fn damaged(at: usize, what: &'static str) -> Error {
    Error::Damaged { format: Format::Jpeg, at, what }
}
