//! A picture as the mark sees it: one plane of luminance, how visible each pixel is, and what is left without its shapes.

use image::{RgbImage, RgbaImage};

/// A picture's bytes with three or four channels.
#[derive(Clone, Copy)]
pub struct Pixels<'a> {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) channels: usize,
    pub(super) bytes: &'a [u8],
}

impl<'a> From<&'a RgbImage> for Pixels<'a> {
    fn from(image: &'a RgbImage) -> Self {
        Self {
            width: image.width() as usize,
            height: image.height() as usize,
            channels: 3,
            bytes: image.as_raw(),
        }
    }
}

impl<'a> From<&'a RgbaImage> for Pixels<'a> {
    fn from(image: &'a RgbaImage) -> Self {
        Self {
            width: image.width() as usize,
            height: image.height() as usize,
            channels: 4,
            bytes: image.as_raw(),
        }
    }
}

impl Pixels<'_> {
    pub(super) fn is_opaque(&self) -> bool {
        self.channels == 3 || self.bytes.chunks_exact(4).all(|pixel| pixel[3] == 255)
    }
}

/// ITU-R BT.601, as JPEG weighs the channels.
pub(super) const LUMA: [f32; 3] = [0.299, 0.587, 0.114];

/// Rows of numbers.
#[derive(Clone)]
pub(super) struct Plane {
    pub width: usize,
    pub height: usize,
    pub values: Vec<f32>,
}

impl Plane {
    pub(super) fn zero(width: usize, height: usize) -> Self {
        Self { width, height, values: vec![0.0; width * height] }
    }

    pub(super) fn zip(&self, other: &Self, join: impl Fn(f32, f32) -> f32) -> Self {
        let values = self.values.iter().zip(&other.values).map(|(a, b)| join(*a, *b)).collect();
        Self { width: self.width, height: self.height, values }
    }

    pub(super) fn map(&self, change: impl Fn(f32) -> f32) -> Self {
        Self {
            width: self.width,
            height: self.height,
            values: self.values.iter().map(|value| change(*value)).collect(),
        }
    }
}

/// Luminance times visibility, and visibility; 0 to 255 and 0 to 1.
pub(super) struct Seen {
    pub luma: Plane,
    /// `None` where every pixel is fully visible.
    pub visible: Option<Plane>,
}

/// The luminance of a window of the picture, averaged down to `width` by `height`.
pub(super) fn seen(pixels: &Pixels, window: Window, width: usize, height: usize) -> Seen {
    let visible = (!pixels.is_opaque()).then(|| {
        shrink(window, width, height, |at| f32::from(pixels.bytes[at * 4 + 3]) / 255.0, pixels.width)
    });
    let luma = if pixels.channels == 3 {
        shrink(window, width, height, |at| luma_of(&pixels.bytes[at * 3..at * 3 + 3]), pixels.width)
    } else if visible.is_none() {
        shrink(window, width, height, |at| luma_of(&pixels.bytes[at * 4..at * 4 + 3]), pixels.width)
    } else {
        shrink(
            window,
            width,
            height,
            |at| luma_of(&pixels.bytes[at * 4..at * 4 + 3]) * f32::from(pixels.bytes[at * 4 + 3]) / 255.0,
            pixels.width,
        )
    };
    Seen { luma, visible }
}

pub(super) fn luma_of(rgb: &[u8]) -> f32 {
    LUMA[0] * f32::from(rgb[0]) + LUMA[1] * f32::from(rgb[1]) + LUMA[2] * f32::from(rgb[2])
}

/// A part of a picture, in pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub left: usize,
    pub top: usize,
    pub width: usize,
    pub height: usize,
}

/// Averages over areas, so that nothing finer than a new pixel folds back.
fn shrink(window: Window, width: usize, height: usize, value: impl Fn(usize) -> f32, stride: usize) -> Plane {
    let mut out = Plane::zero(width, height);
    let columns = spans(window.width, width);
    let rows = spans(window.height, height);
    let mut line = vec![0.0f32; window.width];
    let mut narrow = vec![0.0f32; width];
    for (row, above) in rows.iter().zip(out.values.chunks_exact_mut(width)) {
        for (offset, weight) in row.weights() {
            let start = (window.top + offset) * stride + window.left;
            for (x, place) in line.iter_mut().enumerate() {
                *place = value(start + x);
            }
            narrow_line(&line, &columns, &mut narrow);
            for (sum, part) in above.iter_mut().zip(&narrow) {
                *sum += part * weight;
            }
        }
    }
    out
}

fn narrow_line(line: &[f32], columns: &[Span], narrow: &mut [f32]) {
    if line.len() == narrow.len() {
        narrow.copy_from_slice(line);
        return;
    }
    for (place, span) in narrow.iter_mut().zip(columns) {
        let inner: f32 = line[span.first + 1..span.last].iter().sum();
        *place = (line[span.first] * span.head + inner + line[span.last] * span.tail) * span.share;
    }
}

/// The old pixels under a new one: the first counts `head`, the last `tail`, those between one.
struct Span {
    first: usize,
    last: usize,
    head: f32,
    tail: f32,
    share: f32,
}

impl Span {
    fn weights(&self) -> impl Iterator<Item = (usize, f32)> {
        (self.first..=self.last).filter_map(|at| {
            let weight = if at == self.first {
                self.head
            } else if at == self.last {
                self.tail
            } else {
                1.0
            };
            (weight > 0.0).then_some((at, weight * self.share))
        })
    }
}

fn spans(old: usize, new: usize) -> Vec<Span> {
    let step = old as f64 / new as f64;
    (0..new)
        .map(|at| {
            let (from, to) = (at as f64 * step, (at + 1) as f64 * step);
            let first = (from.floor() as usize).min(old.saturating_sub(2));
            let last = ((to.ceil() as usize).saturating_sub(1)).clamp(first + 1, (old - 1).max(first + 1));
            let head = (first + 1) as f64 - from;
            let tail = (to - last as f64).max(0.0);
            Span {
                first,
                last,
                head: head.clamp(0.0, 1.0) as f32,
                tail: tail.min(1.0) as f32,
                share: (1.0 / step) as f32,
            }
        })
        .collect()
}

/// The mean over a square of `2 reach + 1` pixels, as far as it lies in the picture, of what `value` makes of each.
pub(super) fn box_mean(plane: &Plane, reach: usize, value: impl Fn(f32) -> f32) -> Plane {
    let share = |at: usize, length: usize| ((at + reach + 1).min(length) - at.saturating_sub(reach)) as f32;
    let mut mean = box_sum(plane, reach, value);
    let columns: Vec<f32> = (0..plane.width).map(|column| share(column, plane.width).recip()).collect();
    for (row, line) in mean.values.chunks_exact_mut(plane.width).enumerate() {
        let above = share(row, plane.height).recip();
        line.iter_mut().zip(&columns).for_each(|(value, column)| *value *= above * column);
    }
    mean
}

/// The sum over a square of `2 reach + 1` pixels of what `value` makes of each; beyond the border the picture is empty.
pub(super) fn box_sum(plane: &Plane, reach: usize, value: impl Fn(f32) -> f32) -> Plane {
    let (width, height) = (plane.width, plane.height);
    // The sums along the rows under the square, and of those around it that are made or left together: new memory costs
    // more than additions.
    let kept = 2 * reach + 1 + LANES;
    let mut across = vec![0.0f32; kept * width];
    let mut summed = 0;
    let mut lanes = vec![[0.0f32; LANES]; width];
    let mut down = Plane::zero(width, height);
    let mut running = vec![0.0f32; width];
    let mut enter = |row: usize, across: &mut [f32], running: &mut [f32]| {
        if row == summed {
            let rows = summed..(summed + LANES).min(height);
            for (lane, row) in rows.clone().enumerate() {
                let line = &plane.values[row * width..(row + 1) * width];
                lanes.iter_mut().zip(line).for_each(|(places, pixel)| places[lane] = value(*pixel));
            }
            sum_lines(&lanes, reach, |at, sums| {
                for (lane, row) in rows.clone().enumerate() {
                    across[row % kept * width + at] = sums[lane];
                }
            });
            summed = rows.end;
        }
        add_line(running, &across[row % kept * width..][..width], 1.0);
    };
    for row in 0..reach.min(height) {
        enter(row, &mut across, &mut running);
    }
    for row in 0..height {
        if row + reach < height {
            enter(row + reach, &mut across, &mut running);
        }
        if row > reach {
            add_line(&mut running, &across[(row - reach - 1) % kept * width..][..width], -1.0);
        }
        down.values[row * width..(row + 1) * width].copy_from_slice(&running);
    }
    down
}

/// Rows that are summed along side by side: each sum waits for the one before, those of other rows do not.
const LANES: usize = 4;

fn add_line(sum: &mut [f32], line: &[f32], sign: f32) {
    for (place, value) in sum.iter_mut().zip(line) {
        *place += sign * value;
    }
}

/// Tells the sums over `2 reach + 1` places of each lane, place by place.
fn sum_lines(lanes: &[[f32; LANES]], reach: usize, mut tell: impl FnMut(usize, [f32; LANES])) {
    let mut running = [0.0f32; LANES];
    let add = |running: &mut [f32; LANES], values: &[f32; LANES], sign: f32| {
        running.iter_mut().zip(values).for_each(|(sum, value)| *sum += sign * value);
    };
    lanes.iter().take(reach).for_each(|values| add(&mut running, values, 1.0));
    for at in 0..lanes.len() {
        if at + reach < lanes.len() {
            add(&mut running, &lanes[at + reach], 1.0);
        }
        if at > reach {
            add(&mut running, &lanes[at - reach - 1], -1.0);
        }
        tell(at, running);
    }
}

/// What is left of a picture without its shapes, and how lively each place is.
pub(super) struct Texture {
    /// Luminance minus its local mean; zero where nothing is visible.
    pub residual: Plane,
    /// Local standard deviation of the luminance, in levels.
    pub deviation: Plane,
}

/// Splits the luminance into local mean and texture, over squares of `2 reach + 1`.
pub(super) fn texture(luma: Plane, visible: Option<&Plane>, reach: usize) -> Texture {
    // Around mid grey the squares stay small, and f32 sums stay exact enough.
    let Some(visible) = visible else {
        let mut residual = luma;
        residual.values.iter_mut().for_each(|luma| *luma -= 128.0);
        let mean = box_mean(&residual, reach, |value| value);
        residual.values.iter_mut().zip(&mean.values).for_each(|(value, mean)| *value -= mean);
        let mut deviation = box_mean(&residual, reach, |value| value * value);
        deviation.values.iter_mut().for_each(|value| *value = value.max(0.0).sqrt());
        return Texture { residual, deviation };
    };
    let mut residual = luma.zip(visible, |luma, weight| luma - 128.0 * weight);
    let weights = box_sum(visible, reach, |value| value).map(|weight| weight.max(1e-3));
    let mean = box_sum(&residual, reach, |value| value).zip(&weights, |sum, weight| sum / weight);
    let seen = mean.zip(visible, |mean, visible| mean * visible);
    residual.values.iter_mut().zip(&seen.values).for_each(|(value, mean)| *value -= mean);
    let deviation = box_sum(&residual, reach, |value| value * value)
        .zip(&weights, |sum, weight| (sum.max(0.0) / weight).sqrt());
    Texture { residual, deviation }
}
