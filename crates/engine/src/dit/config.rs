//! The painter's shape.

use crate::{Error, Weights};

/// Sizes of a painter, as its file states them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Channels of the latents.
    pub latent_channels: usize,
    /// Width and height of the latents.
    pub latent_side: usize,
    /// Width and height of the latents that one token stands for.
    pub patch: usize,
    /// Columns of a token's state.
    pub width: usize,
    /// Transformer blocks.
    pub blocks: usize,
    /// Columns of one attention head.
    pub head_dim: usize,
    /// Columns inside the feed-forward layers.
    pub hidden: usize,
    /// Columns of a text state.
    pub text_width: usize,
    /// Sines and cosines of the time.
    pub time_features: usize,
    /// Sines and cosines of how far the next step goes; 0 where the painter is not told.
    pub span_features: usize,
}

/// Beyond it a size is damage, not a model; it also keeps products of sizes from overflowing.
const LARGEST: usize = 65_536;

impl Config {
    /// Reads the sizes from the file's metadata.
    pub fn read(weights: &Weights<'_>) -> Result<Self, Error> {
        let size = |name: &'static str| {
            let value = weights.property(name).unwrap_or_default();
            let size = value.parse().ok().filter(|size| (1..=LARGEST).contains(size));
            size.ok_or_else(|| Error::Property { name, value: value.to_owned() })
        };
        let config = Self {
            latent_channels: size("latent_channels")?,
            latent_side: size("latent_side")?,
            patch: size("patch")?,
            width: size("width")?,
            blocks: size("blocks")?,
            head_dim: size("head_dim")?,
            hidden: size("hidden")?,
            text_width: size("text_width")?,
            time_features: size("time_features")?,
            // A file of a painter without it may leave it out, or say so.
            span_features: match weights.property("span_features") {
                None | Some("0") => 0,
                Some(_) => size("span_features")?,
            },
        };
        let divides = |name, whole: usize, part: usize| {
            let error = Error::Property { name, value: part.to_string() };
            if whole.is_multiple_of(part) { Ok(()) } else { Err(error) }
        };
        divides("patch", config.latent_side, config.patch)?;
        divides("head_dim", config.width, config.head_dim)?;
        divides("time_features", config.time_features, 2)?;
        divides("span_features", config.span_features, 2)?;
        Ok(config)
    }

    /// Tokens of a picture.
    #[must_use]
    pub fn tokens(&self) -> usize {
        (self.latent_side / self.patch).pow(2)
    }

    /// Latent values of one token.
    #[must_use]
    pub fn token_channels(&self) -> usize {
        self.latent_channels * self.patch.pow(2)
    }
}
