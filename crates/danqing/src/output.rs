//! Picture files: their names, their bytes, and writing them so that no half file is ever seen.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use danqing_provenance::labeller::Labelled;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder, ImageFormat, RgbaImage};
use tempfile::NamedTempFile;

use crate::error::Error;
use crate::metadata;

/// Characters of a file name taken from the prompt at most; 4 bytes each stay under the 255 bytes of file systems.
const NAME_CHARACTERS: usize = 48;
/// Quality of JPEG files, of 100.
const JPEG_QUALITY: u8 = 92;

/// A picture format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Lossless, with alpha; the default.
    Png,
    /// Lossless, with alpha, smaller.
    WebP,
    /// Without alpha: on white where the order names no background.
    Jpeg,
}

impl Format {
    /// Reads a format's name or file extension.
    pub(crate) fn parse(name: &str) -> Result<Self, Error> {
        match name.to_lowercase().as_str() {
            "png" => Ok(Self::Png),
            "webp" => Ok(Self::WebP),
            "jpeg" | "jpg" => Ok(Self::Jpeg),
            _ => Err(Error::UnknownFormat { name: name.chars().take(20).collect() }),
        }
    }

    /// Ours for one of the `image` crate.
    pub(crate) fn of(format: ImageFormat) -> Option<Self> {
        match format {
            ImageFormat::Png => Some(Self::Png),
            ImageFormat::WebP => Some(Self::WebP),
            ImageFormat::Jpeg => Some(Self::Jpeg),
            _ => None,
        }
    }

    /// Its media type.
    pub(crate) fn mime(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Jpeg => "image/jpeg",
        }
    }

    /// Its name, as [`Format::parse`] reads it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Jpeg => "jpeg",
        }
    }

    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Jpeg => "jpg",
        }
    }

    /// The bytes of a file that holds `picture` and the text `parameters`.
    pub(crate) fn encode(self, picture: &RgbaImage, parameters: &str) -> Result<Vec<u8>, String> {
        match self {
            Self::Png => png_bytes(picture, parameters).map_err(|error| error.to_string()),
            Self::WebP => webp_bytes(picture, parameters).map_err(|error| error.to_string()),
            Self::Jpeg => jpeg_bytes(picture, parameters).map_err(|error| error.to_string()),
        }
    }
}

fn png_bytes(picture: &RgbaImage, parameters: &str) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width(), picture.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    // The watermark is noise: looking longer for repetitions costs half a second and saves little.
    encoder.set_compression(png::Compression::Fast);
    encoder.add_itxt_chunk(metadata::KEYWORD.to_owned(), parameters.to_owned())?;
    let mut writer = encoder.write_header()?;
    writer.write_image_data(picture)?;
    writer.finish()?;
    Ok(bytes)
}

fn webp_bytes(picture: &RgbaImage, parameters: &str) -> image::ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = WebPEncoder::new_lossless(&mut bytes);
    encoder
        .set_exif_metadata(metadata::exif_with_comment(parameters))
        .map_err(image::ImageError::Unsupported)?;
    encoder.write_image(picture, picture.width(), picture.height(), ExtendedColorType::Rgba8)?;
    Ok(bytes)
}

fn jpeg_bytes(picture: &RgbaImage, parameters: &str) -> image::ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
    encoder
        .set_exif_metadata(metadata::exif_with_comment(parameters))
        .map_err(image::ImageError::Unsupported)?;
    let over_white = |[red, green, blue, alpha]: &[u8; 4]| {
        [red, green, blue].map(|&channel| {
            let alpha = u32::from(*alpha);
            ((u32::from(channel) * alpha + 255 * (255 - alpha) + 127) / 255) as u8
        })
    };
    let opaque: Vec<u8> = picture.as_raw().as_chunks().0.iter().flat_map(over_white).collect();
    encoder.write_image(&opaque, picture.width(), picture.height(), ExtendedColorType::Rgb8)?;
    Ok(bytes)
}

/// What to do with a file that has the name already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    /// Keep it and take the next free name.
    Keep,
    /// Replace it, unless this run wrote it.
    Replace,
}

/// Where pictures go, and as what.
#[derive(Debug)]
pub(crate) struct Output {
    folder: PathBuf,
    /// A name that `--out` gave, instead of the prompt's.
    name: Option<String>,
    format: Format,
    existing: Existing,
    written: HashSet<PathBuf>,
}

impl Output {
    /// Opens `out`: a folder, made if need be, or a file name with a picture's extension. Tries at once whether
    /// the folder can be written to, so that nobody waits for a picture that cannot be kept.
    pub(crate) fn open(
        out: Option<&Path>,
        format: Option<Format>,
        existing: Existing,
    ) -> Result<Self, Error> {
        let out = out.unwrap_or(Path::new("."));
        let by_name = out.extension().and_then(|extension| Format::parse(&extension.to_string_lossy()).ok());
        let (folder, name) = match by_name {
            Some(_) if !out.is_dir() => (
                out.parent().unwrap_or(Path::new("")),
                out.file_stem().map(|stem| stem.to_string_lossy().into_owned()),
            ),
            _ => (out, None),
        };
        let format = format.or(by_name.filter(|_| name.is_some())).unwrap_or(Format::Png);
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder }.to_owned();
        let unwritable = |source| Error::writing(&folder.join("."), source);
        fs::create_dir_all(&folder).map_err(unwritable)?;
        tempfile::tempfile_in(&folder).map_err(unwritable)?;
        Ok(Self { folder, name, format, existing, written: HashSet::new() })
    }

    /// The format that files will have.
    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// Writes a labelled picture under a name made from `prompt` and gives the path.
    pub(crate) fn write(&mut self, prompt: &str, picture: &Labelled) -> Result<PathBuf, Error> {
        self.place(&self.stem(prompt), self.format.extension(), |file| file.write_all(picture.bytes()))
    }

    /// Writes an `OpenRaster` file beside the picture.
    pub(crate) fn write_layers(&mut self, prompt: &str, layers: &[u8]) -> Result<PathBuf, Error> {
        self.place(&self.stem(prompt), "ora", |file| file.write_all(layers))
    }

    fn stem(&self, prompt: &str) -> String {
        self.name.clone().unwrap_or_else(|| file_stem(prompt))
    }

    /// Writes to a nameless file first and gives it the first free name after that.
    fn place(
        &mut self,
        stem: &str,
        extension: &str,
        fill: impl FnOnce(&mut NamedTempFile) -> io::Result<()>,
    ) -> Result<PathBuf, Error> {
        let first = self.folder.join(format!("{stem}.{extension}"));
        let failed = |source| Error::writing(&first, source);
        let mut file = nameless(&self.folder).map_err(failed)?;
        fill(&mut file).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
        for number in 1.. {
            let path = match number {
                1 => first.clone(),
                _ => self.folder.join(format!("{stem}-{number}.{extension}")),
            };
            if self.written.contains(&path) {
                continue;
            }
            let placed = match self.existing {
                Existing::Keep => file.persist_noclobber(&path),
                Existing::Replace => file.persist(&path),
            };
            match placed {
                Ok(_) => {
                    self.written.insert(path.clone());
                    return Ok(path.strip_prefix(".").map_or(path.clone(), Path::to_owned));
                }
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => file = error.file,
                Err(error) => return Err(failed(error.error)),
            }
        }
        unreachable!("there is always a free number")
    }
}

/// A file in `folder` that has no proper name yet.
pub(crate) fn nameless(folder: &Path) -> io::Result<NamedTempFile> {
    readable_by_others(tempfile::Builder::new().prefix(".danqing-")).tempfile_in(folder)
}

/// Temporary files are private by default; pictures are as readable as other new files.
fn readable_by_others<'a, 'b>(
    builder: &'a mut tempfile::Builder<'b, 'b>,
) -> &'a mut tempfile::Builder<'b, 'b> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder
}

/// A file name without extension, from a prompt in any script: letters, digits and emoji stay, runs of anything
/// else become one hyphen. The same prompt always gives the same name.
pub(crate) fn file_stem(prompt: &str) -> String {
    let kept = |c: char| {
        c.is_alphanumeric() || matches!(c, '_' | '\u{2600}'..='\u{27BF}' | '\u{1F000}'..='\u{1FAFF}')
    };
    let words: Vec<&str> = prompt.split(|c| !kept(c)).filter(|word| !word.is_empty()).collect();
    let name: String = words.join("-").chars().take(NAME_CHARACTERS).collect();
    let name = name.trim_matches('-');
    match name {
        "" => "picture".to_owned(),
        name if is_reserved(name) => format!("{name}_"),
        name => name.to_owned(),
    }
}

/// Names that Windows keeps for devices.
fn is_reserved(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let numbered = |device: &str| {
        name.strip_prefix(device)
            .is_some_and(|rest| rest.len() == 1 && rest.chars().all(|c| c.is_ascii_digit()))
    };
    ["con", "prn", "aux", "nul"].contains(&name.as_str()) || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use danqing_moderation::{Policy, Screened};

    use super::*;
    use crate::labelling::Labelling;
    use crate::metadata::{Found, find};

    #[test]
    fn names_come_from_prompts_of_any_script() {
        for (prompt, name) in [
            ("三只红灯笼", "三只红灯笼"),
            ("a cat, and a dog!", "a-cat-and-a-dog"),
            ("../../etc/passwd", "etc-passwd"),
            ("🐱🐶", "🐱🐶"),
            ("!?", "picture"),
            ("con", "con_"),
            ("COM1", "COM1_"),
            ("한국어 日本", "한국어-日本"),
        ] {
            assert_eq!(file_stem(prompt), name, "{prompt}");
        }
        assert!(
            file_stem(&"字".repeat(1000)).len() <= 4 * NAME_CHARACTERS,
            "short enough for every file system"
        );
    }

    #[test]
    fn every_format_carries_parameters() {
        let picture = RgbaImage::from_fn(16, 16, |x, y| image::Rgba([x as u8 * 15, y as u8 * 15, 99, 128]));
        let text = "三只红灯笼🏮\nSteps: 12, Seed: 42, CFG scale: 3";
        for format in [Format::Png, Format::WebP, Format::Jpeg] {
            let bytes = format.encode(&picture, text).expect("a small picture");
            let Found::Parameters(parameters, found) = find(&bytes) else {
                panic!("no parameters in {format:?}")
            };
            assert_eq!(
                (parameters.prompt.as_str(), Format::of(found)),
                ("三只红灯笼🏮", Some(format)),
                "read back"
            );
            let decoded = image::load_from_memory(&bytes).expect("a sound picture").into_rgba8();
            assert!(format == Format::Jpeg || decoded == picture, "{format:?} keeps every pixel");
        }
    }

    fn screened(picture: RgbaImage) -> Screened<RgbaImage> {
        let rules = Policy::shipped().expect("sound rules");
        rules.admit_picture(picture, &[]).expect("no score, no stop")
    }

    #[test]
    fn files_are_never_overwritten_unasked() {
        let folder = tempfile::tempdir().expect("a folder");
        let pictures = folder.path().join("pictures");
        let picture = RgbaImage::new(128, 128);
        let labelled = Labelling::for_tests(&folder.path().join("keys"))
            .label(screened(picture), "tiny", None, &|picture| Format::Png.encode(picture, "猫\nSteps: 1"))
            .expect("labelled");
        let write = |existing| {
            let mut output = Output::open(Some(&pictures), None, existing).expect("writable");
            ["猫", "猫"].map(|prompt| {
                let path = output.write(prompt, &labelled).expect("written");
                path.file_name().expect("a name").to_string_lossy().into_owned()
            })
        };
        assert_eq!(write(Existing::Keep), ["猫.png", "猫-2.png"], "first run");
        assert_eq!(write(Existing::Keep), ["猫-3.png", "猫-4.png"], "second run");
        assert_eq!(write(Existing::Replace), ["猫.png", "猫-2.png"], "forced");
        let left = fs::read_dir(&pictures).expect("readable").count();
        assert_eq!(left, 4, "no temporary files are left");
    }
}
