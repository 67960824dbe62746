//! Walking the graph.

use super::graph::Graph;
use super::search::Scratch;
use crate::bitset::Bitset;
use crate::key::{distance_of, slot_of};
use crate::vectors::{Query, Vectors};

/// The number of nodes a walk follows on the levels above. A walk follows one node for each
/// `EF_A_BEAM` of its width, within `BEAM`. A wide walk follows more nodes, up to `MOST`. Fewer
/// nodes end in the wrong group of rows. If the rows are in no groups, more nodes cost distances
/// without a gain.
const EF_A_BEAM: usize = 10;
const BEAM: (usize, usize) = (2, 4);
const WIDE_EF_A_BEAM: usize = 32;
const MOST: usize = 128;

/// How many nodes a walk of this width follows on the levels above it.
fn beam(ef: usize) -> usize {
    (ef / EF_A_BEAM).clamp(BEAM.0, BEAM.1).max(ef / WIDE_EF_A_BEAM).min(MOST)
}

impl Graph {
    /// Fills the scratch's pool with the nearest nodes to a laid-out query that `counts` holds.
    /// `scratch.begin` comes first.
    ///
    /// The walk goes on through nodes that do not count, but not through the node left out. The
    /// node left out must not be the entry point. False if the walk has given up after `patience`
    /// evaluations, because too many nodes that do not count lay around the query.
    pub(crate) fn search(
        &self,
        vectors: &Vectors,
        query: &Query,
        counts: &Bitset,
        patience: u64,
        left_out: Option<u32>,
        scratch: &mut Scratch,
    ) -> bool {
        let until = scratch.evaluations + patience;
        !self.approach(vectors, query, counts, left_out, scratch)
            || self.walk(vectors, query, 0, counts, until, scratch)
    }

    /// Begins a search: fills the scratch's pool with the nodes at which the walk of level 0
    /// begins. False if the graph is empty.
    pub(crate) fn approach(
        &self,
        vectors: &Vectors,
        query: &Query,
        counts: &Bitset,
        left_out: Option<u32>,
        scratch: &mut Scratch,
    ) -> bool {
        if let Some(slot) = left_out {
            _ = scratch.meet(slot);
        }
        let Some(entry) = self.descend(vectors, query, 0, counts, scratch) else { return false };
        if let Some(slot) = left_out.filter(|&slot| self.has_copies(vectors, slot)) {
            // Walks reach copies of the row by way of the row only. If the row had never been in
            // the graph, a copy would be in its place.
            scratch.unmeet(slot);
            scratch.passed = slot;
        }
        let entry = self.representative(vectors, entry, &self.nodes);
        scratch.visit_one(vectors, query, entry, counts);
        true
    }

    /// Walks down the levels above `floor`, along a few of the nearest nodes of each level. The
    /// walk of `floor` begins at all nodes scored on the way: these nodes are met and pooled.
    /// Returns the nearest node; `None` if the graph is empty. `scratch.begin` comes first.
    ///
    /// One node at a time is not enough. Rows in groups link mostly to their own group, and going
    /// downhill then ends in a wrong group now and then. The walk of the lowest level does not
    /// leave this group either.
    #[inline(never)]
    pub(super) fn descend(
        &self,
        vectors: &Vectors,
        query: &Query,
        floor: usize,
        counts: &Bitset,
        scratch: &mut Scratch,
    ) -> Option<u32> {
        let entry = self.entry?;
        scratch.beam.reset(beam(scratch.pool.limit())).expect("some hundred entries");
        scratch.met_above.clear();
        scratch.visit_above(vectors, query, &[entry]);
        for level in (floor + 1..self.levels()).rev() {
            scratch.beam.expand_anew();
            while let Some(slot) = scratch.beam.expand_next() {
                scratch.visit_above(vectors, query, self.row(slot, level));
            }
        }
        let met = std::mem::take(&mut scratch.met_above);
        for &key in &met {
            let (slot, distance) = (slot_of(key), distance_of(key));
            // The representative takes the place of a copy, and is as near. From the copy, a walk
            // comes to other copies first.
            let first = if floor == 0 { self.representative(vectors, slot, &self.nodes) } else { slot };
            if first != slot {
                scratch.unmeet(slot);
                if !scratch.meet(first) {
                    continue;
                }
            }
            if scratch.pool.admits(distance) {
                scratch.pool.insert_one(distance, first, counts.contains(first));
            }
        }
        scratch.met_above = met;
        scratch.beam.nearest().next().map(|(slot, _)| slot)
    }

    /// Best-first search of one level from the visited nodes. True if no node worth expanding is
    /// left. False if the scratch has made `until` evaluations; the caller can then call again to
    /// go on.
    ///
    /// The walk scores the rows that a node leads to after the walk has expanded the next node.
    /// Meanwhile, memory brings the rows. The walk therefore expands some more nodes, and finds
    /// somewhat more.
    pub(crate) fn walk(
        &self,
        vectors: &Vectors,
        query: &Query,
        level: usize,
        counts: &Bitset,
        until: u64,
        scratch: &mut Scratch,
    ) -> bool {
        loop {
            let goes_on = scratch.evaluations < until;
            let next = if goes_on { scratch.pool.expand_next() } else { None };
            if next.is_none() && !scratch.has_waiting() {
                return goes_on;
            }
            if let Some(next) = scratch.pool.peek_next() {
                let row = self.row(next, level);
                std::hint::black_box((row[0], row[row.len() - 1]));
            }
            let links = next.map_or(&[][..], |slot| self.row(slot, level));
            scratch.visit_links(vectors, query, links, counts);
        }
    }
}
