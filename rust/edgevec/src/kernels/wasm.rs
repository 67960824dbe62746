//! WebAssembly simd128: two registers of four floats.

use std::arch::wasm32::{f32x4_add, f32x4_mul, f32x4_sub, v128, v128_load};

use super::{LANES, Lanes};

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
