//! Walking the graph.

use super::graph::Graph;
use super::pool::Pool;
use crate::bitset::Bitset;
use crate::rows::Rows;
use crate::{Error, Hit};

/// The memory of a search, used again by the next one. One a thread; searches share nothing else.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(crate) pool: Pool,
    visited: Bitset,
    slots: Vec<u32>,
    distances: Vec<f32>,
    evaluations: u64,
    pub(crate) query: Vec<f32>,
    pub(crate) hits: Vec<Hit>,
}

impl Scratch {
    /// Distance evaluations made with this scratch so far.
    #[must_use]
    pub fn evaluations(&self) -> u64 {
        self.evaluations
    }

    /// Makes room for walks over slots below `slots`.
    pub(crate) fn reserve(&mut self, slots: u32) -> Result<(), Error> {
        self.visited.reserve(slots as usize)
    }

    /// Starts a walk over slots below `slots` that keeps the nearest `limit`.
    pub(crate) fn begin(&mut self, limit: usize, slots: u32) -> Result<(), Error> {
        self.visited.clear();
        self.reserve(slots)?;
        self.pool.reset(limit)
    }

    /// Scores slots; what they were and how far is left for [`scored`](Self::scored).
    #[inline(always)]
    pub(crate) fn score(&mut self, rows: &Rows, query: &[f32], slots: impl Iterator<Item = u32>) {
        self.slots.clear();
        self.slots.extend(slots);
        self.distances.clear();
        rows.score(query, &self.slots, &mut self.distances);
        self.evaluations += self.slots.len() as u64;
    }

    /// The slots scored last, with their distances.
    #[inline(always)]
    pub(crate) fn scored(&self) -> impl Iterator<Item = (u32, f32)> + '_ {
        self.slots.iter().copied().zip(self.distances.iter().copied())
    }

    /// Scores every slot not met before in this walk, and pools it; it counts if `counts` has it.
    #[inline(always)]
    pub(crate) fn visit(&mut self, rows: &Rows, query: &[f32], slots: impl Iterator<Item = u32>, counts: &Bitset) {
        let mut visited = std::mem::take(&mut self.visited);
        self.score(rows, query, slots.filter(|&slot| visited.insert(slot)));
        self.visited = visited;
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
        self.pool.reset(others.len()).expect("some hundred entries");
        self.score(rows, rows.stored(slot), others.iter().copied());
        for (&other, &distance) in self.slots.iter().zip(&self.distances) {
            self.pool.insert(distance, other, true);
        }
        ranked.clear();
        ranked.extend(self.pool.nearest());
    }

    /// Whether a row is nearer to one of `others` than `distance`, or as near.
    pub(super) fn any_within(&mut self, rows: &Rows, slot: u32, others: &[u32], distance: f32) -> bool {
        others.chunks(crate::kernels::BATCH).any(|batch| {
            self.score(rows, rows.stored(slot), batch.iter().copied());
            self.distances.iter().any(|&other| other <= distance)
        })
    }
}

impl Graph {
    /// Fills the scratch's pool with the nearest nodes to a laid-out query that `counts` holds. `scratch.begin` comes first.
    ///
    /// The walk goes on through nodes that do not count. False if it has been given up after `patience` evaluations, because too
    /// many of those lay around the query.
    pub(crate) fn search(
        &self,
        rows: &Rows,
        query: &[f32],
        counts: &Bitset,
        patience: u64,
        scratch: &mut Scratch,
    ) -> bool {
        let until = scratch.evaluations + patience;
        let Some(entry) = self.descend(rows, query, 0, scratch) else { return true };
        scratch.visit(rows, query, std::iter::once(entry), counts);
        self.walk(rows, query, 0, counts, until, scratch)
    }

    /// The nearest node found on the levels above `floor` by going downhill from the entry point.
    pub(super) fn descend(&self, rows: &Rows, query: &[f32], floor: usize, scratch: &mut Scratch) -> Option<u32> {
        let mut nearest = self.entry?;
        if self.levels() <= floor + 1 {
            return Some(nearest);
        }
        scratch.score(rows, query, std::iter::once(nearest));
        let mut distance = scratch.distances[0];
        for level in (floor + 1..self.levels()).rev() {
            loop {
                scratch.score(rows, query, self.links(nearest, level));
                let before = nearest;
                for (slot, other) in scratch.scored() {
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

    /// Best-first search of one level from what has been visited, until no node worth expanding is left: true. False, and it can be
    /// called again to go on, once the scratch has made `until` evaluations.
    pub(super) fn walk(
        &self,
        rows: &Rows,
        query: &[f32],
        level: usize,
        counts: &Bitset,
        until: u64,
        scratch: &mut Scratch,
    ) -> bool {
        while scratch.evaluations < until {
            let Some(slot) = scratch.pool.expand_next() else { return true };
            scratch.visit(rows, query, self.links(slot, level), counts);
        }
        false
    }
}
