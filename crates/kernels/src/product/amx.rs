//! The block product on AMX tiles.
//!
//! The intrinsics are not stable, inline assembly is. Tiles 0 to 3 hold the sums of a 32 x 32 block, 4 and 5 rows of the
//! left factor, 6 and 7 columns of the panel. Source: Intel 64 and IA-32 Architectures Software Developer's Manual,
//! volume 1, chapter 18; asking Linux for the tile state: Documentation/arch/x86/xstate.rst.
#![expect(unsafe_code, reason = "tile instructions exist on stable Rust only as inline assembly")]

use std::arch::asm;
use std::arch::x86_64::{__cpuid, __cpuid_count, _MM_HINT_T1, _mm_prefetch};
use std::marker::PhantomData;
use std::sync::OnceLock;

use super::{Factor, Multiplier, RowTile};
use crate::level::{Level, Simd};

/// Words in one row of a tile, and words that one tile product sums.
const TILE_WORDS: usize = 16;

/// Bytes of a panel's row: 32 columns.
const PANEL_STRIDE: usize = 128;

/// Whether the processor has AMX with bf16, the system saves its state, and lets this process use it.
pub(super) fn allowed() -> bool {
    static ALLOWED: OnceLock<bool> = OnceLock::new();
    *ALLOWED.get_or_init(|| processor_has_tiles() && permitted())
}

fn processor_has_tiles() -> bool {
    const OSXSAVE: u32 = 1 << 27;
    const BF16_AND_TILE: u32 = 1 << 22 | 1 << 24;
    const TILE_STATE: u32 = 1 << 17 | 1 << 18;
    if __cpuid(0).eax < 7 || __cpuid(1).ecx & OSXSAVE == 0 {
        return false;
    }
    let enabled: u32;
    // SAFETY: `xgetbv` with 0 exists where OSXSAVE is set, and only writes these two registers.
    unsafe {
        asm!("xgetbv", in("ecx") 0, out("eax") enabled, out("edx") _, options(nomem, nostack, preserves_flags));
    }
    __cpuid_count(7, 0).edx & BF16_AND_TILE == BF16_AND_TILE && enabled & TILE_STATE == TILE_STATE
}

#[cfg(target_os = "linux")]
fn permitted() -> bool {
    const SYS_ARCH_PRCTL: i64 = 158;
    const ARCH_REQ_XCOMP_PERM: i64 = 0x1023;
    const TILE_DATA: i64 = 18;
    let result: i64;
    // SAFETY: the call reads no memory of ours; the kernel keeps all registers but the three named.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") SYS_ARCH_PRCTL => result,
            in("rdi") ARCH_REQ_XCOMP_PERM,
            in("rsi") TILE_DATA,
            out("rcx") _,
            out("r11") _,
            options(nostack),
        );
    }
    result == 0
}

#[cfg(not(target_os = "linux"))]
fn permitted() -> bool {
    false
}

/// Eight tiles of 16 rows of 64 bytes, the layout `ldtilecfg` reads.
#[repr(C, align(64))]
struct Configuration {
    palette: u8,
    start_row: u8,
    reserved: [u8; 14],
    bytes_per_row: [u16; 16],
    rows: [u8; 16],
}

static CONFIGURATION: Configuration = Configuration {
    palette: 1,
    start_row: 0,
    reserved: [0; 14],
    bytes_per_row: [64, 64, 64, 64, 64, 64, 64, 64, 0, 0, 0, 0, 0, 0, 0, 0],
    rows: [16, 16, 16, 16, 16, 16, 16, 16, 0, 0, 0, 0, 0, 0, 0, 0],
};

/// This thread's tiles, configured; they are released at the end, so that switching threads stays cheap.
pub(super) struct Tiles {
    /// The configuration belongs to one thread.
    thread: PhantomData<*const ()>,
}

impl Tiles {
    pub(super) fn configure(simd: Simd) -> Self {
        assert_eq!(simd.level(), Level::AmxBf16, "tiles need AMX");
        // SAFETY: a `Simd` of this level exists only where tiles were allowed; the configuration is valid and 64 bytes.
        unsafe {
            asm!("ldtilecfg [{}]", in(reg) &raw const CONFIGURATION, options(nostack, readonly, preserves_flags));
        }
        Self { thread: PhantomData }
    }
}

impl Drop for Tiles {
    fn drop(&mut self) {
        // SAFETY: tiles are configured; nothing uses them after this value, and compiled code never does.
        unsafe { asm!("tilerelease", options(nostack, nomem, preserves_flags)) }
    }
}

/// One or two tiles times one panel. [`Multiplier::multiply`] has checked every length, and its existence on this
/// thread is the proof that tiles are configured.
pub(super) fn multiply(
    _configured: &Multiplier,
    factor: &Factor<'_>,
    tiles: &[RowTile],
    panel: &[u32],
    upcoming: &[u32],
    sums: &mut [f32],
    sums_stride: usize,
) {
    let steps = factor.segment_words / TILE_WORDS;
    assert_eq!(steps * TILE_WORDS, factor.segment_words, "segments are whole tiles");
    let left = factor.words.as_ptr();
    let upcoming = Upcoming::new(upcoming, steps * factor.segments.len());
    let block = Block {
        steps,
        panel: panel.as_ptr(),
        stride: factor.stride * 4,
        segments: factor.segments,
        upcoming,
    };
    // SAFETY: `Multiplier::multiply` asserted that 16 rows of each tile lie inside the factor, that the panel has all words
    // of all segments, and that the sums have room for 16 rows of 32 for each tile.
    unsafe {
        match tiles {
            [one] => block.one_tile(left.add(one.offset), sums.as_mut_ptr(), sums_stride * 4),
            [one, two] => {
                block.two_tiles(
                    left.add(one.offset),
                    left.add(two.offset),
                    sums.as_mut_ptr(),
                    sums_stride * 4,
                );
            }
            _ => unreachable!("a block has one or two tiles"),
        }
    }
}

/// Words that a later block will need, to be fetched evenly over the steps of this one.
#[derive(Clone, Copy)]
struct Upcoming {
    next: *const u32,
    lines_per_step: usize,
}

impl Upcoming {
    fn new(words: &[u32], steps: usize) -> Self {
        Self { next: words.as_ptr(), lines_per_step: words.len().div_ceil(TILE_WORDS).div_ceil(steps.max(1)) }
    }

    /// Asks for the next step's share, which at the end may lie beyond the words.
    #[inline(always)]
    fn fetch(&mut self) {
        for _ in 0..self.lines_per_step {
            // SAFETY: every x86-64 processor has SSE, and a prefetch of any address is harmless.
            unsafe { _mm_prefetch::<_MM_HINT_T1>(self.next.cast()) };
            self.next = self.next.wrapping_add(TILE_WORDS);
        }
    }
}

/// What both sizes of block share.
struct Block<'a> {
    /// Tile products in one segment.
    steps: usize,
    panel: *const u32,
    /// Bytes from row to row of the left factor.
    stride: usize,
    segments: &'a [usize],
    upcoming: Upcoming,
}

impl Block<'_> {
    /// # Safety
    ///
    /// Tiles must be configured; `left` must have 16 readable rows in each segment, the panel all words, `sums` 16 rows of
    /// 32 values `sums_stride` bytes apart.
    unsafe fn one_tile(&self, left: *const u32, sums: *mut f32, sums_stride: usize) {
        // SAFETY: as this function's own terms; the assembly touches only what they name.
        unsafe {
            asm!("tilezero tmm0", "tilezero tmm1", options(nostack, nomem, preserves_flags));
            let (mut panel, mut upcoming) = (self.panel, self.upcoming);
            for segment in self.segments {
                let mut left = left.add(*segment);
                for _ in 0..self.steps {
                    upcoming.fetch();
                    asm!(
                        "tileloadd tmm4, [{left} + {stride}]",
                        "tileloadd tmm6, [{panel} + {panel_stride}]",
                        "tileloadd tmm7, [{panel} + {panel_stride} + 64]",
                        "tdpbf16ps tmm0, tmm4, tmm6",
                        "tdpbf16ps tmm1, tmm4, tmm7",
                        left = in(reg) left,
                        stride = in(reg) self.stride,
                        panel = in(reg) panel,
                        panel_stride = in(reg) PANEL_STRIDE,
                        options(nostack, readonly, preserves_flags),
                    );
                    left = left.add(TILE_WORDS);
                    panel = panel.add(TILE_WORDS * 32);
                }
            }
            asm!(
                "tilestored [{sums} + {stride}], tmm0",
                "tilestored [{sums} + {stride} + 64], tmm1",
                sums = in(reg) sums,
                stride = in(reg) sums_stride,
                options(nostack, preserves_flags),
            );
        }
    }

    /// # Safety
    ///
    /// As [`Self::one_tile`], for rows at `upper` and at `lower`, and 32 rows of sums.
    unsafe fn two_tiles(&self, upper: *const u32, lower: *const u32, sums: *mut f32, sums_stride: usize) {
        // SAFETY: as this function's own terms; the assembly touches only what they name.
        unsafe {
            asm!(
                "tilezero tmm0",
                "tilezero tmm1",
                "tilezero tmm2",
                "tilezero tmm3",
                options(nostack, nomem, preserves_flags)
            );
            let (mut panel, mut upcoming) = (self.panel, self.upcoming);
            for segment in self.segments {
                let (mut upper, mut lower) = (upper.add(*segment), lower.add(*segment));
                for _ in 0..self.steps {
                    upcoming.fetch();
                    asm!(
                        "tileloadd tmm6, [{panel} + {panel_stride}]",
                        "tileloadd tmm4, [{upper} + {stride}]",
                        "tdpbf16ps tmm0, tmm4, tmm6",
                        "tileloadd tmm7, [{panel} + {panel_stride} + 64]",
                        "tdpbf16ps tmm1, tmm4, tmm7",
                        "tileloadd tmm5, [{lower} + {stride}]",
                        "tdpbf16ps tmm2, tmm5, tmm6",
                        "tdpbf16ps tmm3, tmm5, tmm7",
                        upper = in(reg) upper,
                        lower = in(reg) lower,
                        stride = in(reg) self.stride,
                        panel = in(reg) panel,
                        panel_stride = in(reg) PANEL_STRIDE,
                        options(nostack, readonly, preserves_flags),
                    );
                    upper = upper.add(TILE_WORDS);
                    lower = lower.add(TILE_WORDS);
                    panel = panel.add(TILE_WORDS * 32);
                }
            }
            let lower_sums = sums.byte_add(16 * sums_stride);
            asm!(
                "tilestored [{sums} + {stride}], tmm0",
                "tilestored [{sums} + {stride} + 64], tmm1",
                "tilestored [{lower} + {stride}], tmm2",
                "tilestored [{lower} + {stride} + 64], tmm3",
                sums = in(reg) sums,
                lower = in(reg) lower_sums,
                stride = in(reg) sums_stride,
                options(nostack, preserves_flags),
            );
        }
    }
}
