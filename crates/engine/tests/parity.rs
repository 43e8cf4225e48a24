//! The models agree with `PyTorch`: same weights, same inputs, every block and a whole guided run.
//!
//! `training/xiaoyang/golden.py` writes the files. Each comparison is the root mean square of the differences, relative
//! to that of the expected values.

use std::ops::ControlFlow;

use danqing_engine::{
    Codec, Config, Cpu, Denoiser, Guided, Judge, Level, Painter, RgbaImage, Sigmas, TextStates, Upscaler,
    Weights,
    sampler::{self, Moment},
};

/// At f32 levels: some hundred roundings.
const F32_TOLERANCE: f64 = 5e-6;
/// At bf16 levels: eight bits of each factor, and random weights, which forgive less than trained ones.
const BF16_TOLERANCE: f64 = 0.02;
/// With 8-bit factors in the blocks: each is off by up to 1/254 of the largest of its row, and random weights, as above.
const INT8_TOLERANCE: f64 = 0.05;

fn read(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/golden/{name}.safetensors", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("`{path}`: {error}"))
}

fn golden(weights: &Weights<'_>, name: &str) -> Vec<f32> {
    let name = format!("golden.{name}");
    weights.f32(&name, &weights.shape(&name).expect("tensor is there")).expect("floats")
}

fn image(weights: &Weights<'_>, name: &str) -> RgbaImage {
    let name = format!("golden.{name}");
    let shape = weights.shape(&name).expect("tensor is there");
    let bytes = weights.u8(&name, &shape).expect("bytes").to_vec();
    let [height, width] = [shape[1], shape[2]].map(|side| u32::try_from(side).expect("a small picture"));
    RgbaImage::from_raw(width, height, bytes).expect("four channels")
}

fn assert_close(what: &str, level: Level, found: &[f32], expected: &[f32]) {
    let tolerance = if level >= Level::Avx512Bf16 { BF16_TOLERANCE } else { F32_TOLERANCE };
    assert_within(tolerance, what, level, found, expected);
}

/// As [`assert_close`], of what the painter's blocks had a part in.
fn assert_painted(what: &str, level: Level, found: &[f32], expected: &[f32]) {
    match level {
        Level::Avx512Int8 => assert_within(INT8_TOLERANCE, what, level, found, expected),
        _ => assert_close(what, level, found, expected),
    }
}

fn assert_within(tolerance: f64, what: &str, level: Level, found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len(), "{what}: shapes differ");
    let square =
        |values: &mut dyn Iterator<Item = f32>| values.map(|value| f64::from(value).powi(2)).sum::<f64>();
    let difference = square(&mut found.iter().zip(expected).map(|(a, b)| a - b));
    let relative = (difference / square(&mut expected.iter().copied())).sqrt();
    assert!(relative <= tolerance, "{what} at {level}: {relative:.2e}, allowed {tolerance:.0e}");
}

fn cpus() -> impl Iterator<Item = Cpu> {
    Level::available().into_iter().map(|level| Cpu::new(2, level))
}

/// The two prompts of the golden file, and no prompt.
fn prompts(weights: &Weights<'_>, width: usize) -> Vec<TextStates> {
    let states = golden(weights, "states");
    let rows = states.chunks_exact(states.len() / 2);
    let prompts = [5, 3].into_iter().zip(rows);
    let prompts =
        prompts.map(|(tokens, rows)| TextStates { states: rows[..tokens * width].to_vec(), tokens });
    prompts.chain([TextStates { states: Vec::new(), tokens: 0 }]).collect()
}

#[test]
fn velocities_agree_after_every_block() {
    let file = read("painter");
    let weights = Weights::read(&file).expect("a sound file");
    let config = Config::read(&weights).expect("sizes");
    let (tokens, velocities) = (golden(&weights, "tokens"), golden(&weights, "velocities"));
    for cpu in cpus() {
        for (blocks, expected) in velocities.chunks_exact(tokens.len()).enumerate() {
            let painter = Painter::load(&weights, Config { blocks, ..config }, &cpu).expect("a painter");
            let conditioning = painter.condition(&cpu, &prompts(&weights, config.text_width));
            let mut velocity = vec![0.0; tokens.len()];
            painter.painting(&cpu, &conditioning, vec![0, 1]).velocity(&tokens, 0.3, &mut velocity);
            assert_painted(&format!("velocity after {blocks} blocks"), cpu.level(), &velocity, expected);
        }
    }
}

/// What a golden painter says at `t` of a step that goes `span` far, with two of its prompts, is as `expected`.
fn assert_velocity(what: &str, file: &[u8], prompted: [usize; 2], (t, span): (f32, f32), expected: &str) {
    let weights = Weights::read(file).expect("a sound file");
    let config = Config::read(&weights).expect("sizes");
    let tokens = golden(&weights, "tokens");
    for cpu in cpus() {
        let painter = Painter::load(&weights, config, &cpu).expect("a painter");
        let conditioning = painter.condition(&cpu, &prompts(&weights, config.text_width));
        let mut velocity = vec![0.0; tokens.len()];
        let mut painting = painter.painting(&cpu, &conditioning, prompted.to_vec()).stepping(span);
        painting.velocity(&tokens, t, &mut velocity);
        assert_painted(what, cpu.level(), &velocity, &golden(&weights, expected));
    }
}

#[test]
fn velocities_without_text_agree() {
    // The painter is not told how far a step goes.
    assert_velocity("velocity without text", &read("painter"), [2, 2], (0.3, 0.0), "unconditional");
}

#[test]
fn velocities_of_a_step_of_known_length_agree() {
    assert_velocity("mean velocity", &read("quick"), [0, 1], (0.75, 0.25), "velocity");
}

#[test]
fn each_step_of_a_guided_run_agrees() {
    let file = read("painter");
    let weights = Weights::read(&file).expect("a sound file");
    let config = Config::read(&weights).expect("sizes");
    let (tokens, history) = (golden(&weights, "tokens"), golden(&weights, "euler"));
    for cpu in cpus() {
        let painter = Painter::load(&weights, config, &cpu).expect("a painter");
        let conditioning = painter.condition(&cpu, &prompts(&weights, config.text_width));
        for (step, expected) in history.chunks_exact(tokens.len()).enumerate() {
            let mut painting = painter.painting(&cpu, &conditioning, vec![0, 1, 2, 2]);
            let mut guided = Guided::new(&mut painting, 3.0, tokens.len());
            let mut x = tokens.clone();
            let mut stop = |moment: &Moment<'_>| {
                if moment.done > step { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            let ended = sampler::euler(&mut guided, &mut x, &Sigmas::flow(4, 1.0), &mut stop);
            assert!(ended.is_break(), "the watcher ends the run");
            assert_painted(&format!("latents after step {step}"), cpu.level(), &x, expected);
        }
    }
}

#[test]
fn tokens_become_latents() {
    let file = read("painter");
    let weights = Weights::read(&file).expect("a sound file");
    let painter = Painter::load(&weights, Config::read(&weights).expect("sizes"), &Cpu::detect(1));
    let (tokens, latents) = (golden(&weights, "tokens"), golden(&weights, "latents"));
    let painter = painter.expect("a painter");
    let found = painter.latents(&tokens[..tokens.len() / 2]);
    assert_eq!(found, latents[..latents.len() / 2], "a permutation changes no value");
    assert_eq!(painter.tokens(&found), tokens[..tokens.len() / 2], "and back");
}

#[test]
fn codec_agrees() {
    let file = read("pixels");
    let weights = Weights::read(&file).expect("a sound file");
    let decoded = golden(&weights, "decoded");
    for cpu in cpus() {
        let codec = Codec::load(&weights, &cpu).expect("a codec");
        let found = codec.decode(&cpu, &golden(&weights, "latents"), 4);
        assert_close("decoded picture", cpu.level(), &found, &decoded);
        assert_close("latents", Level::Portable, &codec.encode(&decoded, 4), &golden(&weights, "encoded"));
    }
}

/// In 8 bits, so f32 differences show only where they cross the middle between two values.
#[test]
fn upscaler_agrees() {
    let file = read("pixels");
    let weights = Weights::read(&file).expect("a sound file");
    let expected = image(&weights, "enlarged");
    for cpu in cpus() {
        let upscaler = Upscaler::load(&weights, &cpu).expect("an upscaler");
        let found = upscaler.enlarge(&cpu, &image(&weights, "picture"));
        let differing = found.iter().zip(expected.iter()).filter(|(a, b)| a != b).count();
        let mean = found.iter().zip(expected.iter()).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>();
        let mean = mean / expected.len() as f64;
        let fits =
            if cpu.level() >= Level::Avx512Bf16 { mean < 0.3 } else { differing * 1000 <= expected.len() };
        assert!(fits, "at {}: {differing} values of {} differ, by {mean:.4}", cpu.level(), expected.len());
    }
}

#[test]
fn judge_agrees() {
    let file = read("judge");
    let weights = Weights::read(&file).expect("a sound file");
    let means: Vec<_> = golden(&weights, "means").chunks_exact(32).map(<[f32]>::to_vec).collect();
    for cpu in cpus() {
        let level = cpu.level();
        let judge = Judge::load(&file, cpu).expect("a judge");
        let pictures = judge.pictures(&[image(&weights, "picture")]).concat();
        assert_close("picture vector", level, &pictures, &golden(&weights, "pictures"));
        assert_close("text vectors", level, &judge.texts(&means).concat(), &golden(&weights, "texts"));
    }
}

/// The files that ship say in which ranges their convolutions' inputs lie, so that a level with 8-bit factors uses them there.
#[test]
fn pictures_in_eight_bits_are_nearly_those_in_floats() {
    let path = format!("{}/../../models/xiaoyang/pixels.safetensors", env!("CARGO_MANIFEST_DIR"));
    let file = std::fs::read(&path).unwrap_or_else(|error| panic!("`{path}`: {error}"));
    let weights = Weights::read(&file).expect("a sound file");
    let disc = RgbaImage::from_fn(128, 128, |x, y| {
        let away = (x as f32 - 64.0).hypot(y as f32 - 60.0);
        let alpha = ((50.0 - away) / 2.0 + 0.5).clamp(0.0, 1.0);
        image::Rgba([220, 90 + x as u8, 3 * (y as u8 / 16), (255.0 * alpha) as u8])
    });
    let premultiplied = disc.pixels().flat_map(|pixel| {
        let alpha = f32::from(pixel[3]) / 255.0;
        [0, 1, 2, 3].map(|at| if at == 3 { alpha } else { alpha * f32::from(pixel[at]) / 255.0 })
    });
    let premultiplied: Vec<f32> = premultiplied.collect();
    let exact = Cpu::new(2, Level::Portable);
    let codec = Codec::load(&weights, &exact).expect("a codec");
    let latents = codec.encode(&premultiplied, 16);
    let decoded = codec.decode(&exact, &latents, 16);
    let enlarged = Upscaler::load(&weights, &exact).expect("an upscaler").enlarge(&exact, &disc);
    for cpu in cpus().filter(|cpu| cpu.level() == Level::Avx512Int8) {
        let found = Codec::load(&weights, &cpu).expect("a codec").decode(&cpu, &latents, 16);
        assert_within(0.02, "decoded picture", cpu.level(), &found, &decoded);
        let upscaler = Upscaler::load(&weights, &cpu).expect("an upscaler");
        let found = upscaler.enlarge(&cpu, &disc);
        let off = found.iter().zip(enlarged.iter()).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>();
        let mean = off / enlarged.len() as f64;
        assert!(mean > 0.0 && mean < 1.0, "enlarged picture: {mean:.3} of 255 off");
        assert!(upscaler.enlarge_by_tiles(&cpu, &disc, 50) == found, "tiles join to the byte");
    }
}
