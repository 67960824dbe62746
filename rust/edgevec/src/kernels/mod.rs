//! Distance kernels: each algorithm written once over a small trait, and a thin file for each
//! instruction set.
//!
//! Invariant: every instruction set gives the same bits ([`floats`]) and the same integers
//! ([`codes`]). The store of vectors pads vectors to a multiple of [`FLOAT_BLOCK`], and the store
//! of codes pads codes to whole blocks of codes.
//!
//! Only this module has unsafe code: loads through pointers, and instructions that a machine may
//! lack.

#![allow(unsafe_code, reason = "no other module of the workspace has any")]

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(any(test, feature = "bench"))]
pub(crate) mod agree;
mod codes;
mod floats;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86_64;

use crate::quantize;
pub(crate) use floats::FLOAT_BLOCK;

/// In bytes, on every machine that matters. A machine with another size only loses time.
const CACHE_LINE: usize = 64;

/// Rows scored at a time: several rows in flight hide the latency of memory. Four rows of eight
/// lanes are eight sums in 128-bit registers, and x86-64 has sixteen registers. Twice as many lanes
/// spilled, and took a third longer in cache.
pub(crate) const BATCH: usize = 4;

/// An instruction set to compute distances with. All sets give the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Isa(Kind);

// Private: a value proves that the machine has the instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    Scalar,
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    Simd128,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "aarch64")]
    Neon,
}

/// Calls the kernel of this name in the instruction set.
macro_rules! dispatch {
    ($isa:expr, $kernel:ident($query:expr, $rows:expr), $check:ident) => {{
        let (query, rows, length) = $check($query, $rows);
        // SAFETY: the lengths have been compared. A value other than `SCALAR` exists only if
        // `available` found the instruction set.
        unsafe {
            match $isa.0 {
                #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
                Kind::Scalar => scalar::$kernel(query, rows, length),
                #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
                Kind::Simd128 => wasm::$kernel(query, rows, length),
                #[cfg(target_arch = "x86_64")]
                Kind::Avx2 => x86_64::$kernel(query, rows, length),
                #[cfg(target_arch = "aarch64")]
                Kind::Neon => aarch64::$kernel(query, rows, length),
            }
        }
    }};
}

impl Isa {
    /// Plain Rust, the reference for the tests of all other instruction sets. A wasm build with
    /// simd128 has only simd128: wasm cannot look for simd128 at run time, so a second set of
    /// kernels would only be loaded.
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    pub const SCALAR: Self = Self(Kind::Scalar);

    /// The best instruction set of this machine.
    #[must_use]
    pub fn detect() -> Self {
        Self::available().pop().expect("there is always one")
    }

    /// Every instruction set of this machine, the best set last: plain Rust, then AVX2 (found at
    /// run time) or NEON. In WebAssembly: simd128, with the dot product of relaxed SIMD in builds
    /// with relaxed SIMD.
    #[must_use]
    pub fn available() -> Vec<Self> {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return vec![Self(Kind::Simd128)];
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        {
            #[allow(unused_mut, reason = "nothing is added where only the scalar kernels are built")]
            let mut found = vec![Self::SCALAR];
            #[cfg(target_arch = "x86_64")]
            if std::arch::is_x86_feature_detected!("avx2") {
                found.push(Self(Kind::Avx2));
            }
            #[cfg(target_arch = "aarch64")]
            found.push(Self(Kind::Neon));
            found
        }
    }

    /// Dot products of `query` with each row.
    ///
    /// # Panics
    /// If the lengths differ or are no multiple of [`FLOAT_BLOCK`].
    #[inline]
    #[must_use]
    pub(crate) fn dot<const N: usize>(self, query: &[f32], rows: [&[f32]; N]) -> [f32; N] {
        dispatch!(self, dot(query, rows), check)
    }

    /// Squared Euclidean distances of `query` to each row.
    ///
    /// # Panics
    /// If the lengths differ or are no multiple of [`FLOAT_BLOCK`].
    #[inline]
    #[must_use]
    pub(crate) fn squared_euclidean<const N: usize>(self, query: &[f32], rows: [&[f32]; N]) -> [f32; N] {
        dispatch!(self, squared_euclidean(query, rows), check)
    }

    /// Dot products of a query's numbers, -127 to 127, with each row's packed codes, taken as 0
    /// to 15.
    ///
    /// # Panics
    /// If the lengths differ or are no whole blocks.
    #[inline]
    #[must_use]
    pub(crate) fn dot_codes<const N: usize>(self, query: &[i8], rows: [&[u8]; N]) -> [i32; N] {
        dispatch!(self, dot_codes(query, rows), check_packed)
    }
}

/// Starts to bring rows into the cache, so that the waits for all rows overlap.
#[inline(always)]
pub(crate) fn prefetch<'a>(rows: impl Iterator<Item = &'a [u8]>) {
    #[cfg(target_arch = "x86_64")]
    for line in rows.flat_map(|row| row.chunks(CACHE_LINE)) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a hint, which reads nothing. Every x86-64 has the instruction.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast()) }
    }
    // Other machines lack the instruction, or stable Rust does. A load without a use of the result
    // does the same.
    #[cfg(not(target_arch = "x86_64"))]
    std::hint::black_box(
        rows.map(|row| row.iter().step_by(CACHE_LINE).fold(0, |read, byte| read ^ byte))
            .fold(0, |read, row| read ^ row),
    );
}

#[inline(always)]
fn check<const N: usize>(query: &[f32], rows: [&[f32]; N]) -> (*const f32, [*const f32; N], usize) {
    let length = query.len();
    assert!(
        length.is_multiple_of(FLOAT_BLOCK) && rows.iter().all(|row| row.len() == length),
        "vectors are padded to whole lanes"
    );
    (query.as_ptr(), rows.map(<[f32]>::as_ptr), length)
}

#[inline(always)]
fn check_packed<const N: usize>(query: &[i8], rows: [&[u8]; N]) -> (*const i8, [*const u8; N], usize) {
    let length = query.len() / 2;
    assert!(
        query.len().is_multiple_of(quantize::CODE_BLOCK) && rows.iter().all(|row| row.len() == length),
        "codes are padded to whole blocks"
    );
    (query.as_ptr(), rows.map(<[u8]>::as_ptr), length)
}

#[cfg(test)]
mod tests;
