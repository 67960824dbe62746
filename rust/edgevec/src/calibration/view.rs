//! The parts of an index that a calibration reads.

use crate::bitset::Bitset;
use crate::hnsw::Graph;
use crate::vectors::Vectors;

/// The graph, the vectors and the rows that count.
pub(crate) struct IndexView<'a> {
    pub(crate) graph: &'a Graph,
    pub(crate) vectors: &'a Vectors,
    /// Rows that count, if the rows are in the graph. The number of committed rows not in the graph
    /// depends on time.
    pub(crate) alive: &'a Bitset,
}

impl IndexView<'_> {
    pub(super) fn counts(&self, slot: u32) -> bool {
        self.alive.contains(slot) && self.graph.contains(slot)
    }
}
