//! Layers as `PyTorch` names and stores them, packed for the kernels.

use danqing_kernels::{Conv3x3, Cpu, Epilogue, Linear};

use crate::{Error, Weights};

/// Reads layers under one prefix of names.
///
/// Of them `quantised` and `swiglu` give what a level with 8-bit factors quantises: the four matrices that a block of the
/// painter multiplies every token with at every step, 97 % of a step's products. All other layers are small, or work once
/// for all steps, and an error of theirs would be in every step. Convolutions are quantised where the file says in which ranges
/// their inputs lie: all of codec and upscaler but the first and the codec's last, which is added to the picture as it is.
#[derive(Clone, Copy)]
pub(crate) struct Layers<'a> {
    pub(crate) weights: &'a Weights<'a>,
    pub(crate) cpu: &'a Cpu,
    /// What stands before each name, with its dot: `codec.`.
    pub(crate) prefix: &'a str,
}

impl Layers<'_> {
    /// A linear layer with bias.
    pub(crate) fn linear(&self, name: &str, inputs: usize, outputs: usize) -> Result<Linear, Error> {
        let weight = self.matrix(name, outputs, inputs)?;
        let bias = self.values(&format!("{name}.bias"), &[outputs])?;
        Ok(Linear::precise(self.cpu, &weight, Some(&bias), inputs, outputs))
    }

    /// A linear layer without bias.
    pub(crate) fn bare_linear(&self, name: &str, inputs: usize, outputs: usize) -> Result<Linear, Error> {
        let weight = self.matrix(name, outputs, inputs)?;
        Ok(Linear::precise(self.cpu, &weight, None, inputs, outputs))
    }

    /// A linear layer without bias, in 8 bits where the level has them.
    pub(crate) fn quantised(&self, name: &str, inputs: usize, outputs: usize) -> Result<Linear, Error> {
        let weight = self.matrix(name, outputs, inputs)?;
        Ok(Linear::new(self.cpu, &weight, None, inputs, outputs))
    }

    /// Gate and up projection as one layer that gives `hidden` columns, in 8 bits where the level has them.
    pub(crate) fn swiglu(&self, name: &str, inputs: usize, hidden: usize) -> Result<Linear, Error> {
        let weight = self.matrix(name, 2 * hidden, inputs)?;
        Ok(Linear::swiglu(self.cpu, &weight, None, inputs, hidden))
    }

    /// A 3x3 convolution with bias, in 8 bits where the level has them and the file has the ranges of its input.
    pub(crate) fn conv(&self, name: &str, inputs: usize, outputs: usize) -> Result<Conv3x3, Error> {
        let weight = self.values(&format!("{name}.weight"), &[outputs, inputs, 3, 3])?;
        let bias = self.values(&format!("{name}.bias"), &[outputs])?;
        let ranges = format!("{name}.range");
        if !self.contains(&ranges) {
            return Ok(Conv3x3::new(self.cpu, &weight, Some(&bias), inputs, outputs));
        }
        let ranges = self.values(&ranges, &[inputs, 2])?;
        Ok(Conv3x3::quantised(self.cpu, &weight, Some(&bias), ranges.as_chunks().0, inputs, outputs))
    }

    /// Residual blocks `name.0`, `name.1` and so on, as many as there are.
    pub(crate) fn residuals(&self, name: &str, channels: usize) -> Result<Vec<Residual>, Error> {
        let block = |index: usize| format!("{name}.{index}");
        let blocks = (0..).take_while(|index| self.contains(&format!("{}.first.weight", block(*index))));
        blocks.map(|index| Residual::load(self, &block(index), channels)).collect()
    }

    /// Values of one tensor of `shape`.
    pub(crate) fn values(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
        self.weights.f32(&self.full(name), shape)
    }

    /// Size of the first dimension of `name`, which has `dimensions` of them.
    pub(crate) fn outputs(&self, name: &str, dimensions: usize) -> Result<usize, Error> {
        let found = self.weights.shape(&self.full(name))?;
        match found[..] {
            [outputs, ..] if outputs > 0 && found.len() == dimensions => Ok(outputs),
            _ => Err(Error::Damaged { tensor: self.full(name), reason: "it has not the shape of its layer" }),
        }
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.weights.contains(&self.full(name))
    }

    fn full(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// The weight of layer `name`, (`rows`, `columns`): floats, or 8-bit codes with a scale for each row.
    fn matrix(&self, name: &str, rows: usize, columns: usize) -> Result<Vec<f32>, Error> {
        let codes = format!("{name}.codes");
        if !self.contains(&codes) {
            return self.values(&format!("{name}.weight"), &[rows, columns]);
        }
        let codes = self.weights.i8(&self.full(&codes), &[rows, columns])?;
        let scales = self.values(&format!("{name}.scales"), &[rows])?;
        let mut values = vec![0.0; codes.len()];
        let rows = values.chunks_exact_mut(columns).zip(codes.chunks_exact(columns)).zip(scales);
        for ((values, codes), scale) in rows {
            values.iter_mut().zip(codes).for_each(|(value, code)| *value = f32::from(*code) * scale);
        }
        Ok(values)
    }
}

/// `x + second(silu(first(x)))` of two 3x3 convolutions.
pub(crate) struct Residual {
    first: Conv3x3,
    second: Conv3x3,
}

impl Residual {
    fn load(layers: &Layers<'_>, name: &str, channels: usize) -> Result<Self, Error> {
        let conv = |part: &str| layers.conv(&format!("{name}.{part}"), channels, channels);
        Ok(Self { first: conv("first")?, second: conv("second")? })
    }

    /// `x`: (height, width, channels), in and out; `room`: as large, its values are lost.
    pub(crate) fn forward(&self, cpu: &Cpu, x: &mut [f32], height: usize, width: usize, room: &mut [f32]) {
        self.first.forward_with(cpu, x, height, width, Epilogue::Silu, room);
        self.second.forward_with(cpu, room, height, width, Epilogue::AddTo, x);
    }
}
