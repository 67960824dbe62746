//! Reclaiming the slots of removed rows, in slices.

use super::Index;
use crate::hnsw::{Compaction, Workspace};

impl Index {
    /// Reclaims tombstones for a slice, and codes rows again if later rows lie elsewhere than the
    /// first rows. Visits up to `budget` slots for each of the two. Returns the number of visits
    /// left, and 0 at the end. A reclaimed slot holds nothing of its row.
    ///
    /// Rows removed after the first slice wait for the next compaction. A partial index is not
    /// compacted, and returns 0.
    pub fn compact(&mut self, budget: u32) -> u32 {
        let left = self.compact_keeping_codes(budget);
        if left > 0 || !self.is_whole() {
            return left;
        }
        let Self { vectors, alive, tombstones, slots, .. } = self;
        let coded_again = vectors.is_renewing();
        let left = vectors.renew(budget, *slots, |slot| !alive.contains(slot) && !tombstones.contains(slot));
        if coded_again && left == 0 {
            self.calibrate_anew();
        }
        left
    }

    /// As [`compact`](Self::compact), without coding rows again. To code rows again changes every
    /// chunk of the codes, and a caller may have no room to save all codes.
    pub fn compact_keeping_codes(&mut self, budget: u32) -> u32 {
        if !self.is_whole() {
            return 0;
        }
        let left = self.blank_some(budget);
        if left > 0 { left } else { self.reclaim_some(budget) }
    }

    /// Blanks free slots in which an earlier version left a removed row. Returns the number of
    /// slots not looked at yet.
    fn blank_some(&mut self, budget: u32) -> u32 {
        if self.unproven == 0 {
            return 0;
        }
        for _ in 0..budget.max(1).min(self.unproven as u32) {
            self.unproven -= 1;
            let slot = self.free[self.unproven];
            if !self.vectors.is_blank(slot) {
                self.vectors.blank(slot);
            }
            self.graph.wipe(slot);
        }
        if self.unproven == 0 {
            self.vectors.forget_more_than(self.slots - self.free.len() as u32);
        }
        self.unproven as u32
    }

    fn reclaim_some(&mut self, budget: u32) -> u32 {
        if self.tombstone_count == 0 {
            return 0;
        }
        let mut compaction = self.compaction.take().unwrap_or_else(|| {
            self.condemned.copy_from(&self.tombstones);
            self.unlinked.retain(|slot| self.alive.contains(slot));
            Compaction::new()
        });
        for _ in 0..budget.max(1) {
            let Self { vectors, graph, alive, condemned, slots, scratch, .. } = self;
            if let Some(slot) =
                compaction.step(&mut Workspace { graph, vectors, condemned, alive, slots: *slots, scratch })
            {
                self.reclaim(slot);
            }
            if compaction.left(self.slots) == 0 {
                return 0;
            }
        }
        let left = compaction.left(self.slots);
        self.compaction = Some(compaction);
        left
    }

    /// Makes the slot of a tombstone free. Nothing of the row stays, so no snapshot holds a removed
    /// row.
    pub(super) fn reclaim(&mut self, slot: u32) {
        self.vectors.blank(slot);
        self.graph.wipe(slot);
        self.tombstones.remove(slot);
        self.tombstone_count -= 1;
        self.changed += 1;
        self.free.push(slot);
    }
}
