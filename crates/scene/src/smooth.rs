//! Smooths the surfaces of a painted thing and keeps its edges.
//!
//! A latent stands for a square of eight pixels, a token for four of them, and what the model is a little wrong about shows as
//! blotches and borders of these squares on a surface that shall be even. They are fainter than the edges between parts of a thing.
//! The filter is the recursive one of the domain transform (Gastal and Oliveira 2011, "Domain Transform for Edge-Aware Image and
//! Video Processing", section 4.2, equation 21).

use image::{Rgba, RgbaImage};

/// How far colours are mixed on an even surface, as a share of the longer side (standard deviation).
const REACH: f32 = 0.04;
/// A difference between neighbours, summed over red, green and blue of 0 to 1, that is as far as all of [`REACH`].
const EDGE: f32 = 0.3;
/// How much more a difference in alpha counts.
const OUTLINE: f32 = 3.0;
/// Passes over columns and rows, each half as far as the one before.
const ROUNDS: i32 = 3;
/// Less alpha than this, of 255, has no colour to speak of; such pixels stay as they are.
const FAINT: u8 = 5;

/// Mixes the colours of neighbours where there is no edge between them. Alpha stays as it is.
pub fn smooth(picture: &mut RgbaImage) {
    let width = picture.width() as usize;
    let reach = REACH * picture.width().max(picture.height()) as f32;
    let straight: Vec<[f32; 4]> =
        picture.pixels().map(|pixel| pixel.0.map(|value| f32::from(value) / 255.0)).collect();
    let mixed_over = reach * 3f32.sqrt() * 2f32.powi(ROUNDS - 1) / (4f32.powi(ROUNDS) - 1.0).sqrt();
    let share = |one: [f32; 4], other: [f32; 4]| {
        let [red, green, blue, alpha] = [0, 1, 2, 3].map(|channel| (one[channel] - other[channel]).abs());
        let distance = 1.0 + reach / EDGE * (red + green + blue + OUTLINE * alpha);
        (-std::f32::consts::SQRT_2 / mixed_over * distance).exp()
    };
    // What each pixel takes of the one before it in its row and in its column.
    let shares = |stride: usize| -> Vec<f32> {
        let is_first = |at: usize| if stride == 1 { at.is_multiple_of(width) } else { at < stride };
        let of = |at: usize| if is_first(at) { 0.0 } else { share(straight[at], straight[at - stride]) };
        (0..straight.len()).map(of).collect()
    };
    let mut directions = [1, width].map(|stride| (stride, shares(stride)));
    let mut mixed: Vec<[f32; 4]> = straight
        .iter()
        .map(|&[red, green, blue, alpha]| [red * alpha, green * alpha, blue * alpha, alpha])
        .collect();
    for _ in 0..ROUNDS {
        for (stride, shares) in &mut directions {
            mix(&mut mixed, shares, *stride);
            shares.iter_mut().for_each(|share| *share *= *share); // half as far
        }
    }
    for (Rgba([red, green, blue, alpha]), mixed) in picture.pixels_mut().zip(mixed) {
        if *alpha >= FAINT {
            [*red, *green, *blue] = [0, 1, 2]
                .map(|channel| (255.0 * mixed[channel] / mixed[3].max(1e-4)).round().clamp(0.0, 255.0) as u8);
        }
    }
}

/// There and back along rows or columns, in which neighbours are `stride` apart.
fn mix(colours: &mut [[f32; 4]], shares: &[f32], stride: usize) {
    let mut take = |at: usize, of: usize, share: f32| {
        let from = colours[of];
        colours[at].iter_mut().zip(from).for_each(|(value, from)| *value += share * (from - *value));
    };
    let places = shares.iter().enumerate().skip(stride);
    for (at, share) in places.clone() {
        take(at, at - stride, *share);
    }
    for (at, share) in places.rev() {
        take(at - stride, at, *share);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two halves of a disc, one shaded, with blotches of some levels and a hole.
    fn thing(blotch: i16) -> RgbaImage {
        RgbaImage::from_fn(128, 128, |x, y| {
            let (dx, dy) = (x as f32 - 64.0, y as f32 - 64.0);
            let radius = dx.hypot(dy);
            if !(6.0..56.0).contains(&radius) {
                return Rgba([9, 200, 9, 0]);
            }
            let off = if (x / 8 + y / 8) % 2 == 0 { blotch } else { -blotch };
            let [red, green, blue] = if dx < 0.0 { [200 - y as i16 / 4, 80, 60] } else { [50, 60, 190] };
            Rgba([(red + off) as u8, (green + off) as u8, (blue + off) as u8, 255])
        })
    }

    /// The mean difference of neighbours in rows, where both columns are within `columns`.
    fn roughness(picture: &RgbaImage, columns: std::ops::Range<u32>) -> f32 {
        let places = (20..108).flat_map(|y| columns.clone().map(move |x| (x, y)));
        let apart = |(x, y): (u32, u32)| {
            let [one, other] = [x, x + 1].map(|x| picture.get_pixel(x, y).0);
            let both = one[3] == 255 && other[3] == 255;
            both.then(|| f32::from(one[0].abs_diff(other[0])))
        };
        let (sum, count) =
            places.filter_map(apart).fold((0.0, 0.0), |(sum, count), off| (sum + off, count + 1.0));
        sum / count
    }

    #[test]
    fn blotches_go_and_edges_stay() {
        let mut picture = thing(4);
        let before = roughness(&picture, 20..60);
        smooth(&mut picture);
        let after = roughness(&picture, 20..60);
        assert!(after < before / 3.0, "blotches: {before} before, {after} after");
        let edge = roughness(&picture, 63..64);
        assert!(edge > 0.9 * roughness(&thing(0), 63..64), "the edge between the halves: {edge}");
        let off = |place: (u32, u32)| {
            picture.get_pixel(place.0, place.1).0[0].abs_diff(thing(0).get_pixel(place.0, place.1).0[0])
        };
        assert!(off((40, 30)) < 6 && off((40, 95)) < 6, "shades stay: {} {}", off((40, 30)), off((40, 95)));
    }

    #[test]
    fn outlines_and_what_is_not_seen_stay() {
        let (before, mut picture) = (thing(4), thing(4));
        smooth(&mut picture);
        for (old, new) in before.pixels().zip(picture.pixels()) {
            assert_eq!(old[3], new[3], "alpha");
            assert!(new[3] > 0 || old == new, "what is not seen");
        }
        for mut small in [RgbaImage::new(0, 0), RgbaImage::new(1, 1), RgbaImage::new(1, 7)] {
            let same = small.clone();
            smooth(&mut small);
            assert!(small == same, "nothing is there");
        }
    }
}
