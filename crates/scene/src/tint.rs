//! Gives a painted thing the colour that the prompt names.
//!
//! A small model knows a thing by its usual colour: a black car tends to come out red. Which colour a thing has is as
//! easy for code as how many there are, so the model paints the thing and this the colour. The work is done in [Oklab](oklab),
//! where lightness, chroma and hue are apart.

use image::{Rgba, RgbaImage};

use crate::oklab;

/// A thing is left as it is where this share of it, by visible area, has the colour already.
const HAS_IT: f32 = 0.75;
/// A pixel with less chroma has no hue to speak of.
const NEUTRAL: f32 = 0.045;
/// Darker pixels without a hue are outlines, eyes and shadows, unless most of the thing is as dark.
const OUTLINE: f32 = 0.35;
/// Differences in lightness grow at most so much.
const STRONGEST: f32 = 1.5;
/// A hue further than this from the one wanted, in radians, shows beside it: vermilion beside crimson.
const HUE: f32 = 0.1;
/// Hues are counted in so many places around the circle.
const HUES: usize = 36;

/// Turns what most of `picture` is coloured in into `rgb`, with its light and shade kept.
///
/// Nothing is changed where enough has that colour already. Outlines, and parts whose hue is far from that of most of the
/// thing, such as a lantern's tassel, keep their own.
pub fn tint(picture: &mut RgbaImage, rgb: [u8; 3]) {
    let target = Oklch::of(rgb);
    let pixels: Vec<(Oklch, f32)> = picture
        .pixels()
        .map(|Rgba([red, green, blue, alpha])| match alpha {
            0 => (Oklch::default(), 0.0),
            alpha => (Oklch::of([*red, *green, *blue]), f32::from(*alpha) / 255.0),
        })
        .collect();
    let area: f32 = pixels.iter().map(|(_, alpha)| alpha).sum();
    let right: f32 =
        pixels.iter().filter(|(pixel, _)| pixel.looks_like(target, HUE)).map(|(_, alpha)| alpha).sum();
    if area <= 0.0 || right >= HAS_IT * area {
        return;
    }
    let body = Body::of(&pixels);
    for (pixel, (seen, _)) in picture.pixels_mut().zip(&pixels).filter(|(_, (_, alpha))| *alpha > 0.0) {
        let share = body.share(*seen);
        if share > 0.0 {
            let new = body.turned(*seen, target).rgb();
            for (value, new) in pixel.0.iter_mut().zip(new) {
                *value =
                    (f32::from(*value) + share * (new - f32::from(*value))).round().clamp(0.0, 255.0) as u8;
            }
        }
    }
}

/// Lightness 0 to 1, chroma 0 to about 0.32, hue in radians.
#[derive(Clone, Copy, Debug, Default)]
struct Oklch {
    lightness: f32,
    chroma: f32,
    hue: f32,
}

impl Oklch {
    fn of(rgb: [u8; 3]) -> Self {
        let [lightness, a, b] = oklab::of(rgb);
        Self { lightness, chroma: (a * a + b * b).sqrt(), hue: b.atan2(a) }
    }

    /// 0 to 255, cut where the colour is outside sRGB.
    fn rgb(self) -> [f32; 3] {
        oklab::rgb([self.lightness, self.chroma * self.hue.cos(), self.chroma * self.hue.sin()])
    }

    fn is_neutral(self) -> bool {
        self.chroma < NEUTRAL
    }

    /// Whether a person would give both the same name, about; `apart` is how far their hues may be.
    fn looks_like(self, other: Self, apart: f32) -> bool {
        let lightness = (self.lightness - other.lightness).abs();
        if other.is_neutral() {
            return self.is_neutral() && lightness < 0.2;
        }
        !self.is_neutral() && lightness < 0.22 && turn(self.hue, other.hue).abs() < apart
    }
}

/// The way from the hue `from` to `to`, -pi to pi.
fn turn(to: f32, from: f32) -> f32 {
    let whole = std::f32::consts::TAU;
    (to - from + 1.5 * whole) % whole - 0.5 * whole
}

/// The colour that most of a thing has: mean lightness and chroma, and the hue if it has one.
#[derive(Clone, Copy, Debug)]
struct Body {
    lightness: f32,
    chroma: f32,
    hue: Option<f32>,
}

impl Body {
    fn of(pixels: &[(Oklch, f32)]) -> Self {
        let mut hues = [0.0f32; HUES];
        let (mut light, mut dark) = (0.0f32, 0.0f32);
        for (pixel, alpha) in pixels {
            let place = ((turn(pixel.hue, 0.0) / std::f32::consts::TAU + 0.5) * HUES as f32) as usize % HUES;
            match pixel.is_neutral() {
                false => hues[place] += alpha,
                true if pixel.lightness < OUTLINE => dark += alpha,
                true => light += alpha,
            }
        }
        // Neighbours count together: a red thing has crimson shade and orange light.
        let around =
            |place: usize| (0..5).map(|beside| hues[(place + HUES + beside - 2) % HUES]).sum::<f32>();
        let (place, mass) = (0..HUES)
            .map(|place| (place, around(place)))
            .max_by(|one, other| one.1.total_cmp(&other.1))
            .unwrap_or_default();
        let hue = ((place as f32 + 0.5) / HUES as f32 - 0.5) * std::f32::consts::TAU;
        // Outlines are dark and highlights light in any thing: without a hue is only what has hardly anything else.
        let body = if mass >= 0.5 * light.max(dark) {
            Self { lightness: 0.0, chroma: 0.0, hue: Some(hue) }
        } else {
            Self { lightness: if light >= dark { 1.0 } else { 0.0 }, chroma: 0.0, hue: None }
        };
        let weighed = || pixels.iter().map(|(pixel, alpha)| (pixel, alpha * body.share(*pixel)));
        let mass: f32 = weighed().map(|(_, weight)| weight).sum::<f32>().max(1e-6);
        Self {
            lightness: weighed().map(|(pixel, weight)| pixel.lightness * weight).sum::<f32>() / mass,
            chroma: weighed().map(|(pixel, weight)| pixel.chroma * weight).sum::<f32>() / mass,
            hue: body.hue,
        }
    }

    /// How much a pixel belongs to it, 0 to 1.
    fn share(self, pixel: Oklch) -> f32 {
        match self.hue {
            Some(hue) => {
                let near = ((1.1 - turn(pixel.hue, hue).abs()) / 0.35).clamp(0.0, 1.0);
                near * (pixel.chroma / NEUTRAL - 0.3).clamp(0.0, 1.0)
            }
            None => {
                let plain = (2.0 - pixel.chroma / NEUTRAL).clamp(0.0, 1.0);
                let step = ((pixel.lightness - OUTLINE) / 0.1 + 0.5).clamp(0.0, 1.0);
                plain * if self.lightness >= OUTLINE { step } else { 1.0 - step }
            }
        }
    }

    /// The pixel's colour with this body's changed to `target`.
    fn turned(self, pixel: Oklch, target: Oklch) -> Oklch {
        // White keeps room for light, black for shade.
        let (from, to) = (self.lightness.clamp(0.05, 0.95), target.lightness.clamp(0.24, 0.94));
        // Black to black and white to white, but small differences are not blown up.
        let gain = if pixel.lightness < from { to / from } else { (1.0 - to) / (1.0 - from) };
        let lightness = to + (pixel.lightness - from) * gain.min(STRONGEST);
        let (chroma, hue) = match self.hue {
            _ if target.is_neutral() => (target.chroma, target.hue),
            Some(hue) => {
                let gain = target.chroma / self.chroma.max(NEUTRAL);
                ((pixel.chroma * gain).min(1.3 * target.chroma), target.hue + 0.5 * turn(pixel.hue, hue))
            }
            // Light washes colour out.
            None => (target.chroma * ((1.0 - lightness) / (1.0 - to)).min(1.0), target.hue),
        };
        Oklch { lightness, chroma, hue }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::colours::parse;

    fn colour(name: &str) -> [u8; 3] {
        parse(name).expect("in the table").rgb
    }

    /// A disc of a colour with a shade below, a black rim, a small spot of another colour and nothing around it.
    fn disc(body: [u8; 3], spot: [u8; 3]) -> RgbaImage {
        RgbaImage::from_fn(64, 64, |x, y| {
            let (dx, dy) = (x as f32 - 31.5, y as f32 - 31.5);
            let shade = if y > 40 { 0.8 } else { 1.0 };
            match dx.hypot(dy) {
                radius if radius > 30.0 => Rgba([0, 0, 0, 0]),
                radius if radius > 28.0 => Rgba([20, 20, 20, 255]),
                radius if radius < 6.0 => Rgba([spot[0], spot[1], spot[2], 255]),
                _ => {
                    let [red, green, blue] = body.map(|value| (f32::from(value) * shade) as u8);
                    Rgba([red, green, blue, 255])
                }
            }
        })
    }

    /// Light washes pink out of yellow, by a little more than `HUE`.
    const ABOUT: f32 = 0.28;

    fn is_like(picture: &RgbaImage, (x, y): (u32, u32), name: &str) -> bool {
        let Rgba([red, green, blue, _]) = *picture.get_pixel(x, y);
        Oklch::of([red, green, blue]).looks_like(Oklch::of(colour(name)), ABOUT)
    }

    #[test]
    fn any_colour_becomes_any_other_and_keeps_its_shade() {
        let names =
            ["red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "gray"];
        for from in names {
            for to in names.into_iter().filter(|to| *to != from) {
                let mut picture = disc(colour(from), colour(from));
                tint(&mut picture, colour(to));
                assert!(is_like(&picture, (31, 12), to), "{from} to {to}: {:?}", picture.get_pixel(31, 12));
                let light = |y| Oklch::of([0, 1, 2].map(|at| picture.get_pixel(31, y)[at])).lightness;
                assert!(light(12) >= light(50), "{from} to {to}: shade stays darker");
            }
        }
    }

    #[test]
    fn rim_spots_and_what_is_not_seen_stay() {
        let before = disc(colour("red"), colour("green"));
        let mut picture = before.clone();
        tint(&mut picture, colour("blue"));
        assert!(is_like(&picture, (31, 12), "blue"), "the body is blue");
        for place in [(31, 31), (31, 3), (0, 0)] {
            assert_eq!(picture.get_pixel(place.0, place.1), before.get_pixel(place.0, place.1), "{place:?}");
        }
    }

    #[test]
    fn what_has_the_colour_is_left_as_it_is() {
        for name in ["red", "yellow", "black", "white", "sky blue"] {
            let before = disc(colour(name), colour("green"));
            let mut picture = before.clone();
            tint(&mut picture, colour(name));
            assert!(picture == before, "{name}");
        }
    }

    #[test]
    fn an_empty_picture_stays_empty() {
        let mut picture = RgbaImage::new(8, 8);
        tint(&mut picture, colour("red"));
        assert!(picture == RgbaImage::new(8, 8), "nothing to colour");
    }
}
