//! The newest rows, as they came: each row with its words. Some thousands of words become a
//! segment at a time.

use super::rows::Rows;
use super::segment::{Posting, Segment, Writer};
use crate::Error;

/// The words of a tail that becomes a segment. A search looks at every word of the tail.
const MOST_ENTRIES: usize = 1 << 15;
/// The rows of a tail that becomes a segment.
const MOST_ROWS: u32 = 1 << 13;
/// Bits of a term that a pass of sorting looks at.
const DIGIT: u32 = 11;

/// A word of a row.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Entry {
    pub(crate) term: u32,
    pub(crate) posting: Posting,
}

#[derive(Debug, Default)]
pub(crate) struct Tail {
    pub(crate) rows: Rows,
    /// The words of all rows, row by row. A row has each word once.
    entries: Vec<Entry>,
    /// By row: the place behind the last word of the row.
    ends: Vec<u32>,
    /// By term: the number of live rows with the term.
    counts: Vec<u32>,
}

impl Tail {
    pub(crate) fn is_full(&self) -> bool {
        self.entries.len() >= MOST_ENTRIES || self.rows.len() >= MOST_ROWS
    }

    /// Makes room for a row with so many words, all of them terms below `terms`.
    pub(crate) fn reserve(&mut self, words: usize, terms: u32) -> Result<(), Error> {
        self.rows.reserve(1)?;
        self.entries.try_reserve(words)?;
        self.ends.try_reserve(1)?;
        let more = (terms as usize).saturating_sub(self.counts.len());
        self.counts.try_reserve(more)?;
        self.counts.resize(self.counts.len() + more, 0);
        Ok(())
    }

    /// Adds a row. There is room.
    pub(crate) fn push(&mut self, slot: u32, order: u64, words: impl Iterator<Item = (u32, u32)>) -> u32 {
        let row = self.rows.len();
        let mut length = 0u32;
        for (term, frequency) in words {
            length = length.saturating_add(frequency);
            self.counts[term as usize] += 1;
            self.entries.push(Entry { term, posting: Posting { row, frequency } });
        }
        self.rows.push(slot, length, order);
        self.ends.push(self.entries.len() as u32);
        row
    }

    pub(crate) fn remove(&mut self, row: u32) {
        let start = if row == 0 { 0 } else { self.ends[row as usize - 1] };
        for entry in &self.entries[start as usize..self.ends[row as usize] as usize] {
            self.counts[entry.term as usize] -= 1;
        }
        self.rows.remove(row);
    }

    /// The number of live rows with the term.
    pub(crate) fn count(&self, term: u32) -> u32 {
        self.counts.get(term as usize).copied().unwrap_or(0)
    }

    /// The words of all rows, row by row.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Makes a segment of all rows, and begins again. A failure changes nothing.
    pub(crate) fn seal(&mut self, id: u32) -> Result<Segment, Error> {
        let sorted = self.by_term()?;
        let mut writer = Writer::default();
        let mut list = Vec::new();
        for entries in sorted.chunk_by(|a, b| a.term == b.term) {
            list.clear();
            list.try_reserve(entries.len())?;
            list.extend(entries.iter().map(|entry| entry.posting));
            writer.push(entries[0].term, &list, &self.rows.lengths)?;
        }
        let rows = std::mem::take(&mut self.rows);
        self.entries.iter().for_each(|entry| self.counts[entry.term as usize] = 0);
        self.entries.clear();
        self.ends.clear();
        Ok(writer.finish(id, rows))
    }

    /// The words by term, and the words of a term by row. Sorts by digits, since the words come row
    /// by row already.
    fn by_term(&self) -> Result<Vec<Entry>, Error> {
        let mut from = Vec::new();
        from.try_reserve_exact(self.entries.len())?;
        from.extend_from_slice(&self.entries);
        let mut to = Vec::new();
        to.try_reserve_exact(from.len())?;
        to.resize(from.len(), Entry::default());
        let mut shift = 0;
        while self.counts.len().saturating_sub(1) >> shift > 0 {
            let digit = |entry: &Entry| (entry.term >> shift) as usize & ((1 << DIGIT) - 1);
            let mut starts = [0u32; (1 << DIGIT) + 1];
            from.iter().for_each(|entry| starts[digit(entry) + 1] += 1);
            (0..1 << DIGIT).for_each(|i| starts[i + 1] += starts[i]);
            for entry in &from {
                let start = &mut starts[digit(entry)];
                to[*start as usize] = *entry;
                *start += 1;
            }
            std::mem::swap(&mut from, &mut to);
            shift += DIGIT;
        }
        Ok(from)
    }

    pub(crate) fn memory(&self) -> usize {
        let entries = self.entries.capacity() * size_of::<Entry>();
        self.rows.memory() + entries + 4 * (self.ends.capacity() + self.counts.capacity())
    }
}
