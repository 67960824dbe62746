//! Sparse vectors in the place of words: an index of a vector is a word, and the value of the index
//! is the weight of the word.

use super::scoring::{Dot, QueryTerm};
use super::search::{Sources, TextHit, TextScratch};
use super::{Dictionary, TextIndex};
use crate::Error;

/// The bytes of an index as a word. No byte is a newline, as in every word.
const WORD: usize = 5;

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
        scratch.terms.clear();
        for pair in checked(vector) {
            if let Some(term) = term_of(dictionary, pair?) {
                scratch.terms.try_reserve(1)?;
                scratch.terms.push(term);
            }
        }
        scratch.search(&Sources { segments, tail, scoring: Dot, allow }, k)
    }
}

/// The pairs with a value above 0. An error if the indices do not ascend, or a value is no number
/// from 0.
fn checked(vector: impl IntoIterator<Item = (u32, f32)>) -> impl Iterator<Item = Result<(u32, f32), Error>> {
    let mut next = 0u64;
    vector.into_iter().enumerate().filter_map(move |(at, (index, value))| {
        if u64::from(index) < next || !value.is_finite() || value < 0.0 {
            return Some(Err(Error::InvalidSparse { at }));
        }
        next = u64::from(index) + 1;
        (value > 0.0).then_some(Ok((index, value)))
    })
}

/// The term of an index. None if no row ever had the index.
fn term_of(dictionary: &Dictionary, (index, value): (u32, f32)) -> Option<QueryTerm> {
    let term = dictionary.find(&word_of(index))?;
    Some(QueryTerm { term, weight: f64::from(value), rows: 0 })
}

/// Seven bits of the index in each byte, the lowest bits first.
fn word_of(index: u32) -> [u8; WORD] {
    [0, 7, 14, 21, 28].map(|shift| (index >> shift) as u8 | 0x80)
}

#[cfg(test)]
mod tests;
