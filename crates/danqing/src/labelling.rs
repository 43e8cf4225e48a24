//! How pictures leave: labelled in the operator's name, at a time that is now or fixed.

mod explicit;
mod ffmpeg;
mod foreign;
mod frames;
mod rhythm;
mod words;

use std::env;
use std::fs;
use std::io::Cursor;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use danqing_moderation::Screened;
use danqing_provenance::aigc::{Aigc, Certainty};
use danqing_provenance::code::Provider;
use danqing_provenance::container::{self, Format};
use danqing_provenance::keys::{Algorithm, Keys, Signing};
use danqing_provenance::labeller::{Explicit, Facts, Labelled, Labeller};
use danqing_provenance::manifest::{Parent, Source, TimeAuthority};
use danqing_provenance::verify::Trust;
use danqing_provenance::visible::{Position, Visible, Wording};
use danqing_provenance::waiver::Waiver;
use danqing_provenance::xmp::DigitalSource;
use danqing_scene::{Composition, Layer, ora};
use image::RgbaImage;

use crate::config::{Config, KeySettings, LabelSettings};
use crate::edit::Incoming;
use crate::error::Error;

pub(crate) use explicit::{Mark, MarkError};

/// The program, as manifests name it.
pub(crate) const AGENT: (&str, &str) = ("danqing", env!("CARGO_PKG_VERSION"));

/// Time of reproducible files where `SOURCE_DATE_EPOCH` names none: 2000-01-01.
const FIXED_SECONDS: u64 = 946_684_800;

/// When files say that they were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// Now.
    System,
    /// `SOURCE_DATE_EPOCH` (reproducible-builds.org), or 2000-01-01; no authority is asked for stamps.
    Fixed,
}

/// Whether the content of a file is touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marks {
    /// It gets its explicit label.
    All,
    /// The label goes into metadata alone: the explicit one is there already, or is made elsewhere.
    MetadataOnly,
}

/// A plain text that was labelled.
#[derive(Debug)]
pub(crate) struct Beside {
    /// The text.
    pub(crate) text: Vec<u8>,
    /// XMP for the file beside it.
    pub(crate) packet: String,
    /// The label in that.
    pub(crate) label: Aigc,
    /// What tells people.
    pub(crate) mark: Mark,
}

/// Labels what danqing paints.
#[derive(Debug)]
pub(crate) struct Labelling {
    labeller: Labeller,
    clock: Clock,
}

impl Labelling {
    /// The labeller of the settings; makes keys where there are none.
    pub(crate) fn open(config: &Config, clock: Clock) -> Result<Self, Error> {
        let algorithm = config.keys.algorithm.value.as_deref().and_then(Algorithm::parse).unwrap_or_default();
        let mut keys = Keys::open_or_make(&config.keys.folder(), algorithm)?;
        if let Some(signing) = own_signing(&config.keys)? {
            keys = keys.with_signing(signing);
        }
        let authority = match (&config.keys.time_authority.value, clock) {
            (Some(url), Clock::System) => {
                Some(TimeAuthority::parse(url).ok_or_else(|| Error::TimeAuthority { url: url.clone() })?)
            }
            _ => None,
        };
        let labeller = Labeller::new(keys, &producer(&config.label)?, AGENT, visible(&config.label)?);
        Ok(Self { labeller: labeller.with_time_authority(authority), clock })
    }

    /// Labels `picture`, which `model` painted and the rules let through, as the file that `encode` makes of it. A picture
    /// that it started from is named as the parent, with what that says of its own origin.
    pub(crate) fn label(
        &self,
        picture: Screened<RgbaImage>,
        model: &str,
        incoming: Option<&Incoming>,
        encode: &dyn Fn(&RgbaImage) -> Result<Vec<u8>, String>,
    ) -> Result<Labelled, danqing_provenance::Error> {
        self.label_as(picture.into_parts().0, model, incoming, Explicit::Drawn, encode)
    }

    /// The same without the visible label, as `waiver` has it.
    pub(crate) fn label_waived(
        &self,
        picture: Screened<RgbaImage>,
        model: &str,
        incoming: Option<&Incoming>,
        waiver: Waiver,
        encode: &dyn Fn(&RgbaImage) -> Result<Vec<u8>, String>,
    ) -> Result<Labelled, danqing_provenance::Error> {
        self.label_as(picture.into_parts().0, model, incoming, Explicit::Waived(waiver), encode)
    }

    /// What is known here of the keys of labels.
    pub(crate) fn trust(&self) -> &Trust {
        self.labeller.trust()
    }

    fn label_as(
        &self,
        picture: RgbaImage,
        model: &str,
        incoming: Option<&Incoming>,
        explicit: Explicit,
        encode: &dyn Fn(&RgbaImage) -> Result<Vec<u8>, String>,
    ) -> Result<Labelled, danqing_provenance::Error> {
        let when = self.clock.told();
        let facts = Facts {
            source: incoming.map_or(Source::Created, |incoming| {
                Source::Edited(Parent { bytes: &incoming.file, mime: incoming.mime() })
            }),
            certainty: Certainty::Is,
            model: Some(model),
            when: &when,
            salt: 0,
            explicit,
        };
        self.labeller.label(picture, &facts, encode)
    }

    /// Draws the visible label into a picture that is shown and not kept, such as a sketch of one in work.
    pub(crate) fn draw(&self, picture: &mut RgbaImage) -> Result<(), danqing_provenance::Error> {
        self.labeller.visible().draw(picture).map(drop)
    }

    /// A picture that is shown while somebody writes and then forgotten, with the visible label.
    pub(crate) fn shown(&self, picture: Screened<RgbaImage>) -> Result<RgbaImage, danqing_provenance::Error> {
        let mut picture = picture.into_parts().0;
        self.draw(&mut picture)?;
        Ok(picture)
    }

    /// `file` of a picture that [`Labelling::shown`] labelled with the implicit label, and nothing else: what is not kept
    /// needs no proof of where it comes from.
    pub(crate) fn describe(
        &self,
        file: &[u8],
        picture: &RgbaImage,
    ) -> Result<Vec<u8>, danqing_provenance::Error> {
        self.labeller.describe(file, Certainty::Is, picture)
    }

    /// Labels a file that another tool made: a picture visibly and with a watermark, other content with the mark of its
    /// kind, where `marks` asks for it; all in metadata. A file that has a label keeps its content, and gets a
    /// propagator.
    pub(crate) fn label_foreign(
        &self,
        file: &[u8],
        name: &str,
        certainty: Certainty,
        marks: Marks,
    ) -> Result<(Labelled, Mark), MarkError> {
        let when = self.clock.told();
        let format = Format::sniff(file, Some(name));
        let mime = format.map_or("", Format::mime);
        let source = Source::Labelled(Parent { bytes: file, mime });
        let facts = Facts { source, certainty, model: None, when: &when, salt: 0, explicit: Explicit::Drawn };
        let is_labelled = format.is_some_and(|format| !container::read(file, format).sites.is_empty());
        let wanted = format.filter(|_| marks == Marks::All && !is_labelled);
        let Some(format) = wanted else {
            return Ok((self.labeller.label_file(file, name, &facts)?, Mark::Nothing));
        };
        if let Some(picture) = foreign::picture(file) {
            let labelled =
                self.labeller.label(picture.pixels, &facts, &|pixels| picture.kept.encode(pixels))?;
            return Ok((labelled, Mark::Pixels));
        }
        match explicit::marked(file, name, format, self.labeller.visible())? {
            Some((marked, mark)) => Ok((self.labeller.label_file(&marked, name, &facts)?, mark)),
            None => Ok((self.labeller.label_file(file, name, &facts)?, Mark::Nothing)),
        }
    }

    /// A plain text with its line for people, and the packet with its label for the file beside it.
    pub(crate) fn label_text(
        &self,
        text: &[u8],
        beside: Option<&[u8]>,
        certainty: Certainty,
        marks: Marks,
    ) -> Result<Beside, danqing_provenance::Error> {
        let wanted = marks == Marks::All && beside.is_none();
        let marked = wanted.then(|| words::written(text, Format::Text, self.labeller.visible())).flatten();
        let mark = if marked.is_some() { Mark::Words } else { Mark::Nothing };
        let text = marked.unwrap_or_else(|| text.to_vec());
        let (label, packet) = self.labeller.label_beside(&text, beside, certainty)?;
        Ok(Beside { text, packet, label, mark })
    }

    /// `composition` as an `OpenRaster` file. The flat picture in it is labelled like any other; the layers stay
    /// clean to work with, under a layer that shows the visible label, and each carries the implicit label.
    pub(crate) fn layers(
        &self,
        composition: &Composition,
        model: &str,
        incoming: Option<&Incoming>,
    ) -> Result<Vec<u8>, String> {
        let refused = |error: danqing_provenance::Error| error.to_string();
        let png = |picture: &RgbaImage| ora::png("picture", picture).map_err(|error| error.to_string());
        let merged =
            self.label_as(composition.flatten(), model, incoming, Explicit::Drawn, &png).map_err(refused)?;
        let mut composition = composition.clone();
        let (width, height) = composition.background.dimensions();
        let mut sign = RgbaImage::new(width, height);
        self.labeller.visible().draw(&mut sign).map_err(refused)?;
        composition.layers.push(Layer { name: "AI生成".to_owned(), image: sign, x: 0, y: 0, origin: None });
        let encode = |name: &str, picture: &RgbaImage| {
            if name == ora::MERGED {
                return Ok(merged.bytes().to_vec());
            }
            let source = DigitalSource::TrainedAlgorithmicMedia;
            container::write(&ora::png(name, picture)?, Format::Png, merged.label(), source)
                .map_err(|error| ora::Error::Refused { layer: name.to_owned(), reason: error.to_string() })
        };
        let mut bytes = Cursor::new(Vec::new());
        ora::write_openraster_with(&composition, &mut bytes, encode).map_err(|error| error.to_string())?;
        Ok(bytes.into_inner())
    }

    /// With keys in `folder` and the settings that are built in.
    #[cfg(test)]
    pub(crate) fn for_tests(folder: &std::path::Path) -> Self {
        let keys = Keys::open_or_make(folder, Algorithm::Es256).expect("keys");
        Self { labeller: Labeller::new(keys, "danqing", AGENT, Visible::default()), clock: Clock::Fixed }
    }
}

/// The pixels of a PNG, JPEG or WebP file, upright; `None` for anything else.
pub(crate) fn pixels(file: &[u8]) -> Option<RgbaImage> {
    foreign::picture(file).map(|picture| picture.pixels)
}

/// The operator's own certificates, if the settings name some.
fn own_signing(settings: &KeySettings) -> Result<Option<Signing>, Error> {
    let (Some(chain), Some(key)) = (&settings.chain.value, &settings.key.value) else { return Ok(None) };
    let text = |path: &String| {
        let file = PathBuf::from(path);
        fs::read_to_string(path).map_err(|source| Error::Unreadable { file, source })
    };
    Ok(Some(Signing::new(text(chain)?, text(key)?)?))
}

/// The visible label of the settings.
fn visible(settings: &LabelSettings) -> Result<Visible, Error> {
    let refused = |source| Error::LabelSetting { source };
    let wording = settings.text.value.as_deref().map(Wording::new).transpose().map_err(refused)?;
    Ok(Visible {
        wording: wording.unwrap_or_default(),
        position: settings.position.value.as_deref().and_then(position).unwrap_or_default(),
        ..Visible::default()
    })
}

/// A position by its name, such as `bottom-right`.
fn position(name: &str) -> Option<Position> {
    POSITIONS.iter().zip(Position::ALL).find(|(known, _)| **known == name).map(|(_, position)| position)
}

/// Names of positions in settings, in the order of [`Position::ALL`].
pub(crate) const POSITIONS: [&str; 8] =
    ["top-left", "top", "top-right", "left", "right", "bottom-left", "bottom", "bottom-right"];

/// Who answers for what is made: a code, or a name.
pub(crate) fn producer(settings: &LabelSettings) -> Result<String, Error> {
    let text = settings.producer.value.as_deref().unwrap_or(AGENT.0);
    let provider = Provider::parse(text).map_err(|source| Error::LabelSetting { source })?;
    Ok(provider.as_str().to_owned())
}

impl Clock {
    /// The time in RFC 3339, to the second, in UTC.
    pub(crate) fn told(self) -> String {
        let named = || env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse().ok());
        let seconds = match self {
            Self::System => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
            Self::Fixed => named().unwrap_or(FIXED_SECONDS),
        };
        rfc3339(seconds)
    }
}

/// `seconds` since 1970 as a date and time of the Gregorian calendar.
///
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
pub(crate) fn rfc3339(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_of_the_gregorian_calendar() {
        for (seconds, told) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (FIXED_SECONDS, "2000-01-01T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(seconds), told, "{seconds}");
        }
    }
}
