//! The words of rows, for full-text search.
//!
//! Words cross as bytes of UTF-8, each word on a line of its own.

use edgevec::text::{QueryWord, TextIndex, TextOptions, TextScratch};
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

/// The words of all rows, and the buffers for words, a filter and hits.
#[wasm_bindgen]
pub struct Texts {
    index: TextIndex,
    scratch: TextScratch,
    staged: Vec<u8>,
    allow: Vec<u32>,
    hit_slots: Vec<u32>,
    hit_scores: Vec<f64>,
    words: Vec<u8>,
}

#[wasm_bindgen]
impl Texts {
    /// No rows yet. `k1` and `b` are the options of BM25.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(k1: f64, b: f64) -> Self {
        Self {
            index: TextIndex::new(TextOptions { k1, b }),
            scratch: TextScratch::default(),
            staged: Vec::new(),
            allow: Vec::new(),
            hit_slots: Vec::new(),
            hit_scores: Vec::new(),
            words: Vec::new(),
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

    /// Removes the words of a row.
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
        let (slots, scores) = (&mut self.hit_slots, &mut self.hit_scores);
        self.index
            .search(&mut self.scratch, words, k as usize, allow)
            .and_then(|hits| copy_hits(hits.iter().map(|hit| (hit.slot, hit.score)), slots, scores))
            .unwrap_or_else(|error| -status(error).0)
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
    /// bytes. `words` points to the bytes.
    #[wasm_bindgen(js_name = layOutWords)]
    pub fn lay_out_words(&mut self) -> u32 {
        self.words.clear();
        for word in self.index.words(&self.scratch) {
            self.words.extend_from_slice(word);
            self.words.push(b'\n');
        }
        self.words.len() as u32
    }

    /// The words laid out last.
    pub fn words(&self) -> *const u8 {
        self.words.as_ptr()
    }

    /// Bytes of memory.
    pub fn memory(&self) -> f64 {
        self.index.memory() as f64
    }
}

/// The lines of the first bytes, without empty lines.
fn lines(staged: &[u8], bytes: u32) -> impl Iterator<Item = &[u8]> {
    staged[..bytes as usize].split(|&byte| byte == b'\n').filter(|line| !line.is_empty())
}
