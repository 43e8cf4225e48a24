//! Time of writing and reading a mark on one core: `cargo bench -p danqing-provenance --bench watermark`.
//!
//! Prints the processor time of a run, mean of ten, for a square picture of each size, in milliseconds.

use std::io::Write;
use std::time::Duration;

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

/// Processor time of a run, mean of ten, in milliseconds: other work on the machine does not count.
fn processor_ms(mut run: impl FnMut()) -> Result<f64, Box<dyn std::error::Error>> {
    run();
    let before = processor_ns()?;
    (0..10).for_each(|_| run());
    Ok((processor_ns()? - before) as f64 / 10.0 / 1e6)
}

/// Time that this process has spent on processors, in nanoseconds, as Linux counts it.
fn processor_ns() -> Result<u64, Box<dyn std::error::Error>> {
    // The count is brought up to date when the process gives way.
    std::thread::sleep(Duration::from_millis(5));
    let told = std::fs::read_to_string("/proc/self/schedstat")?;
    Ok(told.split(' ').next().ok_or("no count")?.parse()?)
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
        let writing = processor_ms(|| {
            let mut copy = plain.clone();
            let _report = embed(&mut copy, id, &key, Strength::default());
        })?;
        let reading = processor_ms(|| assert!(detect(&marked, &[key]).is_some(), "the mark is read"))?;
        let searching = processor_ms(|| assert!(detect(&plain, &[key]).is_none(), "there is no mark"))?;
        writeln!(output, "{side:4} {writing:7.1} {reading:15.1} {searching:17.1}")?;
    }
    Ok(())
}
