//! `verify` as a hostile stranger would use it: swapped and doubled parts, bombs, files that are two things at once.

use std::time::{Duration, Instant};

use danqing_provenance::aigc::{Aigc, Certainty};
use danqing_provenance::container::{self, Format, MOST_INFLATED};
use danqing_provenance::keys::Algorithm;
use danqing_provenance::manifest::State;
use danqing_provenance::verify::{Contradiction, Finding, Report, Trust, Unchecked, Verdict, verify};
use danqing_provenance::xmp::DigitalSource;

use crate::support::{Studio, encoders, flat_art};
use crate::verify::check;

const SOURCE: DigitalSource = DigitalSource::TrainedAlgorithmicMedia;

/// No file may take longer than this; sound ones of this size take a few milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

fn told(bytes: &[u8], name: &str) -> Report {
    let start = Instant::now();
    let report = verify(bytes, name, &Trust::default());
    assert!(start.elapsed() < PATIENCE, "{name}: {:?}", start.elapsed());
    check(&report);
    report
}

fn codes(report: &Report) -> Vec<&'static str> {
    let code = |finding: &Finding| match finding {
        Finding::Contradiction(contradiction) => Some(Contradiction::code(contradiction)),
        _ => None,
    };
    report.findings.iter().filter_map(code).collect()
}

/// A PNG chunk.
fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let sum = crc32fast::hash(&[kind, data].concat());
    [&(data.len() as u32).to_be_bytes(), kind, data, &sum.to_be_bytes()].concat()
}

/// Kind and whole bytes of each chunk of a PNG.
fn chunks(png: &[u8]) -> Vec<([u8; 4], Vec<u8>)> {
    let mut chunks = Vec::new();
    let mut rest = &png[8..];
    while rest.len() >= 12 {
        let length = u32::from_be_bytes([rest[0], rest[1], rest[2], rest[3]]) as usize;
        let (whole, after) = rest.split_at(length + 12);
        chunks.push(([whole[4], whole[5], whole[6], whole[7]], whole.to_vec()));
        rest = after;
    }
    chunks
}

fn png_of(chunks: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    chunks.into_iter().for_each(|chunk| png.extend(chunk));
    png
}

fn plain_png() -> Vec<u8> {
    encoders().remove(0).1(&flat_art(64)).expect("a picture")
}

fn labelled_png(certainty: Certainty, producer: &str) -> Vec<u8> {
    let label = Aigc::produced(certainty, producer, "1").expect("a label");
    container::write(&plain_png(), Format::Png, &label, SOURCE).expect("written")
}

fn with_chunk(png: &[u8], chunk: &[u8]) -> Vec<u8> {
    [&png[..33], chunk, &png[33..]].concat()
}

#[test]
fn a_manifest_of_another_picture_is_invalid() {
    let studio = Studio::new(Algorithm::Es256);
    let (_, png) = encoders().remove(0);
    let label = |side| studio.label(flat_art(side), &png).expect("labelled").into_bytes();
    let (ours, theirs) = (label(160), label(192));
    let manifest = chunks(&ours).into_iter().find(|(kind, _)| kind == b"caBX").expect("a manifest").1;
    let swapped = png_of(
        chunks(&theirs)
            .into_iter()
            .map(|(kind, whole)| if &kind == b"caBX" { manifest.clone() } else { whole }),
    );
    let report = verify(&swapped, "a.png", studio.labeller.trust());
    check(&report);
    assert_eq!(report.manifest().map(|manifest| manifest.state), Some(State::Invalid), "{report:?}");
    let codes = codes(&report);
    assert!(codes.contains(&"manifest-invalid") && codes.contains(&"manifest-of-another"), "{report:?}");
    // Two manifests in one file are no better.
    let doubled = with_chunk(&theirs, &manifest);
    let report = verify(&doubled, "a.png", studio.labeller.trust());
    check(&report);
    assert!(report.manifest().is_none_or(|manifest| manifest.state == State::Invalid), "{report:?}");
    assert!(
        report.is_contradictory() || !report.findings.iter().all(|f| !matches!(f, Finding::Unchecked(_))),
        "{report:?}"
    );
}

#[test]
fn two_packets_that_disagree_are_told() {
    let png = labelled_png(Certainty::Is, "one");
    let other = labelled_png(Certainty::Suspected, "two");
    let packet = chunks(&other).into_iter().find(|(kind, _)| kind == b"iTXt").expect("a packet").1;
    let report = told(&with_chunk(&png, &packet), "a.png");
    assert_eq!(codes(&report), ["several-labels", "labels-differ"], "{report:?}");
    assert_eq!(report.verdict(), Verdict::Is, "the strongest word counts: {report:?}");
    assert!(report.sentence(danqing_provenance::verify::Language::Chinese).contains("矛盾"), "{report:?}");
}

#[test]
fn metadata_that_inflate_without_end_are_damage() {
    let much = vec![b' '; MOST_INFLATED + 1];
    let packed = miniz_oxide::deflate::compress_to_vec_zlib(&much, 9);
    for (kind, head) in [
        (b"iTXt", b"XML:com.adobe.xmp\0\x01\0\0\0".as_slice()),
        (b"iTXt", b"AIGC\0\x01\0\0\0"),
        (b"zTXt", b"AIGC\0\0"),
        (b"zTXt", b"UserComment\0\0"),
    ] {
        let bomb = chunk(kind, &[head, &packed].concat());
        let report = told(&with_chunk(&plain_png(), &bomb), "a.png");
        let damaged = |finding: &Finding| matches!(finding, Finding::Unchecked(Unchecked::Damaged { .. }));
        assert!(report.findings.iter().any(damaged), "{head:?}: {report:?}");
    }
    // Many small ones count together.
    let some = miniz_oxide::deflate::compress_to_vec_zlib(&much[..MOST_INFLATED / 8], 9);
    let one = chunk(b"zTXt", &[b"UserComment\0\0".as_slice(), &some].concat());
    let report = told(&with_chunk(&plain_png(), &one.repeat(20)), "a.png");
    assert!(report.findings.iter().any(|finding| matches!(finding, Finding::Unchecked(_))), "{report:?}");
}

#[test]
fn pixels_that_inflate_without_end_stay_within_the_picture() {
    // 8000 x 5000 pixels of nothing in a few kilobytes are as many as are taken, and one row more is refused.
    let studio = Studio::new(Algorithm::Es256);
    for (height, refused) in [(5000_u32, false), (5001, true)] {
        let header = [8000_u32.to_be_bytes(), height.to_be_bytes()].concat();
        let rows = vec![0_u8; (8000 + 1) * height as usize];
        let packed = miniz_oxide::deflate::compress_to_vec_zlib(&rows, 6);
        let header = chunk(b"IHDR", &[header.as_slice(), &[8, 0, 0, 0, 0]].concat());
        let png = png_of([header, chunk(b"IDAT", &packed), chunk(b"IEND", b"")]);
        let report = verify(&png, "a.png", studio.labeller.trust());
        check(&report);
        let many = report.findings.contains(&Finding::Unchecked(Unchecked::TooManyPixels));
        assert_eq!(many, refused, "{height}: {report:?}");
    }
}

#[test]
fn files_that_are_two_things_are_read_as_what_they_begin_with() {
    let png = labelled_png(Certainty::Is, "one");
    let jpeg = encoders().remove(1).1(&flat_art(64)).expect("a picture");
    let other = Aigc::produced(Certainty::MayBe, "two", "2").expect("a label");
    let jpeg = container::write(&jpeg, Format::Jpeg, &other, SOURCE).expect("written");
    let movie = b"\0\0\0\x14ftypisom\0\0\0\0isom\0\0\0\x08moov";
    let tails: [(&str, &[u8]); 4] = [
        ("another picture", &jpeg),
        ("a movie", movie),
        ("a document", b"%PDF-1.4\ntrailer\n<< /Size 1 >>\nstartxref\n0\n%%EOF\n"),
        ("an archive", b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
    ];
    for (what, tail) in tails {
        let report = told(&[&png, tail].concat(), "a.pdf");
        assert_eq!(report.format, Some(Format::Png), "{what}: {report:?}");
        assert_eq!(report.verdict(), Verdict::Is, "{what}: {report:?}");
    }
    // A page that claims to be a picture.
    let report = told(b"GIF89a/*<svg xmlns='http://www.w3.org/2000/svg'/>*/=1;", "a.svg");
    assert_eq!(report.format, Some(Format::Gif), "{report:?}");
}

#[test]
fn texts_without_end_or_bottom_are_survived() {
    let deep = |open: &str, middle: &str, close: &str, depth: usize| {
        format!("{}{middle}{}", open.repeat(depth), close.repeat(depth))
    };
    let laughs = "<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>\
        <!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><svg xmlns='http://www.w3.org/2000/svg'><metadata>&c;</metadata></svg>";
    let long = format!(
        "{{\"AIGC\":{{\"Label\":\"7\",\"ContentProducer\":\"{}\",\"ProduceID\":\"\\u202e\",\"extra\":[1]}}}}",
        "人".repeat(1 << 20)
    );
    for (name, text) in [
        ("a.json", deep("[", "1", "]", 200_000)),
        ("a.json", deep("{\"AIGC\":", "1", "}", 200_000)),
        ("a.json", long),
        ("a.svg", deep("<svg xmlns='http://www.w3.org/2000/svg'>", "", "</svg>", 50_000)),
        ("a.svg", laughs.to_owned()),
        ("a.md", format!("---\nAIGC: {}\n---\n", deep("{", "", "}", 200_000))),
        ("a.md", format!("---\n{}", "AIGC: |\n".repeat(100_000))),
        ("a.txt", "AIGC{".repeat(300_000)),
        ("a.pdf", format!("%PDF-1.4\n{}", deep("<< /AIGC ", "()", " >>", 100_000))),
    ] {
        let report = told(text.as_bytes(), name);
        assert_ne!(report.verdict(), Verdict::MayBe, "{name}: nobody said so");
    }
}

#[test]
fn boxes_that_lie_about_their_size_are_damage() {
    let nested = (0..20_000).fold(Vec::new(), |inner: Vec<u8>, _| {
        if inner.len() > 1 << 20 {
            return inner;
        }
        [&(inner.len() as u32 + 8).to_be_bytes(), b"moov".as_slice(), &inner].concat()
    });
    for (what, body) in [
        ("a size of 0", b"\0\0\0\0moov".to_vec()),
        ("a size of 1 without the long one", b"\0\0\0\x01moov".to_vec()),
        ("the longest size", [b"\0\0\0\x01moov".as_slice(), &[0xFF; 8]].concat()),
        ("a size below its own head", b"\0\0\0\x04moov".to_vec()),
        ("boxes in boxes", nested),
        (
            "many keys",
            [b"\0\0\0\x24moov\0\0\0\x1cmeta\0\0\0\x14keys\0\0\0\0\xff\xff\xff\xff".as_slice(), &[0; 64]]
                .concat(),
        ),
    ] {
        let file = [b"\0\0\0\x14ftypisom\0\0\0\0isom".as_slice(), &body].concat();
        let report = told(&file, "a.mp4");
        assert_eq!(report.verdict(), Verdict::Nothing, "{what}: {report:?}");
    }
    for (what, file) in [
        ("a wave of 4 GB", b"RIFF\xff\xff\xff\xffWAVEAIGC\xff\xff\xff\xff{".to_vec()),
        ("a tag of 256 MB", b"ID3\x04\0\0\x7f\x7f\x7f\x7fTXXX\x7f\x7f\x7f\x7f\0\0".to_vec()),
        ("many comments", [b"fLaC\x84\0\0\x10\0\0\0\0\xff\xff\xff\xff".as_slice(), &[0; 16]].concat()),
        ("a chunk of 2 GB", [b"\x89PNG\r\n\x1a\n\x7f\xff\xff\xffiTXt".as_slice(), &[0; 64]].concat()),
    ] {
        assert_eq!(told(&file, "a").verdict(), Verdict::Nothing, "{what}");
    }
}
