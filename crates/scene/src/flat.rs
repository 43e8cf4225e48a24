//! Makes a painted thing flat: even areas of few colours with clear borders, as somebody draws it in a vector program; or cut out of
//! paper, with clear edges besides.
//!
//! A small model shades whatever it paints, and what shall be even comes out cloudy. How even an area is is as easy for code as
//! which colour it has. The colours of the picture are gathered into a palette; then each place takes the colour that suits it and
//! its surroundings best, first by how far the colours there are from it (filtering the cost of each label: Rhemann et al. 2011,
//! "Fast cost-volume filtering for visual correspondence and beyond", section 2), then by vote.

use std::collections::BTreeMap;

use image::{Rgba, RgbaImage};

use crate::oklab;

/// Colours in one step of the palette: as near in Oklab as this, where a step in hue or chroma counts [`HUE`] times.
const STEP: f32 = 0.085;
const HUE: f32 = 1.3;
/// A colour of less than this share of what is seen is no colour of the palette, unless it is one of its own, as an eye's is: then of less than
/// the second, where it is so far from the others. So many at most.
const LEAST: f32 = 0.012;
const LEAST_OF_ITS_OWN: f32 = 0.003;
const OF_ITS_OWN: f32 = 0.2;
const MOST: usize = 12;
/// Boxes that colours are counted in have this side.
const BOX: f32 = 0.03;
/// Colours are gathered from so many pixels at most.
const SAMPLES: usize = 8_000;
/// Alpha from which on the colour of a pixel is sure.
const SURE: f32 = 0.8;
/// How far apart two colours are at most, so that a small spot of another colour is not smoothed away.
const APART: f32 = 0.15;
/// How often places vote; what surrounds them, as a share of the side.
const VOTES: usize = 3;
const AROUND: f32 = 1.0 / 128.0;
/// Outlines are smoothed over one part in so many of the side.
const FINEST: usize = 256;

/// Makes `picture` flat as far as `share`, 0 to 1; its outline stays.
pub fn flatten(picture: &mut RgbaImage, share: f32) {
    if share <= 0.0 {
        return;
    }
    let pixels: Vec<Place> = picture.pixels().map(Place::of).collect();
    let palette = palette(&pixels);
    if palette.is_empty() {
        return;
    }
    let width = picture.width() as usize;
    let areas = Areas { width, radius: ((width as f32 * AROUND).round() as usize).max(1) };
    let mut labels = areas.settled(pixels.len(), palette.len(), |label, costs| {
        for (cost, place) in costs.iter_mut().zip(&pixels) {
            *cost = place.alpha * distance(place.colour, palette[label]).min(APART).powi(2);
        }
    });
    for _ in 0..VOTES {
        labels = areas.settled(pixels.len(), palette.len(), |label, costs| {
            for ((cost, place), &own) in costs.iter_mut().zip(&pixels).zip(&labels) {
                *cost = if usize::from(own) == label { -place.alpha } else { 0.0 };
            }
        });
    }
    let colours: Vec<[f32; 3]> = (0..palette.len()).map(|label| mean(&pixels, &labels, label)).collect();
    for (place, Rgba([red, green, blue, alpha])) in picture.pixels_mut().enumerate() {
        if *alpha > 0 {
            let even = areas.around(place, &labels, &pixels, &colours);
            for (value, even) in [red, green, blue].into_iter().zip(even) {
                *value =
                    (f32::from(*value) + share * (even - f32::from(*value))).round().clamp(0.0, 255.0) as u8;
            }
        }
    }
}

/// Makes the outline of `picture` clear as far as `share`, 0 to 1: what is more than half seen is whole, the rest is cut away.
pub fn cut_out(picture: &mut RgbaImage, share: f32) {
    if share <= 0.0 {
        return;
    }
    let width = picture.width() as usize;
    let mut alphas: Vec<f32> = picture.pixels().map(|pixel| f32::from(pixel[3]) / 255.0).collect();
    let smooth = Areas { width, radius: width / FINEST };
    smooth.sum_around(&mut alphas);
    let area = (2 * smooth.radius + 1).pow(4) as f32;
    // Edges are as many pixels wide as a picture of 128 pixels a side is enlarged.
    let half_width = (0.4 * 128.0 / width as f32).min(0.4);
    for (Rgba([.., alpha]), sum) in picture.pixels_mut().zip(alphas) {
        let part = ((sum / area - 0.5) / (2.0 * half_width) + 0.5).clamp(0.0, 1.0);
        let clear = 255.0 * part * part * (3.0 - 2.0 * part);
        *alpha = (f32::from(*alpha) + share * (clear - f32::from(*alpha))).round() as u8;
    }
}

/// A pixel in Oklab, alpha 0 to 1.
#[derive(Clone, Copy, Debug)]
struct Place {
    colour: [f32; 3],
    alpha: f32,
}

impl Place {
    fn of(Rgba([red, green, blue, alpha]): &Rgba<u8>) -> Self {
        let colour = if *alpha == 0 { [0.0; 3] } else { oklab::of([*red, *green, *blue]) };
        Self { colour, alpha: f32::from(*alpha) / 255.0 }
    }
}

fn distance(one: [f32; 3], other: [f32; 3]) -> f32 {
    let [light, a, b] = [0, 1, 2].map(|axis| one[axis] - other[axis]);
    (light * light + HUE * HUE * (a * a + b * b)).sqrt()
}

/// The colours that `pixels` have most of, the commonest first.
fn palette(pixels: &[Place]) -> Vec<[f32; 3]> {
    let sure = || pixels.iter().filter(|place| place.alpha >= SURE);
    let every = (sure().count() / SAMPLES).max(1);
    let mut left: Vec<[f32; 3]> = sure().step_by(every).map(|place| place.colour).collect();
    let [least, least_of_its_own] =
        [LEAST, LEAST_OF_ITS_OWN].map(|share| (share * left.len() as f32).ceil() as usize);
    let mut found: Vec<[f32; 3]> = Vec::new();
    while left.len() >= least_of_its_own && found.len() < MOST {
        let Some(mut middle) = commonest(&left) else { break };
        for _ in 0..4 {
            middle =
                middle_of(left.iter().filter(|colour| distance(**colour, middle) < STEP)).unwrap_or(middle);
        }
        let before = left.len();
        left.retain(|colour| distance(*colour, middle) >= STEP);
        let taken = before - left.len();
        let is_own = || found.iter().all(|other| distance(*other, middle) > OF_ITS_OWN);
        if taken >= least || (taken >= least_of_its_own && is_own()) {
            found.push(middle);
        }
        if taken == 0 {
            break;
        }
    }
    found
}

/// The mean of the colours in the fullest box.
fn commonest(colours: &[[f32; 3]]) -> Option<[f32; 3]> {
    let mut boxes = BTreeMap::<[i32; 3], Vec<[f32; 3]>>::new();
    for colour in colours {
        boxes.entry(colour.map(|value| (value / BOX).floor() as i32)).or_default().push(*colour);
    }
    boxes.values().max_by_key(|colours| colours.len()).and_then(middle_of)
}

fn middle_of<'a>(colours: impl IntoIterator<Item = &'a [f32; 3]>) -> Option<[f32; 3]> {
    let (sum, count) = colours.into_iter().fold(([0.0; 3], 0.0), |(sum, count): ([f32; 3], f32), colour| {
        ([0, 1, 2].map(|axis| sum[axis] + colour[axis]), count + 1.0)
    });
    (count > 0.0).then(|| sum.map(|value| value / count))
}

/// The sRGB colour of an area: the mean of what it covers.
fn mean(pixels: &[Place], labels: &[u8], label: usize) -> [f32; 3] {
    let own =
        pixels.iter().zip(labels).filter(|(place, own)| usize::from(**own) == label && place.alpha > 0.5);
    oklab::rgb(middle_of(own.map(|(place, _)| &place.colour)).unwrap_or_default())
}

/// A picture of `width` on which labels settle, each place looking at what is `radius` around it.
struct Areas {
    width: usize,
    radius: usize,
}

impl Areas {
    /// The label, of `count`, of each of `places` whose costs around it, as `cost` writes them, are least.
    fn settled(&self, places: usize, count: usize, cost: impl Fn(usize, &mut [f32])) -> Vec<u8> {
        let (mut least, mut labels) = (vec![f32::MAX; places], vec![0; places]);
        let mut costs = vec![0.0; places];
        for label in 0..count {
            cost(label, &mut costs);
            self.sum_around(&mut costs);
            for ((least, own), cost) in least.iter_mut().zip(&mut labels).zip(&costs) {
                if *cost < *least {
                    (*least, *own) = (*cost, label as u8);
                }
            }
        }
        labels
    }

    /// Twice the sum of each value and those around it; beyond the edges there is nothing.
    fn sum_around(&self, values: &mut [f32]) {
        let mut other = vec![0.0; values.len()];
        for _ in 0..2 {
            self.sum_along_rows(values, &mut other);
            self.sum_along_columns(&other, values);
        }
    }

    /// Each value with those up to `radius` beside it.
    fn sum_along_rows(&self, values: &[f32], sums: &mut [f32]) {
        for (row, out) in values.chunks_exact(self.width).zip(sums.chunks_exact_mut(self.width)) {
            let mut sum: f32 = row.iter().take(self.radius).sum();
            for (column, out) in out.iter_mut().enumerate() {
                sum += row.get(column + self.radius).copied().unwrap_or(0.0);
                *out = sum;
                sum -= column.checked_sub(self.radius).map_or(0.0, |first| row[first]);
            }
        }
    }

    /// The same from above to below.
    fn sum_along_columns(&self, values: &[f32], sums: &mut [f32]) {
        let width = self.width;
        let rows = values.len() / width;
        let row = |row: usize| &values[row * width..(row + 1) * width];
        let mut sum = vec![0.0f32; width];
        for first in 0..self.radius.min(rows) {
            sum.iter_mut().zip(row(first)).for_each(|(sum, value)| *sum += value);
        }
        for (index, out) in sums.chunks_exact_mut(width).enumerate() {
            if index + self.radius < rows {
                sum.iter_mut().zip(row(index + self.radius)).for_each(|(sum, value)| *sum += value);
            }
            out.copy_from_slice(&sum);
            if let Some(first) = index.checked_sub(self.radius) {
                sum.iter_mut().zip(row(first)).for_each(|(sum, value)| *sum -= value);
            }
        }
    }

    /// The mean of the colours of a place and the eight around it, by their alpha: borders go over in a pixel.
    fn around(&self, place: usize, labels: &[u8], pixels: &[Place], colours: &[[f32; 3]]) -> [f32; 3] {
        let (row, column) = (place / self.width, place % self.width);
        let rows = row.saturating_sub(1)..(row + 2).min(labels.len() / self.width);
        let (mut sum, mut weight) = ([0.0; 3], 0.0);
        for row in rows {
            for beside in column.saturating_sub(1)..(column + 2).min(self.width) {
                let beside = row * self.width + beside;
                let alpha = pixels[beside].alpha;
                let colour = colours[usize::from(labels[beside])];
                sum.iter_mut().zip(colour).for_each(|(sum, value)| *sum += alpha * value);
                weight += alpha;
            }
        }
        sum.map(|value| value / weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two halves and an eye, each with clouds in it and a shade from left to right.
    fn cloudy() -> RgbaImage {
        RgbaImage::from_fn(128, 128, |x, y| {
            let (dx, dy) = (x as f32 - 63.5, y as f32 - 63.5);
            let cloud = 12.0 * ((x as f32 / 7.0).sin() * (y as f32 / 5.0).cos()) + 0.1 * dx;
            let colour = match dx.hypot(dy) {
                radius if radius > 55.0 => return Rgba([0; 4]),
                _ if (dx + 20.0).hypot(dy + 20.0) < 5.0 => [24.0, 20.0, 26.0],
                _ if y < 64 => [220.0, 60.0, 50.0],
                _ => [60.0, 110.0, 210.0],
            };
            let [red, green, blue] = colour.map(|value: f32| (value + cloud).clamp(0.0, 255.0) as u8);
            Rgba([red, green, blue, 255])
        })
    }

    #[test]
    fn clouds_go_and_things_stay() {
        let (before, mut picture) = (cloudy(), cloudy());
        flatten(&mut picture, 1.0);
        let at = |x, y| picture.get_pixel(x, y).0;
        assert_eq!([at(30, 55), at(100, 50), at(64, 20)], [at(64, 40); 3], "one red");
        assert_eq!([at(30, 75), at(100, 80), at(64, 110)], [at(64, 90); 3], "one blue");
        assert!(at(64, 40)[0] > 190 && at(64, 90)[2] > 180 && at(43, 43)[0] < 60, "red, blue, an eye");
        let alphas = |picture: &RgbaImage| picture.pixels().map(|pixel| pixel[3]).collect::<Vec<_>>();
        assert_eq!(alphas(&picture), alphas(&before), "the outline");
        let colours: std::collections::BTreeSet<_> = picture
            .enumerate_pixels()
            .filter(|(_, y, _)| !(62..66).contains(y))
            .map(|(_, _, pixel)| pixel.0)
            .collect();
        assert!(colours.len() < 60, "few colours, and borders of the eye: {}", colours.len());
    }

    #[test]
    fn a_cut_has_clear_edges_where_they_were() {
        let soft = RgbaImage::from_fn(512, 512, |x, y| {
            let away = (x as f32 - 255.5).hypot(y as f32 - 255.5);
            Rgba([210, 40, 40, ((200.0 - away) * 8.0 + 127.5).clamp(0.0, 255.0) as u8])
        });
        let mut picture = soft.clone();
        cut_out(&mut picture, 1.0);
        let between =
            |picture: &RgbaImage| picture.pixels().filter(|pixel| (26..230).contains(&pixel[3])).count();
        assert!(
            between(&picture) * 2 < between(&soft),
            "{} where {} were",
            between(&picture),
            between(&soft)
        );
        let seen = |picture: &RgbaImage| picture.pixels().filter(|pixel| pixel[3] > 127).count();
        assert!(seen(&picture).abs_diff(seen(&soft)) < 400, "the edge stays where it was");
        for (width, height) in [(1, 1), (7, 3)] {
            let mut empty = RgbaImage::new(width, height);
            cut_out(&mut empty, 1.0);
            assert!(empty == RgbaImage::new(width, height), "nothing stays nothing");
        }
    }

    #[test]
    fn a_share_lies_between() {
        let (before, mut whole, mut half) = (cloudy(), cloudy(), cloudy());
        flatten(&mut whole, 1.0);
        flatten(&mut half, 0.5);
        for ((before, whole), half) in before.pixels().zip(whole.pixels()).zip(half.pixels()) {
            for channel in 0..3 {
                let middle = (f32::from(before[channel]) + f32::from(whole[channel])) / 2.0;
                assert!((f32::from(half[channel]) - middle).abs() <= 1.0, "half way");
            }
        }
        let mut none = cloudy();
        flatten(&mut none, 0.0);
        assert!(none == before, "not at all");
    }

    #[test]
    fn nothing_stays_nothing_and_a_pixel_a_pixel() {
        for (width, height) in [(8, 8), (1, 1), (3, 1), (1, 5)] {
            let mut empty = RgbaImage::new(width, height);
            flatten(&mut empty, 1.0);
            assert!(empty == RgbaImage::new(width, height), "nothing");
            let mut even = RgbaImage::from_pixel(width, height, Rgba([90, 120, 30, 255]));
            flatten(&mut even, 1.0);
            assert!(
                even.pixels().all(|pixel| pixel
                    .0
                    .iter()
                    .zip([90, 120, 30, 255])
                    .all(|(a, b)| a.abs_diff(b) <= 1)),
                "one colour"
            );
        }
    }
}
