//! How long labelling a picture takes, read-back included: `cargo bench -p danqing-provenance --bench label`.
//!
//! One thread, 1024x1024 and 512x512, PNG, WebP and JPEG; the median of ten runs, in milliseconds, and the share of each step
//! of PNG.

#[path = "../tests/whole/support.rs"]
mod support;

use std::time::Instant;

use danqing_provenance::keys::Algorithm;
use danqing_provenance::verify::{Trust, verify};
use danqing_provenance::watermark::{self, Key, Strength, WatermarkId};

use support::{Studio, encoders, flat_art};

const RUNS: usize = 10;

fn main() {
    for algorithm in [Algorithm::Es256, Algorithm::Ed25519] {
        let studio = Studio::new(algorithm);
        for side_px in [512, 1024] {
            let picture = flat_art(side_px);
            for (extension, encode) in encoders() {
                let labelled = median(|| drop(studio.label(picture.clone(), &encode).expect(extension)));
                let encoded = median(|| drop(encode(&picture).expect(extension)));
                let name = algorithm.name();
                report(
                    &format!("{name} {side_px} {extension}"),
                    labelled,
                    &format!("of it encoding {encoded:.1}"),
                );
            }
        }
    }
    let picture = flat_art(1024);
    let key = Key([7; 32]);
    let id = WatermarkId::new(7).expect("40 bits");
    let embed = |picture: &mut image::RgbaImage| {
        watermark::embed(picture, id, &key, Strength::default()).expect("marked");
    };
    let mut marked = picture.clone();
    report("embed 1024", median(|| embed(&mut picture.clone())), "");
    embed(&mut marked);
    report("detect 1024", median(|| assert!(watermark::detect(&marked, &[key]).is_some(), "found")), "");
    let studio = Studio::new(Algorithm::Es256);
    let (_, png) = encoders().remove(0);
    let labelled = studio.label(picture, &png).expect("labelled");
    report("verify 1024 png", median(|| drop(verify(labelled.bytes(), "a", studio.labeller.trust()))), "");
    report("verify 1024 png, no keys", median(|| drop(verify(labelled.bytes(), "a", &Trust::default()))), "");
}

/// The median of [`RUNS`] runs, in milliseconds.
fn median(mut work: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}

#[expect(clippy::print_stdout, reason = "the table is what it is for")]
fn report(name: &str, milliseconds: f64, more: &str) {
    println!("{name:<28} {milliseconds:>8.1} ms  {more}");
}
