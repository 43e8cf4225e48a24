//! Memory of the process that nobody uses.

/// Gives what is freed and still held by the allocator back to the system.
///
/// glibc keeps an arena for each few threads and gives back only what lies at its end, so that a process which runs for
/// weeks holds the peaks of all of its threads. Where the allocator is another one, nothing happens. It takes some
/// milliseconds, during which other threads may wait for memory.
#[cfg_attr(
    all(target_os = "linux", target_env = "gnu"),
    expect(unsafe_code, reason = "a call of glibc that no safe library offers")
)]
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: `malloc_trim` may be called from any thread at any time; it touches no memory that is in use.
    unsafe {
        libc::malloc_trim(0);
    }
}
