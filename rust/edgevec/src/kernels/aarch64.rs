//! 64-bit Arm: two NEON registers of four floats, or one of 32 codes.

use std::arch::aarch64::{
    float32x4_t, int16x8_t, int32x4_t, vaddq_f32, vaddvq_s32, vandq_u8, vdupq_n_u8, vget_low_s8, vld1q_f32, vld1q_s8,
    vld1q_u8, vmlal_high_s8, vmlal_s8, vmulq_f32, vpadalq_s16, vreinterpretq_s8_u8, vshrq_n_u8, vsubq_f32,
};

use super::codes::{self, Products};
use super::floats::{self, LANES, Lanes};

const REGISTERS: usize = LANES / 4;

#[derive(Clone, Copy)]
struct Registers([float32x4_t; REGISTERS]);

impl Lanes for Registers {
    #[inline(always)]
    fn zero() -> Self {
        // SAFETY: plain data, for which all bits zero is the value 0.0 in every lane.
        unsafe { std::mem::zeroed() }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: readable for LANES floats by the trait's promise; the load needs no alignment.
        Self(std::array::from_fn(|i| unsafe { vld1q_f32(from.add(4 * i)) }))
    }

    #[inline(always)]
    unsafe fn add_product(self, a: Self, b: Self) -> Self {
        // SAFETY: the caller promises the instruction set.
        Self(std::array::from_fn(|i| unsafe { vaddq_f32(self.0[i], vmulq_f32(a.0[i], b.0[i])) }))
    }

    #[inline(always)]
    unsafe fn add_squared_difference(self, a: Self, b: Self) -> Self {
        Self(std::array::from_fn(|i| {
            // SAFETY: the caller promises the instruction set.
            unsafe {
                let difference = vsubq_f32(a.0[i], b.0[i]);
                vaddq_f32(self.0[i], vmulq_f32(difference, difference))
            }
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
struct Sums(int16x8_t);

impl Products for Sums {
    const WIDTH: usize = 16;

    type Totals = int32x4_t;

    #[inline(always)]
    fn zero() -> Self {
        // SAFETY: plain data, for which all bits zero is the value 0 in every lane.
        unsafe { std::mem::zeroed() }
    }

    #[inline(always)]
    fn zero_totals() -> int32x4_t {
        // SAFETY: as above.
        unsafe { std::mem::zeroed() }
    }

    #[inline(always)]
    unsafe fn add(self, low: *const i8, high: *const i8, packed: *const u8) -> Self {
        // SAFETY: readable for WIDTH bytes and the instruction set present by the trait's promise.
        // Halves of bytes are the same signed.
        unsafe {
            let (low, high, packed) = (vld1q_s8(low), vld1q_s8(high), vld1q_u8(packed));
            let lower = vreinterpretq_s8_u8(vandq_u8(packed, vdupq_n_u8(15)));
            let upper = vreinterpretq_s8_u8(vshrq_n_u8::<4>(packed));
            let sums = vmlal_s8(self.0, vget_low_s8(low), vget_low_s8(lower));
            let sums = vmlal_high_s8(sums, low, lower);
            let sums = vmlal_s8(sums, vget_low_s8(high), vget_low_s8(upper));
            Self(vmlal_high_s8(sums, high, upper))
        }
    }

    #[inline(always)]
    unsafe fn total(self, totals: int32x4_t) -> int32x4_t {
        // SAFETY: the caller promises the instruction set.
        unsafe { vpadalq_s16(totals, self.0) }
    }

    #[inline(always)]
    unsafe fn sum(totals: int32x4_t) -> i32 {
        // SAFETY: the caller promises the instruction set.
        unsafe { vaddvq_s32(totals) }
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
