//! Changes: what is done to the things of a picture after they are laid out.
//!
//! ```text
//! layer 2 move 40 -10      40 pixels to the right and 10 up
//! layer 2 scale 1.5        one and a half times as large, about its middle
//! layer 2 repaint 77       the same words with another seed, in the same place
//! layer 2 remove
//! ```
//!
//! Layers count from 1, the lowest first, as `--json` and the layers file list them; numbers stay when others are
//! removed. Several changes stand in one text with `;` between. In Chinese: `图层 2 移动 40 -10`, `缩放`, `重画`, `删除`.

use std::fmt;

use danqing_scene::Composition;
use image::RgbaImage;

use crate::error::Error;
use crate::order::MOST_SEED;

/// Changes of one picture at most.
const MOST_CHANGES: usize = 200;
/// Layers that can be named.
const MOST_LAYERS: usize = 10_000;
/// The farthest that something is moved, in pixels.
const FARTHEST_PX: i32 = 100_000;
const LEAST_SCALE: f32 = 0.05;
const MOST_SCALE: f32 = 20.0;

/// One change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Change {
    /// Number of the layer, from 1.
    pub(crate) layer: usize,
    pub(crate) action: Action,
}

/// What is done to a layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Action {
    Move {
        right_px: i32,
        down_px: i32,
    },
    /// By a factor.
    Scale(f32),
    /// With another seed.
    Repaint(u64),
    Remove,
}

/// Something that is to be painted anew: the subject, the number of its picture, and the seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Repaint {
    pub(crate) subject: usize,
    pub(crate) picture: usize,
    pub(crate) seed: u64,
}

impl Change {
    /// Reads changes with `;` or line ends between.
    pub(crate) fn parse_all(text: &str) -> Result<Vec<Self>, Error> {
        let parts = text.split([';', '；', '\n']).map(str::trim).filter(|part| !part.is_empty());
        let changes: Vec<Self> = parts.map(Self::parse).collect::<Result<_, _>>()?;
        if changes.len() > MOST_CHANGES {
            return Err(Error::Change { text: format!("{} > {MOST_CHANGES}", changes.len()) });
        }
        Ok(changes)
    }

    fn parse(text: &str) -> Result<Self, Error> {
        let wrong = || Error::Change { text: text.chars().filter(|c| !c.is_control()).take(40).collect() };
        let plain = text.to_lowercase().replace("图层", "layer ").replace([',', '，'], " ");
        let mut words = plain.split_whitespace().peekable();
        words.next_if(|word| *word == "layer");
        let layer =
            words.next().and_then(|word| word.parse().ok()).filter(|layer| (1..=MOST_LAYERS).contains(layer));
        let (verb, rest): (Option<&str>, Vec<&str>) = (words.next(), words.collect());
        let action = match (verb.and_then(verb_of), rest.as_slice()) {
            (Some("move"), [right, down]) => {
                pixels(right).zip(pixels(down)).map(|(right_px, down_px)| Action::Move { right_px, down_px })
            }
            (Some("scale"), [factor]) => {
                let factor = factor.parse().ok().filter(|factor| (LEAST_SCALE..=MOST_SCALE).contains(factor));
                factor.map(Action::Scale)
            }
            (Some("repaint"), [seed]) => {
                seed.parse().ok().filter(|seed| *seed <= MOST_SEED).map(Action::Repaint)
            }
            (Some("remove"), []) => Some(Action::Remove),
            _ => None,
        };
        layer.zip(action).map(|(layer, action)| Self { layer, action }).ok_or_else(wrong)
    }

    /// Does this to `composition`; `paint` paints what is painted anew.
    pub(crate) fn apply(
        self,
        composition: &mut Composition,
        paint: &mut dyn FnMut(Repaint) -> Result<RgbaImage, Error>,
    ) -> Result<(), Error> {
        let item = self.layer - 1;
        let found = match self.action {
            Action::Move { right_px, down_px } => composition.move_item(item, right_px, down_px),
            Action::Scale(factor) => composition.scale_item(item, factor),
            Action::Remove => composition.remove_item(item),
            Action::Repaint(seed) => {
                let origin = composition
                    .items()
                    .into_iter()
                    .map(|(origin, _)| origin)
                    .find(|origin| origin.item == item);
                match origin {
                    None => false,
                    Some(origin) => {
                        let picture =
                            paint(Repaint { subject: origin.subject, picture: origin.picture, seed })?;
                        composition.replace_item(item, &picture)
                    }
                }
            }
        };
        let of = composition.items().len();
        found.then_some(()).ok_or(Error::NoLayer { layer: self.layer, of })
    }
}

/// The verb that a word means.
fn verb_of(word: &str) -> Option<&'static str> {
    match word {
        "move" | "移动" => Some("move"),
        "scale" | "缩放" => Some("scale"),
        "repaint" | "seed" | "重画" => Some("repaint"),
        "remove" | "delete" | "删除" => Some("remove"),
        _ => None,
    }
}

fn pixels(text: &str) -> Option<i32> {
    text.parse().ok().filter(|pixels| (-FARTHEST_PX..=FARTHEST_PX).contains(pixels))
}

/// As it is read; without the characters that parameters cannot hold.
impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "layer {} ", self.layer)?;
        match self.action {
            Action::Move { right_px, down_px } => write!(formatter, "move {right_px} {down_px}"),
            Action::Scale(factor) => write!(formatter, "scale {factor}"),
            Action::Repaint(seed) => write!(formatter, "repaint {seed}"),
            Action::Remove => formatter.write_str("remove"),
        }
    }
}

/// All of `changes` in one text.
pub(crate) fn told(changes: &[Change]) -> String {
    changes.iter().map(Change::to_string).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_survive_their_text() {
        let text = "layer 2 move 40 -10; layer 3 scale 1.25; layer 1 repaint 77; layer 2 remove";
        let changes = Change::parse_all(text).expect("sound");
        assert_eq!(told(&changes), text, "written as read");
        let chinese = "图层2 移动 40 -10；图层 3 缩放 1.25\n图层 1 重画 77；2 删除";
        assert_eq!(Change::parse_all(chinese).expect("sound"), changes, "in Chinese");
        assert_eq!(Change::parse_all(" ; ").expect("sound"), [], "nothing");
    }

    #[test]
    fn what_is_no_change_is_refused() {
        for text in [
            "layer 0 remove",
            "layer 2",
            "move 1 2",
            "layer 2 move 1",
            "layer 2 move 1 2 3",
            "layer 2 move a b",
            "layer 2 scale 0",
            "layer 2 scale NaN",
            "layer 2 scale -1",
            "layer 2 repaint -1",
            "layer 2 explode",
            "layer 2 move 99999999999 0",
            "layer x remove",
            "layer 2 remove 3",
        ] {
            assert!(matches!(Change::parse_all(text), Err(Error::Change { .. })), "{text}");
        }
        let many = "layer 1 move 1 1;".repeat(MOST_CHANGES + 1);
        assert!(Change::parse_all(&many).is_err(), "too many");
    }
}
