//! Changes to a composition after it is laid out: things moved, scaled, painted anew, taken out.

use image::RgbaImage;

use super::pixels::{Pose, posed, trimmed};
use super::{Composition, Cut, Layer, Origin};
use crate::scene::Tiling;

/// The longest side of a layer, in pixels: what is scaled further stays as large.
const LONGEST_PX: f32 = 8192.0;

impl Composition {
    /// What every thing of the composition is, by its number; what was taken out is not among them.
    pub fn items(&self) -> Vec<(Origin, &Layer)> {
        let mut items: Vec<(Origin, &Layer)> = Vec::new();
        for layer in &self.layers {
            if let Some(origin) =
                layer.origin.filter(|origin| items.iter().all(|(known, _)| known.item != origin.item))
            {
                items.push((origin, layer));
            }
        }
        items.sort_by_key(|(origin, _)| origin.item);
        items
    }

    /// Moves thing number `item` by pixels to the right and down. In a pattern what leaves at one edge comes in at the
    /// other.
    ///
    /// Gives whether there is such a thing, as all changes do.
    pub fn move_item(&mut self, item: usize, right: i32, down: i32) -> bool {
        self.changed(item, |layer| {
            layer.x = layer.x.saturating_add(right);
            layer.y = layer.y.saturating_add(down);
        })
    }

    /// Scales thing number `item` about its middle; `factor` is above 0.
    pub fn scale_item(&mut self, item: usize, factor: f32) -> bool {
        self.changed(item, |layer| {
            let longest = layer.image.width().max(layer.image.height()) as f32;
            let scale = factor.min(LONGEST_PX / longest).max(1.0 / longest);
            recentred(layer, |image| posed(image, Pose { scale, turn: 0.0, mirrored: false }));
        })
    }

    /// Puts `picture` in the place of thing number `item`: turned and mirrored as that was, about as large, with the same
    /// middle. A picture without visible pixels takes the thing out.
    pub fn replace_item(&mut self, item: usize, picture: &RgbaImage) -> bool {
        let cutout = trimmed(picture);
        let Some(cutout) = cutout else { return self.remove_item(item) };
        self.changed(item, |layer| {
            let Some(Origin { turn, mirrored, cut, .. }) = layer.origin else { return };
            let picture = match cut {
                Cut::Trimmed => &cutout,
                Cut::Framed => picture,
            };
            let (width, height) = Pose { scale: 1.0, turn, mirrored }.size(picture.width(), picture.height());
            let (old_width, old_height) = (layer.image.width() as f32, layer.image.height() as f32);
            let scale = (old_width / width).min(old_height / height);
            recentred(layer, |_| posed(picture, Pose { scale, turn, mirrored }));
        })
    }

    /// Takes thing number `item` out.
    pub fn remove_item(&mut self, item: usize) -> bool {
        let before = self.layers.len();
        self.layers.retain(|layer| !is(layer, item));
        self.layers.len() < before
    }

    /// Changes one layer of the thing, and in a pattern lays it over the edges again.
    fn changed(&mut self, item: usize, change: impl FnOnce(&mut Layer)) -> bool {
        let Some(place) = self.layers.iter().position(|layer| is(layer, item)) else { return false };
        change(&mut self.layers[place]);
        if self.tiling == Tiling::Seamless {
            let layer = self.layers[place].clone();
            self.layers.retain(|other| !is(other, item));
            let (width, height) = self.background.dimensions();
            let across = offsets(layer.x, layer.image.width(), width);
            let down = offsets(layer.y, layer.image.height(), height);
            let copies = across.iter().flat_map(|x| down.iter().map(move |y| (*x, *y)));
            let copies: Vec<Layer> = copies.map(|(x, y)| Layer { x, y, ..layer.clone() }).collect();
            // Layers below the first copy were none of the thing's.
            self.layers.splice(place..place, copies);
        }
        true
    }
}

fn is(layer: &Layer, item: usize) -> bool {
    layer.origin.is_some_and(|origin| origin.item == item)
}

/// Changes the image and keeps its middle where it is, to half a pixel.
fn recentred(layer: &mut Layer, change: impl FnOnce(&RgbaImage) -> RgbaImage) {
    let image = change(&layer.image);
    let half = |old: u32, new: u32| ((i64::from(old) - i64::from(new)).div_euclid(2)) as i32;
    layer.x += half(layer.image.width(), image.width());
    layer.y += half(layer.image.height(), image.height());
    layer.image = image;
}

/// Every place, a whole number of tiles from `at`, where something `length` pixels long shows on a tile of `side` pixels.
fn offsets(at: i32, length: u32, side: u32) -> Vec<i32> {
    let (at, length, side) = (i64::from(at), i64::from(length), i64::from(side).max(1));
    let last = at.rem_euclid(side);
    let count = (last + length - 1).div_euclid(side);
    (0..=count).rev().map(|times| (last - times * side) as i32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_shows_on_a_tile_is_laid_there() {
        for (at, length, side, expected) in [
            (10, 20, 100, vec![10]),
            (90, 20, 100, vec![-10, 90]),
            (-5, 20, 100, vec![-5, 95]),
            (110, 20, 100, vec![10]),
            (0, 100, 100, vec![0]),
            (1, 100, 100, vec![-99, 1]),
            (50, 250, 100, vec![-150, -50, 50]),
        ] {
            let mut found = offsets(at, length, side);
            found.sort_unstable();
            assert_eq!(found, expected, "{at} {length} {side}");
        }
    }
}
