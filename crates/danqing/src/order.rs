//! Order: what a person asked for, checked. Every way to ask ends here.

mod between;
mod many;
mod written;

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;

use danqing_engine::Sampler;
use danqing_scene::{Lexicon, Style, read};

use crate::changes::Change;
use crate::edit::Incoming;
use crate::error::{Error, Setting};
use crate::expand::{Emphasised, Template, Wildcards};
pub(crate) use between::{Blend, Travel};
pub(crate) use written::Written;

pub(crate) use many::{Choice, orders};

/// Characters of a prompt that are accepted at most.
pub(crate) const MOST_CHARACTERS: usize = 2000;
/// Steps of a sampler at most.
pub(crate) const MOST_STEPS: u32 = 200;
/// The largest guidance.
pub(crate) const MOST_GUIDANCE: f32 = 30.0;
/// Pictures of one prompt at most.
pub(crate) const MOST_COUNT: u32 = 100;
/// The largest seed: the largest number that JSON readers keep exactly.
pub(crate) const MOST_SEED: u64 = (1 << 53) - 1;
/// The longest side of a picture, in pixels.
pub(crate) const MOST_SIDE_PX: u32 = 4096;
const LEAST_SIDE_PX: u32 = 64;

/// What was said and what was left open, unchecked: from flags, from a picture's parameters or from settings.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Wish {
    pub(crate) negative: Option<String>,
    /// Negative for a random one.
    pub(crate) seed: Option<i64>,
    pub(crate) steps: Option<u32>,
    pub(crate) guidance: Option<f32>,
    pub(crate) sampler: Option<String>,
    pub(crate) size: Option<String>,
    pub(crate) count: Option<u32>,
    pub(crate) style: Option<String>,
    pub(crate) background: Option<String>,
    pub(crate) reading: Option<Reading>,
    pub(crate) grid: Option<Grid>,
    /// Changes to layers, as [`Change::parse_all`] reads them.
    pub(crate) changes: Option<String>,
    /// How much of a picture that comes in may change, 0.01 to 1.
    pub(crate) strength: Option<f32>,
    /// What the model sees of it, as `edit::Area::parse` reads it.
    pub(crate) area: Option<String>,
    /// Noise on its way to that of another seed, as [`Travel::parse`] reads it.
    pub(crate) travel: Option<String>,
    /// A second style, as [`Blend::parse`] reads it.
    pub(crate) blend: Option<String>,
}

impl Wish {
    /// This wish, with what it leaves open taken from `other`.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            negative: self.negative.or(other.negative),
            seed: self.seed.or(other.seed),
            steps: self.steps.or(other.steps),
            guidance: self.guidance.or(other.guidance),
            sampler: self.sampler.or(other.sampler),
            size: self.size.or(other.size),
            count: self.count.or(other.count),
            style: self.style.or(other.style),
            background: self.background.or(other.background),
            reading: self.reading.or(other.reading),
            grid: self.grid.or(other.grid),
            changes: self.changes.or(other.changes),
            strength: self.strength.or(other.strength),
            area: self.area.or(other.area),
            travel: self.travel.or(other.travel),
            blend: self.blend.or(other.blend),
        }
    }
}

/// Whether the prompt is read into a scene.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Counts, places and backgrounds are read and composed.
    #[default]
    Scene,
    /// The prompt goes to the model whole.
    Whole,
}

/// Whether the pictures of one prompt are also put on one sheet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Grid {
    /// They are not.
    #[default]
    None,
    /// They are.
    Sheet,
}

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) width_px: u32,
    pub(crate) height_px: u32,
}

impl Size {
    /// Reads `512` or `1024x768`; also with `×` and `*`.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let error = || Error::Size { text: shortened(text) };
        let side = |text: &str| {
            text.trim().parse().ok().filter(|side| (LEAST_SIDE_PX..=MOST_SIDE_PX).contains(side))
        };
        let lower = text.to_lowercase();
        let (width, height) = lower.split_once(['x', '×', '*']).unwrap_or((&lower, &lower));
        Ok(Self { width_px: side(width).ok_or_else(error)?, height_px: side(height).ok_or_else(error)? })
    }
}

impl fmt::Display for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}x{}", self.width_px, self.height_px)
    }
}

/// A background as an order names it; the words of a prompt can say more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Background {
    /// None.
    Transparent,
    /// One colour, sRGB.
    Colour([u8; 3]),
    /// From one colour at the top to another at the bottom.
    Gradient([u8; 3], [u8; 3]),
}

impl Background {
    /// Reads `transparent`, a colour in Chinese, English or `#rrggbb` (the mark may be left out), or two with `-` between.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let marked = |part: &str| {
            let hexadecimal = matches!(part.len(), 3 | 6) && part.chars().all(|c| c.is_ascii_hexdigit());
            if hexadecimal { format!("#{part}") } else { part.to_owned() }
        };
        let text: String = text.trim().split('-').map(marked).collect::<Vec<_>>().join("-");
        match danqing_scene::Background::parse(&text) {
            danqing_scene::Background::Transparent => Ok(Self::Transparent),
            danqing_scene::Background::Colour(colour) => Ok(Self::Colour(colour.rgb)),
            danqing_scene::Background::Gradient { top, bottom } => Ok(Self::Gradient(top.rgb, bottom.rgb)),
            danqing_scene::Background::Phrase(text) => {
                Err(Error::UnknownBackground { text: shortened(&text) })
            }
        }
    }

    /// The same for the composer.
    pub(crate) fn for_scene(self) -> danqing_scene::Background {
        let colour = |rgb| danqing_scene::colours::Colour { rgb, name: hexadecimal(rgb) };
        match self {
            Self::Transparent => danqing_scene::Background::Transparent,
            Self::Colour(rgb) => danqing_scene::Background::Colour(colour(rgb)),
            Self::Gradient(top, bottom) => {
                danqing_scene::Background::Gradient { top: colour(top), bottom: colour(bottom) }
            }
        }
    }
}

/// `transparent`, `ffd84d` or `ffd84d-ffffff`: without the characters that parameters cannot hold.
impl fmt::Display for Background {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Transparent => formatter.write_str("transparent"),
            Self::Colour(rgb) => formatter.write_str(&hexadecimal(rgb)),
            Self::Gradient(top, bottom) => write!(formatter, "{}-{}", hexadecimal(top), hexadecimal(bottom)),
        }
    }
}

fn hexadecimal([red, green, blue]: [u8; 3]) -> String {
    format!("{red:02x}{green:02x}{blue:02x}")
}

/// One prompt with everything that decides its pictures.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Order {
    /// One line, not empty, without control characters.
    pub(crate) prompt: String,
    /// One line, may be empty.
    pub(crate) negative: String,
    /// Seed of the first picture; the next ones count up.
    pub(crate) seed: u64,
    pub(crate) count: u32,
    pub(crate) steps: u32,
    pub(crate) guidance: f32,
    pub(crate) sampler: Sampler,
    pub(crate) size: Size,
    pub(crate) style: Option<Style>,
    pub(crate) blend: Option<Blend>,
    pub(crate) travel: Option<Travel>,
    /// `None`: as the prompt says, or none.
    pub(crate) background: Option<Background>,
    pub(crate) reading: Reading,
    pub(crate) grid: Grid,
    /// Done to the layers in this order.
    pub(crate) changes: Vec<Change>,
    /// The picture that this one starts from.
    pub(crate) incoming: Option<Arc<Incoming>>,
}

impl Order {
    /// Checks `prompt` and `wish`; what the wish leaves open gets the built-in default, the seed a random one.
    pub(crate) fn new(prompt: &str, wish: &Wish) -> Result<Self, Error> {
        let prompt = one_line(prompt)?;
        if prompt.is_empty() {
            return Err(Error::EmptyPrompt);
        }
        Template::parse(&prompt)?;
        if read(&Emphasised::read(&prompt)?.text, &Lexicon::default()).subjects.is_empty() {
            return Err(Error::WordlessPrompt { prompt: shortened(&prompt) });
        }
        let negative = one_line(wish.negative.as_deref().unwrap_or(""))?;
        Emphasised::read(&negative)?;
        let sampler = sampler(wish.sampler.as_deref().unwrap_or(DEFAULT_SAMPLER))?;
        let steps = within(Setting::Steps, wish.steps.unwrap_or(DEFAULT_STEPS), 1, MOST_STEPS)?;
        let guidance = wish.guidance.unwrap_or(DEFAULT_GUIDANCE);
        let guidance = within(Setting::Guidance, guidance, 0.0, MOST_GUIDANCE)?;
        let quick = sampler == Sampler::Quick;
        Ok(Self {
            prompt,
            negative,
            seed: checked_seed(wish.seed)?,
            count: within(Setting::Count, wish.count.unwrap_or(1), 1, MOST_COUNT)?,
            steps: if quick { quick_steps(steps) } else { steps },
            // The distilled painter has learnt it.
            guidance: if quick { 1.0 } else { guidance },
            sampler,
            size: Size::parse(wish.size.as_deref().unwrap_or(DEFAULT_SIZE))?,
            style: wish.style.as_deref().map(style).transpose()?,
            blend: wish.blend.as_deref().map(Blend::parse).transpose()?,
            travel: wish.travel.as_deref().map(Travel::parse).transpose()?,
            background: wish.background.as_deref().map(Background::parse).transpose()?,
            reading: wish.reading.unwrap_or_default(),
            grid: wish.grid.unwrap_or_default(),
            changes: Change::parse_all(wish.changes.as_deref().unwrap_or(""))?,
            incoming: None,
        })
    }

    /// The same for a picture that starts from another: as large as that is, and without noise that travels.
    pub(crate) fn starting_from(self, incoming: Arc<Incoming>) -> Self {
        let (width_px, height_px) = incoming.edit.size();
        Self { size: Size { width_px, height_px }, travel: None, incoming: Some(incoming), ..self }
    }

    /// The order with the alternatives of its prompt drawn by its seed; the same where there are none.
    pub(crate) fn drawn(self, wildcards: &Wildcards) -> Result<Self, Error> {
        let template = Template::parse(&self.prompt)?;
        if template.is_plain() {
            return Ok(self);
        }
        let wish = Wish { seed: i64::try_from(self.seed).ok(), ..Wish::default() };
        let prompt = Self::new(&template.draw(self.seed, wildcards)?, &wish)?.prompt;
        Ok(Self { prompt, ..self })
    }

    /// The order for picture `index` alone (from 0), as it is written into that picture.
    ///
    /// Each picture has the next seed; where the noise travels all begin at one seed, and each travels to the next.
    pub(crate) fn single(&self, index: u32) -> Self {
        let next = |seed: u64| (seed + u64::from(index)) & MOST_SEED;
        let travel = self.travel.map(|travel| Travel { seed: next(travel.seed), ..travel });
        let seed = if travel.is_some() { self.seed } else { next(self.seed) };
        Self { seed, travel, count: 1, grid: Grid::None, ..self.clone() }
    }
}

/// Steps where nothing else is said.
pub(crate) const DEFAULT_STEPS: u32 = 12;
/// Guidance where nothing else is said.
pub(crate) const DEFAULT_GUIDANCE: f32 = 4.0;
/// Sampler where nothing else is said.
pub(crate) const DEFAULT_SAMPLER: &str = "euler";
/// Size where nothing else is said.
pub(crate) const DEFAULT_SIZE: &str = "512";

/// `text` with every run of white space (line ends and tabs too) made one space; other control characters are refused.
fn one_line(text: &str) -> Result<String, Error> {
    let characters = text.chars().count();
    if characters > MOST_CHARACTERS {
        return Err(Error::LongPrompt { characters });
    }
    let odd = |c: &char| {
        (c.is_control() && !c.is_whitespace())
            || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    if let Some((at, character)) = text.chars().enumerate().find(|(_, c)| odd(c)) {
        return Err(Error::ControlCharacter { character, place: at + 1 });
    }
    Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A seed of the system's randomness, short enough to be copied by hand.
pub(crate) fn drawn_seed() -> u64 {
    RandomState::new().build_hasher().finish() >> 32
}

fn checked_seed(seed: Option<i64>) -> Result<u64, Error> {
    match seed {
        None | Some(-1) => Ok(drawn_seed()),
        Some(seed) => u64::try_from(seed)
            .ok()
            .filter(|seed| *seed <= MOST_SEED)
            .ok_or(Error::OutOfRange { setting: Setting::Seed, value: seed.to_string() }),
    }
}

fn within<T: PartialOrd + fmt::Display>(setting: Setting, value: T, least: T, most: T) -> Result<T, Error> {
    // Written so that NaN is out of range.
    if value >= least && value <= most {
        return Ok(value);
    }
    Err(Error::OutOfRange { setting, value: value.to_string() })
}

/// Reads a sampler's name without regard to case, spaces and hyphens.
fn sampler(name: &str) -> Result<Sampler, Error> {
    let plain: String =
        name.to_lowercase().chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_')).collect();
    match plain.as_str() {
        "euler" => Ok(Sampler::Euler),
        "heun" => Ok(Sampler::Heun),
        "dpm++2m" | "dpmpp2m" => Ok(Sampler::DpmPp2M),
        "quick" => Ok(Sampler::Quick),
        _ => Err(Error::UnknownSampler { name: shortened(name) }),
    }
}

/// The steps that the distilled painter was taught, 1, 2 or 4, as many as `most` allows.
fn quick_steps(most: u32) -> u32 {
    match most {
        ..2 => 1,
        2..4 => 2,
        4.. => 4,
    }
}

fn style(name: &str) -> Result<Style, Error> {
    Style::parse(name).ok_or_else(|| Error::UnknownStyle { name: shortened(name) })
}

/// A person's words for use in a message: one line, without control characters, not too long.
pub(crate) fn shortened(text: &str) -> String {
    let mut words: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
    if text.chars().count() > 40 {
        words.push('…');
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(prompt: &str, wish: &Wish) -> Result<Order, &'static str> {
        Order::new(prompt, wish).map_err(|error| error.code())
    }

    #[test]
    fn prompts_are_made_one_line() {
        let order = order(" 三只\n红\t灯笼 ", &Wish::default()).expect("a good prompt");
        assert_eq!(order.prompt, "三只 红 灯笼", "white space");
    }

    #[test]
    fn bad_prompts_are_refused() {
        let long = "长".repeat(MOST_CHARACTERS + 1);
        for (prompt, code) in [
            ("", "empty-prompt"),
            (" \n ", "empty-prompt"),
            ("?!。", "wordless-prompt"),
            (long.as_str(), "long-prompt"),
            ("a\0b", "control-character"),
            ("a\u{1b}[31mb", "control-character"),
            ("a\u{202E}b", "control-character"),
            ("{a|b", "prompt-grammar"),
            ("(a:99)", "prompt-grammar"),
        ] {
            assert_eq!(order(prompt, &Wish::default()), Err(code), "{code}");
        }
    }

    #[test]
    fn values_out_of_range_are_refused() {
        let plain = Wish::default;
        for wish in [
            Wish { steps: Some(0), ..plain() },
            Wish { steps: Some(1_000_000), ..plain() },
            Wish { guidance: Some(f32::NAN), ..plain() },
            Wish { guidance: Some(-1.0), ..plain() },
            Wish { count: Some(0), ..plain() },
            Wish { seed: Some(-2), ..plain() },
            Wish { seed: Some(i64::MAX), ..plain() },
        ] {
            assert_eq!(order("猫", &wish), Err("out-of-range"), "{wish:?}");
        }
        for size in ["0", "1000000", "512x0", "x", "-5", "512x512x512", "五百"] {
            assert_eq!(order("猫", &Wish { size: Some(size.into()), ..plain() }), Err("size"), "{size}");
        }
    }

    #[test]
    fn backgrounds_survive_their_text() {
        for text in ["transparent", "ffd84d", "ffd84d-0000ff"] {
            let background = Background::parse(text).map_err(|error| error.code()).expect(text);
            assert_eq!(background.to_string(), text, "written as read");
        }
        for text in ["#FFD84D", "红色", "navy", "透明"] {
            assert!(Background::parse(text).is_ok(), "{text}");
        }
        assert!(Background::parse("好看的").is_err(), "no colour");
    }

    #[test]
    fn alternatives_are_drawn_by_the_seed_of_each_picture() {
        let wish = Wish { seed: Some(7), count: Some(20), ..Wish::default() };
        let order = order("{红|蓝|金}色的{猫|狗}", &wish).expect("sound");
        let drawn = |index| order.single(index).drawn(&Wildcards::default()).map(|order| order.prompt);
        let prompts: Vec<String> = (0..20).map(|index| drawn(index).expect("sound")).collect();
        let many = orders("{红|蓝|金}色的{猫|狗}", &wish, Choice::Drawn, &Wildcards::default());
        let many: Vec<String> = many.expect("sound").into_iter().map(|order| order.prompt).collect();
        assert_eq!(prompts, many, "whether a job draws or the command line");
        assert!(prompts.iter().any(|prompt| *prompt != prompts[0]), "they differ");
    }

    #[test]
    fn pictures_of_one_order_count_their_seeds_up() {
        let order = order("猫", &Wish { seed: Some(7), count: Some(3), ..Wish::default() }).expect("sound");
        let third = order.single(2);
        assert_eq!((third.seed, third.count), (9, 1), "as if asked for alone");
    }
}
