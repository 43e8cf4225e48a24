//! Seamless patterns: a half-drop repeat.

use super::pack::{root, touch};
use super::piece::{Cutout, Item, Piece};
use crate::random::Random;

/// Positions of a pattern on a tile of `width` by `height` pixels, sizes in pixels too.
///
/// Motifs stand in columns; every second column is dropped by half a row, as cloth and paper are printed, so that
/// the eye finds no rows. Small copies fill the holes between them where they touch nothing. Nothing depends on the
/// edges: what crosses one comes back at the opposite one (see [`wrapped`]). `motifs`: copies for each subject,
/// about one unit large.
pub(super) fn half_drop(
    motifs: &[Vec<Piece>],
    cutouts: &[Cutout],
    width: f32,
    height: f32,
    random: &mut Random,
) -> Vec<Piece> {
    let subjects = motifs.len();
    let columns = if subjects > 2 { 2 * subjects.div_ceil(2).min(4) } else { 4 };
    let rows = ((columns as f32 * height / width * 0.87 + 0.5) as usize).max(1);
    let (cell_width, cell_height) = (width / columns as f32, height / rows as f32);
    let side = root(cell_width * cell_height);
    let cells = || (0..columns).flat_map(|column| (0..rows).map(move |row| (column, row)));
    let mut jitter = |part: f32| part * random.around();
    let mut place =
        |(column, row): (usize, usize), (x, y): (f32, f32), (size, swing): (f32, f32), next: usize| {
            let drop = if column % 2 == 1 { 0.5 } else { 0.0 };
            let subject = if subjects <= 2 { column } else { column + row } + next;
            let copies = &motifs[subject % subjects];
            let mut piece = copies[(row + column / 2 * rows + next) % copies.len()].clone();
            piece.scale(side * (size + jitter(0.08 * size)));
            piece.centre_at(
                (column as f32 + x + jitter(0.05)) * cell_width,
                (row as f32 + y + drop + jitter(0.05)) * cell_height,
            );
            if let [item] = piece.items.as_mut_slice() {
                item.turn += jitter(swing);
            }
            piece
        };
    let mut placed: Vec<Piece> = cells().map(|cell| place(cell, (0.5, 0.25), (0.84, 0.24), 0)).collect();
    for cell in cells() {
        // The hole right of the middle between two motifs of a column; a motif's own outline may leave none.
        let filler = place(cell, (0.9, 0.75), (0.26, 0.5), 1);
        if !touches_any(&placed, &filler, cutouts, width, height, 0.04 * side) {
            placed.push(filler);
        }
    }
    placed
}

/// Whether `filler` is nearer than `gap` to a piece, on a tile that repeats.
fn touches_any(
    placed: &[Piece],
    filler: &Piece,
    cutouts: &[Cutout],
    width: f32,
    height: f32,
    gap: f32,
) -> bool {
    let offsets =
        [-1.0, 0.0, 1.0].into_iter().flat_map(|x| [-1.0, 0.0, 1.0].map(|y| (x * width, y * height)));
    offsets.into_iter().any(|(dx, dy)| {
        let mut moved = filler.clone();
        moved.shift(dx, dy);
        placed.iter().any(|piece| touch(piece, &moved, cutouts, gap))
    })
}

/// The offsets at which an item must be drawn for all of it to show on a tile of `width` by `height` pixels.
pub(super) fn wrapped(item: &Item, width: i32, height: i32) -> Vec<(i32, i32)> {
    let bounds = item.bounds();
    // One pixel more: layers are rounded outwards.
    let shows = |low: f32, high: f32, offset: i32, side: i32| {
        high + 1.0 + offset as f32 > 0.0 && low - 1.0 + (offset as f32) < side as f32
    };
    let offsets = |low: f32, high: f32, side: i32| {
        [-2, -1, 0, 1, 2]
            .map(|times| times * side)
            .into_iter()
            .filter(move |&offset| shows(low, high, offset, side))
    };
    offsets(bounds.left, bounds.right, width)
        .flat_map(|dx| offsets(bounds.top, bounds.bottom, height).map(move |dy| (dx, dy)))
        .collect()
}
