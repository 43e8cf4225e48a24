//! Pixels as the models see them, premultiplied f32, and as files hold them, straight 8-bit.

use image::{GrayImage, RgbaImage};

/// Channels of a pixel: red, green, blue, alpha.
pub(crate) const CHANNELS: usize = 4;

/// Alpha below it is an ink that nobody sees but every dark background shows: it becomes none.
const TRANSPARENT: f32 = 2.0 / 255.0;
/// Alpha above it lets through what nobody sees but every layer below costs: it becomes all.
const OPAQUE: f32 = 253.0 / 255.0;

/// A premultiplied pixel in [0, 1] as straight 8-bit values.
///
/// Colour is divided by the alpha that it was multiplied with and only then is alpha cleaned, so edges keep their colour:
/// colour beyond alpha, which no paint can give, is cut off. Source: Porter and Duff 1984, section 3.
#[inline]
pub(crate) fn straight(pixel: [f32; CHANNELS]) -> [u8; CHANNELS] {
    let [red, green, blue, alpha] = pixel;
    if alpha.is_nan() || alpha < TRANSPARENT {
        return [0; CHANNELS];
    }
    let divisor = alpha.min(1.0);
    let alpha = if alpha > OPAQUE { 1.0 } else { alpha };
    [byte(red / divisor), byte(green / divisor), byte(blue / divisor), byte(alpha)]
}

/// A straight 8-bit pixel as premultiplied values in [0, 1].
#[inline]
pub(crate) fn premultiplied(pixel: [u8; CHANNELS]) -> [f32; CHANNELS] {
    let [red, green, blue, alpha] = pixel.map(|value| f32::from(value) / 255.0);
    [red * alpha, green * alpha, blue * alpha, alpha]
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the value is from 0.5 to 255.5")]
#[inline]
fn byte(value: f32) -> u8 {
    (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8
}

/// A picture of premultiplied values, (`height`, `width`, 4), as an image.
pub(crate) fn to_image(values: &[f32], width: u32, height: u32) -> RgbaImage {
    let (pixels, _) = values.as_chunks::<CHANNELS>();
    RgbaImage::from_fn(width, height, |x, y| {
        image::Rgba(straight(pixels[y as usize * width as usize + x as usize]))
    })
}

/// Turns pixels into channels: the inverse of [`danqing_kernels::pixel_shuffle`].
///
/// `x`: (height, width, channels); gives (height / factor, width / factor, channels * factor^2).
pub(crate) fn pixel_unshuffle(x: &[f32], width: usize, channels: usize, factor: usize) -> Vec<f32> {
    let (rows, columns) = (x.len() / (width * channels * factor), width / factor);
    let mut y = Vec::with_capacity(x.len());
    for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
        for channel in 0..channels {
            for (i, j) in (0..factor).flat_map(|i| (0..factor).map(move |j| (i, j))) {
                y.push(x[((row * factor + i) * width + column * factor + j) * channels + channel]);
            }
        }
    }
    y
}

/// An image of any size as premultiplied values, (`side`, `side`, 4): each the mean of the pixels it covers.
///
/// A side that does not divide the image's leaves neighbouring means a row or column in common. The image is not empty.
pub(crate) fn averaged(image: &RgbaImage, side: usize) -> Vec<f32> {
    let (pixels, _) = image.as_raw().as_chunks::<CHANNELS>();
    let mut values = Vec::with_capacity(side * side * CHANNELS);
    for (row, column) in (0..side).flat_map(|row| (0..side).map(move |column| (row, column))) {
        let (rows, columns) = (covered(row, image.height(), side), covered(column, image.width(), side));
        let share = 1.0 / (rows.len() * columns.len()) as f32;
        let mut mean = [0.0; CHANNELS];
        for y in rows {
            for pixel in &pixels[y * image.width() as usize..][columns.clone()] {
                mean.iter_mut().zip(premultiplied(*pixel)).for_each(|(mean, value)| *mean += value * share);
            }
        }
        values.extend(mean);
    }
    values
}

/// Which cells of a grid of `side` by `side` over `mask` have any pixel that is not black: (side, side).
pub(crate) fn reached(mask: &GrayImage, side: usize) -> Vec<bool> {
    let cells = (0..side).flat_map(|row| (0..side).map(move |column| (row, column)));
    let open = |(row, column)| {
        let columns = covered(column, mask.width(), side);
        covered(row, mask.height(), side).any(|y| {
            let row = &mask.as_raw()[y * mask.width() as usize..];
            row[columns.clone()].iter().any(|value| *value > 0)
        })
    };
    cells.map(open).collect()
}

/// The pixels of a line of `length` that cell `place` of `side` covers, those it shares with a neighbour too.
fn covered(place: usize, length: u32, side: usize) -> std::ops::Range<usize> {
    let length = length as usize;
    place * length / side..((place + 1) * length).div_ceil(side)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn straight_pixels_come_back() {
        for alpha in 3..253u8 {
            // Colours finer than alpha cannot survive 8 bits, but they do survive f32.
            for colour in [0, 1, 100, 254, 255] {
                let pixel = [colour, 255 - colour, 7, alpha];
                assert_eq!(straight(premultiplied(pixel)), pixel, "there and back");
            }
        }
    }

    #[test]
    fn alpha_is_clean_and_colour_keeps_its_hue() {
        assert_eq!(straight([0.007, 0.0, 0.0, 0.007]), [0; 4], "nearly nothing becomes nothing");
        assert_eq!(straight([0.995, 0.4975, 0.0, 0.995]), [255, 128, 0, 255], "nearly opaque becomes opaque");
        assert_eq!(straight([0.5, 0.6, -0.1, 0.5]), [255, 255, 0, 128], "colour beyond alpha is cut off");
        assert_eq!(straight([2.0, 0.5, 0.0, 1.5]), [255, 128, 0, 255], "alpha beyond one is one");
        assert_eq!(straight([0.5, 0.5, 0.5, f32::NAN]), [0; 4], "not a number is nothing");
    }

    #[test]
    fn unshuffling_undoes_shuffling() {
        let x: Vec<f32> = (0..2 * 3 * 2 * 4).map(|value| value as f32).collect();
        let mut shuffled = vec![0.0; x.len()];
        danqing_kernels::pixel_shuffle(&x, 2, 3, 2, 2, &mut shuffled);
        assert_eq!(pixel_unshuffle(&shuffled, 6, 2, 2), x, "there and back");
    }

    #[test]
    fn means_are_premultiplied() {
        let image = RgbaImage::from_fn(4, 4, |x, _| {
            if x % 2 == 0 { [255, 0, 0, 255] } else { [0, 255, 0, 0] }.into()
        });
        assert_eq!(averaged(&image, 2)[..4], [0.5, 0.0, 0.0, 0.5], "clear green adds no green");
        assert_eq!(averaged(&image, 8)[4..8], [1.0, 0.0, 0.0, 1.0], "a larger side repeats pixels");
    }
}
