//! Things to place: cut-out pictures, copies of them, and groups of copies.

use image::RgbaImage;

/// Cells on the longer side of a silhouette.
const FINENESS: usize = 48;

/// A trimmed picture and its outline.
#[derive(Clone, Debug)]
pub(super) struct Cutout {
    pub(super) picture: RgbaImage,
    pub(super) silhouette: Silhouette,
}

impl Cutout {
    pub(super) fn new(picture: RgbaImage) -> Self {
        let silhouette = Silhouette::new(&picture);
        Self { picture, silhouette }
    }
}

/// The opaque part of a picture on a coarse grid.
#[derive(Clone, Debug)]
pub(super) struct Silhouette {
    columns: usize,
    rows: usize,
    cells: Vec<bool>,
}

impl Silhouette {
    fn new(picture: &RgbaImage) -> Self {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let longest = width.max(height);
        let fit = |side: usize| (side * FINENESS / longest).max(1);
        let (columns, rows) = (fit(width), fit(height));
        let opaque = |cell: usize| {
            let (x, y) = (
                (2 * (cell % columns) + 1) * width / (2 * columns),
                (2 * (cell / columns) + 1) * height / (2 * rows),
            );
            picture.get_pixel(x as u32, y as u32)[3] > 100
        };
        Self { columns, rows, cells: (0..columns * rows).map(opaque).collect() }
    }

    /// Whether the picture is opaque at (`u`, `v`), both 0 to 1 from the top left corner.
    pub(super) fn covers(&self, u: f32, v: f32) -> bool {
        let inside = (0.0..1.0).contains(&u) && (0.0..1.0).contains(&v);
        inside
            && self.cells[(v * self.rows as f32) as usize * self.columns + (u * self.columns as f32) as usize]
    }

    /// The highest opaque height (0 is the top) in the columns from `from` to `to`, averaged over those that have one.
    pub(super) fn surface(&self, from: f32, to: f32) -> Option<f32> {
        self.edge(from, to, |column| (0..self.rows).find(|row| self.cells[row * self.columns + column]))
    }

    /// The lowest opaque height in the columns from `from` to `to`, averaged.
    pub(super) fn underside(&self, from: f32, to: f32) -> Option<f32> {
        self.edge(from, to, |column| {
            (0..self.rows).rev().find(|row| self.cells[row * self.columns + column]).map(|row| row + 1)
        })
    }

    fn edge(&self, from: f32, to: f32, find: impl Fn(usize) -> Option<usize>) -> Option<f32> {
        let at = |u: f32| ((u * self.columns as f32) as usize).min(self.columns - 1);
        let heights: Vec<usize> = (at(from.max(0.0))..=at(to.max(0.0))).filter_map(find).collect();
        (!heights.is_empty())
            .then(|| heights.iter().sum::<usize>() as f32 / heights.len() as f32 / self.rows as f32)
    }

    /// The height (0 is the top) from which on the outline is nearly as broad as it gets: the rim of a basket
    /// with a handle, the eaves of a house.
    pub(super) fn rim(&self) -> f32 {
        let filled = |row: usize| {
            self.cells[row * self.columns..][..self.columns].iter().filter(|&&cell| cell).count()
        };
        let most = (0..self.rows).map(filled).max().unwrap_or(0);
        let rim = (0..self.rows).find(|&row| filled(row) * 10 >= most * 8).unwrap_or(0);
        rim as f32 / self.rows as f32
    }

    /// Left and right end of the longest run of opaque cells in the rows from `from` to `to` (0 is the top),
    /// averaged: a head, not the tail beside it.
    pub(super) fn breadth(&self, from: f32, to: f32) -> Option<(f32, f32)> {
        let at = |v: f32| ((v * self.rows as f32) as usize).min(self.rows - 1);
        let ends: Vec<(usize, usize)> = (at(from)..=at(to))
            .filter_map(|row| {
                let row = &self.cells[row * self.columns..][..self.columns];
                longest_run(row)
            })
            .collect();
        let mean = |sum: usize| sum as f32 / ends.len() as f32 / self.columns as f32;
        (!ends.is_empty())
            .then(|| (mean(ends.iter().map(|end| end.0).sum()), mean(ends.iter().map(|end| end.1).sum())))
    }
}

/// Start and end of the longest run of `true`.
fn longest_run(row: &[bool]) -> Option<(usize, usize)> {
    let (mut best, mut start): (Option<(usize, usize)>, usize) = (None, 0);
    for (at, &cell) in row.iter().enumerate() {
        if !cell {
            start = at + 1;
        } else if best.is_none_or(|(from, to)| at + 1 - start > to - from) {
            best = Some((start, at + 1));
        }
    }
    best
}

/// One copy in its place; lengths are in units of an average subject.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub(super) subject: usize,
    pub(super) copy: usize,
    /// Index of the cut-out.
    pub(super) cutout: usize,
    /// Centre.
    pub(super) x: f32,
    pub(super) y: f32,
    /// Size before turning.
    pub(super) width: f32,
    pub(super) height: f32,
    /// Radians, clockwise.
    pub(super) turn: f32,
    pub(super) mirrored: bool,
    /// Higher is nearer to the viewer.
    pub(super) depth: i32,
}

impl Item {
    pub(super) fn bounds(&self) -> Bounds {
        let (sine, cosine) = super::pixels::sine_cosine(self.turn);
        let width = self.width * cosine + self.height * sine.abs();
        let height = self.width * sine.abs() + self.height * cosine;
        Bounds {
            left: self.x - width / 2.0,
            top: self.y - height / 2.0,
            right: self.x + width / 2.0,
            bottom: self.y + height / 2.0,
        }
    }

    /// A point of the picture (`u`, `v` from 0 to 1, mirrored if the item is) for a point of the plane.
    pub(super) fn inside(&self, x: f32, y: f32) -> (f32, f32) {
        let (sine, cosine) = super::pixels::sine_cosine(self.turn);
        let (dx, dy) = (x - self.x, y - self.y);
        let u = (dx * cosine + dy * sine) / self.width + 0.5;
        let v = (dy * cosine - dx * sine) / self.height + 0.5;
        (if self.mirrored { 1.0 - u } else { u }, v)
    }
}

/// A box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) right: f32,
    pub(super) bottom: f32,
}

impl Bounds {
    pub(super) fn width(&self) -> f32 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f32 {
        self.bottom - self.top
    }

    pub(super) fn centre(&self) -> (f32, f32) {
        ((self.left + self.right) / 2.0, (self.top + self.bottom) / 2.0)
    }

    pub(super) fn of(items: impl Iterator<Item = Self>) -> Option<Self> {
        items.reduce(|a, b| Self {
            left: a.left.min(b.left),
            top: a.top.min(b.top),
            right: a.right.max(b.right),
            bottom: a.bottom.max(b.bottom),
        })
    }
}

/// Items that move together.
#[derive(Clone, Debug, Default)]
pub(super) struct Piece {
    pub(super) items: Vec<Item>,
}

impl Piece {
    /// The box around all items; a point at the origin for an empty piece.
    pub(super) fn bounds(&self) -> Bounds {
        Bounds::of(self.items.iter().map(Item::bounds)).unwrap_or(Bounds {
            left: 0.0,
            top: 0.0,
            right: 0.0,
            bottom: 0.0,
        })
    }

    pub(super) fn shift(&mut self, dx: f32, dy: f32) {
        for item in &mut self.items {
            item.x += dx;
            item.y += dy;
        }
    }

    /// Scales about the origin.
    pub(super) fn scale(&mut self, factor: f32) {
        for item in &mut self.items {
            for length in [&mut item.x, &mut item.y, &mut item.width, &mut item.height] {
                *length *= factor;
            }
        }
    }

    /// Moves the centre of the box to (`x`, `y`).
    pub(super) fn centre_at(&mut self, x: f32, y: f32) {
        let (old_x, old_y) = self.bounds().centre();
        self.shift(x - old_x, y - old_y);
    }

    /// Moves the middle of the box's lower edge to (`x`, `y`).
    pub(super) fn stand_at(&mut self, x: f32, y: f32) {
        let bounds = self.bounds();
        self.shift(x - bounds.centre().0, y - bounds.bottom);
    }

    pub(super) fn deepen(&mut self, depth: i32) {
        for item in &mut self.items {
            item.depth += depth;
        }
    }

    /// All pieces as one.
    pub(super) fn joined(pieces: impl IntoIterator<Item = Self>) -> Self {
        Self { items: pieces.into_iter().flat_map(|piece| piece.items).collect() }
    }

    /// The subject whose copy this is, by its first item.
    pub(super) fn subject(&self) -> usize {
        self.items.first().map_or(0, |item| item.subject)
    }
}
