//! How far two pictures are apart.

use danqing_engine::RgbaImage;

/// Mean difference of all channels, colour as far as it is visible, in levels.
pub(crate) fn difference(one: &RgbaImage, other: &RgbaImage) -> f32 {
    let premultiplied = |image: &RgbaImage| -> Vec<f32> {
        let of =
            |pixel: &image::Rgba<u8>| pixel.0.map(|value| f32::from(value) * f32::from(pixel[3]) / 255.0);
        image.pixels().flat_map(of).collect()
    };
    let (one, other) = (premultiplied(one), premultiplied(other));
    one.iter().zip(&other).map(|(a, b)| (a - b).abs()).sum::<f32>() / one.len() as f32
}
