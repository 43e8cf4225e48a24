//! Noise between two seeds and directions between two prompts, with the model that is shipped.

#[path = "support/difference.rs"]
mod difference;
#[path = "support/shipped.rs"]
mod shipped;

use std::ops::ControlFlow;

use danqing_engine::{
    Blend, GenerateRequest, Guidance, Prompt, RgbaImage, Sampler, Share, Side, Start, Steps, Subject,
};
use difference::difference;
use shipped::PIPELINE;

fn paint(subjects: Vec<Subject>, guidance: f32) -> Vec<RgbaImage> {
    let request = GenerateRequest {
        subjects,
        negative: Prompt::default(),
        steps: Steps::new(6).expect("in range"),
        guidance: Guidance::new(guidance).expect("in range"),
        sampler: Sampler::Euler,
        side: Side::Px128,
    };
    PIPELINE.generate(&request, &mut |_| ControlFlow::Continue(())).expect("nobody cancels")
}

fn cat(seed: u64, start: Start, blend: Option<Blend>) -> Subject {
    Subject { prompt: "扁平风格的猫".into(), seed, start, blend }
}

fn share(share: f32) -> Share {
    Share::new(share).expect("in range")
}

fn three_d(of: f32) -> Option<Blend> {
    Some(Blend { prompt: "3D风格的猫".into(), share: share(of) })
}

#[test]
fn a_journey_begins_and_ends_at_the_pictures_of_its_seeds() {
    let travelled = [0.0, 1.0].map(|of| Start::Travel { seed: 8, share: share(of) });
    let subjects = travelled.map(|start| cat(5, start, None));
    let ends = paint(subjects.to_vec(), 3.0);
    let own = paint(vec![cat(5, Start::Noise, None), cat(8, Start::Noise, None)], 3.0);
    assert!(ends[0] == own[0], "no bit changes before the start");
    assert!(ends[1] == own[1], "at the end there is the other noise");
}

#[test]
fn a_small_part_of_the_journey_changes_little() {
    let shares = [0.0, 0.02, 0.1, 1.0];
    let subject = |of| cat(5, Start::Travel { seed: 8, share: share(of) }, None);
    let painted = paint(shares.map(subject).to_vec(), 3.0);
    let differences: Vec<f32> = painted.iter().map(|picture| difference(&painted[0], picture)).collect();
    assert!(differences.is_sorted() && differences[1] > 0.0, "further, more change: {differences:?}");
    assert!(differences[1] * 4.0 < differences[3], "it morphs: {differences:?}");
}

#[test]
fn blends_begin_and_end_at_their_prompts() {
    for guidance in [1.0, 3.0] {
        let mut subjects = [0.0, 0.3, 1.0].map(|of| cat(5, Start::Noise, three_d(of))).to_vec();
        subjects.push(Subject { prompt: "3D风格的猫".into(), ..cat(5, Start::Noise, None) });
        subjects.push(cat(5, Start::Noise, None));
        let painted = paint(subjects, guidance);
        assert!(painted[0] == painted[4], "a share of nothing changes no bit");
        // `first + (second - first)` is `second` but for its last bits.
        assert!(difference(&painted[2], &painted[3]) < 0.05, "a share of 1 is the second prompt");
        let [first, second] = [4, 3].map(|end| difference(&painted[1], &painted[end]));
        assert!(first > 0.0 && second > first, "a third of the way is nearer to the first prompt");
    }
}

#[test]
fn what_is_blended_beside_a_picture_changes_nothing_of_it() {
    let beside = paint(vec![cat(5, Start::Noise, three_d(0.5)), cat(6, Start::Noise, None)], 3.0);
    assert!(beside[1] == paint(vec![cat(6, Start::Noise, None)], 3.0)[0], "to the byte");
    assert!(beside[0] == paint(vec![cat(5, Start::Noise, three_d(0.5))], 3.0)[0], "to the byte");
}
