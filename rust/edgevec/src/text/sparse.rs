//! Sparse vectors in the place of words: an index of a vector is a word, and the value of the index
//! is the weight of the word. A posting has the bits of the value in place of a frequency.
//!
//! A query has dozens of indices, and most of them are in many rows: no row can be ruled out by the
//! limits of the lists (MaxScore). A search therefore reads the lists one after the other, for some
//! thousand rows at a time, and adds the products to a sum for each row. The lists come in the
//! ascending order of their indices, so a row has the same sum whatever the segments.

use super::TextIndex;
use super::pairs::{SparseScratch, WINDOW, checked, word_of};
use super::search::{Best, TextHit, TextScratch, is_allowed};
use super::segment::{Cursor, Segment};
use super::tail::Tail;
use crate::Error;

impl TextIndex {
    /// Sets the sparse vector of the row of a slot, in place of an earlier vector: pairs of an
    /// index and its value. A pair with the value 0 has no effect, and a row without other pairs is
    /// removed.
    ///
    /// `order` is as for [`TextIndex::add`].
    ///
    /// # Errors
    /// [`Error::InvalidSparse`], [`Error::OutOfMemory`]. The slot then has no vector.
    pub fn add_sparse(
        &mut self,
        slot: u32,
        order: u64,
        vector: impl IntoIterator<Item = (u32, f32)>,
    ) -> Result<(), Error> {
        self.remove(slot);
        let counted = checked(vector).try_for_each(|pair| {
            let (index, value) = pair?;
            self.count(&word_of(index), value.to_bits())
        });
        self.end_row(slot, order, counted)
    }

    /// The `k` rows with the highest dot product with a sparse vector, the best first. Only rows
    /// that have a value above 0 at an index with a value above 0. `allow` is as for
    /// [`TextIndex::search`].
    ///
    /// A score is the sum of the products in ascending order of the indices, in 64-bit floats. Each
    /// product is exact.
    ///
    /// # Errors
    /// [`Error::InvalidSparse`], [`Error::OutOfMemory`].
    pub fn search_sparse<'s>(
        &self,
        scratch: &'s mut TextScratch,
        vector: impl IntoIterator<Item = (u32, f32)>,
        k: usize,
        allow: Option<&[u32]>,
    ) -> Result<&'s [TextHit], Error> {
        let Self { dictionary, segments, tail, .. } = self;
        let mut search = Search { best: Best::new(k), allow };
        let found = scratch.sparse.fill(dictionary, vector);
        let found = found.and_then(|()| search.run(&mut scratch.sparse, segments, tail));
        scratch.sparse.clear();
        found?;
        scratch.take(search.best, |bits| f64::from_bits(bits as u64))
    }
}

struct Search<'a> {
    /// The keys of the scores are the bits of floats from 0 on. Such bits are in the order of the
    /// floats.
    best: Best,
    allow: Option<&'a [u32]>,
}

impl Search<'_> {
    fn run(&mut self, scratch: &mut SparseScratch, segments: &[Segment], tail: &Tail) -> Result<(), Error> {
        for segment in segments {
            self.read(segment, scratch)?;
        }
        self.scan(tail, &scratch.values)
    }

    fn read(&mut self, segment: &Segment, scratch: &mut SparseScratch) -> Result<(), Error> {
        let SparseScratch { terms, values, sums } = scratch;
        let mut lists = Vec::new();
        lists.try_reserve_exact(terms.len())?;
        lists.extend(terms.iter().filter_map(|&term| {
            let list = segment.list_of(term)?;
            Some(List { cursor: segment.cursor(list), value: values[term as usize], at: 0 })
        }));
        if lists.is_empty() {
            return Ok(());
        }
        let rows = &segment.rows;
        for first in (0..rows.len()).step_by(WINDOW as usize) {
            let end = rows.len().min(first.saturating_add(WINDOW));
            lists.iter_mut().for_each(|list| list.add(first, end, sums));
            for (row, sum) in (first..end).zip(sums.iter_mut()) {
                let score = std::mem::take(sum);
                if score > 0.0 && rows.is_live(row) {
                    self.offer(score, rows.orders[row as usize], rows.slots[row as usize])?;
                }
            }
        }
        Ok(())
    }

    /// Looks at every index of the tail. The indices of a row ascend.
    fn scan(&mut self, tail: &Tail, values: &[f64]) -> Result<(), Error> {
        for entries in tail.entries().chunk_by(|a, b| a.posting.row == b.posting.row) {
            let row = entries[0].posting.row;
            let score = entries.iter().fold(0.0, |sum, entry| {
                sum + values[entry.term as usize] * f64::from(f32::from_bits(entry.posting.frequency))
            });
            if score > 0.0 && tail.rows.is_live(row) {
                self.offer(score, tail.rows.orders[row as usize], tail.rows.slots[row as usize])?;
            }
        }
        Ok(())
    }

    fn offer(&mut self, score: f64, order: u64, slot: u32) -> Result<(), Error> {
        let key = score.to_bits() as i64;
        if key < self.best.threshold() || !is_allowed(self.allow, slot) {
            return Ok(());
        }
        self.best.offer(key, order, slot)
    }
}

/// The list of an index, from the first row that has not been read.
struct List<'a> {
    cursor: Cursor<'a>,
    /// The value of the index in the query.
    value: f64,
    /// The place in the present block.
    at: usize,
}

impl List<'_> {
    /// Adds the products of the rows from `first` to `end`. Each product is exact: a product of two
    /// 32-bit floats fits into a 64-bit float.
    fn add(&mut self, first: u32, end: u32, sums: &mut [f64]) {
        while !self.cursor.is_over() {
            let (rows, bits) = self.cursor.postings();
            let count = rows[self.at..].partition_point(|&row| row < end);
            let next = self.at + count;
            for (&row, &bits) in rows[self.at..next].iter().zip(&bits[self.at..next]) {
                sums[(row - first) as usize] += self.value * f64::from(f32::from_bits(bits));
            }
            if next < rows.len() {
                self.at = next;
                return;
            }
            self.cursor.next_block();
            self.at = 0;
        }
    }
}

#[cfg(test)]
mod tests;
