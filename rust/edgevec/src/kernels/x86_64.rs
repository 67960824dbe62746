//! x86-64 with AVX2: one register of eight floats.

use std::arch::x86_64::{__m256, _mm256_add_ps, _mm256_loadu_ps, _mm256_mul_ps, _mm256_sub_ps};

use super::{LANES, Lanes};

const REGISTERS: usize = LANES / 8;

#[derive(Clone, Copy)]
struct Registers([__m256; REGISTERS]);

impl Lanes for Registers {
    #[inline(always)]
    fn zero() -> Self {
        // SAFETY: plain data, for which all bits zero is the value 0.0 in every lane.
        unsafe { std::mem::zeroed() }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: readable for LANES floats by the trait's promise; the load needs no alignment.
        Self(std::array::from_fn(|i| unsafe { _mm256_loadu_ps(from.add(8 * i)) }))
    }

    #[inline(always)]
    unsafe fn add_product(self, a: Self, b: Self) -> Self {
        // SAFETY: the caller promises the instruction set.
        Self(std::array::from_fn(|i| unsafe { _mm256_add_ps(self.0[i], _mm256_mul_ps(a.0[i], b.0[i])) }))
    }

    #[inline(always)]
    unsafe fn add_squared_difference(self, a: Self, b: Self) -> Self {
        Self(std::array::from_fn(|i| {
            // SAFETY: the caller promises the instruction set.
            unsafe {
                let difference = _mm256_sub_ps(a.0[i], b.0[i]);
                _mm256_add_ps(self.0[i], _mm256_mul_ps(difference, difference))
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
/// As [`super::accumulate`], and the processor has AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn dot<const N: usize>(query: *const f32, rows: [*const f32; N], length: usize) -> [f32; N] {
    // SAFETY: the caller's promise, passed on.
    unsafe { super::dot::<Registers, N>(query, rows, length) }
}

/// # Safety
/// As [`super::accumulate`], and the processor has AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn squared_euclidean<const N: usize>(
    query: *const f32,
    rows: [*const f32; N],
    length: usize,
) -> [f32; N] {
    // SAFETY: the caller's promise, passed on.
    unsafe { super::squared_euclidean::<Registers, N>(query, rows, length) }
}
