//! Files as a hostile stranger would send them: whatever they hold, there is a report.

use danqing_provenance::keys::Algorithm;
use danqing_provenance::verify::{Finding, Language, MOST_PIXELS, Report, Trust, Unchecked, Verdict, verify};

use crate::support::{Studio, encoders, flat_art};

/// What no report may say: that a file was made without a model.
pub(crate) fn check(report: &Report) {
    for language in [Language::Chinese, Language::English] {
        let sentence = report.sentence(language).to_lowercase();
        for claim in ["not ai", "不是人工智能", "非人工智能", "not generated", "authentic", "real photo"]
        {
            assert!(!sentence.contains(claim), "{sentence}");
        }
    }
    let json = report.to_json();
    assert!(json["verdict"].is_string() && json["sentence"]["zh"].is_string(), "{json}");
}

#[test]
fn files_cut_anywhere_are_reported() {
    let studio = Studio::new(Algorithm::Es256);
    for (extension, encode) in encoders() {
        let labelled = studio.label(flat_art(64), &encode).expect(extension);
        let sound = labelled.bytes();
        for length in (0..sound.len()).filter(|length| *length < 200 || length % 97 == 0) {
            check(&verify(&sound[..length], "a", studio.labeller.trust()));
        }
    }
}

#[test]
fn unlabelled_files_have_nothing_found() {
    let (_, png) = encoders().remove(0);
    let report = verify(&png(&flat_art(64)).expect("a picture"), "a.png", &Trust::default());
    assert_eq!((report.verdict(), report.findings.len()), (Verdict::Nothing, 0), "{report:?}");
    assert!(report.sentence(Language::Chinese).starts_with("没有找到"), "{report:?}");
    check(&report);
}

#[test]
fn what_cannot_be_looked_at_is_told() {
    let told = |bytes: &[u8], name: &str| verify(bytes, name, &Trust::default()).findings;
    assert_eq!(told(b"", "a.png"), [Finding::Unchecked(Unchecked::Empty)], "empty");
    assert_eq!(
        told(&[0, 1, 2, 3, 0xFF, 0xFE], "a"),
        [Finding::Unchecked(Unchecked::UnknownFormat)],
        "unknown"
    );
}

/// A PNG that claims to have 50 000 x 50 000 pixels must not be given the memory.
#[test]
fn claimed_sizes_are_not_believed() {
    let studio = Studio::new(Algorithm::Es256);
    let (_, png) = encoders().remove(0);
    let mut bytes = png(&flat_art(64)).expect("a picture");
    bytes[16..24].copy_from_slice(&[0, 0, 0xC3, 0x50, 0, 0, 0xC3, 0x50]);
    let checksum = crc32(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
    const { assert!(50_000_u64 * 50_000 > MOST_PIXELS, "more than is taken") };
    let report = verify(&bytes, "a.png", studio.labeller.trust());
    assert!(report.findings.contains(&Finding::Unchecked(Unchecked::TooManyPixels)), "{report:?}");
    check(&report);
}

/// CRC-32 of PNG, bit by bit (PNG specification, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 },
        )
    })
}

#[test]
fn sentences_rest_on_what_was_found() {
    let studio = Studio::new(Algorithm::Es256);
    let (_, png) = encoders().remove(0);
    let labelled = studio.label(flat_art(160), &png).expect("labelled");
    let report = verify(labelled.bytes(), "a.png", studio.labeller.trust());
    assert_eq!(
        report.sentence(Language::Chinese),
        "属于人工智能生成合成内容（依据：文件元数据、签名清单（C2PA）、数字水印）",
        "all three"
    );
    // A screenshot keeps nothing but the pixels.
    let bare = png(labelled.picture().expect("a picture")).expect("a picture");
    let report = verify(&bare, "a.png", studio.labeller.trust());
    assert_eq!(
        report.sentence(Language::Chinese),
        "疑似人工智能生成合成内容（依据：数字水印）",
        "traces only"
    );
}
