//! The slots that wait for the graph, in two queues: rows that a caller waits for, and *postponed*
//! rows that nobody waits for. While rows wait in both queues, a postponed row is linked now and
//! then, so that neither queue stands still.

use std::collections::{TryReserveError, VecDeque};

use crate::bitset::Bitset;

/// While rows wait in both queues, each so many-th linked row is a postponed row.
const SHARE: u32 = 4;
/// A search scans the postponed rows. From this many on, each second linked row is a postponed row.
const MANY: usize = 20_000;

#[derive(Default)]
pub(super) struct Unlinked {
    first: VecDeque<u32>,
    postponed: VecDeque<u32>,
    /// Rows of `first` taken since the last postponed row, counted up to `SHARE`.
    taken: u32,
}

impl Unlinked {
    pub fn len(&self) -> usize {
        self.first.len() + self.postponed.len()
    }

    /// The number of postponed slots.
    pub fn postponed(&self) -> usize {
        self.postponed.len()
    }

    /// The bytes that the queues hold.
    pub fn bytes(&self) -> usize {
        (self.first.capacity() + self.postponed.capacity()) * size_of::<u32>()
    }

    /// Makes room for `count` further slots.
    pub fn try_reserve(&mut self, count: usize) -> Result<(), TryReserveError> {
        self.first.try_reserve(count)
    }

    pub fn push_back(&mut self, slot: u32) {
        self.first.push_back(slot);
    }

    #[cfg(feature = "rayon")]
    pub fn push_front(&mut self, slot: u32) {
        self.first.push_front(slot);
    }

    pub fn extend(&mut self, slots: impl Iterator<Item = u32>) {
        self.first.extend(slots);
    }

    /// Postpones the last `count` slots of the first queue. Without memory the slots stay in the
    /// first queue.
    pub fn postpone(&mut self, count: usize) {
        let from = self.first.len() - count.min(self.first.len());
        if self.postponed.try_reserve(self.first.len() - from).is_ok() {
            self.postponed.extend(self.first.drain(from..));
        }
    }

    /// The next slot to link. Passes over postponed rows that were removed meanwhile: these take no
    /// turn. A call without a slot to link changes nothing, so the order of the slots does not
    /// depend on how often callers ask.
    pub fn pop(&mut self, alive: &Bitset) -> Option<u32> {
        let every = if self.postponed.len() < MANY { SHARE } else { 2 };
        if self.first.is_empty() || self.taken + 1 >= every {
            while let Some(slot) = self.postponed.pop_front() {
                if alive.contains(slot) {
                    self.taken = 0;
                    return Some(slot);
                }
            }
        }
        let slot = self.first.pop_front()?;
        self.taken = (self.taken + 1).min(SHARE);
        Some(slot)
    }

    /// All slots: the first queue, then the postponed slots.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.first.iter().chain(&self.postponed).copied()
    }

    pub fn retain(&mut self, stays: impl Fn(u32) -> bool) {
        self.first.retain(|&slot| stays(slot));
        self.postponed.retain(|&slot| stays(slot));
    }

    pub fn clear(&mut self) {
        self.first.clear();
        self.postponed.clear();
        self.taken = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::{MANY, Unlinked};
    use crate::bitset::Bitset;

    /// Slots below `slots` wait, and the slots from `first` on are postponed. All are alive.
    fn waiting(first: u32, slots: u32) -> (Unlinked, Bitset) {
        let (mut unlinked, mut alive) = (Unlinked::default(), Bitset::default());
        alive.reserve(slots as usize).unwrap();
        (0..slots).for_each(|slot| _ = alive.insert(slot));
        unlinked.extend(0..slots);
        unlinked.postpone((slots - first) as usize);
        (unlinked, alive)
    }

    fn order(unlinked: &mut Unlinked, alive: &Bitset) -> Vec<u32> {
        std::iter::from_fn(|| unlinked.pop(alive)).collect()
    }

    #[test]
    fn rows_that_a_caller_waits_for_take_three_turns_of_four() {
        let (mut unlinked, alive) = waiting(7, 13);
        assert_eq!((unlinked.len(), unlinked.postponed()), (13, 6));
        assert_eq!(order(&mut unlinked, &alive), [0, 1, 2, 7, 3, 4, 5, 8, 6, 9, 10, 11, 12]);
        assert_eq!((unlinked.len(), unlinked.postponed()), (0, 0));
    }

    #[test]
    fn many_postponed_rows_take_every_second_turn() {
        let (mut unlinked, alive) = waiting(3, 3 + MANY as u32 + 1);
        let order: Vec<u32> = (0..4).map_while(|_| unlinked.pop(&alive)).collect();
        assert_eq!(order, [0, 3, 1, 4]);
        // Fewer than `MANY` are left.
        assert_eq!((unlinked.pop(&alive), unlinked.pop(&alive)), (Some(2), Some(5)));
    }

    #[test]
    fn removed_postponed_rows_take_no_turn() {
        let (mut unlinked, mut alive) = waiting(6, 10);
        for slot in [6, 7, 9] {
            alive.remove(slot);
        }
        assert_eq!(order(&mut unlinked, &alive), [0, 1, 2, 8, 3, 4, 5]);
        assert_eq!(unlinked.len(), 0);
    }

    #[test]
    fn asking_an_empty_queue_changes_no_order() {
        let orders = [0, 1, 2, 5].map(|asked| {
            let (mut unlinked, alive) = waiting(9, 9);
            for slot in [0, 1, 2] {
                assert_eq!(unlinked.pop(&alive), Some(slot));
            }
            unlinked.retain(|_| false);
            (0..asked).for_each(|_| assert_eq!(unlinked.pop(&alive), None));
            unlinked.extend(3..9);
            unlinked.postpone(3);
            order(&mut unlinked, &alive)
        });
        // Three rows of the first queue were taken before, so a postponed row has the first turn.
        assert_eq!(orders, [[6, 3, 4, 5, 7, 8]; 4].map(Vec::from));
    }
}
