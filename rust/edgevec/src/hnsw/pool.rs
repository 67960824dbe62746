//! The nearest nodes a walk has met, and the ones it has still to expand.
//!
//! Nodes that count are one sorted array, bounded: the result. Nodes that do not (tombstones, hidden rows) are walked through like any
//! other but wait in a heap beside it, so that they take no place of those that do, however many they are.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::Error;
use crate::key::{EXPANDED, Key, distance_of, key, slot_of};

#[derive(Debug, Default)]
pub(crate) struct Pool {
    nearest: Vec<Key>,
    limit: usize,
    /// Everything of `nearest` before this place has been expanded.
    next: usize,
    passing: BinaryHeap<Reverse<Key>>,
}

impl Pool {
    /// Empties the pool, for at most `limit` nodes that count.
    pub(crate) fn reset(&mut self, limit: usize) -> Result<(), Error> {
        self.nearest.clear();
        self.nearest.try_reserve(limit)?;
        self.passing.clear();
        self.limit = limit;
        self.next = 0;
        Ok(())
    }

    /// Whether a node at this distance is worth keeping. A tie is settled by slot in `insert`.
    #[inline(always)]
    pub(crate) fn admits(&self, distance: f32) -> bool {
        self.nearest.len() < self.limit || self.nearest.last().is_some_and(|&last| distance <= distance_of(last))
    }

    pub(crate) fn insert(&mut self, distance: f32, slot: u32, counts: bool) {
        let key = key(distance, slot);
        if !counts {
            self.passing.push(Reverse(key));
            return;
        }
        let at = self.nearest.partition_point(|&other| other < key);
        if at == self.limit {
            return;
        }
        if self.nearest.len() == self.limit {
            self.nearest.pop();
        }
        self.nearest.insert(at, key);
        self.next = self.next.min(at);
    }

    /// The nearest node not expanded yet, which from now on is. None where no such node is near enough to matter.
    #[inline]
    pub(crate) fn expand_next(&mut self) -> Option<u32> {
        while self.nearest.get(self.next).is_some_and(|&key| key & EXPANDED != 0) {
            self.next += 1;
        }
        let counting = self.nearest.get(self.next).copied();
        if let Some(&Reverse(passing)) = self.passing.peek()
            && counting.is_none_or(|counting| passing < counting)
        {
            self.passing.pop();
            return self.admits(distance_of(passing)).then_some(slot_of(passing));
        }
        self.nearest.get_mut(self.next).map(|key| {
            *key |= EXPANDED;
            slot_of(*key)
        })
    }

    /// Likely the node to be expanded after the one that has just been.
    #[inline(always)]
    pub(crate) fn peek_next(&self) -> Option<u32> {
        self.nearest.get(self.next + 1).map(|&key| slot_of(key))
    }

    /// The nodes that count, nearest first.
    pub(crate) fn nearest(&self) -> impl Iterator<Item = (u32, f32)> + '_ {
        self.nearest.iter().map(|&key| (slot_of(key), distance_of(key)))
    }

    pub(crate) fn len(&self) -> usize {
        self.nearest.len()
    }

    /// Lends the array of what counts, to be filled in another way than by `insert`.
    pub(crate) fn array(&mut self) -> &mut Vec<Key> {
        &mut self.nearest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(limit: usize) -> Pool {
        let mut pool = Pool::default();
        pool.reset(limit).unwrap();
        pool
    }

    fn expanded(pool: &mut Pool) -> Vec<u32> {
        std::iter::from_fn(|| pool.expand_next()).collect()
    }

    #[test]
    fn only_nodes_that_count_are_bounded() {
        let mut pool = pool(2);
        for (slot, distance, counts) in
            [(1, 1.0, true), (2, 5.0, false), (3, 2.0, true), (4, 1.5, true), (5, 1.2, false)]
        {
            assert!(pool.admits(distance));
            pool.insert(distance, slot, counts);
        }
        assert_eq!(pool.nearest().collect::<Vec<_>>(), [(1, 1.0), (4, 1.5)]);
        assert!(pool.admits(1.5) && !pool.admits(1.6));
        // What counts and what does not is expanded in order of distance, as far as the farthest that counts.
        assert_eq!(expanded(&mut pool), [1, 5, 4]);
    }

    #[test]
    fn nodes_that_do_not_count_are_expanded_as_long_as_there_is_room() {
        let mut pool = pool(1);
        pool.insert(3.0, 1, false);
        pool.insert(2.0, 2, false);
        assert_eq!(expanded(&mut pool), [2, 1]);
        pool.insert(9.0, 3, true);
        pool.insert(8.0, 4, false);
        assert_eq!(expanded(&mut pool), [4, 3]);
        assert_eq!(pool.len(), 1);
    }

    #[test]
    fn ties_are_broken_by_slot() {
        let mut pool = pool(2);
        for slot in [7, 3, 9, 1] {
            assert!(pool.admits(0.5));
            pool.insert(0.5, slot, true);
        }
        assert_eq!(pool.nearest().map(|(slot, _)| slot).collect::<Vec<_>>(), [1, 3]);
    }
}
