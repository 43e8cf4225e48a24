//! An output matrix cut into rectangles that threads may write at the same time.
#![expect(
    unsafe_code,
    reason = "rectangles of one matrix are disjoint, but not slices that safe code could split off"
)]

use std::marker::PhantomData;
use std::ops::Range;

use crate::pool::Cpu;

/// Sides of the rectangles; those at the right and lower edge may be smaller.
#[derive(Clone, Copy)]
pub(crate) struct CellSize {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
}

/// One rectangle of a row-major matrix, lent to one task.
pub(crate) struct Cell<'a, T> {
    /// Rows of the matrix that this cell covers.
    pub(crate) rows: Range<usize>,
    /// Columns of the matrix that this cell covers.
    pub(crate) columns: Range<usize>,
    start: *mut T,
    width: usize,
    matrix: PhantomData<&'a mut [T]>,
}

impl<T> Cell<'_, T> {
    /// The values of this cell in `row`, counted from the top of the matrix.
    #[inline(always)]
    pub(crate) fn row(&mut self, row: usize) -> &mut [T] {
        self.part(row, self.columns.clone())
    }

    /// The values in `row` and `columns`, both counted from the corner of the matrix.
    #[inline(always)]
    pub(crate) fn part(&mut self, row: usize, columns: Range<usize>) -> &mut [T] {
        assert!(self.rows.contains(&row), "the row lies outside the cell");
        let inside = self.columns.start <= columns.start && columns.end <= self.columns.end;
        assert!(inside && columns.start <= columns.end, "the columns lie outside the cell");
        // SAFETY: `grid` made this cell from a matrix that contains it, and cells do not overlap; the result borrows the
        // cell mutably, so no second slice of the cell lives beside it.
        unsafe {
            std::slice::from_raw_parts_mut(self.start.add(row * self.width + columns.start), columns.len())
        }
    }
}

struct Start<T>(*mut T);

impl<T> Start<T> {
    fn pointer(&self) -> *mut T {
        self.0
    }
}

// SAFETY: the pointer is only used to make disjoint cells of a matrix borrowed mutably for the whole call, which amounts
// to sending `&mut [T]`.
unsafe impl<T: Send> Sync for Start<T> {}

/// Runs `task` once for each cell of `matrix`, a row-major matrix of `width` columns, in parallel.
///
/// Cells of the same rows come one after the other.
pub(crate) fn grid<T: Send>(
    cpu: &Cpu,
    matrix: &mut [T],
    width: usize,
    size: CellSize,
    task: impl Fn(Cell<'_, T>) + Sync,
) {
    assert!(width > 0 && matrix.len().is_multiple_of(width), "the matrix is no whole number of rows");
    assert!(size.rows > 0 && size.columns > 0, "an empty cell");
    let rows = matrix.len() / width;
    let across = width.div_ceil(size.columns);
    let start = Start(matrix.as_mut_ptr());
    cpu.parallel_for(rows.div_ceil(size.rows) * across, |index| {
        let row = index / across * size.rows;
        let column = index % across * size.columns;
        task(Cell {
            rows: row..rows.min(row + size.rows),
            columns: column..width.min(column + size.columns),
            start: start.pointer(),
            width,
            matrix: PhantomData,
        });
    });
}

/// Runs `task` once for each run of `rows` whole rows of `matrix`, in parallel; it gets the first row's number and the
/// values.
pub(crate) fn strips<T: Send>(
    cpu: &Cpu,
    matrix: &mut [T],
    width: usize,
    rows: usize,
    task: impl Fn(usize, &mut [T]) + Sync,
) {
    assert!(width > 0 && matrix.len().is_multiple_of(width), "the matrix is no whole number of rows");
    let values = rows * width;
    let size = CellSize { rows: 1, columns: values };
    // A matrix of one row, so that a strip is one slice.
    let length = matrix.len();
    if length > 0 {
        grid(cpu, matrix, length, size, |mut cell| task(cell.columns.start / width, cell.row(0)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::Level;

    #[test]
    fn cells_cover_the_matrix_once() {
        let cpu = Cpu::new(3, Level::Portable);
        let mut matrix = vec![0; 7 * 11];
        grid(&cpu, &mut matrix, 11, CellSize { rows: 3, columns: 4 }, |mut cell| {
            for row in cell.rows.clone() {
                cell.row(row).iter_mut().for_each(|value| *value += 1);
            }
        });
        assert_eq!(matrix, vec![1; 77], "each value belongs to one cell");
    }

    #[test]
    fn strips_know_their_row() {
        let cpu = Cpu::new(2, Level::Portable);
        let mut matrix = vec![0; 5 * 3];
        strips(&cpu, &mut matrix, 3, 2, |row, values| values.fill(row));
        assert_eq!(matrix, [0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 4, 4, 4], "first rows of strips");
    }
}
