//! Parameters in a picture: what it takes to paint it again.
//!
//! The text follows the convention of the A1111 web interface, so that other programs read it too:
//! prompt, negative prompt, then one line of `Key: value` pairs beginning with `Steps`. Values hold no comma,
//! colon or quote, since readers disagree about them. PNG: an iTXt chunk `parameters`; JPEG and WebP: the EXIF
//! field `UserComment`.

mod exif;

use std::io::Cursor;

use image::{ImageDecoder, ImageFormat};

use crate::changes;
use crate::edit::Incoming;
use crate::order::{Grid, Order, Reading, Travel, Wish};

pub(crate) use exif::with_comment as exif_with_comment;

/// Keyword of the iTXt chunk.
pub(crate) const KEYWORD: &str = "parameters";

/// Which model painted, as its parameters name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PaintedBy {
    /// Such as `xiaoyang`.
    pub(crate) model: String,
    /// The first characters of the weights' SHA-256.
    pub(crate) hash: String,
}

/// The parameters text of `order`.
pub(crate) fn text(order: &Order, by: &PaintedBy) -> String {
    let mut text = format!("{}\n", order.prompt);
    if !order.negative.is_empty() {
        text.push_str(&format!("Negative prompt: {}\n", order.negative));
    }
    let mut pairs = vec![
        ("Steps", order.steps.to_string()),
        ("Sampler", order.sampler.to_string()),
        ("Schedule type", "Automatic".to_owned()),
        ("CFG scale", order.guidance.to_string()),
        ("Seed", order.seed.to_string()),
        ("Size", order.size.to_string()),
        ("Model hash", by.hash.clone()),
        ("Model", by.model.clone()),
    ];
    pairs.extend(order.style.map(|style| ("Style", style.name().to_owned())));
    pairs.extend(order.blend.map(|blend| ("Style blend", blend.to_string())));
    // The names that A1111 has for the same interpolation.
    pairs.extend(order.travel.iter().flat_map(|Travel { seed, share }| {
        [("Variation seed", seed.to_string()), ("Variation seed strength", share.get().to_string())]
    }));
    pairs.extend(order.background.map(|background| ("Background", background.to_string())));
    pairs.extend((!order.changes.is_empty()).then(|| ("Changes", changes::told(&order.changes))));
    if let Some(Incoming { edit, hash, .. }) = order.incoming.as_deref() {
        pairs.push(("Denoising strength", edit.strength().get().to_string()));
        pairs.extend(edit.area().map(|area| ("Inpaint area", area.name().to_owned())));
        pairs.push(("Init image hash", hash.clone()));
    }
    pairs.extend((order.reading == Reading::Whole).then(|| ("Reader", "off".to_owned())));
    pairs.extend((order.grid == Grid::Sheet).then(|| ("Grid", order.count.to_string())));
    pairs.push(("Version", concat!("danqing v", env!("CARGO_PKG_VERSION")).to_owned()));
    let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}: {}", plain(value))).collect();
    text + &pairs.join(", ")
}

/// `value` without the characters that readers trip over.
fn plain(value: &str) -> String {
    value
        .chars()
        .map(|c| if matches!(c, ',' | ':' | '"' | '\'') || c.is_control() { ' ' } else { c })
        .collect()
}

/// Parameters, read back.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Parameters {
    /// The prompt.
    pub(crate) prompt: String,
    /// Everything else that decides the picture.
    pub(crate) wish: Wish,
    /// The hash of the weights it was painted with.
    pub(crate) model_hash: Option<String>,
    /// The hash of the picture that it started from.
    pub(crate) incoming_hash: Option<String>,
}

impl Parameters {
    /// Reads a parameters text, of danqing or of another program; `None` if there is no line of values in it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (words, values) = text.trim_end().rsplit_once('\n')?;
        let value = |key: &str| {
            let pair = values.split(", ").find_map(|pair| pair.trim().strip_prefix(key)?.strip_prefix(": "));
            pair.map(|value| value.trim().to_owned())
        };
        value("Steps")?;
        // The first line is always prompt, even where it looks like a negative one.
        let (prompt, negative) = words.split_once("\nNegative prompt: ").unwrap_or((words, ""));
        let grid = value("Grid").and_then(|count| count.parse().ok());
        Some(Self {
            prompt: prompt.to_owned(),
            wish: Wish {
                negative: Some(negative.to_owned()),
                seed: value("Seed").and_then(|seed| seed.parse().ok()),
                steps: value("Steps").and_then(|steps| steps.parse().ok()),
                guidance: value("CFG scale").and_then(|scale| scale.parse().ok()),
                sampler: value("Sampler"),
                size: value("Size"),
                count: grid,
                style: value("Style"),
                background: value("Background"),
                reading: value("Reader").map(|_| Reading::Whole),
                grid: grid.map(|_| Grid::Sheet),
                changes: value("Changes"),
                strength: value("Denoising strength").and_then(|strength| strength.parse().ok()),
                area: value("Inpaint area"),
                travel: value("Variation seed")
                    .zip(value("Variation seed strength"))
                    .map(|(seed, share)| format!("{seed}:{share}")),
                blend: value("Style blend"),
            },
            model_hash: value("Model hash"),
            incoming_hash: value("Init image hash"),
        })
    }
}

/// What a picture file says about itself.
pub(crate) enum Found {
    /// Its parameters, and the format it is in.
    Parameters(Box<Parameters>, ImageFormat),
    /// It is a picture without parameters.
    Nothing,
    /// It is no picture, or a damaged one.
    NotAPicture,
}

/// Looks for parameters in the bytes of a PNG, JPEG or WebP file.
pub(crate) fn find(file: &[u8]) -> Found {
    let Some((format, text)) =
        image::guess_format(file).ok().and_then(|format| Some((format, comment(file, format)?)))
    else {
        return Found::NotAPicture;
    };
    match text.as_deref().and_then(Parameters::parse) {
        Some(parameters) => Found::Parameters(Box::new(parameters), format),
        None => Found::Nothing,
    }
}

/// The parameters text in the bytes of a PNG, JPEG or WebP file, whoever wrote it.
pub(crate) fn text_of(file: &[u8]) -> Option<String> {
    comment(file, image::guess_format(file).ok()?)?
}

/// The text in a picture; the outer `None` means that the picture is damaged or of another format.
fn comment(file: &[u8], format: ImageFormat) -> Option<Option<String>> {
    let exif = match format {
        ImageFormat::Png => return png_text(file),
        ImageFormat::Jpeg => {
            image::codecs::jpeg::JpegDecoder::new(Cursor::new(file)).ok()?.exif_metadata().ok()?
        }
        ImageFormat::WebP => {
            image::codecs::webp::WebPDecoder::new(Cursor::new(file)).ok()?.exif_metadata().ok()?
        }
        _ => return None,
    };
    Some(exif.and_then(|exif| exif::comment(&exif)))
}

fn png_text(file: &[u8]) -> Option<Option<String>> {
    let mut reader = png::Decoder::new(Cursor::new(file)).read_info().ok()?;
    reader.finish().ok()?; // texts may stand behind the pixels
    let info = reader.info();
    let international = info.utf8_text.iter().find(|chunk| chunk.keyword == KEYWORD);
    if let Some(chunk) = international {
        return Some(chunk.get_text().ok());
    }
    let latin = info.uncompressed_latin1_text.iter().find(|chunk| chunk.keyword == KEYWORD);
    Some(latin.map(|chunk| chunk.text.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by() -> PaintedBy {
        PaintedBy { model: "xiaoyang".into(), hash: "0123456789".into() }
    }

    fn wish() -> Wish {
        Wish {
            negative: Some("文字: \"水印\", 模糊".into()),
            seed: Some(42),
            steps: Some(20),
            guidance: Some(3.5),
            sampler: Some("dpm++ 2m".into()),
            size: Some("1024x768".into()),
            count: Some(4),
            style: Some("剪纸".into()),
            background: Some("#ffd84d".into()),
            reading: Some(Reading::Whole),
            grid: Some(Grid::Sheet),
            changes: Some("layer 2 move 40 -10; layer 1 repaint 77".into()),
            strength: None,
            area: None,
            travel: Some("99:0.4".into()),
            blend: Some("3d:0.25".into()),
        }
    }

    #[test]
    fn the_text_is_as_other_programs_expect() {
        let order = Order::new("三只红灯笼", &Wish { seed: Some(42), ..Wish::default() }).expect("sound");
        let expected = format!(
            "三只红灯笼\nSteps: 12, Sampler: Euler, Schedule type: Automatic, CFG scale: 4, Seed: 42, Size: 512x512, Model hash: 0123456789, Model: xiaoyang, Version: danqing v{}",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(text(&order, &by()), expected, "no negative, no extra keys");
    }

    #[test]
    fn orders_survive_whole() {
        for prompt in ["三只红灯笼", "Negative prompt: x", "Steps: 5, Seed: 1", "a, b: \"c\""] {
            let order = Order::new(prompt, &wish()).expect("sound");
            let parameters = Parameters::parse(&text(&order, &by())).expect("parameters");
            let again = Order::new(&parameters.prompt, &parameters.wish).expect("sound");
            assert_eq!(again, order, "{prompt}");
        }
    }

    #[test]
    fn parameters_of_other_programs_are_read() {
        let foreign = "a cat,\nsitting\nNegative prompt: ugly,\nbad\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 5, Size: 512x512, Model: \"a, b\"";
        let parameters = Parameters::parse(foreign).expect("parameters");
        assert_eq!(parameters.prompt, "a cat,\nsitting", "prompt of two lines");
        assert_eq!(parameters.wish.negative.as_deref(), Some("ugly,\nbad"), "negative of two lines");
        assert!(Parameters::parse("just words").is_none(), "no values");
        assert!(Parameters::parse("").is_none(), "nothing");
    }
}
