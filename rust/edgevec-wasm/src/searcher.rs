//! The searches of one thread: a query, the memory of a search, and the hits of the last search.
//!
//! An index can have any number of searchers. A search reads the index and changes only its
//! searcher.

use edgevec::{Error, Hit, Mode, Scratch, Strategy};
use wasm_bindgen::prelude::*;

use crate::engine::Engine;
use crate::{copy_hits, room, status};

/// The buffers of the searches of one thread.
#[wasm_bindgen]
pub struct Searcher {
    scratch: Scratch,
    query: Vec<f32>,
    allow: Vec<u32>,
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
        let (k, ef, mode) = (k as usize, ef as usize, mode_of(mode));
        let hits = engine.index.search(&mut self.scratch, &self.query, k, ef, mode);
        answer(hits, &mut self.hit_slots, &mut self.hit_distances)
    }

    /// Makes room for the words of a filter, to be written before `searchAllowed`. Bit `s % 32` of
    /// word `s / 32` allows the row of slot `s`. Null if memory is exhausted.
    pub fn allow(&mut self, words: u32) -> *const u32 {
        room(&mut self.allow, words as usize)
    }

    /// As `search`, among the rows that the written words allow. Rows beyond the last word are not
    /// allowed.
    #[wasm_bindgen(js_name = searchAllowed)]
    pub fn search_allowed(&mut self, engine: &Engine, k: u32, ef: u32, mode: u32) -> i32 {
        let (k, ef, mode) = (k as usize, ef as usize, mode_of(mode));
        let hits = engine.index.search_allowed(&mut self.scratch, &self.query, k, ef, mode, &self.allow);
        answer(hits, &mut self.hit_slots, &mut self.hit_distances)
    }

    /// How the last search found its hits: 0 by a walk, 1 by a scan, 2 by a scan after a walk was
    /// given up.
    pub fn strategy(&self) -> u32 {
        match self.scratch.strategy() {
            Strategy::Walk => 0,
            Strategy::Scan => 1,
            _ => 2,
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
            allow: Vec::new(),
            hit_slots: Vec::new(),
            hit_distances: Vec::new(),
        }
    }
}

fn mode_of(mode: u32) -> Mode {
    if mode == 1 { Mode::Exact } else { Mode::Auto }
}

/// The number of hits, or a negated status.
fn answer(hits: Result<&[Hit], Error>, slots: &mut Vec<u32>, distances: &mut Vec<f32>) -> i32 {
    hits.and_then(|hits| copy_hits(hits.iter().map(|hit| (hit.slot, hit.distance)), slots, distances))
        .unwrap_or_else(|error| -status(error).0)
}
