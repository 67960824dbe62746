//! The nearest nodes a walk has met, and the nodes the walk has still to expand.
//!
//! Nodes that count are in a sorted, bounded array: the result. A walk also goes through nodes that
//! do not count (tombstones, hidden rows). These nodes wait in a heap beside the array, and take no
//! place of a node that counts, however many they are.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::reach::Reach;
use crate::Error;
use crate::key::{EXPANDED, Key, MAX_SLOTS, distance_of, key, slot_of};

#[derive(Debug, Default)]
pub(crate) struct Pool {
    nearest: Vec<Key>,
    limit: usize,
    /// How many of `nearest` count against the limit. Without `spread` all nodes count, with
    /// `spread` one node of each distance.
    counted: usize,
    spread: bool,
    /// Slots at one distance come in the order of the slot number XOR this mask.
    mask: u32,
    /// Every node of `nearest` before this place has been expanded.
    next: usize,
    passing: BinaryHeap<Reverse<Key>>,
    reach: Reach,
}

impl Pool {
    /// Empties the pool, for at most `limit` nodes that count.
    pub(crate) fn reset(&mut self, limit: usize) -> Result<(), Error> {
        self.nearest.clear();
        self.nearest.try_reserve(limit)?;
        self.passing.clear();
        self.limit = limit;
        self.counted = 0;
        self.spread = false;
        self.mask = 0;
        self.next = 0;
        self.reach.reset();
        Ok(())
    }

    /// As [`reset`](Self::reset), for the nearest `limit` nodes and as many more as the pool needs
    /// for `limit` different distances. Copies of one vector then crowd out each other, not the
    /// rows beyond the copies. Beyond the nearest `limit` nodes the pool has one node of each
    /// distance, and less than twice `limit` nodes in all.
    pub(crate) fn reset_spread(&mut self, limit: usize) -> Result<(), Error> {
        self.reset(limit)?;
        self.nearest.try_reserve(limit.saturating_mul(2))?;
        self.spread = true;
        Ok(())
    }

    /// Lets the walk expand only as many nodes that count as a filtered search for `k` needs.
    /// `share` is the share of the nodes that count. The pool must be empty.
    pub(crate) fn narrow(&mut self, k: usize, ef: usize, share: f32) {
        self.reach.begin(k, ef, share);
    }

    /// Lets the walk end when the nearest `width` nodes that count are expanded. The walk can go on
    /// from there, after another call.
    pub(crate) fn stop_at(&mut self, width: usize) {
        self.reach.stop_at(width);
    }

    /// Lets the pool keep more nodes that count, from now on.
    pub(crate) fn raise_limit(&mut self, limit: usize) -> Result<(), Error> {
        self.nearest.try_reserve(limit.saturating_mul(2))?;
        self.limit = limit;
        Ok(())
    }

    /// The number of nodes that wait, do not count, and will be expanded unless nearer nodes that
    /// count turn up.
    pub(crate) fn pending(&self) -> usize {
        let farthest = self.farthest_needed();
        self.passing.iter().filter(|passing| farthest.is_none_or(|farthest| passing.0 <= farthest)).count()
    }

    /// The last of the nodes that count and must be expanded. `None` if there are too few.
    fn farthest_needed(&self) -> Option<Key> {
        let needed = self.limit.min(self.reach.width());
        self.nearest.get(needed.wrapping_sub(1)).copied()
    }

    /// Breaks ties in distance by another order than the slot numbers. The pool must be empty.
    pub(crate) fn shuffle_ties(&mut self, mask: u32) {
        self.mask = mask % MAX_SLOTS;
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// Lets expanded nodes be expanded once more, because a node has other links on another level.
    /// No node that does not count is waiting.
    pub(super) fn expand_anew(&mut self) {
        self.nearest.iter_mut().for_each(|key| *key &= !EXPANDED);
        self.next = 0;
    }

    /// Whether a node at this distance is worth keeping. A tie is settled by slot in `insert`.
    #[inline(always)]
    pub(crate) fn admits(&self, distance: f32) -> bool {
        self.counted < self.limit || self.nearest.last().is_some_and(|&last| distance <= distance_of(last))
    }

    /// As [`insert`](Self::insert), for callers that gain nothing from a copy of its code.
    #[inline(never)]
    pub(crate) fn insert_one(&mut self, distance: f32, slot: u32, counts: bool) {
        self.insert(distance, slot, counts);
    }

    pub(crate) fn insert(&mut self, distance: f32, slot: u32, counts: bool) {
        let key = key(distance, slot ^ self.mask);
        if !counts {
            self.passing.push(Reverse(key));
            return;
        }
        let at = self.nearest.partition_point(|&other| other < key);
        let tie = self.spread && (self.ties(at.wrapping_sub(1), key) || self.ties(at, key));
        let too_far = if tie { at >= self.limit } else { self.counted == self.limit && at == self.nearest.len() };
        if too_far {
            return;
        }
        self.nearest.insert(at, key);
        self.next = self.next.min(at);
        self.counted += usize::from(!tie);
        if self.counted > self.limit {
            self.nearest.pop();
            self.counted -= 1;
        }
        if self.spread && at < self.limit && self.nearest.len() > self.limit {
            self.thin_out();
        }
    }

    /// Whether the node at this place is as far as `key`.
    fn ties(&self, at: usize, key: Key) -> bool {
        self.nearest.get(at).is_some_and(|&other| other >> 32 == key >> 32)
    }

    /// Removes the node that has just been pushed beyond the nearest `limit`, unless the node is
    /// the first of its distance.
    fn thin_out(&mut self) {
        let first =
            self.limit.checked_sub(1).is_none_or(|last| self.nearest[last] >> 32 != self.nearest[self.limit] >> 32);
        if !first {
            self.nearest.remove(self.limit);
        }
    }

    /// Whether the nearest node that counts has been expanded: the walk has come to that node.
    pub(super) fn has_come_to_nearest(&self) -> bool {
        self.nearest.first().is_some_and(|&key| key & EXPANDED != 0)
    }

    /// The nearest node not expanded yet; the pool then marks the node as expanded. `None` if no
    /// such node is near enough to matter.
    pub(crate) fn expand_next(&mut self) -> Option<u32> {
        while self.nearest.get(self.next).is_some_and(|&key| key & EXPANDED != 0) {
            self.next += 1;
        }
        while self.next >= self.reach.width() && self.reach.widen(&self.nearest, self.limit) {}
        let counting = self.nearest.get(self.next).copied().filter(|_| self.next < self.reach.width());
        if let Some(&Reverse(passing)) = self.passing.peek()
            && counting.is_none_or(|counting| passing < counting)
        {
            // Beyond the nearest `limit` nodes the pool may have room for other distances, but not
            // for nodes behind removed rows. If few distances are different, a walk would otherwise
            // go through all removed rows.
            let near = |last| distance_of(passing) <= distance_of(last);
            if self.limit > 0 && self.farthest_needed().is_none_or(near) {
                self.passing.pop();
                self.reach.pass(passing);
                return Some(slot_of(passing) ^ self.mask);
            }
            if !self.reach.is_fixed() {
                self.passing.clear();
            }
        }
        let counting = counting?;
        self.nearest[self.next] |= EXPANDED;
        Some(slot_of(counting) ^ self.mask)
    }

    /// Likely the node to be expanded after the last expanded node.
    #[inline(always)]
    pub(crate) fn peek_next(&self) -> Option<u32> {
        self.nearest.get(self.next + 1).map(|&key| slot_of(key) ^ self.mask)
    }

    /// The nodes that count, nearest first.
    pub(crate) fn nearest(&self) -> impl Iterator<Item = (u32, f32)> + '_ {
        self.nearest.iter().map(|&key| (slot_of(key) ^ self.mask, distance_of(key)))
    }

    pub(crate) fn len(&self) -> usize {
        self.nearest.len()
    }

    /// Lends the array of nodes that count, for callers that fill the array without `insert`.
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
        // The pool expands all nodes in order of distance, up to the farthest node that counts.
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
    fn nodes_that_do_not_count_are_not_expanded_beyond_the_nearest_for_the_sake_of_more_distances() {
        let mut pool = Pool::default();
        pool.reset_spread(3).unwrap();
        (1..4).for_each(|slot| pool.insert(1.0, slot, true));
        pool.insert(2.0, 4, true);
        for (slot, distance) in [(5, 0.5), (6, 1.0), (7, 1.5), (8, 2.0), (9, 3.0)] {
            assert!(pool.admits(distance), "there are two distances of three");
            pool.insert(distance, slot, false);
        }
        assert_eq!(expanded(&mut pool), [5, 1, 2, 3, 6, 4]);
    }

    #[test]
    fn without_a_limit_nothing_is_expanded() {
        let mut pool = pool(0);
        pool.insert(1.0, 1, false);
        assert_eq!(expanded(&mut pool), []);
    }

    #[test]
    fn what_has_been_expanded_is_expanded_anew_on_another_level() {
        let mut pool = pool(2);
        pool.insert(1.0, 1, true);
        pool.insert(2.0, 2, true);
        assert_eq!(expanded(&mut pool), [1, 2]);
        pool.expand_anew();
        pool.insert(0.5, 3, true);
        assert_eq!(expanded(&mut pool), [3, 1]);
    }

    #[test]
    fn copies_take_no_place_of_what_lies_beyond_them() {
        let mut pool = Pool::default();
        pool.reset_spread(3).unwrap();
        let slots = |pool: &Pool| pool.nearest().map(|(slot, _)| slot).collect::<Vec<_>>();
        (1..9).rev().for_each(|slot| pool.insert(1.0, slot, true));
        assert_eq!(slots(&pool), [1, 2, 3], "of one distance as many as without the others");
        for (slot, distance) in [(10, 3.0), (11, 2.0), (12, 2.0), (13, 4.0)] {
            assert_eq!(pool.admits(distance), distance < 4.0);
            pool.insert(distance, slot, true);
        }
        assert_eq!(slots(&pool), [1, 2, 3, 11, 10], "three distances");
        pool.insert(0.5, 20, true);
        assert_eq!(slots(&pool), [20, 1, 2, 11]);
        assert_eq!(expanded(&mut pool), [20, 1, 2, 11]);
        pool.insert(0.5, 21, true);
        pool.insert(0.5, 22, true);
        assert_eq!(slots(&pool), [20, 21, 22, 1, 11]);
        assert_eq!(expanded(&mut pool), [21, 22], "each once");
    }

    #[test]
    fn a_mask_gives_ties_another_order() {
        let mut pool = pool(4);
        pool.shuffle_ties(u32::MAX);
        for (slot, distance) in [(3, 0.5), (9, 0.5), (1, 0.5), (20, 0.25)] {
            pool.insert(distance, slot, true);
        }
        assert_eq!(pool.nearest().map(|(slot, _)| slot).collect::<Vec<_>>(), [20, 9, 3, 1]);
        assert_eq!(expanded(&mut pool), [20, 9, 3, 1]);
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
