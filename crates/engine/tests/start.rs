//! Painting that starts from an image, with the model that is shipped.

#[path = "support/shipped.rs"]
mod shipped;

use std::ops::ControlFlow;
use std::sync::Arc;

use danqing_engine::{
    Error, GenerateRequest, Guidance, Prompt, RgbaImage, Sampler, Side, Start, Steps, Strength, Subject,
};
use image::GrayImage;
use shipped::PIPELINE;

fn request(start: Start, sampler: Sampler) -> GenerateRequest {
    GenerateRequest {
        subjects: vec![Subject { prompt: "一只蓝色的猫".into(), seed: 5, start, blend: None }],
        negative: Prompt::default(),
        steps: Steps::new(8).expect("in range"),
        guidance: Guidance::new(3.0).expect("in range"),
        sampler,
        side: Side::Px128,
    }
}

fn paint(start: Start, sampler: Sampler) -> RgbaImage {
    let painted = PIPELINE.generate(&request(start, sampler), &mut |_| ControlFlow::Continue(()));
    painted.expect("nobody cancels").remove(0)
}

fn strength(share: f32) -> Strength {
    Strength::new(share).expect("in range")
}

/// A red disc with a yellow rim, larger than the model's pictures.
fn disc() -> Arc<RgbaImage> {
    Arc::new(RgbaImage::from_fn(256, 256, |x, y| {
        match (x as f32 - 127.5).hypot(y as f32 - 127.5) {
            distance if distance < 80.0 => [220, 40, 40, 255],
            distance if distance < 100.0 => [250, 200, 40, 255],
            _ => [0; 4],
        }
        .into()
    }))
}

/// Mean difference of the values of two pictures over the columns `columns`.
fn difference(one: &RgbaImage, other: &RgbaImage, columns: std::ops::Range<u32>) -> f32 {
    let values = |image: &RgbaImage| -> Vec<f32> {
        let pixels = image.enumerate_pixels().filter(|(x, ..)| columns.contains(x));
        pixels
            .flat_map(|(_, _, pixel)| pixel.0.map(|value| f32::from(value) * f32::from(pixel[3]) / 255.0))
            .collect()
    };
    let (one, other) = (values(one), values(other));
    one.iter().zip(&other).map(|(a, b)| (a - b).abs()).sum::<f32>() / one.len() as f32
}

#[test]
fn strength_says_how_much_changes() {
    let kept = paint(Start::Image { image: disc(), strength: strength(0.01) }, Sampler::Euler);
    let original = image::imageops::thumbnail(&*disc(), 128, 128);
    let differences = [0.01, 0.4, 1.0].map(|share| {
        let painted = paint(Start::Image { image: disc(), strength: strength(share) }, Sampler::Euler);
        difference(&painted, &original, 0..128)
    });
    assert!(differences.is_sorted(), "more strength, more change: {differences:?}");
    assert!(difference(&kept, &original, 0..128) < 8.0, "little strength keeps the picture: {differences:?}");
}

#[test]
fn full_strength_is_painting_from_noise() {
    let noise = paint(Start::Noise, Sampler::Euler);
    let image = paint(Start::Image { image: disc(), strength: Strength::FULL }, Sampler::Euler);
    assert!(noise == image, "nothing is left of the image");
}

#[test]
fn what_the_mask_leaves_out_is_kept() {
    let mask = Arc::new(GrayImage::from_fn(64, 64, |x, _| [if x < 32 { 255 } else { 0 }].into()));
    let untouched = paint(Start::Image { image: disc(), strength: strength(0.01) }, Sampler::Euler);
    for sampler in Sampler::ALL {
        let start = Start::Masked { image: disc(), mask: mask.clone(), strength: Strength::FULL };
        let painted = paint(start, sampler);
        let [left, right] = [0..56, 72..128].map(|columns| difference(&painted, &untouched, columns));
        assert!(right < 4.0, "{sampler}: the black half stays, {right}");
        assert!(left > 3.0 * right, "{sampler}: the white half is painted, {left} beside {right}");
    }
}

#[test]
fn steps_show_what_becomes() {
    for sampler in Sampler::ALL {
        let mut shown = Vec::new();
        let painted = PIPELINE.generate(&request(Start::Noise, sampler), &mut |step| {
            assert_eq!(step.subjects, 0..1, "one subject");
            shown.extend(step.pictures());
            ControlFlow::Continue(())
        });
        let last = painted.expect("nobody cancels").remove(0);
        assert_eq!(shown.len(), 8, "a picture a step");
        let differences: Vec<f32> = shown.iter().map(|picture| difference(picture, &last, 0..128)).collect();
        assert!(differences[7] < 0.01, "the last step shows the picture itself: {differences:?}");
        assert!(differences[4] < differences[0], "and comes closer to it: {differences:?}");
    }
}

#[test]
fn nothing_to_start_from_is_an_error() {
    let start = Start::Image { image: Arc::default(), strength: Strength::FULL };
    let painted = PIPELINE.generate(&request(start, Sampler::Euler), &mut |_| ControlFlow::Continue(()));
    assert!(matches!(painted, Err(Error::EmptyImage)), "no pixels");
}
