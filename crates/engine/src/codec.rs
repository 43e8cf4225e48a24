//! Between latents and pixels: principal components of 8x8 patches, and convolutions that add what they miss.

use danqing_kernels::{Conv3x3, Cpu, pixel_shuffle};

use crate::activation::silu;
use crate::layers::{Layers, Residual};
use crate::pixels::{CHANNELS, pixel_unshuffle};
use crate::{Error, Weights};

/// Pixels of a latent's side.
pub(crate) const PATCH: usize = 8;
const PATCH_VALUES: usize = CHANNELS * PATCH * PATCH;

/// A linear encoder, and a decoder that adds convolutions to the encoder's transpose.
pub struct Codec {
    latent_channels: usize,
    /// (channels, 256): columns of the orthonormal basis, as rows.
    basis: Vec<f32>,
    /// (256)
    mean: Vec<f32>,
    /// (channels): latents are this times the components.
    scale: Vec<f32>,
    stem: Conv3x3,
    stages: [Stage; 3],
}

/// Residual blocks at one size, then a convolution whose channels become pixels.
struct Stage {
    blocks: Vec<Residual>,
    up: Conv3x3,
}

impl Codec {
    /// Reads the tensors `codec.*`; widths follow from their shapes.
    pub fn load(weights: &Weights<'_>, cpu: &Cpu) -> Result<Self, Error> {
        let layers = Layers { weights, cpu, prefix: "codec." };
        let latent_channels = layers.outputs("scale", 1)?;
        let basis = layers.values("basis", &[PATCH_VALUES, latent_channels])?;
        let basis = (0..latent_channels)
            .flat_map(|channel| basis[channel..].iter().step_by(latent_channels).copied())
            .collect();
        let width = layers.outputs("stem.weight", 4)?;
        let (first, width32) = Stage::load(&layers, "stage16", "up32", width)?;
        let (second, width64) = Stage::load(&layers, "stage32", "up64", width32)?;
        let (third, pixel) = Stage::load(&layers, "stage64", "up128", width64)?;
        if pixel != CHANNELS {
            return Err(Error::Damaged {
                tensor: "codec.up128.weight".into(),
                reason: "it gives no RGBA pixels",
            });
        }
        Ok(Self {
            latent_channels,
            basis,
            mean: layers.values("mean", &[PATCH_VALUES])?,
            scale: layers.values("scale", &[latent_channels])?,
            stem: layers.conv("stem", latent_channels, width)?,
            stages: [first, second, third],
        })
    }

    /// Channels of the latents.
    #[must_use]
    pub fn latent_channels(&self) -> usize {
        self.latent_channels
    }

    /// Latents of one premultiplied picture.
    ///
    /// `picture`: (8 * `side`, 8 * `side`, 4) in [0, 1]; gives (`side`, `side`, channels).
    #[must_use]
    pub fn encode(&self, picture: &[f32], side: usize) -> Vec<f32> {
        assert_eq!(picture.len(), side * side * PATCH_VALUES, "picture is not (8 * side, 8 * side, 4)");
        let patches = pixel_unshuffle(picture, side * PATCH, CHANNELS, PATCH); // (side, side, 256)
        let component = |patch: &[f32], basis: &[f32]| -> f32 {
            let terms = patch.iter().zip(&self.mean).zip(basis);
            terms.map(|((value, mean), basis)| (2.0 * value - 1.0 - mean) * basis).sum()
        };
        let basis = || self.basis.chunks_exact(PATCH_VALUES).zip(&self.scale);
        let latents = patches.chunks_exact(PATCH_VALUES);
        latents.flat_map(|patch| basis().map(move |(basis, scale)| component(patch, basis) * scale)).collect()
    }

    /// The premultiplied picture of `latents`: (8 * `side`, 8 * `side`, 4), about [0, 1] but not cut off there.
    ///
    /// `latents`: (`side`, `side`, channels).
    #[must_use]
    pub fn decode(&self, cpu: &Cpu, latents: &[f32], side: usize) -> Vec<f32> {
        assert_eq!(
            latents.len(),
            side * side * self.latent_channels,
            "latents are not (side, side, channels)"
        );
        let mut x = vec![0.0; side * side * self.stem.out_channels()];
        self.stem.forward(cpu, latents, side, side, &mut x); // (side, side, width)
        let mut size = side;
        for stage in &self.stages {
            x = stage.forward(cpu, x, size); // (2 * size, 2 * size, next width)
            size *= 2;
        }
        let linear = self.linear(latents, side);
        x.iter_mut().zip(&linear).for_each(|(x, linear)| *x = 0.5 * (*x + linear) + 0.5);
        x
    }

    /// The transpose of [`Codec::encode`], still in [-1, 1]; in f32 at every level, because it carries the colours.
    fn linear(&self, latents: &[f32], side: usize) -> Vec<f32> {
        let mut patches = self.mean.repeat(side * side); // (side, side, 256)
        let rows = patches.chunks_exact_mut(PATCH_VALUES).zip(latents.chunks_exact(self.latent_channels));
        for (patch, latents) in rows {
            for ((basis, scale), latent) in
                self.basis.chunks_exact(PATCH_VALUES).zip(&self.scale).zip(latents)
            {
                let component = latent / scale;
                patch.iter_mut().zip(basis).for_each(|(value, basis)| *value += component * basis);
            }
        }
        let mut picture = vec![0.0; patches.len()];
        pixel_shuffle(&patches, side, side, CHANNELS, PATCH, &mut picture);
        picture
    }
}

impl Stage {
    /// The stage and the channels it leaves.
    fn load(layers: &Layers<'_>, blocks: &str, up: &str, width: usize) -> Result<(Self, usize), Error> {
        let shuffled = layers.outputs(&format!("{up}.weight"), 4)?;
        let stage = Self { blocks: layers.residuals(blocks, width)?, up: layers.conv(up, width, shuffled)? };
        if shuffled.is_multiple_of(4) {
            return Ok((stage, shuffled / 4));
        }
        let tensor = format!("{}{up}.weight", layers.prefix);
        Err(Error::Damaged { tensor, reason: "its channels make no 2x2 pixels" })
    }

    /// `x`: (`size`, `size`, width).
    fn forward(&self, cpu: &Cpu, mut x: Vec<f32>, size: usize) -> Vec<f32> {
        let mut room = vec![0.0; x.len()];
        for block in &self.blocks {
            block.forward(cpu, &mut x, size, size, &mut room);
        }
        silu(cpu, &mut x);
        let mut channels = vec![0.0; size * size * self.up.out_channels()];
        self.up.forward(cpu, &x, size, size, &mut channels);
        let mut pixels = vec![0.0; channels.len()];
        pixel_shuffle(&channels, size, size, self.up.out_channels() / 4, 2, &mut pixels);
        pixels
    }
}
