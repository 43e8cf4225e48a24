//! Lays painted subjects out in one picture.

mod pixels;

use image::RgbaImage;

use crate::scene::Scene;
use pixels::{Pose, draw_over, posed, trimmed};

/// One picture in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// The subject's phrase and the number of the copy.
    pub name: String,
    /// Pixels with straight alpha.
    pub image: RgbaImage,
    /// Left edge in the composition, in pixels; may be outside.
    pub x: i32,
    /// Top edge in the composition, in pixels; may be outside.
    pub y: i32,
}

/// Layers over a background.
#[derive(Clone, Debug, PartialEq)]
pub struct Composition {
    /// The lowest layer; its size is the size of the composition.
    pub background: RgbaImage,
    /// Layers, the lowest first.
    pub layers: Vec<Layer>,
}

impl Composition {
    /// All layers in one picture with straight alpha.
    pub fn flatten(&self) -> RgbaImage {
        let mut canvas = self.background.clone();
        for layer in &self.layers {
            draw_over(&mut canvas, &layer.image, layer.x, layer.y);
        }
        canvas
    }
}

/// `picture` shrunk so that its longer side is at most `side` pixels; smaller ones stay as they are.
pub(crate) fn posed_to_fit(picture: &RgbaImage, side: u32) -> RgbaImage {
    let longest = picture.width().max(picture.height());
    if longest <= side {
        return picture.clone();
    }
    let scale = side as f32 / longest as f32;
    posed(picture, Pose { scale, turn: 0.0, mirrored: false })
}

/// Lays `pictures` out as `scene` asks.
///
/// `pictures`: for each subject of the scene its painted copies, straight alpha (as in PNG files), any size, any
/// empty margin; with fewer pictures than copies they are used in turn. `size`: width and height in pixels.
/// The same arguments give the same pixels on every machine.
pub fn compose(scene: &Scene, pictures: &[Vec<RgbaImage>], size: (u32, u32), seed: u64) -> Composition {
    let background = RgbaImage::new(size.0, size.1);
    let count = scene.subjects.len().max(1) as u32;
    let cell = (size.0 / count).max(1);
    let side = cell.min(size.1) as f32 * 0.86;
    let layers = scene
        .subjects
        .iter()
        .zip(pictures)
        .enumerate()
        .filter_map(|(index, (subject, copies))| {
            let picture = trimmed(copies.get(seed as usize % copies.len().max(1))?)?;
            let scale = side / picture.width().max(picture.height()) as f32;
            let image = posed(&picture, Pose { scale, turn: 0.0, mirrored: false });
            let x = (index as u32 * cell) as i32 + (cell as i32 - image.width() as i32) / 2;
            let y = (size.1 as i32 - image.height() as i32) / 2;
            Some(Layer { name: subject.phrase(), image, x, y })
        })
        .collect();
    Composition { background, layers }
}
