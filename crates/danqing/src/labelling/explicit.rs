//! The explicit label of files that other tools made, for eyes and ears (GB 45438-2025, 5.1 to 5.4).

use danqing_provenance::container::Format;
use danqing_provenance::visible::Visible;

use super::{ffmpeg, frames, words};

/// What of a file tells people that it was generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Words in the pixels, and an invisible mark.
    Pixels,
    /// Words in every frame.
    Frames,
    /// Words in the opening of a video.
    Opening,
    /// The rhythm short long, short short before the sound.
    Rhythm,
    /// Words in the text or drawing.
    Words,
    /// Words on the first page.
    Page,
    /// Nothing: the format has no place for it, it has a label already, or metadata alone were wanted.
    Nothing,
}

impl Mark {
    /// A name that stays the same from version to version.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pixels => "pixels",
            Self::Frames => "frames",
            Self::Opening => "opening",
            Self::Rhythm => "rhythm",
            Self::Words => "words",
            Self::Page => "page",
            Self::Nothing => "none",
        }
    }
}

/// Why a file got no explicit label.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MarkError {
    #[error("`{program}` is not installed; it makes the mark in sound and video")]
    NoProgram { program: &'static str },
    #[error("`{program}` failed: {told}")]
    Failed { program: &'static str, told: String },
    #[error("no encoder is known for sound of the kind `{codec}`")]
    Codec { codec: String },
    #[error("there is neither picture nor sound in it")]
    Empty,
    #[error("a file for `ffmpeg` cannot be written: {0}")]
    Scratch(#[from] std::io::Error),
    #[error(transparent)]
    Label(#[from] danqing_provenance::Error),
}

/// `file` with the explicit label in its content, where its format has a place for one.
pub(super) fn marked(
    file: &[u8],
    name: &str,
    format: Format,
    visible: &Visible,
) -> Result<Option<(Vec<u8>, Mark)>, MarkError> {
    let with = |mark| move |bytes| (bytes, mark);
    Ok(match format {
        Format::Mp4 | Format::Mp3 | Format::Wav | Format::Flac => {
            Some(ffmpeg::marked(file, name, format, visible)?)
        }
        Format::Gif => frames::drawn(file, visible)?.map(with(Mark::Frames)),
        Format::Text | Format::Markdown => words::written(file, format, visible).map(with(Mark::Words)),
        Format::Svg => words::drawn(file, visible)?.map(with(Mark::Words)),
        Format::Pdf => Some((visible.stamp(file)?, Mark::Page)),
        Format::Png | Format::Jpeg | Format::Webp | Format::Json => None,
    })
}
