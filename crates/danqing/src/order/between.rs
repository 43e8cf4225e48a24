//! What lies between two seeds, and between two styles.

use std::fmt;

use danqing_engine::Share;
use danqing_scene::Style;

use super::{MOST_SEED, shortened};
use crate::error::Error;

/// Noise on its way from the order's seed to another; the layout stays that of the order's own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Travel {
    pub(crate) seed: u64,
    /// 0 is the order's own noise, 1 the other.
    pub(crate) share: Share,
}

impl Travel {
    /// Reads `99:0.4`; a space does for the colon, which parameters cannot hold.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let read = || {
            let (seed, share) = parted(text)?;
            Some(Self { seed: seed.parse().ok().filter(|seed| *seed <= MOST_SEED)?, share })
        };
        read().ok_or_else(|| Error::Travel { text: shortened(text) })
    }
}

impl fmt::Display for Travel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.seed, self.share.get())
    }
}

/// A second style, and how much of it there is in the first; where the order has no style, in none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Blend {
    pub(crate) style: Style,
    pub(crate) share: Share,
}

impl Blend {
    /// Reads `flat:0.4`; a space does for the colon.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let read = || {
            let (style, share) = parted(text)?;
            Some(Self { style: Style::parse(style)?, share })
        };
        read().ok_or_else(|| Error::Blend { text: shortened(text) })
    }
}

impl fmt::Display for Blend {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.style.name(), self.share.get())
    }
}

fn parted(text: &str) -> Option<(&str, Share)> {
    let (what, share) = text.trim().rsplit_once([':', '：', ' '])?;
    Some((what.trim(), share.parse().ok().and_then(Share::new)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_survive_their_text() {
        for text in ["99:0.4", "9007199254740991:1", "0:0"] {
            assert_eq!(Travel::parse(text).expect("sound").to_string(), text, "as it was");
        }
        assert_eq!(Blend::parse("hand-drawn:0.25").expect("sound").to_string(), "hand-drawn:0.25", "a style");
        assert_eq!(
            Blend::parse("扁平 0.4").expect("sound").style,
            Style::Flat,
            "in parameters and in Chinese"
        );
    }

    #[test]
    fn neither_takes_what_it_does_not_understand() {
        for text in
            ["", "99", ":0.4", "99:1.01", "99:-0.1", "99:NaN", "-1:0.5", "9007199254740992:0.5", "x:0.5"]
        {
            assert!(Travel::parse(text).is_err(), "{text}");
        }
        for text in ["", "扁平", "扁平:2", "没有这种:0.5", ":0.5"] {
            assert!(Blend::parse(text).is_err(), "{text}");
        }
    }
}
