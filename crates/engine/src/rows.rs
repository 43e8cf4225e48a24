//! Plain loops over the rows of a matrix, shared among threads.

use std::sync::{Mutex, PoisonError};

use danqing_kernels::Cpu;

/// Calls `task` with the number and the values of each run of `length` values; the last may be shorter.
///
/// For work of some microseconds a row: each row costs a lock that nobody waits for.
pub(crate) fn for_each<T: Send>(
    cpu: &Cpu,
    values: &mut [T],
    length: usize,
    task: impl Fn(usize, &mut [T]) + Sync,
) {
    if values.len() <= length {
        return task(0, values);
    }
    let rows: Vec<_> = values.chunks_mut(length).map(Mutex::new).collect();
    cpu.parallel_for(rows.len(), |row| {
        // Each row is locked once, so a poisoned lock cannot occur.
        task(row, &mut rows[row].lock().unwrap_or_else(PoisonError::into_inner));
    });
}
