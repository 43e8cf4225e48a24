//! Trimming, scaling and turning pictures with an alpha channel.

use image::{Rgba, RgbaImage};

/// Alpha from which on a pixel counts as part of the subject, of 255.
const OPAQUE: u8 = 24;

/// The smallest part of `picture` that holds every pixel with some alpha; `None` for an empty picture.
pub(crate) fn trimmed(picture: &RgbaImage) -> Option<RgbaImage> {
    let (mut left, mut top, mut right, mut bottom) = (u32::MAX, u32::MAX, 0, 0);
    for (x, y, _) in picture.enumerate_pixels().filter(|(_, _, pixel)| pixel[3] >= OPAQUE) {
        (left, right) = (left.min(x), right.max(x));
        (top, bottom) = (top.min(y), bottom.max(y));
    }
    (left <= right)
        .then(|| image::imageops::crop_imm(picture, left, top, right - left + 1, bottom - top + 1).to_image())
}

/// How a copy is drawn from its picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Pose {
    /// Output pixels per picture pixel.
    pub(crate) scale: f32,
    /// Turn in radians, clockwise on the screen; up to a quarter turn either way.
    pub(crate) turn: f32,
    /// Left and right exchanged.
    pub(crate) mirrored: bool,
}

impl Pose {
    /// Size of the box around the posed picture.
    pub(crate) fn size(self, width: u32, height: u32) -> (f32, f32) {
        let (sine, cosine) = sine_cosine(self.turn);
        let (width, height) = (width as f32 * self.scale, height as f32 * self.scale);
        (width * cosine + height * sine.abs(), width * sine.abs() + height * cosine)
    }
}

/// Sine and cosine by their series to the eleventh power; within 1e-6 of the true values up to a quarter turn.
///
/// The library's functions may differ in the last bit between machines, and pictures must not.
pub(crate) fn sine_cosine(angle: f32) -> (f32, f32) {
    let x = f64::from(angle);
    let square = x * x;
    let sine = x
        * (1.0
            - square / 6.0
                * (1.0
                    - square / 20.0
                        * (1.0 - square / 42.0 * (1.0 - square / 72.0 * (1.0 - square / 110.0)))));
    let cosine = 1.0
        - square / 2.0
            * (1.0 - square / 12.0 * (1.0 - square / 30.0 * (1.0 - square / 56.0 * (1.0 - square / 90.0))));
    (sine as f32, cosine as f32)
}

/// `picture` scaled and turned in one step, in the smallest canvas that holds it.
///
/// Each output pixel is the mean of the picture under a cubic kernel (Mitchell and Netravali 1988, B = 0.2,
/// C = 0.4: sharp, little ringing) laid along the picture's own axes and widened when shrinking. The mean is
/// taken of premultiplied colours, so that edges carry no colour of invisible pixels.
pub(crate) fn posed(picture: &RgbaImage, pose: Pose) -> RgbaImage {
    let premultiplied = Premultiplied::new(picture, pose.mirrored);
    let (width, height) = pose.size(picture.width(), picture.height());
    let (width, height) = (width.ceil().max(1.0) as u32, height.ceil().max(1.0) as u32);
    let (sine, cosine) = sine_cosine(pose.turn);
    let kernel = Kernel::new(pose.scale);
    let mut taps = (Vec::new(), Vec::new());
    RgbaImage::from_fn(width, height, |x, y| {
        let (x, y) = (x as f32 + 0.5 - width as f32 / 2.0, y as f32 + 0.5 - height as f32 / 2.0);
        let u = (x * cosine + y * sine) / pose.scale + picture.width() as f32 / 2.0;
        let v = (y * cosine - x * sine) / pose.scale + picture.height() as f32 / 2.0;
        kernel.mean(&premultiplied, u, v, &mut taps)
    })
}

/// Colours times alpha, all in [0, 1].
struct Premultiplied {
    width: i32,
    height: i32,
    pixels: Vec<[f32; 4]>,
}

impl Premultiplied {
    fn new(picture: &RgbaImage, mirrored: bool) -> Self {
        let (width, height) = picture.dimensions();
        let pixel = |x: u32, y: u32| {
            let Rgba([red, green, blue, alpha]) =
                *picture.get_pixel(if mirrored { width - 1 - x } else { x }, y);
            let alpha = f32::from(alpha) / 255.0;
            [red, green, blue, 255].map(|channel| f32::from(channel) / 255.0 * alpha)
        };
        let pixels =
            (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| pixel(x, y)).collect();
        Self { width: width as i32, height: height as i32, pixels }
    }
}

/// Steps per unit in the kernel table.
const STEPS: f32 = 256.0;

/// The kernel as a table, and its reach in picture pixels.
struct Kernel {
    weights: Vec<f32>,
    widening: f32,
}

impl Kernel {
    fn new(scale: f32) -> Self {
        let weights = (0..=(2.0 * STEPS) as usize + 1).map(|step| cubic(step as f32 / STEPS)).collect();
        Self { weights, widening: (1.0 / scale).max(1.0) }
    }

    /// Fills `taps` with the weights around `centre` and gives the index of the first.
    fn taps(&self, centre: f32, taps: &mut Vec<f32>) -> i32 {
        let reach = 2.0 * self.widening;
        let first = (centre - reach - 0.5).ceil() as i32;
        let last = (centre + reach - 0.5).floor() as i32;
        taps.clear();
        let weight = |at: i32| {
            let distance = ((at as f32 + 0.5 - centre) / self.widening).abs();
            self.weights.get((distance * STEPS + 0.5) as usize).copied().unwrap_or(0.0)
        };
        taps.extend((first..=last).map(weight));
        first
    }

    /// The straight colour at (`u`, `v`); pixels outside the picture are transparent.
    fn mean(&self, picture: &Premultiplied, u: f32, v: f32, taps: &mut (Vec<f32>, Vec<f32>)) -> Rgba<u8> {
        let reach = 2.0 * self.widening + 1.0;
        let (width, height) = (picture.width as f32, picture.height as f32);
        if u < -reach || v < -reach || u > width + reach || v > height + reach {
            return Rgba([0; 4]);
        }
        let (across, down) = taps;
        let left = self.taps(u, across);
        let top = self.taps(v, down);
        let total = across.iter().sum::<f32>() * down.iter().sum::<f32>();
        let mut sum = [0.0_f32; 4];
        for (y, down) in (top..).zip(down.iter()).filter(|(y, _)| (0..picture.height).contains(y)) {
            for (x, across) in (left..).zip(across.iter()).filter(|(x, _)| (0..picture.width).contains(x)) {
                let pixel = picture.pixels[(y * picture.width + x) as usize];
                for (sum, channel) in sum.iter_mut().zip(pixel) {
                    *sum += channel * across * down;
                }
            }
        }
        straight(sum.map(|channel| channel / total))
    }
}

/// Mitchell and Netravali's cubic with B = 0.2, C = 0.4.
fn cubic(x: f32) -> f32 {
    const B: f32 = 0.2;
    const C: f32 = 0.4;
    if x < 1.0 {
        ((12.0 - 9.0 * B - 6.0 * C) * x * x * x + (-18.0 + 12.0 * B + 6.0 * C) * x * x + (6.0 - 2.0 * B))
            / 6.0
    } else if x < 2.0 {
        ((-B - 6.0 * C) * x * x * x
            + (6.0 * B + 30.0 * C) * x * x
            + (-12.0 * B - 48.0 * C) * x
            + (8.0 * B + 24.0 * C))
            / 6.0
    } else {
        0.0
    }
}

/// 8-bit straight colour of a premultiplied one; overshoot of the kernel is cut off.
fn straight([red, green, blue, alpha]: [f32; 4]) -> Rgba<u8> {
    let byte = |value: f32| (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
    if alpha < 1.0 / 510.0 {
        return Rgba([0; 4]);
    }
    let colour = |channel: f32| byte(channel / alpha);
    Rgba([colour(red), colour(green), colour(blue), byte(alpha)])
}

/// Draws `picture` over `canvas` with its top left corner at (`left`, `top`), both with straight alpha.
pub(crate) fn draw_over(canvas: &mut RgbaImage, picture: &RgbaImage, left: i32, top: i32) {
    let (width, height) = (i64::from(canvas.width()), i64::from(canvas.height()));
    for (x, y, &above) in picture.enumerate_pixels().filter(|(_, _, pixel)| pixel[3] > 0) {
        let (x, y) = (i64::from(x) + i64::from(left), i64::from(y) + i64::from(top));
        if (0..width).contains(&x) && (0..height).contains(&y) {
            let below = canvas.get_pixel_mut(x as u32, y as u32);
            *below = over(above, *below);
        }
    }
}

/// Porter and Duff 1984, "over", on straight 8-bit colours, rounded to nearest.
fn over(above: Rgba<u8>, below: Rgba<u8>) -> Rgba<u8> {
    let (top, bottom) = (u32::from(above[3]), u32::from(below[3]));
    let hidden = bottom * (255 - top); // times 255
    let alpha = top * 255 + hidden;
    let mix = |channel: usize| {
        let sum = u32::from(above[channel]) * top * 255 + u32::from(below[channel]) * hidden;
        ((sum + alpha / 2) / alpha) as u8
    };
    Rgba([mix(0), mix(1), mix(2), ((alpha + 127) / 255) as u8])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disc(colour: [u8; 3]) -> RgbaImage {
        RgbaImage::from_fn(64, 64, |x, y| {
            let (x, y) = (x as i32 - 32, y as i32 - 32);
            // Invisible pixels are green: they must never be seen.
            if x * x + y * y < 700 {
                Rgba([colour[0], colour[1], colour[2], 255])
            } else {
                Rgba([0, 255, 0, 0])
            }
        })
    }

    #[test]
    fn edges_carry_no_hidden_colour() {
        for scale in [0.3, 0.77, 1.0, 1.9] {
            let small = posed(&disc([200, 40, 40]), Pose { scale, turn: 0.1, mirrored: false });
            for pixel in small.pixels().filter(|pixel| pixel[3] > 8) {
                assert!(
                    pixel[0].abs_diff(200) < 24 && pixel[1].abs_diff(40) < 24,
                    "{pixel:?} at scale {scale}"
                );
            }
        }
    }

    #[test]
    fn a_pose_without_change_keeps_flat_areas() {
        let same = posed(&disc([10, 20, 30]), Pose { scale: 1.0, turn: 0.0, mirrored: false });
        assert_eq!(same.dimensions(), (64, 64), "size");
        assert_eq!(*same.get_pixel(32, 32), Rgba([10, 20, 30, 255]), "inside");
        assert_eq!(same.get_pixel(1, 1)[3], 0, "outside");
    }

    #[test]
    fn trimming_finds_the_box() {
        let trimmed = trimmed(&disc([1, 2, 3])).expect("a disc");
        assert_eq!(trimmed.dimensions(), (53, 53), "diameter");
        assert_eq!(super::trimmed(&RgbaImage::new(8, 8)), None, "empty");
    }

    #[test]
    fn series_agree_with_the_library() {
        for step in -157..=157_i16 {
            let angle = f32::from(step) / 100.0;
            let (sine, cosine) = sine_cosine(angle);
            assert!((sine - angle.sin()).abs() < 1e-6 && (cosine - angle.cos()).abs() < 1e-6, "at {angle}");
        }
    }

    #[test]
    fn drawing_over_keeps_opaque_and_mixes_half() {
        assert_eq!(over(Rgba([9, 9, 9, 255]), Rgba([200, 0, 0, 255])), Rgba([9, 9, 9, 255]), "opaque");
        assert_eq!(
            over(Rgba([255, 255, 255, 128]), Rgba([0, 0, 0, 255])),
            Rgba([128, 128, 128, 255]),
            "half"
        );
        assert_eq!(over(Rgba([255, 0, 0, 128]), Rgba([0, 0, 0, 0])), Rgba([255, 0, 0, 128]), "on nothing");
    }
}
