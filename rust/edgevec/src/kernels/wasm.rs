//! WebAssembly simd128: two registers of four floats, or one of 32 codes.

use std::arch::wasm32::{
    f32x4_add, f32x4_mul, f32x4_sub, i16x8_add, i16x8_splat, i32x4_add, i32x4_extadd_pairwise_i16x8,
    i32x4_extract_lane, i32x4_splat, i64x2_shuffle, u16x8_shr, v128, v128_and, v128_load,
};
#[cfg(not(target_feature = "relaxed-simd"))]
use std::arch::wasm32::{i16x8_mul, i16x8_shl, i16x8_shr, u16x8_splat};
#[cfg(target_feature = "relaxed-simd")]
use std::arch::wasm32::{i16x8_relaxed_dot_i8x16_i7x16, u8x16_splat};

use super::codes::{self, Products};
use super::floats::{self, LANES, Lanes};

const REGISTERS: usize = LANES / 4;

#[derive(Clone, Copy)]
struct Registers([v128; REGISTERS]);

impl Lanes for Registers {
    #[inline(always)]
    fn zero() -> Self {
        // SAFETY: plain data, for which all bits zero is the value 0.0 in every lane.
        unsafe { std::mem::zeroed() }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: readable for LANES floats by the trait's promise; the load needs no alignment.
        Self(std::array::from_fn(|i| unsafe { v128_load(from.add(4 * i).cast()) }))
    }

    #[inline(always)]
    unsafe fn add_product(self, a: Self, b: Self) -> Self {
        Self(std::array::from_fn(|i| f32x4_add(self.0[i], f32x4_mul(a.0[i], b.0[i]))))
    }

    #[inline(always)]
    unsafe fn add_squared_difference(self, a: Self, b: Self) -> Self {
        Self(std::array::from_fn(|i| {
            let difference = f32x4_sub(a.0[i], b.0[i]);
            f32x4_add(self.0[i], f32x4_mul(difference, difference))
        }))
    }

    #[inline(always)]
    unsafe fn to_array(self) -> [f32; LANES] {
        // SAFETY: both are LANES floats with no padding, lane 0 first.
        unsafe { std::mem::transmute(self) }
    }
}

/// Sums of 16 bits.
#[derive(Clone, Copy)]
struct Sums(v128);

impl Products for Sums {
    const WIDTH: usize = 16;

    type Totals = v128;

    #[inline(always)]
    fn zero() -> Self {
        Self(i16x8_splat(0))
    }

    #[inline(always)]
    fn zero_totals() -> v128 {
        i32x4_splat(0)
    }

    /// The row is the operand whose top bits are clear, without which engines may differ.
    #[cfg(target_feature = "relaxed-simd")]
    #[inline(always)]
    unsafe fn add(self, low: *const i8, high: *const i8, packed: *const u8) -> Self {
        // SAFETY: readable for WIDTH bytes by the trait's promise; the loads need no alignment.
        let (low, high, packed) = unsafe { (v128_load(low.cast()), v128_load(high.cast()), v128_load(packed.cast())) };
        let half = u8x16_splat(15);
        let lower = i16x8_relaxed_dot_i8x16_i7x16(low, v128_and(packed, half));
        let upper = i16x8_relaxed_dot_i8x16_i7x16(high, v128_and(u16x8_shr(packed, 4), half));
        Self(i16x8_add(self.0, i16x8_add(lower, upper)))
    }

    /// Bytes with even and with odd places are multiplied apart, each as a number of 16 bits.
    #[cfg(not(target_feature = "relaxed-simd"))]
    #[inline(always)]
    unsafe fn add(self, low: *const i8, high: *const i8, packed: *const u8) -> Self {
        // SAFETY: readable for WIDTH bytes by the trait's promise; the loads need no alignment.
        let (low, high, packed) = unsafe { (v128_load(low.cast()), v128_load(high.cast()), v128_load(packed.cast())) };
        let half = u16x8_splat(15);
        let even = |numbers| i16x8_shr(i16x8_shl(numbers, 8), 8);
        let odd = |numbers| i16x8_shr(numbers, 8);
        let lower = i16x8_add(
            i16x8_mul(even(low), v128_and(packed, half)),
            i16x8_mul(odd(low), v128_and(u16x8_shr(packed, 8), half)),
        );
        let upper = i16x8_add(
            i16x8_mul(even(high), v128_and(u16x8_shr(packed, 4), half)),
            i16x8_mul(odd(high), u16x8_shr(packed, 12)),
        );
        Self(i16x8_add(self.0, i16x8_add(lower, upper)))
    }

    #[inline(always)]
    unsafe fn total(self, totals: v128) -> v128 {
        i32x4_add(totals, i32x4_extadd_pairwise_i16x8(self.0))
    }

    #[inline(always)]
    unsafe fn sum(totals: v128) -> i32 {
        let pairs = i32x4_add(totals, i64x2_shuffle::<1, 0>(totals, totals));
        i32x4_extract_lane::<0>(pairs) + i32x4_extract_lane::<1>(pairs)
    }
}

/// # Safety
/// As [`floats::accumulate`].
pub(super) unsafe fn dot<const N: usize>(query: *const f32, rows: [*const f32; N], length: usize) -> [f32; N] {
    // SAFETY: the caller's promise, passed on.
    unsafe { floats::dot::<Registers, N>(query, rows, length) }
}

/// # Safety
/// As [`floats::accumulate`].
pub(super) unsafe fn squared_euclidean<const N: usize>(
    query: *const f32,
    rows: [*const f32; N],
    length: usize,
) -> [f32; N] {
    // SAFETY: the caller's promise, passed on.
    unsafe { floats::squared_euclidean::<Registers, N>(query, rows, length) }
}

/// # Safety
/// As [`codes::dot`].
pub(super) unsafe fn dot_codes<const N: usize>(query: *const i8, rows: [*const u8; N], length: usize) -> [i32; N] {
    // SAFETY: the caller's promise, passed on.
    unsafe { codes::dot::<Sums, N>(query, rows, length) }
}
