//! What a sampler asks of a model, and how guidance combines two answers.

/// A model of the velocity of the straight path from picture to noise, `x_t = (1 - t) picture + t noise`.
///
/// Source: Lipman et al. 2022, arXiv:2210.02747, section 4.1.
pub trait Denoiser {
    /// Writes the expected `noise - picture` given `x` at time `t` in [0, 1]; `velocity` is as long as `x`.
    fn velocity(&mut self, x: &[f32], t: f32, velocity: &mut [f32]);
}

/// What a network's output stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prediction {
    /// `noise - picture`.
    Velocity,
    /// The picture without noise.
    Picture,
    /// The noise.
    Noise,
}

impl Prediction {
    /// Turns `predicted` at `x` and time `t` into the velocity, in place.
    ///
    /// A predicted picture says nothing at `t` 0, predicted noise nothing at `t` 1: the result is not finite there.
    pub fn into_velocity(self, x: &[f32], t: f32, predicted: &mut [f32]) {
        let pairs = predicted.iter_mut().zip(x);
        match self {
            Self::Velocity => {}
            Self::Picture => pairs.for_each(|(value, x)| *value = (x - *value) / t),
            Self::Noise => pairs.for_each(|(value, x)| *value = (*value - x) / (1.0 - t)),
        }
    }
}

/// The picture that the velocity at `x` and time `t` points to.
pub(crate) fn picture(x: f32, t: f32, velocity: f32) -> f32 {
    x - t * velocity
}

/// Keeps part of a batch on the straight path from a known picture to its noise, so that it ends as that picture.
///
/// The rest is painted beside it and sees it at the noise level of each step: repainting as of Lugmayr et al. 2022,
/// arXiv:2201.09865, equation 8, with the known part's own noise in place of a fresh one.
pub(crate) struct Repainted<'a> {
    inner: &'a mut dyn Denoiser,
    /// As long as the sampler's `x`: the velocity of what is known, and none of what is painted.
    known: &'a [Option<f32>],
}

impl<'a> Repainted<'a> {
    pub(crate) fn new(inner: &'a mut dyn Denoiser, known: &'a [Option<f32>]) -> Self {
        Self { inner, known }
    }
}

impl Denoiser for Repainted<'_> {
    fn velocity(&mut self, x: &[f32], t: f32, velocity: &mut [f32]) {
        self.inner.velocity(x, t, velocity);
        for (velocity, known) in velocity.iter_mut().zip(self.known) {
            *velocity = known.unwrap_or(*velocity);
        }
    }
}

/// Mixes what the model says to two prompts: `velocity = (1 - share) first + share second`.
///
/// The inner denoiser gets the sampler's batch and behind it once more each entry that has a second prompt. Source: Liu
/// et al. 2022, arXiv:2206.01714, section 4, with weights that sum to one.
pub(crate) struct Blended<'a> {
    inner: &'a mut dyn Denoiser,
    /// Which entries of the batch have a second prompt, and its share.
    seconds: Vec<(usize, f32)>,
    /// Values of one entry.
    entry: usize,
    longer: Vec<f32>,
    velocities: Vec<f32>,
}

impl<'a> Blended<'a> {
    /// `values`: length of the batch that is asked about; `entry`: of one entry.
    pub(crate) fn new(
        inner: &'a mut dyn Denoiser,
        seconds: Vec<(usize, f32)>,
        values: usize,
        entry: usize,
    ) -> Self {
        let longer = vec![0.0; values + seconds.len() * entry];
        Self { inner, seconds, entry, velocities: longer.clone(), longer }
    }
}

impl Denoiser for Blended<'_> {
    fn velocity(&mut self, x: &[f32], t: f32, velocity: &mut [f32]) {
        let (first, second) = self.longer.split_at_mut(x.len());
        first.copy_from_slice(x);
        for (copy, (place, _)) in second.chunks_exact_mut(self.entry).zip(&self.seconds) {
            copy.copy_from_slice(&x[place * self.entry..][..self.entry]);
        }
        self.inner.velocity(&self.longer, t, &mut self.velocities);
        let (first, second) = self.velocities.split_at(x.len());
        velocity.copy_from_slice(first);
        for (second, (place, share)) in second.chunks_exact(self.entry).zip(&self.seconds) {
            for (value, second) in velocity[place * self.entry..].iter_mut().zip(second) {
                *value += share * (second - *value);
            }
        }
    }
}

/// Classifier-free guidance: away from what the model says without the prompt, towards what it says with it.
///
/// `velocity = without + guidance * (with - without)`. The inner denoiser gets a batch of twice the size, first all
/// entries with their prompts, then all without. Source: Ho and Salimans 2022, arXiv:2207.12598, equation 6, with
/// `guidance` = w + 1.
pub struct Guided<'a> {
    inner: &'a mut dyn Denoiser,
    guidance: f32,
    doubled: Vec<f32>,
    velocities: Vec<f32>,
}

impl<'a> Guided<'a> {
    /// `values`: length of the batch that the sampler sees.
    #[must_use]
    pub fn new(inner: &'a mut dyn Denoiser, guidance: f32, values: usize) -> Self {
        Self { inner, guidance, doubled: vec![0.0; 2 * values], velocities: vec![0.0; 2 * values] }
    }
}

impl Denoiser for Guided<'_> {
    fn velocity(&mut self, x: &[f32], t: f32, velocity: &mut [f32]) {
        for half in self.doubled.chunks_exact_mut(x.len()) {
            half.copy_from_slice(x);
        }
        self.inner.velocity(&self.doubled, t, &mut self.velocities);
        let (with, without) = self.velocities.split_at(x.len());
        for ((velocity, with), without) in velocity.iter_mut().zip(with).zip(without) {
            *velocity = without + self.guidance * (with - without);
        }
    }
}

/// Asks one denoiser at times above a limit and another from there on.
pub(crate) struct Switched<'a> {
    pub(crate) early: &'a mut dyn Denoiser,
    pub(crate) late: &'a mut dyn Denoiser,
    pub(crate) above: f32,
}

impl Denoiser for Switched<'_> {
    fn velocity(&mut self, x: &[f32], t: f32, velocity: &mut [f32]) {
        let asked = if t > self.above { &mut *self.early } else { &mut *self.late };
        asked.velocity(x, t, velocity);
    }
}
