//! Round trips through the formats of pictures, and what becomes of damaged and hostile files.

use std::io::Cursor;

use danqing_provenance::Error;
use danqing_provenance::aigc::{Aigc, Certainty, Reading};
use danqing_provenance::container::{self, Format};
use danqing_provenance::xmp::DigitalSource;
use image::{DynamicImage, ImageFormat, RgbImage};
use proptest::prelude::*;

const PICTURES: [Format; 4] = [Format::Png, Format::Jpeg, Format::Webp, Format::Gif];
const SOURCE: DigitalSource = DigitalSource::TrainedAlgorithmicMedia;
const FOREIGN: &str = r#"{"AIGC":{"Label":"2","ContentProducer":"x","ProduceID":"1","ReservedCode1":"","ContentPropagator":"","PropagateID":"","ReservedCode2":""}}"#;

fn label() -> Aigc {
    Aigc::produced(Certainty::Is, "001191110102MACQD9K64010000", "danqing-\"1\"<&").expect("a label")
}

fn picture(format: Format) -> Vec<u8> {
    let format = match format {
        Format::Png => ImageFormat::Png,
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Webp => ImageFormat::WebP,
        _ => ImageFormat::Gif,
    };
    let pixels = RgbImage::from_fn(33, 17, |x, y| image::Rgb([x as u8 * 7, y as u8 * 15, 99]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(pixels).write_to(&mut bytes, format).expect("encoded");
    bytes.into_inner()
}

fn written(bytes: &[u8], format: Format) -> Vec<u8> {
    container::write(bytes, format, &label(), SOURCE).expect("written")
}

fn holds_only_ours(bytes: &[u8], format: Format) {
    let carried = container::read(bytes, format);
    assert!(carried.damage.is_none(), "{format}: {:?}", carried.damage);
    assert_eq!(carried.sites.len(), 1, "{format}: {:?}", carried.sites);
    assert_eq!(
        Aigc::read(&carried.sites[0].text),
        Reading { label: Some(label()), faults: vec![] },
        "{format}"
    );
    assert_eq!(carried.digital_sources, [SOURCE.uri()], "{format}");
}

/// A PNG chunk.
fn chunk(kind: &[u8], data: &[u8]) -> Vec<u8> {
    let sum = crc32fast::hash(&[kind, data].concat());
    [&(data.len() as u32).to_be_bytes(), kind, data, &sum.to_be_bytes()].concat()
}

fn with_inserted(bytes: &[u8], at: usize, part: &[u8]) -> Vec<u8> {
    [&bytes[..at], part, &bytes[at..]].concat()
}

#[test]
fn labels_are_read_back_and_pixels_stay() {
    for format in PICTURES {
        let original = picture(format);
        assert_eq!(container::sites(&original, format).expect("sound"), [], "{format}: nothing yet");
        let once = written(&original, format);
        holds_only_ours(&once, format);
        let twice = written(&once, format);
        holds_only_ours(&twice, format);
        assert_eq!(Format::sniff(&once, None), Some(format), "still the same format");
        let decoded = |bytes: &[u8]| image::load_from_memory(bytes).expect("decodes").into_rgba8();
        assert_eq!(decoded(&once), decoded(&original), "{format}: pixels");
        assert_eq!(decoded(&twice), decoded(&original), "{format}: pixels, again");
    }
}

/// PNG: chunks of others stay byte for byte, labels in any other place go.
#[test]
fn a_png_keeps_its_chunks_and_loses_other_labels() {
    let parameters = chunk(b"iTXt", "parameters\0\0\0\0\0三只红灯笼, {\"AIGC\":{}}\nSteps: 12".as_bytes());
    let profile = chunk(b"tEXt", b"Comment\0by hand");
    let ours = [
        chunk(b"tEXt", [b"AIGC\0", FOREIGN.as_bytes()].concat().as_slice()),
        chunk(b"tEXt", [b"UserComment\0", FOREIGN.as_bytes()].concat().as_slice()),
        chunk(b"eXIf", [b"MM\0*\0\0\0\x08\0\0ASCII\0\0\0", FOREIGN.as_bytes()].concat().as_slice()),
    ];
    let mut bytes = picture(Format::Png);
    for part in [&parameters, &profile].into_iter().chain(&ours) {
        bytes = with_inserted(&bytes, 33, part);
    }
    bytes.extend(b"AIGC");
    bytes.extend(&FOREIGN.as_bytes()[8..FOREIGN.len() - 1]);
    assert_eq!(container::sites(&bytes, Format::Png).expect("sound").len(), 4, "each place is seen");
    let new = written(&bytes, Format::Png);
    holds_only_ours(&new, Format::Png);
    for kept in [parameters, profile] {
        assert!(new.windows(kept.len()).any(|window| window == kept), "kept");
    }
}

#[test]
fn a_jpeg_keeps_its_segments_and_loses_other_labels() {
    let segment = |marker: u8, data: &[u8]| {
        [&[0xFF, marker], (data.len() as u16 + 2).to_be_bytes().as_slice(), data].concat()
    };
    let wide: Vec<u8> = FOREIGN.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let kept = [segment(0xE2, b"ICC_PROFILE\0\x01\x01colours"), segment(0xFE, b"by hand")];
    let ours = [
        segment(0xE1, &[b"Exif\0\0MM\0*\0\0\0\x08\0\0UNICODE\0".as_slice(), &wide].concat()),
        segment(0xE9, format!("AIGC{}", &FOREIGN[8..FOREIGN.len() - 1]).as_bytes()),
        segment(0xFE, FOREIGN.as_bytes()),
    ];
    let mut bytes = picture(Format::Jpeg);
    for part in ours.iter().chain(&kept) {
        bytes = with_inserted(&bytes, 2, part);
    }
    assert_eq!(container::sites(&bytes, Format::Jpeg).expect("sound").len(), 3, "each place is seen");
    let new = written(&bytes, Format::Jpeg);
    holds_only_ours(&new, Format::Jpeg);
    for kept in kept {
        assert!(new.windows(kept.len()).any(|window| window == kept), "kept");
    }
}

#[test]
fn a_file_cut_anywhere_is_damaged_or_unlabelled_but_never_sound() {
    for format in PICTURES {
        let bytes = written(&picture(format), format);
        for end in 0..bytes.len() {
            let carried = container::read(&bytes[..end], format);
            // The last byte of WebP may be padding; all else is needed.
            assert!(carried.damage.is_some() || end + 1 == bytes.len(), "{format} cut at {end}");
        }
    }
}

#[test]
fn text_that_inflates_without_end_is_refused() {
    let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![b'a'; container::MOST_INFLATED + 1], 9);
    let part = chunk(b"zTXt", &[b"Comment\0\0".as_slice(), &bomb].concat());
    let bytes = with_inserted(&picture(Format::Png), 33, &part);
    assert!(matches!(container::sites(&bytes, Format::Png), Err(Error::Damaged { .. })), "refused");
}

fn any_format() -> impl Strategy<Value = Format> {
    proptest::sample::select(PICTURES.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn mutated_files_are_never_fatal(
        format in any_format(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = written(&picture(format), format);
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        container::read(&bytes, format);
        if let Ok(new) = container::write(&bytes, format, &label(), SOURCE) {
            holds_only_ours(&new, format);
        }
        container::read(&bytes[..cut.index(bytes.len())], format);
    }

    #[test]
    fn arbitrary_bytes_are_never_fatal(
        format in any_format(),
        rest in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        let head: &[u8] = match format {
            Format::Png => b"\x89PNG\r\n\x1a\n",
            Format::Jpeg => b"\xff\xd8\xff",
            Format::Webp => b"RIFF\x40\0\0\0WEBP",
            _ => b"GIF89a",
        };
        let bytes = [head, &rest].concat();
        container::read(&bytes, format);
        let _ = container::write(&bytes, format, &label(), SOURCE);
        Format::sniff(&bytes, None);
    }
}
