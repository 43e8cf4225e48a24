//! The colour of a face's skin, where it stands on the Monk scale, and how it becomes another.
//!
//! Measured on the real avatars of the training data, whose tones are known, the tone found is the true one in more than
//! 99 of 100.

mod canvas;

use image::{Rgba, RgbaImage};

use self::canvas::{Canvas, Part, UNSEEN};
use crate::oklab;

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
/// Colours of a face are looked at on a grid of so many to a side of the picture: enough for a median.
const FACE_GRID: u32 = 128;
/// A colour farther than this from each tone, in CIELAB, is not skin.
const FARTHEST: f32 = 22.0;
/// Skin covers at least this share of the middle of a face.
const LEAST_SKIN: f32 = 0.1;
/// Seen pixels in the middle of a face at least, as a share.
const LEAST_SEEN: f32 = 0.03;
/// How often a tone that is given is looked at and put right.
const CORRECTIONS: usize = 3;
/// Skin that is so near to the middle of it on an axis of Oklab is the middle there; up to twice as far it comes nearer. Half of what
/// an eye tells apart, but more than the steps of 8 bits, which would leave the middle beside the very tone.
const NEARLY: f32 = 0.008;
/// Skin with less than this Oklab lightness has no room for darker lines; that with more had room, and has lines.
const DARK: f32 = 0.36;
const LIGHT: f32 = 0.55;
/// How much lighter than dark skin its lines become at most; how soon, and from what depth on, as shares of the skin's lightness.
const LINE: f32 = 0.36;
const LINE_RISE: f32 = 0.25;
const SHADE: f32 = 0.05;

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
    let linear = oklab::linear(rgb);
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
    let near = skin_colours(&face(picture))?;
    let middle = middle(&near, lab);
    let tones = MONK.iter().chain(&OTHERS[..1]);
    match nearest(middle, tones.map(|rgb| lab(*rgb)))? {
        (tone, _) if tone == MONK.len() => Some(Skin::Yellow),
        (tone, _) => Some(Skin::Toned { monk: tone + 1, ita: ita(middle) }),
    }
}

/// Gives the skin in `picture`, which shows a person's head, the tone `monk` of the Monk scale (1 to 10), with light and
/// shade kept: eyes stay white, and lines of a face are lighter than skin that is too dark for darker ones. Nothing is changed
/// where no skin is found.
pub fn tone(picture: &mut RgbaImage, monk: usize) {
    let Some(wanted) = MONK.get(monk.wrapping_sub(1)).map(|rgb| oklab::of(*rgb)) else { return };
    let Some(shift) = Shift::of_face(&face(picture), wanted) else { return };
    let canvas = Canvas::new(picture, shift.from);
    let beside_skin = canvas.beside_skin();
    let parts = canvas.parts();
    for (place, Rgba([red, green, blue, _])) in picture.pixels_mut().enumerate() {
        let (seen, likeness) = canvas.pixels[place];
        let line = if parts[place] == Part::Feature { shift.line_share(seen) } else { 0.0 };
        let moved = match parts[place] {
            _ if likeness == UNSEEN => continue,
            Part::White => continue,
            Part::Pupil => shift.pupil(seen),
            Part::Feature if line > 0.5 => shift.feature(seen, likeness.max(line)),
            Part::Feature | Part::Outside if beside_skin[place] => {
                shift.edge(seen, likeness.max(canvas.mixed(place)))
            }
            _ if likeness == 0.0 => continue,
            _ => shift.feature(seen, likeness),
        };
        [*red, *green, *blue] = srgb(moved);
    }
}

/// An Oklab colour in 8 bits.
fn srgb(colour: [f32; 3]) -> [u8; 3] {
    oklab::rgb(colour).map(|value| value.round().clamp(0.0, 255.0) as u8)
}

/// How the colours of one skin become those of another, in Oklab.
struct Shift {
    from: [f32; 3],
    to: [f32; 3],
    /// What the middle of the skin shall be, which [`Shift::to`] alone does not make it.
    wanted: [f32; 3],
    contrast: f32,
}

impl Shift {
    /// From the skin that `face` has to one whose middle is `wanted`; `None` where it has none.
    fn of_face(face: &[[u8; 3]], wanted: [f32; 3]) -> Option<Self> {
        let from = middle(&skin_colours(face)?, oklab::of);
        // Dark skin has less room for shade.
        let contrast = (wanted[0] / from[0].max(0.05)).clamp(0.5, 1.2);
        let mut shift = Self { from, to: wanted, wanted, contrast };
        // Highlights that become white and shade that becomes black are skin no more, so that the middle comes out elsewhere.
        for _ in 0..CORRECTIONS {
            let moved: Vec<[u8; 3]> = face.iter().map(|rgb| shift.alone(*rgb)).collect();
            let Some(near) = skin_colours(&moved) else { break };
            let came = middle(&near, oklab::of);
            shift.to = add(shift.to, subtract(wanted, came));
        }
        Some(shift)
    }

    /// What becomes of a colour whose surroundings are not known.
    fn alone(&self, rgb: [u8; 3]) -> [u8; 3] {
        let seen = oklab::of(rgb);
        let share = likeness(seen, self.from);
        if share == 0.0 {
            return rgb;
        }
        srgb(self.feature(seen, share))
    }

    /// What becomes of skin in its light and shade, or of a line in a face, by `share`: black stays black, or becomes the lightest
    /// line of dark skin, and what is between lies between.
    fn feature(&self, seen: [f32; 3], share: f32) -> [f32; 3] {
        let off = seen[0] - self.from[0];
        // How deep a line is, as a share of the way to black; the way has that much less of the skin's hue.
        let depth = (-off / self.from[0].max(0.05)).clamp(0.0, 1.0);
        let (lightness, gets) = if off > 0.0 {
            (self.to[0] + self.contrast * off, 1.0)
        } else if self.to[0] < DARK && self.from[0] > LIGHT {
            let line = (depth - SHADE).max(0.0);
            (self.to[0] + LINE * line / (line + LINE_RISE), 1.0 + depth)
        } else {
            (self.to[0] * (1.0 - depth), 1.0 - depth)
        };
        let hue = |axis: usize| seen[axis] - (1.0 - depth) * self.from[axis] + gets * self.to[axis];
        let whole = [lightness, hue(1), hue(2)];
        [0, 1, 2].map(|axis| seen[axis] + share * (self.settled(whole[axis], axis) - seen[axis]))
    }

    /// What is nearly the middle of the skin on an axis becomes it.
    fn settled(&self, value: f32, axis: usize) -> f32 {
        let off = value - self.wanted[axis];
        self.wanted[axis] + off * (off.abs() / NEARLY - 1.0).clamp(0.0, 1.0)
    }

    /// What becomes of the dark of an eye: never lighter than the skin.
    fn pupil(&self, seen: [f32; 3]) -> [f32; 3] {
        let darker = (self.to[0] * 0.7 / seen[0].max(0.05)).min(1.0);
        seen.map(|value| value * darker)
    }

    /// What becomes of a colour at the outer edge of skin, of which `share` is skin; what is mixed in keeps its own.
    fn edge(&self, seen: [f32; 3], share: f32) -> [f32; 3] {
        [0, 1, 2].map(|axis| seen[axis] + share * (self.to[axis] - self.from[axis]))
    }

    /// How sure it is that a colour within a face is that of a line or of light in skin and not of paint: it lies between skin and grey.
    fn line_share(&self, seen: [f32; 3]) -> f32 {
        let [_, a, b] = self.from;
        let along = ((seen[1] * a + seen[2] * b) / (a * a + b * b).max(1e-6)).clamp(0.0, 1.2);
        let off = ((seen[1] - along * a).powi(2) + (seen[2] - along * b).powi(2)).sqrt();
        ((0.065 - off) / 0.03).clamp(0.0, 1.0)
    }
}

/// How sure it is that a colour is that of a skin, in light or shade, 0 to 1. Outlines, lips, cheeks and hair are not.
fn likeness(seen: [f32; 3], skin: [f32; 3]) -> f32 {
    let light = (seen[0] - skin[0]).abs();
    let colour = ((seen[1] - skin[1]).powi(2) + (seen[2] - skin[2]).powi(2)).sqrt();
    ((0.2 - light) / 0.06).clamp(0.0, 1.0) * ((0.055 - colour) / 0.02).clamp(0.0, 1.0)
}

/// Seen colours of a grid over the middle of the face that a picture of a person shows; none where hardly any are seen.
fn face(picture: &RgbaImage) -> Vec<[u8; 3]> {
    let (width, height) = picture.dimensions();
    let step = (width.min(height) / FACE_GRID).max(1);
    let within = |side: u32, (from, to): (f32, f32)| {
        (0..side)
            .step_by(step as usize)
            .filter(move |at| (from..to).contains(&((*at as f32 + 0.5) / side as f32)))
    };
    let [columns, rows] = FACE;
    let (mut colours, mut all) = (Vec::new(), 0usize);
    for (x, y) in within(height, rows).flat_map(|y| within(width, columns).map(move |x| (x, y))) {
        let Rgba([red, green, blue, alpha]) = *picture.get_pixel(x, y);
        all += 1;
        if alpha > 200 {
            colours.push([red, green, blue]);
        }
    }
    if (colours.len() as f32) < LEAST_SEEN * all as f32 {
        colours.clear();
    }
    colours
}

/// Those of the colours of a face that are its skin: like the tone, or the yellow, that most of them are nearest to.
fn skin_colours(face: &[[u8; 3]]) -> Option<Vec<[u8; 3]>> {
    let tones: Vec<[f32; 3]> = MONK.iter().chain(&OTHERS).map(|rgb| lab(*rgb)).collect();
    let mut counts = [0usize; MONK.len() + 1];
    let mut skins = Vec::new();
    for rgb in face {
        let colour = lab(*rgb);
        let (tone, distance) = nearest(colour, tones.iter().copied())?;
        if distance < FARTHEST
            && let Some(count) = counts.get_mut(tone)
        {
            *count += 1;
            skins.push((*rgb, colour));
        }
    }
    if skins.is_empty() || (skins.len() as f32) < LEAST_SKIN * face.len() as f32 {
        return None;
    }
    let most = (0..counts.len()).max_by_key(|&tone| (counts[tone], usize::MAX - tone))?;
    skins.retain(|(_, colour)| distance(*colour, tones[most]) < FARTHEST);
    Some(skins.into_iter().map(|(rgb, _)| rgb).collect())
}

/// Which of `tones` is nearest to a colour, all in CIELAB, and how far it is.
fn nearest(colour: [f32; 3], tones: impl Iterator<Item = [f32; 3]>) -> Option<(usize, f32)> {
    tones.map(|tone| distance(colour, tone)).enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b))
}

fn distance(a: [f32; 3], b: [f32; 3]) -> f32 {
    let between = subtract(a, b);
    dot(between, between).sqrt()
}

fn add(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [0, 1, 2].map(|axis| a[axis] + b[axis])
}

fn subtract(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [0, 1, 2].map(|axis| a[axis] - b[axis])
}

fn dot(a: [f32; 3], b: [f32; 3]) -> f32 {
    a.into_iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The median of colours on each axis of a space.
fn middle(colours: &[[u8; 3]], space: impl Fn([u8; 3]) -> [f32; 3]) -> [f32; 3] {
    let colours: Vec<[f32; 3]> = colours.iter().map(|rgb| space(*rgb)).collect();
    [0, 1, 2].map(|axis| {
        let mut values: Vec<f32> = colours.iter().map(|colour| colour[axis]).collect();
        values.sort_by(f32::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(0.0)
    })
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
    fn the_middle_of_shaded_skin_is_the_very_tone() {
        let mut errors = Vec::new();
        for (from, rgb) in MONK.into_iter().enumerate().skip(1) {
            let mut shaded = head(rgb);
            for (x, y, Rgba(pixel)) in shaded.enumerate_pixels_mut().filter(|(.., pixel)| pixel[0] > 0) {
                let light = 1.0 + 0.1 * ((x as f32 / 9.0).sin() + (y as f32 - 60.0) / 30.0);
                for (value, warmth) in pixel.iter_mut().zip([1.0, 0.99, 0.97]) {
                    *value =
                        (f32::from(*value) * light * (1.0 + warmth * (light - 1.0) / 4.0)).min(255.0) as u8;
                }
            }
            for (to, target) in MONK.into_iter().enumerate() {
                let mut picture = shaded.clone();
                tone(&mut picture, to + 1);
                let Some(Skin::Toned { monk, ita: found }) = skin(&picture) else { panic!("{from} to {to}") };
                assert_eq!(monk, to + 1, "from {}", from + 1);
                errors.push((found - ita(lab(target))).abs());
            }
        }
        let (most, mean) =
            (errors.iter().copied().fold(0.0, f32::max), errors.iter().sum::<f32>() / errors.len() as f32);
        assert!(most < 0.5 && mean < 0.05, "{most} at most, {mean} on average");
    }

    #[test]
    fn a_face_is_seen_in_any_tone() {
        let lightness = |picture: &RgbaImage, (x, y): (u32, u32)| {
            let [r, g, b, _] = picture.get_pixel(x, y).0;
            lab([r, g, b])[0]
        };
        for monk in 1..=MONK.len() {
            let mut picture = head(MONK[4]);
            let disc = |picture: &mut RgbaImage, (cx, cy): (i32, i32), (wide, high): (i32, i32), grey: u8| {
                for (x, y) in (-wide..=wide).flat_map(|x| (-high..=high).map(move |y| (x, y))) {
                    if x * x * high * high + y * y * wide * wide <= wide * wide * high * high {
                        picture.put_pixel((cx + x) as u32, (cy + y) as u32, Rgba([grey, grey, grey, 255]));
                    }
                }
            };
            disc(&mut picture, (54, 64), (6, 3), 250);
            disc(&mut picture, (54, 64), (3, 3), 40);
            (48..60).for_each(|x| picture.put_pixel(x, 56, Rgba([40, 40, 40, 255])));
            tone(&mut picture, monk);
            let [skin, white, pupil, brow] =
                [(64, 80), (49, 64), (54, 64), (54, 56)].map(|place| lightness(&picture, place));
            assert!(white > 95.0, "Monk {monk}: the white of the eye is {white}");
            assert!(pupil < skin - 3.0, "Monk {monk}: the pupil is {pupil} in skin of {skin}");
            assert!((brow - skin).abs() > 12.0, "Monk {monk}: the brow is {brow} in skin of {skin}");
        }
    }

    #[test]
    fn a_soft_edge_stays_between_its_two_sides() {
        let (skin, hair) = (MONK[4], [150u8, 40, 20]);
        let mixed =
            |skin: [u8; 3]| [0, 1, 2].map(|at| ((u16::from(skin[at]) + u16::from(hair[at])) / 2) as u8);
        let mut picture = head(skin);
        let column = |picture: &mut RgbaImage, x: u32, [r, g, b]: [u8; 3]| {
            (50..90).for_each(|y| picture.put_pixel(x, y, Rgba([r, g, b, 255])));
        };
        column(&mut picture, 60, mixed(skin));
        (61..64).for_each(|x| column(&mut picture, x, hair));
        tone(&mut picture, 9);
        let [r, g, b, _] = picture.get_pixel(60, 70).0;
        let off = distance(lab([r, g, b]), lab(mixed(MONK[8])));
        assert!(off < 8.0, "{:?} is {off} from half hair, half skin", [r, g, b]);
        assert_eq!(picture.get_pixel(62, 70).0, [hair[0], hair[1], hair[2], 255], "hair stays");
    }

    #[test]
    fn yellow_blue_and_nothing_are_no_tone() {
        assert_eq!(skin(&head([255, 200, 61])), Some(Skin::Yellow), "an emoji");
        assert_eq!(skin(&head([40, 90, 220])), None, "a blue face");
        assert_eq!(skin(&RgbaImage::new(128, 128)), None, "an empty picture");
    }
}
