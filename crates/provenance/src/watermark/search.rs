//! Finds scale, angle, mirroring and stretch of a constellation in a spectrum.
//!
//! In logarithmic polar places a change of scale is a shift along the radius and a turn is a shift along the angle, so one
//! circular correlation tries all of them (Alattar and Meyer 2003, "Watermark re-synchronization using log-polar mapping
//! of image autocorrelation").

use rustfft::num_complex::Complex;

use super::constellation::{BAND, Constellation, Role, Wave};
use super::spectrum::{ANGLES, RADII, STEP, Spectrum, Turner, frequency};

/// The largest number of periods of a wave in a tile, along or across.
const REACH: usize = BAND.1 as usize;

/// Takes the waves of a tile to frequencies of the picture: `x = a u + b v`, `y = c u + d v`, in periods per pixel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Lattice {
    pub a: f32,
    pub b: f32,
    pub c: f32,
    pub d: f32,
}

impl Lattice {
    /// A tile of `tile_px` pixels, turned by `angle` radians.
    pub(super) fn turned(tile_px: f32, angle: f32) -> Self {
        let (sine, cosine) = angle.sin_cos();
        Self { a: cosine / tile_px, b: -sine / tile_px, c: sine / tile_px, d: cosine / tile_px }
    }

    /// The same for a tile that is seen from behind.
    pub(super) fn mirrored(tile_px: f32, angle: f32) -> Self {
        let plain = Self::turned(tile_px, angle);
        Self { a: -plain.a, c: -plain.c, ..plain }
    }

    /// Mean length of a tile, in pixels.
    pub(super) fn tile_px(&self) -> f32 {
        self.determinant().abs().sqrt().recip()
    }

    pub(super) fn determinant(&self) -> f32 {
        self.a * self.d - self.b * self.c
    }

    /// Whether both take a wave of the outer rim to the same frequency, within one percent.
    fn is_near(&self, other: &Self) -> bool {
        let size = 0.01 * self.determinant().abs().sqrt();
        let differences = [self.a - other.a, self.b - other.b, self.c - other.c, self.d - other.d];
        differences.iter().all(|difference| difference.abs() < size)
    }

    fn frequency(&self, wave: &Wave) -> (f32, f32) {
        let (u, v) = (wave.u as f32, wave.v as f32);
        (self.a * u + self.b * v, self.c * u + self.d * v)
    }

    /// A small change: larger by `change[0]`, turned by `change[1]`, stretched along x by `change[2]`, sheared by `change[3]`.
    fn nudged(&self, change: [f32; 4]) -> Self {
        let [scale, turn, stretch, shear] = change;
        let (xx, xy, yx, yy) = (1.0 + scale + stretch, shear - turn, shear + turn, 1.0 + scale - stretch);
        Self {
            a: xx * self.a + xy * self.c,
            b: xx * self.b + xy * self.d,
            c: yx * self.a + yy * self.c,
            d: yx * self.b + yy * self.d,
        }
    }
}

/// A lattice and how far its waves stand out, in standard deviations of chance.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub lattice: Lattice,
    pub score: f32,
}

/// The weight of each wave in a score; they sum to zero.
pub(super) struct Template {
    waves: Vec<(Wave, f32)>,
    forward: Vec<Complex<f32>>,
    scale: f32,
}

impl Template {
    pub(super) fn new(constellation: &Constellation, turner: &mut Turner) -> Self {
        let weight = |wave: &Wave| (wave.radius() / BAND.1).powf(-0.25);
        let present: f32 =
            constellation.waves.iter().filter(|wave| wave.role != Role::Empty).map(weight).sum();
        let absent: f32 =
            constellation.waves.iter().filter(|wave| wave.role == Role::Empty).map(weight).sum();
        let waves: Vec<(Wave, f32)> = constellation
            .waves
            .iter()
            .map(|wave| {
                (
                    *wave,
                    if wave.role == Role::Empty { -weight(wave) * present / absent } else { weight(wave) },
                )
            })
            .collect();
        let scale = waves.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt().recip();
        let mut map = vec![Complex::new(0.0, 0.0); ANGLES * RADII];
        for (wave, weight) in &waves {
            // Radius place 0 is a wave of one period per tile.
            let place = (wave.radius().ln() / STEP).round() as usize;
            let angle = ((wave.v as f32).atan2(wave.u as f32) / STEP).round() as usize % ANGLES;
            for (around, share) in [(0, 1.0), (1, 0.5), (ANGLES - 1, 0.5)] {
                for (beside, part) in [(0, 1.0), (1, 0.5), (RADII - 1, 0.5)] {
                    let at = (angle + around) % ANGLES * RADII + (place + beside) % RADII;
                    map[at] += Complex::new(weight * share * part, 0.0);
                }
            }
        }
        Self { waves, forward: turner.forward(map.into_iter()), scale }
    }

    /// How far the waves of `lattice` stand out of a spectrum.
    pub(super) fn score(&self, spectrum: &Spectrum, lattice: &Lattice) -> f32 {
        let sum: f32 = self
            .waves
            .iter()
            .map(|(wave, weight)| {
                let (x, y) = lattice.frequency(wave);
                weight * spectrum.at(x, y)
            })
            .sum();
        sum * self.scale
    }

    /// The same for a lattice that is not turned, whose waves lie on few rows and columns.
    fn score_upright(&self, spectrum: &Spectrum, lattice: &Lattice) -> f32 {
        let rows: [_; REACH + 1] = std::array::from_fn(|u| spectrum.row((lattice.a * u as f32).abs()));
        let columns: [_; 2 * REACH + 1] =
            std::array::from_fn(|v| spectrum.column(lattice.d * (v as f32 - REACH as f32)));
        let sum: f32 = self
            .waves
            .iter()
            .map(|(wave, weight)| {
                // Half of all frequencies are kept; the other half is the same seen from behind.
                let behind = lattice.a * (wave.u as f32) < 0.0;
                let v = if behind { -wave.v } else { wave.v };
                match (rows[wave.u.unsigned_abs() as usize], columns[(v + REACH as i32) as usize]) {
                    (Some(row), Some(column)) => weight * spectrum.between(row, column),
                    _ => 0.0,
                }
            })
            .sum();
        sum * self.scale
    }

    /// Climbs to the best lattice nearby.
    pub(super) fn refine(&self, spectrum: &Spectrum, start: Lattice, mut reach: f32) -> Candidate {
        let mut best = Candidate { lattice: start, score: self.score(spectrum, &start) };
        while reach > 0.000_4 {
            let mut moved = false;
            for direction in 0..8 {
                let mut change = [0.0; 4];
                change[direction / 2] = if direction % 2 == 0 { reach } else { -reach };
                let lattice = best.lattice.nudged(change);
                let score = self.score(spectrum, &lattice);
                if score > best.score {
                    best = Candidate { lattice, score };
                    moved = true;
                }
            }
            if !moved {
                reach *= 0.5;
            }
        }
        best
    }
}

/// The most likely lattices of a template in a spectrum, best first; `seen` is the transform of its logarithmic polar map.
pub(super) fn lattices(
    spectrum: &Spectrum,
    seen: &[Complex<f32>],
    template: &Template,
    turner: &mut Turner,
    tiles_px: (f32, f32),
    count: usize,
) -> Vec<Candidate> {
    let mut starts = Vec::new();
    for mirrored in [false, true] {
        let joined =
            (0..seen.len()).map(|at| seen[at] * template.forward[mirror(at, mirrored)].conj()).collect();
        let correlation = turner.inverse(joined);
        starts.extend(peaks(&correlation, tiles_px, STARTS).into_iter().map(|(value, angle, place)| {
            let tile_px = frequency(place as f32).recip();
            let angle = angle as f32 * STEP;
            let lattice =
                if mirrored { Lattice::mirrored(tile_px, angle) } else { Lattice::turned(tile_px, angle) };
            (value, lattice)
        }));
    }
    let scored = |(_, lattice)| Candidate { lattice, score: template.score(spectrum, &lattice) };
    best_of(starts.into_iter().map(scored).collect(), spectrum, template, count)
}

/// Climbs from the best of many lattices, and gives as many as wanted, best first.
fn best_of(
    mut found: Vec<Candidate>,
    spectrum: &Spectrum,
    template: &Template,
    count: usize,
) -> Vec<Candidate> {
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut climbed: Vec<Candidate> = Vec::new();
    for candidate in found {
        if climbed.len() == count {
            break;
        }
        // What lies on the slope of a top that was climbed already leads there again.
        if climbed.iter().any(|top| top.lattice.is_near(&candidate.lattice)) {
            continue;
        }
        let top = template.refine(spectrum, candidate.lattice, 0.006);
        if !climbed.iter().any(|other| other.lattice.is_near(&top.lattice)) {
            climbed.push(top);
        }
    }
    climbed
}

/// The most likely of lattices that are not turned: of any size, or with one side of `whole_px` and any length along the
/// other.
///
/// Most pictures are cut and resized, few are turned; each of these is tried at its exact place.
pub(super) fn upright(
    spectrum: &Spectrum,
    template: &Template,
    tiles_px: (f32, f32),
    whole_px: Option<f32>,
    count: usize,
) -> Vec<Candidate> {
    let steps = |from: f32, to: f32| {
        let count = ((to / from).ln() / FINE) as i32;
        (0..=count).map(move |at| from * (at as f32 * FINE).exp())
    };
    let plain = steps(tiles_px.0, tiles_px.1).map(|side| (side, side));
    let mirrored = plain.clone().map(|(wide, high)| (-wide, high));
    let stretched = whole_px.into_iter().flat_map(|whole| {
        let sides = steps(0.7 * whole, 1.45 * whole);
        sides.flat_map(move |side| [(side, whole), (whole, side)])
    });
    let lattices = plain.chain(mirrored).chain(stretched).map(|(wide, high)| Lattice {
        a: wide.recip(),
        b: 0.0,
        c: 0.0,
        d: high.recip(),
    });
    let scored = |lattice| Candidate { lattice, score: template.score_upright(spectrum, &lattice) };
    best_of(lattices.map(scored).collect(), spectrum, template, count)
}

/// A mirrored template has its angles in the opposite order; in the transform that is the opposite frequency of the angle.
fn mirror(at: usize, mirrored: bool) -> usize {
    if !mirrored {
        return at;
    }
    let (row, column) = (at / ANGLES, at % ANGLES);
    row * ANGLES + (ANGLES - column) % ANGLES
}

/// Step from one size to the next where sizes are tried one by one.
const FINE: f32 = 0.006;
/// Tops of a correlation that are tried at their exact places.
const STARTS: usize = 48;

/// Places of the largest values that are tops of their neighbourhood: value, angle place, radius place.
fn peaks(correlation: &[Complex<f32>], tiles_px: (f32, f32), count: usize) -> Vec<(f32, usize, i32)> {
    let place_of = |tile_px: f32| (RADII - 1) as i32 - ((0.5 * tile_px).ln() / STEP) as i32;
    // A large tile has its lowest wave below the map, and its place is counted around the end.
    let value_at =
        |angle: usize, place: i32| correlation[angle * RADII + place.rem_euclid(RADII as i32) as usize].re;
    let mut tops: Vec<(f32, usize, i32)> = Vec::new();
    for angle in 0..ANGLES {
        for place in place_of(tiles_px.1)..=place_of(tiles_px.0) {
            let value = value_at(angle, place);
            let beside = [
                value_at((angle + 1) % ANGLES, place),
                value_at((angle + ANGLES - 1) % ANGLES, place),
                value_at(angle, place + 1),
                value_at(angle, place - 1),
            ];
            if beside.iter().all(|other| value >= *other) {
                tops.push((value, angle, place));
            }
        }
    }
    tops.sort_by(|a, b| b.0.total_cmp(&a.0));
    tops.truncate(count);
    tops
}
