//! Which findings cannot both be right.

use super::{Finding, Signature, Trust, image_format, is_ai};
use crate::aigc::Aigc;
use crate::container::Format;
use crate::manifest::{Manifest, State};
use crate::number::Number;

/// Two findings that cannot both be right, or one that disproves itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contradiction {
    /// The standard allows one implicit label a file (GB 45438-2025, 6.1 c).
    SeveralLabels {
        /// How many there are.
        count: usize,
    },
    /// Labels of one file say different things.
    LabelsDiffer,
    /// The label's signature does not fit its fields.
    SignatureWrong,
    /// The manifest does not fit the file.
    ManifestInvalid {
        /// The specification's codes for what failed.
        failures: Vec<String>,
    },
    /// The label was signed here, but speaks of another picture than the watermark.
    LabelOfAnother {
        /// The number in the label.
        label: String,
        /// The number in the pixels.
        watermark: String,
    },
    /// The manifest speaks of another watermark than the one in the pixels.
    ManifestOfAnother {
        /// The number in the manifest.
        manifest: String,
        /// The number in the pixels.
        watermark: String,
    },
    /// The label was signed here, but the picture has no watermark of here: the label may have been moved.
    WatermarkMissing,
    /// IPTC's field names a source without a model, and something else names one.
    SourceDiffers {
        /// What the field says.
        uri: String,
    },
}

/// Every contradiction among `findings`.
pub(super) fn among(findings: &[Finding], format: Format, trust: &Trust) -> Vec<Contradiction> {
    let mut found = Vec::new();
    labels(findings, &mut found);
    let manifest = findings.iter().find_map(|finding| match finding {
        Finding::Manifest(manifest) => Some(manifest.as_ref()),
        _ => None,
    });
    if let Some(manifest) = manifest.filter(|manifest| manifest.state == State::Invalid) {
        found.push(Contradiction::ManifestInvalid { failures: manifest.failures.clone() });
    }
    numbers(findings, manifest, &mut found);
    watermark_missing(findings, format, trust, &mut found);
    sources(findings, manifest, &mut found);
    found
}

fn of_labels(findings: &[Finding]) -> impl Iterator<Item = (Option<&Aigc>, Signature)> {
    findings.iter().filter_map(|finding| match finding {
        Finding::Label { label, signature, .. } => Some((label.as_ref(), *signature)),
        _ => None,
    })
}

fn labels(findings: &[Finding], found: &mut Vec<Contradiction>) {
    let count = of_labels(findings).count();
    if count > 1 {
        found.push(Contradiction::SeveralLabels { count });
    }
    let mut readable = of_labels(findings).filter_map(|(label, _)| label);
    if let Some(first) = readable.next()
        && readable.any(|label| label != first)
    {
        found.push(Contradiction::LabelsDiffer);
    }
    if of_labels(findings).any(|(_, signature)| signature == Signature::Wrong) {
        found.push(Contradiction::SignatureWrong);
    }
}

/// The numbers of label, manifest and watermark. Only what this installation wrote can be compared: others number
/// their contents in their own way.
fn numbers(findings: &[Finding], manifest: Option<&Manifest>, found: &mut Vec<Contradiction>) {
    let watermark = findings.iter().find_map(|finding| match finding {
        Finding::Watermark { id, .. } => Some(id),
        _ => None,
    });
    let Some(watermark) = watermark else { return };
    let ours = of_labels(findings).filter(|(_, signature)| *signature == Signature::Known);
    for label in ours.filter_map(|(label, _)| label) {
        if !label.produce_id.starts_with(watermark.as_str()) {
            let (label, watermark) = (label.produce_id.clone(), watermark.clone());
            found.push(Contradiction::LabelOfAnother { label, watermark });
        }
    }
    let bindings = manifest.map(|manifest| manifest.soft_bindings.as_slice()).unwrap_or_default();
    for (algorithm, value) in bindings {
        if algorithm == Number::ALGORITHM && value != watermark {
            let (manifest, watermark) = (value.clone(), watermark.clone());
            found.push(Contradiction::ManifestOfAnother { manifest, watermark });
        }
    }
}

fn watermark_missing(findings: &[Finding], format: Format, trust: &Trust, found: &mut Vec<Contradiction>) {
    let looked = image_format(format).is_some()
        && !trust.watermarks.is_empty()
        && !findings.iter().any(|finding| matches!(finding, Finding::Unchecked(_)));
    let there = findings.iter().any(|finding| matches!(finding, Finding::Watermark { .. }));
    let ours = of_labels(findings).any(|(label, signature)| {
        signature == Signature::Known && label.is_some_and(|label| Number::is_marked(&label.produce_id))
    });
    if looked && ours && !there {
        found.push(Contradiction::WatermarkMissing);
    }
}

fn sources(findings: &[Finding], manifest: Option<&Manifest>, found: &mut Vec<Contradiction>) {
    let labelled = of_labels(findings).any(|(label, _)| label.is_some());
    let told = manifest.is_some_and(Manifest::tells_of_ai);
    for finding in findings {
        if let Finding::DigitalSource { uri } = finding
            && !is_ai(uri)
            && (labelled || told)
        {
            found.push(Contradiction::SourceDiffers { uri: uri.clone() });
        }
    }
}
