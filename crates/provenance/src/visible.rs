//! The explicit label: words on a plate, drawn into the pixels (GB 45438-2025, 5.2).
//!
//! The standard asks for text with an artificial-intelligence element and a generation element at an edge or a corner,
//! legible, of a height of at least 5 % of the shortest side. It does not say what the height of text is; here it is the
//! ink of the smallest obligatory glyph as rendered, the strictest reading.

mod outlines;

use ab_glyph::{Font, FontRef, GlyphId, OutlinedGlyph, ScaleFont, point};
use image::{Rgba, RgbaImage};

use crate::Error;

pub(crate) use outlines::{Outlines, Segment};

/// Noto Sans SC Medium, cut down to [`Wording::CHARACTERS`] by `scripts/label_font.sh`.
const FONT: &[u8] = include_bytes!("../assets/label.ttf");

/// Height of the ink, of the shortest side.
const LEAST_SHARE: f32 = 0.05;
/// From the plate to the edges that it stands at, of the shortest side.
const MARGIN: f32 = LEAST_SHARE * 0.5;
/// Height of the ink below which nobody can read it, in pixels; smaller only where the picture has no room.
const LEGIBLE_PX: u32 = 12;
/// Coverage from which a pixel counts as ink, of 255.
const INKED: u8 = 128;
/// Contrast of ink and plate (WCAG 2.2, 1.4.3: 4.5 for text of any size).
pub const LEAST_CONTRAST: f32 = 4.5;

const PAPER: [u8; 3] = [0xF7, 0xF3, 0xEA];
const INK: [u8; 3] = [0x22, 0x20, 0x1E];
const VERMILION: [u8; 3] = [0xA8, 0x23, 0x1B];

/// Where the label stands: corners and edges, as the standard asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Position {
    TopLeft,
    Top,
    TopRight,
    Left,
    Right,
    BottomLeft,
    Bottom,
    #[default]
    BottomRight,
}

impl Position {
    /// All positions.
    pub const ALL: [Self; 8] = [
        Self::TopLeft,
        Self::Top,
        Self::TopRight,
        Self::Left,
        Self::Right,
        Self::BottomLeft,
        Self::Bottom,
        Self::BottomRight,
    ];

    /// Where it keeps to, across and down: the start (-1), the middle (0) or the end (1).
    fn sides(self) -> [i8; 2] {
        match self {
            Self::TopLeft => [-1, -1],
            Self::Top => [0, -1],
            Self::TopRight => [1, -1],
            Self::Left => [-1, 0],
            Self::Right => [1, 0],
            Self::BottomLeft => [-1, 1],
            Self::Bottom => [0, 1],
            Self::BottomRight => [1, 1],
        }
    }

    /// Left and upper end of something in the space that it leaves `free`, by column and row.
    fn place(self, free: (u32, u32), margin: u32) -> (u32, u32) {
        let along = |side: i8, free: u32| match side {
            -1 => margin.min(free / 2),
            0 => free / 2,
            _ => free - margin.min(free / 2),
        };
        let [across, down] = self.sides();
        (along(across, free.0), along(down, free.1))
    }
}

/// Colours of the label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// A paper plate where the picture is dark, an ink plate where it is light.
    #[default]
    Plate,
    /// Paper words on a vermilion plate, like a seal.
    Seal,
}

/// Obligatory words that the standard allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording(String);

impl Wording {
    /// Characters that the embedded font has.
    pub const CHARACTERS: &str = "AIGC人工智能生成合内容由图片丹青 ·-_.,:!()（）：，。\
        abcdefghijklmnopqrstuvwxyzBDEFHJKLMNOPQRSTUVWXYZ0123456789";
    /// Most characters, so that the label fits into every picture at the height that it needs.
    const LONGEST: usize = 12;

    /// Takes `text` if the standard does.
    ///
    /// # Errors
    /// [`Error::Wording`] where it lacks `AI` or `人工智能`, or lacks `生成` and `合成`, is longer than 12 characters, or
    /// has a character that the embedded font has not.
    pub fn new(text: &str) -> Result<Self, Error> {
        let refused = |what| Err(Error::Wording { text: text.chars().take(40).collect(), what });
        let has = |words: [&str; 2]| words.iter().any(|word| text.contains(word));
        if !has(["AI", "人工智能"]) {
            return refused("it says neither `AI` nor `人工智能`");
        }
        if !has(["生成", "合成"]) {
            return refused("it says neither `生成` nor `合成`");
        }
        if text.chars().count() > Self::LONGEST {
            return refused("it has more than 12 characters");
        }
        if !text.chars().all(|c| Self::CHARACTERS.contains(c)) {
            return refused("it has a character that the label's font lacks");
        }
        Ok(Self(text.to_owned()))
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Wording {
    fn default() -> Self {
        Self("AI生成".to_owned())
    }
}

/// Words beside the obligatory ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Addition {
    /// None.
    #[default]
    None,
    /// `AI generated`, smaller.
    English,
}

/// How the explicit label looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visible {
    /// The obligatory words.
    pub wording: Wording,
    /// What stands beside them.
    pub addition: Addition,
    /// Where.
    pub position: Position,
    /// Colours.
    pub style: Style,
}

/// A rectangle of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rect {
    /// Left column.
    pub x: u32,
    /// Top row.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// A label that was drawn, as measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawn {
    /// The plate.
    pub plate: Rect,
    /// Rows of ink of the smallest obligatory glyph.
    pub ink_height_px: u32,
    /// Contrast of ink and plate (WCAG 2.2), at least [`LEAST_CONTRAST`].
    pub contrast: f32,
}

impl Visible {
    /// Puts the label on the first page of a PDF file, as outlines that need no font; all that was there stays byte for
    /// byte, with a new revision behind it. The implicit label is [`crate::container::write`]'s part.
    ///
    /// Pages are taken to be light: the plate is dark, unless the style is a seal.
    ///
    /// # Errors
    /// [`Error::Damaged`] where the page cannot be found, [`Error::Encrypted`], and [`Error::Unsupported`] where there
    /// is no page, or no room on it.
    pub fn stamp(&self, pdf: &[u8]) -> Result<Vec<u8>, Error> {
        crate::container::pdf::stamped(pdf, self)
    }
}

/// Rows of ink that the standard asks of a picture: 5 % of its shortest side, rounded up.
pub fn least_ink_px(width: u32, height: u32) -> u32 {
    width.min(height).div_ceil(20)
}

impl Visible {
    /// Draws the label into `picture` (straight alpha). Label and plate are opaque, whatever was below.
    ///
    /// # Errors
    /// [`Error::NoRoom`] where the picture is too small for legible words, and nothing is drawn.
    pub fn draw(&self, picture: &mut RgbaImage) -> Result<Drawn, Error> {
        let (width, height) = picture.dimensions();
        let no_room = || Error::NoRoom { width, height };
        let font = FontRef::try_from_slice(FONT).map_err(|_| no_room())?;
        let least = least_ink_px(width, height);
        let line = [least.max(LEGIBLE_PX), least]
            .into_iter()
            .filter_map(|ink| Line::set(&font, self, ink))
            .find(|line| line.plate_size().0 <= width && line.plate_size().1 <= height)
            .ok_or_else(no_room)?;

        let size = line.plate_size();
        let margin = (MARGIN * width.min(height) as f32).round() as u32;
        let (x, y) = self.position.place((width - size.0, height - size.1), margin);
        let plate = Rect { x, y, width: size.0, height: size.1 };
        let (plate_colour, ink_colour) = match self.style {
            Style::Seal => (VERMILION, PAPER),
            Style::Plate if luminance_under(picture, plate) > MIDDLE => (INK, PAPER),
            Style::Plate => (PAPER, INK),
        };
        fill_rounded(picture, plate, line.radius(), plate_colour);
        line.print(picture, (x + line.padding().0, y + line.padding().1), ink_colour);
        let contrast = contrast(luminance(plate_colour), luminance(ink_colour));
        Ok(Drawn { plate, ink_height_px: line.ink_height, contrast })
    }
}

/// White space between the edge of the plate and the ink, across and down, of the ink's height.
const PADDING: [f32; 2] = [0.42, 0.34];
/// Radius of the plate's corners, of the ink's height.
const RADIUS: f32 = 0.28;
/// Relative luminance that has the same contrast to [`PAPER`] and to [`INK`], about.
const MIDDLE: f32 = 0.2;

/// Words as coverage, before they have a place.
struct Line {
    mask: Vec<u8>,
    width: u32,
    height: u32,
    /// Rows of ink of the smallest obligatory glyph.
    ink_height: u32,
}

impl Line {
    /// Sets the words so large that every obligatory glyph has `ink` rows of ink or more.
    fn set(font: &FontRef<'_>, label: &Visible, ink: u32) -> Option<Self> {
        let mut size = ink as f32;
        // Rounding to pixels costs a row or two at most; the bound only guards against a font without outlines.
        for _ in 0..64 {
            let line = Self::set_at(font, label, size)?;
            if line.ink_height >= ink {
                return Some(line);
            }
            size += ((ink - line.ink_height) as f32 * 0.5).max(0.25);
        }
        None
    }

    /// Sets the words with Chinese ink about `size` pixels high.
    fn set_at(font: &FontRef<'_>, label: &Visible, size: f32) -> Option<Self> {
        let (glyphs, obligatory) = Self::glyphs(font, label, size)?;
        Self::rendered(&glyphs, obligatory, &label.wording)
    }

    /// The glyphs at their places, y downwards, and how many of them are obligatory.
    fn glyphs(font: &FontRef<'_>, label: &Visible, size: f32) -> Option<(Vec<OutlinedGlyph>, usize)> {
        let chinese = size / font_share(font, '生')?;
        // Capitals are as high as the Chinese glyphs beside them, so that no glyph falls below the standard's height.
        let latin = size / font_share(font, 'A')?;
        let mut glyphs = Vec::new();
        let mut x = 0.0;
        let base = size;
        for c in label.wording.0.chars() {
            let scale = if c.is_ascii() { latin } else { chinese };
            let drop = if c.is_ascii() { 0.0 } else { descent(font, '生', chinese) };
            set_glyph(font, c, scale, base - drop, &mut x, &mut glyphs);
            x += size * 0.04;
        }
        let obligatory = glyphs.len();
        if label.addition == Addition::English {
            x += size * 0.45;
            for c in "AI generated".chars() {
                set_glyph(font, c, latin * 0.62, base - size * 0.12, &mut x, &mut glyphs);
            }
        }
        Some((glyphs, obligatory))
    }

    fn rendered(glyphs: &[OutlinedGlyph], obligatory: usize, wording: &Wording) -> Option<Self> {
        let bounds = glyphs.iter().map(OutlinedGlyph::px_bounds);
        let left = bounds.clone().map(|b| b.min.x).reduce(f32::min)?;
        let top = bounds.clone().map(|b| b.min.y).reduce(f32::min)?;
        let right = bounds.clone().map(|b| b.max.x).reduce(f32::max)?;
        let bottom = bounds.map(|b| b.max.y).reduce(f32::max)?;
        let (width, height) = ((right - left) as u32, (bottom - top) as u32);
        let mut line = Self { mask: vec![0; (width * height) as usize], width, height, ink_height: u32::MAX };
        let counted = wording.0.chars().filter(|c| *c != ' ').map(is_full_height);
        for (place, glyph) in glyphs.iter().enumerate() {
            let origin = glyph.px_bounds().min;
            let (x0, y0) = ((origin.x - left) as u32, (origin.y - top) as u32);
            let mut rows = (u32::MAX, 0);
            glyph.draw(|x, y, coverage| {
                let covered = (coverage * 255.0).round().clamp(0.0, 255.0) as u8;
                if let Some(pixel) = line.mask.get_mut(((y0 + y) * width + x0 + x) as usize) {
                    *pixel = (*pixel).max(covered);
                }
                if covered >= INKED {
                    rows = (rows.0.min(y), rows.1.max(y + 1));
                }
            });
            if place < obligatory && counted.clone().nth(place) == Some(true) {
                line.ink_height = line.ink_height.min(rows.1.saturating_sub(rows.0));
            }
        }
        Some(line)
    }

    /// White space between the edge of the plate and the ink, across and down.
    fn padding(&self) -> (u32, u32) {
        PADDING.map(|share| (self.ink_height as f32 * share).round().max(2.0) as u32).into()
    }

    fn plate_size(&self) -> (u32, u32) {
        (self.width + 2 * self.padding().0, self.height + 2 * self.padding().1)
    }

    fn radius(&self) -> f32 {
        self.ink_height as f32 * RADIUS
    }

    fn print(&self, picture: &mut RgbaImage, (x0, y0): (u32, u32), colour: [u8; 3]) {
        for (row, coverages) in self.mask.chunks_exact(self.width.max(1) as usize).enumerate() {
            for (column, coverage) in coverages.iter().enumerate() {
                paint(picture, x0 + column as u32, y0 + row as u32, colour, *coverage);
            }
        }
    }
}

/// Height is asked of letters, digits and Chinese characters, not of points and dashes.
fn is_full_height(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit() || ('\u{4E00}'..='\u{9FFF}').contains(&c)
}

/// Height of a character's outline, of the font's height.
fn font_share(font: &FontRef<'_>, c: char) -> Option<f32> {
    let bounds = font.outline(font.glyph_id(c))?.bounds;
    Some((bounds.max.y - bounds.min.y).abs() / font.height_unscaled())
}

/// How far a character's outline reaches below the line at `scale`.
fn descent(font: &FontRef<'_>, c: char, scale: f32) -> f32 {
    let lowest =
        font.outline(font.glyph_id(c)).map_or(0.0, |outline| outline.bounds.min.y.min(outline.bounds.max.y));
    -lowest * scale / font.height_unscaled()
}

fn set_glyph(
    font: &FontRef<'_>,
    c: char,
    scale: f32,
    base: f32,
    x: &mut f32,
    glyphs: &mut Vec<OutlinedGlyph>,
) {
    let id: GlyphId = font.glyph_id(c);
    glyphs.extend(font.outline_glyph(id.with_scale_and_position(scale, point(*x, base))));
    *x += font.as_scaled(scale).h_advance(id);
}

/// Fills `rect` with corners of `radius`; their edges are smooth, all else is opaque.
fn fill_rounded(picture: &mut RgbaImage, rect: Rect, radius: f32, colour: [u8; 3]) {
    let beyond = |at: u32, length: u32| {
        let at = at as f32 + 0.5;
        (radius - at).max(at - (length as f32 - radius)).max(0.0)
    };
    for row in 0..rect.height {
        for column in 0..rect.width {
            let distance = beyond(column, rect.width).hypot(beyond(row, rect.height));
            let coverage = (radius - distance + 0.5).clamp(0.0, 1.0);
            paint(picture, rect.x + column, rect.y + row, colour, (coverage * 255.0).round() as u8);
        }
    }
}

/// Paints `colour` over a pixel of straight alpha.
fn paint(picture: &mut RgbaImage, x: u32, y: u32, colour: [u8; 3], coverage: u8) {
    let Some(pixel) = picture.get_pixel_mut_checked(x, y) else { return };
    let Rgba([red, green, blue, alpha]) = *pixel;
    let over = u32::from(coverage) * 255;
    let under = u32::from(alpha) * (255 - u32::from(coverage));
    let whole = over + under;
    if coverage == 0 || whole == 0 {
        return;
    }
    let mixed =
        |new: u8, old: u8| ((u32::from(new) * over + u32::from(old) * under + whole / 2) / whole) as u8;
    *pixel = Rgba([
        mixed(colour[0], red),
        mixed(colour[1], green),
        mixed(colour[2], blue),
        (whole / 255).min(255) as u8,
    ]);
}

/// Mean luminance of what a viewer sees in `rect`; transparent parts count as white, which most viewers put below.
fn luminance_under(picture: &RgbaImage, rect: Rect) -> f32 {
    // A grid of at most 64 by 64 pixels tells as much as all of them.
    let step = |length: u32| length.div_ceil(64).max(1) as usize;
    let mut sum = 0.0;
    let mut count = 0.0f32;
    for y in (rect.y..rect.y + rect.height).step_by(step(rect.height)) {
        for x in (rect.x..rect.x + rect.width).step_by(step(rect.width)) {
            let Rgba([red, green, blue, alpha]) = *picture.get_pixel(x, y);
            let opaque = f32::from(alpha) / 255.0;
            sum += luminance([red, green, blue]) * opaque + (1.0 - opaque);
            count += 1.0;
        }
    }
    sum / count.max(1.0)
}

/// Relative luminance of an sRGB colour (WCAG 2.2).
fn luminance(colour: [u8; 3]) -> f32 {
    let [red, green, blue] = colour.map(|channel| {
        let channel = f32::from(channel) / 255.0;
        if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: f32, other: f32) -> f32 {
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(wording: &str) -> Visible {
        Visible { wording: Wording::new(wording).expect("allowed"), ..Visible::default() }
    }

    /// Rows of ink in a drawn label, measured on the picture's pixels: rows with a pixel nearer to ink than to plate.
    fn measured_ink_rows(picture: &RgbaImage, drawn: &Drawn) -> u32 {
        let plate = drawn.plate;
        let background = picture.get_pixel(plate.x + plate.width / 2, plate.y + 1).0;
        let is_ink = |x, y| {
            let pixel: &Rgba<u8> = picture.get_pixel(x, y);
            (0..3).map(|c| i32::from(pixel[c]).abs_diff(i32::from(background[c]))).max() > Some(100)
        };
        let rows = plate.y + 2..plate.y + plate.height - 2;
        let columns = plate.x + plate.height / 4..plate.x + plate.width - plate.height / 4;
        rows.filter(|y| columns.clone().any(|x| is_ink(x, *y))).count() as u32
    }

    #[test]
    fn ink_is_as_high_as_the_standard_asks() {
        for (width, height) in
            [(256, 256), (512, 512), (1024, 1024), (2048, 512), (512, 2048), (4096, 1024), (333, 777)]
        {
            for wording in ["AI生成", "AI合成", "人工智能生成合成", "由AI生成"] {
                let mut picture = RgbaImage::from_pixel(width, height, Rgba([10, 60, 90, 255]));
                let drawn = label(wording).draw(&mut picture).expect("there is room");
                let least = least_ink_px(width, height);
                assert!(drawn.ink_height_px >= least, "{wording} on {width}x{height}: {drawn:?}");
                assert!(
                    measured_ink_rows(&picture, &drawn) >= least,
                    "{wording} on {width}x{height}: measured"
                );
                assert!(
                    drawn.ink_height_px <= least.max(LEGIBLE_PX) + 2,
                    "{wording}: and hardly higher: {drawn:?}"
                );
            }
        }
        assert_eq!((least_ink_px(1024, 1024), least_ink_px(2048, 512)), (52, 26), "5 %, rounded up");
    }

    #[test]
    fn contrast_is_measured_on_every_background() {
        for style in [Style::Plate, Style::Seal] {
            for grey in (0..=255).step_by(15) {
                for alpha in [0, 90, 255] {
                    let mut picture = RgbaImage::from_pixel(300, 300, Rgba([grey, grey, grey, alpha]));
                    let drawn =
                        Visible { style, ..Visible::default() }.draw(&mut picture).expect("there is room");
                    let Rect { x, y, width, height } = drawn.plate;
                    let inside = |dx: u32, dy: u32| picture.get_pixel(x + dx, y + dy).0;
                    let seen: Vec<f32> = (height / 4..height * 3 / 4)
                        .flat_map(|dy| (height / 4..width - height / 4).map(move |dx| (dx, dy)))
                        .map(|(dx, dy)| inside(dx, dy))
                        .inspect(|pixel| assert_eq!(pixel[3], 255, "opaque"))
                        .map(|[red, green, blue, _]| luminance([red, green, blue]))
                        .collect();
                    let (least, most) =
                        seen.iter().fold((1.0f32, 0.0f32), |(a, b), l| (a.min(*l), b.max(*l)));
                    assert!(contrast(least, most) >= LEAST_CONTRAST, "{style:?} on {grey}, {alpha}");
                    assert!(drawn.contrast >= LEAST_CONTRAST, "as stated");
                }
            }
        }
    }

    #[test]
    fn nothing_outside_the_plate_changes_and_the_plate_is_inside() {
        let original = RgbaImage::from_fn(400, 300, |x, y| Rgba([x as u8, y as u8, 7, (x + y) as u8]));
        for position in Position::ALL {
            let mut picture = original.clone();
            let drawn = Visible { position, addition: Addition::English, ..Visible::default() };
            let Rect { x, y, width, height } = drawn.draw(&mut picture).expect("there is room").plate;
            assert!(x + width <= 400 && y + height <= 300, "{position:?} is inside");
            for (column, row, pixel) in picture.enumerate_pixels() {
                let inside = (x..x + width).contains(&column) && (y..y + height).contains(&row);
                assert!(
                    inside || pixel == original.get_pixel(column, row),
                    "{position:?} at {column}, {row}"
                );
            }
        }
    }

    #[test]
    fn tiny_pictures_are_refused_and_stay() {
        for side in 0..200 {
            let mut picture = RgbaImage::from_pixel(side, side, Rgba([1, 2, 3, 4]));
            let outcome = Visible::default().draw(&mut picture);
            if side >= 64 {
                assert!(outcome.expect("there is room").ink_height_px >= LEGIBLE_PX, "legible at {side}");
            } else if outcome.is_err() {
                assert!(picture.pixels().all(|pixel| *pixel == Rgba([1, 2, 3, 4])), "untouched at {side}");
            }
        }
    }

    #[test]
    fn wordings_are_those_that_the_standard_allows() {
        for text in ["AI生成", "AI合成", "人工智能生成合成", "内容由AI生成", "本图片由AI生成"]
        {
            assert_eq!(Wording::new(text).is_ok(), !text.contains('本'), "{text}");
        }
        for text in ["", "AI", "生成", "丹青", "AI generated", "AI生成AI生成AI生成AI生成", "AI生成💡"]
        {
            assert!(Wording::new(text).is_err(), "{text}");
        }
        let font = FontRef::try_from_slice(FONT).expect("the font");
        for c in Wording::CHARACTERS.chars().filter(|c| *c != ' ') {
            assert!(
                font.outline(font.glyph_id(c)).is_some() && font.glyph_id(c).0 != 0,
                "{c} has an outline"
            );
        }
    }
}
