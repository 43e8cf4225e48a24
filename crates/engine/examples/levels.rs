//! How far pictures of the levels that round are from those in f32: `cargo run --release -p danqing-engine --example levels`.
//!
//! Paints held-out captions of xiaoyang and prints decibels (peak signal to noise over white; median and least) of whole
//! pictures, and of decoder and upscaler where both levels are given the same.
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use std::error::Error;
use std::ops::ControlFlow;
use std::path::Path;

use danqing_engine::{
    Codec, Cpu, GenerateRequest, Guidance, Level, Models, Pipeline, Prompt, RgbaImage, Sampler, Side, Start,
    Steps, Subject, Upscaler, Weights,
};

const PICTURES: usize = 48;
const SIDE: usize = 16;

fn main() -> Result<(), Box<dyn Error>> {
    let read = |name: &str| {
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/xiaoyang").join(name))
    };
    let (text, painter, pixels) =
        (read("text.safetensors")?, read("painter.safetensors")?, read("pixels.safetensors")?);
    let captions = captions(&String::from_utf8(read("heldout.json")?)?);
    let models = Models { text: &text, painter: &painter, quick: None, pixels: &pixels };
    let cpu = |level| Cpu::new(2, level);
    let exact = paint(&Pipeline::load(&models, cpu(Level::Avx512))?, &captions);
    let weights = Weights::read(&pixels)?;
    for level in [Level::Avx512Bf16, Level::AmxBf16, Level::Avx512Int8]
        .into_iter()
        .filter(|level| level.is_available())
    {
        let painted = paint(&Pipeline::load(&models, cpu(level))?, &captions);
        report(
            &format!("{level}, whole picture"),
            painted.iter().zip(&exact).map(|(a, b)| decibels(a, b)).collect(),
        );
        let codecs = [Level::Avx512, level]
            .map(|level| Codec::load(&weights, &cpu(level)).map(|codec| (codec, cpu(level))));
        let [one, other] = codecs;
        let (one, other) = (one?, other?);
        let decoded = exact.iter().map(|picture| {
            let premultiplied = picture.pixels().flat_map(|pixel| {
                let [r, g, b, alpha] = pixel.0.map(|value| f32::from(value) / 255.0);
                [alpha * r, alpha * g, alpha * b, alpha]
            });
            let values: Vec<f32> = premultiplied.collect();
            let latents = one.0.encode(&values, SIDE);
            let [a, b] = [&one, &other].map(|(codec, cpu)| codec.decode(cpu, &latents, SIDE));
            let square = a
                .iter()
                .zip(&b)
                .map(|(a, b)| f64::from(a.clamp(0.0, 1.0) - b.clamp(0.0, 1.0)).powi(2))
                .sum::<f64>();
            -10.0 * (square / a.len() as f64).log10()
        });
        report(&format!("{level}, decoder alone"), decoded.collect());
        let upscalers = [Upscaler::load(&weights, &one.1)?, Upscaler::load(&weights, &other.1)?];
        let enlarged = exact.iter().map(|picture| {
            decibels(&upscalers[0].enlarge(&one.1, picture), &upscalers[1].enlarge(&other.1, picture))
        });
        report(&format!("{level}, upscaler alone"), enlarged.collect());
    }
    Ok(())
}

/// Values of `zh` and `en` in turn, as the file has one on each line.
fn captions(file: &str) -> Vec<String> {
    let value = |line: &str, name: &str| {
        line.strip_prefix(&format!("\"{name}\": \""))?.split('"').next().map(str::to_owned)
    };
    let both = file.lines().filter_map(|line| value(line, "zh").or_else(|| value(line, "en")));
    both.step_by(7).take(PICTURES).collect()
}

fn paint(pipeline: &Pipeline, captions: &[String]) -> Vec<RgbaImage> {
    let subject = |(seed, prompt): (usize, &String)| Subject {
        prompt: prompt.as_str().into(),
        seed: seed as u64,
        start: Start::Noise,
        blend: None,
    };
    let request = GenerateRequest {
        subjects: captions.iter().enumerate().map(subject).collect(),
        negative: Prompt::default(),
        steps: Steps::new(12).expect("in range"),
        guidance: Guidance::new(4.0).expect("in range"),
        sampler: Sampler::Euler,
        side: Side::Px128,
    };
    pipeline.generate(&request, &mut |_| ControlFlow::Continue(())).expect("nobody stops it")
}

/// Peak signal to noise of two pictures over white.
fn decibels(one: &RgbaImage, other: &RgbaImage) -> f64 {
    let over_white = |picture: &RgbaImage| -> Vec<f64> {
        let pixels = picture.pixels();
        let shown = pixels.flat_map(|pixel| {
            let [r, g, b, a] = pixel.0.map(f64::from);
            [r, g, b].map(|value| 1.0 - a / 255.0 + value * a / 255.0 / 255.0)
        });
        shown.collect()
    };
    let (one, other) = (over_white(one), over_white(other));
    let square = one.iter().zip(&other).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
    -10.0 * (square / one.len() as f64).log10()
}

fn report(what: &str, mut decibels: Vec<f64>) {
    decibels.sort_by(f64::total_cmp);
    println!("{what:<32} median {:>5.1} dB, least {:>5.1} dB", decibels[decibels.len() / 2], decibels[0]);
}
