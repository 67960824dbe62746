//! The pairs of sparse vectors, each index as a word, and the query of a search.

use super::dictionary::Dictionary;
use crate::Error;

/// Rows whose sums are made at a time: the sums fit into the fastest cache of a processor.
pub(crate) const WINDOW: u32 = 1 << 11;
/// The bytes of an index as a word. No byte is a newline, as in every word.
const WORD: usize = 5;

/// The memory of a search by a sparse vector.
#[derive(Debug, Default)]
pub(crate) struct SparseScratch {
    /// The terms of the query, in ascending order of their indices.
    pub(crate) terms: Vec<u32>,
    /// By term: the value of the query. 0 for a term that is not in the query.
    pub(crate) values: Vec<f64>,
    /// By row of the window. All 0 between two windows.
    pub(crate) sums: Vec<f64>,
}

impl SparseScratch {
    /// Takes the query. Indices that no row ever had are left out.
    pub(crate) fn fill(
        &mut self,
        dictionary: &Dictionary,
        vector: impl IntoIterator<Item = (u32, f32)>,
    ) -> Result<(), Error> {
        let terms = dictionary.len() as usize;
        self.values.try_reserve(terms.saturating_sub(self.values.len()))?;
        self.values.resize(terms.max(self.values.len()), 0.0);
        self.sums.try_reserve((WINDOW as usize).saturating_sub(self.sums.len()))?;
        self.sums.resize(WINDOW as usize, 0.0);
        for pair in checked(vector) {
            let (index, value) = pair?;
            if let Some(term) = dictionary.find(&word_of(index)) {
                self.terms.try_reserve(1)?;
                self.terms.push(term);
                self.values[term as usize] = f64::from(value);
            }
        }
        Ok(())
    }

    /// Also after a search without memory, which may have left sums behind.
    pub(crate) fn clear(&mut self) {
        self.sums.fill(0.0);
        self.terms.drain(..).for_each(|term| self.values[term as usize] = 0.0);
    }
}

/// The pairs with a value above 0. An error if the indices do not ascend, or a value is no number
/// from 0.
pub(crate) fn checked(vector: impl IntoIterator<Item = (u32, f32)>) -> impl Iterator<Item = Result<(u32, f32), Error>> {
    let mut next = 0u64;
    vector.into_iter().enumerate().filter_map(move |(at, (index, value))| {
        if u64::from(index) < next || !value.is_finite() || value < 0.0 {
            return Some(Err(Error::InvalidSparse { at }));
        }
        next = u64::from(index) + 1;
        (value > 0.0).then_some(Ok((index, value)))
    })
}

/// Seven bits of the index in each byte, the lowest bits first.
pub(crate) fn word_of(index: u32) -> [u8; WORD] {
    [0, 7, 14, 21, 28].map(|shift| (index >> shift) as u8 | 0x80)
}
