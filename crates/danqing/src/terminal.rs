//! What only a terminal can show: a progress bar, and the picture itself.

use std::env;
use std::io::{IsTerminal, stderr, stdin, stdout};

use image::{DynamicImage, RgbaImage};
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
        let capable = || match Protocol::of_environment() {
            Some(Protocol::Sixel) => viuer::is_sixel_supported(), // some versions of these terminals lack it
            other => other.is_some(),
        };
        terminal && (self == Self::Always || (self == Self::Auto && capable()))
    }

    /// Shows `picture`; a terminal that fails to is none of the person's worries.
    pub(crate) fn show(picture: &RgbaImage) {
        let protocol = Protocol::of_environment();
        let config = viuer::Config {
            absolute_offset: false,
            transparent: true,
            width: Some(COLUMNS),
            use_kitty: protocol == Some(Protocol::Kitty),
            use_iterm: protocol == Some(Protocol::Iterm),
            use_sixel: protocol == Some(Protocol::Sixel),
            ..viuer::Config::default()
        };
        let _ = viuer::print(&DynamicImage::ImageRgba8(picture.clone()), &config);
    }
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
    /// The terminal must be one that answers questions: viuer asks before it draws, and waits for ever where nothing
    /// answers. So nothing is asked of unknown terminals, nor of those inside others (tmux, screen).
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

/// Width of a shown picture, in characters.
const COLUMNS: u32 = 32;

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
    fn only_terminals_that_answer_are_asked() {
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
