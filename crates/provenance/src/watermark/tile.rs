//! All tiles of a picture laid on top of each other, where they begin, and the soft bits in them.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use super::code::CODED_BITS;
use super::constellation::{BAND, Constellation, Role, Wave};
use super::plane::Plane;
use super::search::Lattice;

/// Cells of a folded tile, along and across.
const CELLS: usize = 128;

/// The waves of a folded picture, each divided by the noise around it.
pub(super) struct Folded {
    /// In the order of the constellation.
    waves: Vec<Complex<f32>>,
    /// What each is worth beside the others.
    weights: Vec<f32>,
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
    // Places are counted in 65536ths of a cell; whole tiles overflow, as they should.
    let step = |part: f32| (part * CELLS as f32 * 65536.0).round() as i32;
    let (right, below) = ((step(lattice.a), step(lattice.b)), (step(lattice.c), step(lattice.d)));
    let cell_of = |place: i32| (place >> 16) as usize & (CELLS - 1);
    for (y, line) in residual.values.chunks_exact(residual.width).enumerate() {
        let start = |step: i32| step.wrapping_mul(y as i32).wrapping_add(1 << 15);
        // A wave's phase is (u, v) times the place in the tile.
        let (mut s, mut t) = (start(below.0), start(below.1));
        for value in line {
            cells[cell_of(t) * CELLS + cell_of(s)] += value;
            s = s.wrapping_add(right.0);
            t = t.wrapping_add(right.1);
        }
    }
    let mut grid: Vec<Complex<f32>> = cells.into_iter().map(|value| Complex::new(value, 0.0)).collect();
    transform(&mut grid, CELLS, planner);
    constellation.waves.iter().map(|wave| grid[cell(wave, CELLS)]).collect()
}

/// The place of a wave in a transformed tile of `cells` by `cells`, a power of two.
pub(super) fn cell(wave: &Wave, cells: usize) -> usize {
    let wrap = |value: i32| (value & (cells as i32 - 1)) as usize;
    wrap(wave.v) * cells + wrap(wave.u)
}

/// The transform of a tile of `cells` by `cells`.
pub(super) fn transform(grid: &mut [Complex<f32>], cells: usize, planner: &mut FftPlanner<f32>) {
    let plan = planner.plan_fft_forward(cells);
    plan.process(grid);
    turn(grid, cells);
    plan.process(grid);
    turn(grid, cells);
}

fn turn(grid: &mut [Complex<f32>], cells: usize) {
    for row in 0..cells {
        for column in row + 1..cells {
            grid.swap(row * cells + column, column * cells + row);
        }
    }
}

impl Folded {
    /// Divides each wave by the noise around it, as the absent waves tell it, and weighs it by how far the present waves
    /// of its distance stand out.
    pub(super) fn new(waves: Vec<Complex<f32>>, constellation: &Constellation) -> Self {
        let noise = noise(&waves, constellation);
        let waves: Vec<Complex<f32>> = waves
            .into_iter()
            .zip(&noise)
            .map(|(value, noise)| {
                let scaled = value / noise;
                // One loud wave of the picture itself must not outvote the others.
                scaled * (3.0 / scaled.norm().max(1e-9)).min(1.0)
            })
            .collect();
        let trust = trust_of_radius(&waves, constellation);
        let weights = constellation.waves.iter().map(|wave| trust[wave.radius() as usize]).collect();
        Self { waves, weights }
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
            let (grid, scale) = self.pilot_sums(constellation, upside_down, CELLS, planner);
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

    /// What the pilots sum to for an origin at minus each of `cells` by `cells` places, and what turns that into
    /// standard deviations of chance.
    pub(super) fn pilot_sums(
        &self,
        constellation: &Constellation,
        upside_down: UpsideDown,
        cells: usize,
        planner: &mut FftPlanner<f32>,
    ) -> (Vec<Complex<f32>>, f32) {
        let mut grid = vec![Complex::new(0.0f32, 0.0); cells * cells];
        let mut power = 0.0;
        for (value, weight, wave) in self.pilots(constellation) {
            power += weight * weight * value.norm_sqr();
            grid[cell(wave, cells)] = facing(value, upside_down) * Complex::from_polar(weight, -wave.phase);
        }
        transform(&mut grid, cells, planner);
        (grid, (0.5 * power).max(1e-12).sqrt().recip())
    }

    /// Climbs from a cell to the exact origin.
    fn settled(&self, constellation: &Constellation, mut best: Origin, scale: f32) -> Origin {
        let pilots = |origin: &Origin| {
            let sum: f32 = self
                .pilots(constellation)
                .map(|(value, weight, wave)| weight * aligned(value, wave, origin))
                .sum();
            sum * scale
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
        for ((value, weight), wave) in self.waves.iter().zip(&self.weights).zip(&constellation.waves) {
            if let Role::Data(coded) = wave.role {
                soft[coded] += weight * aligned(*value, wave, origin);
            }
        }
        soft
    }

    /// Value, weight and wave of each pilot.
    fn pilots<'a>(
        &'a self,
        constellation: &'a Constellation,
    ) -> impl Iterator<Item = (Complex<f32>, f32, &'a Wave)> {
        let all = self.waves.iter().zip(&self.weights).zip(&constellation.waves);
        all.filter(|(_, wave)| wave.role == Role::Pilot)
            .map(|((value, weight), wave)| (*value, *weight, wave))
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

/// Side of a square that holds all waves and what is beside them.
const SIDE: usize = 2 * (BAND.1 as usize + NEAR) + 1;
/// Absent waves as far as this, along and across, tell the noise at a wave.
const NEAR: usize = 3;
/// How many absent waves nearby are worth as much as all of the same distance.
const FEW: f32 = 4.0;

/// The mean magnitude of the absent waves near each wave; where there are few, more of that of its distance.
///
/// Grain has a direction in many pictures (bricks, hair, water), so that waves of one distance are not alike.
fn noise(waves: &[Complex<f32>], constellation: &Constellation) -> Vec<f32> {
    let of_radius = noise_of_radius(waves, constellation);
    let middle = (SIDE / 2) as i32;
    let place = |v: i32, u: i32| (v + middle) as usize * SIDE + (u + middle) as usize;
    let mut absent = vec![(0.0f32, 0.0f32); SIDE * SIDE];
    for (value, wave) in waves.iter().zip(&constellation.waves).filter(|(_, wave)| wave.role == Role::Empty) {
        // A mean of magnitudes is less easily led astray than one of powers.
        absent[place(wave.v, wave.u)] = (value.norm(), 1.0);
        absent[place(-wave.v, -wave.u)] = (value.norm(), 1.0);
    }
    let near = |wave: &Wave| {
        let corner = place(wave.v - NEAR as i32, wave.u - NEAR as i32);
        let rows = (0..=2 * NEAR).map(|row| &absent[corner + row * SIDE..][..=2 * NEAR]);
        rows.flatten().fold((0.0, 0.0), |(sum, count), (value, there)| (sum + value, count + there))
    };
    constellation
        .waves
        .iter()
        .map(|wave| {
            let (sum, count) = near(wave);
            ((sum + FEW * of_radius[wave.radius() as usize]) / (count + FEW)).max(1e-9)
        })
        .collect()
}

/// Mean magnitude of the absent waves at each whole distance, smoothed over neighbours.
fn noise_of_radius(waves: &[Complex<f32>], constellation: &Constellation) -> Vec<f32> {
    let values = waves.iter().zip(&constellation.waves);
    of_radius(
        values
            .filter(|(_, wave)| wave.role == Role::Empty)
            .map(|(value, wave)| (wave.radius(), value.norm())),
    )
}

/// What a wave of each whole distance is worth: how far the present ones stand out of the absent ones, in amplitude.
/// A blurred picture has lost the fine ones, and this shows.
fn trust_of_radius(scaled: &[Complex<f32>], constellation: &Constellation) -> Vec<f32> {
    let values = |empty: bool| {
        let chosen = scaled
            .iter()
            .zip(&constellation.waves)
            .filter(move |(_, wave)| (wave.role == Role::Empty) == empty);
        of_radius(chosen.map(|(value, wave)| (wave.radius(), value.norm_sqr())))
    };
    let (present, absent) = (values(false), values(true));
    present
        .iter()
        .zip(&absent)
        .map(|(present, absent)| (LEAST_TRUST + (present / absent - 1.0).max(0.0)).sqrt())
        .collect()
}

/// Excess of power that a wave is granted without evidence.
const LEAST_TRUST: f32 = 0.2;

/// The mean at each whole distance, over this one and two on either side.
fn of_radius(values: impl Iterator<Item = (f32, f32)>) -> Vec<f32> {
    let reach = BAND.1 as usize + 1;
    let mut sums = vec![(0.0f32, 0.0f32); reach];
    for (radius, value) in values {
        let place = &mut sums[radius as usize];
        *place = (place.0 + value, place.1 + 1.0);
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
