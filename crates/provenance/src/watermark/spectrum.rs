//! The power of a plane at every frequency, flattened, and the same in logarithmic polar places.

use rustfft::num_complex::Complex;
use rustfft::{FftDirection, FftPlanner};

use super::plane::{Plane, box_mean};

/// Angles over half a turn.
pub(super) const ANGLES: usize = 256;
/// Radii, each `RATIO` times the one before.
pub(super) const RADII: usize = 384;
/// The same step along and across, so that a wave is as wide as high.
pub(super) const STEP: f32 = std::f32::consts::PI / ANGLES as f32;

/// Frequency at a radius place, in periods per pixel. The last one is the finest a plane can hold.
pub(super) fn frequency(place: f32) -> f32 {
    0.5 * ((place - (RADII - 1) as f32) * STEP).exp()
}

/// Flattened power over half of all frequencies.
///
/// Column `c` of row `r` is the frequency `r / width` along x (0 and up) and `c / height` along y (wrapping).
pub(super) struct Spectrum {
    width: usize,
    height: usize,
    power: Plane,
}

/// Where the rows, or the columns, on both sides of a frequency begin, and how far it is from the first to the next.
#[derive(Clone, Copy)]
pub(super) struct Neighbours {
    first: usize,
    next: usize,
    share: f32,
}

impl Spectrum {
    /// Log power over its own neighbourhood, mean 0.
    pub(super) fn new(plane: &Plane) -> Self {
        let (width, height) = (smooth(plane.width), smooth(plane.height));
        let mut power = power(plane, width, height);
        let local = box_mean(&power, 8, |value| value);
        let flat = |power: f32, mean: f32| logarithm(1.0 + (power / (mean + 1e-12)).min(12.0));
        power.values.iter_mut().zip(&local.values).for_each(|(power, mean)| *power = flat(*power, *mean));
        let mean = power.values.iter().sum::<f32>() / power.values.len() as f32;
        power.values.iter_mut().for_each(|value| *value -= mean);
        Self { width, height, power }
    }

    /// Flattened power at a frequency in periods per pixel; 0 beyond the finest.
    pub(super) fn at(&self, x: f32, y: f32) -> f32 {
        let (x, y) = if x < 0.0 { (-x, -y) } else { (x, y) };
        match (self.row(x), self.column(y)) {
            (Some(row), Some(column)) => self.between(row, column),
            _ => 0.0,
        }
    }

    /// The rows around a frequency along x, 0 and up; none beyond the finest.
    pub(super) fn row(&self, x: f32) -> Option<Neighbours> {
        if x >= 0.5 {
            return None;
        }
        let place = x * self.width as f32;
        let first = place as usize;
        let last = self.power.height - 1;
        let start = |row: usize| row.min(last) * self.height;
        Some(Neighbours { first: start(first), next: start(first + 1), share: place - first as f32 })
    }

    /// The columns around a frequency along y, of either sign; none beyond the finest.
    pub(super) fn column(&self, y: f32) -> Option<Neighbours> {
        if y.abs() >= 0.5 {
            return None;
        }
        let place = y * self.height as f32 + if y < 0.0 { self.height as f32 } else { 0.0 };
        let first = place as usize;
        // The place may be rounded up to the whole height; a comparison is far cheaper than a remainder.
        let wrapped = |at: usize| if at >= self.height { at - self.height } else { at };
        Some(Neighbours { first: wrapped(first), next: wrapped(first + 1), share: place - first as f32 })
    }

    /// Flattened power between two rows and two columns.
    pub(super) fn between(&self, row: Neighbours, column: Neighbours) -> f32 {
        let line = |start: usize| {
            let line = &self.power.values[start..start + self.height];
            line[column.first] * (1.0 - column.share) + line[column.next] * column.share
        };
        line(row.first) * (1.0 - row.share) + line(row.next) * row.share
    }

    /// Rows of `RADII` for each of `ANGLES`; each radius has mean 0 and deviation 1.
    pub(super) fn log_polar(&self) -> Vec<f32> {
        let mut map = vec![0.0f32; ANGLES * RADII];
        let radii: Vec<f32> = (0..RADII).map(|place| frequency(place as f32)).collect();
        let side = self.width.max(self.height) as f32;
        for (angle, line) in map.chunks_exact_mut(RADII).enumerate() {
            let (sine, cosine) = (angle as f32 * STEP).sin_cos();
            for (value, radius) in line.iter_mut().zip(&radii) {
                *value = self.around(radius * cosine, radius * sine, radius * STEP * side);
            }
        }
        standardise(&mut map);
        map
    }

    /// Where places are further apart than frequencies, a few are averaged so that none is missed.
    fn around(&self, x: f32, y: f32, pitch: f32) -> f32 {
        if pitch < 1.3 {
            return self.at(x, y);
        }
        let (right, down) = (pitch * 0.25 / self.width as f32, pitch * 0.25 / self.height as f32);
        let corners = [(-right, -down), (right, -down), (-right, down), (right, down)];
        corners.iter().map(|(dx, dy)| self.at(x + dx, y + dy)).sum::<f32>() * 0.25
    }
}

/// The natural logarithm of a number from 1 to 16, within 2e-4, in operations that work on many numbers at a time.
///
/// The logarithm of the mantissa is the series of the inverse hyperbolic tangent, cut after the fifth power.
fn logarithm(value: f32) -> f32 {
    let bits = value.to_bits();
    let exponent = (bits >> 23) as f32 - 127.0;
    let mantissa = f32::from_bits(bits & 0x007f_ffff | 0x3f80_0000);
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    exponent * std::f32::consts::LN_2 + 2.0 * ratio * (1.0 + square * (1.0 / 3.0 + square * 0.2))
}

fn standardise(map: &mut [f32]) {
    for place in 0..RADII {
        let column = || (0..ANGLES).map(|angle| angle * RADII + place);
        let mean = column().map(|at| map[at]).sum::<f32>() / ANGLES as f32;
        let variance = column().map(|at| (map[at] - mean).powi(2)).sum::<f32>() / ANGLES as f32;
        let scale = if variance > 1e-6 { variance.sqrt().recip() } else { 0.0 };
        column().for_each(|at| map[at] = (map[at] - mean) * scale);
    }
}

/// The next length that transforms fast: factors 2, 3 and 5, and even.
fn smooth(length: usize) -> usize {
    let only_small = |mut rest: usize| {
        for factor in [2, 3, 5] {
            while rest.is_multiple_of(factor) {
                rest /= factor;
            }
        }
        rest == 1
    };
    (length.max(2)..).find(|size| size % 2 == 0 && only_small(*size)).unwrap_or(length)
}

/// Pairs of rows that are turned into columns together.
const PAIRS: usize = 8;

/// Squared magnitude of the transform; rows are frequencies along x, 0 to half.
fn power(plane: &Plane, width: usize, height: usize) -> Plane {
    let mut planner = FftPlanner::new();
    let mut lines = vec![Complex::new(0.0f32, 0.0); width * height / 2];
    let taper_x = taper(plane.width);
    let taper_y = taper(plane.height);
    for row in 0..plane.height {
        let values = &plane.values[row * plane.width..(row + 1) * plane.width];
        // Two rows of real numbers make one row of complex numbers.
        let pair = &mut lines[row / 2 * width..row / 2 * width + plane.width];
        for ((place, value), weight) in pair.iter_mut().zip(values).zip(&taper_x) {
            let value = value * weight * taper_y[row];
            if row % 2 == 0 { place.re = value } else { place.im = value }
        }
    }
    planner.plan_fft(width, FftDirection::Forward).process(&mut lines);
    let mut columns = vec![Complex::new(0.0f32, 0.0); (width / 2 + 1) * height];
    // A few rows at a time, so that what is written side by side comes from memory once.
    for (block, lines) in lines.chunks(PAIRS * width).enumerate() {
        for x in 0..=width / 2 {
            let column = &mut columns[x * height + 2 * PAIRS * block..];
            let back = if x == 0 { 0 } else { width - x };
            for (place, line) in column.chunks_exact_mut(2).zip(lines.chunks_exact(width)) {
                let (here, there) = (line[x], line[back].conj());
                let difference = here - there;
                place[0] = (here + there) * 0.5;
                place[1] = Complex::new(difference.im, -difference.re) * 0.5;
            }
        }
    }
    planner.plan_fft(height, FftDirection::Forward).process(&mut columns);
    Plane {
        width: height,
        height: width / 2 + 1,
        values: columns.iter().map(|value| value.norm_sqr()).collect(),
    }
}

/// Falls to nothing over the outer eighth on each side, so that the border is no edge.
fn taper(length: usize) -> Vec<f32> {
    let edge = (length as f32 / 8.0).max(1.0);
    (0..length)
        .map(|at| {
            let inside = (at.min(length - 1 - at) as f32 + 0.5) / edge;
            if inside < 1.0 { 0.5 - 0.5 * (std::f32::consts::PI * inside).cos() } else { 1.0 }
        })
        .collect()
}

/// A transform of `ANGLES` by `RADII` and back, for circular correlations.
pub(super) struct Turner {
    planner: FftPlanner<f32>,
}

impl Turner {
    pub(super) fn new() -> Self {
        Self { planner: FftPlanner::new() }
    }

    /// The transform; transposed, rows are frequencies along the radius.
    pub(super) fn forward(&mut self, values: impl Iterator<Item = Complex<f32>>) -> Vec<Complex<f32>> {
        let mut grid: Vec<Complex<f32>> = values.collect();
        self.planner.plan_fft_forward(RADII).process(&mut grid);
        let mut turned = transposed(&grid, ANGLES, RADII);
        self.planner.plan_fft_forward(ANGLES).process(&mut turned);
        turned
    }

    /// The way back, without scaling.
    pub(super) fn inverse(&mut self, mut turned: Vec<Complex<f32>>) -> Vec<Complex<f32>> {
        self.planner.plan_fft_inverse(ANGLES).process(&mut turned);
        let mut grid = transposed(&turned, RADII, ANGLES);
        self.planner.plan_fft_inverse(RADII).process(&mut grid);
        grid
    }
}

fn transposed(grid: &[Complex<f32>], rows: usize, columns: usize) -> Vec<Complex<f32>> {
    let mut turned = vec![Complex::new(0.0, 0.0); grid.len()];
    for row in 0..rows {
        for column in 0..columns {
            turned[column * rows + row] = grid[row * columns + column];
        }
    }
    turned
}
