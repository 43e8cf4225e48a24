//! 3x3 convolution, channels last, computed directly on a padded image.

use std::ops::Range;

use crate::epilogue::{Epilogue, finish};
use crate::grid::strips;
use crate::level::Level;
use crate::panels::{Panels, Segments, bare_words, slack, to_words};
use crate::pool::Cpu;
use crate::product::{Factor, PlacedTile, RowTile, TILE_ROWS, multiply_all};
use crate::scratch::{Buffer, Purpose, with_scratch};

/// `y = epilogue(conv3x3(x) + bias)`, stride 1, zero padding 1, with the weight packed for one [`Level`].
///
/// Errors as for [`crate::Linear`] with `9 * in_channels` features.
pub struct Conv3x3 {
    panels: Panels,
    bias: Vec<f32>,
    level: Level,
    in_channels: usize,
    out_channels: usize,
}

/// An image in words with a border of zeros: (height + 2, width + 2, words of a pixel), and slack behind.
struct Padded<'a> {
    words: &'a [u32],
    pixel_words: usize,
    row_words: usize,
}

impl Conv3x3 {
    /// `weight`: (`out_channels`, `in_channels`, 3, 3), row-major, as torch stores it; `bias`: (`out_channels`).
    #[must_use]
    pub fn new(
        cpu: &Cpu,
        weight: &[f32],
        bias: Option<&[f32]>,
        in_channels: usize,
        out_channels: usize,
    ) -> Self {
        assert!(in_channels > 0 && out_channels > 0, "a convolution without channels");
        assert_eq!(weight.len(), out_channels * in_channels * 9, "weight is not (out, in, 3, 3)");
        assert!(bias.is_none_or(|bias| bias.len() == out_channels), "bias is not (out_channels)");
        let padded_channels = padded_channels(cpu, in_channels);
        let segments = Segments { count: 3, elements: 3 * padded_channels };
        let panels = Panels::pack(cpu, cpu.simd(), out_channels, segments, |output, row, element| {
            let (column, input) = (element / padded_channels, element % padded_channels);
            if input < in_channels {
                weight[((output * in_channels + input) * 3 + row) * 3 + column]
            } else {
                0.0
            }
        });
        let mut padded = vec![0.0; panels.count() * cpu.simd().panel_columns()];
        padded[..out_channels].copy_from_slice(bias.unwrap_or(&vec![0.0; out_channels]));
        Self { panels, bias: padded, level: cpu.level(), in_channels, out_channels }
    }

    /// Channels of the input.
    #[must_use]
    pub fn in_channels(&self) -> usize {
        self.in_channels
    }

    /// Channels of the output.
    #[must_use]
    pub fn out_channels(&self) -> usize {
        self.out_channels
    }

    /// `x`: (height, width, `in_channels`); `y`: (height, width, `out_channels`), overwritten.
    pub fn forward(&self, cpu: &Cpu, x: &[f32], height: usize, width: usize, y: &mut [f32]) {
        self.forward_with(cpu, x, height, width, Epilogue::None, y);
    }

    /// As [`Conv3x3::forward`], with `epilogue` in place of plain storing; its rows are pixels.
    pub fn forward_with(
        &self,
        cpu: &Cpu,
        x: &[f32],
        height: usize,
        width: usize,
        epilogue: Epilogue<'_>,
        y: &mut [f32],
    ) {
        assert_eq!(self.level, cpu.level(), "the weights were packed for another level");
        assert!(height > 0 && width > 0, "an empty image");
        assert_eq!(x.len(), height * width * self.in_channels, "x is not (height, width, in_channels)");
        assert_eq!(y.len(), height * width * self.out_channels, "y is not (height, width, out_channels)");
        epilogue.check(height * width, self.out_channels);
        let (simd, channels) = (cpu.simd(), self.out_channels);
        with_scratch(Purpose::Operand, |scratch| {
            let image = self.pad(cpu, x, height, width, &mut scratch.factors);
            let factor = Factor {
                words: image.words,
                stride: image.pixel_words,
                segments: &[0, image.row_words, 2 * image.row_words],
                segment_words: self.segment_words(cpu),
            };
            let tiles = |pixels: Range<usize>| tiles(pixels, width, image.row_words, image.pixel_words);
            let panel_width = simd.panel_columns();
            multiply_all(
                cpu,
                simd,
                &factor,
                &self.panels,
                y,
                channels,
                panel_width,
                width,
                tiles,
                |cell, finished| {
                    finish(simd, cell, &finished, &self.bias, channels, epilogue);
                },
            );
        });
    }

    fn segment_words(&self, cpu: &Cpu) -> usize {
        cpu.simd().words(3 * padded_channels(cpu, self.in_channels))
    }

    fn pad<'a>(
        &self,
        cpu: &Cpu,
        x: &[f32],
        height: usize,
        width: usize,
        buffer: &'a mut Buffer<u32>,
    ) -> Padded<'a> {
        let (simd, channels) = (cpu.simd(), self.in_channels);
        let pixel_words = bare_words(simd, channels);
        let row_words = (width + 2) * pixel_words;
        let image = (height + 2) * row_words;
        let words = buffer.take(image + slack(pixel_words, self.segment_words(cpu)));
        let (body, rest) = words.split_at_mut(image);
        rest.fill(0);
        let strip = (16_384 / row_words).max(1);
        strips(cpu, body, row_words, strip, |first, rows| {
            for (row, words) in rows.chunks_exact_mut(row_words).enumerate() {
                let row = first + row;
                if row == 0 || row > height {
                    words.fill(0);
                    continue;
                }
                let values = &x[(row - 1) * width * channels..][..width * channels];
                words[..pixel_words].fill(0);
                words[row_words - pixel_words..].fill(0);
                let inside = &mut words[pixel_words..][..width * pixel_words];
                if simd.is_bf16() && !channels.is_multiple_of(2) {
                    for (values, words) in
                        values.chunks_exact(channels).zip(inside.chunks_exact_mut(pixel_words))
                    {
                        to_words(simd, values, words);
                    }
                } else {
                    to_words(simd, values, inside);
                }
            }
        });
        Padded { words, pixel_words, row_words }
    }
}

/// Values that a pixel's words hold.
fn padded_channels(cpu: &Cpu, channels: usize) -> usize {
    if cpu.simd().is_bf16() { channels.next_multiple_of(2) } else { channels }
}

/// Tiles of up to 16 neighbouring pixels that cover whole rows of the image.
fn tiles(
    pixels: Range<usize>,
    width: usize,
    row_words: usize,
    pixel_words: usize,
) -> impl Iterator<Item = PlacedTile> {
    (pixels.start / width..pixels.end / width).flat_map(move |row| {
        (0..width).step_by(TILE_ROWS).map(move |column| PlacedTile {
            tile: RowTile {
                offset: row * row_words + column * pixel_words,
                rows: TILE_ROWS.min(width - column),
            },
            first_row: row * width + column,
        })
    })
}
