//! What the labeller promises: everything is in the file, nothing leaves without having been read back, and damage of
//! any byte shows.

use danqing_provenance::Error;
use danqing_provenance::aigc::{Aigc, Certainty};
use danqing_provenance::container::{self, Format};
use danqing_provenance::keys::Algorithm;
use danqing_provenance::labeller::Explicit;
use danqing_provenance::manifest::{Parent, Source, State};
use danqing_provenance::number::Number;
use danqing_provenance::verify::{Contradiction, Finding, Signature, Trust, Verdict, verify};
use danqing_provenance::waiver::Waiver;
use danqing_provenance::xmp::DigitalSource;
use image::{Rgba, RgbaImage};

use crate::support::{Encoder, PRODUCER, Studio, encoders, facts, flat_art};

#[test]
fn everything_is_found_again_in_every_format() {
    for algorithm in [Algorithm::Es256, Algorithm::Ed25519] {
        let studio = Studio::new(algorithm);
        for (extension, encode) in encoders() {
            let labelled = studio.label(flat_art(160), &encode).expect(extension);
            let report = verify(labelled.bytes(), "a", studio.labeller.trust());
            assert_eq!(report.verdict(), Verdict::Is, "{extension}: {report:?}");
            assert!(!report.is_contradictory(), "{extension}: {report:?}");
            assert_eq!(report.bases().len(), 3, "{extension}: metadata, manifest, watermark: {report:?}");
            assert_eq!(report.manifest().map(|manifest| manifest.state), Some(State::Trusted), "{extension}");
            let number = labelled.number();
            let label = labelled.label();
            assert_eq!(
                (label.content_producer.as_str(), &label.produce_id),
                (PRODUCER, &number.marked()),
                "{extension}"
            );
            assert_eq!(report.watermark(), Some(&Number::watermark_text(number.watermark())), "{extension}");
        }
    }
}

#[test]
fn the_same_picture_gives_the_same_bytes() {
    let studio = Studio::new(Algorithm::Es256);
    for (extension, encode) in encoders() {
        let bytes = || studio.label(flat_art(160), &encode).expect(extension).into_bytes();
        assert!(bytes() == bytes(), "{extension}");
    }
}

#[test]
fn strangers_find_a_label_and_a_manifest_of_someone() {
    let studio = Studio::new(Algorithm::Es256);
    let (_, png) = encoders().remove(0);
    let labelled = studio.label(flat_art(160), &png).expect("labelled");
    let report = verify(labelled.bytes(), "a.png", &Trust::default());
    assert_eq!(report.verdict(), Verdict::Is, "the label says so");
    assert_eq!(report.manifest().map(|manifest| manifest.state), Some(State::Valid), "sound, not trusted");
    assert!(report.watermark().is_none(), "not without the key");
    let fits = |finding: &Finding| matches!(finding, Finding::Label { signature: Signature::Fits, .. });
    assert!(report.findings.iter().any(fits), "the signature fits, but the key is unknown: {report:?}");
}

#[test]
fn small_and_empty_pictures_get_all_but_the_watermark() {
    let studio = Studio::new(Algorithm::Es256);
    let (_, png) = encoders().remove(0);
    for picture in [flat_art(64), RgbaImage::new(160, 160)] {
        let labelled = studio.label(picture, &png).expect("labelled");
        let report = verify(labelled.bytes(), "a.png", studio.labeller.trust());
        assert_eq!(report.verdict(), Verdict::Is, "{report:?}");
        assert!(!report.is_contradictory(), "{report:?}");
        assert!(report.manifest().is_some_and(|manifest| manifest.state == State::Trusted), "{report:?}");
    }
}

#[test]
fn nothing_leaves_without_being_read_back() {
    let studio = Studio::new(Algorithm::Es256);
    let (_, png) = encoders().remove(0);
    let refused = |encode: &Encoder| studio.label(flat_art(160), encode).expect_err("refused");

    let painted_over: Encoder = Box::new(|picture| {
        let mut picture = picture.clone();
        picture.put_pixel(3, 3, Rgba([1, 2, 3, 255]));
        encoders().remove(0).1(&picture)
    });
    assert!(matches!(refused(&painted_over), Error::ReadBack { what: "the picture" }), "one other pixel");

    let smoothed: Encoder = Box::new(|picture| {
        let plain = RgbaImage::from_pixel(picture.width(), picture.height(), Rgba([200, 60, 40, 255]));
        encoders().remove(0).1(&plain)
    });
    assert!(matches!(refused(&smoothed), Error::ReadBack { .. }), "no watermark");

    let no_picture: Encoder = Box::new(|_| Ok(b"{}".to_vec()));
    assert!(matches!(refused(&no_picture), Error::Encode { .. }), "no picture");
    let failing: Encoder = Box::new(|_| Err("out of paint".to_owned()));
    assert!(matches!(refused(&failing), Error::Encode { .. }), "no bytes");
    let cut: Encoder = Box::new(move |picture| png(picture).map(|bytes| bytes[..bytes.len() / 2].to_vec()));
    refused(&cut);
}

#[test]
fn damage_of_any_byte_shows() {
    let studio = Studio::new(Algorithm::Es256);
    // The watermark is left aside here: it survives such damage, and looking for it takes its time.
    let trust = Trust { watermarks: Vec::new(), ..studio.labeller.trust().clone() };
    for (extension, encode) in encoders() {
        let labelled = studio.label(flat_art(64), &encode).expect(extension);
        let sound = labelled.bytes();
        let before = verify(sound, "a", &trust);
        assert_eq!(
            before.manifest().map(|manifest| manifest.state),
            Some(State::Trusted),
            "{extension}: {before:?}"
        );
        // Every byte where metadata begins, and of the rest one in 61.
        let places: Vec<usize> = (0..sound.len()).filter(|at| *at < 1200 || at % 61 == 0).collect();
        let unseen: Vec<usize> = places
            .iter()
            .copied()
            .filter(|at| {
                let mut damaged = sound.to_vec();
                damaged[*at] ^= 1 << (at % 8);
                verify(&damaged, "a", &trust) == before
            })
            .collect();
        // PNG has checksums. Elsewhere some bytes in the frames of the manifest's boxes and the zeros beside its signature
        // mean nothing to its readers; they change nothing of what it says.
        let most = if extension == "png" { 0 } else { places.len() / 40 };
        assert!(unseen.len() <= most, "{extension}: {unseen:?} of {}", places.len());
    }
}

#[test]
fn a_label_moved_to_another_picture_is_told() {
    let studio = Studio::new(Algorithm::Es256);
    let (_, png) = encoders().remove(0);
    let theirs = png(&flat_art(192)).expect("a picture");
    let ours = studio.label(flat_art(160), &png).expect("labelled");
    let moved = container::write(&theirs, Format::Png, ours.label(), DigitalSource::TrainedAlgorithmicMedia)
        .expect("written");
    let report = verify(&moved, "a.png", studio.labeller.trust());
    let told = Finding::Contradiction(Contradiction::WatermarkMissing);
    assert!(report.findings.contains(&told), "no watermark: {report:?}");

    let other = studio.label(flat_art(192), &png).expect("labelled");
    let swapped =
        container::write(other.bytes(), Format::Png, ours.label(), DigitalSource::TrainedAlgorithmicMedia)
            .expect("written");
    let report = verify(&swapped, "a.png", studio.labeller.trust());
    let codes: Vec<&str> = report
        .findings
        .iter()
        .filter_map(|finding| match finding {
            Finding::Contradiction(contradiction) => Some(contradiction.code()),
            _ => None,
        })
        .collect();
    assert_eq!(codes, ["manifest-invalid", "label-of-another"], "{report:?}");
}

#[test]
fn a_waiver_leaves_out_the_visible_label_and_nothing_else() {
    let studio = Studio::new(Algorithm::Es256);
    let (_, png) = encoders().remove(0);
    let waiver = Waiver::new("某出版社", "印刷", "2026-09", "2026-11-24T00:00:00Z").expect("complete");
    let facts = facts(Source::Created, Explicit::Waived(waiver.clone()));
    let labelled = studio.labeller.label(flat_art(512), &facts, png.as_ref()).expect("labelled");
    assert_eq!(labelled.explicit(), &Explicit::Waived(waiver), "on record");
    let report = verify(labelled.bytes(), "a.png", studio.labeller.trust());
    assert_eq!((report.verdict(), report.bases().len()), (Verdict::Is, 3), "{report:?}");
    let shown = studio.label(flat_art(512), &png).expect("labelled");
    let change = |one: &RgbaImage, other: &RgbaImage| {
        one.pixels()
            .zip(other.pixels())
            .filter(|(a, b)| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > 48))
            .count()
    };
    let plain = labelled.picture().expect("a picture");
    assert!(change(plain, &flat_art(512)) < 100, "no visible mark");
    assert!(change(shown.picture().expect("a picture"), &flat_art(512)) > 1000, "a visible one otherwise");
}

#[test]
fn a_picture_made_from_another_says_so() {
    let studio = Studio::new(Algorithm::Ed25519);
    for (extension, encode) in encoders() {
        let first = studio.label(flat_art(160), &encode).expect(extension);
        let parent = Parent { bytes: first.bytes(), mime: first.format().mime() };
        let second = studio.label_from(flat_art(192), Source::Edited(parent), &encode).expect(extension);
        let report = verify(second.bytes(), "a", studio.labeller.trust());
        let manifest = report.manifest().expect("a manifest");
        assert_eq!(manifest.state, State::Trusted, "{extension}: {report:?}");
        for action in ["c2pa.opened", "c2pa.edited", "c2pa.created"] {
            assert!(
                manifest.actions.iter().any(|found| found == action),
                "{extension}: {action}: {manifest:?}"
            );
        }
    }
}

/// Labels of the wild, without a manifest, are not lost either: they stand beside the parent.
#[test]
fn the_label_of_what_was_edited_is_kept_with_the_parent() {
    let studio = Studio::new(Algorithm::Es256);
    let theirs =
        Aigc::produced(Certainty::MayBe, "001191440300708461136T1XGW3", "their-(1)").expect("a label");
    for (extension, encode) in encoders() {
        let picture = encode(&flat_art(160)).expect("a picture");
        let format = Format::sniff(&picture, None).expect("a format");
        let source = DigitalSource::TrainedAlgorithmicMedia;
        let labelled = container::write(&picture, format, &theirs, source).expect("written");
        let parent = Parent { bytes: &labelled, mime: format.mime() };
        let edited = studio.label_from(flat_art(192), Source::Edited(parent), &encode).expect(extension);
        // The new picture is a product of its own: one label, and it is ours.
        assert_eq!(edited.label().content_producer, PRODUCER, "{extension}");
        assert_eq!(edited.label().content_propagator, "", "{extension}: nobody passed it on");
        let report = verify(edited.bytes(), "a", studio.labeller.trust());
        assert!(!report.is_contradictory(), "{extension}: {report:?}");
        let manifest = report.manifest().expect("a manifest");
        assert_eq!(manifest.parent.as_ref(), Some(&theirs), "{extension}: {manifest:?}");
        let finding = Finding::Manifest(Box::new(manifest.clone()));
        let json = report.to_json();
        let told =
            json["findings"].as_array().and_then(|found| found.iter().find(|it| it["kind"] == "manifest"));
        let told = told.unwrap_or_else(|| panic!("{finding:?} in {json}"));
        assert_eq!(told["parent_label"]["ProduceID"], "their-(1)", "{extension}: {told}");

        // Its own label, when it is edited in turn.
        let parent = Parent { bytes: edited.bytes(), mime: format.mime() };
        let again = studio.label_from(flat_art(176), Source::Edited(parent), &encode).expect(extension);
        let report = verify(again.bytes(), "a", studio.labeller.trust());
        let named = report.manifest().and_then(|manifest| manifest.parent.as_ref());
        assert_eq!(named, Some(edited.label()), "{extension}: signature included");
    }
}

/// Pictures of the kinds that danqing makes and meets: flat on nothing, smooth, and with texture everywhere.
fn hosts() -> [(&'static str, RgbaImage); 3] {
    let noise = |x: u32, y: u32| {
        let mut z = (u64::from(x) << 32 | u64::from(y)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (z >> 59) as u8
    };
    let smooth =
        RgbaImage::from_fn(512, 384, |x, y| Rgba([(x / 3) as u8 + 40, (y / 3) as u8 + 60, 150, 255]));
    let rough = RgbaImage::from_fn(400, 400, |x, y| {
        let wave = ((f64::from(x) / 9.0).sin() * (f64::from(y) / 13.0).cos() * 60.0 + 120.0) as u8;
        Rgba([wave + noise(x, y), wave / 2 + noise(y, x), 90 + noise(x + 7, y), 255])
    });
    [("flat", flat_art(512)), ("smooth", smooth), ("rough", rough)]
}

/// A mark in a picture that has one already, of the same key and at the same places: the new number is the one that is
/// read, five times over, and also where only half of the picture was painted again.
#[test]
fn a_new_watermark_takes_the_place_of_the_one_before() {
    let studio = Studio::new(Algorithm::Es256);
    for (extension, encode) in encoders().into_iter().filter(|(extension, _)| *extension != "gif") {
        for (host, picture) in hosts() {
            let first = studio.label(picture.clone(), &encode).expect(host);
            assert!(first.is_marked(), "{extension}, {host}");
            let mut before = first;
            for time in 0..5 {
                let mut work = before.picture().expect("a picture").clone();
                if time == 1 {
                    // The left half as it was without any mark.
                    image::imageops::replace(
                        &mut work,
                        &image::imageops::crop_imm(&picture, 0, 0, picture.width() / 2, picture.height())
                            .to_image(),
                        0,
                        0,
                    );
                }
                let parent = Parent { bytes: before.bytes(), mime: before.format().mime() };
                let after = studio.label_from(work, Source::Edited(parent), &encode);
                let after = after.unwrap_or_else(|error| panic!("{extension}, {host}, {time}: {error}"));
                let report = verify(after.bytes(), "a", studio.labeller.trust());
                let number = Number::watermark_text(after.number().watermark());
                assert_eq!(report.watermark(), Some(&number), "{extension}, {host}, {time}: {report:?}");
                assert_ne!(
                    after.number(),
                    before.number(),
                    "{extension}, {host}, {time}: a number of its own"
                );
                assert!(!report.is_contradictory(), "{extension}, {host}, {time}: {report:?}");
                before = after;
            }
        }
    }
}
