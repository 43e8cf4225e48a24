//! Places of subjects relative to other subjects.

use super::arrange::{circle, row};
use super::pack::slide;
use super::piece::{Cutout, Piece, Silhouette};
use crate::random::Random;
use crate::scene::{RelationKind, WornAt};

/// Space between things that stand beside each other.
const GAP: f32 = 0.06;

/// Size of a thing between two others, by their height.
pub(super) const BETWEEN: f32 = 0.55;

/// Adds `copies` to `whole`, each or all of them `kind` to `object`, which is a part of `whole`.
///
/// `side` counts the things placed by this object before, so that they take turns between left and right.
pub(super) fn relate(
    whole: &mut Piece,
    object: &Piece,
    kind: RelationKind,
    copies: Vec<Piece>,
    cutouts: &[Cutout],
    side: usize,
    random: &mut Random,
) {
    let bounds = object.bounds();
    let (width, height) = (bounds.width(), bounds.height());
    let longest = width.max(height);
    let right = side.is_multiple_of(2);
    let outward = if right { 1.0 } else { -1.0 };
    let placed = match kind {
        RelationKind::HangsFrom => hanging(object, copies, cutouts, random),
        RelationKind::Around => {
            let sized = copies.into_iter().map(|copy| fitted(copy, longest * 0.34)).collect();
            let mut ring = circle(sized, longest * 0.5 + longest * 0.2);
            let (x, y) = bounds.centre();
            ring.iter_mut().for_each(|piece| piece.shift(x, y));
            Piece::joined(ring)
        }
        RelationKind::On => on(object, copies, cutouts),
        RelationKind::Under => {
            let mut group = group(copies, longest * 0.46, width * 0.95);
            let aside = if group.items.len() == 1 { 0.2 * width * outward } else { 0.0 };
            group.stand_at(bounds.centre().0 + aside, bounds.bottom + 0.05 * height);
            group.deepen(2);
            group
        }
        RelationKind::InFrontOf => {
            let mut group = group(copies, longest * 0.6, width * 0.9);
            group.stand_at(bounds.centre().0 - 0.24 * width * outward, bounds.bottom + 0.14 * height);
            group.deepen(2);
            group
        }
        RelationKind::Behind => {
            let mut group = group(copies, longest * 0.95, width * 1.2);
            group.stand_at(bounds.centre().0 + 0.4 * width * outward, bounds.bottom - 0.12 * height);
            group.deepen(-2);
            group
        }
        RelationKind::Inside => {
            let mut group = group(copies, longest * 0.66, width * 0.72);
            // Looking out over the rim, hidden below it.
            let rim = match object.items.as_slice() {
                [item] => silhouette(item.cutout, cutouts).rim(),
                _ => 0.0,
            };
            let own = group.bounds().height();
            group.stand_at(bounds.centre().0, bounds.top + rim * height + 0.34 * own);
            group.deepen(-2);
            group
        }
        RelationKind::Above | RelationKind::Below => {
            let mut group = group(copies, longest * 0.8, width * 1.4);
            let down = if kind == RelationKind::Below { 1.0 } else { -1.0 };
            group.centre_at(bounds.centre().0, bounds.centre().1);
            slide(object, &mut group, cutouts, (0.0, down), 2.0 * GAP);
            group
        }
        RelationKind::LeftOf | RelationKind::RightOf | RelationKind::Beside => {
            let direction = match kind {
                RelationKind::LeftOf => -1.0,
                RelationKind::RightOf => 1.0,
                _ => outward,
            };
            let mut group = group(copies, longest * 0.9, width * 1.6);
            group.stand_at(bounds.centre().0, bounds.bottom);
            slide(whole, &mut group, cutouts, (direction, 0.0), GAP);
            group
        }
        RelationKind::Between { .. } => {
            let mut group = group(copies, height * BETWEEN, width * 0.4);
            group.stand_at(bounds.centre().0, bounds.bottom);
            group.deepen(1);
            group
        }
        RelationKind::Wears(at) => {
            let worn = copies.into_iter().next().map(|worn| wear(object, worn, at, cutouts));
            worn.unwrap_or_default()
        }
    };
    whole.items.extend(placed.items);
}

/// Copies as one row, each at most `longest` on its longer side, all at most `width` wide.
fn group(copies: Vec<Piece>, longest: f32, width: f32) -> Piece {
    let sized = copies.into_iter().map(|copy| fitted(copy, longest)).collect();
    let mut group = Piece::joined(row(sized));
    let own = group.bounds().width();
    if own > width && group.items.len() > 1 {
        group.scale(width / own);
    }
    group
}

/// `piece` with a longer side of `longest` units times its own size: big things stay bigger than small ones.
fn fitted(mut piece: Piece, longest: f32) -> Piece {
    piece.scale(longest);
    piece
}

/// Standing on the upper edge of the object.
fn on(object: &Piece, copies: Vec<Piece>, cutouts: &[Cutout]) -> Piece {
    let bounds = object.bounds();
    let longest = bounds.width().max(bounds.height());
    let mut group = group(copies, longest * 0.62, bounds.width() * 0.98);
    let own = group.bounds();
    let half = (own.width() / bounds.width() / 4.0).min(0.3);
    let surface = surface(object, cutouts, 0.5 - half, 0.5 + half).unwrap_or(bounds.top);
    group.stand_at(bounds.centre().0, surface + 0.07 * own.height());
    group.deepen(2);
    group
}

/// The upper edge of `object` between two parts of its width, in units.
fn surface(object: &Piece, cutouts: &[Cutout], from: f32, to: f32) -> Option<f32> {
    let bounds = object.bounds();
    let [item] = object.items.as_slice() else { return Some(bounds.top) };
    let height = silhouette(item.cutout, cutouts).surface(from, to)?;
    Some(bounds.top + height * bounds.height())
}

fn silhouette(cutout: usize, cutouts: &[Cutout]) -> &Silhouette {
    &cutouts[cutout].silhouette
}

/// Hanging down from the object's underside, well above its foot.
fn hanging(object: &Piece, copies: Vec<Piece>, cutouts: &[Cutout], random: &mut Random) -> Piece {
    let bounds = object.bounds();
    let longest = bounds.width().max(bounds.height());
    let count = copies.len();
    let size = longest * if count > 4 { 0.24 } else { 0.3 };
    let placed = copies.into_iter().enumerate().map(|(index, copy)| {
        let mut copy = fitted(copy, size * (1.0 + 0.06 * random.around()));
        let part = if count == 1 { 0.26 } else { 0.15 + 0.7 * index as f32 / (count - 1) as f32 };
        let own = copy.bounds();
        let underside = match object.items.as_slice() {
            [item] => silhouette(item.cutout, cutouts).underside(part - 0.06, part + 0.06),
            _ => None,
        };
        let top = bounds.top + underside.unwrap_or(0.6) * bounds.height() - 0.4 * own.height();
        // Not below the middle of a trunk, and not all at one height.
        let lowest = bounds.bottom - 0.16 * bounds.height() - own.height();
        let stagger = if index % 2 == 1 { 0.1 } else { 0.0 } * bounds.height();
        copy.centre_at(bounds.left + part * bounds.width(), top.min(lowest) + own.height() / 2.0 + stagger);
        copy.deepen(2);
        copy
    });
    Piece::joined(placed.collect::<Vec<_>>())
}

/// `worn` on the first item of `wearer`.
fn wear(wearer: &Piece, mut worn: Piece, at: WornAt, cutouts: &[Cutout]) -> Piece {
    let Some(body) = wearer.items.first() else { return worn };
    let outline = silhouette(body.cutout, cutouts);
    // The rows of the body that tell how broad it is there; how much of that the thing takes; where its middle is.
    let (from, to, share) = match at {
        WornAt::Face => (0.26, 0.4, 0.84),
        WornAt::Head => (0.1, 0.24, 0.74),
        WornAt::Neck => (0.55, 0.7, 0.62),
    };
    let (left, right) = outline.breadth(from, to).unwrap_or((0.2, 0.8));
    let (left, right) = if body.mirrored { (1.0 - right, 1.0 - left) } else { (left, right) };
    let top_left = (body.x - body.width / 2.0, body.y - body.height / 2.0);
    let breadth = ((right - left) * body.width).max(0.3 * body.width);
    worn.scale(share * breadth / worn.bounds().width());
    let x = top_left.0 + (left + right) / 2.0 * body.width;
    let own = worn.bounds().height();
    let y = match at {
        WornAt::Face => top_left.1 + 0.37 * body.height,
        // The brim sits a little below the top of the head.
        WornAt::Head => top_left.1 + 0.13 * body.height - own * 0.42,
        WornAt::Neck => top_left.1 + 0.64 * body.height,
    };
    worn.centre_at(x, y);
    worn.deepen(body.depth + 1);
    worn
}
