//! Reads a mark without the original.

use std::rc::Rc;

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use super::aligned;
use super::code::{CODED_BITS, checked, decode, encode};
use super::constellation::{Constellation, TILES};
use super::plane::{Pixels, Plane, Texture, Window, seen, texture};
use super::search::{self, Candidate, Lattice, Template, lattices};
use super::spectrum::{Spectrum, Turner};
use super::tile::{Folded, Origin, UpsideDown, fold};
use super::view::{SQUARE, reach, weigh};
use super::{Detected, Facing, Key, Transform};

/// Lattices that are folded, at most.
const LATTICES: usize = 6;
/// The same in the second look, of each search.
const FINE_LATTICES: usize = 3;
/// Origins that are tried in each.
const ORIGINS: usize = 2;
/// Readings that are decoded, at most, the likeliest first: each is a chance for a false check.
const READINGS: usize = 8;
/// Pilots below this are chance, and are not decoded.
const PILOT_SCORE: f32 = 3.6;
/// Smallest and largest tile that is looked for, in pixels of the view.
const TILES_PX: (f32, f32) = (20.0, 440.0);
/// The same in the second, dear look: larger ones are seen in the first.
const FINE_TILES_PX: (f32, f32) = (20.0, 160.0);
/// In the second look only lattices are read that stand out this far; chance reaches 1.5.
const STANDS_OUT: f32 = 1.6;
/// A picture that is longer than this many of its short sides is looked at in its middle.
const LONGEST: usize = 3;

/// The first mark that one of the keys can read.
pub(super) fn read(pixels: Pixels, keys: &[Key]) -> Option<Detected> {
    let window = middle(&pixels);
    let area = ((window.width * window.height) as f32).sqrt();
    // A mark in a large picture is usually as large as the picture; only one in a part of it needs the finer look.
    let coarse = look(pixels, window, SQUARE as f32 / area, Detail::Coarse, keys);
    if coarse.is_some() || area <= 1.25 * SQUARE as f32 {
        return coarse;
    }
    look(pixels, window, 2.0 * SQUARE as f32 / area, Detail::Fine, keys)
}

fn middle(pixels: &Pixels) -> Window {
    let short = pixels.width.min(pixels.height);
    let (width, height) = (pixels.width.min(LONGEST * short), pixels.height.min(LONGEST * short));
    Window { left: (pixels.width - width) / 2, top: (pixels.height - height) / 2, width, height }
}

/// The first look sees marks as large as the picture, the second small ones in a part of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Detail {
    Coarse,
    Fine,
}

/// Looks at `scale` pixels for each pixel of the window, along and across.
fn look(pixels: Pixels, window: Window, scale: f32, detail: Detail, keys: &[Key]) -> Option<Detected> {
    let scale = scale.min(1.0);
    let side = |length: usize| ((length as f32 * scale).round() as usize).max(1);
    let (width, height) = (side(window.width), side(window.height));
    let view = seen(&pixels, window, width, height);
    let mut texture = texture(view.luma, view.visible.as_ref(), reach(0.0));
    weigh(&mut texture);
    let Texture { residual, deviation } = texture;
    let spectrum = Spectrum::new(&residual);
    let mut turner = Turner::new();
    let tile_px = width.min(height) as f32 / TILES;
    let is_loud = median(&deviation) > LOUD;
    let polar = spectrum.log_polar();
    let polar = turner.forward(polar.iter().map(|value| Complex::new(*value, 0.0)));
    keys.iter().find_map(|key| {
        let constellation = Constellation::new(key);
        let template = Template::new(&constellation, &mut turner);
        let reader = Reader { residual: &residual, constellation: &constellation, key, scale };
        let mut planner = FftPlanner::new();
        if detail == Detail::Fine {
            let mut candidates = search::upright(&spectrum, &template, FINE_TILES_PX, None, FINE_LATTICES);
            candidates.extend(lattices(
                &spectrum,
                &polar,
                &template,
                &mut turner,
                FINE_TILES_PX,
                FINE_LATTICES,
            ));
            candidates.retain(|candidate| candidate.score >= STANDS_OUT);
            return reader.first(&candidates, &mut planner);
        }
        // Most pictures come as they were made.
        let whole = template.refine(&spectrum, Lattice::turned(tile_px, 0.0), 0.003);
        if let Some(found) = reader.first(&[whole], &mut planner) {
            return Some(found);
        }
        let mut candidates = search::upright(&spectrum, &template, TILES_PX, Some(tile_px), LATTICES);
        candidates.extend(lattices(&spectrum, &polar, &template, &mut turner, TILES_PX, LATTICES));
        if is_loud {
            candidates.extend(aligned::upright(&residual, tile_px, &constellation, &mut planner, 2));
        }
        reader.first(&candidates, &mut planner)
    })
}

/// Above this median deviation, in levels, a picture is louder than its mark at most waves.
const LOUD: f32 = 10.0;

/// The middle of some of a plane's values.
fn median(plane: &Plane) -> f32 {
    let mut values: Vec<f32> = plane.values.iter().copied().step_by(37).collect();
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f32::total_cmp).1
}

struct Reader<'a> {
    residual: &'a Plane,
    constellation: &'a Constellation,
    key: &'a Key,
    /// Pixels of the view for each pixel of the picture.
    scale: f32,
}

/// One place to read from.
struct Reading {
    candidate: Candidate,
    folded: Rc<Folded>,
    origin: Origin,
}

impl Reader<'_> {
    /// The first sound message of the likeliest readings.
    fn first(&self, candidates: &[Candidate], planner: &mut FftPlanner<f32>) -> Option<Detected> {
        let mut readings = Vec::new();
        for candidate in candidates {
            let waves = fold(self.residual, &candidate.lattice, self.constellation, planner);
            let folded = Rc::new(Folded::new(waves, self.constellation));
            let origins = folded.origins(self.constellation, planner, ORIGINS);
            readings.extend(
                origins.into_iter().filter(|origin| origin.score >= PILOT_SCORE).map(|origin| Reading {
                    candidate: *candidate,
                    folded: folded.clone(),
                    origin,
                }),
            );
        }
        readings.sort_by(|a, b| b.origin.score.total_cmp(&a.origin.score));
        readings.truncate(READINGS);
        readings.iter().find_map(|reading| {
            let soft = reading.folded.soft_bits(self.constellation, &reading.origin);
            let messages = decode(&soft);
            let (message, id) =
                messages.into_iter().find_map(|message| Some((message, checked(message, self.key)?)))?;
            let transform = self.transform(&reading.candidate, &reading.origin);
            Some(Detected { id, confidence: agreement(&soft, message), transform })
        })
    }

    fn transform(&self, candidate: &Candidate, origin: &Origin) -> Transform {
        let lattice = candidate.lattice;
        let facing = if lattice.determinant() < 0.0 { Facing::Mirrored } else { Facing::Plain };
        let half_turn = if origin.upside_down == UpsideDown::Yes { 180.0 } else { 0.0 };
        let degrees = (-lattice.b).atan2(lattice.d).to_degrees() + half_turn;
        Transform {
            tile_px: lattice.tile_px() / self.scale,
            degrees: (degrees + 180.0).rem_euclid(360.0) - 180.0,
            facing,
        }
    }
}

/// The part of the soft bits' weight that agrees with a message.
fn agreement(soft: &[f32; CODED_BITS], message: u64) -> f32 {
    let coded = encode(message);
    let total: f32 = soft.iter().map(|value| value.abs()).sum();
    let agreed: f32 = soft.iter().zip(coded).map(|(value, sign)| (value * sign).max(0.0)).sum();
    agreed / total.max(1e-9)
}
