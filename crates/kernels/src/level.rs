//! Which instructions this machine has, and the macro that compiles one function for each of them.

use std::fmt;
use std::str::FromStr;

/// An instruction set that the kernels are written for, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Plain Rust in f32; on Arm the compiler turns it into NEON.
    Portable,
    /// AVX2 and FMA, f32.
    Avx2,
    /// AVX-512 (F, BW, DQ, VL), f32.
    Avx512,
    /// AVX-512 with `vdpbf16ps`: products of bf16 factors, summed in f32.
    Avx512Bf16,
    /// AMX tiles: products of bf16 factors, summed in f32.
    AmxBf16,
    /// AVX-512 with `vpdpbusd`: linear layers and convolutions that may be quantised multiply 8-bit factors and sum them in i32,
    /// all else is as at [`Level::Avx512Bf16`]. It loses more than rounding to bf16 does, so nobody gets it who has not asked for it.
    Avx512Int8,
}

impl Level {
    /// All levels, weakest first, and last the one that is only used where it is asked for.
    pub const ALL: [Self; 6] =
        [Self::Portable, Self::Avx2, Self::Avx512, Self::Avx512Bf16, Self::AmxBf16, Self::Avx512Int8];

    /// The best level of this machine that does not quantise: the strongest, but f32 where it outruns `vdpbf16ps`.
    #[must_use]
    pub fn detect() -> Self {
        let pays = |level: &Self| match level {
            Self::Avx512Int8 => false,
            Self::Avx512Bf16 => !multiplies_pairs_slowly(),
            _ => true,
        };
        let best = Self::ALL.into_iter().rev().filter(pays).find(|level| level.is_available());
        best.unwrap_or(Self::Portable)
    }

    /// The level for what is seen for a moment only: the fastest of this machine, also if it quantises.
    #[must_use]
    pub fn fastest() -> Self {
        let fastest = [Self::AmxBf16, Self::Avx512Int8].into_iter().find(|level| level.is_available());
        fastest.unwrap_or_else(Self::detect)
    }

    /// The levels that this machine can run, in the order of [`Level::ALL`].
    #[must_use]
    pub fn available() -> Vec<Self> {
        Self::ALL.into_iter().filter(|level| level.is_available()).collect()
    }

    /// Whether processor and operating system both allow this level.
    ///
    /// For AMX the system is asked for the tile state on the first call; a refusal only makes the level unavailable.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                Self::Avx2.is_available()
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Bf16 => Self::Avx512.is_available() && is_x86_feature_detected!("avx512bf16"),
            #[cfg(target_arch = "x86_64")]
            Self::AmxBf16 => Self::Avx512Bf16.is_available() && crate::product::amx_allowed(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Int8 => Self::Avx512Bf16.is_available() && is_x86_feature_detected!("avx512vnni"),
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
            Self::Avx512Bf16 => "avx512-bf16",
            Self::AmxBf16 => "amx-bf16",
            Self::Avx512Int8 => "avx512-int8",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(name: &str) -> Result<Self, UnknownLevel> {
        let found = Self::ALL.into_iter().find(|level| level.name() == name);
        found.ok_or_else(|| UnknownLevel { name: name.to_owned() })
    }
}

/// Whether f32 products are faster than `vdpbf16ps`, as on Intel's processors: they start half as many of these in a clock as of
/// f32 products, and have tiles for bf16, which a virtual machine may lack. Measured in `BENCHMARKS.md`, "In few steps".
fn multiplies_pairs_slowly() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        let leaf = std::arch::x86_64::__cpuid(0);
        [leaf.ebx, leaf.edx, leaf.ecx].map(u32::to_le_bytes).as_flattened() == b"GenuineIntel"
    }
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// A name that no [`Level`] has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownLevel {
    /// The name as it was given.
    pub name: String,
}

impl fmt::Display for UnknownLevel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "unknown instruction level `{}`", self.name)
    }
}

impl std::error::Error for UnknownLevel {}

/// A level that was found available: the proof that its instructions may run. Its level says what a word holds: at
/// [`Level::Avx512Int8`] four 8-bit factors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Simd(Level);

impl Simd {
    /// Panics if the machine lacks `level`.
    pub(crate) fn new(level: Level) -> Self {
        assert!(level.is_available(), "this machine has no `{level}` instructions");
        Self(level)
    }

    pub(crate) fn level(self) -> Level {
        self.0
    }

    /// What kernels run with that do not quantise: the level itself, or the one below int8.
    pub(crate) fn unquantised(self) -> Self {
        if self.is_int8() { Self(Level::Avx512Bf16) } else { self }
    }

    /// Whether factors are bf16 pairs.
    pub(crate) fn is_bf16(self) -> bool {
        matches!(self.0, Level::Avx512Bf16 | Level::AmxBf16)
    }

    /// Whether factors are 8-bit codes.
    pub(crate) fn is_int8(self) -> bool {
        self.0 == Level::Avx512Int8
    }

    /// Columns of one weight panel: two vectors.
    pub(crate) fn panel_columns(self) -> usize {
        if self.0 >= Level::Avx512 { 32 } else { 16 }
    }

    /// Words of four bytes (one f32, two bf16 or four codes) that hold `elements` factors, padded as the microkernel
    /// wants.
    pub(crate) fn words(self, elements: usize) -> usize {
        match self.0 {
            Level::AmxBf16 => elements.div_ceil(32) * 16,
            Level::Avx512Bf16 => elements.div_ceil(2),
            Level::Avx512Int8 => elements.div_ceil(4),
            _ => elements,
        }
    }

    /// Words behind the factors of a row: its scale.
    pub(crate) fn row_tail(self) -> usize {
        usize::from(self.is_int8())
    }

    /// Words behind the factors of a column: what is added to its sum, and its scale.
    pub(crate) fn column_tail(self) -> usize {
        if self.is_int8() { 2 } else { 0 }
    }
}

/// How `a * b + c` is computed: fused where the instruction exists, in two steps where it would be a library call.
pub(crate) trait Arithmetic {
    fn multiply_add(a: f32, b: f32, c: f32) -> f32;
}

pub(crate) struct Fused;

impl Arithmetic for Fused {
    #[inline(always)]
    fn multiply_add(a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }
}

#[cfg_attr(target_arch = "aarch64", expect(dead_code, reason = "Arm always has a fused multiply-add"))]
pub(crate) struct Separate;

impl Arithmetic for Separate {
    #[inline(always)]
    fn multiply_add(a: f32, b: f32, c: f32) -> f32 {
        a * b + c
    }
}

#[cfg(target_arch = "aarch64")]
pub(crate) type PortableArithmetic = Fused;
#[cfg(not(target_arch = "aarch64"))]
pub(crate) type PortableArithmetic = Separate;

/// Compiles a function of plain loops once for each width of vectors and picks by the `Simd` it is given first.
///
/// The body names its arithmetic with the type parameter: `fn scale<A>(x: &mut [f32]) { A::multiply_add(..) }`.
macro_rules! vectorised {
    ($(#[$meta:meta])* $visibility:vis fn $name:ident<$arithmetic:ident $(, const $size:ident: usize)?>(
        $($argument:ident: $type:ty),* $(,)?
    ) $body:block) => {
        $(#[$meta])*
        $visibility fn $name$(<const $size: usize>)?(simd: $crate::level::Simd, $($argument: $type),*) {
            #[inline(always)]
            fn portable<$arithmetic: $crate::level::Arithmetic $(, const $size: usize)?>($($argument: $type),*) $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma")]
            fn avx2$(<const $size: usize>)?($($argument: $type),*) {
                portable::<$crate::level::Fused $(, $size)?>($($argument),*)
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl")]
            fn avx512$(<const $size: usize>)?($($argument: $type),*) {
                portable::<$crate::level::Fused $(, $size)?>($($argument),*)
            }

            match simd.level() {
                #[cfg(target_arch = "x86_64")]
                #[expect(unsafe_code, reason = "entering a function compiled for AVX2")]
                $crate::level::Level::Avx2 => {
                    // SAFETY: a `Simd` of this level exists only where AVX2 and FMA were detected.
                    unsafe { avx2$(::<$size>)?($($argument),*) }
                }
                #[cfg(target_arch = "x86_64")]
                #[expect(unsafe_code, reason = "entering a function compiled for AVX-512")]
                $crate::level::Level::Avx512
                | $crate::level::Level::Avx512Bf16
                | $crate::level::Level::AmxBf16
                | $crate::level::Level::Avx512Int8 => {
                    // SAFETY: a `Simd` of these levels exists only where AVX-512 F, BW, DQ and VL were detected.
                    unsafe { avx512$(::<$size>)?($($argument),*) }
                }
                _ => portable::<$crate::level::PortableArithmetic $(, $size)?>($($argument),*),
            }
        }
    };
}
pub(crate) use vectorised;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for level in Level::ALL {
            assert_eq!(level.to_string().parse(), Ok(level), "name and level disagree");
        }
        assert!("avx9".parse::<Level>().is_err(), "`avx9` is no level");
    }

    #[test]
    fn the_fastest_quantises_only_where_there_are_no_tiles() {
        let [tiles, codes] = [Level::AmxBf16, Level::Avx512Int8].map(Level::is_available);
        assert_eq!(Level::fastest() == Level::Avx512Int8, codes && !tiles, "int8");
        assert!(Level::fastest().is_available(), "runs here");
    }

    #[test]
    fn nobody_gets_int8_unasked() {
        assert_ne!(Level::detect(), Level::Avx512Int8, "detection quantises");
    }
}
