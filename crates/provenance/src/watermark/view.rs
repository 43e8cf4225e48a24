//! How a place's texture decides the strength of the mark in it and the trust in what is read there.

use super::plane::{Plane, Texture};

/// A picture is looked at with about this many pixels, squared.
pub(super) const SQUARE: usize = 512;

/// Half the side of the square that local means are taken over, for a tile of this size.
pub(super) fn reach(_tile_px: f32) -> usize {
    4
}

/// Strength of the mark: what the eye forgives grows with the texture (a coarse just-noticeable-difference model).
fn strength(deviation: f32) -> f32 {
    0.55 + (deviation / 8.0).min(2.0)
}

pub(super) fn mask(deviation: &Plane) -> Plane {
    deviation.map(strength)
}

/// Trust: the matched filter for a mark of this strength in noise of this deviation.
pub(super) fn weights(deviation: &Plane) -> Plane {
    deviation.map(|deviation| strength(deviation) / (deviation * deviation + 9.0))
}

/// Texture times trust, in the place of the texture.
pub(super) fn weigh(texture: &mut Texture) {
    let Texture { residual, deviation } = texture;
    residual.values.iter_mut().zip(&deviation.values).for_each(|(residual, deviation)| {
        *residual = *residual * strength(*deviation) / (deviation * deviation + 9.0);
    });
}
