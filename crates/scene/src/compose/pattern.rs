//! Seamless patterns: a half-drop repeat.

use super::pack::root;
use super::piece::{Item, Piece};
use crate::random::Random;

/// Positions of a pattern on a tile of `width` by `height` pixels, sizes in pixels too.
///
/// Motifs stand in columns; every second column is dropped by half a row, as cloth and paper are printed, so that
/// the eye finds no rows. Small copies fill the holes between them. Nothing depends on the edges: what crosses one
/// comes back at the opposite one (see [`wrapped`]). `motifs`: copies for each subject, about one unit large.
pub(super) fn half_drop(motifs: &[Vec<Piece>], width: f32, height: f32, random: &mut Random) -> Vec<Piece> {
    let subjects = motifs.len();
    let columns = if subjects > 2 { 2 * subjects.div_ceil(2).min(4) } else { 4 };
    let rows = ((columns as f32 * height / width * 0.87 + 0.5) as usize).max(1);
    let (cell_width, cell_height) = (width / columns as f32, height / rows as f32);
    let side = root(cell_width * cell_height);
    let mut placed = Vec::new();
    let mut put = |subject: usize, copy: usize, x: f32, y: f32, size: f32, turn: f32| {
        let copies = &motifs[subject % subjects];
        let mut piece = copies[copy % copies.len()].clone();
        piece.scale(size);
        piece.centre_at(x, y);
        if let [item] = piece.items.as_mut_slice() {
            item.turn += turn;
        }
        placed.push(piece);
    };
    for column in 0..columns {
        for row in 0..rows {
            let drop = if column % 2 == 1 { 0.5 } else { 0.0 };
            let x = (column as f32 + 0.5 + 0.05 * random.around()) * cell_width;
            let y = (row as f32 + 0.25 + drop + 0.05 * random.around()) * cell_height;
            let subject = if subjects <= 2 { column } else { column + row };
            let copy = row + column / 2 * rows;
            put(subject, copy, x, y, side * (0.84 + 0.07 * random.around()), 0.24 * random.around());
            // The hole right of the middle between two motifs of a column.
            let x = (column as f32 + 0.5 + 0.4 + 0.04 * random.around()) * cell_width;
            let y = (row as f32 + 0.75 + drop + 0.04 * random.around()) * cell_height;
            put(subject + 1, copy + 1, x, y, side * (0.25 + 0.05 * random.around()), 0.5 * random.around());
        }
    }
    placed
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
