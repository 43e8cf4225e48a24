//! Time of writing and reading a mark on one core: `cargo bench -p danqing-provenance --bench watermark`.
//!
//! Prints the median of eleven runs for a square picture of each size, in milliseconds.

use std::io::Write;
use std::time::Instant;

use danqing_provenance::watermark::{Key, Strength, WatermarkId, detect, embed};
use image::{Rgba, RgbaImage};

fn picture(side: u32) -> RgbaImage {
    RgbaImage::from_fn(side, side, |x, y| {
        let wave = (x as f32 * 0.05).sin() * 40.0
            + (y as f32 * 0.021).cos() * 50.0
            + (((x * 31) ^ (y * 17)) % 23) as f32;
        Rgba([120.0 + wave, 110.0 + wave * 0.8, 100.0 + wave * 0.5, 255.0].map(|value| value as u8))
    })
}

/// Median of eleven runs, in milliseconds.
fn median_ms(mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..11)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[5]
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = Key([42; 32]);
    let id = WatermarkId::new(1).ok_or("id")?;
    let mut output = std::io::stdout().lock();
    writeln!(output, "side   embed   detect marked   detect unmarked   (ms)")?;
    for side in [512, 1024, 2048] {
        let plain = picture(side);
        let mut marked = plain.clone();
        embed(&mut marked, id, &key, Strength::default())?;
        let writing = median_ms(|| {
            let mut copy = plain.clone();
            let _report = embed(&mut copy, id, &key, Strength::default());
        });
        let reading = median_ms(|| assert!(detect(&marked, &[key]).is_some(), "the mark is read"));
        let searching = median_ms(|| assert!(detect(&plain, &[key]).is_none(), "there is no mark"));
        writeln!(output, "{side:4} {writing:7.1} {reading:15.1} {searching:17.1}")?;
    }
    Ok(())
}
