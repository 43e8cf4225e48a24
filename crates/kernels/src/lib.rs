//! CPU kernels of danqing: slices in, slices out; no tensors and no models.
//!
//! A [`Cpu`] holds the instruction [`Level`] chosen at run time and a few threads that stay alive. Weights are packed
//! once for that level ([`Linear`], [`Conv3x3`]); every call after that takes f32 slices, channels last, and allocates
//! nothing once its buffers have grown. From [`Level::Avx512Bf16`] on, the factors of products are rounded to bf16
//! and summed in f32; below, everything is f32. [`Level::Avx512Int8`], which has to be asked for, multiplies linear layers
//! in 8 bits, and convolutions that know in which ranges their inputs lie.
//!
//! Promise: a result never depends on the number of threads, on the rows computed beside it, or on the run; each
//! output element is one sum in one fixed order. It does depend on the level.
//!
//! ```
//! use danqing_kernels::{Cpu, Epilogue, Linear};
//!
//! let cpu = Cpu::detect(2);
//! let double = Linear::new(&cpu, &[2.0, 0.0, 0.0, 2.0], Some(&[1.0, -1.0]), 2, 2);
//! let mut y = [0.0; 4];
//! double.forward_with(&cpu, &[1.0, 2.0, 3.0, 4.0], Epilogue::Relu, &mut y);
//! assert_eq!(y, [3.0, 3.0, 7.0, 7.0]);
//! ```

mod attention;
mod convolution;
mod epilogue;
mod grid;
mod level;
mod linear;
mod math;
mod memory;
mod norm;
mod panels;
mod pixels;
mod pool;
mod product;
pub mod reference;
mod scratch;

pub use attention::{Attention, ExtraKeys, attention};
pub use convolution::Conv3x3;
pub use epilogue::Epilogue;
pub use level::{Level, UnknownLevel};
pub use linear::Linear;
pub use memory::give_back;
pub use norm::{Modulation, layer_norm, rms_norm_modulate};
pub use pixels::pixel_shuffle;
pub use pool::Cpu;
pub use product::peak_rate;
