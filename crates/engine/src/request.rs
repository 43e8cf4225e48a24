//! What to paint: checked once, on construction.

use std::ops::Range;
use std::sync::Arc;

use image::{GrayImage, RgbaImage};

use crate::sampler::Sampler;

/// Pictures to paint in one go, all with the same settings.
#[derive(Clone, Debug, PartialEq)]
pub struct GenerateRequest {
    /// One picture each.
    pub subjects: Vec<Subject>,
    /// What the pictures shall not show; empty for nothing.
    pub negative: Prompt,
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
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// What to paint, in Chinese or English.
    pub prompt: Prompt,
    /// Which noise to start from.
    pub seed: u64,
    /// What else to start from.
    pub start: Start,
    /// A second prompt that has a say, if there is one.
    pub blend: Option<Blend>,
}

/// A second prompt, and how much it has to say: the directions of both are mixed in every step.
#[derive(Clone, Debug, PartialEq)]
pub struct Blend {
    /// The words.
    pub prompt: Prompt,
    /// 0: only the first prompt counts. 1: only this one.
    pub share: Share,
}

/// A part of a whole, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Share(f32);

impl Share {
    /// `None` outside 0 to 1.
    #[must_use]
    pub fn new(share: f32) -> Option<Self> {
        (0.0..=1.0).contains(&share).then_some(Self(share))
    }

    /// The part.
    #[must_use]
    pub fn get(self) -> f32 {
        self.0
    }
}

/// Words for the model, some of them weighing more or less than the others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prompt {
    /// The words.
    pub text: String,
    /// Weights of parts of the text; where none is stated it is 1. Where parts overlap, their weights multiply.
    pub emphasis: Vec<Emphasis>,
}

impl From<&str> for Prompt {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<String> for Prompt {
    fn from(text: String) -> Self {
        Self { text, emphasis: Vec::new() }
    }
}

/// How much some words of a prompt count.
#[derive(Clone, Debug, PartialEq)]
pub struct Emphasis {
    /// Bytes of the text.
    pub bytes: Range<usize>,
    /// What the states of these words, and their influence on the others', are multiplied with before the painter
    /// attends to them.
    pub weight: Weight,
}

/// Weight of words: 1 leaves them as they are, 0 takes their meaning away, -10 to 10.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Weight(f32);

impl Weight {
    /// The weight of words that nothing is said about.
    pub const PLAIN: Self = Self(1.0);

    /// `None` outside -10 to 10.
    #[must_use]
    pub fn new(weight: f32) -> Option<Self> {
        (-10.0..=10.0).contains(&weight).then_some(Self(weight))
    }

    /// The factor.
    #[must_use]
    pub fn get(self) -> f32 {
        self.0
    }
}

impl Prompt {
    /// The factor for a token made of `bytes` of the text: the mean over its bytes, 1 where it has none.
    pub(crate) fn factor(&self, bytes: Range<usize>) -> f32 {
        if self.emphasis.is_empty() || bytes.is_empty() {
            return 1.0;
        }
        let length = bytes.len() as f32;
        let at = |byte: usize| -> f32 {
            let over = self.emphasis.iter().filter(|emphasis| emphasis.bytes.contains(&byte));
            over.map(|emphasis| emphasis.weight.get()).product()
        };
        bytes.map(at).sum::<f32>() / length
    }
}

/// What a painting starts from. Images have straight alpha and any size; they are seen as 128x128 pixels.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Start {
    /// Nothing but noise.
    #[default]
    Noise,
    /// Noise on the way from the subject's own to that of another seed; see [`crate::noise::travel`].
    Travel {
        /// The other seed.
        seed: u64,
        /// How far: 0 is the subject's own noise, 1 the other.
        share: Share,
    },
    /// An image, noised part of the way.
    Image {
        /// Where to start.
        image: Arc<RgbaImage>,
        /// How much of it may change.
        strength: Strength,
    },
    /// As `Image`, but what `mask` leaves black is kept, to the grain of a latent (8 of the 128 pixels).
    Masked {
        /// Where to start.
        image: Arc<RgbaImage>,
        /// White where the picture may change; as large as the image, or another size of the same shape.
        mask: Arc<GrayImage>,
        /// How much of it may change where it may.
        strength: Strength,
    },
}

impl Start {
    /// Whether there is something to start from: no image or mask without pixels.
    pub(crate) fn is_sound(&self) -> bool {
        match self {
            Self::Noise | Self::Travel { .. } => true,
            Self::Image { image, .. } => !image.is_empty(),
            Self::Masked { image, mask, .. } => !image.is_empty() && !mask.is_empty(),
        }
    }

    /// The share of the way to noise at which painting starts.
    #[must_use]
    pub fn strength(&self) -> Strength {
        match self {
            Self::Noise | Self::Travel { .. } => Strength::FULL,
            Self::Image { strength, .. } | Self::Masked { strength, .. } => *strength,
        }
    }
}

/// How much of an image may change: above 0, where nothing does, to 1, where nothing is left of it.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Strength(f32);

impl Strength {
    /// All of the way to noise.
    pub const FULL: Self = Self(1.0);

    /// `None` outside 0.01 to 1.
    #[must_use]
    pub fn new(share: f32) -> Option<Self> {
        (0.01..=1.0).contains(&share).then_some(Self(share))
    }

    /// The share.
    #[must_use]
    pub fn get(self) -> f32 {
        self.0
    }
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
pub struct Guidance {
    scale: f32,
    above: f32,
}

impl Guidance {
    /// Guidance from the first step to the last; `None` outside 0 to 30.
    #[must_use]
    pub fn new(scale: f32) -> Option<Self> {
        (0.0..=30.0).contains(&scale).then_some(Self { scale, above: 0.0 })
    }

    /// The same, only at times above `t` in [0, 1], 1 being noise: what comes later is the model's own answer, which costs half.
    ///
    /// Late guidance hardly changes what is painted any more and makes it coarse. Source: Kynkäänniemi et al. 2024,
    /// arXiv:2404.07724, section 3.
    #[must_use]
    pub fn only_above(self, t: f32) -> Self {
        Self { above: t, ..self }
    }

    /// The scale.
    #[must_use]
    pub fn get(self) -> f32 {
        self.scale
    }

    /// The time down to which it holds.
    #[must_use]
    pub fn above(self) -> f32 {
        self.above
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
