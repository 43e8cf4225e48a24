//! All tiles of a picture laid on top of each other, where they begin, and the soft bits in them.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use super::code::CODED_BITS;
use super::constellation::{Constellation, Role, Wave};
use super::plane::Plane;
use super::search::Lattice;

/// Cells of a folded tile, along and across.
const CELLS: usize = 128;

/// The waves of a folded picture, each divided by the noise around it.
pub(super) struct Folded {
    /// In the order of the constellation.
    pub waves: Vec<Complex<f32>>,
}

/// Where the tiles begin, and how sure that is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    /// In periods of a tile.
    pub x: f32,
    /// In periods of a tile.
    pub y: f32,
    /// Turned by half a turn beyond the lattice's own angle.
    pub upside_down: UpsideDown,
    /// Sum of the pilots, in standard deviations of chance.
    pub score: f32,
}

/// A lattice looks the same after half a turn; its pilots do not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum UpsideDown {
    Yes,
    No,
}

/// Sums a residual over all tiles of a lattice, as the strength of each wave.
pub(super) fn fold(
    residual: &Plane,
    lattice: &Lattice,
    constellation: &Constellation,
    planner: &mut FftPlanner<f32>,
) -> Vec<Complex<f32>> {
    let mut cells = vec![0.0f32; CELLS * CELLS];
    let size = CELLS as f32;
    for (y, line) in residual.values.chunks_exact(residual.width).enumerate() {
        // A wave's phase is (u, v) times the place in the tile.
        let (start_s, start_t) = (lattice.c * y as f32 * size + 0.5, lattice.d * y as f32 * size + 0.5);
        for (x, value) in line.iter().enumerate() {
            let column = (lattice.a * size).mul_add(x as f32, start_s).floor() as i32 & (CELLS as i32 - 1);
            let row = (lattice.b * size).mul_add(x as f32, start_t).floor() as i32 & (CELLS as i32 - 1);
            cells[row as usize * CELLS + column as usize] += value;
        }
    }
    let mut grid: Vec<Complex<f32>> = cells.into_iter().map(|value| Complex::new(value, 0.0)).collect();
    transform(&mut grid, planner);
    constellation.waves.iter().map(|wave| grid[cell(wave.v, wave.u)]).collect()
}

fn cell(v: i32, u: i32) -> usize {
    let wrap = |value: i32| (value & (CELLS as i32 - 1)) as usize;
    wrap(v) * CELLS + wrap(u)
}

fn transform(grid: &mut [Complex<f32>], planner: &mut FftPlanner<f32>) {
    let plan = planner.plan_fft_forward(CELLS);
    plan.process(grid);
    turn(grid);
    plan.process(grid);
    turn(grid);
}

fn turn(grid: &mut [Complex<f32>]) {
    for row in 0..CELLS {
        for column in row + 1..CELLS {
            grid.swap(row * CELLS + column, column * CELLS + row);
        }
    }
}

impl Folded {
    /// Divides each wave by the noise at its distance from the origin, as the absent waves tell it.
    pub(super) fn new(waves: Vec<Complex<f32>>, constellation: &Constellation) -> Self {
        let noise = noise_of_radius(&waves, constellation);
        let waves = waves
            .into_iter()
            .zip(&constellation.waves)
            .map(|(value, wave)| {
                let scaled = value / noise[wave.radius() as usize];
                // One loud wave of the picture itself must not outvote the others.
                scaled * (3.0 / scaled.norm().max(1e-9)).min(1.0)
            })
            .collect();
        Self { waves }
    }

    /// The likeliest origins, best first.
    pub(super) fn origins(
        &self,
        constellation: &Constellation,
        planner: &mut FftPlanner<f32>,
        count: usize,
    ) -> Vec<Origin> {
        let mut found = Vec::new();
        for upside_down in [UpsideDown::No, UpsideDown::Yes] {
            let mut grid = vec![Complex::new(0.0f32, 0.0); CELLS * CELLS];
            let mut power = 0.0;
            for (value, wave) in
                self.waves.iter().zip(&constellation.waves).filter(|(_, wave)| wave.role == Role::Pilot)
            {
                let matched =
                    facing(*value, upside_down) * Complex::from_polar(wave.amplitude(), -wave.phase);
                power += wave.amplitude().powi(2) * value.norm_sqr();
                // The forward transform is taken, so the place is minus the origin.
                grid[cell(wave.v, wave.u)] = matched;
            }
            transform(&mut grid, planner);
            let scale = (0.5 * power).max(1e-12).sqrt().recip();
            let tops = tops(&grid, count);
            found.extend(tops.into_iter().map(|(value, row, column)| {
                let start = Origin {
                    x: -(column as f32) / CELLS as f32,
                    y: -(row as f32) / CELLS as f32,
                    upside_down,
                    score: value * scale,
                };
                self.settled(constellation, start, scale)
            }));
        }
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        found.truncate(count);
        found
    }

    /// Climbs from a cell to the exact origin.
    fn settled(&self, constellation: &Constellation, mut best: Origin, scale: f32) -> Origin {
        let pilots = |origin: &Origin| {
            self.waves
                .iter()
                .zip(&constellation.waves)
                .filter(|(_, wave)| wave.role == Role::Pilot)
                .map(|(value, wave)| wave.amplitude() * aligned(*value, wave, origin))
                .sum::<f32>()
                * scale
        };
        for reach in [0.004, 0.002, 0.001] {
            for (dx, dy) in [(reach, 0.0), (-reach, 0.0), (0.0, reach), (0.0, -reach)] {
                let mut moved = Origin { x: best.x + dx, y: best.y + dy, ..best };
                moved.score = pilots(&moved);
                if moved.score > best.score {
                    best = moved;
                }
            }
        }
        best
    }

    /// The coded bits, positive for one.
    pub(super) fn soft_bits(&self, constellation: &Constellation, origin: &Origin) -> [f32; CODED_BITS] {
        let mut soft = [0.0; CODED_BITS];
        for (value, wave) in self.waves.iter().zip(&constellation.waves) {
            if let Role::Data(coded) = wave.role {
                soft[coded] += wave.amplitude() * aligned(*value, wave, origin);
            }
        }
        soft
    }
}

/// The part of a wave that agrees with its own phase, seen from an origin.
fn aligned(value: Complex<f32>, wave: &Wave, origin: &Origin) -> f32 {
    let turn = std::f32::consts::TAU * (wave.u as f32 * origin.x + wave.v as f32 * origin.y) - wave.phase;
    (facing(value, origin.upside_down) * Complex::from_polar(1.0, turn)).re
}

fn facing(value: Complex<f32>, upside_down: UpsideDown) -> Complex<f32> {
    match upside_down {
        UpsideDown::No => value,
        UpsideDown::Yes => value.conj(),
    }
}

/// Standard deviation of the absent waves at each whole distance, smoothed over neighbours.
fn noise_of_radius(waves: &[Complex<f32>], constellation: &Constellation) -> Vec<f32> {
    let reach = super::constellation::BAND.1 as usize + 1;
    let mut sums = vec![(0.0f32, 0.0f32); reach];
    for (value, wave) in waves.iter().zip(&constellation.waves).filter(|(_, wave)| wave.role == Role::Empty) {
        let place = &mut sums[wave.radius() as usize];
        // A mean of magnitudes is less easily led astray than one of powers.
        *place = (place.0 + value.norm(), place.1 + 1.0);
    }
    (0..reach)
        .map(|radius| {
            let near = &sums[radius.saturating_sub(2)..(radius + 3).min(reach)];
            let (sum, count) = near.iter().fold((0.0, 0.0), |(sum, count), (s, c)| (sum + s, count + c));
            (sum / f32::max(count, 1.0)).max(1e-9)
        })
        .collect()
}

fn tops(grid: &[Complex<f32>], count: usize) -> Vec<(f32, usize, usize)> {
    let mut tops: Vec<(f32, usize, usize)> = Vec::new();
    for row in 0..CELLS {
        for column in 0..CELLS {
            let value = grid[row * CELLS + column].re;
            if tops.len() == count && value <= tops[count - 1].0 {
                continue;
            }
            let is_top = [(1, 0), (CELLS - 1, 0), (0, 1), (0, CELLS - 1)].iter().all(|(down, right)| {
                value >= grid[(row + down) % CELLS * CELLS + (column + right) % CELLS].re
            });
            if is_top {
                tops.push((value, row, column));
                tops.sort_by(|a, b| b.0.total_cmp(&a.0));
                tops.truncate(count);
            }
        }
    }
    tops
}
