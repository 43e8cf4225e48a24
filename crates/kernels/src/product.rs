//! Blocks of matrix products: up to 32 rows of a left factor times one panel.
//!
//! Every level computes each element of a block as one sum over the words, first to last, whatever rows stand beside
//! it; that is what makes results independent of batch and threads.

#[cfg(target_arch = "x86_64")]
mod amx;
#[cfg(target_arch = "x86_64")]
mod vectors;

use std::ops::Range;
use std::time::{Duration, Instant};

use crate::grid::{Cell, CellSize};
use crate::level::{Level, PortableArithmetic, Simd};
use crate::panels::Panels;
use crate::pool::Cpu;
use crate::scratch::{Purpose, with_scratch};

/// Rows of one tile, at most.
pub(crate) const TILE_ROWS: usize = 16;

/// Rows of one block of tiles, at most.
pub(crate) const BLOCK_ROWS: usize = 2 * TILE_ROWS;

/// Rows of a task: its left factors (200 kB at 384 bf16) stay in the second cache while the panels pass.
const TASK_ROWS: usize = 256;

/// Tasks for each thread, so that a thread which loses its core for a while does not hold up the others.
const TASKS_PER_THREAD: usize = 8;

/// The left factor: rows `stride` words apart; a row's words lie in segments that start at its offset plus one of
/// `segments`.
///
/// A linear layer has one segment. A 3x3 convolution has three, one for each row of its window, because in a
/// channels-last image the three neighbours of a row are contiguous; rows then overlap.
#[derive(Clone, Copy)]
pub(crate) struct Factor<'a> {
    pub(crate) words: &'a [u32],
    pub(crate) stride: usize,
    pub(crate) segments: &'a [usize],
    pub(crate) segment_words: usize,
    /// Whether a word behind each row of 8-bit codes says what they are in units of; otherwise the columns' scales say all.
    pub(crate) has_scales: bool,
}

/// Up to 16 rows of a left factor that are `stride` apart.
#[derive(Clone, Copy)]
pub(crate) struct RowTile {
    /// Words before the first row.
    pub(crate) offset: usize,
    pub(crate) rows: usize,
}

/// The right factor of a block: one panel.
#[derive(Clone, Copy)]
pub(crate) struct Panel<'a> {
    /// (words of all segments, panel columns).
    pub(crate) words: &'a [u32],
    /// Columns whose sums are wanted; the others may be written with anything.
    pub(crate) wanted: usize,
}

/// The right to multiply on this thread; for AMX it holds the thread's tile configuration.
pub(crate) struct Multiplier {
    simd: Simd,
    #[cfg(target_arch = "x86_64")]
    _tiles: Option<amx::Tiles>,
}

impl Multiplier {
    pub(crate) fn new(simd: Simd) -> Self {
        Self {
            simd,
            #[cfg(target_arch = "x86_64")]
            _tiles: (simd.level() == Level::AmxBf16).then(|| amx::Tiles::configure(simd)),
        }
    }

    /// Writes the sums of the first tile to rows 0.. of `sums`, those of the second to rows 16..; rows of `sums` are
    /// `sums_stride` apart. Rows that a tile lacks may be written with anything.
    ///
    /// `upcoming`: words to fetch into the second cache meanwhile.
    pub(crate) fn multiply(
        &self,
        factor: &Factor<'_>,
        tiles: &[RowTile],
        panel: Panel<'_>,
        upcoming: &[u32],
        sums: &mut [f32],
        sums_stride: usize,
    ) {
        let columns = self.simd.panel_columns();
        let last_segment = factor.segments.iter().max().expect("a factor has a segment");
        for tile in tiles {
            // AMX reads whole tiles.
            let last_row = tile.offset + (TILE_ROWS - 1) * factor.stride;
            assert!(
                last_row + last_segment + factor.segment_words + self.simd.row_tail() <= factor.words.len(),
                "the left factor is short"
            );
            assert!(0 < tile.rows && tile.rows <= TILE_ROWS, "a tile of `{}` rows", tile.rows);
        }
        assert_eq!(
            panel.words.len(),
            (factor.segments.len() * factor.segment_words + self.simd.column_tail()) * columns,
            "panel and segments differ"
        );
        assert!((1..=2).contains(&tiles.len()), "a block of `{}` tiles", tiles.len());
        assert!(sums_stride >= columns, "rows of sums overlap");
        assert!(sums.len() >= (tiles.len() * TILE_ROWS - 1) * sums_stride + columns, "too few sums");
        match self.simd.level() {
            #[cfg(target_arch = "x86_64")]
            Level::AmxBf16 => amx::multiply(self, factor, tiles, panel.words, upcoming, sums, sums_stride),
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 | Level::Avx512 | Level::Avx512Bf16 | Level::Avx512Int8 => {
                for (tile, sums) in tiles.iter().zip(sums.chunks_mut(TILE_ROWS * sums_stride)) {
                    vectors::multiply(self.simd, factor, *tile, panel, sums, sums_stride);
                }
            }
            _ => {
                for (tile, sums) in tiles.iter().zip(sums.chunks_mut(TILE_ROWS * sums_stride)) {
                    multiply_portable(factor, *tile, panel.words, sums, sums_stride);
                }
            }
        }
    }
}

const PORTABLE_COLUMNS: usize = 16;

/// Rows at a time: as many as leave their sums in registers, of which Arm has 32 and plain x86 16.
const PORTABLE_ROWS: usize = if cfg!(target_arch = "aarch64") { 4 } else { 2 };

fn multiply_portable(
    factor: &Factor<'_>,
    tile: RowTile,
    panel: &[u32],
    sums: &mut [f32],
    sums_stride: usize,
) {
    let mut row = 0;
    while row < tile.rows {
        let offset = tile.offset + row * factor.stride;
        let sums = &mut sums[row * sums_stride..];
        if tile.rows - row >= PORTABLE_ROWS {
            multiply_rows::<PORTABLE_ROWS>(factor, offset, panel, sums, sums_stride);
            row += PORTABLE_ROWS;
        } else {
            multiply_rows::<1>(factor, offset, panel, sums, sums_stride);
            row += 1;
        }
    }
}

fn multiply_rows<const ROWS: usize>(
    factor: &Factor<'_>,
    offset: usize,
    panel: &[u32],
    sums: &mut [f32],
    sums_stride: usize,
) {
    use crate::level::Arithmetic;
    let words = factor.segment_words;
    let mut totals = [[0.0_f32; PORTABLE_COLUMNS]; ROWS];
    for (segment, right) in factor.segments.iter().zip(panel.chunks_exact(words * PORTABLE_COLUMNS)) {
        // All slices get their length here, so that the loop below needs no checks.
        let right = &right.as_chunks::<PORTABLE_COLUMNS>().0[..words];
        let rows: [&[u32]; ROWS] =
            std::array::from_fn(|row| &factor.words[offset + row * factor.stride + segment..][..words]);
        for word in 0..words {
            for row in 0..ROWS {
                let left = f32::from_bits(rows[row][word]);
                for column in 0..PORTABLE_COLUMNS {
                    let right = f32::from_bits(right[word][column]);
                    totals[row][column] = PortableArithmetic::multiply_add(left, right, totals[row][column]);
                }
            }
        }
    }
    for (row, totals) in totals.iter().enumerate() {
        sums[row * sums_stride..][..PORTABLE_COLUMNS].copy_from_slice(totals);
    }
}

/// A tile and where its rows stand in the output.
#[derive(Clone, Copy)]
pub(crate) struct PlacedTile {
    pub(crate) tile: RowTile,
    pub(crate) first_row: usize,
}

/// The sums of one tile with one panel, on their way to the output.
pub(crate) struct Finished<'a> {
    /// Rows of the output.
    pub(crate) rows: Range<usize>,
    pub(crate) panel: usize,
    /// (rows, panel columns), more rows than needed.
    pub(crate) sums: &'a [f32],
}

/// Computes a whole product in parallel, with `simd`; `tiles(rows)` lists the tiles that make up some rows of the output `y` and
/// `finish` turns each tile's sums into values.
///
/// `y`: (rows, width), of which each panel gives `panel_width` columns. `rows_per_unit`: tasks take whole units of that
/// many rows.
#[expect(clippy::too_many_arguments, reason = "the one place where a product's parts meet")]
pub(crate) fn multiply_all<Tiles: Iterator<Item = PlacedTile>>(
    cpu: &Cpu,
    simd: Simd,
    factor: &Factor<'_>,
    panels: &Panels,
    y: &mut [f32],
    width: usize,
    panel_width: usize,
    rows_per_unit: usize,
    tiles: impl Fn(Range<usize>) -> Tiles + Sync,
    finish: impl Fn(&mut Cell<'_, f32>, Finished<'_>) + Sync,
) {
    let size = task_size(cpu, y.len() / width, rows_per_unit, panels.count(), panel_width);
    let columns = simd.panel_columns();
    crate::grid::grid(cpu, y, width, size, |mut cell| {
        with_scratch(Purpose::Task, |scratch| {
            let sums = scratch.sums.take(BLOCK_ROWS * columns);
            let multiplier = Multiplier::new(simd);
            let first = cell.columns.start / panel_width;
            for panel in first..cell.columns.end.div_ceil(panel_width) {
                // A panel of SwiGLU gives half as many columns as it has, and all of them are wanted.
                let wanted =
                    if panel_width < columns { columns } else { columns.min(width - panel * panel_width) };
                let right = Panel { words: panels.panel(panel), wanted };
                let blocks = tiles(cell.rows.clone()).count().div_ceil(2);
                let mut tiles = tiles(cell.rows.clone());
                let mut upcoming = panels.upcoming(panel, blocks);
                while let Some(one) = tiles.next() {
                    let block = [Some(one), tiles.next()];
                    let two = block.map(|placed| placed.map_or(one.tile, |placed| placed.tile));
                    let count = block.iter().flatten().count();
                    let fetch = upcoming.next().unwrap_or_default();
                    multiplier.multiply(factor, &two[..count], right, fetch, sums, columns);
                    for (placed, sums) in block.iter().flatten().zip(sums.chunks(TILE_ROWS * columns)) {
                        let rows = placed.first_row..placed.first_row + placed.tile.rows;
                        finish(&mut cell, Finished { rows, panel, sums });
                    }
                }
            }
        });
    });
}

/// How a product is cut into tasks. Results do not depend on it, so it may depend on the threads.
fn task_size(cpu: &Cpu, rows: usize, rows_per_unit: usize, panels: usize, panel_width: usize) -> CellSize {
    let task_rows = (TASK_ROWS / rows_per_unit).max(1) * rows_per_unit;
    let wanted = if cpu.threads() == 1 { 1 } else { TASKS_PER_THREAD * cpu.threads() };
    let splits = wanted.div_ceil(rows.div_ceil(task_rows).max(1)).min(panels);
    CellSize { rows: task_rows, columns: panels.div_ceil(splits) * panel_width }
}

/// The rate of the microkernel on one block in the first cache, on all threads at once, in operations a second (a multiply
/// and an add are two): what the machine gives where memory, packing and epilogues cost nothing.
///
/// Takes about a tenth of a second.
#[must_use]
pub fn peak_rate(cpu: &Cpu) -> f64 {
    const FEATURES: usize = 256;
    const REPEATS: usize = 200;
    let simd = cpu.linear_simd();
    let columns = simd.panel_columns();
    let words = simd.words(FEATURES);
    let stride = words + TILE_ROWS;
    let block = |_| {
        with_scratch(Purpose::Task, |scratch| {
            let factor = scratch.factors.take(BLOCK_ROWS * stride);
            let panel = scratch.panels.take((words + simd.column_tail()) * columns);
            factor.fill(0);
            panel.fill(0);
            let factor =
                Factor { words: factor, stride, segments: &[0], segment_words: words, has_scales: true };
            let sums = scratch.sums.take(BLOCK_ROWS * columns);
            let tiles = [0, TILE_ROWS * stride].map(|offset| RowTile { offset, rows: TILE_ROWS });
            let multiplier = Multiplier::new(simd);
            for _ in 0..REPEATS {
                multiplier.multiply(
                    &factor,
                    &tiles,
                    Panel { words: panel, wanted: columns },
                    &[],
                    sums,
                    columns,
                );
            }
        });
    };
    let operations = 2 * BLOCK_ROWS * FEATURES * columns * REPEATS * cpu.threads();
    let start = Instant::now();
    let mut best = f64::INFINITY;
    while start.elapsed() < Duration::from_millis(100) {
        let run = Instant::now();
        cpu.parallel_for(cpu.threads(), block);
        best = best.min(run.elapsed().as_secs_f64());
    }
    operations as f64 / best
}

/// Turns pairs of values into words, with the machine's own instruction where there is one.
pub(crate) fn pairs_to_words(
    simd: Simd,
    values: &[f32],
    words: &mut [u32],
    otherwise: impl Fn(Simd, &[f32], &mut [u32]),
) {
    #[cfg(target_arch = "x86_64")]
    let done = vectors::pairs_to_words(simd, values, words);
    #[cfg(not(target_arch = "x86_64"))]
    let done = 0;
    otherwise(simd, &values[2 * done..], &mut words[done..]);
}

/// Writes `values` as 8-bit codes plus 128 and their scale behind them; `simd` must be of int8.
pub(crate) fn quantise(simd: Simd, values: &[f32], words: &mut [u32]) {
    #[cfg(target_arch = "x86_64")]
    vectors::quantise(simd, values, words);
    #[cfg(not(target_arch = "x86_64"))]
    unreachable!("no `{}` here for `{}` values and `{}` words", simd.level(), values.len(), words.len());
}

/// Writes pixels as 8-bit codes, four channels to a word: each value times the inverse of its channel's unit, plus the channel's zero,
/// cut to 0 to 255. Channels are a multiple of 16; `simd` must be of int8.
pub(crate) fn quantise_pixels(
    simd: Simd,
    values: &[f32],
    inverses: &[f32],
    zeros: &[f32],
    words: &mut [u32],
) {
    #[cfg(target_arch = "x86_64")]
    vectors::quantise_pixels(simd, values, inverses, zeros, words);
    #[cfg(not(target_arch = "x86_64"))]
    unreachable!("no `{}` for {} values, {inverses:?}, {zeros:?}, {words:?}", simd.level(), values.len());
}

/// Whether processor and system let this process use AMX tiles with bf16.
#[cfg(target_arch = "x86_64")]
pub(crate) fn amx_allowed() -> bool {
    amx::allowed()
}
