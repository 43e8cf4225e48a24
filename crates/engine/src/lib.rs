//! Prompt and seed to pixels: the models of danqing on the kernels' plain f32 slices.
//!
//! A [`Pipeline`] reads a prompt with the [`TextEncoder`], fills latents with the [`noise`] of a seed, carries them along
//! the [`Sigmas`] with a [`Sampler`] that asks the [`Painter`] for directions, and turns them into pixels with the
//! [`Codec`] and the [`Upscaler`].
//!
//! ```no_run
//! use std::ops::ControlFlow;
//!
//! use danqing_engine::{
//!     Cpu, GenerateRequest, Guidance, Models, Pipeline, Prompt, Sampler, Side, Start, Steps, Subject,
//! };
//!
//! let [text, painter, pixels] = ["text", "painter", "pixels"]
//!     .map(|part| std::fs::read(format!("models/xiaoyang/{part}.safetensors")).expect("a file of the model"));
//! let models = Models { text: &text, painter: &painter, quick: None, pixels: &pixels };
//! let pipeline = Pipeline::load(&models, Cpu::detect(2))?;
//! let request = GenerateRequest {
//!     subjects: vec![Subject { prompt: "一只红灯笼".into(), seed: 7, start: Start::Noise, blend: None }],
//!     negative: Prompt::default(),
//!     steps: Steps::new(20).expect("within 1 to 200"),
//!     guidance: Guidance::new(4.0).expect("within 0 to 30"),
//!     sampler: Sampler::Euler,
//!     side: Side::Px512,
//! };
//! let images = pipeline.generate(&request, &mut |_| ControlFlow::Continue(()))?;
//! assert_eq!(images[0].dimensions(), (512, 512));
//! # Ok::<(), danqing_engine::Error>(())
//! ```

mod activation;
mod codec;
mod denoiser;
mod dit;
mod error;
mod judge;
mod layers;
mod math;
pub mod noise;
mod pipeline;
mod pixels;
mod request;
mod rows;
pub mod sampler;
mod schedule;
mod text;
mod upscale;
mod weights;

pub use codec::Codec;
pub use danqing_kernels::{Cpu, Level, give_back};
pub use denoiser::{Denoiser, Guided, Prediction};
pub use dit::{Conditioning, Config, Painter, Painting};
pub use error::Error;
pub use image::RgbaImage;
pub use judge::Judge;
pub use pipeline::{ModelInfo, Models, Pipeline, Step};
pub use request::{
    Blend, Emphasis, GenerateRequest, Guidance, Prompt, Share, Side, Start, Steps, Strength, Subject, Weight,
};
pub use sampler::{Sampler, UnknownSampler};
pub use schedule::Sigmas;
pub use text::{MAX_TOKENS, TextEncoder, TextStates, Tokenizer, WIDTH as TEXT_WIDTH};
pub use upscale::{Upscale, Upscaler};
pub use weights::Weights;
