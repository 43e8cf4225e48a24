//! 3x3 convolution, channels last, computed directly on a padded image.

use std::ops::Range;

use crate::epilogue::{Epilogue, finish};
use crate::grid::strips;
use crate::level::{Level, Simd};
use crate::panels::{Panels, Segments, bare_words, slack, to_words};
use crate::pool::Cpu;
use crate::product::{Factor, PlacedTile, RowTile, TILE_ROWS, multiply_all, quantise_pixels};
use crate::scratch::{Buffer, Purpose, with_scratch};

/// Codes of pixels have no sign.
const LARGEST_PIXEL_CODE: f32 = 255.0;

/// `y = epilogue(conv3x3(x) + bias)`, stride 1, zero padding 1, with the weight packed for one [`Level`].
///
/// Errors as for [`crate::Linear`] with `9 * in_channels` features; 8 bits only where they are asked for, see
/// [`Conv3x3::quantised`].
pub struct Conv3x3 {
    panels: Panels,
    bias: Vec<f32>,
    level: Level,
    simd: Simd,
    codes: Codes,
    in_channels: usize,
    out_channels: usize,
}

/// How 8-bit factors stand for the values of each channel; empty where factors are floats.
#[derive(Default)]
struct Codes {
    /// Codes to a value of 1.
    inverses: Vec<f32>,
    /// The code of zero.
    zeros: Vec<f32>,
    /// The same, for panels and borders.
    zero_bytes: Vec<u8>,
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
        assert_eq!(weight.len(), out_channels * in_channels * 9, "weight is not (out, in, 3, 3)");
        let weight = |index: usize, _| weight[index];
        Self::packed(cpu, cpu.simd(), Codes::default(), weight, bias, in_channels, out_channels)
    }

    /// As [`Conv3x3::new`], with 8-bit factors where the level has them and channels are a multiple of 16.
    ///
    /// `ranges`: (`in_channels`), least and largest value of each channel of `x`, beyond which values are cut. A factor of `x` is
    /// rounded to whole numbers of 1/255 of the range of its channel; one of the weight, times that unit, to 1/127 of the largest
    /// such value of its output. Source: Nagel et al. 2021, arXiv:2106.08295, sections 2.2 and 2.4, equation 2.10.
    #[must_use]
    pub fn quantised(
        cpu: &Cpu,
        weight: &[f32],
        bias: Option<&[f32]>,
        ranges: &[[f32; 2]],
        in_channels: usize,
        out_channels: usize,
    ) -> Self {
        assert_eq!(weight.len(), out_channels * in_channels * 9, "weight is not (out, in, 3, 3)");
        assert_eq!(ranges.len(), in_channels, "ranges are not (in_channels)");
        if !cpu.linear_simd().is_int8() || !in_channels.is_multiple_of(16) {
            return Self::new(cpu, weight, bias, in_channels, out_channels);
        }
        let (codes, units) = Codes::of(ranges);
        let weight = |index: usize, input: usize| weight[index] * units[input];
        Self::packed(cpu, cpu.linear_simd(), codes, weight, bias, in_channels, out_channels)
    }

    /// `weight(index, input)` gives the factor at an index of the weight's rows.
    fn packed(
        cpu: &Cpu,
        simd: Simd,
        codes: Codes,
        weight: impl Fn(usize, usize) -> f32 + Sync,
        bias: Option<&[f32]>,
        in_channels: usize,
        out_channels: usize,
    ) -> Self {
        assert!(in_channels > 0 && out_channels > 0, "a convolution without channels");
        assert!(bias.is_none_or(|bias| bias.len() == out_channels), "bias is not (out_channels)");
        let padded_channels = padded_channels(simd, in_channels);
        let segments = Segments { count: 3, elements: 3 * padded_channels, zeros: &codes.zero_bytes };
        let panels = Panels::pack(cpu, simd, out_channels, segments, |output, row, element| {
            let (column, input) = (element / padded_channels, element % padded_channels);
            if input < in_channels {
                weight(((output * in_channels + input) * 3 + row) * 3 + column, input)
            } else {
                0.0
            }
        });
        let mut padded = vec![0.0; panels.count() * simd.panel_columns()];
        padded[..out_channels].copy_from_slice(bias.unwrap_or(&vec![0.0; out_channels]));
        Self { panels, bias: padded, level: cpu.level(), simd, codes, in_channels, out_channels }
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
        let (simd, channels) = (self.simd, self.out_channels);
        with_scratch(Purpose::Operand, |scratch| {
            let image = self.pad(cpu, x, height, width, &mut scratch.factors);
            let factor = Factor {
                words: image.words,
                stride: image.pixel_words,
                segments: &[0, image.row_words, 2 * image.row_words],
                segment_words: self.segment_words(),
                has_scales: false,
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

    fn segment_words(&self) -> usize {
        self.simd.words(3 * padded_channels(self.simd, self.in_channels))
    }

    fn pad<'a>(
        &self,
        cpu: &Cpu,
        x: &[f32],
        height: usize,
        width: usize,
        buffer: &'a mut Buffer<u32>,
    ) -> Padded<'a> {
        let (simd, channels) = (self.simd, self.in_channels);
        let pixel_words = bare_words(simd, channels);
        let row_words = (width + 2) * pixel_words;
        let image = (height + 2) * row_words;
        let words = buffer.take(image + slack(pixel_words, self.segment_words() + simd.row_tail()));
        let (body, rest) = words.split_at_mut(image);
        rest.fill(0);
        let strip = (16_384 / row_words).max(1);
        strips(cpu, body, row_words, strip, |first, rows| {
            for (row, words) in rows.chunks_exact_mut(row_words).enumerate() {
                let row = first + row;
                if row == 0 || row > height {
                    self.codes.fill_with_zero(words);
                    continue;
                }
                let values = &x[(row - 1) * width * channels..][..width * channels];
                self.codes.fill_with_zero(&mut words[..pixel_words]);
                self.codes.fill_with_zero(&mut words[row_words - pixel_words..]);
                let inside = &mut words[pixel_words..][..width * pixel_words];
                if simd.is_int8() {
                    quantise_pixels(simd, values, &self.codes.inverses, &self.codes.zeros, inside);
                } else if simd.is_bf16() && !channels.is_multiple_of(2) {
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

impl Codes {
    /// Codes for values in `ranges`, and what a code is worth in each channel.
    fn of(ranges: &[[f32; 2]]) -> (Self, Vec<f32>) {
        let (mut codes, mut units) = (Self::default(), Vec::new());
        for [least, largest] in ranges {
            // Zero has a code of its own: it is what lies around an image.
            let (least, largest) = (least.min(0.0), largest.max(0.0));
            let unit = (largest - least) / LARGEST_PIXEL_CODE;
            let inverse = if unit > 0.0 { 1.0 / unit } else { 0.0 };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
            let zero = (-least * inverse).round() as u8;
            units.push(unit);
            codes.inverses.push(inverse);
            codes.zeros.push(f32::from(zero));
            codes.zero_bytes.push(zero);
        }
        (codes, units)
    }

    /// Makes whole pixels zero.
    fn fill_with_zero(&self, words: &mut [u32]) {
        if self.zero_bytes.is_empty() {
            words.fill(0);
            return;
        }
        let zeros = self.zero_bytes.as_chunks::<4>().0.iter().map(|bytes| u32::from_le_bytes(*bytes));
        words.iter_mut().zip(zeros.cycle()).for_each(|(word, zero)| *word = zero);
    }
}

/// Values that a pixel's words hold.
fn padded_channels(simd: Simd, channels: usize) -> usize {
    if simd.is_bf16() { channels.next_multiple_of(2) } else { channels }
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
