//! Which waves a key writes: the constellation of a mark.
//!
//! A mark is one tile, repeated. The tile is a sum of waves with `u` and `v` periods per tile; the key chooses which
//! waves are present, with what phase, which of them are pilots (of known sign) and which carry a coded bit. The waves
//! that are absent make the pattern recognisable at any scale and angle, and show how loud the picture itself is.

use super::Key;
use super::code::{CODED_BITS, keyed};

/// A tile is this part of the picture's short side.
pub(super) const TILES: f32 = 5.0;
/// Smallest and largest distance of a wave from the origin, in periods per tile.
pub(super) const BAND: (f32, f32) = (4.0, 18.0);

const PILOTS: usize = 84;
const OCCUPIED_PER_1000: usize = 620;

/// What a wave does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Role {
    /// Present with the sign of the key alone: finds where a tile begins.
    Pilot,
    /// Present with the sign of this coded bit.
    Data(usize),
    /// Absent.
    Empty,
}

/// One wave: cos(2 pi (u x + v y) / tile + phase).
#[derive(Clone, Copy, Debug)]
pub(super) struct Wave {
    pub u: i32,
    pub v: i32,
    /// Radians.
    pub phase: f32,
    pub role: Role,
}

impl Wave {
    pub(super) fn radius(&self) -> f32 {
        ((self.u * self.u + self.v * self.v) as f32).sqrt()
    }

    /// The part of this wave before the picture is taken into account: low waves live longer.
    pub(super) fn amplitude(&self) -> f32 {
        self.radius().powf(-0.5)
    }
}

/// All waves of one half plane, present or not.
pub(super) struct Constellation {
    pub waves: Vec<Wave>,
}

impl Constellation {
    pub(super) fn new(key: &Key) -> Self {
        let mut draws = Draws::new(key);
        let mut places = half_plane();
        shuffle(&mut places, &mut draws);
        let occupied = places.len() * OCCUPIED_PER_1000 / 1000;
        let mut waves: Vec<Wave> = places
            .into_iter()
            .enumerate()
            .map(|(rank, (u, v))| {
                let role = match rank {
                    _ if rank < PILOTS => Role::Pilot,
                    _ if rank < occupied => Role::Data((rank - PILOTS) % CODED_BITS),
                    _ => Role::Empty,
                };
                Wave { u, v, phase: draws.next() as f32 / u32::MAX as f32 * std::f32::consts::TAU, role }
            })
            .collect();
        waves.sort_by_key(|wave| (wave.v, wave.u));
        Self { waves }
    }
}

fn half_plane() -> Vec<(i32, i32)> {
    let reach = BAND.1 as i32;
    (0..=reach)
        .flat_map(|v| (-reach..=reach).map(move |u| (u, v)))
        .filter(|(u, v)| *v > 0 || *u > 0)
        .filter(|(u, v)| {
            let radius = ((u * u + v * v) as f32).sqrt();
            (BAND.0..=BAND.1).contains(&radius)
        })
        .collect()
}

/// Fisher and Yates.
fn shuffle(places: &mut [(i32, i32)], draws: &mut Draws) {
    for last in (1..places.len()).rev() {
        let other = ((u64::from(draws.next()) * (last as u64 + 1)) >> 32) as usize;
        places.swap(last, other);
    }
}

/// Numbers that only the key's owner can know: HMAC in counter mode.
struct Draws<'a> {
    key: &'a Key,
    counter: u32,
    block: [u8; 32],
    used: usize,
}

impl<'a> Draws<'a> {
    fn new(key: &'a Key) -> Self {
        Self { key, counter: 0, block: [0; 32], used: 32 }
    }

    fn next(&mut self) -> u32 {
        if self.used == self.block.len() {
            self.block = keyed(self.key, &[b"danqing watermark pattern 1", &self.counter.to_be_bytes()]);
            self.counter += 1;
            self.used = 0;
        }
        let at = self.used;
        self.used += 4;
        u32::from_be_bytes([self.block[at], self.block[at + 1], self.block[at + 2], self.block[at + 3]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_coded_bit_has_a_wave_and_keys_differ() {
        let one = Constellation::new(&Key([1; 32]));
        for coded in 0..CODED_BITS {
            assert!(one.waves.iter().any(|wave| wave.role == Role::Data(coded)), "{coded}");
        }
        let two = Constellation::new(&Key([2; 32]));
        let alike = one.waves.iter().zip(&two.waves).filter(|(a, b)| a.role == b.role).count();
        assert!(alike < one.waves.len() / 2, "{alike} of {}", one.waves.len());
    }
}
