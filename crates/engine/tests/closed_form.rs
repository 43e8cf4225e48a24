//! Schedules, samplers and noise against what mathematics says of them.

use std::ops::ControlFlow;

use danqing_engine::{Denoiser, Prediction, Sampler, Sigmas, noise};

/// The ideal denoiser of pictures drawn from N(0, `DEVIATION`^2), answering in one of the three ways.
struct Gaussian {
    prediction: Prediction,
    evaluations: usize,
}

const DEVIATION: f32 = 0.5;

/// Variance of `(1 - t) picture + t noise`.
fn variance(t: f32) -> f32 {
    ((1.0 - t) * DEVIATION).powi(2) + t * t
}

impl Denoiser for Gaussian {
    fn velocity(&mut self, x: &[f32], t: f32, velocity: &mut [f32]) {
        self.evaluations += 1;
        let factor = match self.prediction {
            Prediction::Picture => (1.0 - t) * DEVIATION * DEVIATION / variance(t),
            Prediction::Noise => t / variance(t),
            Prediction::Velocity => (t - (1.0 - t) * DEVIATION * DEVIATION) / variance(t),
        };
        velocity.iter_mut().zip(x).for_each(|(velocity, x)| *velocity = factor * x);
        self.prediction.into_velocity(x, t, velocity);
    }
}

fn run(sampler: Sampler, prediction: Prediction, sigmas: &Sigmas) -> (f32, usize) {
    let mut denoiser = Gaussian { prediction, evaluations: 0 };
    let mut x = [1.0];
    let mut steps = 0;
    let ended = sampler.run(&mut denoiser, &mut x, sigmas, &mut |moment| {
        steps += 1;
        assert_eq!(moment.done, steps, "each step is reported once");
        ControlFlow::Continue(())
    });
    assert!(ended.is_continue() && steps == sigmas.steps(), "all steps are done");
    (x[0], denoiser.evaluations)
}

/// Distance from the exact path at time 0.1, before the last step to zero makes every sampler exact or first order.
fn error_at_a_tenth(sampler: Sampler, steps: usize) -> f32 {
    let time = |step: usize| 0.95 - 0.85 * step as f32 / steps as f32;
    let sigmas = Sigmas::new((0..=steps).map(time).collect()).expect("falling");
    let exact = (variance(0.1) / variance(0.95)).sqrt();
    (run(sampler, Prediction::Velocity, &sigmas).0 - exact).abs()
}

fn orders(sampler: Sampler) -> Vec<f32> {
    let errors = [20, 40, 80, 160].map(|steps| error_at_a_tenth(sampler, steps));
    errors.windows(2).map(|pair| (pair[0] / pair[1]).log2()).collect()
}

#[test]
fn euler_converges_at_first_order() {
    let orders = orders(Sampler::Euler);
    assert!(orders.iter().all(|order| (0.9..1.15).contains(order)), "{orders:?}");
}

#[test]
fn heun_converges_at_second_order() {
    let orders = orders(Sampler::Heun);
    assert!(orders.iter().all(|order| (1.8..2.3).contains(order)), "{orders:?}");
}

#[test]
fn dpmpp_2m_converges_at_second_order() {
    let orders = orders(Sampler::DpmPp2M);
    assert!(orders.iter().all(|order| (1.7..2.3).contains(order)), "{orders:?}");
}

#[test]
fn every_sampler_reaches_the_picture() {
    let exact = (variance(0.0) / variance(1.0)).sqrt();
    for sampler in Sampler::ALL {
        let (found, evaluations) = run(sampler, Prediction::Velocity, &Sigmas::flow(100, 1.0));
        assert!((found - exact).abs() < 0.01, "{sampler}: {found}, exact {exact}");
        assert_eq!(evaluations, if sampler == Sampler::Heun { 199 } else { 100 }, "evaluations of {sampler}");
    }
}

#[test]
fn one_step_goes_straight_to_the_mean() {
    for sampler in Sampler::ALL {
        let (found, _) = run(sampler, Prediction::Velocity, &Sigmas::flow(1, 1.0));
        assert_eq!(found, 0.0, "{sampler}: all the model knows at time 1 is the mean of all pictures");
    }
}

#[test]
fn predictions_say_the_same_in_three_ways() {
    let sigmas = Sigmas::new(vec![0.9, 0.6, 0.4, 0.2, 0.1]).expect("falling");
    for sampler in Sampler::ALL {
        let found = [Prediction::Velocity, Prediction::Picture, Prediction::Noise]
            .map(|prediction| run(sampler, prediction, &sigmas).0);
        let spread = (found[1] - found[0]).abs().max((found[2] - found[0]).abs());
        assert!(spread < 1e-6, "{sampler}: {found:?}");
    }
}

#[test]
fn flow_grids_fall_from_one_to_zero() {
    for (steps, shift) in [(1, 1.0), (2, 3.0), (20, 1.0), (20, 3.0), (200, 0.3)] {
        let sigmas = Sigmas::flow(steps, shift);
        let values = sigmas.values();
        assert_eq!((sigmas.steps(), values[0], values[steps]), (steps, 1.0, 0.0), "ends of {steps}, {shift}");
        assert!(Sigmas::new(values.to_vec()).is_some(), "{steps}, {shift}: {values:?} falls");
    }
    assert_eq!(Sigmas::flow(4, 1.0).values(), [1.0, 0.75, 0.5, 0.25, 0.0], "an even grid");
    assert_eq!(Sigmas::flow(2, 3.0).values()[1], 0.75, "3 / 2 / (1 + 2 / 2)");
}

#[test]
fn a_run_from_a_picture_has_the_last_steps() {
    let whole = Sigmas::flow(10, 3.0);
    for (share, steps) in [(1.0, 10), (0.74, 7), (0.5, 5), (0.01, 1)] {
        let part = whole.last(share);
        assert_eq!(part.steps(), steps, "{share} of ten");
        assert_eq!(part.values(), &whole.values()[10 - steps..], "the same levels");
    }
}

#[test]
fn only_falling_levels_make_a_schedule() {
    for values in [vec![], vec![1.0], vec![1.0, 1.0], vec![0.5, 1.0], vec![1.0, -0.1], vec![1.0, f32::NAN]] {
        assert!(Sigmas::new(values.clone()).is_none(), "{values:?}");
    }
    assert!(Sigmas::new(vec![f32::INFINITY, 1.0]).is_none(), "an infinite level");
}

#[test]
fn noise_is_standard_normal() {
    let mut values = vec![0.0; 1 << 20];
    noise::fill(7, 0, &mut values);
    let moment = |power: i32| {
        values.iter().map(|value| f64::from(*value).powi(power)).sum::<f64>() / values.len() as f64
    };
    let moments = [1, 2, 3, 4].map(moment);
    // Standard errors of a million draws are 0.001, 0.0014, 0.004 and 0.01.
    for ((moment, expected), tolerance) in
        moments.into_iter().zip([0.0, 1.0, 0.0, 3.0]).zip([4e-3, 6e-3, 0.02, 0.05])
    {
        assert!((moment - expected).abs() < tolerance, "{moments:?}");
    }
    let neighbours =
        values.windows(2).map(|pair| f64::from(pair[0] * pair[1])).sum::<f64>() / values.len() as f64;
    assert!(neighbours.abs() < 4e-3, "correlation of neighbours {neighbours}");
    let beyond =
        |limit: f32| values.iter().filter(|value| value.abs() > limit).count() as f64 / values.len() as f64;
    let tails = [1.0, 2.0, 3.0].map(beyond);
    for (tail, expected) in tails.into_iter().zip([0.317_31, 0.045_50, 0.002_70]) {
        assert!((tail - expected).abs() < 5.0 * (expected / values.len() as f64).sqrt(), "{tails:?}");
    }
}

/// The bits that Philox and Box-Muller give with Python's whole numbers and doubles.
#[test]
fn noise_has_fixed_first_values() {
    let mut values = [0.0; 6];
    noise::fill(42, 0, &mut values);
    let expected = [0xbf78_5e5c, 0x3e46_ace8, 0xbf9e_28d2, 0x3ff6_433b, 0xbd95_e030, 0x3e0e_7a0f];
    assert_eq!(values.map(f32::to_bits), expected, "seed 42: {values:?}");
    noise::fill(u64::MAX, u64::MAX, &mut values);
    let expected = [0xbfca_c635, 0x3f17_be11, 0x3e93_eb5e, 0x3fa0_5848, 0xbefc_b0f3, 0x3f6d_d207];
    assert_eq!(values.map(f32::to_bits), expected, "the last seed: {values:?}");
}

#[test]
fn noise_differs_between_seeds_and_streams_and_not_between_lengths() {
    let first = |seed, index, length| {
        let mut values = vec![0.0; length];
        noise::fill(seed, index, &mut values);
        values
    };
    let (one, other_seed, other_stream) = (first(1, 0, 64), first(1 << 32 | 1, 0, 64), first(1, 1, 64));
    assert!(one.iter().zip(&other_seed).all(|(a, b)| a != b), "seeds");
    assert!(one.iter().zip(&other_stream).all(|(a, b)| a != b), "streams");
    assert_eq!(one[..37], first(1, 0, 37), "a shorter slice is the beginning of a longer one");
}
