//! The searches of one thread: a query, the memory of a search, and the hits of the last search.
//!
//! An index can have any number of searchers. A search reads the index and changes only its
//! searcher.

use edgevec::{Error, Hit, Mode, Scratch};
use wasm_bindgen::prelude::*;

use crate::Engine;
use crate::structs::status;

/// The buffers of the searches of one thread.
#[wasm_bindgen]
pub struct Searcher {
    scratch: Scratch,
    query: Vec<f32>,
    hit_slots: Vec<u32>,
    hit_distances: Vec<f32>,
}

#[wasm_bindgen]
impl Searcher {
    /// The place for a query.
    pub fn query(&mut self) -> *const f32 {
        self.query.as_ptr()
    }

    /// Searches an index for the written query. `mode` 1 is exact. Returns the number of hits, or a
    /// negated status.
    pub fn search(&mut self, engine: &Engine, k: u32, ef: u32, mode: u32) -> i32 {
        let mode = if mode == 1 { Mode::Exact } else { Mode::Auto };
        let hits = engine.index.search(&mut self.scratch, &self.query, k as usize, ef as usize, mode);
        match hits.and_then(|hits| copy_hits(hits, &mut self.hit_slots, &mut self.hit_distances)) {
            Ok(count) => count,
            Err(error) => -status(error).0,
        }
    }

    /// The slots of the last search's hits, nearest first.
    #[wasm_bindgen(js_name = hitSlots)]
    pub fn hit_slots(&self) -> *const u32 {
        self.hit_slots.as_ptr()
    }

    /// The distances of the last search's hits, in the same order.
    #[wasm_bindgen(js_name = hitDistances)]
    pub fn hit_distances(&self) -> *const f32 {
        self.hit_distances.as_ptr()
    }

    /// The chunks of rows that the last search needs, if the status of the search is `partial`.
    pub fn needed(&self) -> *const u32 {
        self.scratch.needed().as_ptr()
    }

    /// The number of chunks in `needed`. 0 if the search needs all chunks.
    #[wasm_bindgen(js_name = neededCount)]
    pub fn needed_count(&self) -> u32 {
        self.scratch.needed().len() as u32
    }

    /// Distance evaluations made by all searches so far.
    pub fn distances(&self) -> f64 {
        self.scratch.evaluations() as f64
    }
}

#[wasm_bindgen]
impl Engine {
    /// Makes a searcher of this index: a search needs both.
    pub fn searcher(&self) -> Searcher {
        Searcher {
            scratch: Scratch::default(),
            query: vec![0.0; self.row.len()],
            hit_slots: Vec::new(),
            hit_distances: Vec::new(),
        }
    }
}

fn copy_hits(hits: &[Hit], slots: &mut Vec<u32>, distances: &mut Vec<f32>) -> Result<i32, Error> {
    slots.clear();
    distances.clear();
    slots.try_reserve(hits.len())?;
    distances.try_reserve(hits.len())?;
    slots.extend(hits.iter().map(|hit| hit.slot));
    distances.extend(hits.iter().map(|hit| hit.distance));
    Ok(hits.len() as i32)
}
