//! Buffers that grow and stay, so that calls allocate nothing once they are warm.

use std::cell::RefCell;

/// Values before which the start of a buffer can move to be a multiple of 64 bytes.
const LINE: usize = 16;

/// A buffer of four-byte values that starts on a cache line.
#[derive(Default)]
pub(crate) struct Buffer<T> {
    values: Vec<T>,
}

impl<T: Copy + Default> Buffer<T> {
    /// The first `length` values, with whatever an earlier user left in them.
    ///
    /// They start on a cache line: tile loads that straddle lines run at a third of the rate.
    pub(crate) fn take(&mut self, length: usize) -> &mut [T] {
        if self.values.len() < length + LINE {
            self.values = vec![T::default(); length + LINE];
        }
        let start = self.values.as_ptr().align_offset(64).min(LINE);
        &mut self.values[start..start + length]
    }
}

/// The buffers of one thread.
#[derive(Default)]
pub(crate) struct Scratch {
    /// Left factors of a product as the microkernel reads them.
    pub(crate) factors: Buffer<u32>,
    /// Keys, then values, of one head as panels.
    pub(crate) panels: Buffer<u32>,
    /// Attention weights of a block of queries as left factors.
    pub(crate) weights: Buffer<u32>,
    /// Scores of a block of queries.
    pub(crate) scores: Buffer<f32>,
    /// Sums of one block of a product.
    pub(crate) sums: Buffer<f32>,
}

/// Lends this thread's buffers for one purpose.
pub(crate) fn with_scratch<R>(purpose: Purpose, work: impl FnOnce(&mut Scratch) -> R) -> R {
    thread_local! {
        static OPERANDS: RefCell<Scratch> = RefCell::default();
        static TASKS: RefCell<Scratch> = RefCell::default();
    }
    let buffers = match purpose {
        Purpose::Operand => &OPERANDS,
        Purpose::Task => &TASKS,
    };
    buffers.with(|scratch| match scratch.try_borrow_mut() {
        Ok(mut scratch) => work(&mut scratch),
        // A task that calls a kernel itself gets buffers of its own.
        Err(_) => work(&mut Scratch::default()),
    })
}

/// Two purposes, because the calling thread works on tasks while its operand buffer is read by all.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    /// Read by all threads of one call.
    Operand,
    /// Used inside one task.
    Task,
}
