//! The contents of an index, in numbers.

use std::fmt;

use super::Index;
use crate::Stats;
use crate::calibration::Table;

impl Index {
    /// Removed rows that wait for compaction: [`Stats::tombstones`] without the other counts.
    #[must_use]
    pub fn tombstones(&self) -> u32 {
        self.tombstone_count
    }

    /// Slots that new rows take first: [`Stats::free`] without the other counts.
    #[must_use]
    pub fn free_slots(&self) -> u32 {
        self.free.len() as u32
    }

    /// The contents of the index.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let sets = [&self.alive, &self.visible, &self.tombstones, &self.condemned];
        let bits: usize = sets.iter().map(|set| set.bytes()).sum();
        let lists = self.free.capacity() * size_of::<u32>() + self.unlinked.bytes();
        let ((row_bytes, code_bytes), graph_bytes) = (self.vectors.bytes(), self.graph.bytes());
        let sketch_bytes = self.vectors.sketch_bytes();
        Stats {
            rows: self.visible_count,
            hidden: self.hidden_count,
            tombstones: self.tombstone_count,
            free: self.free_slots(),
            slots: self.slots,
            unlinked: self.unlinked.len() as u32,
            levels: self.graph.levels() as u32,
            precision: self.vectors.kept(),
            memory_bytes: row_bytes + code_bytes + sketch_bytes + graph_bytes + bits + lists,
            row_bytes,
            code_bytes,
            sketch_bytes,
            graph_bytes,
            drifted: self.vectors.has_drifted(),
            calibrated_rows: self.calibrated.as_ref().map_or(0, Table::rows),
            build_evaluations: self.scratch.evaluations(),
        }
    }
}

/// Options and counts.
impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index").field("options", &self.options).field("stats", &self.stats()).finish_non_exhaustive()
    }
}
