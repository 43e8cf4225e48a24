//! What to paint: checked once, on construction.

use crate::sampler::Sampler;

/// Pictures to paint in one go, all with the same settings.
#[derive(Clone, Debug, PartialEq)]
pub struct GenerateRequest {
    /// One picture each.
    pub subjects: Vec<Subject>,
    /// What the pictures shall not show; empty for nothing.
    pub negative: String,
    /// Steps from noise to picture.
    pub steps: Steps,
    /// How strongly the prompt counts.
    pub guidance: Guidance,
    /// The integrator.
    pub sampler: Sampler,
    /// Size of each picture.
    pub side: Side,
}

/// One picture's prompt and noise; what stands beside it in a request changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// What to paint, in Chinese or English.
    pub prompt: String,
    /// Which noise to start from.
    pub seed: u64,
}

/// Count of steps, 1 to 200.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Steps(usize);

impl Steps {
    /// `None` outside 1 to 200.
    #[must_use]
    pub fn new(count: usize) -> Option<Self> {
        (1..=200).contains(&count).then_some(Self(count))
    }

    /// The count.
    #[must_use]
    pub fn get(self) -> usize {
        self.0
    }
}

/// Scale of classifier-free guidance, 0 to 30; 1 is the model's own answer, 0 ignores the prompt.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Guidance(f32);

impl Guidance {
    /// `None` outside 0 to 30.
    #[must_use]
    pub fn new(scale: f32) -> Option<Self> {
        (0.0..=30.0).contains(&scale).then_some(Self(scale))
    }

    /// The scale.
    #[must_use]
    pub fn get(self) -> f32 {
        self.0
    }
}

/// Width and height of a painted picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Side {
    /// 128 pixels, as the model paints.
    Px128,
    /// 512 pixels: the same picture, enlarged once.
    #[default]
    Px512,
}

impl Side {
    /// Pixels.
    #[must_use]
    pub fn pixels(self) -> u32 {
        match self {
            Self::Px128 => 128,
            Self::Px512 => 512,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_closed() {
        assert_eq!(
            [0, 1, 200, 201].map(|count| Steps::new(count).is_some()),
            [false, true, true, false],
            "steps"
        );
        let guidance = [-0.1, 0.0, 30.0, 30.1, f32::NAN].map(|scale| Guidance::new(scale).is_some());
        assert_eq!(guidance, [false, true, true, false, false], "guidance");
    }
}
