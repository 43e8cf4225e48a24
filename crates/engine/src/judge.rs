//! Scores how well pictures and words fit each other.

use danqing_kernels::{Conv3x3, Cpu, Epilogue, Linear};
use image::RgbaImage;

use crate::activation::silu;
use crate::layers::{Layers, Residual};
use crate::pixels::{CHANNELS, averaged, pixel_unshuffle};
use crate::{Error, Weights};

/// Side that pictures are brought to.
const SIDE: usize = 128;
/// Pixels whose channels enter the first convolution together.
const FIRST_FACTOR: usize = 4;

/// Turns pictures and words into unit vectors of one space, whose products say how well they fit.
///
/// Source: Radford et al. 2021, arXiv:2103.00020, section 2.3.
pub struct Judge {
    cpu: Cpu,
    stages: [Stage; 3],
    picture_out: Linear,
    text_in: Linear,
    text_out: Linear,
}

/// A convolution, then residual blocks.
struct Stage {
    enter: Conv3x3,
    blocks: Vec<Residual>,
}

impl Judge {
    /// Reads a safetensors file of the judge; widths follow from the tensors' shapes.
    pub fn load(file: &[u8], cpu: Cpu) -> Result<Self, Error> {
        let weights = &Weights::read(file)?;
        let layers = Layers { weights, cpu: &cpu, prefix: "" };
        let first = Stage::load(&layers, "enter", "stage32", CHANNELS * FIRST_FACTOR * FIRST_FACTOR)?;
        let second = Stage::load(&layers, "down16", "stage16", 4 * first.enter.out_channels())?;
        let third = Stage::load(&layers, "down8", "stage8", 4 * second.enter.out_channels())?;
        let space = layers.outputs("picture_out.weight", 2)?;
        let hidden = layers.outputs("text_in.weight", 2)?;
        let text_width = weights.shape("text_in.weight")?[1];
        if text_width == 0 {
            return Err(Error::Damaged { tensor: "text_in.weight".into(), reason: "it reads no text" });
        }
        Ok(Self {
            picture_out: layers.linear("picture_out", third.enter.out_channels(), space)?,
            text_in: layers.linear("text_in", text_width, hidden)?,
            text_out: layers.linear("text_out", hidden, space)?,
            stages: [first, second, third],
            cpu,
        })
    }

    /// A unit vector for each picture; other sizes than 128x128 are brought to it, and empty pictures give zeros.
    #[must_use]
    pub fn pictures(&self, images: &[RgbaImage]) -> Vec<Vec<f32>> {
        images.iter().map(|image| self.picture(image)).collect()
    }

    /// A unit vector for each of `means`, as [`crate::Pipeline::text_vector`] gives them.
    #[must_use]
    pub fn texts(&self, means: &[Vec<f32>]) -> Vec<Vec<f32>> {
        means.iter().map(|mean| self.text(mean)).collect()
    }

    fn picture(&self, image: &RgbaImage) -> Vec<f32> {
        if image.is_empty() {
            return vec![0.0; self.picture_out.out_features()];
        }
        let (mut size, mut factor, mut channels) = (SIDE, FIRST_FACTOR, CHANNELS);
        let mut x = averaged(image, SIDE); // (128, 128, 4)
        for stage in &self.stages {
            let joined = pixel_unshuffle(&x, size, channels, factor);
            size /= factor;
            x = stage.forward(&self.cpu, &joined, size); // (size, size, channels)
            (factor, channels) = (2, stage.enter.out_channels());
        }
        let mut mean = vec![0.0; channels];
        for pixel in x.chunks_exact(channels) {
            mean.iter_mut().zip(pixel).for_each(|(mean, value)| *mean += value / (size * size) as f32);
        }
        let mut vector = vec![0.0; self.picture_out.out_features()];
        self.picture_out.forward(&self.cpu, &mean, &mut vector);
        unit(vector)
    }

    fn text(&self, mean: &[f32]) -> Vec<f32> {
        let mut hidden = vec![0.0; self.text_in.out_features()];
        self.text_in.forward_with(&self.cpu, mean, Epilogue::Silu, &mut hidden);
        let mut vector = vec![0.0; self.text_out.out_features()];
        self.text_out.forward(&self.cpu, &hidden, &mut vector);
        unit(vector)
    }
}

impl Stage {
    fn load(layers: &Layers<'_>, enter: &str, blocks: &str, inputs: usize) -> Result<Self, Error> {
        let width = layers.outputs(&format!("{enter}.weight"), 4)?;
        Ok(Self { enter: layers.conv(enter, inputs, width)?, blocks: layers.residuals(blocks, width)? })
    }

    /// Ends with the `SiLU` that whatever follows begins with.
    fn forward(&self, cpu: &Cpu, input: &[f32], size: usize) -> Vec<f32> {
        let mut x = vec![0.0; size * size * self.enter.out_channels()];
        self.enter.forward(cpu, input, size, size, &mut x);
        let mut room = vec![0.0; x.len()];
        for block in &self.blocks {
            block.forward(cpu, &mut x, size, size, &mut room);
        }
        silu(cpu, &mut x);
        x
    }
}

/// Divided by its length, unless that is nearly zero.
fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt().max(1e-12);
    vector.iter_mut().for_each(|value| *value /= length);
    vector
}
