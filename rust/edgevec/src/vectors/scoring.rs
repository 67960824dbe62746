//! The layout of a query, and the distances from the query to rows.

use super::Vectors;
use super::coding::Decoded;
use super::query::Query;
use crate::Error;
use crate::kernels::FLOAT_BLOCK;
use crate::rows::lay_out;

impl Vectors {
    /// Checks a query, and lays the query out.
    pub(crate) fn prepare(&self, vector: &[f32], query: &mut Query) -> Result<(), Error> {
        if vector.len() != self.dimensions {
            return Err(Error::DimensionMismatch { expected: self.dimensions, got: vector.len() });
        }
        let length = self.check(vector, 0)?;
        // Cleared first: values of an index with other dimensions must not become padding.
        query.full.clear();
        query.full.resize(self.dimensions.next_multiple_of(FLOAT_BLOCK), 0.0);
        lay_out(vector, length, &mut query.full);
        self.code(query);
        Ok(())
    }

    /// Makes room for a query, so that the layout of a query cannot fail.
    pub(crate) fn reserve_query(&self, query: &mut Query) -> Result<(), Error> {
        query.full.try_reserve_exact(self.laid_out.len())?;
        self.coded().map_or(Ok(()), |_| query.coded.reserve(self.laid_out.len()))
    }

    /// Makes a stored vector the query, as [`prepare`](Self::prepare) would, without the parts that
    /// depend on other rows.
    pub(crate) fn prepare_stored(&self, slot: u32, query: &mut Query) {
        query.full.clear();
        query.full.extend_from_slice(self.stored(slot, &mut Decoded::default()));
        if let Some(codes) = self.coded() {
            codes.prepare_stored(&query.full, &mut query.coded);
        }
    }

    fn code(&self, query: &mut Query) {
        if let Some(codes) = self.coded() {
            codes.prepare(&query.full, &mut query.coded);
        }
    }

    /// Makes a stored vector the query, for [`score`](Self::score) only.
    pub(crate) fn prepare_row(&self, slot: u32, query: &mut Query) {
        if let Some(codes) = self.coded() {
            codes.prepare_row(slot, &mut query.coded);
        } else {
            query.full.clear();
            query.full.extend_from_slice(self.rows.row(slot));
        }
    }

    /// Whether two stored rows are the same vector, as far as [`score`](Self::score) can tell.
    pub(crate) fn are_copies(&self, a: u32, b: u32) -> bool {
        match self.coded() {
            Some(codes) => codes.are_copies(a, b),
            None => self.rows.row(a) == self.rows.row(b),
        }
    }

    /// Starts to bring the codes for the next [`score`](Self::score) into the cache. Only codes:
    /// with a prefetch of full rows, eight times as long, a walk took a fifth longer.
    #[inline(always)]
    pub(crate) fn prefetch(&self, slots: &[u32]) {
        if let Some(codes) = self.coded() {
            codes.prefetch(slots);
        }
    }

    /// Distances by which the graph is built and walked, into a place for each slot.
    #[inline]
    pub(crate) fn score(&self, query: &Query, slots: &[u32], distances: &mut [f32]) {
        match self.coded() {
            Some(codes) => codes.score(&query.coded, slots, distances),
            None => self.rows.score(&query.full, slots, distances),
        }
    }

    /// Walk distances of the most precise form kept, into a place for each slot.
    pub(crate) fn score_exactly(&self, query: &Query, slots: &[u32], distances: &mut [f32]) {
        if self.keeps_rows() {
            return self.rows.score(&query.full, slots, distances);
        }
        let mut decoded = Decoded::default();
        for (&slot, distance) in slots.iter().zip(distances) {
            [*distance] = self.metric.walk(self.isa, &query.full, [self.decode(slot, &mut decoded)]);
        }
    }

    /// The bytes of a row that [`score`](Self::score) reads.
    pub(crate) fn walked_bytes(&self) -> usize {
        let components = self.laid_out.len();
        if self.coded().is_some() { components / 2 } else { components * size_of::<f32>() }
    }

    /// If [`score`](Self::score) estimates: the number that turns an estimate into a walk distance
    /// when added, and the largest likely error of the sum.
    pub(crate) fn estimate(&self, query: &Query) -> Option<(f32, f32)> {
        self.coded().map(|codes| codes.estimate(&query.coded))
    }

    /// As [`Codes::error_unit`](crate::codes::Codes::error_unit), if the index has codes.
    pub(crate) fn error_unit(&self, query: &Query) -> Option<(f32, f32)> {
        self.coded().map(|codes| codes.error_unit(&query.coded))
    }
}
