//! Lays a painted square over a picture, through a mask.

use image::{GrayImage, Rgba, RgbaImage};

use super::region::Region;

/// Width of the fading edge inside a mask, as a share of the painted square's side: two of the model's pixels.
const FADE: f32 = 1.0 / 64.0;
/// Units of a distance to the next pixel, straight and across.
///
/// Source: Borgefors 1986, "Distance transformations in digital images", the 3-4 distance.
const STRAIGHT: u32 = 3;
const ACROSS: u32 = 4;

/// `picture` with `painted` where `mask` is light. Where it is black nothing changes, not even colours that nobody sees.
pub(super) fn blended(
    picture: &RgbaImage,
    painted: &RgbaImage,
    mask: &GrayImage,
    region: &Region,
) -> RgbaImage {
    let distances = distances(mask);
    let deepest = distances.iter().copied().max().unwrap_or(0);
    // A mask that is thinner than the fade is painted in its middle all the same.
    let fade = (FADE * region.side() as f32 * STRAIGHT as f32).min(deepest as f32).max(1.0);
    let mut result = picture.clone();
    for ((x, y, pixel), (open, distance)) in result.enumerate_pixels_mut().zip(mask.pixels().zip(distances)) {
        let Some((x, y)) = region.within(x, y).filter(|_| open[0] > 0) else { continue };
        let share = f32::from(open[0]) / 255.0 * (distance as f32 / fade).min(1.0);
        *pixel = mixed(*pixel, *painted.get_pixel(x, y), share);
    }
    result
}

/// `share` of `new` over the rest of `old`, colours weighed by their alpha.
fn mixed(old: Rgba<u8>, new: Rgba<u8>, share: f32) -> Rgba<u8> {
    if share >= 1.0 {
        return new;
    }
    let weights = [(old, 1.0 - share), (new, share)].map(|(pixel, share)| share * f32::from(pixel[3]));
    let alpha = weights[0] + weights[1];
    if alpha < 0.5 {
        return Rgba([0; 4]);
    }
    let channel = |index: usize| {
        let sum = f32::from(old[index]) * weights[0] + f32::from(new[index]) * weights[1];
        (sum / alpha + 0.5) as u8
    };
    Rgba([channel(0), channel(1), channel(2), (alpha + 0.5) as u8])
}

/// For each pixel the distance to the next black one, in thirds of a pixel; the edge of the picture is no edge.
fn distances(mask: &GrayImage) -> Vec<u32> {
    let (width, height) = (mask.width() as usize, mask.height() as usize);
    let far = u32::MAX / 2;
    let mut distances: Vec<u32> = mask.pixels().map(|pixel| if pixel[0] == 0 { 0 } else { far }).collect();
    // Down from the top left with the neighbours before, then up again with those behind.
    let rounds: [[(isize, isize, u32); 4]; 2] = [
        [(-1, 0, STRAIGHT), (-1, -1, ACROSS), (0, -1, STRAIGHT), (1, -1, ACROSS)],
        [(1, 0, STRAIGHT), (1, 1, ACROSS), (0, 1, STRAIGHT), (-1, 1, ACROSS)],
    ];
    for (round, neighbours) in rounds.into_iter().enumerate() {
        for index in 0..width * height {
            let place = if round == 0 { index } else { width * height - 1 - index };
            let (x, y) = (place % width, place / width);
            for (dx, dy, step) in neighbours {
                let (Some(x), Some(y)) = (x.checked_add_signed(dx), y.checked_add_signed(dy)) else {
                    continue;
                };
                if x < width && y < height {
                    distances[place] = distances[place].min(distances[y * width + x].saturating_add(step));
                }
            }
        }
    }
    distances
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_plane_to_a_tenth() {
        let mask = GrayImage::from_fn(60, 40, |x, y| [if (x, y) == (20, 15) { 0 } else { 255 }].into());
        for (index, distance) in distances(&mask).into_iter().enumerate() {
            let (x, y) = ((index % 60) as f32 - 20.0, (index / 60) as f32 - 15.0);
            let (found, true_one) = (distance as f32 / STRAIGHT as f32, x.hypot(y));
            assert!((found - true_one).abs() <= 0.1 * true_one + 1e-6, "{x} {y}: {found}");
        }
    }

    #[test]
    fn shares_mix_and_ends_are_exact() {
        let (old, new) = (Rgba([10, 20, 30, 255]), Rgba([110, 220, 130, 255]));
        assert_eq!(mixed(old, new, 1.0), new, "all of the new one");
        assert_eq!(mixed(old, new, 0.0), old, "none of it");
        assert_eq!(mixed(old, new, 0.5), Rgba([60, 120, 80, 255]), "half");
        // What nobody sees gives no colour.
        assert_eq!(mixed(Rgba([0, 255, 0, 0]), new, 0.5), Rgba([110, 220, 130, 128]), "from transparent");
    }
}
