//! The explicit label of texts and drawings: a line of words, or a plate at the place that the settings name.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use danqing_provenance::container::Format;
use danqing_provenance::visible::Visible;
use image::{ImageFormat, RgbaImage};

/// Short side that the plate of a drawing is made for, in pixels.
const SHORT_PX: f64 = 512.0;
/// Drawings that are longer than this many of their short sides get no plate.
const LONGEST: f64 = 8.0;

/// A text with the words as its first line, after front matter; `None` where it says so already or is not UTF-8.
pub(super) fn written(file: &[u8], format: Format, visible: &Visible) -> Option<Vec<u8>> {
    let text = str::from_utf8(file).ok()?;
    let start = match format {
        Format::Markdown => after_front_matter(text),
        _ => text.len() - text.trim_start_matches('\u{FEFF}').len(),
    };
    let (head, body) = text.split_at(start);
    let says_so = |line: Option<&str>| line.is_some_and(is_label);
    let mut lines = body.lines().filter(|line| !line.trim().is_empty());
    if says_so(lines.next()) || says_so(lines.next_back()) {
        return None;
    }
    let mark = if format == Format::Markdown { "> " } else { "" };
    Some(format!("{head}{mark}{}\n\n{body}", visible.wording.as_str()).into_bytes())
}

/// Whether a line is a text label: both elements, and little besides.
fn is_label(line: &str) -> bool {
    let has = |words: [&str; 2]| words.iter().any(|word| line.contains(word));
    line.chars().count() <= 40 && has(["AI", "人工智能"]) && has(["生成", "合成"])
}

/// Where the text begins after lines between two lines of hyphens at its very start.
fn after_front_matter(text: &str) -> usize {
    let bare = text.trim_start_matches('\u{FEFF}');
    let mut at = text.len() - bare.len();
    for (index, line) in bare.split_inclusive('\n').enumerate() {
        let is_fence = ["---", "..."].contains(&line.trim_end());
        if index == 0 && line.trim_end() != "---" {
            return at;
        }
        at += line.len();
        if index > 0 && is_fence {
            return at;
        }
    }
    text.len() - bare.len()
}

/// A drawing with the plate as its last element; `None` where its size is not told or its end is not found.
pub(super) fn drawn(file: &[u8], visible: &Visible) -> Result<Option<Vec<u8>>, danqing_provenance::Error> {
    let Some((text, end, area)) =
        str::from_utf8(file).ok().and_then(|text| Some((text, text.rfind("</svg>")?, area(text)?)))
    else {
        return Ok(None);
    };
    let [left, top, width, height] = area;
    let unit = width.min(height) / SHORT_PX;
    let pixels = |length: f64| (length / unit).round() as u32;
    let mut canvas = RgbaImage::new(pixels(width), pixels(height));
    let plate = visible.draw(&mut canvas)?.plate;
    let cut = image::imageops::crop_imm(&canvas, plate.x, plate.y, plate.width, plate.height).to_image();
    let mut png = Cursor::new(Vec::new());
    cut.write_to(&mut png, ImageFormat::Png)
        .map_err(|error| danqing_provenance::Error::Encode { reason: error.to_string() })?;
    let (x, y) = (left + f64::from(plate.x) * unit, top + f64::from(plate.y) * unit);
    let (wide, high) = (f64::from(plate.width) * unit, f64::from(plate.height) * unit);
    let image = format!(
        "<image xmlns:xlink=\"http://www.w3.org/1999/xlink\" x=\"{x:.3}\" y=\"{y:.3}\" width=\"{wide:.3}\" height=\"{high:.3}\" xlink:href=\"data:image/png;base64,{}\"><title>{}</title></image>",
        STANDARD.encode(png.into_inner()),
        visible.wording.as_str()
    );
    Ok(Some(format!("{}{image}{}", &text[..end], &text[end..]).into_bytes()))
}

/// What a drawing shows, in its own units: left, top, width and height.
fn area(text: &str) -> Option<[f64; 4]> {
    let start = text.find("<svg")?;
    let tag = &text[start..start + text[start..].find('>')?];
    let attribute = |name: &str| {
        tag.match_indices(name).find_map(|(at, _)| {
            let before = tag[..at].chars().next_back()?;
            let rest = tag[at + name.len()..].trim_start().strip_prefix('=')?.trim_start();
            let quote = rest.chars().next().filter(|c| ['"', '\''].contains(c))?;
            before.is_whitespace().then(|| rest[1..].split(quote).next())?
        })
    };
    let length = |name| attribute(name)?.trim().trim_end_matches("px").parse::<f64>().ok();
    let area = match attribute("viewBox") {
        Some(values) => {
            let values: Vec<f64> = values
                .split(|c: char| c.is_whitespace() || c == ',')
                .filter(|part| !part.is_empty())
                .map(str::parse)
                .collect::<Result<_, _>>()
                .ok()?;
            values.try_into().ok()?
        }
        None => [0.0, 0.0, length("width")?, length("height")?],
    };
    let [_, _, width, height] = area;
    let fits = area.iter().all(|value| value.is_finite() && value.abs() < 1e7)
        && width.min(height) > 1e-3
        && width.max(height) <= LONGEST * width.min(height);
    fits.then_some(area)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(file: &str, format: Format) -> Option<String> {
        written(file.as_bytes(), format, &Visible::default())
            .map(|bytes| String::from_utf8(bytes).expect("UTF-8"))
    }

    #[test]
    fn texts_say_it_first_and_once() {
        assert_eq!(text("春眠不觉晓\n", Format::Text).as_deref(), Some("AI生成\n\n春眠不觉晓\n"));
        assert_eq!(text("\u{FEFF}春\n", Format::Text).as_deref(), Some("\u{FEFF}AI生成\n\n春\n"));
        assert_eq!(
            text("---\ntitle: a\n---\n# 春\n", Format::Markdown).as_deref(),
            Some("---\ntitle: a\n---\n> AI生成\n\n# 春\n")
        );
        assert_eq!(text("---\nno end\n", Format::Markdown).as_deref(), Some("> AI生成\n\n---\nno end\n"));
        for said in ["本文由人工智能生成\n\n正文\n", "正文\n\n（AI合成内容）\n"] {
            assert_eq!(text(said, Format::Text), None, "{said}");
        }
    }

    #[test]
    fn drawings_get_a_plate_inside_their_frame() {
        let file = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='-10 0 200 100'><path d='M0 0'/></svg>";
        let marked = drawn(file.as_bytes(), &Visible::default()).expect("drawn").expect("a plate");
        let marked = String::from_utf8(marked).expect("UTF-8");
        assert!(marked.starts_with(&file[..file.len() - 6]) && marked.ends_with("</svg>"), "{marked}");
        let of = |name: &str| -> f64 {
            let (_, rest) = marked.rsplit_once(&format!(" {name}=\"")).expect(name);
            rest.split('"').next().expect("a value").parse().expect("a number")
        };
        assert!(of("x") + of("width") <= 190.0 && of("y") + of("height") <= 100.0, "inside: {marked}");
        assert!(of("height") >= 5.0, "5 % of the short side: {marked}");
        for unknown in
            ["<svg><path/></svg>", "<svg viewBox='0 0 1 x'></svg>", "<svg viewBox='0 0 900 1'></svg>"]
        {
            assert_eq!(drawn(unknown.as_bytes(), &Visible::default()).expect("no error"), None, "{unknown}");
        }
    }
}
