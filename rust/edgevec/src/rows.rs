//! The full-precision rows: checked, stored, and given back.
//!
//! Invariant: every stored row is finite, short enough that no distance overflows, of unit length under cosine, and padded
//! with zeros to whole blocks.

use crate::chunks::Chunks;
use crate::kernels::{BATCH, BLOCK, Isa};
use crate::{Error, Metric};

/// The longest vector taken, squared. The squared distance of two such vectors is at most four times this, which `f32` holds.
pub const MAX_SQUARED_LENGTH: f64 = 8e37;

/// Under cosine, a vector this close to unit length is stored as it is: normalising would change nothing but its last bits.
const UNIT_TOLERANCE: f64 = 2e-7;

pub(crate) struct Rows {
    metric: Metric,
    isa: Isa,
    dimensions: usize,
    vectors: Chunks<f32>,
    /// The length each row came with, under cosine; 1 where it was stored as it came.
    lengths: Chunks<f64>,
}

impl Rows {
    pub(crate) fn new(metric: Metric, isa: Isa, dimensions: usize) -> Self {
        let vectors = Chunks::new(dimensions.next_multiple_of(BLOCK), 0.0);
        Self { metric, isa, dimensions, vectors, lengths: Chunks::new(1, 1.0) }
    }

    pub(crate) fn dimensions(&self) -> usize {
        self.dimensions
    }

    pub(crate) fn metric(&self) -> Metric {
        self.metric
    }

    pub(crate) fn reserve(&mut self, rows: usize) -> Result<(), Error> {
        self.vectors.reserve(rows)?;
        if self.metric == Metric::Cosine { self.lengths.reserve(rows) } else { Ok(()) }
    }

    /// The length a vector must be divided by before it is stored or searched for; an error (for row `row`) if it can be neither.
    pub(crate) fn check(&self, vector: &[f32], row: usize) -> Result<f64, Error> {
        // Squares of f32 cannot overflow f64, so the sum is finite exactly where every component is.
        let squared = squared_length(vector);
        match self.metric {
            _ if !squared.is_finite() => Err(Error::NotFinite { row }),
            Metric::Cosine if squared == 0.0 => Err(Error::ZeroVector { row }),
            Metric::Cosine if (squared - 1.0).abs() <= UNIT_TOLERANCE => Ok(1.0),
            Metric::Cosine => Ok(squared.sqrt()),
            _ if squared > MAX_SQUARED_LENGTH => Err(Error::TooLarge { row }),
            _ => Ok(1.0),
        }
    }

    /// Stores a vector that [`check`](Self::check) found to have `length`.
    pub(crate) fn set(&mut self, slot: u32, vector: &[f32], length: f64) {
        scale(vector, length, self.vectors.row_mut(slot));
        if self.metric == Metric::Cosine {
            self.lengths.row_mut(slot)[0] = length;
        }
    }

    /// Checks a query and lays it out as a row.
    pub(crate) fn prepare(&self, query: &[f32], prepared: &mut Vec<f32>) -> Result<(), Error> {
        if query.len() != self.dimensions {
            return Err(Error::DimensionMismatch { expected: self.dimensions, got: query.len() });
        }
        let length = self.check(query, 0)?;
        // Cleared first: what an index of other dimensions left behind must not become padding.
        prepared.clear();
        prepared.resize(self.dimensions.next_multiple_of(BLOCK), 0.0);
        scale(query, length, prepared);
        Ok(())
    }

    /// The vector as it came, but for rounding where cosine changed its length.
    pub(crate) fn get(&self, slot: u32, vector: &mut [f32]) {
        let length = if self.metric == Metric::Cosine { self.lengths.row(slot)[0] } else { 1.0 };
        for (value, &stored) in vector.iter_mut().zip(self.stored(slot)) {
            *value = if length == 1.0 { stored } else { (f64::from(stored) * length) as f32 };
        }
    }

    /// The row as it is searched: padded, and of unit length under cosine.
    #[inline(always)]
    pub(crate) fn stored(&self, slot: u32) -> &[f32] {
        self.vectors.row(slot)
    }

    /// Walk distances of a laid-out query to rows, appended in the order of `slots`.
    #[inline]
    pub(crate) fn score(&self, query: &[f32], slots: &[u32], distances: &mut Vec<f32>) {
        let (batches, rest) = slots.as_chunks::<BATCH>();
        for batch in batches {
            distances.extend(self.metric.walk(self.isa, query, batch.map(|slot| self.stored(slot))));
        }
        for &slot in rest {
            distances.extend(self.metric.walk(self.isa, query, [self.stored(slot)]));
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.vectors.bytes() + self.lengths.bytes()
    }
}

/// The squared length, as four running sums so that it does not wait on one.
fn squared_length(vector: &[f32]) -> f64 {
    let mut sums = [0.0f64; 4];
    let (fours, rest) = vector.as_chunks::<4>();
    for four in fours {
        for i in 0..4 {
            sums[i] += f64::from(four[i]) * f64::from(four[i]);
        }
    }
    let rest: f64 = rest.iter().map(|&value| f64::from(value) * f64::from(value)).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

/// `vector / length` into `row`, whose padding stays zero.
fn scale(vector: &[f32], length: f64, row: &mut [f32]) {
    if length == 1.0 {
        row[..vector.len()].copy_from_slice(vector);
    } else {
        for (scaled, &value) in row.iter_mut().zip(vector) {
            *scaled = (f64::from(value) / length) as f32;
        }
    }
}
