//! Writes a mark into the pixels.

use image::RgbaImage;
use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use super::code::{encode, message};
use super::constellation::{Constellation, Role, TILES, Wave};
use super::plane::{LUMA, Pixels, Plane, Seen, Window, seen, texture};
use super::search::Lattice;
use super::tile::fold;
use super::view::{SQUARE, mask, reach, weigh};
use super::{Key, WatermarkId};

/// How far a wave that the picture already has may give way, and one that it contradicts may grow.
const INFORMED: (f32, f32) = (0.4, 2.5);
/// Rows that are tried out while the strength is sought: every so many.
const SAMPLED_ROWS: usize = 8;

/// Adds the mark of `id` and returns the peak signal-to-noise ratio over what is visible of the picture, in decibels.
pub(super) fn write(image: &mut RgbaImage, id: WatermarkId, key: &Key, target_db: f32) -> f32 {
    let constellation = Constellation::new(key);
    let (width, height) = (image.width() as usize, image.height() as usize);
    let short = width.min(height);
    let tile_px = (short as f32 / TILES).round().max(2.0) as usize;
    let view = working_view(Pixels::from(&*image));
    let scale = view.luma.width as f32 / width as f32;
    let host = Host::new(view, tile_px as f32 * scale, &constellation);
    let signs = signs(&constellation, id, key);
    let target_mse = 255.0f32.powi(2) / 10f32.powf(target_db / 10.0);
    let amplitudes = informed(&constellation, &signs, &host, target_mse, tile_px);
    let tile = tile(&constellation, &signs, &amplitudes, tile_px);
    let writer = Writer { tile, tile_px, mask: enlarged(&host.mask, width, height), width };
    writer.apply(image, target_mse)
}

/// The sign of each wave; absent waves have none.
fn signs(constellation: &Constellation, id: WatermarkId, key: &Key) -> Vec<f32> {
    let coded = encode(message(id, key));
    let sign = |wave: &Wave| match wave.role {
        Role::Pilot => 1.0,
        Role::Data(place) => coded[place],
        Role::Empty => 0.0,
    };
    constellation.waves.iter().map(sign).collect()
}

/// The picture as the detector will see it, whole.
fn working_view(pixels: Pixels) -> Seen {
    let area = (pixels.width * pixels.height) as f32;
    let scale = (SQUARE as f32 / area.sqrt()).min(1.0);
    let side = |length: usize| ((length as f32 * scale).round() as usize).max(1);
    let whole = Window { left: 0, top: 0, width: pixels.width, height: pixels.height };
    seen(&pixels, whole, side(pixels.width), side(pixels.height))
}

/// What the picture itself says at each wave.
struct Host {
    mask: Plane,
    waves: Vec<Complex<f32>>,
    /// What a wave of one level adds to its own value.
    response: f32,
}

impl Host {
    fn new(view: Seen, tile_px: f32, constellation: &Constellation) -> Self {
        let mut texture = texture(view.luma, view.visible.as_ref(), reach(tile_px));
        let mask = mask(&texture.deviation);
        weigh(&mut texture);
        // A wave of one level has this much of itself at its own frequency.
        let ones = texture.deviation.map(|_| 1.0);
        let visible = view.visible.as_ref().unwrap_or(&ones);
        let weights = super::view::weights(&texture.deviation);
        let response = (0..mask.values.len())
            .map(|at| mask.values[at] * weights.values[at] * visible.values[at])
            .sum::<f32>()
            * 0.5;
        let lattice = Lattice::turned(tile_px, 0.0);
        Self {
            mask,
            waves: fold(&texture.residual, &lattice, constellation, &mut FftPlanner::new()),
            response,
        }
    }
}

/// The amplitude of each wave: more where the picture contradicts its sign, less where it agrees.
///
/// Miller, Doerr, Cox 2004, "Applying informed coding and embedding", in its simplest form.
fn informed(
    constellation: &Constellation,
    signs: &[f32],
    host: &Host,
    target_mse: f32,
    tile_px: usize,
) -> Vec<f32> {
    let finest = 0.45 * tile_px as f32;
    let plain: Vec<f32> = constellation
        .waves
        .iter()
        .zip(signs)
        .map(|(wave, sign)| if *sign == 0.0 || wave.radius() > finest { 0.0 } else { wave.amplitude() })
        .collect();
    let power: f32 = plain.iter().map(|amplitude| amplitude * amplitude * 0.5).sum();
    let masked =
        host.mask.values.iter().map(|value| value * value).sum::<f32>() / host.mask.values.len() as f32;
    let level = (target_mse / (power * masked).max(1e-9)).sqrt();
    (0..plain.len())
        .map(|at| {
            let wave = constellation.waves[at];
            let agreement = signs[at] * (host.waves[at] * Complex::from_polar(1.0, -wave.phase)).re;
            let expected = (level * plain[at] * host.response).max(1e-9);
            plain[at] * (1.0 - 0.5 * agreement / expected).clamp(INFORMED.0, INFORMED.1)
        })
        .collect()
}

/// One tile, standard deviation 1.
fn tile(constellation: &Constellation, signs: &[f32], amplitudes: &[f32], tile_px: usize) -> Vec<f32> {
    let mut grid = vec![Complex::new(0.0f32, 0.0); tile_px * tile_px];
    let wrap = |value: i32| value.rem_euclid(tile_px as i32) as usize;
    for (at, wave) in constellation.waves.iter().enumerate().filter(|(at, _)| amplitudes[*at] > 0.0) {
        grid[wrap(wave.v) * tile_px + wrap(wave.u)] =
            Complex::from_polar(signs[at] * amplitudes[at], wave.phase);
    }
    let plan = FftPlanner::new().plan_fft_inverse(tile_px);
    plan.process(&mut grid);
    let mut turned: Vec<Complex<f32>> =
        (0..grid.len()).map(|at| grid[at % tile_px * tile_px + at / tile_px]).collect();
    plan.process(&mut turned);
    let mut tile: Vec<f32> =
        (0..grid.len()).map(|at| turned[at % tile_px * tile_px + at / tile_px].re).collect();
    let deviation =
        (tile.iter().map(|value| value * value).sum::<f32>() / tile.len() as f32).sqrt().max(1e-9);
    tile.iter_mut().for_each(|value| *value /= deviation);
    tile
}

/// Between the places of a coarse plane, straight lines.
fn enlarged(plane: &Plane, width: usize, height: usize) -> Plane {
    if (plane.width, plane.height) == (width, height) {
        return plane.clone();
    }
    let places = |old: usize, new: usize| -> Vec<(usize, usize, f32)> {
        (0..new)
            .map(|at| {
                let place = ((at as f32 + 0.5) * old as f32 / new as f32 - 0.5).clamp(0.0, (old - 1) as f32);
                (place as usize, (place as usize + 1).min(old - 1), place.fract())
            })
            .collect()
    };
    let columns = places(plane.width, width);
    let mut out = Plane::zero(width, height);
    let mut line = vec![0.0f32; plane.width];
    for ((above, below, down), row) in
        places(plane.height, height).into_iter().zip(out.values.chunks_exact_mut(width))
    {
        let of = |y: usize| &plane.values[y * plane.width..(y + 1) * plane.width];
        for ((place, upper), lower) in line.iter_mut().zip(of(above)).zip(of(below)) {
            *place = upper + (lower - upper) * down;
        }
        for (place, (left, right, part)) in row.iter_mut().zip(&columns) {
            *place = line[*left] + (line[*right] - line[*left]) * part;
        }
    }
    out
}

/// Adds a repeated tile under a mask.
struct Writer {
    tile: Vec<f32>,
    tile_px: usize,
    mask: Plane,
    width: usize,
}

impl Writer {
    /// Finds the strength that meets the error, writes, and returns the ratio in decibels.
    fn apply(&self, image: &mut RgbaImage, target_mse: f32) -> f32 {
        let bytes: &mut [u8] = image;
        // A little below the target, because a sample of rows is not the whole.
        let wanted = target_mse * 0.997;
        let mut strength = wanted.sqrt();
        for _ in 0..4 {
            let error = self.sampled_error(bytes, strength);
            strength *= (wanted / error.max(1e-6)).sqrt().clamp(0.5, 2.0);
        }
        let mut changed = bytes.to_vec();
        let mut error = self.write_rows(bytes, &mut changed, strength);
        while error > target_mse {
            strength *= (wanted / error).sqrt().min(0.999);
            error = self.write_rows(bytes, &mut changed, strength);
        }
        bytes.copy_from_slice(&changed);
        10.0 * (255.0f32.powi(2) / error.max(1e-9)).log10()
    }

    fn sampled_error(&self, bytes: &[u8], strength: f32) -> f32 {
        let mut scratch = vec![0u8; self.width * 4];
        let rows = bytes.chunks_exact(self.width * 4).enumerate();
        let sampled = rows.skip(SAMPLED_ROWS / 2).step_by(SAMPLED_ROWS);
        mean(sampled.map(|(y, row)| self.write_row(row, &mut scratch, strength, y)))
    }

    fn write_rows(&self, bytes: &[u8], changed: &mut [u8], strength: f32) -> f32 {
        let rows =
            bytes.chunks_exact(self.width * 4).zip(changed.chunks_exact_mut(self.width * 4)).enumerate();
        mean(rows.map(|(y, (row, out))| self.write_row(row, out, strength, y)))
    }

    /// Writes one row.
    fn write_row(&self, row: &[u8], out: &mut [u8], strength: f32, y: usize) -> Errors {
        let tile = &self.tile[y % self.tile_px * self.tile_px..][..self.tile_px];
        let mask = &self.mask.values[y * self.width..(y + 1) * self.width];
        let mut errors = Errors::default();
        let mut at = 0;
        for ((pixel, changed), mask) in row.chunks_exact(4).zip(out.chunks_exact_mut(4)).zip(mask) {
            let wanted = strength * mask * tile[at];
            at = if at + 1 == self.tile_px { 0 } else { at + 1 };
            changed.copy_from_slice(pixel);
            if pixel[3] > 0 {
                let visible = f32::from(pixel[3]) / 255.0;
                errors.squares += add(pixel, changed, wanted) * visible * visible;
                errors.area += visible;
            }
        }
        errors
    }
}

/// The squared errors of some pixels over all three channels, each as visible as its pixel, and how much of them is visible.
#[derive(Default)]
struct Errors {
    squares: f32,
    area: f32,
}

/// The mean squared error of a channel, over the visible area.
fn mean(errors: impl Iterator<Item = Errors>) -> f32 {
    let (squares, area) = errors.fold((0.0f64, 0.0f64), |(squares, area), errors| {
        (squares + f64::from(errors.squares), area + f64::from(errors.area))
    });
    (squares / (3.0 * area).max(1e-9)) as f32
}

/// What each channel takes of a change of luminance, so that the squared error over all three is smallest.
const SHARE: [f32; 3] = {
    let power = LUMA[0] * LUMA[0] + LUMA[1] * LUMA[1] + LUMA[2] * LUMA[2];
    [LUMA[0] / power, LUMA[1] / power, LUMA[2] / power]
};

/// Changes the luminance of one pixel; green takes what rounding of red and blue leaves.
fn add(pixel: &[u8], changed: &mut [u8], wanted: f32) -> f32 {
    let red = (wanted * SHARE[0]).round();
    let blue = (wanted * SHARE[2]).round();
    let green = ((wanted - LUMA[0] * red - LUMA[2] * blue) / LUMA[1]).round();
    let mut error = 0.0;
    for (channel, change) in [red, green, blue].into_iter().enumerate() {
        let old = f32::from(pixel[channel]);
        let new = (old + change).clamp(0.0, 255.0);
        changed[channel] = new as u8;
        error += (new - old) * (new - old);
    }
    error
}
