//! One call that labels a picture in the only order that works, and reads its own output back.
//!
//! Each step covers the ones before it: the visible label is part of the pixels, the watermark is over both, metadata
//! stands beside the encoded pixels, and the manifest binds every byte. What cannot be read back is not released.

use image::RgbaImage;

use crate::aigc::{Aigc, Certainty};
use crate::container::{self, Format};
use crate::keys::Keys;
use crate::manifest::{self, Claim, Parent, SoftBinding, Source, State, TimeAuthority};
use crate::number::Number;
use crate::verify::{self, Finding, Report, Signature, Trust};
use crate::visible::Visible;
use crate::waiver::Waiver;
use crate::watermark::{self, Strength, WatermarkId};
use crate::xmp::{self, DigitalSource};
use crate::{Error, signature};

/// The longer side of a manifest's thumbnail, in pixels.
const THUMBNAIL_PX: u32 = 192;
/// Quality of a manifest's thumbnail, of 100.
const THUMBNAIL_QUALITY: u8 = 72;
/// What JPEG and GIF may change of a pixel's channel on average, in levels.
const MOST_CHANGE: f64 = 6.0;

/// Smallest peak signal-to-noise ratios that a watermark may leave, in decibels: the next one where a small file did not keep the
/// mark of the one before.
const STRENGTHS: [f32; 3] = [42.0, 40.0, 38.0];
/// What is missing where a watermark was not found again.
const WATERMARK: &str = "the watermark";

/// Whether people see that a picture was generated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Explicit {
    /// The visible label is drawn.
    #[default]
    Drawn,
    /// It is left out, on record.
    Waived(Waiver),
}

/// What is known of a file that is to be labelled.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// How it came about.
    pub source: Source<'a>,
    /// How sure that is; a label that the file has already counts instead.
    pub certainty: Certainty,
    /// The model that made it.
    pub model: Option<&'a str>,
    /// When, RFC 3339 in UTC.
    pub when: &'a str,
    /// Tells apart pictures whose watermarks would be equal; 0 unless one is taken.
    pub salt: u32,
    /// The visible label.
    pub explicit: Explicit,
}

/// Writes a picture as a file of the format that is wanted, with whatever metadata of its own.
pub type Encode<'a> = &'a dyn Fn(&RgbaImage) -> Result<Vec<u8>, String>;

/// Labels files in the name of one operator.
#[derive(Debug)]
pub struct Labeller {
    keys: Keys,
    trust: Trust,
    producer: String,
    agent: (String, String),
    visible: Visible,
    authority: Option<TimeAuthority>,
}

/// A file that carries every label it must and was read back; only a [`Labeller`] makes one.
#[derive(Clone, Debug)]
pub struct Labelled {
    bytes: Vec<u8>,
    format: Format,
    picture: Option<RgbaImage>,
    label: Aigc,
    number: Number,
    explicit: Explicit,
}

impl Labelled {
    /// The file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The file, taken out.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Its format.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The picture with visible label and watermark, as it was before it was encoded; `None` for other media.
    pub fn picture(&self) -> Option<&RgbaImage> {
        self.picture.as_ref()
    }

    /// The implicit label in it.
    pub fn label(&self) -> &Aigc {
        &self.label
    }

    /// Whether its pixels hold a watermark: all but very small and almost empty pictures do.
    pub fn is_marked(&self) -> bool {
        Number::is_marked(&self.label.produce_id)
    }

    /// Its number, to be kept in the records.
    pub fn number(&self) -> Number {
        self.number
    }

    /// Whether the visible label is there, or who waived it.
    pub fn explicit(&self) -> &Explicit {
        &self.explicit
    }
}

impl Labeller {
    /// A labeller for `producer` (27-character code, or an ASCII name) that signs with `keys`. `agent` is the name and the
    /// version of the program.
    pub fn new(keys: Keys, producer: &str, agent: (&str, &str), visible: Visible) -> Self {
        let trust = Trust::of(&keys);
        let agent = (agent.0.to_owned(), agent.1.to_owned());
        Self { keys, trust, producer: producer.to_owned(), agent, visible, authority: None }
    }

    /// The same, with manifests stamped by `authority`: one request over the network for each file.
    #[must_use]
    pub fn with_time_authority(mut self, authority: Option<TimeAuthority>) -> Self {
        self.authority = authority;
        self
    }

    /// The visible label that it draws.
    pub fn visible(&self) -> &Visible {
        &self.visible
    }

    /// What this labeller knows its own files by.
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// Labels `picture`: visible label, watermark, `encode`, implicit label and IPTC field, manifest; then reads the
    /// result back.
    ///
    /// The same arguments give the same bytes, unless a time authority is set.
    ///
    /// # Errors
    /// What any step says, and [`Error::ReadBack`] if the result does not hold all of it. Then nothing is released.
    pub fn label(
        &self,
        mut picture: RgbaImage,
        facts: &Facts<'_>,
        encode: Encode<'_>,
    ) -> Result<Labelled, Error> {
        let number = Number::of_picture(&picture, facts.salt, self.keys.watermark());
        if facts.explicit == Explicit::Drawn {
            self.visible.draw(&mut picture)?;
        }
        for strength in STRENGTHS.into_iter().filter_map(Strength::psnr_db) {
            let mut marked = picture.clone();
            let Some(mark) = self.mark(&mut marked, number, strength) else { break };
            match self.bound(marked, number, Some(mark), facts, encode) {
                Err(Error::ReadBack { what: WATERMARK }) => {}
                done => return done,
            }
        }
        // Almost nothing of the picture is visible, or the format kept too little: then nothing may claim a mark.
        self.bound(picture, number, None, facts, encode)
    }

    /// From finished pixels to a file that was read back.
    fn bound(
        &self,
        picture: RgbaImage,
        number: Number,
        mark: Option<String>,
        facts: &Facts<'_>,
        encode: Encode<'_>,
    ) -> Result<Labelled, Error> {
        let encoded = encode(&picture).map_err(|reason| Error::Encode { reason })?;
        let format = Format::sniff(&encoded, None)
            .filter(|format| verify::image_format(*format).is_some())
            .ok_or_else(|| Error::Encode { reason: "not a picture's format".to_owned() })?;

        let id = if mark.is_some() { number.marked() } else { number.unmarked() };
        let label = Aigc::produced(facts.certainty, &self.producer, &id)?;
        let label = signature::sign(label, self.keys.label_secret())?;
        let source = match facts.source {
            Source::Created | Source::Labelled(_) => DigitalSource::TrainedAlgorithmicMedia,
            Source::Edited(_) => DigitalSource::CompositeWithTrainedAlgorithmicMedia,
        };
        let described = container::write(&encoded, format, &label, source)?;

        let thumbnail = thumbnail(&picture)?;
        let claim = Claim {
            source: facts.source,
            agent: (&self.agent.0, &self.agent.1),
            model: facts.model,
            when: facts.when,
            watermark: mark.as_deref().map(|value| SoftBinding { algorithm: Number::ALGORITHM, value }),
            thumbnail: Some(&thumbnail),
            unique: manifest::unique(number, facts.when, format.mime()),
        };
        // The manifest goes last: it binds the bytes, so any later write breaks the binding.
        let authority = self.authority.as_ref();
        let bytes = manifest::sign(&described, format.mime(), &claim, self.keys.signing(), authority)?;
        let labelled = Labelled {
            bytes,
            format,
            picture: Some(picture),
            label,
            number,
            explicit: facts.explicit.clone(),
        };
        self.read_back(&labelled, source, mark)?;
        Ok(labelled)
    }

    /// Writes the implicit label into `encoded`, the file of `picture`, which is shown and not kept: no watermark, no
    /// manifest, and nothing is read back.
    ///
    /// # Errors
    /// What [`container::write`] says.
    pub fn describe(
        &self,
        encoded: &[u8],
        certainty: Certainty,
        picture: &RgbaImage,
    ) -> Result<Vec<u8>, Error> {
        let format = Format::sniff(encoded, None)
            .ok_or_else(|| Error::Encode { reason: "not a picture's format".to_owned() })?;
        let number = Number::of_picture(picture, 0, self.keys.watermark());
        let label = Aigc::produced(certainty, &self.producer, &number.unmarked())?;
        let label = signature::sign(label, self.keys.label_secret())?;
        container::write(encoded, format, &label, DigitalSource::TrainedAlgorithmicMedia)
    }

    /// Embeds the watermark of `number` and gives its ten digits; `None` where a picture is too small for one or shows
    /// nothing. The other labels are there all the same.
    fn mark(&self, picture: &mut RgbaImage, number: Number, strength: Strength) -> Option<String> {
        let id = WatermarkId::new(number.watermark())?;
        let embedded = watermark::embed(picture, id, &self.keys.watermark().key(), strength);
        embedded.ok().map(|_| Number::watermark_text(id.value()))
    }

    /// Labels a file of any format without touching its content: implicit label, and a manifest where the format takes
    /// one. A label that it has stays, and this operator is added as the propagator (labelling measures, article 6);
    /// a manifest that it has becomes the parent of the new one.
    ///
    /// The explicit label is the caller's part; [`Labeller::label`] draws that of pictures.
    ///
    /// # Errors
    /// As [`Labeller::label`].
    pub fn label_file(&self, file: &[u8], name: &str, facts: &Facts<'_>) -> Result<Labelled, Error> {
        let format = Format::sniff(file, Some(name))
            .ok_or_else(|| Error::Encode { reason: "a file of no known format".to_owned() })?;
        let number = Number::of_file(file, self.keys.watermark());
        let carried = container::read(file, format);
        if let Some(damage) = carried.damage {
            return Err(damage);
        }
        let came = carried.sites.iter().find_map(|site| Aigc::read(&site.text).label);
        let label = match came {
            Some(label) => label.propagated_by(&self.propagator(), &number.unmarked())?,
            None => {
                let label = Aigc::produced(facts.certainty, &self.producer, &number.unmarked())?;
                signature::sign(label, self.keys.label_secret())?
            }
        };
        let source = carried.digital_sources.iter().find_map(|uri| DigitalSource::from_uri(uri));
        let source = source.unwrap_or(DigitalSource::TrainedAlgorithmicMedia);
        let mut bytes = container::write(file, format, &label, source)?;
        if manifest::is_writable(format.mime()) {
            let claim = Claim {
                source: Source::Labelled(Parent { bytes: file, mime: format.mime() }),
                agent: (&self.agent.0, &self.agent.1),
                model: None,
                when: facts.when,
                watermark: None,
                thumbnail: None,
                unique: manifest::unique(number, facts.when, format.mime()),
            };
            let authority = self.authority.as_ref();
            bytes = manifest::sign(&bytes, format.mime(), &claim, self.keys.signing(), authority)?;
        }
        let labelled =
            Labelled { bytes, format, picture: None, label, number, explicit: facts.explicit.clone() };
        self.read_back_file(&labelled, name)?;
        Ok(labelled)
    }

    /// The implicit label of a plain text, which has no place for one, as the XMP packet of the file beside it
    /// (`name.txt.xmp`): [`verify::verify_beside`] reads both. A label that is in the packet `beside` stays, as in
    /// [`Labeller::label_file`].
    ///
    /// # Errors
    /// As [`Labeller::label`].
    pub fn label_beside(
        &self,
        text: &[u8],
        beside: Option<&[u8]>,
        certainty: Certainty,
    ) -> Result<(Aigc, String), Error> {
        let number = Number::of_file(text, self.keys.watermark());
        let came = beside.map(xmp::read).transpose()?;
        let came = came.and_then(|found| found.labels.iter().find_map(|(_, label)| Aigc::read(label).label));
        let label = match came {
            Some(label) => label.propagated_by(&self.propagator(), &number.unmarked())?,
            None => {
                let label = Aigc::produced(certainty, &self.producer, &number.unmarked())?;
                signature::sign(label, self.keys.label_secret())?
            }
        };
        let packet = xmp::write(beside, &label, DigitalSource::TrainedAlgorithmicMedia)?;
        let trust = Trust { watermarks: Vec::new(), ..self.trust.clone() };
        let (report, _) = verify::examined(text, "a.txt", Some(packet.as_bytes()), &trust);
        if Self::only_label(&report) == Some(&label) {
            return Ok((label, packet));
        }
        Err(Error::ReadBack { what: "the implicit label" })
    }

    /// The code of the propagator: that of the producer with the service type 2 (TC260-PG-20252A), or the same name.
    fn propagator(&self) -> String {
        let mut code = self.producer.clone();
        if code.len() == 27 && code.starts_with("00") && code.as_bytes()[22] == b'1' {
            code.replace_range(22..23, "2");
        }
        code
    }

    fn read_back_file(&self, labelled: &Labelled, name: &str) -> Result<(), Error> {
        let (report, _) = verify::examined(
            &labelled.bytes,
            name,
            None,
            &Trust { watermarks: Vec::new(), ..self.trust.clone() },
        );
        if Self::only_label(&report) != Some(&labelled.label) {
            return Err(Error::ReadBack { what: "the implicit label" });
        }
        match report.manifest() {
            Some(manifest) if manifest.state == State::Invalid => {
                Err(Error::ManifestRefused { failures: manifest.failures.join(", ") })
            }
            None if manifest::is_writable(labelled.format.mime()) => {
                Err(Error::ReadBack { what: "the manifest" })
            }
            _ => Ok(()),
        }
    }

    /// Looks at the finished file as a stranger would, with nothing but the public parts of the keys and the
    /// watermark's.
    fn read_back(
        &self,
        labelled: &Labelled,
        source: DigitalSource,
        mark: Option<String>,
    ) -> Result<(), Error> {
        let missing = |what| Err(Error::ReadBack { what });
        let (report, decoded) = verify::examined(&labelled.bytes, "", None, &self.trust);
        if report.format != Some(labelled.format) {
            return missing("the format");
        }
        if report.watermark() != mark.as_ref() {
            return missing(WATERMARK);
        }
        if report
            .findings
            .iter()
            .any(|finding| matches!(finding, Finding::Contradiction(_) | Finding::Unchecked(_)))
        {
            return missing("soundness");
        }
        if !self.has_label(&report, &labelled.label) {
            return missing("the implicit label");
        }
        let uri = source.uri();
        let sources: Vec<&str> = report.digital_sources().collect();
        if sources != [uri.as_str()] {
            return missing("the digital source type");
        }
        let bindings: Vec<_> = mark.iter().map(|mark| (Number::ALGORITHM.to_owned(), mark.clone())).collect();
        match report.manifest() {
            Some(manifest) if manifest.state == State::Invalid => {
                return Err(Error::ManifestRefused { failures: manifest.failures.join(", ") });
            }
            Some(manifest) if manifest.soft_bindings == bindings => {}
            _ => return missing("the manifest"),
        }
        match (&labelled.picture, decoded) {
            (Some(picture), Some(decoded)) if is_shown(picture, &decoded, labelled.format) => Ok(()),
            _ => missing("the picture"),
        }
    }

    /// The label of a file that has one, and no other.
    fn only_label(report: &Report) -> Option<&Aigc> {
        let mut labels = report.findings.iter().filter_map(|finding| match finding {
            Finding::Label { label, .. } => Some(label.as_ref()),
            _ => None,
        });
        let only = labels.next()?;
        only.filter(|_| labels.next().is_none())
    }

    fn has_label(&self, report: &Report, expected: &Aigc) -> bool {
        let mut labels = report.findings.iter().filter_map(|finding| match finding {
            Finding::Label { label, faults, signature, .. } => Some((label, faults, signature)),
            _ => None,
        });
        let only = labels.next().is_some_and(|(label, faults, signature)| {
            label.as_ref() == Some(expected) && faults.is_empty() && *signature == Signature::Known
        });
        only && labels.next().is_none()
    }
}

/// Whether `decoded` shows `picture`: to the bit, or for formats with loss as close as that allows, over white.
fn is_shown(picture: &RgbaImage, decoded: &RgbaImage, format: Format) -> bool {
    if picture.dimensions() != decoded.dimensions() {
        return false;
    }
    if !matches!(format, Format::Jpeg | Format::Gif) {
        return picture == decoded;
    }
    let over_white = |channel: u8, alpha: u8| 255.0 - (255.0 - f64::from(channel)) * f64::from(alpha) / 255.0;
    let mut change = 0.0;
    for (before, after) in picture.pixels().zip(decoded.pixels()) {
        for channel in 0..3 {
            change += (over_white(before[channel], before[3]) - over_white(after[channel], after[3])).abs();
        }
    }
    let channels = 3.0 * f64::from(picture.width()) * f64::from(picture.height());
    change / channels <= MOST_CHANGE
}

/// A small JPEG of `picture` over white.
fn thumbnail(picture: &RgbaImage) -> Result<Vec<u8>, Error> {
    let (width, height) = picture.dimensions();
    let longer = width.max(height).max(1);
    let scaled = |side: u32| (side * THUMBNAIL_PX.min(longer) / longer).max(1);
    let small = image::imageops::thumbnail(picture, scaled(width), scaled(height));
    let over_white = |channel: u8, alpha: u8| {
        ((u32::from(channel) * u32::from(alpha) + 255 * (255 - u32::from(alpha)) + 127) / 255) as u8
    };
    let opaque: Vec<u8> = small
        .pixels()
        .flat_map(|pixel| [0, 1, 2].map(|channel| over_white(pixel[channel], pixel[3])))
        .collect();
    let mut bytes = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, THUMBNAIL_QUALITY)
        .encode(&opaque, small.width(), small.height(), image::ExtendedColorType::Rgb8)
        .map_err(|error| Error::Encode { reason: error.to_string() })?;
    Ok(bytes)
}
