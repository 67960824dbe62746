//! The full-precision rows: laid out, stored, compared.
//!
//! Invariant: a laid-out vector is finite, short enough that no distance overflows, of unit length under cosine, and padded with
//! zeros to whole blocks.

use crate::chunks::Chunks;
use crate::kernels::{BATCH, BLOCK, Isa};
use crate::{Error, Metric};

/// The longest vector taken, squared. Squared distances of such vectors, and the sums on the way to them, are what `f32` holds.
pub const MAX_SQUARED_LENGTH: f64 = 2e37;

/// Under cosine, a vector this close to unit length is stored as it is: normalising would change nothing but its last bits.
const UNIT_TOLERANCE: f64 = 2e-7;

/// The length a vector must be divided by before it is stored or searched for; an error (for row `row`) if it can be neither.
pub(crate) fn check(metric: Metric, vector: &[f32], row: usize) -> Result<f64, Error> {
    // Squares of f32 cannot overflow f64, so the sum is finite exactly where every component is.
    let squared = squared_length(vector);
    match metric {
        _ if !squared.is_finite() => Err(Error::NotFinite { row }),
        Metric::Cosine if squared == 0.0 => Err(Error::ZeroVector { row }),
        Metric::Cosine if (squared - 1.0).abs() <= UNIT_TOLERANCE => Ok(1.0),
        Metric::Cosine => Ok(squared.sqrt()),
        _ if squared > MAX_SQUARED_LENGTH => Err(Error::TooLarge { row }),
        _ => Ok(1.0),
    }
}

/// Lays out a vector that [`check`] found to have `length`.
pub(crate) fn lay_out(vector: &[f32], length: f64, row: &mut [f32]) {
    if length == 1.0 {
        row[..vector.len()].copy_from_slice(vector);
    } else {
        for (scaled, &value) in row.iter_mut().zip(vector) {
            *scaled = (f64::from(value) / length) as f32;
        }
    }
}

pub(crate) struct Rows {
    metric: Metric,
    isa: Isa,
    rows: Chunks<f32>,
}

impl Rows {
    pub(crate) fn new(metric: Metric, isa: Isa, dimensions: usize) -> Self {
        Self { metric, isa, rows: Chunks::new(dimensions.next_multiple_of(BLOCK), 0.0) }
    }

    pub(crate) fn reserve(&mut self, rows: usize) -> Result<(), Error> {
        self.rows.reserve(rows)
    }

    #[inline(always)]
    pub(crate) fn row(&self, slot: u32) -> &[f32] {
        self.rows.row(slot)
    }

    pub(crate) fn row_mut(&mut self, slot: u32) -> &mut [f32] {
        self.rows.row_mut(slot)
    }

    /// Walk distances of a laid-out query to rows, into a place for each.
    #[inline(never)]
    pub(crate) fn score(&self, query: &[f32], slots: &[u32], distances: &mut [f32]) {
        let (batches, rest) = slots.as_chunks::<BATCH>();
        let (scored, rest_scored) = distances.as_chunks_mut::<BATCH>();
        for (batch, distances) in batches.iter().zip(scored) {
            *distances = self.metric.walk(self.isa, query, batch.map(|slot| self.row(slot)));
        }
        for (&slot, distance) in rest.iter().zip(rest_scored) {
            [*distance] = self.metric.walk(self.isa, query, [self.row(slot)]);
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.rows.bytes()
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
