//! Integrators of the path from noise to picture.
//!
//! `x` holds noise at the first of `sigmas` and the picture at the last; its entries may be any batch. After each step
//! `watch` hears of it and may end the run, which then leaves `x` half-way.

use std::fmt;
use std::ops::ControlFlow;
use std::str::FromStr;

use crate::denoiser::{Denoiser, picture};
use crate::math;
use crate::schedule::Sigmas;

/// What a sampler tells its caller after each step, who may end the run.
pub type Watch<'a> = dyn FnMut(&Moment<'_>) -> ControlFlow<()> + 'a;

/// Where a sampler is after one of its steps.
pub struct Moment<'a> {
    /// Steps done, from 1.
    pub done: usize,
    x: &'a [f32],
    velocity: &'a [f32],
    t: f32,
}

impl Moment<'_> {
    /// The picture that the last step was heading for, laid out as `x`: what the run would end with if it went straight on.
    #[must_use]
    pub fn picture(&self) -> Vec<f32> {
        self.x.iter().zip(self.velocity).map(|(x, velocity)| picture(*x, self.t, *velocity)).collect()
    }
}

/// An integrator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sampler {
    /// [`euler`]: one evaluation a step.
    #[default]
    Euler,
    /// [`heun`]: two evaluations a step.
    Heun,
    /// [`dpmpp_2m`]: one evaluation a step.
    DpmPp2M,
    /// [`euler`] in 1, 2 or 4 steps of the distilled painter, without guidance: see
    /// [`Pipeline::add_quick`](crate::Pipeline::add_quick).
    Quick,
}

impl Sampler {
    /// All samplers.
    pub const ALL: [Self; 4] = [Self::Euler, Self::Heun, Self::DpmPp2M, Self::Quick];

    /// Carries `x` along `sigmas`; breaks when `watch` does.
    pub fn run(
        self,
        denoiser: &mut dyn Denoiser,
        x: &mut [f32],
        sigmas: &Sigmas,
        watch: &mut Watch<'_>,
    ) -> ControlFlow<()> {
        match self {
            Self::Euler | Self::Quick => euler(denoiser, x, sigmas, watch),
            Self::Heun => heun(denoiser, x, sigmas, watch),
            Self::DpmPp2M => dpmpp_2m(denoiser, x, sigmas, watch),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Euler => "Euler",
            Self::Heun => "Heun",
            Self::DpmPp2M => "DPM++ 2M",
            Self::Quick => "Quick",
        }
    }
}

impl fmt::Display for Sampler {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromStr for Sampler {
    type Err = UnknownSampler;

    /// Reads the name as it is displayed, in any case.
    fn from_str(name: &str) -> Result<Self, UnknownSampler> {
        let found = Self::ALL.into_iter().find(|sampler| sampler.name().eq_ignore_ascii_case(name));
        found.ok_or_else(|| UnknownSampler { name: name.to_owned() })
    }
}

/// A name that no [`Sampler`] has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown sampler `{name}`")]
pub struct UnknownSampler {
    /// The name as it was given.
    pub name: String,
}

/// Euler's method on the flow `dx/dt = velocity`: Lipman et al. 2022, arXiv:2210.02747, section 6; order 1.
pub fn euler(
    denoiser: &mut dyn Denoiser,
    x: &mut [f32],
    sigmas: &Sigmas,
    watch: &mut Watch<'_>,
) -> ControlFlow<()> {
    let mut velocity = vec![0.0; x.len()];
    for (step, (t, next)) in sigmas.pairs().enumerate() {
        denoiser.velocity(x, t, &mut velocity);
        advance(x, &velocity, next - t);
        watch(&Moment { done: step + 1, x, velocity: &velocity, t: next })?;
    }
    ControlFlow::Continue(())
}

/// Heun's method on the same flow: Karras et al. 2022, arXiv:2206.00364, algorithm 1; order 2, and Euler's step to zero.
pub fn heun(
    denoiser: &mut dyn Denoiser,
    x: &mut [f32],
    sigmas: &Sigmas,
    watch: &mut Watch<'_>,
) -> ControlFlow<()> {
    let [mut velocity, mut ahead, mut predicted] = [(); 3].map(|()| vec![0.0; x.len()]);
    for (step, (t, next)) in sigmas.pairs().enumerate() {
        denoiser.velocity(x, t, &mut velocity);
        if next > 0.0 {
            predicted.copy_from_slice(x);
            advance(&mut predicted, &velocity, next - t);
            denoiser.velocity(&predicted, next, &mut ahead);
            velocity.iter_mut().zip(&ahead).for_each(|(now, ahead)| *now = 0.5 * (*now + ahead));
        }
        advance(x, &velocity, next - t);
        watch(&Moment { done: step + 1, x, velocity: &velocity, t: next })?;
    }
    ControlFlow::Continue(())
}

/// DPM-Solver++(2M), data prediction, multistep: Lu et al. 2022, arXiv:2211.01095, algorithm 2; order 2.
///
/// With `alpha = 1 - t` and `sigma = t` the logarithm of their ratio is infinite at both ends; the steps beside an end
/// are of order 1, as in the paper's "lower order at the ends".
pub fn dpmpp_2m(
    denoiser: &mut dyn Denoiser,
    x: &mut [f32],
    sigmas: &Sigmas,
    watch: &mut Watch<'_>,
) -> ControlFlow<()> {
    let [mut now, mut before] = [(); 2].map(|()| vec![0.0; x.len()]);
    let mut last = None;
    for (step, (t, next)) in sigmas.pairs().enumerate() {
        denoiser.velocity(x, t, &mut now);
        now.iter_mut().zip(&*x).for_each(|(value, x)| *value = picture(*x, t, *value));
        let beyond = last.map_or(0.0, |last| extrapolation(last, t, next));
        let keep = next / t;
        for ((x, now), before) in x.iter_mut().zip(&now).zip(&before) {
            // sigma_next / sigma * x - alpha_next * (exp(-h) - 1) * D, with everything put in terms of t
            *x = keep * *x + (1.0 - keep) * (now + beyond * (now - before));
        }
        last = Some(t);
        // `now` is a picture already: at time 0 no velocity counts.
        watch(&Moment { done: step + 1, x: &now, velocity: &now, t: 0.0 })?;
        std::mem::swap(&mut now, &mut before);
    }
    ControlFlow::Continue(())
}

/// `1 / (2 r)` for steps from `last` to `t` to `next`, where r is the ratio of their lengths in log(alpha / sigma).
fn extrapolation(last: f32, t: f32, next: f32) -> f32 {
    if last >= 1.0 || next <= 0.0 {
        return 0.0;
    }
    let half_log_snr = |t: f32| math::ln((1.0 - f64::from(t)) / f64::from(t));
    let ratio = (half_log_snr(t) - half_log_snr(last)) / (half_log_snr(next) - half_log_snr(t));
    #[expect(clippy::cast_possible_truncation, reason = "a factor for f32 values")]
    let factor = (0.5 / ratio) as f32;
    factor
}

fn advance(x: &mut [f32], velocity: &[f32], time: f32) {
    x.iter_mut().zip(velocity).for_each(|(x, velocity)| *x += time * velocity);
}
