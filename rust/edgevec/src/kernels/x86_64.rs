//! x86-64 with AVX2: one register of eight floats, or of 64 codes.

use std::arch::x86_64::{
    __m256, __m256i, _mm256_add_epi16, _mm256_add_epi32, _mm256_add_ps, _mm256_and_si256, _mm256_loadu_ps,
    _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_mul_ps, _mm256_set1_epi8, _mm256_set1_epi16,
    _mm256_srli_epi16, _mm256_sub_ps,
};

use super::codes::{self, Products};
use super::floats::{self, LANES, Lanes};

// No closures here: they would be compiled without AVX2, and call each intrinsic as a function.

#[derive(Clone, Copy)]
struct Register(__m256);

impl Lanes for Register {
    #[inline(always)]
    fn zero() -> Self {
        // SAFETY: plain data, for which all bits zero is the value 0.0 in every lane.
        unsafe { std::mem::zeroed() }
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: readable for LANES floats by the trait's promise; the load needs no alignment.
        Self(unsafe { _mm256_loadu_ps(from) })
    }

    #[inline(always)]
    unsafe fn add_product(self, a: Self, b: Self) -> Self {
        // SAFETY: the caller promises the instruction set.
        Self(unsafe { _mm256_add_ps(self.0, _mm256_mul_ps(a.0, b.0)) })
    }

    #[inline(always)]
    unsafe fn add_squared_difference(self, a: Self, b: Self) -> Self {
        // SAFETY: the caller promises the instruction set.
        unsafe {
            let difference = _mm256_sub_ps(a.0, b.0);
            Self(_mm256_add_ps(self.0, _mm256_mul_ps(difference, difference)))
        }
    }

    #[inline(always)]
    unsafe fn to_array(self) -> [f32; LANES] {
        // SAFETY: both are LANES floats with no padding, lane 0 first.
        unsafe { std::mem::transmute(self) }
    }
}

/// Sums of 16 bits.
#[derive(Clone, Copy)]
struct Sums(__m256i);

impl Products for Sums {
    const WIDTH: usize = 32;

    type Totals = __m256i;

    #[inline(always)]
    fn zero() -> Self {
        // SAFETY: plain data, for which all bits zero is the value 0 in every lane.
        unsafe { std::mem::zeroed() }
    }

    #[inline(always)]
    fn zero_totals() -> __m256i {
        // SAFETY: as above.
        unsafe { std::mem::zeroed() }
    }

    #[inline(always)]
    unsafe fn add(self, low: *const i8, high: *const i8, packed: *const u8) -> Self {
        // SAFETY: readable for WIDTH bytes and the instruction set present by the trait's promise;
        // the loads need no alignment.
        unsafe {
            let packed = _mm256_loadu_si256(packed.cast());
            let half = _mm256_set1_epi8(15);
            let lower = _mm256_and_si256(packed, half);
            let upper = _mm256_and_si256(_mm256_srli_epi16(packed, 4), half);
            let lower = _mm256_maddubs_epi16(lower, _mm256_loadu_si256(low.cast()));
            let upper = _mm256_maddubs_epi16(upper, _mm256_loadu_si256(high.cast()));
            Self(_mm256_add_epi16(self.0, _mm256_add_epi16(lower, upper)))
        }
    }

    #[inline(always)]
    unsafe fn total(self, totals: __m256i) -> __m256i {
        // SAFETY: the caller promises the instruction set.
        unsafe { _mm256_add_epi32(totals, _mm256_madd_epi16(self.0, _mm256_set1_epi16(1))) }
    }

    #[inline(always)]
    unsafe fn sum(totals: __m256i) -> i32 {
        // SAFETY: both are eight i32 with no padding.
        let totals: [i32; 8] = unsafe { std::mem::transmute(totals) };
        totals.iter().sum()
    }
}

/// # Safety
/// As [`floats::accumulate`], and the processor has AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn dot<const N: usize>(query: *const f32, rows: [*const f32; N], length: usize) -> [f32; N] {
    // SAFETY: the caller's promise, passed on.
    unsafe { floats::dot::<Register, N>(query, rows, length) }
}

/// # Safety
/// As [`floats::accumulate`], and the processor has AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn squared_euclidean<const N: usize>(
    query: *const f32,
    rows: [*const f32; N],
    length: usize,
) -> [f32; N] {
    // SAFETY: the caller's promise, passed on.
    unsafe { floats::squared_euclidean::<Register, N>(query, rows, length) }
}

/// # Safety
/// As [`codes::dot`], and the processor has AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn dot_codes<const N: usize>(query: *const i8, rows: [*const u8; N], length: usize) -> [i32; N] {
    // SAFETY: the caller's promise, passed on.
    unsafe { codes::dot::<Sums, N>(query, rows, length) }
}
