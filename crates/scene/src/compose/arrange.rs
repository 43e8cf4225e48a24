//! Arrangements of pieces that do not depend on each other.

use std::f32::consts::PI;

use super::pack::{Growth, pack, root, slide};
use super::piece::{Bounds, Cutout, Piece};
use super::pixels::sine_cosine;
use crate::random::Random;
use crate::scene::{Layout, Place};

/// Space between outlines, in units of an average subject.
const GAP: f32 = 0.07;

/// Arranges `pieces` about the origin as `layout` says, for a canvas of `aspect` (width by height).
pub(super) fn arrange(
    layout: Layout,
    pieces: Vec<Piece>,
    cutouts: &[Cutout],
    aspect: f32,
    random: &mut Random,
) -> Vec<Piece> {
    match layout {
        _ if pieces.len() < 2 => pieces,
        Layout::Row => row(pieces),
        Layout::Column => column(pieces),
        Layout::Circle => circle(pieces, 0.0),
        Layout::Grid { columns, rows } => grid(pieces, columns as usize, rows as usize, aspect),
        Layout::Scattered => scatter(pieces, aspect, random),
        Layout::Pile => {
            let turned = pieces.into_iter().map(|piece| varied(piece, 0.35, 0.08, random)).collect();
            pack(turned, cutouts, 0.0, aspect, Growth::Heap, random)
        }
        Layout::Natural => natural(pieces, cutouts, aspect, random),
    }
}

/// A loose group, as a designer would set it: of several the one that fills the canvas best.
fn natural(pieces: Vec<Piece>, cutouts: &[Cutout], aspect: f32, random: &mut Random) -> Vec<Piece> {
    match pieces.len() {
        2 => pair(pieces, cutouts, aspect),
        3 => three(pieces, cutouts, aspect),
        count if count > 16 => scatter(pieces, aspect, random),
        count => {
            let alike = are_alike(&pieces);
            let gap = if count > 8 { GAP * 1.2 } else { GAP };
            let varied: Vec<Piece> = pieces
                .into_iter()
                .map(|piece| varied(piece, if alike { 0.10 } else { 0.05 }, 0.07, random))
                .collect();
            let mut shuffled = || {
                let mut pieces = varied.clone();
                shuffle(&mut pieces, random);
                pieces
            };
            let mut groups: Vec<(f32, Vec<Piece>)> = Vec::new();
            if count < 10 {
                groups.extend((2..=4).map(|rows| (0.94, staggered(shuffled(), rows, cutouts))));
            }
            let orders: Vec<Vec<Piece>> = STRETCHES.iter().map(|_| shuffled()).collect();
            for (pieces, stretch) in orders.into_iter().zip(STRETCHES) {
                groups.push((1.0, pack(pieces, cutouts, gap, aspect * stretch, Growth::Cluster, random)));
            }
            fullest(groups, aspect)
        }
    }
}

/// Shapes of groups that are tried, as parts of the canvas's aspect.
const STRETCHES: [f32; 8] = [0.75, 0.9, 1.0, 1.1, 1.3, 0.85, 1.0, 1.2];

/// In rows of nearly equal length that are shifted against each other and let down until they touch.
fn staggered(pieces: Vec<Piece>, rows: usize, cutouts: &[Cutout]) -> Vec<Piece> {
    let count = pieces.len();
    let mut pieces = pieces.into_iter();
    let mut placed: Vec<Piece> = Vec::new();
    for index in 0..rows.min(count) {
        // The middle rows take what does not divide.
        let order = (index + rows / 2) % rows;
        let length = count / rows + usize::from(order < count % rows);
        let mut line: Vec<Piece> = Vec::new();
        for (place, mut piece) in pieces.by_ref().take(length).enumerate() {
            piece.centre_at(0.0, if place % 2 == 0 { -0.07 } else { 0.07 });
            if let Some(last) = line.last() {
                slide(last, &mut piece, cutouts, (1.0, 0.0), GAP);
            }
            line.push(piece);
        }
        let mut line = Piece::joined(line);
        let shift = if count.is_multiple_of(rows) { 0.2 } else { 0.0 };
        line.centre_at(if index % 2 == 0 { -shift } else { shift }, 0.0);
        if !placed.is_empty() {
            let above = Piece::joined(placed.clone());
            slide(&above, &mut line, cutouts, (0.0, 1.0), GAP);
        }
        placed.extend(line.items.into_iter().map(|item| Piece { items: vec![item] }));
    }
    placed
}

fn are_alike(pieces: &[Piece]) -> bool {
    pieces.iter().all(|piece| piece.subject() == pieces[0].subject())
}

/// The group whose pieces come out largest on a canvas of `aspect`, each counted with its weight.
///
/// Of equally full ones the first; groups that lost a piece count for nothing.
fn fullest(groups: impl IntoIterator<Item = (f32, Vec<Piece>)>, aspect: f32) -> Vec<Piece> {
    let mut best: Option<(f32, Vec<Piece>)> = None;
    for (weight, pieces) in groups {
        let bounds = Piece::joined(pieces.clone()).bounds();
        let fit = weight * (aspect / bounds.width()).min(1.0 / bounds.height());
        let more = best.as_ref().is_none_or(|(most, group)| {
            group.len() < pieces.len() || (group.len() == pieces.len() && fit > most * 1.01)
        });
        if more {
            best = Some((fit, pieces));
        }
    }
    best.map(|(_, pieces)| pieces).unwrap_or_default()
}

/// Two on one ground, stepped, or one above the other; of two copies the second is a little smaller.
fn pair(mut pieces: Vec<Piece>, cutouts: &[Cutout], aspect: f32) -> Vec<Piece> {
    let alike = are_alike(&pieces);
    if alike {
        pieces[1].scale(0.9);
    }
    let set = |direction: (f32, f32), lower: f32| {
        let mut pieces = pieces.clone();
        let (first, rest) = pieces.split_at_mut(1);
        first[0].stand_at(0.0, 0.0);
        rest[0].stand_at(0.0, lower);
        slide(&first[0], &mut rest[0], cutouts, direction, GAP);
        pieces
    };
    let beside = set((1.0, 0.0), if alike { 0.07 } else { 0.0 });
    let stepped = set((0.6, 0.8), 0.0);
    let above = set((0.0, 1.0), 0.0);
    let [steps, stacks] = if alike { [0.88, 0.74] } else { [0.78, 0.68] };
    fullest([(1.0, beside), (steps, stepped), (stacks, above)], aspect)
}

/// Three in a triangle or side by side, whichever fills the canvas.
fn three(mut pieces: Vec<Piece>, cutouts: &[Cutout], aspect: f32) -> Vec<Piece> {
    if are_alike(&pieces) {
        pieces[1].scale(0.9);
        pieces[2].scale(0.82);
    } else {
        // The largest one leads.
        let area = |piece: &Piece| piece.bounds().width() * piece.bounds().height();
        let largest = (0..3).max_by(|&a, &b| area(&pieces[a]).total_cmp(&area(&pieces[b])).then(b.cmp(&a)));
        pieces.swap(0, largest.unwrap_or(0));
    }
    let [first, second, third] = pieces.try_into().unwrap_or([const { Piece { items: Vec::new() } }; 3]);
    let groups = [
        (1.0, flanked(first.clone(), second.clone(), third.clone(), cutouts)),
        (0.96, leaning(first.clone(), second.clone(), third.clone(), cutouts)),
        (0.93, pyramid(first, second, third, cutouts)),
    ];
    fullest(groups, aspect)
}

/// The first in the middle, the others a little lower on both sides.
fn flanked(mut first: Piece, mut second: Piece, mut third: Piece, cutouts: &[Cutout]) -> Vec<Piece> {
    first.stand_at(0.0, 0.0);
    second.stand_at(0.0, 0.09);
    third.stand_at(0.0, 0.05);
    slide(&first, &mut second, cutouts, (-1.0, 0.0), GAP);
    slide(&first, &mut third, cutouts, (1.0, 0.0), GAP);
    vec![first, second, third]
}

/// The first high on the left, the second lower on the right, the third under both.
fn leaning(mut first: Piece, mut second: Piece, mut third: Piece, cutouts: &[Cutout]) -> Vec<Piece> {
    first.stand_at(0.0, 0.0);
    second.stand_at(0.0, 0.34);
    slide(&first, &mut second, cutouts, (1.0, 0.0), GAP);
    let both = Piece::joined([first.clone(), second.clone()]);
    third.centre_at(first.bounds().centre().0 + 0.12, 0.0);
    slide(&both, &mut third, cutouts, (0.0, 1.0), GAP);
    vec![first, second, third]
}

/// Two on the ground, the first above them.
fn pyramid(mut first: Piece, mut second: Piece, mut third: Piece, cutouts: &[Cutout]) -> Vec<Piece> {
    second.stand_at(0.0, 0.0);
    third.stand_at(0.0, 0.0);
    slide(&second, &mut third, cutouts, (1.0, 0.0), GAP);
    let both = Piece::joined([second.clone(), third.clone()]);
    first.centre_at(both.bounds().centre().0, 0.0);
    slide(&both, &mut first, cutouts, (0.0, -1.0), GAP);
    vec![first, second, third]
}

/// Side by side on one ground.
pub(super) fn row(mut pieces: Vec<Piece>) -> Vec<Piece> {
    let mut x = 0.0;
    for piece in &mut pieces {
        let bounds = piece.bounds();
        piece.shift(x - bounds.left, -bounds.bottom);
        x += bounds.width() + 1.6 * GAP;
    }
    pieces
}

fn column(mut pieces: Vec<Piece>) -> Vec<Piece> {
    let mut y = 0.0;
    for piece in &mut pieces {
        let bounds = piece.bounds();
        piece.shift(-bounds.centre().0, y - bounds.top);
        y += bounds.height() + 1.4 * GAP;
    }
    pieces
}

/// In a ring, upright, at least `radius` from the middle; the first at the top.
pub(super) fn circle(mut pieces: Vec<Piece>, radius: f32) -> Vec<Piece> {
    let count = pieces.len() as f32;
    let widest = pieces
        .iter()
        .map(|piece| (piece.bounds().width() + piece.bounds().height()) / 2.0)
        .fold(0.0, f32::max);
    let (half_step, _) = sine_cosine(PI / count.max(2.0));
    let radius = radius.max((widest + 2.0 * GAP) / (2.0 * half_step)).max(widest * 0.9);
    for (index, piece) in pieces.iter_mut().enumerate() {
        let (sine, cosine) = whole_turn(index as f32 / count);
        piece.centre_at(radius * sine, -radius * cosine);
    }
    pieces
}

/// Sine and cosine of a part of a whole turn, from 0 to 1.
fn whole_turn(part: f32) -> (f32, f32) {
    let quarter = (part * 4.0) as i32;
    let (sine, cosine) = sine_cosine((part - quarter as f32 / 4.0) * 2.0 * PI);
    match quarter & 3 {
        0 => (sine, cosine),
        1 => (cosine, -sine),
        2 => (-sine, -cosine),
        _ => (-cosine, sine),
    }
}

fn grid(mut pieces: Vec<Piece>, columns: usize, rows: usize, aspect: f32) -> Vec<Piece> {
    let count = pieces.len();
    let columns = match (columns, rows) {
        (0, 0) => {
            (1..=count).find(|&columns| columns as f32 >= root(count as f32 * aspect) - 0.01).unwrap_or(count)
        }
        (0, rows) => count.div_ceil(rows),
        (columns, _) => columns,
    };
    let size = |of: fn(&Bounds) -> f32| {
        pieces.iter().map(|piece| of(&piece.bounds())).fold(0.0, f32::max) + 2.0 * GAP
    };
    let (width, height) = (size(Bounds::width), size(Bounds::height));
    // Square cells look tidy unless all pieces are narrow.
    let side = if width / height > 0.75 && width / height < 1.33 {
        (width.max(height), width.max(height))
    } else {
        (width, height)
    };
    for (index, piece) in pieces.iter_mut().enumerate() {
        let (column, row) = (index % columns, index / columns);
        // A short last row stands in the middle.
        let short = columns - (count - row * columns).min(columns);
        piece.centre_at((column as f32 + short as f32 / 2.0) * side.0, row as f32 * side.1);
    }
    pieces
}

/// All over a canvas of `aspect`: far from each other first, then pushed apart where they are too near.
///
/// Source: Mitchell 1991, "Spectrally optimal sampling for distribution ray tracing" (best candidate).
fn scatter(mut pieces: Vec<Piece>, aspect: f32, random: &mut Random) -> Vec<Piece> {
    shuffle(&mut pieces, random);
    let mut pieces: Vec<Piece> = pieces.into_iter().map(|piece| varied(piece, 0.3, 0.2, random)).collect();
    let radii: Vec<f32> =
        pieces.iter().map(|piece| (piece.bounds().width() + piece.bounds().height()) / 4.0).collect();
    let area: f32 = radii.iter().map(|radius| radius * radius * PI).sum();
    // Covered to 46 %: airy, and relaxation can still free every piece.
    let height = root(area / 0.46 / aspect);
    let width = height * aspect;
    let mut centres: Vec<(f32, f32)> = Vec::new();
    for index in 0..pieces.len() {
        let candidates: Vec<(f32, f32)> =
            (0..40).map(|_| (random.unit() * width, random.unit() * height)).collect();
        let room = |&(x, y): &(f32, f32)| {
            let others =
                centres.iter().zip(&radii).map(|(&(ox, oy), radius)| distance(x - ox, y - oy) - radius);
            let walls = [x, y, width - x, height - y].map(|wall| wall * 1.4).into_iter();
            others.chain(walls).fold(f32::MAX, f32::min)
        };
        let best = candidates.into_iter().max_by(|a, b| room(a).total_cmp(&room(b)));
        centres.extend(best.map(|centre| within(centre, radii[index], width, height)));
    }
    for _ in 0..120 {
        relax(&mut centres, &radii, width, height);
    }
    for (piece, (x, y)) in pieces.iter_mut().zip(centres) {
        piece.centre_at(x, y);
    }
    pieces
}

/// Radii grow by this while pieces push each other: more than fits, so that they share the room evenly.
const SPREAD: f32 = 1.36;

fn relax(centres: &mut [(f32, f32)], radii: &[f32], width: f32, height: f32) {
    for a in 0..centres.len() {
        for b in a + 1..centres.len() {
            let (dx, dy) = (centres[b].0 - centres[a].0, centres[b].1 - centres[a].1);
            let apart = distance(dx, dy).max(1e-3);
            let overlap = (radii[a] + radii[b]) * SPREAD - apart;
            if overlap > 0.0 {
                let push = overlap * 0.25 / apart;
                centres[a] = (centres[a].0 - dx * push, centres[a].1 - dy * push);
                centres[b] = (centres[b].0 + dx * push, centres[b].1 + dy * push);
            }
        }
        centres[a] = within(centres[a], radii[a], width, height);
    }
}

fn within((x, y): (f32, f32), radius: f32, width: f32, height: f32) -> (f32, f32) {
    let inside = |value: f32, side: f32| value.min(side - radius).max(radius.min(side / 2.0));
    (inside(x, width), inside(y, height))
}

fn distance(dx: f32, dy: f32) -> f32 {
    root(dx * dx + dy * dy)
}

/// Turned by up to `turn` radians and scaled by up to 1 ± `growth`.
pub(super) fn varied(mut piece: Piece, turn: f32, growth: f32, random: &mut Random) -> Piece {
    let turn = turn * random.around();
    piece.scale(1.0 + growth * random.around());
    // A group keeps its posture: its parts would turn apart.
    if let [item] = piece.items.as_mut_slice() {
        item.turn += turn;
    }
    piece
}

fn shuffle(pieces: &mut [Piece], random: &mut Random) {
    for last in (1..pieces.len()).rev() {
        pieces.swap(last, random.index(last + 1));
    }
}

/// Where a place lies, in thirds of the canvas from its middle.
fn third(place: Place) -> (f32, f32) {
    match place {
        Place::Left => (-1.0, 0.0),
        Place::Right => (1.0, 0.0),
        Place::Top => (0.0, -1.0),
        Place::Bottom => (0.0, 1.0),
        Place::Centre => (0.0, 0.0),
        Place::TopLeft => (-1.0, -1.0),
        Place::TopRight => (1.0, -1.0),
        Place::BottomLeft => (-1.0, 1.0),
        Place::BottomRight => (1.0, 1.0),
    }
}

/// Groups by their named places (`None` is the middle), on a canvas of `aspect` and height 2; everything fits.
pub(super) fn at_places(groups: Vec<(Option<Place>, Vec<Piece>)>, aspect: f32) -> Vec<Piece> {
    let corner = |place: Option<Place>| place.is_some_and(|place| third(place).0 * third(place).1 != 0.0);
    let crowned = groups.iter().any(|(place, _)| place.is_some_and(|place| third(place).1 < 0.0));
    let across =
        groups.iter().filter(|(place, _)| place.is_some_and(|place| third(place).0 != 0.0)).count().max(1);
    let mut placed = Vec::new();
    for (place, pieces) in groups {
        // What has no place stands below what has one at the top.
        let rest = if crowned { (0.0, 1.0) } else { (0.0, 0.0) };
        let (x, y) = place.map_or(rest, third);
        let mut group = Piece::joined(pieces);
        let bounds = group.bounds();
        // A third for what stands in a corner, half for sides, more for what has the middle alone.
        let share = if corner(place) {
            0.62
        } else if x != 0.0 && across > 1 {
            0.92
        } else if place.is_none() && crowned {
            1.16
        } else if (x, y) == (0.0, 0.0) {
            1.2
        } else {
            0.8
        };
        let fit = (share * aspect.min(1.6) / bounds.width()).min(share / bounds.height());
        group.scale(fit);
        let bounds = group.bounds();
        let reach = |side: f32, size: f32| (side * 0.93 - size / 2.0).max(0.0);
        group.centre_at(x * reach(aspect, bounds.width()), y * reach(1.0, bounds.height()));
        placed.push(group);
    }
    placed
}
