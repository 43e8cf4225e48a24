//! Loose groups: pieces laid close together by their outlines.

use super::piece::{Bounds, Cutout, Piece};
use crate::random::Random;

/// Columns and rows of the plane that pieces are laid on; a row is one number of bits.
const SIDE: usize = 128;

/// A plane of cells, taken or free.
struct Plane {
    rows: [u128; SIDE],
    /// Cells per unit.
    fineness: f32,
}

/// The cells of one piece, and where its centre lies in them.
struct Stamp {
    rows: Vec<u128>,
    columns: usize,
    centre: (f32, f32),
}

impl Plane {
    fn new(fineness: f32) -> Self {
        Self { rows: [0; SIDE], fineness }
    }

    /// The cells that `piece` covers, grown by `gap` units on every side.
    fn stamp(&self, piece: &Piece, cutouts: &[Cutout], gap: f32) -> Stamp {
        let bounds = piece.bounds();
        let columns = (((bounds.width() + 2.0 * gap) * self.fineness).ceil() as usize).clamp(1, SIDE - 1);
        let rows = (((bounds.height() + 2.0 * gap) * self.fineness).ceil() as usize).clamp(1, SIDE - 1);
        let covered = |column: usize, row: usize| {
            let x = bounds.left - gap + (column as f32 + 0.5) / self.fineness;
            let y = bounds.top - gap + (row as f32 + 0.5) / self.fineness;
            near(piece, cutouts, x, y, gap)
        };
        let rows = (0..rows)
            .map(|row| {
                (0..columns)
                    .filter(|&column| covered(column, row))
                    .fold(0_u128, |bits, column| bits | 1 << column)
            })
            .collect::<Vec<_>>();
        let centre = (columns as f32 / 2.0, rows.len() as f32 / 2.0);
        Stamp { rows, columns, centre }
    }

    fn is_free(&self, stamp: &Stamp, column: usize, row: usize) -> bool {
        stamp.rows.iter().zip(&self.rows[row..]).all(|(bits, taken)| (bits << column) & taken == 0)
    }

    fn take(&mut self, stamp: &Stamp, column: usize, row: usize) {
        for (bits, taken) in stamp.rows.iter().zip(&mut self.rows[row..]) {
            *taken |= bits << column;
        }
    }

    /// The free place with the smallest `cost` of the stamp's centre, in units from the middle of the plane.
    fn best(&self, stamp: &Stamp, cost: impl Fn(f32, f32) -> f32) -> Option<(usize, usize)> {
        let mut best: Option<(f32, usize, usize)> = None;
        for row in 0..SIDE - stamp.rows.len() {
            for column in 0..SIDE - stamp.columns {
                let (x, y) = self.position(stamp, column, row);
                let cost = cost(x, y);
                if best.is_none_or(|(least, ..)| cost < least) && self.is_free(stamp, column, row) {
                    best = Some((cost, column, row));
                }
            }
        }
        best.map(|(_, column, row)| (column, row))
    }

    fn position(&self, stamp: &Stamp, column: usize, row: usize) -> (f32, f32) {
        let at = |cell: usize, centre: f32| (cell as f32 + centre - SIDE as f32 / 2.0) / self.fineness;
        (at(column, stamp.centre.0), at(row, stamp.centre.1))
    }
}

/// Whether some opaque point of `piece` is within `gap` of (`x`, `y`), looking at eight points around it.
fn near(piece: &Piece, cutouts: &[Cutout], x: f32, y: f32, gap: f32) -> bool {
    const AROUND: [(f32, f32); 9] = [
        (0.0, 0.0),
        (1.0, 0.0),
        (-1.0, 0.0),
        (0.0, 1.0),
        (0.0, -1.0),
        (0.7, 0.7),
        (-0.7, 0.7),
        (0.7, -0.7),
        (-0.7, -0.7),
    ];
    piece.items.iter().any(|item| {
        AROUND.iter().any(|(dx, dy)| {
            let (u, v) = item.inside(x + dx * gap, y + dy * gap);
            cutouts[item.cutout].silhouette.covers(u, v)
        })
    })
}

/// How a group grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Growth {
    /// Around a centre.
    Cluster,
    /// Upwards from the ground, overlapping a little.
    Heap,
}

/// Lays `pieces` close together, the largest first, with `gap` units between their outlines.
///
/// `aspect`: width of the group by its height. Pieces that find no place (there is room for about 60 of one size)
/// are left out.
pub(super) fn pack(
    mut pieces: Vec<Piece>,
    cutouts: &[Cutout],
    gap: f32,
    aspect: f32,
    growth: Growth,
    random: &mut Random,
) -> Vec<Piece> {
    let area: f32 =
        pieces.iter().map(|piece| (piece.bounds().width() + gap) * (piece.bounds().height() + gap)).sum();
    let largest =
        pieces.iter().map(|piece| piece.bounds().width().max(piece.bounds().height())).fold(0.0, f32::max);
    // Room for a group that is not quite full and not quite square.
    let side = (area * aspect.max(1.0 / aspect) * 2.6).max(largest * largest * 3.0);
    let mut plane = Plane::new(SIDE as f32 / root(side));
    pieces.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    let mut placed: Vec<Piece> = Vec::new();
    for mut piece in pieces {
        let spacing = if growth == Growth::Heap { 0.0 } else { gap };
        let stamp = plane.stamp(&piece, cutouts, spacing);
        let wobble = (random.around() * 0.02, random.around() * 0.02);
        let cost = |x: f32, y: f32| {
            cost_of(growth, x + wobble.0, y + wobble.1, aspect) + crowding(&placed, &piece, x, y)
        };
        let Some((column, row)) = plane.best(&stamp, cost) else { continue };
        let (x, y) = plane.position(&stamp, column, row);
        piece.centre_at(x, y);
        // In a heap the lower third may be hidden by what lies before it.
        let taken = if growth == Growth::Heap { shrunk(&piece, 0.72) } else { piece.clone() };
        let own = plane.stamp(&taken, cutouts, 0.0);
        let (dx, dy) = (
            (stamp.columns - own.columns.min(stamp.columns)) / 2,
            (stamp.rows.len() - own.rows.len().min(stamp.rows.len())) / 2,
        );
        plane.take(&own, column + dx, row + dy);
        placed.push(piece);
    }
    placed
}

fn shrunk(piece: &Piece, factor: f32) -> Piece {
    let (x, y) = piece.bounds().centre();
    let mut piece = piece.clone();
    piece.shift(-x, -y);
    piece.scale(factor);
    piece.shift(x, y);
    piece
}

fn weight(piece: &Piece) -> f32 {
    // Rounded, so that the small variation between copies does not sort them.
    (piece.bounds().width() * piece.bounds().height() * 4.0).round()
}

/// Distance from the middle; a superellipse, so that groups fill the corners of their canvas a little.
fn cost_of(growth: Growth, x: f32, y: f32, aspect: f32) -> f32 {
    match growth {
        Growth::Cluster => {
            let (x, y) = ((x / aspect).abs(), y.abs());
            x * x * x + y * y * y + 0.4 * (x * x + y * y)
        }
        Growth::Heap => x * x * 1.5 - y * 1.5,
    }
}

/// A little dearer beside a copy of the same subject, so that subjects mix.
fn crowding(placed: &[Piece], piece: &Piece, x: f32, y: f32) -> f32 {
    let same = placed.iter().filter(|other| other.subject() == piece.subject());
    let mixed = placed.iter().any(|other| other.subject() != piece.subject());
    if !mixed {
        return 0.0;
    }
    same.map(|other| {
        let (other_x, other_y) = other.bounds().centre();
        let square = (x - other_x) * (x - other_x) + (y - other_y) * (y - other_y);
        0.25 / (0.3 + square)
    })
    .sum()
}

/// Moves `piece` from afar towards `fixed` along (`dx`, `dy`) until their outlines are `gap` units apart.
///
/// (`dx`, `dy`) points from `fixed` outwards and has about unit length.
pub(super) fn slide(fixed: &Piece, piece: &mut Piece, cutouts: &[Cutout], (dx, dy): (f32, f32), gap: f32) {
    let span = |bounds: Bounds| bounds.width() + bounds.height();
    let (from, to) = (fixed.bounds().centre(), piece.bounds().centre());
    let away = (from.0 - to.0).abs() + (from.1 - to.1).abs();
    let far = span(fixed.bounds()) + span(piece.bounds()) + 2.0 * away;
    let step = far / 160.0;
    let start = piece.clone();
    let outline = outline(&start, cutouts);
    let touches = |distance: f32| {
        outline.iter().any(|(x, y)| near(fixed, cutouts, x + dx * distance, y + dy * distance, gap))
    };
    let mut distance = far / 2.0;
    while distance > -far / 2.0 && !touches(distance - step) {
        distance -= step;
    }
    piece.shift(dx * distance, dy * distance);
}

/// Whether the outlines of two pieces are nearer than `gap` units.
pub(super) fn touch(fixed: &Piece, piece: &Piece, cutouts: &[Cutout], gap: f32) -> bool {
    let (a, b) = (fixed.bounds(), piece.bounds());
    let apart =
        a.left - gap > b.right || b.left - gap > a.right || a.top - gap > b.bottom || b.top - gap > a.bottom;
    !apart && outline(piece, cutouts).iter().any(|(x, y)| near(fixed, cutouts, *x, *y, gap))
}

/// Points all over the opaque part of a piece.
fn outline(piece: &Piece, cutouts: &[Cutout]) -> Vec<(f32, f32)> {
    const POINTS: usize = 28;
    let bounds = piece.bounds();
    let at = |index: usize| (index as f32 + 0.5) / POINTS as f32;
    (0..POINTS * POINTS)
        .map(|index| {
            (
                bounds.left + at(index % POINTS) * bounds.width(),
                bounds.top + at(index / POINTS) * bounds.height(),
            )
        })
        .filter(|(x, y)| near(piece, cutouts, *x, *y, 0.0))
        .collect()
}

/// Square root by Newton's method; the same on every machine.
pub(super) fn root(value: f32) -> f32 {
    let value = value.max(0.0);
    let mut guess = value.max(1.0);
    for _ in 0..24 {
        guess = (guess + value / guess) / 2.0;
    }
    guess
}
