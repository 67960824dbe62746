//! The counts of an index.

use crate::Precision;

/// What an index holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Visible rows.
    pub rows: u32,
    /// Rows committed and not published.
    pub hidden: u32,
    /// Removed rows not yet reclaimed.
    pub tombstones: u32,
    /// Reclaimed slots waiting to be used again.
    pub free: u32,
    /// Slots in use or waiting: the four above.
    pub slots: u32,
    /// Slots outside the graph: slots that wait for [`Index::link`](crate::Index::link), or all
    /// slots of a small set. Counts tombstones too.
    pub unlinked: u32,
    /// Levels of the graph, or 0 without a graph.
    pub levels: u32,
    /// How much the index keeps of each vector: [`Options::precision`](crate::Options::precision),
    /// or more if that precision could not tell the rows apart.
    pub precision: Precision,
    /// Bytes of memory held: the four counts below, and a little for each slot.
    pub memory_bytes: usize,
    /// Bytes of full rows, or of the residuals kept in place of full rows.
    pub row_bytes: usize,
    /// Bytes of the codes. The graph is walked on codes.
    pub code_bytes: usize,
    /// Bytes of the sketches: a cache line a row, in a large index of many dimensions whose rows
    /// can be told apart by sketches.
    pub sketch_bytes: usize,
    /// Bytes of the graph's links.
    pub graph_bytes: usize,
    /// Whether [`Index::compact`](crate::Index::compact) would code rows again, because later rows
    /// lie elsewhere than the first rows.
    pub drifted: bool,
    /// The number of rows at the last calibration, or 0 before the first calibration. If an index
    /// was read back, the number is less for changes made between calibration and saving.
    pub calibrated_rows: u32,
    /// Distance evaluations made by inserting and compacting.
    pub build_evaluations: u64,
}
