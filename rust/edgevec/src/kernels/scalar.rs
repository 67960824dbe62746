//! The reference: plain Rust, always built. What it returns is right by definition.

use super::{LANES, Lanes};

impl Lanes for [f32; LANES] {
    #[inline(always)]
    fn zero() -> Self {
        [0.0; LANES]
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: readable for LANES floats by the trait's promise; an array of f32 is aligned as f32 is.
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

/// # Safety
/// As [`super::accumulate`].
pub(super) unsafe fn dot<const N: usize>(query: *const f32, rows: [*const f32; N], length: usize) -> [f32; N] {
    // SAFETY: the caller's promise, passed on.
    unsafe { super::dot::<[f32; LANES], N>(query, rows, length) }
}

/// # Safety
/// As [`super::accumulate`].
pub(super) unsafe fn squared_euclidean<const N: usize>(
    query: *const f32,
    rows: [*const f32; N],
    length: usize,
) -> [f32; N] {
    // SAFETY: the caller's promise, passed on.
    unsafe { super::squared_euclidean::<[f32; LANES], N>(query, rows, length) }
}
