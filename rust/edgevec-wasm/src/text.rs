//! The words of rows, for full-text search, or the sparse vectors of rows.
//!
//! Words cross as bytes of UTF-8, each word on a line of its own. Of a sparse vector, all indices
//! come before all values, as 32-bit numbers.

use edgevec::Error;
use edgevec::text::{QueryWord, Restoring, TextHit, TextIndex, TextOptions, TextScratch};
use wasm_bindgen::prelude::*;

use crate::{ABI_VERSION, copy_hits, room, status};

/// Begins a line that tells the weight of the words behind the line, in a second byte.
const WEIGHT: u8 = b'\t';
/// The second byte is above this byte by the weight.
const NO_WEIGHT: u8 = b' ';

/// The version of the boundary. The name differs from the name of the other engine, so that neither
/// file passes for the other.
#[wasm_bindgen(js_name = textAbiVersion)]
#[must_use]
pub fn abi_version() -> u32 {
    ABI_VERSION
}

/// The words or the sparse vectors of all rows, and the buffers for words, a filter and hits.
#[wasm_bindgen]
pub struct Texts {
    index: TextIndex,
    scratch: TextScratch,
    staged: Vec<u8>,
    allow: Vec<u32>,
    hit_slots: Vec<u32>,
    hit_scores: Vec<f64>,
    laid_out: Vec<u8>,
    /// The head of stored segments.
    head: Vec<u8>,
    /// The stored segment that is being read.
    restoring: Option<Restoring>,
}

#[wasm_bindgen]
impl Texts {
    /// No rows yet. `k1` and `b` are the options of BM25. No new segment gets a number below
    /// `first_segment`.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(k1: f64, b: f64, first_segment: u32) -> Self {
        Self {
            index: TextIndex::with_segments_from(TextOptions { k1, b }, first_segment),
            scratch: TextScratch::default(),
            staged: Vec::new(),
            allow: Vec::new(),
            hit_slots: Vec::new(),
            hit_scores: Vec::new(),
            laid_out: Vec::new(),
            head: Vec::new(),
            restoring: None,
        }
    }

    /// Makes room for this many bytes of words, to be written before `add` or `search`. Null if
    /// memory is exhausted.
    pub fn stage(&mut self, bytes: u32) -> *const u8 {
        // Less room than before would be cleared again by the next longer row.
        let bytes = self.staged.len().max(bytes as usize);
        room(&mut self.staged, bytes)
    }

    /// Sets the words of a row: the first `bytes` staged bytes. A line of a tab and a second byte
    /// tells the weight of the next words. `order` is the place of the row in the order of
    /// insertion. Returns a status.
    pub fn add(&mut self, slot: u32, order: f64, bytes: u32) -> i32 {
        let mut weight = 1;
        let words = lines(&self.staged, bytes).filter_map(|line| {
            if let [WEIGHT, next, ..] = line {
                weight = u32::from(next.saturating_sub(NO_WEIGHT));
                return None;
            }
            Some((line, weight))
        });
        self.index.add(slot, order as u64, words).map_or_else(|error| status(error).0, |()| 0)
    }

    /// Sets the sparse vector of a row: the staged bytes begin with so many indices, ascending, and
    /// as many values, finite and from 0. `order` is as for `add`. Returns a status.
    #[wasm_bindgen(js_name = addSparse)]
    pub fn add_sparse(&mut self, slot: u32, order: f64, pairs: u32) -> i32 {
        let added = self.index.add_sparse(slot, order as u64, pairs_of(&self.staged, pairs));
        added.map_or_else(|error| status(error).0, |()| 0)
    }

    /// Removes the words or the sparse vector of a row.
    pub fn remove(&mut self, slot: u32) -> bool {
        self.index.remove(slot)
    }

    /// A step of merging: about so many postings. Returns 1 while a merge is due, else 0, or a
    /// negated status.
    pub fn merge(&mut self, postings: u32) -> i32 {
        self.index.merge(postings).map_or_else(|error| -status(error).0, i32::from)
    }

    /// Makes room for the words of a filter, to be written before a `search` that is filtered. Bit
    /// `s % 32` of word `s / 32` allows the row of slot `s`. Null if memory is exhausted.
    pub fn allow(&mut self, words: u32) -> *const u32 {
        room(&mut self.allow, words as usize)
    }

    /// The best `k` rows for the first `bytes` staged bytes: each line has a letter and a word. Bit
    /// 0 of the letter lets words count that begin with the word, and bit 1 words with a typo.
    /// Returns the number of hits, or a negated status.
    pub fn search(&mut self, bytes: u32, k: u32, filtered: bool) -> i32 {
        let words = lines(&self.staged, bytes).filter_map(|line| {
            let (&letter, text) = line.split_first()?;
            Some(QueryWord { text, prefix: letter & 1 != 0, fuzzy: letter & 2 != 0 })
        });
        let allow = filtered.then_some(self.allow.as_slice());
        let hits = self.index.search(&mut self.scratch, words, k as usize, allow);
        copied(hits, &mut self.hit_slots, &mut self.hit_scores)
    }

    /// The best `k` rows for a sparse vector, staged as for `addSparse`. Returns as `search`.
    #[wasm_bindgen(js_name = searchSparse)]
    pub fn search_sparse(&mut self, pairs: u32, k: u32, filtered: bool) -> i32 {
        let allow = filtered.then_some(self.allow.as_slice());
        let pairs = pairs_of(&self.staged, pairs);
        let hits = self.index.search_sparse(&mut self.scratch, pairs, k as usize, allow);
        copied(hits, &mut self.hit_slots, &mut self.hit_scores)
    }

    /// The slots of the last search's hits, the best first.
    #[wasm_bindgen(js_name = hitSlots)]
    pub fn hit_slots(&self) -> *const u32 {
        self.hit_slots.as_ptr()
    }

    /// The scores of the last search's hits, in the same order.
    #[wasm_bindgen(js_name = hitScores)]
    pub fn hit_scores(&self) -> *const f64 {
        self.hit_scores.as_ptr()
    }

    /// Lays out the words that took part in the last search, a line for each. Returns the number of
    /// bytes. `laidOut` points to the bytes.
    #[wasm_bindgen(js_name = layOutWords)]
    pub fn lay_out_words(&mut self) -> u32 {
        self.laid_out.clear();
        for word in self.index.words(&self.scratch) {
            self.laid_out.extend_from_slice(word);
            self.laid_out.push(b'\n');
        }
        self.laid_out.len() as u32
    }

    /// The bytes laid out last.
    #[wasm_bindgen(js_name = laidOut)]
    pub fn laid_out(&self) -> *const u8 {
        self.laid_out.as_ptr()
    }

    /// As `merge`, until no segment has a removed row.
    pub fn purge(&mut self, postings: u32) -> i32 {
        self.index.purge(postings).map_or_else(|error| -status(error).0, i32::from)
    }

    /// Bytes of memory.
    pub fn memory(&self) -> f64 {
        self.index.memory() as f64
    }
}

/// Segments as bytes in the engine's memory, for JavaScript to copy out and back in.
#[wasm_bindgen]
impl Texts {
    /// The number of segments.
    pub fn segments(&self) -> u32 {
        self.index.segments().len() as u32
    }

    /// The number that stands for the segment at a place, for good.
    pub fn segment(&self, place: u32) -> u32 {
        self.index.segments().nth(place as usize).unwrap_or(u32::MAX)
    }

    /// The number of parts of a segment. 0 if there is no such segment any more.
    pub fn parts(&self, segment: u32) -> u32 {
        self.index.parts(segment)
    }

    /// Lays out a part of a segment. Returns the number of bytes, 0 if there is no such segment any
    /// more, or a negated status. `laidOut` points to the bytes.
    #[wasm_bindgen(js_name = layOutPart)]
    pub fn lay_out_part(&mut self, segment: u32, part: u32) -> i32 {
        self.laid_out.clear();
        let written = self.index.write_part(segment, part, &mut self.laid_out);
        written.map_or_else(|error| -status(error).0, |()| self.laid_out.len() as i32)
    }

    /// Lays out the head, as `layOutPart`.
    #[wasm_bindgen(js_name = layOutHead)]
    pub fn lay_out_head(&mut self) -> i32 {
        self.laid_out.clear();
        let written = self.index.write_head(&mut self.laid_out);
        written.map_or_else(|error| -status(error).0, |()| self.laid_out.len() as i32)
    }

    /// Lays out the slots of the rows that are in no segment yet. Returns the number of slots, or a
    /// negated status. `hitSlots` points to the slots.
    #[wasm_bindgen(js_name = layOutUnstored)]
    pub fn lay_out_unstored(&mut self) -> i32 {
        self.hit_slots.clear();
        for slot in self.index.unstored() {
            if let Err(error) = self.hit_slots.try_reserve(1) {
                return -status(error.into()).0;
            }
            self.hit_slots.push(slot);
        }
        self.hit_slots.len() as i32
    }

    /// Takes the head of stored segments: the first `bytes` staged bytes. Returns a status.
    #[wasm_bindgen(js_name = readHead)]
    pub fn read_head(&mut self, bytes: u32) -> i32 {
        self.head.clear();
        if let Err(error) = self.head.try_reserve_exact(bytes as usize) {
            return status(error.into()).0;
        }
        self.head.extend_from_slice(&self.staged[..bytes as usize]);
        0
    }

    /// Begins to read a stored segment of the head. The first `bytes` staged bytes are its first
    /// part. Returns a status.
    pub fn restore(&mut self, segment: u32, bytes: u32) -> i32 {
        match self.index.restore(segment, &self.head, &self.staged[..bytes as usize]) {
            Ok(restoring) => {
                self.restoring = Some(restoring);
                0
            }
            Err(error) => status(error).0,
        }
    }

    /// Takes in a further part of the segment: the first `bytes` staged bytes. Returns a status.
    #[wasm_bindgen(js_name = restoreLists)]
    pub fn restore_lists(&mut self, bytes: u32) -> i32 {
        let restoring = self.restoring.as_mut().ok_or(NOTHING_BEGUN);
        let taken = restoring.and_then(|it| self.index.restore_lists(it, &self.staged[..bytes as usize]));
        taken.map_or_else(|error| status(error).0, |()| 0)
    }

    /// A step of reading the segment, once all parts are in: about so many postings. At the end the
    /// segment takes its place, with the rows that the words of `allow` allow. Returns 1 while
    /// postings are left, else 0, or a negated status.
    #[wasm_bindgen(js_name = restoreStep)]
    pub fn restore_step(&mut self, postings: u32) -> i32 {
        let restoring = self.restoring.as_mut().ok_or(NOTHING_BEGUN);
        let step = restoring.and_then(|it| self.index.restore_step(it, postings, &self.allow));
        if step != Ok(true) {
            self.restoring = None;
        }
        step.map_or_else(|error| -status(error).0, i32::from)
    }
}

/// No segment is being read.
const NOTHING_BEGUN: Error = Error::Damaged { what: "no segment has begun" };

/// Copies the hits of a search. Returns the number of hits, or a negated status.
fn copied(hits: Result<&[TextHit], Error>, slots: &mut Vec<u32>, scores: &mut Vec<f64>) -> i32 {
    hits.and_then(|hits| copy_hits(hits.iter().map(|hit| (hit.slot, hit.score)), slots, scores))
        .unwrap_or_else(|error| -status(error).0)
}

/// The pairs of a sparse vector.
fn pairs_of(staged: &[u8], pairs: u32) -> impl Iterator<Item = (u32, f32)> {
    let (indices, values) = staged[..8 * pairs as usize].as_chunks().0.split_at(pairs as usize);
    indices.iter().zip(values).map(|(&index, &value)| (u32::from_le_bytes(index), f32::from_le_bytes(value)))
}

/// The lines of the first bytes, without empty lines.
fn lines(staged: &[u8], bytes: u32) -> impl Iterator<Item = &[u8]> {
    staged[..bytes as usize].split(|&byte| byte == b'\n').filter(|line| !line.is_empty())
}
