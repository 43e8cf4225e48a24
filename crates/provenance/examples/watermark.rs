//! Writes and reads marks for `bench/watermark.py`: one order a line, one answer a line, pixels as raw RGBA files.
//!
//! ```text
//! embed FILE WIDTH HEIGHT ID DECIBELS    ->  PSNR MILLISECONDS      the file is changed
//! detect FILE WIDTH HEIGHT               ->  ID CONFIDENCE MILLISECONDS, ID is `-` where nothing is found
//! ```

use std::error::Error;
use std::io::{BufRead, Write};
use std::time::Instant;

use danqing_provenance::watermark::{Key, Strength, WatermarkId, detect, embed};
use image::RgbaImage;

fn main() -> Result<(), Box<dyn Error>> {
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        writeln!(output, "{}", answer(&words)?)?;
        output.flush()?;
    }
    Ok(())
}

fn answer(words: &[&str]) -> Result<String, Box<dyn Error>> {
    let key = Key([42; 32]);
    let [order, file, width, height, rest @ ..] = words else {
        return Err("an order has four words or more".into());
    };
    let mut picture =
        RgbaImage::from_raw(width.parse()?, height.parse()?, std::fs::read(file)?).ok_or("wrong size")?;
    let start = Instant::now();
    match (*order, rest) {
        ("embed", [id, decibels]) => {
            let id = WatermarkId::new(id.parse()?).ok_or("id too large")?;
            let strength = Strength::psnr_db(decibels.parse()?).ok_or("strength out of range")?;
            let report = embed(&mut picture, id, &key, strength)?;
            let elapsed = start.elapsed().as_secs_f64() * 1e3;
            std::fs::write(file, picture.into_raw())?;
            Ok(format!("{:.3} {elapsed:.2}", report.psnr_db))
        }
        ("detect", []) => {
            let found = detect(&picture, &[key]);
            let elapsed = start.elapsed().as_secs_f64() * 1e3;
            Ok(match found {
                Some(found) => format!("{} {:.3} {elapsed:.2}", found.id.value(), found.confidence),
                None => format!("- 0 {elapsed:.2}"),
            })
        }
        _ => Err(format!("`{order}` is not an order").into()),
    }
}
