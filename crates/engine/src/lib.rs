//! Prompt and seed to pixels: the models of danqing on the kernels' plain f32 slices.
//!
//! ```no_run
//! use danqing_engine::{TextEncoder, Weights};
//! use danqing_kernels::Cpu;
//!
//! let file = std::fs::read("models/xiaoyang/text.safetensors")?;
//! let cpu = Cpu::detect(2);
//! let encoder = TextEncoder::load(&Weights::read(&file)?, &cpu)?;
//! let states = encoder.encode(&cpu, "一只红灯笼");
//! assert_eq!(states.states.len(), states.tokens * 384);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod text;
mod weights;

pub use error::Error;
pub use text::{MAX_TOKENS, TextEncoder, TextStates, Tokenizer, WIDTH as TEXT_WIDTH};
pub use weights::Weights;
