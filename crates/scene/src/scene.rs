//! What a prompt asks for, once it is read.

use std::ops::Range;

use crate::colours::{self, Colour};
use crate::styles::Style;

/// More copies of one subject than this are not drawn, whatever the prompt says.
pub const MOST_COPIES: u32 = 60;

/// More subjects than this make a prompt unreadable; it goes to the model whole.
pub const MOST_SUBJECTS: usize = 12;

/// The language a phrase is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// Chinese; also emoji without words.
    #[default]
    Chinese,
    /// English.
    English,
}

/// A prompt, read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// What to paint, in the order of the prompt. Empty only for a prompt without words.
    pub subjects: Vec<Subject>,
    /// How subjects stand to each other.
    pub relations: Vec<Relation>,
    /// What is behind them; `None` when the prompt does not say.
    pub background: Option<Background>,
    /// Whether the picture repeats without seams.
    pub tiling: Tiling,
    /// How the copies are arranged.
    pub layout: Layout,
    /// What the prompt says must not be there, for a negative prompt.
    pub without: Vec<String>,
    /// Whether the prompt was read or goes to the model as it is.
    pub reading: Reading,
    /// Words that were neither used nor handed to the model.
    pub leftover: Vec<String>,
}

impl Scene {
    /// Whether every word of the prompt found its place.
    pub fn understood(&self) -> bool {
        self.leftover.is_empty()
    }

    /// Whether one painting of the one subject, centred, is all the prompt asks for.
    pub fn is_single(&self) -> bool {
        self.subjects.len() == 1 && self.subjects[0].copies() == 1 && self.tiling == Tiling::None
    }
}

/// How far a prompt was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reading {
    /// Into subjects with their count, colour and place.
    #[default]
    Parts,
    /// Not at all: one subject holds all words, and counts and places among them are left to the model.
    Whole,
}

/// One thing to paint, some times over.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// Colour, attributes and head noun, in the prompt's own words; no count, size, place or style.
    pub description: String,
    /// The head noun in [`Subject::description`].
    pub head: String,
    /// Bytes of the head noun in the prompt; the whole prompt when it could not be read.
    pub head_span: Range<usize>,
    /// The lexicon's entry for the head, if it has one.
    pub concept: Option<Concept>,
    /// Language of the description.
    pub language: Language,
    /// How many.
    pub count: Count,
    /// How big, beside the others.
    pub size: Size,
    /// Colour, if one is named.
    pub colour: Option<Colouring>,
    /// Drawing styles, those for the whole picture included.
    pub styles: Vec<Style>,
    /// A place in the picture, if one is named (左边, on the right).
    pub place: Option<Place>,
    /// Whether copies may be drawn with left and right exchanged; the reader never says so, since it turns
    /// writing and clocks round.
    pub mirror_ok: bool,
}

impl Subject {
    /// The text for the model: description and styles.
    pub fn phrase(&self) -> String {
        self.styled(&self.description)
    }

    /// The text for copy number `copy` (from 0): like [`Subject::phrase`], but where the prompt asks for several
    /// in mixed colours (五颜六色) each copy names one.
    pub fn copy_phrase(&self, copy: usize) -> String {
        let Some(Colouring::Mixed { words }) = self.colour.as_ref().filter(|_| self.copies() > 1) else {
            return self.phrase();
        };
        let (zh, en) = mixed_colour(copy);
        let description = match self.language {
            Language::Chinese => self.description.replacen(words, zh, 1),
            Language::English => self.description.replacen(words, en, 1),
        };
        self.styled(&description)
    }

    /// The colour of copy number `copy` (from 0), as 8-bit sRGB; `None` where the prompt names none.
    pub fn copy_colour(&self, copy: usize) -> Option<[u8; 3]> {
        match self.colour.as_ref()? {
            Colouring::One(colour) => Some(colour.rgb),
            Colouring::Mixed { .. } if self.copies() > 1 => {
                colours::parse(mixed_colour(copy).1).map(|colour| colour.rgb)
            }
            Colouring::Mixed { .. } => None,
        }
    }

    /// How many copies to lay out, 1 to [`MOST_COPIES`].
    pub fn copies(&self) -> u32 {
        match self.count {
            Count::Unstated => 1,
            Count::Exactly(count) | Count::About(count) => count.clamp(1, MOST_COPIES),
        }
    }

    fn styled(&self, description: &str) -> String {
        self.styles.iter().fold(description.to_owned(), |text, style| style.applied(&text, self.language))
    }
}

/// The colours that 五颜六色 stands for, in order of use.
const MIXED_COLOURS: [(&str, &str); 8] = [
    ("红色", "red"),
    ("黄色", "yellow"),
    ("蓝色", "blue"),
    ("绿色", "green"),
    ("粉色", "pink"),
    ("橙色", "orange"),
    ("紫色", "purple"),
    ("天蓝色", "sky blue"),
];

fn mixed_colour(copy: usize) -> (&'static str, &'static str) {
    MIXED_COLOURS[copy % MIXED_COLOURS.len()]
}

/// A subject the lexicon knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concept {
    /// The lexicon's id.
    pub id: String,
    /// The word is only near to the concept (柯基 drawn as 狗).
    pub near: bool,
}

/// How many of a subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Count {
    /// The prompt gives no number.
    #[default]
    Unstated,
    /// A number.
    Exactly(u32),
    /// A word such as 一群 or `several`, with the number taken for it.
    About(u32),
}

/// Size beside the other subjects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Size {
    /// 迷你, tiny.
    Tiny,
    /// 小, small.
    Small,
    /// No size named.
    #[default]
    Normal,
    /// 大, big.
    Big,
    /// 巨大, huge.
    Huge,
}

impl Size {
    /// Factor on the side of the picture.
    pub fn factor(self) -> f32 {
        match self {
            Self::Tiny => 0.42,
            Self::Small => 0.66,
            Self::Normal => 1.0,
            Self::Big => 1.4,
            Self::Huge => 1.9,
        }
    }
}

/// The colour of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Colouring {
    /// One colour.
    One(Colour),
    /// Many colours; `words` is how the description says it.
    Mixed {
        /// Part of the description, such as `五颜六色`.
        words: String,
    },
}

/// Subject `subject` stands so to subject `object`; both are indices into [`Scene::subjects`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Index of the subject that is placed.
    pub subject: usize,
    /// How it stands to the object.
    pub kind: RelationKind,
    /// Index of the subject it is placed by.
    pub object: usize,
}

/// Ways to stand to another subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationKind {
    /// To the left of it, apart.
    LeftOf,
    /// To the right of it, apart.
    RightOf,
    /// Higher than it, apart.
    Above,
    /// Lower than it, apart.
    Below,
    /// On top of it, touching.
    On,
    /// On the ground under it, partly in front of it.
    Under,
    /// Hanging down from it.
    HangsFrom,
    /// Nearer to the viewer, hiding part of it.
    InFrontOf,
    /// Farther from the viewer, partly hidden by it.
    Behind,
    /// Next to it, on the same ground.
    Beside,
    /// In it, looking out of it.
    Inside,
    /// Between the object and `other`.
    Between {
        /// Index of the second object.
        other: usize,
    },
    /// Around it, in a ring.
    Around,
    /// The subject wears the object.
    Wears(WornAt),
}

/// Where a thing is worn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WornAt {
    /// Hats and crowns.
    Head,
    /// Glasses and masks.
    Face,
    /// Scarves, ties and bells.
    Neck,
}

/// A place in the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Left edge, middle height.
    Left,
    /// Right edge, middle height.
    Right,
    /// Top edge, middle width.
    Top,
    /// Bottom edge, middle width.
    Bottom,
    /// The middle.
    Centre,
    /// Top left corner.
    TopLeft,
    /// Top right corner.
    TopRight,
    /// Bottom left corner.
    BottomLeft,
    /// Bottom right corner.
    BottomRight,
}

/// What is behind the subjects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Background {
    /// Nothing.
    Transparent,
    /// One colour.
    Colour(Colour),
    /// A blend from `top` to `bottom`.
    Gradient {
        /// Colour at the top edge.
        top: Colour,
        /// Colour at the bottom edge.
        bottom: Colour,
    },
    /// A scene in words, such as 星空 or `beach`.
    Phrase(String),
}

impl Background {
    /// Reads a background as a person gives it alone: `transparent`, `透明`, a colour, `red-blue` for a gradient
    /// (also with `到` or `to`), or else a phrase.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        if ["transparent", "none", "透明", "无", "无背景"].contains(&text.to_lowercase().as_str()) {
            return Self::Transparent;
        }
        if let Some(colour) = colours::parse(text) {
            return Self::Colour(colour);
        }
        let ends = ["-", "到", "至", " to "].iter().find_map(|between| {
            let (top, bottom) = text.split_once(between)?;
            Some((colours::parse(top)?, colours::parse(bottom)?))
        });
        match ends {
            Some((top, bottom)) => Self::Gradient { top, bottom },
            None => Self::Phrase(text.to_owned()),
        }
    }
}

/// Whether a picture repeats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tiling {
    /// It stands alone.
    #[default]
    None,
    /// Its edges meet: a pattern that can be laid side by side.
    Seamless,
}

/// How copies are arranged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// As a designer would: a loose group.
    #[default]
    Natural,
    /// Side by side.
    Row,
    /// One above the other.
    Column,
    /// In a ring.
    Circle,
    /// In columns and rows; 0 by 0 lets the composer choose.
    Grid {
        /// Number of columns.
        columns: u32,
        /// Number of rows.
        rows: u32,
    },
    /// All over the picture.
    Scattered,
    /// In a heap.
    Pile,
}
