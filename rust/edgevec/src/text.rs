//! Full-text search: the words of rows, and the best rows for some words by BM25. And sparse
//! vectors, by the dot product.
//!
//! A [`TextIndex`] knows rows by their slots, as an [`Index`](crate::Index) does, and words by
//! their bytes. The caller cuts texts into words.
//!
//! ```
//! use edgevec::text::{QueryWord, TextIndex, TextOptions, TextScratch};
//!
//! let mut index = TextIndex::new(TextOptions::default());
//! // The words of a title count three times.
//! index.add(0, 1, [("moby", 3), ("dick", 3), ("of", 1), ("a", 1), ("whale", 1)])?;
//! index.add(1, 2, [("whale", 3), ("ship", 1)])?;
//!
//! let mut scratch = TextScratch::default(); // one a thread, used again by every search
//! let hits = index.search(&mut scratch, [QueryWord::exact("whale")], 10, None)?;
//! assert_eq!([hits[0].slot, hits[1].slot], [1, 0]);
//!
//! index.remove(1);
//! let beginning = QueryWord { prefix: true, ..QueryWord::exact("wha") };
//! let hits = index.search(&mut scratch, [beginning], 10, None)?;
//! assert_eq!((hits.len(), hits[0].slot), (1, 0));
//! # Ok::<(), edgevec::Error>(())
//! ```
//!
//! # Scores
//!
//! The score of a row is the sum, over the words of the query, of
//! `idf · f · (k1 + 1) / (f + k1 · (1 - b + b · length / average))`, with
//! `idf = ln(1 + (N - n + 0.5) / (n + 0.5))`. *f* is how often the row has the word, *length* the
//! number of words of the row, *average* the average length, *N* the number of rows, and *n* the
//! number of rows with the word. All numbers count the present rows: a removed row counts nowhere
//! from the moment of the removal. A row without a word is no row for BM25.
//!
//! A word of a field with a weight counts as so many words. The weights therefore act before *f*
//! is damped, so three words in a title and three words in a text do not add up to two damped
//! scores (Robertson, Zaragoza and Taylor, "Simple BM25 extension to multiple weighted fields",
//! 2004). And a row has a single posting for a word, however many fields have the word.
//!
//! Equal scores are in the order that [`TextIndex::add`] was told. The same rows and the same query
//! give the same hits and scores on every platform, in whatever order and by whatever way the rows
//! came.
//!
//! # Sparse vectors
//!
//! An index may have sparse vectors in place of words, as learned models such as SPLADE give. An
//! index has one kind: use [`TextIndex::add`] with [`TextIndex::search`], or
//! [`TextIndex::add_sparse`] with [`TextIndex::search_sparse`], which ranks by the dot product. All
//! else works for both kinds.
//!
//! ```
//! use edgevec::text::{TextIndex, TextOptions, TextScratch};
//!
//! let mut index = TextIndex::new(TextOptions::default());
//! index.add_sparse(0, 1, [(7, 0.5), (1_012, 2.0)])?;
//! index.add_sparse(1, 2, [(7, 1.5)])?;
//!
//! let mut scratch = TextScratch::default();
//! let hits = index.search_sparse(&mut scratch, [(7, 1.0), (30_000, 4.0)], 10, None)?;
//! assert_eq!([hits[0].slot, hits[1].slot], [1, 0]);
//! assert_eq!([hits[0].score, hits[1].score], [1.5, 0.5]);
//! # Ok::<(), edgevec::Error>(())
//! ```
//!
//! # Inside
//!
//! New rows gather in a *tail*. A full tail becomes a *segment*: lists of postings, packed, that
//! never change. [`TextIndex::merge`] makes larger segments of small segments in small steps, and
//! leaves out removed rows. Until then a removed row only has a mark.
//!
//! # Stored segments
//!
//! [`TextIndex::write_part`] writes a segment once, since a segment never changes, and
//! [`TextIndex::write_head`] the rows removed since. Another index reads the segments by
//! [`TextIndex::restore`], [`TextIndex::restore_lists`] and [`TextIndex::restore_step`], and adds
//! the rows of [`TextIndex::unstored`] and all rows changed since. The segments of the other index
//! have numbers above ([`TextIndex::with_segments_from`]). No byte is trusted.

mod dictionary;
mod edits;
mod merge;
mod options;
mod packing;
mod pairs;
mod query;
mod rows;
mod search;
mod segment;
mod sparse;
mod stored;
mod storing;
mod tail;

pub use options::TextOptions;
pub use query::{MOST_EXPANSIONS, QueryWord};
pub use search::{TextHit, TextScratch};
pub use stored::Restoring;

use dictionary::Dictionary;
use merge::Merge;
use search::{Scoring, Sources};
use segment::Segment;
use tail::Tail;

use crate::Error;

/// A slot without a row.
const NOWHERE: Place = Place { segment: u32::MAX, row: 0 };

/// Where the row of a slot is.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    segment: u32,
    row: u32,
}

/// The words of rows, for full-text search.
#[derive(Debug)]
pub struct TextIndex {
    options: TextOptions,
    dictionary: Dictionary,
    segments: Vec<Segment>,
    tail: Tail,
    /// The number that the tail has as a segment.
    tail_id: u32,
    next_id: u32,
    merge: Option<Merge>,
    /// By slot.
    places: Vec<Place>,
    rows: u32,
    lengths: u64,
    /// By term, while a row is added: how often the row has the term.
    frequencies: Vec<u32>,
    /// The terms of the row that is added.
    terms: Vec<u32>,
}

impl TextIndex {
    /// An index without rows.
    #[must_use]
    pub fn new(options: TextOptions) -> Self {
        Self {
            options,
            dictionary: Dictionary::default(),
            segments: Vec::new(),
            tail: Tail::default(),
            tail_id: 0,
            next_id: 1,
            merge: None,
            places: Vec::new(),
            rows: 0,
            lengths: 0,
            frequencies: Vec::new(),
            terms: Vec::new(),
        }
    }

    /// Sets the words of the row of a slot, in place of earlier words. Each word has the weight of
    /// its field, at least 1: the word counts as so many words. A row without words is removed.
    ///
    /// `order` is the place of the row in the order of insertion: rows with equal scores are in
    /// this order.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`]. The slot then has no words.
    pub fn add(
        &mut self,
        slot: u32,
        order: u64,
        words: impl IntoIterator<Item = (impl AsRef<[u8]>, u32)>,
    ) -> Result<(), Error> {
        self.remove(slot);
        let counted = words.into_iter().try_for_each(|(word, weight)| self.count(word.as_ref(), weight));
        self.end_row(slot, order, counted)
    }

    /// Removes the words of a slot. Returns false if the slot had no words.
    pub fn remove(&mut self, slot: u32) -> bool {
        let place = self.places.get(slot as usize).copied().unwrap_or(NOWHERE);
        if place == NOWHERE {
            return false;
        }
        self.places[slot as usize] = NOWHERE;
        let rows = if place.segment == self.tail_id {
            self.tail.remove(place.row);
            &self.tail.rows
        } else {
            let segment = self.segments.iter_mut().find(|segment| segment.id == place.segment);
            let rows = &mut segment.expect("a place is in a segment").rows;
            rows.remove(place.row);
            rows
        };
        self.rows -= 1;
        self.lengths -= u64::from(rows.lengths[place.row as usize]);
        true
    }

    /// A step of merging segments, if a merge is due: about so many postings. Returns false if no
    /// merge is due. Searches and changes may come between two steps.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`]. The merge is given up, and nothing is lost.
    pub fn merge(&mut self, postings: u32) -> Result<bool, Error> {
        self.merge_due(postings, false)
    }

    /// As [`TextIndex::merge`], and a merge is due while any segment has a removed row. At the end,
    /// no segment has a word of a removed row alone.
    ///
    /// # Errors
    /// As [`TextIndex::merge`].
    pub fn purge(&mut self, postings: u32) -> Result<bool, Error> {
        self.merge_due(postings, true)
    }

    /// The best `k` rows for the words, the best first. With `allow`, only rows of these slots: bit
    /// `s % 32` of word `s / 32` allows slot `s`. A word that comes twice counts twice.
    ///
    /// # Errors
    /// [`Error::OutOfMemory`].
    pub fn search<'s, 'w>(
        &self,
        scratch: &'s mut TextScratch,
        words: impl IntoIterator<Item = QueryWord<'w>>,
        k: usize,
        allow: Option<&[u32]>,
    ) -> Result<&'s [TextHit], Error> {
        let Self { dictionary, segments, tail, .. } = self;
        scratch.terms.clear();
        for word in words {
            query::add_word(scratch, dictionary, segments, tail, word)?;
        }
        let scoring = Scoring::new(self.options.k1, self.options.b, self.rows, self.lengths);
        scratch.search(&Sources { segments, tail, scoring, allow }, k)
    }

    /// The words that took part in the last search of the scratch: the words of the query that some
    /// row has, and the words that count for a prefix or a typo.
    pub fn words<'a>(&'a self, scratch: &'a TextScratch) -> impl Iterator<Item = &'a [u8]> {
        scratch.terms.iter().map(|term| self.dictionary.word(term.term))
    }

    /// The number of rows with words.
    #[must_use]
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Bytes of memory.
    #[must_use]
    pub fn memory(&self) -> usize {
        let segments: usize = self.segments.iter().map(Segment::memory).sum();
        let lists = 8 * self.places.capacity() + 4 * (self.frequencies.capacity() + self.terms.capacity());
        let merge = self.merge.as_ref().map_or(0, Merge::memory);
        self.dictionary.memory() + segments + self.tail.memory() + merge + lists
    }

    /// As [`TextIndex::new`]. No segment gets a number below `first`.
    #[must_use]
    pub fn with_segments_from(options: TextOptions, first: u32) -> Self {
        Self { tail_id: first, next_id: first + 1, ..Self::new(options) }
    }

    fn merge_due(&mut self, postings: u32, purges: bool) -> Result<bool, Error> {
        let mut merge = match self.merge.take() {
            Some(merge) => merge,
            None => match Merge::due(&self.segments, purges)? {
                Some(merge) => merge,
                None => return Ok(false),
            },
        };
        if merge.step(&self.segments, postings as usize)? {
            self.merge = Some(merge);
            return Ok(true);
        }
        let id = self.new_id();
        if let Some(segment) = merge.finish(&mut self.segments, id) {
            for (row, &slot) in (0..).zip(&segment.rows.slots) {
                if segment.rows.is_live(row) {
                    self.places[slot as usize] = Place { segment: id, row };
                }
            }
        }
        Ok(true)
    }

    fn segment(&self, id: u32) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.id == id)
    }

    /// Counts a word of the row that is added.
    fn count(&mut self, word: &[u8], weight: u32) -> Result<(), Error> {
        let term = self.dictionary.intern(word)?;
        let at = term as usize;
        if at >= self.frequencies.len() {
            // A segment that was read may have brought many terms.
            self.frequencies.try_reserve(at + 1 - self.frequencies.len())?;
            self.frequencies.resize(at + 1, 0);
        }
        if self.frequencies[at] == 0 {
            self.terms.try_reserve(1)?;
            self.terms.push(term);
        }
        self.frequencies[at] = self.frequencies[at].saturating_add(weight.max(1));
        Ok(())
    }

    /// Adds the row whose words have been counted, and forgets the counts.
    fn end_row(&mut self, slot: u32, order: u64, counted: Result<(), Error>) -> Result<(), Error> {
        let added = counted.and_then(|()| self.add_counted(slot, order));
        self.terms.iter().for_each(|&term| self.frequencies[term as usize] = 0);
        self.terms.clear();
        added
    }

    fn add_counted(&mut self, slot: u32, order: u64) -> Result<(), Error> {
        if self.terms.is_empty() {
            return Ok(());
        }
        let slots = slot as usize + 1;
        self.places.try_reserve(slots.saturating_sub(self.places.len()))?;
        self.segments.try_reserve(1)?;
        self.tail.reserve(self.terms.len(), self.dictionary.len())?;
        if self.places.len() < slots {
            self.places.resize(slots, NOWHERE);
        }
        let words = self.terms.iter().map(|&term| (term, self.frequencies[term as usize]));
        let row = self.tail.push(slot, order, words);
        self.places[slot as usize] = Place { segment: self.tail_id, row };
        self.rows += 1;
        self.lengths += u64::from(self.tail.rows.lengths[row as usize]);
        if self.tail.is_full() {
            // Without memory for a segment, the tail goes on. The next row tries again.
            if let Ok(segment) = self.tail.seal(self.tail_id) {
                self.segments.push(segment);
                self.tail_id = self.new_id();
            }
        }
        Ok(())
    }

    fn new_id(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id - 1
    }
}

#[cfg(test)]
mod tests;
