//! The reference: plain Rust, always built. What it returns is right by definition.

use super::codes::{self, Products};
use super::floats::{self, LANES, Lanes};

impl Lanes for [f32; LANES] {
    #[inline(always)]
    fn zero() -> Self {
        [0.0; LANES]
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: readable for LANES floats by the trait's promise; an array of f32 is aligned as
        // f32 is.
        unsafe { from.cast::<Self>().read() }
    }

    #[inline(always)]
    unsafe fn add_product(mut self, a: Self, b: Self) -> Self {
        for i in 0..LANES {
            self[i] += a[i] * b[i];
        }
        self
    }

    #[inline(always)]
    unsafe fn add_squared_difference(mut self, a: Self, b: Self) -> Self {
        for i in 0..LANES {
            let difference = a[i] - b[i];
            self[i] += difference * difference;
        }
        self
    }

    #[inline(always)]
    unsafe fn to_array(self) -> [f32; LANES] {
        self
    }
}

impl Products for i32 {
    const WIDTH: usize = 1;

    type Totals = i32;

    #[inline(always)]
    fn zero() -> Self {
        0
    }

    #[inline(always)]
    fn zero_totals() -> i32 {
        0
    }

    #[inline(always)]
    unsafe fn add(self, low: *const i8, high: *const i8, packed: *const u8) -> Self {
        // SAFETY: readable for a byte by the trait's promise.
        let (low, high, packed) = unsafe { (low.read(), high.read(), packed.read()) };
        self + i32::from(low) * i32::from(packed & 15) + i32::from(high) * i32::from(packed >> 4)
    }

    #[inline(always)]
    unsafe fn total(self, totals: i32) -> i32 {
        totals + self
    }

    #[inline(always)]
    unsafe fn sum(totals: i32) -> i32 {
        totals
    }
}

/// # Safety
/// As [`floats::accumulate`].
pub(super) unsafe fn dot<const N: usize>(query: *const f32, rows: [*const f32; N], length: usize) -> [f32; N] {
    // SAFETY: the caller's promise, passed on.
    unsafe { floats::dot::<[f32; LANES], N>(query, rows, length) }
}

/// # Safety
/// As [`floats::accumulate`].
pub(super) unsafe fn squared_euclidean<const N: usize>(
    query: *const f32,
    rows: [*const f32; N],
    length: usize,
) -> [f32; N] {
    // SAFETY: the caller's promise, passed on.
    unsafe { floats::squared_euclidean::<[f32; LANES], N>(query, rows, length) }
}

/// # Safety
/// As [`codes::dot`].
pub(super) unsafe fn dot_codes<const N: usize>(query: *const i8, rows: [*const u8; N], length: usize) -> [i32; N] {
    // SAFETY: the caller's promise, passed on.
    unsafe { codes::dot::<i32, N>(query, rows, length) }
}
