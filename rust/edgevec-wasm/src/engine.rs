//! The handle of an index: rows are added, linked, published and removed.

use edgevec::{Error, Index};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use crate::structs::{EngineFault, EngineOptions, EngineStats};
use crate::{ABI_VERSION, room, status};

/// The version of the boundary.
#[wasm_bindgen(js_name = abiVersion)]
#[must_use]
pub fn abi_version() -> u32 {
    ABI_VERSION
}

/// The handle of an index, with the buffers for staged rows and for a row read.
#[wasm_bindgen]
pub struct Engine {
    pub(crate) index: Index,
    pub(crate) staged: Vec<f32>,
    slots: Vec<u32>,
    fault_row: u32,
    pub(crate) row: Vec<f32>,
    pub(crate) header: Vec<u8>,
}

#[wasm_bindgen]
impl Engine {
    /// An empty index. Throws an `EngineFault` for an option out of range.
    ///
    /// # Errors
    /// As a thrown value.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &EngineOptions) -> Result<Engine, JsValue> {
        let options = options.options().ok_or(JsError::new("no such metric or precision"))?;
        let index = Index::new(options).map_err(EngineFault::thrown)?;
        Ok(Self::of(index))
    }

    /// Makes room for `rows` vectors, one after the other, to be written before `commit`. Null if
    /// memory is exhausted.
    pub fn stage(&mut self, rows: u32) -> *const f32 {
        (rows as usize).checked_mul(self.row.len()).map_or(std::ptr::null(), |values| self.stage_values(values as u32))
    }

    /// Makes room for this many numbers, to be written before `loadChunk`. Null if memory is
    /// exhausted.
    #[wasm_bindgen(js_name = stageValues)]
    pub fn stage_values(&mut self, values: u32) -> *const f32 {
        room(&mut self.staged, values as usize)
    }

    /// Stores every staged row, hidden, or no row. Returns a status. `faultRow` tells the refused
    /// row.
    pub fn commit(&mut self) -> i32 {
        let committed = self.index.commit(&self.staged, &mut self.slots);
        self.staged.clear();
        committed.map_or_else(|error| self.refuse(error), |()| 0)
    }

    /// The slots of the rows of the last commit, in the order of the rows.
    pub fn slots(&self) -> *const u32 {
        self.slots.as_ptr()
    }

    /// The row that the last commit refused.
    #[wasm_bindgen(js_name = faultRow)]
    pub fn fault_row(&self) -> u32 {
        self.fault_row
    }

    /// Takes up to `budget` steps of linking rows, of calibrations that come due, and of learning
    /// sketches. Returns the number of steps left.
    pub fn link(&mut self, budget: u32) -> u32 {
        self.index.link(budget)
    }

    /// The number of slots in the queue of `link`.
    pub fn unlinked(&self) -> u32 {
        self.index.unlinked()
    }

    /// Lets the last `count` committed rows wait behind rows that a caller waits for.
    pub fn postpone(&mut self, count: u32) {
        self.index.postpone(count);
    }

    /// How many of the waiting slots are postponed.
    pub fn postponed(&self) -> u32 {
        self.index.postponed()
    }

    /// How many of the steps of `link` are left for sketches.
    pub fn sketching(&self) -> u32 {
        self.index.sketching()
    }

    /// Makes a hidden row visible.
    pub fn publish(&mut self, slot: u32) -> bool {
        self.index.publish(slot)
    }

    /// Removes a row, hidden or visible.
    pub fn remove(&mut self, slot: u32) -> bool {
        self.index.remove(slot)
    }

    /// The `ef` by which a search for `k` rows reaches this recall, from above 0 to below 1.
    #[wasm_bindgen(js_name = efFor)]
    pub fn ef_for(&self, k: u32, recall: f64) -> u32 {
        self.index.ef_for(k as usize, recall) as u32
    }

    /// A row, as the caller gave the row. Null if the slot holds no row.
    pub fn row(&mut self, slot: u32) -> *const f32 {
        if self.index.get(slot, &mut self.row) { self.row.as_ptr() } else { std::ptr::null() }
    }

    /// The number of tombstones that wait for compaction.
    pub fn tombstones(&self) -> u32 {
        self.index.tombstones()
    }

    /// The number of slots that new rows take first.
    #[wasm_bindgen(js_name = freeSlots)]
    pub fn free_slots(&self) -> u32 {
        self.index.free_slots()
    }

    /// A slice of compaction, with or without coding rows again if the codes have drifted. Returns
    /// the work left.
    pub fn compact(&mut self, budget: u32, renews: bool) -> u32 {
        if renews { self.index.compact(budget) } else { self.index.compact_keeping_codes(budget) }
    }

    /// The counts of the index.
    ///
    /// # Errors
    /// None in practice: numbers always cross.
    pub fn stats(&self) -> Result<Ts<EngineStats>, JsValue> {
        Ok(EngineStats::new(&self.index.stats()).into_ts().map_err(JsError::from)?)
    }

    pub(crate) fn of(index: Index) -> Self {
        let row = vec![0.0; index.options().dimensions as usize];
        Self { index, staged: Vec::new(), slots: Vec::new(), fault_row: 0, row, header: Vec::new() }
    }

    fn refuse(&mut self, error: Error) -> i32 {
        let (status, row) = status(error);
        self.fault_row = row;
        status
    }
}
