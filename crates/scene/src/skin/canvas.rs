//! A picture of a person as the giver of skins sees it: how like skin each place is, and what lies in the face.

use std::ops::RangeInclusive;

use image::{Rgba, RgbaImage};

use super::{add, dot, likeness, subtract};
use crate::{Spot, oklab};

/// Edges of painted pictures are soft over four of so many parts of a side.
const SOFT_EDGES: usize = 128;
/// Things in a face, such as brows and mouths, are at most twice so many of those parts wide.
const FEATURE: usize = 5;
/// The dark of an eye, in those parts: least area, longest side.
const PUPIL: (usize, usize) = (8, 16);
/// How far from it the white is, in those parts, the least spot of it, and one in how many of the dark all of it is at least.
const REACH: usize = 3;
const LEAST_WHITE: usize = 2;
const LEAST_SHARE: usize = 12;
/// How much darker than skin the dark of an eye is in Oklab, and how much lighter and paler the white, which is mixed with skin.
const DARKER: f32 = 0.12;
const LIGHTER: f32 = 0.03;
const PALER: f32 = 0.85;
/// The likeness to skin of what is not seen.
pub(super) const UNSEEN: f32 = -1.0;

/// What a place in a picture of a person is, as far as it matters to the skin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Outside,
    Skin,
    /// Something small with skin on all sides.
    Feature,
    Pupil,
    /// The white of an eye.
    White,
}

/// The colours of a picture in Oklab and how like its skin they are.
pub(super) struct Canvas {
    width: usize,
    skin: [f32; 3],
    pub(super) pixels: Vec<([f32; 3], f32)>,
    /// What is skin beyond doubt.
    sure: Vec<bool>,
}

impl Canvas {
    pub(super) fn new(picture: &RgbaImage, skin: [f32; 3]) -> Self {
        let pixel = |Rgba([red, green, blue, alpha]): &Rgba<u8>| {
            if *alpha == 0 {
                return ([0.0; 3], UNSEEN);
            }
            let seen = oklab::of([*red, *green, *blue]);
            (seen, likeness(seen, skin))
        };
        let pixels: Vec<_> = picture.pixels().map(pixel).collect();
        let sure = pixels.iter().map(|(_, likeness)| *likeness >= 1.0).collect();
        Self { width: picture.width() as usize, skin, pixels, sure }
    }

    /// The share of skin in a colour that is seen at the edge of skin: edges are soft, so that it lies between the skin around it and what lies
    /// farthest from that on its own side, so that the white of an eye is no mixture of skin and pupil. Without it skin that darkens
    /// leaves a light line around hair, eyes and mouth.
    pub(super) fn mixed(&self, place: usize) -> f32 {
        let (seen, _) = self.pixels[place];
        let around = || self.around(place).filter(|(_, likeness)| *likeness > UNSEEN);
        let (sum, count) = around()
            .filter(|(_, likeness)| *likeness >= 1.0)
            .fold(([0.0; 3], 0.0), |(sum, count), (colour, _)| (add(sum, colour), count + 1.0));
        if count == 0.0 {
            return 0.0;
        }
        let skin = sum.map(|value| value / count);
        let way = subtract(seen, skin);
        let far = around().map(|(colour, _)| dot(subtract(colour, skin), way)).fold(0.0, f32::max);
        if far > 0.0 { (1.0 - dot(way, way) / far).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Which places have sure skin in the grid around them.
    pub(super) fn beside_skin(&self) -> Vec<bool> {
        grown(&self.sure, self.width, 2 * self.unit())
    }

    /// What each place is. Something in a face has skin on all sides; an eye is round and dark, with white beside it.
    pub(super) fn parts(&self) -> Vec<Part> {
        let not = |flags: Vec<bool>| flags.into_iter().map(|flag| !flag).collect::<Vec<bool>>();
        let radius = FEATURE * self.unit();
        let within = not(grown(&not(grown(&self.sure, self.width, radius)), self.width, radius));
        let part = |(within, (_, likeness)): (bool, &([f32; 3], f32))| match within {
            _ if *likeness >= 1.0 => Part::Skin,
            true => Part::Feature,
            false => Part::Outside,
        };
        let mut parts: Vec<Part> = within.into_iter().zip(&self.pixels).map(part).collect();
        let is_dark = |(part, (seen, _)): (&Part, &([f32; 3], f32))| {
            *part == Part::Feature && seen[0] < self.skin[0] - DARKER
        };
        let mut dark: Vec<bool> = parts.iter().zip(&self.pixels).map(is_dark).collect();
        for pupil in Spot::all(&mut dark, self.width).filter(|spot| is_pupil(spot, self.unit())) {
            let whites = self.whites(&pupil);
            if whites.len() * LEAST_SHARE > pupil.places.len() {
                pupil.places.iter().for_each(|&place| parts[place] = Part::Pupil);
                whites.iter().for_each(|&place| parts[place] = Part::White);
            }
        }
        parts
    }

    /// The places of the white of an eye: left and right of its dark, not above, where the lid is light.
    fn whites(&self, pupil: &Spot) -> Vec<usize> {
        let (unit, reach) = (self.unit(), REACH * self.unit());
        let left = pupil.columns.start().saturating_sub(reach);
        let width = (pupil.columns.end() + reach).min(self.width - 1) + 1 - left;
        let top = pupil.rows.start() + unit;
        let area = (pupil.rows.end() + 1).saturating_sub(top) * width;
        let whole = |place: usize| (top + place / width) * self.width + left + place % width;
        let dark: Vec<bool> =
            (0..area).map(|place| pupil.places.binary_search(&whole(place)).is_ok()).collect();
        let near = grown(&dark, width, reach);
        let is_white = |place: usize| {
            let [lightness, a, b] = self.pixels[whole(place)].0;
            near[place]
                && lightness > self.skin[0] + LIGHTER
                && a.hypot(b) < PALER * self.skin[1].hypot(self.skin[2])
        };
        let mut white: Vec<bool> = (0..area).map(is_white).collect();
        Spot::all(&mut white, width)
            .filter(|spot| spot.places.len() > LEAST_WHITE * unit * unit)
            .flat_map(|spot| spot.places)
            .map(whole)
            .collect()
    }

    /// A part of a side over which edges are soft, in pixels.
    fn unit(&self) -> usize {
        (self.width / SOFT_EDGES).max(1)
    }

    /// A grid of colours around a place, which reaches as far as edges of painted pictures are soft.
    fn around(&self, place: usize) -> impl Iterator<Item = ([f32; 3], f32)> {
        let (width, height) = (self.width as isize, (self.pixels.len() / self.width) as isize);
        let (x, y) = ((place % self.width) as isize, (place / self.width) as isize);
        let step = self.unit() as isize;
        let grid =
            (-2..=2).flat_map(move |row| (-2..=2).map(move |column| (x + column * step, y + row * step)));
        grid.filter(move |(x, y)| (0..width).contains(x) && (0..height).contains(y))
            .map(move |(x, y)| self.pixels[(y * width + x) as usize])
    }
}

/// Whether a spot is as large and as round as the dark of an eye.
fn is_pupil(spot: &Spot, unit: usize) -> bool {
    let length = |range: &RangeInclusive<usize>| range.end() - range.start() + 1;
    let (wide, high, (least, longest)) = (length(&spot.columns), length(&spot.rows), PUPIL);
    spot.places.len() >= least * unit * unit
        && wide.max(high) <= longest * unit
        && 2 * wide.max(high) <= 3 * wide.min(high)
        && 2 * spot.places.len() >= wide * high
}

/// Flags that are set, or have one set at most `radius` away in both directions.
fn grown(flags: &[bool], width: usize, radius: usize) -> Vec<bool> {
    let mut wide = flags.to_vec();
    let height = flags.len() / width;
    let rows = (0..height).map(|row| (row * width, 1, width));
    for (start, step, length) in rows.chain((0..width).map(|column| (column, width, height))) {
        let line: Vec<bool> = (0..length).map(|at| wide[start + at * step]).collect();
        let mut near = line.iter().take(radius).filter(|flag| **flag).count();
        for at in 0..length {
            near += usize::from(line.get(at + radius).is_some_and(|flag| *flag));
            wide[start + at * step] = near > 0;
            near -= usize::from(at >= radius && line[at - radius]);
        }
    }
    wide
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_grow_into_squares() {
        let one = |place: usize| (0..63).map(|at| at == place).collect::<Vec<bool>>();
        let set = |flags: Vec<bool>| (0..63).filter(|at| flags[*at]).collect::<Vec<usize>>();
        let square = |rows: std::ops::Range<usize>, columns: std::ops::Range<usize>| {
            rows.flat_map(|row| columns.clone().map(move |column| row * 9 + column)).collect::<Vec<usize>>()
        };
        assert_eq!(set(grown(&one(31), 9, 2)), square(1..6, 2..7), "in the middle");
        assert_eq!(set(grown(&one(0), 9, 3)), square(0..4, 0..4), "in a corner");
        assert_eq!(set(grown(&one(0), 9, 20)).len(), 63, "farther than the sides");
    }
}
