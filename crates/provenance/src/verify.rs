//! Checking a file of anyone: everything that it carries, and what contradicts what.
//!
//! Nothing stops at the first finding, nothing is fetched, and a damaged file is a finding, not an error. What is found is
//! summed up in the words of the labelling measures (article 6): 属于 (is), 可能 (may be), 疑似 (suspected), or that no label
//! was found. That a file was made without a model is never said: labels can be lost.
//!
//! Memory is bounded: beside the file itself, of [`MOST_BYTES`] at most, [`MOST_MULTIPLE`] times its size and
//! [`MOST_CONSTANT`]. Only where a watermark is looked for, pixels are decoded: [`MOST_PIXELS`] of them.

mod contradictions;
mod told;

use std::io::Cursor;

use image::{ImageFormat, ImageReader, Limits, RgbaImage};

use crate::aigc::{Aigc, Certainty, Fault};
use crate::container::{self, Format};
use crate::keys::{Keys, WatermarkKey};
use crate::manifest::{self, Manifest, State};
use crate::number::Number;
use crate::{Error, signature, watermark, xmp};

pub use contradictions::Contradiction;
pub use told::Language;

/// Larger files are not read: 512 MiB.
pub const MOST_BYTES: usize = 512 << 20;
/// Memory that checking takes at most, as a multiple of the file's size, beside [`MOST_CONSTANT`]; pixels are extra.
pub const MOST_MULTIPLE: usize = 12;
/// Memory that checking takes at most, whatever the file's size, in bytes; pixels are extra.
pub const MOST_CONSTANT: usize = 64 << 20;
/// In MP4 files of more boxes no manifest is looked for: its reader would take minutes. Hours of film in pieces have about
/// 20 000.
const MOST_BOXES: usize = 1 << 16;
/// Larger pictures are not searched for a watermark: 40 million pixels, 160 MB as RGBA.
pub const MOST_PIXELS: u64 = 40_000_000;

/// What the one who checks knows beforehand.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Roots that vouch for signers of manifests, in PEM.
    pub roots: Vec<String>,
    /// Keys with which watermarks are looked for.
    pub watermarks: Vec<WatermarkKey>,
    /// Public keys of labels that are known: SPKI in hexadecimal.
    pub label_keys: Vec<String>,
}

impl Trust {
    /// Trust in an installation's own keys, earlier generations included.
    pub fn of(keys: &Keys) -> Self {
        Self {
            roots: keys.roots().map(str::to_owned).collect(),
            watermarks: keys.watermarks().cloned().collect(),
            label_keys: keys.label_public().map(str::to_owned).collect(),
        }
    }
}

/// What became of the signature in `ReservedCode1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// There is none.
    Absent,
    /// It fits, and its key is one that is known.
    Known,
    /// It fits the key that came with it; whose that is, is not known.
    Fits,
    /// It does not fit the label.
    Wrong,
    /// It cannot be read.
    Unreadable,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// An implicit label (GB 45438-2025).
    Label {
        /// Where in the file.
        carrier: String,
        /// The label, if it could be read.
        label: Option<Aigc>,
        /// What in it contradicts the standard.
        faults: Vec<Fault>,
        /// Its signature.
        signature: Signature,
    },
    /// `Iptc4xmpExt:DigitalSourceType`.
    DigitalSource {
        /// The address as it stands there.
        uri: String,
    },
    /// A C2PA manifest.
    Manifest(Box<Manifest>),
    /// A watermark of one of the keys.
    Watermark {
        /// What it says: ten hexadecimal digits.
        id: String,
        /// The part of the evidence that agrees: 0.5 is chance, 1 a watermark without damage.
        confidence: f32,
    },
    /// Two findings that cannot both be right.
    Contradiction(Contradiction),
    /// Something that could not be looked at.
    Unchecked(Unchecked),
}

/// Why a part of a file was not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unchecked {
    /// The file is of no format that is known here.
    UnknownFormat,
    /// The file is empty.
    Empty,
    /// The file is larger than [`MOST_BYTES`].
    TooLarge,
    /// Reading metadata stopped here.
    Damaged {
        /// Where and why.
        reason: String,
    },
    /// The file is encrypted.
    Encrypted,
    /// The picture has more than [`MOST_PIXELS`].
    TooManyPixels,
    /// The picture itself cannot be decoded.
    Undecodable,
}

/// What the findings come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// No label was found. It says nothing about the origin.
    Nothing,
    /// 疑似: traces were found.
    Suspected,
    /// 可能: someone says so who need not know.
    MayBe,
    /// 属于: its producer says so.
    Is,
}

/// What a verdict rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The implicit label or IPTC's field.
    Metadata,
    /// A signed manifest.
    Manifest,
    /// The pixels.
    Watermark,
}

/// Everything that was found in one file.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The file's name as given.
    pub name: String,
    /// Its length.
    pub size_bytes: usize,
    /// What its bytes say it is.
    pub format: Option<Format>,
    /// What was found, labels first, contradictions after them.
    pub findings: Vec<Finding>,
}

/// Larger packets in files beside others are not read: 4 MiB.
pub const MOST_BESIDE_BYTES: usize = 4 << 20;

/// Checks the file `bytes` called `name`.
pub fn verify(bytes: &[u8], name: &str, trust: &Trust) -> Report {
    examined(bytes, name, None, trust).0
}

/// Checks a file together with the XMP packet in the file beside it, `name.xmp`: plain text has its label there.
pub fn verify_beside(bytes: &[u8], name: &str, beside: &[u8], trust: &Trust) -> Report {
    examined(bytes, name, Some(beside), trust).0
}

/// The report and the picture, where there is one and it was looked at.
pub(crate) fn examined(
    bytes: &[u8],
    name: &str,
    beside: Option<&[u8]>,
    trust: &Trust,
) -> (Report, Option<RgbaImage>) {
    let mut report =
        Report { name: name.to_owned(), size_bytes: bytes.len(), format: None, findings: Vec::new() };
    if bytes.len() > MOST_BYTES {
        report.findings.push(Finding::Unchecked(Unchecked::TooLarge));
        return (report, None);
    }
    report.format = Format::sniff(bytes, Some(name));
    let Some(format) = report.format.filter(|_| !bytes.is_empty()) else {
        let reason = if bytes.is_empty() { Unchecked::Empty } else { Unchecked::UnknownFormat };
        report.findings.push(Finding::Unchecked(reason));
        return (report, None);
    };
    metadata(bytes, format, beside, trust, &mut report.findings);
    if format == Format::Mp4 && container::mp4::has_more_boxes(bytes, MOST_BOXES) {
        let reason = "it has more boxes than any real file; no manifest was looked for".to_owned();
        report.findings.push(Finding::Unchecked(Unchecked::Damaged { reason }));
    } else if let Some(manifest) = manifest::read(bytes, format.mime(), &trust.roots) {
        report.findings.push(Finding::Manifest(Box::new(manifest)));
    }
    let picture = pixels(bytes, format, trust, &mut report.findings);
    let contradictions = contradictions::among(&report.findings, format, trust);
    report.findings.extend(contradictions.into_iter().map(Finding::Contradiction));
    (report, picture)
}

fn metadata(bytes: &[u8], format: Format, beside: Option<&[u8]>, trust: &Trust, findings: &mut Vec<Finding>) {
    let mut carried = container::read(bytes, format);
    if let Some(packet) = beside.filter(|packet| packet.len() <= MOST_BESIDE_BYTES)
        && let Err(damage) = xmp::collect(packet, "file beside it", &mut carried)
    {
        carried.damage.get_or_insert(damage);
    }
    for site in carried.sites {
        let reading = Aigc::read(&site.text);
        let signature = reading.label.as_ref().map_or(Signature::Absent, |label| signed(label, trust));
        findings.push(Finding::Label {
            carrier: site.carrier,
            label: reading.label,
            faults: reading.faults,
            signature,
        });
    }
    findings.extend(carried.digital_sources.into_iter().map(|uri| Finding::DigitalSource { uri }));
    if let Some(damage) = carried.damage {
        findings.push(Finding::Unchecked(match damage {
            Error::Encrypted { .. } => Unchecked::Encrypted,
            damage => Unchecked::Damaged { reason: damage.to_string() },
        }));
    } else if format == Format::Png
        && let Some(chunk) = wrong_checksum(bytes)
    {
        let reason = format!("the checksum of the chunk `{chunk}` is wrong");
        findings.push(Finding::Unchecked(Unchecked::Damaged { reason }));
    }
}

/// The first chunk of a PNG file whose checksum does not fit. Readers of manifests pass over some bytes of a box's
/// frame; the checksum does not.
fn wrong_checksum(png: &[u8]) -> Option<String> {
    let mut rest = png.get(8..)?;
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        let end = length.checked_add(4)?;
        let (chunk, after) = after.split_at_checked(end)?;
        let (checksum, after) = after.split_first_chunk::<4>()?;
        if crc32fast::hash(chunk) != u32::from_be_bytes(*checksum) {
            return Some(String::from_utf8_lossy(&chunk[..4]).into_owned());
        }
        rest = after;
    }
    None
}

fn signed(label: &Aigc, trust: &Trust) -> Signature {
    use signature::Checked;
    match signature::verify(label) {
        Checked::Absent => Signature::Absent,
        Checked::Unreadable => Signature::Unreadable,
        Checked::Wrong => Signature::Wrong,
        Checked::Fits { key } if trust.label_keys.contains(&key) => Signature::Known,
        Checked::Fits { .. } => Signature::Fits,
    }
}

/// Decodes the picture, if it is one, and looks for a watermark of every key.
fn pixels(bytes: &[u8], format: Format, trust: &Trust, findings: &mut Vec<Finding>) -> Option<RgbaImage> {
    let kind = image_format(format).filter(|_| !trust.watermarks.is_empty())?;
    match decoded(bytes, kind) {
        Err(reason) => {
            findings.push(Finding::Unchecked(reason));
            None
        }
        Ok(picture) => {
            let keys: Vec<watermark::Key> = trust.watermarks.iter().map(WatermarkKey::key).collect();
            findings.extend(watermark::detect(&picture, &keys).map(|mark| Finding::Watermark {
                id: Number::watermark_text(mark.id.value()),
                confidence: mark.confidence,
            }));
            Some(picture)
        }
    }
}

/// The `image` crate's name for a format of pictures.
pub(crate) fn image_format(format: Format) -> Option<ImageFormat> {
    match format {
        Format::Png => Some(ImageFormat::Png),
        Format::Jpeg => Some(ImageFormat::Jpeg),
        Format::Webp => Some(ImageFormat::WebP),
        Format::Gif => Some(ImageFormat::Gif),
        _ => None,
    }
}

/// The picture in `bytes`; of an animation its first frame.
pub(crate) fn decoded(bytes: &[u8], format: ImageFormat) -> Result<RgbaImage, Unchecked> {
    let reader = |limits: Limits| {
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        reader.limits(limits);
        reader
    };
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_PIXELS * 8);
    let size = reader(limits.clone()).into_dimensions().map_err(|_| Unchecked::Undecodable)?;
    if u64::from(size.0) * u64::from(size.1) > MOST_PIXELS {
        return Err(Unchecked::TooManyPixels);
    }
    let picture = reader(limits).decode().map_err(|_| Unchecked::Undecodable)?;
    Ok(picture.into_rgba8())
}

impl Report {
    /// What the findings come to. The strongest word counts; what could not be read as a label is a trace.
    pub fn verdict(&self) -> Verdict {
        self.grounds().map(|(verdict, _)| verdict).max().unwrap_or(Verdict::Nothing)
    }

    /// What the verdict rests on, each kind once.
    pub fn bases(&self) -> Vec<Basis> {
        let mut bases = Vec::new();
        for (_, basis) in self.grounds() {
            if !bases.contains(&basis) {
                bases.push(basis);
            }
        }
        bases
    }

    /// The manifest, if there is one.
    pub fn manifest(&self) -> Option<&Manifest> {
        self.findings.iter().find_map(|finding| match finding {
            Finding::Manifest(manifest) => Some(manifest.as_ref()),
            _ => None,
        })
    }

    /// The watermark's ten digits, if one was found.
    pub fn watermark(&self) -> Option<&String> {
        self.findings.iter().find_map(|finding| match finding {
            Finding::Watermark { id, .. } => Some(id),
            _ => None,
        })
    }

    /// Every IPTC digital source type.
    pub fn digital_sources(&self) -> impl Iterator<Item = &str> {
        self.findings.iter().filter_map(|finding| match finding {
            Finding::DigitalSource { uri } => Some(uri.as_str()),
            _ => None,
        })
    }

    /// Whether findings contradict each other.
    pub fn is_contradictory(&self) -> bool {
        self.findings.iter().any(|finding| matches!(finding, Finding::Contradiction(_)))
    }

    fn grounds(&self) -> impl Iterator<Item = (Verdict, Basis)> {
        self.findings.iter().filter_map(|finding| match finding {
            Finding::Label { label: Some(label), .. } => Some((of_label(label), Basis::Metadata)),
            Finding::Label { label: None, .. } => Some((Verdict::Suspected, Basis::Metadata)),
            Finding::DigitalSource { uri } if is_ai(uri) => Some((Verdict::MayBe, Basis::Metadata)),
            Finding::Manifest(manifest) if manifest.tells_of_ai() => match manifest.state {
                State::Invalid => Some((Verdict::Suspected, Basis::Manifest)),
                State::Valid | State::Trusted => Some((Verdict::Is, Basis::Manifest)),
            },
            Finding::Watermark { .. } => Some((Verdict::Suspected, Basis::Watermark)),
            _ => None,
        })
    }
}

fn of_label(label: &Aigc) -> Verdict {
    match label.certainty {
        Certainty::Is => Verdict::Is,
        Certainty::MayBe => Verdict::MayBe,
        Certainty::Suspected => Verdict::Suspected,
    }
}

/// Whether IPTC's term says that a model had a part.
fn is_ai(uri: &str) -> bool {
    uri.ends_with("rainedAlgorithmicMedia") || uri.ends_with("/algorithmicMedia")
}
