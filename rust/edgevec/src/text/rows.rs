//! The rows of a segment. A row of a segment has a number of its own, from 0, in the order of
//! coming: lists of postings only ever grow at the end.

use crate::Error;
use crate::bitset::Bitset;

#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// By row: the slot.
    pub(crate) slots: Vec<u32>,
    /// By row: the number of words, each counted as often as the weight of its field says.
    pub(crate) lengths: Vec<u32>,
    /// By row: the place in the order of insertion.
    pub(crate) orders: Vec<u64>,
    removed: Bitset,
    removed_count: u32,
}

impl Rows {
    pub(crate) fn len(&self) -> u32 {
        self.slots.len() as u32
    }

    /// The number of rows that are not removed.
    pub(crate) fn live(&self) -> u32 {
        self.len() - self.removed_count
    }

    /// The number of removed rows.
    pub(crate) fn removed(&self) -> u32 {
        self.removed_count
    }

    pub(crate) fn is_live(&self, row: u32) -> bool {
        !self.removed.contains(row)
    }

    /// Makes room for one more row. A failure loses no row.
    pub(crate) fn reserve(&mut self, rows: usize) -> Result<(), Error> {
        self.slots.try_reserve(rows)?;
        self.lengths.try_reserve(rows)?;
        self.orders.try_reserve(rows)?;
        // Twice as much, so that the set seldom grows.
        let all = self.slots.len() + rows;
        if all > self.removed.room() { self.removed.reserve(2 * all) } else { Ok(()) }
    }

    /// Adds a row. There is room.
    pub(crate) fn push(&mut self, slot: u32, length: u32, order: u64) {
        self.slots.push(slot);
        self.lengths.push(length);
        self.orders.push(order);
    }

    /// Removes a row that is not removed yet.
    pub(crate) fn remove(&mut self, row: u32) {
        self.removed.insert(row);
        self.removed_count += 1;
    }

    pub(crate) fn memory(&self) -> usize {
        4 * (self.slots.capacity() + self.lengths.capacity()) + 8 * self.orders.capacity() + self.removed.bytes()
    }
}
