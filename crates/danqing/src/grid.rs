//! Several pictures on one sheet.

use image::imageops::overlay;
use image::{Rgba, RgbaImage};

/// Space between pictures, as a part of their width: 1 in so many.
const GAP: u32 = 32;

/// `pictures` in rows, in `columns` or as near to a square as it gets; transparent between them.
pub(crate) fn sheet(pictures: &[RgbaImage], columns: Option<u32>) -> RgbaImage {
    let count = pictures.len() as u32;
    let columns = columns.unwrap_or_else(|| (1..=count).find(|side| side * side >= count).unwrap_or(1));
    let (width, height) = pictures
        .iter()
        .fold((1, 1), |(width, height), picture| (picture.width().max(width), picture.height().max(height)));
    let gap = (width / GAP).max(1);
    let rows = count.div_ceil(columns).max(1);
    let mut sheet = RgbaImage::new(columns * (width + gap) + gap, rows * (height + gap) + gap);
    for (index, picture) in (0..).zip(pictures) {
        let (column, row) = (index % columns, index / columns);
        overlay(
            &mut sheet,
            picture,
            i64::from(gap + column * (width + gap)),
            i64::from(gap + row * (height + gap)),
        );
    }
    sheet
}

/// Writes `number` into the top left corner of `picture`, dark on light, in 3x5 dots of `dot_px` pixels.
pub(crate) fn numbered(picture: &mut RgbaImage, number: usize, dot_px: u32) {
    for (place, digit) in (0..).zip(number.to_string().bytes()) {
        let rows = DIGITS[usize::from(digit - b'0')];
        for (row, column) in (0..7u32).flat_map(|row| (0..5u32).map(move |column| (row, column))) {
            let inside = (1..6).contains(&row) && (1..4).contains(&column);
            let inked = inside && rows >> (14 - ((row - 1) * 3 + column - 1)) & 1 == 1;
            let colour = if inked { Rgba([40, 40, 40, 255]) } else { Rgba([255, 255, 255, 255]) };
            for (y, x) in (0..dot_px).flat_map(|y| (0..dot_px).map(move |x| (y, x))) {
                let (x, y) = ((place * 4 + column) * dot_px + x, row * dot_px + y);
                if x < picture.width() && y < picture.height() {
                    picture.put_pixel(x, y, colour);
                }
            }
        }
    }
}

/// Digits as five rows of three dots, the top left one the highest of 15 bits.
const DIGITS: [u16; 10] = [
    0b111_101_101_101_111,
    0b010_110_010_010_111,
    0b111_001_111_100_111,
    0b111_001_111_001_111,
    0b101_101_111_001_001,
    0b111_100_111_001_111,
    0b111_100_111_101_111,
    0b111_001_010_010_010,
    0b111_101_111_101_111,
    0b111_101_111_001_111,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_are_nearly_square() {
        let picture = RgbaImage::from_pixel(64, 64, Rgba([1, 2, 3, 255]));
        let size = |count| sheet(&vec![picture.clone(); count], None).dimensions();
        assert_eq!([size(1), size(4), size(5)], [(68, 68), (134, 134), (200, 134)], "columns and rows");
        assert_eq!(sheet(&vec![picture.clone(); 4], Some(4)).dimensions(), (266, 68), "columns asked for");
    }

    #[test]
    fn numbers_are_inked() {
        let mut picture = RgbaImage::new(32, 32);
        numbered(&mut picture, 18, 2);
        let inked = picture.pixels().filter(|pixel| pixel.0[0] == 40).count();
        assert_eq!(inked, (8 + 13) * 4, "dots of a one and an eight");
    }
}
