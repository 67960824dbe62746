//! Distance kernels: one algorithm, written once over [`Lanes`], and one thin file an instruction set.
//!
//! Invariant: every instruction set gives the same bits. A sum has [`LANES`] virtual lanes, lane `i` taking the elements
//! `i`, `i + LANES`, …; a product and its sum are rounded separately; the lanes are added up by one fixed tree. Vectors are
//! padded with zeros to a multiple of [`BLOCK`] by whoever stores them.

#[cfg(target_arch = "aarch64")]
mod aarch64;
mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86_64;

/// Virtual lanes of every float sum. Fixed forever: it decides the bits of each distance, and so the graph.
const LANES: usize = 8;

/// Vectors are padded to a multiple of this many floats: a cache line.
pub(crate) const BLOCK: usize = 2 * LANES;

/// Rows scored at a time: several rows in flight hide memory latency. Four rows of eight lanes are eight sums in 128-bit registers,
/// which x86-64's sixteen hold; twice as many lanes spilled, and took a third longer in cache.
pub(crate) const BATCH: usize = 4;

/// What an instruction set provides: [`LANES`] floats side by side.
trait Lanes: Copy {
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

/// The algorithm: `N` rows against one query, accumulating with `step`.
///
/// # Safety
/// The query and every row are readable for `length` floats, `length` is a multiple of [`BLOCK`], and the instruction set of
/// `L` is present.
#[inline(always)]
unsafe fn accumulate<L: Lanes, const N: usize>(
    query: *const f32,
    rows: [*const f32; N],
    length: usize,
    step: impl Fn(L, L, L) -> L,
) -> [f32; N] {
    let mut sums = [L::zero(); N];
    let mut add = |from: usize, to: usize| {
        let mut at = from;
        while at < to {
            // SAFETY: `at + LANES <= to <= length`, within every input by the caller's promise.
            unsafe {
                let q = L::load(query.add(at));
                for n in 0..N {
                    sums[n] = step(sums[n], q, L::load(rows[n].add(at)));
                }
            }
            at += LANES;
        }
    };
    // Two blocks a turn, so that the loop's own cost is spread; constant trip counts unroll.
    let mut at = 0;
    while at + 2 * BLOCK <= length {
        add(at, at + 2 * BLOCK);
        at += 2 * BLOCK;
    }
    if at < length {
        add(at, at + BLOCK);
    }
    // SAFETY: the caller promises the instruction set.
    sums.map(|sum| reduce(unsafe { sum.to_array() }))
}

/// # Safety
/// As [`accumulate`].
#[inline(always)]
unsafe fn dot<L: Lanes, const N: usize>(q: *const f32, rows: [*const f32; N], length: usize) -> [f32; N] {
    // SAFETY: the caller's promise, passed on.
    unsafe { accumulate::<L, N>(q, rows, length, |sum, a, b| sum.add_product(a, b)) }
}

/// # Safety
/// As [`accumulate`].
#[inline(always)]
unsafe fn squared_euclidean<L: Lanes, const N: usize>(q: *const f32, rows: [*const f32; N], length: usize) -> [f32; N] {
    // SAFETY: the caller's promise, passed on.
    unsafe { accumulate::<L, N>(q, rows, length, |sum, a, b| sum.add_squared_difference(a, b)) }
}

/// An instruction set to compute distances with. Each gives the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Isa(Kind);

// Private: a value is proof that the machine has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Scalar,
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    Simd128,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "aarch64")]
    Neon,
}

impl Isa {
    /// Plain Rust; the reference every other one is tested against.
    pub const SCALAR: Self = Self(Kind::Scalar);

    /// The best instruction set of this machine.
    #[must_use]
    pub fn detect() -> Self {
        Self::available().pop().unwrap_or(Self::SCALAR)
    }

    /// Every instruction set of this machine, the best one last: [`SCALAR`](Self::SCALAR), then WebAssembly's simd128, AVX2 (found at
    /// run time) or NEON.
    #[must_use]
    pub fn available() -> Vec<Self> {
        #[allow(unused_mut, reason = "nothing is added where only the scalar kernels are built")]
        let mut found = vec![Self::SCALAR];
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        found.push(Self(Kind::Simd128));
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            found.push(Self(Kind::Avx2));
        }
        #[cfg(target_arch = "aarch64")]
        found.push(Self(Kind::Neon));
        found
    }

    /// Dot products of `query` with each row.
    ///
    /// # Panics
    /// Where the lengths differ or are no multiple of [`BLOCK`].
    #[inline]
    #[must_use]
    pub(crate) fn dot<const N: usize>(self, query: &[f32], rows: [&[f32]; N]) -> [f32; N] {
        let (query, rows, length) = check(query, rows);
        // SAFETY: `check` compared the lengths; a value other than `SCALAR` exists only where `available` found it.
        unsafe {
            match self.0 {
                Kind::Scalar => scalar::dot(query, rows, length),
                #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
                Kind::Simd128 => wasm::dot(query, rows, length),
                #[cfg(target_arch = "x86_64")]
                Kind::Avx2 => x86_64::dot(query, rows, length),
                #[cfg(target_arch = "aarch64")]
                Kind::Neon => aarch64::dot(query, rows, length),
            }
        }
    }

    /// Squared Euclidean distances of `query` to each row.
    ///
    /// # Panics
    /// Where the lengths differ or are no multiple of [`BLOCK`].
    #[inline]
    #[must_use]
    pub(crate) fn squared_euclidean<const N: usize>(self, query: &[f32], rows: [&[f32]; N]) -> [f32; N] {
        let (query, rows, length) = check(query, rows);
        // SAFETY: as in `dot`.
        unsafe {
            match self.0 {
                Kind::Scalar => scalar::squared_euclidean(query, rows, length),
                #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
                Kind::Simd128 => wasm::squared_euclidean(query, rows, length),
                #[cfg(target_arch = "x86_64")]
                Kind::Avx2 => x86_64::squared_euclidean(query, rows, length),
                #[cfg(target_arch = "aarch64")]
                Kind::Neon => aarch64::squared_euclidean(query, rows, length),
            }
        }
    }
}

#[inline(always)]
fn check<const N: usize>(query: &[f32], rows: [&[f32]; N]) -> (*const f32, [*const f32; N], usize) {
    let length = query.len();
    assert!(
        length.is_multiple_of(BLOCK) && rows.iter().all(|row| row.len() == length),
        "vectors are padded to whole lanes"
    );
    (query.as_ptr(), rows.map(<[f32]>::as_ptr), length)
}

#[cfg(test)]
mod tests;
