//! Gives the people in pictures every tone of the Monk scale and writes one sheet, to be looked at: a row for each picture.
//!
//! `cargo run -p danqing-scene --example tones -- SHEET.png PICTURE.png ...`

use danqing_scene::skin::{MONK, tone};
use image::imageops::{FilterType, overlay, resize};
use image::{Rgba, RgbaImage};

const SIDE: u32 = 256;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut files = std::env::args().skip(1);
    let file = files.next().ok_or("say where the sheet goes")?;
    let pictures =
        files.map(|file| Ok(image::open(file)?.to_rgba8())).collect::<image::ImageResult<Vec<_>>>()?;
    let columns = MONK.len() as u32 + 1;
    let mut sheet =
        RgbaImage::from_pixel(columns * SIDE, pictures.len() as u32 * SIDE, Rgba([255, 255, 255, 255]));
    for (row, picture) in (0..).zip(&pictures) {
        for column in 0..columns {
            let mut person = picture.clone();
            tone(&mut person, column as usize); // 0 is no tone
            let small = resize(&person, SIDE, SIDE, FilterType::Triangle);
            overlay(&mut sheet, &small, i64::from(column * SIDE), i64::from(row * SIDE));
        }
    }
    sheet.save(file)?;
    Ok(())
}
