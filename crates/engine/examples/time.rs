//! Times a model: `cargo run --release -p danqing-engine --example time [LEVEL]`.
//!
//! With the files of xiaoyang where they are, with random weights of the same shape where they are not. Times are the
//! best of some runs; weights, prompts and buffers are warm except for the first line.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use danqing_engine::{
    Codec, Conditioning, Config, Cpu, Denoiser, GenerateRequest, Guidance, Level, Models, Painter, Pipeline,
    Prompt, RgbaImage, Sampler, Side, Start, Steps, Subject, TextStates, Upscale, Weights, noise,
};

#[path = "../tests/support/random_model.rs"]
mod random_model;

use random_model::{Pixels, Storage};

const CONFIG: Config = Config {
    latent_channels: 16,
    latent_side: 16,
    patch: 2,
    width: 384,
    blocks: 10,
    head_dim: 64,
    hidden: 1024,
    text_width: 384,
    time_features: 256,
    span_features: 0,
};

const PIXELS: Pixels = Pixels {
    latent_channels: 16,
    widths: [128, 64, 48],
    blocks: [2, 2, 2],
    upscaler_width: 48,
    upscaler_layers: 8,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let level = std::env::args().nth(1).map_or(Ok(Level::detect()), |name| name.parse())?;
    let text = std::fs::read(path("text"))?;
    let painter = file("painter", || random_model::painter(&CONFIG, Storage::Int8));
    let distilled = Config { span_features: 256, ..CONFIG };
    let quick = file("quick", || random_model::painter(&distilled, Storage::Int8));
    let pixels = file("pixels", || random_model::pixels(&PIXELS));
    let models = Models { text: &text, painter: &painter, quick: None, pixels: &pixels };
    for threads in [1, 2] {
        println!("{level}, {threads} threads");
        let start = Instant::now();
        let pipeline = Pipeline::load(&models, Cpu::new(threads, level))?;
        report("load, first", start.elapsed().as_secs_f64());
        pipeline.add_quick(&quick)?;
        time("load", 3, || drop(black_box(Pipeline::load(&models, Cpu::new(threads, level)))));
        parts(&models, &Cpu::new(threads, level))?;
        whole(&pipeline);
    }
    Ok(())
}

fn path(part: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../models/xiaoyang/{part}.safetensors"))
}

fn file(part: &str, otherwise: impl Fn() -> Vec<u8>) -> Vec<u8> {
    std::fs::read(path(part)).unwrap_or_else(|_| {
        println!("{part}: random weights");
        otherwise()
    })
}

/// Prompt, step and decoder apart.
fn parts(models: &Models<'_>, cpu: &Cpu) -> Result<(), danqing_engine::Error> {
    let weights = Weights::read(models.painter)?;
    let painter = Painter::load(&weights, Config::read(&weights)?, cpu)?;
    let config = *painter.config();
    let mut states = vec![0.0; 10 * config.text_width];
    noise::fill(1, 1, &mut states);
    let prompts = [TextStates { states, tokens: 10 }, TextStates { states: Vec::new(), tokens: 0 }];
    time("condition on two prompts", 20, || drop(black_box(painter.condition(cpu, &prompts))));
    let conditioning = painter.condition(cpu, &prompts);
    let whole = guided_step(&painter, cpu, &conditioning, 1, 60);
    let single = Painter::load(&weights, Config { blocks: 1, ..config }, cpu)?;
    let one = guided_step(&single, cpu, &single.condition(cpu, &prompts), 1, 60);
    // What a block takes, the layers around the blocks left out; its words are projected once for all steps.
    report("block", (whole - one) / (config.blocks - 1) as f64);
    for pictures in [1, 4, 16] {
        let seconds = guided_step(&painter, cpu, &conditioning, pictures, 20);
        report(&format!("guided step of {pictures}"), seconds);
    }
    let codec = Codec::load(&Weights::read(models.pixels)?, cpu)?;
    let mut latents = vec![0.0; config.latent_side.pow(2) * config.latent_channels];
    noise::fill(1, 2, &mut latents);
    time("decode", 10, || drop(black_box(codec.decode(cpu, &latents, config.latent_side))));
    Ok(())
}

/// Seconds of one guided step of `pictures`, the least of `runs`.
fn guided_step(
    painter: &Painter,
    cpu: &Cpu,
    conditioning: &Conditioning,
    pictures: usize,
    runs: usize,
) -> f64 {
    let config = painter.config();
    let mut x = vec![0.0; 2 * pictures * config.tokens() * config.token_channels()];
    noise::fill(1, 0, &mut x);
    let entries = [vec![0; pictures], vec![1; pictures]].concat();
    let mut painting = painter.painting(cpu, conditioning, entries);
    let mut velocity = vec![0.0; x.len()];
    least(runs, || painting.velocity(&x, 0.5, &mut velocity))
}

/// What a user waits for.
fn whole(pipeline: &Pipeline) {
    time("text", 10, || drop(black_box(pipeline.text_vector("三只红灯笼挂在树下"))));
    let small = RgbaImage::from_fn(128, 128, |x, y| [x as u8, y as u8, 99, 255 - x as u8].into());
    time("upscale 128 to 512", 5, || drop(black_box(pipeline.upscale(&small, Upscale::X4))));
    time("upscale 128 to 2048", 1, || drop(black_box(pipeline.upscale(&small, Upscale::X16))));
    let paint = |name: &str, request: &GenerateRequest| {
        time(name, 5, || drop(black_box(pipeline.generate(request, &mut |_| ControlFlow::Continue(())))));
    };
    for (pictures, side) in [(1, Side::Px128), (1, Side::Px512), (4, Side::Px512)] {
        paint(&format!("{pictures} at {}, 20 guided steps", side.pixels()), &request(pictures, side));
    }
    for (count, side) in [(4, Side::Px128), (4, Side::Px512), (1, Side::Px128)] {
        let steps = Steps::new(count).expect("in range");
        let quick = GenerateRequest { sampler: Sampler::Quick, steps, ..request(1, side) };
        paint(&format!("1 at {}, quick, {count} steps", side.pixels()), &quick);
    }
}

fn request(pictures: u64, side: Side) -> GenerateRequest {
    let subject =
        |seed| Subject {
            prompt: "三只红灯笼挂在树下".into(), seed, start: Start::Noise, blend: None
        };
    GenerateRequest {
        subjects: (0..pictures).map(subject).collect(),
        negative: Prompt::default(),
        steps: Steps::new(20).expect("in range"),
        guidance: Guidance::new(4.0).expect("in range"),
        sampler: Sampler::Euler,
        side,
    }
}

fn time(what: &str, runs: usize, run: impl FnMut()) {
    report(what, least(runs, run));
}

/// Seconds of the fastest of `runs`.
fn least(runs: usize, mut run: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..runs {
        let start = Instant::now();
        run();
        best = best.min(start.elapsed().as_secs_f64());
    }
    best
}

fn report(what: &str, seconds: f64) {
    println!("  {what:<28} {:>9.2} ms", seconds * 1e3);
}
