//! Finds a mark that is not turned by the phases of its pilots, in pictures that are louder than their mark.
//!
//! The search in the spectrum knows powers only, and in strong texture a mark hardly changes them. Phases tell more, but
//! need the exact size: so each size is tried.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use super::constellation::Constellation;
use super::plane::Plane;
use super::search::{Candidate, Lattice};
use super::tile::{Folded, UpsideDown, cell, transform};

/// Cells of a folded tile, along and across: enough for the finest wave.
const CELLS: usize = 64;
/// Smallest and largest size, as parts of an untouched picture's tile: a picture that was cut has larger ones.
const SIZES: (f32, f32) = (0.97, 1.75);
/// Step from one size to the next: a quarter of a period over the whole picture at the middle of the band.
const STEP: f32 = 0.005;

/// The sizes at which the pilots agree best, best first, with the pilots' score.
pub(super) fn upright(
    residual: &Plane,
    tile_px: f32,
    constellation: &Constellation,
    planner: &mut FftPlanner<f32>,
    count: usize,
) -> Vec<Candidate> {
    let steps = ((SIZES.1 / SIZES.0).ln() / STEP) as i32;
    let mut found: Vec<Candidate> = (0..=steps)
        .map(|step| {
            let lattice = Lattice::turned(tile_px * SIZES.0 * (step as f32 * STEP).exp(), 0.0);
            let folded = Folded::new(fold(residual, &lattice, constellation, planner), constellation);
            let (sums, scale) = folded.pilot_sums(constellation, UpsideDown::No, CELLS, planner);
            let best = sums.iter().map(|sum| sum.re).fold(0.0, f32::max);
            Candidate { lattice, score: best * scale }
        })
        .collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found.truncate(count);
    found
}

/// As [`super::tile::fold`], for a lattice that is not turned: whole rows are added at once.
fn fold(
    residual: &Plane,
    lattice: &Lattice,
    constellation: &Constellation,
    planner: &mut FftPlanner<f32>,
) -> Vec<Complex<f32>> {
    let place = |step: f32, at: usize| (step * CELLS as f32 * at as f32 + 0.5) as usize % CELLS;
    let mut rows = vec![0.0f32; CELLS * residual.width];
    for (y, line) in residual.values.chunks_exact(residual.width).enumerate() {
        let row = &mut rows[place(lattice.d, y) * residual.width..][..residual.width];
        row.iter_mut().zip(line).for_each(|(sum, value)| *sum += value);
    }
    let columns: Vec<usize> = (0..residual.width).map(|x| place(lattice.a, x)).collect();
    let mut grid = vec![Complex::new(0.0f32, 0.0); CELLS * CELLS];
    for (row, cells) in rows.chunks_exact(residual.width).zip(grid.chunks_exact_mut(CELLS)) {
        row.iter().zip(&columns).for_each(|(value, column)| cells[*column].re += value);
    }
    transform(&mut grid, CELLS, planner);
    constellation.waves.iter().map(|wave| grid[cell(wave, CELLS)]).collect()
}
