//! Reads a mark without the original.

use rustfft::FftPlanner;

use super::code::{CODED_BITS, checked, decode, encode};
use super::constellation::{Constellation, TILES};
use super::plane::{Pixels, Plane, Window, seen, texture};
use super::search::{Candidate, Lattice, Template, lattices};
use super::spectrum::{Spectrum, Turner};
use super::tile::{Folded, Origin, UpsideDown, fold};
use super::view::{SQUARE, reach, weighted};
use super::{Detected, Facing, Key, Transform};

/// Lattices that are folded, at most.
const LATTICES: usize = 6;
/// Origins that are tried in each.
const ORIGINS: usize = 2;
/// Pilots below this are chance, and are not decoded.
const PILOT_SCORE: f32 = 3.6;
/// A picture that is longer than this many of its short sides is looked at in its middle.
const LONGEST: usize = 3;

/// The first mark that one of the keys can read.
pub(super) fn read(pixels: Pixels, keys: &[Key]) -> Option<Detected> {
    let window = middle(&pixels);
    let area = ((window.width * window.height) as f32).sqrt();
    // A mark in a large picture is usually as large as the picture; only one in a part of it needs the finer look.
    let coarse = look(pixels, window, SQUARE as f32 / area, keys);
    if coarse.is_some() || area <= 1.25 * SQUARE as f32 {
        return coarse;
    }
    look(pixels, window, 2.0 * SQUARE as f32 / area, keys)
}

fn middle(pixels: &Pixels) -> Window {
    let short = pixels.width.min(pixels.height);
    let (width, height) = (pixels.width.min(LONGEST * short), pixels.height.min(LONGEST * short));
    Window { left: (pixels.width - width) / 2, top: (pixels.height - height) / 2, width, height }
}

fn look(pixels: Pixels, window: Window, scale: f32, keys: &[Key]) -> Option<Detected> {
    let scale = scale.min(1.0);
    let side = |length: usize| ((length as f32 * scale).round() as usize).max(1);
    let (width, height) = (side(window.width), side(window.height));
    let view = seen(&pixels, window, width, height);
    let texture = texture(&view, reach(0.0));
    let residual = weighted(&texture);
    let spectrum = Spectrum::new(&residual);
    let mut turner = Turner::new();
    let tile_px = width.min(height) as f32 / TILES;
    keys.iter().find_map(|key| {
        let constellation = Constellation::new(key);
        let template = Template::new(&constellation, &mut turner);
        let upright = template.refine(&spectrum, Lattice::turned(tile_px, 0.0), 0.003);
        let mut candidates = vec![upright];
        candidates.extend(lattices(&spectrum, &template, &mut turner, LATTICES));
        let reader = Reader { residual: &residual, constellation: &constellation, key, scale };
        reader.first(&candidates)
    })
}

struct Reader<'a> {
    residual: &'a Plane,
    constellation: &'a Constellation,
    key: &'a Key,
    /// Pixels of the view for each pixel of the picture.
    scale: f32,
}

impl Reader<'_> {
    fn first(&self, candidates: &[Candidate]) -> Option<Detected> {
        let mut planner = FftPlanner::new();
        candidates.iter().find_map(|candidate| {
            let waves = fold(self.residual, &candidate.lattice, self.constellation, &mut planner);
            let folded = Folded::new(waves, self.constellation);
            let origins = folded.origins(self.constellation, &mut planner, ORIGINS);
            origins.iter().filter(|origin| origin.score >= PILOT_SCORE).find_map(|origin| {
                let soft = folded.soft_bits(self.constellation, origin);
                let message =
                    decode(&soft).into_iter().find(|message| checked(*message, self.key).is_some())?;
                let id = checked(message, self.key)?;
                let transform = self.transform(candidate, origin);
                Some(Detected { id, confidence: agreement(&soft, message), transform })
            })
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
