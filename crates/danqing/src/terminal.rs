//! What only a terminal can show: a progress bar, and the picture itself.

use std::io::{IsTerminal, stderr, stdout};

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
        let capable = || {
            viuer::is_iterm_supported()
                || viuer::get_kitty_support() != viuer::KittySupport::None
                || viuer::is_sixel_supported()
        };
        stdout().is_terminal() && (self == Self::Always || (self == Self::Auto && capable()))
    }

    /// Shows `picture`; a terminal that fails to is none of the person's worries.
    pub(crate) fn show(picture: &RgbaImage) {
        let config = viuer::Config {
            absolute_offset: false,
            transparent: true,
            width: Some(COLUMNS),
            ..viuer::Config::default()
        };
        let _ = viuer::print(&DynamicImage::ImageRgba8(picture.clone()), &config);
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
