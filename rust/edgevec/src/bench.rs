//! The kernels alone, for `benches/kernels.rs` and the kernel benchmark in browsers. Not part of
//! the API: feature `bench`.

use crate::chunks::Chunks;
use crate::kernels::{self, BATCH, FLOAT_BLOCK, Isa};
use crate::quantize;
use crate::rng::hash;

/// The first of `cases` seeded cases in which a kernel of `isa` differs from its formula in some
/// bit.
#[must_use]
pub fn disagreement(isa: Isa, seed: u64, cases: u64) -> Option<String> {
    kernels::agree::disagreement(isa, seed, cases)
}

/// A kernel to time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// Dot products of full rows.
    Dot,
    /// Squared Euclidean distances of full rows.
    SquaredEuclidean,
    /// Dot products of a query with packed codes.
    Codes,
}

impl Kernel {
    /// All kernels.
    pub const ALL: [Self; 3] = [Self::Dot, Self::SquaredEuclidean, Self::Codes];
}

/// Seeded rows of one size, in a random order for comparison with a query, as in a walk.
pub struct KernelBench {
    isa: Isa,
    kernel: Kernel,
    numbers: Vec<i8>,
    query: Vec<f32>,
    codes: Chunks<u8>,
    rows: Chunks<f32>,
    order: Vec<u32>,
    /// The place in the order where the next run starts. A run from the first row would find its
    /// rows in cache.
    next: usize,
}

impl KernelBench {
    /// About `bytes` bytes of rows, at least a batch.
    ///
    /// # Panics
    /// If memory for the rows is missing.
    #[must_use]
    pub fn new(isa: Isa, kernel: Kernel, dimensions: usize, bytes: usize) -> Self {
        let (width, packed) =
            (dimensions.next_multiple_of(FLOAT_BLOCK), dimensions.next_multiple_of(quantize::CODE_BLOCK));
        let row_bytes = if kernel == Kernel::Codes { packed / 2 } else { 4 * width };
        let count = (bytes / row_bytes).max(BATCH) as u32;
        let (mut codes, mut rows) = (Chunks::new(packed / 2, 0u8), Chunks::new(width, 0.0f32));
        if kernel == Kernel::Codes {
            codes.reserve(count as usize).expect("memory for the rows");
        } else {
            rows.reserve(count as usize).expect("memory for the rows");
        }
        for row in 0..count {
            let random = |i: usize| hash(u64::from(row), i as u64);
            if kernel == Kernel::Codes {
                codes.row_mut(row).iter_mut().enumerate().for_each(|(i, byte)| *byte = random(i) as u8);
            } else {
                rows.row_mut(row)
                    .iter_mut()
                    .enumerate()
                    .for_each(|(i, value)| *value = (random(i) >> 40) as f32 * 1e-8);
            }
        }
        Self {
            isa,
            kernel,
            numbers: (0..packed).map(|i| (hash(1, i as u64) % 255) as i8).map(|number| number.max(-127)).collect(),
            query: (0..width).map(|i| (hash(2, i as u64) >> 40) as f32 * 1e-8).collect(),
            codes,
            rows,
            order: (0..u64::from(count).next_multiple_of(BATCH as u64))
                .map(|i| (hash(3, i) % u64::from(count)) as u32)
                .collect(),
            next: 0,
        }
    }

    /// Compares the query with the next `count` rows, four at a time. Returns a sum of all results:
    /// the compiler leaves out a row whose result has no use.
    #[must_use]
    pub fn run(&mut self, count: usize) -> f32 {
        let mut sum = 0.0;
        let (batches, wanted) = (self.order.as_chunks::<BATCH>().0, count.div_ceil(BATCH));
        for batch in batches.iter().cycle().skip(self.next).take(wanted) {
            let four: f32 = match self.kernel {
                Kernel::Dot => self.isa.dot(&self.query, batch.map(|row| self.rows.row(row))).iter().sum(),
                Kernel::SquaredEuclidean => {
                    self.isa.squared_euclidean(&self.query, batch.map(|row| self.rows.row(row))).iter().sum()
                }
                Kernel::Codes => {
                    self.isa.dot_codes(&self.numbers, batch.map(|row| self.codes.row(row))).iter().sum::<i32>() as f32
                }
            };
            sum += four;
        }
        self.next = (self.next + wanted) % batches.len();
        sum
    }
}
