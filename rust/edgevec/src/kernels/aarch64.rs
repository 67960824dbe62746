//! 64-bit Arm: two NEON registers of four floats.

use std::arch::aarch64::{float32x4_t, vaddq_f32, vld1q_f32, vmulq_f32, vsubq_f32};

use super::{LANES, Lanes};

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

/// # Safety
/// As [`super::accumulate`].
pub(super) unsafe fn dot<const N: usize>(query: *const f32, rows: [*const f32; N], length: usize) -> [f32; N] {
    // SAFETY: the caller's promise, passed on.
    unsafe { super::dot::<Registers, N>(query, rows, length) }
}

/// # Safety
/// As [`super::accumulate`].
pub(super) unsafe fn squared_euclidean<const N: usize>(
    query: *const f32,
    rows: [*const f32; N],
    length: usize,
) -> [f32; N] {
    // SAFETY: the caller's promise, passed on.
    unsafe { super::squared_euclidean::<Registers, N>(query, rows, length) }
}
