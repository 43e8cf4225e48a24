//! The same request gives the same bytes: on one or two threads, in a batch or alone, in tiles or whole.

use std::ops::ControlFlow;

use danqing_engine::{
    Config, Cpu, Error, GenerateRequest, Guidance, Level, Models, Pipeline, Prompt, RgbaImage, Sampler, Side,
    Start, Steps, Subject, Upscale, Upscaler, Weights,
};

#[path = "support/random_model.rs"]
mod random_model;

use random_model::{Pixels, Storage};

const CONFIG: Config = Config {
    latent_channels: 4,
    latent_side: 16,
    patch: 2,
    width: 64,
    blocks: 2,
    head_dim: 32,
    hidden: 96,
    text_width: 384,
    time_features: 32,
    span_features: 0,
};

const PIXELS: Pixels = Pixels {
    latent_channels: 4,
    widths: [24, 16, 8],
    blocks: [1, 1, 1],
    upscaler_width: 12,
    upscaler_layers: 3,
};

/// Prompts of different lengths, one twice with another seed, one empty; more than one batch of them.
const SUBJECTS: [(&str, u64); 6] = [
    ("一只红灯笼", 7),
    ("a cat with a very long tail under a tree", 8),
    ("", 9),
    ("一只红灯笼", 8),
    ("茶", 10),
    ("fox", 7),
];

struct Files {
    text: Vec<u8>,
    painter: Vec<u8>,
    pixels: Vec<u8>,
}

impl Files {
    fn new(storage: Storage) -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/xiaoyang/text.safetensors");
        let text = std::fs::read(path).unwrap_or_else(|error| panic!("`{path}`: {error}"));
        let painter = random_model::painter(&CONFIG, storage);
        Self { text, painter, pixels: random_model::pixels(&PIXELS) }
    }

    fn load(&self, cpu: Cpu) -> Result<Pipeline, Error> {
        let Self { text, painter, pixels } = self;
        Pipeline::load(&Models { text, painter, quick: None, pixels }, cpu)
    }

    fn pipeline(&self, threads: usize, level: Level) -> Pipeline {
        let pipeline = self.load(Cpu::new(threads, level)).expect("a sound model");
        let quick = Config { span_features: 16, ..CONFIG };
        pipeline.add_quick(&random_model::painter(&quick, Storage::Int8)).expect("its sound twin");
        pipeline
    }
}

fn request(subjects: &[(&str, u64)]) -> GenerateRequest {
    let subjects = subjects.iter().map(|(prompt, seed)| Subject {
        prompt: (*prompt).into(),
        seed: *seed,
        start: Start::Noise,
        blend: None,
    });
    GenerateRequest {
        subjects: subjects.collect(),
        negative: "blurred".into(),
        steps: Steps::new(3).expect("in range"),
        guidance: Guidance::new(4.0).expect("in range"),
        sampler: Sampler::Euler,
        side: Side::Px128,
    }
}

fn paint(pipeline: &Pipeline, request: &GenerateRequest) -> Vec<RgbaImage> {
    pipeline.generate(request, &mut |_| ControlFlow::Continue(())).expect("nobody cancels")
}

/// A picture with every alpha, of a size that no tile divides.
fn picture() -> RgbaImage {
    RgbaImage::from_fn(61, 45, |x, y| {
        [4 * x, 5 * y, x * y % 256, 3 * (x + y) % 256].map(|value| value as u8).into()
    })
}

#[test]
fn threads_change_nothing() {
    let files = Files::new(Storage::Bf16);
    for level in Level::available() {
        let [one, two] = [1, 2].map(|threads| {
            let pipeline = files.pipeline(threads, level);
            (paint(&pipeline, &request(&SUBJECTS)), pipeline.upscale(&picture(), Upscale::X4))
        });
        assert!(one == two, "one and two threads at {level}");
    }
}

#[test]
fn company_changes_nothing() {
    let files = Files::new(Storage::Int8);
    for level in Level::available() {
        // Every sampler treats entries alike, so the strongest level stands for all.
        let samplers = if level == Level::detect() { &Sampler::ALL[..] } else { &[Sampler::Euler] };
        let pipeline = files.pipeline(2, level);
        for sampler in samplers.iter().copied() {
            let together = paint(&pipeline, &GenerateRequest { sampler, ..request(&SUBJECTS) });
            for (subject, image) in SUBJECTS.iter().zip(&together) {
                let alone = paint(&pipeline, &GenerateRequest { sampler, ..request(&[*subject]) });
                assert!(alone[0] == *image, "`{}` alone, {sampler} at {level}", subject.0);
            }
            assert!(together[0] != together[3], "another seed is another picture");
            assert!(together[0] != together[5], "another prompt is another picture");
        }
    }
}

#[test]
fn larger_pictures_are_the_small_ones_enlarged() {
    let pipeline = Files::new(Storage::Bf16).pipeline(2, Level::detect());
    let small = paint(&pipeline, &request(&SUBJECTS[..1]));
    let large = paint(&pipeline, &GenerateRequest { side: Side::Px512, ..request(&SUBJECTS[..1]) });
    assert_eq!((small[0].dimensions(), large[0].dimensions()), ((128, 128), (512, 512)), "sizes");
    assert!(pipeline.upscale(&small[0], Upscale::X4) == large[0], "one pass of the upscaler apart");
}

#[test]
fn tiles_change_nothing() {
    let file = random_model::pixels(&PIXELS);
    let weights = Weights::read(&file).expect("a sound file");
    for level in Level::available() {
        let cpu = Cpu::new(2, level);
        let upscaler = Upscaler::load(&weights, &cpu).expect("an upscaler");
        let whole = upscaler.enlarge(&cpu, &picture());
        for side in [1, 7, 16, 45, 60, 61, 1000] {
            assert!(upscaler.enlarge_by_tiles(&cpu, &picture(), side) == whole, "tiles of {side} at {level}");
        }
        assert_eq!(upscaler.enlarge(&cpu, &RgbaImage::new(0, 5)).dimensions(), (0, 20), "an empty picture");
    }
}

#[test]
fn guidance_of_one_is_the_model_itself() {
    let pipeline = Files::new(Storage::Bf16).pipeline(2, Level::Portable);
    let guided = |guidance| {
        let guidance = Guidance::new(guidance).expect("in range");
        paint(&pipeline, &GenerateRequest { guidance, ..request(&SUBJECTS[..1]) })
    };
    let (one, nearly) = (guided(1.0), guided(1.000_001));
    let difference = one[0].iter().zip(nearly[0].iter()).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(difference <= Some(1), "half the work, the same picture");
    let unprompted =
        paint(&pipeline, &GenerateRequest { negative: Prompt::default(), ..request(&[("", 7)]) });
    assert!(guided(0.0) != one, "guidance of zero paints the negative prompt");
    assert!(unprompted != one, "no prompt is not any prompt");
}

#[test]
fn guidance_ends_at_its_time() {
    let pipeline = Files::new(Storage::Bf16).pipeline(2, Level::detect());
    let guided = |scale, above| {
        let guidance = Guidance::new(scale).expect("in range").only_above(above);
        paint(&pipeline, &GenerateRequest { guidance, ..request(&SUBJECTS) })
    };
    let (whole, half) = (guided(4.0, 0.0), guided(4.0, 0.5));
    assert!(guided(4.0, 1.0) == guided(1.0, 0.0), "from the start on it is none");
    assert!(half != whole && half != guided(1.0, 0.0), "half of the way it is some");
    assert!(guided(4.0, 0.3) == whole, "the last of three steps is at a third");
}

#[test]
fn steps_are_reported_and_can_end_the_work() {
    let pipeline = Files::new(Storage::Bf16).pipeline(2, Level::detect());
    let mut heard = Vec::new();
    let done = pipeline.generate(&request(&SUBJECTS), &mut |step| {
        heard.push((step.subjects, step.index, step.of));
        ControlFlow::Continue(())
    });
    assert_eq!(done.expect("nobody cancels").len(), SUBJECTS.len(), "a picture for each subject");
    let batches = [0..4, 4..6];
    let expected = (0..6).map(|done| (batches[done / 3].clone(), done + 1, 6));
    assert_eq!(heard, expected.collect::<Vec<_>>(), "three steps of two batches");

    let mut count = 0;
    let cancelled = pipeline.generate(&request(&SUBJECTS), &mut |_| {
        count += 1;
        if count == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(matches!(cancelled, Err(Error::Cancelled)), "the watcher's word counts");
    assert_eq!(count, 2, "nothing runs on");
}

#[test]
fn nothing_to_paint_is_no_picture() {
    let pipeline = Files::new(Storage::Bf16).pipeline(1, Level::detect());
    assert!(paint(&pipeline, &request(&[])).is_empty(), "no subject, no picture");
}

#[test]
fn a_pipeline_knows_its_model() {
    let files = Files::new(Storage::Bf16);
    let pipeline = files.pipeline(1, Level::detect());
    let info = pipeline.info();
    assert_eq!(
        (info.name.as_str(), info.metadata["width"].as_str()),
        ("xiaoyang", "64"),
        "name and metadata"
    );
    assert!(
        info.sha256.len() == 12 && info.sha256.bytes().all(|digit| digit.is_ascii_hexdigit()),
        "{info:?}"
    );
    assert_eq!(pipeline.token_count("茶"), pipeline.token_count("  茶 "), "white space is no token");
    assert_eq!(pipeline.text_vector("茶"), pipeline.text_vector("茶 "), "a vector says what is written");
    assert_ne!(pipeline.text_vector("茶"), pipeline.text_vector("狗"), "other words, other vector");
    assert_eq!(pipeline.text_vector(" "), [0.0; 384], "no text");
}

#[test]
fn files_that_do_not_fit_are_errors() {
    let files = Files::new(Storage::Bf16);
    let other = [
        Config { latent_channels: 8, ..CONFIG },
        Config { latent_side: 8, ..CONFIG },
        Config { text_width: 192, ..CONFIG },
    ];
    for config in other {
        let files =
            Files { painter: random_model::painter(&config, Storage::Bf16), ..Files::new(Storage::Bf16) };
        let error = files.load(Cpu::detect(1)).map(drop).expect_err("sizes that do not fit");
        assert!(error.to_string().contains('`'), "{config:?}: {error}");
    }
    let sound = files.load(Cpu::detect(1)).expect("a sound model");
    for (quick, what) in [(&files.painter, "not distilled"), (&files.pixels, "no painter")] {
        assert!(sound.add_quick(quick).is_err(), "{what}");
    }
    let quick = GenerateRequest { sampler: Sampler::Quick, ..request(&SUBJECTS) };
    let painted = sound.generate(&quick, &mut |_| ControlFlow::Continue(()));
    assert!(matches!(painted, Err(Error::NoQuick)), "none was added");
    let swapped = Models { text: &files.text, painter: &files.pixels, quick: None, pixels: &files.painter };
    let error = Pipeline::load(&swapped, Cpu::detect(1)).map(drop).expect_err("swapped files");
    assert!(!error.hint().is_empty() && error.to_string().contains("latent_channels"), "{error}");
    for length in [0, 7, files.painter.len() / 2, files.painter.len() - 1] {
        let models = Models {
            text: &files.text,
            painter: &files.painter[..length],
            quick: None,
            pixels: &files.pixels,
        };
        let error = Pipeline::load(&models, Cpu::detect(1)).map(drop).expect_err("a cut file");
        assert!(matches!(error, Error::Unreadable(_)), "cut to {length} bytes: {error}");
    }
}
