//! Where a calibration is made.

use crate::bitset::Bitset;
use crate::hnsw::Graph;
use crate::vectors::Vectors;

/// What a calibration looks at.
pub(crate) struct Site<'a> {
    pub(crate) graph: &'a Graph,
    pub(crate) vectors: &'a Vectors,
    /// Rows that count, as far as they are in the graph: how many are committed beyond those
    /// depends on time.
    pub(crate) alive: &'a Bitset,
}

impl Site<'_> {
    pub(super) fn counts(&self, slot: u32) -> bool {
        self.alive.contains(slot) && self.graph.contains(slot)
    }
}
