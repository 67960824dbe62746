//! Distance kernels: one algorithm, written once over [`Lanes`], and one thin file an instruction set.
//!
//! Invariant: every instruction set gives the same bits. A sum has [`LANES`] virtual lanes, lane `i` taking the elements
//! `i`, `i + LANES`, …; a product and its sum are rounded separately; the lanes are added up by one fixed tree. Vectors are
//! padded with zeros to a multiple of `LANES` by whoever stores them.

#[cfg(target_arch = "aarch64")]
mod aarch64;
mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86_64;

/// Virtual lanes of every float sum. Fixed forever: it decides the bits of each distance, and so the graph.
pub const LANES: usize = 16;

/// Rows scored at a time. Several rows in flight hide memory latency; more than this spills the registers of wasm's 128-bit
/// machine.
pub const BATCH: usize = 4;

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
/// The query and every row are readable for `length` floats, `length` is a multiple of [`LANES`], and the instruction set of
/// `L` is present.
#[inline(always)]
unsafe fn accumulate<L: Lanes, const N: usize>(
    query: *const f32,
    rows: [*const f32; N],
    length: usize,
    step: impl Fn(L, L, L) -> L,
) -> [f32; N] {
    let mut sums = [L::zero(); N];
    let mut at = 0;
    while at < length {
        // SAFETY: `at + LANES <= length`, within every input by the caller's promise.
        unsafe {
            let q = L::load(query.add(at));
            for n in 0..N {
                sums[n] = step(sums[n], q, L::load(rows[n].add(at)));
            }
        }
        at += LANES;
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

/// The instruction set distances are computed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Isa {
    /// Plain Rust; the reference every other one is tested against.
    Scalar,
    /// WebAssembly's 128-bit SIMD.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    Simd128,
    /// x86-64 with AVX2, found at run time.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// 64-bit Arm, where NEON is always there.
    #[cfg(target_arch = "aarch64")]
    Neon,
}

impl Isa {
    /// The best instruction set of this machine.
    #[must_use]
    pub fn detect() -> Self {
        Self::available().pop().unwrap_or(Self::Scalar)
    }

    /// Every instruction set of this machine, the best one last.
    #[must_use]
    pub fn available() -> Vec<Self> {
        #[allow(unused_mut, reason = "nothing is added where only the scalar kernels are built")]
        let mut found = vec![Self::Scalar];
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        found.push(Self::Simd128);
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            found.push(Self::Avx2);
        }
        #[cfg(target_arch = "aarch64")]
        found.push(Self::Neon);
        found
    }

    /// Dot products of `query` with each row.
    ///
    /// # Panics
    /// Where the lengths differ or are no multiple of [`LANES`].
    #[inline]
    #[must_use]
    pub fn dot<const N: usize>(self, query: &[f32], rows: [&[f32]; N]) -> [f32; N] {
        let (query, rows, length) = check(query, rows);
        // SAFETY: `check` compared the lengths; a value other than `Scalar` exists only where `available` found it.
        unsafe {
            match self {
                Self::Scalar => scalar::dot(query, rows, length),
                #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
                Self::Simd128 => wasm::dot(query, rows, length),
                #[cfg(target_arch = "x86_64")]
                Self::Avx2 => x86_64::dot(query, rows, length),
                #[cfg(target_arch = "aarch64")]
                Self::Neon => aarch64::dot(query, rows, length),
            }
        }
    }

    /// Squared Euclidean distances of `query` to each row.
    ///
    /// # Panics
    /// Where the lengths differ or are no multiple of [`LANES`].
    #[inline]
    #[must_use]
    pub fn squared_euclidean<const N: usize>(self, query: &[f32], rows: [&[f32]; N]) -> [f32; N] {
        let (query, rows, length) = check(query, rows);
        // SAFETY: as in `dot`.
        unsafe {
            match self {
                Self::Scalar => scalar::squared_euclidean(query, rows, length),
                #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
                Self::Simd128 => wasm::squared_euclidean(query, rows, length),
                #[cfg(target_arch = "x86_64")]
                Self::Avx2 => x86_64::squared_euclidean(query, rows, length),
                #[cfg(target_arch = "aarch64")]
                Self::Neon => aarch64::squared_euclidean(query, rows, length),
            }
        }
    }
}

#[inline(always)]
fn check<const N: usize>(query: &[f32], rows: [&[f32]; N]) -> (*const f32, [*const f32; N], usize) {
    let length = query.len();
    assert!(
        length.is_multiple_of(LANES) && rows.iter().all(|row| row.len() == length),
        "vectors are padded to whole lanes"
    );
    (query.as_ptr(), rows.map(<[f32]>::as_ptr), length)
}

#[cfg(test)]
mod tests;
