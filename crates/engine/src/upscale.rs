//! Makes pictures four times larger, tile by tile.

use std::ops::Range;

use danqing_kernels::{Conv3x3, Cpu, Epilogue};
use image::RgbaImage;

use crate::layers::Layers;
use crate::pixels::{CHANNELS, premultiplied, straight};
use crate::{Error, Weights};

/// How much larger one pass makes a picture.
const FACTOR: usize = 4;
/// Side of a tile without its margin, in pixels of the small picture: about 100 MB of values.
const TILE: usize = 256;

/// How much larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Upscale {
    /// Four times in each direction: one pass.
    X4,
    /// Sixteen times in each direction: two passes.
    X16,
}

impl Upscale {
    /// Passes of the model.
    #[must_use]
    pub fn passes(self) -> usize {
        match self {
            Self::X4 => 1,
            Self::X16 => 2,
        }
    }
}

/// Plain 3x3 convolutions whose result is added to each pixel repeated.
///
/// Source: after `SRVGGNetCompact` of Wang et al. 2021, arXiv:2107.10833.
pub struct Upscaler {
    /// All but the last, each with its slopes below zero.
    layers: Vec<(Conv3x3, Vec<f32>)>,
    leave: Conv3x3,
}

/// A rectangle of the small picture.
#[derive(Clone)]
struct Area {
    rows: Range<usize>,
    columns: Range<usize>,
}

/// Values of one tile on their way through the layers, kept from tile to tile.
#[derive(Default)]
struct Room {
    x: Vec<f32>,
    y: Vec<f32>,
    z: Vec<f32>,
}

impl Upscaler {
    /// Reads the tensors `upscaler.*`; width and depth follow from their shapes.
    pub fn load(weights: &Weights<'_>, cpu: &Cpu) -> Result<Self, Error> {
        let layers = Layers { weights, cpu, prefix: "upscaler." };
        let width = layers.outputs("enter.weight", 4)?;
        let count = layers.outputs("slopes", 2)?;
        let slopes = layers.values("slopes", &[count, width])?;
        let conv = |index: usize| match index.checked_sub(1) {
            None => layers.conv("enter", CHANNELS, width),
            Some(index) => layers.conv(&format!("body.{index}"), width, width),
        };
        let pairs = slopes.chunks_exact(width).enumerate();
        let pairs = pairs.map(|(index, slopes)| Ok((conv(index)?, slopes.to_vec())));
        Ok(Self {
            layers: pairs.collect::<Result<_, Error>>()?,
            leave: layers.conv("leave", width, CHANNELS * FACTOR * FACTOR)?,
        })
    }

    /// `image` with straight alpha, four times as wide and high; memory beyond the two images does not grow with them.
    #[must_use]
    pub fn enlarge(&self, cpu: &Cpu, image: &RgbaImage) -> RgbaImage {
        self.enlarge_by_tiles(cpu, image, TILE)
    }

    /// As [`Upscaler::enlarge`], in tiles of another `side`, which changes no byte.
    ///
    /// Tiles overlap by what the layers look at, so each pixel kept is the same sum as in one large tile.
    #[must_use]
    pub fn enlarge_by_tiles(&self, cpu: &Cpu, image: &RgbaImage, side: usize) -> RgbaImage {
        assert!(side > 0, "tiles without pixels");
        let (width, height) = (image.width() as usize, image.height() as usize);
        let mut large = RgbaImage::new(4 * image.width(), 4 * image.height());
        let mut room = Room::default();
        for (top, left) in
            (0..height).step_by(side).flat_map(|y| (0..width).step_by(side).map(move |x| (y, x)))
        {
            let kept = Area { rows: top..height.min(top + side), columns: left..width.min(left + side) };
            let seen = kept.with_margin(self.layers.len() + 1, width, height);
            self.forward(cpu, image, &seen, &mut room);
            place(cpu, &room, &seen, &kept, &mut large);
        }
        large
    }

    /// Leaves the pixels of `area`, premultiplied, in `room.x` and what to add to their copies in `room.z`.
    fn forward(&self, cpu: &Cpu, image: &RgbaImage, area: &Area, room: &mut Room) {
        let (height, width) = (area.rows.len(), area.columns.len());
        room.x.clear();
        for row in area.rows.clone() {
            let pixels = &image.as_raw()[row * image.width() as usize * CHANNELS..];
            let pixels = &pixels.as_chunks().0[area.columns.clone()];
            room.x.extend(pixels.iter().flat_map(|pixel| premultiplied(*pixel)));
        }
        let mut input = &room.x; // (height, width, 4)
        for (conv, slopes) in &self.layers {
            room.z.resize(height * width * conv.out_channels(), 0.0);
            conv.forward_with(cpu, input, height, width, Epilogue::Prelu { slopes }, &mut room.z);
            std::mem::swap(&mut room.y, &mut room.z);
            input = &room.y; // (height, width, channels)
        }
        room.z.resize(height * width * self.leave.out_channels(), 0.0);
        self.leave.forward(cpu, input, height, width, &mut room.z); // (height, width, 4 * 16)
    }
}

impl Area {
    fn with_margin(&self, margin: usize, width: usize, height: usize) -> Self {
        let wider = |range: &Range<usize>, end: usize| {
            range.start.saturating_sub(margin)..end.min(range.end + margin)
        };
        Self { rows: wider(&self.rows, height), columns: wider(&self.columns, width) }
    }
}

/// Writes the pixels of `kept` into the large image: each pixel repeated, plus what the layers say.
fn place(cpu: &Cpu, room: &Room, seen: &Area, kept: &Area, large: &mut RgbaImage) {
    let stride = large.width() as usize * CHANNELS;
    let rows = kept.rows.start * FACTOR * stride..kept.rows.end * FACTOR * stride;
    crate::rows::for_each(cpu, &mut large.as_flat_samples_mut().samples[rows], stride, |row, bytes| {
        let (row, i) = (kept.rows.start + row / FACTOR - seen.rows.start, row % FACTOR);
        let bytes = &mut bytes[kept.columns.start * FACTOR * CHANNELS..kept.columns.end * FACTOR * CHANNELS];
        let first = row * seen.columns.len() + kept.columns.start - seen.columns.start;
        let (pixels, additions) =
            (room.x.as_chunks::<CHANNELS>().0, room.z.as_chunks::<{ CHANNELS * 16 }>().0);
        let pixels = pixels[first..].iter().zip(&additions[first..]);
        let blocks = bytes.as_chunks_mut::<{ FACTOR * CHANNELS }>().0.iter_mut();
        for (block, (pixel, additions)) in blocks.zip(pixels) {
            for (j, bytes) in block.as_chunks_mut::<CHANNELS>().0.iter_mut().enumerate() {
                *bytes = straight(std::array::from_fn(|channel| {
                    pixel[channel] + additions[channel * FACTOR * FACTOR + i * FACTOR + j]
                }));
            }
        }
    });
}
