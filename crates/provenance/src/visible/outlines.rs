//! The label as outlines, for pages that have no pixels.

use ab_glyph::{Font, FontRef, OutlineCurve, OutlinedGlyph, ScaleFont};

use super::{
    FONT, INK, LEAST_SHARE, Line, MARGIN, PADDING, PAPER, RADIUS, Style, VERMILION, Visible, is_full_height,
};

/// Circles as cubic curves: (4 / 3) (sqrt(2) - 1).
const ROUND: f32 = 0.552_285;
/// More than the standard asks, so that no viewer's rounding to pixels takes a part of it: 4 %.
const ALLOWANCE: f32 = 1.04;
/// Height of the ink at which the words are first set.
const DRAFT: f32 = 100.0;

/// A part of a path that is closed and filled (nonzero winding number); y goes up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Segment {
    Move([f32; 2]),
    Line([f32; 2]),
    /// Two control points and the end.
    Curve([[f32; 2]; 3]),
}

/// A label on a page with the origin at its lower left.
#[derive(Debug)]
pub(crate) struct Outlines {
    pub(crate) plate: Vec<Segment>,
    pub(crate) plate_colour: [u8; 3],
    pub(crate) words: Vec<Segment>,
    pub(crate) ink_colour: [u8; 3],
}

impl Visible {
    /// The label for a page of `width` and `height` in any unit: the smallest obligatory glyph is at least 5 % of the
    /// shortest side high. `None` where it does not fit.
    pub(crate) fn outlines(&self, width: f32, height: f32) -> Option<Outlines> {
        let font = FontRef::try_from_slice(FONT).ok()?;
        let (glyphs, obligatory) = Line::glyphs(&font, self, DRAFT)?;
        let counted = self.wording.as_str().chars().filter(|c| *c != ' ').map(is_full_height);
        let ink = glyphs[..obligatory]
            .iter()
            .zip(counted)
            .filter(|(_, counted)| *counted)
            .map(|(glyph, _)| extent(&font, glyph))
            .map(|[_, bottom, _, top]| top - bottom)
            .reduce(f32::min)?;
        let all = glyphs.iter().map(|glyph| extent(&font, glyph)).reduce(|one, other| {
            let [left, bottom] = [0, 1].map(|side| one[side].min(other[side]));
            let [right, top] = [2, 3].map(|side| one[side].max(other[side]));
            [left, bottom, right, top]
        })?;
        let shortest = width.min(height);
        let ink_height = LEAST_SHARE * ALLOWANCE * shortest;
        let scale = ink_height / ink;
        let padding = PADDING.map(|share| share * ink_height);
        let plate =
            [(all[2] - all[0]) * scale + 2.0 * padding[0], (all[3] - all[1]) * scale + 2.0 * padding[1]];
        let free = [width - plate[0], height - plate[1]];
        if !(free[0] >= 0.0 && free[1] >= 0.0) {
            return None;
        }
        let along =
            |side: i8, free: f32| free / 2.0 + f32::from(side) * (free / 2.0 - MARGIN * shortest).max(0.0);
        let [across, down] = self.position.sides();
        let corner = [along(across, free[0]), along(-down, free[1])];
        let words = glyphs.iter().flat_map(|glyph| segments(&font, glyph)).map(|segment| {
            segment.map(|[x, y]| {
                [corner[0] + padding[0] + (x - all[0]) * scale, corner[1] + padding[1] + (y - all[1]) * scale]
            })
        });
        let (plate_colour, ink_colour) = match self.style {
            Style::Seal => (VERMILION, PAPER),
            Style::Plate => (INK, PAPER),
        };
        Some(Outlines {
            plate: rounded(corner, plate, RADIUS * ink_height),
            plate_colour,
            words: words.collect(),
            ink_colour,
        })
    }
}

impl Segment {
    fn map(self, to: impl Fn([f32; 2]) -> [f32; 2]) -> Self {
        match self {
            Self::Move(point) => Self::Move(to(point)),
            Self::Line(point) => Self::Line(to(point)),
            Self::Curve(points) => Self::Curve(points.map(to)),
        }
    }
}

/// Where a point of a glyph's outline is, y upwards.
fn placed(font: &FontRef<'_>, glyph: &OutlinedGlyph) -> impl Fn(ab_glyph::Point) -> [f32; 2] {
    let glyph = glyph.glyph();
    let scaled = font.as_scaled(glyph.scale);
    let (across, up) = (scaled.h_scale_factor(), scaled.v_scale_factor());
    let position = glyph.position;
    move |point| [position.x + point.x * across, point.y * up - position.y]
}

/// Left, bottom, right and top of a glyph.
fn extent(font: &FontRef<'_>, glyph: &OutlinedGlyph) -> [f32; 4] {
    let Some(outline) = font.outline(glyph.glyph().id) else { return [0.0; 4] };
    let place = placed(font, glyph);
    let [one, other] = [outline.bounds.min, outline.bounds.max].map(place);
    [one[0].min(other[0]), one[1].min(other[1]), one[0].max(other[0]), one[1].max(other[1])]
}

fn segments(font: &FontRef<'_>, glyph: &OutlinedGlyph) -> Vec<Segment> {
    let place = placed(font, glyph);
    let mut segments = Vec::new();
    let mut at = None;
    for curve in font.outline(glyph.glyph().id).into_iter().flat_map(|outline| outline.curves) {
        let (from, to) = match curve {
            OutlineCurve::Line(from, to)
            | OutlineCurve::Quad(from, _, to)
            | OutlineCurve::Cubic(from, _, _, to) => (from, to),
        };
        if at != Some(from) {
            segments.push(Segment::Move(place(from)));
        }
        at = Some(to);
        segments.push(match curve {
            OutlineCurve::Line(..) => Segment::Line(place(to)),
            OutlineCurve::Quad(_, control, _) => {
                // The same curve in cubic form.
                let [from, control, to] = [from, control, to].map(&place);
                let towards =
                    |end: [f32; 2]| [0, 1].map(|axis| end[axis] + (control[axis] - end[axis]) * 2.0 / 3.0);
                Segment::Curve([towards(from), towards(to), to])
            }
            OutlineCurve::Cubic(_, one, other, _) => Segment::Curve([one, other, to].map(&place)),
        });
    }
    segments
}

/// A rectangle with round corners.
fn rounded([x, y]: [f32; 2], [width, height]: [f32; 2], radius: f32) -> Vec<Segment> {
    let (right, top) = (x + width, y + height);
    let bend = radius * (1.0 - ROUND);
    vec![
        Segment::Move([x + radius, y]),
        Segment::Line([right - radius, y]),
        Segment::Curve([[right - bend, y], [right, y + bend], [right, y + radius]]),
        Segment::Line([right, top - radius]),
        Segment::Curve([[right, top - bend], [right - bend, top], [right - radius, top]]),
        Segment::Line([x + radius, top]),
        Segment::Curve([[x + bend, top], [x, top - bend], [x, top - radius]]),
        Segment::Line([x, y + radius]),
        Segment::Curve([[x, y + bend], [x + bend, y], [x + radius, y]]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visible::{Addition, Position, Wording};

    fn bounds(segments: &[Segment]) -> [f32; 4] {
        let points = segments.iter().flat_map(|segment| match segment {
            Segment::Move(point) | Segment::Line(point) => vec![*point],
            Segment::Curve(points) => points.to_vec(),
        });
        points.fold([f32::MAX, f32::MAX, f32::MIN, f32::MIN], |[a, b, c, d], [x, y]| {
            [a.min(x), b.min(y), c.max(x), d.max(y)]
        })
    }

    #[test]
    fn outlines_are_high_enough_and_inside_the_page_and_the_plate() {
        for (width, height) in [(595.0, 842.0), (842.0, 595.0), (200.0, 100.0), (10_000.0, 14_000.0)] {
            for wording in ["AI生成", "人工智能生成合成"] {
                for position in Position::ALL {
                    let wording = Wording::new(wording).expect("allowed");
                    let label = Visible { wording, position, ..Visible::default() };
                    let outlines = label.outlines(width, height).expect("there is room");
                    let (plate, words) = (bounds(&outlines.plate), bounds(&outlines.words));
                    assert!(plate[0] >= 0.0 && plate[1] >= 0.0, "{position:?}: {plate:?}");
                    assert!(plate[2] <= width && plate[3] <= height, "{position:?}: {plate:?}");
                    assert!(plate[0] < words[0] && plate[1] < words[1], "{words:?} in {plate:?}");
                    assert!(plate[2] > words[2] && plate[3] > words[3], "{words:?} in {plate:?}");
                    assert!(words[3] - words[1] >= 0.05 * width.min(height), "{words:?}");
                }
            }
        }
        assert!(Visible::default().outlines(10.0, 1000.0).is_some(), "a strip that is wide enough");
        let long = Visible {
            wording: Wording::new("人工智能生成合成内容图片").expect("allowed"),
            addition: Addition::English,
            ..Visible::default()
        };
        assert!(long.outlines(100.0, 400.0).is_none(), "no room");
        assert!(long.outlines(0.0, f32::NAN).is_none(), "no page");
    }
}
