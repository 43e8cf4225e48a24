//! What every target tries with some bytes; a panic is a finding.

use danqing_provenance::aigc::{Aigc, Certainty};
use danqing_provenance::container::{self, Format};
use danqing_provenance::keys::WatermarkKey;
use danqing_provenance::signature;
use danqing_provenance::verify::{Language, Trust, verify};
use danqing_provenance::visible::Visible;
use danqing_provenance::xmp::DigitalSource;

/// Reads `bytes` as a file of every format and writes a label into those that are sound: the written file must hold
/// exactly that label.
pub fn container(bytes: &[u8]) {
    let Ok(label) = Aigc::produced(Certainty::Is, "fuzz", "1") else { return };
    let sniffed = Format::sniff(bytes, None);
    for format in Format::ALL {
        let carried = container::read(bytes, format);
        // Only a file of the format itself must be writable in a sound way.
        if sniffed != Some(format) || carried.damage.is_some() {
            continue;
        }
        let Ok(written) = container::write(bytes, format, &label, DigitalSource::AlgorithmicMedia) else {
            continue;
        };
        let again = container::read(&written, format);
        assert_eq!(again.sites.len(), 1, "{format}: {again:?}");
        assert_eq!(Aigc::read(&again.sites[0].text).label.as_ref(), Some(&label), "{format}: {again:?}");
    }
}

/// Puts the visible label on the first page of `bytes`, where they are a PDF file that has one: the old bytes stay, and the
/// label is on the page that the new revision shows.
pub fn document(bytes: &[u8]) {
    let Ok(stamped) = Visible::default().stamp(bytes) else { return };
    assert!(stamped.starts_with(bytes), "the old bytes stay");
    assert!(Visible::default().stamp(&stamped).is_ok(), "the new revision has the page");
}

/// Reads `bytes` as the text of a label and checks its signature.
pub fn label(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Some(label) = Aigc::read(text).label {
        let _ = signature::verify(&label);
        let again = Aigc::read(&label.to_json());
        assert_eq!(again.label.as_ref(), Some(&label), "written as read");
    }
}

/// Decodes `bytes` as a picture and looks for a mark in its pixels.
pub fn pixels(bytes: &[u8]) {
    let trust = Trust { watermarks: vec![WatermarkKey::from([7; 32])], ..Trust::default() };
    let report = verify(bytes, "fuzz", &trust);
    // Whoever has not the key makes a mark of it once in ten million.
    assert!(report.watermark().is_none(), "{report:?}");
}

/// Verifies `bytes` as a file of a stranger.
pub fn whole(bytes: &[u8], trust: &Trust) {
    let report = verify(bytes, "fuzz", trust);
    let _ = report.to_json();
    let sentence = report.sentence(Language::English);
    assert!(!sentence.contains("not AI"), "{sentence}");
}
