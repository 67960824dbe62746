//! The one algorithm of the kernels for floats, over [`Lanes`].
//!
//! Invariant: every instruction set gives the same bits. A sum has [`LANES`] virtual lanes, lane
//! `i` taking the elements `i`, `i + LANES`, …; a product and its sum are rounded separately; the
//! lanes are added up by one fixed tree.

/// Virtual lanes of every float sum. Fixed forever: the number decides the bits of each distance,
/// and so the graph.
pub(super) const LANES: usize = 8;

/// Vectors are padded to a multiple of this many floats: a cache line.
pub(crate) const FLOAT_BLOCK: usize = 2 * LANES;

/// The operations of an instruction set on [`LANES`] floats side by side.
pub(super) trait Lanes: Copy {
    fn zero() -> Self;

    /// # Safety
    /// `from` is readable for [`LANES`] floats, and the instruction set is present.
    unsafe fn load(from: *const f32) -> Self;

    /// `self + a * b`, rounded after the product and again after the sum.
    ///
    /// # Safety
    /// The instruction set is present.
    unsafe fn add_product(self, a: Self, b: Self) -> Self;

    /// `self + (a - b)²`, each operation rounded.
    ///
    /// # Safety
    /// The instruction set is present.
    unsafe fn add_squared_difference(self, a: Self, b: Self) -> Self;

    /// # Safety
    /// The instruction set is present.
    unsafe fn to_array(self) -> [f32; LANES];
}

/// The fixed reduction tree.
#[inline(always)]
fn reduce(mut lanes: [f32; LANES]) -> f32 {
    let mut width = LANES / 2;
    while width > 0 {
        for i in 0..width {
            lanes[i] += lanes[i + width];
        }
        width /= 2;
    }
    lanes[0]
}

/// The terms of a sum. A trait, since a closure would be compiled without the instruction set of
/// its caller.
trait Term {
    /// # Safety
    /// The instruction set of `L` is present.
    unsafe fn add<L: Lanes>(sum: L, a: L, b: L) -> L;
}

struct Product;

impl Term for Product {
    #[inline(always)]
    unsafe fn add<L: Lanes>(sum: L, a: L, b: L) -> L {
        // SAFETY: the caller's promise, passed on.
        unsafe { sum.add_product(a, b) }
    }
}

struct SquaredDifference;

impl Term for SquaredDifference {
    #[inline(always)]
    unsafe fn add<L: Lanes>(sum: L, a: L, b: L) -> L {
        // SAFETY: the caller's promise, passed on.
        unsafe { sum.add_squared_difference(a, b) }
    }
}

/// The algorithm: `N` rows against one query, accumulating terms `T`.
///
/// # Safety
/// The query and every row are readable for `length` floats, `length` is a multiple of
/// [`FLOAT_BLOCK`], and the instruction set of `L` is present.
#[inline(always)]
unsafe fn accumulate<L: Lanes, T: Term, const N: usize>(
    query: *const f32,
    rows: [*const f32; N],
    length: usize,
) -> [f32; N] {
    let mut sums = [L::zero(); N];
    let mut at = 0;
    // Two blocks a turn, which spreads the cost of the loop. Constant trip counts unroll.
    while at + 2 * FLOAT_BLOCK <= length {
        // SAFETY: within every input by the caller's promise.
        sums = unsafe { extend::<L, T, N, { 2 * FLOAT_BLOCK / LANES }>(sums, query.add(at), rows, at) };
        at += 2 * FLOAT_BLOCK;
    }
    if at < length {
        // SAFETY: as above; whole blocks are left.
        sums = unsafe { extend::<L, T, N, { FLOAT_BLOCK / LANES }>(sums, query.add(at), rows, at) };
    }
    let mut totals = [0.0; N];
    for n in 0..N {
        // SAFETY: the caller promises the instruction set.
        totals[n] = reduce(unsafe { sums[n].to_array() });
    }
    totals
}

/// Adds `STEPS` times [`LANES`] terms, of the query from its start and of the rows from `at` on.
///
/// # Safety
/// As [`accumulate`], for so many floats.
#[inline(always)]
unsafe fn extend<L: Lanes, T: Term, const N: usize, const STEPS: usize>(
    mut sums: [L; N],
    query: *const f32,
    rows: [*const f32; N],
    at: usize,
) -> [L; N] {
    for step in 0..STEPS {
        // SAFETY: within every input by the caller's promise.
        unsafe {
            let q = L::load(query.add(step * LANES));
            for n in 0..N {
                sums[n] = T::add(sums[n], q, L::load(rows[n].add(at + step * LANES)));
            }
        }
    }
    sums
}

/// # Safety
/// As [`accumulate`].
#[inline(always)]
pub(super) unsafe fn dot<L: Lanes, const N: usize>(q: *const f32, rows: [*const f32; N], length: usize) -> [f32; N] {
    // SAFETY: the caller's promise, passed on.
    unsafe { accumulate::<L, Product, N>(q, rows, length) }
}

/// # Safety
/// As [`accumulate`].
#[inline(always)]
pub(super) unsafe fn squared_euclidean<L: Lanes, const N: usize>(
    q: *const f32,
    rows: [*const f32; N],
    length: usize,
) -> [f32; N] {
    // SAFETY: the caller's promise, passed on.
    unsafe { accumulate::<L, SquaredDifference, N>(q, rows, length) }
}
