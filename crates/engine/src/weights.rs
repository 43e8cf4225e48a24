//! Named tensors of a safetensors file that lies in memory.

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::Error;

/// The tensors of one file, by name and checked for type and shape on the way out.
///
/// Source: the format's description at <https://github.com/huggingface/safetensors>.
#[derive(Debug)]
pub struct Weights<'a> {
    tensors: SafeTensors<'a>,
    properties: Vec<(String, String)>,
}

impl<'a> Weights<'a> {
    /// Reads the directory of `file`; the values stay where they are until they are asked for.
    pub fn read(file: &'a [u8]) -> Result<Self, Error> {
        let tensors = SafeTensors::deserialize(file).map_err(Error::Unreadable)?;
        let (_, metadata) = SafeTensors::read_metadata(file).map_err(Error::Unreadable)?;
        let properties = metadata.metadata().clone().unwrap_or_default().into_iter().collect();
        Ok(Self { tensors, properties })
    }

    /// A text that the file carries beside its tensors.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether the file has `tensor`.
    #[must_use]
    pub fn contains(&self, tensor: &str) -> bool {
        self.tensors.tensor(tensor).is_ok()
    }

    /// Shape of `tensor`, outermost first.
    pub fn shape(&self, tensor: &str) -> Result<Vec<usize>, Error> {
        Ok(self.tensor(tensor)?.shape().to_vec())
    }

    /// Values of `tensor`, which must be of `shape`, widened to f32 from f32, f16 or bf16.
    pub fn f32(&self, tensor: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
        let view = self.shaped(tensor, shape)?;
        match view.dtype() {
            Dtype::F32 => Ok(elements(view.data(), f32::from_le_bytes)),
            Dtype::F16 => Ok(elements(view.data(), |bytes| f16_to_f32(u16::from_le_bytes(bytes)))),
            Dtype::BF16 => Ok(elements(view.data(), |bytes| bf16_to_f32(u16::from_le_bytes(bytes)))),
            found => Err(element_type(tensor, "`F32`, `F16` or `BF16`", found)),
        }
    }

    /// Bits of the f16 values of `tensor`, which must be of `shape`.
    pub fn f16_bits(&self, tensor: &str, shape: &[usize]) -> Result<Vec<u16>, Error> {
        self.typed(tensor, shape, Dtype::F16, "`F16`").map(|data| elements(data, u16::from_le_bytes))
    }

    /// Bits of the bf16 values of `tensor`, which must be of `shape`.
    pub fn bf16_bits(&self, tensor: &str, shape: &[usize]) -> Result<Vec<u16>, Error> {
        self.typed(tensor, shape, Dtype::BF16, "`BF16`").map(|data| elements(data, u16::from_le_bytes))
    }

    /// Bytes of `tensor`, which must be of `shape`.
    pub fn u8(&self, tensor: &str, shape: &[usize]) -> Result<&'a [u8], Error> {
        self.typed(tensor, shape, Dtype::U8, "`U8`")
    }

    /// Values of `tensor`, which must be of `shape`.
    pub fn i8(&self, tensor: &str, shape: &[usize]) -> Result<Vec<i8>, Error> {
        self.typed(tensor, shape, Dtype::I8, "`I8`").map(|data| elements(data, i8::from_le_bytes))
    }

    /// Values of `tensor`, which must be of `shape`.
    pub fn i32(&self, tensor: &str, shape: &[usize]) -> Result<Vec<i32>, Error> {
        self.typed(tensor, shape, Dtype::I32, "`I32`").map(|data| elements(data, i32::from_le_bytes))
    }

    fn typed(
        &self,
        tensor: &str,
        shape: &[usize],
        dtype: Dtype,
        expected: &'static str,
    ) -> Result<&'a [u8], Error> {
        let view = self.shaped(tensor, shape)?;
        if view.dtype() == dtype {
            Ok(view.data())
        } else {
            Err(element_type(tensor, expected, view.dtype()))
        }
    }

    fn shaped(&self, tensor: &str, shape: &[usize]) -> Result<TensorView<'a>, Error> {
        let view = self.tensor(tensor)?;
        if view.shape() == shape {
            return Ok(view);
        }
        Err(Error::Shape { tensor: tensor.into(), expected: shape.into(), found: view.shape().into() })
    }

    fn tensor(&self, tensor: &str) -> Result<TensorView<'a>, Error> {
        self.tensors.tensor(tensor).map_err(|_| Error::Missing { tensor: tensor.into() })
    }
}

fn element_type(tensor: &str, expected: &'static str, found: Dtype) -> Error {
    Error::ElementType { tensor: tensor.into(), expected, found: format!("{found:?}") }
}

fn elements<const N: usize, T>(data: &[u8], read: impl Fn([u8; N]) -> T) -> Vec<T> {
    data.as_chunks().0.iter().map(|bytes| read(*bytes)).collect()
}

fn bf16_to_f32(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

/// The f32 of IEEE 754 half-precision bits, exactly.
#[inline]
pub(crate) fn f16_to_f32(bits: u16) -> f32 {
    let (sign, magnitude) = (u32::from(bits >> 15) << 31, u32::from(bits & 0x7fff));
    let value = if magnitude >= 0x7c00 {
        f32::from_bits(0x7f80_0000 | magnitude << 13) // infinity, or NaN with its payload
    } else {
        // Shifted into place the exponent lacks 127 - 15; multiplying adds it, for subnormal numbers too.
        f32::from_bits(magnitude << 13) * f32::from_bits((127 + 112) << 23)
    };
    f32::from_bits(value.to_bits() | sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(dtype: Dtype, shape: &[usize], data: &[u8]) -> Vec<u8> {
        let view = TensorView::new(dtype, shape.to_vec(), data).expect("shape and data agree");
        safetensors::serialize([("a", view)], None).expect("a small file")
    }

    #[test]
    fn reads_each_type() {
        let halves = [0x3c00u16, 0xc000, 0x0001, 0x7c00].map(u16::to_le_bytes).concat();
        let file = file(Dtype::F16, &[2, 2], &halves);
        let weights = Weights::read(&file).expect("a sound file");
        let expected = [1.0, -2.0, 2.0f32.powi(-24), f32::INFINITY];
        assert_eq!(weights.f32("a", &[2, 2]).expect("f16 widens"), expected, "f16 values");
        assert_eq!(weights.f16_bits("a", &[2, 2]).expect("f16")[3], 0x7c00, "f16 bits");
    }

    #[test]
    fn half_precision_widens_exactly() {
        for bits in 0..0x7c00u16 {
            let (exponent, fraction) = (i32::from(bits >> 10), f64::from(bits & 0x3ff) / 1024.0);
            let value = if exponent == 0 {
                fraction * 2f64.powi(-14)
            } else {
                (1.0 + fraction) * 2f64.powi(exponent - 15)
            };
            assert_eq!(f64::from(f16_to_f32(bits)), value, "bits {bits:#x}");
            assert_eq!(f64::from(f16_to_f32(bits | 0x8000)), -value, "bits {bits:#x}, negative");
        }
        assert!(f16_to_f32(0x7e00).is_nan(), "not a number stays so");
    }

    #[test]
    fn says_what_is_wrong_with_a_tensor() {
        let file = file(Dtype::U8, &[3], &[1, 2, 3]);
        let weights = Weights::read(&file).expect("a sound file");
        assert_eq!(weights.u8("a", &[3]).expect("bytes"), [1, 2, 3], "the bytes themselves");
        let messages = [
            weights.u8("b", &[3]).map(drop).expect_err("no such tensor").to_string(),
            weights.u8("a", &[4]).map(drop).expect_err("another shape").to_string(),
            weights.f32("a", &[3]).map(drop).expect_err("another type").to_string(),
        ];
        let expected = [
            "tensor `b` is missing",
            "tensor `a` has shape [3], expected [4]",
            "tensor `a` holds `U8`, expected `F32`, `F16` or `BF16`",
        ];
        assert_eq!(messages, expected, "messages name tensor, found and expected");
    }

    #[test]
    fn damaged_files_are_errors() {
        let file = file(Dtype::I32, &[2], &[0; 8]);
        for length in 0..file.len() {
            assert!(Weights::read(&file[..length]).is_err(), "cut to {length} bytes");
        }
        for at in 0..file.len() - 8 {
            for value in [0, b'9', b'"', b'{', 0xff] {
                let mut file = file.clone();
                file[at] = value;
                // Some changes leave a readable file; none may panic.
                let _ = Weights::read(&file).map(|weights| weights.i32("a", &[2]).is_ok());
            }
        }
    }
}
