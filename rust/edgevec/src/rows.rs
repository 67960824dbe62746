//! The rows in full precision: their layout, their storage and their distances.
//!
//! Invariant: a laid-out vector is finite, short enough that no distance overflows, of unit length
//! under cosine, and padded with zeros to whole blocks.

use crate::bitset::Bitset;
use crate::chunks::{Chunks, Saved};
use crate::kernels::{BATCH, FLOAT_BLOCK, Isa};
use crate::{Error, Metric};

/// The largest squared length of a vector. Squared distances of vectors within this length, and all
/// sums on the way, stay within `f32`.
pub const MAX_SQUARED_LENGTH: f64 = 2e37;

/// The limit for the squared lengths of stored rows, and of any mean of stored rows. Somewhat above
/// the limit for vectors, since stored rows and means are rounded.
pub(crate) fn most_squared_length(metric: Metric) -> f64 {
    1.01 * if metric == Metric::Cosine { 1.0 } else { MAX_SQUARED_LENGTH }
}

/// The largest possible length of a vector: 4,096 components of the largest `f32`, and a little
/// more for rounding.
pub(crate) const MOST_LENGTH: f64 = 64.0 * 1.000_001 * f32::MAX as f64;

/// Under cosine, a vector this close to unit length is stored unchanged: normalising would change
/// only the last bits.
const UNIT_TOLERANCE: f64 = 2e-7;

/// The divisor of a vector before storing or searching. An error for row `row` if the vector can
/// neither be stored nor searched for.
pub(crate) fn check(metric: Metric, vector: &[f32], row: usize) -> Result<f64, Error> {
    // Squares of f32 cannot overflow f64. The sum is therefore finite exactly if every component is
    // finite.
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
    /// Chunks that have not been read back yet, and their number. Their rows need not exist until
    /// then.
    missing: Bitset,
    missing_count: u32,
    /// The rows below this were saved.
    saved_rows: u32,
    /// Rows written since. The saved rows of these slots are out of date.
    written: Bitset,
}

impl Rows {
    pub(crate) fn new(metric: Metric, isa: Isa, dimensions: usize) -> Self {
        let rows = Chunks::new(dimensions.next_multiple_of(FLOAT_BLOCK), 0.0);
        let (missing, written) = Default::default();
        Self { metric, isa, rows, missing, missing_count: 0, saved_rows: 0, written }
    }

    pub(crate) fn reserve(&mut self, rows: usize) -> Result<(), Error> {
        if self.are_partial() {
            self.written.reserve(rows)?;
        }
        self.rows.reserve(rows)
    }

    /// As [`Chunks::make_room`].
    pub(crate) fn make_room(&mut self, rows: usize) -> Result<(), Error> {
        self.rows.make_room(rows)
    }

    #[inline(always)]
    pub(crate) fn row(&self, slot: u32) -> &[f32] {
        self.rows.row(slot)
    }

    /// A row, for writing all components except the padding. The chunk has room.
    pub(crate) fn row_mut(&mut self, slot: u32) -> &mut [f32] {
        // The chunk of a missing row may not have begun, also after the engine has forgotten the
        // chunk.
        self.rows.begin(self.chunk_of(slot) as usize);
        if self.are_partial() {
            self.written.insert(slot);
        }
        self.rows.row_mut(slot)
    }

    /// Puts a row without meaning in the place of a row. A reader takes the blank row for a row, so
    /// the blank row has unit length under cosine.
    pub(crate) fn blank(&mut self, slot: u32) {
        let first = self.blank_component();
        let row = self.row_mut(slot);
        row.fill(0.0);
        row[0] = first;
    }

    /// Whether a row is as [`blank`](Self::blank) leaves it.
    pub(crate) fn is_blank(&self, slot: u32) -> bool {
        let (first, rest) = self.row(slot).split_at(1);
        first == [self.blank_component()] && rest.iter().all(|&value| value == 0.0)
    }

    fn blank_component(&self) -> f32 {
        if self.metric == Metric::Cosine { 1.0 } else { 0.0 }
    }

    /// Walk distances of a laid-out query to rows, into a place for each row.
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

    pub(crate) fn saved(&self) -> &dyn Saved {
        &self.rows
    }

    pub(crate) fn saved_mut(&mut self) -> &mut dyn Saved {
        &mut self.rows
    }

    /// Lets a chunk of `rows` rows come later. Until then, nobody may read the rows of the chunk.
    pub(crate) fn wait_for(&mut self, chunk: u32, rows: u32) -> Result<(), Error> {
        self.saved_rows = rows;
        self.written.reserve(rows as usize)?;
        self.missing.reserve(chunk as usize + 1)?;
        self.missing_count += u32::from(self.missing.insert(chunk));
        Ok(())
    }

    /// Takes a saved chunk in, except for rows written since. Does nothing if the chunk is not
    /// missing.
    pub(crate) fn load_chunk(&mut self, chunk: u32, saved: &[f32], dimensions: usize) -> Result<(), Error> {
        if !self.missing.contains(chunk) {
            return Ok(());
        }
        let width = dimensions.next_multiple_of(FLOAT_BLOCK);
        let first = chunk * self.rows.chunk_rows();
        let rows = self.rows.chunk_rows().min(self.saved_rows - first);
        if saved.len() != rows as usize * width {
            return Err(Error::Damaged { what: "a chunk of rows has another length than the header says" });
        }
        if !saved.chunks_exact(width).all(|row| is_sound(self.metric, row, dimensions)) {
            return Err(Error::Damaged { what: "a row has values that no index writes" });
        }
        self.rows.begin(chunk as usize);
        let into = self.rows.chunk_mut(chunk as usize).chunks_exact_mut(width);
        for ((slot, row), into) in (first..).zip(saved.chunks_exact(width)).zip(into) {
            if !self.written.contains(slot) {
                into.copy_from_slice(row);
            }
        }
        self.missing.remove(chunk);
        self.missing_count -= 1;
        self.forget_written();
        Ok(())
    }

    /// Forgets all missing chunks.
    pub(crate) fn forget_missing(&mut self) {
        self.missing.clear();
        self.missing_count = 0;
        self.forget_written();
    }

    /// If no chunk is missing, nobody asks for the written rows.
    fn forget_written(&mut self) {
        if !self.are_partial() {
            self.written = Bitset::default();
        }
    }

    /// Whether chunks are missing.
    #[inline]
    pub(crate) fn are_partial(&self) -> bool {
        self.missing_count > 0
    }

    /// The chunk of a row, if the row has not been read back yet.
    pub(crate) fn missing_chunk_of(&self, slot: u32) -> Option<u32> {
        let chunk = self.chunk_of(slot);
        let missing = self.are_partial() && self.missing.contains(chunk) && !self.written.contains(slot);
        missing.then_some(chunk)
    }

    fn chunk_of(&self, slot: u32) -> u32 {
        slot / self.rows.chunk_rows()
    }

    /// Whether the layout of a row is as the module promises.
    pub(crate) fn is_sound(&self, slot: u32, dimensions: usize) -> bool {
        is_sound(self.metric, self.row(slot), dimensions)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.rows.bytes()
    }
}

fn is_sound(metric: Metric, row: &[f32], dimensions: usize) -> bool {
    let (vector, padding) = row.split_at(dimensions);
    let squared = squared_length(vector);
    let in_range = match metric {
        Metric::Cosine => (squared - 1.0).abs() <= 1e-3,
        Metric::Dot | Metric::Euclidean => squared <= MAX_SQUARED_LENGTH,
    };
    in_range && padding.iter().all(|&value| value == 0.0)
}

/// The squared length. Four running sums, so that no addition waits for the last addition.
pub(crate) fn squared_length(vector: &[f32]) -> f64 {
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
