//! Resampling of pictures with alpha.

use image::imageops::FilterType;
use image::{ImageBuffer, Rgba, RgbaImage};

/// `picture` (square) made `side` by `side` pixels.
pub(crate) fn resized(picture: &RgbaImage, side: u32) -> RgbaImage {
    resized_to(picture, side, side)
}

/// `picture` in its own shape, no side longer than `longest`, never larger.
pub(crate) fn fitted(picture: &RgbaImage, longest: u32) -> RgbaImage {
    let (width, height) = picture.dimensions();
    let side = |length: u32| {
        let whole = u64::from(width.max(height)).max(1);
        ((u64::from(length) * u64::from(longest) + whole / 2) / whole).max(1) as u32
    };
    if width.max(height) <= longest {
        picture.clone()
    } else {
        resized_to(picture, side(width), side(height))
    }
}

/// `picture` made `width` by `height` pixels.
///
/// Colours are weighed by their alpha, so that edges take no colour from pixels nobody sees. Cubic of Catmull and Rom,
/// widened when shrinking.
fn resized_to(picture: &RgbaImage, width: u32, height: u32) -> RgbaImage {
    if picture.dimensions() == (width, height) {
        return picture.clone();
    }
    let premultiplied: ImageBuffer<Rgba<f32>, Vec<f32>> =
        ImageBuffer::from_fn(picture.width(), picture.height(), |x, y| {
            let [red, green, blue, alpha] = picture.get_pixel(x, y).0.map(|value| f32::from(value) / 255.0);
            Rgba([red * alpha, green * alpha, blue * alpha, alpha])
        });
    let resized = image::imageops::resize(&premultiplied, width, height, FilterType::CatmullRom);
    ImageBuffer::from_fn(width, height, |x, y| {
        let [red, green, blue, alpha] = resized.get_pixel(x, y).0;
        if alpha < 0.5 / 255.0 {
            return Rgba([0; 4]);
        }
        let straight = |channel: f32| byte(channel / alpha);
        Rgba([straight(red), straight(green), straight(blue), byte(alpha)])
    })
}

fn byte(value: f32) -> u8 {
    (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_keep_their_colour() {
        let picture =
            RgbaImage::from_fn(
                64,
                64,
                |x, _| if x < 31 { Rgba([250, 20, 20, 255]) } else { Rgba([0, 255, 0, 0]) },
            );
        for side in [20, 32, 100, 256] {
            let resized = resized(&picture, side);
            assert_eq!(resized.dimensions(), (side, side), "size");
            let seen = resized.pixels().filter(|pixel| pixel.0[3] > 16);
            assert!(seen.clone().count() > 0, "something is left");
            assert!(
                { seen }.all(|pixel| pixel.0[0] >= 245 && pixel.0[1] <= 30),
                "no green at the edge at {side}"
            );
        }
    }
}
