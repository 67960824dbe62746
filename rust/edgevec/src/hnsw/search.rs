//! Walking the graph.

use super::graph::Graph;
use super::pool::Pool;
use crate::bitset::Bitset;
use crate::rows::Rows;

/// The memory of a search, used again by the next one. One a thread; searches share nothing else.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) pool: Pool,
    visited: Bitset,
    slots: Vec<u32>,
    distances: Vec<f32>,
    evaluations: u64,
    pub(crate) query: Vec<f32>,
    pub(crate) hits: Vec<crate::Hit>,
}

impl Scratch {
    /// Distance evaluations made with this scratch so far.
    #[must_use]
    pub fn evaluations(&self) -> u64 {
        self.evaluations
    }

    /// Starts a walk over slots below `slots` that keeps the nearest `limit`.
    pub(crate) fn begin(&mut self, limit: usize, slots: u32) -> Result<(), crate::Error> {
        self.pool.reset(limit);
        self.visited.clear();
        self.visited.reserve(slots as usize)
    }

    /// Scores every slot not met before in this walk, and pools it; it counts if `counts` has it.
    #[inline(always)]
    pub(crate) fn visit(&mut self, rows: &Rows, query: &[f32], slots: impl Iterator<Item = u32>, counts: &Bitset) {
        self.slots.clear();
        self.distances.clear();
        for slot in slots {
            if self.visited.insert(slot) {
                self.slots.push(slot);
            }
        }
        rows.score(query, &self.slots, &mut self.distances);
        self.evaluations += self.slots.len() as u64;
        for (&slot, &distance) in self.slots.iter().zip(&self.distances) {
            if self.pool.admits(distance) {
                self.pool.insert(distance, slot, counts.contains(slot));
            }
        }
    }

    /// Whether a slot has not been met before in this walk; from now on it has.
    pub(super) fn meet(&mut self, slot: u32) -> bool {
        self.visited.insert(slot)
    }

    /// Others with their distances to a stored row, nearest first. Uses the pool.
    pub(super) fn rank(&mut self, rows: &Rows, slot: u32, others: &[u32], ranked: &mut Vec<(u32, f32)>) {
        self.distances.clear();
        rows.score(rows.stored(slot), others, &mut self.distances);
        self.evaluations += others.len() as u64;
        self.pool.reset(others.len());
        for (&other, &distance) in others.iter().zip(&self.distances) {
            self.pool.insert(distance, other, true);
        }
        ranked.clear();
        ranked.extend(self.pool.nearest());
    }

    /// Whether a row is nearer to one of `others` than `distance`, or as near.
    pub(super) fn any_within(&mut self, rows: &Rows, slot: u32, others: &[u32], distance: f32) -> bool {
        others.chunks(crate::kernels::BATCH).any(|batch| {
            self.distances.clear();
            rows.score(rows.stored(slot), batch, &mut self.distances);
            self.evaluations += batch.len() as u64;
            self.distances.iter().any(|&other| other <= distance)
        })
    }
}

impl Graph {
    /// Fills the scratch's pool with the nearest nodes to a laid-out query that `counts` holds.
    ///
    /// The walk goes on through nodes that do not count. `scratch.begin` comes first.
    pub(crate) fn search(&self, rows: &Rows, query: &[f32], counts: &Bitset, scratch: &mut Scratch) {
        if let Some(entry) = self.descend(rows, query, 0, scratch) {
            self.walk(rows, query, entry, 0, counts, scratch);
        }
    }

    /// The nearest node found on the level above `level` by going downhill from the entry point.
    pub(super) fn descend(&self, rows: &Rows, query: &[f32], level: usize, scratch: &mut Scratch) -> Option<u32> {
        let mut nearest = self.entry?;
        let mut distance = f32::INFINITY;
        for level in (level + 1..self.levels()).rev() {
            loop {
                scratch.slots.clear();
                scratch.slots.extend(self.links(nearest, level));
                if distance == f32::INFINITY {
                    scratch.slots.push(nearest);
                }
                scratch.distances.clear();
                rows.score(query, &scratch.slots, &mut scratch.distances);
                scratch.evaluations += scratch.slots.len() as u64;
                let before = nearest;
                for (&slot, &other) in scratch.slots.iter().zip(&scratch.distances) {
                    if other < distance {
                        (nearest, distance) = (slot, other);
                    }
                }
                if nearest == before {
                    break;
                }
            }
        }
        Some(nearest)
    }

    /// Best-first search of one level from `entry`, until no node in the pool is left to expand.
    pub(super) fn walk(
        &self,
        rows: &Rows,
        query: &[f32],
        entry: u32,
        level: usize,
        counts: &Bitset,
        scratch: &mut Scratch,
    ) {
        scratch.visit(rows, query, std::iter::once(entry), counts);
        while let Some(slot) = scratch.pool.expand_next() {
            scratch.visit(rows, query, self.links(slot, level), counts);
        }
    }
}
