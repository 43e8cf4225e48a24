//! What only a terminal can show: a progress bar, and the picture itself.

use std::env;
use std::io::{Cursor, IsTerminal, Write, stderr, stdin, stdout};

use base64::prelude::{BASE64_STANDARD, Engine};
use icy_sixel::SixelImage;
use image::{ImageFormat, Rgba, RgbaImage, imageops};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::language::Language;

/// When pictures are shown in the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Preview {
    /// Where the terminal can show pictures.
    #[default]
    Auto,
    /// In any terminal, as coloured blocks if it must be.
    Always,
    /// Nowhere.
    Never,
}

impl std::str::FromStr for Preview {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        clap::ValueEnum::from_str(text, true)
    }
}

impl Preview {
    /// Whether a picture would be shown now.
    pub(crate) fn is_shown(self) -> bool {
        let terminal = stdin().is_terminal() && stdout().is_terminal();
        let capable = || Protocol::of_environment().is_some();
        terminal && (self == Self::Always || (self == Self::Auto && capable()))
    }

    /// Shows `picture`; a terminal that fails to is none of the person's worries.
    pub(crate) fn show(picture: &RgbaImage) {
        let sequence = match Protocol::of_environment() {
            Some(protocol) => protocol.sequence(picture),
            None => Some(blocks(picture)),
        };
        if let Some(sequence) = sequence {
            let mut out = stdout().lock();
            let _ = out.write_all(sequence.as_bytes()).and_then(|()| out.flush());
        }
    }
}

impl Preview {
    /// What shows `picture` in place of the one that was shown before it.
    pub(crate) fn frame(picture: &RgbaImage) -> String {
        let sequence = match Protocol::of_environment() {
            None => Some(blocks(picture)),
            Some(protocol) => protocol.frame(picture),
        };
        sequence.unwrap_or_default()
    }
}

/// `picture` in half blocks of 24-bit colour: two pixels in a character, nothing where they are transparent.
fn blocks(picture: &RgbaImage) -> String {
    let small = imageops::thumbnail(picture, COLUMNS, COLUMNS * picture.height() / picture.width().max(1));
    let mut text = String::new();
    for top in (0..small.height()).step_by(2) {
        for x in 0..small.width() {
            let [upper, lower] = [top, top + 1].map(|y| {
                small
                    .get_pixel_checked(x, y)
                    .filter(|pixel| pixel[3] > 127)
                    .map(|&Rgba([r, g, b, _])| (r, g, b))
            });
            text += &match (upper, lower) {
                (None, None) => " ".to_owned(),
                (Some((r, g, b)), None) => format!("\x1b[38;2;{r};{g};{b}m▀\x1b[0m"),
                (None, Some((r, g, b))) => format!("\x1b[38;2;{r};{g};{b}m▄\x1b[0m"),
                (Some((r, g, b)), Some((lr, lg, lb))) => {
                    format!("\x1b[38;2;{r};{g};{b};48;2;{lr};{lg};{lb}m▀\x1b[0m")
                }
            };
        }
        text.push('\n');
    }
    text
}

/// A way to draw pictures in a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    Kitty,
    Iterm,
    Sixel,
}

impl Protocol {
    fn of_environment() -> Option<Self> {
        Self::of(|name| env::var(name).unwrap_or_default())
    }

    /// The protocol of a terminal that names itself.
    ///
    /// Nothing is asked of the terminal, since one that does not answer would be waited for: it is known by its
    /// environment or not at all. Inside another (tmux, screen) the sequences would be lost.
    fn of(variable: impl Fn(&str) -> String) -> Option<Self> {
        let (term, program) = (variable("TERM"), variable("TERM_PROGRAM"));
        let is_one_of = |name: &str, names: &[&str]| names.iter().any(|known| name.starts_with(known));
        let has = |name: &str| !variable(name).is_empty();
        if term.is_empty() || is_one_of(&term, &["dumb", "linux", "screen", "tmux"]) || has("TMUX") {
            None
        } else if is_one_of(&term, &["xterm-kitty", "xterm-ghostty"]) {
            Some(Self::Kitty)
        } else if is_one_of(&program, &["iTerm", "WezTerm", "mintty", "rio"])
            || variable("LC_TERMINAL") == "iTerm2"
        {
            Some(Self::Iterm)
        } else if is_one_of(&term, &["foot", "mlterm", "contour", "yaft"])
            || term.contains("sixel")
            || ["XTERM_VERSION", "KONSOLE_VERSION", "WT_SESSION"].into_iter().any(has)
        {
            Some(Self::Sixel)
        } else {
            None
        }
    }
}

impl Protocol {
    /// What makes a terminal show `picture`, and go to the next line; `None` if it cannot be encoded.
    fn sequence(self, picture: &RgbaImage) -> Option<String> {
        match self {
            Self::Kitty => Some(kitty(&base64_png(picture)?, "")),
            Self::Iterm => {
                let data = base64_png(picture)?;
                Some(format!("\x1b]1337;File=inline=1;width={COLUMNS};preserveAspectRatio=1:{data}\x07\n"))
            }
            Self::Sixel => {
                let small = imageops::thumbnail(
                    picture,
                    SIXEL_PX,
                    SIXEL_PX * picture.height() / picture.width().max(1),
                );
                let (width, height) = (small.width() as usize, small.height() as usize);
                let image = SixelImage::try_from_rgba(small.into_raw(), width, height).ok()?;
                Some(image.encode().ok()? + "\n")
            }
        }
    }
}

impl Protocol {
    /// The same for a picture that takes the place of the last.
    fn frame(self, picture: &RgbaImage) -> Option<String> {
        match self {
            // A picture whose number is known replaces the one of that number.
            Self::Kitty => Some(kitty(&base64_png(picture)?, FRAME_KEYS)),
            Self::Iterm => self.sequence(picture),
            // Sixel leaves what is there where a picture is transparent.
            Self::Sixel => {
                let mut sheet = RgbaImage::from_pixel(picture.width(), picture.height(), PAPER);
                imageops::overlay(&mut sheet, picture, 0, 0);
                self.sequence(&sheet)
            }
        }
    }
}

/// The kitty graphics protocol: a PNG in pieces of at most 4,096 characters, each but the last marked `m=1`.
///
/// Source: "Terminal graphics protocol", kitty's documentation, "Remote clients" and "Transferring pixel data".
///
/// `keys` go before those, each with a comma.
fn kitty(data: &str, keys: &str) -> String {
    let mut text = String::new();
    let mut rest = data;
    let mut keys = format!("f=100,a=T,q=2,c={COLUMNS},{keys}");
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.len().min(4096));
        text += &format!("\x1b_G{keys}m={};{piece}\x1b\\", u8::from(!after.is_empty()));
        keys.clear();
        rest = after;
    }
    text + "\n"
}

fn base64_png(picture: &RgbaImage) -> Option<String> {
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).ok()?;
    Some(BASE64_STANDARD.encode(png.into_inner()))
}

/// Sides of a picture in terminals that cannot scale, in pixels.
const SIXEL_PX: u32 = 320;
/// Width of a shown picture, in characters.
const COLUMNS: u32 = 32;
/// Lines that a square picture takes at most, where characters are not lower than they are wide.
pub(crate) const PICTURE_ROWS: usize = 20;
/// Number and placement of the picture that is painted again and again.
const FRAME_KEYS: &str = "i=4159,p=1,";
/// Behind pictures that cannot be transparent.
const PAPER: Rgba<u8> = Rgba([255, 253, 249, 255]);

/// A bar of `steps` on standard error; nothing where that is no terminal.
pub(crate) fn progress(steps: u64, language: Language) -> ProgressBar {
    if !stderr().is_terminal() {
        return ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::hidden());
    }
    let template = language
        .pick("{msg} {bar:32.yellow} {percent}%，还要 {eta}", "{msg} {bar:32.yellow} {percent}%, {eta} left");
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::new(steps).with_style(style);
    bar.set_message(language.pick("作画", "painting"));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_carry_the_whole_picture() {
        let picture = RgbaImage::from_fn(200, 200, |x, y| Rgba([x as u8, y as u8, (x * y % 251) as u8, 255]));
        let sent = Protocol::Kitty.sequence(&picture).expect("a PNG");
        let pieces: Vec<&str> = sent.trim_end().split("\x1b\\").filter(|piece| !piece.is_empty()).collect();
        assert!(pieces.len() > 1, "a picture of several pieces");
        let data: String = pieces.iter().filter_map(|piece| piece.split(';').nth(1)).collect();
        let png = BASE64_STANDARD.decode(data).expect("base64");
        assert_eq!(image::load_from_memory(&png).expect("a PNG").to_rgba8(), picture, "kitty");
        assert!(pieces.iter().rev().skip(1).all(|piece| piece.contains("m=1")), "more to come");
        assert!(pieces.last().is_some_and(|piece| piece.contains("m=0")), "the last");
        let sixel = Protocol::Sixel.sequence(&picture).expect("sixel");
        let back = SixelImage::decode(sixel.trim_end().as_bytes()).expect("a sixel picture");
        assert_eq!((back.width, back.height), (320, 324), "sixel draws in bands of six rows");
    }

    #[test]
    fn frames_take_the_place_of_the_last() {
        let clear = RgbaImage::from_pixel(64, 64, Rgba([0, 0, 0, 0]));
        let sent = Protocol::Kitty.frame(&clear).expect("a PNG");
        assert!(sent.contains(",i=4159,p=1,"), "the same number each time: {}", &sent[..60]);
        let sixel = Protocol::Sixel.frame(&clear).expect("sixel");
        let back = SixelImage::decode(sixel.trim_end().as_bytes()).expect("a sixel picture");
        let opaque = back.pixels.chunks_exact(4).take(320 * 320).all(|pixel| pixel[3] == 255);
        assert!(opaque, "nothing of the last shows through");
    }

    #[test]
    fn blocks_are_half_as_high_and_leave_holes() {
        let picture = RgbaImage::from_fn(64, 64, |x, _| Rgba([250, 60, 40, if x < 32 { 0 } else { 255 }]));
        let text = blocks(&picture);
        assert_eq!(text.lines().count(), 16, "two rows in a line");
        assert!(text.lines().all(|line| line.starts_with(&" ".repeat(15))), "transparent on the left");
    }

    #[test]
    fn terminals_are_known_by_their_environment() {
        let of = |set: &[(&str, &str)]| {
            Protocol::of(|name| {
                set.iter().find(|(key, _)| *key == name).map_or(String::new(), |(_, value)| (*value).into())
            })
        };
        assert_eq!(of(&[("TERM", "xterm-kitty")]), Some(Protocol::Kitty), "kitty");
        assert_eq!(
            of(&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "iTerm.app")]),
            Some(Protocol::Iterm),
            "iTerm2"
        );
        assert_eq!(of(&[("TERM", "foot")]), Some(Protocol::Sixel), "foot");
        for term in ["xterm-256color", "dumb", "", "screen.xterm-kitty"] {
            assert_eq!(of(&[("TERM", term)]), None, "{term}");
        }
        assert_eq!(of(&[("TERM", "xterm-kitty"), ("TMUX", "/tmp/x")]), None, "inside another");
    }
}
