//! The life of a slot: committed and hidden, published, removed.

use std::ops::Range;

use super::Index;
use crate::Error;
use crate::key::MAX_SLOTS;

impl Index {
    /// Stores a batch of vectors, row after row, hidden. On an error, stores no row. Puts the slots
    /// of the rows into `slots`.
    ///
    /// # Errors
    /// [`Error::DimensionMismatch`], [`Error::NotFinite`], [`Error::ZeroVector`],
    /// [`Error::TooLarge`], [`Error::OutOfMemory`].
    pub fn commit(&mut self, vectors: &[f32], slots: &mut Vec<u32>) -> Result<(), Error> {
        let dimensions = self.vectors.dimensions();
        let (batch, rest) = (vectors.chunks_exact(dimensions), vectors.len() % dimensions);
        if rest != 0 {
            return Err(Error::DimensionMismatch { expected: dimensions, got: vectors.len() });
        }
        let count = batch.len();
        let mut lengths = Vec::new();
        lengths.try_reserve(count)?;
        for (row, vector) in batch.clone().enumerate() {
            lengths.push(self.vectors.check(vector, row)?);
        }
        let reused = count.min(self.free.len());
        let fresh = self.slots as usize..self.slots as usize + count - reused;
        slots.clear();
        slots.try_reserve(count)?;
        self.reserve(fresh.clone(), count)?;

        // From here on nothing can fail.
        slots.extend(self.free.drain(self.free.len() - reused..).rev());
        self.unproven = self.unproven.min(self.free.len());
        slots.extend(fresh.clone().map(|slot| slot as u32));
        self.slots = fresh.end as u32;
        for ((&slot, vector), length) in slots.iter().zip(batch).zip(lengths) {
            self.vectors.set(slot, vector, length);
            self.graph.wipe(slot);
            self.alive.insert(slot);
            self.unlinked.push_back(slot);
        }
        self.hidden_count += count as u32;
        Ok(())
    }

    /// Makes room for new slots in all parts that hold something for each slot, so that no later
    /// step needs memory.
    pub(super) fn reserve(&mut self, fresh: Range<usize>, count: usize) -> Result<(), Error> {
        if fresh.end > MAX_SLOTS as usize {
            return Err(Error::OutOfMemory);
        }
        for set in [&mut self.alive, &mut self.visible, &mut self.tombstones, &mut self.condemned] {
            set.reserve(fresh.end)?;
        }
        self.scratch.reserve(fresh.end as u32)?;
        self.free.try_reserve(fresh.end - self.free.len())?;
        self.unlinked.try_reserve(count)?;
        fresh.clone().try_for_each(|slot| self.graph.reserve(slot as u32))?;
        // Last: after there is room for codes, the rows that become codes must follow.
        self.vectors.reserve(fresh.end)
    }

    /// Makes a hidden row visible. Returns false if the slot holds no hidden row.
    pub fn publish(&mut self, slot: u32) -> bool {
        let hidden = self.alive.contains(slot) && self.visible.insert(slot);
        if hidden {
            self.hidden_count -= 1;
            self.visible_count += 1;
        }
        hidden
    }

    /// Removes a visible or hidden row. Returns false if the slot holds no row.
    /// [`compact`](Self::compact) reclaims the slot, and so does the removal of the last row. A
    /// later [`commit`](Self::commit) may then give the slot to another row.
    pub fn remove(&mut self, slot: u32) -> bool {
        if !self.alive.remove(slot) {
            return false;
        }
        if self.visible.remove(slot) {
            self.visible_count -= 1;
        } else {
            self.hidden_count -= 1;
        }
        self.tombstones.insert(slot);
        self.tombstone_count += 1;
        self.linked -= u32::from(self.graph.contains(slot));
        if self.visible_count + self.hidden_count == 0 {
            self.forget_everything();
        } else if self.graph.entry() == Some(slot) {
            self.graph.choose_entry(&self.alive);
        }
        true
    }

    /// Every row is gone: all slots are new again.
    pub(super) fn forget_everything(&mut self) {
        self.graph.clear();
        self.vectors.clear();
        self.tombstones.clear();
        self.tombstone_count = 0;
        self.free.clear();
        self.unproven = 0;
        self.unlinked.clear();
        self.linked = 0;
        self.compaction = None;
        self.calibration = None;
        (self.sketching, self.wants_sketches) = (None, false);
        self.calibrated = None;
        self.changed = 0;
        self.slots = 0;
    }
}
