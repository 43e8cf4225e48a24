//! Which noise levels a run passes through.

/// Noise levels of a run, falling; of a finished one the last is zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Sigmas(Vec<f32>);

impl Sigmas {
    /// `None` unless there are two values or more, all finite, falling, and none below zero.
    #[must_use]
    pub fn new(values: Vec<f32>) -> Option<Self> {
        let falling = values.windows(2).all(|pair| pair[0] > pair[1]);
        let last = values.last().copied().unwrap_or(-1.0);
        (values.len() > 1 && falling && last >= 0.0 && values[0].is_finite()).then_some(Self(values))
    }

    /// The times of flow matching, where the sigma of time t is t itself: `steps + 1` values from 1 to 0.
    ///
    /// `shift`: above 1 more of the steps go to high noise, 1 is an even grid; positive and finite. Source: Esser et al.
    /// 2024, arXiv:2403.03206, equation 23.
    #[must_use]
    pub fn flow(steps: usize, shift: f32) -> Self {
        assert!(steps > 0, "a run without steps");
        assert!(shift > 0.0 && shift.is_finite(), "shift `{shift}` is not positive");
        let time = |step: usize| {
            let t = (steps - step) as f32 / steps as f32;
            shift * t / (1.0 + (shift - 1.0) * t)
        };
        Self((0..=steps).map(time).collect())
    }

    /// The last `share` of the steps, one at least: where a run starts that begins at a picture with noise on it.
    ///
    /// Source: Meng et al. 2022, arXiv:2108.01073, section 3 (the start time is the strength).
    #[must_use]
    pub fn last(&self, share: f32) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a small count"
        )]
        let kept = ((self.steps() as f32 * share).round() as usize).clamp(1, self.steps());
        Self(self.0[self.steps() - kept..].to_vec())
    }

    /// The levels, highest first.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.0
    }

    /// Steps of the run: one fewer than levels.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.0.len() - 1
    }

    /// Each step's level before and after it.
    pub fn pairs(&self) -> impl Iterator<Item = (f32, f32)> {
        self.0.windows(2).map(|pair| (pair[0], pair[1]))
    }
}
